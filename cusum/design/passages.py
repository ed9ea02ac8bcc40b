"""A chart under all its limits at once: the probability of a signal by case number, exact, for a constant rate.

Between two visits to the floor the statistic is i*u - j*d after i cases that raise it and j that lower it, so where it
stands tells the number of cases since the floor. The time to the limit is then a renewal: whole excursions that come
back to the floor, and one that reaches the limit. Excursions are followed for all limits side by side.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cusum.charts.base import check_criterion
from cusum.charts.learning import LearningCurveCusum
from cusum.charts.likelihood_ratio import LikelihoodRatioCusum
from cusum.charts.walk import TOLERANCE, FloatArray, IntArray, Walk
from cusum.criterion import Criterion
from cusum.design.lattice import SAME, build_lattice
from cusum.design.scores import two_scores
from cusum.errors import InvalidParameter

__all__ = ["Attainable", "attainable_values", "likelihood_ratio_chart", "signal_by_limit", "signal_by_limit_of_learner"]

_AT_ONCE = 60_000


def likelihood_ratio_chart(criterion: Criterion | LikelihoodRatioCusum) -> LikelihoodRatioCusum:
    """Take a chart as it is, and make the LC-CUSUM of a criterion.

    Parameters
    ----------
    criterion : Criterion or LikelihoodRatioCusum
        What was asked about.

    Returns
    -------
    LikelihoodRatioCusum
        A chart that starts at 0, with a limit that means nothing where a criterion was given.

    Raises
    ------
    InvalidParameter
        If it is neither, or the chart starts elsewhere.

    Examples
    --------
    >>> from cusum import Criterion
    >>> likelihood_ratio_chart(Criterion(acceptable=0.1, unacceptable=0.2)).key
    'lc_cusum'
    """
    if isinstance(criterion, LikelihoodRatioCusum):
        if criterion.start != 0:
            raise InvalidParameter("start is {start}", expected="a chart that starts at 0", start=criterion.start)
        return criterion
    check_criterion(criterion)
    return LearningCurveCusum(criterion=criterion, limit=1.0)


class Attainable(NamedTuple):
    """Values that the statistic can take, and how soon.

    Parameters
    ----------
    values : array of float, shape (m,)
        Values above 0, smallest first.
    first : array of int, shape (m,)
        Fewest cases in which each can be reached.
    """

    values: FloatArray
    first: IntArray


def _steps(chart: LikelihoodRatioCusum) -> tuple[float, float]:
    """Give the score above 0 and the one below."""
    scores = two_scores(chart)
    return max(scores), min(scores)


def attainable_values(chart: LikelihoodRatioCusum, within: int, highest: float = np.inf) -> Attainable:
    """List the values that the statistic can take: between two of them, all limits do the same.

    Parameters
    ----------
    chart : LikelihoodRatioCusum
        A chart that starts at 0; its limit is ignored.
    within : int
        Number of cases.
    highest : float, optional
        Largest value of interest.

    Returns
    -------
    Attainable
        The values up to `highest`, and the fewest cases in which each can be reached.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.4), limit=1.0)
    >>> found = attainable_values(chart, within=4)
    >>> found.values.round(3), found.first
    (array([0.405, 0.811, 1.216, 1.622]), array([1, 2, 3, 4]))
    """
    up, down = _steps(chart)
    pieces, counts = [], []
    for lowered in range(within + 1):
        raised = np.arange(1, within - lowered + 1)
        value = raised * up + lowered * down
        keep = (value > 1e-8) & (value <= highest + TOLERANCE)
        pieces.append(value[keep])
        counts.append(raised[keep] + lowered)
    values, first = np.concatenate(pieces), np.concatenate(counts)
    order = np.lexsort((first, values))
    values, first = values[order], first[order]
    group = np.concatenate(([True], np.diff(values) > TOLERANCE))[: values.size]
    starts = np.flatnonzero(group)
    fewest = np.minimum.reduceat(first, starts) if starts.size else first
    return Attainable(values[starts], fewest.astype(np.int64))


def signal_by_limit(chart: LikelihoodRatioCusum, limits: FloatArray, failure_rate: float, within: int) -> FloatArray:
    """Give the probability that the chart has signalled, for each limit and case.

    Parameters
    ----------
    chart : LikelihoodRatioCusum
        A chart that starts at 0; its limit is ignored.
    limits : array of float, shape (m,)
        Limits above 0.
    failure_rate : float
        True failure probability, the same at every case.
    within : int
        Number of cases.

    Returns
    -------
    array of float, shape (m, within)
        Probability of a signal at or before each case.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=1.0)
    >>> signal_by_limit(chart, np.array([2.8538, 3.7054]), 0.20, 100)[:, [49, 99]].round(6)
    array([[0.048933, 0.158892],
           [0.008159, 0.048962]])
    """
    upward = failure_rate if chart.scores([True])[0] > 0 else 1 - failure_rate
    up, down = _steps(chart)
    parts = np.array_split(limits, max(1, limits.size * within // _AT_ONCE))
    return np.concatenate([_renewed(*_excursions(up, down, part, upward, within)) for part in parts]).copy()


def _excursions(
    up: float, down: float, limits: FloatArray, upward: float, within: int
) -> tuple[FloatArray, FloatArray]:
    """Follow one excursion from the floor: the probability of ending it, at the floor or at the limit, at each case."""
    home, limit = np.zeros((2, within + 1, limits.size))
    reach = limits - TOLERANCE
    state = np.ones((1, limits.size))  # after no case; rows are numbers of cases that lowered it, from `low` on
    low = 0
    for case in range(1, within + 1):
        moved = np.zeros((state.shape[0] + 1, limits.size))
        moved[:-1] = state * upward
        moved[1:] += state * (1 - upward)
        lowered = low + np.arange(moved.shape[0])
        value = (case - lowered) * up + lowered * down
        floor, high = value <= SAME, value[:, None] >= reach[None, :]
        home[case] = moved[floor].sum(axis=0)
        limit[case] = np.where(high, moved, 0.0).sum(axis=0)
        stays = np.flatnonzero(~floor & ~high.all(axis=1))
        if not stays.size:
            break
        state = np.where(high, 0.0, moved)[stays[0] : stays[-1] + 1]
        low += int(stays[0])
    return home, limit


def _renewed(home: FloatArray, limit: FloatArray) -> FloatArray:
    """Put excursions end to end: any number back to the floor, then one to the limit."""
    begun = np.zeros_like(home)  # probability that an excursion begins after so many cases
    begun[0] = 1.0
    signals = np.empty((home.shape[0] - 1, home.shape[1]))
    for case in range(1, home.shape[0]):
        before = begun[case - 1 :: -1]
        begun[case] = np.einsum("kl,kl->l", home[1 : case + 1], before)
        signals[case - 1] = np.einsum("kl,kl->l", limit[1 : case + 1], before)
    found: FloatArray = np.minimum(np.cumsum(signals, axis=0), 1.0).T
    return found


def signal_by_limit_of_learner(chart: LikelihoodRatioCusum, limits: FloatArray, rates: FloatArray) -> FloatArray:
    """Give the probability that the chart has signalled, for each limit and case, where the failure rate changes.

    Parameters
    ----------
    chart : LikelihoodRatioCusum
        A chart that starts at 0; its limit is ignored.
    limits : array of float, shape (m,)
        Limits above 0; an infinite one never signals.
    rates : array of float, shape (n,)
        Failure probability of each case.

    Returns
    -------
    array of float, shape (m, n)
        Probability of a signal at or before each case.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.4), limit=1.0)
    >>> signal_by_limit_of_learner(chart, np.array([0.5, np.inf]), np.array([0.5, 0.5, 0.25]))
    array([[0.    , 0.25  , 0.4375],
           [0.    , 0.    , 0.    ]])
    """
    finite = limits[np.isfinite(limits)]
    found = np.zeros((limits.size, rates.size))
    if not finite.size:
        return found
    lattice = build_lattice(Walk(floor=0.0, upper=float(finite.max())), *two_scores(chart), rates.size)
    m = lattice.values.size
    reached = lattice.values[:, None] >= finite[None, :] - TOLERANCE
    success, failure = lattice.matrix(lattice.after_success), lattice.matrix(lattice.after_failure)
    state = np.zeros((m, finite.size))
    state[0] = 1.0
    ended = np.empty((rates.size, finite.size))
    for case, rate in enumerate(rates):
        moved = ((1 - rate) * success + rate * failure) @ state
        state = moved[:m]
        ended[case] = moved[m + 1] + np.where(reached, state, 0.0).sum(axis=0)  # row m + 1: the largest of the limits
        state[reached] = 0.0
    found[np.isfinite(limits)] = np.minimum(np.cumsum(ended, axis=0), 1.0).T
    return found
