"""The smallest limit that keeps a promise, of a chart whose statistic can take only certain values."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import ceil, log
from typing import Any

import numpy as np

from cusum.charts.base import Chart
from cusum.charts.walk import FloatArray
from cusum.design.promises import LimitDesign, Promise
from cusum.design.run_length import signal_probability
from cusum.design.scores import two_scores

__all__ = ["attainable_limit", "with_limit"]


@lru_cache(maxsize=256)
def attainable_limit(chart: Chart, false_signal: float, within: int) -> LimitDesign:
    """Search among the values that the statistic can take; the same question is answered once.

    Parameters
    ----------
    chart : Chart
        A chart with two-valued scores, a floor and one limit.
    false_signal : float
        Largest probability of a false signal.
    within : int
        Number of cases.

    Returns
    -------
    LimitDesign
        The smallest such value that keeps the promise.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=1.0)
    >>> round(attainable_limit(chart, 0.05, 50).limit, 6)
    2.853895
    """
    values = _attainable(chart, within)
    scores = two_scores(chart)

    def chance(limit: float, rate: float) -> float:
        trial = with_limit(chart, limit)
        return float(signal_probability(trial.walk, scores, np.full(within, rate))[1])

    promise = Promise(false_signal, within)
    if not values.size or chance(float(values[-1]), chart.null_rate) > false_signal:
        return _beyond(chart, promise)
    low, high = -1, values.size - 1  # the limit at `high` keeps the promise, that at `low` does not
    kept = chance(float(values[high]), chart.null_rate)
    while high - low > 1:
        middle = (low + high) // 2
        trial = chance(float(values[middle]), chart.null_rate)
        low, high, kept = (low, middle, trial) if trial <= false_signal else (middle, high, kept)
    limit = float(values[high])
    designed = with_limit(chart, limit)
    power = chance(limit, chart.alternative_rate)
    return LimitDesign(designed, limit, kept, power, promise, True, _shortest_run(designed))


def with_limit(chart: Chart, limit: float) -> Chart:
    """Copy a chart with another limit, or an EWMA with the same limit on either side.

    Parameters
    ----------
    chart : Chart
        A chart with a limit of its own.
    limit : float
        The limit.

    Returns
    -------
    Chart
        The copy.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=1.0)
    >>> with_limit(chart, 2.0).limit
    2.0
    """
    change: dict[str, Any] = {"limit": limit}
    if getattr(chart, "improvement_limit", None) is not None:
        change["improvement_limit"] = limit
    if getattr(chart, "start", 0.0) >= limit:
        change["start"] = 0.0
    return replace(chart, **change)


def _attainable(chart: Chart, within: int) -> FloatArray:
    """List the values above the start that the statistic can take within so many cases, smallest first."""
    success, failure = two_scores(chart)
    up, down = max(success, failure), -min(success, failure)
    walk = chart.walk
    floor = 0.0 if walk.floor is None else walk.floor
    j = np.arange(within + 1)
    pieces = []
    for origin in {walk.start, floor}:
        spent = 0 if origin == walk.start else ceil((walk.start - floor) / down - 1e-12)
        for i in range(1, within - spent + 1):
            value = origin + i * up - j[: within - spent - i + 1] * down
            pieces.append(value[value > walk.start + 1e-8])
    values = np.unique(np.concatenate(pieces)) if pieces else np.empty(0)
    return values[np.concatenate(([True], np.diff(values) > 1e-9))] if values.size else values


def _beyond(chart: Chart, promise: Promise) -> LimitDesign:
    """Answer where no limit can signal within the promised cases: the shortest unbroken run that keeps the promise."""
    scores = two_scores(chart)
    up = max(scores)
    chance = 1 - chart.null_rate if scores.success > 0 else chart.null_rate
    run = max(promise.within + 1, ceil(log(promise.false_signal) / log(chance) - 1e-12))
    limit = chart.walk.start + run * up
    designed = with_limit(chart, limit)
    return LimitDesign(designed, limit, 0.0, 0.0, promise, False, _shortest_run(designed))


def _shortest_run(chart: Chart) -> int:
    """Count the cases of an unbroken run from the start to the limit."""
    up = max(two_scores(chart))
    upper = chart.walk.upper
    assert upper is not None
    return max(1, ceil((upper - chart.walk.start - 1e-9) / up))
