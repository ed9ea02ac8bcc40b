"""What a walk gives back, and what it carries on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["TOLERANCE", "Carried", "FloatArray", "IntArray", "WalkRun", "list_crossings"]

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TOLERANCE = 1e-9
"""A statistic this close to a limit has reached it: scores are logarithms, which may miss equality by rounding."""


class WalkRun(NamedTuple):
    """What a walk did: the statistic, the limits that each case was compared with, and the crossings.

    `cases` are the 0-based cases of the crossings, `sides` which limit it was (+1 upper, -1 lower).
    """

    statistic: FloatArray
    lower: FloatArray
    upper: FloatArray
    cases: IntArray
    sides: IntArray


class Carried(NamedTuple):
    """What a walk carries from case to case: the statistic, how far lines have moved, the limit it is at."""

    statistic: float
    line: float = 0.0
    side: int = 0


def list_crossings(found: list[tuple[int, int]]) -> tuple[IntArray, IntArray]:
    """Make cases and sides of the crossings into arrays."""
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]
