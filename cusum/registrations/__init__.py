"""From files as departments keep them to one checked table of registrations."""

from __future__ import annotations

from cusum.registrations.provenance import Provenance
from cusum.registrations.reasons import FLAGS, REASONS, describe
from cusum.registrations.table import Registrations, read_registrations

__all__ = ["FLAGS", "REASONS", "Provenance", "Registrations", "describe", "read_registrations"]
