"""The probability of a signal within n cases, between chords: where every case may bring the same scores."""

from __future__ import annotations

import numpy as np

from cusum.charts.walk import TOLERANCE, FloatArray, Walk
from cusum.design.chords import Chords
from cusum.design.grid import make_grid
from cusum.design.steps import Steps

__all__ = ["can_signal", "follow_chords"]


def can_signal(walk: Walk, steps: Steps) -> bool:
    """Tell whether any number of cases can bring a signal.

    Parameters
    ----------
    walk : Walk
        Limits and memory.
    steps : Steps
        Scores of one case, of shape (k,).

    Returns
    -------
    bool
        False where no limit can ever be reached.

    Examples
    --------
    >>> can_signal(Walk(floor=0.0, upper=2.0), Steps(np.array([-1.0]), np.array([1.0])))
    False
    """
    possible = steps.values[steps.chances > 0]
    largest, smallest = float(possible.max()), float(possible.min())
    if walk.memory < 1:  # a constant score leads, in the end, to this
        largest, smallest = (max(0.0, largest - TOLERANCE) / (1 - walk.memory), smallest / (1 - walk.memory))
        up = walk.upper is not None and largest > walk.upper - TOLERANCE
        return up or (walk.lower is not None and smallest < walk.lower + TOLERANCE)
    return (walk.upper is not None and largest > 0) or (walk.lower is not None and smallest < 0)


def follow_chords(walk: Walk, steps: Steps, points: int, cases: int, signs: tuple[int, ...]) -> FloatArray:
    """List the probability of a signal within 1, 2, ... cases: estimates, upper and lower bounds.

    Parameters
    ----------
    walk : Walk
        Limits, floor, memory and start.
    steps : Steps
        Scores of one case, of shape (k,).
    points : int
        Number of grid points.
    cases : int
        Number of cases.
    signs : tuple of int
        What is wanted: 0 an estimate, 1 an upper bound, -1 a lower bound.

    Returns
    -------
    array of float, shape (cases, len(signs), 2)
        Probability of a first signal of the lower and of the upper limit at or before each case.

    Notes
    -----
    The probability of a signal within n + 1 cases, as a function of where the statistic is, is the mean of that within
    n cases over where one case leads.

    Examples
    --------
    >>> steps = Steps(np.array([-1.0, 1.0]), np.array([0.5, 0.5]))
    >>> follow_chords(Walk(floor=0.0, upper=2.0), steps, 64, 3, (0,))[:, 0, 1].round(9)
    array([0.   , 0.25 , 0.375])
    """
    grid = make_grid(walk, steps, points)
    chords = Chords(grid, steps)
    limits = (0, 1) if grid.lower else (1,)
    sign = np.tile(signs, len(limits))[:, None]
    beyond = np.repeat(limits, len(signs))[:, None].astype(np.float64)
    values = np.zeros((sign.size, points + 1))
    found = np.zeros((cases, len(signs), 2))
    at = min(int(grid.start), points - 1)
    share = grid.start - at
    for case in range(cases):
        values = np.clip(chords.bound(values, sign, 1 - beyond, beyond), 0.0, 1.0)
        here = values[:, at] * (1 - share) + values[:, at + 1] * share
        found[case][:, limits] = here.reshape(len(limits), len(signs)).T
    return found
