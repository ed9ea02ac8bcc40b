"""Simulated sequences under a GLR chart: when, in each, the statistic rose to a new height."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from cusum.charts.glr import BernoulliGlr
from cusum.charts.ratios import largest_ratios
from cusum.charts.walk import TOLERANCE, FloatArray, IntArray

__all__ = ["Records", "follow_records", "records_in_chunk"]

_BLOCK = 400_000
_SHORTEST, _LONGEST = 32, 4096


class Records(NamedTuple):
    """New heights of the statistic, sequence by sequence in order of case; the limit of any chart can be read off them.

    Parameters
    ----------
    sequence : array of int, shape (m,)
        Which sequence, from 0.
    case : array of int, shape (m,)
        At which case of it, from 1.
    value : array of float, shape (m,)
        The statistic there: higher than at all cases before.
    size : int
        Number of sequences, those without any such case among them.

    Examples
    --------
    >>> Records(np.array([0, 0]), np.array([3, 9]), np.array([2.3, 3.1]), 2).first_at(3.0)
    array([9, 0])
    """

    sequence: IntArray
    case: IntArray
    value: FloatArray
    size: int

    def first_at(self, limit: float) -> IntArray:
        """Give the case of the first signal in each sequence; 0 where there was none."""
        reached = np.flatnonzero(self.value >= limit - TOLERANCE)
        which, where = np.unique(self.sequence[reached], return_index=True)
        first = np.zeros(self.size, dtype=np.int64)
        first[which] = self.case[reached[where]]
        return first

    @property
    def highest(self) -> FloatArray:
        """Give the largest value of the statistic in each sequence."""
        top = np.zeros(self.size)
        np.maximum.at(top, self.sequence, self.value)
        return top

    @classmethod
    def joined(cls, parts: list[Records]) -> Records:
        """Put records of different sequences one after the other."""
        before = np.concatenate(([0], np.cumsum([part.size for part in parts])))
        return cls(
            np.concatenate([part.sequence + offset for part, offset in zip(parts, before[:-1], strict=True)]),
            np.concatenate([part.case for part in parts]),
            np.concatenate([part.value for part in parts]),
            int(before[-1]),
        )


def records_in_chunk(
    chart: BernoulliGlr, rates: FloatArray, cases: int, ceiling: float, size: int, seed: np.random.SeedSequence
) -> Records:
    """Simulate a chunk of sequences, from its own seed.

    Parameters
    ----------
    chart : BernoulliGlr
        The chart, whose limit is ignored.
    rates : array of float, shape (n,)
        Failure probability of each case; the last holds on.
    cases : int
        Longest sequence.
    ceiling : float
        Height at which a sequence has gone far enough.
    size : int
        Number of sequences.
    seed : SeedSequence
        Of the chunk.

    Returns
    -------
    Records
        Its new heights.
    """
    return follow_records(chart, rates, cases, ceiling, size, np.random.default_rng(seed))


def follow_records(
    chart: BernoulliGlr, rates: FloatArray, cases: int, ceiling: float, size: int, rng: np.random.Generator
) -> Records:
    """Simulate sequences side by side, a block of cases at a time, until each is at its end or at the ceiling.

    Parameters
    ----------
    chart : BernoulliGlr
        The chart, whose limit is ignored.
    rates : array of float, shape (n,)
        Failure probability of each case; the last holds on.
    cases : int
        Longest sequence.
    ceiling : float
        Height at which a sequence has gone far enough.
    size : int
        Number of sequences.
    rng : Generator
        Source of random numbers.

    Returns
    -------
    Records
        The new heights.

    Notes
    -----
    The best stretch of all so far begins and ends with a failure, so that a new height is only ever reached with one.

    Examples
    --------
    >>> chart = BernoulliGlr(acceptable=0.1, limit=1.0)
    >>> follow_records(chart, np.array([1.0]), 3, np.inf, 1, np.random.default_rng(1)).value.round(3)
    array([2.303, 4.605, 6.908])
    """
    parts = [Records(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), 0)]
    live, height, seen = np.arange(size), np.zeros(size), np.zeros((size, 0), dtype=np.bool_)
    evaluate = partial(largest_ratios, acceptable=chart.acceptable, window=chart.window)
    at = 0
    while at < cases and live.size:
        length = min(int(np.clip(_BLOCK // live.size, _SHORTEST, _LONGEST)), cases - at)
        rate = rates[np.minimum(np.arange(at, at + length), rates.size - 1)]
        past = seen.shape[1]
        seen = np.concatenate((seen, rng.random((live.size, length)) < rate), axis=1)
        where = np.flatnonzero(seen[:, past:])
        row, column = where // length, where % length + past
        value = evaluate(seen.ravel(), at=row * seen.shape[1] + column, back=column + 1)
        new, height = _new_heights(row, value, height)
        parts.append(Records(live[row[new]], at + column[new] - past + 1, value[new], 0))
        at += length
        going = height < ceiling - TOLERANCE
        live, height, seen = live[going], height[going], seen[going, -chart.window :]
    found = [np.concatenate([part[k] for part in parts]) for k in range(3)]
    order = np.lexsort((found[1], found[0]))
    return Records(found[0][order], found[1][order], found[2][order], size)


def _new_heights(row: IntArray, value: FloatArray, height: FloatArray) -> tuple[IntArray, FloatArray]:
    """Find which values are higher than all before them in their row; give these, and the heights of the rows now."""
    tall = np.flatnonzero(value > height[row] + TOLERANCE)
    lane, candidate = row[tall], value[tall]
    if not tall.size:
        return tall, height
    # a running maximum by row: each row is lifted above the one before, so that one pass over all of them does it
    lift = np.cumsum(np.concatenate(([False], lane[1:] != lane[:-1]))) * (candidate.max() + 1)
    running = np.maximum.accumulate(candidate + lift) - lift
    fresh = np.ones(tall.size, dtype=np.bool_)
    fresh[1:] = (lane[1:] != lane[:-1]) | (candidate[1:] > running[:-1] + TOLERANCE)
    now = height.copy()
    np.maximum.at(now, lane, candidate)
    return tall[fresh], now
