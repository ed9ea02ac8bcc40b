"""What a chart does where it supposes one risk and another one is true: what an estimated model leads to."""

from __future__ import annotations

from math import log

import numpy as np

from cusum.charts.base import Chart
from cusum.charts.walk import TOLERANCE, FloatArray, Walk
from cusum.design.attainable import with_limit
from cusum.design.bracketed import GridLaw
from cusum.design.promises import Promise
from cusum.design.searching import safe_limit
from cusum.design.steps import Steps, adjusts_for_risk, changed_odds
from cusum.design.tuning import first_guess

__all__ = ["kept_promise", "mistaken_steps", "needed_limit"]

_POINTS = 512
_CELLS = 256
_PRECISION = 2e-4
_DIGITS = 9


def mistaken_steps(chart: Chart, supposed: FloatArray, true: FloatArray) -> Steps:
    """Give the scores of a mix where the chart supposes one risk and another one is true.

    Parameters
    ----------
    chart : Chart
        A chart with scores.
    supposed, true : array of float, shape (m,)
        Failure probabilities of each case of the mix, in (0, 1).

    Returns
    -------
    Steps
        Scores by the risks supposed, with their chances by the true ones, where what the chart supposes until it
        signals holds.

    Examples
    --------
    >>> from cusum import RiskAdjustedCusum
    >>> chart = RiskAdjustedCusum(odds_ratio=2.0, limit=3.0)
    >>> mistaken_steps(chart, np.array([0.1]), np.array([0.2])).chances.round(3).tolist()
    [0.8, 0.2]
    """
    adjusted = adjusts_for_risk(chart)
    if adjusted:
        odds = float(getattr(chart, "odds_ratio", 1.0)) if "competent" in chart.kinds else 1.0
        true = changed_odds(true, odds)
    outcomes = [np.full(true.size, outcome) for outcome in (False, True)]
    scores = [chart.scores(outcome, risk=supposed if adjusted else None) for outcome in outcomes]
    chances = np.concatenate((1 - true, true)) / true.size
    values, where = np.unique(np.concatenate(scores).round(12), return_inverse=True)
    return Steps(values, np.bincount(where, weights=chances).astype(np.float64))


def needed_limit(chart: Chart, promise: Promise, steps: Steps) -> float:
    """Find the limit that keeps the promise by the estimate of a coarse grid.

    Parameters
    ----------
    chart : Chart
        A chart with a limit.
    promise : Promise
        What is asked.
    steps : Steps
        Scores of the cases about which it is asked.

    Returns
    -------
    float
        The limit, to about 0.02%.
    """

    def margin(limit: float) -> float:
        kept = kept_promise(chart, promise, steps, limit)
        if promise.in_control_mean is not None:
            found = log(min(kept, 1e300) / promise.in_control_mean)
        else:
            found = log(promise.false_signal / max(kept, 1e-300))
        # The last digits depend on how many threads the linear algebra uses, and could turn the search elsewhere.
        return round(found, _DIGITS)

    if chart.walk.memory == 1:  # a limit below the smallest score that raises signals no sooner than one at it
        least = float(steps.values[steps.values > 0].min())
        if margin(least) >= 0:
            return least
    return safe_limit(margin, first_guess(chart, steps), _PRECISION)


def kept_promise(chart: Chart, promise: Promise, steps: Steps, limit: float) -> float:
    """Estimate what a limit keeps: the mean number of cases to a false signal, or the probability of one.

    Parameters
    ----------
    chart : Chart
        A chart with a limit, which is ignored.
    promise : Promise
        Which of the two, and within how many cases.
    steps : Steps
        Scores of the cases.
    limit : float
        The limit.

    Returns
    -------
    float
        The mean or the probability, on a coarse grid.
    """
    walk = with_limit(chart, limit).walk
    if walk.memory == 1 and walk.floor == 0 and walk.lower is None:
        return _by_chain(walk, steps, promise)
    law = GridLaw(walk, steps, 1e-6)
    if promise.in_control_mean is not None:
        return float(law.estimated_mean(_POINTS))
    return float(law.estimated_chance(promise.within, _POINTS))


def _by_chain(walk: Walk, steps: Steps, promise: Promise) -> float:
    """Estimate the same of a chart with a floor at 0 and one limit: scores are shared out to the points beside them."""
    assert walk.upper is not None
    width = walk.upper / _CELLS
    to = np.maximum(np.arange(_CELLS)[:, None] * width + steps.values, 0.0)
    ends = to >= walk.upper - TOLERANCE
    place = np.where(ends, 0.0, to / width)
    below = np.minimum(place.astype(np.int64), _CELLS - 1)
    share = place - below
    chance = np.where(ends, 0.0, steps.chances)
    rows = np.repeat(np.arange(_CELLS), steps.values.size) * (_CELLS + 1)  # the last column ends the chart as well
    both = [
        np.bincount(rows + (below + k).ravel(), (chance * part).ravel(), _CELLS * (_CELLS + 1))
        for k, part in ((0, 1 - share), (1, share))
    ]
    moves = (both[0] + both[1]).reshape(_CELLS, _CELLS + 1)[:, :_CELLS]
    at = min(int(walk.start / width), _CELLS - 2)
    weight = np.zeros(_CELLS)
    weight[[at, at + 1]] = 1 - (walk.start / width - at), walk.start / width - at
    if promise.in_control_mean is not None:
        return float(weight @ np.linalg.solve(np.eye(_CELLS) - moves, np.ones(_CELLS)))
    for _ in range(promise.within):
        weight = weight @ moves
    return float(1 - weight.sum())
