"""The page on methods: what was done, with which numbers, and how to cite it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.design.competence import competence_probability
from cusum.language import get_language
from cusum.report.criteria import all_take_a_last_look, criteria_table, decides, limit_cell, promised, source_words
from cusum.report.methods import methods_paragraphs, references_in_use
from cusum.report.pages.sensitivity import sensitivity_figure
from cusum.report.references import REFERENCES, bibtex, software_citation
from cusum.report.table import Cell, Column, Table, table

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["methods_page"]


def methods_page(site: Site) -> dict[str, Any]:
    """Gather what the page on methods shows.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    dict
        Context of ``methods.html``.
    """
    text, cohort = site.language.text, site.cohort
    keys = references_in_use(cohort, curves=site.models)
    version = cohort.provenance.version
    other = get_language("en" if site.language.code == "da" else "da")
    counts = cohort.registrations.counts
    return {
        "title": text("Methods"),
        "head": [text("Methods"), cohort.programme.title[site.language.code]],
        "paragraphs": methods_paragraphs(cohort, site.language, curves=site.models),
        "other": {"code": other.code, "paragraphs": methods_paragraphs(cohort, other, curves=site.models)},
        "criteria": criteria_table(site, list(site.procedures)),
        "criteria_note": _criteria_note(site),
        "designs": _designs(site),
        "standard": _standard(site),
        "volume": _volume(site),
        "false_signals": _false_signals(site),
        "figure": sensitivity_figure(site),
        "references": [REFERENCES[key] for key in keys],
        "citation": software_citation(version),
        "bibtex": bibtex(keys, version),
        "parameters": _parameters(site),
        "footer": site.footer(counts["used"], counts["rejected"]),
    }


def _criteria_note(site: Site) -> str:
    """Say what still has to be decided, if anything."""
    programme = site.cohort.programme
    open_ones = [site.name(key) for key in site.procedures if programme.is_placeholder(key)]
    if not open_ones:
        return ""
    text = site.language.text
    first = text(
        "Where the table says placeholder, the number is a suggestion without a source, and every signal that rests on "
        "it is provisional until the department has decided."
    )
    if len(open_ones) < len(site.procedures):
        first += " " + text("This concerns {names}.", names=site.language.join(open_ones))
    return f"{first} " + text(
        "Rates with a source come from the literature on other trainees; the department should confirm that they fit."
    )


def _designs(site: Site) -> Table:
    """List limits, promises and what is kept of them."""
    text, number, percent = site.language.text, site.language.number, site.language.percent
    rows = []
    for procedure, design in site.designs.items():
        rows.append(
            (
                Cell(site.name(procedure), href=site.procedures[procedure]),
                number(int(design.expected_cases)),
                limit_cell(site, design, 3),
                percent(design.false_competence_promised, 1),
                percent(design.false_competence, 2),
                _at_most_cases(site, procedure),
                percent(design.power, 1),
                number(design.monitoring_limit, 3),
                percent(design.false_alarm_promised, 1),
                percent(design.false_alarm, 2),
                percent(design.detection, 1),
            )
        )
    return table(
        "designs",
        text("Limits with their exact error rates within the expected number of procedures"),
        [
            text("Procedure"),
            Column(text("Expected procedures"), number=True),
            Column(text("Limit for competence"), number=True),
            Column(text("False competence: at most"), number=True),
            Column(text("kept"), number=True),
            Column(text("False competence at the largest number of procedures done"), number=True),
            Column(text("Power"), number=True),
            Column(text("Limit for deterioration"), number=True),
            Column(text("False alarm: at most"), number=True),
            Column(text("kept"), number=True),
            Column(text("Detection"), number=True),
        ],
        rows,
        note=_designs_note(site),
    )


def _at_most_cases(site: Site, procedure: str) -> Cell:
    """Give the exact probability of a false signal within the largest number of procedures that any trainee did."""
    chart, design = site.cohort.charts[procedure], site.designs[procedure]
    crossings = site.rows("crossings", "procedure", procedure)
    most = int(crossings["cases"].max()) if len(crossings) else 0
    if most < 1 or pd.isna(design.false_competence):
        return Cell("–")
    false = competence_probability(chart, failure_rate=float(design.unacceptable), within=most)
    cases = site.language.plural("{n} procedure", "{n} procedures", most)
    return Cell(site.language.percent(false, 2), order=false, note=cases)


def _designs_note(site: Site) -> str:
    """Say at which rate each probability is, and what is promised."""
    text = site.language.text
    rates = text(
        "False competence and detection: at the unacceptable failure rate. Power and false alarm: at the acceptable "
        "one."
    )
    if not promised(site):
        return f"{rates} " + text(
            "These limits promise nothing about false competence within a number of procedures; the exact "
            "probabilities are what they give."
        )
    source = source_words(site, site.cohort.programme.promise_status, "")
    if all_take_a_last_look(site):
        return f"{rates} " + text(
            "The promises themselves: {source}. They hold for any number of procedures: the last look is at the "
            "expected number, and no signal comes after it.",
            source=source,
        )
    return f"{rates} " + text(
        "The promises themselves: {source}. They hold within the expected number: beyond it the probability of a false "
        "signal is larger than promised.",
        source=source,
    )


def _standard(site: Site) -> Table | None:
    """Give Wald's average numbers where the standard chart is in use."""
    text, number = site.language.text, site.language.number
    rows = [
        (
            site.name(procedure),
            number(design.wald_asn_acceptable, 1),
            number(design.wald_asn_unacceptable, 1),
        )
        for procedure, design in site.designs.items()
        if not pd.isna(design.wald_asn_acceptable)
    ]
    if not rows:
        return None
    return table(
        "standard",
        text("Wald's approximate average number of procedures to a decision"),
        [
            text("Procedure"),
            Column(text("At the acceptable failure rate"), number=True),
            Column(text("At the unacceptable failure rate"), number=True),
        ],
        rows,
    )


