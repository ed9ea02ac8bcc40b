"""The one list of charts."""

from __future__ import annotations

from cusum.charts.base import Chart
from cusum.charts.bernoulli import BernoulliCusum
from cusum.charts.ewma import Ewma
from cusum.charts.glr import BernoulliGlr
from cusum.charts.learning import LearningCurveCusum, LearningThenMonitoring
from cusum.charts.low_volume import LastLookCusum
from cusum.charts.observed_expected import Vlad
from cusum.charts.risk_adjusted import RiskAdjustedCusum, RiskAdjustedLearningCurveCusum
from cusum.charts.sequential_test import RiskAdjustedSequentialTest
from cusum.charts.standard import StandardCusum
from cusum.errors import InvalidParameter

__all__ = ["CHARTS", "chart_class"]

CHARTS: dict[str, type[Chart]] = {
    chart.key: chart
    for chart in (
        StandardCusum,
        BernoulliCusum,
        LearningCurveCusum,
        LearningThenMonitoring,
        LastLookCusum,
        RiskAdjustedCusum,
        RiskAdjustedLearningCurveCusum,
        RiskAdjustedSequentialTest,
        Vlad,
        Ewma,
        BernoulliGlr,
    )
}
"""Every chart by its short name."""


def chart_class(name: str) -> type[Chart]:
    """Find a chart by its short name.

    Parameters
    ----------
    name : str
        Short name, such as "standard" or "lc_cusum".

    Returns
    -------
    type
        The chart's class.

    Raises
    ------
    InvalidParameter
        If there is no such chart; the message lists those that there are.

    Examples
    --------
    >>> chart_class("lc_cusum").__name__
    'LearningCurveCusum'
    """
    if name not in CHARTS:
        raise InvalidParameter(
            "chart is {name!r}", expected="one of {choices}", name=name, choices=", ".join(sorted(CHARTS))
        )
    return CHARTS[name]
