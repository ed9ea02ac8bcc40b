"""Layer 2: what to expect. Expected risks, departments against them, and survival of "not yet competent"."""

from __future__ import annotations

from cusum.models.department_comparison import DepartmentComparison
from cusum.models.departments import compare_departments
from cusum.models.funnel import funnel_limits
from cusum.models.learning_curve import LearningCurve, fit_learning_curve
from cusum.models.risk import RiskModel, fit_risk_model, load_risk_model
from cusum.models.time_to_competence import TimeToCompetence, time_to_competence

__all__ = [
    "DepartmentComparison",
    "LearningCurve",
    "RiskModel",
    "TimeToCompetence",
    "compare_departments",
    "fit_learning_curve",
    "fit_risk_model",
    "funnel_limits",
    "load_risk_model",
    "time_to_competence",
]
