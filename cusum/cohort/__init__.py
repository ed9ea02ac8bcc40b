"""Layer 4: charts over a table of registrations, as tidy tables."""

from __future__ import annotations

from cusum.cohort.analysis import analyse
from cusum.cohort.case_mix import describe_case_mix
from cusum.cohort.cohort import Cohort
from cusum.cohort.comparison import ChartComparison, CriterionSensitivity, compare_charts, criterion_sensitivity
from cusum.cohort.truth import compare_with_truth

__all__ = [
    "ChartComparison",
    "Cohort",
    "CriterionSensitivity",
    "analyse",
    "compare_charts",
    "compare_with_truth",
    "criterion_sensitivity",
    "describe_case_mix",
]
