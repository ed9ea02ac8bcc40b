"""Exact run lengths at a constant failure rate, by excursions: stays between one visit to the floor and the next.

At a constant rate everything begins anew whenever the statistic is at its floor. It is then enough to know how long one
excursion lasts and how it ends; a run is some excursions that return and one that does not. Within an excursion the
statistic after t cases depends on the number of large steps alone, so an excursion is followed level by level: for each
number of large steps, all cases at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from cusum.charts.walk import TOLERANCE, FloatArray, Walk
from cusum.design.lattice import SAME
from cusum.design.scores import Scores

__all__ = ["Excursion", "follow_excursion"]

IntArray = NDArray[np.int64]

_NEGLIGIBLE = 1e-18
_LEVELS = 64


@dataclass(frozen=True, eq=False)
class Excursion:
    """How long a stay off the floor lasts, and where it ends.

    Parameters
    ----------
    below : array of float, shape (k,)
        Probability that it ends after 1, 2, ..., k cases at the floor (or at the lower limit where there is no floor).
    above : array of float, shape (k,)
        The same for the upper limit.
    """

    below: FloatArray
    above: FloatArray

    @property
    def mean(self) -> float:
        """Mean number of cases."""
        return float((self.below + self.above) @ np.arange(1, self.below.size + 1))

    @property
    def lasting(self) -> FloatArray:
        """Probability that it lasts longer than 0, 1, ..., k cases, shape (k + 1,)."""
        total = (self.below + self.above)[::-1].cumsum()[::-1]
        return np.append(total, 0.0)


@dataclass(frozen=True)
class _Strip:
    """The space between two barriers, seen along the large step."""

    origin: float
    large: float
    small: float
    rises: bool
    low: float
    high: float

    def value(self, level: IntArray, case: IntArray) -> FloatArray:
        """Give the statistic after so many cases, `level` of them large steps."""
        rest = case - level
        up, down = (level * self.large, rest * self.small) if self.rises else (rest * self.small, level * self.large)
        return np.asarray(self.origin + up - down, dtype=np.float64)

    def windows(self, level: IntArray) -> tuple[IntArray, IntArray]:
        """Give for each level the first case that is not beyond the far barrier, and the first at the near one."""
        far, near = (self.high - self.origin, self.low - self.origin)
        if not self.rises:
            far, near = -near, -far
        reach = level * self.large
        first = np.maximum(level, level + np.floor((reach - far) / self.small).astype(np.int64) - 1)
        last = np.maximum(level, level + np.floor((reach - near) / self.small).astype(np.int64) - 1)
        for _ in range(3):
            first += self._beyond_far(self.value(level, first))
            last += ~self._at_near(self.value(level, last))
        return first, last

    def _beyond_far(self, value: FloatArray) -> NDArray[np.bool_]:
        """Tell which values have reached the barrier that large steps lead to."""
        return value >= self.high if self.rises else value <= self.low

    def _at_near(self, value: FloatArray) -> NDArray[np.bool_]:
        """Tell which values have reached the barrier that small steps lead to."""
        return value <= self.low if self.rises else value >= self.high


def follow_excursion(walk: Walk, scores: Scores, rate: float, origin: float, cases: int | None = None) -> Excursion:
    """Follow one excursion from its origin until it ends at the floor or at a limit.

    Parameters
    ----------
    walk : Walk
        Barriers, with an upper limit and a floor or a lower limit; memory must be 1.
    scores : Scores
        Score of a success and of a failure; one above 0 and one below.
    rate : float
        Failure probability, from 0 to 1.
    origin : float
        Where it begins: the floor or the start.
    cases : int, optional
        How many cases to follow; until nothing is left if omitted.

    Returns
    -------
    Excursion
        Probability of each end after each number of cases.

    Examples
    --------
    >>> from cusum.charts.walk import Walk
    >>> stay = follow_excursion(Walk(floor=0.0, upper=1.5), Scores(1.0, -1.0), 0.5, 0.0)
    >>> stay.below.round(3), stay.above.round(3)
    (array([0.5 , 0.25]), array([0.  , 0.25]))
    """
    assert walk.upper is not None
    low = walk.floor + SAME if walk.floor is not None else (walk.lower or 0.0) + TOLERANCE
    up, down = max(scores), -min(scores)
    rises = up >= down
    large_is_failure = (scores.failure > 0) == rises
    chance = rate if large_is_failure else 1 - rate
    strip = _Strip(origin, max(up, down), min(up, down), rises, low, walk.upper - TOLERANCE)
    near, far = _levels(strip, chance, cases)
    size = cases if cases is not None else max(near.size, far.size)
    ends = [np.zeros(size), np.zeros(size)]
    for end, found in zip(ends, (near, far), strict=True):
        end[: min(size, found.size)] = found[:size]
    return Excursion(ends[0], ends[1]) if rises else Excursion(ends[1], ends[0])


def _levels(strip: _Strip, chance: float, cases: int | None) -> tuple[FloatArray, FloatArray]:
    """Go from level to level (numbers of large steps); give the ends at the near and at the far barrier by case."""
    longest = np.iinfo(np.int64).max // 4 if cases is None else cases
    near, far = _Ends(longest), _Ends(longest)
    level = np.arange(_LEVELS)
    first, last = strip.windows(level)
    first[0], last[0] = 0, max(last[0], 1)
    here = _decay(np.ones(1), min(int(last[0]), longest + 1), 1 - chance)
    begin, k = 0, 0
    while True:
        if here.size and last[k] <= longest:
            near.add(int(last[k]), here[-1:] * (1 - chance))
        entering, begin = here * chance, begin + 1
        arriving = float(entering.sum())
        if arriving <= _NEGLIGIBLE * max(near.total, far.total) or begin > longest:
            return near.array(), far.array()
        k += 1
        if k == level.size:
            level = level + _LEVELS
            first, last = strip.windows(level)
            k = 0
        cut = min(max(int(first[k]) - begin, 0), entering.size)
        far.add(begin, entering[:cut])
        entering, begin = entering[cut:], begin + cut
        here = _decay(entering, max(min(int(last[k]), longest + 1) - begin, 0), 1 - chance)


def _decay(entering: FloatArray, size: int, keep: float) -> FloatArray:
    """Give the chance of being at a level at each case: those who enter, and those who stay by small steps."""
    if not entering.size or not size:
        return np.empty(0)
    padded = np.zeros(size)
    padded[: entering.size] = entering[:size]
    return np.asarray(lfilter([1.0], [1.0, -keep], padded), dtype=np.float64)


class _Ends:
    """Probabilities by case number, gathered piece by piece."""

    def __init__(self, longest: int) -> None:
        self.pieces: list[tuple[int, FloatArray]] = []
        self.total = 0.0
        self.longest = longest

    def add(self, case: int, chances: FloatArray) -> None:
        """Add the chances of ending at a case and at those after it."""
        chances = chances[: max(self.longest + 1 - case, 0)]
        if chances.size:
            self.pieces.append((case, chances))
            self.total += float(chances.sum())

    def array(self) -> FloatArray:
        """Give the chances for case 1, 2, and so on."""
        size = max((case + chances.size - 1 for case, chances in self.pieces), default=0)
        gathered = np.zeros(size)
        for case, chances in self.pieces:
            gathered[case - 1 : case - 1 + chances.size] += chances
        return gathered
