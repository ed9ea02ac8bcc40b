"""How many of the next cases fail, by what a learning curve says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cusum.models.learning_shapes import FloatArray

__all__ = ["Forecast", "count_failures", "forecast_failures"]


@dataclass(frozen=True, eq=False, repr=False)
class Forecast:
    """Probability of each number of failures among the next cases.

    Parameters
    ----------
    trainee : str
        Whose cases; "" for a new trainee.
    cases : int
        How many.
    expected : float
        Number of failures to expect.
    low, high : int
        Interval that holds the number with at least the probability `confidence`.
    confidence : float
        Its probability, tails of equal size at most.
    distribution : DataFrame
        Columns failures, probability, cumulative (that number or fewer).
    """

    trainee: str
    cases: int
    expected: float
    low: int
    high: int
    confidence: float
    distribution: pd.DataFrame

    def __repr__(self) -> str:
        """Say it in one line."""
        whose = self.trainee or "a new trainee"
        return (
            f"<Forecast: {whose}, {self.cases} cases: {self.expected:.1f} failures expected, "
            f"{self.low} to {self.high} ({self.confidence:.0%})>"
        )


def count_failures(rates: FloatArray) -> FloatArray:
    """Give the distribution of the number of failures among independent cases.

    Parameters
    ----------
    rates : array of float, shape (points, cases)
        Failure rates of the cases, one row for each way that they may be.

    Returns
    -------
    array of float, shape (points, cases + 1)
        Probability of 0, 1, ... failures in each row.

    Examples
    --------
    >>> count_failures(np.array([[0.5, 0.5]])).tolist()
    [[0.25, 0.5, 0.25]]
    """
    points, cases = rates.shape
    chance = np.zeros((points, cases + 1))
    chance[:, 0] = 1.0
    for k in range(cases):
        rate = rates[:, k, None]
        chance[:, 1 : k + 2] = chance[:, 1 : k + 2] * (1 - rate) + chance[:, : k + 1] * rate
        chance[:, 0] *= 1 - rate[:, 0]
    return chance


def forecast_failures(trainee: str, rates: FloatArray, weight: FloatArray, confidence: float) -> Forecast:
    """Average the distribution of the number of failures over what the rates may be.

    Parameters
    ----------
    trainee : str
        Whose cases; "" for a new trainee.
    rates : array of float, shape (points, cases)
        Rates of the cases to come.
    weight : array of float, shape (points,)
        Adding up to 1.
    confidence : float
        Of the interval.

    Returns
    -------
    Forecast
        The distribution.

    Examples
    --------
    >>> forecast_failures("T1", np.array([[0.5, 0.5]]), np.array([1.0]), 0.95)
    <Forecast: T1, 2 cases: 1.0 failures expected, 0 to 2 (95%)>
    """
    chance = weight @ count_failures(rates)
    cumulative = np.minimum(np.cumsum(chance), 1.0)
    tail = (1 - confidence) / 2
    low, high = (int((cumulative < level - 1e-12).sum()) for level in (tail, 1 - tail))
    table = pd.DataFrame({"failures": np.arange(chance.size), "probability": chance, "cumulative": cumulative})
    expected = float(chance @ np.arange(chance.size))
    return Forecast(trainee, chance.size - 1, expected, low, min(high, chance.size - 1), confidence, table)
