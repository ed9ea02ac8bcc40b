"""What a chart does in the long run: how many cases until it signals, and how often within a number of cases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import Chart, check_positive
from cusum.charts.glr import BernoulliGlr
from cusum.charts.low_volume import LastLookCusum
from cusum.charts.walk import FloatArray, Walk
from cusum.design.bracketed import GridLaw
from cusum.design.distribution import RunLength
from cusum.design.last_look import LastLookLaw
from cusum.design.laws import ExcursionLaw, LatticeLaw, Law
from cusum.design.ordered import OrderedLaw, failure_adds_the_same
from cusum.design.scores import Scores, check_count, check_rates, rates_by_case, two_scores
from cusum.design.simulation import SimulatedLaw, simulate_first_signals
from cusum.design.steps import (
    RiskSequence,
    Steps,
    adjusts_for_risk,
    case_mix,
    changed_odds,
    steps_at_rates,
    steps_by_case,
)
from cusum.errors import InvalidParameter
from cusum.work import Progress

__all__ = ["RunLength", "Scores", "check_rates", "run_length", "signal_probability", "two_scores"]

Method = Literal["auto", "exact", "grid", "simulation"]

_HELD_ON = 4096
_LONGEST_SIMULATED = 100_000


def run_length(
    chart: Chart,
    *,
    failure_rate: ArrayLike | None = None,
    risk: ArrayLike | RiskSequence | None = None,
    odds_ratio: float = 1.0,
    horizon: int | None = None,
    method: Method = "auto",
    tolerance: float = 1e-6,
    budget: float = 1.0,
    seed: int | None = None,
    replicates: int = 10_000,
    executor: Executor | None = None,
    progress: bool | Progress = False,
) -> RunLength:
    """Say how many cases a chart takes to signal, for performers with a given failure rate.

    Parameters
    ----------
    chart : Chart
        Any chart with a limit. Of a two-phase chart, the first phase.
    failure_rate : float or array-like, shape (k,), optional
        True failure probability, from 0 to 1: one for all cases, or one for each case (a learning curve), of which the
        last holds on for all further cases. For charts without risk adjustment.
    risk : array-like, shape (m,), or RiskSequence, optional
        Expected failure probabilities: an array is a mix from which each case is drawn anew; a RiskSequence is cases in
        their order, and the run length is then known up to its last case only.
    odds_ratio : float, default 1
        True odds of failure against those that `risk` expects, above 0.
    horizon : int, optional
        Longest simulated sequence (100,000 cases if left out). The other methods list as many cases as they are asked
        for, whatever the horizon.
    method : {"auto", "exact", "grid", "simulation"}
        "exact" follows every reachable state; "grid" works between bounds on a grid; "simulation" needs a
        seed. "auto" takes the first of them that the chart allows.
    tolerance : float, default 1e-6
        Distance between the bounds of a grid that is good enough, of a probability or relative to the mean.
    budget : float, default 1
        How much work the bounds of a grid may cost where the tolerance is out of reach; 1 is about a second.
    seed : int, optional
        Seed of a simulation, on which alone it depends.
    replicates : int, default 10,000
        Number of simulated sequences.
    executor : Executor, optional
        Where a simulation is run, such as a process pool or a Dask client's `get_executor()`; here if left out.
    progress : bool or callable, default False
        Told ``progress(done, total, what)`` as a simulation goes on; ``True`` draws a bar if the error stream is a
        terminal.

    Returns
    -------
    RunLength
        Probability of a signal within any number of cases, mean, quantiles, probability of each limit.

    Raises
    ------
    InvalidParameter
        If a rate is outside 0 to 1, the horizon is below 1, the chart has no limit, not exactly one of `failure_rate`
        and `risk` is given, a risk-adjusted chart is given no risk, or the method is not one for this chart.

    Notes
    -----
    The first signal ends the run, whatever the chart does after it. A signal is S >= limit (S <= lower limit) within
    1e-9, as in the charts. Where the chart has a floor, the chance of a signal at the next case becomes constant, and
    the tail is geometric from there; otherwise cases are listed until nothing is left. Exact are: charts with two
    scores and no memory below 1, at constant rates and on learning curves; and risk-adjusted charts over a
    `RiskSequence`. A chart with a last look is exact too: after that look it declares nothing, so that its mean is
    infinite unless a declaration is certain. A mix of risks and an EWMA go on a grid,
    between bounds that close in about as the cell does; they stay widest where few different scores come close to a
    limit. A GLR chart is simulated. Under a chart without risk adjustment a mix of risks is a constant failure rate,
    their mean.

    References
    ----------
    Brook D, Evans DA. Biometrika 1972;59:539-549, doi:10.1093/biomet/59.3.539.
    Steiner SH, Cook RJ, Farewell VT, Treasure T. Biostatistics 2000;1:441-452, doi:10.1093/biostatistics/1.4.441.

    Examples
    --------
    >>> from cusum import BernoulliCusum, Criterion, RiskAdjustedCusum
    >>> chart = BernoulliCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=3.0)
    >>> result = run_length(chart, failure_rate=0.10)
    >>> round(result.mean, 1), round(result.signal_by(100), 4)
    (638.9, 0.1202)
    >>> chart = RiskAdjustedCusum(odds_ratio=2.0, limit=2.0)
    >>> run_length(chart, risk=[0.02, 0.05, 0.05, 0.20]).method
    'grid'
    """
    if horizon is not None:
        check_count("horizon", horizon)
    if method not in get_args(Method):
        choices = ", ".join(get_args(Method))
        raise InvalidParameter("method is {method!r}", expected="one of {choices}", method=method, choices=choices)
    opening = chart.opening
    steps = given_steps(chart, failure_rate, risk, odds_ratio)
    if isinstance(opening, LastLookCusum):
        return RunLength(opening.kinds, _last_look(opening, steps, method), "exact")
    if isinstance(opening, BernoulliGlr) or method == "simulation":
        work = partial(simulate_first_signals, seed=seed, executor=executor, progress=progress)
        return _simulated(chart, steps, method, horizon, replicates, work)
    walk = opening.walk
    if walk.lower is None and walk.upper is None:
        raise InvalidParameter("the chart has no limit", expected="a chart that can signal")
    law = None if method == "grid" else exact_law(walk, steps)
    if law is not None:
        return RunLength(opening.kinds, law, "exact")
    if method == "exact":
        raise InvalidParameter(
            "method is 'exact'",
            expected="'auto' or 'grid' for {chart} with these cases",
            remedy="Its statistic takes too many values to follow each.",
            chart=type(opening).__name__,
        )
    if steps.in_order and risk is None:
        return RunLength(opening.kinds, GridLaw(walk, _held(steps), tolerance, budget, len(steps.values)), "grid")
    return RunLength(opening.kinds, GridLaw(walk, steps, tolerance, budget), "grid")


def given_steps(
    chart: Chart, failure_rate: ArrayLike | None, risk: ArrayLike | RiskSequence | None, odds_ratio: float
) -> Steps:
    """Turn what is said of the cases into the scores that they may bring, and their probabilities."""
    if (failure_rate is None) == (risk is None):
        raise InvalidParameter(
            "both failure_rate and risk are given" if risk is not None else "neither failure_rate nor risk is given",
            expected="exactly one of failure_rate and risk",
            remedy="A risk-adjusted chart needs risk, and takes odds_ratio for the truth.",
        )
    if adjusts_for_risk(chart):
        if risk is None:
            raise InvalidParameter(
                "failure_rate was given to {chart}",
                expected="risk, the expected failure probabilities of the cases",
                remedy="The true odds against them are odds_ratio.",
                chart=type(chart.opening).__name__,
            )
        return (
            steps_by_case(chart, risk, odds_ratio)
            if isinstance(risk, RiskSequence)
            else case_mix(chart, risk, odds_ratio)
        )
    if failure_rate is not None:
        check_rates(failure_rate)
        return steps_at_rates(chart, failure_rate)
    if isinstance(risk, RiskSequence):
        return steps_at_rates(chart, changed_odds(risk.risk, odds_ratio))
    mix = RiskSequence(np.ravel(np.asarray(risk, dtype=np.float64))).risk
    return steps_at_rates(chart, float(changed_odds(mix, check_positive("odds_ratio", odds_ratio)).mean()))


def exact_law(walk: Walk, steps: Steps) -> Law | None:
    """Choose how to follow every reachable state, or say that there are too many (None)."""
    if walk.memory < 1 or steps.values.shape[-1] != 2:
        return None
    if not steps.in_order:
        return _two_valued(walk, Scores(*steps.values), steps.chances[1:])
    if not np.ptp(steps.values, axis=0).any():
        return _two_valued(walk, Scores(*steps.values[0]), steps.chances[:, 1])
    return OrderedLaw(walk, steps) if failure_adds_the_same(steps) else None


def _two_valued(walk: Walk, scores: Scores, rates: FloatArray) -> Law:
    """Follow a two-valued chart: by excursions where the rate is constant, else state by state."""
    constant = bool((rates == rates[0]).all())
    bounded = walk.upper is not None and (walk.floor is None) != (walk.lower is None)
    if constant and bounded and min(scores) < 0 < max(scores):
        return ExcursionLaw(walk, scores, float(rates[0]))
    return LatticeLaw(walk, scores, rates)


def signal_probability(walk: Walk, scores: Scores, rates: FloatArray) -> FloatArray:
    """Give the probability of ending at the lower and the upper limit within as many cases as there are rates."""
    ended: FloatArray = _two_valued(walk, scores, rates).follow(rates.size).ended.sum(axis=0)
    return ended


def _last_look(chart: LastLookCusum, steps: Steps, method: Method) -> LastLookLaw:
    """Follow a chart with a last look, which is always exact."""
    if method not in ("auto", "exact"):
        raise InvalidParameter(
            "method is {method!r}",
            expected="'auto' or 'exact' for {chart}",
            method=method,
            chart=type(chart).__name__,
        )
    return LastLookLaw(chart, rates_by_case(steps.chances[..., 1], chart.cases))


def _held(steps: Steps) -> Steps:
    """Let the last failure rate of a learning curve hold on."""
    more = _HELD_ON
    values = np.concatenate((steps.values, np.repeat(steps.values[-1:], more, axis=0)))
    return Steps(values, np.concatenate((steps.chances, np.repeat(steps.chances[-1:], more, axis=0))))


def _simulated(
    chart: Chart,
    steps: Steps,
    method: Method,
    horizon: int | None,
    replicates: int,
    work: Callable[..., SimulatedLaw],
) -> RunLength:
    """Simulate, where that is asked for or the only way."""
    if method not in ("auto", "simulation"):
        raise InvalidParameter(
            "method is {method!r}",
            expected="'simulation' for {chart}, which follows no recursion",
            method=method,
            chart=type(chart.opening).__name__,
        )
    cases = horizon or _LONGEST_SIMULATED
    cases = min(cases, steps.values.shape[0]) if isinstance(steps, Steps) and steps.in_order else cases
    law = work(chart, steps, replicates=check_count("replicates", replicates), cases=cases)
    return RunLength(chart.opening.kinds, law, "simulation", law.standard_error)
