"""Sums between two limits without a floor: crossings are looked for at the turning points alone."""

from __future__ import annotations

from bisect import bisect_left
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cusum.charts.crossings import TOLERANCE, FloatArray, IntArray, list_crossings

__all__ = ["Band", "follow_turns"]

_BLOCK = 16384


class Band(NamedTuple):
    """Two limits (infinite where there is none), and what a crossing does.

    With `start` given, the sum starts again there; without it, the limits move to lie around the one crossed.
    """

    lower: float
    upper: float
    start: float | None


def follow_turns(
    scores: FloatArray, band: Band, total: float, line: float = 0.0
) -> tuple[FloatArray, FloatArray, IntArray, IntArray]:
    """Add up scores from crossing to crossing.

    Parameters
    ----------
    scores : array of float, shape (n,)
        What each case adds.
    band : Band
        The limits.
    total : float
        Sum before the first case.
    line : float, default 0
        How far the limits have been moved.

    Returns
    -------
    statistic : array of float, shape (n,)
        Sum after each case, before any restart.
    shift : array of float, shape (n,)
        How far the limits had been moved for each case; empty where a crossing starts the sum again.
    cases, sides : array of int
        Crossings, by 0-based case and side (+1 upper, -1 lower).

    Notes
    -----
    While scores have one sign the sum goes one way, so a limit is crossed within such a run if its end is outside. The
    loop is over the runs, of which there are about two for each failure.

    Examples
    --------
    >>> follow_turns(np.array([1.0, 1.0, 1.0, -1.0]), Band(-2.0, 2.0, 0.0), 0.0)[0]
    array([1., 2., 1., 0.])
    """
    restarts = band.start is not None
    statistic, shift = np.empty(scores.size), np.zeros(0 if restarts else scores.size)
    found: list[tuple[int, int]] = []
    for at in range(0, scores.size, _BLOCK):
        part = slice(at, at + _BLOCK)
        sums = statistic[part]
        np.cumsum(scores[part], out=sums)
        if not restarts:
            sums += total
        crossings, origins = _cross(sums, scores[part] > 0, band, -total if restarts else line)
        spans = np.diff([0, *(case + 1 for case, _ in crossings), sums.size])
        total, line = float(sums[-1]) - (origins[-1] if restarts else 0.0), origins[-1]
        if restarts:
            sums -= np.repeat(origins, spans)
        else:
            shift[part] = np.repeat(origins, spans)
        found += [(at + case, side) for case, side in crossings]
    return statistic, shift, *list_crossings(found)


def _cross(
    sums: FloatArray, rising: NDArray[np.bool_], band: Band, origin: float
) -> tuple[list[tuple[int, int]], list[float]]:
    """Find the crossings of sums against limits that lie around an origin, and the origin before and after each."""
    ends = np.append(np.flatnonzero(rising[1:] != rising[:-1]), sums.size - 1)
    up, down = sums.data, (-sums).data
    crossings: list[tuple[int, int]] = []
    origins = [origin]
    begin = 0
    low, high = band.lower + TOLERANCE + origin, band.upper - TOLERANCE + origin
    for end, top in zip(ends.tolist(), sums[ends].tolist(), strict=True):
        while begin <= end and not low < top < high:
            side = 1 if top >= high else -1
            case = bisect_left(up, high, begin, end) if side > 0 else bisect_left(down, -low, begin, end)
            crossings.append((case, side))
            if band.start is None:
                origin += band.upper if side > 0 else band.lower
                begin = case
            else:
                origin = up[case] - band.start
                begin = case + 1
            origins.append(origin)
            low, high = band.lower + TOLERANCE + origin, band.upper - TOLERANCE + origin
        begin = end + 1
    return crossings, origins
