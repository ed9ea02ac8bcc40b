"""The methods paragraph, its references and the numbers it states."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cusum import Cohort, analyse, read_registrations
from cusum.language import get_language
from cusum.report import ReportPaths
from cusum.report.methods import methods_paragraphs, references_in_use
from cusum.report.references import REFERENCES, bibtex, software_citation


def test_exact_error_rates_are_stated_in_numbers_of_procedures(cohort: Cohort) -> None:
    text = "\n".join(methods_paragraphs(cohort, get_language("en")))
    for row in cohort.designs.itertuples(index=False):
        assert f"Within {row.expected_cases} procedures" in text
        assert f"{100 * row.false_competence:.1f}%" in text
        assert f"{100 * row.power:.1f}%" in text
        assert f"{row.limit:.3f}" in text


@pytest.mark.parametrize(
    ("chart", "said", "cited"),
    [
        (None, "LC-CUSUM", {"biau2008", "page1954", "reynolds1999"}),
        ("lc_cusum", "LC-CUSUM", {"biau2008", "biau2010"}),
        ("standard", "sequential probability ratio test", {"wald1945", "williams1992"}),
        ("bernoulli", "monitored for deterioration with a Bernoulli CUSUM", {"page1954"}),
    ],
)
def test_each_chart_has_its_paragraph_and_its_references(
    source: Path, chart: str | None, said: str, cited: set[str]
) -> None:
    charted = analyse(read_registrations(source, as_of="2026-06-01"), chart=chart)
    text = "\n".join(methods_paragraphs(charted, get_language("en")))
    assert said in text
    assert cited <= set(references_in_use(charted))
    assert ("LC-CUSUM" in text) == (chart in (None, "lc_cusum"))
    assert ("Bernoulli" in text) == (chart in (None, "bernoulli"))


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_work_named_in_the_text_is_in_the_list(cohort: Cohort, language: str) -> None:
    text = " ".join(methods_paragraphs(cohort, get_language(language)))
    listed = {(REFERENCES[key].authors.split(",")[0], str(REFERENCES[key].year)) for key in references_in_use(cohort)}
    named = re.findall(r"(Wald|Page|Biau|Reynolds|Kaplan|Williams|Kestin)\b[^0-9()]{0,30}((?:19|20)\d\d)", text)
    assert named
    assert set(named) <= listed


def test_the_methods_page_holds_the_text_in_both_languages(written: Callable[[str], ReportPaths]) -> None:
    page = written("da").methods.read_text(encoding="utf-8")
    assert "Oplæringen blev fulgt med læringskurve-cusum" in page
    assert '<div class="copyable" lang="en">' in page
    assert "Learning was charted with the learning-curve CUSUM" in page


def test_references_are_complete_and_their_dois_well_formed() -> None:
    for key, reference in REFERENCES.items():
        assert key.endswith(str(reference.year))
        assert reference.citation().startswith(reference.authors.split(",")[0])
        assert not reference.doi or re.fullmatch(r"10\.\d{4,5}/\S+", reference.doi)
    assert sum(not reference.doi for reference in REFERENCES.values()) <= 1


def test_bibtex_holds_the_program_and_each_reference() -> None:
    text = bibtex(["page1954", "biau2008"], "1.2.3")
    assert text.count("@article{") == 2
    assert "@software{cusum," in text
    assert text.count("{") == text.count("}")
    assert "1.2.3" in text
    assert "1.2.3" in software_citation("1.2.3")
