"""LC-CUSUM with a last look: has a learner with few cases become good enough by the end of the post?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import BoolArray, Chart, Path, Stretch, check_positive, refuse_risk
from cusum.charts.lanes import Lanes, WalkRule, run_lanes
from cusum.charts.learning import LearningCurveCusum
from cusum.charts.walk import TOLERANCE, Carried, FloatArray, IntArray, Walk
from cusum.criterion import Criterion
from cusum.errors import InvalidParameter

__all__ = ["LastLookCusum"]


@dataclass(frozen=True, kw_only=True)
class LastLookCusum(Chart):
    """Watch a learner as the LC-CUSUM does, and look once more, by a lower limit, at the last case planned.

    Parameters
    ----------
    criterion : Criterion
        Acceptable (p0) and unacceptable (p1) failure rate.
    limit : float
        Running limit h, above 0: a signal at any case before the last one planned is S >= h.
    last_limit : float
        Limit of the last look, above 0, as a rule well below `limit`: a signal at the last case planned is
        S >= last_limit.
    cases : int
        Number of the case of the last look, 1 or more: the cases planned.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    The statistic is that of the LC-CUSUM: a success adds ln((1-p0)/(1-p1)) > 0, a failure ln(p0/p1) < 0, and
    S = max(0, S + score). A signal is "competent". The LC-CUSUM uses up its promise (at most so probable a false
    declaration within N cases) evenly over the cases. This chart keeps part of it for case N, where a lower limit then
    keeps the same promise. At most N it declares more of those who are good enough within N cases; at some, where the
    steps of the statistic are against it, fewer: `cusum.plan_volume` gives both powers. It declares some later: those
    whom the LC-CUSUM would have declared on the way, and who now wait for the last look. Design both limits with
    `cusum.design_low_volume`.

    A failure in place of a success never brings a declaration forward. So the promise made for a constant unacceptable
    rate also holds for any rates, constant or not, that are never below it.

    After the last look nothing is declared (no limit is given): the promise covers `cases` cases and is then used up.
    Where a post ends at another case than planned, for reasons that have nothing to do with the outcomes, the last look
    can be moved there with `cusum.design.low_volume.move_last_look`; it must not be moved because of how the chart
    stands.

    References
    ----------
    Biau DJ, Porcher R. Stat Med 2010;29:1900-1909, doi:10.1002/sim.3947 (LC-CUSUM).
    Lan KKG, DeMets DL. Biometrika 1983;70:659-663, doi:10.1093/biomet/70.3.659 (error spent on a schedule).

    Examples
    --------
    >>> criterion = Criterion(acceptable=0.1, unacceptable=0.2)
    >>> chart = LastLookCusum(criterion=criterion, limit=3.2, last_limit=2.4, cases=50)
    >>> path = chart.run(([0] * 11 + [1]) * 4 + [0, 0])
    >>> path.first("competent")
    50
    >>> path.statistic.max().round(2), path.statistic[-1].round(2)
    (np.float64(3.1), np.float64(2.65))
    """

    key: ClassVar[str] = "last_look"
    names: ClassVar[dict[str, str]] = {
        "en": "LC-CUSUM with a last look",
        "da": "læringskurve-cusum med slutvurdering",
    }
    kinds: ClassVar[tuple[str, str]] = ("", "competent")
    references: ClassVar[tuple[str, ...]] = ("10.1002/sim.3947", "10.1093/biomet/70.3.659")

    criterion: Criterion
    limit: float
    last_limit: float
    cases: int

    def __post_init__(self) -> None:
        """Refuse parameters outside their range."""
        object.__setattr__(self, "limit", self.running.limit)  # refuses a criterion or a limit that is none
        object.__setattr__(self, "last_limit", check_positive("last_limit", self.last_limit))
        whole = isinstance(self.cases, (int, np.integer)) and not isinstance(self.cases, bool)
        if not whole or self.cases < 1:
            raise InvalidParameter("cases is {value!r}", expected="a whole number, 1 or more", value=self.cases)
        object.__setattr__(self, "cases", int(self.cases))

    @property
    def walk(self) -> Walk:
        """There is none: the limit is another one at the last case planned."""
        raise InvalidParameter(
            "{chart} is no walk",
            expected="a chart with the same limits at every case",
            remedy="Design its two limits with cusum.design_low_volume; cusum.run_length says what it does.",
            chart=type(self).__name__,
        )

    @property
    def running(self) -> LearningCurveCusum:
        """The LC-CUSUM that this chart is before the last look: the same scores, the running limit."""
        return LearningCurveCusum(criterion=self.criterion, limit=self.limit)

    @property
    def null_rate(self) -> float:
        """The unacceptable rate: not good enough until the cases say otherwise."""
        return self.criterion.unacceptable

    @property
    def alternative_rate(self) -> float:
        """The acceptable rate."""
        return self.criterion.acceptable

    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give the log likelihood ratio of each outcome, acceptable against unacceptable.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : None
            Not used by this chart; refused if given.

        Returns
        -------
        array of float, shape (n,)
            ln(p0/p1) for a failure, ln((1-p0)/(1-p1)) for a success.
        """
        refuse_risk(self, risk)
        return self.running.scores(failure)

    def _follow(self, failure: BoolArray, risk: FloatArray | None, before: Path | None) -> Stretch:
        """Add up the scores, from the start or from what a path has come to, and compare with the limits."""
        scores = self.scores(failure, risk=risk)
        done = 0 if before is None else before.failure.size
        if before is not None and before.signals:
            missing = np.full(scores.size, np.nan)
            return Stretch(scores, missing, missing, missing, np.zeros(0, np.int64), np.zeros(0, np.int64))
        carried = Carried(float(before.statistic[-1])) if before is not None and done else None
        statistic = Walk(floor=0.0).run(scores, carried=carried).statistic.copy()
        return self._compare(scores, statistic, np.zeros(scores.size, np.int64), np.arange(scores.size) + done + 1)

    def _follow_lanes(self, failure: BoolArray, risk: FloatArray | None, lanes: Lanes) -> Stretch:
        """Add up the scores of many sequences side by side, and compare with the limits."""
        scores = self.scores(failure, risk=risk)
        rule = WalkRule(Walk(floor=0.0), scores)
        run_lanes(rule, lanes)
        lane, case = np.full(scores.size, -1), np.zeros(scores.size, np.int64)
        within = np.arange(int(lanes.length.sum())) - np.repeat(np.cumsum(lanes.length) - lanes.length, lanes.length)
        at = np.repeat(lanes.first, lanes.length) + within
        lane[at], case[at] = np.repeat(np.arange(lanes.first.size), lanes.length), within + 1
        return self._compare(scores, rule.statistic, lane, case)

    def _compare(self, scores: FloatArray, statistic: FloatArray, lane: IntArray, case: IntArray) -> Stretch:
        """Find the first case of each sequence that reaches its limit; nothing is charted after it."""
        upper = np.where(case < self.cases, self.limit, np.where(case == self.cases, self.last_limit, np.nan))
        hits = np.flatnonzero((lane >= 0) & (statistic >= upper - TOLERANCE))
        signalled, where = np.unique(lane[hits], return_index=True)
        cases = hits[where]
        ends = np.full(int(lane.max(initial=0)) + 1, np.iinfo(np.int64).max)
        ends[signalled] = case[cases]
        over = (case > ends[lane]) | (lane < 0)
        statistic[over], upper[over] = np.nan, np.nan
        cases = np.sort(cases)
        return Stretch(scores, statistic, np.broadcast_to(np.nan, scores.size), upper, cases, np.ones_like(cases))
