"""Limits by search, for the charts whose statistic takes too many values to list."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, log, nan

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

__all__ = ["described", "first_guess", "question", "search_limit", "steps_under"]

_EXACT = 1e-5
_ROUNDED = 1e-5
_POINTS = 1 << 15
_MOVES = 4e6
_TINY = 1e-300


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
    limit = safe_limit(margin, first_guess(chart, null), _EXACT if exact else _ROUNDED)
    return described(with_limit(chart, limit), limit, promise, null, other)


def question(chart: Chart, promise: Promise, steps: Steps) -> tuple[Callable[[float], float], bool]:
    """Make the function that says how well a limit keeps a promise, 0 or more where it does; and whether it is exact.

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
            mean = law.at_least(_POINTS) if isinstance(law, GridLaw) else law.mean().low
            return log(min(mean, 1e300) / promise.in_control_mean)
        chance = _at_most(law, promise.within)
        return log(promise.false_signal / max(chance, _TINY))

    return margin, exact


def _at_most(law: Law, within: int) -> float:
    """Bound the probability of a signal within so many cases."""
    if isinstance(law, GridLaw):
        return law.at_most(within, int(min(1 << 16, max(1024, _MOVES / within))))
    return float(law.follow(within).ended.sum())


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
        kept, out = _mean(chart, null), None if other is None else _mean(chart, other)
        return LimitDesign(
            chart, limit, nan, nan, promise, True, shortest, in_control_mean=kept, out_of_control_mean=out
        )
    kept = _chance(chart, null, promise.within)
    power = nan if other is None else _chance(chart, other, promise.within).value
    bounds = kept if kept.high > kept.low else None
    return LimitDesign(chart, limit, kept.value, power, promise, kept.value > 0, shortest, bounds)


def _mean(chart: Chart, steps: Steps) -> Bracket:
    """Give the mean run length of a chart."""
    law = exact_law(chart.walk, steps)
    return law.mean() if law is not None else GridLaw(chart.walk, steps, 1e-6, 0.25).mean()


def _chance(chart: Chart, steps: Steps, within: int) -> Bracket:
    """Give the probability of a signal within so many cases."""
    law = exact_law(chart.walk, steps) or GridLaw(chart.walk, steps, 1e-6, 0.25)
    listing = law.follow(within)
    value = float(listing.ended[:within].sum())
    if listing.low is None or listing.high is None:
        return Bracket(value, value, value)
    low, high = (float(x[min(within, listing.cases) - 1].sum()) for x in (listing.low, listing.high))
    return Bracket(min(low, value), value, max(high, value))


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
