"""The page for the supervision talk: one trainee, all procedures, on paper or on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.table import Cell, Column, Table, records, table
from cusum.report.wording import reading, short_source, status_cell, what_a_signal_is

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
        "experience": _experience(site, trainee, int(person.month)),
        "milestones": _milestones(site, trainee),
        "promise": _promises(site, list(status["procedure"])),
        "explanations": _explanations(site),
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
            status_cell(site, row, crossings[row.procedure]),
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


def _steps(site: Site, row: Any) -> tuple[object, object, str]:
    """Say how many successes are needed, and how many procedures are left."""
    text, language = site.language.text, site.language
    left = max(int(row.expected_cases) - int(row.cases), 0)
    left_words = text("{left} of {expected}", left=language.number(left), expected=language.number(row.expected_cases))
    if row.status == "competent":
        return text("has been reached; now monitored for deterioration"), "–", left_words
    if row.note == "cannot_decide":
        return text("the expected number cannot decide with these criteria"), "–", left_words
    first, second = row.successes_needed, row.successes_needed_one_failure
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


def _experience(site: Site, trainee: str, month: int) -> Table:
    """Count the experience against the department's targets, with this month's pace and a forecast."""
    text, language = site.language.text, site.language
    months = site.cohort.programme.months
    now = max(1, min(month, months))
    frame = site.rows("experience", "trainee", trainee)
    frame = frame[frame["month"] == now]
    shown = frame[(frame["kind"] == "procedure") | (frame["cumulative"] > 0) | frame["target"].notna()]
    targets = bool(shown["target"].notna().any())
    columns: list[Column | str] = [text("Procedure or category"), Column(text("Registered so far"))]
    columns += [Column(text("Target"), number=True)] if targets else []
    columns += [Column(text("In month {month}", month=language.number(now)), number=True)]
    if now < months:
        columns.append(Column(text("At this pace by month {month}", month=language.number(months)), number=True))
    largest = max(1, int(shown["cumulative"].max()))
    return table(
        "experience",
        text("Registrations against the department's targets")
        if targets
        else text("Registrations so far; the department has set no target"),
        columns,
        [_experience_row(site, row, largest, targets, now, months) for row in records(shown)],
        note=text("The forecast carries on the average pace so far; it knows nothing of rotations and holidays.")
        if now < months
        else "",
    )


def _experience_row(site: Site, row: Any, largest: int, targets: bool, now: int, months: int) -> list[object]:
    """Make the row of one procedure or category; its bar is drawn to the target, or to the largest number."""
    number = site.language.number
    target = None if pd.isna(row.target) else int(row.target)
    count = int(row.cumulative)
    scale = largest if target is None else max(target, count, 1)
    mark = None if target is None else target / scale
    cells: list[object] = [_item(site, row.item), Cell(number(count), bar=count / scale, mark=mark)]
    if targets:
        cells.append(number(target) if target is not None else site.language.text("the department has set no target"))
    cells.append(number(int(row.count)))
    if now < months:
        cells.append(number(round(count * months / now)))
    return cells


def _item(site: Site, key: str) -> str:
    """Name a procedure or a category of experience."""
    programme = site.cohort.programme
    if key in programme.procedures:
        return site.name(key)
    item = programme.experience.get(key)
    return item.name[site.language.code] if item is not None else key


def _milestones(site: Site, trainee: str) -> Table:
    """List the assessments of the year with what the registrations had shown by then."""
    text, language = site.language.text, site.language
    names = {milestone.key: milestone for milestone in site.cohort.programme.milestones}
    natures = {
        "formative": text("formative"),
        "summative": text("summative"),
        "attested": text("attested"),
    }
    rows = []
    for row in records(site.rows("milestones", "trainee", trainee)):
        milestone = names[row.milestone]
        signals = text("{some} of {all}", some=language.number(int(row.signals)), all=language.number(row.procedures))
        rows.append(
            (
                Cell(text("Month {month}", month=language.number(int(row.month))), order=int(row.month)),
                milestone.name[language.code],
                natures[milestone.nature],
                language.date(row.due_on),
                language.number(int(row.registrations)) if row.reached else text("still to come"),
                signals if row.reached else "–",
            )
        )
    return table(
        "milestones",
        text("Milestones of the year and what was registered by then"),
        [
            text("When"),
            text("Assessment"),
            text("Nature"),
            text("Date"),
            Column(text("Registrations by then"), number=True),
            Column(text("Procedures with a signal of competence"), number=True),
        ],
        rows,
        note=text(
            "Whether an assessment has been held is not in the registrations: see the logbook. The dates are reckoned "
            "from the first registration where the start of the post is not known."
        ),
    )


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
                language.number(design.limit, 2),
                language.percent(design.false_competence, 1),
                language.percent(design.power, 0),
            )
        )
    return table(
        "promises",
        text("Criteria, and what the limits promise within the expected number of procedures"),
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


def _explanations(site: Site) -> list[str]:
    """Say how the charts are read, for the chart in force."""
    text = site.language.text
    kinds = {str(design.kind) for design in site.designs.values()}
    lines = []
    if kinds & {"learning_then_monitoring", "lc_cusum"}:
        lines.append(
            text(
                "The line rises with each success and falls with each failure, and it never falls below 0. At the "
                "dashed limit the registrations give a signal of competence."
            )
        )
    if "learning_then_monitoring" in kinds:
        lines.append(
            text(
                "After a signal of competence a new line watches for deterioration: there it is the failures that "
                "make it rise."
            )
        )
    if "standard" in kinds:
        lines.append(
            text(
                "The line falls a little with each success and rises with each failure. At the lower limit the failure "
                "rate is taken to be acceptable (signal of competence), at the upper limit unacceptable."
            )
        )
    lines.append(text("A tick on the axis is a procedure that did not succeed."))
    lines.append(text("The strip below shows the current failure rate, smoothed, with a 95% band."))
    return lines
