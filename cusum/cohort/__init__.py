"""Layer 4: charts over a table of registrations, as tidy tables."""

from __future__ import annotations

from cusum.cohort.analysis import analyse
from cusum.cohort.cohort import Cohort
from cusum.cohort.truth import compare_with_truth

__all__ = ["Cohort", "analyse", "compare_with_truth"]
