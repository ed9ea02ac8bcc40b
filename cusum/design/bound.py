"""How much power any chart whatever can have: the bound of Neyman and Pearson."""

from __future__ import annotations

import numpy as np

from cusum.charts.base import check_criterion, check_fraction
from cusum.criterion import Criterion
from cusum.design.scores import check_count

__all__ = ["power_bound"]


def power_bound(criterion: Criterion, *, cases: int, false_competence: float = 0.05) -> float:
    """Give the power that no chart can exceed, whatever it does with the same number of cases.

    Parameters
    ----------
    criterion : Criterion
        Acceptable and unacceptable failure rate.
    cases : int
        Number of cases, 1 or more.
    false_competence : float, default 0.05
        Largest probability, in (0, 1), of declaring a trainee at the unacceptable rate competent within the cases.

    Returns
    -------
    float
        The largest probability of declaring a trainee at the acceptable rate competent.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    Whatever a chart says within N cases is a decision made from N outcomes, so the lemma of Neyman and Pearson bounds
    it. The most powerful test declares where there are few failures in N, X <= k, and tosses a coin at X = k + 1 so
    that the promise is used up exactly. The bound holds for constant rates; a chart that looks at every case, or that
    forgives the failures of a beginner, cannot be expected to reach it. Without the coin the test is
    `VolumePlan.best_power`, which a chart that uses more of its promise can exceed by a little.

    References
    ----------
    Neyman J, Pearson ES. Philos Trans R Soc Lond A 1933;231:289-337, doi:10.1098/rsta.1933.0009.

    Examples
    --------
    >>> criterion = Criterion(acceptable=0.10, unacceptable=0.20)
    >>> round(power_bound(criterion, cases=50), 3), round(power_bound(criterion, cases=100), 3)
    (0.622, 0.881)
    """
    from scipy.stats import binom

    check_criterion(criterion)
    cases = check_count("cases", cases)
    promise = check_fraction("false_competence", false_competence)
    failures = np.arange(cases + 1)
    bad, good = (binom.pmf(failures, cases, rate) for rate in (criterion.unacceptable, criterion.acceptable))
    before = np.concatenate(([0.0], np.cumsum(bad)[:-1]))
    left = promise - before
    share = np.clip(np.divide(left, bad, out=np.sign(left), where=bad > 1e-300), 0.0, 1.0)
    return min(1.0, float(share @ good))
