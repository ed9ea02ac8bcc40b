"""Run lengths on a grid, for any scores: an estimate between bounds that truly bound.

The statistic is monotone in every score: a chart whose scores are all rounded up lies, case by case, at or above the
chart itself, and one whose scores are rounded down at or below it. The first crosses the upper limit no later and the
lower limit no earlier. Spreading each score over its two neighbours so that the mean is kept gives the estimate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import fft, sparse

from cusum.charts.walk import FloatArray, Walk
from cusum.design.steps import Steps
from cusum.errors import InvalidParameter

__all__ = ["Chain", "Grid", "Rounding", "Transition", "beginning", "make_grid", "shifted", "transition"]

Rounding = Literal["up", "down", "split"]
IntArray = NDArray[np.int64]

_SNAP = 1e-9  # a score this close to a grid point, in cells, lies on it
_FEW = 12


class Grid(NamedTuple):
    """Equally spaced values from the floor (or the lower limit, or the lowest value that can be) to the upper limit.

    Parameters
    ----------
    base : float
        Value of point 0.
    cell : float
        Distance between points.
    points : int
        Number of points below the upper limit.
    lower : bool
        True where point 0 is the lower limit.
    memory : float
        What remains of the statistic from case to case.
    start : float
        Where the statistic begins, in cells from the base.

    Examples
    --------
    >>> Grid(0.0, 0.5, 4, False, 1.0, 0.0).points
    4
    """

    base: float
    cell: float
    points: int
    lower: bool
    memory: float
    start: float


def make_grid(walk: Walk, steps: Steps, points: int) -> Grid:
    """Lay a grid over the space in which a chart moves; the upper limit is a point of it.

    Parameters
    ----------
    walk : Walk
        Barriers; there must be an upper limit.
    steps : Steps
        Scores, from which the lowest possible value follows where neither floor nor lower limit holds.
    points : int
        Number of points below the upper limit.

    Returns
    -------
    Grid
        The grid.

    Raises
    ------
    InvalidParameter
        If the chart has no upper limit, or nothing holds it from below.

    Examples
    --------
    >>> make_grid(Walk(floor=0.0, upper=2.0), Steps(np.array([-1.0, 1.0]), np.array([0.5, 0.5])), 8).cell
    0.25
    """
    if walk.upper is None:
        raise InvalidParameter("the chart has no upper limit", expected="a chart that can signal upwards")
    if walk.lower is not None:
        base = walk.lower
    elif walk.floor is not None:
        base = walk.floor
    elif walk.memory < 1:
        base = min(walk.start, float(steps.values.min()) / (1 - walk.memory))
    else:
        raise InvalidParameter(
            "the chart has neither floor nor lower limit", expected="a chart that is held from below"
        )
    cell = (walk.upper - base) / points
    return Grid(base, cell, points, walk.lower is not None, walk.memory, (walk.start - base) / cell)


def spread(position: FloatArray, rounding: Rounding) -> list[tuple[IntArray, FloatArray | float]]:
    """Round positions, in cells, to points: which points, and with which share.

    Parameters
    ----------
    position : array of float
        Positions in cells.
    rounding : {"up", "down", "split"}
        Round up, round down, or share between the two neighbours so that the mean is kept.

    Returns
    -------
    list of (array of int, array of float or float)
        Points and shares.

    Examples
    --------
    >>> [(int(point[0]), float(share[0])) for point, share in spread(np.array([2.25]), "split")]
    [(2, 0.75), (3, 0.25)]
    """
    near = np.rint(position)
    position = np.where(np.abs(position - near) < _SNAP, near, position)
    if rounding == "up":
        return [(np.ceil(position).astype(np.int64), 1.0)]
    down = np.floor(position)
    if rounding == "down":
        return [(down.astype(np.int64), 1.0)]
    share = position - down
    return [(down.astype(np.int64), 1 - share), (down.astype(np.int64) + 1, share)]


class Transition:
    """One case on a grid: moves probability, and says what crossed the limits.

    Parameters
    ----------
    grid : Grid
        The grid.
    """

    def __init__(self, grid: Grid) -> None:
        self.grid = grid

    def _land(self, moved: FloatArray, origin: int) -> tuple[FloatArray, float, float]:
        """Cut what has moved at the barriers; `origin` is the position of point 0 in `moved`."""
        grid = self.grid
        state = moved[origin : origin + grid.points].copy()
        above = float(moved[origin + grid.points :].sum())
        below = float(moved[:origin].sum())
        if grid.lower:
            below += float(state[0])
            state[0] = 0.0
            return state, below, above
        state[0] += below
        return state, 0.0, above

    def apply(self, state: FloatArray) -> tuple[FloatArray, float, float]:
        """Move on by one case.

        Parameters
        ----------
        state : array of float, shape (points,)
            Probability of each point.

        Returns
        -------
        state : array of float, shape (points,)
            Probability of each point after the case, without a crossing.
        below, above : float
            Probability that the case crosses the lower and the upper limit.
        """
        raise AssertionError("a transition is one of the three kinds below")


class _Shifts(Transition):
    """Few scores, memory 1: shift the probabilities and add."""

    def __init__(self, grid: Grid, shifts: IntArray, chances: FloatArray) -> None:
        super().__init__(grid)
        self.shifts, self.chances = shifts, chances
        self.origin = int(max(-shifts.min(), 0))
        self.size = self.origin + grid.points + int(max(shifts.max(), 0))

    def apply(self, state: FloatArray) -> tuple[FloatArray, float, float]:
        """Move on by one case."""
        moved = np.zeros(self.size)
        for shift, chance in zip(self.shifts, self.chances, strict=True):
            at = self.origin + int(shift)
            moved[at : at + state.size] += chance * state
        return self._land(moved, self.origin)


class _Convolution(Transition):
    """Many scores, memory 1: one convolution by fast Fourier transform."""

    def __init__(self, grid: Grid, shifts: IntArray, chances: FloatArray) -> None:
        super().__init__(grid)
        self.origin = int(max(-shifts.min(), 0))
        self.size = self.origin + grid.points + int(max(shifts.max(), 0))
        self.length = fft.next_fast_len(self.size, real=True)
        kernel = np.zeros(self.length)
        np.add.at(kernel, shifts + self.origin, chances)
        self.kernel = fft.rfft(kernel)

    def apply(self, state: FloatArray) -> tuple[FloatArray, float, float]:
        """Move on by one case."""
        moved = fft.irfft(fft.rfft(state, self.length) * self.kernel, self.length)[: self.size]
        np.maximum(moved, 0.0, out=moved)
        return self._land(moved, self.origin)


class _Matrix(Transition):
    """A memory below 1: where each point goes is worked out point by point."""

    def __init__(self, grid: Grid, steps: Steps, rounding: Rounding) -> None:
        super().__init__(grid)
        here = grid.base + grid.cell * np.arange(grid.points)
        after = (grid.memory * here[:, None] + steps.values - grid.base) / grid.cell
        rows, shares = [], []
        for point, share in spread(after, rounding):
            rows.append(np.clip(point, -1 if grid.lower else 0, grid.points) + 1)
            shares.append(np.broadcast_to(share * steps.chances, after.shape))
        columns = np.broadcast_to(np.arange(grid.points)[:, None], after.shape)
        entries = (
            np.concatenate([share.ravel() for share in shares]),
            (np.concatenate([row.ravel() for row in rows]), np.tile(columns.ravel(), len(rows))),
        )
        self.matrix = sparse.csr_array(entries, shape=(grid.points + 2, grid.points))

    def apply(self, state: FloatArray) -> tuple[FloatArray, float, float]:
        """Move on by one case."""
        return self._land(np.asarray(self.matrix @ state), 1)


def transition(grid: Grid, steps: Steps, rounding: Rounding) -> Transition:
    """Make the transition of one case.

    Parameters
    ----------
    grid : Grid
        The grid.
    steps : Steps
        Scores of the case, of shape (k,).
    rounding : {"up", "down", "split"}
        How scores are brought to the grid.

    Returns
    -------
    Transition
        What moves probability by one case.

    Examples
    --------
    >>> steps = Steps(np.array([-1.0, 1.0]), np.array([0.5, 0.5]))
    >>> grid = make_grid(Walk(floor=0.0, upper=2.0), steps, 2)
    >>> transition(grid, steps, "split").apply(np.array([0.0, 1.0]))
    (array([0.5, 0. ]), 0.0, 0.5)
    """
    if grid.memory < 1:
        return _Matrix(grid, steps, rounding)
    shifts, chances = shifted(grid, steps, rounding)
    kind = _Shifts if shifts.size <= _FEW else _Convolution
    return kind(grid, shifts, chances)


def shifted(grid: Grid, steps: Steps, rounding: Rounding) -> tuple[IntArray, FloatArray]:
    """Give the scores as whole numbers of cells, each once, with their probabilities."""
    found = spread(np.clip(steps.values / grid.cell, -grid.points, grid.points), rounding)
    points = np.concatenate([point for point, _ in found])
    chances = np.concatenate([share * steps.chances for _, share in found])
    unique, where = np.unique(points, return_inverse=True)
    total = np.bincount(where, weights=chances).astype(np.float64)
    return unique[total > 0], total[total > 0]


def beginning(grid: Grid, rounding: Rounding) -> FloatArray:
    """Give the probabilities of the points before the first case."""
    state = np.zeros(grid.points + 1)
    for point, share in spread(np.array([grid.start]), rounding):
        state[point] += share
    return state[: grid.points]


@dataclass(frozen=True)
class Chain:
    """A chart on a grid with one way of rounding."""

    grid: Grid
    steps: Steps
    rounding: Rounding

    def follow(self, cases: int) -> tuple[FloatArray, float]:
        """List the probability of crossing each limit at each case, and what is left.

        Parameters
        ----------
        cases : int
            Number of cases; no more than there are scores for, where they come in order.

        Returns
        -------
        ended : array of float, shape (cases, 2)
            Probability of the first crossing at each case, of the lower and of the upper limit.
        left : float
            Probability of none.
        """
        state = beginning(self.grid, self.rounding)
        ended = np.empty((cases, 2))
        same = None if self.steps.in_order else transition(self.grid, self.steps, self.rounding)
        for case in range(cases):
            move = same or transition(
                self.grid, Steps(self.steps.values[case], self.steps.chances[case]), self.rounding
            )
            state, ended[case, 0], ended[case, 1] = move.apply(state)
        return ended, float(state.sum())
