"""The mean run length of an EWMA with two limits and few scores, from its probabilities case by case."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cusum.charts.walk import FloatArray, Walk
from cusum.design.grid import Chain, make_grid
from cusum.design.laws import Bracket, Tail
from cusum.design.steps import Steps

__all__ = ["mean_between", "mean_of"]

Follow = Callable[[Chain], tuple[FloatArray, float, Tail | None]]


def mean_of(ended: FloatArray, left: float, tail: Tail | None) -> float:
    """Give the mean of a run length that is listed and then geometric.

    Parameters
    ----------
    ended : array of float, shape (n, 2)
        Probability of a signal at each case, by limit.
    left : float
        Probability of none.
    tail : Tail or None
        Chance of a signal at each further case.

    Returns
    -------
    float
        The mean; infinite where something is left and nothing known of it.

    Examples
    --------
    >>> mean_of(np.array([[0.0, 0.5]]), 0.5, Tail(0.0, 0.5))
    2.0
    """
    value = float((left + ended[::-1].sum(axis=1).cumsum()[::-1]).sum())
    if tail is not None:
        return value + left / tail.total
    return value if left < 1e-9 else float("inf")


def mean_between(walk: Walk, steps: Steps, points: int, follow: Follow) -> Bracket:
    """Bound the mean of a chart with two limits.

    Parameters
    ----------
    walk : Walk
        Limits, memory and start.
    steps : Steps
        Scores of one case.
    points : int
        Number of grid points.
    follow : callable
        Follows a chain until nothing is left, or its tail is geometric.

    Returns
    -------
    Bracket
        Lower bound, estimate, upper bound.

    Notes
    -----
    The mean is at most the sum of the probabilities of no signal yet, up to some case, and from there on the longest
    mean from any place; that is at most so many cases over the least probability of a signal within them.
    """
    grid = make_grid(walk, steps, points)
    value = mean_of(*follow(Chain(grid, steps, "split")))
    over = follow(Chain(grid, steps, "up"))[0]
    under = Chain(grid, steps, "down").follow(over.shape[0])[0]
    over, under = np.cumsum(over, axis=0), np.cumsum(under, axis=0)
    fewest = 1 + float(np.maximum(1 - under[:, 0] - over[:, 1], 0)[:-1].sum())
    still = 1 - over[:, 0] - under[:, 1]
    case = np.arange(1, still.size + 1)
    sure = np.maximum(_least_sure(walk, steps, points, still.size), 1e-300)
    most = float((1 + np.cumsum(still) - still + still * case / sure).min())
    return Bracket(min(fewest, value), value, max(most, value))


def _least_sure(walk: Walk, steps: Steps, points: int, cases: int) -> FloatArray:
    """Bound from below the probability of a signal within 1, 2, ... cases, wherever the statistic is now.

    From the upper half the upper limit is crossed first at least as probably as from the middle, and from the lower
    half the lower one.
    """
    assert walk.upper is not None
    assert walk.lower is not None
    middle = Walk(memory=walk.memory, lower=walk.lower, upper=walk.upper, start=(walk.upper + walk.lower) / 2)
    grid = make_grid(middle, steps, points)
    above = Chain(grid, steps, "down").follow(cases)[0][:, 1]
    below = Chain(grid, steps, "up").follow(cases)[0][:, 0]
    return np.asarray(np.minimum(np.cumsum(above), np.cumsum(below)), dtype=np.float64)
