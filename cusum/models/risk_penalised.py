"""Logistic regression where some covariate tells failures from successes: find it, and keep the estimates finite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from cusum.errors import InvalidData

__all__ = ["firth", "information_of", "log_likelihood", "profile_limits", "separated_columns"]

FloatArray = NDArray[np.float64]


def log_likelihood(matrix: FloatArray, failure: FloatArray, beta: FloatArray, offset: FloatArray | float) -> float:
    """Sum up the log likelihood without overflow.

    Parameters
    ----------
    matrix : array of float, shape (n, k)
        Covariates.
    failure : array of float, shape (n,)
        Outcomes, 0 or 1.
    beta : array of float, shape (k,)
        Coefficients.
    offset : array of float, shape (n,), or float
        Added to the linear predictor.

    Returns
    -------
    float
        The log likelihood.

    Examples
    --------
    >>> round(log_likelihood(np.ones((2, 1)), np.array([0.0, 1.0]), np.zeros(1), 0.0), 4)
    -1.3863
    """
    eta = matrix @ beta + offset
    return float(failure @ eta - np.logaddexp(0.0, eta).sum())


def separated_columns(matrix: FloatArray, failure: FloatArray) -> tuple[int, ...]:
    """Find the columns whose coefficients have no finite estimate, because they tell failures from successes.

    Parameters
    ----------
    matrix : array of float, shape (n, k)
        Covariates, the intercept among them.
    failure : array of float, shape (n,)
        Outcomes, 0 or 1.

    Returns
    -------
    tuple of int
        Their positions; empty where the cases overlap and all estimates are finite.

    Notes
    -----
    The cases are separated, completely or in part, if some direction of the coefficients lets no case lose and some
    case gain likelihood for ever. Linear programming finds it or proves that there is none.

    References
    ----------
    Albert A, Anderson JA. Biometrika 1984;71:1-10, doi:10.1093/biomet/71.1.1.

    Examples
    --------
    >>> x = np.column_stack([np.ones(5), [0, 0, 0, 1, 1]])
    >>> separated_columns(x, np.array([0.0, 1.0, 0.0, 1.0, 1.0]))
    (1,)
    """
    from scipy.optimize import linprog

    scale = np.abs(matrix).max(axis=0)
    signed = np.unique((matrix / np.where(scale > 0, scale, 1.0)) * (2 * failure - 1)[:, None], axis=0)
    found = linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1), method="highs")
    direction = np.zeros(matrix.shape[1]) if found.x is None else np.asarray(found.x)
    if np.abs(direction).max() < 0.5:  # a direction that gains can be followed to the edge of the box
        return ()
    return tuple(int(k) for k in np.flatnonzero(np.abs(direction) > 1e-7))


def information_of(matrix: FloatArray, risk: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Give the information matrix and each case's leverage.

    Parameters
    ----------
    matrix : array of float, shape (n, k)
        Covariates.
    risk : array of float, shape (n,)
        Fitted risks.

    Returns
    -------
    tuple
        Arrays of float of shapes (k, k) and (n,); the leverages add up to k.

    Examples
    --------
    >>> information_of(np.ones((4, 1)), np.full(4, 0.5))
    (array([[1.]]), array([0.25, 0.25, 0.25, 0.25]))
    """
    weight = risk * (1 - risk)
    information = (matrix.T * weight) @ matrix
    leverage = weight * np.einsum("ij,ij->i", matrix @ np.linalg.inv(information), matrix)
    return information, leverage


def _penalised(matrix: FloatArray, failure: FloatArray, beta: FloatArray) -> float:
    """Log likelihood plus half the log determinant of the information."""
    risk = expit(matrix @ beta)
    sign, log_determinant = np.linalg.slogdet((matrix.T * (risk * (1 - risk))) @ matrix)
    return log_likelihood(matrix, failure, beta, 0.0) + 0.5 * log_determinant if sign > 0 else -np.inf


