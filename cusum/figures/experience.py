"""How many of each procedure so far, and how many at the end of the post if the pace stays as it is?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.errors import InvalidParameter
from cusum.figures.geometry import Grid
from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE, legend_below, new_sketch
from cusum.figures.wording import capital, footer, known
from cusum.figures.writing import level_words
from cusum.language import Language, get_language, msgid

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.cohort import Cohort

__all__ = ["plot_experience_forecast"]

_VERDICTS = {
    "reached": msgid("the target of {target} is reached"),
    "likely": msgid("the target of {target} lies below the interval"),
    "possible": msgid("the target of {target} lies within the interval"),
    "unlikely": msgid("the target of {target} lies above the interval"),
    "too_early": msgid("target {target}; too early for a forecast"),
    "not_reached": msgid("target {target}; the post is over"),
}


def plot_experience_forecast(
    cohort: Cohort,
    trainee: str,
    *,
    forecast: pd.DataFrame | None = None,
    confidence: float = 0.9,
    columns: int = 3,
    title: str = "",
    language: str = "en",
) -> go.Figure:
    """Draw a trainee's registrations by month of the post, with a forecast for its end from the trainee's own pace.

    Parameters
    ----------
    cohort : Cohort
        From `cusum.analyse`.
    trainee : str
        Which, as in the registrations.
    forecast : DataFrame, optional
        From `cusum.forecast_experience`, which is computed if left out: give it where many trainees are drawn.
    confidence : float, default 0.9
        Level of the forecast's interval, in (0, 1); the one that `forecast` was made with.
    columns : int, default 3
        Small charts side by side.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        For each procedure and category the number so far by month, a dashed line on to the number expected at the end
        of the post with its interval, and the target where there is one.

    Raises
    ------
    InvalidParameter
        If the cohort has no such trainee, or there are fewer than one column.

    Notes
    -----
    The interval holds at the end of the post and nowhere else. It supposes that the pace stays as it is.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> days = pd.date_range("2025-01-01", periods=60, freq="3D")
    >>> table = pd.DataFrame({"trainee": "T1", "procedure": "spinal", "performed_on": days, "failure": False})
    >>> figure = plot_experience_forecast(analyse(read_registrations(table), as_of="2025-06-30"), "T1")
    >>> [(trace.meta["role"], trace.x[-1], trace.y[-1]) for trace in figure.data][:2]
    [('count', 6.0, 60), ('forecast', 12, 120.0)]
    """
    words = get_language(language)
    known(trainee, cohort.trainees["trainee"].tolist(), "trainee")
    if columns < 1:
        raise InvalidParameter("columns is {value}", expected="1 or more", value=columns)
    if forecast is None:
        from cusum.cohort.forecast import forecast_experience

        forecast = forecast_experience(cohort, confidence=confidence)
    rows = forecast[forecast["trainee"] == trainee]
    shown = rows[(rows["count"] > 0) | rows["target"].notna()]
    shown = shown if len(shown) else rows
    counts = cohort.experience[cohort.experience["trainee"] == trainee]
    count = min(columns, max(len(shown), 1))
    grid = Grid(
        rows=-(-len(shown) // count),
        columns=count,
        parts=(120,),
        heading=58,
        foot=24,
        between=0,
        gutter=0.08,
        top=76,
        bottom=92,
    )
    title = title or words.text("{trainee}: registrations by month of the post", trainee=trainee)
    level = level_words(confidence, words)
    subtitle = words.text(
        "Dashed: to the end of the post at the same pace, with a {level} interval there.", level=level
    )
    sketch = new_sketch(
        words,
        title=title,
        subtitle=subtitle,
        height=grid.height,
        footer=footer(cohort, words),
        margin={"l": 52, "r": 24, "t": grid.top, "b": grid.bottom},
        showlegend=True,
        legend=legend_below(grid.height, grid.bottom),
    )
    said = []
    for i, row in enumerate(shown.to_dict("records")):
        own = counts[counts["item"] == row["item"]].sort_values("month")
        said.append(_draw(sketch, _Item(row, own, cohort, words), grid, i))
    return sketch.figure(alt=" ".join([f"{title}.", *said, subtitle]))


class _Item:
    """One procedure or category: its counts by month and its forecast."""

    def __init__(self, row: dict[Any, Any], counts: pd.DataFrame, cohort: Cohort, words: Language) -> None:
        self.row, self.words = row, words
        self.length = int(cohort.programme.months)
        self.now = max(0.0, round(float(row["months"]), 2))
        whole = counts[counts["month"] < self.now + 1e-9]
        before = whole[whole["month"] <= self.length]
        self.x = [0.0, *before["month"].astype(float).tolist()]
        self.y = [0, *before["cumulative"].astype(int).tolist()]
        if self.now > self.x[-1]:
            self.x.append(self.now)
            self.y.append(int(row["count"]))
        items = cohort.programme.procedures if row["kind"] == "procedure" else cohort.programme.experience
        self.name = str(items[row["item"]].name[words.code])

    @property
    def target(self) -> int | None:
        """The target, if there is one."""
        return None if pd.isna(self.row["target"]) else int(self.row["target"])

    @property
    def open(self) -> bool:
        """Whether there is a forecast."""
        return not pd.isna(self.row["expected"])

    def ends(self) -> tuple[float, float, float]:
        """Number expected at the end of the post, and its interval."""
        return float(self.row["expected"]), float(self.row["low"]), float(self.row["high"])

    def forecast(self) -> str:
        """Say the count so far and the forecast."""
        so_far = self.words.text("{n} so far", n=self.words.number(int(self.row["count"])))
        if not self.open:
            return so_far
        written = {
            name: self.words.number(value, 0)
            for name, value in zip(("expected", "low", "high"), self.ends(), strict=True)
        }
        return f"{so_far}; " + self.words.text("forecast {expected} ({low} to {high})", **written)

    def verdict(self) -> str:
        """Say how the forecast stands to the target; "" without one."""
        template = _VERDICTS.get(str(self.row["verdict"]), "")
        return self.words.text(template, target=self.words.number(self.target)) if self.target is not None else ""


def _draw(sketch: Sketch, item: _Item, grid: Grid, i: int) -> str:
    """Draw one item, and say it in words."""
    suffix = "" if i == 0 else str(i + 1)
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    for role, name, trace in _traces(item):
        shown = not any(other["meta"]["role"] == role for other in sketch.traces)
        meta = {"role": role, "item": item.row["item"]}
        sketch.draw(name=name, legendgroup=role, showlegend=shown, **trace, **axes, meta=meta)
    _axes(sketch, item, grid, i, axes)
    lines = [f"<b>{capital(item.name)}</b>", item.forecast(), item.verdict()]
    place = {"xref": f"{axes['xaxis']} domain", "x": 0, "xanchor": "left", "align": "left"}
    place |= {"yref": f"{axes['yaxis']} domain", "y": 1, "yanchor": "bottom", "yshift": 4}
    sketch.note(text="<br>".join(line for line in lines if line), **place, name=f"heading {item.row['item']}")
    return f"{capital(item.name)}: {'; '.join(line for line in lines[1:] if line)}."


def _traces(item: _Item) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give the lines of one item: the number so far, the forecast, the target."""
    words = item.words
    month = words.text("month {month}", month="%{x:.1f}")
    look = {"mode": "lines+markers", "line": {"color": CURVE, "width": 2}, "marker": {"size": 5, "color": CURVE}}
    look["hovertemplate"] = f"<b>{capital(item.name)}</b><br>{month}: %{{y}}<extra></extra>"
    yield "count", words.text("registrations so far"), {"x": item.x, "y": item.y, **look}
    if item.open:
        expected, low, high = item.ends()
        whisker = {"type": "data", "symmetric": False, "array": [0, round(high - expected, 2)]}
        whisker |= {"arrayminus": [0, round(expected - low, 2)], "thickness": 1.5, "width": 4, "color": CURVE}
        look = {"mode": "lines+markers", "line": {"color": CURVE, "width": 1.5, "dash": "dash"}, "error_y": whisker}
        look["marker"] = {"size": [0.1, 7], "color": CURVE, "symbol": "circle-open"}
        look["hovertemplate"] = f"<b>{capital(item.name)}</b><br>{item.forecast()}<extra></extra>"
        ends = {"x": [item.x[-1], item.length], "y": [item.y[-1], round(expected, 2)]}
        yield "forecast", words.text("forecast at the same pace"), {**ends, **look}
    if item.target is not None:
        look = {"mode": "lines", "line": {"color": BOUNDARY, "width": 1.5, "dash": "dot"}}
        look["hovertemplate"] = f"{words.text('target')}: %{{y}}<extra></extra>"
        yield "target", words.text("target"), {"x": [0, item.length], "y": [item.target] * 2, **look}


def _axes(sketch: Sketch, item: _Item, grid: Grid, i: int, axes: dict[str, str]) -> None:
    """Lay out the axes of one item."""
    row, column = divmod(i, grid.columns)
    highest = max([item.y[-1], *(item.ends() if item.open else ()), item.target or 0, 4])
    step = next(size for size in (2, 5, 10, 20, 50, 100, 200, 500, 10**6) if highest / size <= 4)
    ticks = list(range(0, int(highest) + 1, step))
    months = list(range(0, item.length + 1, 3 if item.length % 3 == 0 else 2))
    across = {
        "domain": grid.across(column),
        "anchor": axes["yaxis"],
        "range": [-0.3, item.length + 0.5],
        "tickvals": months,
    }
    sketch.axis(axes["xaxis"]).update(across)
    if row == grid.rows - 1:
        sketch.axis(axes["xaxis"])["title"] = {"text": item.words.text("Month of the post"), "standoff": 2}
    up = {"domain": grid.down(row, 0), "anchor": axes["xaxis"], "range": [0, 1.08 * highest], "tickvals": ticks}
    sketch.axis(axes["yaxis"]).update(up, ticktext=[item.words.number(tick) for tick in ticks])
