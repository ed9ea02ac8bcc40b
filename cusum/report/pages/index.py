"""The front page: the cohort in numbers, everyone's status, and the way to all other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cusum.report.criteria import decides, promised
from cusum.report.pages.adjustment import adjustment_line
from cusum.report.pages.department import status_table
from cusum.report.table import Cell, Column, Row, Table, table
from cusum.report.wording import declares, legend, watched, what_a_signal_is

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["index_page"]


def index_page(site: Site) -> dict[str, Any]:
    """Gather what the front page shows.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    dict
        Context of ``index.html``.
    """
    text, language, cohort = site.language.text, site.language, site.cohort
    counts = cohort.registrations.counts
    number = language.number
    return {
        "title": text("Learning curves of the cohort"),
        "head": [cohort.programme.title[language.code], site.period],
        "facts": [
            (text("Registrations read"), number(counts["read"])),
            (text("used"), number(counts["used"])),
            (text("rejected"), number(counts["rejected"])),
            (text("Trainees"), number(len(site.trainees))),
            (text("Departments"), number(len(site.departments))),
            (text("Procedures charted"), number(len(site.procedures))),
        ],
        "reading": _reading(site),
        "procedures": _procedures(site),
        "status": status_table(site, list(site.trainees), key="trainees", root="", filtered=True),
        "legend": legend(site),
        "departments": _departments(site),
        "filters": _filters(site),
        "can": _can(site),
        "cannot": _cannot(site),
        "signal": what_a_signal_is(site),
        "adjustment": adjustment_line(site),
        "footer": site.footer(counts["used"], counts["rejected"]),
    }


def _reading(site: Site) -> str:
    """Say in plain words how the cohort stands."""
    text, number = site.language.text, site.language.number
    status, crossings = site.cohort.status, site.cohort.crossings
    started = status[status["status"] != "not_started"]
    first = watched(site, started) or text(
        "Of {started} courses of learning (a trainee and a procedure) {crossed} have a signal of competence, {alarm} "
        "a signal of deterioration since, and {undecided} cannot be decided yet.",
        started=number(len(started)),
        crossed=number(int(crossings["crossed"].sum())),
        alarm=number(int((status["status"] == "alarm").sum())),
        undecided=number(int(started["note"].isin(["cannot_decide", "too_few_cases"]).sum())),
    )
    if not _placeholders(site):
        return first
    if len(_placeholders(site)) == len(site.procedures):
        return f"{first} " + text(
            "For every procedure a failure rate or the expected number is a placeholder: the department must decide."
        )
    names = site.language.join(site.name(procedure) for procedure in _placeholders(site))
    return f"{first} " + text("The criteria hold placeholders that the department must decide: {names}.", names=names)


def _placeholders(site: Site) -> list[str]:
    """List the procedures whose rates or expected number nobody has decided."""
    return [key for key in site.procedures if site.cohort.programme.is_placeholder(key)]


def _procedures(site: Site) -> Table:
    """List the procedures with their numbers."""
    text, number, percent = site.language.text, site.language.number, site.language.percent
    rows = []
    for procedure, page in site.procedures.items():
        design = site.designs[procedure]
        crossings = site.rows("crossings", "procedure", procedure)
        started = crossings[crossings["cases"] > 0]
        crossed, total = int(started["crossed"].sum()), len(started)
        rows.append(
            (
                Cell(site.name(procedure), href=page),
                Cell(number(int(started["cases"].sum())), order=int(started["cases"].sum())),
                Cell(
                    text("{some} of {all}", some=number(crossed), all=number(total)),
                    order=crossed / max(total, 1),
                    bar=crossed / max(total, 1),
                ),
                Cell(number(float(design.expected_false), 1), order=float(design.expected_false)),
                text("{low} / {high}", low=percent(design.acceptable), high=percent(design.unacceptable)),
                Cell(decides(site, design), note=_power(site, design)),
            )
        )
    return table(
        "procedures",
        text("The cohort by procedure: signals, criteria and what the expected number can decide"),
        [
            text("Procedure"),
            Column(text("Procedures"), number=True),
            text("Trainees with a signal of competence"),
            Column(text("False signals to expect (at most)"), number=True),
            text("Acceptable / unacceptable failure rate"),
            text("Can the expected number decide?"),
        ],
        rows,
    )


def _power(site: Site, design: Any) -> str:
    """Give the expected number and the power that it has."""
    return site.language.text(
        "{expected} procedures, power {power}",
        expected=site.language.number(int(design.expected_cases)),
        power=site.language.percent(design.power),
    )


def _departments(site: Site) -> Table:
    """List the departments with their numbers."""
    text, number = site.language.text, site.language.number
    rows = []
    for department, page in site.departments.items():
        crossings = site.rows("crossings", "department", department)
        started = crossings[crossings["cases"] > 0]
        crossed = int(started["crossed"].sum())
        alarms = int((site.rows("status", "department", department)["status"] == "alarm").sum())
        trainees = site.rows("trainees", "department", department)
        region = next((str(value) for value in trainees["region"] if value), "–")
        cells = (
            Cell(site.department(department), href=page),
            Cell(region),
            Cell(number(len(trainees)), order=len(trainees)),
            Cell(number(int(started["cases"].sum())), order=int(started["cases"].sum())),
            Cell(text("{some} of {all}", some=number(crossed), all=number(len(started))), order=crossed),
            Cell(number(alarms), order=alarms),
        )
        rows.append(Row(cells, {"region": region}))
    return table(
        "departments",
        text("Departments in alphabetical order"),
        [
            text("Department"),
            text("Region"),
            Column(text("Trainees"), number=True),
            Column(text("Procedures"), number=True),
            Column(text("Courses of learning with a signal of competence"), number=True),
            Column(text("with a signal of deterioration since"), number=True),
        ],
        rows,
        sortable=True,
        empty=text("The file states no departments."),
    )


def _filters(site: Site) -> dict[str, list[tuple[str, str]]]:
    """Give the choices of the filters: value and words."""
    regions = sorted({str(name) for name in site.cohort.trainees["region"] if name}, key=site.language.sort_key)
    names = [site.department(name) for name in site.departments]
    return {
        "region": [(name, name) for name in regions],
        "department": [(name, name) for name in names],
        "procedure": [(procedure, site.name(procedure)) for procedure in site.procedures],
        "status": [(cell.shape, cell.text) for cell in legend(site)],
    }


def _can(site: Site) -> list[str]:
    """Say what the report can be used for."""
    text = site.language.text
    thin = text("Point to where registration is thin, so that the talk is about what is missing.")
    if not declares(site):
        return [
            text(
                "Show when each trainee's registrations give a signal of deterioration, with the exact probability of "
                "a false one within the expected number of procedures."
            ),
            thin,
        ]
    return [
        text(
            "Show when each trainee's registrations give a signal of competence, with the error rate that the limit "
            "promises within the expected number of procedures."
        )
        if promised(site)
        else text(
            "Show when each trainee's registrations give a signal of competence, with the exact error rate of the "
            "limit within the expected number of procedures; this chart promises none."
        ),
        text("Show how many procedures it takes, over the cohort, with those who have no signal yet counted rightly."),
        thin,
    ]


def _cannot(site: Site) -> list[str]:
    """Say what the report cannot be used for."""
    text = site.language.text
    return [
        text("It cannot say that a trainee is not competent: without a signal the matter is open."),
        text("It sees success and failure alone, and nothing of technique, judgement or how the patient was met."),
        text("It is not adjusted for difficult patients, and it knows only what was registered.")
        if site.cohort.adjusted is None
        else text("It is adjusted only for what was registered about the patients, and it knows nothing else of them."),
        text("It is not a ranking of trainees or departments."),
    ]
