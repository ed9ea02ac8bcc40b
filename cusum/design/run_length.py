"""What a chart does in the long run: how many cases until it signals, and how often within a number of cases."""

from __future__ import annotations

from typing import Literal

from numpy.typing import ArrayLike

from cusum.charts.base import Chart
from cusum.charts.walk import FloatArray, Walk
from cusum.design.distribution import RunLength
from cusum.design.laws import ExcursionLaw, LatticeLaw, Law
from cusum.design.scores import Scores, check_count, check_rates, two_scores
from cusum.errors import InvalidParameter

__all__ = ["RunLength", "Scores", "check_rates", "run_length", "signal_probability", "two_scores"]


def run_length(
    chart: Chart,
    *,
    failure_rate: ArrayLike,
    horizon: int | None = None,
    method: Literal["auto", "exact"] = "auto",
) -> RunLength:
    """Say how many cases a chart takes to signal, for performers with a given failure rate.

    Parameters
    ----------
    chart : Chart
        Any chart with two-valued scores and a limit. Of a two-phase chart, the first phase.
    failure_rate : float or array-like, shape (k,)
        True failure probability, from 0 to 1: one for all cases, or one for each case (a learning curve), of which the
        last holds on for all further cases.
    horizon : int, optional
        Number of cases to list one by one, at least; as many as the tail needs to become geometric if left out.
    method : {"auto", "exact"}
        "exact" follows every reachable state.

    Returns
    -------
    RunLength
        Probability of a signal within any number of cases, mean, quantiles, probability of each limit.

    Raises
    ------
    InvalidParameter
        If a rate is outside 0 to 1, the horizon is below 1, or the chart has no limit.

    Notes
    -----
    The first signal ends the run, whatever the chart does after it. A signal is S >= limit (S <= lower limit) within
    1e-9, as in the charts. Where the chart has a floor, the chance of a signal at the next case becomes constant, and
    the tail is geometric from there; otherwise cases are listed until nothing is left.

    References
    ----------
    Brook D, Evans DA. Biometrika 1972;59:539-549, doi:10.1093/biomet/59.3.539.

    Examples
    --------
    >>> from cusum import BernoulliCusum, Criterion
    >>> chart = BernoulliCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=3.0)
    >>> result = run_length(chart, failure_rate=0.10)
    >>> round(result.mean, 1), round(result.signal_by(100), 4)
    (638.9, 0.1202)
    """
    if method not in ("auto", "exact"):
        raise InvalidParameter("method is {method!r}", expected="'auto' or 'exact'", method=method)
    walk = chart.opening.walk
    if walk.lower is None and walk.upper is None:
        raise InvalidParameter("the chart has no limit", expected="a chart that can signal")
    if horizon is not None:
        check_count("horizon", horizon)
    return RunLength(chart.opening.kinds, exact_law(walk, two_scores(chart), check_rates(failure_rate)))


def exact_law(walk: Walk, scores: Scores, rates: FloatArray) -> Law:
    """Choose how to follow a two-valued chart: by excursions where the rate is constant, else state by state."""
    constant = bool((rates == rates[0]).all())
    bounded = walk.upper is not None and (walk.floor is None) != (walk.lower is None)
    if constant and bounded and min(scores) < 0 < max(scores):
        return ExcursionLaw(walk, scores, float(rates[0]))
    return LatticeLaw(walk, scores, rates)


def signal_probability(walk: Walk, scores: Scores, rates: FloatArray) -> FloatArray:
    """Give the probability of ending at the lower and the upper limit within as many cases as there are rates."""
    ended: FloatArray = exact_law(walk, scores, rates).follow(rates.size).ended.sum(axis=0)
    return ended
