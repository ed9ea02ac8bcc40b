"""How much of what was done is charted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cusum.cohort.completeness import NOT_AT_RANDOM
from cusum.report.table import Cell, Column, Table, records, table

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["charted_table"]


def charted_table(site: Site, by: str, name: str) -> Table:
    """Set the registrations charted beside all that were counted, with why the others are not charted.

    Parameters
    ----------
    site : Site
        The report.
    by : {"trainee", "department"}
        What `name` is.
    name : str
        As in the data.

    Returns
    -------
    Table
        One row a procedure.
    """
    text, number = site.language.text, site.language.number
    frame = site.findings.completeness(by)
    mine = frame[frame[by] == name]
    rows = [
        (
            Cell(site.name(row.procedure), href=site.procedures[row.procedure]),
            number(int(row.counted)),
            number(int(row.charted)),
            "–" if pd.isna(row.share) else site.language.percent(float(row.share)),
            number(int(row.without_outcome)),
            number(int(row.unreadable)),
            number(int(row.contradictory)),
        )
        for row in records(mine)
    ]
    return table(
        "charted",
        text("Charted against counted"),
        [
            text("Procedure"),
            Column(text("Counted"), number=True),
            Column(text("Charted"), number=True),
            Column(text("Share charted"), number=True),
            Column(text("without an outcome"), number=True),
            Column(text("with an unreadable outcome"), number=True),
            Column(text("with a contradiction"), number=True),
        ],
        rows,
        note=site.language.text(NOT_AT_RANDOM),
    )
