"""Funnel limits: how far from the overall rate a department of a given size may lie by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, ndtri

from cusum.charts.checking import check_choice, check_fraction
from cusum.errors import InvalidParameter
from cusum.models.failure_counts import interpolated_count

__all__ = ["Overdispersion", "check_limits", "count_limits", "excess_spread", "funnel_limits"]

FloatArray = NDArray[np.float64]
_METHODS = ("exact", "whole counts", "normal")


class Overdispersion(NamedTuple):
    """How much more departments differ than by chance.

    `factor` multiplies the variance; `winsorised` departments were pulled in at each end before it was estimated;
    `applied` says whether limits were widened by it (only where it is above 1).
    """

    factor: float
    winsorised: int
    applied: bool


def check_limits(limits: Sequence[float]) -> tuple[float, ...]:
    """Return the limits in ascending order, each once.

    Parameters
    ----------
    limits : sequence of float
        Probabilities of lying within, each in (0, 1).

    Returns
    -------
    tuple of float
        In ascending order.

    Raises
    ------
    InvalidParameter
        If there is none, or one outside (0, 1).

    Examples
    --------
    >>> check_limits([0.998, 0.95])
    (0.95, 0.998)
    """
    chosen = sorted({check_fraction("limits", limit) for limit in limits})
    if not chosen:
        raise InvalidParameter("limits is empty", expected="at least one probability, such as 0.95")
    return tuple(chosen)


def count_limits(shape: FloatArray, limit: float) -> tuple[float, float, float]:
    """Give the interpolated limits of a number of failures, and how likely they are to be passed by chance.

    Parameters
    ----------
    shape : array of float, shape (n + 1,)
        Probability of each number, from `count_distribution`.
    limit : float
        Nominal probability of lying within, in (0, 1).

    Returns
    -------
    tuple of float
        Lower (at least 0) and upper limit, and the exact probability that the number lies outside them.

    Notes
    -----
    A limit lies between two whole numbers: by chance the upper one is passed more often than the nominal probability
    says, and the lower one less often, the more so the fewer failures are expected.

    Examples
    --------
    >>> from cusum.models.failure_counts import count_distribution
    >>> [round(value, 4) for value in count_limits(count_distribution([0.1] * 50), 0.95)]
    [0.6931, 8.9861, 0.063]
    """
    cumulative = np.cumsum(shape)
    low = max(interpolated_count(cumulative, (1 - limit) / 2)[0], 0.0)
    high = interpolated_count(cumulative, (1 + limit) / 2)[0]
    counts = np.arange(shape.size)
    return low, high, float(shape[(counts < low - 1e-9) | (counts > high + 1e-9)].sum())


def funnel_limits(
    cases: ArrayLike, rate: float, *, limits: Sequence[float] = (0.95, 0.998), method: str = "exact"
) -> pd.DataFrame:
    """Give the limits of a funnel plot by number of cases.

    Parameters
    ----------
    cases : array-like of int, shape (m,)
        Numbers of cases, each at least 1.
    rate : float
        Failure rate that all are held against, in (0, 1).
    limits : sequence of float, default (0.95, 0.998)
        Probabilities of lying within, each in (0, 1).
    method : {"exact", "whole counts", "normal"}, default "exact"
        "exact": binomial, interpolated between whole numbers of failures. "whole counts": the binomial quantile itself.
        "normal": rate plus and minus normal standard errors, which reach below 0 where there are few cases; for
        comparison.

    Returns
    -------
    DataFrame
        Columns limit, cases, expected (failures), low, high (rates as fractions).

    Raises
    ------
    InvalidParameter
        If a number of cases is not a whole number of at least 1, or a rate, limit or method is impossible.

    References
    ----------
    Spiegelhalter DJ. Stat Med 2005;24:1185-1202, doi:10.1002/sim.1970.

    Examples
    --------
    >>> funnel_limits([20, 100], 0.1, limits=[0.95]).round(4)
       limit  cases  expected     low    high
    0   0.95     20       2.0  0.0000  0.2285
    1   0.95    100      10.0  0.0404  0.1577
    """
    check_choice("method", method, _METHODS)
    target = check_fraction("rate", rate)
    sizes = np.asarray(cases)
    if sizes.ndim != 1 or not sizes.size or sizes.dtype.kind not in "iu" or sizes.min() < 1:
        raise InvalidParameter("cases is {value!r}", expected="whole numbers of at least 1", value=cases)
    parts = []
    for limit in check_limits(limits):
        if method == "normal":
            reach = ndtri((1 + limit) / 2) * np.sqrt(target * (1 - target) / sizes)
            low, high = target - reach, target + reach
        else:
            both = np.array([_binomial(int(n), target, limit, whole=method == "whole counts") for n in sizes])
            low, high = (both / sizes[:, None]).T
        parts.append(
            pd.DataFrame({"limit": limit, "cases": sizes, "expected": sizes * target, "low": low, "high": high})
        )
    return pd.concat(parts, ignore_index=True)


def _binomial(n: int, rate: float, limit: float, *, whole: bool) -> tuple[float, float]:
    """Give the two limits of a binomial count."""
    cumulative = np.asarray(bdtr(np.arange(n + 1), n, rate), dtype=np.float64)
    low, high = (interpolated_count(cumulative, p) for p in ((1 - limit) / 2, (1 + limit) / 2))
    return (low[1], high[1]) if whole else (max(low[0], 0.0), high[0])


def excess_spread(scores: ArrayLike, *, winsorise: float = 0.10) -> Overdispersion:
    """Estimate how much more departments differ than chance makes them.

    Parameters
    ----------
    scores : array-like, shape (m,)
        (Observed - expected) / standard deviation of each department.
    winsorise : float, default 0.10
        Share of the departments at each end that are pulled in to the next one, in [0, 0.5).

    Returns
    -------
    Overdispersion
        The mean of the squared scores, how many were pulled in at each end, and whether it is above 1.

    Notes
    -----
    The number pulled in is rounded down: with fewer than 1/winsorise departments there is none. The factor multiplies
    variances, so that limits are widened by its square root.

    References
    ----------
    Spiegelhalter DJ. Qual Saf Health Care 2005;14:347-351, doi:10.1136/qshc.2005.013755.

    Examples
    --------
    >>> excess_spread([-9, -2, -1, -1, 0, 0, 1, 1, 2, 3], winsorise=0.1)
    Overdispersion(factor=2.0, winsorised=1, applied=True)
    """
    if isinstance(winsorise, bool) or not 0 <= winsorise < 0.5:
        raise InvalidParameter(
            "winsorise is {value!r}", expected="a share of at least 0 and below 0.5", value=winsorise
        )
    ordered = np.sort(np.asarray(scores, dtype=np.float64))
    k = int(winsorise * ordered.size + 1e-9)
    pulled = np.clip(ordered, ordered[k], ordered[-1 - k])
    factor = float(np.mean(pulled**2))
    return Overdispersion(factor, k, factor > 1)
