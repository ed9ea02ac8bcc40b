"""From an analysed cohort to pages and a workbook."""

from __future__ import annotations

from cusum.report.writing import ReportPaths, write_report
from cusum.work import Progress

__all__ = ["Progress", "ReportPaths", "write_report"]
