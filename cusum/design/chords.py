"""Bounds by straight lines: what a case does to a function of the statistic, between two chains of chords.

Let g be a function of the statistic, such as the probability of a signal within n cases, or the mean number of cases to
a signal. A case turns it into the mean of g over where the case may lead. Here g is held by its values at grid points,
with straight lines between them. What a case makes of such a function bends only where a grid point, moved back by a
score, falls within a cell, and jumps only where a limit does; so the largest distance between it and its chord over a
cell is known, and raising the chords by that much gives a function of the same kind that lies above it everywhere. In
the same way one lies below. No score is rounded: where the function is smooth, the bounds close in with the square of
the cell, and with the cell where it jumps.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from cusum.charts.walk import FloatArray
from cusum.design.grid import Grid
from cusum.design.steps import Steps

__all__ = ["Chords"]

_SNAP = 1e-9  # a score this close to a grid point, in cells, lies on it
_NOISE = 4e-16  # what the Fourier transforms may lose, of the largest value
IntArray = NDArray[np.int64]


class Chords:
    """One case, seen backwards, on functions that are straight between grid points.

    Parameters
    ----------
    grid : Grid
        The grid, from the floor (or the lower limit, or the lowest value that can be) to the upper limit.
    steps : Steps
        Scores of a case, of shape (k,), and their probabilities.

    Notes
    -----
    A function is an array of shape (..., points + 1): its values at the grid points, at the two ends the limits from
    within. Beyond the upper limit it is `above`, and beyond a lower limit `below`; below a floor it is as at the floor.
    """

    def __init__(self, grid: Grid, steps: Steps) -> None:
        self.grid, self.points = grid, grid.points
        position = np.clip(steps.values / grid.cell, -grid.points - 1, grid.points + 1)
        near = np.rint(position)
        position = np.where(np.abs(position - near) < _SNAP, near, position)
        first = np.floor(position).astype(np.int64)
        share = position - first
        self._size(first)
        self._weigh(first, share, steps.chances)
        self._weigh_jumps(first, share, steps.chances)
        self.fading = _Fading(grid) if grid.memory < 1 else None

    def _size(self, first: IntArray) -> None:
        """Choose how far the functions are continued beyond the grid."""
        self.before, after = -min(int(first.min()), 0), max(int(first.max()) + 1, 0)
        self.kernel_size = self.before + after + 1
        self.length = fft.next_fast_len(self.points + self.kernel_size, real=True)

    def _spread(self, weight: FloatArray, offset: IntArray) -> FloatArray:
        """Add up weights by how many cells a score leads on."""
        return np.bincount(offset + self.before, weights=weight, minlength=self.kernel_size).astype(np.float64)

    def _transformed(self, *kernels: FloatArray) -> NDArray[np.complex128]:
        """Transform kernels for looking ahead."""
        return np.asarray(fft.rfft(np.array(kernels)[:, ::-1], self.length))

    def _weigh(self, first: IntArray, share: FloatArray, chances: FloatArray) -> None:
        """Keep the weights of the values at the grid points, and of the bends between them.

        A score that leads on by `first` cells and a `share` of one has the next grid point at 1 - share of each cell.
        """
        lower, upper = self._spread(chances * (1 - share), first), self._spread(chances * share, first + 1)
        left = np.where(share > 0.5, chances * (1 - share), 0.0)
        right = np.where(share > 0.5, 0.0, chances * share)
        self.kernel = lower + upper
        self.to_values = self._transformed(self.kernel)[0]
        self.to_bends = self._transformed(self._spread(left, first + 1), self._spread(right, first + 1))
        exact = self._spread(np.where(share == 0, chances, 0.0), first)
        exact[self.before] -= (stay := exact[self.before])
        lower[self.before] -= stay
        # what of the values at the two ends belongs to the limits: a value at a limit has crossed it
        self.at_upper = self._ending(lower)
        self.at_lower = self._ending((upper + exact)[::-1], reverse=True)

    def _ending(self, kernel: FloatArray, *, reverse: bool = False) -> FloatArray:
        """Give for each grid point the weight of the last one (or of the first one)."""
        reach = self.kernel_size - 1 - self.before if not reverse else self.before
        found = np.zeros(self.points + 1)
        some = min(reach, self.points) + 1
        ahead = kernel[self.kernel_size - 1 - reach :][:some]  # 0, 1, ... cells on
        found[:some] = ahead
        return found if reverse else found[::-1].copy()

    def _weigh_jumps(self, first: IntArray, share: FloatArray, chances: FloatArray) -> None:
        """Keep for each cell what a jump at either limit raises its two ends by, upwards and downwards."""
        on_point = share == 0
        self.jumps = [
            self._jump(self.points - 1 - first, 1 - share, chances),
            self._jump(np.where(on_point, -first, -first - 1), np.where(on_point, 0.0, 1 - share), chances),
        ]

    def _jump(self, cell: IntArray, at: FloatArray, chances: FloatArray) -> FloatArray:
        """Give the raises of the ends of each cell by a jump of 1 within it: shape (2: up, down; 2: left, right; n)."""
        inside = (cell >= 0) & (cell < self.points)
        cell, at, chances = cell[inside], at[inside], chances[inside]
        left = at < 0.5
        reach = np.where(left, 1 - at, at)
        found = np.zeros((2, 2, self.points))
        for way, most in enumerate((1 - at, at)):
            weight = chances * most / reach
            for end, here in enumerate((left, ~left)):
                found[way, end] = np.bincount(cell[here], weights=weight[here], minlength=self.points)
        return found

    def _look(self, extended: FloatArray, kernel: NDArray[np.complex128]) -> FloatArray:
        """Add up over where a case may lead."""
        moved = fft.irfft(fft.rfft(extended, self.length) * kernel, self.length)
        return np.asarray(moved[..., self.kernel_size - 1 : self.kernel_size + self.points])

    def _extended(self, values: FloatArray, below: FloatArray | float, above: FloatArray | float) -> FloatArray:
        """Continue functions beyond the grid."""
        found = np.empty((*values.shape[:-1], self.points + self.kernel_size))
        found[..., : self.before] = below
        found[..., self.before : self.before + self.points + 1] = values
        found[..., self.before + self.points + 1 :] = above
        return found

    def mean(self, values: FloatArray, below: FloatArray | float = 0.0, above: FloatArray | float = 0.0) -> FloatArray:
        """Give the mean of functions over where a case leads, exactly at the grid points.

        Parameters
        ----------
        values : array of float, shape (..., points + 1)
            The functions at the grid points.
        below, above : array of float of shape (..., 1), or float
            Their values beyond the limits.

        Returns
        -------
        array of float, the same shape
            The means at the grid points; for a memory below 1 to the straight line.
        """
        found = self._seen(values, below, above)
        return found if self.fading is None else self.fading.values(found)

    def bound(
        self,
        values: FloatArray,
        sign: FloatArray | int,
        below: FloatArray | float = 0.0,
        above: FloatArray | float = 0.0,
    ) -> FloatArray:
        """Give functions that lie nowhere below the means (sign 1), or nowhere above them (sign -1).

        Parameters
        ----------
        values : array of float, shape (..., points + 1)
            The functions at the grid points.
        sign : array of int of shape (..., 1), or int
            Side of each; 0 for the means at the grid points.
        below, above : array of float of shape (..., 1), or float
            Their values beyond the limits.

        Returns
        -------
        array of float, the same shape
            The bounds at the grid points; between them, the straight lines are bounds.
        """
        found = self._seen(values, below, above)
        found += sign * _at_points(self._ends(values, sign, below, above))
        if self.fading is not None:
            found = self.fading.values(found) + sign * _at_points(self.fading.ends(found, sign))
        largest = np.maximum(np.abs(values).max(axis=-1, keepdims=True), np.maximum(np.abs(above), np.abs(below)))
        return np.asarray(found + sign * _NOISE * largest)

    def tangent(self, values: FloatArray, sign: int) -> Callable[[FloatArray], FloatArray]:
        """Give the linear map that `bound` is around a function, with nothing beyond the limits.

        Parameters
        ----------
        values : array of float, shape (points + 1,)
            The function at the grid points.
        sign : int
            Side of the bound.

        Returns
        -------
        callable
            The map.
        """
        if not sign:
            return self.mean
        bent, jumped = sign * _bends(values) < 0, np.array([-sign * values[-1] > 0, sign * values[0] > 0])
        chosen = _choice(self._ends(values, sign, 0.0, 0.0))
        fading = self.fading
        if fading is not None:
            middle = self._seen(values, 0.0, 0.0) + sign * _at_points(self._ends(values, sign, 0.0, 0.0))
            bent_again, chosen_again = sign * _bends(middle) < 0, _choice(fading.ends(middle, sign))

        def linear(change: FloatArray) -> FloatArray:
            """Apply the map that the bound is near these values, where bends and ends stay as they are."""
            bends = np.where(bent, -sign * _bends(change), 0.0)
            ends = self._look(self._extended(bends[None], 0.0, 0.0), self.to_bends)[:, :-1]
            for jump, up, size in zip(self.jumps, jumped, (-change[-1], change[0]), strict=True):
                if jump is not self.jumps[1] or self.grid.lower:
                    ends = ends + (sign * size if up else -sign * size) * jump[0 if up else 1]
            found = self._seen(change, 0.0, 0.0) + sign * _chosen(ends, chosen)
            if fading is None:
                return found
            again = np.where(bent_again, -sign * _bends(found), 0.0)[fading.inner] * fading.weight
            return np.asarray(fading.values(found) + sign * _chosen(again, chosen_again))

        return linear

    def _seen(self, values: FloatArray, below: FloatArray | float, above: FloatArray | float) -> FloatArray:
        """Give the means at the grid points, without fading."""
        held = below if self.grid.lower else values[..., :1]
        found = self._look(self._extended(values, held, above), self.to_values)
        found += (above - values[..., -1:]) * self.at_upper
        if self.grid.lower:
            found += (below - values[..., :1]) * self.at_lower
        return found

    def _ends(
        self, values: FloatArray, sign: FloatArray | int, below: FloatArray | float, above: FloatArray | float
    ) -> FloatArray:
        """Give by how much the chord of each cell must be raised at its two ends, to lie on the stated side."""
        bends = np.maximum(-sign * _bends(values), 0.0)[..., None, :]
        ends = np.maximum(self._look(self._extended(bends, 0.0, 0.0), self.to_bends)[..., :-1], 0.0)
        sizes = [above - values[..., -1:], values[..., :1] - below]
        for jump, size in zip(self.jumps[: 2 if self.grid.lower else 1], sizes, strict=False):
            signed = np.asarray(sign * size)[..., None, :]
            ends += np.maximum(signed, 0.0) * jump[0] + np.maximum(-signed, 0.0) * jump[1]
        return np.asarray(ends)


class _Fading:
    """What a memory below 1 does: the function is looked up nearer to 0, again with straight lines."""

    def __init__(self, grid: Grid) -> None:
        at = grid.memory * np.arange(grid.points + 1) + (grid.memory - 1) * grid.base / grid.cell
        at = np.clip(at, 0.0, grid.points)
        self.point = np.minimum(np.floor(at).astype(np.int64), grid.points - 1)
        self.share = at - self.point
        inner = self.point[:-1] + 1
        within = (inner < at[1:]) & (inner < grid.points)
        place = np.clip((inner - at[:-1]) / grid.memory, 0.0, 1.0)
        self.inner = np.minimum(inner, grid.points)
        left = place < 0.5
        weight = np.where(within, grid.memory, 0.0)
        self.weight = np.stack((np.where(left, place, 0.0), np.where(left, 0.0, 1 - place))) * weight

    def values(self, values: FloatArray) -> FloatArray:
        """Give the values at the grid points."""
        return np.asarray(values[..., self.point] * (1 - self.share) + values[..., self.point + 1] * self.share)

    def ends(self, values: FloatArray, sign: FloatArray | int) -> FloatArray:
        """Give by how much the chord of each cell must be raised at its two ends, to lie on the stated side."""
        bends = np.maximum(-sign * _bends(values), 0.0)
        return np.asarray(bends[..., None, self.inner] * self.weight)


def _bends(values: FloatArray) -> FloatArray:
    """Give by how much the slope changes at each grid point; beyond the grid it is 0."""
    slope = np.diff(values, axis=-1)
    none = np.zeros((*values.shape[:-1], 1))
    return np.diff(slope, axis=-1, prepend=none, append=none)


def _at_points(ends: FloatArray) -> FloatArray:
    """Take what the left and the right end of each cell must be raised by together at the grid points."""
    found = np.zeros((*ends.shape[:-2], ends.shape[-1] + 1))
    found[..., :-1] = ends[..., 0, :]
    np.maximum(found[..., 1:], ends[..., 1, :], out=found[..., 1:])
    return found


def _choice(ends: FloatArray) -> NDArray[np.bool_]:
    """Tell at which grid points the cell to the right asks for more than the one to the left."""
    found = np.ones(ends.shape[-1] + 1, dtype=np.bool_)
    found[1:-1] = ends[0, 1:] > ends[1, :-1]
    found[-1] = False
    return found


def _chosen(ends: FloatArray, choice: NDArray[np.bool_]) -> FloatArray:
    """Take at each grid point what the chosen cell asks for."""
    return np.where(choice, np.append(ends[0], 0.0), np.append(0.0, ends[1]))
