"""LC-CUSUM: has a learner become good enough? And, after that, does it stay so?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import (
    BoolArray,
    Chart,
    Path,
    Signal,
    Stretch,
    TextArray,
    check_choice,
    fill_from,
    refuse_risk,
)
from cusum.charts.bernoulli import BernoulliCusum
from cusum.charts.lanes import LANES, LONG, Lanes, State, run_chunks, run_lanes
from cusum.charts.likelihood_ratio import LikelihoodRatioCusum
from cusum.charts.phases import PhaseRule, to_first_signal
from cusum.charts.walk import FloatArray, Walk
from cusum.criterion import Criterion
from cusum.errors import InvalidParameter

__all__ = ["LearningCurveCusum", "LearningThenMonitoring"]


@dataclass(frozen=True, kw_only=True)
class LearningCurveCusum(LikelihoodRatioCusum):
    """Watch a learner who is supposed not yet good enough, and signal when the cases say otherwise.

    Parameters
    ----------
    criterion : Criterion
        Acceptable (p0) and unacceptable (p1) failure rate.
    limit : float
        Decision limit h, above 0 and above `start`: a signal is S >= h. Design it with `cusum.find_limit` for a stated
        probability of a false declaration within a stated number of cases.
    start : float, default 0
        Statistic before the first case and after a restart, from 0 to below `limit`.
    after_signal : {"stop", "restart", "continue"}
        Chart no more (the learner's question is answered); start again at `start`; or carry on.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    A success adds ln((1-p0)/(1-p1)) > 0, a failure ln(p0/p1) < 0; S = max(0, S + score). A signal is "competent".
    Sources differ in which rate they call p0: here p0 is the acceptable one. Wald's ln((1-beta)/alpha) is not a limit
    for this chart: with its holding barrier the probability of a false declaration grows with the number of cases.

    References
    ----------
    Biau DJ, Williams SM, Schlup MM, Nizard RS, Porcher R. Br J Surg 2008;95:925-929, doi:10.1002/bjs.6056.
    Biau DJ, Porcher R. Stat Med 2010;29:1900-1909, doi:10.1002/sim.3947.

    Examples
    --------
    >>> from cusum import Criterion
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=1.25)
    >>> chart.run([1] + [0] * 12).first("competent")
    12
    """

    key: ClassVar[str] = "lc_cusum"
    names: ClassVar[dict[str, str]] = {"en": "LC-CUSUM", "da": "læringskurve-cusum (LC-CUSUM)"}
    kinds: ClassVar[tuple[str, str]] = ("", "competent")
    references: ClassVar[tuple[str, ...]] = ("10.1002/bjs.6056", "10.1002/sim.3947")

    @property
    def null_rate(self) -> float:
        """The unacceptable rate: not good enough until the cases say otherwise."""
        return self.criterion.unacceptable

    @property
    def alternative_rate(self) -> float:
        """The acceptable rate."""
        return self.criterion.acceptable


@dataclass(frozen=True, kw_only=True)
class LearningThenMonitoring(Chart):
    """Follow a trainee from learning to competence, and from there watch that it lasts.

    Parameters
    ----------
    learning : LearningCurveCusum
        Chart of the learning phase.
    monitoring : BernoulliCusum
        Chart that watches from the case after the signal of competence.
    after_deterioration : {"learning", "monitoring", "stop"}
        After a signal of deterioration: back to the learning chart, which starts anew with the next case; monitor on,
        from the start; or chart no more.

    Raises
    ------
    InvalidParameter
        If a parameter is not such a chart.

    Notes
    -----
    Each phase uses its chart up to that chart's first signal. States after a case: "learning" (never signalled
    competent), "competent", "alarm" (deterioration has been signalled since, and competence not again).

    References
    ----------
    Biau DJ, Williams SM, Schlup MM, Nizard RS, Porcher R. Br J Surg 2008;95:925-929, doi:10.1002/bjs.6056.

    Examples
    --------
    >>> criterion = Criterion(acceptable=0.1, unacceptable=0.4)
    >>> chart = LearningThenMonitoring(
    ...     learning=LearningCurveCusum(criterion=criterion, limit=1.5),
    ...     monitoring=BernoulliCusum(criterion=criterion, limit=2.0),
    ... )
    >>> path = chart.run([0, 0, 0, 0, 0, 1, 1, 0])
    >>> [(signal.case, signal.kind) for signal in path.signals]
    [(4, 'competent'), (7, 'deterioration')]
    >>> path.state
    array(['learning', 'learning', 'learning', 'competent', 'competent',
           'competent', 'alarm', 'alarm'], dtype='<U10')
    """

    key: ClassVar[str] = "learning_then_monitoring"
    names: ClassVar[dict[str, str]] = {
        "en": "LC-CUSUM, then Bernoulli CUSUM",
        "da": "læringskurve-cusum (LC-CUSUM), derefter Bernoulli-CUSUM",
    }
    kinds: ClassVar[tuple[str, str]] = ("competent", "deterioration")
    references: ClassVar[tuple[str, ...]] = ("10.1002/bjs.6056", "10.1080/00224065.1999.11979900")

    learning: LearningCurveCusum
    monitoring: BernoulliCusum
    after_deterioration: Literal["learning", "monitoring", "stop"] = "learning"

    def __post_init__(self) -> None:
        """Refuse charts of another kind, or with another criterion."""
        for name, kind in (("learning", LearningCurveCusum), ("monitoring", BernoulliCusum)):
            if not isinstance(getattr(self, name), kind):
                raise InvalidParameter(
                    "{name} is {value!r}",
                    expected="a {kind}",
                    name=name,
                    value=getattr(self, name),
                    kind=kind.__name__,
                )
        check_choice("after_deterioration", self.after_deterioration, ("learning", "monitoring", "stop"))

    @property
    def criterion(self) -> Criterion:
        """The criterion of the learning phase."""
        return self.learning.criterion

    @property
    def walk(self) -> Walk:
        """The recursion of the first phase, up to its signal."""
        return self.learning.walk

    @property
    def opening(self) -> Chart:
        """The learning chart."""
        return self.learning

    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give the learning chart's scores; a path has those of the phase that each case was under.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : None
            Not used by this chart; refused if given.

        Returns
        -------
        array of float, shape (n,)
            Scores of the learning phase.
        """
        refuse_risk(self, risk)
        return self.learning.scores(failure)

    def _follow(self, failure: BoolArray, risk: FloatArray | None, before: Path | None) -> Stretch:
        """Run the phases in turn, each to its first signal."""
        refuse_risk(self, risk)
        rule = PhaseRule(self, failure)
        at, state = 0, rule.begin(1)
        if before is not None:
            self._resume(before, state)
        if failure.size >= LONG and self.after_deterioration != "stop":
            at, state = run_chunks(rule, state, LANES)
        self._run_phases(rule, at, state)
        return rule.stretch()

    def _follow_lanes(self, failure: BoolArray, risk: FloatArray | None, lanes: Lanes) -> Stretch:
        """Run both phases over many sequences side by side."""
        refuse_risk(self, risk)
        rule = PhaseRule(self, failure)
        run_lanes(rule, lanes)
        return rule.stretch()

    def _resume(self, before: Path, state: State) -> None:
        """Set the state to what a path has come to."""
        n = before.failure.size
        last = before.signals[-1] if before.signals else None
        if last is not None:
            state.mark[0] = last.kind == "competent" or self.after_deterioration == "monitoring"
            state.statistic[0] = (self.monitoring if state.mark[0] else self.learning).start
            if last.kind != "competent" and self.after_deterioration == "stop":
                state.statistic[0] = np.nan
        if n and (last is None or last.case < n):
            state.statistic[0] = before.statistic[-1]

    def _run_phases(self, rule: PhaseRule, at: int, state: State) -> None:
        """Run phase after phase from a case and a state on."""
        start, phase = float(state.statistic[0]), int(state.mark[0])
        while at < rule.statistic.size and not np.isnan(start):
            chart = (self.learning, self.monitoring)[phase]
            values = to_first_signal(chart.walk, rule.scores[phase], at, start)
            rule.statistic[at : at + values.size] = values
            rule.mark[at : at + values.size] = phase
            at += values.size
            if chart.walk.outside(values[-1:])[0]:
                rule.side[at - 1] = 1 if phase else -1
                phase, start = rule.turn(phase)

    def phases(self, signals: Sequence[Signal], n: int) -> TextArray:
        """Tell which chart each case was under.

        Parameters
        ----------
        signals : sequence of Signal
            Signals of a path, in case order.
        n : int
            Number of cases.

        Returns
        -------
        array of str, shape (n,)
            "learning" or "monitoring"; "" for cases that were not charted.
        """
        after = "" if self.after_deterioration == "stop" else self.after_deterioration
        changes = [(s.case + 1, "monitoring" if s.kind == "competent" else after) for s in signals if s.case < n]
        return fill_from("learning", changes, n)
