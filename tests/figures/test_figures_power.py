"""Power against limit and number of procedures, and the truth about Wald's limit."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from cusum import BernoulliCusum, Criterion
from cusum.design import learner_rates, power_by_limit, power_by_volume, wald_promise
from cusum.figures import alt_text, plot
from cusum.figures.power_words import probability_axis
from cusum.language import get_language

Traces = Callable[..., list[Any]]
C = Criterion(acceptable=0.10, unacceptable=0.20)
NARROW = Criterion(acceptable=0.05, unacceptable=0.10)
RESULTS = {
    "limit": lambda: power_by_limit(C, cases=50),
    "limit bernoulli": lambda: power_by_limit(BernoulliCusum(criterion=C, limit=1.0), cases=50),
    "limit too few": lambda: power_by_limit(NARROW, cases=20),
    "volume": lambda: power_by_volume(C, cases=50),
    "volume learner": lambda: power_by_volume(
        C, cases=100, failure_rate=learner_rates(start=0.6, finish=0.09, time_constant=5, cases=200)
    ),
    "volume too few": lambda: power_by_volume(NARROW, cases=20, up_to=40),
    "wald": lambda: wald_promise(C, cases=100),
    "wald bernoulli": lambda: wald_promise(BernoulliCusum(criterion=C, limit=1.0), cases=40),
    "wald too few": lambda: wald_promise(NARROW, cases=20),
}


@pytest.fixture(scope="module", params=RESULTS)
def result(request: pytest.FixtureRequest) -> Any:
    """Each result once."""
    return RESULTS[request.param]()


def test_both_languages_draw_the_same_numbers(result: Any, words_of: Callable[[go.Figure], str]) -> None:
    english, danish = plot(result), plot(result, language="da")
    for one, other in zip(english.data, danish.data, strict=True):
        assert list(one.x) == list(other.x)
        assert list(one.y) == list(other.y)
        assert one.meta == other.meta
    said = set(re.findall(r"[a-zæøå]+", words_of(danish).lower()))
    assert not {"limit", "the", "procedures", "power", "promised", "trainee", "within", "failure"} & said
    for text in (alt_text(english), alt_text(danish)):
        assert text.endswith((".", "?"))
        assert "nan" not in text.lower().split()
        assert "<" not in text


def test_a_title_of_ones_own(result: Any) -> None:
    assert plot(result, title="Ours").layout.title.text == "Ours"


def test_steps_over_the_limit_are_those_of_the_table(traces: Traces) -> None:
    found = power_by_limit(C, cases=50)
    figure = plot(found)
    for role, values in (("power", found.power), ("false signal", found.false_signal)):
        (line,) = traces(figure, role)
        assert line.line.shape == "vh"  # between two limits that differ, what the larger does
        assert line.x[0] == 0
        assert line.x[1:] == pytest.approx(found.limits, abs=1e-6)
        assert line.y[1:] == pytest.approx(values, abs=1e-6)
        assert line.y[0] == line.y[1]
    (promise,) = [shape for shape in figure.layout.shapes if shape.name == "promise"]
    assert promise.y0 == promise.y1 == 0.05
    designed = [mark.y[0] for mark in traces(figure, "designed limit")]
    assert designed == [0.497133, 0.048933]
    assert [round(mark.y[0], 3) for mark in traces(figure, "wald limit")] == [0.513, 0.056]
    assert "Designed limit 2.854: false signal 4.9%, power 49.7%." in alt_text(figure)


def test_a_limit_out_of_reach_is_drawn_as_such(traces: Traces) -> None:
    figure = plot(power_by_limit(NARROW, cases=20))
    (line,) = traces(figure, "power")
    assert line.y[-1] == 0
    assert not traces(figure, "designed limit")
    assert "No limit keeps the promise" in alt_text(figure)


def test_the_mirrored_chart_says_deterioration(words_of: Callable[[go.Figure], str]) -> None:
    words = words_of(plot(power_by_limit(BernoulliCusum(criterion=C, limit=1.0), cases=50)))
    assert "False signal of deterioration (failure rate 10%)" in words
    assert "Power: signal of deterioration (failure rate 20%)" in words
    assert "competence" not in words


def test_power_by_volume_marks_the_plan_and_what_it_takes(traces: Traces) -> None:
    found = power_by_volume(C, cases=50)
    figure = plot(found)
    (power,), (bound,) = traces(figure, "power"), traces(figure, "bound")
    assert power.y == pytest.approx(found.power, abs=1e-6)
    assert bound.y[49] == pytest.approx(0.622, abs=5e-4)
    assert (np.asarray(bound.y) + 1e-6 >= np.asarray(power.y)).all()
    assert [(mark.x[0], round(mark.y[0], 2)) for mark in traces(figure, "needed")] == [
        (53, 0.53),
        (116, 0.81),
        (162, 0.9),
    ]
    notes = [(note.x, note.y, note.xref or "x") for note in figure.layout.annotations if note.name == "needed"]
    assert notes == [(53, 0.5, "x"), (116, 0.8, "x"), (162, 0.9, "x")]  # beside their marks, not at the edges
    (planned,) = traces(figure, "planned")
    assert (planned.x[0], planned.y[0]) == (50, 0.497133)
    assert not traces(figure, "learner")
    levels = [shape.y0 for shape in figure.layout.shapes if shape.name == "power"]
    assert levels == [0.5, 0.8, 0.9]
    assert "With 50 procedures the power is 49.7%." in alt_text(figure)


def test_the_trainee_who_learns_has_a_line_and_a_beginning(traces: Traces) -> None:
    rates = learner_rates(start=0.6, finish=0.09, time_constant=5, cases=200)
    figure = plot(power_by_volume(C, cases=100, failure_rate=rates))
    (line,) = traces(figure, "learner")
    assert round(line.y[99], 2) == 0.79
    assert [shape.x0 for shape in figure.layout.shapes if shape.name == "adequate"] == [21]
    assert "within 100 procedures with probability 78.9%" in alt_text(figure)
    never = plot(power_by_volume(C, cases=20, failure_rate=[0.3, 0.2], up_to=30))
    assert not [shape for shape in never.layout.shapes if shape.name == "adequate"]


def test_too_few_procedures_are_said(traces: Traces) -> None:
    figure = plot(RESULTS["volume too few"]())
    assert "20 procedures cannot decide." in alt_text(figure)
    assert "90% power takes more than 40 procedures." in alt_text(figure)
    assert not traces(figure, "needed")


def test_the_truth_about_walds_limit_is_written_on_it(traces: Traces) -> None:
    figure = plot(wald_promise(C, cases=100))
    (dots,) = traces(figure, "value of wald")
    assert list(dots.x) == [50, 100, 200]
    assert list(dots.text) == ["5.6%", "17.5%", "36.9%"]
    (designed,) = traces(figure, "value of designed")
    assert designed.text[0] == "4.9%"
    (alpha,) = [shape for shape in figure.layout.shapes if shape.name == "alpha"]
    assert alpha.y0 == 0.05
    (line,) = traces(figure, "wald")
    assert line.y[99] == pytest.approx(0.175, abs=5e-4)
    assert "17.5% with Wald's limit, which promises 5%, and 4.9%" in alt_text(figure)


@pytest.mark.parametrize("top", [0.02, 0.075, 0.11, 0.3, 0.55, 1.0])
def test_an_axis_of_probabilities_has_two_to_six_ticks_within_it(top: float) -> None:
    axis = probability_axis(get_language("en"), "Power", top=top)
    assert 2 <= len(axis["tickvals"]) <= 7
    assert axis["tickvals"][0] == 0
    assert len(set(axis["ticktext"])) == len(axis["ticktext"])
