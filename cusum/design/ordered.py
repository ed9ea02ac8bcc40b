"""Exact run lengths where each case has scores of its own, but a failure always adds the same to what a success does.

This holds for the risk-adjusted charts: whatever the risk, a failure and a success differ by the log odds ratio. The
statistic after a visit to the floor is then fixed by the number of failures since, so that the states are few: one row
for each case at which the floor was last visited, one column for each number of failures since.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cusum.charts.walk import TOLERANCE, FloatArray, Walk
from cusum.design.lattice import SAME
from cusum.design.laws import Bracket, Law, Listing
from cusum.design.steps import Steps

__all__ = ["OrderedLaw", "OrderedStates", "failure_adds_the_same"]

_NEGLIGIBLE = 1e-16


def failure_adds_the_same(steps: Steps) -> bool:
    """Tell whether failure and success differ by the same amount at every case.

    Parameters
    ----------
    steps : Steps
        Scores of shape (n, 2): success, failure.

    Returns
    -------
    bool
        True where the difference is the same to rounding.

    Examples
    --------
    >>> failure_adds_the_same(Steps(np.array([[-0.1, 0.6], [-0.2, 0.5]]), np.full((2, 2), 0.5)))
    True
    """
    if not steps.in_order or steps.values.shape[1] != 2:
        return False
    return bool(np.ptp(steps.values[:, 1] - steps.values[:, 0]) < 1e-12)


class OrderedStates:
    """Every state of such a chart, moved on case by case.

    Parameters
    ----------
    floor : float or None
        Holding barrier.
    start : float
        Statistic before the first case.
    difference : float
        What a failure adds beyond a success.
    """

    def __init__(self, floor: float | None, start: float, difference: float) -> None:
        self.floor, self.difference = floor, difference
        self.total = 0.0  # sum of the success scores so far
        self.base = np.array([start])  # statistic of a row less the sum since: start or floor, less the sum before
        self.chance = np.ones((1, 1))
        self.failures = 0  # failures that the first column stands for
        self.lost = 0.0

    @property
    def values(self) -> FloatArray:
        """The statistic in each state."""
        failures = self.failures + np.arange(self.chance.shape[1])
        return np.asarray((self.base + self.total)[:, None] + failures * self.difference, dtype=np.float64)

    def move(self, success: float, rate: float) -> None:
        """Move on by one case.

        Parameters
        ----------
        success : float
            Score of a success at this case.
        rate : float
            Its failure probability.
        """
        rows, columns = self.chance.shape
        moved = np.zeros((rows, columns + 1))
        moved[:, :-1] = self.chance * (1 - rate)
        moved[:, 1:] += self.chance * rate
        self.chance, self.total = moved, self.total + success
        if self.floor is not None:
            self._hold(self.floor)

    def _hold(self, floor: float) -> None:
        """Gather what has come down to the floor in a row of its own."""
        down = (self.values <= floor + SAME) & (self.chance > 0)
        held = float(self.chance[down].sum())
        self.chance[down] = 0.0
        if held:
            row = np.zeros((1, self.chance.shape[1] + self.failures))
            row[0, 0] = held
            whole = np.zeros((self.chance.shape[0], row.shape[1]))
            whole[:, self.failures :] = self.chance
            self.chance, self.failures = np.concatenate((whole, row)), 0
            self.base = np.append(self.base, floor - self.total)
        self._tidy()

    def _tidy(self) -> None:
        """Leave out rows and columns that hold next to nothing, and remember how much that was."""
        heavy = self.chance.sum(axis=1) > _NEGLIGIBLE
        if not heavy.all():
            self.lost += float(self.chance[~heavy].sum())
            self.chance, self.base = self.chance[heavy], self.base[heavy]
        used = np.flatnonzero(self.chance.any(axis=0))
        if used.size:
            self.chance = self.chance[:, used[0] : used[-1] + 1]
            self.failures += int(used[0])

    def absorb(self, ends: Callable[[FloatArray], np.ndarray]) -> float:
        """Take out the states in which the chart has signalled.

        Parameters
        ----------
        ends : callable
            Tells for an array of values which of them signal.

        Returns
        -------
        float
            The probability taken out.
        """
        out = ends(self.values) & (self.chance > 0)
        taken = float(self.chance[out].sum())
        self.chance[out] = 0.0
        return taken


class OrderedLaw(Law):
    """The exact run length over cases whose risks come in a given order.

    Parameters
    ----------
    walk : Walk
        Barriers; memory must be 1.
    steps : Steps
        Scores and probabilities of shape (n, 2).
    """

    def __init__(self, walk: Walk, steps: Steps) -> None:
        self.walk, self.steps = walk, steps

    @property
    def longest(self) -> int:
        """Number of cases in the sequence."""
        return int(self.steps.values.shape[0])

    def follow(self, cases: int) -> Listing:
        """List the cases.

        Parameters
        ----------
        cases : int
            Number of cases, at most those of the sequence.

        Returns
        -------
        Listing
            Probabilities that are exact but for what was too improbable to follow.
        """
        difference = float(self.steps.values[0, 1] - self.steps.values[0, 0])
        states = OrderedStates(self.walk.floor, self.walk.start, difference)
        upper = np.inf if self.walk.upper is None else self.walk.upper - TOLERANCE
        lower = -np.inf if self.walk.lower is None else self.walk.lower + TOLERANCE
        ended = np.empty((cases, 2))
        for case in range(cases):
            states.move(float(self.steps.values[case, 0]), float(self.steps.chances[case, 1]))
            ended[case] = states.absorb(lambda s: s <= lower), states.absorb(lambda s: s >= upper)
        return Listing(ended, float(states.chance.sum()) + states.lost, None)

    def mean(self) -> Bracket:
        """Give what the sequence says of the mean: all of it only where a signal within it is sure.

        Returns
        -------
        Bracket
            The mean, or from what is known to infinity.
        """
        listing = self.follow(self.longest)
        later = listing.left + listing.ended[::-1].sum(axis=1).cumsum()[::-1]
        known = float(later.sum())
        if listing.left < 1e-9:
            return Bracket(known, known, known)
        return Bracket(known, float("inf"), float("inf"))
