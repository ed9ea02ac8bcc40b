"""Layer 1: the charts. Each method has a file of its own; numpy is all they need."""

from __future__ import annotations

from cusum.charts.base import Chart, Path, Signal
from cusum.charts.bernoulli import BernoulliCusum
from cusum.charts.catalogue import CHARTS, chart_class
from cusum.charts.learning import LearningCurveCusum, LearningThenMonitoring
from cusum.charts.standard import StandardCusum
from cusum.charts.walk import Walk

__all__ = [
    "CHARTS",
    "BernoulliCusum",
    "Chart",
    "LearningCurveCusum",
    "LearningThenMonitoring",
    "Path",
    "Signal",
    "StandardCusum",
    "Walk",
    "chart_class",
]
