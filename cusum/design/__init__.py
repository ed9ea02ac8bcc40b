"""Layer 2: what a chart does in the long run. Nothing here sees observed data."""

from __future__ import annotations

from cusum.design.bound import power_bound
from cusum.design.competence import competence_by_case, competence_probability
from cusum.design.distribution import RunLength
from cusum.design.dynamic import dynamic_limits
from cusum.design.guarantee import EstimationSample
from cusum.design.learners import learner_rates
from cusum.design.limits import find_limit
from cusum.design.low_volume import LowVolumeDesign, design_low_volume, move_last_look
from cusum.design.planning import LearnerPlan, VolumePlan, plan_volume
from cusum.design.power import PowerByLimit, power_by_limit
from cusum.design.promises import LimitDesign, Promise
from cusum.design.run_length import run_length
from cusum.design.states import StateProbabilities, state_probabilities
from cusum.design.steps import RiskSequence
from cusum.design.two_sided import TwoSidedDesign, find_two_limits
from cusum.design.volume import PowerByVolume, power_by_volume
from cusum.design.wald import WaldPromise, wald_promise

__all__ = [
    "EstimationSample",
    "LearnerPlan",
    "LimitDesign",
    "LowVolumeDesign",
    "PowerByLimit",
    "PowerByVolume",
    "Promise",
    "RiskSequence",
    "RunLength",
    "StateProbabilities",
    "TwoSidedDesign",
    "VolumePlan",
    "WaldPromise",
    "competence_by_case",
    "competence_probability",
    "design_low_volume",
    "dynamic_limits",
    "find_limit",
    "find_two_limits",
    "learner_rates",
    "move_last_look",
    "plan_volume",
    "power_bound",
    "power_by_limit",
    "power_by_volume",
    "run_length",
    "state_probabilities",
    "wald_promise",
]
