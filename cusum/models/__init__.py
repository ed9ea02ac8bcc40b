"""Layer 2: what to expect. Survival of "not yet competent" by case number, and the models to come beside it."""

from __future__ import annotations

from cusum.models.time_to_competence import TimeToCompetence, time_to_competence

__all__ = ["TimeToCompetence", "time_to_competence"]