def _volume(site: Site) -> Table:
    """Say whether the expected number of procedures can decide."""
    text, number, percent = site.language.text, site.language.number, site.language.percent
    rows = []
    for procedure, design in site.designs.items():
        status = site.rows("status", "procedure", procedure)
        started = status[status["cases"] > 0]
        reached = int((started["cases"] >= design.expected_cases).sum())
        rows.append(
            (
                site.name(procedure),
                number(int(design.expected_cases)),
                "–" if pd.isna(design.shortest_run) else number(int(design.shortest_run)),
                percent(design.power),
                decides(site, design),
                text("{some} of {all}", some=number(reached), all=number(len(started))),
            )
        )
    return table(
        "volume",
        text("Can this number of procedures decide?"),
        [
            text("Procedure"),
            Column(text("Expected procedures"), number=True),
            Column(text("Shortest way to a signal, without failure"), number=True),
            Column(text("Power"), number=True),
            text("Answer"),
            Column(text("Trainees who reached the expected number"), number=True),
        ],
        rows,
        note=text(
            "With a power below 50% more than every other adequate trainee gets no signal within the expected number: "
            "the absence of a signal then says very little."
        ),
    )


def _false_signals(site: Site) -> Table:
    """Set the number of false declarations to expect beside the number declared."""
    text, number = site.language.text, site.language.number
    rows = [
        (
            site.name(procedure),
            number(int(design.trainees_charted)),
            number(int(design.declared)),
            number(float(design.expected_false), 1),
        )
        for procedure, design in site.designs.items()
    ]
    return table(
        "false-signals",
        text("How many false signals to expect"),
        [
            text("Procedure"),
            Column(text("Trainees charted"), number=True),
            Column(text("with a signal of competence"), number=True),
            Column(text("False ones to expect if all stayed at the unacceptable failure rate"), number=True),
        ],
        rows,
        note=text(
            "The last column is a ceiling: the fewer trainees stay at the unacceptable failure rate, the fewer signals "
            "are false."
        ),
    )


def _parameters(site: Site) -> Table:
    """List what the numbers can be traced by."""
    text = site.language.text
    provenance = site.cohort.provenance
    rows: list[tuple[str, object]] = [
        *([] if site.pseudonymised else [(text("Source"), provenance.source)]),
        (text("Data fingerprint (SHA-256)"), provenance.fingerprint),
        (text("As of"), site.language.date(site.cohort.as_of)),
        (text("Program version"), f"cusum {provenance.version}"),
        (text("Programme"), f"{site.cohort.programme.key} ({site.cohort.programme.version})"),
        (text("Source of the programme"), site.cohort.programme.source),
    ]
    if provenance.seed is not None:
        rows.append((text("Seed"), str(provenance.seed)))
    rows += [(f"{name} =", Cell(str(value))) for name, value in sorted(provenance.parameters.items())]
    return table("parameters", text("What the numbers can be traced by"), [text("What"), text("Value")], rows)
