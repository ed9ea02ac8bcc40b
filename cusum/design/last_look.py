"""What an LC-CUSUM with a last look does, exactly: every state that can be reached, up to the last case planned."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.low_volume import LastLookCusum
from cusum.charts.walk import TOLERANCE, FloatArray
from cusum.design.lattice import build_lattice, propagate
from cusum.design.laws import Bracket, Law, Listing, Tail
from cusum.design.scores import rates_by_case, two_scores

__all__ = ["End", "LastLookLaw", "follow_to_the_end", "last_look_by_case"]


class End(NamedTuple):
    """How the cases planned end, before the last look has been taken.

    Parameters
    ----------
    declared : array of float, shape (cases - 1,)
        Probability of having been declared competent by each case before the last.
    value, chance : array of float, shape (m,)
        Values that the statistic can have at the last case, and the probability of each, of those not yet declared.
    """

    declared: FloatArray
    value: FloatArray
    chance: FloatArray


def follow_to_the_end(chart: LastLookCusum, rates: FloatArray) -> End:
    """Follow every reachable state to the last case planned.

    Parameters
    ----------
    chart : LastLookCusum
        The chart; its last limit is not used.
    rates : array of float, shape (cases,)
        Failure probability of each case.

    Returns
    -------
    End
        Declarations before the last case, and the values at it.

    Examples
    --------
    >>> from cusum import Criterion
    >>> criterion = Criterion(acceptable=0.1, unacceptable=0.4)
    >>> chart = LastLookCusum(criterion=criterion, limit=1.2, last_limit=0.4, cases=4)
    >>> end = follow_to_the_end(chart, np.full(4, 0.5))
    >>> end.declared, round(float(end.chance.sum()), 3)
    (array([0.   , 0.   , 0.125]), 0.875)
    """
    scores = two_scores(chart)
    lattice = build_lattice(chart.running.walk, scores.success, scores.failure, max(1, chart.cases - 1))
    ended, state = propagate(lattice, rates[:-1])
    rate = float(rates[-1])
    value = np.concatenate((lattice.values + scores.success, np.maximum(0.0, lattice.values + scores.failure)))
    chance = np.concatenate((state * (1 - rate), state * rate))
    held = chance > 0
    return End(np.cumsum(ended[:, 1]), value[held], chance[held])


def last_look_by_case(chart: LastLookCusum, *, failure_rate: ArrayLike) -> FloatArray:
    """Give the probability of having been declared competent after each case.

    Parameters
    ----------
    chart : LastLookCusum
        The chart with its limits.
    failure_rate : float or array-like, shape (k,)
        True failure probability, from 0 to 1: one for all cases, or one for each case (a learning curve), of which the
        last holds on.

    Returns
    -------
    array of float, shape (chart.cases,)
        Exact probability that the declaration falls at or before each case.

    Raises
    ------
    InvalidParameter
        If a rate is outside 0 to 1.

    Examples
    --------
    >>> from cusum import Criterion
    >>> criterion = Criterion(acceptable=0.1, unacceptable=0.4)
    >>> chart = LastLookCusum(criterion=criterion, limit=1.2, last_limit=0.4, cases=4)
    >>> last_look_by_case(chart, failure_rate=0.5).round(4)
    array([0.    , 0.    , 0.125 , 0.5625])
    """
    return LastLookLaw(chart, rates_by_case(failure_rate, chart.cases)).declared


class LastLookLaw(Law):
    """The distribution of the case at which a last-look chart declares competence; after the last look it never does.

    Parameters
    ----------
    chart : LastLookCusum
        The chart with its limits.
    rates : array of float, shape (cases,)
        Failure probability of each case up to the last look.
    """

    def __init__(self, chart: LastLookCusum, rates: FloatArray) -> None:
        end = follow_to_the_end(chart, rates)
        seen = end.value >= chart.last_limit - TOLERANCE
        before = end.declared[-1] if end.declared.size else 0.0
        self.declared: FloatArray = np.minimum(np.append(end.declared, before + end.chance[seen].sum()), 1.0)
        self.never = float(end.chance[~seen].sum())

    def follow(self, cases: int) -> Listing:
        """List all cases up to the last look, and that nothing follows it.

        Parameters
        ----------
        cases : int
            Number of cases; not used.

        Returns
        -------
        Listing
            Exact probabilities.
        """
        ended = np.zeros((self.declared.size, 2))
        ended[:, 1] = np.diff(self.declared, prepend=0.0)
        return Listing(ended, self.never, Tail(0.0, 0.0))

    def mean(self) -> Bracket:
        """Give the mean number of cases to the declaration: infinite where it may never come.

        Returns
        -------
        Bracket
            The mean, without a distance between its bounds.
        """
        numbers = np.arange(1, self.declared.size + 1)
        mean = float("inf") if self.never > 0 else float(numbers @ np.diff(self.declared, prepend=0.0))
        return Bracket(mean, mean, mean)
