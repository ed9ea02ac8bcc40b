"""How different could a limit have been, had the risk model been estimated from other cases of the same kind?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from cusum.errors import InvalidParameter
from cusum.figures.sketch import Sketch
from cusum.figures.theme import CURVE, REFERENCE, SIGNAL, legend_below, new_sketch, tint
from cusum.figures.writing import level_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from numpy.typing import NDArray

    from cusum.design import LimitDesign
    from cusum.design.influence import LimitInfluence

__all__ = ["plot_limit_influence"]

_HEIGHT, _BOTTOM = 430, 118
_BINS = (8, 25)


def plot_limit_influence(
    influence: LimitInfluence,
    *,
    guaranteed: LimitDesign | float | None = None,
    title: str = "",
    language: str = "en",
) -> go.Figure:
    """Draw the limits that other samples would have led to, with the plain limit and the guaranteed one.

    Parameters
    ----------
    influence : LimitInfluence
        From `cusum.design.influence.limit_influence`.
    guaranteed : LimitDesign or float, optional
        The limit that keeps the promise with a stated probability over the sample, from
        ``find_limit(..., guarantee=0.9)``.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars count bootstrap samples by limit; a line each for the limit that takes the model for the truth and for the
        guaranteed one.

    Raises
    ------
    InvalidParameter
        If the guaranteed limit is not above 0.

    Examples
    --------
    >>> from cusum import BernoulliCusum, Criterion, EstimationSample
    >>> from cusum.design.influence import limit_influence
    >>> chart = BernoulliCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=1.0)
    >>> sample = EstimationSample([1] * 20 + [0] * 180)
    >>> found = limit_influence(chart, sample, in_control_mean=200, replicates=20, seed=1)
    >>> sum(plot_limit_influence(found).data[0].y)
    20
    """
    words = get_language(language)
    raised = None if guaranteed is None else guaranteed if isinstance(guaranteed, (int, float)) else guaranteed.limit
    if raised is not None and not raised > 0:
        raise InvalidParameter("guaranteed is {value}", expected="a limit above 0", value=raised)
    title = title or words.text("Limits that other samples would have led to")
    said = _promise(influence, words)
    sketch = new_sketch(
        words,
        title=title,
        subtitle="<br>".join(said),
        height=_HEIGHT,
        showlegend=True,
        legend=legend_below(_HEIGHT, _BOTTOM),
        bargap=0,
        margin={"l": 64, "r": 24, "t": 94, "b": _BOTTOM},
    )
    counts, edges = _counts(influence.limits)
    _draw_bars(sketch, counts, edges, words)
    top = 1.12 * float(counts.max())
    plain = words.text("limit {limit}, the model taken for the truth", limit=words.number(influence.limit, 2))
    _draw_line(sketch, influence.limit, top, plain, "limit", REFERENCE, "dash")
    lines = [plain]
    if raised is not None:
        lines.append(_guaranteed(guaranteed, raised, words))
        _draw_line(sketch, raised, top, lines[-1], "guaranteed", SIGNAL, "solid")
    shown = [float(edges[0]), float(edges[-1]), influence.limit, *([] if raised is None else [raised])]
    room = 0.04 * (max(shown) - min(shown))
    sketch.axis("x").update(range=[min(shown) - room, max(shown) + room], title={"text": words.text("Limit")})
    sketch.axis("y").update(range=[0, top], title={"text": words.text("Number of samples")}, nticks=6)
    sketch.axis("y")["tickformat"] = "d"
    return sketch.figure(alt=" ".join([f"{title}.", *said, *(f"{line[:1].upper()}{line[1:]}." for line in lines)]))


def _counts(limits: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Count samples by limit, in as many bins as their number bears."""
    bins = int(np.clip(np.sqrt(limits.size), *_BINS))
    counts, edges = np.histogram(limits, bins=bins)
    return counts.astype(np.int64), edges


def _promise(influence: LimitInfluence, words: Language) -> list[str]:
    """Say what was promised, the middle of what the samples keep, and how many break it."""
    (low, high), (least, most) = influence.interval(0.9)
    broken = words.percent(influence.broken)
    limits = words.text("90% lie from {low} to {high}", low=words.number(low, 2), high=words.number(high, 2))
    if influence.promise.in_control_mean is not None:
        kept = words.text(
            "Promised {mean} procedures to a false signal, kept {least} to {most}; broken by {share}.",
            mean=words.number(round(influence.promise.in_control_mean)),
            least=words.number(round(least)),
            most=words.number(round(most)),
            share=broken,
        )
    else:
        kept = words.text(
            "Promised {chance} at most with a false signal within {cases}, kept {least} to {most}; broken by {share}.",
            cases=words.plural("{n} procedure", "{n} procedures", influence.promise.within),
            chance=level_words(float(influence.promise.false_signal), words),
            least=words.percent(least, 1),
            most=words.percent(most, 1),
            share=broken,
        )
    samples = words.plural("{n} sample", "{n} samples", int(influence.limits.size))
    return [f"{samples}: {limits}.", kept]


def _guaranteed(guaranteed: LimitDesign | float | None, raised: float, words: Language) -> str:
    """Name the guaranteed limit, with its probability where it is known."""
    promise = getattr(guaranteed, "promise", None)
    chance = getattr(promise, "guarantee", None)
    limit = words.number(raised, 2)
    if chance is None:
        return words.text("limit {limit} with a guarantee", limit=limit)
    return words.text(
        "limit {limit}, kept with a probability of {chance}", limit=limit, chance=level_words(chance, words)
    )


def _draw_bars(sketch: Sketch, counts: NDArray[np.int64], edges: NDArray[np.float64], words: Language) -> None:
    """Draw the samples by limit."""
    ends = [[words.number(low, 2), words.number(high, 2)] for low, high in pairwise(edges.tolist())]
    between = words.text("{low} to {high}", low="%{customdata[0]}", high="%{customdata[1]}")
    sketch.draw(
        type="bar",
        x=((edges[:-1] + edges[1:]) / 2).round(4).tolist(),
        y=counts.tolist(),
        width=round(float(edges[1] - edges[0]), 4),
        marker={"color": tint(CURVE, 0.55), "line": {"color": CURVE, "width": 1}},
        name=words.text("bootstrap samples"),
        customdata=ends,
        hovertemplate=f"{between}: %{{y}}<extra></extra>",
        meta={"role": "samples"},
    )


def _draw_line(sketch: Sketch, limit: float, top: float, name: str, role: str, colour: str, dash: str) -> None:
    """Draw a limit as an upright line."""
    sketch.draw(
        x=[round(limit, 4)] * 2,
        y=[0, round(top, 2)],
        mode="lines",
        line={"color": colour, "width": 2.5, "dash": dash},
        name=name,
        hovertemplate=f"{name}<extra></extra>",
        meta={"role": role},
    )
