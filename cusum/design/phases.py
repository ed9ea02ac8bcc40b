"""Charts that follow one another: the exact probability of being in each phase, case by case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cusum.charts.walk import FloatArray, Walk
from cusum.design.lattice import build_lattice
from cusum.design.scores import Scores

__all__ = ["Phase", "follow_phases"]

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Phase:
    """One chart of several that follow one another, and which phase a crossing leads to.

    Parameters
    ----------
    walk : Walk, optional
        Barriers and start of the chart; without one the phase is never left.
    scores : Scores, optional
        Its score of a success and of a failure.
    after_lower, after_upper : int
        Number of the phase that begins with the case after a crossing of the lower or the upper limit; a phase
        always begins at its start.

    Examples
    --------
    >>> Phase().walk is None
    True
    """

    walk: Walk | None = None
    scores: Scores | None = None
    after_lower: int = 0
    after_upper: int = 0


def follow_phases(phases: Sequence[Phase], rates: FloatArray) -> FloatArray:
    """Give the probability of being in each phase after each case, beginning in the first.

    Parameters
    ----------
    phases : sequence of Phase
        The phases; the first case is under the first of them.
    rates : array of float, shape (n,)
        Failure probability of each case.

    Returns
    -------
    array of float, shape (n, k)
        Probability of each of the k phases after each case: the phase that the next case would be under.

    Examples
    --------
    >>> import numpy as np
    >>> from cusum.design.scores import Scores
    >>> first = Phase(Walk(floor=0.0, upper=1.5), Scores(1.0, -1.0), after_upper=1)
    >>> follow_phases([first, Phase()], np.full(3, 0.5))
    array([[1.   , 0.   ],
           [0.75 , 0.25 ],
           [0.625, 0.375]])
    """
    pieces = [_moves(phase, rates.size) for phase in phases]
    starts = np.concatenate(([0], np.cumsum([success.size for success, _ in pieces])))
    m = int(starts[-1])
    joined = []
    for outcome in (0, 1):
        after = np.empty(m, dtype=np.int64)
        for k, phase in enumerate(phases):
            own = pieces[k][outcome]
            there = np.where(own >= 0, own + starts[k], 0)
            there = np.where(own == -1, starts[phase.after_lower], there)
            after[starts[k] : starts[k + 1]] = np.where(own == -2, starts[phase.after_upper], there)
        joined.append(sparse.csr_array((np.ones(m), (after, np.arange(m))), shape=(m, m)))
    return _propagate(joined[0], joined[1], rates, starts[:-1])


def _moves(phase: Phase, depth: int) -> tuple[IntArray, IntArray]:
    """List where each state of one phase leads after a success and after a failure."""
    if phase.walk is None or phase.scores is None:
        stay = np.zeros(1, dtype=np.int64)
        return stay, stay
    lattice = build_lattice(phase.walk, phase.scores.success, phase.scores.failure, depth)
    return lattice.after_success, lattice.after_failure


def _propagate(success: sparse.csr_array, failure: sparse.csr_array, rates: FloatArray, starts: IntArray) -> FloatArray:
    """Move probability along all phases at once, and add it up by phase after each case."""
    occupied = np.empty((rates.size, starts.size))
    state: FloatArray = np.zeros(success.shape[0])
    state[0] = 1.0
    last, step = np.nan, success
    for case, rate in enumerate(rates):
        if rate != last:
            step, last = (1 - rate) * success + rate * failure, rate
        state = np.asarray(step @ state)
        occupied[case] = np.add.reduceat(state, starts)
    return occupied
