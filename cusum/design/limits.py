"""Choosing the limit: the smallest one that keeps a stated promise."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import fields

from numpy.typing import ArrayLike

from cusum.charts.base import Chart, check_fraction, check_positive
from cusum.charts.glr import BernoulliGlr
from cusum.design.attainable import attainable_limit
from cusum.design.guarantee import EstimationSample, guaranteed_limit
from cusum.design.promises import LimitDesign, Promise
from cusum.design.scores import check_count
from cusum.design.simulated_limit import simulated_limit
from cusum.design.steps import RiskSequence, adjusts_for_risk
from cusum.design.tuning import search_limit
from cusum.design.two_sided import find_two_limits, has_two_hypotheses
from cusum.errors import InvalidParameter
from cusum.work import Progress

__all__ = ["LimitDesign", "Promise", "find_limit"]


def find_limit(
    chart: Chart,
    *,
    false_signal: float | None = None,
    within: int | None = None,
    in_control_mean: float | None = None,
    risk: ArrayLike | RiskSequence | None = None,
    guarantee: float | None = None,
    sample: EstimationSample | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    executor: Executor | None = None,
    progress: bool | Progress = False,
) -> LimitDesign:
    """Find the smallest limit that keeps a promise about false signals.

    Parameters
    ----------
    chart : Chart
        A chart with a limit, whose own limit is ignored. An EWMA with two limits gets the same on either side. A
        standard CUSUM and a sequential test get two limits, each of which keeps the promise where the hypothesis that
        it speaks against is true: `find_two_limits` says how.
    false_signal : float, optional
        Largest probability of a false signal within `within` cases, in (0, 1): of declaring competent a learner whose
        failure rate (or odds ratio) is constantly the unacceptable one, or of an alarm about a performer who is
        constantly as good as supposed.
    within : int, optional
        Number of cases within which the promise holds, 1 or more; of a RiskSequence, all its cases if left out.
    in_control_mean : float, optional
        Smallest mean number of cases to a false signal, above 1; instead of `false_signal`.
    risk : array-like, shape (m,), or RiskSequence, optional
        For risk-adjusted charts: the mix of expected failure probabilities, or the cases in their order.
    guarantee : float, optional
        Raise the limit so that the promise holds with this probability over the sample that the risk model was
        estimated from, such as 0.9; needs `sample` and `seed`, and takes the mix from the sample.
    sample : EstimationSample, optional
        That sample.
    replicates : int, optional
        Bootstrap samples for a guarantee, 200 if left out; simulated sequences for a chart that follows no recursion,
        100,000 for a probability and 10,000 for a mean if left out.
    seed : int, optional
        Seed of a bootstrap or a simulation, on which alone it depends.
    executor : Executor, optional
        Where bootstrap samples or simulations are run; here if left out.
    progress : bool or callable, default False
        Told ``progress(done, total, what)`` as a bootstrap or a simulation goes on; ``True`` draws a bar on the error
        stream if that is a terminal.

    Returns
    -------
    LimitDesign
        The chart with its limit, what it keeps, and the power or the mean where the alternative holds.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range, the promise is not one of the two, or the chart has no limit to set.

    Notes
    -----
    The statistic of a two-valued chart can take only certain values, so the probability of a signal is a step function
    of the limit. Returned is the smallest value that the statistic can take within the number of cases and that keeps
    the promise: the probability kept is never above the promised one. Where even an unbroken run of `within` cases
    would break the promise, no limit can signal in time; `reachable` is then False. For other promises and other charts
    the limit is found to 1e-5 or better, on the side on which the promise is kept; where run lengths come with bounds,
    to 1e-4, and it is the bound that keeps the promise.

    References
    ----------
    Biau DJ, Porcher R. Stat Med 2010;29:1900-1909, doi:10.1002/sim.3947.
    Gandy A, Kvaløy JT. Scand J Stat 2013;40:647-668, doi:10.1002/sjos.12006 (guarantee).

    Examples
    --------
    >>> from cusum import BernoulliCusum, Criterion, LearningCurveCusum
    >>> criterion = Criterion(acceptable=0.10, unacceptable=0.20)
    >>> design = find_limit(LearningCurveCusum(criterion=criterion, limit=1.0), false_signal=0.05, within=100)
    >>> round(design.limit, 6), round(design.false_signal, 6), round(design.true_signal, 6)
    (3.705478, 0.048962, 0.747936)
    >>> find_limit(BernoulliCusum(criterion=criterion, limit=1.0), in_control_mean=500)
    <LimitDesign: limit 2.8091, 502.2 cases to a false signal (promised 500), 49.0 cases where the alternative holds>
    """
    promise = _promise(false_signal, within, in_control_mean, risk, guarantee)
    replicates = None if replicates is None else check_count("replicates", replicates)
    if chart.opening is not chart:
        raise InvalidParameter(
            "the chart is a {chart}",
            expected="a chart with a limit of its own, such as LearningCurveCusum or BernoulliCusum",
            remedy="Design the phases of a two-phase chart one by one.",
            chart=type(chart).__name__,
        )
    if has_two_hypotheses(chart) and guarantee is None:
        return find_two_limits(chart, promise, risk=risk)
    if not any(item.name == "limit" for item in fields(chart)):
        raise InvalidParameter(
            "the chart is a {chart}",
            expected="a chart with a limit and a floor, such as LearningCurveCusum or BernoulliCusum",
            remedy="The limits of this chart follow from its alpha and beta.",
            chart=type(chart).__name__,
        )
    if guarantee is not None or sample is not None:
        return guaranteed_limit(
            chart, promise, sample, replicates=replicates or 200, seed=seed, executor=executor, progress=progress
        )
    if isinstance(chart, BernoulliGlr):
        return simulated_limit(chart, promise, replicates=replicates, seed=seed, executor=executor, progress=progress)
    if promise.in_control_mean is None and not adjusts_for_risk(chart):
        if risk is not None:
            raise InvalidParameter("risk was given to {chart}", expected="no risk", chart=type(chart).__name__)
        walk = chart.walk
        if walk.lower is None and walk.floor is not None and walk.memory == 1:
            return attainable_limit(chart, promise.false_signal, promise.within)
    return search_limit(chart, promise, risk)


def _promise(
    false_signal: float | None,
    within: int | None,
    in_control_mean: float | None,
    risk: ArrayLike | RiskSequence | None,
    guarantee: float | None,
) -> Promise:
    """Check what is asked, and put it together."""
    if guarantee is not None:
        guarantee = check_fraction("guarantee", guarantee)
    if in_control_mean is not None and false_signal is None and within is None:
        mean = check_positive("in_control_mean", in_control_mean)
        if mean <= 1:
            raise InvalidParameter("in_control_mean is {mean}", expected="a number of cases above 1", mean=mean)
        return Promise(in_control_mean=mean, guarantee=guarantee)
    if in_control_mean is not None:
        raise InvalidParameter(
            "in_control_mean is given together with false_signal or within",
            expected="in_control_mean alone, or false_signal and within",
        )
    if within is None and isinstance(risk, RiskSequence):
        within = len(risk)
    chance = check_fraction("false_signal", false_signal)  # type: ignore[arg-type]
    cases = check_count("within", within)
    if isinstance(risk, RiskSequence) and cases > len(risk):
        raise InvalidParameter(
            "within is {within}", expected="at most the {n} cases of the sequence", within=cases, n=len(risk)
        )
    return Promise(chance, cases, guarantee=guarantee)
