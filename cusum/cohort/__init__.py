"""Layer 4: charts over a table of registrations, as tidy tables."""

from __future__ import annotations

from cusum.cohort.analysis import analyse
from cusum.cohort.breadth import describe_breadth
from cusum.cohort.case_mix import describe_case_mix
from cusum.cohort.cohort import Cohort
from cusum.cohort.comparison import ChartComparison, CriterionSensitivity, compare_charts, criterion_sensitivity
from cusum.cohort.competences import summarise_competences
from cusum.cohort.completeness import describe_completeness
from cusum.cohort.forecast import forecast_experience
from cusum.cohort.monitoring import GroupMonitoring, monitor_groups
from cusum.cohort.truth import compare_with_truth
from cusum.cohort.volume import department_volumes

__all__ = [
    "ChartComparison",
    "Cohort",
    "CriterionSensitivity",
    "GroupMonitoring",
    "analyse",
    "compare_charts",
    "compare_with_truth",
    "criterion_sensitivity",
    "department_volumes",
    "describe_breadth",
    "describe_case_mix",
    "describe_completeness",
    "forecast_experience",
    "monitor_groups",
    "summarise_competences",
]
