"""How many departments lie outside, or give a signal, by chance alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cusum.report.table import Cell, Column, Table, records, table

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["chance_table"]


def chance_table(site: Site) -> Table:
    """Say how many departments to expect outside the limits, or with a false signal, by chance alone.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    Table
        One row a procedure.
    """
    text, number = site.language.text, site.language.number
    found = site.cohort.adjusted
    designs = {} if found is None else {row.procedure: row for row in records(found.designs)}
    rows = []
    for procedure in site.procedures:
        compared = site.findings.comparison(procedure, adjusted=procedure in designs)
        if compared is None:
            continue
        outside = [
            text("{observed} ({expected})", observed=number(int(row.observed)), expected=number(float(row.expected), 1))
            for row in records(compared.outside)
        ]
        name = Cell(site.name(procedure), href=site.procedures[procedure])
        rows.append((name, number(len(compared.table)), *outside, *_false(site, designs.get(procedure))))
    return table(
        "chance",
        text("What chance alone does to so many departments: observed (to expect by chance)"),
        [
            text("Procedure"),
            Column(text("Departments"), number=True),
            Column(text("outside the 95% limits"), number=True),
            Column(text("outside the 99.8% limits"), number=True),
            Column(text("with a signal of the risk-adjusted CUSUM (false ones to expect at most)"), number=True),
        ],
        rows,
        empty=text("There are no other departments to compare with."),
        note=text(
            "If every department were like the average of all, so many would still lie outside or give a signal. "
            "Several procedures are looked at: what counts is whether it is more than chance, and whether it comes "
            "back."
        ),
    )


def _false(site: Site, design: Any) -> tuple[str]:
    """Count the departments with a signal, and the false ones to expect at most."""
    if design is None or site.cohort.adjusted is None:
        return ("–",)
    rows = site.cohort.adjusted.departments
    mine = rows[rows["procedure"] == design.procedure]
    number = site.language.number
    return (
        site.language.text(
            "{observed} ({expected})",
            observed=number(int((mine["signals"] > 0).sum())),
            expected=number(float(design.department_false_signal) * len(mine), 1),
        ),
    )
