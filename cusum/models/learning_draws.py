"""What the unknowns of a learning curve may be, given the outcomes: weighted points that stand for their distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from cusum.models.learning_fitting import Hierarchy, LearningFit, inverse_root
from cusum.models.learning_shapes import FloatArray

__all__ = ["LearningDraws", "draw_posterior", "even_normals", "weighted_quantiles"]

_AT_A_TIME = 32
_STEPS = 3
_ROUNDS = (256, 256)
_WIDER = 1.15


@dataclass(frozen=True, eq=False)
class LearningDraws:
    """Weighted points of the posterior distribution.

    Parameters
    ----------
    theta : array of float, shape (points, p)
        Unknowns of the cohort.
    weight : array of float, shape (points,)
        Their weights, adding up to 1.
    effects : array of float, shape (trainees, points, size)
        Transformed parameters of each trainee.
    share : array of float, shape (trainees, points)
        Weights for each trainee, adding up to 1.
    """

    theta: FloatArray
    weight: FloatArray
    effects: FloatArray
    share: FloatArray

    @property
    def effective(self) -> float:
        """Number of equally weighted points that would be worth as much."""
        return float(1 / (self.weight**2).sum())


def draw_posterior(fit: LearningFit, points: int = 512) -> LearningDraws:
    """Spread points over the posterior distribution evenly, and weigh them by its density.

    Parameters
    ----------
    fit : LearningFit
        The fit.
    points : int, default 512
        A power of 2.

    Returns
    -------
    LearningDraws
        The same for the same fit: the points are those of a Sobol sequence, not random.
    """
    size = fit.hierarchy.shape.size
    mean, covariance = fit.theta, _WIDER**2 * fit.covariance
    for rough in _ROUNDS:
        z = even_normals(rough, fit.theta.size + size)
        theta, weight, *_ = _weigh(fit, mean, covariance, z)
        capped = np.minimum(weight, 1 / np.sqrt(rough))
        capped /= capped.sum()
        mean = capped @ theta
        covariance = _WIDER**2 * (capped[:, None] * (theta - mean)).T @ (theta - mean)
    theta, weight, effects, share = _weigh(fit, mean, covariance, even_normals(points, fit.theta.size + size))
    return LearningDraws(theta, weight, effects, share)


def even_normals(points: int, directions: int) -> FloatArray:
    """Spread points evenly over a standard normal distribution."""
    from scipy.stats import qmc

    spread: FloatArray = ndtri(qmc.Sobol(directions, scramble=False).random(points) + 0.5 / points)
    return spread


def _weigh(
    fit: LearningFit, mean: FloatArray, covariance: FloatArray, z: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Place points by a normal distribution and weigh them by the posterior density."""
    hierarchy, count = fit.hierarchy, fit.theta.size
    values, vectors = np.linalg.eigh(covariance)
    theta = mean + z[:, :count] @ (vectors * np.sqrt(np.maximum(values, 1e-12))).T
    centre, spread = hierarchy.prior
    log_weight = 0.5 * (z[:, :count] ** 2).sum(axis=1) - 0.5 * (((theta - centre) / spread) ** 2).sum(axis=1)
    effects, log_share = [], []
    for at in range(0, len(z), _AT_A_TIME):
        part = slice(at, at + _AT_A_TIME)
        found, log_likelihood, log_ratio = _draw_trainees(hierarchy, theta[part], z[part, count:], fit.marginal.mode)
        effects.append(found)
        log_weight[part] += log_likelihood.sum(axis=0)
        log_share.append(log_ratio)
    log_both = np.concatenate(log_share, axis=1) + log_weight
    weights = [np.exp(value - value.max(axis=-1, keepdims=True)) for value in (log_weight, log_both)]
    weight, share = (value / value.sum(axis=-1, keepdims=True) for value in weights)
    return theta, weight, np.concatenate(effects, axis=1), share


def _draw_trainees(
    hierarchy: Hierarchy, theta: FloatArray, z: FloatArray, start: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Draw each trainee's effects given each theta, from the normal distribution around the most likely ones.

    Gives effects, shape (trainees, points, size), the log likelihood by Laplace, and the log of the ratio of the true
    to the normal density, both of shape (trainees, points).
    """
    size = hierarchy.shape.size
    offset = hierarchy.offset(theta)
    loading = np.array([hierarchy.loading(row) for row in theta])
    v = np.repeat(start[:, None, :], len(theta), axis=1)
    height, gradient, information = _climb(hierarchy, theta, v, loading, offset)
    for _ in range(_STEPS):
        step = np.linalg.solve(information, gradient[..., None])[..., 0]
        new = _climb(hierarchy, theta, v + step, loading, offset)
        better = new[0] >= height - 1e-10
        v = np.where(better[..., None], v + step, v + step / 4)
        height, gradient, information = new if better.all() else _climb(hierarchy, theta, v, loading, offset)
    root = inverse_root(information)
    log_likelihood = height + np.log(np.diagonal(root, axis1=-2, axis2=-1)).sum(axis=-1)
    drawn = v + np.einsum("ispq,sq->isp", root, z)
    effects = theta[:, :size] + np.einsum("spq,isq->isp", loading, drawn)
    rate, _ = hierarchy.rates(effects, offset)
    joint = hierarchy.log_likelihood(rate) - 0.5 * (drawn**2).sum(axis=2)
    return effects, log_likelihood, joint - height + 0.5 * (z**2).sum(axis=1)


def _climb(
    hierarchy: Hierarchy, theta: FloatArray, v: FloatArray, loading: FloatArray, offset: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log joint density at `v` of shape (trainees, points, size), its gradient and expected information."""
    size = hierarchy.shape.size
    rate, slopes = hierarchy.rates(theta[:, :size] + np.einsum("spq,isq->isp", loading, v), offset)
    residual, weight = hierarchy.cases.failure[:, None] - rate, rate * (1 - rate)
    score = np.stack([hierarchy.by_trainee(residual * slope) for slope in slopes], axis=-1)
    square = np.empty((*v.shape, size))
    for j in range(size):
        weighted = weight * slopes[j]
        for k in range(j + 1):
            square[..., j, k] = square[..., k, j] = hierarchy.by_trainee(weighted * slopes[k])
    gradient = np.einsum("isp,spq->isq", score, loading) - v
    information = np.einsum("sap,isab,sbq->ispq", loading, square, loading, optimize=True) + np.eye(size)
    height = hierarchy.log_likelihood(rate) - 0.5 * (v**2).sum(axis=2)
    return height, gradient, information


def weighted_quantiles(values: FloatArray, weight: FloatArray, levels: tuple[float, ...]) -> FloatArray:
    """Give quantiles of weighted points.

    Parameters
    ----------
    values : array of float, shape (points, n)
        May be infinite.
    weight : array of float, shape (points,)
        Adding up to 1.
    levels : tuple of float
        Which quantiles, in (0, 1).

    Returns
    -------
    array of float, shape (levels, n)
        For each column the smallest value that has at least that much weight up to it.

    Examples
    --------
    >>> weighted_quantiles(np.array([[3.0], [1.0], [2.0]]), np.array([0.25, 0.25, 0.5]), (0.5,)).tolist()
    [[2.0]]
    """
    order = np.argsort(values, axis=0)
    reached = np.cumsum(weight[order], axis=0)
    places = [(reached < level - 1e-9).sum(axis=0).clip(max=len(values) - 1) for level in levels]
    return np.array([np.take_along_axis(values, order, axis=0)[place, np.arange(values.shape[1])] for place in places])
