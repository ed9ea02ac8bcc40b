"""The fading sum behind an EWMA."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fading_sum"]

FloatArray = NDArray[np.float64]


def fading_sum(scores: FloatArray, start: float, memory: float, width: int = 64) -> FloatArray:
    """Add up scores of which each fades from case to case: S[t] = memory * S[t-1] + score[t].

    Parameters
    ----------
    scores : array of float, shape (n,)
        Scores in case order.
    start : float
        Sum before the first case.
    memory : float
        What remains of the sum from case to case, in (0, 1).
    width : int, default 64
        Length of the blocks: one matrix product for all of them, then a loop over what each carries to the next.

    Returns
    -------
    array of float, shape (n,)
        The sum after each case.

    Examples
    --------
    >>> fading_sum(np.array([1.0, 0.0, 1.0]), 0.0, 0.5)
    array([1.  , 0.5 , 1.25])
    """
    n = scores.size
    padded = np.zeros(-(-n // width) * width)
    padded[:n] = scores
    lag = np.subtract.outer(np.arange(width), np.arange(width))
    weights = np.where(lag >= 0, memory ** np.maximum(lag, 0), 0.0)
    within = padded.reshape(-1, width) @ weights.T
    carried = np.empty(within.shape[0])
    fade = memory**width
    for k, last in enumerate(within[:, -1]):
        carried[k] = start
        start = fade * start + float(last)
    within += np.multiply.outer(carried, memory ** np.arange(1, width + 1))
    return within.reshape(-1)[:n]
