"""By which procedure number, or how long after the start, do how many have a signal of competence?"""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

import pandas as pd

from cusum.figures.sketch import Sketch
from cusum.figures.survival import add_share, case_ticks
from cusum.figures.theme import BOUNDARY, CURVE, REFERENCE, SIGNAL, legend_below, new_sketch
from cusum.figures.waiting import waiting_sentences
from cusum.figures.writing import level_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.models import TimeToCompetence

__all__ = ["plot_time_to_competence"]

_AXES, _TOP, _BOTTOM, _LINE = 300, 56, 92, 17
_WIDTH = 100
_MONTH = 365.25 / 12
_LOOKS = ((CURVE, "solid"), (BOUNDARY, "dash"), (REFERENCE, "dot"), (SIGNAL, "dashdot"))
_SUMMED_UP = 4
"""At most so many groups are summed up in words below the figure; the text alternative has all."""


def plot_time_to_competence(
    result: TimeToCompetence, *, title: str = "", language: str = "en", bands: bool = True, summary: bool = True
) -> go.Figure:
    """Draw the share with a signal of competence by procedure number or time since the start, one line for each group.

    Parameters
    ----------
    result : TimeToCompetence
        From `cusum.time_to_competence`.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.
    bands : bool, default True
        Draw the confidence bands.
    summary : bool, default True
        Write the median, the restricted mean, the log-rank test and, labelled as biased, the average of those who
        crossed below the figure; of up to four groups.

    Returns
    -------
    plotly.graph_objects.Figure
        Kaplan-Meier curves by case number, or by months since the start where the clock is days. Where trainees may
        have left, Aalen and Johansen's curves instead: with a signal, and left without. Beyond four groups all but the
        first are alike and named when pointed at.

    Examples
    --------
    >>> from cusum import time_to_competence
    >>> table = pd.DataFrame({"cases": [20, 30, 40], "crossed": [True, False, True], "case": [15, None, 31]})
    >>> plot_time_to_competence(time_to_competence(table)).data[1].y.round(3).tolist()
    [0.0, 0.333, 0.333, 1.0]
    """
    words = get_language(language)
    days = result.clock == "days"
    if not title and days:
        title = words.text("Share with signal of competence by time since the start")
    title = title or words.text("Share with signal of competence by procedure number")
    groups = result.median["group"].tolist()
    told = waiting_sentences(result, words)
    below = [line for text in told for line in wrap(text, _WIDTH)] if summary and len(groups) <= _SUMMED_UP else []
    legend = len(groups) > 1 or result.incidence is not None
    rows = -(-len(groups) * (1 if result.incidence is None else 2) // 3) if legend else 0
    bottom = _BOTTOM + 18 * max(rows - 1, 0) + _LINE * len(below)
    height = _AXES + _TOP + bottom
    sketch = new_sketch(words, title=title, height=height, showlegend=legend, legend=legend_below(height, bottom))
    sketch.layout["margin"] = {"l": 72, "r": 24, "t": _TOP, "b": bottom}
    length = max(_draw(sketch, result, words, bands=bands, legend=legend), 10.0)
    _axes(sketch, length, words, days=days)
    if result.incidence is not None:
        sketch.axis("y")["title"] = {"text": words.text("Share of the trainees")}
    if below:
        place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 0, "yanchor": "top"}
        down = -52 - (22 + 18 * max(rows - 1, 0) if legend else 0)
        sketch.note(text="<br>".join(below), **place, yshift=down, align="left", name="summary")
    return sketch.figure(alt=" ".join([f"{title}.", *told]))


def _draw(sketch: Sketch, result: TimeToCompetence, words: Language, *, bands: bool, legend: bool) -> float:
    """Draw each group's curve, and that of those who left; give the longest time."""
    level, length = level_words(result.confidence, words), 0.0
    for i, group in enumerate(result.median["group"]):
        name = str(group) or words.text("Share with signal of competence")
        colour, dash = _LOOKS[i] if i < len(_LOOKS) else _LOOKS[1]
        for left, curve in _curves(result, group):
            away = words.text("left without a signal")
            add_share(
                sketch,
                curve,
                words,
                name=(f"{name}: {away}" if group else away) if left else name,
                level=level,
                x="x",
                y="y",
                opacity=0.15 if bands and not left else 0,
                legend=legend,
                clock=result.clock,
                left=left,
                colour=BOUNDARY if left and not group else colour,
                dash="longdashdot" if left else dash,
            )
            length = max(length, float(curve["case"].max()))
    return length


def _curves(result: TimeToCompetence, group: object) -> list[tuple[bool, pd.DataFrame]]:
    """Take the curves of a group: Kaplan-Meier, or with and without a signal where trainees may have left."""
    unit = "day" if result.clock == "days" else "case"
    if result.incidence is None:
        return [(False, result.curve[result.curve["group"] == group].rename(columns={unit: "case"}))]
    own = result.incidence[result.incidence["group"] == group].rename(columns={"time": "case"})
    last = result.curve.loc[result.curve["group"] == group, unit].max()
    return [(ending == "left", _until(own[own["ending"] == ending], last)) for ending in ("crossed", "left")]


def _until(curve: pd.DataFrame, last: float) -> pd.DataFrame:
    """Draw a curve on to the last time that anybody was seen."""
    if curve.empty or curve["case"].iloc[-1] >= last:
        return curve
    return pd.concat([curve, curve.tail(1).assign(case=last)], ignore_index=True)


def _axes(sketch: Sketch, length: float, words: Language, *, days: bool) -> None:
    """Lay out the axes: procedures, or months since the start; shares."""
    ticks = [0, 0.25, 0.5, 0.75, 1]
    across = sketch.axis("x")
    across["range"] = [0, length * 1.02]
    if days:
        step = next(size for size in (1, 3, 6, 12, 24, 10**6) if length / _MONTH / size <= 8)
        months = list(range(0, int(1.02 * length / _MONTH) + 1, step))
        across.update(tickvals=[round(_MONTH * k, 1) for k in months], ticktext=[words.number(k) for k in months])
        across["title"] = {"text": words.text("Months since the start")}
    else:
        across.update(tickvals=case_ticks(length), title={"text": words.text("Procedure number")})
    up = {"range": [0, 1.03], "tickvals": ticks, "ticktext": [words.percent(tick) for tick in ticks]}
    sketch.axis("y").update(up, title={"text": words.text("Share with signal of competence")})
