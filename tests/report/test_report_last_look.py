"""The report of a cohort charted with a last look, and of one that is only watched: the words must fit the chart."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from cusum import Cohort, analyse, design_low_volume, read_registrations
from cusum.language import get_language
from cusum.report.explanations import explanations
from cusum.report.methods import methods_paragraphs, references_in_use
from cusum.report.pages.department import department_page
from cusum.report.pages.index import index_page
from cusum.report.pages.methods import methods_page
from cusum.report.pages.procedure import procedure_page
from cusum.report.pages.trainee import trainee_page
from cusum.report.site import Site
from cusum.report.wording import legend, reading, what_a_signal_is

ENGLISH, DANISH = get_language("en"), get_language("da")
SEQUENCES = [
    ("T1", "spinal", "0" * 20 + "1" * 8 + "0" * 10),
    ("T1", "intubation", "0" * 30),
    ("T2", "spinal", "01" * 31),  # past the last look, at no. 60
    ("T2", "block", "1" * 26),  # four left: no signal can come any more
    ("T3", "spinal", "01" * 18 + "0" * 24),  # declared at the last look
]


def make(chart: str) -> Cohort:
    """Analyse three trainees with a chart."""
    days = pd.date_range("2024-09-02", periods=70, freq="3D")
    rows = [
        (trainee, "Aarhus", procedure, day, outcome == "1")
        for trainee, procedure, outcomes in SEQUENCES
        for day, outcome in zip(days, outcomes, strict=False)
    ]
    columns = ["trainee", "department", "procedure", "performed_on", "failure"]
    return analyse(read_registrations(pd.DataFrame(rows, columns=columns)), chart=chart)


@pytest.fixture(scope="module")
def last_look() -> Site:
    """With a last look."""
    return Site(cohort=make("last_look"), language=ENGLISH)


@pytest.fixture(scope="module")
def watched() -> Site:
    """With the Bernoulli CUSUM alone."""
    return Site(cohort=make("bernoulli"), language=ENGLISH)


def test_the_methods_describe_both_limits_with_their_exact_error_rates(last_look: Site) -> None:
    text = " ".join(methods_paragraphs(last_look.cohort, ENGLISH))
    rules = last_look.cohort.programme.procedures["spinal"]
    design = design_low_volume(rules.criterion, cases=rules.expected_cases)
    assert f"limit {design.chart.limit:.3f} before procedure no. 60 and {design.chart.last_limit:.3f} at it" in text
    assert f"with probability {design.false_signal:.1%}" in text
    assert f"with probability {design.true_signal:.1%} (the power)" in text
    assert "2 of 5 courses of learning (a trainee and a procedure) came as far as that" in text
    assert "1 of 2 signals of competence were given at the last look" in text
    assert "beyond it the probability of a false signal is larger" not in text
    assert "lan1983" in references_in_use(last_look.cohort)


def test_what_happens_after_the_last_look_is_said_in_plain_words(last_look: Site) -> None:
    page = trainee_page(last_look, "T2")
    assert "spinal anaesthesia there was no signal up to the last look, and none can come after it" in page["reading"]
    spinal = next(row for row in page["needed"].rows if row.cells[0].text == "spinal anaesthesia")
    assert spinal.cells[1].note == "62 procedures; no signal at the last look"
    assert spinal.cells[2].text == "the last look has been taken; the chart gives no signal after it"
    block = next(row for row in page["needed"].rows if row.cells[0].text == "peripheral nerve block")
    assert block.cells[2].text == "no signal can come any more by the last look"
    lines = " ".join(explanations(last_look))
    assert "there is a last look, by a lower limit" in lines
    assert "The promise holds however many procedures are done" in lines
    assert "larger than promised" not in lines


def test_the_table_of_limits_has_both(last_look: Site) -> None:
    table = methods_page(last_look)["designs"]
    design = last_look.designs["spinal"]
    cell = table.rows[0].cells[2]
    assert (cell.text, cell.note) == (f"{design.limit:.3f}", f"at no. 60: {design.last_limit:.3f}")
    most = table.rows[0].cells[5]
    assert most.order == pytest.approx(design.false_competence)  # nothing is added after the last look
    assert most.note == "62 procedures"
    assert "They hold for any number of procedures" in table.note


def test_the_same_in_danish(last_look: Site) -> None:
    site = Site(cohort=last_look.cohort, language=DANISH)
    status = site.rows("status", "trainee", "T2")
    assert "kom der intet signal til og med slutvurderingen" in reading(site, status)
    assert "Der var én slutvurdering" in " ".join(methods_paragraphs(site.cohort, DANISH))


def test_who_is_only_watched_is_called_neither_learning_nor_competent(watched: Site) -> None:
    shapes = [cell.shape for cell in legend(watched)]
    assert shapes == ["not_started", "no_alarm", "alarm"]
    told = reading(watched, watched.rows("status", "trainee", "T1"))
    assert told.startswith(
        "For spinal anaesthesia there is a signal of deterioration; for tracheal intubation there is"
    )
    assert not re.search(r"learning|competence", told)
    assert "hard to explain by an acceptable failure rate" in what_a_signal_is(watched)
    lines = " ".join(explanations(watched))
    assert "The line rises with each failure" in lines
    assert "makes no promise" not in lines


def test_pages_of_a_cohort_that_is_only_watched_count_signals_of_deterioration(watched: Site) -> None:
    counted = "Of 5 courses (a trainee and a procedure) 4 have a signal of deterioration."
    assert index_page(watched)["reading"].startswith(counted)
    assert counted in department_page(watched, "Aarhus")["reading"]
    spinal = procedure_page(watched, "spinal")["reading"]
    assert spinal.startswith("Of 3 courses (a trainee and a procedure) 3 have a signal of deterioration.")
    assert not any("competence" in line for line in index_page(watched)["can"])


def test_other_charts_keep_their_legend_and_words(cohort: Cohort) -> None:
    site = Site(cohort=cohort, language=ENGLISH)
    assert [cell.shape for cell in legend(site)] == ["not_started", "learning", "undecided", "competent", "alarm"]
    assert "hard to explain by an unacceptable failure rate" in what_a_signal_is(site)
