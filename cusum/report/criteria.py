"""The criteria in force: what they are, who set them, and whether they can be decided on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.table import Cell, Column, Table, table

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = [
    "all_take_a_last_look",
    "criteria_table",
    "decides",
    "limit_cell",
    "promised",
    "short_source",
    "source_words",
]


def source_words(site: Site, status: str, source: str) -> str:
    """Say where a number of the programme comes from, and who must decide where it is only a placeholder.

    Parameters
    ----------
    site : Site
        The report.
    status : str
        ``"published"``, ``"department"`` or ``"placeholder"``.
    source : str
        Citation, or "".

    Returns
    -------
    str
        Words for a table.
    """
    if status == "placeholder":
        return site.language.text("placeholder: the department must decide")
    if status == "department":
        return site.language.text("decided by the department") + (f": {source}" if source else "")
    return source or site.language.text("published")


def short_source(site: Site, procedure: str) -> str:
    """Say in a few words who set a procedure's failure rates.

    Parameters
    ----------
    site : Site
        The report.
    procedure : str
        Key of the programme.

    Returns
    -------
    str
        Such as "Kestin 1995", or that the department must decide.
    """
    rules = site.cohort.programme.procedures[procedure]
    if rules.criterion_status != "published":
        return source_words(site, rules.criterion_status, "")
    found = re.match(r"(.+?) [A-Z]{1,3}[.,].*?\b((?:19|20)\d\d)\b", rules.criterion_source)
    return f"{found[1]} {found[2]}" if found else source_words(site, "published", rules.criterion_source)


def criteria_table(site: Site, procedures: Sequence[str], *, key: str = "criteria") -> Table:
    """List the criteria in force with their source.

    Parameters
    ----------
    site : Site
        The report.
    procedures : sequence of str
        Which procedures.
    key : str, default "criteria"
        Identifier of the table within its page.

    Returns
    -------
    Table
        One row a procedure.
    """
    text, language = site.language.text, site.language
    rows = []
    for procedure in procedures:
        design = site.designs[procedure]
        rules = site.cohort.programme.procedures[procedure]
        sources = (
            source_words(site, rules.acceptable_status, rules.acceptable_source),
            source_words(site, rules.unacceptable_status, rules.unacceptable_source),
        )
        rows.append(
            (
                site.name(procedure),
                Cell(language.percent(design.acceptable, 0), order=float(design.acceptable)),
                Cell(language.percent(design.unacceptable, 0), order=float(design.unacceptable)),
                Cell(_two_sources(site, *sources), note=rules.criterion_note.get(language.code, "")),
                Cell(language.number(int(design.expected_cases)), order=int(design.expected_cases)),
                source_words(site, rules.expected_cases_status, rules.expected_cases_source),
                rules.failure_definition[language.code],
            )
        )
    return table(
        key,
        text("Criteria in force"),
        [
            text("Procedure"),
            Column(text("Acceptable failure rate"), number=True),
            Column(text("Unacceptable failure rate"), number=True),
            text("Source of the rates"),
            Column(text("Expected procedures in the post"), number=True),
            text("Source of the number"),
            text("What counts as a failure"),
        ],
        rows,
    )


def _two_sources(site: Site, acceptable: str, unacceptable: str) -> str:
    """Name the source of both rates once, or each where they differ."""
    if acceptable == unacceptable:
        return acceptable
    return site.language.text("acceptable: {first}; unacceptable: {second}", first=acceptable, second=unacceptable)


def promised(site: Site) -> bool:
    """Say whether any limit was designed for a promise within the expected number of procedures.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    bool
        False for charts whose limits were not, such as the standard CUSUM.
    """
    return not all(pd.isna(design.false_competence_promised) for design in site.designs.values())


def all_take_a_last_look(site: Site) -> bool:
    """Say whether every chart in use has a last look, after which it gives no signal.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    bool
        True where no signal can come after the last procedure planned.
    """
    return not any(pd.isna(design.last_look) for design in site.designs.values())


def limit_cell(site: Site, design: Any, digits: int) -> Cell:
    """Write the limit for competence, and below it that of the last look where the chart has one.

    Parameters
    ----------
    site : Site
        The report.
    design : namedtuple
        Row of ``cohort.designs``.
    digits : int
        Decimals.

    Returns
    -------
    Cell
        One or two lines.
    """
    number = site.language.number
    if pd.isna(design.last_look):
        return Cell(number(design.limit, digits))
    look = site.language.text(
        "at no. {case}: {limit}", case=number(int(design.last_look)), limit=number(design.last_limit, digits)
    )
    return Cell(number(design.limit, digits), note=look)


def decides(site: Site, design: Any) -> str:
    """Say whether the number of procedures expected of a trainee can decide anything.

    Parameters
    ----------
    site : Site
        The report.
    design : namedtuple
        Row of ``cohort.designs``.

    Returns
    -------
    str
        An answer in words.
    """
    text = site.language.text
    if pd.isna(design.false_competence):
        return text("No: this chart gives no signal of competence")
    if not bool(design.can_decide):
        return _out_of_reach(site, design)
    if float(design.false_competence) > site.cohort.programme.false_competence:
        return text(
            "Not safely: a false signal has probability {false}",
            false=site.language.percent(float(design.false_competence), 1),
        )
    if float(design.power) < 0.5:
        return text("Hardly: a signal counts, its absence says little")
    if float(design.power) < 0.8:
        return text("Often, though not always")
    return text("Yes, for most trainees")


def _out_of_reach(site: Site, design: Any) -> str:
    """Say that no signal can come within the expected number."""
    if pd.isna(design.false_competence_promised) and not pd.isna(design.shortest_run):
        return site.language.text(
            "No: a signal takes at least {run} procedures", run=site.language.number(int(design.shortest_run))
        )
    return site.language.text("No: neither way")
