"""What documents each competence of the programme: a compact table by role for one trainee."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.cohort.competences import STATES
from cusum.report.table import Cell, Row, Table, as_cell, records, table

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["competence_table"]

_SIGNS = {
    "documented": "●",
    "partly": "◐",
    "insufficient": "▽",
    "missing": "○",
    "no_target": "◐",
    "not_recorded": "–",
}


def competence_table(site: Site, trainee: str) -> Table | None:
    """List the competences with what is documented and what is missing.

    Parameters
    ----------
    site : Site
        The report.
    trainee : str
        As in the data.

    Returns
    -------
    Table or None
        One row a competence, by role; None without a register of assessments, or where the programme lists none.
    """
    if site.cohort.assessments is None or not site.cohort.programme.competences:
        return None
    text = site.language.text
    documents: dict[int, list[Any]] = {}
    for row in records(site.rows("competences", "trainee", trainee)):
        documents.setdefault(int(row.number), []).append(row)
    roles = list(site.cohort.programme.roles)
    ordered = sorted(site.cohort.programme.competences, key=lambda one: (roles.index(one.role), one.number))
    rows = [
        Row(
            tuple(
                as_cell(value)
                for value in (
                    Cell(f"{one.number}", order=one.number),
                    one.name[site.language.code],
                    site.cohort.programme.roles[one.role][site.language.code],
                    _list(site, documents.get(one.number, []), True),
                    _list(site, documents.get(one.number, []), False),
                )
            )
        )
        for one in ordered
    ]
    return table(
        "competences",
        text("The programme's competences and their documents"),
        [text("No."), text("Competence"), text("Role"), text("Documented"), text("Missing or in part")],
        rows,
        note=_explained(site),
    )


def _list(site: Site, rows: list[Any], there: bool) -> str:
    """List the documents that are there, or those that are not."""
    chosen = [row for row in rows if (row.state == "documented") is there]
    return (
        ", ".join(f"{_SIGNS[str(row.state)]} {row.document}{_day(site, row) if there else ''}" for row in chosen) or "–"
    )


def _day(site: Site, row: Any) -> str:
    """Give the day of a document, where it has one."""
    return "" if pd.isna(row.assessed_on) else f" {site.language.date(row.assessed_on, 'short')}"


def _explained(site: Site) -> str:
    """Explain the signs and the abbreviations."""
    language = site.language
    signs = "; ".join(
        f"{sign} {language.translate(STATES[state])}" for state, sign in _SIGNS.items() if state != "no_target"
    )
    used = {document for one in site.cohort.programme.competences for document in one.documents}
    names = "; ".join(
        f"{key} {name[language.code]}" for key, name in site.cohort.programme.instruments.items() if key in used
    )
    cards = language.text("K and a number: competence card")
    said = language.text(
        "A document says that something was assessed or counted, never that the competence is achieved."
    )
    return f"{signs}. {names}; {cards}. {said}"
