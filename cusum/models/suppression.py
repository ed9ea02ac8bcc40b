"""Which departments have too few cases or failures for their figures to be published."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cusum.errors import InvalidParameter

__all__ = ["check_smallest", "too_small"]


def check_smallest(smallest: int) -> int:
    """Return the smallest number that may be published, or refuse it.

    Parameters
    ----------
    smallest : int
        At least 1; 1 hides nothing.

    Returns
    -------
    int
        The same.

    Raises
    ------
    InvalidParameter
        If it is not a whole number of at least 1.

    Examples
    --------
    >>> check_smallest(5)
    5
    """
    if isinstance(smallest, bool) or not isinstance(smallest, (int, np.integer)) or smallest < 1:
        raise InvalidParameter("smallest is {value!r}", expected="a whole number of at least 1", value=smallest)
    return int(smallest)


def too_small(cases: ArrayLike, failures: ArrayLike, smallest: int = 5) -> NDArray[np.bool_]:
    """Tell which departments must not be published, so that no small number can be seen or worked out.

    Parameters
    ----------
    cases, failures : array-like of int, shape (m,)
        Of each department.
    smallest : int, default 5
        Smallest number that may be published, at least 1; 0 may always be.

    Returns
    -------
    array of bool, shape (m,)
        True where a number of cases, failures or successes is above 0 and below `smallest`; and where hiding only those
        would let them be worked out from totals: until what is hidden is at least two departments with together at
        least `smallest` failures and as many successes, the one with the fewest failures of those still shown is hidden
        too.

    Notes
    -----
    The rule is that of a table of which the totals are public. It says nothing about other tables of the same cases.

    Examples
    --------
    >>> too_small([100, 90, 80, 70], [20, 3, 9, 8]).tolist()
    [False, True, False, True]
    """
    n, y = np.asarray(cases, dtype=np.int64), np.asarray(failures, dtype=np.int64)
    least = check_smallest(smallest)
    counts = np.stack([n, y, n - y])
    hidden = np.asarray(np.any((counts > 0) & (counts < least), axis=0))
    order = np.lexsort((np.arange(n.size), n, y))
    while hidden.any() and not hidden.all():
        if hidden.sum() > 1 and counts[1:, hidden].sum(axis=1).min() >= least:
            break
        hidden[next(k for k in order if not hidden[k])] = True
    return hidden
