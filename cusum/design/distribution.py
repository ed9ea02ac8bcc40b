"""The run length of a chart, as it is handed back: probabilities by case, quantiles, mean, each limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import overload

import numpy as np
from numpy.typing import NDArray

from cusum.charts.walk import FloatArray
from cusum.design.laws import Bracket, Law, Listing
from cusum.errors import InvalidParameter

__all__ = ["RunLength"]

_ENOUGH = 1e-12
_FIRST = 256


@dataclass(frozen=True, eq=False, repr=False)
class RunLength:
    """How many cases it takes until a chart signals: the distribution of the run length T.

    Parameters
    ----------
    kinds : tuple of str
        What the lower and the upper limit say ("" where there is none).
    law : Law
        Where the probabilities come from; they are listed as far as they are asked for.
    method : str
        How they are computed: "exact", "grid" (between bounds) or "simulation".
    standard_error : float
        Monte-Carlo standard error of the mean; 0 where nothing was simulated.

    Notes
    -----
    T is the number of the first case with a signal. Nothing here depends on observed data.

    References
    ----------
    Brook D, Evans DA. Biometrika 1972;59:539-549, doi:10.1093/biomet/59.3.539 (run lengths by Markov chain).

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum, run_length
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=2.7726)
    >>> result = run_length(chart, failure_rate=0.20)
    >>> round(result.signal_by(100), 3), round(result.signal_by(200), 3)
    (0.175, 0.369)
    """

    kinds: tuple[str, str]
    law: Law
    method: str = "exact"
    standard_error: float = 0.0
    _listed: list[Listing] = field(default_factory=list)

    @property
    def horizon(self) -> int:
        """Number of cases that have been listed one by one so far."""
        return self._listed[0].cases if self._listed else 0

    def _listing(self, cases: int) -> Listing:
        """List so many cases, or fewer where the tail is geometric or nothing is left."""
        now = self._listed[0] if self._listed else None
        if now is None or (now.cases < cases and not _complete(now) and now.cases < self.law.longest):
            asked = min(max(cases, 1), self.law.longest)
            self._listed[:] = [now := self.law.follow(asked)]
        return now

    def _until(self, enough: Callable[[Listing], bool]) -> Listing:
        """List more and more cases until that is enough, the tail is known, or there is no more to list."""
        n = max(_FIRST, self.horizon)
        listing = self._listing(n)
        while not (enough(listing) or _complete(listing) or listing.cases >= self.law.longest):
            n *= 2
            listing = self._listing(n)
        return listing

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
            Only first signals of this kind; any kind if left out.

        Returns
        -------
        float or array of float
            The probability.

        Raises
        ------
        InvalidParameter
            If a number is below 0, or beyond the last case of a given sequence of risks.
        """
        cases = np.asarray(n)
        if cases.size and (cases < 0).any():
            raise InvalidParameter("n is {n}", expected="a number of cases, 0 or more", n=int(cases.min()))
        columns = [0, 1] if kind is None else [self._column(kind)]
        listing = self._listing(int(cases.max(initial=1)))
        total = np.concatenate(([0.0], listing.ended[:, columns].sum(axis=1).cumsum()))
        known = total[np.minimum(cases, listing.cases)]
        beyond = np.maximum(cases - listing.cases, 0)
        if beyond.any():
            known = known + _later(listing, beyond) * _tail_share(listing, columns)
        known = np.minimum(known, 1.0)
        return float(known) if np.ndim(n) == 0 else np.asarray(known, dtype=np.float64)

    def _column(self, kind: str) -> int:
        """Find the limit that says this kind."""
        if kind not in self.kinds or not kind:
            choices = ", ".join(k for k in self.kinds if k)
            raise InvalidParameter("kind is {kind!r}", expected="one of {choices}", kind=kind, choices=choices)
        return self.kinds.index(kind)

    def bounds(self, n: int, kind: str | None = None) -> tuple[float, float]:
        """Give a lower and an upper bound on the probability of a signal within n cases.

        Parameters
        ----------
        n : int
            Number of cases, 0 or more.
        kind : str, optional
            Only first signals of this kind; any kind if left out.

        Returns
        -------
        tuple of float
            The bounds: equal where the method is exact; true bounds for a grid; a 99% interval for a simulation.
        """
        value = self.signal_by(n, kind)
        listing = self._listing(max(n, 1))
        if listing.low is None or listing.high is None or n == 0:
            return value, value
        columns = [0, 1] if kind is None else [self._column(kind)]
        at = min(n, listing.cases) - 1
        low, high = float(listing.low[at, columns].sum()), float(listing.high[at, columns].sum())
        if n > listing.cases and not _over(listing):
            high = 1.0
        return min(low, value), min(1.0, max(high, value))

    @property
    def by_kind(self) -> dict[str, float]:
        """Probability that the first signal is of each kind, however long it takes."""
        listing = self._until(lambda _: False)
        rest = listing.left if listing.tail is not None else 0.0
        return {
            kind: float(listing.ended[:, column].sum()) + rest * _tail_share(listing, [column])
            for column, kind in enumerate(self.kinds)
            if kind
        }

    @cached_property
    def mean_bounds(self) -> Bracket:
        """Lower bound, value and upper bound of the mean number of cases to the first signal."""
        return self.law.mean()

    @property
    def mean(self) -> float:
        """Mean number of cases to the first signal (ARL); infinite where a signal may never come."""
        return self.mean_bounds.value

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

        Raises
        ------
        InvalidParameter
            If q is no such probability.
        """
        if not 0 < q < 1:
            raise InvalidParameter("q is {q}", expected="a probability strictly between 0 and 1", q=q)
        listing = self._until(lambda found: float(found.ended.sum()) >= q)
        total = np.concatenate(([0.0], listing.ended.sum(axis=1).cumsum()))
        if total[-1] >= q - _ENOUGH:
            return float(np.argmax(total >= q - _ENOUGH))
        if listing.tail is None or not listing.tail.total:
            return float("inf")
        further = np.log((1 - q) / listing.left) / np.log1p(-listing.tail.total)
        return float(listing.cases + np.ceil(further - _ENOUGH))

    def __repr__(self) -> str:
        low, mean, high = self.mean_bounds
        between = f" (between {low:.6g} and {high:.6g})" if low < high else ""
        if self.standard_error:
            between = f" (standard error {self.standard_error:.2g})"
        return f"<RunLength, {self.method}: mean {mean:.4g} cases{between}>"


def _complete(listing: Listing) -> bool:
    """Tell whether all is known: nothing is left, or the rest is geometric."""
    return listing.tail is not None or listing.left < _ENOUGH


def _over(listing: Listing) -> bool:
    """Tell whether no signal can come after the listed cases."""
    return listing.left < _ENOUGH if listing.tail is None else not listing.tail.total


def _later(listing: Listing, further: NDArray[np.int64]) -> FloatArray:
    """Probability that the signal falls within so many cases after the listed ones."""
    if listing.tail is None:
        if listing.left > _ENOUGH:
            raise InvalidParameter(
                "n is beyond the horizon of {horizon} cases", expected="at most the horizon", horizon=listing.cases
            )
        return np.zeros(further.shape)
    return np.asarray(-listing.left * np.expm1(further * np.log1p(-listing.tail.total)), dtype=np.float64)


def _tail_share(listing: Listing, columns: list[int]) -> float:
    """Share of the tail that ends at the given limits."""
    if listing.tail is None or not listing.tail.total:
        return 0.0
    return sum(listing.tail[c] for c in columns) / listing.tail.total
