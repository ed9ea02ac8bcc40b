"""Where trainees with a given failure rate are expected to be, case by case: learning, competent, or in alarm."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from cusum.charts.learning import LearningThenMonitoring
from cusum.charts.walk import FloatArray
from cusum.design.phases import Phase, follow_phases
from cusum.design.scores import check_count, rates_by_case, two_scores
from cusum.errors import InvalidParameter

__all__ = ["StateProbabilities", "state_probabilities"]


@dataclass(frozen=True, eq=False, repr=False)
class StateProbabilities:
    """The exact probability of each state of a trainee after each case.

    Parameters
    ----------
    learning : array of float, shape (n,)
        Never signalled competent.
    competent : array of float, shape (n,)
        Signalled competent, and no deterioration signalled since.
    alarm : array of float, shape (n,)
        Deterioration has been signalled, and competence not again.

    Examples
    --------
    >>> import numpy as np
    >>> StateProbabilities(np.array([0.7]), np.array([0.2]), np.array([0.1]))
    <StateProbabilities after 1 cases: learning 0.700, competent 0.200, alarm 0.100>
    """

    learning: FloatArray
    competent: FloatArray
    alarm: FloatArray

    def __repr__(self) -> str:
        last = f"learning {self.learning[-1]:.3f}, competent {self.competent[-1]:.3f}, alarm {self.alarm[-1]:.3f}"
        return f"<StateProbabilities after {self.learning.size} cases: {last}>"


def state_probabilities(chart: LearningThenMonitoring, *, failure_rate: ArrayLike, within: int) -> StateProbabilities:
    """Say how many of many trainees would be learning, competent or in alarm after each case.

    Parameters
    ----------
    chart : LearningThenMonitoring
        The two-phase chart.
    failure_rate : float or array-like, shape (k,)
        True failure probability, from 0 to 1: one for all cases, or one for each case, of which the last holds on.
    within : int
        Number of cases, 1 or more.

    Returns
    -------
    StateProbabilities
        Three arrays of shape (within,), which add up to 1 at each case.

    Raises
    ------
    InvalidParameter
        If the chart has not the two phases, or a number is outside its range.

    Examples
    --------
    >>> from cusum import BernoulliCusum, Criterion, LearningCurveCusum
    >>> criterion = Criterion(acceptable=0.1, unacceptable=0.4)
    >>> chart = LearningThenMonitoring(
    ...     learning=LearningCurveCusum(criterion=criterion, limit=1.5),
    ...     monitoring=BernoulliCusum(criterion=criterion, limit=2.0),
    ... )
    >>> state_probabilities(chart, failure_rate=0.1, within=50)
    <StateProbabilities after 50 cases: learning 0.000, competent 0.918, alarm 0.082>
    """
    if not isinstance(chart, LearningThenMonitoring):
        raise InvalidParameter(
            "the chart is a {chart}", expected="a LearningThenMonitoring chart", chart=type(chart).__name__
        )
    rates = rates_by_case(failure_rate, check_count("within", within))
    learn, watch = chart.learning, chart.monitoring
    onward = {"learning": 2, "monitoring": 3, "stop": 4}[chart.after_deterioration]
    phases = [
        Phase(learn.walk, two_scores(learn), after_upper=1),
        Phase(watch.walk, two_scores(watch), after_upper=onward),
        Phase(learn.walk, two_scores(learn), after_upper=1),
        Phase(watch.walk, two_scores(watch), after_upper=3),
        Phase(),
    ]
    occupied = follow_phases(phases, rates)
    return StateProbabilities(occupied[:, 0], occupied[:, 1], occupied[:, 2:].sum(axis=1))
