"""A department beside all others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cusum import Cohort
from cusum.errors import InvalidParameter
from cusum.figures import alt_text, plot_department
from cusum.figures.intervals import exact_interval

Traces = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def figure(cohort: Cohort) -> go.Figure:
    """The department of T3, T4 and T5."""
    return plot_department(cohort, "Ærø")


def test_shares_of_the_department_and_of_the_others(figure: go.Figure, traces: Traces) -> None:
    here, others = traces(figure, "share", "x")
    assert (here.name, others.name) == ("Ærø", "all other departments")
    assert here.x.tolist() == [0, 21, 27]
    assert here.y.tolist() == [0, 0, 1]
    assert others.x.tolist() == [0, 28, 40]
    assert others.y.tolist() == [0, 0.5, 0.5]
    assert here.line.dash != others.line.dash
    assert here.line.color != others.line.color


def test_numbers_at_risk_of_both(figure: go.Figure, traces: Traces) -> None:
    here, others = traces(figure, "at risk", "x")
    at = list(here.x).index(20)
    assert (here.text[0], here.text[at]) == ("2", "2")
    assert (others.text[0], others.text[at]) == ("2", "2")
    assert here.y[0] > others.y[0]


def test_observed_rates_with_exact_intervals_and_counts(figure: go.Figure, traces: Traces) -> None:
    here, others = traces(figure, "observed")
    assert here.meta["counts"] == ["1 of 54", "12 of 72"]
    assert here.x == pytest.approx([1 / 54, 12 / 72], abs=1e-5)
    low, high = exact_interval(12, 72)
    assert here.x[1] + here.error_x.array[1] == pytest.approx(high, abs=2e-5)
    assert here.x[1] - here.error_x.arrayminus[1] == pytest.approx(low, abs=2e-5)
    assert others.meta["counts"] == ["31 of 91", "1 of 23", "1 of 3", "1 of 26"]
    assert (here.marker.symbol, others.marker.symbol) == ("circle", "circle-open")


def test_the_criterion_stands_beside_the_rates(figure: go.Figure, cohort: Cohort, traces: Traces) -> None:
    acceptable, unacceptable = traces(figure, "acceptable")[0], traces(figure, "unacceptable")[0]
    expected = [p.criterion.acceptable for p in cohort.programme.procedures.values()]
    assert acceptable.x[0::3].tolist() == expected
    assert (unacceptable.x[0::3] > acceptable.x[0::3]).all()
    assert acceptable.line.dash != unacceptable.line.dash


def test_headings_count_signals_here_and_elsewhere(figure: go.Figure) -> None:
    notes = {note.name: note.text for note in figure.layout.annotations}
    assert notes["heading spinal"] == "<b>Spinal</b><br>signal of competence: 1 of 2; others 1 of 2"
    assert figure.layout.title.subtitle.text.startswith("3 trainees, 126 procedures.")


def test_every_chart_keeps_its_place(figure: go.Figure) -> None:
    used = {trace.yaxis for trace in figure.data}
    assert {note.yref.split()[0] for note in figure.layout.annotations if note.yref != "paper"} <= used


def test_the_legend_names_each_once(figure: go.Figure) -> None:
    shown = [trace.name for trace in figure.data if trace.showlegend]
    assert sorted(shown) == sorted(
        ["Ærø", "all other departments", "acceptable failure rate", "unacceptable failure rate"]
    )


def test_a_single_department_has_no_others(cohort: Cohort, traces: Traces) -> None:
    alone = replace(
        cohort,
        crossings=cohort.crossings.assign(department="Ærø"),
        paths=cohort.paths.assign(department="Ærø"),
        departments=cohort.departments[cohort.departments["department"] == "Ærø"],
    )
    figure = plot_department(alone, "Ærø")
    assert len(traces(figure, "observed")) == 1
    assert "others" not in alt_text(figure)


def test_confidence_and_columns_change_the_figure(cohort: Cohort, figure: go.Figure, traces: Traces) -> None:
    other = plot_department(cohort, "Ærø", confidence=0.5, columns=2)
    assert (traces(other, "observed")[0].error_x.array < traces(figure, "observed")[0].error_x.array).all()
    assert other.layout.height > figure.layout.height
    assert "(50%)" in other.layout.xaxis7.title.text
    assert "50% confidence interval" in alt_text(other)


def test_danish_words_and_numbers(cohort: Cohort, traces: Traces) -> None:
    figure = plot_department(cohort, "Ærø", language="da")
    assert traces(figure, "observed")[0].meta["counts"][1] == "12 af 72"
    assert "intubation: 12 af 72 lykkedes ikke, 16,7" in alt_text(figure).lower()
    assert "Ikke justeret" in figure.layout.title.subtitle.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"department": "Atlantis"}, "department is 'Atlantis'; expected one of Aarhus, Ærø"),
        ({"department": "Ærø", "columns": 0}, "columns is 0"),
        ({"department": "Ærø", "confidence": 1.0}, "confidence is 1.0"),
    ],
    ids=["department", "columns", "confidence"],
)
def test_wrong_use_is_said(cohort: Cohort, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidParameter, match=message):
        plot_department(cohort, **options)


def test_exact_interval_of_known_counts() -> None:
    # No failure in n: the upper end is 1 - (alpha/2)^(1/n).
    assert exact_interval(0, 30) == (0.0, pytest.approx(1 - 0.025 ** (1 / 30)))
    assert exact_interval(30, 30) == (pytest.approx(0.025 ** (1 / 30)), 1.0)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 200), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_exact_interval_encloses_the_rate_and_mirrors(cases: int, data: st.DataObject, confidence: float) -> None:
    failures = data.draw(st.integers(0, cases))
    low, high = exact_interval(failures, cases, confidence)
    assert 0 <= low <= failures / cases <= high <= 1
    mirrored = exact_interval(cases - failures, cases, confidence)
    assert np.allclose(mirrored, (1 - high, 1 - low))


@pytest.mark.parametrize(("failures", "cases"), [(3, 2), (-1, 2), (0, 0)], ids=["too many", "negative", "none"])
def test_impossible_counts_are_refused(failures: int, cases: int) -> None:
    with pytest.raises(InvalidParameter, match=f"there are {failures} failures in {cases} cases"):
        exact_interval(failures, cases)
