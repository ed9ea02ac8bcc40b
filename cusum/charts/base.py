"""What every chart is: Chart. What it takes is in `checking`, what it gives back in `path`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.checking import (
    BoolArray,
    check_choice,
    check_criterion,
    check_failure,
    check_fraction,
    check_positive,
    check_risk,
)
from cusum.charts.lanes import Lanes, WalkRule, run_lanes, run_walk
from cusum.charts.many import Paths, chart_many
from cusum.charts.path import Path, Signal, TextArray, fill_from, signals_at
from cusum.charts.walk import Carried, FloatArray, IntArray, Walk
from cusum.errors import InvalidParameter

__all__ = [
    "BoolArray",
    "Chart",
    "Path",
    "Signal",
    "Stretch",
    "TextArray",
    "check_choice",
    "check_criterion",
    "check_failure",
    "check_fraction",
    "check_positive",
    "check_risk",
    "fill_from",
    "refuse_risk",
    "require_risk",
]


_UNSAID = (("competent", "learning"), ("alarm", "no_alarm"))
"""What is known of a person before a chart has said what it can say."""


class Stretch(NamedTuple):
    """Some cases in a row as a chart followed them; crossings by 0-based case and side (-1 lower, +1 upper)."""

    scores: FloatArray
    statistic: FloatArray
    lower: FloatArray
    upper: FloatArray
    cases: IntArray
    sides: IntArray


@dataclass(frozen=True, kw_only=True)
class Chart(ABC):
    """A rule that turns outcomes into a path with limits. All charts are frozen: make a new one to change it."""

    key: ClassVar[str]
    """Short name, as on the command line."""
    names: ClassVar[dict[str, str]]
    """Name by language code."""
    kinds: ClassVar[tuple[str, str]] = ("", "")
    """What crossing the lower and the upper limit says."""
    references: ClassVar[tuple[str, ...]]
    """DOIs of the papers that the chart is taken from."""
    path_type: ClassVar[type[Path]] = Path
    """What `run` gives back."""

    @property
    @abstractmethod
    def walk(self) -> Walk:
        """The recursion with its barriers."""

    @abstractmethod
    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give what each case adds to the statistic.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : array-like, shape (n,), optional
            Expected failure probabilities, for charts that use them.

        Returns
        -------
        array of float, shape (n,)
            The scores.
        """

    def run(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> Path:
        """Chart a sequence of outcomes.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes in case order: 1 or True for a failure, 0 or False for a success. Missing values are refused.
        risk : array-like, shape (n,), optional
            Expected failure probability of each case, for risk-adjusted charts; refused by the others.

        Returns
        -------
        Path
            Statistic, limits and signals.

        Raises
        ------
        InvalidData
            If an outcome or a risk is missing or impossible; the message names the first such case.
        """
        outcomes = check_failure(failure)
        expected = None if risk is None else check_risk(risk, outcomes.size)
        return self._path(outcomes, expected)

    def run_many(self, failure: ArrayLike, *, sequence: ArrayLike, risk: ArrayLike | None = None) -> Paths:
        """Chart many sequences at once, each from its own start.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes of all cases; those of one sequence in case order, sequences one after the other or mixed.
        sequence : array-like, shape (n,)
            Label of the sequence that each case belongs to: numbers or words.
        risk : array-like, shape (n,), optional
            Expected failure probability of each case, for risk-adjusted charts; refused by the others.

        Returns
        -------
        Paths
            Statistic and limits by case, signals by sequence; the same as `run` gives for each sequence by itself.

        Raises
        ------
        InvalidData
            If an outcome, a risk or a label is missing or impossible; the message names the first such case.
        """
        outcomes = check_failure(failure)
        expected = None if risk is None else check_risk(risk, outcomes.size)
        return chart_many(self, outcomes, expected, sequence)

    def _follow_lanes(self, failure: BoolArray, risk: FloatArray | None, lanes: Lanes) -> Stretch:
        """Walk over many sequences side by side."""
        scores = self.scores(failure, risk=risk)
        rule = WalkRule(self.walk, scores)
        run_lanes(rule, lanes)
        return Stretch(scores, *rule.found())

    def _path(self, failure: BoolArray, risk: FloatArray | None, before: Path | None = None) -> Path:
        """Chart the cases, from the start or after those of a path, and name the crossings."""
        part = self._follow(failure, risk, before)
        first = 1 if before is None else before.failure.size + 1
        values = part.statistic[part.cases].tolist()
        kinds = [self.kinds[0] if side < 0 else self.kinds[1] for side in part.sides.tolist()]
        signals = tuple(map(Signal, (part.cases + first).tolist(), kinds, values))
        if before is None:
            return self.path_type(self, failure, risk, part.scores, part.statistic, part.lower, part.upper, signals)
        return self.path_type(
            self,
            np.concatenate((before.failure, failure)),
            None if risk is None or before.risk is None else np.concatenate((before.risk, risk)),
            np.concatenate((before.scores, part.scores)),
            np.concatenate((before.statistic, part.statistic)),
            np.concatenate((before.lower, part.lower)),
            np.concatenate((before.upper, part.upper)),
            before.signals + signals,
        )

    def _follow(self, failure: BoolArray, risk: FloatArray | None, before: Path | None) -> Stretch:
        """Walk over the cases, from the start or from what a path has come to."""
        scores = self.scores(failure, risk=risk)
        run = run_walk(self.walk, scores, None if before is None else self._carried(before))
        return Stretch(scores, *run)

    def _carried(self, before: Path) -> Carried | None:
        """Tell what a path carries on to the next case."""
        n = before.failure.size
        if not n:
            return None
        walk = self.walk
        if walk.after_signal == "stop" and before.signals:
            return Carried(np.nan)
        sides = [-1 if s.kind == self.kinds[0] else 1 for s in signals_at(before.signals, n)]
        return walk.carry(float(before.statistic[-1]), float(before.upper[-1]), sides)

    def competence_signal(self, signals: Sequence[Signal]) -> Signal | None:
        """Find the signal that says competence.

        Parameters
        ----------
        signals : sequence of Signal
            Signals of a path, in case order.

        Returns
        -------
        Signal or None
            The first that says competence by the chart's rule; None if none does.
        """
        return next((signal for signal in signals if signal.kind == "competent"), None)

    def states(self, signals: Sequence[Signal], n: int) -> TextArray:
        """Derive what is known after each case from the signals.

        Parameters
        ----------
        signals : sequence of Signal
            Signals of a path, in case order.
        n : int
            Number of cases.

        Returns
        -------
        array of str, shape (n,)
            "learning" until competence is signalled, then "competent"; "alarm" once deterioration has been signalled,
            until competence is signalled again. A chart that can say deterioration but not competence calls nobody
            learning or competent: "no_alarm" until deterioration is signalled, then "alarm". A chart that can say
            neither says "".
        """
        changes: list[tuple[int, str]] = []
        first = next((word for said, word in _UNSAID if said in self.says), "")
        known, recent = first, list[Signal]()
        for signal in signals:
            recent = [*recent[-1:], signal]
            if signal.kind in ("deterioration", "unacceptable"):
                recent = []
                if known == "competent" or "competent" not in self.says:
                    known = "alarm"
            elif self.competence_signal(recent):
                known = "competent"
            changes.append((signal.case, known))
        return fill_from(first, changes, n)

    def phases(self, signals: Sequence[Signal], n: int) -> TextArray:
        """Tell which chart each case was under, where a chart has two.

        Parameters
        ----------
        signals : sequence of Signal
            Signals of a path, in case order.
        n : int
            Number of cases.

        Returns
        -------
        array of str, shape (n,)
            "learning" or "monitoring" for a two-phase chart; "" for any other.
        """
        return fill_from("", [], n)

    @property
    def opening(self) -> Chart:
        """The chart that the first case is under: itself, or the first phase of a chart with two."""
        return self

    @property
    def null_rate(self) -> float:
        """Failure rate that the chart supposes until it signals."""
        raise InvalidParameter("{chart} supposes no one failure rate", chart=type(self).__name__)

    @property
    def alternative_rate(self) -> float:
        """Failure rate that the chart seeks a sign of."""
        raise InvalidParameter("{chart} seeks no one failure rate", chart=type(self).__name__)

    @property
    def says(self) -> tuple[str, ...]:
        """What the chart can say about a person: "competent", "alarm" or both."""
        words = []
        if {"competent", "acceptable"} & set(self.kinds):
            words.append("competent")
        if {"deterioration", "unacceptable"} & set(self.kinds):
            words.append("alarm")
        return tuple(words)


def refuse_risk(chart: Chart, risk: ArrayLike | None) -> None:
    """Refuse risks where a chart has no use for them."""
    if risk is not None:
        raise InvalidParameter(
            "risk was given to {chart}",
            expected="outcomes alone",
            remedy="This chart takes every case as equally difficult; use a risk-adjusted chart.",
            chart=type(chart).__name__,
        )


def require_risk(chart: Chart, risk: ArrayLike | None) -> ArrayLike:
    """Refuse to do without risks where a chart needs them."""
    if risk is None:
        raise InvalidParameter(
            "risk was not given to {chart}",
            expected="the expected failure probability of each case",
            remedy="Use a chart without risk adjustment where there is no risk model.",
            chart=type(chart).__name__,
        )
    return risk
