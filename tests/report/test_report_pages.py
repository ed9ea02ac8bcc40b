"""What the pages say: escaped, in one language, adding up, and never a verdict."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

import cusum.report
from cusum import Cohort
from cusum.language.catalogue import read_catalogue
from cusum.report import ReportPaths

PACKAGE = Path(cusum.report.__file__).parent


def pages(paths: ReportPaths) -> list[Path]:
    """Every page of a report."""
    return sorted(paths.folder.rglob("*.html"))


def visible(page: Path, *, other_language: bool = True) -> str:
    """The words of a page, without scripts; without parts in another language where asked."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.S)
    if not other_language:
        text = re.sub(r'<(\w+)\b[^>]*\blang="en"[^>]*>.*?</\1>', " ", text, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


def english() -> list[str]:
    """English texts of this room that differ in Danish and hold no placeholder."""
    catalogue = read_catalogue("da")
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                found.add(str(node.args[0].value))
    for path in PACKAGE.rglob("*.html"):
        for call in Environment().parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
            found.update(str(arg.value) for arg in call.args if isinstance(arg, nodes.Const))
    return sorted(text for text in found if " " in text and "{" not in text and catalogue.get(text, (text,))[0] != text)


def test_there_are_texts_to_look_for() -> None:
    assert len(english()) > 150


def test_no_english_is_left_in_a_danish_page(written: Callable[[str], ReportPaths]) -> None:
    for page in pages(written("da")):
        text = visible(page, other_language=False)
        assert not [found for found in english() if re.search(rf"\b{re.escape(found)}\b", text)], page.name


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_page_says_its_language_and_has_one_heading_of_the_first_level(
    written: Callable[[str], ReportPaths], language: str
) -> None:
    for page in pages(written(language)):
        text = page.read_text(encoding="utf-8")
        assert text.lstrip().startswith("<!DOCTYPE html>")
        assert f'<html lang="{language}">' in text
        assert text.count("<h1>") == 1


@pytest.mark.parametrize("language", ["da", "en"])
def test_text_from_the_file_is_escaped(written: Callable[[str], ReportPaths], language: str) -> None:
    for page in pages(written(language)):
        text = page.read_text(encoding="utf-8")
        assert "<img src=x" not in text
        assert "<script>alert" not in text
        assert "</script><script" not in text.replace("</script>\n<script", "")


def test_nothing_is_fetched_and_no_clock_time_is_written(written: Callable[[str], ReportPaths]) -> None:
    for page in pages(written("da")):
        text = page.read_text(encoding="utf-8")
        targets = re.findall(r'(?:src|href)="([^"]*)"', text)
        assert not [target for target in targets if re.match(r"(?:[a-z]+:)?//|https?:", target)], page.name
        assert not re.search(r"\b\d{1,2}:\d{2}:\d{2}\b", visible(page)), page.name


def test_links_lead_to_pages_that_exist(written: Callable[[str], ReportPaths]) -> None:
    for page in pages(written("da")):
        for target in re.findall(r'(?:src|href)="([^"]*)"', page.read_text(encoding="utf-8")):
            if target.startswith(("#", "data:")):
                continue
            assert (page.parent / target).is_file(), f"{target} in {page.name}"


@pytest.mark.parametrize("language", ["da", "en"])
def test_no_page_passes_a_verdict(written: Callable[[str], ReportPaths], language: str) -> None:
    for page in pages(written(language)):
        text = visible(page)
        assert not re.search(r"\b(best(ået|od)|dumpet|passed|incompetent|uegnet)\b", text, flags=re.I), page.name


def test_what_a_signal_is_not_is_said_once_on_a_page(written: Callable[[str], ReportPaths]) -> None:
    paths = written("da")
    for page in (paths.index, *paths.trainees.values(), *paths.departments.values(), *paths.procedures.values()):
        assert visible(page).count("Det støtter vejlederens vurdering og erstatter den ikke") == 1


def test_read_is_used_plus_rejected_for_the_file_and_for_each_trainee(
    cohort: Cohort, written: Callable[[str], ReportPaths]
) -> None:
    counts = cohort.registrations.counts
    assert counts["rejected"] == 3
    line = f"Registrations: {counts['read']} read = {counts['used']} used + 3 rejected."
    assert line in visible(written("en").index)
    for row in cohort.trainees.itertuples(index=False):
        used, rejected = row.registrations, row.rejected
        line = f"Registrations: {used + rejected} read = {used} used + {rejected} rejected."
        assert line in visible(written("en").trainees[row.trainee])


def test_rejected_rows_are_listed_with_row_number_and_reason(
    cohort: Cohort, written: Callable[[str], ReportPaths]
) -> None:
    text = visible(written("en").quality)
    for row in cohort.registrations.rejected.itertuples(index=False):
        assert re.search(rf"\b{row.row}\b", text)
    for words in ("unknown procedure", "outcome cannot be read", "date that does not exist"):
        assert words in text


def test_synthetic_data_are_labelled_on_every_page(written: Callable[[str], ReportPaths]) -> None:
    assert all("Syntetiske data" in visible(page) for page in pages(written("da")))


def test_placeholders_are_left_to_the_department(written: Callable[[str], ReportPaths]) -> None:
    for page in (written("da").methods, *written("da").procedures.values(), *written("da").trainees.values()):
        assert "afdelingen skal selv beslutte" in visible(page), page.name
    assert "Afdelingen skal selv beslutte" in visible(written("da").index)


def test_a_trainee_page_says_in_one_sentence_where_the_trainee_stands(
    written: Callable[[str], ReportPaths],
) -> None:
    text = visible(written("da").trainees["T1"])
    sentence = re.search(r"Kort sagt: (.*?\.) ", text)
    assert sentence is not None
    assert "1 af 6 procedurer har signal om kompetence" in sentence[1]
    assert "for spinalanæstesi er der signal om forværring efter et tidligere signal om kompetence" in sentence[1]
    assert "blokade" in sentence[1]
    assert "afdelingen har ikke sat mål" in text


def test_every_table_has_a_caption_and_headings(written: Callable[[str], ReportPaths]) -> None:
    for page in pages(written("en")):
        text = page.read_text(encoding="utf-8")
        tables = re.findall(r"<table.*?</table>", text, flags=re.S)
        assert tables, page.name
        for table in tables:
            assert re.search(r"<caption[^>]*>[^<]{5,}</caption>", table), page.name
            assert '<th scope="col"' in table
            assert '<th scope="row"' in table


def test_a_department_without_a_name_has_a_page_that_says_so(written: Callable[[str], ReportPaths]) -> None:
    assert "afdeling ikke angivet" in visible(written("da").departments[""])


def test_departments_stand_in_danish_order_without_ranking(written: Callable[[str], ReportPaths]) -> None:
    names = [name for name in written("da").departments if name in {"Ærø", "Aarhus"}]
    assert names == ["Ærø", "Aarhus"]
