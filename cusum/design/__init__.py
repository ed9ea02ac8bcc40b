"""Layer 2: what a chart does in the long run. Nothing here sees observed data."""

from __future__ import annotations

from cusum.design.competence import competence_by_case, competence_probability
from cusum.design.limits import LimitDesign, Promise, find_limit
from cusum.design.run_length import RunLength, run_length

__all__ = [
    "LimitDesign",
    "Promise",
    "RunLength",
    "competence_by_case",
    "competence_probability",
    "find_limit",
    "run_length",
]
