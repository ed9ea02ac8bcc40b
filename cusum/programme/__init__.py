"""Training programmes: what is learned, what is good enough, and when it is assessed."""

from __future__ import annotations

from cusum.programme.names import fold_name
from cusum.programme.parts import Competence, ExperienceItem, Milestone, Procedure
from cusum.programme.programme import Programme
from cusum.programme.reading import DEFAULT_PROGRAMME, available_programmes, load_programme

__all__ = [
    "DEFAULT_PROGRAMME",
    "Competence",
    "ExperienceItem",
    "Milestone",
    "Procedure",
    "Programme",
    "available_programmes",
    "fold_name",
    "load_programme",
]
