"""The pages on the charts: one for each chart, their Python runs and prints what they say, their pictures are there."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from cusum.charts.catalogue import CHARTS

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
SECTIONS = ("The question", "The formula", "How to read it", "In Python", "What it does not tell", "References")
BLOCK = re.compile(r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```)?", re.DOTALL | re.MULTILINE)


def page_of(key):
    """The page of a chart."""
    return DOCS / "charts" / f"{key}.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_the_python_of_a_page_prints_what_the_page_says(page):
    names: dict[str, object] = {}
    for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(block["code"], page.name, "exec"), names)
        assert printed.getvalue() == (block["output"] or "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(DOCS).as_posix())
def test_links_and_pictures_of_a_page_are_there(page):
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if "://" not in target and not (page.parent / target).exists()] == []


@pytest.mark.parametrize("key", CHARTS)
def test_every_chart_has_a_page_with_its_parts(key):
    text = page_of(key).read_text(encoding="utf-8")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == list(SECTIONS)
    assert f"`{CHARTS[key].__name__}`" in text
    assert f"`--chart {key}`" in text
    assert f"](images/{key}.png)" in text
    assert BLOCK.search(text)
    assert [doi for doi in CHARTS[key].references if f"https://doi.org/{doi}" not in text] == []


@pytest.mark.parametrize("key", CHARTS)
def test_a_picture_is_small_and_is_a_picture(key):
    picture = DOCS / "charts" / "images" / f"{key}.png"
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert 5_000 < len(content) < 150_000


@pytest.mark.parametrize("key", CHARTS)
def test_the_index_leads_to_every_page(key):
    index = (DOCS / "charts" / "README.md").read_text(encoding="utf-8")
    assert f"]({key}.md)" in index


def test_no_page_is_about_a_chart_that_is_not_there():
    known = {f"{key}.md" for key in CHARTS} | {"README.md"}
    assert {page.name for page in (DOCS / "charts").glob("*.md")} == known
    assert {image.stem for image in (DOCS / "charts" / "images").glob("*.png")} == set(CHARTS) | {"README"}