def firth(
    matrix: FloatArray, failure: FloatArray, *, fixed: int | None = None, at: float = 0.0
) -> tuple[FloatArray, float]:
    """Maximise Firth's penalised likelihood, whose coefficients are always finite.

    Parameters
    ----------
    matrix : array of float, shape (n, k)
        Covariates, the intercept among them.
    failure : array of float, shape (n,)
        Outcomes, 0 or 1.
    fixed : int, optional
        A coefficient that is held at `at` while the others are found.
    at : float, default 0
        Its value.

    Returns
    -------
    tuple
        Coefficients, array of float of shape (k,), and the penalised log likelihood there.

    Raises
    ------
    InvalidData
        If no maximum is found, as with columns of hugely different scale.

    Notes
    -----
    The penalty is half the log determinant of the information (Jeffreys' prior), and the score becomes
    sum of (y - risk + h (1/2 - risk)) x with h the leverage: as if each case were there 1 + h times, with y + h/2
    failures. The steps are those of that larger sample, which do not overshoot where a case stands alone.

    References
    ----------
    Firth D. Biometrika 1993;80:27-38, doi:10.1093/biomet/80.1.27.
    Heinze G, Schemper M. Stat Med 2002;21:2409-2419, doi:10.1002/sim.1047.

    Examples
    --------
    With one group of each kind the answer is that of half a case added to each cell:

    >>> x = np.column_stack([np.ones(6), [0, 0, 0, 0, 1, 1]])
    >>> firth(x, np.array([1.0, 0.0, 0.0, 0.0, 1.0, 1.0]))[0]
    array([-0.84729786,  2.45673577])
    """
    beta = np.zeros(matrix.shape[1])
    free = np.arange(beta.size) != fixed
    beta[~free] = at
    best = _penalised(matrix, failure, beta)
    for _ in range(200):
        risk = expit(matrix @ beta)
        _, leverage = information_of(matrix, risk)
        score = matrix.T @ (failure - risk + leverage * (0.5 - risk))
        curvature = (matrix.T * (risk * (1 - risk) * (1 + leverage))) @ matrix
        step = np.zeros(beta.size)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], score[free])
        step *= min(1.0, 5.0 / max(np.abs(matrix @ step).max(), 1e-300))
        for _ in range(30):
            reached = _penalised(matrix, failure, beta + step)
            if reached >= best - 1e-12 * (1 + abs(best)):
                break
            step = step / 2
        beta, best = beta + step, reached
        if np.abs(step).max() <= 1e-11 * (1 + np.abs(beta).max()):
            return beta, best
    raise InvalidData(
        "the penalised fit did not converge in 200 steps",
        expected="covariates of comparable scale",
        remedy="Divide very large covariates by a round number, or use fewer.",
    )


def profile_limits(
    matrix: FloatArray, failure: FloatArray, beta: FloatArray, best: float, columns: Sequence[int]
) -> FloatArray:
    """Give 95% limits where twice the penalised log likelihood, maximised over the others, has fallen by 3.84.

    Parameters
    ----------
    matrix : array of float, shape (n, k)
        Covariates.
    failure : array of float, shape (n,)
        Outcomes, 0 or 1.
    beta : array of float, shape (k,)
        Firth's estimates.
    best : float
        Penalised log likelihood there.
    columns : sequence of int
        Which coefficients.

    Returns
    -------
    array of float, shape (2, m)
        Lower and upper limits of the m coefficients.
    """
    from scipy.optimize import brentq
    from scipy.special import chdtri

    fall = float(chdtri(1, 0.05))
    information, _ = information_of(matrix, expit(matrix @ beta))
    spread = np.sqrt(np.diag(np.linalg.inv(information)))
    limits = np.empty((2, len(columns)))
    for at, k in enumerate(columns):

        def excess(value: float, k: int = k) -> float:
            return 2 * (best - firth(matrix, failure, fixed=k, at=value)[1]) - fall

        for side, sign in enumerate((-1, 1)):
            reach = 2 * spread[k]
            while excess(beta[k] + sign * reach) < 0:
                reach *= 1.6
            limits[side, at] = brentq(excess, beta[k], beta[k] + sign * reach, xtol=1e-8)
    return limits
