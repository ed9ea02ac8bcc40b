"""Parallel lines, exactly: which lines a standard CUSUM without restarts crosses, and when competence is declared."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cusum.charts.walk import TOLERANCE, FloatArray
from cusum.design.scores import Scores

__all__ = ["Lines", "declared_by_parallel_lines"]

IntArray = NDArray[np.int64]


class Lines(NamedTuple):
    """The lines of a chart that carries on, and what declares competence.

    Parameters
    ----------
    lower, upper : float
        The first two lines; the spacing of all further ones.
    needed : int
        Lower lines that must be crossed one after the other: 1 or 2.
    upper_ends : bool
        True where crossing an upper line ends the chart.

    Examples
    --------
    >>> Lines(-2.24, 2.24, 1, False).needed
    1
    """

    lower: float
    upper: float
    needed: int
    upper_ends: bool


class _States(NamedTuple):
    """Every state that can be reached: failures so far, upper and lower lines crossed, lower lines in a row."""

    failures: IntArray
    above: IntArray
    below: IntArray
    row: IntArray
    chance: FloatArray


def declared_by_parallel_lines(lines: Lines, scores: Scores, rates: FloatArray) -> FloatArray:
    """Give the probability that competence has been declared by each case.

    Parameters
    ----------
    lines : Lines
        The lines and the rule.
    scores : Scores
        Score of a success and of a failure.
    rates : array of float, shape (n,)
        Failure probability of each case.

    Returns
    -------
    array of float, shape (n,)
        Probability of a declaration within 1, ..., n cases.

    Notes
    -----
    Without floor or restart the statistic after t cases is a function of the number of failures alone; the state is
    that number and the lines crossed so far.

    Examples
    --------
    >>> import numpy as np
    >>> declared_by_parallel_lines(Lines(-1.5, 1.5, 1, False), Scores(-1.0, 1.0), np.full(2, 0.5))
    array([0.  , 0.25])
    """
    zero = np.zeros(1, dtype=np.int64)
    states = _States(zero, zero, zero, zero, np.ones(1))
    declared = np.zeros(rates.size)
    for case, rate in enumerate(rates, start=1):
        moved = _States(
            np.concatenate((states.failures, states.failures + 1)),
            np.tile(states.above, 2),
            np.tile(states.below, 2),
            np.tile(states.row, 2),
            np.concatenate((states.chance * (1 - rate), states.chance * rate)),
        )
        value = moved.failures * scores.failure + (case - moved.failures) * scores.success
        states, declared[case - 1] = _cross(moved, value, lines)
    total: FloatArray = np.cumsum(declared)
    return total


def _cross(states: _States, value: FloatArray, lines: Lines) -> tuple[_States, float]:
    """Count the lines that each state has just crossed; give what is left and the chance of a declaration."""
    failures, above, below, row, chance = states
    above, below, row = above.copy(), below.copy(), row.copy()
    while True:
        relative = value - above * lines.upper - below * lines.lower
        up = (relative >= lines.upper - TOLERANCE) & (row < lines.needed)
        down = (relative <= lines.lower + TOLERANCE) & (row < lines.needed) & ~up
        if not (up.any() or down.any()):
            break
        above += up
        below += down
        row = np.where(up, -1 if lines.upper_ends else 0, row + down)
        gone = row < 0
        keep = ~gone
        failures, above, below, row = failures[keep], above[keep], below[keep], row[keep]
        chance, value = chance[keep], value[keep]
    done = row >= lines.needed
    live = ~done & (chance > 0)
    left = _States(failures[live], above[live], below[live], row[live], chance[live])
    return _merge(left, lines), float(chance[done].sum())


def _merge(states: _States, lines: Lines) -> _States:
    """Add up the chances of states that are the same from here on."""
    if not states.chance.size:
        return states
    above, below = states.above, states.below
    if abs(lines.upper + lines.lower) < TOLERANCE:  # equal spacing: only the net number of lines matters
        above, below = np.maximum(above - below, 0), np.maximum(below - above, 0)
    code = states.failures
    for part in (above, below, states.row):
        code = code * (int(part.max()) + 1) + part
    _, first, where = np.unique(code, return_index=True, return_inverse=True)
    chance: FloatArray = np.bincount(where, weights=states.chance).astype(np.float64)
    return _States(states.failures[first], above[first], below[first], states.row[first], chance)
