"""From an analysed cohort to pages and a workbook."""

from __future__ import annotations

from cusum.report.progress import Progress
from cusum.report.writing import ReportPaths, write_report

__all__ = ["Progress", "ReportPaths", "write_report"]
