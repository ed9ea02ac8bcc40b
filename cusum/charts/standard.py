"""The standard CUSUM of the anaesthesia literature: two boundaries, as Williams and Kestin drew them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import (
    BoolArray,
    Chart,
    Path,
    Signal,
    Stretch,
    check_choice,
    check_criterion,
    check_failure,
    check_fraction,
    refuse_risk,
)
from cusum.charts.lanes import Lanes
from cusum.charts.walk import FloatArray, Walk
from cusum.criterion import Criterion
from cusum.errors import InvalidParameter

__all__ = ["ExpectedCases", "StandardCusum"]


class ExpectedCases(NamedTuple):
    """Wald's expected numbers of cases to a crossing, when the rate is acceptable and when it is unacceptable."""

    acceptable: float
    unacceptable: float


@dataclass(frozen=True, kw_only=True)
class StandardCusum(Chart):
    """Count failures against what is expected, with one line for good enough and one for not good enough.

    Parameters
    ----------
    criterion : Criterion
        Acceptable (p0) and unacceptable (p1) failure rate.
    alpha : float, default 0.10
        Nominal probability of finding an acceptable performer unacceptable, in (0, 1).
    beta : float, default 0.10
        Nominal probability of finding an unacceptable performer acceptable, in (0, 1); alpha + beta < 1.
    after_signal : {"restart", "stop", "parallel"}
        After a crossing: start again at 0; chart no more; or carry on with further lines spaced by h0 below and h1
        above the one last crossed (Kestin's parallel lines).
    competence : {"one line", "two lines"}
        Competence is crossing one lower line, or two lower lines one after the other with no upper one between.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    With P = ln(p1/p0), Q = ln((1-p0)/(1-p1)), s = Q/(P+Q): a success lowers the statistic by s, a failure raises it by
    1 - s. Upper limit h1 = ln((1-beta)/alpha)/(P+Q), lower limit -h0 with h0 = ln((1-alpha)/beta)/(P+Q). Crossing the
    lower line says "acceptable" (the rate is not the unacceptable one), the upper "unacceptable"; between them nothing
    has been decided. alpha and beta are Wald's nominal values, for one crossing with no end to the cases:
    `cusum.run_length` gives the exact probabilities within a number of cases. With "two lines" and "stop" the chart
    goes on past the first lower line to the second.

    References
    ----------
    Williams SM, Parry BR, Schlup MM. BMJ 1992;304:1359-1361, doi:10.1136/bmj.304.6838.1359.
    Kestin IG. Br J Anaesth 1995;75:805-809, doi:10.1093/bja/75.6.805.

    Examples
    --------
    >>> chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4))
    >>> round(chart.upper, 4), round(chart.lower, 4)
    (2.2402, -2.2402)
    >>> chart.run([0] * 10).first("acceptable")
    8
    """

    key: ClassVar[str] = "standard"
    names: ClassVar[dict[str, str]] = {"en": "standard CUSUM (Kestin)", "da": "cusum (Kestin)"}
    kinds: ClassVar[tuple[str, str]] = ("acceptable", "unacceptable")
    references: ClassVar[tuple[str, ...]] = ("10.1136/bmj.304.6838.1359", "10.1093/bja/75.6.805")

    criterion: Criterion
    alpha: float = 0.10
    beta: float = 0.10
    after_signal: Literal["stop", "restart", "parallel"] = "restart"
    competence: Literal["one line", "two lines"] = "one line"

    def __post_init__(self) -> None:
        """Refuse parameters outside their range."""
        check_criterion(self.criterion)
        check_fraction("alpha", self.alpha)
        check_fraction("beta", self.beta)
        if self.alpha + self.beta >= 1:
            raise InvalidParameter("alpha + beta is {total}", expected="a sum below 1", total=self.alpha + self.beta)
        check_choice("after_signal", self.after_signal, ("stop", "restart", "parallel"))
        check_choice("competence", self.competence, ("one line", "two lines"))

    @property
    def _log_ratios(self) -> tuple[float, float]:
        """The log ratios P of the failure rates and Q of the success rates."""
        p0, p1 = self.criterion.acceptable, self.criterion.unacceptable
        return log(p1 / p0), log((1 - p0) / (1 - p1))

    @property
    def s(self) -> float:
        """What a success takes from the statistic, the papers' s; a failure adds 1 - s."""
        p, q = self._log_ratios
        return q / (p + q)

    @property
    def upper(self) -> float:
        """Upper limit h1: the failure rate is unacceptable."""
        return log((1 - self.beta) / self.alpha) / sum(self._log_ratios)

    @property
    def lower(self) -> float:
        """Lower limit -h0: the failure rate is acceptable."""
        return -log((1 - self.alpha) / self.beta) / sum(self._log_ratios)

    @property
    def expected_cases(self) -> ExpectedCases:
        """Wald's approximate mean numbers of cases to a crossing (Kestin's ASN); `cusum.run_length` is exact."""
        p0, p1, h0, h1 = self.criterion.acceptable, self.criterion.unacceptable, -self.lower, self.upper
        acceptable = (h0 * (1 - self.alpha) - self.alpha * h1) / (self.s - p0)
        unacceptable = (h1 * (1 - self.beta) - self.beta * h0) / (p1 - self.s)
        return ExpectedCases(acceptable, unacceptable)

    @property
    def walk(self) -> Walk:
        """The recursion: no floor, two limits."""
        return Walk(lower=self.lower, upper=self.upper, after_signal=self.after_signal)

    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give 1 - s for a failure and -s for a success.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : None
            Not used by this chart; refused if given.

        Returns
        -------
        array of float, shape (n,)
            The scores.
        """
        refuse_risk(self, risk)
        return np.where(check_failure(failure), 1 - self.s, -self.s)

    def competence_signal(self, signals: Sequence[Signal]) -> Signal | None:
        """Find the crossing that says competence, by one line or by two lines in a row.

        Parameters
        ----------
        signals : sequence of Signal
            Signals of a path, in case order.

        Returns
        -------
        Signal or None
            The crossing that completes the rule; None if none does.
        """
        if self.competence == "one line":
            return next((signal for signal in signals if signal.kind == "acceptable"), None)
        for before, signal in pairwise(signals):
            if before.kind == signal.kind == "acceptable":
                return signal
        return None

    def _follow(self, failure: BoolArray, risk: FloatArray | None, before: Path | None) -> Stretch:
        """Chart as usual, but let a stopping chart reach the second line where two are asked for."""
        if not (self.after_signal == "stop" and self.competence == "two lines"):
            return super()._follow(failure, risk, before)
        earlier = [] if before is None else [-1 if signal.kind == "acceptable" else 1 for signal in before.signals]
        if self._stops_with(earlier) is not None:
            return super()._follow(failure, risk, before)
        part = replace(self, after_signal="parallel")._follow(failure, risk, before)
        last = self._stops_with([*earlier, *part.sides.tolist()])
        if last is None:
            return part
        last -= len(earlier)
        charted = np.arange(failure.size) <= part.cases[last]
        statistic, lower, upper = (np.where(charted, line, np.nan) for line in part[1:4])
        return Stretch(part.scores, statistic, lower, upper, part.cases[: last + 1], part.sides[: last + 1])

    def _follow_lanes(self, failure: BoolArray, risk: FloatArray | None, lanes: Lanes) -> Stretch:
        """Chart many sequences as usual, but cut each at its second line where that is where it stops."""
        if not (self.after_signal == "stop" and self.competence == "two lines"):
            return super()._follow_lanes(failure, risk, lanes)
        part = replace(self, after_signal="parallel")._follow_lanes(failure, risk, lanes)
        charted, kept = np.ones(failure.size, dtype=np.bool_), np.ones(part.cases.size, dtype=np.bool_)
        for first, length in zip(*lanes, strict=True):
            here = slice(*np.searchsorted(part.cases, [first, first + length]))
            last = self._stops_with(part.sides[here].tolist())
            if last is not None:
                kept[here.start + last + 1 : here.stop] = False
                charted[part.cases[here][last] + 1 : first + length] = False
        statistic, lower, upper = (np.where(charted, line, np.nan) for line in part[1:4])
        return Stretch(part.scores, statistic, lower, upper, part.cases[kept], part.sides[kept])

    def _stops_with(self, sides: Sequence[int]) -> int | None:
        """Find the crossing at which a stopping chart with two lines stops."""
        for k, side in enumerate(sides):
            if side > 0 or (k and sides[k - 1] < 0):
                return k
        return None
