"""What goes into a run length: the scores of the outcomes, and the failure probability of each case."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import Chart
from cusum.charts.walk import FloatArray
from cusum.errors import InvalidParameter

__all__ = ["Scores", "check_count", "check_rates", "only_falls", "rates_by_case", "two_scores"]


class Scores(NamedTuple):
    """The two scores of a two-valued chart.

    Parameters
    ----------
    success, failure : float
        What a success and what a failure adds to the statistic.

    Examples
    --------
    >>> Scores(0.1, -0.7).failure
    -0.7
    """

    success: float
    failure: float


def two_scores(chart: Chart) -> Scores:
    """Give the score of a success and of a failure under a chart with two-valued scores.

    Parameters
    ----------
    chart : Chart
        A chart that takes every case as equally difficult.

    Returns
    -------
    Scores
        The two scores.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=1.0)
    >>> round(two_scores(chart).success, 4)
    0.1178
    """
    success, failure = chart.opening.scores(np.array([False, True]))
    return Scores(float(success), float(failure))


def only_falls(scores: Scores, rate: float) -> bool:
    """Tell whether every case lowers the statistic, or leaves it: outcomes of one kind alone, and no score above 0.

    Parameters
    ----------
    scores : Scores
        Score of a success and of a failure.
    rate : float
        Failure probability, from 0 to 1.

    Returns
    -------
    bool
        True where a statistic on its floor stays there.

    Examples
    --------
    >>> only_falls(Scores(-0.1, 0.7), 0.0), only_falls(Scores(-0.1, 0.7), 1.0)
    (True, False)
    """
    return (rate >= 1 or scores.success <= 0) and (rate <= 0 or scores.failure <= 0)


def check_rates(failure_rate: ArrayLike) -> FloatArray:
    """Make a failure rate, or one for each case, into an array; refuse what is no rate.

    Parameters
    ----------
    failure_rate : float or array-like, shape (k,)
        Failure probability, from 0 to 1.

    Returns
    -------
    array of float, shape (k,)
        The rates; shape (1,) for a number.

    Raises
    ------
    InvalidParameter
        If a rate is outside 0 to 1; the message names the first such case.

    Examples
    --------
    >>> check_rates(0.2)
    array([0.2])
    """
    try:
        if isinstance(failure_rate, str):
            raise TypeError
        rates = np.atleast_1d(np.asarray(failure_rate, dtype=np.float64))
    except (TypeError, ValueError) as error:
        raise InvalidParameter(
            "failure_rate is {value!r}", expected="a number, or one for each case", value=failure_rate
        ) from error
    if rates.ndim != 1 or not rates.size:
        raise InvalidParameter(
            "failure_rate has shape {shape}", expected="a number, or one for each case", shape=rates.shape
        )
    wrong = ~((rates >= 0) & (rates <= 1))
    if wrong.any():
        first = int(wrong.argmax())
        raise InvalidParameter(
            "failure_rate is {value} at case {case}",
            expected="a probability from 0 to 1",
            value=float(rates[first]),
            case=first + 1,
        )
    return rates


def rates_by_case(failure_rate: ArrayLike, cases: int) -> FloatArray:
    """Spell out the failure probability of each of so many cases; the last one given holds on.

    Parameters
    ----------
    failure_rate : float or array-like, shape (k,)
        Failure probability, from 0 to 1.
    cases : int
        Number of cases.

    Returns
    -------
    array of float, shape (cases,)
        The rates.

    Examples
    --------
    >>> rates_by_case([0.5, 0.2], 4)
    array([0.5, 0.2, 0.2, 0.2])
    """
    rates = check_rates(failure_rate)[:cases]
    return np.concatenate((rates, np.full(cases - rates.size, rates[-1])))


def check_count(name: str, value: object) -> int:
    """Return a whole number of cases, 1 or more, or refuse it by name.

    Parameters
    ----------
    name : str
        Name of the argument, for the message.
    value : object
        What was given.

    Returns
    -------
    int
        The number.

    Raises
    ------
    InvalidParameter
        If it is not a whole number of 1 or more.

    Examples
    --------
    >>> check_count("within", 50)
    50
    """
    whole = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
    if not whole or not np.isfinite(float(value)) or int(value) != value or value < 1:  # type: ignore[arg-type,call-overload,operator]
        raise InvalidParameter(
            "{name} is {value}", expected="a whole number of cases, 1 or more", name=name, value=value
        )
    return int(value)  # type: ignore[call-overload,no-any-return]
