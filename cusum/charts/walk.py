"""The one recursion behind every chart: scores in, statistic and crossings out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from cusum.errors import InvalidParameter

__all__ = ["TOLERANCE", "AfterSignal", "Crossing", "FloatArray", "Walk", "WalkRun"]

FloatArray = NDArray[np.float64]
AfterSignal = Literal["stop", "restart", "continue", "parallel"]

TOLERANCE = 1e-9
"""A statistic this close to a limit has reached it: scores are logarithms, which may miss equality by rounding."""

_LONGEST_BLOCK = 8192
_SHORTEST_BLOCK = 64


class Crossing(NamedTuple):
    """One crossing of a limit: where (0-based) and which way (+1 upper, -1 lower)."""

    case: int
    side: int


class WalkRun(NamedTuple):
    """What a walk did: the statistic, the limits that each case was compared with, and the crossings."""

    statistic: FloatArray
    lower: FloatArray
    upper: FloatArray
    crossings: tuple[Crossing, ...]


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
        case; carry on, and count a crossing again only when the statistic comes from inside; or carry on with limits
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

    def run(self, scores: FloatArray, *, start: float | None = None) -> WalkRun:
        """Walk over the scores.

        Parameters
        ----------
        scores : array of float, shape (n,)
            What each case adds to the statistic.
        start : float, optional
            Statistic to begin with, if not that of the walk (a path that goes on).

        Returns
        -------
        WalkRun
            Statistic and limits of shape (n,), and the crossings in order. After a "stop" they are missing (nan).

        Notes
        -----
        Blocks of cases are computed at once by cumulative sums; Python loops over blocks and signals, not cases.
        """
        begin = self.start if start is None else start
        if self.after_signal == "parallel":
            return self._run_parallel(scores, begin)
        if self.after_signal == "continue" or (self.lower is None and self.upper is None):
            return self._run_on(scores, begin)
        return self._run_to_signals(scores, begin)

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
            return _fading_sum(scores, start, self.memory)
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

    def _side(self, value: float, shift: float = 0.0) -> int:
        """Tell which limit a value that is outside has reached."""
        return 1 if self.upper is not None and value >= self.upper + shift - TOLERANCE else -1

    def _limits(self, n: int) -> tuple[FloatArray, FloatArray]:
        """Make the arrays of constant limits."""
        lower = np.broadcast_to(np.nan if self.lower is None else self.lower, n)
        upper = np.broadcast_to(np.nan if self.upper is None else self.upper, n)
        return lower, upper

    def _run_on(self, scores: FloatArray, start: float) -> WalkRun:
        """Walk to the end whatever happens; a crossing counts where the case before it was inside."""
        statistic = np.empty(scores.size)
        for block in _blocks(scores.size):
            statistic[block] = self.free(scores[block], start)
            start = float(statistic[block.stop - 1])
        reached = self.outside(statistic)
        fresh = reached.copy()
        fresh[1:] &= ~reached[:-1]
        crossings = tuple(Crossing(int(i), self._side(float(statistic[i]))) for i in np.flatnonzero(fresh))
        return WalkRun(statistic, *self._limits(scores.size), crossings)

    def _run_to_signals(self, scores: FloatArray, start: float) -> WalkRun:
        """Walk from signal to signal, stopping or starting again at each."""
        n = scores.size
        statistic = np.full(n, np.nan)
        lower, upper = self._limits(n)
        crossings: list[Crossing] = []
        at, length = 0, 1024
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
            crossings.append(Crossing(at, self._side(float(block[first]))))
            at, start = at + 1, self.start
            length = min(max(_SHORTEST_BLOCK, 2 * first), _LONGEST_BLOCK)
            if self.after_signal == "stop":
                lower, upper = lower.copy(), upper.copy()
                lower[at:], upper[at:] = np.nan, np.nan
                break
        return WalkRun(statistic, lower, upper, tuple(crossings))

    def _run_parallel(self, scores: FloatArray, start: float) -> WalkRun:
        """Walk on across the limits, moving them to lie around the line last crossed."""
        statistic = np.empty(scores.size)
        assert self.lower is not None
        assert self.upper is not None
        crossings: list[Crossing] = []
        line, lines, since = 0.0, [0.0], [0]
        for block in _blocks(scores.size):
            values = self.free(scores[block], start)
            statistic[block], start = values, float(values[-1])
            at = 0
            width = 256
            while at < values.size:
                reached = self.outside(values[at : at + width], line)
                first = int(reached.argmax())
                if not reached[first]:
                    at += width
                    continue
                at += first
                while self.outside(values[at : at + 1], line)[0]:
                    side = self._side(float(values[at]), line)
                    crossings.append(Crossing(block.start + at, side))
                    line += self.upper if side > 0 else self.lower
                at += 1
                lines.append(line)
                since.append(block.start + at)
        shift = np.repeat(np.array(lines), np.diff(np.array([*since, scores.size])))
        return WalkRun(statistic, self.lower + shift, self.upper + shift, tuple(crossings))


def _blocks(n: int) -> Iterator[slice]:
    """Cut n cases into blocks short enough that rounding errors cannot build up."""
    for at in range(0, n, _LONGEST_BLOCK):
        yield slice(at, min(at + _LONGEST_BLOCK, n))


def _fading_sum(scores: FloatArray, start: float, memory: float, width: int = 64) -> FloatArray:
    """Compute S[t] = memory * S[t-1] + score[t] by short blocks: one matrix product, then the carried values."""
    n = scores.size
    padded = np.zeros(-(-n // width) * width)
    padded[:n] = scores
    lag = np.subtract.outer(np.arange(width), np.arange(width))
    weights = np.where(lag >= 0, memory ** np.maximum(lag, 0), 0.0)
    within = padded.reshape(-1, width) @ weights.T
    carried = np.empty(within.shape[0])
    fade = memory**width
    for k, last in enumerate(within[:, -1]):
        carried[k] = start
        start = fade * start + float(last)
    within += np.multiply.outer(carried, memory ** np.arange(1, width + 1))
    return within.reshape(-1)[:n]
