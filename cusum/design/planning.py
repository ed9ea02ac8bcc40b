"""Can this number of cases decide anything? What a volume of cases allows, before anyone is charted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import Chart, check_criterion, check_fraction
from cusum.charts.learning import LearningCurveCusum
from cusum.charts.walk import FloatArray
from cusum.criterion import Criterion
from cusum.design.competence import competence_by_case
from cusum.design.limits import LimitDesign, find_limit
from cusum.design.low_volume import design_low_volume
from cusum.design.scores import check_count, rates_by_case
from cusum.errors import InvalidParameter

__all__ = ["LearnerPlan", "VolumePlan", "plan_volume"]

_MOST_CASES = 4000
_POWERS = (0.5, 0.8, 0.9)


@dataclass(frozen=True)
class LearnerPlan:
    """What the chart would do for a trainee on a stated learning curve.

    Parameters
    ----------
    adequate_from : int or None
        First case from which the failure rate stays at or below the acceptable one; None if it never does.
    declared : float
        Probability of being declared competent within the cases planned.
    declared_before_adequate : float
        Probability of being declared competent before that first case.
    expected_delay : float
        Mean number of cases from that first case to the declaration (0 = at that case), of those declared from there on
        within the cases planned; nan where nobody is.

    Examples
    --------
    >>> LearnerPlan(12, 0.8, 0.02, 30.5).adequate_from
    12
    """

    adequate_from: int | None
    declared: float
    declared_before_adequate: float
    expected_delay: float


@dataclass(frozen=True, repr=False)
class VolumePlan:
    """What a number of cases can decide, at a promised probability of a false declaration of competence.

    Parameters
    ----------
    criterion : Criterion
        Acceptable and unacceptable failure rate.
    cases : int
        Number of cases planned for each trainee.
    false_competence : float
        Promised probability, at most, of declaring an inadequate trainee competent within the cases.
    design : LimitDesign
        The LC-CUSUM limit that keeps the promise, with the probability kept.
    power : float
        Probability of declaring an adequate trainee competent within the cases; 0 where nothing can be decided.
    best_power : float
        Power of the most powerful test at the same promise that looks once, after the last case, and counts failures
        (Neyman and Pearson). With few cases a count may fit the promise badly, and a chart that looks at every case
        then has more power than this.
    longest_run : int
        Consecutive successes from the first case on that declare competence: the shortest way there.
    can_decide : bool
        True where an unbroken run of successes within the cases can declare competence and keep the promise.
    cases_for_power : tuple of (float, int or None)
        For 50, 80 and 90% power the number of cases needed, each with the limit that keeps the promise within that
        number; None where more than 4,000 would be needed.
    learner : LearnerPlan or None
        The same question for a trainee on a stated learning curve, where one was given.
    last_look_power : float
        Power of the LC-CUSUM with a last look at the same promise: what half of the promise, kept for the last case
        planned, gains (or, where values do not fit, loses), at the price of later declarations; 0 where nothing can be
        decided.
    last_look_learner : LearnerPlan or None
        What that chart would do for the trainee on the learning curve.

    Examples
    --------
    >>> plan_volume(Criterion(acceptable=0.10, unacceptable=0.20), cases=50)
    <VolumePlan: 50 cases, power 0.497 at false competence 0.0489; 25 successes in a row declare>
    """

    criterion: Criterion
    cases: int
    false_competence: float
    design: LimitDesign
    power: float
    best_power: float
    longest_run: int
    can_decide: bool
    cases_for_power: tuple[tuple[float, int | None], ...]
    learner: LearnerPlan | None = None
    last_look_power: float = 0.0
    last_look_learner: LearnerPlan | None = None

    def __repr__(self) -> str:
        if not self.can_decide:
            return f"<VolumePlan: {self.cases} cases cannot decide; {self.longest_run} successes in a row would>"
        kept = self.design.false_signal
        return (
            f"<VolumePlan: {self.cases} cases, power {self.power:.3f} at false competence {kept:.4f}; "
            f"{self.longest_run} successes in a row declare>"
        )


def plan_volume(
    criterion: Criterion, *, cases: int, false_competence: float = 0.05, failure_rate: ArrayLike | None = None
) -> VolumePlan:
    """Say whether a number of cases is enough to tell a good enough trainee from one who is not.

    Parameters
    ----------
    criterion : Criterion
        Acceptable and unacceptable failure rate.
    cases : int
        Number of cases that each trainee will do, 1 or more.
    false_competence : float, default 0.05
        Largest probability of declaring a trainee whose failure rate is constantly unacceptable competent, in (0, 1).
    failure_rate : array-like, shape (k,), optional
        Failure probability by case of a trainee who learns; the last value holds on.

    Returns
    -------
    VolumePlan
        Power, best power attainable, the run of successes that declares, and the cases needed for more.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    All probabilities are exact, for the LC-CUSUM with the smallest limit that keeps the promise within the number of
    cases. The cases needed for a power are searched case by case: power is not a smooth function of the number, since
    the limit can take only certain values; given is the smallest number from which on power was found to stay.

    References
    ----------
    Biau DJ, Porcher R. Stat Med 2010;29:1900-1909, doi:10.1002/sim.3947.
    Lan KKG, DeMets DL. Biometrika 1983;70:659-663, doi:10.1093/biomet/70.3.659 (last look).

    Examples
    --------
    >>> plan = plan_volume(Criterion(acceptable=0.10, unacceptable=0.40), cases=20)
    >>> plan.longest_run, round(plan.power, 3), round(plan.last_look_power, 3), round(plan.best_power, 3)
    (10, 0.844, 0.861, 0.867)
    """
    check_criterion(criterion)
    cases = check_count("cases", cases)
    promise = check_fraction("false_competence", false_competence)
    design = _designed(criterion, promise, cases)
    last = design_low_volume(criterion, cases=cases, false_competence=promise) if cases > 1 else None
    ordinary, last_look = (
        None if failure_rate is None else _learner(chart, criterion, cases, failure_rate)
        for chart in (design.chart, last.chart if last else design.chart)
    )
    return VolumePlan(
        criterion=criterion,
        cases=cases,
        false_competence=promise,
        design=design,
        power=design.true_signal,
        best_power=best_power(criterion, cases, promise),
        longest_run=design.shortest_run,
        can_decide=design.reachable,
        cases_for_power=tuple((power, cases_for_power(criterion, power, promise)) for power in _POWERS),
        learner=ordinary,
        last_look_power=last.true_signal if last else design.true_signal,
        last_look_learner=last_look,
    )


def _designed(criterion: Criterion, promise: float, cases: int) -> LimitDesign:
    """Design the LC-CUSUM of a number of cases."""
    chart = LearningCurveCusum(criterion=criterion, limit=1.0)
    return find_limit(chart, false_signal=promise, within=cases)


def best_power(criterion: Criterion, cases: int, false_competence: float) -> float:
    """Give the power of the most powerful test after a fixed number of cases: few enough failures.

    Parameters
    ----------
    criterion : Criterion
        Acceptable and unacceptable failure rate.
    cases : int
        Number of cases.
    false_competence : float
        Largest probability of a false declaration.

    Returns
    -------
    float
        Probability that an adequate trainee has at most so many failures as keep the promise; 0 where even no failure
        at all would break it.

    Examples
    --------
    >>> round(best_power(Criterion(acceptable=0.10, unacceptable=0.20), 100, 0.05), 2)
    0.88
    """
    from scipy.stats import binom

    below = binom.cdf(np.arange(cases + 1), cases, criterion.unacceptable)
    most = int(np.searchsorted(below, false_competence, side="right")) - 1
    return float(binom.cdf(most, cases, criterion.acceptable)) if most >= 0 else 0.0


@lru_cache(maxsize=512)
def cases_for_power(criterion: Criterion, power: float, false_competence: float) -> int | None:
    """Find how many cases give a stated power, each number with its own designed limit.

    Parameters
    ----------
    criterion : Criterion
        Acceptable and unacceptable failure rate.
    power : float
        Probability of declaring an adequate trainee, in (0, 1).
    false_competence : float
        Largest probability of a false declaration.

    Returns
    -------
    int or None
        The number of cases; None where more than 4,000 would be needed.

    Examples
    --------
    >>> cases_for_power(Criterion(acceptable=0.10, unacceptable=0.40), 0.8, 0.05)
    18
    """
    check_fraction("power", power)

    def enough(cases: int) -> bool:
        return _designed(criterion, false_competence, cases).true_signal >= power

    high = 8
    while not enough(high):
        high *= 2
        if high > _MOST_CASES:
            return None
    low = high // 2 if high > 8 else 0
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    while not all(enough(high + k) for k in range(4)):  # power may dip where the limit steps up
        high += 1
    return high


def _learner(chart: Chart, criterion: Criterion, cases: int, failure_rate: ArrayLike) -> LearnerPlan:
    """Follow a trainee on a learning curve under a chart."""
    if np.ndim(failure_rate) != 1:
        raise InvalidParameter(
            "failure_rate has {ndim} dimensions",
            expected="a learning curve: one failure probability for each case",
            ndim=np.ndim(failure_rate),
        )
    rates = rates_by_case(failure_rate, cases)
    declared = competence_by_case(chart, failure_rate=rates, within=cases)
    start = adequate_from(rates, criterion)
    if start is None:
        return LearnerPlan(None, float(declared[-1]), float(declared[-1]), float("nan"))
    before = float(declared[start - 2]) if start > 1 else 0.0
    later = np.diff(declared[start - 1 :], prepend=before)
    delay = float(later @ np.arange(later.size) / later.sum()) if later.sum() > 0 else float("nan")
    return LearnerPlan(start, float(declared[-1]), before, delay)


def adequate_from(rates: FloatArray, criterion: Criterion) -> int | None:
    """Find the first case from which the failure rate stays acceptable.

    Parameters
    ----------
    rates : array of float, shape (n,)
        Failure probability by case.
    criterion : Criterion
        Acceptable and unacceptable failure rate.

    Returns
    -------
    int or None
        Case number counted from 1; None if the last rate is above the acceptable one.

    Examples
    --------
    >>> adequate_from(np.array([0.5, 0.2, 0.1, 0.1]), Criterion(acceptable=0.1, unacceptable=0.2))
    3
    """
    above = np.flatnonzero(rates > criterion.acceptable + 1e-12)
    first = int(above[-1]) + 2 if above.size else 1
    return first if first <= rates.size else None
