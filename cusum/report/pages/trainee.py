"""The page for the supervision talk: one trainee, all procedures, on paper or on screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.criteria import limit_cell, promised, short_source
from cusum.report.explanations import explanations
from cusum.report.pages.case_mix import case_mix_table
from cusum.report.pages.competences import competence_table
from cusum.report.pages.experience import experience_figure, experience_table, milestone_table
from cusum.report.pages.fairness import fairness_table
from cusum.report.table import Cell, Column, Table, records, table
from cusum.report.wording import reading, status_cell, what_a_signal_is

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["trainee_page"]

_KEY = "figure-trainee"


def trainee_page(site: Site, trainee: str) -> dict[str, Any]:
    """Gather what the page of one trainee shows.

    Parameters
    ----------
    site : Site
        The report.
    trainee : str
        As in the data.

    Returns
    -------
    dict
        Context of ``trainee.html``.
    """
    from cusum.figures import plot_trainee

    text, language = site.language.text, site.language
    person = records(site.rows("trainees", "trainee", trainee))[0]
    status = site.rows("status", "trainee", trainee)
    crossings = {row.procedure: row for row in records(site.rows("crossings", "trainee", trainee))}
    department = site.department(person.department)
    month = _month(site, int(person.month))
    figure = site.embedding.embed(
        plot_trainee(site.cohort, trainee, language=language.code),
        _KEY,
        caption=text("Each procedure's chart, with failures as ticks and the current failure rate below."),
        table=_figure_table(site, status, crossings),
    )
    experience = experience_table(site, trainee, int(person.month))
    return {
        "title": text("Trainee {trainee}", trainee=trainee),
        "head": [
            text("Trainee {trainee}", trainee=trainee),
            department,
            text("month {month} of {months}", month=month, months=language.number(site.cohort.programme.months)),
        ],
        "department_href": site.departments.get(person.department, ""),
        "department": department,
        "reading": reading(site, status),
        "figure": figure,
        "order_notes": _order_notes(site, crossings),
        "needed": _needed(site, status, crossings),
        "fairness": fairness_table(site, trainee),
        "case_mix": case_mix_table(site, "trainee", trainee),
        "experience": experience,
        "experience_figure": experience_figure(site, trainee, experience),
        "milestones": milestone_table(site, trainee),
        "competences": competence_table(site, trainee),
        "promise": _promises(site, list(status["procedure"])),
        "explanations": explanations(site),
        "signal": what_a_signal_is(site),
        "footer": site.footer(int(person.registrations), int(person.rejected)),
    }


def _month(site: Site, month: int) -> str:
    """Write the month of the post; beyond the last it is the last."""
    return site.language.number(min(month, site.cohort.programme.months))


def _figure_table(site: Site, status: pd.DataFrame, crossings: dict[str, Any]) -> Table:
    """Put the numbers behind the charts in a table."""
    text, language = site.language.text, site.language
    last = site.rows("paths", "trainee", str(status["trainee"].iloc[0])).groupby("procedure", sort=False).last()
    rows = []
    for row in records(status):
        crossing = crossings[row.procedure]
        rate = last.loc[row.procedure] if row.procedure in last.index else None
        rows.append(
            (
                Cell(site.name(row.procedure), href=site.procedures[row.procedure]),
                language.number(int(row.cases)),
                language.number(int(row.failures)),
                language.number(row.statistic, 2),
                language.number(row.limit, 2),
                language.number(int(crossing.case)) if crossing.crossed else "–",
                language.date(crossing.crossed_on, "short") if crossing.crossed else "–",
                "–" if rate is None else _band(site, rate),
                language.date(row.last_performed_on, "short"),
            )
        )
    return table(
        "table-trainee",
        text("The charts as numbers"),
        [
            text("Procedure"),
            Column(text("Procedures"), number=True),
            Column(text("Failures"), number=True),
            Column(text("Statistic now"), number=True),
            Column(text("Limit now"), number=True),
            Column(text("Signal of competence at procedure no."), number=True),
            text("Date of the signal"),
            Column(text("Current failure rate (95% interval)"), number=True),
            text("Last performed"),
        ],
        rows,
    )


def _band(site: Site, rate: Any) -> str:
    """Write the smoothed failure rate with its interval."""
    percent = site.language.percent
    return site.language.text(
        "{rate} ({low} to {high})",
        rate=percent(rate["rate"]),
        low=percent(rate["rate_low"]),
        high=percent(rate["rate_high"]),
    )


def _needed(site: Site, status: pd.DataFrame, crossings: dict[str, Any]) -> Table:
    """Say what it would take for a signal of competence."""
    text = site.language.text
    rows = [
        (
            Cell(site.name(row.procedure), href=site.procedures[row.procedure]),
            _status(site, row, crossings[row.procedure]),
            *_steps(site, row),
        )
        for row in records(status)
    ]
    return table(
        "needed",
        text("How many more procedures before there could be a signal of competence"),
        [
            text("Procedure"),
            text("Status"),
            text("If all succeed from here"),
            text("If the next one does not succeed"),
            text("Left of the expected number"),
        ],
        rows,
        note=text("The expected number is what the programme file expects of a trainee in the whole post."),
    )


def _status(site: Site, row: Any, crossing: Any) -> Cell:
    """Show the status, and mark a signal that came after the expected number of procedures."""
    cell = status_cell(site, row, crossing)
    if not bool(crossing.crossed) or int(crossing.case) <= int(row.expected_cases):
        return cell
    late = site.language.text("the signal came after the expected number")
    return replace(cell, note=f"{cell.note}; {late}")


def _steps(site: Site, row: Any) -> tuple[object, object, str]:
    """Say how many successes are needed, and how many procedures are left."""
    text, language = site.language.text, site.language
    left = max(int(row.expected_cases) - int(row.cases), 0)
    left_words = text("{left} of {expected}", left=language.number(left), expected=language.number(row.expected_cases))
    if row.status == "competent":
        watched = not pd.isna(site.designs[row.procedure].monitoring_limit)
        reached = text("has been reached; now monitored for deterioration") if watched else text("has been reached")
        return reached, "–", left_words
    if row.note == "cannot_decide" and not pd.isna(site.designs[row.procedure].false_competence_promised):
        return text("the expected number cannot decide with these criteria"), "–", left_words
    if row.note == "last_look_taken":
        return text("the last look has been taken; the chart gives no signal after it"), "–", left_words
    first, second = row.successes_needed, row.successes_needed_one_failure
    if pd.isna(first) and not pd.isna(site.designs[row.procedure].last_look):
        return text("no signal can come any more by the last look"), "–", left_words
    return _successes(site, first, left), _successes(site, second, left - 1, after=True), left_words


def _successes(site: Site, count: Any, left: int, *, after: bool = False) -> Cell:
    """Say after how many procedures there would be a signal, and whether that is more than are expected."""
    if pd.isna(count):
        return Cell("–")
    plural = site.language.plural
    words = (
        plural("after {n} procedure after it", "after {n} procedures after it", int(count))
        if after
        else plural("after {n} procedure", "after {n} procedures", int(count))
    )
    return Cell(words, note=site.language.text("more than are left") if int(count) > max(left, 0) else "")


def _order_notes(site: Site, crossings: dict[str, Any]) -> list[str]:
    """Say where the signal rests on the unknown order of procedures of the same day."""
    text = site.language.text
    names = [
        site.name(row.procedure)
        for row in crossings.values()
        if row.order != "fixed" and not pd.isna(row.case_earliest) and not row.crossed_in_every_order
    ]
    if not names:
        return []
    return [
        text(
            "For {names} the signal depends on the order of procedures done on the same day, which is not known.",
            names=site.language.join(names),
        )
    ]


def _promises(site: Site, procedures: list[str]) -> Table:
    """Give criterion, limit, promise and power of each chart in numbers of procedures."""
    text, language = site.language.text, site.language
    rows = []
    for procedure in procedures:
        design = site.designs[procedure]
        rates = text(
            "{low} / {high}", low=language.percent(design.acceptable), high=language.percent(design.unacceptable)
        )
        rows.append(
            (
                site.name(procedure),
                rates,
                short_source(site, procedure),
                language.number(int(design.expected_cases)),
                limit_cell(site, design, 2),
                language.percent(design.false_competence, 1),
                language.percent(design.power, 0),
            )
        )
    return table(
        "promises",
        text("Criteria, and what the limits promise within the expected number of procedures")
        if promised(site)
        else text("Criteria, and the exact error rates of the limits within the expected number of procedures"),
        [
            text("Procedure"),
            text("Acceptable / unacceptable failure rate"),
            text("Set by"),
            Column(text("Expected procedures"), number=True),
            Column(text("Limit"), number=True),
            Column(text("Probability of a false signal of competence"), number=True),
            Column(text("Power"), number=True),
        ],
        rows,
        note=text(
            "False signal: a trainee whose failure rate stays at the unacceptable rate. Power: a trainee whose failure "
            "rate is the acceptable one from the first procedure. Both are exact."
        ),
    )
