"""The one recursion behind every chart: scores in, statistic and crossings out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from cusum.charts.crossings import TOLERANCE, Carried, FloatArray, IntArray, WalkRun, list_crossings
from cusum.charts.fading import fading_sum
from cusum.charts.turning import Band, follow_turns
from cusum.errors import InvalidParameter

__all__ = ["TOLERANCE", "AfterSignal", "Carried", "FloatArray", "IntArray", "Walk", "WalkRun"]

AfterSignal = Literal["stop", "restart", "continue", "parallel"]

_LONGEST_BLOCK = 8192
_SHORTEST_BLOCK = 64


@dataclass(frozen=True, kw_only=True)
class Walk:
    """A sequential statistic with its barriers: S[t] = max(floor, memory * S[t-1] + score[t]).

    Parameters
    ----------
    memory : float, default 1
        What remains of the statistic from case to case, in (0, 1]: 1 for sums, 1 - weight for an EWMA.
    floor : float, optional
        Holding barrier that the statistic never goes below; none if left out.
    lower, upper : float, optional
        Limits: a crossing is S <= lower or S >= upper, within ``TOLERANCE``.
    start : float, default 0
        Statistic before the first case, and after a restart.
    after_signal : {"stop", "restart", "continue", "parallel"}
        After a crossing: chart no more (the statistic is missing from there); start again at `start` with the next
        case; carry on, and count a limit again only when the case before had not reached it; or carry on with limits
        moved to lie around the crossed one.

    Raises
    ------
    InvalidParameter
        If a value is outside its range, or the limits do not enclose `start`.

    Examples
    --------
    >>> Walk(floor=0.0, upper=1.0).run(np.array([0.6, -2.0, 0.7, 0.7])).statistic
    array([0.6, 0. , 0.7, 1.4])
    """

    memory: float = 1.0
    floor: float | None = None
    lower: float | None = None
    upper: float | None = None
    start: float = 0.0
    after_signal: AfterSignal = "stop"

    def __post_init__(self) -> None:
        """Refuse barriers that make no sense together."""
        if self.after_signal not in get_args(AfterSignal):
            raise InvalidParameter(
                "after_signal is {value!r}",
                expected="one of {choices}",
                value=self.after_signal,
                choices=", ".join(get_args(AfterSignal)),
            )
        if not 0.0 < self.memory <= 1.0:
            raise InvalidParameter("memory is {value}", expected="a number above 0, at most 1", value=self.memory)
        if self.memory < 1.0 and (self.floor is not None or self.after_signal == "parallel"):
            raise InvalidParameter(
                "memory is {value} together with a floor or parallel lines", expected="memory 1", value=self.memory
            )
        below = [x for x in (self.lower, self.floor) if x is not None]
        if self.lower is not None and not self.lower < self.start - TOLERANCE:
            raise InvalidParameter("lower is {lower}", expected="below start, {start}", **self._values)
        if self.upper is not None and not self.upper > max([self.start, *below]) + TOLERANCE:
            raise InvalidParameter("upper is {upper}", expected="above start, {start}", **self._values)
        if self.floor is not None and self.start < self.floor:
            raise InvalidParameter("start is {start}", expected="at or above the floor, {floor}", **self._values)
        if self.after_signal == "parallel" and (self.lower is None or self.upper is None or self.floor is not None):
            raise InvalidParameter("after_signal is 'parallel'", expected="two limits and no floor", **self._values)

    @property
    def _values(self) -> dict[str, Any]:
        """The parameters, for a message."""
        return {"lower": self.lower, "upper": self.upper, "start": self.start, "floor": self.floor}

    def run(self, scores: FloatArray, *, carried: Carried | None = None) -> WalkRun:
        """Walk over the scores.

        Parameters
        ----------
        scores : array of float, shape (n,)
            What each case adds to the statistic.
        carried : Carried, optional
            Where an earlier walk had come to, if this one goes on from there; a missing statistic (nan) means that it
            had stopped.

        Returns
        -------
        WalkRun
            Statistic and limits of shape (n,), and the crossings in order. After a "stop" they are missing (nan).

        Notes
        -----
        Blocks of cases are computed at once by cumulative sums; Python loops over blocks and signals, not cases.
        """
        begin = Carried(self.start) if carried is None else carried
        if np.isnan(begin.statistic):
            missing = np.full(scores.size, np.nan)
            return WalkRun(missing, missing, missing, *list_crossings([]))
        if self.after_signal == "continue" or (self.lower is None and self.upper is None):
            return self._run_on(scores, begin)
        if self.floor is None and self.memory == 1.0 and self.after_signal != "stop":
            return self._run_turns(scores, begin)
        return self._run_to_signals(scores, begin)

    def carry(self, statistic: float, upper: float, sides: Sequence[int]) -> Carried:
        """Tell what goes on to the next case.

        Parameters
        ----------
        statistic : float
            Statistic after the last case, before any restart.
        upper : float
            Upper limit that the last case was compared with.
        sides : sequence of int
            Limits that were crossed at the last case: +1 upper, -1 lower.

        Returns
        -------
        Carried
            What `run` takes to go on from there.
        """
        if sides and self.after_signal == "stop":
            return Carried(np.nan)
        if sides and self.after_signal == "restart":
            return Carried(self.start)
        if self.after_signal == "parallel":
            assert self.lower is not None
            assert self.upper is not None
            moved = sum(self.upper if side > 0 else self.lower for side in sides)
            return Carried(statistic, upper - self.upper + moved)
        return Carried(statistic, side=int(self.sides(np.array([statistic]))[0]))

    def free(self, scores: FloatArray, start: float) -> FloatArray:
        """Compute the statistic over one block without looking at the limits.

        Parameters
        ----------
        scores : array of float, shape (n,)
            Scores of the block.
        start : float
            Statistic before the block.

        Returns
        -------
        array of float, shape (n,)
            Statistic after each case of the block.
        """
        if self.memory < 1.0:
            return fading_sum(scores, start, self.memory)
        total = np.cumsum(scores)
        total += start
        if self.floor is not None:
            lift = np.minimum.accumulate(total)
            lift -= self.floor
            np.minimum(lift, 0.0, out=lift)
            total -= lift
        return total

    def outside(self, statistic: FloatArray, shift: float = 0.0) -> NDArray[np.bool_]:
        """Tell which values have reached a limit.

        Parameters
        ----------
        statistic : array of float, shape (n,)
            Values of the statistic.
        shift : float, default 0
            How far the limits have been moved (parallel lines).

        Returns
        -------
        array of bool, shape (n,)
            True where a limit is reached.
        """
        reached = np.zeros(statistic.shape, dtype=np.bool_)
        if self.upper is not None:
            reached |= statistic >= self.upper + shift - TOLERANCE
        if self.lower is not None:
            reached |= statistic <= self.lower + shift + TOLERANCE
        return reached

    def sides(self, statistic: FloatArray) -> NDArray[np.int8]:
        """Tell which limit each value has reached.

        Parameters
        ----------
        statistic : array of float, shape (n,)
            Values of the statistic.

        Returns
        -------
        array of int, shape (n,)
            +1 at or above the upper limit, -1 at or below the lower one, 0 between them.
        """
        side = np.zeros(statistic.shape, dtype=np.int8)
        if self.upper is not None:
            side += statistic >= self.upper - TOLERANCE
        if self.lower is not None:
            side -= statistic <= self.lower + TOLERANCE
        return side

    def _limits(self, n: int) -> tuple[FloatArray, FloatArray]:
        """Make the arrays of constant limits."""
        lower = np.broadcast_to(np.nan if self.lower is None else self.lower, n)
        upper = np.broadcast_to(np.nan if self.upper is None else self.upper, n)
        return lower, upper

    def _run_on(self, scores: FloatArray, begin: Carried) -> WalkRun:
        """Walk to the end whatever happens; a crossing counts where the case before it was inside."""
        statistic = np.empty(scores.size)
        start = begin.statistic
        before = begin.side
        found: list[IntArray] = [np.zeros((0, 2), dtype=np.int64)]
        for block in _blocks(scores.size):
            values = self.free(scores[block], start)
            statistic[block], start = values, float(values[-1])
            highest = -np.inf if self.upper is None else values.max() - self.upper
            lowest = np.inf if self.lower is None else values.min() - self.lower
            if highest < -TOLERANCE and lowest > TOLERANCE:
                before = 0
                continue
            side = self.sides(values)
            fresh = np.flatnonzero((side != 0) & (side != np.concatenate(([before], side[:-1]))))
            found.append(np.column_stack((fresh + block.start, side[fresh])))
            before = int(side[-1])
        crossings = np.concatenate(found)
        return WalkRun(statistic, *self._limits(scores.size), crossings[:, 0], crossings[:, 1])

    def _run_to_signals(self, scores: FloatArray, begin: Carried) -> WalkRun:
        """Walk from signal to signal, stopping or starting again at each."""
        n = scores.size
        statistic = np.full(n, np.nan)
        lower, upper = self._limits(n)
        crossings: list[tuple[int, int]] = []
        at, start, length = 0, begin.statistic, 1024
        while at < n:
            block = self.free(scores[at : at + length], start)
            reached = self.outside(block)
            first = int(reached.argmax())
            if not reached[first]:
                statistic[at : at + block.size] = block
                at, start = at + block.size, float(block[-1])
                length = min(2 * length, _LONGEST_BLOCK)
                continue
            statistic[at : at + first + 1] = block[: first + 1]
            at += first
            crossings.append((at, int(self.sides(block[first : first + 1])[0])))
            at, start = at + 1, self.start
            length = min(max(_SHORTEST_BLOCK, 2 * first), _LONGEST_BLOCK)
            if self.after_signal == "stop":
                lower, upper = lower.copy(), upper.copy()
                lower[at:], upper[at:] = np.nan, np.nan
                break
        return WalkRun(statistic, lower, upper, *list_crossings(crossings))

    def _run_turns(self, scores: FloatArray, begin: Carried) -> WalkRun:
        """Walk from crossing to crossing without a floor, starting again or moving the limits at each."""
        lower = -np.inf if self.lower is None else self.lower
        upper = np.inf if self.upper is None else self.upper
        start = self.start if self.after_signal == "restart" else None
        statistic, shift, cases, sides = follow_turns(scores, Band(lower, upper, start), begin.statistic, begin.line)
        low, high = self._limits(scores.size)
        return (
            WalkRun(statistic, low + shift, high + shift, cases, sides)
            if start is None
            else (WalkRun(statistic, low, high, cases, sides))
        )


def _blocks(n: int) -> Iterator[slice]:
    """Cut n cases into blocks short enough that rounding errors cannot build up."""
    for at in range(0, n, _LONGEST_BLOCK):
        yield slice(at, min(at + _LONGEST_BLOCK, n))
