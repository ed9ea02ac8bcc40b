"""What an analysis of a cohort gives back: tidy tables and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from cusum.charts.base import Chart
from cusum.programme import Programme
from cusum.registrations.provenance import Provenance

if TYPE_CHECKING:
    from cusum.cohort.adjusted import Adjustment
    from cusum.registrations.assessments import Assessments
    from cusum.registrations.table import Registrations

__all__ = ["Cohort"]


@dataclass(frozen=True, eq=False, repr=False)
class Cohort:
    """Every trainee's charts over one file of registrations.

    Parameters
    ----------
    registrations : Registrations
        What was read.
    programme : Programme
        The programme in force.
    as_of : date
        Day up to which registrations count.
    chart_name : str
        Short name of the chart.
    charts : dict of str to Chart
        The chart of each procedure.
    paths : DataFrame
        One row a charted case: trainee, department, region, procedure, case (from 1), performed_on, row, sheet,
        failure, score, statistic, lower, upper, phase, state, signal, rate, rate_low, rate_high.
    crossings : DataFrame
        One row for each trainee and charted procedure, also without cases: cases, failures, crossed, case and
        crossed_on of the signal of competence, censored_at (the number of cases) where there was none. Where same-day
        cases may have come in another order: case_earliest, case_latest, crossed_in_every_order, and order ("fixed",
        "exact", "sampled"). Last the days that the trainee was followed, started_on and followed_to (the end of the
        post, the day that counts where it comes first, or a later registration), for waiting times in days.
    status : DataFrame
        The same rows: status, note, statistic, limit, last_performed_on, successes_needed,
        successes_needed_one_failure, expected_cases.
    designs : DataFrame
        One row a charted procedure: criterion and its source, the limit (of a chart with a last look also the case of
        that look, last_look, and its limit, last_limit), what was promised, what is kept (exact), the power, and how
        many false declarations to expect.
    experience : DataFrame
        One row for each trainee, item and month of the post: count, cumulative, target.
    competences : DataFrame
        One row for each trainee, competence of the programme and document: number, role, document, state, assessed_on,
        done, of, registrations; what is there at `as_of`. See :func:`cusum.cohort.competences.list_competences`.
    milestones : DataFrame
        One row for each trainee and milestone of the programme: month, due_on, reached, registrations, signals,
        procedures, instrument, nature, done, done_on, and how many of the competences were documented by then. See
        :func:`cusum.cohort.milestones.list_milestones`.
    signals : DataFrame
        One row a signal.
    trainees, departments : DataFrame
        One row each.
    adjusted : Adjustment or None
        The risk-adjusted charts of trainees and departments, where a risk model was given.
    assessments : Assessments or None
        The register of assessments, where one was given.
    provenance : Provenance
        File, version and parameters.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    >>> cohort.crossings.columns.tolist()[:4]
    ['trainee', 'department', 'region', 'procedure']
    """

    registrations: Registrations
    programme: Programme
    as_of: date
    chart_name: str
    charts: dict[str, Chart]
    paths: pd.DataFrame
    crossings: pd.DataFrame
    status: pd.DataFrame
    designs: pd.DataFrame
    experience: pd.DataFrame
    competences: pd.DataFrame
    milestones: pd.DataFrame
    signals: pd.DataFrame
    trainees: pd.DataFrame
    departments: pd.DataFrame
    provenance: Provenance
    adjusted: Adjustment | None = None
    assessments: Assessments | None = None

    def __repr__(self) -> str:
        charts = {chart.names["en"] for chart in self.charts.values()}
        size = f"{len(self.trainees)} trainees, {len(self.departments)} departments, {len(self.paths):,} charted cases"
        crossed = int(self.crossings["crossed"].sum())
        return f"<Cohort: {', '.join(sorted(charts))}; {size}, {crossed} signals of competence>"

    def _repr_html_(self) -> str:
        """Show in a notebook how many trainees are where, by procedure."""
        table = self.status.pivot_table(
            index="procedure", columns="status", values="trainee", aggfunc="count", fill_value=0, observed=True
        )
        order = [key for key in self.charts if key in table.index]
        return f"<p>{escape(repr(self).strip('<>'))}</p>{table.loc[order].to_html()}"
