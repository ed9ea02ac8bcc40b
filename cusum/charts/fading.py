"""The fading sum behind an EWMA."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fading_sum"]

FloatArray = NDArray[np.float64]

_FORGOTTEN = 1e-20


def fading_sum(scores: FloatArray, start: float, memory: float) -> FloatArray:
    """Add up scores of which each fades from case to case: S[t] = memory * S[t-1] + score[t].

    Parameters
    ----------
    scores : array of float, shape (n,)
        Scores in case order.
    start : float
        Sum before the first case.
    memory : float
        What remains of the sum from case to case, in (0, 1).

    Returns
    -------
    array of float, shape (n,)
        The sum after each case.

    Notes
    -----
    By doubling: a sum over the last 2k scores is that over the last k, plus the faded one from k cases before. It ends
    when what is still to be added has faded to nothing, far below the rounding of the sum.

    Examples
    --------
    >>> fading_sum(np.array([1.0, 0.0, 1.0]), 0.0, 0.5)
    array([1.  , 0.5 , 1.25])
    """
    total = np.array(scores, dtype=np.float64)
    total[:1] += memory * start
    back, faded = 1, memory
    while back < total.size and faded > _FORGOTTEN:
        total[back:] += faded * total[:-back]
        back, faded = 2 * back, faded * faded
    return total
