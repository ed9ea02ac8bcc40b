"""How good is this trainee now: a failure rate in which old cases fade, with its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cusum.charts.walk import Walk

__all__ = ["FADE", "current_rate"]

FADE = 0.95
"""Weight that a case keeps for each later one; about 1 / (1 - FADE) = 20 cases speak at a time."""


def current_rate(table: pd.DataFrame, *, fade: float = FADE, confidence: float = 0.95) -> pd.DataFrame:
    """Smooth each trainee's failure rate, so that the latest cases count most.

    Parameters
    ----------
    table : DataFrame
        One row a case in case order: trainee, procedure, case, failure.
    fade : float, default 0.95
        Weight that a case keeps for each later one, in (0, 1].
    confidence : float, default 0.95
        Probability that the interval holds, in (0, 1).

    Returns
    -------
    DataFrame
        Columns rate, rate_low, rate_high as fractions, with the index of `table`.

    Notes
    -----
    A binomial model with a discounted beta prior: before each case the counts of failures and successes so far are
    multiplied by `fade`, then the case is added to them; the rate has a Beta(failures + 1/2, successes + 1/2)
    distribution, of which the mean and the equal-tailed interval are given. It describes; it is not a test.

    References
    ----------
    Harvey AC, Fernandes C. J Bus Econ Stat 1989;7:407-417, doi:10.1080/07350015.1989.10509750.

    Examples
    --------
    >>> table = pd.DataFrame({"trainee": "T1", "procedure": "spinal", "case": [1, 2], "failure": [True, False]})
    >>> current_rate(table)["rate"].round(3).tolist()
    [0.75, 0.492]
    """
    from scipy.special import betaincinv

    first = (table["case"].to_numpy() == 1).nonzero()[0]
    lengths = np.diff(np.append(first, len(table)))
    failures = np.empty(len(table))
    total = np.empty(len(table))
    fading = Walk(memory=fade)
    outcome = table["failure"].to_numpy(dtype=np.float64)
    for start, length in zip(first, lengths, strict=True):
        part = slice(start, start + length)
        failures[part] = fading.free(outcome[part], 0.0)
        total[part] = fading.free(np.ones(length), 0.0)
    a, b = failures + 0.5, total - failures + 0.5
    tail = (1 - confidence) / 2
    low, high = betaincinv(a, b, tail), betaincinv(a, b, 1 - tail)
    return pd.DataFrame({"rate": a / (a + b), "rate_low": low, "rate_high": high}, index=table.index)
