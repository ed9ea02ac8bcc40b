"""The written pages in headless Chromium: quiet console, no request outside, headings, tables, keyboard, print."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cusum import analyse, load_programme, read_registrations, simulate_registrations
from cusum.cohort.risk_models import fit_risk_models
from cusum.report import ReportPaths, write_report

pytestmark = pytest.mark.browser

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_FRONT = ("index", "quality", "methods")
_WITH_FIGURE = ("trainee", "department", "procedure")
KINDS = (*_FRONT, *_WITH_FIGURE)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser of this machine, or a plain notice that there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium or Chrome on this machine: the pages are not opened in a browser")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> ReportPaths:
    """The report on a few simulated trainees."""
    programme = load_programme()
    registrations = read_registrations(simulate_registrations(trainees=6, seed=11).table, programme=programme)
    models = fit_risk_models(registrations, programme, covariates=["bmi", "urgency"])
    cohort = analyse(registrations, programme, risk=models)
    return write_report(cohort, tmp_path_factory.mktemp("report"), progress=False)


def location(report: ReportPaths, kind: str) -> Path:
    """One page of each kind."""
    if kind in _FRONT:
        page: Path = getattr(report, kind)
        return page
    pages: dict[str, Path] = getattr(report, f"{kind}s")
    return next(iter(pages.values()))


class Visit:
    """A page that has been opened, and what it did."""

    def __init__(self, browser: Any, address: str) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page = browser.new_page(viewport={"width": 1200, "height": 900})
        self.page.on("console", lambda said: self._listen(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(address)
        figures = self.page.locator(".chart").count()
        self.page.wait_for_function("n => document.querySelectorAll('[data-drawn]').length === n", arg=figures)
        self.figures = figures

    def _listen(self, kind: str, text: str) -> None:
        """Keep what the console complains about."""
        if kind in {"error", "warning"}:
            self.complaints.append(text)


@pytest.fixture(scope="module")
def visits(browser: Any, report: ReportPaths) -> dict[str, Visit]:
    """One page of each kind, opened from its file path."""
    return {kind: Visit(browser, location(report, kind).as_uri()) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_console_is_quiet_and_nothing_is_fetched(visits: dict[str, Visit], kind: str) -> None:
    assert visits[kind].complaints == []
    assert visits[kind].requests
    assert [url for url in visits[kind].requests if not url.startswith(("file://", "data:", "blob:"))] == []


@pytest.mark.parametrize("kind", _WITH_FIGURE)
def test_the_figures_are_drawn_and_have_words(visits: dict[str, Visit], kind: str) -> None:
    page = visits[kind].page
    assert visits[kind].figures >= {"trainee": 1, "department": 8, "procedure": 3}[kind]
    for chart in page.locator(".chart").all():
        assert chart.locator(".main-svg").count() > 0
        assert chart.locator("path.js-line, path.point").count() > 0
        assert len(chart.get_attribute("aria-label") or "") > 40
    summary = page.locator("figure summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("figure table caption").first.is_visible()


@pytest.mark.parametrize("kind", KINDS)
def test_headings_come_in_order_and_tables_have_captions(visits: dict[str, Visit], kind: str) -> None:
    page = visits[kind].page
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.evaluate("[...document.querySelectorAll('table')].every(t => t.caption && t.caption.textContent)")
    assert page.evaluate("document.documentElement.lang") == "da"
    identifiers = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(identifiers) == len(set(identifiers))


@pytest.mark.parametrize("kind", KINDS)
def test_links_resolve(visits: dict[str, Visit], kind: str) -> None:
    from urllib.parse import unquote, urlparse

    links = visits[kind].page.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.href)")
    assert links
    missing = [link for link in links if not Path(unquote(urlparse(link).path)).is_file()]
    assert missing == []


@pytest.mark.parametrize("kind", KINDS)
def test_printed_pages_leave_out_what_paper_cannot_use(browser: Any, report: ReportPaths, kind: str) -> None:
    visit = Visit(browser, location(report, kind).as_uri())
    assert visit.page.locator("header nav").is_visible()
    visit.page.emulate_media(media="print")
    assert not visit.page.locator("header nav").is_visible()
    assert visit.page.locator("h1").is_visible()
    across = 688 if kind == "trainee" else 1017  # A4 upright or on its side, within the margins, in CSS pixels
    visit.page.set_viewport_size({"width": across, "height": 1000})
    visit.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= across
    visit.page.close()


def test_no_page_is_wider_than_its_window(visits: dict[str, Visit]) -> None:
    for kind, visit in visits.items():
        assert visit.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), kind


def test_trainees_are_found_by_text_and_by_status(browser: Any, report: ReportPaths) -> None:
    page = Visit(browser, report.index.as_uri()).page
    rows = page.locator("#trainees tbody tr:visible")
    everyone = rows.count()
    assert everyone == len(report.trainees)
    first = next(iter(report.trainees))
    page.fill("[data-filter=text]", first.lower())
    assert rows.count() == 1
    assert page.locator(".filters output").inner_text() == "1 uddannelsessøgende vises"
    page.click(".filters button[type=reset]")
    page.wait_for_function(
        "n => document.querySelector('.filters output').textContent.startsWith(n)", arg=str(everyone)
    )
    page.select_option("[data-filter=procedure]", "status-intubation")
    page.select_option("[data-filter=status]", "competent")
    shown = rows.count()
    assert shown == page.locator("#trainees tbody tr[data-status-intubation=competent]").count()
    assert shown < everyone
    page.close()


def test_columns_are_sorted_from_the_keyboard(browser: Any, report: ReportPaths) -> None:
    page = Visit(browser, report.index.as_uri()).page
    heading = page.locator("#departments thead th").first
    before = page.locator("#departments tbody th").all_inner_texts()
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    assert page.locator("#departments tbody th").all_inner_texts() == before[::-1]
    page.close()
