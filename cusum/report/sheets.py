"""Sheets of the workbook beyond the cohort's own tables: adjustment, departments, case mix, forecast, competences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pandas as pd

from cusum.report.findings import NOWHERE
from cusum.report.pages.adjustment import hide_level
from cusum.report.pages.comparing import hidden_procedures

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["further_sheets"]

_DEPARTMENTS = ["cases", "failures", "expected", "rate", "ratio", "ratio_low", "ratio_high", "side", "beyond"]
_COMPETENCES = {"state": "document_state", "of": "done_of"}
_CURVE = {"rate": "fitted_rate", "low": "rate_low", "high": "rate_high"}


def further_sheets(site: Site) -> Iterator[tuple[str, pd.DataFrame]]:
    """List the sheets that come after the cohort's own.

    Parameters
    ----------
    site : Site
        The report.

    Yields
    ------
    tuple of str and DataFrame
        Title in the report's language, and the rows; a table without rows is left out.
    """
    text = site.language.text
    sheets = [
        (text("Adjusted"), _adjusted(site)),
        (text("Adjusted limits"), _limits(site)),
        (text("Risk models"), _models(site)),
        (text("Departments compared"), _compared(site)),
        (text("Volume"), site.findings.volumes),
        (text("Case mix, trainees"), site.findings.case_mix("trainee")),
        (text("Case mix, departments"), _hide(site, site.findings.case_mix("department"), "unit")),
        (text("Forecast"), site.findings.forecast),
        (text("Completeness"), site.findings.completeness("trainee")),
        (text("Competences"), site.cohort.competences.rename(columns=_COMPETENCES)),
        (text("Learning curves"), _curves(site)),
    ]
    for title, frame in sheets:
        if len(frame):
            yield title, frame.reset_index(drop=True)


def _adjusted(site: Site) -> pd.DataFrame:
    """Give each trainee's results beside the adjusted ones."""
    return pd.DataFrame() if site.cohort.adjusted is None else site.cohort.adjusted.crossings


def _limits(site: Site) -> pd.DataFrame:
    """Give the limits of the adjusted charts."""
    return pd.DataFrame() if site.cohort.adjusted is None else site.cohort.adjusted.designs


def _models(site: Site) -> pd.DataFrame:
    """List the coefficients of all risk models."""
    adjusted = site.cohort.adjusted
    if adjusted is None or not adjusted.models:
        return pd.DataFrame()
    pieces = [(key, model.summary()) for key, model in adjusted.models.items()]
    pieces = [(key, rows.assign(term=[hide_level(site, term) for term in rows["term"]])) for key, rows in pieces]
    return pd.concat([rows.assign(procedure=key)[["procedure", *rows]] for key, rows in pieces], ignore_index=True)


def _compared(site: Site) -> pd.DataFrame:
    """List the departments against what is expected, unadjusted and adjusted, in order of name."""
    pieces = []
    for procedure in site.procedures:
        for adjusted in (False, True):
            if adjusted and not site.findings.adjusted(procedure):
                continue
            compared = site.findings.comparison(procedure, adjusted=adjusted)
            if compared is not None:
                rows = compared.table[["department", *_DEPARTMENTS]]
                rows = rows.assign(procedure=procedure, adjusted=adjusted)
                rows = rows[["department", "procedure", "adjusted", *_DEPARTMENTS]]
                pieces.append(rows.rename(columns={"rate": "observed_rate"}))
    if not pieces:
        return pd.DataFrame()
    return _hide(site, pd.concat(pieces, ignore_index=True).sort_values("department", kind="stable"), "department")


def _hide(site: Site, frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Leave out the departments' small numbers in a report that may be passed on."""
    if not site.pseudonymised or frame.empty:
        return frame
    hidden = {name: hidden_procedures(site, "" if name == NOWHERE else str(name)) for name in frame[column].unique()}
    small = [row[1] in hidden[row[0]] for row in zip(frame[column], frame["procedure"], strict=True)]
    return frame[[not one for one in small]]


def _curves(site: Site) -> pd.DataFrame:
    """Give the fitted learning curves as numbers."""
    pieces = []
    for procedure in site.procedures:
        chosen = site.findings.learning(procedure)
        if chosen is not None and chosen.curve is not None:
            rows = chosen.curve.population().rename(columns=_CURVE)
            rows = rows.assign(procedure=procedure, shape=chosen.curve.kind)
            columns = ["procedure", "shape", "case", *_CURVE.values(), "trainees_low", "trainees_high"]
            pieces.append(rows[columns])
    return pd.concat(pieces, ignore_index=True) if pieces else pd.DataFrame()
