"""The share with a signal of competence by procedure number: a line of steps, its band, the numbers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cusum.figures.sketch import Sketch
from cusum.figures.theme import CURVE, tint
from cusum.figures.writing import percent_words
from cusum.language import Language

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["add_at_risk", "add_nothing", "add_share", "at_risk", "case_ticks", "median_words"]


def at_risk(crossings: pd.DataFrame, cases: Sequence[int]) -> NDArray[np.int64]:
    """Count the trainees who had done so many procedures and had no signal before.

    Parameters
    ----------
    crossings : DataFrame
        One row a trainee: columns crossed, case and cases.
    cases : sequence of int
        Case numbers; at 0, all trainees count.

    Returns
    -------
    array of int
        Number at risk at each case number.

    Examples
    --------
    >>> import pandas as pd
    >>> at_risk(pd.DataFrame({"crossed": [True, False], "case": [4, pd.NA], "cases": [9, 6]}), [0, 4, 5]).tolist()
    [2, 2, 1]
    """
    crossed = crossings["crossed"].to_numpy(dtype=bool)
    waited = np.where(
        crossed, crossings["case"].fillna(0).to_numpy(dtype=float), crossings["cases"].to_numpy(dtype=float)
    )
    return (waited[None, :] >= np.asarray(cases, dtype=float)[:, None]).sum(axis=1)


def case_ticks(length: float, most: int = 8) -> list[int]:
    """Choose round case numbers for an axis.

    Parameters
    ----------
    length : float
        Case number at the right end.
    most : int, default 8
        At most so many steps.

    Returns
    -------
    list of int
        0 and round numbers up to `length`.

    Examples
    --------
    >>> case_ticks(97)
    [0, 20, 40, 60, 80]
    """
    step = next(size for size in (5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 10**6) if length / size <= most)
    return list(range(0, int(length) + 1, step))


def add_share(
    sketch: Sketch,
    curve: pd.DataFrame,
    language: Language,
    *,
    name: str,
    level: str,
    x: str,
    y: str,
    colour: str = CURVE,
    dash: str = "solid",
    opacity: float = 0.18,
    legend: bool = False,
    clock: str = "cases",
    left: bool = False,
) -> None:
    """Draw a share by case number with its band.

    Parameters
    ----------
    sketch : Sketch
        The figure in the making; it is changed.
    curve : DataFrame
        Columns case, share, low, high and at_risk, in order of case.
    language : Language
        The reader's.
    name : str
        Whose share it is.
    level : str
        Level of the band as written, such as ``95%``.
    x, y : str
        Axes.
    colour, dash : str
        Role of the line.
    opacity : float, default 0.18
        Strength of the band; 0 for none.
    legend : bool, default False
        True puts the line in the legend, once for each name.
    clock : {"cases", "days"}, default "cases"
        What the column case counts.
    left : bool, default False
        True for the share of those who left without a signal.
    """
    start = curve["case"].iloc[0] == 0 if len(curve) else False
    case = (
        curve["case"].to_numpy(dtype=float) if start else np.concatenate([[0.0], curve["case"].to_numpy(dtype=float)])
    )
    share, low, high = (
        np.round(values if start else np.concatenate([[0.0], values]), 5)
        for values in (curve[column].to_numpy(dtype=float) for column in ("share", "low", "high"))
    )
    if opacity:
        low, high = np.nan_to_num(low), np.where(np.isnan(high), share, high)
        steps = [_steps(case, edge) for edge in (low, high)]
        sketch.draw(
            x=np.concatenate([steps[0][0], steps[1][0][::-1]]),
            y=np.concatenate([steps[0][1], steps[1][1][::-1]]),
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=tint(colour, opacity),
            hoverinfo="skip",
            showlegend=False,
            name=language.text("{name}: {level} confidence interval", name=name, level=level),
            xaxis=x,
            yaxis=y,
            meta={"role": "left band" if left else "band"},
        )
    data = [
        [percent_words(value, language) for value in values]
        for values in zip(share.tolist(), low.tolist(), high.tolist(), strict=True)
    ]
    named = any(other.get("name") == name and other.get("showlegend") for other in sketch.traces)
    sketch.draw(
        x=case,
        y=share,
        mode="lines",
        line={"color": colour, "width": 2.5, "dash": dash, "shape": "hv"},
        name=name,
        showlegend=legend and not named,
        customdata=data,
        hovertemplate=f"<b>{name}</b><br>{_pointed_at(language, level, clock, left=left)}<extra></extra>",
        xaxis=x,
        yaxis=y,
        meta={"role": "left" if left else "share"},
    )


def add_nothing(sketch: Sketch, *, x: str, y: str) -> None:
    """Keep the place of a chart that has nothing to show: an axis without a trace would lose its place.

    Parameters
    ----------
    sketch : Sketch
        The figure in the making; it is changed.
    x, y : str
        Axes.
    """
    unseen = {"mode": "markers", "marker": {"opacity": 0}, "hoverinfo": "skip", "showlegend": False}
    sketch.draw(x=[0], y=[0], **unseen, xaxis=x, yaxis=y, meta={"role": "nothing"})


_PLACES = {"share": "%{customdata[0]}", "low": "%{customdata[1]}", "high": "%{customdata[2]}"}


def _pointed_at(language: Language, level: str, clock: str, *, left: bool) -> str:
    """Words for the point that is pointed at: when, and the share with its interval."""
    if left:
        told = language.translate("{share} left without a signal ({level} confidence interval {low} to {high})")
    else:
        told = language.translate("{share} with signal of competence ({level} confidence interval {low} to {high})")
    when = language.text("day {day}", day="%{x}") if clock == "days" else language.text("no. {case}", case="%{x}")
    return f"{when}<br>{told.format(level=level, **_PLACES)}"


def _steps(case: NDArray[Any], value: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Corners of a line of steps, so that a filled edge has steps too."""
    return np.repeat(case, 2)[1:], np.repeat(value, 2)[:-1]


