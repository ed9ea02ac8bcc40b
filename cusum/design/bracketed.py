"""The law of a run length on a grid: refined until its bounds are close enough, or a budget is spent."""

from __future__ import annotations

import numpy as np

from cusum.charts.walk import FloatArray, Walk
from cusum.design.cycles import fewest_by_cycles, mean_by_cycles
from cusum.design.grid import Chain, Rounding, make_grid, mean_by_equations
from cusum.design.laws import Bracket, Law, Listing, Tail, steady_tail
from cusum.design.steps import Steps

__all__ = ["GridLaw"]

_COARSE = 512
_FINEST = 1 << 18
_BUDGET = 4e7
_CYCLE_POINTS = 1 << 17
_STEADY = 1e-9
_ENOUGH = 1e-13
_LONGEST = 50_000


class GridLaw(Law):
    """The run length of a chart with any scores, between bounds.

    Parameters
    ----------
    walk : Walk
        Barriers.
    steps : Steps
        Scores of one case, or of each case in order.
    tolerance : float
        Width of the bounds that is good enough: of a probability, and of the mean relative to it.
    budget : float, default 1
        How much work the bounds may cost; 1 is about a second.

    Notes
    -----
    The grid is refined until the bounds are within the tolerance or the budget is spent: 4e7 moves of a point by a case
    for each way of rounding, and 131,072 points for a mean, times `budget`. The bounds hold either way; only their
    distance differs.
    """

    def __init__(self, walk: Walk, steps: Steps, tolerance: float, budget: float = 1.0) -> None:
        self.walk, self.steps, self.tolerance, self.budget = walk, steps, tolerance, budget

    @property
    def longest(self) -> int:
        """Largest number of cases that can be listed."""
        return int(self.steps.values.shape[0]) if self.steps.in_order else _LONGEST

    def _chain(self, points: int, rounding: Rounding) -> Chain:
        """Lay the chart on a grid."""
        return Chain(make_grid(self.walk, self.steps, points), self.steps, rounding)

    def follow(self, cases: int) -> Listing:
        """List so many cases, on a grid as fine as needed.

        Parameters
        ----------
        cases : int
            Number of cases.

        Returns
        -------
        Listing
            Estimate and bounds.
        """
        points = min(_COARSE, self._most(cases))
        listing = self._on_grid(cases, points)
        width = _width(listing)
        if width > self.tolerance and points < self._most(cases):
            wanted = points * width / self.tolerance * 1.2
            listing = self._on_grid(cases, int(min(wanted, self._most(cases))))
        return listing

    def _most(self, cases: int) -> int:
        """Give the number of points that the budget allows."""
        return int(min(_FINEST, max(64, self.budget * _BUDGET / cases)))

    def _on_grid(self, cases: int, points: int) -> Listing:
        """List so many cases on one grid."""
        ended, left = self._chain(points, "split").follow(cases)
        over = np.cumsum(self._chain(points, "up").follow(cases)[0], axis=0)
        under = np.cumsum(self._chain(points, "down").follow(cases)[0], axis=0)
        low = np.column_stack((over[:, 0], under[:, 1]))  # rounded up: fewer crossings below, more above
        high = np.column_stack((under[:, 0], over[:, 1]))
        tail = None if self.steps.in_order else steady_tail(ended, left, steady=_STEADY)
        return Listing(ended, left, tail, low, high)

    def at_most(self, cases: int, points: int) -> float:
        """Bound the probability of a signal within so many cases from above, on one grid.

        Parameters
        ----------
        cases : int
            Number of cases.
        points : int
            Number of grid points.

        Returns
        -------
        float
            The upper bound.
        """
        above = float(self._chain(points, "up").follow(cases)[0][:, 1].sum())
        if self.walk.lower is None:
            return above
        return above + float(self._chain(points, "down").follow(cases)[0][:, 0].sum())

    def at_least(self, points: int) -> float:
        """Bound the mean from below, on one grid.

        Parameters
        ----------
        points : int
            Number of grid points.

        Returns
        -------
        float
            The lower bound.
        """
        if self._cyclic:
            return fewest_by_cycles(self.walk, self.steps, points)
        if self.walk.lower is None:
            return self._mean_by_tail(self._chain(points, "up"))
        return self._mean_between(points).low

    def estimated_chance(self, cases: int, points: int) -> float:
        """Estimate the probability of a signal within so many cases on one grid, without bounds.

        Parameters
        ----------
        cases : int
            Number of cases.
        points : int
            Number of grid points.

        Returns
        -------
        float
            The estimate.
        """
        return float(self._chain(points, "split").follow(cases)[0].sum())

    def estimated_mean(self, points: int) -> float:
        """Estimate the mean on one grid, without bounds.

        Parameters
        ----------
        points : int
            Number of grid points.

        Returns
        -------
        float
            The estimate.
        """
        chain = self._chain(points, "split")
        return mean_by_equations(chain) if self._cyclic else self._mean_by_tail(chain)

    @property
    def _cyclic(self) -> bool:
        """True where cases can be taken together in cycles."""
        return self.walk.floor is not None and self.walk.lower is None and self.walk.memory == 1.0

    def mean(self) -> Bracket:
        """Give the mean between its bounds.

        Returns
        -------
        Bracket
            Lower bound, estimate, upper bound.
        """
        if self.steps.in_order:
            return self._mean_in_order()
        if self._cyclic:
            return mean_by_cycles(self.walk, self.steps, self.tolerance, int(_CYCLE_POINTS * self.budget))
        points = 4096 if self.walk.memory < 1 else 2048
        if self.walk.lower is None:
            values = {way: self._mean_by_tail(self._chain(points, way)) for way in ("up", "down", "split")}
            return Bracket(values["up"], min(max(values["split"], values["up"]), values["down"]), values["down"])
        return self._mean_between(points)

    def _mean_in_order(self) -> Bracket:
        """Give what a sequence of cases says of the mean."""
        listing = self.follow(self.longest)
        assert listing.low is not None
        assert listing.high is not None
        low, high = (1 + np.maximum(1 - x.sum(axis=1), 0)[:-1].sum() for x in (listing.high, listing.low))
        if listing.left < _ENOUGH:
            later = listing.ended[::-1].sum(axis=1).cumsum()[::-1]
            return Bracket(float(low), float(later.sum()), float(high))
        return Bracket(float(low), float("inf"), float("inf"))

    def _mean_by_tail(self, chain: Chain) -> float:
        """Add up the probabilities of no crossing yet, and the geometric tail."""
        return _mean_of(*_until_steady(chain))

    def _mean_between(self, points: int) -> Bracket:
        """Bound the mean of a chart with two limits."""
        value = self._mean_by_tail(self._chain(points, "split"))
        over, _, _ = _until_steady(self._chain(points, "up"))
        n = over.shape[0]
        under = self._chain(points, "down").follow(n)[0]
        over, under = np.cumsum(over, axis=0), np.cumsum(under, axis=0)
        fewest = 1 + float(np.maximum(1 - under[:, 0] - over[:, 1], 0)[:-1].sum())
        still = 1 - over[:, 0] - under[:, 1]
        worst = 1 - self._least_sure(points, n)
        most = float("inf") if worst >= 1 else 1 + float(still[:-1].sum()) + float(still[-1]) * n / (1 - worst)
        return Bracket(min(fewest, value), value, max(most, value))

    def _least_sure(self, points: int, cases: int) -> float:
        """Bound from below the probability of a crossing within so many cases, wherever the statistic is now.

        A crossing above is least likely from just over the lower limit, one below from just under the upper one; half
        of either, each from the middle, is what any place has at least.
        """
        middle = (self.walk.upper or 0.0) - make_grid(self.walk, self.steps, points).cell * points / 2
        place = Walk(memory=self.walk.memory, lower=self.walk.lower, upper=self.walk.upper, start=middle)
        laid = GridLaw(place, self.steps, self.tolerance, self.budget)
        above = float(laid._chain(points, "down").follow(cases)[0][:, 1].sum())
        below = float(laid._chain(points, "up").follow(cases)[0][:, 0].sum())
        return min(above, below)


def _width(listing: Listing) -> float:
    """Largest distance between the bounds on P(T <= n)."""
    assert listing.low is not None
    assert listing.high is not None
    return float((listing.high.sum(axis=1) - listing.low.sum(axis=1)).max())


def _until_steady(chain: Chain) -> tuple[FloatArray, float, Tail | None]:
    """Follow a chain until nothing is left or its tail is geometric."""
    n = 256
    while True:
        ended, left = chain.follow(n)
        tail = steady_tail(ended, left, steady=_STEADY)
        if tail is not None or left < _ENOUGH or n >= _LONGEST:
            return ended, left, tail
        n *= 2


def _mean_of(ended: FloatArray, left: float, tail: Tail | None) -> float:
    """Mean of a run length that is listed and then geometric."""
    value = float((left + ended[::-1].sum(axis=1).cumsum()[::-1]).sum())
    if tail is not None:
        return value + left / tail.total
    return value if left < 1e-9 else float("inf")
