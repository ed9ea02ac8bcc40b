"""Many walks side by side: one step of all of them at a time, instead of one walk after the other.

A lane is a stretch of cases with a walk of its own. Lanes are the sequences of a table; or the chunks of one long
sequence, each begun as if nothing had come before, and then begun again from what the chunk before it carries over,
until the old and the new walk coincide. Nothing is approximated: where they do not coincide, the chunk is walked again
to its end.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np

from cusum.charts.walk import TOLERANCE, Carried, FloatArray, IntArray, Walk, WalkRun

__all__ = ["LANES", "LONG", "LaneRule", "Lanes", "State", "WalkRule", "run_chunks", "run_lanes", "run_walk"]

LONG = 50_000
LANES = 2000
_PASSES = 8
_SAME = 1e-13


class Lanes(NamedTuple):
    """Where the lanes lie in an array of cases: first case and number of cases, the longest lane first."""

    first: IntArray
    length: IntArray


class State(NamedTuple):
    """What each lane carries: the statistic, and a mark whose meaning is the rule's (line, phase, side)."""

    statistic: FloatArray
    mark: FloatArray


class LaneRule(ABC):
    """What happens at one case, for many lanes at once; results are written by case.

    Parameters
    ----------
    n : int
        Number of cases.
    """

    same: float = 0.0

    def __init__(self, n: int) -> None:
        self.statistic = np.full(n, np.nan)
        self.mark = np.zeros(n)
        self.side = np.zeros(n, dtype=np.int8)

    @abstractmethod
    def begin(self, lanes: int) -> State:
        """Give the state before the first case."""

    @abstractmethod
    def step(self, at: IntArray, state: State) -> None:
        """Take the cases `at`, one a lane, and change the state in place."""

    def crossings(self) -> tuple[IntArray, IntArray]:
        """List cases and sides of the crossings; a case that crosses several lines stands there as often."""
        cases = np.flatnonzero(self.side)
        sides = self.side[cases].astype(np.int64)
        times = np.abs(sides)
        return np.repeat(cases, times), np.repeat(np.sign(sides), times)


class WalkRule(LaneRule):
    """The step of a walk.

    Parameters
    ----------
    walk : Walk
        The walk.
    scores : array of float, shape (n,)
        What each case adds to the statistic.
    """

    def __init__(self, walk: Walk, scores: FloatArray) -> None:
        super().__init__(scores.size)
        self.walk, self.scores = walk, scores
        self.same = 0.0 if walk.memory == 1.0 else _SAME

    def begin(self, lanes: int) -> State:
        """Give the state before the first case."""
        return State(np.full(lanes, self.walk.start), np.zeros(lanes))

    def step(self, at: IntArray, state: State) -> None:
        """Add the scores, write the statistic down, and see to the limits."""
        total, walk = state.statistic, self.walk
        if walk.memory < 1.0:
            total *= walk.memory
        total += self.scores[at]
        if walk.floor is not None:
            np.maximum(total, walk.floor, out=total)
        self.statistic[at] = total
        if walk.after_signal == "parallel":
            self._move_lines(at, state)
        elif walk.after_signal == "continue":
            self._note_rises(at, state)
        else:
            self._end_at_limits(at, total)

    def found(self) -> WalkRun:
        """Put together what was found."""
        lower, upper = self._limits(self.walk.lower), self._limits(self.walk.upper)
        return WalkRun(self.statistic, lower, upper, *self.crossings())

    def _limits(self, limit: float | None) -> FloatArray:
        """Spell out a limit for each case; missing where the chart has stopped."""
        if limit is None:
            return np.broadcast_to(np.nan, self.statistic.size)
        if self.walk.after_signal == "stop":
            return np.where(np.isnan(self.statistic), np.nan, limit)
        return self.mark + limit if self.walk.after_signal == "parallel" else np.full(self.statistic.size, limit)

    def _end_at_limits(self, at: IntArray, total: FloatArray) -> None:
        """Stop or start again where a limit is reached."""
        then = self.walk.start if self.walk.after_signal == "restart" else np.nan
        for limit, side in ((self.walk.upper, 1), (self.walk.lower, -1)):
            if limit is not None:
                hits = np.flatnonzero(total >= limit - TOLERANCE if side > 0 else total <= limit + TOLERANCE)
                if hits.size:
                    self.side[at[hits]] = side
                    total[hits] = then

    def _note_rises(self, at: IntArray, state: State) -> None:
        """Note where a limit has been reached that the case before had not reached."""
        side = self.walk.sides(state.statistic)
        hits = np.flatnonzero((side != 0) & (side != state.mark))
        self.side[at[hits]] = side[hits]
        state.mark[:] = side

    def _move_lines(self, at: IntArray, state: State) -> None:
        """Move the lines to lie around the one last crossed."""
        self.mark[at] = state.mark
        for limit, side in ((self.walk.upper, 1), (self.walk.lower, -1)):
            assert limit is not None
            hits = np.arange(at.size)
            while hits.size:
                above = side * (state.statistic[hits] - state.mark[hits] - limit)
                hits = hits[above >= -TOLERANCE]
                self.side[at[hits]] += side
                state.mark[hits] += limit


