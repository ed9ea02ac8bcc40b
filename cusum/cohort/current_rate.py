"""How good is this trainee now: a failure rate in which old cases fade, with its interval."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cusum.charts.checking import check_fraction
from cusum.charts.walk import Walk
from cusum.errors import InvalidParameter

__all__ = ["FADE", "current_rate"]

FADE = 0.95
"""Weight that a case keeps for each later one; about 1 / (1 - FADE) = 20 cases speak at a time. See the notes below."""


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

    Raises
    ------
    InvalidParameter
        If `fade` or `confidence` is outside its range.

    Notes
    -----
    A binomial model with a discounted beta prior: before each case the counts of failures and successes so far are
    multiplied by `fade`, then the case is added to them; the rate has a Beta(failures + 1/2, successes + 1/2)
    distribution, of which the mean and the equal-tailed interval are given. It describes; it is not a test.

    How often the 95% interval holds the rate of the case just done, with 0.95, over the first 100 cases of 4,000
    simulated trainees: 0.99 at constant rates of 0.05 to 0.40 (more than asked for: the weights of old cases count as
    if each were a case of its own); 0.97 for a learner from 0.30 to 0.06 with a time constant of 10 or 25 cases, 0.91
    at the second case, where it is least; 0.96, at least 0.90, for one from 0.50 to 0.10 with 10; after a jump from
    0.05 to 0.20, 0.64 at the first case, 0.82 at the fifth, 0.91 at the tenth and 0.97 at the twentieth. Without fading
    (1), 0.95 at constant rates but 0.67 to 0.79 for learners. What it costs: the interval is 0.26 wide on average at a
    constant rate of 0.10, however many cases there are, and the rate itself lags: twenty cases into the first learner
    it is 0.08 too high on average.

    The fade is a compromise: with 0.95, the surplus at constant rates pays for the lag behind a learner. In the
    synthetic Danish cohort of the sample data, whose rates are known, from the sixth case on, fades of 0.90, 0.93,
    0.95, 0.97 and 1 give intervals that hold 0.98, 0.97, 0.95, 0.92 and 0.74 of the time, root mean squared errors of
    0.110, 0.109, 0.109, 0.112 and 0.125, and a logarithmic score for the next case of 0.446, 0.445, 0.446, 0.448 and
    0.457 (less is better).

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

    if not 0 < fade <= 1:
        raise InvalidParameter("fade is {value!r}", expected="a number above 0, at most 1", value=fade)
    check_fraction("confidence", confidence)
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
