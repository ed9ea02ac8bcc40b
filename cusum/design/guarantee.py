"""Limits for risks and rates that were themselves estimated: raised so that the promise holds for most samples."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from math import exp, log
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from cusum.charts.base import Chart, check_failure
from cusum.charts.walk import FloatArray
from cusum.design.attainable import with_limit
from cusum.design.mistaken import mistaken_steps, needed_limit
from cusum.design.promises import LimitDesign, Promise
from cusum.design.steps import adjusts_for_risk
from cusum.design.tuning import described, search_limit, steps_under
from cusum.errors import InvalidParameter
from cusum.work import Progress, in_chunks

__all__ = ["EstimationSample", "guaranteed_limit"]

_CHUNK = 10
_EDGE = 1e-6


class _Cases(Protocol):
    """The cases of a fitted model."""

    @property
    def matrix(self) -> FloatArray:
        """Covariates with an intercept."""

    @property
    def failure(self) -> FloatArray:
        """Outcomes, 0 or 1."""

    @property
    def groups(self) -> NDArray[np.int64] | None:
        """Cluster of each case, from 0."""


class FittedModel(Protocol):
    """A risk model as far as it is needed here: it has the cases that it was fitted on."""

    @property
    def sample(self) -> _Cases | None:
        """The cases; None for a model read from a file."""


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
    groups : array-like, shape (n,), optional
        Names or numbers of the clusters, such as trainees, whose cases go together: clusters are then drawn, not cases.

    Raises
    ------
    InvalidParameter
        If there are not as many outcomes as covariates or groups, all outcomes are the same, or there is one group.

    Examples
    --------
    >>> EstimationSample([0, 1, 0, 0]).risk
    array([0.25, 0.25, 0.25, 0.25])
    """

    failure: NDArray[np.bool_]
    covariates: FloatArray | None = None
    parametric: bool = False
    groups: ArrayLike | None = None

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
        if self.groups is not None:
            _, numbers = np.unique(np.asarray(self.groups), return_inverse=True)
            if self.parametric or numbers.shape != failure.shape or numbers.max() < 1:
                raise InvalidParameter(
                    "groups has shape {shape}",
                    expected="the group of each of the {n} cases, at least two groups, and no parametric bootstrap",
                    shape=np.asarray(self.groups).shape,
                    n=failure.size,
                )
            object.__setattr__(self, "groups", numbers)

    @classmethod
    def of(cls, model: FittedModel, *, parametric: bool = False) -> EstimationSample:
        """Take the cases that a risk model was fitted on, with its covariates and clusters.

        Parameters
        ----------
        model : RiskModel
            From `fit_risk_model`; one read from a file has no cases.
        parametric : bool, default False
            Draw bootstrap outcomes from the model, instead of drawing cases or clusters again.

        Returns
        -------
        EstimationSample
            For `find_limit` and `limit_influence`.

        Raises
        ------
        InvalidParameter
            If the model has no cases.
        """
        sample = model.sample
        if sample is None:
            raise InvalidParameter(
                "the model was read from a file, which does not hold the cases it was fitted on",
                expected="a model that was fitted here",
                remedy="Fit it again, or ask for an EstimationSample of the cases.",
            )
        groups = None if parametric else sample.groups
        return cls(sample.failure > 0, sample.matrix[:, 1:], parametric, groups)

    def draw(self, rng: np.random.Generator) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Draw a sample like this one.

        Parameters
        ----------
        rng : Generator
            Source of random numbers.

        Returns
        -------
        tuple
            Covariates with an intercept, and outcomes, of the cases drawn.
        """
        n = self.failure.size
        if self.parametric:
            return self.matrix, rng.random(n) < self.risk
        if self.groups is None:
            rows = rng.integers(0, n, n)
            return self.matrix[rows], self.failure[rows]
        groups = np.asarray(self.groups)
        members = np.split(np.argsort(groups, kind="stable"), np.cumsum(np.bincount(groups))[:-1])
        rows = np.concatenate([members[k] for k in rng.integers(0, len(members), len(members))])
        return self.matrix[rows], self.failure[rows]

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
    progress: bool | Progress = False,
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
    progress : bool or Progress, default False
        A callback ``progress(done, total, what)``; ``True`` draws a bar on the error stream if that is a terminal.

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
    found = in_chunks(run, replicates, _CHUNK, seed, executor, progress=progress, what="bootstrap samples")
    differences = np.concatenate(found)
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
    matrix, risk = sample.matrix, sample.risk
    found = np.empty(count)
    for k in range(count):
        drawn, outcomes = sample.draw(rng)
        again = fit_logistic(drawn, outcomes)
        own = mistaken_steps(chart, fitted_risk(drawn, again), fitted_risk(drawn, again))
        other = mistaken_steps(chart, fitted_risk(matrix, again), risk)
        found[k] = log(needed_limit(chart, promise, own)) - log(needed_limit(chart, promise, other))
    return found.round(9)  # as far as every machine, and every number of threads, agrees
