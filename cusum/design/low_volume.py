"""The LC-CUSUM with a last look: its two limits, and exactly what it does."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cusum.charts.base import check_criterion, check_fraction
from cusum.charts.learning import LearningCurveCusum
from cusum.charts.low_volume import LastLookCusum
from cusum.charts.walk import TOLERANCE
from cusum.criterion import Criterion
from cusum.design.last_look import follow_to_the_end, last_look_by_case
from cusum.design.limits import LimitDesign, Promise, find_limit
from cusum.design.scores import check_count
from cusum.errors import InvalidParameter

__all__ = ["LowVolumeDesign", "design_low_volume", "last_look_by_case", "move_last_look"]


@dataclass(frozen=True, repr=False)
class LowVolumeDesign:
    """The two limits of an LC-CUSUM with a last look, what was promised, and what they do.

    Parameters
    ----------
    chart : LastLookCusum
        The chart with both limits set.
    false_signal : float
        Exact probability of declaring a learner whose failure rate is constantly unacceptable competent within the
        cases: at most what was promised.
    false_before : float
        The part of it that is used before the last look.
    true_signal : float
        Exact probability of declaring a learner whose failure rate is constantly acceptable (the power).
    promise : Promise
        What was asked.
    reserve : float
        Share of the promise that was kept back for the last look.
    reachable : bool
        False where even an unbroken run of successes cannot declare without breaking the promise.
    ordinary : LimitDesign
        The LC-CUSUM without a last look at the same promise, for comparison.

    Examples
    --------
    >>> design_low_volume(Criterion(acceptable=0.20, unacceptable=0.40), cases=30)
    <LowVolumeDesign: limit 3.6742, last limit 2.6934 at case 30, false signal 0.0486, power 0.696 (without it 0.650)>
    """

    chart: LastLookCusum
    false_signal: float
    false_before: float
    true_signal: float
    promise: Promise
    reserve: float
    reachable: bool
    ordinary: LimitDesign

    def __repr__(self) -> str:
        chart = self.chart
        if not self.reachable:
            return f"<LowVolumeDesign: {chart.cases} cases cannot decide>"
        return (
            f"<LowVolumeDesign: limit {chart.limit:.4f}, last limit {chart.last_limit:.4f} at case {chart.cases}, "
            f"false signal {self.false_signal:.4f}, power {self.true_signal:.3f} "
            f"(without it {self.ordinary.true_signal:.3f})>"
        )


def design_low_volume(
    criterion: Criterion, *, cases: int, false_competence: float = 0.05, reserve: float = 0.5
) -> LowVolumeDesign:
    """Find the two limits that keep a promise to the end of a post with few cases.

    Parameters
    ----------
    criterion : Criterion
        Acceptable and unacceptable failure rate.
    cases : int
        Number of cases planned, 2 or more; the last look is at the last of them.
    false_competence : float, default 0.05
        Largest probability, in (0, 1), of declaring a learner whose failure rate is constantly unacceptable competent
        within the cases.
    reserve : float, default 0.5
        Share of that probability, in (0, 1), that is kept back for the last look. The larger, the more learners are
        declared within the cases, and the later.

    Returns
    -------
    LowVolumeDesign
        Both limits, the probability kept and the power, all exact.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    The running limit is the smallest that keeps (1 - reserve) times the promise before the last case; the limit of the
    last look is then the smallest value attainable at that case that keeps the whole promise. Neither is ever chosen on
    the wrong side: the probability kept is never above the promised one. Where no value that can be attained would do,
    the last limit is one success above them all.

    The promise holds for every learner whose failure rate is at no case below the unacceptable one, since a failure in
    place of a success never brings a declaration forward.

    References
    ----------
    Biau DJ, Porcher R. Stat Med 2010;29:1900-1909, doi:10.1002/sim.3947.
    Lan KKG, DeMets DL. Biometrika 1983;70:659-663, doi:10.1093/biomet/70.3.659.

    Examples
    --------
    >>> design = design_low_volume(Criterion(acceptable=0.10, unacceptable=0.20), cases=50)
    >>> round(design.chart.limit, 4), round(design.chart.last_limit, 4)
    (3.2072, 2.4734)
    >>> round(design.false_signal, 4), round(design.true_signal, 4), round(design.ordinary.true_signal, 4)
    (0.0491, 0.5373, 0.4971)
    """
    check_criterion(criterion)
    cases = check_count("cases", cases)
    if cases < 2:
        raise InvalidParameter("cases is {value}", expected="2 or more: one before the last look", value=cases)
    promise = Promise(check_fraction("false_competence", false_competence), cases)
    reserve = check_fraction("reserve", reserve)
    plain = LearningCurveCusum(criterion=criterion, limit=1.0)
    running = find_limit(plain, false_signal=promise.false_signal * (1 - reserve), within=cases - 1)
    ordinary = find_limit(plain, false_signal=promise.false_signal, within=cases)
    chart = LastLookCusum(criterion=criterion, limit=running.limit, last_limit=running.limit, cases=cases)
    return _with_last_limit(chart, promise, reserve, ordinary)


def move_last_look(design: LowVolumeDesign, *, cases: int) -> LowVolumeDesign:
    """Move the last look to the case at which a post in fact ends.

    Parameters
    ----------
    design : LowVolumeDesign
        The design for the cases that were planned.
    cases : int
        Number of the case at which the post ends, 2 or more.

    Returns
    -------
    LowVolumeDesign
        The same running limit, and the limit of the last look at that case that keeps the same promise. What the chart
        said before that case stays as it was.

    Raises
    ------
    InvalidParameter
        If the number is below 2, or so large that the running limit has by itself used up the promise.

    Notes
    -----
    The promise is kept only if the number of cases was not chosen in view of the outcomes: a post that ends on a date
    set beforehand will do, "one more case, for it is nearly there" will not.

    Examples
    --------
    >>> design = design_low_volume(Criterion(acceptable=0.10, unacceptable=0.20), cases=50)
    >>> moved = move_last_look(design, cases=41)
    >>> moved.chart.limit == design.chart.limit, moved.chart.cases, moved.false_signal <= 0.05
    (True, 41, True)
    """
    cases = check_count("cases", cases)
    if cases < 2:
        raise InvalidParameter("cases is {value}", expected="2 or more: one before the last look", value=cases)
    chart = replace(design.chart, last_limit=design.chart.limit, cases=cases)
    ordinary = find_limit(
        LearningCurveCusum(criterion=chart.criterion, limit=1.0), false_signal=design.promise.false_signal, within=cases
    )
    promise = Promise(design.promise.false_signal, cases)
    return _with_last_limit(chart, promise, design.reserve, ordinary)


def _with_last_limit(chart: LastLookCusum, promise: Promise, reserve: float, ordinary: LimitDesign) -> LowVolumeDesign:
    """Set the limit of the last look to the smallest value that keeps the promise."""
    end = follow_to_the_end(chart, np.full(chart.cases, chart.null_rate))
    before = float(end.declared[-1])
    if before > promise.false_signal:
        raise InvalidParameter(
            "cases is {cases}",
            expected="a number of cases within which the running limit keeps the promise",
            remedy="Design the chart for that number of cases from the start.",
            cases=chart.cases,
        )
    order = np.argsort(-end.value, kind="stable")
    value, total = end.value[order], before + np.cumsum(end.chance[order])
    closes = np.append(value[:-1] - value[1:] > TOLERANCE, True)  # values closer than that are one
    kept = np.flatnonzero(closes & (total <= promise.false_signal) & (value > TOLERANCE))
    beyond = float(value[0]) + float(chart.scores([False])[0])
    chart = replace(chart, last_limit=float(value[kept[-1]]) if kept.size else beyond)
    false, true = (
        float(last_look_by_case(chart, failure_rate=rate)[-1]) for rate in (chart.null_rate, chart.alternative_rate)
    )
    return LowVolumeDesign(chart, false, before, true, promise, reserve, false > 0, ordinary)
