"""The page for the audit: one department's trainees and procedures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.pages.case_mix import case_mix_figure, case_mix_table, volume_table
from cusum.report.pages.comparing import comparing_section, hidden_procedures
from cusum.report.pages.completeness import charted_table
from cusum.report.table import Cell, Column, Row, Table, records, table
from cusum.report.wording import legend, observed_rate, status_cell, watched, what_a_signal_is

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["department_page", "status_table"]


def department_page(site: Site, department: str) -> dict[str, Any]:
    """Gather what the page of one department shows.

    Parameters
    ----------
    site : Site
        The report.
    department : str
        As in the data.

    Returns
    -------
    dict
        Context of ``department.html``.
    """
    from cusum.figures import plot_department

    text, language = site.language.text, site.language
    name = site.department(department)
    status = site.rows("status", "department", department)
    crossings = site.rows("crossings", "department", department)
    trainees = list(dict.fromkeys(status["trainee"]))
    used = site.rows("registrations", "department", department)
    rejected = int(site.rows("trainees", "department", department)["rejected"].sum())
    comparison = _comparison(site, department, crossings)
    figure = site.embedding.embed(
        plot_department(site.cohort, department, language=language.code),
        "figure-department",
        caption=text("The trainees' signals of competence within the department and in all other departments."),
        table=_crossing_table(site, crossings),
    )
    return {
        "title": name,
        "head": [name, text("Department"), site.period],
        "facts": [
            (text("Trainees"), language.number(len(trainees))),
            (text("Registrations charted"), language.number(int(status["cases"].sum()))),
            (text("Signals of competence"), language.number(int(crossings["crossed"].sum()))),
            (text("Signals of deterioration"), language.number(_alarms(site, department))),
        ],
        "reading": _reading(site, status, crossings, trainees),
        "figure": figure,
        "status": status_table(site, trainees, key="status", root="../"),
        "legend": legend(site),
        "comparison": comparison,
        "comparing": comparing_section(site, department),
        "case_mix": case_mix_table(site, "department", department, hidden_procedures(site, department)),
        "case_mix_figure": case_mix_figure(site, department, hidden_procedures(site, department)),
        "volume": volume_table(site, department),
        "completeness": _completeness(site, department),
        "charted": charted_table(site, "department", department),
        "signal": what_a_signal_is(site),
        "footer": site.footer(len(used), rejected),
    }


def _alarms(site: Site, department: str) -> int:
    """Count the signals of deterioration."""
    signals = site.rows("signals", "department", department)
    return int(signals["kind"].isin(["deterioration", "unacceptable"]).sum())


def _reading(site: Site, status: pd.DataFrame, crossings: pd.DataFrame, trainees: list[str]) -> str:
    """Say in two plain sentences how the department's trainees stand."""
    language = site.language
    started = status[status["status"] != "not_started"]
    first = language.plural(
        "{n} trainee has registrations here.", "{n} trainees have registrations here.", len(trainees)
    )
    undecided = int(started["note"].isin(["cannot_decide", "too_few_cases"]).sum())
    second = watched(site, started) or language.text(
        "Of {started} courses of learning (a trainee and a procedure) {crossed} have a signal of competence and "
        "{undecided} cannot be decided yet.",
        started=language.number(len(started)),
        crossed=language.number(int(crossings["crossed"].sum())),
        undecided=language.number(undecided),
    )
    return f"{first} {second}"


def status_table(site: Site, trainees: list[str], *, key: str, root: str, filtered: bool = False) -> Table:
    """Cross trainees with procedures: in each cell the status as a word and a shape.

    Parameters
    ----------
    site : Site
        The report.
    trainees : list of str
        Which trainees, in order.
    key : str
        Identifier of the table.
    root : str
        Way from the page to the report's folder: ``""`` or ``"../"``; left out of links here.
    filtered : bool, default False
        Whether rows carry what the index filters by, and the department.

    Returns
    -------
    Table
        One row a trainee.
    """
    text = site.language.text
    heads = [Column(text("Trainee"))] + ([Column(text("Department"))] if filtered else [])
    heads += [Column(site.name(procedure, short=True)) for procedure in site.procedures]
    return table(
        key,
        text("Status of each trainee in each procedure"),
        heads,
        [_status_row(site, trainee, filtered) for trainee in trainees],
        sortable=True,
        empty=text("No trainees."),
    )