def add_at_risk(
    sketch: Sketch,
    rows: Sequence[tuple[str, str, Sequence[int]]],
    cases: Sequence[int],
    language: Language,
    *,
    x: str,
    y: str,
) -> None:
    """Write the numbers at risk under a share by case number, one row a group.

    Parameters
    ----------
    sketch : Sketch
        The figure in the making; it is changed.
    rows : sequence of (name, colour, counts)
        Groups from the top; one count for each case number.
    cases : sequence of int
        Case numbers where they are written.
    language : Language
        The reader's.
    x, y : str
        Axes; the vertical one has nothing else on it.
    """
    for i, (name, colour, counts) in enumerate(rows):
        sketch.draw(
            x=list(cases),
            y=[-i] * len(cases),
            mode="text",
            text=[language.number(int(count)) for count in counts],
            textfont={"color": colour},
            name=language.text("{name}: numbers at risk", name=name) if name else language.text("Numbers at risk"),
            hoverinfo="skip",
            showlegend=False,
            cliponaxis=False,
            xaxis=x,
            yaxis=y,
            meta={"role": "at risk"},
        )


def median_words(median: Any, language: Language, level: str, *, clock: str = "cases") -> str:
    """Say by which case number, or day, half of the trainees have a signal of competence.

    Parameters
    ----------
    median : mapping
        Columns median, low and high; missing where not reached.
    language : Language
        The reader's.
    level : str
        Level of the interval as written, such as ``95%``.
    clock : {"cases", "days"}, default "cases"
        What they count.

    Returns
    -------
    str
        The median with its interval, or that it is not reached.
    """
    if pd.isna(median["median"]):
        return language.text("median not reached: fewer than half have a signal of competence")
    at = {name: language.number(median[name]) for name in ("median", "low", "high")}
    if pd.isna(median["high"]):
        if clock == "days":
            told = language.translate("median: day {median} ({level} confidence interval from {low}, no upper limit)")
        else:
            told = language.translate("median: no. {median} ({level} confidence interval from {low}, no upper limit)")
    elif clock == "days":
        told = language.translate("median: day {median} ({level} confidence interval {low} to {high})")
    else:
        told = language.translate("median: no. {median} ({level} confidence interval {low} to {high})")
    return told.format(level=level, **at)
