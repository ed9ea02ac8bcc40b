"""Bernoulli GLR: has the failure rate risen, since when, and to what?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import (
    BoolArray,
    Chart,
    Path,
    Stretch,
    check_choice,
    check_failure,
    check_fraction,
    check_positive,
    refuse_risk,
)
from cusum.charts.lanes import Lanes
from cusum.charts.ratios import largest_ratios, log_ratio
from cusum.charts.walk import TOLERANCE, FloatArray, IntArray, Walk
from cusum.errors import InvalidParameter

__all__ = ["BernoulliGlr", "Change", "GlrPath"]

_LONGEST_BLOCK = 8192
_CHUNK = 2048


class Change(NamedTuple):
    """What a signal says of the change: the case of the signal, the first case at the new rate, and that rate."""

    case: int
    change_point: int
    rate: float


@dataclass(frozen=True, eq=False, repr=False)
class GlrPath(Path):
    """One sequence of cases under a GLR chart; with each signal, when the rate is likely to have changed, and to what.

    Examples
    --------
    >>> path = BernoulliGlr(acceptable=0.1, limit=3.0).run([0] * 20 + [1, 0, 1, 1])
    >>> path.changes
    (Change(case=24, change_point=21, rate=0.75),)
    """

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """For each signal the most likely first case at the new rate (the earliest, of several), and the rate."""
        chart = self.chart
        assert isinstance(chart, BernoulliGlr)
        found = []
        begin = 0
        for signal in self.signals:
            oldest = max(begin, signal.case - chart.window)
            n = np.arange(1, signal.case - oldest + 1)
            k = np.cumsum(self.failure[oldest : signal.case][::-1], dtype=np.int64)
            ratios = log_ratio(k, n, chart.acceptable)
            length = int(np.flatnonzero(ratios >= ratios.max() - TOLERANCE)[-1]) + 1
            found.append(Change(signal.case, signal.case - length + 1, float(k[length - 1] / length)))
            begin = signal.case if chart.after_signal == "restart" else 0
        return tuple(found)


@dataclass(frozen=True, kw_only=True)
class BernoulliGlr(Chart):
    """Watch for a rise of the failure rate of any size, and say since when and to what it has risen.

    Parameters
    ----------
    acceptable : float
        Acceptable failure rate p0, in (0, 1).
    limit : float
        Decision limit h above 0, a log likelihood ratio: a signal is S >= h.
    window : int, default 200
        How many of the last cases are searched for the change, 1 or more. A rise that takes longer than that to show is
        seen with part of its cases.
    after_signal : {"restart", "stop", "continue"}
        Forget all cases up to the signal; chart no more; or carry on (signals then count at each rise from below the
        limit).

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    For each of the last `window` cases as the first one at a new rate: with k failures in the n cases from there on and
    r = max(k/n, p0), the log likelihood ratio against p0 is k ln(r/p0) + (n - k) ln((1-r)/(1-p0)). The statistic is the
    largest of them, 0 where no stretch has more failures than p0. A signal is "deterioration". No unacceptable rate has
    to be chosen. The price: no recursion, so that run lengths can only be simulated, and an estimated rate that is too
    high on average, since the chart signals on a stretch because that stretch looks bad.

    References
    ----------
    Huang W, Wang S, Reynolds MR. Qual Reliab Eng Int 2013, doi:10.1002/qre.1416.

    Examples
    --------
    >>> path = BernoulliGlr(acceptable=0.1, limit=3.0).run([0] * 20 + [1, 0, 1, 1])
    >>> path.first("deterioration")
    24
    >>> path.statistic[-4:].round(3)
    array([2.303, 1.022, 2.801, 4.764])
    """

    key: ClassVar[str] = "glr"
    names: ClassVar[dict[str, str]] = {"en": "Bernoulli GLR chart", "da": "GLR-diagram for fejlrate"}
    kinds: ClassVar[tuple[str, str]] = ("", "deterioration")
    references: ClassVar[tuple[str, ...]] = ("10.1002/qre.1416",)
    path_type: ClassVar[type[Path]] = GlrPath

    acceptable: float
    limit: float
    window: int = 200
    after_signal: Literal["restart", "stop", "continue"] = "restart"

    def __post_init__(self) -> None:
        """Refuse parameters outside their range."""
        object.__setattr__(self, "acceptable", check_fraction("acceptable", self.acceptable))
        object.__setattr__(self, "limit", check_positive("limit", self.limit))
        whole = isinstance(self.window, (int, np.integer)) and not isinstance(self.window, bool)
        if not whole or self.window < 1:
            raise InvalidParameter("window is {value!r}", expected="a whole number, 1 or more", value=self.window)
        check_choice("after_signal", self.after_signal, ("restart", "stop", "continue"))

    @property
    def walk(self) -> Walk:
        """There is none: the statistic is no recursion on itself."""
        raise InvalidParameter(
            "{chart} is no walk",
            expected="a chart whose statistic adds up scores",
            remedy="Simulate this chart by its run method.",
            chart=type(self).__name__,
        )

    @property
    def null_rate(self) -> float:
        """The acceptable rate: good enough until the cases say otherwise."""
        return self.acceptable

    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give observed minus acceptable; the statistic is made of these, but does not add them up.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : None
            Not used by this chart; refused if given.

        Returns
        -------
        array of float, shape (n,)
            failure - acceptable.
        """
        refuse_risk(self, risk)
        return np.where(check_failure(failure), 1 - self.acceptable, -self.acceptable)

    def _follow(self, failure: BoolArray, risk: FloatArray | None, before: Path | None) -> Stretch:
        """Search the window of each case, from signal to signal."""
        scores = self.scores(failure, risk=risk)
        n, past = failure.size, self._remembered(before)
        statistic, upper = np.full(n, np.nan), np.full(n, self.limit)
        cases = np.zeros(0, dtype=np.int64)
        if past is None:
            upper[:] = np.nan
        else:
            inside = before is None or not (past.size and self._reached(before.statistic[-1:])[0])
            seen = np.concatenate((past, failure))
            if self.after_signal == "continue":
                values = self._search_on(seen, past.size)
                reached = self._reached(values)
                cases = np.flatnonzero(reached & np.concatenate(([inside], ~reached[:-1]))[: reached.size])
            else:
                values, cases = self._search(seen, past.size)
            statistic[: values.size] = values
            upper[values.size :] = np.nan
        return Stretch(scores, statistic, np.broadcast_to(np.nan, n), upper, cases, np.ones_like(cases))

    def _follow_lanes(self, failure: BoolArray, risk: FloatArray | None, lanes: Lanes) -> Stretch:
        """Search all sequences at once; those that signal again from there on, until none signals any more."""
        n, count = failure.size, lanes.first.size
        statistic, lower = np.full(n, np.nan), np.broadcast_to(np.nan, n)
        lane = np.repeat(np.arange(count), lanes.length)
        at = np.arange(lane.size) + np.repeat(lanes.first - np.cumsum(lanes.length) + lanes.length, lanes.length)
        begin, cases = lanes.first.copy(), [np.zeros(0, dtype=np.int64)]
        while at.size:
            statistic[at] = largest_ratios(failure, self.acceptable, self.window, at, at - begin[lane] + 1)
            reached = self._reached(statistic[at])
            if self.after_signal == "continue":
                before = np.concatenate(([False], reached[:-1])) & (at > begin[lane])
                cases.append(at[reached & ~before])
                break
            hits = np.flatnonzero(reached)
            signalled, where = np.unique(lane[hits], return_index=True)
            cases.append(at[hits[where]])
            begin = np.full(count, n)
            begin[signalled] = cases[-1] + 1
            later = at >= begin[lane]
            at, lane = at[later], lane[later]
            if self.after_signal == "stop":
                statistic[at] = np.nan
                break
        upper = np.where(np.isnan(statistic), np.nan, self.limit)
        found = np.sort(np.concatenate(cases))
        return Stretch(self.scores(failure, risk=risk), statistic, lower, upper, found, np.ones_like(found))

    def _search(self, seen: BoolArray, at: int) -> tuple[FloatArray, IntArray]:
        """Search from signal to signal; statistic and signals are counted from case `at` on.

        Which signal follows a signal depends on nothing before it. So the signals that follow the first in each of many
        chunks are found side by side, and then it is read off which of them are reached from the first of all.
        """
        values = self._search_on(seen, at)
        hot = np.flatnonzero(self._reached(values))
        if self.after_signal == "stop":
            return values[: hot[0] + 1] if hot.size else values, hot[:1]
        further, n = seen[at:], values.size
        chunk = hot // _CHUNK
        some = hot[np.concatenate(([True], chunk[1:] != chunk[:-1]))[: hot.size]]
        following: dict[int, int] = {}
        while some.size:
            then = self._following(further, hot, some)
            following.update(zip(some.tolist(), then.tolist(), strict=True))
            within = then[(then < n) & (then // _CHUNK == some // _CHUNK)]
            some = np.array([case for case in within.tolist() if case not in following], dtype=np.int64)
        cases: list[int] = []
        case = int(hot[0]) if hot.size else n
        while case < n:
            cases.append(case)
            if case not in following:
                following[case] = int(self._following(further, hot, np.array([case]))[0])
            case = following[case]
        signals = np.array(cases, dtype=np.int64)
        after, of = self._after(signals, np.append(signals[1:], n - 1))
        back = after - signals[of]
        values[after] = largest_ratios(further, self.acceptable, self.window, after, back)
        return values, signals

    def _following(self, further: BoolArray, hot: IntArray, signals: IntArray) -> IntArray:
        """Find the signal that follows each of some signals, or the number of cases where none does.

        Once the window has passed a restart, it is forgotten, and the signals are those `hot` without any restart.
        """
        n = further.size
        then = np.append(hot, n)[np.searchsorted(hot, signals + self.window + 1)]
        after, of = self._after(signals, np.full(signals.size, n - 1))
        ratios = largest_ratios(further, self.acceptable, self.window, after, after - signals[of])
        hits = np.flatnonzero(self._reached(ratios))
        found, where = np.unique(of[hits], return_index=True)
        then[found] = after[hits[where]]
        return then

    def _after(self, signals: IntArray, last: IntArray) -> tuple[IntArray, IntArray]:
        """List the cases of the window after each signal, up to a last one, and which signal each comes after."""
        count = np.minimum(last - signals, self.window)
        of = np.repeat(np.arange(signals.size), count)
        return signals[of] + 1 + np.arange(of.size) - np.repeat(np.cumsum(count) - count, count), of

    def _search_on(self, seen: BoolArray, at: int) -> FloatArray:
        """Compute the statistic from case `at` to the end, with no restart."""
        pieces = [np.zeros(0)]
        for first in range(at, seen.size, _LONGEST_BLOCK):
            oldest = max(0, first - self.window + 1)
            block = largest_ratios(seen[oldest : first + _LONGEST_BLOCK], self.acceptable, self.window)
            pieces.append(block[first - oldest :])
            if self.after_signal == "stop" and self._reached(pieces[-1]).any():
                break
        return np.concatenate(pieces)

    def _remembered(self, before: Path | None) -> BoolArray | None:
        """Give the cases of a path that the next case can look back to; None where the chart has stopped."""
        if before is None:
            return np.zeros(0, dtype=np.bool_)
        if self.after_signal == "stop" and before.signals:
            return None
        restarted = before.signals[-1].case if self.after_signal == "restart" and before.signals else 0
        return before.failure[max(restarted, before.failure.size - self.window) :]

    def _reached(self, statistic: FloatArray) -> BoolArray:
        """Tell which values have reached the limit."""
        return statistic >= self.limit - TOLERANCE
