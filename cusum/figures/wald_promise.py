"""What does Wald's limit promise, and what does it do?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cusum.figures.power_words import LIMIT_LINE, false_words, probability_axis, probability_line, rate_words
from cusum.figures.sketch import Sketch
from cusum.figures.survival import case_ticks
from cusum.figures.theme import BOUNDARY, CURVE, REFERENCE, SIGNAL, legend_below, new_sketch
from cusum.figures.wording import capital
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.design.wald import WaldPromise

__all__ = ["plot_wald_promise"]

_HEIGHT = 480
_WALD = {"color": SIGNAL, "width": 2.5, "shape": "hv"}
_DESIGNED = {"color": CURVE, "width": 2.5, "dash": "dash", "shape": "hv"}


def plot_wald_promise(result: WaldPromise, *, title: str = "", language: str = "en") -> go.Figure:
    """Draw the probability of a false signal of Wald's limit against the number of procedures.

    Parameters
    ----------
    result : WaldPromise
        From `cusum.wald_promise`.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        The truth about Wald's limit, the nominal alpha as a line, and the designed limit, whose promise holds to the
        number of procedures that it was designed for.

    Examples
    --------
    >>> from cusum import Criterion, wald_promise
    >>> figure = plot_wald_promise(wald_promise(Criterion(acceptable=0.10, unacceptable=0.20), cases=100))
    >>> [dots.text for dots in figure.data if dots.meta["role"] == "value of wald"]
    [('5.6%', '17.5%', '36.9%')]
    """
    words = get_language(language)
    title = title or words.text("The promise of Wald's limit, and the truth")
    designed_for = result.design.promise.within
    sketch = new_sketch(
        words,
        title=title,
        subtitle=capital(words.text("probability of a {signal}", signal=false_words(result.chart, words))),
        height=_HEIGHT,
        margin={"l": 72, "r": 24, "t": 84, "b": 104},
        showlegend=True,
        legend=legend_below(_HEIGHT, 104),
    )
    wald = words.text("Wald's limit {limit}", limit=words.number(result.limit, 3))
    values = {"limit": words.number(result.design.limit, 3), "n": words.number(designed_for)}
    designed = words.text("designed limit {limit}, for {n} procedures", **values)
    if not result.design.reachable:
        designed = words.text("limit {limit}, out of reach within {n} procedures", **values)
    where = words.text("within {n} procedures", n="%{x}")
    for y, name, line, role in (
        (result.false_signal, wald, _WALD, "wald"),
        (result.designed_false_signal, designed, _DESIGNED, "designed"),
    ):
        sketch.draw(**probability_line(result.cases, y, words, name=capital(name), where=where, line=line, role=role))
    last = int(result.cases[-1])
    top = max(float(result.false_signal[-1]), float(result.designed_false_signal[-1]), 1.5 * result.alpha)
    _promise(sketch, result, words)
    line = {"color": REFERENCE, "width": 1, "dash": "dot"}
    sketch.shape(
        type="line", x0=designed_for, x1=designed_for, yref="y domain", y0=0, y1=1, line=line, name="designed for"
    )
    text = words.text("{n} procedures", n=words.number(designed_for))
    sketch.note(text=text, x=designed_for, yref="y domain", y=1, yanchor="bottom", name="designed for")
    places = sorted({max(1, designed_for // 2), designed_for, last})
    _values(sketch, [n for n in places if n <= last], result, words)
    across: dict[str, Any] = {"range": [0, last * 1.06], "tickvals": case_ticks(last)}
    sketch.axis("x").update(across, title={"text": words.text("Number of procedures")})
    sketch.axis("y").update(probability_axis(words, words.text("Probability of a false signal"), top=min(1.0, top)))
    return sketch.figure(alt=" ".join([f"{title}.", *_sentences(result, places, words)]))


def _promise(sketch: Sketch, result: WaldPromise, words: Language) -> None:
    """Draw the nominal alpha as a line with its name at the right."""
    sketch.shape(
        type="line", xref="x domain", x0=0, x1=1, y0=result.alpha, y1=result.alpha, line=LIMIT_LINE, name="alpha"
    )
    text = words.text("promised: {alpha}", alpha=rate_words(result.alpha, words))
    place: dict[str, Any] = {"xref": "x domain", "x": 1, "xanchor": "right", "yanchor": "top"}
    sketch.note(text=text, y=result.alpha, **place, font={"color": BOUNDARY}, name="alpha")


def _values(sketch: Sketch, places: list[int], result: WaldPromise, words: Language) -> None:
    """Write the probabilities at some numbers of procedures onto the lines."""
    for y, colour, symbol, role in (
        (result.false_signal, SIGNAL, "circle", "wald"),
        (result.designed_false_signal, CURVE, "diamond", "designed"),
    ):
        here = places if role == "wald" else [n for n in places if n >= result.design.promise.within]
        at = [float(y[n - 1]) for n in here]
        sketch.draw(
            x=here,
            y=[round(value, 6) for value in at],
            mode="markers+text",
            marker={"symbol": symbol, "size": 9, "color": colour},
            text=[words.percent(value, 1) for value in at],
            textposition="top left" if role == "wald" else "bottom right",
            textfont={"color": colour},
            hoverinfo="skip",
            showlegend=False,
            cliponaxis=False,
            meta={"role": f"value of {role}"},
        )


def _sentences(result: WaldPromise, places: list[int], words: Language) -> list[str]:
    """Say the same in words."""
    name = false_words(result.chart, words)
    return [
        words.text(
            "Within {n} procedures the probability of a {signal} is {wald} with Wald's limit, which promises {alpha}, "
            "and {designed} with the limit designed for {within} procedures.",
            n=words.number(n),
            signal=name,
            wald=words.percent(float(result.false_signal[n - 1]), 1),
            designed=words.percent(float(result.designed_false_signal[n - 1]), 1),
            alpha=rate_words(result.alpha, words),
            within=words.number(result.design.promise.within),
        )
        for n in places
    ]
