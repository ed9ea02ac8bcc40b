"""What the chart itself contributes: the share that would have a signal of competence if all were alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cusum.charts import Chart

__all__ = ["expected_share"]


def expected_share(chart: Chart, failure_rate: float, cases: int) -> NDArray[np.float64] | None:
    """Compute the share of trainees expected to have a signal of competence by each case, all with the same rate.

    Parameters
    ----------
    chart : Chart
        The chart.
    failure_rate : float
        True failure rate of every trainee, constant, 0 to 1.
    cases : int
        Number of cases, 1 or more.

    Returns
    -------
    array of float, shape (cases + 1,), or None
        Probability of a signal of competence within 0, 1, ..., `cases` cases, from the exact run-length law; None for
        charts whose rule for competence has no such law here (parallel lines, two lines).

    Notes
    -----
    Where the chart starts again after a signal of the other kind, the law of the first signal is renewed at each such
    signal: G(n) = F(n) + sum over u of g(u) G(n - u), with F the law of a first signal of competence and g(u) the
    probability that the first signal is of the other kind and falls at case u.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=2.7726)
    >>> round(float(expected_share(chart, 0.20, 100)[100]), 3)
    0.175
    """
    from cusum.design import run_length

    lower, upper = chart.opening.kinds
    wanted = "competent" if "competent" in (lower, upper) else "acceptable"
    rule = (getattr(chart, "after_signal", "stop"), getattr(chart, "competence", "one line"))
    if wanted not in (lower, upper) or not hasattr(chart, "criterion") or "parallel" in rule or "two lines" in rule:
        return None
    law = run_length(chart, failure_rate=failure_rate, horizon=cases)
    n = np.arange(cases + 1)
    share = np.asarray(law.signal_by(n, wanted), dtype=np.float64)
    other = (upper if wanted == lower else lower) or None
    if other is None or rule[0] != "restart":
        return share
    elsewhere = np.diff(np.asarray(law.signal_by(n, other), dtype=np.float64), prepend=0.0)
    for case in range(1, cases + 1):
        share[case] += float(elsewhere[1 : case + 1] @ share[case - 1 :: -1][:case])
    return share
