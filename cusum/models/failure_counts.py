"""How many failures to expect of cases with known risks: the exact distribution, its limits, and what a count says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtr, expit, gammaln, logit, pdtr, xlogy

from cusum.charts.checking import check_choice, check_risk
from cusum.errors import InvalidData

__all__ = ["INTERVALS", "count_distribution", "interpolated_count", "ratio_interval"]

FloatArray = NDArray[np.float64]
INTERVALS = ("exact", "mid-p", "poisson", "poisson mid-p")
_BLOCK = 32
_TIE = 1e-12


def count_distribution(risk: ArrayLike) -> FloatArray:
    """Give the probability of each number of failures among cases with the stated risks.

    Parameters
    ----------
    risk : array-like, shape (n,)
        Failure probability of each case, strictly between 0 and 1.

    Returns
    -------
    array of float, shape (n + 1,)
        Probabilities of 0, 1, ..., n failures (Poisson-binomial; binomial where all risks are the same).

    Notes
    -----
    Computed by convolution, to rounding: nothing is approximated.

    References
    ----------
    Hong Y. Comput Stat Data Anal 2013;59:41-51, doi:10.1016/j.csda.2012.10.006.

    Examples
    --------
    >>> count_distribution([0.1, 0.5]).round(3)
    array([0.45, 0.5 , 0.05])
    """
    chance = check_risk(risk, np.size(np.asarray(risk)))
    blocks = np.zeros((max(-(-chance.size // _BLOCK), 1), _BLOCK))
    blocks.reshape(-1)[: chance.size] = chance
    made = np.zeros((blocks.shape[0], _BLOCK + 1))
    made[:, 0] = 1.0
    for case in blocks.T:
        shifted = made[:, :-1] * case[:, None]
        made *= 1 - case[:, None]
        made[:, 1:] += shifted
    parts = list(made)
    while len(parts) > 1:
        last = parts[2 * (len(parts) // 2) :]
        parts = [np.convolve(a, b) for a, b in zip(parts[::2], parts[1::2], strict=False)] + last
    return parts[0][: chance.size + 1]


def interpolated_count(cumulative: FloatArray, probability: float) -> tuple[float, int]:
    """Find the number of failures that is passed with a stated probability, between whole numbers.

    Parameters
    ----------
    cumulative : array of float, shape (n + 1,)
        P(at most 0), P(at most 1), ... failures.
    probability : float
        In (0, 1).

    Returns
    -------
    tuple of float and int
        r - (F(r) - p) / (F(r) - F(r - 1)), and r, the smallest whole number with F(r) >= p.

    References
    ----------
    Spiegelhalter DJ. Stat Med 2005;24:1185-1202, doi:10.1002/sim.1970.

    Examples
    --------
    >>> interpolated_count(np.array([0.25, 0.75, 1.0]), 0.5)
    (0.5, 1)
    """
    r = int(np.searchsorted(cumulative, probability - _TIE))
    r = min(r, cumulative.size - 1)
    before = float(cumulative[r - 1]) if r else 0.0
    return r - (float(cumulative[r]) - probability) / (float(cumulative[r]) - before), r


def ratio_interval(
    observed: int, risk: ArrayLike, *, confidence: float = 0.95, interval: str = "exact"
) -> tuple[float, float]:
    """Give limits for observed against expected failures.

    Parameters
    ----------
    observed : int
        Failures, 0 to n.
    risk : array-like, shape (n,)
        Expected failure probability of each case, strictly between 0 and 1.
    confidence : float, default 0.95
        In (0, 1).
    interval : {"exact", "mid-p", "poisson", "poisson mid-p"}, default "exact"
        How the limits are found.

    Returns
    -------
    tuple of float
        Lower and upper limit of the ratio.

    Raises
    ------
    InvalidData
        If there are fewer cases than failures, or none.

    Notes
    -----
    "exact": the odds of every case are multiplied by one factor, and the limits are the expected numbers, over the
    plain one, at the factors where P(so many failures or more) and P(so few or fewer) are (1 - confidence)/2. Where
    all risks are the same these are Clopper and Pearson's limits over the risk. "mid-p" counts half the probability of
    the number observed, is shorter and may cover a little less than it says. "poisson" and "poisson mid-p" take the
    number of failures as Poisson distributed (for one, Garwood's limits), as is usual for rare failures; they are too
    wide where risks are high.

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413, doi:10.1093/biomet/26.4.404.
    Garwood F. Biometrika 1936;28:437-442, doi:10.1093/biomet/28.3-4.437.

    Examples
    --------
    >>> [round(limit, 3) for limit in ratio_interval(10, [0.1] * 100)]
    [0.49, 1.762]
    """
    from scipy.optimize import brentq

    check_choice("interval", interval, INTERVALS)
    chance = check_risk(risk, np.size(np.asarray(risk)))
    if not chance.size or not 0 <= observed <= chance.size:
        raise InvalidData(
            "{failures} failures in {n} cases", expected="at least one case", failures=observed, n=chance.size
        )
    poisson = interval.startswith("poisson")
    half = 0.5 if interval.endswith("mid-p") else 0.0
    tails, mean = _poisson(observed, chance) if poisson else _shifted_odds(observed, chance)
    aim = (1 - confidence) / 2

    def root(excess: Callable[[float], float]) -> float:
        reach = 1.0
        while excess(-reach) * excess(reach) > 0:
            reach *= 2
        return float(brentq(excess, -reach, reach, xtol=1e-12, rtol=1e-14))

    low, high = 0.0, chance.size / chance.sum()
    if observed:
        low = mean(root(lambda shift: tails(shift)[1] - half * tails(shift)[2] - aim)) / chance.sum()
    if poisson or observed < chance.size:
        high = mean(root(lambda shift: tails(shift)[0] - half * tails(shift)[2] - aim)) / chance.sum()
    return float(low), float(high)


_Tails = Callable[[float], tuple[float, float, float]]


def _poisson(observed: int, risk: FloatArray) -> tuple[_Tails, Callable[[float], float]]:
    """Give P(at most), P(at least) and P(exactly so many) where the log of the mean is shifted; and the mean."""
    total = float(risk.sum())

    def tails(shift: float) -> tuple[float, float, float]:
        mean = total * np.exp(shift)
        at = float(np.exp(xlogy(observed, mean) - mean - gammaln(observed + 1)))
        return float(pdtr(observed, mean)), 1 - float(pdtr(observed - 1, mean)) if observed else 1.0, at

    return tails, lambda shift: total * float(np.exp(shift))


def _shifted_odds(observed: int, risk: FloatArray) -> tuple[_Tails, Callable[[float], float]]:
    """Give P(at most), P(at least) and P(exactly so many) where the log odds are shifted; and the mean."""
    log_odds = logit(risk)
    n, same = risk.size, bool(np.ptp(risk) == 0)

    def tails(shift: float) -> tuple[float, float, float]:
        if same:
            below, above = bdtr(np.array([observed, observed - 1]), n, expit(log_odds[0] + shift))
            above = 1.0 if observed == 0 else 1 - float(above)
            return float(below), above, max(float(below) + above - 1, 0.0)
        shape = count_distribution(np.clip(expit(log_odds + shift), 1e-300, 1 - 1e-16))
        return float(shape[: observed + 1].sum()), float(shape[observed:].sum()), float(shape[observed])

    return tails, lambda shift: float(expit(log_odds + shift).sum())
