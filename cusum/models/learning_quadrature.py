"""Small sums behind the fitting of learning curves: nodes for a normal distribution, shifted rates, inverse roots."""

from __future__ import annotations

from itertools import product

import numpy as np

from cusum.models.learning_shapes import FloatArray

__all__ = ["inverse_root", "normal_grid", "shift_rate"]


def normal_grid(nodes: int, size: int) -> tuple[FloatArray, FloatArray]:
    """Give the product grid of Gauss-Hermite nodes for a standard normal.

    Parameters
    ----------
    nodes : int
        In each direction.
    size : int
        Number of directions.

    Returns
    -------
    tuple
        Nodes, shape (nodes ** size, size), and logarithms of their weights.

    Examples
    --------
    >>> z, log_weight = normal_grid(3, 1)
    >>> z[:, 0].round(3).tolist(), np.exp(log_weight).round(3).tolist()
    ([-1.732, 0.0, 1.732], [0.167, 0.667, 0.167])
    """
    at, weight = np.polynomial.hermite_e.hermegauss(nodes)
    log_weight = np.log(weight / weight.sum())
    z = np.array(list(product(at, repeat=size)))
    return z + 0.0, np.array(list(product(log_weight, repeat=size))).sum(axis=1)


def shift_rate(rate: FloatArray, offset: FloatArray) -> FloatArray:
    """Add to the log odds of rates.

    Parameters
    ----------
    rate : array of float
        Rates in (0, 1).
    offset : array of float
        What is added; of a shape that goes with that of `rate`.

    Returns
    -------
    array of float
        Rates.

    Examples
    --------
    >>> shift_rate(np.array([0.5]), np.log([3.0])).round(6).tolist()
    [0.75]
    """
    odds = rate * np.exp(offset)
    return odds / (1 - rate + odds)


def inverse_root(information: FloatArray) -> FloatArray:
    """Give upper triangular matrices whose product with their transpose is the inverse.

    Parameters
    ----------
    information : array of float, shape (..., size, size)
        Positive definite matrices.

    Returns
    -------
    array of float, shape (..., size, size)
        The roots.

    Examples
    --------
    >>> inverse_root(np.array([[4.0]])).tolist()
    [[0.5]]
    """
    return np.swapaxes(np.linalg.inv(np.linalg.cholesky(information)), -1, -2)