def run_lanes(rule: LaneRule, lanes: Lanes) -> None:
    """Walk all lanes from their first to their last case.

    Parameters
    ----------
    rule : LaneRule
        What happens at a case; it keeps the results.
    lanes : Lanes
        The lanes, the longest first.

    Examples
    --------
    >>> rule = WalkRule(Walk(upper=2.0, after_signal="restart"), np.ones(7))
    >>> run_lanes(rule, Lanes(np.array([2, 0]), np.array([5, 2])))
    >>> rule.statistic
    array([1., 2., 1., 2., 1., 2., 1.])
    """
    if lanes.first.size:
        _walk_through(rule, lanes, rule.begin(lanes.first.size))


def _walk_through(rule: LaneRule, lanes: Lanes, state: State) -> None:
    """Walk all lanes, from a state that is changed in place to that after the last case of each."""
    longest = int(lanes.length[0])
    still = np.searchsorted(-lanes.length, -np.arange(longest), side="left")  # how many lanes have a further case
    for case, count in enumerate(still.tolist()):
        rule.step(lanes.first[:count] + case, State(state.statistic[:count], state.mark[:count]))


def run_chunks(rule: LaneRule, begin: State, lanes: int) -> tuple[int, State]:
    """Walk one long sequence by chunks side by side, and mend their beginnings.

    Parameters
    ----------
    rule : LaneRule
        What happens at a case; it keeps the results.
    begin : State
        State before the first case, of one lane.
    lanes : int
        Number of chunks.

    Returns
    -------
    int, State
        How many cases are done, and the state after them. The rest, fewer than there are lanes unless the chunks would
        not be mended, are left to the caller.

    Examples
    --------
    >>> rule = WalkRule(Walk(floor=0.0, upper=9.0, after_signal="restart"), np.tile([1.0, -1.0], 50))
    >>> run_chunks(rule, rule.begin(1), 10)[0]
    100
    """
    length = rule.statistic.size // lanes
    chunks = Lanes(np.arange(lanes) * length, np.full(lanes, length))
    used = rule.begin(lanes)
    used.statistic[0], used.mark[0] = begin.statistic[0], begin.mark[0]
    end = State(used.statistic.copy(), used.mark.copy())
    _walk_through(rule, chunks, end)
    for _ in range(_PASSES):
        wrong = _wrongly_begun(rule, used, end)
        if not wrong.size:
            return lanes * length, State(end.statistic[-1:], end.mark[-1:])
        for k in (0, 1):
            used[k][wrong] = end[k][wrong - 1]
        _mend(rule, chunks.first[wrong], length, wrong, State(used.statistic[wrong], used.mark[wrong]), end)
    wrong = _wrongly_begun(rule, used, end)
    if not wrong.size:
        return lanes * length, State(end.statistic[-1:], end.mark[-1:])
    first = int(wrong[0])
    rule.side[first * length :] = 0
    return first * length, State(end.statistic[first - 1 : first], end.mark[first - 1 : first])


def _wrongly_begun(rule: LaneRule, used: State, end: State) -> IntArray:
    """Find the chunks that were begun from another state than the chunk before them ended in."""
    differ = np.abs(used.statistic[1:] - end.statistic[:-1]) > rule.same
    return np.flatnonzero(differ | (used.mark[1:] != end.mark[:-1])) + 1


def _mend(rule: LaneRule, first: IntArray, length: int, lane: IntArray, state: State, end: State) -> None:
    """Walk some chunks again, each until it coincides with what was there, or to its end."""
    total, mark = state
    for case in range(length):
        at = first + case
        old, old_mark = rule.statistic[at], rule.mark[at]
        rule.side[at] = 0
        rule.step(at, State(total, mark))
        on = np.flatnonzero((np.abs(rule.statistic[at] - old) > rule.same) | (rule.mark[at] != old_mark))
        if on.size < first.size:
            first, lane, total, mark = first[on], lane[on], total[on], mark[on]
            if not on.size:
                return
    end.statistic[lane], end.mark[lane] = total, mark


def run_walk(walk: Walk, scores: FloatArray, carried: Carried | None = None) -> WalkRun:
    """Walk over one sequence, by chunks side by side where it is long and the walk starts again at each signal.

    Parameters
    ----------
    walk : Walk
        The walk.
    scores : array of float, shape (n,)
        What each case adds to the statistic.
    carried : Carried, optional
        Where an earlier walk had come to, if this one goes on from there.

    Returns
    -------
    WalkRun
        As `Walk.run` gives it.

    Examples
    --------
    >>> run_walk(Walk(floor=0.0, upper=1.0, after_signal="restart"), np.full(5, 0.5)).cases
    array([1, 3])
    """
    forgets = walk.floor is not None or walk.memory < 1.0  # chunks begun from different values soon coincide
    if scores.size < LONG or walk.after_signal != "restart" or not forgets:
        return walk.run(scores, carried=carried)
    rule = WalkRule(walk, scores)
    begin = rule.begin(1)
    if carried is not None:
        begin.statistic[0] = carried.statistic
    done, state = run_chunks(rule, begin, LANES)
    rest = walk.run(scores[done:], carried=Carried(float(state.statistic[0])))
    rule.statistic[done:] = rest.statistic
    rule.side[done + rest.cases] = rest.sides
    return rule.found()
