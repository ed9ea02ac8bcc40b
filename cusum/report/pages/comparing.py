"""A department beside what its cases predict: ratios, funnels, VLAD above the risk-adjusted CUSUM, and chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.errors import InvalidData
from cusum.report.findings import NOWHERE
from cusum.report.pages.adjustment import adjustment_line
from cusum.report.pages.chance import chance_table
from cusum.report.table import Cell, Column, Table, records, table

if TYPE_CHECKING:
    from cusum.models import DepartmentComparison
    from cusum.report.embedding import Fragment
    from cusum.report.site import Site

__all__ = ["comparing_section", "hidden_procedures"]


def comparing_section(site: Site, department: str) -> dict[str, Any]:
    """Gather what a department's page shows of its failures against what was to be expected.

    Parameters
    ----------
    site : Site
        The report.
    department : str
        As in the data.

    Returns
    -------
    dict
        Adjustment in words, ratios, figures for each procedure, and what chance alone would do.
    """
    return {
        "line": adjustment_line(site),
        "hidden": _hidden_note(site, department),
        "ratios": _ratios(site, department),
        "figure": _ratio_figure(site, department),
        "procedures": _procedures(site, department),
        "chance": chance_table(site),
    }


def hidden_procedures(site: Site, department: str) -> set[str]:
    """List the procedures whose numbers in a department are too small for a report that may be passed on.

    Parameters
    ----------
    site : Site
        The report.
    department : str
        As in the data.

    Returns
    -------
    set of str
        Procedures; none in a report with names, which is for the department itself.
    """
    if not site.pseudonymised:
        return set()
    found = set()
    for procedure in site.procedures:
        compared = site.findings.comparison(procedure, adjusted=False)
        if compared is None or department not in _shown(compared):
            found.add(procedure)
    return found


def _shown(compared: DepartmentComparison) -> set[str]:
    """List the departments whose numbers may be passed on."""
    table = compared.for_publication()
    return {"" if name == NOWHERE else str(name) for name in table.loc[~table["suppressed"], compared.by]}


def _hidden_note(site: Site, department: str) -> str:
    """Say that small numbers are hidden, where some are."""
    hidden = hidden_procedures(site, department)
    if not hidden:
        return ""
    names = site.language.join(site.name(key) for key in site.procedures if key in hidden)
    return site.language.text(
        "Small numbers (below 5) and those from which they could be worked out are not shown in a pseudonymised "
        "report: {names}.",
        names=names,
    )


@dataclass(frozen=True)
class _Ratio:
    """One department's row of a comparison, and what it says."""

    row: Any
    adjusted: bool


def _ratio(site: Site, department: str, procedure: str, adjusted: bool) -> _Ratio | None:
    """Find the department in a comparison."""
    if adjusted and not site.findings.adjusted(procedure):
        return None
    compared = site.findings.comparison(procedure, adjusted=adjusted)
    if compared is None:
        return None
    row = site.findings.departments_in(compared).get(department or NOWHERE)
    return None if row is None else _Ratio(row, adjusted)


def _ratios(site: Site, department: str) -> Table:
    """Set observed over expected, adjusted and not, beside each other."""
    text, number = site.language.text, site.language.number
    hidden = hidden_procedures(site, department)
    rows: list[tuple[object, ...]] = []
    for procedure in site.procedures:
        plain = _ratio(site, department, procedure, False)
        if plain is None:
            continue
        if procedure in hidden:
            small = text("small number")
            rows.append((_link(site, procedure), small, "–", "–", "–", "–", "–", "–"))
            continue
        fair = _ratio(site, department, procedure, True)
        rows.append(
            (
                _link(site, procedure),
                number(int(plain.row.cases)),
                number(int(plain.row.failures)),
                number(float(plain.row.expected), 1),
                _interval(site, plain),
                "–" if fair is None else number(float(fair.row.expected), 1),
                "–" if fair is None else _interval(site, fair),
                _side(site, fair or plain),
            )
        )
    return table(
        "ratios",
        text("Failures observed over failures expected, adjusted and unadjusted"),
        [
            text("Procedure"),
            Column(text("Procedures"), number=True),
            Column(text("Failures"), number=True),
            Column(text("Expected at the average of all departments"), number=True),
            Column(text("Observed/expected, unadjusted (95% interval)"), number=True),
            Column(text("Expected of these cases"), number=True),
            Column(text("Observed/expected, adjusted (95% interval)"), number=True),
            text("Funnel limits"),
        ],
        rows,
        empty=text("There are no other departments to compare with."),
        note=text(
            "1 is as expected; below 1 there are fewer failures than expected. Departments with few procedures have "
            "wide intervals, and patients differ in ways that no registration holds: a ratio is a question to look "
            "into and not a ranking."
        ),
    )


def _link(site: Site, procedure: str) -> Cell:
    """Name a procedure, with the way to its page."""
    return Cell(site.name(procedure), href=site.procedures[procedure])


def _interval(site: Site, ratio: _Ratio) -> Cell:
    """Write a ratio with its interval."""
    number = site.language.number
    note = site.language.text(
        "{low} to {high}", low=number(float(ratio.row.ratio_low), 2), high=number(float(ratio.row.ratio_high), 2)
    )
    return Cell(number(float(ratio.row.ratio), 2), order=float(ratio.row.ratio), note=note)


