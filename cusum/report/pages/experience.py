"""A trainee's experience against the department's targets, and the milestones of the year."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.language import msgid
from cusum.report.table import Cell, Column, Table, records, table

if TYPE_CHECKING:
    from cusum.report.embedding import Fragment
    from cusum.report.site import Site

__all__ = ["experience_figure", "experience_table", "milestone_table"]


_VERDICTS = {
    "reached": msgid("reached"),
    "likely": msgid("below the interval: likely to be reached"),
    "possible": msgid("within the interval: may be reached"),
    "unlikely": msgid("above the interval: unlikely to be reached"),
    "too_early": msgid("too early to tell"),
    "not_reached": msgid("not reached"),
    "": msgid("no target"),
}


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
    forecast = site.findings.forecast
    ahead = {row.item: row for row in records(forecast[forecast["trainee"] == trainee])}
    foreseen = any(not pd.isna(row.expected) for row in ahead.values())
    targets = bool(shown["target"].notna().any())
    columns: list[Column | str] = [text("Procedure or category"), Column(text("Registered so far"))]
    columns += [Column(text("Target"), number=True)] if targets else []
    columns += [Column(text("In month {month}", month=language.number(now)), number=True)]
    if foreseen:
        title = text("By month {month} at this pace (90% interval)", month=language.number(months))
        columns.append(Column(title, number=True))
        columns += [text("Against the target")] if targets else []
    largest = max(1, int(shown["cumulative"].max()))
    return table(
        "experience",
        text("Registrations against the department's targets")
        if targets
        else text("Registrations so far; the department has set no target"),
        columns,
        [_experience_row(site, row, largest, targets, ahead[row.item] if foreseen else None) for row in records(shown)],
        note=_forecast_note(site, now, foreseen),
    )


def experience_figure(site: Site, trainee: str, shown: Table) -> Fragment:
    """Draw the registrations by month, with the target and the forecast where there are any.

    Parameters
    ----------
    site : Site
        The report.
    trainee : str
        Whose experience.
    shown : Table
        From :func:`experience_table`.

    Returns
    -------
    Fragment
        The figure.
    """
    from cusum.figures import plot_experience_forecast

    figure = plot_experience_forecast(
        site.cohort, trainee, forecast=site.findings.forecast, language=site.language.code
    )
    caption = site.language.text("Registrations added up by month of the post.")
    return site.embedding.embed(
        figure, "figure-experience", caption=caption, table=replace(shown, key="table-experience")
    )


def _forecast_note(site: Site, now: int, foreseen: bool) -> str:
    """Say what the forecast is, or why there is none."""
    text = site.language.text
    if foreseen:
        return text(
            "The forecast carries on the trainee's own pace since the start of the post; the interval allows for "
            "chance and for registrations coming in lumps. It knows nothing of rotations and holidays to come."
        )
    if now >= site.cohort.programme.months:
        return ""
    return text("There is no forecast in the first month: the pace is not known yet.")


def _experience_row(site: Site, row: Any, largest: int, targets: bool, ahead: Any) -> list[object]:
    """Make the row of one procedure or category; its bar is drawn to the target, or to the largest number."""
    number, text = site.language.number, site.language.text
    target = None if pd.isna(row.target) else int(row.target)
    count = int(row.cumulative)
    scale = largest if target is None else max(target, count, 1)
    mark = None if target is None else target / scale
    cells: list[object] = [_item(site, row.item), Cell(number(count), bar=count / scale, mark=mark)]
    if targets:
        cells.append(number(target) if target is not None else text("the department has set no target"))
    cells.append(number(int(row.count)))
    if ahead is not None:
        interval = text("{low} to {high}", low=number(int(ahead.low)), high=number(int(ahead.high)))
        cells.append(Cell(number(round(float(ahead.expected))), note=interval))
        cells += [site.language.translate(_VERDICTS[str(ahead.verdict)])] if targets else []
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
    registered = site.cohort.assessments is not None
    rows = []
    for row in records(site.rows("milestones", "trainee", trainee)):
        milestone = names[row.milestone]
        signals = text("{some} of {all}", some=language.number(int(row.signals)), all=language.number(row.procedures))
        cells: list[object] = [
            Cell(text("Month {month}", month=language.number(int(row.month))), order=int(row.month)),
            Cell(milestone.name[language.code], note=natures[milestone.nature]),
            language.date(row.due_on, "short"),
            language.number(int(row.registrations)) if row.reached else text("still to come"),
            signals if row.reached else "–",
        ]
        if registered:
            cells += [_held(site, row), *_documented(site, row)]
        rows.append(cells)
    columns: list[Column | str] = [
        text("When"),
        text("Assessment"),
        text("Date"),
        Column(text("Registrations by then"), number=True),
        Column(text("Procedures with a signal of competence"), number=True),
    ]
    if registered:
        columns += [text("Held"), Column(text("Competences documented"), number=True), text("Without any document")]
    return table(
        "milestones",
        text("Milestones of the year and what was registered by then"),
        columns,
        rows,
        note=_milestone_note(site),
    )


def _milestone_note(site: Site) -> str:
    """Say what the milestones rest on."""
    text = site.language.text
    dates = text("The dates are reckoned from the first registration where the start of the post is not known.")
    if site.cohort.assessments is None:
        return text("Whether an assessment has been held is not in the registrations: see the logbook.") + f" {dates}"
    return (
        text(
            "Held: according to the register of assessments. Documented says which documents there are, and never that "
            "a competence is achieved."
        )
        + f" {dates}"
    )


def _held(site: Site, row: Any) -> str:
    """Say whether the assessment of a milestone has been held."""
    if bool(row.done) if not pd.isna(row.done) else False:
        return site.language.date(row.done_on, "short")
    return site.language.text("not registered") if row.reached else "–"


def _documented(site: Site, row: Any) -> tuple[str, str]:
    """Say how many competences were documented by then, and which had no document at all."""
    text, number = site.language.text, site.language.number
    if not row.reached:  # what there is today stands in the table of competences
        return "–", "–"
    counts = [int(row.competences_documented), int(row.competences_partly), int(row.competences_missing)]
    total = sum(counts) + int(row.competences_not_recorded)
    some = text("{some} of {all}", some=number(counts[0]), all=number(total))
    return some, str(row.missing) or text("none")
