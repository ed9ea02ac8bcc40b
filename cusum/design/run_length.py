"""What a chart does in the long run: how many cases until it signals, and how often within a number of cases."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cusum.charts.base import Chart
from cusum.charts.walk import FloatArray, Walk
from cusum.design.lattice import build_lattice, propagate
from cusum.design.scores import Scores, check_rates, two_scores
from cusum.errors import InvalidParameter

__all__ = ["RunLength", "Scores", "check_rates", "run_length", "two_scores"]

_ENOUGH = 1e-14
_STEADY = 1e-12
_LONGEST = 200_000


class Tail(NamedTuple):
    """What happens after the last listed case: the chance of ending at each further case, lower and upper limit."""

    lower: float
    upper: float

    @property
    def total(self) -> float:
        """The chance of ending at either limit."""
        return self.lower + self.upper


@dataclass(frozen=True, eq=False, repr=False)
class RunLength:
    """How many cases it takes until a chart signals: the distribution of the run length T.

    Parameters
    ----------
    kinds : tuple of str
        What the lower and the upper limit say ("" where there is none).
    ended : array of float, shape (n, 2)
        Probability that the first signal falls at case 1, 2, ..., n, at the lower and at the upper limit.
    unknown : array of float, shape (n,)
        Probability that could not be followed, up to each case: the width of the bounds.
    tail : Tail or None
        Chance of a signal at each case after the n-th given none before, once that has become constant; None where
        nothing is left or it is not constant.
    method : str
        How it was computed: "exact".
    standard_error : float
        Monte-Carlo standard error of the probabilities; 0 where nothing was simulated.

    Notes
    -----
    T is the number of the first case with a signal. Nothing here depends on observed data.

    References
    ----------
    Brook D, Evans DA. Biometrika 1972;59:539-549, doi:10.1093/biomet/59.3.539 (run lengths by Markov chain).

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=2.7726)
    >>> result = run_length(chart, failure_rate=0.20)
    >>> round(result.signal_by(100), 3), round(result.signal_by(200), 3)
    (0.175, 0.369)
    """

    kinds: tuple[str, str]
    ended: FloatArray
    unknown: FloatArray
    tail: Tail | None
    method: str = "exact"
    standard_error: float = 0.0

    @property
    def horizon(self) -> int:
        """Number of cases that are listed one by one; beyond it the tail is geometric."""
        return int(self.ended.shape[0])

    @cached_property
    def _cumulative(self) -> FloatArray:
        """P(T <= n) by limit, for n = 0, 1, ..., horizon."""
        return np.concatenate((np.zeros((1, 2)), np.cumsum(self.ended, axis=0)))

    @property
    def _left(self) -> float:
        """Probability of no signal within the horizon."""
        return max(0.0, 1.0 - float(self._cumulative[-1].sum()) - float(self.unknown[-1] if self.horizon else 0.0))

    @overload
    def signal_by(self, n: int, kind: str | None = None) -> float: ...
    @overload
    def signal_by(self, n: NDArray[np.int64], kind: str | None = None) -> FloatArray: ...
    def signal_by(self, n: int | NDArray[np.int64], kind: str | None = None) -> float | FloatArray:
        """Give the probability of a signal within n cases, P(T <= n).

        Parameters
        ----------
        n : int or array of int
            Number of cases, 0 or more.
        kind : str, optional
            Only signals of this kind; any kind if left out.

        Returns
        -------
        float or array of float
            The probability.
        """
        cases = np.asarray(n)
        if cases.size and (cases < 0).any():
            raise InvalidParameter("n is {n}", expected="a number of cases, 0 or more", n=int(cases.min()))
        columns = [0, 1] if kind is None else [self._column(kind)]
        known = self._cumulative[np.minimum(cases, self.horizon)][..., columns].sum(axis=-1)
        beyond = np.maximum(cases - self.horizon, 0)
        if beyond.any():
            known = known + self._beyond(beyond) * self._tail_share(columns)
        return float(known) if np.ndim(n) == 0 else np.asarray(known, dtype=np.float64)

    def _beyond(self, further: NDArray[np.int64]) -> FloatArray:
        """Probability that the signal falls within so many cases after the horizon."""
        if self.tail is None:
            if self._left > 1e-12:
                raise InvalidParameter(
                    "n is beyond the horizon of {horizon} cases",
                    expected="at most the horizon",
                    remedy="Give run_length a larger horizon.",
                    horizon=self.horizon,
                )
            return np.zeros(further.shape)
        return np.asarray(-self._left * np.expm1(further * np.log1p(-self.tail.total)), dtype=np.float64)

    def _tail_share(self, columns: list[int]) -> float:
        """Share of the tail that ends at the given limits."""
        if self.tail is None or not self.tail.total:
            return 0.0
        return sum(self.tail[c] for c in columns) / self.tail.total

    def _column(self, kind: str) -> int:
        """Find the limit that says this kind."""
        if kind not in self.kinds or not kind:
            choices = ", ".join(k for k in self.kinds if k)
            raise InvalidParameter("kind is {kind!r}", expected="one of {choices}", kind=kind, choices=choices)
        return self.kinds.index(kind)

    def bounds(self, n: int) -> tuple[float, float]:
        """Give a lower and an upper bound on the probability of a signal within n cases.

        Parameters
        ----------
        n : int
            Number of cases, 0 or more.

        Returns
        -------
        tuple of float
            The bounds; equal where the method is exact to rounding.
        """
        value = self.signal_by(n)
        unknown = float(self.unknown[min(n, self.horizon) - 1]) if n > 0 and self.horizon else 0.0
        return value, min(1.0, value + unknown)

    @property
    def by_kind(self) -> dict[str, float]:
        """Probability that the first signal is of each kind, however long it takes."""
        shares = self._cumulative[-1]
        rest = self._left if self.tail is not None else 0.0
        return {
            kind: float(shares[column]) + rest * self._tail_share([column])
            for column, kind in enumerate(self.kinds)
            if kind
        }

    @property
    def mean(self) -> float:
        """Mean number of cases to the first signal (ARL); infinite where a signal may never come."""
        still = 1.0 - self._cumulative.sum(axis=1)
        listed = float(still[:-1].sum())
        if self.tail is not None and self.tail.total:
            return listed + self._left / self.tail.total
        return listed if self._left < 1e-9 else float("inf")

    @property
    def median(self) -> float:
        """Median number of cases to the first signal."""
        return self.quantile(0.5)

    def quantile(self, q: float) -> float:
        """Give the smallest number of cases within which a signal has probability q or more.

        Parameters
        ----------
        q : float
            Probability, in (0, 1).

        Returns
        -------
        float
            A whole number of cases; infinite where the probability of a signal never reaches q.
        """
        if not 0 < q < 1:
            raise InvalidParameter("q is {q}", expected="a probability strictly between 0 and 1", q=q)
        total = self._cumulative.sum(axis=1)
        slack = 1e-12
        if total[-1] >= q - slack:
            return float(np.argmax(total >= q - slack))
        if self.tail is None or not self.tail.total:
            return float("inf")
        further = np.log((1 - q) / self._left) / np.log1p(-self.tail.total)
        return float(self.horizon + np.ceil(further - slack))

    def __repr__(self) -> str:
        return f"<RunLength, {self.method}: mean {self.mean:.4g} cases, median {self.median:.4g}>"


def run_length(
    chart: Chart,
    *,
    failure_rate: ArrayLike,
    horizon: int | None = None,
    method: Literal["auto", "exact"] = "auto",
) -> RunLength:
    """Say how many cases a chart takes to signal, for performers with a given failure rate.

    Parameters
    ----------
    chart : Chart
        Any chart with two-valued scores and a limit. Of a two-phase chart, the first phase.
    failure_rate : float or array-like, shape (k,)
        True failure probability, from 0 to 1: one for all cases, or one for each case (a learning curve), of which the
        last holds on for all further cases.
    horizon : int, optional
        Number of cases to list one by one, at least; as many as the tail needs to become geometric if left out.
    method : {"auto", "exact"}
        "exact" follows every reachable state.

    Returns
    -------
    RunLength
        Probability of a signal within any number of cases, mean, quantiles, probability of each limit.

    Raises
    ------
    InvalidParameter
        If a rate is outside 0 to 1, the horizon is below 1, or the chart has no limit.

    Notes
    -----
    The first signal ends the run, whatever the chart does after it. A signal is S >= limit (S <= lower limit) within
    1e-9, as in the charts. Where the chart has a floor, the chance of a signal at the next case becomes constant, and
    the tail is geometric from there; otherwise cases are listed until nothing is left.

    References
    ----------
    Brook D, Evans DA. Biometrika 1972;59:539-549, doi:10.1093/biomet/59.3.539.

    Examples
    --------
    >>> from cusum import BernoulliCusum, Criterion
    >>> chart = BernoulliCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=3.0)
    >>> result = run_length(chart, failure_rate=0.10)
    >>> round(result.mean, 1), round(result.signal_by(100), 4)
    (638.9, 0.1202)
    """
    if method not in ("auto", "exact"):
        raise InvalidParameter("method is {method!r}", expected="'auto' or 'exact'", method=method)
    walk = chart.opening.walk
    if walk.lower is None and walk.upper is None:
        raise InvalidParameter("the chart has no limit", expected="a chart that can signal")
    if horizon is not None and horizon < 1:
        raise InvalidParameter("horizon is {horizon}", expected="a number of cases, 1 or more", horizon=horizon)
    rates = check_rates(failure_rate)
    ended, unknown, tail = _follow(walk, two_scores(chart), rates, horizon or 1)
    return RunLength(chart.opening.kinds, ended, unknown, tail)


def signal_probability(walk: Walk, scores: Scores, rates: FloatArray) -> FloatArray:
    """Give the probability of ending at the lower and the upper limit within as many cases as there are rates."""
    lattice = build_lattice(walk, scores.success, scores.failure, rates.size)
    ended, _ = propagate(lattice, rates)
    limits: FloatArray = ended[:, [2, 1]].sum(axis=0)
    return limits


def _follow(walk: Walk, scores: Scores, rates: FloatArray, least: int) -> tuple[FloatArray, FloatArray, Tail | None]:
    """List case after case until nothing is left or the tail is geometric, doubling the number of cases."""
    n = max(256, 1 << (max(least, rates.size) - 1).bit_length())
    enough = _excursion(walk, scores, float(rates[-1])) if walk.floor is not None else _LONGEST
    while True:
        by_case = np.concatenate((rates, np.full(n - rates.size, rates[-1])))
        depth = min(n, max(enough, 2 * rates.size))
        ended, state = propagate(build_lattice(walk, scores.success, scores.failure, depth), by_case)
        unknown, limits = np.cumsum(ended[:, 0]), ended[:, [2, 1]]
        left = float(state.sum())
        tail = _steady_tail(limits, left, rates.size) if walk.floor is not None else None
        if left < _ENOUGH or tail is not None or n >= _LONGEST:
            return limits, unknown, tail
        n *= 2


def _excursion(walk: Walk, scores: Scores, rate: float) -> int:
    """Count the cases after which a stay off the floor has all but surely ended, at the floor or at a limit."""
    depth = 128
    while depth < _LONGEST:
        lattice = build_lattice(walk, scores.success, scores.failure, depth)
        _, state = propagate(lattice.cut(), np.full(depth, rate), lattice.home)
        if float(state.sum()) < _ENOUGH:
            break
        depth *= 2
    return depth


def _steady_tail(limits: FloatArray, left: float, varying: int) -> Tail | None:
    """Give the constant chance of a signal at each further case, or None while it still changes."""
    n = limits.shape[0]
    window = n // 4
    if varying > n - 2 * window or left < _ENOUGH:
        return None
    later = limits[::-1].cumsum(axis=0)[::-1]
    still = left + later.sum(axis=1)  # probability of no signal before each case
    chance = limits[-window:] / still[-window:, None]
    spread = np.ptp(chance, axis=0)
    if (spread > _STEADY * chance[-1].sum()).any():
        return None
    return Tail(float(chance[-1, 0]), float(chance[-1, 1]))
