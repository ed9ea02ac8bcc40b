"""Exact run lengths of charts whose score takes two values: every state that can be reached, and its probability.

A statistic with two score values, u > 0 and -d < 0, is always origin + i*u - j*d for whole numbers i and j, where the
origin is the start or the floor. These states are listed once, and probability is moved along them case by case:
nothing is rounded to a grid and nothing is simulated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cusum.charts.walk import TOLERANCE, FloatArray, Walk

__all__ = ["SAME", "Lattice", "build_lattice", "propagate"]

IntArray = NDArray[np.int64]

_LOWER, _UPPER, _LOST = -1, -2, -3
SAME = 1e-12
"""A value this close to the floor is at the floor."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """The states of a two-valued chart and where each outcome leads.

    Parameters
    ----------
    values : array of float, shape (m,)
        Statistic in each state; state 0 is the start.
    after_success, after_failure : array of int, shape (m,)
        Next state; -1 crosses the lower limit, -2 the upper, -3 leaves the part of the lattice that is listed.
    home : int
        The state at the floor; the start where there is no floor.
    """

    values: FloatArray
    after_success: IntArray
    after_failure: IntArray
    home: int

    def cut(self) -> Lattice:
        """Make a copy in which a visit to the floor ends the run, as if it left the list."""
        success, failure = (np.where(a == self.home, _LOST, a) for a in (self.after_success, self.after_failure))
        return Lattice(self.values, success, failure, self.home)

    def matrix(self, after: IntArray) -> sparse.csr_array:
        """Give the matrix that moves probability one case on, for one outcome.

        Parameters
        ----------
        after : array of int, shape (m,)
            `after_success` or `after_failure`.

        Returns
        -------
        csr_array, shape (m + 3, m)
            Columns are states before, rows states after; the last three rows collect -3 (lost), -2 (upper), -1 (lower).
        """
        m = self.values.size
        rows = np.where(after >= 0, after, m + 3 + after)
        return sparse.csr_array((np.ones(m), (rows, np.arange(m))), shape=(m + 3, m))


@dataclass(frozen=True, eq=False)
class _Family:
    """The states origin + i*u - j*d with at most `depth` steps, those strictly inside the limits, as one index."""

    origin: float
    first: IntArray
    offset: IntArray
    width: IntArray

    def index(self, i: IntArray, j: IntArray) -> IntArray:
        """Number the state (i, j), or give -3 where it is not listed."""
        inside = j < self.first.size
        at = np.minimum(j, self.first.size - 1)
        k = i - self.first[at]
        inside &= (k >= 0) & (k < self.width[at])
        return np.where(inside, self.offset[at] + k, _LOST)


def build_lattice(walk: Walk, success: float, failure: float, depth: int) -> Lattice:
    """List the states that can be reached, as far as `depth` cases from the start or from the floor.

    Parameters
    ----------
    walk : Walk
        Barriers and start; memory must be 1.
    success, failure : float
        Score of a success and of a failure; one above 0 and one below.
    depth : int
        Number of cases since the start or the last visit to the floor.

    Returns
    -------
    Lattice
        The states, the start first.
    """
    up, down = max(success, failure), -min(success, failure)
    origins = [walk.start]
    if walk.floor is not None and walk.start - walk.floor > SAME:
        origins.append(walk.floor)
    families: list[_Family] = []
    parts: list[tuple[IntArray, IntArray]] = []
    count = 0
    for origin in origins:
        family, i, j = _enumerate(walk, origin, up, down, depth, count)
        families.append(family)
        parts.append((i, j))
        count += i.size
    home = 0 if len(families) == 1 else int(parts[0][0].size)
    values = [f.origin + i * up - j * down for f, (i, j) in zip(families, parts, strict=True)]
    rise = [_next(walk, f, i + 1, j, up, down, home) for f, (i, j) in zip(families, parts, strict=True)]
    fall = [_next(walk, f, i, j + 1, up, down, home) for f, (i, j) in zip(families, parts, strict=True)]
    risen, fallen = np.concatenate(rise), np.concatenate(fall)
    after_success, after_failure = (risen, fallen) if success > 0 else (fallen, risen)
    return Lattice(np.concatenate(values), after_success, after_failure, home)


def _enumerate(
    walk: Walk, origin: float, up: float, down: float, depth: int, count: int
) -> tuple[_Family, IntArray, IntArray]:
    """List (i, j) of one family, row by row of j; the origin comes first."""
    floor = -np.inf if walk.floor is None else walk.floor + SAME
    low = max(floor, -np.inf if walk.lower is None else walk.lower + TOLERANCE)
    high = np.inf if walk.upper is None else walk.upper - TOLERANCE
    j = np.arange(depth + 1)
    base = origin - j * down
    most = (depth - j).astype(np.float64)
    first = np.maximum(np.floor((low - base) / up) + 1, 0)
    first += base + first * up <= low
    last = np.minimum(np.ceil((high - base) / up) - 1, most)
    last -= base + last * up >= high
    first[0] = 0  # the origin itself, which may lie on the floor
    last[0] = max(last[0], 0)
    width = np.maximum(last - first + 1, 0).astype(np.int64)
    start = first.astype(np.int64)
    offset = count + np.concatenate(([0], np.cumsum(width)[:-1]))
    family = _Family(origin, start, offset.astype(np.int64), width)
    jj = np.repeat(j, width)
    ii = np.arange(jj.size) - np.repeat(offset - count, width) + np.repeat(start, width)
    return family, ii, jj


def _next(walk: Walk, family: _Family, i: IntArray, j: IntArray, up: float, down: float, home: int) -> IntArray:
    """Tell where each state (i, j) of a family is: a listed state, the floor's state, a limit, or beyond the list."""
    value = family.origin + i * up - j * down
    state = family.index(i, j)
    if walk.floor is not None:
        state = np.where(value <= walk.floor + SAME, home, state)
    if walk.upper is not None:
        state = np.where(value >= walk.upper - TOLERANCE, _UPPER, state)
    if walk.lower is not None:
        state = np.where(value <= walk.lower + TOLERANCE, _LOWER, state)
    return state


def propagate(lattice: Lattice, rates: FloatArray, begin: int = 0) -> tuple[FloatArray, FloatArray]:
    """Move probability along the lattice, one case at a time.

    Parameters
    ----------
    lattice : Lattice
        States and transitions.
    rates : array of float, shape (n,)
        Failure probability of each case.
    begin : int, default 0
        State before the first case.

    Returns
    -------
    ended : array of float, shape (n, 3)
        Probability of ending at each case: beyond the list, at the upper limit, at the lower limit.
    state : array of float, shape (m,)
        Probability of each state after the last case.
    """
    m = lattice.values.size
    success, failure = lattice.matrix(lattice.after_success), lattice.matrix(lattice.after_failure)
    ended = np.empty((rates.size, 3))
    state = np.zeros(m)
    state[begin] = 1.0
    last = np.nan
    step = success
    for case, rate in enumerate(rates):
        if rate != last:
            step, last = (1 - rate) * success + rate * failure, rate
        moved = step @ state
        ended[case], state = moved[m:], moved[:m]
    return ended, state
