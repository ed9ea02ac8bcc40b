"""What each limit of a two-sided chart keeps where its signal would be wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf, log
from typing import Literal, NamedTuple

import numpy as np

from cusum.charts.base import Chart
from cusum.charts.walk import FloatArray, Walk
from cusum.design.bracketed import GridLaw
from cusum.design.laws import Bracket, Law
from cusum.design.promises import Promise
from cusum.design.run_length import RunLength, exact_law
from cusum.design.searching import safe_limit
from cusum.design.steps import Steps

__all__ = ["SIDES", "Question", "Side"]

Side = Literal[0, 1]
"""The lower or the upper limit."""

SIDES: tuple[Side, Side] = (0, 1)

_EXACT = 1e-5
_ROUNDED = 5e-4  # bounds on a grid waver by about as much from one limit to the next
_BUDGET = 0.004
_NOTHING_LEFT = 1e-9
_FIRST = 128
_LONGEST = 1 << 15


class Question(NamedTuple):
    """A chart, what is promised of it, and the cases under which each of its limits would be wrong."""

    chart: Chart
    promise: Promise
    wrong: tuple[Steps, Steps]
    restarts: bool

    def walk(self, lower: float, upper: float) -> Walk:
        """Give the recursion with these distances of the limits."""
        return replace(self.chart.walk, lower=-lower, upper=upper, after_signal="stop")

    def law(self, side: Side, lower: float, upper: float) -> Law:
        """Give the law of the first signal where the signal on one side would be wrong."""
        walk, steps = self.walk(lower, upper), self.wrong[side]
        return exact_law(walk, steps) or GridLaw(walk, steps, 1e-7, _BUDGET)

    def kept(self, side: Side, lower: float, upper: float) -> Bracket:
        """Say what one limit keeps, between bounds."""
        law = self.law(side, lower, upper)
        if self.promise.in_control_mean is not None:
            return _mean_to(side, law)
        n = self.promise.within
        listing = law.follow(n)
        value = np.cumsum(listing.ended[:n], axis=0)
        low, high = (value if x is None else x[:n] for x in (listing.low, listing.high))
        found = [_with_restarts(x, side, n) if self.restarts else float(x[-1, side]) for x in (low, value, high)]
        return Bracket(min(found[:2]), found[1], max(found[1:]))

    @property
    def precision(self) -> float:
        """How close to the smallest limit is good enough: run lengths are exact, or on a grid."""
        return _EXACT if exact_law(self.walk(1.0, 1.0), self.wrong[0]) else _ROUNDED

    def beside(self, side: Side, other: float, share: float) -> Callable[[float], float]:
        """Make the function that says how well a limit on one side keeps its share, the other limit being given."""

        def margin(limit: float) -> float:
            """Say by how much the limit keeps its share."""
            lower, upper = (other, limit) if side else (limit, other)
            return self.margin(side, lower, upper, share)

        return margin

    def smallest(self, margin: Callable[[float], float], least: float, start: float) -> float:
        """Find the smallest limit that keeps a promise, not below one step."""
        if start <= least and margin(least) >= 0:
            return least
        return max(least, safe_limit(margin, max(start, 1.5 * least), self.precision))

    def least(self, side: Side) -> float:
        """Give the smallest step towards a limit: all limits up to it signal at the same cases."""
        values = self.wrong[side].values * (1 if side else -1)
        return float(values[values > 0].min())

    def either(self, lower: float, upper: float) -> Bracket:
        """Say what both limits keep together, of a chart with one null hypothesis: mean, or probability."""
        if self.promise.in_control_mean is not None:
            return GridLaw(self.walk(lower, upper), self.wrong[0], 1e-7, _BUDGET).mean()
        below, above = (self.kept(side, lower, upper) for side in SIDES)
        return Bracket(below.low + above.low, below.value + above.value, below.high + above.high)

    def margin_of_either(self, lower: float, upper: float) -> float:
        """Say how well both limits together keep the promise."""
        kept = self.either(lower, upper)
        if self.promise.in_control_mean is not None:
            return log(min(kept.low, 1e300) / self.promise.in_control_mean)
        return log(self.promise.false_signal / max(kept.high, 1e-300))

    def margin(self, side: Side, lower: float, upper: float, share: float = 1.0) -> float:
        """Say how well a limit keeps its share of the promise, 0 or more where it does."""
        if self.promise.in_control_mean is not None:
            return log(min(_soonest_to(side, self.law(side, lower, upper)), 1e300) / self.promise.in_control_mean)
        return log(share * self.promise.false_signal / max(self.kept(side, lower, upper).high, 1e-300))


def _with_restarts(ended: FloatArray, side: Side, cases: int) -> float:
    """Give the probability of a signal on one side within so many cases, the test starting again at the other."""
    same, other = ended[:cases, side], np.diff(ended[:cases, 1 - side], prepend=0.0)
    found = np.zeros(cases + 1)
    for n in range(1, cases + 1):
        found[n] = same[n - 1] + other[:n] @ found[n - 1 :: -1][:n]
    return min(1.0, float(found[-1]))


def _soonest_to(side: Side, law: Law) -> float:
    """Bound from below the mean number of cases to a signal on one side, the chart starting again at the other."""
    n = _FIRST
    listing = law.follow(n)
    while listing.left > _NOTHING_LEFT and n < law.longest and n < _LONGEST:
        n = min(2 * n, law.longest)
        listing = law.follow(n)
    high = np.cumsum(listing.ended, axis=0) if listing.high is None else listing.high
    mean = 1 + float(np.maximum(1 - high.sum(axis=1), 0.0)[:-1].sum())
    return mean / min(1.0, max(float(high[-1, side]) + listing.left, 1e-300))


def _mean_to(side: Side, law: Law) -> Bracket:
    """Give the mean number of cases to a signal on one side, the chart starting again at the other, between bounds."""
    result = RunLength(("lower", "upper"), law)
    kind = result.kinds[side]
    share, mean, least = result.by_kind[kind], result.mean_bounds, _soonest_to(side, law)
    surely = result.bounds(result.horizon, kind)[0]
    value = mean.value / share if share else inf
    return Bracket(min(least, value), value, max(mean.high / surely, value) if surely else inf)
