"""The charts of one trainee: what is drawn, where, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from cusum import Cohort, Criterion, LearningCurveCusum
from cusum.errors import InvalidParameter
from cusum.figures import alt_text, plot_chart, plot_trainee
from cusum.figures.geometry import axis_key
from cusum.figures.theme import BOUNDARY, CURVE, SIGNAL

Traces = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def figure(cohort: Cohort) -> go.Figure:
    """The charts of T1 in English."""
    return plot_trainee(cohort, "T1")


def test_six_charts_share_the_procedure_numbers(figure: go.Figure, cohort: Cohort) -> None:
    headings = [note.text for note in figure.layout.annotations if note.name and note.name.startswith("heading")]
    assert len(headings) == len(cohort.charts) == 6
    assert [figure.layout[f"xaxis{i}"].matches for i in range(2, 7)] == ["x"] * 5
    assert figure.layout.xaxis.range == (0, 51 * 1.02)


def test_the_statistic_is_a_line_of_steps_from_the_path(figure: go.Figure, cohort: Cohort, traces: Traces) -> None:
    line = traces(figure, "statistic", "x")[0]
    path = cohort.paths.query("trainee == 'T1' and procedure == 'spinal' and phase == 'learning'")
    assert line.line.shape == "hv"
    assert line.line.color == CURVE
    drawn = dict(zip(line.x[~np.isnan(line.y)], line.y[~np.isnan(line.y)], strict=True))
    for case, statistic in zip(path["case"], path["statistic"], strict=True):
        if case not in (28, 39):  # the first case of a stretch shares its place with the end of the one before
            assert drawn[case] == pytest.approx(statistic, abs=1e-6)
    assert line.y[0] == line.x[0] == 0


def test_monitoring_is_below_zero_dotted_and_shaded(figure: go.Figure, cohort: Cohort, traces: Traces) -> None:
    line = traces(figure, "monitoring", "x")[0]
    path = cohort.paths.query("trainee == 'T1' and procedure == 'spinal' and phase == 'monitoring'")
    assert line.line.dash == "dot"
    assert line.x.tolist() == [28, *path["case"]]
    assert line.y[1:] == pytest.approx(-path["statistic"].to_numpy())
    shades = [shape for shape in figure.layout.shapes if shape.name == "monitoring" and shape.xref == "x"]
    assert [(shade.x0, shade.x1) for shade in shades] == [(28, 39)]


def test_limits_are_dashed_and_named(figure: go.Figure, cohort: Cohort, traces: Traces) -> None:
    limits = traces(figure, "limit", "x")
    chart = cohort.charts["spinal"]
    assert {limit.line.dash for limit in limits} == {"dash"}
    assert {limit.line.color for limit in limits} == {BOUNDARY}
    assert [(limit.meta["limit"], float(limit.y[0])) for limit in limits] == [
        ("competent", pytest.approx(chart.learning.limit)),
        ("deterioration", pytest.approx(-chart.monitoring.limit)),
        ("competent", pytest.approx(chart.learning.limit)),
    ]
    named = [note.text for note in figure.layout.annotations if note.xref == "x" and note.text.startswith("limit")]
    assert named == ["limit: competence", "limit: deterioration"]


def test_the_limit_in_force_goes_on_to_the_right_end(figure: go.Figure, traces: Traces) -> None:
    ends = [float(limit.x[-1]) for limit in traces(figure, "limit", "x")]
    assert ends == [28, 39, 51]
    assert [float(limit.x[-1]) for limit in traces(figure, "limit", "x5")] == [51]


def test_signals_are_filled_markers_with_number_and_date(figure: go.Figure, traces: Traces) -> None:
    signals = traces(figure, "signal", "x")
    assert [(s.meta["signal"], s.x.tolist(), s.marker.symbol, s.marker.color) for s in signals] == [
        ("competent", [28], "diamond", SIGNAL),
        ("deterioration", [39], "triangle-down", SIGNAL),
    ]
    labels = [note.text for note in figure.layout.annotations if note.name and "signal" in note.name]
    assert labels == ["no. 28 · 14 Jan 2026", "no. 39 · 10 Mar 2026", "no. 20 · 5 Dec 2025"]


def test_every_failure_is_a_tick_on_the_axis(figure: go.Figure, cohort: Cohort, traces: Traces) -> None:
    ticks = traces(figure, "failure", "x")[0]
    failed = cohort.paths.query("trainee == 'T1' and procedure == 'spinal' and failure")
    assert ticks.x.tolist() == failed["case"].tolist()
    assert ticks.marker.symbol == "line-ns"
    bottom, top = figure.layout.yaxis.range
    assert set(ticks.y) == {ticks.y[0]}
    assert bottom < ticks.y[0] < bottom + 0.1 * (top - bottom)
    lowest = min(float(np.nanmin(t.y)) for t in traces(figure, "limit", "x"))
    assert ticks.y[0] < lowest


def test_the_strip_has_the_rate_its_band_and_the_criterion(figure: go.Figure, cohort: Cohort, traces: Traces) -> None:
    path = cohort.paths.query("trainee == 'T1' and procedure == 'spinal'")
    assert traces(figure, "rate", "x")[0].y == pytest.approx(path["rate"].to_numpy(), abs=1e-4)
    band = traces(figure, "band", "x")[0]
    assert len(band.x) == 2 * len(path)
    assert band.fill == "toself"
    assert traces(figure, "acceptable", "x")[0].y == (0.1, 0.1)
    assert traces(figure, "unacceptable", "x")[0].y == (0.2, 0.2)
    assert figure.layout.yaxis2.ticktext == ("10%", "20%")
    dashes = {role: traces(figure, role, "x")[0].line.dash for role in ("acceptable", "unacceptable", "limit")}
    assert len(set(dashes.values())) == 3


def test_a_chart_that_cannot_decide_says_so_and_one_not_begun_too(figure: go.Figure) -> None:
    notes = {note.name: note.text for note in figure.layout.annotations}
    assert notes["heading block"] == "<b>Block</b> · 3 procedures<br>cannot be said yet"
    assert notes["heading spinal"] == "<b>Spinal</b> · 51 procedures<br>signal: deterioration"
    assert {name for name in notes if name and name.startswith("empty")} == {
        "empty epidural",
        "empty cvc",
        "empty arterial_line",
    }
    assert notes["empty cvc"] == "not started"


def test_every_chart_keeps_its_place(figure: go.Figure) -> None:
    used = {trace.yaxis for trace in figure.data}
    assert {note.yref.split()[0] for note in figure.layout.annotations if note.yref != "paper"} <= used
    domains = [figure.layout[name].domain for name in figure.layout if name.startswith("yaxis")]
    assert len(domains) == 12
    assert all(0 <= low < high <= 1 for low, high in domains)


def test_the_axis_says_which_way_is_towards_competence(
    cohort_under: Callable[[str], Cohort], figure: go.Figure
) -> None:
    assert figure.layout.yaxis.title.text == "← deterioration   competence →"
    assert figure.layout.yaxis9.title.text == "towards competence →"
    for chart, words in {
        "standard": "← towards competence",
        "lc_cusum": "towards competence →",
        "bernoulli": "towards deterioration →",
    }.items():
        assert plot_trainee(cohort_under(chart), "T1").layout.yaxis.title.text == words


def test_kestins_chart_is_drawn_as_published(cohort_under: Callable[[str], Cohort], traces: Traces) -> None:
    cohort = cohort_under("standard")
    figure = plot_trainee(cohort, "T1")
    path = cohort.paths.query("trainee == 'T1' and procedure == 'spinal'")
    lower, upper = sorted({float(limit.y[0]) for limit in traces(figure, "limit", "x")})
    chart = cohort.charts["spinal"]
    assert (lower, upper) == (pytest.approx(chart.lower), pytest.approx(chart.upper))
    drawn = [(s.meta["signal"], x) for s in traces(figure, "signal", "x") for x in s.x]
    assert sorted(drawn, key=lambda pair: pair[1]) == [
        (row.signal, row.case) for row in path[path["signal"] != ""].itertuples()
    ]
    assert traces(figure, "monitoring") == []


def test_the_text_alternative_tells_every_procedure(cohort: Cohort) -> None:
    english, danish = (alt_text(plot_trainee(cohort, "T1", language=code)) for code in ("en", "da"))
    assert "Spinal anaesthesia: 51 procedures, 11 failures; signal: deterioration." in english
    assert "signal of competence at procedure no. 28 on 14 January 2026" in english
    assert "spinalanæstesi: 51 procedurer" in danish.lower()
    assert "signal om kompetence ved procedure nr. 28 den 14. januar 2026" in danish
    assert english.count(": not started.") == 3


def test_hover_texts_obey_the_language(cohort: Cohort, traces: Traces) -> None:
    figure = plot_trainee(cohort, "T1", language="da")
    cases = traces(figure, "cases", "x")[0]
    assert cases.customdata[0][0] == "1. sep. 2025 · lykkedes ikke"
    assert "nr. %{x}" in cases.hovertemplate
    assert figure.layout.separators == ",."


def test_the_legend_names_each_role_once(figure: go.Figure, traces: Traces) -> None:
    shown = [trace.meta["role"] for trace in figure.data if trace.showlegend]
    assert sorted(shown) == sorted(set(shown))
    assert {"statistic", "monitoring", "limit", "signal", "failure", "rate", "acceptable", "unacceptable"} == set(shown)


def test_columns_change_the_layout(cohort: Cohort, figure: go.Figure) -> None:
    two = plot_trainee(cohort, "T1", columns=2)
    assert two.layout.height > figure.layout.height
    assert two.layout.xaxis.domain[1] > figure.layout.xaxis.domain[1]


def test_one_chart_by_itself(cohort: Cohort, traces: Traces) -> None:
    figure = plot_chart(cohort, "T3", "intubation", language="da", height=300)
    assert {trace.xaxis for trace in figure.data} == {"x"}
    assert figure.layout.height > plot_chart(cohort, "T3", "intubation").layout.height
    assert traces(figure, "failure")[0].x.tolist() == list(range(4, 49, 4))
    assert "Uddannelsessøgende T3" in alt_text(figure)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"trainee": "nobody"}, r"trainee is 'nobody'; expected one of T1, T2"),
        ({"trainee": "T1", "language": "sv"}, "language is 'sv'"),
        ({"trainee": "T1", "columns": 0}, "columns is 0; expected 1 or more"),
    ],
    ids=["trainee", "language", "columns"],
)
def test_wrong_use_is_said(cohort: Cohort, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        plot_trainee(cohort, **options)


def test_a_procedure_that_is_not_charted_is_named(cohort: Cohort) -> None:
    with pytest.raises(InvalidParameter, match="procedure is 'suture'; expected one of spinal"):
        plot_chart(cohort, "T1", "suture")


@pytest.mark.parametrize("trainee", ["T1", "T2", "T3", "T4", "T5"])
def test_lines_stay_inside_their_charts(cohort: Cohort, trainee: str) -> None:
    figure = plot_trainee(cohort, trainee)
    for trace in figure.data:
        if trace.meta["role"] not in ("statistic", "monitoring", "signal", "failure", "limit"):
            continue
        low, high = figure.layout[axis_key(trace.yaxis)].range
        y = np.asarray(trace.y, dtype=float)
        y = y[~np.isnan(y)]
        assert y.size == 0 or low <= y.min() <= y.max() <= high


def test_the_criterion_of_the_chart_is_the_one_that_is_drawn(cohort: Cohort, traces: Traces) -> None:
    chart = LearningCurveCusum(criterion=Criterion(acceptable=0.15, unacceptable=0.3), limit=2.0)
    figure = plot_trainee(replace(cohort, charts={**cohort.charts, "spinal": chart}), "T1")
    assert traces(figure, "acceptable", "x")[0].y == (0.15, 0.15)
    assert traces(figure, "unacceptable", "x")[0].y == (0.3, 0.3)
