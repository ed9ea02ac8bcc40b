"""How many procedures does it take, before a chart can decide?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cusum.figures.power_words import POWER_LINE, probability_axis, probability_line, rate_words
from cusum.figures.sketch import Sketch
from cusum.figures.survival import case_ticks
from cusum.figures.theme import BOUNDARY, CURVE, GRID, REFERENCE, SIGNAL, legend_below, new_sketch
from cusum.figures.wording import capital
from cusum.figures.writing import criterion_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.design.volume import PowerByVolume

__all__ = ["plot_power_by_volume"]

_HEIGHT = 480
_POWERS = (0.5, 0.8, 0.9)
_LEARNER = {"color": SIGNAL, "width": 2.5, "dash": "dash"}
_LABEL = 0.25
"""Share of the width that words in the figure take."""
_GROUND = "rgba(255,255,255,0.75)"
_BOUND = {"color": BOUNDARY, "width": 1.5, "dash": "dot"}


def plot_power_by_volume(result: PowerByVolume, *, title: str = "", language: str = "en") -> go.Figure:
    """Draw the power against the number of procedures, each with the limit designed for it.

    Parameters
    ----------
    result : PowerByVolume
        From `cusum.power_by_volume`.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        The power, the bound of Neyman and Pearson faintly above it, lines at 50, 80 and 90% with the number of
        procedures that they take, the number planned, and the trainee who learns, where one was stated.

    Examples
    --------
    >>> from cusum import Criterion, power_by_volume
    >>> figure = plot_power_by_volume(power_by_volume(Criterion(acceptable=0.10, unacceptable=0.20), cases=50))
    >>> [note.text for note in figure.layout.annotations if note.name == "planned"]
    ['50 procedures: 49.7%']
    """
    words = get_language(language)
    title = title or words.text("Can so many procedures decide?")
    promise = rate_words(result.promise, words)
    subtitle = words.text(
        "Probability of a signal of competence, acceptable / unacceptable failure rate {criterion}, "
        "false signals at most {promise}",
        criterion=criterion_words(result.criterion.acceptable, result.criterion.unacceptable, words),
        promise=promise,
    )
    sketch = new_sketch(
        words,
        title=title,
        subtitle=subtitle,
        height=_HEIGHT,
        margin={"l": 72, "r": 24, "t": 100, "b": 112},
        showlegend=True,
        legend=legend_below(_HEIGHT, 112),
    )
    for y, name, line, role in _lines(result, words):
        trace = probability_line(
            result.cases, y, words, name=capital(name), where=_where(words), line={**line, "shape": "hv"}, role=role
        )
        sketch.draw(**trace)
    last = int(result.cases[-1])
    said = [_needed(sketch, result, power, words) for power in _POWERS]
    said += _planned(sketch, result, words) + _adequate(sketch, result, words)
    across: dict[str, Any] = {"range": [0, last], "tickvals": case_ticks(last)}
    sketch.axis("x").update(across, title={"text": words.text("Number of procedures")})
    sketch.axis("y").update(probability_axis(words, words.text("Probability of a signal of competence")))
    return sketch.figure(alt=" ".join([f"{title}", f"{subtitle}.", *said]))


def _where(words: Language) -> str:
    """Say how many procedures, in the hover text."""
    return words.text("{n} procedures", n="%{x}")


def _lines(result: PowerByVolume, words: Language) -> list[tuple[Any, str, dict[str, Any], str]]:
    """List the lines: values, name, look, role."""
    power = words.text("a trainee who is good enough from the first procedure on (the power)")
    bound = words.text("the most that any chart could give that trainee (Neyman and Pearson)")
    lines = [(result.power, power, POWER_LINE, "power"), (result.bound, bound, _BOUND, "bound")]
    if result.learner is not None:
        lines.append((result.learner, words.text("the trainee who learns"), _LEARNER, "learner"))
    return lines


def _needed(sketch: Sketch, result: PowerByVolume, power: float, words: Language) -> str:
    """Draw a line at a power, with the number of procedures that it takes."""
    line = {"color": GRID, "width": 1}
    sketch.shape(type="line", layer="below", xref="x domain", x0=0, x1=1, y0=power, y1=power, line=line, name="power")
    cases = result.cases_for(power)
    share = words.percent(power)
    if cases is None:
        more = words.number(int(result.cases[-1]))
        return words.text("{power} power takes more than {n} procedures.", power=share, n=more)
    sketch.draw(
        x=[cases],
        y=[round(float(result.power[cases - 1]), 6)],
        mode="markers",
        marker={"symbol": "circle", "size": 8, "color": CURVE},
        hoverinfo="skip",
        showlegend=False,
        meta={"role": "needed"},
    )
    text = words.text("{power} from {n} procedures on", power=share, n=words.number(cases))
    # The curves rise from left to right: below and after the marker there is room, except at the end of the axis.
    late = cases > (1 - _LABEL) * result.cases[-1]
    side: dict[str, Any] = {"xanchor": "right" if late else "left", "yanchor": "top", "yshift": -14 if late else -4}
    sketch.note(text=text, x=cases, y=power, **side, font={"color": CURVE}, bgcolor=_GROUND, name="needed")
    return words.text("{power} power takes {n} procedures.", power=share, n=words.number(cases))


def _planned(sketch: Sketch, result: PowerByVolume, words: Language) -> list[str]:
    """Mark the number planned."""
    n = result.planned
    if n is None:
        return []
    power = float(result.power[n - 1])
    values = {"n": words.number(n), "power": words.percent(power, 1)}
    line = {"color": REFERENCE, "width": 1, "dash": "dot"}
    sketch.shape(type="line", x0=n, x1=n, yref="y domain", y0=0, y1=1, line=line, name="planned")
    sketch.draw(
        x=[n],
        y=[round(power, 6)],
        mode="markers",
        marker={"symbol": "diamond", "size": 11, "color": REFERENCE},
        customdata=[values["power"]],
        hovertemplate=f"{_where(words)}: %{{customdata}}<extra></extra>",
        showlegend=False,
        meta={"role": "planned"},
    )
    side: dict[str, Any] = {"xanchor": "right", "xshift": 3} if n > 0.7 * result.cases[-1] else {"xanchor": "left"}
    text = words.text("{n} procedures: {power}", **values)
    sketch.note(text=text, x=n, yref="y domain", y=1, yanchor="bottom", **side, name="planned")
    if np.isnan(result.limit[n - 1]):
        return [words.text("{n} procedures cannot decide.", n=values["n"])]
    return [words.text("With {n} procedures the power is {power}.", **values)]


def _adequate(sketch: Sketch, result: PowerByVolume, words: Language) -> list[str]:
    """Mark where the trainee who learns has become good enough, and say how the end is."""
    if result.learner is None:
        return []
    last = int(result.planned or result.cases[-1])
    values = {"n": words.number(last), "power": words.percent(float(result.learner[last - 1]), 1)}
    said = [
        words.text("The trainee who learns gets the signal within {n} procedures with probability {power}.", **values)
    ]
    start = result.adequate_from
    if start is not None:
        line = {"color": SIGNAL, "width": 1, "dash": "dot"}
        sketch.shape(type="line", x0=start, x1=start, yref="y domain", y0=0, y1=1, line=line, name="adequate")
        text = words.text("good enough from no. {n} on", n=words.number(start))
        place: dict[str, Any] = {"yref": "y domain", "y": 1, "yanchor": "bottom", "xanchor": "left", "xshift": -3}
        place["yshift"] = 16
        sketch.note(text=text, x=start, **place, font={"color": SIGNAL}, name="adequate")
    return said
