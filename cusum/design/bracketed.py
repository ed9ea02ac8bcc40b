"""The law of a run length on a grid: refined until its bounds are close enough, or a budget is spent."""

from __future__ import annotations

import numpy as np

from cusum.charts.walk import FloatArray, Walk
from cusum.design.cycles import fewest_by_cycles, mean_by_cycles
from cusum.design.equations import mean_by_equations
from cusum.design.following import can_signal, follow_chords
from cusum.design.grid import Chain, Rounding, make_grid
from cusum.design.laws import Bracket, Law, Listing, Tail, steady_tail
from cusum.design.renewal import estimated_cases, fewest_cases, mean_cases
from cusum.design.steps import Steps
from cusum.design.two_limits import mean_between, mean_of

__all__ = ["GridLaw"]

_COARSE = 512
_FINEST = 1 << 18
_BUDGET = 4e7
_CHORD_BUDGET = 5e6
_CYCLE_POINTS = 1 << 17
_CHORD_POINTS = 1 << 16
_FEW_CHORD_POINTS = 1 << 13
_SEVERAL = 6
_MANY = 24
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
    The grid is refined until the bounds are within the tolerance or the budget is spent. The bounds hold either way;
    only their distance differs. Where a case may bring more than six scores, no score is rounded: chords bound the
    probability, and the mean (see `chords`); the distance of the bounds then falls with the cell or faster, and does
    not grow with the number of cases. Functions of fewer scores are too jagged for chords. There the scores are rounded
    up and down, case by case, or cycle by cycle for a mean.
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

    @property
    def rich(self) -> bool:
        """True where a case may bring so many scores that chords are close."""
        return not self.steps.in_order and self.steps.values.size > _SEVERAL

    @property
    def _never(self) -> bool:
        """True where no case can lead to a signal."""
        return not self.steps.in_order and not can_signal(self.walk, self.steps)

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
        if self._never:
            make_grid(self.walk, self.steps, 1)  # says what is missing
            none = np.zeros((cases, 2))
            return Listing(none, 1.0, Tail(0.0, 0.0), none, none)
        points = min(_COARSE, self.most(cases))
        listing = self.on_grid(cases, points)
        width = _width(listing)
        if width > self.tolerance and points < self.most(cases):
            wanted = points * width / self.tolerance * 1.2
            listing = self.on_grid(cases, int(min(wanted, self.most(cases))))
        return listing

    def most(self, cases: int) -> int:
        """Give the number of points that the budget allows.

        Parameters
        ----------
        cases : int
            Number of cases to list.

        Returns
        -------
        int
            The number.
        """
        if self.rich:
            return int(min(_CHORD_POINTS, max(256, self.budget * _CHORD_BUDGET / cases)))
        return int(min(_FINEST, max(64, self.budget * _BUDGET / cases)))

    def on_grid(self, cases: int, points: int) -> Listing:
        """List so many cases on one grid.

        Parameters
        ----------
        cases : int
            Number of cases.
        points : int
            Number of grid points.

        Returns
        -------
        Listing
            Estimate and bounds.
        """
        if self.rich:
            found = follow_chords(self.walk, self.steps, points, cases, (0, 1, -1))
            ended = np.maximum(np.diff(found[:, 0], axis=0, prepend=0.0), 0.0)
            high = np.minimum.accumulate(found[::-1, 1], axis=0)[::-1]
            low, left = np.maximum.accumulate(found[:, 2], axis=0), max(1.0 - float(ended.sum()), 0.0)
            return Listing(ended, left, self._tail(ended, left), low, high)
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
        if self.rich:
            return float(follow_chords(self.walk, self.steps, points, cases, (1,))[-1].sum())
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
        if self._never:
            return float("inf")
        if self._by_equation:
            return fewest_cases(self.walk, self.steps, min(points, self._finest))
        if self._cyclic:
            return fewest_by_cycles(self.walk, self.steps, points)
        return self._mean_by_tail(self._chain(self._points, "up"))

    @property
    def _points(self) -> int:
        """Number of grid points for the mean of a chart that is followed case by case."""
        if self.walk.memory == 1 or self.steps.in_order:
            return 4096
        return int(min(1 << 16, max(1024, (1 << 18) / self.steps.values.shape[-1])))

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
        if self.rich:
            return float(follow_chords(self.walk, self.steps, points, cases, (0,))[-1].sum())
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
        if self._never:
            return float("inf")
        if self.rich and not self._cyclic:
            return estimated_cases(self.walk, self.steps, points)
        chain = self._chain(points, "split")
        return mean_by_equations(chain) if self._cyclic else self._mean_by_tail(chain)

    @property
    def _cyclic(self) -> bool:
        """True where cases can be taken together in cycles."""
        return self.walk.floor is not None and self.walk.lower is None and self.walk.memory == 1.0

    @property
    def _by_equation(self) -> bool:
        """True where the mean comes from its equation: many scores, or two limits."""
        many = self.steps.values.size > _MANY if self._cyclic else self.rich
        return not self.steps.in_order and (many or (self.walk.lower is not None and self.walk.memory == 1))

    @property
    def _finest(self) -> int:
        """Largest number of points for the equation of a mean."""
        return int(max(256, (_CYCLE_POINTS if self.rich else _FEW_CHORD_POINTS) * self.budget))

    def mean(self) -> Bracket:
        """Give the mean between its bounds.

        Returns
        -------
        Bracket
            Lower bound, estimate, upper bound.
        """
        if self.constant_after is None:
            return self._mean_in_order()
        if self._never:
            return Bracket(float("inf"), float("inf"), float("inf"))
        if self._by_equation:
            return mean_cases(self.walk, self.steps, self.tolerance, self._finest)
        if self._cyclic:
            return mean_by_cycles(self.walk, self.steps, self.tolerance, int(_CYCLE_POINTS * self.budget))
        points = self._points
        if self.walk.lower is None:
            values = {way: self._mean_by_tail(self._chain(points, way)) for way in ("up", "down", "split")}
            return Bracket(values["up"], min(max(values["split"], values["up"]), values["down"]), values["down"])
        return mean_between(self.walk, self.steps, points, self._until_steady)

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
        return mean_of(*self._until_steady(chain))

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
