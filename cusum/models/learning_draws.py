"""What the unknowns of a learning curve may be, given the outcomes: points that stand for their distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from cusum.models.learning_fitting import Hierarchy, LearningFit
from cusum.models.learning_quadrature import inverse_root
from cusum.models.learning_shapes import FloatArray

__all__ = ["LearningDraws", "draw_posterior", "even_normals", "weighted_quantiles"]

_AT_A_TIME = 32
_STEPS = 4


@dataclass(frozen=True, eq=False)
class LearningDraws:
    """Points of the posterior distribution.

    Parameters
    ----------
    theta : array of float, shape (points, p)
        Unknowns of the cohort, all of the same weight.
    effects : array of float, shape (trainees, points, size)
        Transformed parameters of each trainee.
    share : array of float, shape (trainees, points)
        Weights for each trainee, adding up to 1.
    """

    theta: FloatArray
    effects: FloatArray
    share: FloatArray

    @property
    def weight(self) -> FloatArray:
        """Weights of the cohort's points, shape (points,), adding up to 1."""
        return np.full(len(self.theta), 1 / len(self.theta))

    @property
    def effective(self) -> FloatArray:
        """Number of equally weighted points that would be worth as much, for each trainee."""
        return 1 / (self.share**2).sum(axis=1)


def draw_posterior(fit: LearningFit, points: int = 512) -> LearningDraws:
    """Spread points over the posterior distribution evenly.

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

    Notes
    -----
    The cohort's unknowns have the normal distribution of the curvature at the mode. Given them, a trainee's parameters
    are drawn from the normal distribution around their own mode, and weighed by the true density against that.
    """
    hierarchy, count = fit.hierarchy, fit.theta.size
    z = even_normals(points, count + hierarchy.shape.size)
    values, vectors = np.linalg.eigh(fit.covariance)
    theta = fit.theta + z[:, :count] @ (vectors * np.sqrt(np.maximum(values, 0.0))).T
    parts = [slice(at, at + _AT_A_TIME) for at in range(0, points, _AT_A_TIME)]
    drawn = [_draw_trainees(hierarchy, theta[part], z[part, count:], fit.marginal.mode) for part in parts]
    log_ratio = np.concatenate([ratio for _, ratio in drawn], axis=1)
    share = np.exp(log_ratio - log_ratio.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    share = np.minimum(share, 1 / np.sqrt(points))
    share /= share.sum(axis=1, keepdims=True)
    return LearningDraws(theta, np.concatenate([effects for effects, _ in drawn], axis=1), share)


def even_normals(points: int, directions: int) -> FloatArray:
    """Spread points evenly over a standard normal distribution.

    Parameters
    ----------
    points : int
        A power of 2.
    directions : int
        Number of directions.

    Returns
    -------
    array of float, shape (points, directions)
        The same for the same numbers.

    Examples
    --------
    >>> np.sort(even_normals(4, 1)[:, 0]).round(2).tolist()
    [-1.15, -0.32, 0.32, 1.15]
    """
    from scipy.stats import qmc

    spread: FloatArray = ndtri(qmc.Sobol(directions, scramble=False).random(points) + 0.5 / points)
    return spread


def _draw_trainees(
    hierarchy: Hierarchy, theta: FloatArray, z: FloatArray, start: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Draw each trainee's effects given each theta, from the normal distribution around the most likely ones.

    Gives effects, shape (trainees, points, size), and the log of the ratio of the true to the normal density.
    """
    size = hierarchy.shape.size
    offset = hierarchy.offset(theta)
    loading = np.array([hierarchy.loading(row) for row in theta])
    v = np.repeat(start[:, None, :], len(theta), axis=1)
    height, gradient, information = _climb(hierarchy, theta, v, loading, offset)
    for _ in range(_STEPS):
        step = np.linalg.solve(information, gradient[..., None])[..., 0]
        for _ in range(3):
            new = _climb(hierarchy, theta, v + step, loading, offset)
            better = new[0] >= height - 1e-10
            if better.all():
                break
            step = np.where(better[..., None], step, step / 5)
        v = v + np.where(better[..., None], step, 0.0)
        height, gradient, information = new if better.all() else _climb(hierarchy, theta, v, loading, offset)
    drawn = v + np.einsum("ispq,sq->isp", inverse_root(information), z)
    effects = theta[:, :size] + np.einsum("spq,isq->isp", loading, drawn)
    rate, _ = hierarchy.rates(effects, offset)
    joint = hierarchy.log_likelihood(rate) - 0.5 * (drawn**2).sum(axis=2)
    return effects, joint - height + 0.5 * (z**2).sum(axis=1)


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
    ordered, reached = np.take_along_axis(values, order, axis=0), np.cumsum(weight[order], axis=0)
    places = [(reached < level - 1e-9).sum(axis=0).clip(max=len(values) - 1) for level in levels]
    return np.array([ordered[place, np.arange(values.shape[1])] for place in places])
