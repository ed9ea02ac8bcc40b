"""Simulated run lengths, for charts that follow no recursion: seeded, many paths at once, with their standard error."""

from __future__ import annotations

from concurrent.futures import Executor
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cusum.charts.base import Chart
from cusum.charts.glr import BernoulliGlr
from cusum.charts.walk import TOLERANCE, Walk
from cusum.design.laws import Bracket, Law, Listing
from cusum.design.records import follow_records
from cusum.design.steps import Steps
from cusum.work import Progress, in_chunks

__all__ = ["SimulatedLaw", "simulate_first_signals"]

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

_CHUNK = 2000


class SimulatedLaw(Law):
    """The run length as it was in many simulated paths.

    Parameters
    ----------
    first : array of int, shape (r,)
        Case of the first signal in each path; 0 where there was none within the cases followed.
    above : array of bool, shape (r,)
        True where it was at the upper limit.
    cases : int
        Number of cases that were followed.
    """

    def __init__(self, first: IntArray, above: BoolArray, cases: int) -> None:
        self.first, self.above, self.cases = first, above, cases

    @property
    def longest(self) -> int:
        """Number of cases that were followed."""
        return self.cases

    @property
    def standard_error(self) -> float:
        """Monte-Carlo standard error of the mean; infinite where paths were cut short."""
        if not self.first.all():
            return float("inf")
        return float(self.first.std(ddof=1) / np.sqrt(self.first.size))

    def follow(self, cases: int) -> Listing:
        """List so many cases.

        Parameters
        ----------
        cases : int
            Number of cases.

        Returns
        -------
        Listing
            Observed shares, with a 99% interval (Clopper and Pearson) for each.
        """
        from scipy.stats import beta

        r = self.first.size
        count = [
            np.bincount(self.first[side], minlength=self.cases + 1)[1 : cases + 1] for side in (~self.above, self.above)
        ]
        total = np.cumsum(np.column_stack(count), axis=0)
        low = np.where(total > 0, beta.ppf(0.005, total, r - total + 1), 0.0)
        high = np.where(total < r, beta.ppf(0.995, total + 1, r - total), 1.0)
        if not self.kinds_below:
            low[:, 0] = high[:, 0] = 0.0
        return Listing(np.column_stack(count) / r, 1 - float(total[-1].sum()) / r, None, low, high)

    @property
    def kinds_below(self) -> bool:
        """True where any path ended at the lower limit."""
        return bool((~self.above & (self.first > 0)).any())

    def mean(self) -> Bracket:
        """Give the observed mean with a 99% interval.

        Returns
        -------
        Bracket
            The mean; infinite where paths were cut short before they signalled.
        """
        if not self.first.all():
            return Bracket(float(np.where(self.first, self.first, self.cases).mean()), float("inf"), float("inf"))
        value, half = float(self.first.mean()), 2.5758 * self.standard_error
        return Bracket(value - half, value, value + half)


def simulate_first_signals(
    chart: Chart,
    steps: Steps,
    *,
    replicates: int,
    cases: int,
    seed: int | None,
    executor: Executor | None = None,
    progress: bool | Progress = False,
) -> SimulatedLaw:
    """Run a chart on many simulated sequences, each up to its first signal.

    Parameters
    ----------
    chart : Chart
        Any chart with a limit.
    steps : Steps
        Scores and probabilities of one case, or of each case in order. For a GLR chart the scores of a success and a
        failure, whatever they are.
    replicates : int
        Number of sequences.
    cases : int
        Longest sequence; where no signal came by then, none is counted.
    seed : int
        The result depends on it alone, not on the executor or the number of workers.
    executor : Executor, optional
        Where the chunks of sequences are run; here, one after the other, if left out.
    progress : bool or Progress, default False
        A callback ``progress(done, total, what)``; ``True`` draws a bar on the error stream if that is a terminal.

    Returns
    -------
    SimulatedLaw
        What was observed.

    Raises
    ------
    InvalidParameter
        If no seed is given.

    Examples
    --------
    >>> from cusum import BernoulliGlr
    >>> from cusum.design.steps import steps_at_rates
    >>> chart = BernoulliGlr(acceptable=0.1, limit=2.0)
    >>> law = simulate_first_signals(chart, steps_at_rates(chart, 0.3), replicates=500, cases=5000, seed=1)
    >>> bool(0 < law.mean().value < 60)
    True
    """
    run = partial(_one_chunk, chart, steps, cases)
    found = in_chunks(run, replicates, _CHUNK, seed, executor, progress=progress, what="simulated sequences")
    return SimulatedLaw(np.concatenate([f for f, _ in found]), np.concatenate([a for _, a in found]), cases)


def _one_chunk(
    chart: Chart, steps: Steps, cases: int, size: int, seed: np.random.SeedSequence
) -> tuple[IntArray, BoolArray]:
    """Simulate some sequences."""
    rng = np.random.default_rng(seed)
    opening = chart.opening
    if isinstance(opening, BernoulliGlr):
        rates = np.atleast_1d(steps.chances[..., 1])
        first = follow_records(opening, rates, cases, opening.limit, size, rng).first_at(opening.limit)
        return first, np.ones(size, dtype=np.bool_)
    return _side_by_side(opening.walk, steps, cases, size, rng)


def _side_by_side(
    walk: Walk, steps: Steps, cases: int, size: int, rng: np.random.Generator
) -> tuple[IntArray, BoolArray]:
    """Move all sequences of a walk on together, case by case, and drop those that have signalled."""
    first, above, live = np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.bool_), np.arange(size)
    value = np.full(size, walk.start)
    upper = np.inf if walk.upper is None else walk.upper - TOLERANCE
    lower = -np.inf if walk.lower is None else walk.lower + TOLERANCE
    values, shares = steps.values, steps.chances.cumsum(axis=-1)[..., :-1]
    for case in range(cases):
        scores, upto = (values[case], shares[case]) if steps.in_order else (values, shares)
        value *= walk.memory
        value += scores[np.searchsorted(upto, rng.random(live.size), side="right")]
        if walk.floor is not None:
            np.maximum(value, walk.floor, out=value)
        ended = (value >= upper) | (value <= lower)
        if ended.any():
            first[live[ended]], above[live[ended]] = case + 1, value[ended] >= upper
            live, value = live[~ended], value[~ended]
        if not live.size:
            break
    return first, above
