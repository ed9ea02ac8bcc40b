"""Limits by search, for the charts whose statistic takes too many values to list."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, log, log1p, nan

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import Chart
from cusum.design.attainable import with_limit
from cusum.design.bracketed import GridLaw
from cusum.design.laws import Bracket, Law
from cusum.design.promises import LimitDesign, Promise
from cusum.design.run_length import exact_law, given_steps
from cusum.design.searching import safe_limit
from cusum.design.steps import RiskSequence, Steps, adjusts_for_risk
from cusum.errors import CusumError, InvalidParameter

__all__ = ["described", "first_guess", "guess", "question", "search_limit", "steps_under"]

_PRECISION = 1e-5
_BOUNDED = 1e-4
_ROUGHLY = 1e-3
_POINTS = 1 << 15
_ROUGH_POINTS = 1024
_MOVES = 4e6
_CHORD_MOVES = 6e5
_TINY = 1e-300
_TRIES = 50
_MANY_CASES = 200


def steps_under(chart: Chart, risk: ArrayLike | RiskSequence | None, *, null: bool) -> Steps | None:
    """Give the scores of a case where the chart's supposition holds, or where its alternative does.

    Parameters
    ----------
    chart : Chart
        Any chart with scores.
    risk : array-like, RiskSequence or None
        Cases of a risk-adjusted chart.
    null : bool
        What the chart supposes until it signals, or else what it seeks a sign of.

    Returns
    -------
    Steps or None
        The scores; None where the chart seeks no one alternative.

    Examples
    --------
    >>> from cusum import RiskAdjustedCusum
    >>> steps_under(RiskAdjustedCusum(odds_ratio=2.0, limit=3.0), [0.5], null=False).chances.round(3)
    array([0.333, 0.667])
    """
    if not adjusts_for_risk(chart):
        try:
            rate = chart.null_rate if null else chart.alternative_rate
        except CusumError:
            if null:
                raise
            return None
        return given_steps(chart, rate, None, 1.0)
    if risk is None:
        raise InvalidParameter(
            "risk was not given for {chart}",
            expected="the mix of expected failure probabilities, or a RiskSequence",
            chart=type(chart).__name__,
        )
    ratio = getattr(chart, "odds_ratio", None)
    learner = "competent" in chart.kinds
    if not null and ratio is None:
        return None
    odds = float(ratio) if ratio is not None and learner == null else 1.0
    return given_steps(chart, None, risk, odds)


def search_limit(chart: Chart, promise: Promise, risk: ArrayLike | RiskSequence | None) -> LimitDesign:
    """Find the smallest limit at which the safe bound keeps the promise.

    Parameters
    ----------
    chart : Chart
        A chart with a limit, one or two.
    promise : Promise
        What is asked.
    risk : array-like, RiskSequence or None
        Cases of a risk-adjusted chart.

    Returns
    -------
    LimitDesign
        The limit and what it keeps.

    Examples
    --------
    >>> from cusum import RiskAdjustedCusum
    >>> chart = RiskAdjustedCusum(odds_ratio=2.0, limit=1.0)
    >>> search_limit(chart, Promise(in_control_mean=200), [0.02, 0.05, 0.20]).in_control_mean.low >= 200
    True
    """
    if promise.in_control_mean is not None and isinstance(risk, RiskSequence):
        raise InvalidParameter(
            "in_control_mean is given with a RiskSequence",
            expected="false_signal",
            remedy="A mean needs a mix of risks: the sequence says nothing of what comes after it.",
        )
    null, other = steps_under(chart, risk, null=True), steps_under(chart, risk, null=False)
    assert null is not None
    margin, exact = question(chart, promise, null)
    start, slope = guess(chart, promise, null), 1.0 if chart.walk.memory == 1 else None
    if not exact:
        rough, _ = question(chart, _like(promise, chart, null), null, rough=True)
        start = safe_limit(rough, start, _ROUGHLY * start, slope)
        slope = (rough(1.02 * start) - rough(start)) / (0.02 * start)
    precision = _PRECISION if exact else _BOUNDED
    limit = safe_limit(margin, start, precision, slope if slope is None or slope > 0 else None)
    for _ in range(_TRIES):  # the bound as it is reported keeps the promise as well
        design = described(with_limit(chart, limit), limit, promise, null, other)
        if _kept(design):
            break
        limit += precision
    return design


def _like(promise: Promise, chart: Chart, steps: Steps) -> Promise:
    """Give a quicker promise that asks for about the same limit: of many cases, one about the mean."""
    if promise.within < _MANY_CASES or steps.in_order or chart.walk.floor is None:
        return promise
    return Promise(in_control_mean=max(2.0, -promise.within / log1p(-promise.false_signal)))


def _kept(design: LimitDesign) -> bool:
    """Tell whether the bounds that are reported keep the promise."""
    promise = design.promise
    if promise.in_control_mean is not None:
        return design.in_control_mean is not None and design.in_control_mean.low >= promise.in_control_mean
    bounds = design.false_signal_bounds
    return (design.false_signal if bounds is None else bounds.high) <= promise.false_signal


def question(
    chart: Chart, promise: Promise, steps: Steps, *, rough: bool = False
) -> tuple[Callable[[float], float], bool]:
    """Make the function that says how well a limit keeps a promise, 0 or more where it does; and whether it is exact.

    Parameters
    ----------
    chart : Chart
        The chart.
    promise : Promise
        What is asked.
    steps : Steps
        Scores of the cases about which it is asked.
    rough : bool, default False
        Ask for a quick estimate instead of a bound.

    Returns
    -------
    callable
        Margin at a limit, on a logarithmic scale.
    bool
        True where run lengths are exact.
    """
    exact = exact_law(with_limit(chart, 1.0).walk, steps) is not None

    def margin(limit: float) -> float:
        walk = with_limit(chart, limit).walk
        law = exact_law(walk, steps) or GridLaw(walk, steps, 1e-6)
        if promise.in_control_mean is not None:
            mean = _at_least(law, rough)
            return log(min(max(mean, _TINY), 1e300) / promise.in_control_mean)
        return log(promise.false_signal / max(_at_most(law, promise.within, rough), _TINY))

    return margin, exact


def _at_least(law: Law, rough: bool) -> float:
    """Bound the mean from below, or estimate it."""
    if isinstance(law, GridLaw):
        return law.estimated_mean(_ROUGH_POINTS) if rough else law.at_least(_POINTS)
    return law.mean().low


def _at_most(law: Law, within: int, rough: bool) -> float:
    """Bound the probability of a signal within so many cases, or estimate it."""
    if not isinstance(law, GridLaw):
        return float(law.follow(within).ended.sum())
    points = _points_within(law, within)
    return law.estimated_chance(within, max(256, points // 16)) if rough else law.at_most(within, points)


def _points_within(law: GridLaw, within: int) -> int:
    """Give the number of grid points on which a probability within so many cases is bounded."""
    if law.rich:
        return int(min(1 << 13, max(1024, _CHORD_MOVES / within)))
    return int(min(1 << 16, max(1024, _MOVES / within)))


def guess(chart: Chart, promise: Promise, steps: Steps) -> float:
    """Guess the limit that keeps a promise, from the mean that Wald's approximation gives.

    Parameters
    ----------
    chart : Chart
        The chart.
    promise : Promise
        What is asked.
    steps : Steps
        Scores of the cases about which it is asked.

    Returns
    -------
    float
        The guess, above 0.

    Examples
    --------
    >>> from cusum import RiskAdjustedCusum
    >>> chart = RiskAdjustedCusum(odds_ratio=2.0, limit=1.0)
    >>> steps = steps_under(chart, [0.05, 0.2], null=True)
    >>> round(guess(chart, Promise(in_control_mean=500), steps), 2)
    2.54
    """
    if chart.walk.memory < 1:
        return first_guess(chart, steps)
    drift = -float((np.atleast_2d(steps.values) * np.atleast_2d(steps.chances)).sum(axis=1).mean())
    mean = promise.in_control_mean or promise.within / promise.false_signal
    overshoot = 0.3 * float(steps.values.max())
    return max(log(1 + mean * max(drift, 0.0)) - overshoot, 0.5)


def first_guess(chart: Chart, steps: Steps) -> float:
    """Guess where a limit may lie: three standard deviations of a fading sum, or a log likelihood ratio of 2."""
    memory = chart.walk.memory
    if memory == 1:
        return 2.0
    values, chances = np.atleast_2d(steps.values), np.atleast_2d(steps.chances)
    spread = float((values**2 * chances).sum(axis=1).mean() / (1 - memory**2)) ** 0.5
    return float(3 * spread)


def described(chart: Chart, limit: float, promise: Promise, null: Steps, other: Steps | None) -> LimitDesign:
    """Say what a limit keeps, and what it does where the alternative holds."""
    shortest = _shortest(chart, null)
    if promise.in_control_mean is not None:
        kept, out = _mean(chart, null), None if other is None else _mean(chart, other, 1e-4)
        return LimitDesign(
            chart, limit, nan, nan, promise, True, shortest, in_control_mean=kept, out_of_control_mean=out
        )
    kept = _chance(chart, null, promise.within)
    power = nan if other is None else _power(chart, other, promise.within)
    bounds = kept if kept.high > kept.low else None
    return LimitDesign(chart, limit, kept.value, power, promise, kept.value > 0, shortest, bounds)


def _mean(chart: Chart, steps: Steps, tolerance: float = 1e-6) -> Bracket:
    """Give the mean run length of a chart."""
    law = exact_law(chart.walk, steps)
    return law.mean() if law is not None else GridLaw(chart.walk, steps, tolerance, 0.25).mean()


def _chance(chart: Chart, steps: Steps, within: int) -> Bracket:
    """Give the probability of a signal within so many cases."""
    law = exact_law(chart.walk, steps)
    grid = GridLaw(chart.walk, steps, 1e-6)
    listing = grid.on_grid(within, _points_within(grid, within)) if law is None else law.follow(within)
    value = float(listing.ended[:within].sum())
    if listing.low is None or listing.high is None:
        return Bracket(value, value, value)
    low, high = (float(x[min(within, listing.cases) - 1].sum()) for x in (listing.low, listing.high))
    return Bracket(min(low, value), value, max(high, value))


def _power(chart: Chart, steps: Steps, within: int) -> float:
    """Give the probability of a signal within so many cases, without bounds."""
    return _at_most(exact_law(chart.walk, steps) or GridLaw(chart.walk, steps, 1e-6), within, True)


def _shortest(chart: Chart, steps: Steps) -> int:
    """Count the fewest cases in which the upper limit can be reached, each case bringing the largest score."""
    walk = chart.walk
    if walk.upper is None:
        return 1
    largest = steps.values.max(axis=-1)
    if steps.in_order:
        reached = np.flatnonzero(np.cumsum(np.maximum(largest, 0)) >= walk.upper - walk.start - 1e-9)
        return int(reached[0]) + 1 if reached.size else int(largest.size) + 1
    top = float(largest)
    if walk.memory < 1:
        share = 1 - (walk.upper - 1e-9) * (1 - walk.memory) / top if top > 0 else 0.0
        return max(1, ceil(log(share) / log(walk.memory))) if share > 0 else np.iinfo(np.int64).max
    return max(1, ceil((walk.upper - walk.start - 1e-9) / top)) if top > 0 else np.iinfo(np.int64).max
