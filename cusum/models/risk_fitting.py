"""Fit a logistic regression: by maximum likelihood, or by Firth's where that would run away to infinity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cusum.errors import InvalidData
from cusum.models.risk_penalised import firth, information_of, log_likelihood, profile_limits, separated_columns

__all__ = ["LogisticFit", "estimate", "fit_logistic", "maximise"]

FloatArray = NDArray[np.float64]
_SUSPECT = 10.0
"""A linear predictor beyond this (a risk of 1 in 22,000) is looked into for separation."""
_TELLS_ALONE = 1e8
"""Condition number beyond which a cluster alone tells a coefficient."""


@dataclass(frozen=True)
class LogisticFit:
    """Coefficients of a logistic regression with their uncertainty.

    Parameters
    ----------
    coefficients : array of float, shape (k,)
        On the log odds scale.
    covariance : array of float, shape (k, k)
        Of the coefficients; robust to clusters where there were any.
    low, high : array of float, shape (k,)
        95% limits.
    log_likelihood : float
        At the coefficients, without penalty.
    penalised : bool
        Whether Firth's penalty was used.
    separated : tuple of int
        Columns whose coefficient would have been infinite.
    """

    coefficients: FloatArray
    covariance: FloatArray
    low: FloatArray
    high: FloatArray
    log_likelihood: float
    penalised: bool
    separated: tuple[int, ...]


def maximise(matrix: FloatArray, failure: FloatArray, *, offset: FloatArray | float = 0.0) -> tuple[FloatArray, bool]:
    """Maximise the likelihood by Newton's method with step halving.

    Parameters
    ----------
    matrix : array of float, shape (n, k)
        Covariates, the intercept among them.
    failure : array of float, shape (n,)
        Outcomes, 0 or 1.
    offset : array of float, shape (n,), optional
        Added to the linear predictor.

    Returns
    -------
    tuple
        Coefficients, array of float of shape (k,), and whether they have converged.

    Examples
    --------
    >>> beta, converged = maximise(np.ones((4, 1)), np.array([0.0, 0.0, 0.0, 1.0]))
    >>> np.round(beta, 4), converged
    (array([-1.0986]), True)
    """
    beta = np.zeros(matrix.shape[1])
    best = log_likelihood(matrix, failure, beta, offset)
    for _ in range(60):
        eta = matrix @ beta + offset
        if np.abs(eta - offset).max() > 3 * _SUSPECT:
            return beta, False
        risk = expit(eta)
        try:
            step = np.linalg.solve((matrix.T * (risk * (1 - risk))) @ matrix, matrix.T @ (failure - risk))
        except np.linalg.LinAlgError:
            return beta, False
        for _ in range(30):
            reached = log_likelihood(matrix, failure, beta + step, offset)
            if reached >= best - 1e-9 * (1 + abs(best)):
                break
            step = step / 2
        beta, best = beta + step, reached
        if np.abs(step).max() <= 1e-10 * (1 + np.abs(beta).max()):
            return beta, True
    return beta, False


def _clustered(matrix: FloatArray, residual: FloatArray, weight: FloatArray, groups: NDArray[np.int64]) -> FloatArray:
    """Give the covariance that lets the cases of a cluster go together, each cluster's score undone of its own pull.

    A cluster draws the fit towards itself, so that its residuals are too small; (I - A B)^-1, with A its information
    and B the inverse of the whole, makes up for that. Where a cluster alone tells a coefficient it cannot be undone,
    and the plain score is taken, with the usual factor.
    """
    n, k = matrix.shape
    clusters = int(groups.max()) + 1
    scores, own = np.zeros((clusters, k)), np.zeros((clusters, k, k))
    np.add.at(scores, groups, matrix * residual[:, None])
    np.add.at(own, groups, weight[:, None, None] * matrix[:, :, None] * matrix[:, None, :])
    bread = np.linalg.inv(own.sum(axis=0))
    left = np.eye(k) - own @ bread
    factor = float(np.sqrt((clusters / (clusters - 1)) * ((n - 1) / (n - k))))
    known = np.linalg.cond(left) < _TELLS_ALONE
    undone = np.where(
        known[:, None],
        np.linalg.solve(left + ~known[:, None, None] * np.eye(k), scores[..., None])[..., 0],
        factor * scores,
    )
    return np.asarray(bread @ (undone.T @ undone) @ bread)


def _refuse_redundant(matrix: FloatArray, names: tuple[str, ...]) -> None:
    """Refuse columns that are sums of others."""
    from scipy.linalg import qr

    scaled = matrix / np.maximum(np.linalg.norm(matrix, axis=0), 1e-300)
    _, triangle, order = qr(scaled, mode="economic", pivoting=True)
    small = np.abs(np.diag(triangle)) < 1e-9
    short = [names[k] for k in [*order[: small.size][small], *order[small.size :]]]
    if short:
        raise InvalidData(
            "{names} can be computed from the other covariates",
            expected="covariates that each add something",
            remedy="Leave one of the covariates that overlap out.",
            names=", ".join(sorted(short)),
        )


def fit_logistic(
    matrix: FloatArray, failure: FloatArray, names: tuple[str, ...], groups: NDArray[np.int64] | None = None
) -> LogisticFit:
    """Fit by maximum likelihood if that has an answer, else by Firth's penalised likelihood.

    Parameters
    ----------
    matrix : array of float, shape (n, k)
        Covariates, the intercept first.
    failure : array of float, shape (n,)
        Outcomes, 0 or 1.
    names : tuple of str
        Of the k columns, for messages.
    groups : array of int, shape (n,), optional
        Cluster of each case, numbered from 0.

    Returns
    -------
    LogisticFit
        Coefficients and their uncertainty.

    Raises
    ------
    InvalidData
        If a column can be computed from the others, or no fit converges.
    """
    _refuse_redundant(matrix, names)
    start, separated = _start(matrix, failure)
    if separated:
        return _fit_penalised(matrix, failure, groups, separated)
    return _fit_likelihood(matrix, failure, groups, start)


def _start(matrix: FloatArray, failure: FloatArray) -> tuple[FloatArray, tuple[int, ...]]:
    """Give the maximum, and the columns that keep it from being finite, if any."""
    start, converged = maximise(matrix, failure)
    if converged and np.abs(matrix @ start).max() <= _SUSPECT:
        return start, ()
    return start, separated_columns(matrix, failure)


def estimate(matrix: FloatArray, failure: FloatArray) -> tuple[FloatArray, bool]:
    """Estimate the coefficients alone, as `fit_logistic` does: quickly, for resampling.

    Parameters
    ----------
    matrix : array of float, shape (n, k)
        Covariates, the intercept first.
    failure : array of float, shape (n,)
        Outcomes, 0 or 1.

    Returns
    -------
    tuple
        Coefficients, array of float of shape (k,), and whether they are penalised.

    Examples
    --------
    >>> beta, penalised = estimate(np.ones((4, 1)), np.array([0.0, 0.0, 0.0, 1.0]))
    >>> np.round(beta, 4), penalised
    (array([-1.0986]), False)
    """
    start, separated = _start(matrix, failure)
    return (_recentred(matrix, failure, firth(matrix, failure)[0]), True) if separated else (start, False)


def _recentred(matrix: FloatArray, failure: FloatArray, beta: FloatArray) -> FloatArray:
    """Move the intercept so that as many failures are expected as there were."""
    moved = beta.copy()
    moved[0] += maximise(matrix[:, :1], failure, offset=matrix @ beta)[0][0]
    return moved


def _fit_likelihood(
    matrix: FloatArray, failure: FloatArray, groups: NDArray[np.int64] | None, start: FloatArray
) -> LogisticFit:
    """Let statsmodels fit and give the covariance."""
    from scipy.special import ndtri, stdtrit
    from statsmodels.discrete.discrete_model import Logit

    fit = Logit(failure, matrix).fit(
        start_params=start, method="newton", maxiter=100, tol=1e-12, disp=False, warn_convergence=False
    )
    if not fit.mle_retvals["converged"]:
        raise InvalidData(
            "the fit did not converge",
            expected="covariates of comparable scale",
            remedy="Divide very large covariates by a round number, or use fewer.",
        )
    beta, covariance = np.asarray(fit.params), np.asarray(fit.cov_params())
    if groups is not None:
        risk = expit(matrix @ beta)
        covariance = _clustered(matrix, failure - risk, risk * (1 - risk), groups)
    width = ndtri(0.975) if groups is None else stdtrit(groups.max(), 0.975)
    reach = width * np.sqrt(np.diag(covariance))
    return LogisticFit(beta, covariance, beta - reach, beta + reach, float(fit.llf), False, ())


def _fit_penalised(
    matrix: FloatArray, failure: FloatArray, groups: NDArray[np.int64] | None, separated: tuple[int, ...]
) -> LogisticFit:
    """Fit Firth's likelihood, then move the intercept so that as many failures are expected as there were."""
    from scipy.special import ndtri, stdtrit

    beta, best = firth(matrix, failure)
    risk = expit(matrix @ beta)
    information, leverage = information_of(matrix, risk)
    covariance: FloatArray = np.linalg.inv(information).astype(np.float64)
    width = ndtri(0.975)
    if groups is not None:
        covariance = _clustered(matrix, failure - risk + leverage * (0.5 - risk), risk * (1 - risk), groups)
        width = stdtrit(groups.max(), 0.975)
    reach = width * np.sqrt(np.diag(covariance))
    low, high = beta - reach, beta + reach
    if groups is None:
        low[[*separated]], high[[*separated]] = profile_limits(matrix, failure, beta, best, separated)
    moved = _recentred(matrix, failure, beta)
    low, high = low + (moved - beta), high + (moved - beta)
    return LogisticFit(moved, covariance, low, high, log_likelihood(matrix, failure, moved, 0.0), True, separated)
