"""The parts of a department's adjusted figure: the VLAD, the risk-adjusted CUSUM, and the signals through both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE, MARKERS, REFERENCE, SIGNAL
from cusum.figures.writing import day_words
from cusum.language import Language

__all__ = ["add_cusum", "add_signals", "add_vlad", "cusum_top"]

_APART = 0.16
"""Signals closer together than this share of the cases have one label."""
_MOST_LIMITS = 150
"""Of a longer path, the limits are drawn at about so many of the cases."""


def _spread(n: int) -> list[int]:
    """Choose the cases, counted from 0, at which the limits are drawn: all, or evenly some with the last."""
    step = -(-n // _MOST_LIMITS)
    return sorted({*range(0, n, step), n - 1})


def add_vlad(sketch: Sketch, own: pd.DataFrame, lower: Any, upper: Any, level: str, words: Language) -> None:
    """Draw the VLAD, each case with its date, and the limits that hold for each case on its own.

    Parameters
    ----------
    sketch : Sketch
        The figure in the making; it is changed.
    own : DataFrame
        The department's path: case, performed_on, failure, risk, vlad, statistic, limit and signal, in order.
    lower, upper : array of float, shape (n,)
        Prediction limits after each case.
    level : str
        Their level as written.
    words : Language
        The reader's.
    """
    case = own["case"].tolist()
    chosen = _spread(len(case))
    x = [case[k] for k in chosen]
    low, high = (np.round(values[chosen], 2).tolist() for values in (lower, upper))
    sketch.draw(
        x=[*x, None, *x],
        y=[*low, None, *high],
        mode="lines",
        line={"color": BOUNDARY, "width": 1.25, "dash": "dot"},
        name=words.text("{level} limits at each case, descriptive", level=level),
        hoverinfo="skip",
        xaxis="x2",
        yaxis="y",
        meta={"role": "prediction limits"},
    )
    failed = words.text("failure")
    said = [
        [f"{day_words(day, words)} · {failed}" if wrong else day_words(day, words), round(100 * risk, 1)]
        for day, wrong, risk in zip(own["performed_on"].dt.date, own["failure"], own["risk"], strict=True)
    ]
    sign = words.percent(0).replace("0", "", 1)
    chance = words.text("expected risk {risk}", risk=f"%{{customdata[1]:.1f}}{sign}")
    sketch.draw(
        x=[0, *case],
        y=[0.0, *(own["vlad"].round(3) + 0.0).tolist()],
        mode="lines",
        line={"color": CURVE, "width": 2, "shape": "hv"},
        name=words.text("VLAD"),
        customdata=[["", None], *said],
        showlegend=False,
        hovertemplate=f"{_number(words)} %{{customdata[0]}}<br>{chance}<br>VLAD %{{y:.1f}}<extra></extra>",
        xaxis="x2",
        yaxis="y",
        meta={"role": "vlad"},
    )


def _number(words: Language) -> str:
    """Write the case number of what is pointed at."""
    return f"<b>{words.text('no. {case}', case='%{x}')}</b>"


def add_cusum(sketch: Sketch, own: pd.DataFrame, words: Language) -> None:
    """Draw the CUSUM, begun anew after each signal, its limit, and a tick for each failure.

    Parameters
    ----------
    sketch : Sketch
        The figure in the making; it is changed.
    own : DataFrame
        The department's path: case, performed_on, failure, risk, vlad, statistic, limit and signal, in order.
    words : Language
        The reader's.
    """
    limit = float(own["limit"].iloc[0])
    sketch.draw(
        x=[0, len(own)],
        y=[round(limit, 4)] * 2,
        mode="lines",
        line={"color": BOUNDARY, "width": 1.5, "dash": "dash"},
        name=words.text("limit: deterioration"),
        hoverinfo="skip",
        xaxis="x",
        yaxis="y2",
        meta={"role": "limit"},
    )
    x: list[int | None] = [0]
    y: list[float | None] = [0.0]
    for case, statistic, signal in own[["case", "statistic", "signal"]].itertuples(index=False, name=None):
        x.append(int(case))
        y.append(round(float(statistic), 3) + 0.0)
        if signal:
            x += [None, int(case)]
            y += [None, 0.0]
    sketch.draw(
        x=x,
        y=y,
        mode="lines",
        line={"color": CURVE, "width": 2, "shape": "hv"},
        name=words.text("statistic"),
        showlegend=False,
        hovertemplate=f"{_number(words)} %{{y:.2f}}<extra></extra>",
        xaxis="x",
        yaxis="y2",
        meta={"role": "statistic"},
    )
    failed = own.loc[own["failure"].astype(bool), "case"].tolist()
    sketch.draw(
        x=failed,
        y=[-0.05 * cusum_top(own)] * len(failed),
        mode="markers",
        marker={"symbol": "line-ns", "size": 8, "line": {"width": 1.25, "color": REFERENCE}},
        name=words.text("failure"),
        hovertemplate=f"{words.text('failure')}, {words.text('no. {case}', case='%{x}')}<extra></extra>",
        xaxis="x",
        yaxis="y2",
        meta={"role": "failure"},
    )


def cusum_top(own: pd.DataFrame) -> float:
    """Give the upper end of the CUSUM's axis.

    Parameters
    ----------
    own : DataFrame
        The department's path: statistic and limit.

    Returns
    -------
    float
        With room for words above the limit.
    """
    return 1.45 * max(float(own["limit"].iloc[0]), float(own["statistic"].max()))


def add_signals(sketch: Sketch, own: pd.DataFrame, words: Language) -> str:
    """Draw each signal as a line through both charts and a marker, and say them.

    Parameters
    ----------
    sketch : Sketch
        The figure in the making; it is changed.
    own : DataFrame
        The department's path: case, performed_on, failure, risk, vlad, statistic, limit and signal, in order.
    words : Language
        The reader's.

    Returns
    -------
    str
        One sentence.
    """
    said = own[own["signal"].astype(bool)]
    if said.empty:
        return words.text("The risk-adjusted CUSUM gives no signal.")
    days = [words.date(day, "medium") for day in said["performed_on"]]
    cases = said["case"].astype(int).tolist()
    sketch.draw(
        x=cases,
        y=said["statistic"].round(3).tolist(),
        mode="markers",
        marker={"symbol": MARKERS["deterioration"], "size": 12, "color": SIGNAL},
        name=words.signal("deterioration"),
        customdata=days,
        hovertemplate=f"{words.signal('deterioration')}<br>{_number(words)} · %{{customdata}}<extra></extra>",
        xaxis="x",
        yaxis="y2",
        meta={"role": "signal"},
    )
    line = {"color": SIGNAL, "width": 1.25, "dash": "dashdot"}
    named = -len(own)
    for case, day in zip(cases, days, strict=True):
        sketch.shape(type="line", xref="x", x0=case, x1=case, yref="paper", y0=0, y1=1, line=line, name="signal")
        if case - named > _APART * len(own):
            _name_signal(sketch, case, day, words, right=case > 0.8 * len(own))
            named = case
    listed = words.join(
        [words.text("no. {case} ({date})", case=words.number(k), date=day) for k, day in zip(cases, days, strict=True)]
    )
    return words.text("The risk-adjusted CUSUM signals deterioration at {cases}.", cases=listed)


def _name_signal(sketch: Sketch, case: int, day: str, words: Language, *, right: bool) -> None:
    """Write the case number and the date of a signal beside its line."""
    at = {"x": case, "xref": "x", "y": 1, "yref": "y2 domain", "yanchor": "top"}
    side = {"xanchor": "right", "xshift": -3} if right else {"xanchor": "left", "xshift": 3}
    text = words.text("no. {case}", case=words.number(case)) + f"<br>{day}"
    sketch.note(text=text, **at, **side, align=side["xanchor"], font={"color": SIGNAL}, name="signal")
