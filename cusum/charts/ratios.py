"""Log likelihood ratios of a raised failure rate, over all stretches that end with a case."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from cusum.charts.checking import BoolArray
from cusum.charts.walk import FloatArray, IntArray

__all__ = ["largest_ratios", "log_ratio"]

_LARGEST_TABLE = 1024


def log_ratio(k: IntArray, n: IntArray, acceptable: float) -> FloatArray:
    """Give the log likelihood ratio of the rate of k failures in n cases against the acceptable one.

    Parameters
    ----------
    k, n : array of int
        Number of failures, and of cases.
    acceptable : float
        Acceptable failure rate.

    Returns
    -------
    array of float
        The log likelihood ratio; 0 where the rate is no higher than the acceptable one.

    Examples
    --------
    >>> log_ratio(np.array([0, 1]), np.array([1, 1]), 0.1).round(3)
    array([0.   , 2.303])
    """
    rate = k / np.maximum(n, 1)
    above = rate > acceptable
    failures = k * np.log(np.where(above, rate, acceptable) / acceptable)
    successes = (n - k) * np.log(np.where(above & (rate < 1), 1 - rate, 1 - acceptable) / (1 - acceptable))
    ratios: FloatArray = np.where(above, failures + successes, 0.0)
    return ratios


@lru_cache(maxsize=8)
def _ratio_table(acceptable: float, window: int) -> FloatArray:
    """Log ratios by number of failures and length of the stretch; nothing for length 0 and beyond the window."""
    failures, length = np.indices((window + 1, window + 2), dtype=np.int64)
    table = log_ratio(failures, length, acceptable)
    table[:, [0, -1]] = 0.0
    return table


def _ratio_row(k: int, acceptable: float, window: int) -> FloatArray:
    """Log ratios of k failures by length of the stretch, from 0 to one more than the window."""
    if window <= _LARGEST_TABLE:
        row: FloatArray = _ratio_table(acceptable, window)[k]
        return row
    length = np.arange(window + 2)
    row = log_ratio(np.full(window + 2, k), length, acceptable)
    row[[0, -1]] = 0.0
    return row


def largest_ratios(
    failure: BoolArray, acceptable: float, window: int, at: IntArray | None = None, back: IntArray | None = None
) -> FloatArray:
    """Find, for each case, the largest log likelihood ratio of a raised rate over the stretches that end with it.

    Parameters
    ----------
    failure : array of bool, shape (n,)
        Outcomes.
    acceptable : float
        Acceptable failure rate.
    window : int
        Longest stretch.
    at : array of int, shape (m,), optional
        Only these cases, 0-based; all if left out.
    back : array of int, shape (m,), optional
        Longest stretch for each of them, if it is not the window throughout.

    Returns
    -------
    array of float, shape (m,)
        The largest ratio; 0 where no stretch has a rate above the acceptable one.

    Notes
    -----
    The best stretch begins with a failure: one that begins with a success gains by leaving it out. So the loop is over
    how many failures the stretch holds, and each of its turns is over all cases at once.

    Examples
    --------
    >>> largest_ratios(np.array([False, True, True]), 0.1, 200).round(3)
    array([0.   , 2.303, 4.605])
    """
    n = failure.size
    case = np.arange(n) if at is None else at
    longest = np.minimum(case + 1, window) if back is None else np.minimum(back, window)
    count = np.concatenate(([0], np.cumsum(failure, dtype=np.int64)))
    place = count[case + 1]
    most = int((place - count[case + 1 - longest]).max(initial=0))
    before = np.concatenate((np.full(most, -2 * window - n), np.flatnonzero(failure)))
    place = place + most
    best, found = np.zeros((2, case.size))
    stretch = np.zeros(case.size, dtype=np.int64)
    for k in range(1, most + 1):
        place -= 1
        np.take(before, place, out=stretch, mode="clip")
        np.subtract(case + 1, stretch, out=stretch)
        if back is None:
            np.minimum(stretch, window + 1, out=stretch)
        else:
            stretch[stretch > longest] = window + 1
        np.take(_ratio_row(k, acceptable, window), stretch, out=found, mode="clip")
        np.maximum(best, found, out=best)
    return best