def _side(site: Site, ratio: _Ratio) -> str:
    """Say where the department lies against the funnel's limits."""
    text = site.language.text
    if pd.isna(ratio.row.beyond):
        return text("within the limits")
    level = site.language.percent(float(ratio.row.beyond), 1 if ratio.row.beyond > 0.99 else 0)
    if ratio.row.side == "above":
        return text("above the {level} limits", level=level)
    return text("below the {level} limits", level=level)


def _ratio_figure(site: Site, department: str) -> Fragment | None:
    """Draw the ratios of the department's procedures."""
    from cusum.figures import plot_observed_expected

    text = site.language.text
    shown = [key for key in site.procedures if key not in hidden_procedures(site, department)]
    compared = {}
    for procedure in shown:
        pair = [site.findings.comparison(procedure, adjusted=False)]
        if site.findings.adjusted(procedure):
            pair.insert(0, site.findings.comparison(procedure, adjusted=True))
        known = [one for one in pair if one is not None and (department or NOWHERE) in set(one.table[one.by])]
        if known:
            compared[_capital(site.name(procedure))] = known
    if not compared:
        return None
    try:
        figure = plot_observed_expected(compared, department or NOWHERE, language=site.language.code)
    except InvalidData:
        return None
    return site.embedding.embed(
        figure,
        "figure-ratios",
        caption=text(
            "Filled dots: adjusted for the department's own cases. Open dots: against the average of all departments."
        ),
        table=replace(_ratios(site, department), key="table-ratios"),
    )


def _capital(text: str) -> str:
    """Begin with a capital letter."""
    return f"{text[:1].upper()}{text[1:]}"


def _procedures(site: Site, department: str) -> list[dict[str, Any]]:
    """Gather funnel and course over time for each procedure of the department."""
    hidden = hidden_procedures(site, department)
    found = []
    for procedure in site.procedures:
        if procedure in hidden or _ratio(site, department, procedure, False) is None:
            continue
        figures = [one for one in (_funnel(site, department, procedure), _course(site, department, procedure)) if one]
        if figures:
            found.append(
                {"key": procedure.replace("_", "-"), "name": _capital(site.name(procedure)), "figures": figures}
            )
    return found


def _funnel(site: Site, department: str, procedure: str) -> Fragment | None:
    """Draw the departments by size, with this one marked."""
    from cusum.figures import plot_funnel

    text = site.language.text
    adjusted = site.findings.adjusted(procedure)
    compared = site.findings.comparison(procedure, adjusted=adjusted)
    ratio = _ratio(site, department, procedure, adjusted)
    if compared is None or ratio is None:
        return None
    figure = plot_funnel(compared, department=department or NOWHERE, language=site.language.code)
    caption = (
        text("Departments by number of expected failures: observed over expected, adjusted, with exact limits.")
        if adjusted
        else text("Departments by number of procedures: failure rate, not adjusted, with exact limits.")
    )
    number = site.language.number
    numbers = table(
        f"table-funnel-{procedure.replace('_', '-')}",
        text("This department in the funnel"),
        [
            Column(text("Procedures"), number=True),
            Column(text("Failures"), number=True),
            Column(text("Expected"), number=True),
            Column(text("Observed/expected (95% interval)"), number=True),
            text("Funnel limits"),
        ],
        [
            (
                number(int(ratio.row.cases)),
                number(int(ratio.row.failures)),
                number(float(ratio.row.expected), 1),
                _interval(site, ratio),
                _side(site, ratio),
            )
        ],
    )
    return site.embedding.embed(figure, f"figure-funnel-{procedure.replace('_', '-')}", caption=caption, table=numbers)


def _course(site: Site, department: str, procedure: str) -> Fragment | None:
    """Draw the VLAD above the risk-adjusted CUSUM."""
    from cusum.figures import plot_department_adjusted

    text, language = site.language.text, site.language
    if not site.findings.adjusted(procedure) or site.cohort.adjusted is None:
        return None
    paths = site.cohort.adjusted.paths
    mine = paths[(paths["department"] == (department or NOWHERE)) & (paths["procedure"] == procedure)]
    if mine.empty:
        return None
    signals = mine[mine["signal"]]
    rows = [
        (language.number(int(row.case)), language.date(row.performed_on, "short"), language.number(row.vlad, 1))
        for row in records(signals)
    ]
    numbers = table(
        f"table-course-{procedure.replace('_', '-')}",
        text("Signals of more failures than expected"),
        [
            Column(text("Procedure number"), number=True),
            text("Date"),
            Column(text("Failures avoided by then"), number=True),
        ],
        rows,
        empty=text("There is no signal."),
    )
    figure = plot_department_adjusted(site.cohort, department or NOWHERE, procedure, language=language.code)
    return site.embedding.embed(
        figure,
        f"figure-course-{procedure.replace('_', '-')}",
        caption=text(
            "Above: failures avoided against expectation (VLAD), which describes. Below: the risk-adjusted CUSUM, "
            "which tests for doubled odds of failure. All of the department's procedures in order of date."
        ),
        table=numbers,
    )
