"""How many cases does a chart take to signal?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cusum.errors import InvalidParameter
from cusum.figures.survival import case_ticks
from cusum.figures.theme import BOUNDARY, CURVE, SIGNAL, legend_below, new_sketch
from cusum.language import get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.design import RunLength

__all__ = ["plot_run_length"]

_HEIGHT = 420
_DASHES = {"competent": "solid", "acceptable": "solid", "deterioration": "dash", "unacceptable": "dash"}


def plot_run_length(
    result: RunLength, *, within: int | None = None, title: str = "", language: str = "en"
) -> go.Figure:
    """Draw the probability of a signal within any number of cases.

    Parameters
    ----------
    result : RunLength
        From `cusum.run_length`.
    within : int, optional
        Number of cases at the right end; by default so many that 95% have signalled, 10 to 500.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        One line for each kind of signal, and the median where it is reached.

    Raises
    ------
    InvalidParameter
        If `within` is below 1.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum, run_length
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=2.7726)
    >>> figure = plot_run_length(run_length(chart, failure_rate=0.20), within=100)
    >>> round(float(figure.data[0].y[100]), 3)
    0.175
    """
    if within is not None and within < 1:
        raise InvalidParameter("within is {value}", expected="1 or more", value=within)
    words = get_language(language)
    far = result.quantile(0.95)
    last = within or int(min(500, max(10, far if np.isfinite(far) else 500)))
    cases = np.arange(last + 1)
    title = title or words.text("Probability of a signal by procedure number")
    sketch = new_sketch(words, title=title, height=_HEIGHT, showlegend=True, legend=legend_below(_HEIGHT, 92))
    sketch.layout["margin"] = {"l": 72, "r": 24, "t": 56, "b": 92}
    said = []
    for kind in [kind for kind in result.kinds if kind]:
        share = np.asarray(result.signal_by(cases, kind), dtype=float)
        name = words.signal(kind)
        sketch.draw(
            x=cases,
            y=np.round(share, 6),
            mode="lines",
            line={"color": CURVE if _DASHES.get(kind) == "solid" else SIGNAL, "width": 2.5, "shape": "hv"}
            | {"dash": _DASHES.get(kind, "solid")},
            name=name,
            customdata=[words.percent(value, 1) for value in share],
            hovertemplate=f"{name}<br>{words.text('no. {case}', case='%{x}')}: %{{customdata}}<extra></extra>",
            meta={"role": kind},
        )
        said.append(
            words.text(
                "{signal} within {n} procedures: {probability}.",
                signal=name,
                n=words.number(last),
                probability=words.percent(share[-1], 1),
            )
        )
    ticks = [0, 0.25, 0.5, 0.75, 1]
    across = {"range": [0, last * 1.02], "tickvals": case_ticks(last)}
    sketch.axis("x").update(across, title={"text": words.text("Procedure number")})
    up = {"range": [0, 1.03], "tickvals": ticks, "ticktext": [words.percent(tick) for tick in ticks]}
    sketch.axis("y").update(up, title={"text": words.text("Probability of a signal")})
    median = result.median
    if median <= last:
        text = words.text("median: no. {median}", median=words.number(median))
        dots = {"color": BOUNDARY, "width": 1, "dash": "dot"}
        sketch.shape(type="line", x0=median, x1=median, y0=0, y1=0.5, line=dots)
        sketch.note(text=text, x=median, y=0.5, xanchor="left", xshift=6, name="median")
        said.append(f"{text}.")
    return sketch.figure(alt=" ".join([f"{title}.", *said]))
