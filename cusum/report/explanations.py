"""How the charts of a trainee are read, in the words that fit the chart in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cusum.report.criteria import all_take_a_last_look, promised
from cusum.report.wording import declares

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["explanations"]


def explanations(site: Site) -> list[str]:
    """Say how the charts are read, for the chart in force.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    list of str
        One line for each thing to know.
    """
    text = site.language.text
    return [
        *_lines(site, {str(design.kind) for design in site.designs.values()}),
        _promise(site),
        text("A tick on the axis is a procedure that did not succeed."),
        text("The strip below shows the current failure rate, smoothed, with a 95% band."),
        text(
            "In the strip each case keeps 0.95 of its weight for every later case. It starts at one half with a wide "
            "band, and with few cases it is still pulled towards one half; it describes, and no signal rests on it."
        ),
    ]


def _lines(site: Site, kinds: set[str]) -> list[str]:
    """Say how the lines of the charts in use move."""
    text = site.language.text
    lines = []
    if kinds & {"learning_then_monitoring", "lc_cusum", "last_look"}:
        lines.append(
            text(
                "The learning line rises with each success and falls with each failure, and it never falls below 0. At "
                "the dashed limit the registrations give a signal of competence."
            )
        )
    if "last_look" in kinds:
        lines.append(
            text(
                "At the last procedure of the expected number there is a last look, by a lower limit. A trainee "
                "without a signal then gets none from this chart, however many procedures follow."
            )
        )
    if "bernoulli" in kinds:
        lines.append(
            text(
                "The line rises with each failure and falls with each success, and it never falls below 0. At the "
                "dashed limit there is a signal of deterioration. The chart supposes that the failure rate is "
                "acceptable, and says nothing about competence."
            )
        )
    if "learning_then_monitoring" in kinds:
        lines.append(
            text(
                "After a signal of competence a new line watches for deterioration. It is drawn downwards from 0: each "
                "failure takes it further down, each success back towards 0, and at the lower dashed limit there is a "
                "signal of deterioration."
            )
        )
    if "standard" in kinds:
        lines.append(
            text(
                "The line falls a little with each success and rises with each failure. At the lower limit the failure "
                "rate is taken to be acceptable (signal of competence), at the upper limit unacceptable."
            )
        )
    return lines


def _promise(site: Site) -> str:
    """Say how far the promise reaches, or that there is none."""
    text = site.language.text
    if promised(site) and all_take_a_last_look(site):
        return text(
            "The promise holds however many procedures are done, since no signal comes after the last look. It may not "
            "be moved because of how the line stands."
        )
    if not declares(site):
        return text(
            "How probable a false signal of deterioration is within the expected number of procedures stands in the "
            "methods; with each further procedure the probability grows."
        )
    if promised(site):
        return text(
            "The promise holds within the expected number of procedures: in a signal that comes later the probability "
            "of a false signal is larger than promised."
        )
    return text(
        "This chart makes no promise within a number of procedures: the probability of a false signal grows with each "
        "further procedure, and beyond the expected number it is larger than the table says."
    )
