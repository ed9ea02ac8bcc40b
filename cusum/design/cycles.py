"""Mean run lengths between close bounds: cases taken together from one rare step to the next.

On a chart with a floor most cases move the statistic a little one way, and few move it far the other way. From one rare
step to the next the common steps only add up, whatever their number, so that rounding is needed once in such a cycle
and not at every case: the bounds come closer by as many times as there are cases in a cycle. The mean number of cases
is the mean number of rare steps over their probability (Wald's identity).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import fftconvolve, lfilter

from cusum.charts.walk import FloatArray, Walk
from cusum.design.laws import Bracket
from cusum.design.steps import Steps

__all__ = ["fewest_by_cycles", "mean_by_cycles"]

IntArray = NDArray[np.int64]

_FIRST = 1 << 12
_COARSE = 256
_FINER = 8
_TRIALS = 500
_MOST_CLASSES = 256
_MOST_BLOCKS = 1500
_ROUNDS = 40
_MEMORY = 2
_SNAP = 1e-9


_Known = tuple[FloatArray, FloatArray]


class _Side(NamedTuple):
    """Steps one way: how far (above 0, or 0), and with which probability."""

    size: FloatArray
    chance: FloatArray

    @property
    def total(self) -> float:
        """Probability of a step this way."""
        return float(self.chance.sum())


def mean_by_cycles(walk: Walk, steps: Steps, tolerance: float, finest: int) -> Bracket:
    """Give the mean run length of a chart with a floor and an upper limit, between bounds.

    Parameters
    ----------
    walk : Walk
        Floor, upper limit and start; memory 1.
    steps : Steps
        Scores of one case.
    tolerance : float
        Distance between the bounds, relative to the mean, that is good enough.
    finest : int
        Largest number of grid points to go to for it.

    Returns
    -------
    Bracket
        Lower bound, estimate, upper bound.

    Examples
    --------
    >>> walk, steps = Walk(floor=0.0, upper=2.0), Steps(np.array([-1.0, 1.0]), np.array([0.5, 0.5]))
    >>> round(mean_by_cycles(walk, steps, 1e-6, 8192).value, 4)
    6.0
    """
    rise, fall, space = _sides(walk, steps)
    if not rise.total:
        return Bracket(float("inf"), float("inf"), float("inf"))
    error = min(max(tolerance / 50, 1e-9), 1e-6)
    points, (found, known) = _FIRST, _bracket(rise, fall, space, _FIRST, error, None)
    while found.relative_width > tolerance and points < finest:
        wanted = points * found.relative_width / tolerance * 1.15
        points = int(min(max(wanted, 2 * points), finest, 64 * points))
        found, known = _bracket(rise, fall, space, points, error, known)
    return found


def fewest_by_cycles(walk: Walk, steps: Steps, points: int) -> float:
    """Bound the mean run length from below, on one grid.

    Parameters
    ----------
    walk : Walk
        Floor, upper limit and start; memory 1.
    steps : Steps
        Scores of one case.
    points : int
        Number of grid points.

    Returns
    -------
    float
        The lower bound.

    Examples
    --------
    >>> walk, steps = Walk(floor=0.0, upper=2.0), Steps(np.array([-1.0, 1.0]), np.array([0.5, 0.5]))
    >>> round(fewest_by_cycles(walk, steps, 8192), 4)
    6.0
    """
    rise, fall, space = _sides(walk, steps)
    if not rise.total:
        return float("inf")
    return _Cycle(rise, fall, space, points, sooner=True).mean(1e-8, None)[0]


def _sides(walk: Walk, steps: Steps) -> tuple[_Side, _Side, tuple[float, float]]:
    """Part the steps up from those down; give the space between floor and limit, and the start in it."""
    assert walk.upper is not None
    assert walk.floor is not None
    up = steps.values > 0
    rise, fall = _Side(steps.values[up], steps.chances[up]), _Side(-steps.values[~up], steps.chances[~up])
    if not fall.total:
        fall = _Side(np.zeros(1), np.full(1, 1e-300))
    return rise, fall, (walk.upper - walk.floor, walk.start - walk.floor)


def _bracket(
    rise: _Side, fall: _Side, space: tuple[float, float], points: int, error: float, known: _Known | None
) -> tuple[Bracket, _Known]:
    """Bound the mean on one grid, beginning from what a coarser one gave."""
    sooner = _Cycle(rise, fall, space, points, sooner=True)
    low, _, first = sooner.mean(error, known[0] if known else None)
    later = _Cycle(rise, fall, space, points, sooner=False)
    _, high, second = later.mean(error, known[1] if known else None)
    return Bracket(low, float(np.sqrt(low * high)) if np.isfinite(high) else high, high), (first, second)


class _Cycle:
    """One rounded chart: signals no later than the true one (`sooner`), or no earlier."""

    def __init__(self, rise: _Side, fall: _Side, space: tuple[float, float], points: int, *, sooner: bool) -> None:
        self.rare_up = rise.total <= fall.total
        rare, common = (rise, fall) if self.rare_up else (fall, rise)
        again = common.total / (rare.total + common.total)
        self.rare_chance = 1 - again
        farther = sooner == self.rare_up  # rare steps are rounded to be longer, common ones to be shorter, or reversed
        rare, common = _few(rare, farther), _few(common, not farther)
        cell = _best_cell(rare, common, space[0] / points, farther)
        points = int(np.ceil(space[0] / cell - _SNAP))
        at = space[1] / cell
        self.start = min(int(np.ceil(at - _SNAP) if sooner else np.floor(at + _SNAP)), points)
        self._prepare(points, _rounded(rare, cell, points, farther), _summed(common, again, cell, points, not farther))

    def _prepare(self, points: int, rare: FloatArray, common: FloatArray) -> None:
        """Keep the distributions of a rare step and of a sum of common steps, 0 to `points` cells."""
        self.points, self.rare, self.common = points, rare, common
        self.length = fft.next_fast_len(2 * points, real=True)
        self.rare_kernel = fft.rfft(rare, self.length)
        self.common_kernel = fft.rfft(common[:points], self.length)
        self.common_beyond = common.sum() - np.cumsum(common[:points])  # longer than 0, 1, ... cells
        self.rare_beyond = np.maximum(rare.sum() - np.cumsum(rare[:points]), 0)

    def _back(self, values: FloatArray, kernel: NDArray[np.complex128]) -> FloatArray:
        """Expected value after a step down, kernel by size; steps below the floor are left out."""
        return np.asarray(fft.irfft(fft.rfft(values, self.length) * kernel, self.length)[..., : self.points])

    def _on(self, values: FloatArray, kernel: NDArray[np.complex128]) -> FloatArray:
        """Expected value after a step up, kernel by size; nothing counts beyond the limit."""
        return np.asarray(self._back(values[..., ::-1], kernel)[..., ::-1])

    def apply(self, values: FloatArray) -> FloatArray:
        """Expected value of a function of the statistic one cycle later, where there was no signal."""
        if self.rare_up:
            after = self._on(values, self.rare_kernel)
            return np.asarray(self._back(after, self.common_kernel) + self.common_beyond * after[..., :1])
        after = self._back(values, self.rare_kernel) + self.rare_beyond * values[..., :1]
        return self._on(after, self.common_kernel)

    def one(self) -> FloatArray:
        """Expected number of rare steps in the present cycle before a signal."""
        if self.rare_up:
            return np.ones(self.points)
        return np.cumsum(self.common[: self.points])[::-1].copy()

    def mean(self, enough: float, known: FloatArray | None) -> tuple[float, float, FloatArray]:
        """Bound the mean number of cases of this rounded chart; give the solution as well, for a finer grid."""
        if self.start >= self.points:
            return 1.0, 1.0, np.ones(self.points)
        first = self.one()
        lift = _Lift(self)
        values = lift(first) if known is None else _stretched(known, self.points)
        mixed = _Mixing()
        before = np.inf
        for _ in range(_ROUNDS):
            rest = first + self.apply(values) - values
            error = float(np.abs(rest / first).max())
            if error < enough or (error < 1e-6 and error > before / 1.5):
                break
            values, before = mixed.next(values, lift(rest)), error
        number = float(values[self.start]) / self.rare_chance
        error += 1e-10
        return number / (1 + error), number / (1 - error) if error < 1 else float("inf"), values


class _Mixing:
    """Anderson's way to speed up an iteration: mix the last steps so that what remains is least."""

    def __init__(self) -> None:
        self.values: list[FloatArray] = []
        self.steps: list[FloatArray] = []

    def next(self, values: FloatArray, step: FloatArray) -> FloatArray:
        """Give the next values, from the present ones and the step that the plain iteration would take."""
        self.values, self.steps = [*self.values[-_MEMORY:], values], [*self.steps[-_MEMORY:], step]
        if len(self.values) == 1:
            return values + step
        moved = np.column_stack([values - x for x in self.values[:-1]])
        changed = np.column_stack([step - x for x in self.steps[:-1]])
        share = np.linalg.lstsq(changed, step, rcond=None)[0]
        return np.asarray(values + step - (moved + changed) @ share)


