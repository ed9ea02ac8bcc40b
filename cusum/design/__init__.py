"""Layer 2: what a chart does in the long run. Nothing here sees observed data."""

from __future__ import annotations

from cusum.design.competence import competence_by_case, competence_probability
from cusum.design.distribution import RunLength
from cusum.design.limits import LimitDesign, Promise, find_limit
from cusum.design.planning import LearnerPlan, VolumePlan, plan_volume
from cusum.design.run_length import run_length
from cusum.design.states import StateProbabilities, state_probabilities

__all__ = [
    "LearnerPlan",
    "LimitDesign",
    "Promise",
    "RunLength",
    "StateProbabilities",
    "VolumePlan",
    "competence_by_case",
    "competence_probability",
    "find_limit",
    "plan_volume",
    "run_length",
    "state_probabilities",
]
