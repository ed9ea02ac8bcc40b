"""From files as departments keep them to one checked table of registrations."""

from __future__ import annotations

from cusum.registrations.assessments import Assessments, describe_assessment, read_assessments
from cusum.registrations.provenance import Provenance
from cusum.registrations.reasons import FLAGS, REASONS, describe
from cusum.registrations.table import Registrations, read_registrations

__all__ = [
    "FLAGS",
    "REASONS",
    "Assessments",
    "Provenance",
    "Registrations",
    "describe",
    "describe_assessment",
    "read_assessments",
    "read_registrations",
]
