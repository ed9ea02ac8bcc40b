"""One reader a file format; each turns a file into sheets of raw cells and decides nothing about their meaning."""

from __future__ import annotations

from cusum.registrations.sources.catalogue import SOURCES, Source, open_source
from cusum.registrations.sources.sheet import Contents, Decision, Sheet

__all__ = ["SOURCES", "Contents", "Decision", "Sheet", "Source", "open_source"]
