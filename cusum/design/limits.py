"""Choosing the limit: the smallest one that keeps a stated promise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil, log
from typing import Any

import numpy as np

from cusum.charts.base import Chart, check_fraction
from cusum.charts.walk import FloatArray
from cusum.design.run_length import signal_probability
from cusum.design.scores import check_count, two_scores
from cusum.errors import InvalidParameter

__all__ = ["LimitDesign", "Promise", "find_limit"]


@dataclass(frozen=True)
class Promise:
    """What was asked of a limit: false signals with at most this probability within so many cases.

    Parameters
    ----------
    false_signal : float
        Largest probability of a false signal, in (0, 1).
    within : int
        Number of cases, 1 or more.

    Examples
    --------
    >>> print(Promise(0.05, 100))
    a false signal with probability at most 0.05 within 100 cases
    """

    false_signal: float
    within: int

    def __str__(self) -> str:
        return f"a false signal with probability at most {self.false_signal:g} within {self.within} cases"


@dataclass(frozen=True)
class LimitDesign:
    """A designed limit, what was promised, and what it does.

    Parameters
    ----------
    chart : Chart
        The chart with its limit set.
    limit : float
        The limit.
    false_signal : float
        Exact probability of a false signal within the promised number of cases: at most what was promised.
    true_signal : float
        Exact probability of a signal within that number of cases when the alternative holds (the power).
    promise : Promise
        What was asked.
    reachable : bool
        False where no sequence of so few cases can signal without breaking the promise; the limit is then the smallest
        that keeps the promise at the case where it first can be reached, and both probabilities are 0.
    shortest_run : int
        Fewest cases in which the chart can signal from its start.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=1.0)
    >>> find_limit(chart, false_signal=0.05, within=50)
    <LimitDesign: limit 2.8539, false signal 0.0489 (promised 0.05) within 50 cases, power 0.4971>
    """

    chart: Chart
    limit: float
    false_signal: float
    true_signal: float
    promise: Promise
    reachable: bool
    shortest_run: int

    def __repr__(self) -> str:
        return (
            f"<LimitDesign: limit {self.limit:.4f}, false signal {self.false_signal:.4f} (promised "
            f"{self.promise.false_signal:g}) within {self.promise.within} cases, power {self.true_signal:.4f}>"
        )


def find_limit(chart: Chart, *, false_signal: float, within: int) -> LimitDesign:
    """Find the smallest limit that keeps the promised probability of a false signal.

    Parameters
    ----------
    chart : Chart
        A chart with one limit and two-valued scores; its own limit is ignored.
    false_signal : float
        Largest probability of a false signal, in (0, 1): of declaring competent a learner whose failure rate is
        constantly unacceptable, or of an alarm about a performer whose rate is constantly acceptable.
    within : int
        Number of cases within which the promise holds, 1 or more.

    Returns
    -------
    LimitDesign
        The chart with its limit, the probability kept and the power, both exact.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range, or the chart has not exactly one limit.

    Notes
    -----
    The statistic can take only certain values, so the probability of a signal is a step function of the limit. Returned
    is the smallest value that the statistic can take within the number of cases and that keeps the promise: the
    probability kept is never above the promised one. Where even an unbroken run of `within` cases would break the
    promise, no limit can signal in time; `reachable` is then False.

    References
    ----------
    Biau DJ, Porcher R. Stat Med 2010;29:1900-1909, doi:10.1002/sim.3947.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=1.0)
    >>> design = find_limit(chart, false_signal=0.05, within=100)
    >>> round(design.limit, 6), round(design.false_signal, 6), round(design.true_signal, 6)
    (3.705478, 0.048962, 0.747936)
    """
    check_fraction("false_signal", false_signal)
    within = check_count("within", within)
    walk = chart.walk
    if walk.lower is not None or walk.floor is None or chart.opening is not chart:
        raise InvalidParameter(
            "the chart is a {chart}",
            expected="a chart with one limit and a floor, such as LearningCurveCusum or BernoulliCusum",
            remedy="Design the phases of a two-phase chart one by one.",
            chart=type(chart).__name__,
        )
    return _design(chart, float(false_signal), within)


@lru_cache(maxsize=256)
def _design(chart: Chart, false_signal: float, within: int) -> LimitDesign:
    """Search among the values that the statistic can take; the same question is answered once."""
    values = _attainable(chart, within)
    scores = two_scores(chart)

    def chance(limit: float, rate: float) -> float:
        trial = _with_limit(chart, limit)
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
    designed = _with_limit(chart, limit)
    power = chance(limit, chart.alternative_rate)
    return LimitDesign(designed, limit, kept, power, promise, True, _shortest_run(designed))


def _with_limit(chart: Chart, limit: float) -> Chart:
    """Copy a chart with another limit."""
    change: dict[str, Any] = {"limit": limit}
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
    designed = _with_limit(chart, limit)
    return LimitDesign(designed, limit, 0.0, 0.0, promise, False, _shortest_run(designed))


def _shortest_run(chart: Chart) -> int:
    """Count the cases of an unbroken run from the start to the limit."""
    up = max(two_scores(chart))
    upper = chart.walk.upper
    assert upper is not None
    return max(1, ceil((upper - chart.walk.start - 1e-9) / up))
