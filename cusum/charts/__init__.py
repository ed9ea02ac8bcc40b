"""Layer 1: the charts. Each method has a file of its own; numpy is all they need."""

from __future__ import annotations

from cusum.charts.base import Chart, Path, Signal
from cusum.charts.bernoulli import BernoulliCusum
from cusum.charts.catalogue import CHARTS, chart_class
from cusum.charts.ewma import Ewma
from cusum.charts.glr import BernoulliGlr, Change, GlrPath
from cusum.charts.learning import LearningCurveCusum, LearningThenMonitoring
from cusum.charts.low_volume import LastLookCusum
from cusum.charts.many import Paths
from cusum.charts.observed_expected import PredictionLimits, Vlad
from cusum.charts.risk_adjusted import RiskAdjustedCusum, RiskAdjustedLearningCurveCusum
from cusum.charts.sequential_test import RiskAdjustedSequentialTest
from cusum.charts.standard import StandardCusum
from cusum.charts.walk import Walk

__all__ = [
    "CHARTS",
    "BernoulliCusum",
    "BernoulliGlr",
    "Change",
    "Chart",
    "Ewma",
    "GlrPath",
    "LastLookCusum",
    "LearningCurveCusum",
    "LearningThenMonitoring",
    "Path",
    "Paths",
    "PredictionLimits",
    "RiskAdjustedCusum",
    "RiskAdjustedLearningCurveCusum",
    "RiskAdjustedSequentialTest",
    "Signal",
    "StandardCusum",
    "Vlad",
    "Walk",
    "chart_class",
]
