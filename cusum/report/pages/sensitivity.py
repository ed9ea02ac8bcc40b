"""The section on other criteria: would other rates, or another chart, have said the same?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cusum.charts.catalogue import chart_class
from cusum.report.table import Column, Table, records, table

if TYPE_CHECKING:
    from cusum.report.embedding import Fragment
    from cusum.report.site import Site

__all__ = ["sensitivity_figure", "sensitivity_table"]


def sensitivity_figure(site: Site) -> Fragment:
    """Draw who would have been declared competent under other criteria, with the numbers as a table.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    Fragment
        The figure as it stands in the page.
    """
    from cusum.figures import plot_sensitivity

    text = site.language.text
    figure = plot_sensitivity(site.findings.sensitivity, programme=site.cohort.programme, language=site.language.code)
    return site.embedding.embed(
        figure,
        "figure-sensitivity",
        caption=text(
            "Share of trainees with a signal of competence under criteria that published studies have used. The limits "
            "of the learning-curve CUSUM are designed anew for each criterion, for the same promise and the same "
            "number of procedures; those of the standard CUSUM follow from its nominal error rates and promise nothing "
            "within a number of procedures."
        ),
        table=sensitivity_table(site, list(site.procedures)),
    )


def sensitivity_table(site: Site, procedures: Sequence[str]) -> Table:
    """List who would have been declared competent under other criteria.

    Parameters
    ----------
    site : Site
        The report.
    procedures : sequence of str
        Which procedures.

    Returns
    -------
    Table
        One row for each procedure, chart and criterion.
    """
    text, percent, code = site.language.text, site.language.percent, site.language.code
    rows = [
        (
            site.name(row.procedure),
            chart_class(row.chart).names[code],
            text("{low} / {high}", low=percent(row.acceptable), high=percent(row.unacceptable)),
            text("yes") if row.in_force else text("no"),
            text("{some} of {all}", some=row.declared, all=row.trainees),
            percent(row.false_competence, 1),
            percent(row.power),
        )
        for row in records(site.findings.sensitivity.summary)
        if row.procedure in procedures
    ]
    return table(
        "sensitivity",
        text("Signals of competence under other criteria"),
        [
            text("Procedure"),
            text("Chart"),
            text("Acceptable / unacceptable failure rate"),
            text("In force"),
            Column(text("Trainees with a signal of competence"), number=True),
            Column(text("False-competence probability"), number=True),
            Column(text("Power"), number=True),
        ],
        rows,
    )
