"""A trainee's results beside what an acceptable performer with the same cases would have had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.table import Cell, Column, Table, records, table

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["fairness_table"]


def fairness_table(site: Site, trainee: str) -> Table | None:
    """Set a trainee's failures and signals beside those adjusted for the difficulty of the cases.

    Parameters
    ----------
    site : Site
        The report.
    trainee : str
        As in the data.

    Returns
    -------
    Table or None
        One row a procedure; None where the report is not adjusted.
    """
    adjusted = site.cohort.adjusted
    if adjusted is None:
        return None
    text, number = site.language.text, site.language.number
    rows = [
        (
            Cell(site.name(row.procedure), href=site.procedures[row.procedure]),
            number(int(row.cases)),
            number(int(row.failures)),
            number(float(row.expected), 1),
            _difficulty(site, float(row.difficulty)),
            _case(site, row.unadjusted_case),
            _case(site, row.case),
        )
        for row in records(adjusted.crossings[adjusted.crossings["trainee"] == trainee])
    ]
    return table(
        "fairness",
        text("With and without regard to the difficulty of the cases"),
        [
            text("Procedure"),
            Column(text("Procedures"), number=True),
            Column(text("Failures"), number=True),
            Column(text("Failures to expect of an acceptable performer with these cases"), number=True),
            Column(text("Difficulty of the cases"), number=True),
            Column(text("Signal of competence, unadjusted"), number=True),
            Column(text("Signal of competence, adjusted"), number=True),
        ],
        rows,
        empty=text("None of the trainee's procedures has an expected probability."),
        note=text(
            "Difficulty: the mean expected probability of failure against the cohort's average. The charts above and "
            "the status are unadjusted. Where the two signals differ, look at the cases."
        ),
    )


def _difficulty(site: Site, difficulty: float) -> str:
    """Say how much more or less difficult the cases were than the average."""
    change = difficulty - 1
    if abs(change) < 0.005:
        return site.language.text("average")
    sign = "+" if change > 0 else "−"
    return f"{sign}{site.language.percent(abs(change))}"


def _case(site: Site, case: Any) -> str:
    """Write the procedure number of a signal."""
    if pd.isna(case):
        return site.language.text("not yet")
    return site.language.text("no. {case}", case=site.language.number(int(case)))
