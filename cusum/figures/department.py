"""How do the trainees of one department fare beside those of all others?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cusum.errors import InvalidParameter
from cusum.figures.failure_rates import HEADING, ROW, add_failure_rates
from cusum.figures.geometry import Grid
from cusum.figures.sheet import Sheet, groups_of
from cusum.figures.survival import add_at_risk, add_nothing, add_share, at_risk, case_ticks
from cusum.figures.theme import BOUNDARY, legend_below, new_sketch
from cusum.figures.wording import capital, footer, known
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.cohort import Cohort

__all__ = ["plot_department"]


def plot_department(
    cohort: Cohort, department: str, *, language: str = "en", columns: int = 3, confidence: float = 0.95
) -> go.Figure:
    """Draw the trainees of one department beside those of all others.

    Parameters
    ----------
    cohort : Cohort
        From `cusum.analyse`.
    department : str
        Which, as in the registrations.
    language : {"en", "da"}, default "en"
        The reader's.
    columns : int, default 3
        Small charts side by side.
    confidence : float, default 0.95
        Level of all intervals, in (0, 1).

    Returns
    -------
    plotly.graph_objects.Figure
        For each procedure the share with a signal of competence by procedure number (Kaplan-Meier), with numbers at
        risk; below, the observed failure rates with exact intervals and counts beside the acceptable and the
        unacceptable rate.

    Raises
    ------
    InvalidParameter
        If the cohort has no such department, or there are fewer than one column.

    Notes
    -----
    Nothing here is adjusted for the difficulty of the cases or for how far the trainees have come. A trainee belongs
    to the department of the crossings table; a registration to the department where it was made.

    Examples
    --------
    >>> import pandas as pd
    >>> from cusum import analyse, read_registrations
    >>> days = pd.date_range("2025-09-01", periods=30)
    >>> rows = {"trainee": "T1", "department": "Aarhus", "procedure": "spinal", "performed_on": days, "failure": False}
    >>> cohort = analyse(read_registrations(pd.DataFrame(rows)))
    >>> plot_department(cohort, "Aarhus").layout.title.subtitle.text
    '1 trainee, 30 procedures. Not adjusted for the difficulty of the cases.'
    """
    words = get_language(language)
    known(department, cohort.departments["department"].tolist(), "department")
    if columns < 1:
        raise InvalidParameter("columns is {value}", expected="1 or more", value=columns)
    groups, count = groups_of(cohort, department, words), len(cohort.charts)
    grid = Grid(
        rows=-(-count // columns),
        columns=min(columns, count),
        parts=(150, 18 * len(groups)),
        heading=44,
        foot=10,
        between=40,
        gutter=0.065,
        top=76,
        bottom=100,
        tail=HEADING + ROW * count,
    )
    title = words.text("{department}: its trainees and those of all other departments", department=department)
    counts = _counts(cohort, department, words)
    sketch = new_sketch(
        words,
        title=title,
        subtitle=counts,
        height=grid.height,
        footer=footer(cohort, words),
        margin={"l": 92, "r": 24, "t": grid.top, "b": grid.bottom},
        showlegend=True,
        legend=legend_below(grid.height, grid.bottom),
    )
    sheet = Sheet(sketch, cohort, department, groups, words, grid, confidence)
    shares = [_add_shares(sheet, i) for i in range(count)]
    rates = add_failure_rates(sheet)
    return sketch.figure(alt=" ".join([f"{title}.", counts, *shares, *rates]))


def _counts(cohort: Cohort, department: str, words: Language) -> str:
    """Say how many trainees and registrations the department has."""
    trainees = cohort.crossings.loc[cohort.crossings["department"] == department, "trainee"].nunique()
    cases = int((cohort.paths["department"] == department).sum())
    return words.text(
        "{trainees}, {procedures}. Not adjusted for the difficulty of the cases.",
        trainees=words.plural("{n} trainee", "{n} trainees", trainees),
        procedures=words.plural("{n} procedure", "{n} procedures", cases),
    )


def _add_shares(sheet: Sheet, i: int) -> str:
    """Draw the shares by procedure number for one procedure, and say them in words."""
    from cusum.models import time_to_competence

    key, words = sheet.keys[i], sheet.words
    x, y, risk = f"x{i + 1}", f"y{2 * i + 1}", f"y{2 * i + 2}"
    x, y = ("x", "y") if i == 0 else (x, y)
    crossings = sheet.cohort.crossings
    crossings = crossings.loc[crossings["procedure"] == key, ["department", "cases", "crossed", "case"]]
    parts = [sheet.inside(crossings, group) for group in sheet.groups]
    length = max(10, *(int(part["cases"].max()) for part in parts if len(part)))
    ticks = case_ticks(length, most=6)
    _share_axes(sheet, i, (x, y, risk), ticks, length)
    rows = []
    for group, part in zip(sheet.groups, parts, strict=True):
        rows.append((group.name, group.colour, at_risk(part[part["cases"] > 0], ticks).tolist()))
        if (part["cases"] > 0).any():
            curve = time_to_competence(part, confidence=sheet.confidence).curve
            add_share(
                sheet.sketch,
                curve,
                words,
                name=group.name,
                level=sheet.level(),
                x=x,
                y=y,
                opacity=group.band,
                legend=True,
                colour=group.colour,
                dash=group.dash,
            )
    if not any((part["cases"] > 0).any() for part in parts):
        add_nothing(sheet.sketch, x=x, y=y)
    add_at_risk(sheet.sketch, rows, ticks, words, x=x, y=risk)
    said = _said(parts, words)
    short = words.procedure(sheet.cohort.programme, key, short=True)
    place = {"xref": f"{x} domain", "x": 0, "xanchor": "left", "align": "left"}
    place |= {"yref": f"{y} domain", "y": 1, "yanchor": "bottom", "yshift": 4}
    sheet.sketch.note(text=f"<b>{short}</b><br>{said}", **place, name=f"heading {key}")
    return f"{capital(words.procedure(sheet.cohort.programme, key))}: {said}."


def _said(parts: list[pd.DataFrame], words: Language) -> str:
    """Say how many of those who have begun have a signal of competence."""
    crossed = [words.number(int(part["crossed"].sum())) for part in parts]
    begun = [words.number(int((part["cases"] > 0).sum())) for part in parts]
    here = words.text("signal of competence: {crossed} of {n}", crossed=crossed[0], n=begun[0])
    if len(parts) == 1:
        return here
    return f"{here}; " + words.text("others {crossed} of {n}", crossed=crossed[1], n=begun[1])


def _share_axes(sheet: Sheet, i: int, names: tuple[str, str, str], ticks: list[int], length: int) -> None:
    """Lay out the axes of one small chart and the room for the numbers at risk."""
    x, y, risk = names
    row, column = divmod(i, sheet.grid.columns)
    words, sketch = sheet.words, sheet.sketch
    across = {"domain": sheet.grid.across(column), "anchor": y, "range": [-0.02 * length, 1.02 * length]}
    sketch.axis(x).update(across, tickvals=ticks, title={"text": words.text("Procedure number"), "standoff": 2})
    up = {"domain": sheet.grid.down(row, 0), "anchor": x, "range": [0, 1.03], "tickvals": [0, 0.5, 1]}
    sketch.axis(y).update(up, ticktext=[words.percent(share) for share in (0, 0.5, 1)], showline=True)
    bottom = 0.5 - len(sheet.groups)
    sketch.axis(risk).update(domain=sheet.grid.down(row, 1), anchor=x, range=[bottom, 0.5], visible=False)
    if column:
        return
    sketch.axis(y)["title"] = {"text": words.text("Share with signal"), "standoff": 12}
    place = {"xref": "paper", "x": 0, "xshift": -88, "xanchor": "left", "yref": risk, "y": 0, "yanchor": "middle"}
    sketch.note(text=words.text("At risk"), **place, font={"color": BOUNDARY}, name="at risk")
