"""Sentences and cells that several pages say in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.table import Cell, records

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = [
    "declares",
    "filter_code",
    "legend",
    "observed_rate",
    "reading",
    "status_cell",
    "watched",
    "what_a_signal_is",
]

_UNDECIDED = ("cannot_decide", "too_few_cases")
_ORDER = {"alarm": 0, "competent": 1, "learning": 2, "no_alarm": 2, "undecided": 3, "not_started": 4}


def declares(site: Site) -> bool:
    """Say whether any chart in use can give a signal of competence.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    bool
        False where the charts only watch for deterioration.
    """
    return any("competent" in chart.says for chart in site.cohort.charts.values())


def filter_code(row: Any) -> str:
    """Name the group that a row of the status table is shown and filtered in.

    Parameters
    ----------
    row : namedtuple
        Row of ``cohort.status``.

    Returns
    -------
    str
        ``not_started``, ``learning``, ``undecided``, ``competent``, ``no_alarm`` or ``alarm``.
    """
    return "undecided" if row.status == "learning" and row.note in _UNDECIDED else str(row.status)


def status_words(site: Site, code: str) -> str:
    """Say a status in the words of the reports.

    Parameters
    ----------
    site : Site
        The report.
    code : str
        From :func:`filter_code`.

    Returns
    -------
    str
        The words.
    """
    return site.language.status("cannot_decide" if code == "undecided" else code)


def status_cell(site: Site, row: Any, crossing: Any, *, href: str = "") -> Cell:
    """Show a status as a word and a shape, with the numbers behind it.

    Parameters
    ----------
    site : Site
        The report.
    row : namedtuple
        Row of ``cohort.status``.
    crossing : namedtuple
        Row of ``cohort.crossings`` for the same trainee and procedure.
    href : str, default ""
        Where the cell leads.

    Returns
    -------
    Cell
        The cell.
    """
    number = site.language.number
    code = filter_code(row)
    cases = site.language.plural("{n} procedure", "{n} procedures", int(row.cases))
    if code == "not_started":
        note = ""
    elif bool(crossing.crossed):
        note = site.language.text(
            "no. {case} of {cases}", case=number(int(crossing.case)), cases=number(int(row.cases))
        )
    elif row.note == "last_look_taken":
        note = site.language.text("{cases}; no signal at the last look", cases=cases)
    else:
        note = cases
    order = _ORDER[code] * 10_000 + (int(crossing.case) if bool(crossing.crossed) else 9_999 - int(row.cases))
    return Cell(status_words(site, code), href=href, order=order, shape=code, note=note)


def legend(site: Site) -> list[Cell]:
    """Explain the shapes.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    list of Cell
        Shape and word for each status that the charts in use know.
    """
    said = {word for chart in site.cohort.charts.values() for word in chart.says}
    learning = ("learning", "undecided", "competent") if "competent" in said else ("no_alarm",)
    codes = ("not_started", *learning, *(("alarm",) if "alarm" in said else ()))
    return [Cell(status_words(site, code), shape=code) for code in codes]


def reading(site: Site, status: pd.DataFrame) -> str:
    """Say in one plain sentence where a trainee stands.

    Parameters
    ----------
    site : Site
        The report.
    status : DataFrame
        The trainee's rows of ``cohort.status``.

    Returns
    -------
    str
        One sentence.
    """
    rows = list(records(status))
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(_group(row), []).append(row)
    clauses = [_competent(site, len(groups.get("competent", [])), len(rows))] if declares(site) else []
    clauses += [clause for code in _CLAUSES if (clause := _clause(site, code, groups.get(code, [])))]
    sentence = "; ".join(clauses)
    return f"{sentence[:1].upper()}{sentence[1:]}."


_CLAUSES = ("alarm", "no_alarm", "too_few_cases", "cannot_decide", "last_look_taken", "learning", "not_started")


def _group(row: Any) -> str:
    """Sort a row into the clause that speaks of it."""
    if row.status == "learning" and row.note in (*_UNDECIDED, "last_look_taken"):
        return str(row.note)
    return str(row.status)


def _competent(site: Site, count: int, total: int) -> str:
    """Say for how many procedures there is a signal of competence."""
    text, number = site.language.text, site.language.number
    if count == 0:
        return text("none of the {total} procedures has a signal of competence yet", total=number(total))
    if count == total:
        return text("all {total} procedures have a signal of competence", total=number(total))
    return site.language.plural(
        "{n} of {total} procedures has a signal of competence",
        "{n} of {total} procedures have a signal of competence",
        count,
        total=number(total),
    )


def _clause(site: Site, code: str, rows: Sequence[Any]) -> str:
    """Say what else there is to say about a group of procedures."""
    if not rows:
        return ""
    text, language = site.language.text, site.language
    names = language.join(site.name(row.procedure) for row in rows)
    if code == "too_few_cases" and len(rows) == 1:
        return language.plural(
            "for {names} {n} registration cannot decide it yet",
            "for {names} {n} registrations cannot decide it yet",
            int(rows[0].cases),
            names=names,
        )
    sentences = {
        "alarm": text(
            "for {names} there is a signal of deterioration after an earlier signal of competence", names=names
        )
        if declares(site)
        else text("for {names} there is a signal of deterioration", names=names),
        "no_alarm": text("for {names} there is no signal of deterioration", names=names),
        "last_look_taken": text(
            "for {names} there was no signal up to the last look, and none can come after it", names=names
        ),
        "too_few_cases": text("for {names} there are still too few registrations to decide", names=names),
        "cannot_decide": text(
            "for {names} the number of procedures expected in the post is too small to decide anything", names=names
        ),
        "learning": text("{names}: learning", names=names),
        "not_started": text("{names}: not started", names=names),
    }
    return sentences[code]


def watched(site: Site, started: pd.DataFrame) -> str:
    """Count the signals of deterioration, where the charts only watch for those.

    Parameters
    ----------
    site : Site
        The report.
    started : DataFrame
        Rows of ``cohort.status`` with registrations.

    Returns
    -------
    str
        One sentence; "" where the charts can say competence.
    """
    if declares(site):
        return ""
    number = site.language.number
    return site.language.text(
        "Of {started} courses (a trainee and a procedure) {alarm} have a signal of deterioration. This chart gives no "
        "signal of competence.",
        started=number(len(started)),
        alarm=number(int((started["status"] == "alarm").sum())),
    )


def what_a_signal_is(site: Site) -> str:
    """Say once what a signal is and what it is not.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    str
        Two sentences.
    """
    if not declares(site):
        return site.language.text(
            "A signal of deterioration says that the registrations are hard to explain by an acceptable failure rate. "
            "It asks for a closer look and does not replace the supervisor's judgement; the absence of a signal is no "
            "sign of competence."
        )
    return site.language.text(
        "A signal says that the registrations are hard to explain by an unacceptable failure rate. It supports the "
        "supervisor's judgement and does not replace it; the absence of a signal says nothing against the trainee."
    )


def observed_rate(site: Site, failures: int, cases: int) -> Cell:
    """Show an observed failure rate with its exact 95% interval.

    Parameters
    ----------
    site : Site
        The report.
    failures, cases : int
        Counts.

    Returns
    -------
    Cell
        Percentage, with the Clopper-Pearson interval as second line.
    """
    if not cases:
        return Cell("–", order=-1.0)
    from scipy.special import betaincinv

    low = float(betaincinv(failures, cases - failures + 1, 0.025)) if failures else 0.0
    high = float(betaincinv(failures + 1, cases - failures, 0.975)) if failures < cases else 1.0
    percent = site.language.percent
    note = site.language.text("{low} to {high}", low=percent(low, 1), high=percent(high, 1))
    return Cell(percent(failures / cases, 1), order=failures / cases, note=note)
