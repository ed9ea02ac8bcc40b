"""A trainee who learns: failure probability by case number, as a planner states it."""

from __future__ import annotations

import numpy as np

from cusum.charts.base import check_fraction, check_positive
from cusum.charts.walk import FloatArray
from cusum.design.scores import check_count
from cusum.errors import InvalidParameter

__all__ = ["learner_rates"]


def learner_rates(*, start: float, finish: float, time_constant: float, cases: int) -> FloatArray:
    """Give the failure rate, case by case, of a trainee who learns.

    Parameters
    ----------
    start : float
        Failure probability at the first case, in (0, 1).
    finish : float
        Failure probability that is approached in the long run, in (0, 1) and not above `start`.
    time_constant : float
        Cases after which about two thirds (1 - 1/e) of the way from start to finish are done; above 0.
    cases : int
        Number of cases, 1 or more.

    Returns
    -------
    array of float, shape (cases,)
        Failure probability of each case.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    p(n) = finish + (start - finish) exp(-(n - 1) / time_constant), the asymptotic curve of `cusum.fit_learning_curve`.
    A curve whose finish is the acceptable rate itself comes close to it and never reaches it: state a finish below.

    Examples
    --------
    >>> learner_rates(start=0.6, finish=0.09, time_constant=5, cases=4).round(3)
    array([0.6  , 0.508, 0.432, 0.37 ])
    """
    begin, end = check_fraction("start", start), check_fraction("finish", finish)
    if end > begin:
        raise InvalidParameter(
            "the failure rate of the learner finishes at {finish}, above its start at {start}",
            expected="start first, then finish: failures become fewer",
            start=begin,
            finish=end,
        )
    constant = check_positive("time_constant", time_constant)
    number = np.arange(check_count("cases", cases))
    rates: FloatArray = end + (begin - end) * np.exp(-number / constant)
    return rates
