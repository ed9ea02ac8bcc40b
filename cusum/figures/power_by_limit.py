"""What would another limit do?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cusum.figures.power_words import (
    LIMIT_LINE,
    POWER_LINE,
    WRONG_LINE,
    false_words,
    probability_axis,
    probability_line,
    rate_words,
    true_words,
)
from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE, REFERENCE, SIGNAL, legend_below, new_sketch
from cusum.figures.wording import capital
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.design.power import PowerByLimit

__all__ = ["plot_power_by_limit"]

_HEIGHT = 480


def plot_power_by_limit(result: PowerByLimit, *, title: str = "", language: str = "en") -> go.Figure:
    """Draw the probability of a false and of a true signal against the limit.

    Parameters
    ----------
    result : PowerByLimit
        From `cusum.power_by_limit`.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        Both probabilities as steps over the limits that differ, the promise as a line, the designed limit and Wald's
        marked.

    Examples
    --------
    >>> from cusum import Criterion, power_by_limit
    >>> figure = plot_power_by_limit(power_by_limit(Criterion(acceptable=0.10, unacceptable=0.20), cases=50))
    >>> [mark.y[0] for mark in figure.data if mark.meta["role"] == "designed limit"]
    [0.497133, 0.048933]
    """
    words = get_language(language)
    n = words.number(result.cases)
    title = title or words.text("What a limit does within {n} procedures", n=n)
    marks = _marks(result, words)
    sketch = new_sketch(
        words,
        title=title,
        subtitle="<br>".join(said for _, _, _, said, _ in marks),
        height=_HEIGHT,
        margin={"l": 72, "r": 24, "t": 116, "b": 104},
        showlegend=True,
        legend=legend_below(_HEIGHT, 104),
    )
    x = np.concatenate(([0.0], result.limits))
    for y, name, line, role in (
        (result.power, true_words(result.chart, words), POWER_LINE, "power"),
        (result.false_signal, false_words(result.chart, words), WRONG_LINE, "false signal"),
    ):
        steps = np.concatenate((y[:1], y))
        where = words.text("limit {limit}", limit="%{x:.3f}")
        trace = probability_line(x, steps, words, name=capital(name), where=where, line=line, role=role)
        sketch.draw(**trace | {"line": line | {"shape": "vh"}})
    _promise(sketch, result, words)
    sides = sorted(marks, key=lambda mark: mark[0])
    for mark in marks:
        _mark(sketch, *mark, left=mark is sides[0], words=words)
    right = float(max(result.limits[-1], result.wald_limit))
    sketch.axis("x").update(range=[0, right], title={"text": words.text("Limit")})
    sketch.axis("y").update(probability_axis(words, words.text("Probability of a signal")))
    rates = f"{capital(true_words(result.chart, words))}; {false_words(result.chart, words)}."
    return sketch.figure(alt=" ".join([f"{title}.", rates, *(said for _, _, _, said, _ in marks)]))


def _marks(result: PowerByLimit, words: Language) -> list[tuple[float, float, float, str, str]]:
    """Say where the designed limit and Wald's are, and what they do."""
    design = result.design
    wald = words.text(
        "Wald's limit {limit}: false signal {false}, power {power}.",
        limit=words.number(result.wald_limit, 3),
        false=words.percent(result.wald_false_signal, 1),
        power=words.percent(result.wald_power, 1),
    )
    marks = [(result.wald_limit, result.wald_false_signal, result.wald_power, wald, "wald limit")]
    if not design.reachable:
        none = words.text("No limit keeps the promise within so few procedures and can be reached.")
        return [(*marks[0][:3], f"{none} {wald}", "wald limit")]
    designed = words.text(
        "Designed limit {limit}: false signal {false}, power {power}.",
        limit=words.number(design.limit, 3),
        false=words.percent(design.false_signal, 1),
        power=words.percent(design.true_signal, 1),
    )
    return [(design.limit, design.false_signal, design.true_signal, designed, "designed limit"), *marks]


def _promise(sketch: Sketch, result: PowerByLimit, words: Language) -> None:
    """Draw the promise as a line with its name at the left, where both curves are high above it."""
    promise = result.design.promise.false_signal
    sketch.shape(type="line", xref="x domain", x0=0, x1=1, y0=promise, y1=promise, line=LIMIT_LINE, name="promise")
    text = words.text("promised: at most {promise}", promise=rate_words(promise, words))
    place: dict[str, Any] = {"xref": "x domain", "x": 0, "xanchor": "left", "xshift": 4}
    sketch.note(text=text, **place, y=promise, yanchor="bottom", font={"color": BOUNDARY}, name="promise")


def _mark(
    sketch: Sketch, limit: float, false: float, power: float, said: str, role: str, *, left: bool, words: Language
) -> None:
    """Draw a limit as a vertical line with its name above, and a marker on each curve."""
    wald = role == "wald limit"
    text = words.text("Wald's limit") if wald else words.text("designed limit")
    line = {"color": REFERENCE if wald else BOUNDARY, "width": 1, "dash": "dot" if wald else "solid"}
    sketch.shape(type="line", x0=limit, x1=limit, yref="y domain", y0=0, y1=1, line=line, name=role)
    side: dict[str, Any] = {"xanchor": "right", "xshift": 3} if left else {"xanchor": "left", "xshift": -3}
    sketch.note(text=text, x=limit, yref="y domain", y=1, yanchor="bottom", **side, name=role)
    for y, colour in ((power, CURVE), (false, SIGNAL)):
        sketch.draw(
            x=[round(limit, 6)],
            y=[round(y, 6)],
            mode="markers",
            marker={"symbol": "circle-open" if wald else "diamond", "size": 10, "color": colour}
            | {"line": {"width": 2, "color": colour}},
            customdata=[words.percent(y, 1)],
            hovertemplate=f"{text} {words.number(limit, 3)}: %{{customdata}}<extra></extra>",
            name=text,
            showlegend=False,
            cliponaxis=False,
            meta={"role": role},
        )
