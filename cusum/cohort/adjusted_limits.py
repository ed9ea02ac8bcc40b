"""Limits of risk-adjusted charts for the many different risks of a cohort, quickly and on the safe side."""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cusum.charts.base import Chart
from cusum.design.attainable import with_limit
from cusum.design.bracketed import GridLaw
from cusum.design.grid import Chain, make_grid
from cusum.design.limits import find_limit
from cusum.design.searching import safe_limit
from cusum.design.steps import Steps
from cusum.design.tuning import first_guess, steps_under

__all__ = ["SafeLimit", "safely_limited"]

_FEW = 20
_POINTS = 8192
_PRECISION = 1e-3
_WIDTH = 2e-3


class SafeLimit(NamedTuple):
    """A chart with its limit, and what it keeps."""

    chart: Chart
    limit: float
    false_signal: float
    true_signal: float


def safely_limited(chart: Chart, risk: NDArray[np.float64], *, false_signal: float, within: int) -> SafeLimit:
    """Find a limit that keeps a promise about false signals for a cohort's case mix.

    Parameters
    ----------
    chart : Chart
        A risk-adjusted chart with one limit, which is ignored.
    risk : array of float, shape (m,)
        The mix of expected failure probabilities.
    false_signal : float
        Largest probability of a false signal, in (0, 1).
    within : int
        Number of cases within which it holds.

    Returns
    -------
    SafeLimit
        The chart with its limit, the probability of a false signal that is kept, and the power.

    Notes
    -----
    :func:`cusum.find_limit` finds the limit to five decimals, which takes seconds where thousands of cases have each a
    risk of their own. Here the promise is kept by an upper bound on a grid of 8,192 points, so that it holds with the
    limit given; the limit is then at most about half a percent larger than it need be.

    Examples
    --------
    >>> from cusum import RiskAdjustedLearningCurveCusum
    >>> mix = np.linspace(0.02, 0.3, 400)
    >>> chart = RiskAdjustedLearningCurveCusum(odds_ratio=2.0, limit=1.0)
    >>> found = safely_limited(chart, mix, false_signal=0.05, within=60)
    >>> round(found.limit, 2), 0.049 < found.false_signal <= 0.05
    (3.03, True)
    """
    null, other = steps_under(chart, risk, null=True), steps_under(chart, risk, null=False)
    if np.unique(risk).size < _FEW or null is None or other is None:
        exact = find_limit(chart, false_signal=false_signal, within=within, risk=risk)
        return SafeLimit(exact.chart, exact.limit, exact.false_signal, exact.true_signal)

    def margin(limit: float) -> float:
        law = GridLaw(with_limit(chart, limit).walk, null, _WIDTH)
        return log(false_signal / max(law.at_most(within, _POINTS), 1e-300))

    limit = safe_limit(margin, first_guess(chart, null), _PRECISION)
    limited = with_limit(chart, limit)
    return SafeLimit(limited, limit, _chance(limited, null, within), _chance(limited, other, within))


def _chance(chart: Chart, steps: Steps, within: int) -> float:
    """Estimate the probability of a signal within so many cases."""
    ended, _ = Chain(make_grid(chart.walk, steps, _POINTS // 2), steps, "split").follow(within)
    return float(ended.sum())
