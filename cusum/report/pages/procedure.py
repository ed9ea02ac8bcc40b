"""The page of one procedure over the whole cohort, for consultants and researchers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.criteria import criteria_table
from cusum.report.design_sentences import design_sentence
from cusum.report.pages.adjustment import risk_section
from cusum.report.pages.learning import learning_section, waiting_sentences
from cusum.report.pages.sensitivity import sensitivity_table
from cusum.report.table import Cell, Column, Row, Table, records, table
from cusum.report.wording import declares, observed_rate, status_cell, watched, what_a_signal_is

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["procedure_page"]


def procedure_page(site: Site, procedure: str) -> dict[str, Any]:
    """Gather what the page of one procedure shows.

    Parameters
    ----------
    site : Site
        The report.
    procedure : str
        Key of the programme.

    Returns
    -------
    dict
        Context of ``procedure.html``.
    """
    from cusum.figures import plot_crossings

    text, language = site.language.text, site.language
    crossings = site.rows("crossings", "procedure", procedure)
    paths = site.rows("paths", "procedure", procedure)
    rejected = int((site.cohort.registrations.rejected["procedure"] == procedure).sum())
    used = len(site.rows("registrations", "procedure", procedure))
    started = crossings[crossings["cases"] > 0]
    design = site.designs[procedure]
    failures = observed_rate(site, int(paths["failure"].sum()), len(paths))
    figure = site.embedding.embed(
        plot_crossings(site.cohort, procedure, language=language.code),
        "figure-procedure",
        caption=text(
            "Above: share of trainees with a signal of competence by procedure number (Kaplan-Meier). Below: each "
            "trainee as one line, as long as the number of procedures done."
        ),
        table=_trainees(site, procedure, crossings),
    )
    return {
        "title": _capital(site.name(procedure)),
        "head": [_capital(site.name(procedure)), site.period],
        "facts": [
            (text("Procedures"), language.number(len(paths))),
            (text("Trainees with registrations"), language.number(len(started))),
            (text("Trainees with a signal of competence"), language.number(int(started["crossed"].sum()))),
            (text("Observed failure rate"), f"{failures.text} ({failures.note})" if failures.note else failures.text),
        ],
        "reading": _reading(site, procedure, started),
        "design": design_sentence(site.cohort, site.language, design),
        "figure": figure,
        "criteria": criteria_table(site, [procedure]),
        "waiting": waiting_sentences(site, procedure),
        "learning": learning_section(site, procedure),
        "risk": risk_section(site, procedure),
        "sensitivity": sensitivity_table(site, [procedure]),
        "signal": what_a_signal_is(site),
        "footer": site.footer(used, rejected),
    }


def _capital(text: str) -> str:
    """Begin with a capital letter."""
    return f"{text[:1].upper()}{text[1:]}"


def _reading(site: Site, procedure: str, started: pd.DataFrame) -> str:
    """Say in plain words how many have a signal, and how many false ones to expect."""
    text, language = site.language.text, site.language
    design = site.designs[procedure]
    if not declares(site):
        return watched(site, site.rows("status", "procedure", procedure).query("status != 'not_started'"))
    first = text(
        "{crossed} of {started} trainees with registrations have a signal of competence.",
        crossed=language.number(int(started["crossed"].sum())),
        started=language.number(len(started)),
    )
    if not bool(design.can_decide):
        return f"{first} " + text(
            "The number of procedures expected in the post, {expected}, cannot decide with these criteria.",
            expected=language.number(int(design.expected_cases)),
        )
    return f"{first} " + text(
        "If all of them stayed at the unacceptable failure rate, {false} false signals would be expected.",
        false=language.number(float(design.expected_false), 1),
    )


def _trainees(site: Site, procedure: str, crossings: pd.DataFrame) -> Table:
    """List the trainees with their numbers."""
    text, language = site.language.text, site.language
    status = {row.trainee: row for row in records(site.rows("status", "procedure", procedure))}
    rows = []
    for row in records(crossings):
        cells = (
            Cell(row.trainee, href=site.trainees[row.trainee]),
            Cell(site.department(row.department), href=site.departments.get(row.department, "")),
            status_cell(site, status[row.trainee], row),
            Cell(language.number(int(row.cases)), order=int(row.cases)),
            Cell(language.number(int(row.failures)), order=int(row.failures)),
            Cell(language.number(int(row.case)), order=int(row.case)) if row.crossed else Cell("–", order=10**6),
            Cell(language.date(row.crossed_on, "short"), order=f"{row.crossed_on:%Y-%m-%d}")
            if row.crossed
            else Cell("–"),
        )
        rows.append(Row(cells))
    return table(
        "table-procedure",
        text("Each trainee's procedures and signal"),
        [
            text("Trainee"),
            text("Department"),
            text("Status"),
            Column(text("Procedures"), number=True),
            Column(text("Failures"), number=True),
            Column(text("Signal of competence at procedure no."), number=True),
            text("Date of the signal"),
        ],
        rows,
        sortable=True,
    )
