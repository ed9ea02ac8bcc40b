"""Rough solutions of the equation of a mean run length, which make its exact solution quick."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft
from scipy.signal import fftconvolve, lfilter

from cusum.charts.walk import FloatArray, Walk
from cusum.design.chords import Chords
from cusum.design.grid import make_grid
from cusum.design.steps import Steps

__all__ = ["Common", "Lift", "inverse_series"]

_COARSE = 512
_KNOWN = 64


class Lift:
    """Solve on few points for what changes slowly along the grid.

    Parameters
    ----------
    walk : Walk
        The chart.
    steps : Steps
        Scores of one case.
    points : int
        Number of grid points of the function to be solved for.
    """

    def __init__(self, walk: Walk, steps: Steps, points: int) -> None:
        few = min(_COARSE, points)
        chords = Chords(make_grid(walk, steps, few), steps)
        whole = np.eye(few + 1)
        self.solve = np.linalg.inv((1 + 1e-15) * whole - chords.mean(whole).T)
        self.at = np.linspace(0, points, few + 1)
        self.all = np.arange(points + 1)
        half = points / few / 2
        self.edges = np.clip(np.append(self.at - half, points + half) + 0.5, 0, points + 1)

    def __call__(self, rest: FloatArray) -> FloatArray:
        """Solve for a right side, averaged over the points around each of the few."""
        total = np.interp(self.edges, np.arange(rest.size + 1), np.append(0.0, np.cumsum(rest)))
        coarse = np.diff(total) / np.diff(self.edges)
        return np.asarray(np.interp(self.all, self.at, self.solve @ coarse))


class Common:
    """Solve for the common steps alone: those up, or those down, whichever are the more probable.

    Steps of one sign come one upon another whatever the barriers beyond, so that their equation is solved by one power
    series.

    Parameters
    ----------
    chords : Chords
        The chart on its grid; memory 1.
    """

    def __init__(self, chords: Chords) -> None:
        size, here = chords.points + 1, chords.before
        down, up = chords.kernel[here::-1].copy(), chords.kernel[here:].copy()
        both = min(down[0], up[0])
        self.down = bool(down.sum() >= up.sum())
        chances = down if self.down else up
        chances[0] = both
        self.held = self.down and not chords.grid.lower
        self.total = float(chances.sum())
        series = inverse_series(chances, size)
        self.length = fft.next_fast_len(2 * size, real=True)
        self.series: NDArray[np.complex128] = fft.rfft(series, self.length)

    def _along(self, rest: FloatArray) -> FloatArray:
        """Add up along the steps."""
        return np.asarray(fft.irfft(fft.rfft(rest, self.length) * self.series, self.length)[: rest.size])

    def __call__(self, rest: FloatArray) -> FloatArray:
        """Solve for a right side."""
        if self.held:
            return np.asarray(rest[0] / (1 - min(self.total, 1 - 1e-12)) + self._along(rest - rest[0]))
        return self._along(rest) if self.down else self._along(rest[::-1])[::-1]


def inverse_series(chances: FloatArray, size: int) -> FloatArray:
    """Find total = 1 + chances * total as a power series, by Newton's method.

    Parameters
    ----------
    chances : array of float, shape (k,)
        Coefficients, the constant one below 1.
    size : int
        Number of coefficients wanted.

    Returns
    -------
    array of float, shape (size,)
        The series 1 / (1 - chances).

    Examples
    --------
    >>> inverse_series(np.array([0.0, 0.5]), 4)
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    series = np.zeros(size)
    series[: chances.size] = -chances[:size]
    series[0] += 1.0
    known = min(_KNOWN, size)
    total = np.asarray(lfilter([1.0], series[:known], np.append(1.0, np.zeros(known - 1))), dtype=np.float64)
    while total.size < size:
        more = min(2 * total.size, size)
        rest = -fftconvolve(series[:more], total)[:more]
        rest[0] += 2.0
        total = fftconvolve(total, rest)[:more]
    return total
