"""Limits of charts that follow no recursion, by simulation: one set of sequences for all limits at once."""

from __future__ import annotations

from concurrent.futures import Executor
from functools import partial
from math import ceil, log, nan

import numpy as np

from cusum.charts.glr import BernoulliGlr
from cusum.charts.walk import TOLERANCE, FloatArray
from cusum.design.attainable import with_limit
from cusum.design.laws import Bracket
from cusum.design.promises import LimitDesign, Promise
from cusum.design.records import Records, records_in_chunk
from cusum.errors import InvalidParameter
from cusum.work import Progress, in_chunks

__all__ = ["simulated_limit"]

_CHUNK = 2000
_SURE = 0.999
_NORMAL = 3.0902
_PILOT = 500
_ROOM = 1.05
_LONGEST = 60
_ABOVE = 1e-6
_WHAT = "simulated sequences"


def simulated_limit(
    chart: BernoulliGlr,
    promise: Promise,
    *,
    replicates: int | None,
    seed: int | None,
    executor: Executor | None = None,
    progress: bool | Progress = False,
) -> LimitDesign:
    """Find the limit of a GLR chart from simulated sequences, with their uncertainty on the safe side.

    Parameters
    ----------
    chart : BernoulliGlr
        The chart, whose own limit is ignored.
    promise : Promise
        A probability of a false signal within a number of cases, or a mean number of cases to one.
    replicates : int, optional
        Number of sequences: 100,000 for a probability and 10,000 for a mean if left out.
    seed : int
        Seed, on which alone the limit depends.
    executor : Executor, optional
        Where sequences are simulated.
    progress : bool or Progress, default False
        A callback ``progress(done, total, what)``; ``True`` draws a bar on the error stream if that is a terminal.

    Returns
    -------
    LimitDesign
        The limit, what it keeps by simulation, its standard error, and one-sided bounds at 99.9% on either side.

    Raises
    ------
    InvalidParameter
        If no seed is given, or there are too few sequences to show the promise kept.

    Notes
    -----
    The new heights that the statistic reached in each sequence give the whole curve against the limit at once: the
    share of sequences whose largest value within the cases is as high, or the mean of the cases at which that height
    was first reached. Returned is the smallest value taken for which the one-sided bound at 99.9% keeps the promise
    (Clopper and Pearson for a probability, the normal distribution for a mean). Since the curve is monotone, the limit
    is too low only where the bound fails at one value, the last that breaks the promise: in one seed of a thousand,
    however many values are compared.

    Examples
    --------
    >>> chart = BernoulliGlr(acceptable=0.1, limit=1.0, window=30)
    >>> simulated_limit(chart, Promise(0.2, 40), replicates=5000, seed=1).false_signal_bounds.high <= 0.2
    True
    """
    if promise.in_control_mean is not None:
        return _mean_kept(chart, promise, replicates or 10_000, seed, executor, progress)
    if chart.null_rate**promise.within > promise.false_signal:
        return _beyond(chart, promise)
    count = replicates or 100_000
    run = partial(records_in_chunk, chart, np.array([chart.null_rate]), promise.within, np.inf)
    found = in_chunks(run, count, _CHUNK, seed, executor, progress=progress, what=_WHAT)
    return _probability_kept(chart, promise, np.concatenate([part.highest for part in found]))


def _probability_kept(chart: BernoulliGlr, promise: Promise, highest: FloatArray) -> LimitDesign:
    """Find the smallest value taken that was reached seldom enough."""
    from scipy.stats import beta

    count = highest.size
    highest = np.sort(highest)
    values = _distinct(highest[highest > 0])
    values = np.append(values, highest[-1] + _ABOVE)  # higher than any sequence went
    reached = count - np.searchsorted(highest, values - TOLERANCE)  # sequences that would have signalled
    upper = np.asarray(beta.ppf(_SURE, reached + 1, count - reached), dtype=np.float64)
    kept = np.flatnonzero(upper <= promise.false_signal)
    if not kept.size:
        raise _too_few(count)
    at = int(kept[0])
    limit, k = float(values[at]), int(reached[at])
    share = k / count
    bounds = Bracket(float(beta.ppf(1 - _SURE, k, count - k + 1)), share, float(upper[at]))
    error = float(np.sqrt(share * (1 - share) / count))
    shortest = _shortest(chart, limit)
    return LimitDesign(
        with_limit(chart, limit), limit, share, nan, promise, True, shortest, bounds, standard_error=error
    )


