"""The mean run length on a grid from its linear equations: a quick estimate, and a check of the other ways."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_toeplitz

from cusum.design.grid import Chain, beginning, shifted

__all__ = ["mean_by_equations"]


def mean_by_equations(chain: Chain) -> float:
    """Give the mean run length of a sum with a floor from its linear equations, which are of Toeplitz form.

    Parameters
    ----------
    chain : Chain
        A chart on a grid with a floor, memory 1, and scores that are the same for all cases.

    Returns
    -------
    float
        The mean.

    Notes
    -----
    With T the moves that do not touch the floor and c the probability of moving to it (beyond what T has), the mean m
    solves (I - T) m = 1 + c m[0]: two systems with one Toeplitz matrix.

    Examples
    --------
    >>> from cusum.charts.walk import Walk
    >>> from cusum.design.grid import make_grid
    >>> from cusum.design.steps import Steps
    >>> steps = Steps(np.array([-1.0, 1.0]), np.array([0.5, 0.5]))
    >>> grid = make_grid(Walk(floor=0.0, upper=2.0), steps, 2)
    >>> round(mean_by_equations(Chain(grid, steps, "split")), 9)
    6.0
    """
    points = chain.grid.points
    shifts, chances = shifted(chain.grid, chain.steps, chain.rounding)
    kernel = np.zeros(2 * points + 1)
    kernel[shifts + points] = chances
    down, up = kernel[points::-1][:points], kernel[points : 2 * points]
    column, row = -down, -up
    column[0] += 1.0
    row[0] += 1.0
    to_floor = np.cumsum(kernel)[points::-1][:points] - down
    both = solve_toeplitz((column, row), np.column_stack((np.ones(points), to_floor)))
    mean = both[:, 0] + both[:, 1] * both[0, 0] / (1 - both[0, 1])
    return float(beginning(chain.grid, chain.rounding) @ mean)
