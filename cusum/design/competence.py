"""How probable it is that a chart declares competence within a number of cases, by the chart's own rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import Chart
from cusum.charts.low_volume import LastLookCusum
from cusum.charts.standard import StandardCusum
from cusum.charts.walk import FloatArray
from cusum.design.last_look import last_look_by_case
from cusum.design.parallel import Lines, declared_by_parallel_lines
from cusum.design.phases import Phase, follow_phases
from cusum.design.scores import check_count, rates_by_case, two_scores

__all__ = ["competence_by_case", "competence_probability"]


def competence_probability(chart: Chart, *, failure_rate: ArrayLike, within: int) -> float:
    """Say how probable it is that a trainee is declared competent within a number of cases.

    Parameters
    ----------
    chart : Chart
        Any chart with two-valued scores.
    failure_rate : float or array-like, shape (k,)
        The trainee's true failure probability, from 0 to 1: one for all cases, or one for each case (a learning
        curve), of which the last holds on.
    within : int
        Number of cases, 1 or more.

    Returns
    -------
    float
        The exact probability that the chart has declared competence, by its own rule, at or before that case; 0 for a
        chart that cannot declare competence.

    Raises
    ------
    InvalidParameter
        If a rate is outside 0 to 1 or the number of cases is below 1.

    Notes
    -----
    The first declaration counts, whatever follows it. Signals of another kind before it do not prevent it, unless the
    chart stops there: a standard CUSUM that restarts after its upper line may still declare competence later.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum, StandardCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=3.705478)
    >>> round(competence_probability(chart, failure_rate=0.20, within=100), 6)
    0.048962
    >>> chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4), after_signal="stop")
    >>> round(competence_probability(chart, failure_rate=0.4, within=100), 4)
    0.0884
    """
    return float(competence_by_case(chart, failure_rate=failure_rate, within=within)[-1])


def competence_by_case(chart: Chart, *, failure_rate: ArrayLike, within: int) -> FloatArray:
    """Give the probability of having been declared competent after each case.

    Parameters
    ----------
    chart : Chart
        Any chart with two-valued scores.
    failure_rate : float or array-like, shape (k,)
        True failure probability, one for all cases or one for each.
    within : int
        Number of cases, 1 or more.

    Returns
    -------
    array of float, shape (within,)
        Probability that the first declaration falls at or before each case.

    Raises
    ------
    InvalidParameter
        If a rate is outside 0 to 1 or the number of cases is below 1.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.4), limit=0.7)
    >>> competence_by_case(chart, failure_rate=0.5, within=3)
    array([0.  , 0.25 , 0.375])
    """
    rates = rates_by_case(failure_rate, check_count("within", within))
    if isinstance(chart, StandardCusum):
        return _standard(chart, rates)
    if isinstance(chart, LastLookCusum):  # after the last look nobody is declared any more
        declared = last_look_by_case(chart, failure_rate=rates)
        return declared[np.minimum(np.arange(rates.size), chart.cases - 1)]
    opening = chart.opening
    side = next((k for k, kind in enumerate(opening.kinds) if kind == "competent"), None)
    if side is None:
        return np.zeros(rates.size)
    return _first_of_side(opening, side, rates)


def _first_of_side(chart: Chart, side: int, rates: FloatArray) -> FloatArray:
    """Follow a chart until it crosses one limit; the other limit stops it or starts it again."""
    other = 2 if chart.walk.after_signal == "stop" else 0
    leads = (1, other) if side == 0 else (other, 1)
    phases = [Phase(chart.walk, two_scores(chart), *leads), Phase(), Phase()]
    declared: FloatArray = follow_phases(phases, rates)[:, 1]
    return declared


def _standard(chart: StandardCusum, rates: FloatArray) -> FloatArray:
    """Follow a standard CUSUM to its one line, or to its two lines in a row."""
    scores, two = two_scores(chart), chart.competence == "two lines"
    if chart.after_signal == "parallel" or (chart.after_signal == "stop" and two):
        lines = Lines(chart.lower, chart.upper, 2 if two else 1, chart.after_signal == "stop")
        return declared_by_parallel_lines(lines, scores, rates)
    if not two:
        failed = 2 if chart.after_signal == "stop" else 0
        phases = [Phase(chart.walk, scores, 1, failed), Phase(), Phase()]
        return np.asarray(follow_phases(phases, rates)[:, 1])
    phases = [Phase(chart.walk, scores, 1, 0), Phase(chart.walk, scores, 2, 0), Phase()]
    return np.asarray(follow_phases(phases, rates)[:, 2])