class _Lift:
    """Solve on few points for what changes slowly along the grid; leave the rest as it is."""

    def __init__(self, fine: _Cycle) -> None:
        few = min(_COARSE, fine.points)
        ratio = fine.points / few
        self.at = (np.arange(few) + 0.5) * ratio - 0.5
        self.all = np.arange(fine.points)
        coarse = _Cycle.__new__(_Cycle)
        coarse.rare_up = fine.rare_up
        coarse._prepare(few, _thinned(fine.rare, ratio, few), _thinned(fine.common, ratio, few))
        self.solve = np.linalg.inv(np.eye(few) - coarse.apply(np.eye(few)).T)

    def __call__(self, rest: FloatArray) -> FloatArray:
        """Correct a remainder."""
        coarse = np.interp(self.at, self.all, rest)
        return np.asarray(rest + np.interp(self.all, self.at, self.solve @ coarse - coarse))


def _stretched(values: FloatArray, points: int) -> FloatArray:
    """Bring a solution to another number of points."""
    at = (np.arange(points) + 0.5) * (values.size / points) - 0.5
    return np.asarray(np.interp(at, np.arange(values.size), values))


def _best_cell(rare: _Side, common: _Side, cell: float, farther: bool) -> float:
    """Choose the cell, a little larger than asked, on which rounding shifts the scores least."""
    cells = cell * np.linspace(1.0, 1.05, _TRIALS)[:, None]
    lost = _shift(rare.size / cells, farther) @ rare.chance / rare.total
    lost += _shift(common.size / cells * _FINER, not farther) @ common.chance / rare.total / _FINER
    return float(cells[int(np.argmin(lost * cells[:, 0])), 0])


