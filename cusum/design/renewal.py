"""Mean run lengths between bounds, from the equation that they solve: one case, and the mean from where it leads.

The mean m of a run length, as a function of where the statistic is, solves m = 1 + K m, where K takes the mean over
where one case leads. A function u with u >= 1 + K u everywhere lies nowhere below m, and one with u <= 1 + K u nowhere
above it. Chords give both: the equation is solved with K raised, and again with K lowered, by as much as the chords
need. However exact the solution is, the bounds hold: what it leaves over is made good by a factor.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cusum.charts.walk import FloatArray, Walk
from cusum.design.chords import Chords
from cusum.design.grid import make_grid
from cusum.design.laws import Bracket
from cusum.design.smoothing import Common, Lift
from cusum.design.steps import Steps

__all__ = ["estimated_cases", "fewest_cases", "mean_cases"]

_FIRST = 4096
_MEMORY = 8
_SLOW = 4
_ROUNDS = 6
_DIRECTIONS = 30
_CLOSER = 1e-3
_ROUNDING = 1e-14


def mean_cases(walk: Walk, steps: Steps, tolerance: float, finest: int) -> Bracket:
    """Give the mean run length between bounds.

    Parameters
    ----------
    walk : Walk
        Limits, floor, memory and start.
    steps : Steps
        Scores of one case, of shape (k,).
    tolerance : float
        Distance between the bounds, relative to the mean, that is good enough.
    finest : int
        Largest number of grid points to go to for it.

    Returns
    -------
    Bracket
        Lower bound, estimate, upper bound.

    Examples
    --------
    >>> walk, steps = Walk(floor=0.0, upper=2.0), Steps(np.linspace(-0.5, 0.4, 40), np.full(40, 0.025))
    >>> found = mean_cases(walk, steps, 1e-6, 8192)
    >>> found.low < 300.61 < found.high
    True
    """
    error = min(max(tolerance / 50, 1e-9), 1e-6)
    points = min(_FIRST, finest)
    equation = _Equation(walk, steps, points)
    most, upper = equation.solve(1, error)
    fewest, lower = equation.solve(-1, error, upper)
    found = _between(fewest, most)
    while found.relative_width > tolerance and points < finest:
        wanted = points * found.relative_width / tolerance * 1.2 if np.isfinite(most) else finest
        points = int(min(max(wanted, 2 * points), finest))
        equation = _Equation(walk, steps, points)
        high, upper = equation.solve(1, error, upper)
        low, lower = equation.solve(-1, error, lower)
        most, fewest = min(most, high), max(fewest, low)
        found = _between(fewest, most)
    return found


def _between(low: float, high: float) -> Bracket:
    """Put bounds together, with the estimate in their middle."""
    return Bracket(low, float(np.sqrt(low) * np.sqrt(high)) if np.isfinite(high) else low, high)


def fewest_cases(walk: Walk, steps: Steps, points: int) -> float:
    """Bound the mean run length from below, on one grid.

    Parameters
    ----------
    walk : Walk
        Limits, floor, memory and start.
    steps : Steps
        Scores of one case.
    points : int
        Number of grid points.

    Returns
    -------
    float
        The lower bound.

    Examples
    --------
    >>> walk, steps = Walk(floor=0.0, upper=2.0), Steps(np.linspace(-0.5, 0.4, 40), np.full(40, 0.025))
    >>> 290 < fewest_cases(walk, steps, 8192) < 300.61
    True
    """
    known = _Equation(walk, steps, _FIRST).solve(-1, 1e-4)[1] if points > 2 * _FIRST else None
    return _Equation(walk, steps, points).solve(-1, 1e-7, known)[0]


def estimated_cases(walk: Walk, steps: Steps, points: int) -> float:
    """Estimate the mean run length on one grid, without bounds.

    Parameters
    ----------
    walk : Walk
        Limits, floor, memory and start.
    steps : Steps
        Scores of one case.
    points : int
        Number of grid points.

    Returns
    -------
    float
        The estimate.

    Examples
    --------
    >>> walk, steps = Walk(floor=0.0, upper=2.0), Steps(np.linspace(-0.5, 0.4, 40), np.full(40, 0.025))
    >>> round(estimated_cases(walk, steps, 512))
    301
    """
    return _Equation(walk, steps, points).solve(0, 1e-6)[0]


class _Equation:
    """The equation of one chart on one grid."""

    def __init__(self, walk: Walk, steps: Steps, points: int) -> None:
        grid = make_grid(walk, steps, points)
        self.start = grid.start
        self.chords = Chords(grid, steps)
        self.lift = Lift(walk, steps, points)
        self.common = Common(self.chords) if walk.memory == 1 else None

    def left_over(self, values: FloatArray, sign: int) -> FloatArray:
        """Give what a function leaves of the equation: 0 for a solution."""
        return np.asarray(1 + self.chords.bound(values, sign) - values)

    def solve(self, sign: int, error: float, known: FloatArray | None = None) -> tuple[float, FloatArray]:
        """Bound the mean from above (sign 1), from below (-1), or estimate it (0); give the function as well."""
        points = self.chords.points
        values = self._near(np.ones(points + 1)) if known is None else _stretched(known, points)
        values, rest = self._mixed(values, sign, error)
        for _ in range(_ROUNDS):
            size = float(np.abs(rest).max())
            if size <= _enough(error, values):
                break
            closer = values + self._correction(rest, values, sign)
            left = self.left_over(closer, sign)
            if not np.abs(left).max() < size:
                break
            values, rest = closer, left
        at = float(np.interp(self.start, np.arange(points + 1), values))
        return _made_good(at, values, rest, sign), values

    def _mixed(self, values: FloatArray, sign: int, error: float) -> tuple[FloatArray, FloatArray]:
        """Go towards the solution by Anderson's mixing for as long as that gets closer; give the closest and its rest.

        The next function is made of the last ones and the step from each, so that the steps all but cancel.
        """
        rest = self.left_over(values, sign)
        best, best_rest, size, slow = values, rest, float(np.abs(rest).max()), 0
        past: list[tuple[FloatArray, FloatArray]] = []
        while size > _enough(error, best) and slow < _SLOW:
            step = self._near(rest)
            next_values = _mix(values, step, past)
            past = [*past[1 - _MEMORY :], (values, step)]
            values = next_values
            rest = self.left_over(values, sign)
            found = float(np.abs(rest).max())
            slow = 0 if found < size / 2 else slow + 1
            if found < size:
                best, best_rest, size = values, rest, found
        return best, best_rest

    def _near(self, rest: FloatArray) -> FloatArray:
        """Solve roughly: on few points for what changes slowly, and along the common steps for the rest."""
        slow = self.lift(rest)
        left = rest - slow + self.chords.mean(slow)
        return np.asarray(slow + (left if self.common is None else self.common(left)))

    def _correction(self, rest: FloatArray, values: FloatArray, sign: int) -> FloatArray:
        """Solve for what is left over, as if the bound were linear."""
        bound = self.chords.tangent(values, sign)
        return minimal_residual(lambda x: x - bound(x), self._near, rest)


def minimal_residual(
    apply: Callable[[FloatArray], FloatArray], near: Callable[[FloatArray], FloatArray], rest: FloatArray
) -> FloatArray:
    """Solve a linear equation to about a thousandth, given a rough way to solve it.

    Parameters
    ----------
    apply : callable
        The linear map.
    near : callable
        Its rough inverse.
    rest : array of float, shape (n,)
        Right side.

    Returns
    -------
    array of float, shape (n,)
        The solution.

    Notes
    -----
    Saad and Schultz's method with the rough inverse on the right.

    Examples
    --------
    >>> minimal_residual(lambda x: 2 * x, lambda x: x, np.array([2.0, 4.0]))
    array([1., 2.])
    """
    size = float(np.linalg.norm(rest))
    basis: list[FloatArray] = [rest / size]
    turned: list[FloatArray] = []
    matrix = np.zeros((_DIRECTIONS + 1, _DIRECTIONS))
    share: FloatArray = np.zeros(0)
    for k in range(_DIRECTIONS):
        turned.append(near(basis[k]))
        moved: FloatArray = apply(turned[k])
        known = np.array(basis)
        for _ in range(2):  # twice, for rounding
            along: FloatArray = np.asarray(known @ moved, dtype=np.float64)
            moved = moved - np.asarray(along @ known, dtype=np.float64)
            matrix[: k + 1, k] += along
        matrix[k + 1, k] = length = float(np.linalg.norm(moved))
        wanted = np.zeros(k + 2)
        wanted[0] = size
        share = np.asarray(np.linalg.lstsq(matrix[: k + 2, : k + 1], wanted, rcond=None)[0], dtype=np.float64)
        left = float(np.linalg.norm(wanted - matrix[: k + 2, : k + 1] @ share))
        if left <= _CLOSER * size or length <= 1e-14 * size:
            break
        basis.append(moved / length)
    return np.asarray(share @ np.array(turned[: share.size]))


def _mix(values: FloatArray, step: FloatArray, past: list[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """Take the step from a function, mixed with those before."""
    if not past:
        return values + step
    moved = np.array([values - before for before, _ in past])
    changed = np.array([step - before for _, before in past])
    share = np.linalg.lstsq(changed @ changed.T, changed @ step, rcond=1e-14)[0]
    return np.asarray(values + step - share @ (moved + changed))


def _enough(error: float, values: FloatArray) -> float:
    """Give what may be left over: as much as asked, or as rounding leaves."""
    return max(error, _ROUNDING * float(np.abs(values).max()))


def _made_good(at: float, values: FloatArray, rest: FloatArray, sign: int) -> float:
    """Turn a function that all but solves the equation into a bound."""
    if not sign:
        return at
    if sign < 0:
        return max(1.0, at / (1 + max(0.0, -float(rest.min()))))
    over = max(0.0, float(rest.max()))
    return max(1.0, at / (1 - over)) if over < 1 and values.min() >= 0 else float("inf")


def _stretched(values: FloatArray, points: int) -> FloatArray:
    """Bring a function to another number of grid points."""
    return np.asarray(np.interp(np.linspace(0, values.size - 1, points + 1), np.arange(values.size), values))
