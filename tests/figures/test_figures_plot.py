"""One verb for all results, paths and run lengths, and what every figure keeps to."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cusum import (
    BernoulliCusum,
    Cohort,
    Criterion,
    LastLookCusum,
    LearningCurveCusum,
    LearningThenMonitoring,
    StandardCusum,
    run_length,
    time_to_competence,
)
from cusum.errors import InvalidData, InvalidParameter, MissingDependency
from cusum.figures import alt_text, html_fragment, plot, plotly_script, write_html, write_image
from cusum.figures.alt_text import set_alt_text
from cusum.figures.geometry import Grid
from cusum.figures.plotting import _DRAW
from cusum.figures.reading import reading_of
from cusum.figures.segments import segments
from cusum.figures.theme import BOUNDARY, CURVE, REFERENCE, SIGNAL

Traces = Callable[..., list[Any]]
CRITERION = Criterion(acceptable=0.1, unacceptable=0.4)
LEARNING = LearningCurveCusum(criterion=CRITERION, limit=1.5)
CHARTS = {
    "lc": LEARNING,
    "lc stop at the end": LearningCurveCusum(criterion=CRITERION, limit=1.5, after_signal="continue"),
    "last look": LastLookCusum(criterion=CRITERION, limit=4.0, last_limit=1.0, cases=8),
    "last look ahead": LastLookCusum(criterion=CRITERION, limit=4.0, last_limit=1.0, cases=90),
    "two phases": LearningThenMonitoring(learning=LEARNING, monitoring=BernoulliCusum(criterion=CRITERION, limit=2.0)),
    "bernoulli": BernoulliCusum(criterion=CRITERION, limit=2.0),
    "head start": BernoulliCusum(criterion=CRITERION, limit=2.0, start=1.0),
    "standard": StandardCusum(criterion=CRITERION),
    "parallel": StandardCusum(criterion=CRITERION, after_signal="parallel"),
}
FIGURES = {
    "trainee": {"trainee": "T1"},
    "chart": {"trainee": "T1", "procedure": "spinal"},
    "crossings": {"procedure": "spinal"},
    "department": {"department": "Ærø"},
}


@pytest.fixture(scope="module", params=[(name, code) for name in FIGURES for code in ("da", "en")], ids=str)
def figure(request: pytest.FixtureRequest, cohort: Cohort) -> go.Figure:
    """Each figure of a cohort in each language."""
    name, code = request.param
    return plot(cohort, **FIGURES[name], language=code)


def test_every_figure_has_a_text_alternative_without_markup(figure: go.Figure) -> None:
    text = alt_text(figure)
    assert len(text) > 60
    assert text.endswith(".")
    assert "<" not in text
    assert "nan" not in text.lower().split()


def test_colours_are_roles(figure: go.Figure) -> None:
    roles = {CURVE, SIGNAL, BOUNDARY, REFERENCE}
    text = figure.to_json()
    used = set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(json.loads(text)["data"])))
    assert used <= roles
    assert not {"red", "green"} & set(re.findall(r'"color":"([a-z]+)"', text))


def test_letters_are_at_least_twelve_pixels(figure: go.Figure) -> None:
    sizes = [int(size) for size in re.findall(r'"size":(\d+)', json.dumps(figure.layout.to_plotly_json()))]
    assert all(size >= 12 for size in sizes)
    fonts = [note.font.size for note in figure.layout.annotations if note.font.size]
    assert all(size >= 12 for size in fonts)
    assert "system-ui" in figure.layout.template.layout.font.family


def test_no_one_fails_in_words(figure: go.Figure, words_of: Callable[[go.Figure], str]) -> None:
    words = words_of(figure).lower()
    assert not re.search(r"\b(failed|passed|bestået|dumpet|inkompetent|incompetent)\b", words)


def test_danish_figures_hold_no_english(cohort: Cohort, words_of: Callable[[go.Figure], str]) -> None:
    english = {"the", "of", "and", "limit", "signals", "failure", "median:", "share", "procedures", "number", "with"}
    for options in FIGURES.values():
        words = re.findall(r"[a-zæøå:]+", words_of(plot(cohort, **options, language="da")).lower())
        assert english & set(words) <= {"median:"}


def test_the_same_cohort_gives_the_same_json(cohort: Cohort) -> None:
    for options in FIGURES.values():
        assert plot(cohort, **options).to_json() == plot(cohort, **options).to_json()


def test_the_default_template_of_plotly_is_left_alone(figure: go.Figure) -> None:
    assert pio.templates.default == "plotly"
    assert set(figure.layout.template.to_plotly_json()) == {"layout"}
    assert "system-ui" not in (pio.templates["plotly"].layout.font.family or "")


def test_the_footer_tells_where_the_numbers_come_from(figure: go.Figure, cohort: Cohort) -> None:
    note = next(note.text for note in figure.layout.annotations if note.name == "footer")
    assert cohort.provenance.fingerprint[:12] in note
    assert cohort.provenance.version in note


@pytest.mark.parametrize("name", CHARTS)
def test_a_path_of_any_chart_is_drawn(name: str, traces: Traces) -> None:
    path = CHARTS[name].run([0, 0, 1, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])
    figure = plot(path, title="Twenty cases", language="en")
    drawn = {case for trace in traces(figure, "cases") for case in trace.x.tolist()}
    assert drawn == set((np.flatnonzero(~np.isnan(path.statistic)) + 1).tolist())
    assert sorted(x for trace in traces(figure, "signal") for x in trace.x.tolist()) == sorted(
        {signal.case for signal in path.signals}
    )
    assert figure.layout.title.text == "Twenty cases"
    assert "20 procedures, 5 failures" in alt_text(figure)


def test_a_path_in_danish_of_another_height() -> None:
    path = LEARNING.run([0, 0, 1, 0])
    figure = plot(path, language="da", height=500)
    assert figure.layout.height > plot(path).layout.height
    assert figure.layout.title.text == "Læringskurve-cusum (LC-CUSUM)"
    assert "intet signal" in alt_text(figure)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=60), st.sampled_from(sorted(CHARTS)))
def test_segments_hold_every_charted_case_once(outcomes: list[bool], name: str) -> None:
    path = CHARTS[name].run(outcomes)
    parts = list(segments(path.frame()))
    cases = [case for part in parts for case in part.case[1:]]
    assert cases == (np.flatnonzero(~np.isnan(path.statistic)) + 1).tolist()
    values = np.concatenate([part.statistic[1:] for part in parts])
    assert np.array_equal(values, path.statistic[~np.isnan(path.statistic)])
    # Within a stretch every step is the score, or the floor.
    for part in parts:
        scores = path.scores[part.case[1:].astype(int) - 1]
        steps = part.statistic[:-1] + scores
        assert np.all(
            np.isclose(steps, part.statistic[1:], atol=1e-6) | (np.isclose(part.statistic[1:], 0) & (steps < 0))
        )


def test_a_head_start_is_drawn_from_where_it_starts(traces: Traces) -> None:
    figure = plot(CHARTS["head start"].run([1, 0, 0]))
    assert traces(figure, "statistic")[0].y[0] == pytest.approx(1.0)


def test_the_last_look_is_marked_with_its_limit_and_no_limit_follows_it(traces: Traces) -> None:
    for failed, side in ((20, "left"), (8, "right")):
        figure = plot(CHARTS["last look"].run([1] * failed))
        mark = traces(figure, "last look")[0]
        assert (list(mark.x), list(mark.y)) == ([7, 8], [1.0, 1.0])
        note = next(note for note in figure.layout.annotations if note.name == "y last look")
        assert (note.x, note.y, note.xanchor) == (8, 1.0 if side == "left" else 4.0, side)
        line = traces(figure, "limit")[0]
        drawn = np.asarray(line.x)[~np.isnan(np.asarray(line.y, dtype=float))]
        assert drawn.max() == 8
        named = next(note for note in figure.layout.annotations if note.text == "limit: competence")
        assert (named.x, named.y) == (0, 4.0)
    assert traces(plot(CHARTS["last look ahead"].run([1] * 20)), "last look") == []


def test_a_run_length_that_may_be_infinite_is_drawn() -> None:
    law = run_length(CHARTS["last look"], failure_rate=0.5)
    assert law.median == np.inf
    text = alt_text(plot(law, within=20))
    assert "inf" not in text


def test_parallel_limits_move_with_the_crossings(traces: Traces) -> None:
    figure = plot(CHARTS["parallel"].run([0] * 40))
    lower = next(trace for trace in traces(figure, "limit") if trace.meta["limit"] == "acceptable")
    assert len(set(np.round(lower.y, 6))) > 2
    assert lower.line.shape == "vh"


@pytest.mark.parametrize(
    ("chart", "way"),
    [("lc", "up"), ("two phases", "both"), ("bernoulli", "watch"), ("standard", "down")],
    ids=["lc", "two phases", "bernoulli", "standard"],
)
def test_the_way_towards_competence(chart: str, way: str) -> None:
    assert reading_of(CHARTS[chart]).way == way


def test_a_run_length_is_drawn_with_its_median(traces: Traces) -> None:
    law = run_length(LEARNING, failure_rate=0.1)
    figure = plot(law, within=60, title="Adequate")
    line = traces(figure, "competent")[0]
    assert line.y[60] == pytest.approx(law.signal_by(60), abs=1e-6)
    assert len(line.x) == 61
    assert f"median: no. {int(law.median)}" in [note.text for note in figure.layout.annotations]
    assert "within 60 procedures" in alt_text(figure)
    assert len(traces(plot(law), "competent")[0].x) != 61
    assert "Sandsynlighed for signal" in plot(law, language="da").layout.title.text


def test_both_limits_of_a_run_length_have_a_line(traces: Traces) -> None:
    figure = plot(run_length(CHARTS["standard"], failure_rate=0.25))
    lines = [traces(figure, kind)[0] for kind in ("acceptable", "unacceptable")]
    assert len({line.line.dash for line in lines}) == len({line.line.color for line in lines}) == 2


def test_a_run_length_of_no_cases_is_refused() -> None:
    with pytest.raises(InvalidParameter, match="within is 0; expected 1 or more"):
        plot(run_length(LEARNING, failure_rate=0.1), within=0)


def test_time_to_competence_has_a_line_for_each_group(cohort: Cohort, traces: Traces) -> None:
    result = time_to_competence(cohort.crossings.query("procedure == 'spinal'"), by="department")
    figure = plot(result, language="da", title="Spinal")
    assert [trace.name for trace in traces(figure, "share")] == ["Aarhus", "Ærø"]
    assert len({trace.line.dash for trace in traces(figure, "share")}) == 2
    assert len(traces(figure, "band")) == 2
    assert traces(plot(result, bands=False), "band") == []
    assert "median: nr. 27" in alt_text(figure)


def test_what_has_no_figure_is_named(cohort: Cohort) -> None:
    with pytest.raises(InvalidParameter, match="there is no figure for a int; expected one of Path, Cohort"):
        plot(3)
    with pytest.raises(InvalidParameter, match="nothing that says what of it to draw; expected trainee="):
        plot(cohort)
    with pytest.raises(InvalidParameter, match="given with trainee= and department="):
        plot(cohort, department="Ærø", trainee="T1")


def test_a_department_and_a_procedure_ask_for_the_adjusted_charts(adjusted_cohort: Cohort, cohort: Cohort) -> None:
    figure = plot(adjusted_cohort, department="Ærø", procedure="spinal", language="da")
    assert figure.layout.title.text.startswith("Ærø: spinalanæstesi, justeret")
    with pytest.raises(InvalidData, match="the cohort has no expected risks"):
        plot(cohort, department="Ærø", procedure="spinal")


def test_every_result_with_a_figure_is_dispatched() -> None:
    assert {"DepartmentComparison", "RiskModel", "Calibration", "LimitInfluence", "LearningCurve"} <= set(_DRAW)


def test_a_fragment_is_repeatable_and_labelled(cohort: Cohort) -> None:
    figure = plot(cohort, procedure="spinal")
    fragment = html_fragment(figure, "spinal-1")
    assert fragment == html_fragment(plot(cohort, procedure="spinal"), "spinal-1")
    assert 'role="img" aria-label="Spinal anaesthesia' in fragment
    assert 'id="spinal-1"' in fragment
    assert "http" not in fragment
    assert len(fragment) < 200_000


def test_the_label_of_a_fragment_is_escaped() -> None:
    fragment = html_fragment(set_alt_text(go.Figure(), 'A "quoted" <b>name</b>'), "a")
    assert 'aria-label="A &quot;quoted&quot; &lt;b&gt;name&lt;/b&gt;"' in fragment


@pytest.mark.parametrize("div_id", ["", 'a"b', "a b", "å"], ids=["empty", "quote", "space", "letter"])
def test_an_identifier_that_html_cannot_have_is_refused(div_id: str) -> None:
    with pytest.raises(InvalidParameter, match="div_id is"):
        html_fragment(go.Figure(), div_id)


def test_a_page_of_its_own(cohort: Cohort, tmp_path: Path) -> None:
    file = write_html(plot(cohort, trainee="T1", language="da"), tmp_path / "t1.html", language="da")
    page = file.read_text(encoding="utf-8")
    assert page.startswith('<!DOCTYPE html>\n<html lang="da">')
    assert page.count("Plotly.newPlot(") >= 1
    assert not re.search(r'<(script|link|img)[^>]*(src|href)="http', page)
    assert len(plotly_script()) < len(page)


def test_images_need_kaleido(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingDependency, match=r"made by kaleido, which is not installed\. Install kaleido"):
        write_image(go.Figure(), tmp_path / "figure.png")


def test_images_need_a_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def refuse(self: go.Figure, file: str, **options: Any) -> None:
        asked.update(options, file=file)
        raise RuntimeError("no browser")

    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr(go.Figure, "write_image", refuse)
    with pytest.raises(MissingDependency, match="kaleido found no browser"):
        write_image(go.Figure(), tmp_path / "figure.png", width=800, scale=3)
    assert asked == {"file": str(tmp_path / "figure.png"), "width": 800, "scale": 3}


def test_an_image_is_written_where_all_is_at_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(self: go.Figure, file: str, **options: Any) -> None:
        Path(file).write_bytes(b"image")

    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr(go.Figure, "write_image", write)
    assert write_image(go.Figure(), tmp_path / "figure.svg").read_bytes() == b"image"


@settings(max_examples=40)
@given(st.integers(1, 4), st.integers(1, 4), st.floats(0, 0.2), st.floats(0, 300))
def test_charts_of_a_grid_do_not_overlap(rows: int, columns: int, gutter: float, tail: float) -> None:
    grid = Grid(rows, columns, (180, 60), 40, 30, between=8, gutter=gutter, top=50, bottom=90, tail=tail)
    edges = [edge for row in range(rows) for part in (0, 1) for edge in reversed(grid.down(row, part))]
    assert all(a >= b - 1e-6 for a, b in itertools.pairwise(edges))
    across = [edge for column in range(columns) for edge in grid.across(column)]
    assert across == sorted(across)
    assert 0 <= grid.below()[1] <= edges[-1] + 1e-6