def _shift(size: FloatArray, farther: bool) -> FloatArray:
    """Tell by how much rounding changes sizes, in cells."""
    return np.asarray(np.ceil(size - _SNAP) - size if farther else size - np.floor(size + _SNAP))


def _thinned(chances: FloatArray, ratio: float, few: int) -> FloatArray:
    """Share step sizes on the fine grid among the points of the coarse one."""
    size = np.minimum(np.arange(chances.size) / ratio, few)
    down = np.floor(size).astype(np.int64)
    share = size - down
    thin = np.bincount(down, weights=chances * (1 - share), minlength=few + 2)
    thin += np.bincount(down + 1, weights=chances * share, minlength=few + 2)
    thin[few] += thin[few + 1]
    return np.asarray(thin[: few + 1], dtype=np.float64)


def _few(side: _Side, farther: bool) -> _Side:
    """Take classes of steps together where there are very many, each as far as the farthest (or nearest) of them."""
    if side.size.size <= _MOST_CLASSES:
        return side
    order = np.argsort(side.size)
    size, chance = side.size[order], side.chance[order]
    edges = np.linspace(size[0], size[-1], _MOST_CLASSES + 1)
    group = np.clip(np.searchsorted(edges, size, side="right") - 1, 0, _MOST_CLASSES - 1)
    first = np.flatnonzero(np.diff(group, prepend=-1))
    last = np.append(first[1:], size.size) - 1
    return _Side(size[last if farther else first], np.add.reduceat(chance, first))


