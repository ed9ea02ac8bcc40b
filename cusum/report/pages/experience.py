"""A trainee's experience against the department's targets, and the milestones of the year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.table import Cell, Column, Table, records, table

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["experience_table", "milestone_table"]


_EARLIEST_FORECAST = 3
"""Month from which a forecast is made: two whole months have passed by then."""


def experience_table(site: Site, trainee: str, month: int) -> Table:
    """Count the experience against the department's targets, with this month's pace and a forecast.

    Parameters
    ----------
    site : Site
        The report.
    trainee : str
        Whose experience.
    month : int
        Month of the post, 1 or more.

    Returns
    -------
    Table
        One row a procedure or category.
    """
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
    elapsed = _elapsed(site, trainee) if _EARLIEST_FORECAST <= now < months else None
    if elapsed is not None:
        columns.append(Column(text("At this pace by month {month}", month=language.number(months)), number=True))
    largest = max(1, int(shown["cumulative"].max()))
    return table(
        "experience",
        text("Registrations against the department's targets")
        if targets
        else text("Registrations so far; the department has set no target"),
        columns,
        [_experience_row(site, row, largest, targets, elapsed) for row in records(shown)],
        note=_forecast_note(site, now),
    )


def _elapsed(site: Site, trainee: str) -> float:
    """Give the share of the post's days that have passed, the first day and the day of the report included."""
    started = site.rows("trainees", "trainee", trainee)["started_on"].iloc[0]
    end = started + pd.DateOffset(months=site.cohort.programme.months)
    return float(((pd.Timestamp(site.cohort.as_of) - started).days + 1) / (end - started).days)


def _forecast_note(site: Site, now: int) -> str:
    """Say what the forecast is, or why there is none."""
    text = site.language.text
    if now >= site.cohort.programme.months:
        return ""
    if now < _EARLIEST_FORECAST:
        return text("There is no forecast in the first two months: the pace is not known yet.")
    return text(
        "The forecast carries on the average pace per day since the start of the post; it knows nothing of rotations "
        "and holidays."
    )


def _experience_row(site: Site, row: Any, largest: int, targets: bool, elapsed: float | None) -> list[object]:
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
    if elapsed is not None:
        cells.append(number(round(count / elapsed)))
    return cells


def _item(site: Site, key: str) -> str:
    """Name a procedure or a category of experience."""
    programme = site.cohort.programme
    if key in programme.procedures:
        return site.name(key)
    item = programme.experience.get(key)
    return item.name[site.language.code] if item is not None else key


def milestone_table(site: Site, trainee: str) -> Table:
    """List the assessments of the year with what the registrations had shown by then.

    Parameters
    ----------
    site : Site
        The report.
    trainee : str
        Whose year.

    Returns
    -------
    Table
        One row a milestone.
    """
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
