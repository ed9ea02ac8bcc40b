"""Two phases in turn: the step of a chart that learns first and monitors then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cusum.charts.base import BoolArray, Stretch
from cusum.charts.lanes import LaneRule, State
from cusum.charts.walk import TOLERANCE, FloatArray, IntArray, Walk

if TYPE_CHECKING:
    from cusum.charts.learning import LearningThenMonitoring

__all__ = ["PhaseRule", "to_first_signal"]


class PhaseRule(LaneRule):
    """The step of a chart with two phases; the mark is the phase that a case was under, 0 learning, 1 monitoring.

    Parameters
    ----------
    chart : LearningThenMonitoring
        The chart.
    failure : array of bool, shape (n,)
        Outcomes.
    """

    def __init__(self, chart: LearningThenMonitoring, failure: BoolArray) -> None:
        super().__init__(failure.size)
        self.chart = chart
        self.limits = np.array([chart.learning.limit, chart.monitoring.limit])
        self.failure = failure.view(np.int8)
        self.table = np.concatenate([phase.scores([0, 1]) for phase in (chart.learning, chart.monitoring)])
        self.scores = np.where(failure, *self.table[1::-1]), np.where(failure, *self.table[:1:-1])
        self.reach = self.limits - TOLERANCE
        self.turned = np.array([self.turn(0), self.turn(1)])

    def begin(self, lanes: int) -> State:
        """Give the state before the first case: learning, at its start."""
        return State(np.full(lanes, float(self.chart.learning.start)), np.zeros(lanes))

    def step(self, at: IntArray, state: State) -> None:
        """Add the score of the phase, write down, and turn to the other phase where its limit is reached."""
        total, mark = state
        phase = mark.astype(np.int8)
        total += self.table[2 * phase + self.failure[at]]
        np.maximum(total, 0.0, out=total)
        self.statistic[at], self.mark[at] = total, mark
        hits = np.flatnonzero(total >= self.reach[phase])
        if hits.size:
            self.side[at[hits]] = 2 * phase[hits] - 1
            mark[hits], total[hits] = self.turned[phase[hits]].T

    def turn(self, phase: int) -> tuple[int, float]:
        """Tell the phase and the statistic that follow the signal of a phase; a missing statistic is the end."""
        if phase == 0 or self.chart.after_deterioration == "monitoring":
            return 1, float(self.chart.monitoring.start)
        return 0, float(self.chart.learning.start) if self.chart.after_deterioration == "learning" else np.nan

    def stretch(self) -> Stretch:
        """Put together what was found; cases that were not charted keep the score of the learning phase."""
        missing = np.isnan(self.statistic)
        monitored = (self.mark == 1) & ~missing
        upper = np.where(missing, np.nan, np.where(monitored, self.limits[1], self.limits[0]))
        lower = np.broadcast_to(np.nan, missing.size)
        scores = np.where(monitored, self.scores[1], self.scores[0])
        return Stretch(scores, self.statistic, lower, upper, *self.crossings())


def to_first_signal(walk: Walk, scores: FloatArray, at: int, start: float) -> FloatArray:
    """Walk from a case on in growing blocks, up to and including the first signal, or to the end."""
    pieces: list[FloatArray] = []
    length = 128
    while at < scores.size:
        block = walk.free(scores[at : at + length], start)
        reached = walk.outside(block)
        first = int(reached.argmax())
        if reached[first]:
            pieces.append(block[: first + 1])
            break
        pieces.append(block)
        at, start, length = at + block.size, float(block[-1]), min(2 * length, 8192)
    return np.concatenate(pieces)
