"""How a run length was computed: laws that list probabilities case by case, and know what comes after the list."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter

from cusum.charts.walk import FloatArray, Walk
from cusum.design.excursions import Excursion, follow_excursion
from cusum.design.lattice import build_lattice, propagate
from cusum.design.scores import Scores, only_falls

__all__ = ["Bracket", "ExcursionLaw", "LatticeLaw", "Law", "Listing", "Tail", "steady_tail"]

_ENOUGH = 1e-14
_STEADY = 1e-12
_VANISHING = 1e-30
_SETTLED = 1e-9
_LONGEST = 200_000
_FIRST = 256


class Bracket(NamedTuple):
    """A number with bounds; all three are equal where it is exact.

    Parameters
    ----------
    low, value, high : float
        Lower bound, estimate, upper bound.

    Examples
    --------
    >>> Bracket(0.9, 1.0, 1.1).relative_width
    0.2
    """

    low: float
    value: float
    high: float

    @property
    def relative_width(self) -> float:
        """Distance between the bounds against the estimate."""
        return round((self.high - self.low) / self.value, 15) if self.value else 0.0


class Tail(NamedTuple):
    """What happens after the last listed case: the chance of ending at each further case, lower and upper limit."""

    lower: float
    upper: float

    @property
    def total(self) -> float:
        """The chance of ending at either limit."""
        return self.lower + self.upper


@dataclass(frozen=True, eq=False)
class Listing:
    """Probabilities case by case, as far as they were followed.

    Parameters
    ----------
    ended : array of float, shape (n, 2)
        Probability that the first signal falls at case 1, ..., n, at the lower and at the upper limit.
    left : float
        Probability of no signal within n cases.
    tail : Tail or None
        Chance of a signal at each further case, once that has become constant.
    low, high : array of float, shape (n, 2), or None
        Bounds on the probability of a signal at or before each case, by limit; None where `ended` is exact.
    """

    ended: FloatArray
    left: float
    tail: Tail | None
    low: FloatArray | None = None
    high: FloatArray | None = None

    @property
    def cases(self) -> int:
        """Number of cases that are listed."""
        return int(self.ended.shape[0])


class Law(ABC):
    """The distribution of a run length, followed as far as is asked."""

    @abstractmethod
    def follow(self, cases: int) -> Listing:
        """List at least so many cases, or fewer where nothing is left or the tail is geometric."""

    @abstractmethod
    def mean(self) -> Bracket:
        """Give the mean run length with its bounds."""

    @property
    def longest(self) -> int:
        """Largest number of cases that can be listed."""
        return _LONGEST


def steady_tail(ended: FloatArray, left: float, varying: int = 1, steady: float = _STEADY) -> Tail | None:
    """Find the constant chance of a signal at each further case, or None while it still changes.

    Parameters
    ----------
    ended : array of float, shape (n, 2)
        Probability of a signal at each case, by limit.
    left : float
        Probability of no signal within n cases.
    varying : int, default 1
        Number of cases before the failure probability becomes constant.
    steady : float
        Largest relative change over the last quarter of the cases that counts as none.

    Returns
    -------
    Tail or None
        The chances at the last case.

    Examples
    --------
    >>> import numpy as np
    >>> left = 0.99 ** np.arange(257)
    >>> tail = steady_tail(np.column_stack((np.zeros(256), -np.diff(left))), left[-1])
    >>> round(tail.upper, 12)
    0.01
    """
    n = ended.shape[0]
    window = n // 4
    if n < _FIRST or varying > n - 2 * window or left < _ENOUGH:
        return None
    still = left + ended[: -window - 1 : -1].sum(axis=1).cumsum()[::-1]  # probability of no signal before each case
    chance = ended[-window:] / still[:, None]
    if not chance[-1].sum() or (np.ptp(chance, axis=0) > steady * chance[-1].sum()).any():
        return None
    return Tail(float(chance[-1, 0]), float(chance[-1, 1]))


class LatticeLaw(Law):
    """Every reachable state, followed case by case: for failure probabilities that change, or charts with no floor.

    Parameters
    ----------
    walk : Walk
        Barriers; memory must be 1.
    scores : Scores
        Score of a success and of a failure.
    rates : array of float, shape (k,)
        Failure probability by case; the last holds on.
    """

    def __init__(self, walk: Walk, scores: Scores, rates: FloatArray) -> None:
        self.walk, self.scores, self.rates = walk, scores, rates
        self._enough: int | None = None

    def follow(self, cases: int) -> Listing:
        """List so many cases.

        Parameters
        ----------
        cases : int
            Number of cases.

        Returns
        -------
        Listing
            Exact probabilities.
        """
        rates = self.rates[:cases]
        by_case = np.concatenate((rates, np.full(cases - rates.size, rates[-1])))
        depth = min(cases, self._depth()) if cases > _FIRST else cases
        ended, state = propagate(build_lattice(self.walk, *self.scores, depth), by_case)
        limits, left = ended[:, [2, 1]], float(state.sum())
        if self.walk.floor is None:
            return Listing(limits, left, None)
        if cases >= self.rates.size and only_falls(self.scores, float(self.rates[-1])):
            return Listing(limits, left, Tail(0.0, 0.0))
        return Listing(limits, left, steady_tail(limits, left, self.rates.size))

    def _depth(self) -> int:
        """Count the cases after which a stay off the floor has all but surely ended."""
        if self.walk.floor is None or self.walk.upper is None or self.walk.lower is not None:
            return _LONGEST
        if self._enough is None:
            stay = follow_excursion(self.walk, self.scores, float(self.rates[-1]), self.walk.floor)
            self._enough = max(int(np.argmax(stay.lasting < 1e-15)), 2 * self.rates.size, _FIRST)
        return self._enough

    def mean(self) -> Bracket:
        """Add up the probabilities of no signal yet, and the tail.

        Returns
        -------
        Bracket
            The mean; infinite where a signal may never come.
        """
        n = _FIRST
        while True:
            listing = self.follow(n)
            if listing.tail is not None or listing.left < _ENOUGH or n >= _LONGEST:
                break
            n *= 2
        later = listing.left + listing.ended[::-1].sum(axis=1).cumsum()[::-1]
        value = float(later.sum())
        if listing.tail is not None and listing.tail.total:
            value += listing.left / listing.tail.total
        elif listing.left > 1e-9:
            value = float("inf")
        return Bracket(value, value, value)


class ExcursionLaw(Law):
    """Excursions from the floor, at one constant failure probability; or one walk between two limits.

    Parameters
    ----------
    walk : Walk
        Barriers: an upper limit, and a floor or a lower limit.
    scores : Scores
        Score of a success and of a failure.
    rate : float
        Failure probability.
    """

    def __init__(self, walk: Walk, scores: Scores, rate: float) -> None:
        self.walk, self.scores, self.rate = walk, scores, rate
        self._settled: float | None = None

    def _excursions(self, cases: int | None) -> tuple[Excursion, Excursion]:
        """Follow the first excursion, from the start, and a later one, from the floor."""
        first = follow_excursion(self.walk, self.scores, self.rate, self.walk.start, cases)
        floor = self.walk.floor
        if floor is None or floor == self.walk.start:
            return first, first
        return first, follow_excursion(self.walk, self.scores, self.rate, floor, cases)

    def follow(self, cases: int) -> Listing:
        """List so many cases.

        Parameters
        ----------
        cases : int
            Number of cases.

        Returns
        -------
        Listing
            Exact probabilities.
        """
        if self.walk.floor is not None and only_falls(self.scores, self.rate):
            return Listing(np.zeros((cases, 2)), 1.0, Tail(0.0, 0.0))
        first, later = self._excursions(cases)
        lasting = [_missing(x) for x in (first, later)]
        if self.walk.floor is None:
            return Listing(np.column_stack((first.below, first.above)), float(lasting[0][-1]), None)
        again = np.append(1.0, -_trimmed(later.below))
        from_floor = lfilter([1.0], again, np.append(0.0, later.above))
        still = lfilter([1.0], again, lasting[1])
        if first is later:
            above, left = from_floor[1:], still[-1]
        else:
            home = np.append(0.0, first.below)
            above = first.above + np.convolve(home, from_floor)[1 : cases + 1]
            left = lasting[0][-1] + home @ still[::-1]
        ended = np.column_stack((np.zeros(cases), above))
        return Listing(ended, float(left), self._tail(ended, float(left)))

    def _tail(self, ended: FloatArray, left: float) -> Tail | None:
        """Give the chance that the signals settle to, once they have settled."""
        found = steady_tail(ended, left, steady=_SETTLED)
        if found is None or self.walk.floor is None:
            return None
        if self._settled is None:
            stay = follow_excursion(self.walk, self.scores, self.rate, self.walk.floor)
            self._settled = settled_chance(stay.below, float(stay.above.sum()))
        chance = self._settled
        return Tail(0.0, chance) if abs(found.upper / chance - 1) < 10 * _SETTLED else None

    def mean(self) -> Bracket:
        """Give the mean in closed form: length of an excursion over its chance of ending at the limit.

        Returns
        -------
        Bracket
            The mean; infinite where the limit cannot be reached.
        """
        first, later = self._excursions(None)
        value = first.mean
        if self.walk.floor is not None:
            back, reach = float(first.below.sum()), float(later.above.sum())
            value += (back * later.mean / reach if reach else float("inf")) if back else 0.0
        elif not (first.below.size and first.above.size) or 1 - first.below.sum() - first.above.sum() > 1e-9:
            value = float("inf")
        return Bracket(value, value, value)


def settled_chance(back: FloatArray, reach: float) -> float:
    """Give the chance of a signal at the next case that a chart settles to, from how its excursions end.

    Parameters
    ----------
    back : array of float, shape (k,)
        Probability that an excursion ends at the floor after 1, 2, ..., k cases.
    reach : float
        Probability that it ends at the limit.

    Returns
    -------
    float
        The chance.

    Notes
    -----
    Survival falls as exp(-x n), where sum(back[k] exp(x k)) = 1; with the probability of a return being 1 - reach, that
    is sum(back[k] (exp(x k) - 1)) = reach, in which nothing cancels.

    Examples
    --------
    >>> import numpy as np
    >>> round(settled_chance(np.array([0.9]), 0.1), 12)
    0.1
    """
    from scipy.optimize import brentq

    if not reach or not back.any():
        return 1.0 if reach else 0.0
    case = np.arange(1, back.size + 1)

    def excess(x: float) -> float:
        return float(back @ np.expm1(np.minimum(x * case, 700.0))) / reach - 1

    high = (1 + 1e-9) * reach / float(back @ case)  # the sum is convex: this is beyond the root, rounding or not
    return float(-np.expm1(-brentq(excess, 0.0, high, xtol=high * 1e-15, rtol=1e-14)))


def _trimmed(chances: FloatArray) -> FloatArray:
    """Leave out what is too small to matter at the end, which only costs time."""
    return chances[: int(np.max(np.flatnonzero(chances > _VANISHING), initial=-1)) + 1]


def _missing(excursion: Excursion) -> FloatArray:
    """Probability that an excursion, of which so many cases are listed, lasts longer than 0, 1, ... cases."""
    return np.maximum(1.0 - np.append(0.0, np.cumsum(excursion.below + excursion.above)), 0.0)
