"""How far a promise reaches: beyond the expected number, without a designed limit, and in the year so far."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from cusum import Cohort, analyse, read_registrations
from cusum.design.competence import competence_probability
from cusum.language import get_language
from cusum.report import ReportPaths
from cusum.report.criteria import decides
from cusum.report.explanations import explanations
from cusum.report.methods import methods_paragraphs
from cusum.report.pages.experience import experience_table
from cusum.report.pages.methods import methods_page
from cusum.report.pages.trainee import _status
from cusum.report.site import Site

ENGLISH = get_language("en")


@pytest.fixture(scope="module")
def standard(source: Path) -> Site:
    """The same cohort with the standard chart, whose limits promise nothing within a number of procedures."""
    cohort = analyse(read_registrations(source, as_of="2026-06-01"), as_of="2026-06-01", chart="standard")
    return Site(cohort=cohort, language=ENGLISH)


@pytest.fixture
def site(cohort: Cohort) -> Site:
    """The cohort with the default chart."""
    return Site(cohort=cohort, language=ENGLISH)


def test_the_table_of_limits_gives_the_probability_at_the_largest_number_done(site: Site) -> None:
    rows = methods_page(site)["designs"].rows
    for (key, design), row in zip(site.designs.items(), rows, strict=True):
        most = int(site.rows("crossings", "procedure", key)["cases"].max())
        cell = row.cells[5]
        if most == 0:
            assert cell.text == "–"
            continue
        chart = site.cohort.charts[key]
        exact = competence_probability(chart, failure_rate=design.unacceptable, within=most)
        assert cell.order == pytest.approx(exact)
        assert cell.note.startswith(f"{most} procedure")


def test_the_methods_say_that_the_promise_ends_with_the_expected_number(cohort: Cohort) -> None:
    text = " ".join(methods_paragraphs(cohort, ENGLISH))
    assert "beyond it the probability of a false signal is larger than promised" in text
    assert "keeps 0.95 of its weight" in text


def test_a_signal_after_the_expected_number_is_marked(site: Site) -> None:
    row = SimpleNamespace(status="competent", note="", cases=45, expected_cases=30)
    late = _status(site, row, SimpleNamespace(crossed=True, case=31))
    in_time = _status(site, row, SimpleNamespace(crossed=True, case=30))
    assert "the signal came after the expected number" in late.note
    assert "after the expected number" not in in_time.note


def test_a_chart_without_a_promise_says_so_and_gives_the_exact_probability(standard: Site) -> None:
    text = " ".join(methods_paragraphs(standard.cohort, ENGLISH))
    assert "no limit keeps the promise" not in text
    assert "keeps this promise" not in text
    assert text.count("This chart makes no promise within a number of procedures.") == len(standard.designs)
    assert any("makes no promise" in line for line in explanations(standard))


def test_the_answer_is_not_yes_where_a_false_signal_is_more_probable_than_promised(standard: Site) -> None:
    most = standard.cohort.programme.false_competence
    unsafe = [row for row in standard.designs.values() if row.can_decide and row.false_competence > most]
    assert unsafe
    assert {decides(standard, row).split(":")[0] for row in unsafe} == {"Not safely"}
    far = [row for row in standard.designs.values() if not row.can_decide]
    assert {decides(standard, row) for row in far} == {
        f"No: a signal takes at least {row.shortest_run:.0f} procedures" for row in far
    }


def test_the_line_for_deterioration_is_said_to_be_drawn_downwards(site: Site) -> None:
    assert any("drawn downwards from 0" in line for line in explanations(site))


@pytest.mark.parametrize(("as_of", "months"), [("2026-02-28", 6.0), ("2026-03-20", 6 + 20 / 31)])
def test_the_forecast_counts_the_months_that_have_passed(source: Path, as_of: str, months: float) -> None:
    cohort = analyse(read_registrations(source, as_of=as_of), as_of=as_of)
    row = experience_table(Site(cohort=cohort, language=ENGLISH), "t1", 7).rows[0]
    count = int(row.cells[1].text)
    assert int(row.cells[3].text) == round(count * 12 / months)
    low, high = map(int, row.cells[3].note.split(" to "))
    assert count <= low < int(row.cells[3].text) < high


def test_there_is_no_forecast_before_a_month_has_passed(source: Path) -> None:
    cohort = analyse(read_registrations(source, as_of="2025-09-20"), as_of="2025-09-20")
    found = experience_table(Site(cohort=cohort, language=ENGLISH), "t1", 1)
    assert not [column for column in found.columns if "this pace" in column.title]
    assert "no forecast in the first month" in found.note


def test_the_note_on_a_criterion_stands_with_its_source(written: Callable[[str], ReportPaths]) -> None:
    assert "Godtager afdelingen to, bør raterne være lavere." in written("da").methods.read_text(encoding="utf-8")
