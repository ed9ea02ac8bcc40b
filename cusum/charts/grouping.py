"""Which cases of a table belong to the same sequence."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cusum.charts.walk import IntArray
from cusum.errors import InvalidData

__all__ = ["Grouping", "group_cases"]


class Grouping(NamedTuple):
    """Which cases belong together.

    `names` are the labels in order of first appearance; `order` puts the cases of each sequence together (None where
    they are together already); `first` and `length` say where each sequence lies in that order.
    """

    names: NDArray[Any]
    order: IntArray | None
    first: IntArray
    length: IntArray


def group_cases(sequence: ArrayLike, n: int) -> Grouping:
    """Sort cases into sequences by their labels; the cases of a sequence keep their order.

    Parameters
    ----------
    sequence : array-like, shape (n,)
        Label of the sequence that each case belongs to: numbers or words.
    n : int
        Number of cases.

    Returns
    -------
    Grouping
        Names, order, and where each sequence lies.

    Raises
    ------
    InvalidData
        If there is not one label for each case, or a label is missing.

    Examples
    --------
    >>> group_cases(["b", "a", "b"], 3).order
    array([0, 2, 1])
    """
    labels = np.asarray(sequence)
    if labels.shape != (n,):
        raise InvalidData(
            "sequence has shape {shape}", expected="one label for each of the {n} cases", shape=labels.shape, n=n
        )
    if labels.dtype.kind in ("f", "O"):
        missing = np.array([x is None or x != x for x in labels.tolist()], dtype=np.bool_)
        if missing.any():
            raise InvalidData("sequence is missing at case {case}", expected="a label", case=int(missing.argmax()) + 1)
    if not n:
        return Grouping(labels, None, np.zeros(0, np.int64), np.zeros(0, np.int64))
    first = np.concatenate(([0], np.flatnonzero(labels[1:] != labels[:-1]) + 1))
    if np.unique(labels[first]).size == first.size:
        return Grouping(labels[first], None, first, np.diff(np.append(first, n)))
    _, where, codes = np.unique(labels, return_index=True, return_inverse=True)
    by_appearance = np.argsort(where)
    codes = np.argsort(by_appearance)[codes]
    length = np.bincount(codes)
    return Grouping(
        labels[np.sort(where)], np.argsort(codes, kind="stable"), np.cumsum(length) - length, length.astype(np.int64)
    )
