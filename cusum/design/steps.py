"""What one case can add to a statistic, and with which probability: case mixes, and risks in a given order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cusum.charts.base import Chart, check_positive, check_risk
from cusum.charts.walk import FloatArray
from cusum.design.scores import check_rates
from cusum.errors import CusumError, InvalidParameter

__all__ = ["RiskSequence", "Steps", "adjusts_for_risk", "case_mix", "changed_odds", "steps_at_rates", "steps_by_case"]


@dataclass(frozen=True, eq=False)
class RiskSequence:
    """Expected failure probabilities of cases in the order in which they come, not a mix to draw from.

    Parameters
    ----------
    risk : array-like, shape (n,)
        Expected failure probability of each case, strictly between 0 and 1.

    Raises
    ------
    InvalidData
        If a value is missing or outside (0, 1).

    Examples
    --------
    >>> len(RiskSequence([0.1, 0.3, 0.2]))
    3
    """

    risk: FloatArray

    def __post_init__(self) -> None:
        """Check the values and lock them."""
        values = np.array(self.risk, dtype=np.float64)
        if values.ndim != 1 or not values.size:
            raise InvalidParameter("risk has shape {shape}", expected="one probability a case", shape=values.shape)
        check_risk(values, values.size)
        values.setflags(write=False)
        object.__setattr__(self, "risk", values)

    def __len__(self) -> int:
        return int(self.risk.size)


@dataclass(frozen=True, eq=False)
class Steps:
    """What one case can add, and with which probability; one row a case where the cases differ.

    Parameters
    ----------
    values : array of float, shape (k,) or (n, k)
        Scores.
    chances : array of float, the same shape
        Probability of each score; they add up to 1 for a case.
    """

    values: FloatArray
    chances: FloatArray

    @property
    def in_order(self) -> bool:
        """True where each case has scores of its own."""
        return self.values.ndim == 2


def changed_odds(risk: FloatArray, odds_ratio: float) -> FloatArray:
    """Give the failure probabilities when the odds are so many times those expected.

    Parameters
    ----------
    risk : array of float
        Expected failure probabilities.
    odds_ratio : float
        True odds of failure against the expected ones, above 0.

    Returns
    -------
    array of float
        True failure probabilities.

    Examples
    --------
    >>> changed_odds(np.array([0.1, 0.5]), 2.0).round(4)
    array([0.1818, 0.6667])
    """
    return np.asarray(odds_ratio * risk / (1 - risk + odds_ratio * risk), dtype=np.float64)


def adjusts_for_risk(chart: Chart) -> bool:
    """Tell whether a chart needs the risk of each case.

    Parameters
    ----------
    chart : Chart
        Any chart.

    Returns
    -------
    bool
        True where its scores depend on the risk.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> adjusts_for_risk(LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=1.0))
    False
    """
    try:
        chart.opening.scores(np.array([False]))
    except CusumError:
        return True
    return False


def _aggregate(values: FloatArray, chances: FloatArray) -> Steps:
    """Add up the chances of equal scores, and drop those that cannot occur."""
    unique, where = np.unique(values, return_inverse=True)
    total = np.bincount(where, weights=chances, minlength=unique.size).astype(np.float64)
    return Steps(unique[total > 0], total[total > 0])


def case_mix(chart: Chart, risk: ArrayLike, odds_ratio: float = 1.0) -> Steps:
    """Give the scores of a case drawn from a mix, each case of the mix being as likely.

    Parameters
    ----------
    chart : Chart
        A risk-adjusted chart.
    risk : array-like, shape (m,)
        Expected failure probabilities of the mix; equal ones are taken together.
    odds_ratio : float, default 1
        True odds of failure against the expected ones, above 0.

    Returns
    -------
    Steps
        Scores of shape (k,).

    Examples
    --------
    >>> from cusum import RiskAdjustedCusum
    >>> steps = case_mix(RiskAdjustedCusum(odds_ratio=2.0, limit=3.0), [0.1, 0.1, 0.3])
    >>> steps.values.size, round(float(steps.chances.sum()), 12)
    (4, 1.0)
    """
    mix = RiskSequence(np.ravel(np.asarray(risk, dtype=np.float64))).risk
    classes, count = np.unique(mix, return_counts=True)
    share = count / mix.size
    failed = changed_odds(classes, check_positive("odds_ratio", odds_ratio))
    scores = chart.opening.scores
    success = scores(np.zeros(classes.size, dtype=np.bool_), risk=classes)
    failure = scores(np.ones(classes.size, dtype=np.bool_), risk=classes)
    return _aggregate(np.concatenate((success, failure)), np.concatenate((share * (1 - failed), share * failed)))


def steps_by_case(chart: Chart, risk: RiskSequence, odds_ratio: float = 1.0) -> Steps:
    """Give the scores of cases whose risks come in a given order.

    Parameters
    ----------
    chart : Chart
        A risk-adjusted chart.
    risk : RiskSequence
        Expected failure probability of each case.
    odds_ratio : float, default 1
        True odds of failure against the expected ones, above 0.

    Returns
    -------
    Steps
        Scores of shape (n, 2).

    Examples
    --------
    >>> from cusum import RiskAdjustedCusum
    >>> steps_by_case(RiskAdjustedCusum(odds_ratio=2.0, limit=3.0), RiskSequence([0.1, 0.3])).chances
    array([[0.9, 0.1],
           [0.7, 0.3]])
    """
    failed = changed_odds(risk.risk, check_positive("odds_ratio", odds_ratio))
    scores = chart.opening.scores
    outcomes: list[NDArray[np.bool_]] = [np.full(len(risk), outcome) for outcome in (False, True)]
    values = np.column_stack([scores(outcome, risk=risk.risk) for outcome in outcomes])
    return Steps(values, np.column_stack((1 - failed, failed)))


def steps_at_rates(chart: Chart, failure_rate: ArrayLike) -> Steps:
    """Give the two scores of a chart that takes every case alike, at a constant rate or at rates by case.

    Parameters
    ----------
    chart : Chart
        A chart without risk adjustment.
    failure_rate : float or array-like, shape (n,)
        True failure probability.

    Returns
    -------
    Steps
        Scores of shape (2,), or (n, 2) for rates by case.

    Examples
    --------
    >>> from cusum import Ewma
    >>> steps_at_rates(Ewma(weight=0.1, target=0.1, limit=0.2), 0.1).values.round(3)
    array([-0.01,  0.09])
    """
    rates = check_rates(failure_rate)
    values = chart.opening.scores(np.array([False, True]))
    if (rates == rates[0]).all():
        return Steps(values, np.array([1 - rates[0], rates[0]]))
    return Steps(np.tile(values, (rates.size, 1)), np.column_stack((1 - rates, rates)))