def _cells(size: FloatArray, cell: float, most: int, farther: bool) -> IntArray:
    """Round step sizes to cells, up or down; what is longer than the grid counts as just that long."""
    cells = np.minimum(size / cell, most)
    return (np.ceil(cells - _SNAP) if farther else np.floor(cells + _SNAP)).astype(np.int64)


def _rounded(side: _Side, cell: float, points: int, farther: bool) -> FloatArray:
    """Distribution of a rare step in cells, 0 to points."""
    chance = np.bincount(_cells(side.size, cell, points, farther), weights=side.chance, minlength=points + 1)
    return np.asarray(chance / side.total, dtype=np.float64)


def _summed(side: _Side, again: float, cell: float, points: int, farther: bool) -> FloatArray:
    """Distribution, in cells, of the sum of the common steps before the next rare one: a geometric number of them."""
    finer, most = cell / _FINER, points * _FINER
    lags = _cells(side.size, finer, most, farther)
    unique, where = np.unique(lags, return_inverse=True)
    chance: FloatArray = np.bincount(where, weights=side.chance / side.total * again).astype(np.float64)
    still = float(chance[unique == 0].sum())
    chance, unique = chance[unique > 0] / (1 - still), unique[unique > 0]
    total = np.zeros(most + 1)
    total[0] = (1 - again) / (1 - still)
    if unique.size and most > _MOST_BLOCKS * unique[0]:
        total = total[0] * _inverse(unique, chance, most + 1)
    elif unique.size:
        _renew(total, unique, chance)
    total[most] = 1 - total[:most].sum()  # farther than the grid is long
    return _gathered(total, points, farther)


def _renew(total: FloatArray, lags: IntArray, chance: FloatArray) -> None:
    """Fill in total[k] = sum of chance[j] * total[k - lags[j]], a block of the shortest lag at a time."""
    size, block = total.size, int(lags[0])
    for begin in range(1, size, block):
        end = min(begin + block, size)
        for lag, weight in zip(lags, chance, strict=True):
            if lag >= end:
                break
            low = max(begin, int(lag))
            total[low:end] += weight * total[low - lag : end - lag]


def _inverse(lags: IntArray, chance: FloatArray, size: int) -> FloatArray:
    """Find total[k] = sum of chance[j] * total[k - lags[j]], total[0] = 1, as a power series, by Newton's method."""
    series = np.zeros(size)
    series[0] = 1.0
    np.subtract.at(series, lags[lags < size], chance[lags < size])
    known = min(64, size)
    total = np.asarray(lfilter([1.0], series[:known], np.append(1.0, np.zeros(known - 1))), dtype=np.float64)
    while total.size < size:
        more = min(2 * total.size, size)
        rest = -fftconvolve(series[:more], total)[:more]
        rest[0] += 2.0
        total = fftconvolve(total, rest)[:more]
    return np.maximum(total, 0.0)


def _gathered(fine: FloatArray, points: int, farther: bool) -> FloatArray:
    """Take the fine cells together into cells, rounding up or down; the last holds all that is beyond."""
    if not farther:
        coarse = np.add.reduceat(fine, np.arange(0, fine.size, _FINER))
        return np.asarray(coarse[: points + 1])
    coarse = np.append(fine[0], np.add.reduceat(fine[1:], np.arange(0, fine.size - 1, _FINER)))
    return np.asarray(coarse[: points + 1])
