"""Limits for risks and rates that were themselves estimated: raised so that the promise holds for most samples."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from math import exp, log

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cusum.charts.base import Chart, check_failure
from cusum.charts.walk import FloatArray
from cusum.design.attainable import with_limit
from cusum.design.bracketed import GridLaw
from cusum.design.promises import LimitDesign, Promise
from cusum.design.searching import safe_limit
from cusum.design.simulation import in_chunks
from cusum.design.steps import Steps, adjusts_for_risk, changed_odds
from cusum.design.tuning import described, first_guess, search_limit, steps_under
from cusum.errors import InvalidParameter

__all__ = ["EstimationSample", "guaranteed_limit"]

_CHUNK = 10
_POINTS = 512
_PRECISION = 2e-4
_EDGE = 1e-6


@dataclass(frozen=True, eq=False)
class EstimationSample:
    """The cases that a rate or a risk model was estimated from.

    Parameters
    ----------
    failure : array-like, shape (n,)
        Outcomes, 1 for a failure.
    covariates : array-like, shape (n,) or (n, k), optional
        What the risk depends on, as numbers; the model is logistic, with an intercept. Left out where one rate is
        estimated for all cases.
    parametric : bool, default False
        Draw bootstrap outcomes from the estimated model, instead of drawing cases again.

    Raises
    ------
    InvalidParameter
        If there are not as many outcomes as covariates, or all outcomes are the same.

    Examples
    --------
    >>> EstimationSample([0, 1, 0, 0]).risk
    array([0.25, 0.25, 0.25, 0.25])
    """

    failure: NDArray[np.bool_]
    covariates: FloatArray | None = None
    parametric: bool = False

    def __post_init__(self) -> None:
        """Check the cases; put an intercept beside the covariates."""
        failure = check_failure(self.failure)
        object.__setattr__(self, "failure", failure)
        if failure.size < 2 or failure.all() or not failure.any():
            raise InvalidParameter("all outcomes of the sample are the same", expected="failures and successes")
        matrix = np.ones((failure.size, 1))
        if self.covariates is not None:
            given = np.asarray(self.covariates, dtype=np.float64)
            given = given[:, None] if given.ndim == 1 else given
            if given.ndim != 2 or given.shape[0] != failure.size or not np.isfinite(given).all():
                raise InvalidParameter(
                    "covariates has shape {shape}",
                    expected="finite numbers, one row for each of the {n} cases",
                    shape=given.shape,
                    n=failure.size,
                )
            matrix = np.column_stack((matrix, given))
        object.__setattr__(self, "covariates", matrix)

    @property
    def matrix(self) -> FloatArray:
        """Covariates with an intercept, shape (n, 1 + k)."""
        assert self.covariates is not None
        return self.covariates

    @property
    def risk(self) -> FloatArray:
        """Failure probability of each case under the model fitted to the sample."""
        return fitted_risk(self.matrix, fit_logistic(self.matrix, self.failure))


def fit_logistic(matrix: FloatArray, failure: NDArray[np.bool_]) -> FloatArray:
    """Fit a logistic regression by Newton's method.

    Parameters
    ----------
    matrix : array of float, shape (n, k)
        Covariates, an intercept among them.
    failure : array of bool, shape (n,)
        Outcomes.

    Returns
    -------
    array of float, shape (k,)
        Coefficients.

    Examples
    --------
    >>> fit_logistic(np.ones((4, 1)), np.array([True, False, False, False])).round(4)
    array([-1.0986])
    """
    coefficients = np.zeros(matrix.shape[1])
    ridge = 1e-9 * matrix.shape[0] * np.eye(matrix.shape[1])  # keeps a separated bootstrap sample finite
    for _ in range(50):
        chance = expit(matrix @ coefficients)
        weight = np.maximum(chance * (1 - chance), 1e-10)
        step = np.linalg.solve((matrix.T * weight) @ matrix + ridge, matrix.T @ (failure - chance))
        coefficients = coefficients + np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-10:
            break
    return np.asarray(coefficients, dtype=np.float64)


def fitted_risk(matrix: FloatArray, coefficients: FloatArray) -> FloatArray:
    """Give the failure probabilities of a fitted model, kept off 0 and 1."""
    return np.asarray(np.clip(expit(matrix @ coefficients), _EDGE, 1 - _EDGE), dtype=np.float64)


def guaranteed_limit(
    chart: Chart,
    promise: Promise,
    sample: EstimationSample | None,
    *,
    replicates: int,
    seed: int | None,
    executor: Executor | None,
) -> LimitDesign:
    """Raise a limit so that the promise holds with a stated probability over the estimation sample.

    Parameters
    ----------
    chart : Chart
        A chart with one limit.
    promise : Promise
        What is asked, with its guarantee.
    sample : EstimationSample
        The cases that the rate or the model was estimated from.
    replicates : int
        Number of bootstrap samples.
    seed : int
        Seed, on which alone the limit depends.
    executor : Executor, optional
        Where bootstrap samples are worked on.

    Returns
    -------
    LimitDesign
        The raised limit; the probabilities and means it reports are those under the estimated model.

    Raises
    ------
    InvalidParameter
        If there is no sample, no guarantee, or no seed.

    Notes
    -----
    For each bootstrap sample the model is estimated anew. The limit that a chart tuned to it would need if it were the
    truth is compared, on a logarithmic scale, with the limit that the same chart needs where the original estimate is
    the truth; the limit is raised by as much as covers all but 1 - guarantee of these differences.

    References
    ----------
    Gandy A, Kvaløy JT. Scand J Stat 2013;40:647-668, doi:10.1002/sjos.12006.
    """
    if sample is None or promise.guarantee is None:
        raise InvalidParameter(
            "guarantee and sample are not both given",
            expected="a probability, such as 0.9, and the EstimationSample that the model was estimated from",
        )
    adjusted = adjusts_for_risk(chart)
    if adjusted == (sample.matrix.shape[1] == 1):
        raise InvalidParameter(
            "the sample does not fit the {chart}",
            expected="covariates for a risk-adjusted chart, and none for another",
            chart=type(chart).__name__,
        )
    run = partial(_differences, chart, promise, sample)
    differences = np.concatenate(in_chunks(run, replicates, _CHUNK, seed, executor))
    raised = exp(-float(np.quantile(differences, 1 - promise.guarantee, method="inverted_cdf")))
    plain = search_limit(chart, replace(promise, guarantee=None), sample.risk if adjusted else None)
    limit = plain.limit * max(raised, 1.0)
    risk = sample.risk if adjusted else None
    null, other = steps_under(chart, risk, null=True), steps_under(chart, risk, null=False)
    assert null is not None
    return described(with_limit(chart, limit), limit, promise, null, other)


def _differences(
    chart: Chart, promise: Promise, sample: EstimationSample, count: int, seed: np.random.SeedSequence
) -> FloatArray:
    """Work on some bootstrap samples."""
    rng = np.random.default_rng(seed)
    matrix, failure, risk = sample.matrix, sample.failure, sample.risk
    found = np.empty(count)
    for k in range(count):
        if sample.parametric:
            drawn, outcomes = matrix, rng.random(failure.size) < risk
        else:
            rows = rng.integers(0, failure.size, failure.size)
            drawn, outcomes = matrix[rows], failure[rows]
        again = fit_logistic(drawn, outcomes)
        own = _mixed(chart, fitted_risk(drawn, again), fitted_risk(drawn, again))
        other = _mixed(chart, fitted_risk(matrix, again), risk)
        found[k] = log(_needed(chart, promise, own)) - log(_needed(chart, promise, other))
    return found


def _mixed(chart: Chart, supposed: FloatArray, true: FloatArray) -> Steps:
    """Give the scores of a mix where the chart supposes one risk and another one is true."""
    adjusted = adjusts_for_risk(chart)
    if adjusted:
        odds = float(getattr(chart, "odds_ratio", 1.0)) if "competent" in chart.kinds else 1.0
        true = changed_odds(true, odds)
    outcomes = [np.full(true.size, outcome) for outcome in (False, True)]
    scores = [chart.scores(outcome, risk=supposed if adjusted else None) for outcome in outcomes]
    chances = np.concatenate((1 - true, true)) / true.size
    values, where = np.unique(np.concatenate(scores).round(12), return_inverse=True)
    return Steps(values, np.bincount(where, weights=chances).astype(np.float64))


def _needed(chart: Chart, promise: Promise, steps: Steps) -> float:
    """Find the limit that keeps the promise by the estimate of a coarse grid."""
    return safe_limit(_estimated(chart, promise, steps), first_guess(chart, steps), _PRECISION)


def _estimated(chart: Chart, promise: Promise, steps: Steps) -> Callable[[float], float]:
    """Make the function that says how well a limit keeps a promise, by the estimate of a coarse grid."""

    def margin(limit: float) -> float:
        law = GridLaw(with_limit(chart, limit).walk, steps, 1e-6)
        if promise.in_control_mean is not None:
            return log(min(law.estimated_mean(_POINTS), 1e300) / promise.in_control_mean)
        return log(promise.false_signal / max(law.estimated_chance(promise.within, _POINTS), 1e-300))

    return margin