def _status_row(site: Site, trainee: str, filtered: bool) -> Row:
    """Make one trainee's row."""
    from cusum.report.wording import filter_code

    person = records(site.rows("trainees", "trainee", trainee))[0]
    status = {row.procedure: row for row in records(site.rows("status", "trainee", trainee))}
    crossings = {row.procedure: row for row in records(site.rows("crossings", "trainee", trainee))}
    cells = [Cell(trainee, href=site.trainees[trainee])]
    department = site.department(person.department)
    if filtered:
        cells.append(Cell(department, href=site.departments.get(person.department, "")))
    cells += [status_cell(site, status[procedure], crossings[procedure]) for procedure in site.procedures]
    data = {"department": department, "region": str(person.region)}
    data |= {f"status-{procedure}": filter_code(status[procedure]) for procedure in site.procedures}
    return Row(tuple(cells), data if filtered else {})


def _crossing_table(site: Site, crossings: pd.DataFrame) -> Table:
    """Put the department's crossings in a table."""
    text, language = site.language.text, site.language
    rows = [
        (
            Cell(row.trainee, href=site.trainees[row.trainee]),
            site.name(row.procedure),
            language.number(int(row.cases)),
            language.number(int(row.failures)),
            language.number(int(row.case)) if row.crossed else text("not yet"),
            language.date(row.crossed_on, "short") if row.crossed else "–",
        )
        for row in records(crossings)
        if row.cases
    ]
    return table(
        "table-department",
        text("Signals of competence by trainee and procedure"),
        [
            text("Trainee"),
            text("Procedure"),
            Column(text("Procedures"), number=True),
            Column(text("Failures"), number=True),
            Column(text("Signal of competence at procedure no."), number=True),
            text("Date of the signal"),
        ],
        rows,
        empty=text("No registrations are charted here."),
    )


def _comparison(site: Site, department: str, crossings: pd.DataFrame) -> Table:
    """Set the department's observed failure rates beside those of all other departments."""
    text, language = site.language.text, site.language
    here, hidden = site.rows("paths", "department", department), hidden_procedures(site, department)
    rows = []
    for procedure in site.procedures:
        own, every = here[here["procedure"] == procedure], site.rows("paths", "procedure", procedure)
        failures, cases = int(own["failure"].sum()), len(own)
        others, other_cases = int(every["failure"].sum()) - failures, len(every) - cases
        mine = crossings[(crossings["procedure"] == procedure) & (crossings["cases"] > 0)]
        expected = float(site.designs[procedure].false_competence) * len(mine)
        if procedure in hidden:
            continue
        rows.append(
            (
                Cell(site.name(procedure), href=site.procedures[procedure]),
                language.number(cases),
                language.number(failures),
                observed_rate(site, failures, cases),
                observed_rate(site, others, other_cases),
                text(
                    "{some} of {all}", some=language.number(int(mine["crossed"].sum())), all=language.number(len(mine))
                ),
                language.number(expected, 1),
            )
        )
    return table(
        "comparison",
        text("Observed failure rates, not adjusted for case mix, and signals"),
        [
            text("Procedure"),
            Column(text("Procedures"), number=True),
            Column(text("Failures"), number=True),
            Column(text("Failure rate here (95% interval)"), number=True),
            Column(text("Failure rate in all other departments (95% interval)"), number=True),
            Column(text("Trainees with a signal of competence"), number=True),
            Column(text("False signals to expect (at most)"), number=True),
        ],
        rows,
        note=text(
            "The rates hold all procedures, those of the first weeks too, and patients differ between departments: a "
            "difference is a question to look into and not a ranking. The last column is the number of false signals "
            "of competence to expect if every trainee here stayed at the unacceptable failure rate."
        ),
    )


def _completeness(site: Site, department: str) -> Table:
    """Say for how many trainees each procedure is registered at all."""
    text, language = site.language.text, site.language
    status = site.rows("status", "department", department)
    rows = []
    for procedure in site.procedures:
        mine = status[status["procedure"] == procedure]
        rows.append(
            (
                Cell(site.name(procedure), href=site.procedures[procedure]),
                text(
                    "{some} of {all}",
                    some=language.number(int((mine["cases"] > 0).sum())),
                    all=language.number(len(mine)),
                ),
                language.number(float(mine["cases"].median()) if len(mine) else None, 0),
                language.number(int(site.designs[procedure].expected_cases)),
            )
        )
    return table(
        "completeness",
        text("How complete the registration is"),
        [
            text("Procedure"),
            Column(text("Trainees with registrations"), number=True),
            Column(text("Median number of procedures"), number=True),
            Column(text("Expected in the whole post"), number=True),
        ],
        rows,
        note=text(
            "Few registrations may mean few procedures or procedures that were not registered; the data cannot tell "
            "the two apart."
        ),
    )
