"""The same cases under several charts: aligned, each with what it said."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from cusum import (
    BernoulliCusum,
    BernoulliGlr,
    Criterion,
    Ewma,
    LastLookCusum,
    LearningCurveCusum,
    LearningThenMonitoring,
    RiskAdjustedCusum,
    RiskAdjustedLearningCurveCusum,
    RiskAdjustedSequentialTest,
    StandardCusum,
    Vlad,
    compare_charts,
)
from cusum.charts.catalogue import CHARTS
from cusum.cohort.comparison import ChartComparison
from cusum.errors import InvalidParameter
from cusum.figures import alt_text, plot, plot_comparison, plot_path
from cusum.figures.geometry import axis_key

Traces = Callable[..., list[Any]]
CRITERION = Criterion(acceptable=0.1, unacceptable=0.4)
LEARNING = LearningCurveCusum(criterion=CRITERION, limit=1.5)
MONITORING = BernoulliCusum(criterion=CRITERION, limit=2.0)
EVERY = [
    StandardCusum(criterion=CRITERION),
    MONITORING,
    LEARNING,
    LearningThenMonitoring(learning=LEARNING, monitoring=MONITORING),
    LastLookCusum(criterion=CRITERION, limit=4.0, last_limit=1.0, cases=20),
    RiskAdjustedCusum(odds_ratio=2, limit=1.0),
    RiskAdjustedLearningCurveCusum(odds_ratio=4, limit=1.0),
    RiskAdjustedSequentialTest(odds_ratio=0.5, alpha=0.3, beta=0.3),
    Vlad(),
    Ewma(weight=0.2, target=0.1, limit=0.3, improvement_limit=0.05),
    BernoulliGlr(acceptable=0.1, limit=3.0),
]
OUTCOMES = [0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
RISK = np.linspace(0.05, 0.4, len(OUTCOMES))


@pytest.fixture(scope="module")
def comparison() -> ChartComparison:
    """Every chart of the catalogue on the same cases."""
    assert {chart.key for chart in EVERY} == set(CHARTS)
    return compare_charts(OUTCOMES, EVERY, risk=RISK)


@pytest.fixture(scope="module")
def figure(comparison: ChartComparison) -> go.Figure:
    """In English."""
    return plot(comparison)


def axes(i: int) -> tuple[str, str]:
    """Axes of the i-th chart."""
    return ("x", "y") if i == 0 else (f"x{i + 1}", f"y{i + 1}")


def test_every_chart_has_a_place_with_the_same_case_numbers(figure: go.Figure) -> None:
    x, y = ([figure.layout[axis_key(axes(i)[k])] for i in range(len(EVERY))] for k in (0, 1))
    assert {axis.range for axis in x} == {(0, len(OUTCOMES) * 1.02)}
    assert {axis.matches for axis in x[1:]} == {"x"}
    assert len({tuple(axis.domain) for axis in x}) == 1
    assert all(above.domain[0] > below.domain[1] for above, below in itertools.pairwise(y))


def test_signals_and_failures_are_those_of_the_paths(
    figure: go.Figure, comparison: ChartComparison, traces: Traces
) -> None:
    for i, path in enumerate(comparison.paths.values()):
        drawn = sorted(int(case) for trace in traces(figure, "signal", axes(i)[1]) for case in trace.x)
        assert drawn == [signal.case for signal in path.signals]
        assert traces(figure, "failure", axes(i)[1])[0].x.tolist() == [3, 10, 11, 12, 15]


def test_headings_say_what_each_chart_said(figure: go.Figure, comparison: ChartComparison) -> None:
    notes = {note.name: note.text for note in figure.layout.annotations}
    assert notes["heading LC-CUSUM"] == "<b>LC-CUSUM</b> · ↑ towards competence<br>signal: competence at no. 7"
    vlad = notes["heading VLAD: failures avoided against expectation"]
    assert vlad.endswith("· ↑ fewer failures than expected<br>no signal")
    assert len([name for name in notes if name.startswith("heading")]) == len(EVERY)


def test_the_first_signal_of_each_chart_goes_through_all(figure: go.Figure, comparison: ChartComparison) -> None:
    first = {path.signals[0].case for path in comparison.paths.values() if path.signals}
    lines = [shape for shape in figure.layout.shapes if shape.type == "line"]
    assert {line.x0 for line in lines} == first
    assert {(line.yref, line.y0, line.y1) for line in lines} == {("paper", 0, 1)}


def test_the_legend_names_each_role_once(figure: go.Figure) -> None:
    shown = [trace.meta["role"] for trace in figure.data if trace.showlegend]
    assert sorted(shown) == sorted(set(shown))


def test_danish_names_stand_for_english_ones_and_labels_stay(words_of: Callable[[go.Figure], str]) -> None:
    unnamed = plot_comparison(compare_charts(OUTCOMES, [LEARNING, MONITORING]), language="da")
    words = words_of(unnamed)
    assert "<b>Læringskurve-cusum (LC-CUSUM)</b> · ↑ mod kompetence<br>signal om kompetence ved nr. 7" in words
    assert not {"limit", "signals", "failure", "the", "towards"} & set(re.findall(r"[a-zæøå]+", words.lower()))
    named = plot_comparison(compare_charts(OUTCOMES, {"ours": LEARNING}), language="da")
    assert "<b>Ours</b>" in words_of(named)


def test_the_text_alternative_tells_each_chart(figure: go.Figure) -> None:
    text = alt_text(figure)
    assert text.startswith("The same procedures under several charts. 24 procedures, 5 failures. Standard CUSUM")
    assert "LC-CUSUM: signal: competence at no. 7." in text
    assert "<" not in text


def test_many_signals_are_counted() -> None:
    chart = BernoulliCusum(criterion=CRITERION, limit=0.1)
    text = alt_text(plot_comparison(compare_charts([1] * 9, [chart])))
    assert "signal: deterioration at no. 1, 2, 3, 4, 5, 6 and 3 more." in text


def test_no_cases_are_an_empty_chart() -> None:
    figure = plot_comparison(compare_charts([], [LEARNING]))
    assert "0 procedures, 0 failures" in alt_text(figure)
    assert [trace.meta["role"] for trace in figure.data] == ["nothing"]


def test_charts_can_be_higher_but_not_flat(comparison: ChartComparison, figure: go.Figure) -> None:
    assert plot_comparison(comparison, height=200).layout.height == figure.layout.height + 50 * len(EVERY)
    with pytest.raises(InvalidParameter, match="height is 40; expected 80 or more"):
        plot_comparison(comparison, height=40)


def test_a_vlad_has_prediction_limits_that_are_not_called_a_test(traces: Traces) -> None:
    path = Vlad().run(OUTCOMES, risk=RISK)
    limits = Vlad().prediction_limits(RISK)
    figure = plot_path(path)
    upper, lower = traces(figure, "limit")
    assert upper.y[-1] == pytest.approx(limits.upper[-1])
    assert lower.y[-1] == pytest.approx(limits.lower[-1])
    assert upper.name == "prediction limits, not a test"
    assert "limit" not in [note.text for note in figure.layout.annotations]
    assert figure.layout.yaxis.title.text == "fewer failures than expected →"
    assert figure.layout.yaxis.tickvals is None


def test_small_limits_have_two_decimals() -> None:
    figure = plot_path(Ewma(weight=0.1, target=0.1, limit=0.15).run(OUTCOMES))
    assert figure.layout.yaxis.ticktext == ("0.15", "0")


def test_a_test_for_improvement_can_say_that_there_is_none() -> None:
    chart = RiskAdjustedSequentialTest(odds_ratio=0.5, alpha=0.3, beta=0.3)
    path = chart.run([1, 1, 1, 1], risk=[0.2] * 4)
    assert path.first("no improvement") == 2
    figure = plot_path(path)
    assert "signal: no improvement at no. 2" in alt_text(figure)
    assert figure.layout.yaxis.title.text == "towards improvement →"


@pytest.mark.parametrize("after", ["continue", "restart"])
@pytest.mark.parametrize(
    "chart", [Ewma(weight=0.3, target=0.1, limit=0.2), BernoulliGlr(acceptable=0.1, limit=2.5)], ids=["ewma", "glr"]
)
def test_a_statistic_that_is_no_sum_is_broken_only_where_it_starts_anew(chart: Any, after: str, traces: Traces) -> None:
    path = replace(chart, after_signal=after).run([0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0])
    line = traces(plot_path(path), "statistic")[0]
    breaks = np.flatnonzero(np.isnan(line.y))
    restarts = len([signal for signal in path.signals if signal.case < 12]) if after == "restart" else 0
    assert path.signals
    assert len(breaks) == restarts
    assert [line.y[0], *line.y[breaks + 1]] == [0.0] * (restarts + 1)
    assert line.x[breaks + 1].tolist() == [signal.case for signal in path.signals][:restarts]
