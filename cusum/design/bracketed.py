"""The law of a run length on a grid: refined until its bounds are close enough, or a budget is spent."""

from __future__ import annotations

import numpy as np

from cusum.charts.walk import FloatArray, Walk
from cusum.design.cycles import fewest_by_cycles, mean_by_cycles
from cusum.design.equations import mean_by_equations
from cusum.design.grid import Chain, Rounding, make_grid
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
    constant_after : int, optional
        Case from which the scores are the same for all cases to come, where they come in order.

    Notes
    -----
    The grid is refined until the bounds are within the tolerance or the budget is spent: 4e7 moves of a point by a case
    for each way of rounding, and 131,072 points for a mean, times `budget`. The bounds hold either way; only their
    distance differs.
    """

    def __init__(
        self, walk: Walk, steps: Steps, tolerance: float, budget: float = 1.0, constant_after: int | None = None
    ) -> None:
        self.walk, self.steps, self.tolerance, self.budget = walk, steps, tolerance, budget
        self.constant_after = 1 if constant_after is None and not steps.in_order else constant_after

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
        return Listing(ended, left, self._tail(ended, left), low, high)

    def _tail(self, ended: FloatArray, left: float) -> Tail | None:
        """Find the constant chance of a signal, where the cases to come are all the same."""
        if self.constant_after is None:
            return None
        return steady_tail(ended, left, self.constant_after, _STEADY)

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
            Number of grid points, for a chart with a floor; others have as many as for their mean.

        Returns
        -------
        float
            The lower bound.
        """
        if self._cyclic:
            return fewest_by_cycles(self.walk, self.steps, points)
        if self.walk.lower is None:
            return self._mean_by_tail(self._chain(self._points, "up"))
        return self._mean_between(self._points).low

    @property
    def _points(self) -> int:
        """Number of grid points for the mean of a chart that is followed case by case."""
        if self.walk.memory == 1 or self.steps.in_order:
            return 4096
        return int(min(1 << 14, max(1024, (1 << 19) / self.steps.values.shape[-1])))

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
        if self.constant_after is None:
            return self._mean_in_order()
        if self._cyclic:
            return mean_by_cycles(self.walk, self.steps, self.tolerance, int(_CYCLE_POINTS * self.budget))
        points = self._points
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
        return _mean_of(*self._until_steady(chain))

    def _mean_between(self, points: int) -> Bracket:
        """Bound the mean of a chart with two limits.

        The mean is at most the sum of the probabilities of no signal yet, up to some case, and from there on the
        longest mean from any place; that is at most so many cases over the least probability of a signal within them.
        """
        value = self._mean_by_tail(self._chain(points, "split"))
        over = self._until_steady(self._chain(points, "up"))[0]
        under = self._chain(points, "down").follow(over.shape[0])[0]
        over, under = np.cumsum(over, axis=0), np.cumsum(under, axis=0)
        fewest = 1 + float(np.maximum(1 - under[:, 0] - over[:, 1], 0)[:-1].sum())
        still = 1 - over[:, 0] - under[:, 1]
        case = np.arange(1, still.size + 1)
        sure = np.maximum(self._least_sure(points, still.size), 1e-300)
        most = float((1 + np.cumsum(still) - still + still * case / sure).min())
        return Bracket(min(fewest, value), value, max(most, value))

    def _least_sure(self, points: int, cases: int) -> FloatArray:
        """Bound from below the probability of a signal within 1, 2, ... cases, wherever the statistic is now.

        From the upper half the upper limit is crossed first at least as probably as from the middle, and from the lower
        half the lower one.
        """
        assert self.walk.upper is not None
        assert self.walk.lower is not None
        middle = (self.walk.upper + self.walk.lower) / 2
        walk = Walk(memory=self.walk.memory, lower=self.walk.lower, upper=self.walk.upper, start=middle)
        laid = GridLaw(walk, self.steps, self.tolerance, self.budget)
        above = laid._chain(points, "down").follow(cases)[0][:, 1]
        below = laid._chain(points, "up").follow(cases)[0][:, 0]
        return np.asarray(np.minimum(np.cumsum(above), np.cumsum(below)), dtype=np.float64)

    def _until_steady(self, chain: Chain) -> tuple[FloatArray, float, Tail | None]:
        """Follow a chain until nothing is left, its tail is geometric, or there is no more to follow."""
        n = min(256, self.longest)
        while True:
            ended, left = chain.follow(n)
            tail = self._tail(ended, left)
            if tail is not None or left < _ENOUGH or n >= self.longest:
                return ended, left, tail
            n = min(2 * n, self.longest)


def _width(listing: Listing) -> float:
    """Largest distance between the bounds on P(T <= n)."""
    assert listing.low is not None
    assert listing.high is not None
    return float((listing.high.sum(axis=1) - listing.low.sum(axis=1)).max())


def _mean_of(ended: FloatArray, left: float, tail: Tail | None) -> float:
    """Mean of a run length that is listed and then geometric."""
    value = float((left + ended[::-1].sum(axis=1).cumsum()[::-1]).sum())
    if tail is not None:
        return value + left / tail.total
    return value if left < 1e-9 else float("inf")