def _mean_kept(
    chart: BernoulliGlr,
    promise: Promise,
    count: int,
    seed: int | None,
    executor: Executor | None,
    progress: bool | Progress,
) -> LimitDesign:
    """Find the smallest value taken that was reached late enough on average."""
    asked = promise.in_control_mean
    assert asked is not None
    longest = ceil(_LONGEST * asked)  # a sequence longer than that is cut short, which makes the mean smaller
    rates = np.array([chart.null_rate])
    room = _ROOM + 2 * _NORMAL / np.sqrt(count)

    def simulate(ceiling: float, size: int, *, shown: bool) -> tuple[FloatArray, FloatArray, FloatArray]:
        run = partial(records_in_chunk, chart, rates, longest, ceiling)
        chunk = max(50, min(_CHUNK, count // 20))
        told = progress if shown else False
        parts = in_chunks(run, size, chunk, seed, executor, progress=told, what=_WHAT)
        return _means(Records.joined(parts), ceiling, longest)

    ceiling = max(log(asked), -log(chart.null_rate)) + 0.5
    pilot = min(_PILOT, count)
    while (reached := simulate(ceiling, pilot, shown=False)[1][-1]) < room * asked:
        ceiling += max(0.1, log(room * asked / reached))
    while True:
        values, means, errors = simulate(ceiling, count, shown=True)
        kept = np.flatnonzero(means - _NORMAL * errors >= asked)
        if kept.size:
            break
        ceiling += 0.5
    at = int(kept[0])
    limit, mean, error = float(values[at]), float(means[at]), float(errors[at])
    bracket = Bracket(mean - _NORMAL * error, mean, mean + _NORMAL * error)
    shortest = _shortest(chart, limit)
    return LimitDesign(
        with_limit(chart, limit),
        limit,
        nan,
        nan,
        promise,
        True,
        shortest,
        in_control_mean=bracket,
        standard_error=error,
    )


def _means(records: Records, ceiling: float, longest: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Give the values taken up to the ceiling, and the mean case at which each was reached, with its standard error.

    Beyond a height, a sequence waits for its next one; so the sum over all sequences grows, from value to value, by
    what the waits of the sequences at that value add.
    """
    count = records.size
    same = records.sequence[1:] == records.sequence[:-1]
    after = np.append(np.where(same, records.case[1:], longest), longest).astype(np.float64)
    now = records.case.astype(np.float64)
    first = np.full(count, float(longest))
    begins = np.concatenate(([True], ~same))[: now.size]
    first[records.sequence[begins]] = now[begins]
    order = np.argsort(records.value, kind="stable")
    values = _distinct(records.value[order])
    below = np.searchsorted(records.value[order], values - TOLERANCE)
    grown = np.concatenate(([0.0], np.cumsum((after - now)[order])))[below]
    squares = np.concatenate(([0.0], np.cumsum((after**2 - now**2)[order])))[below]
    means = (first.sum() + grown) / count
    variance = np.maximum(((first**2).sum() + squares) / count - means**2, 0.0)
    upto = max(1, int(np.searchsorted(values, ceiling + TOLERANCE)))
    return values[:upto], means[:upto], np.sqrt(variance[:upto] / max(count - 1, 1))


def _distinct(values: FloatArray) -> FloatArray:
    """List sorted values, the lowest of those that are equal but for rounding."""
    return values[np.concatenate(([True], np.diff(values) > TOLERANCE))[: values.size]]


def _beyond(chart: BernoulliGlr, promise: Promise) -> LimitDesign:
    """Answer where even failures alone would break the promise: one more of them than there are cases."""
    run = max(promise.within + 1, ceil(log(promise.false_signal) / log(chart.null_rate) - TOLERANCE))
    limit = -run * log(chart.acceptable)
    return LimitDesign(with_limit(chart, limit), limit, 0.0, nan, promise, False, run)


def _shortest(chart: BernoulliGlr, limit: float) -> int:
    """Count the failures in a row that reach a limit, each worth ln(1 / acceptable)."""
    return max(1, ceil((limit - TOLERANCE) / -log(chart.acceptable)))


def _too_few(count: int) -> InvalidParameter:
    """Say that there were too few sequences."""
    return InvalidParameter(
        "{replicates} sequences are too few", expected="enough to show the promise kept", replicates=count
    )
