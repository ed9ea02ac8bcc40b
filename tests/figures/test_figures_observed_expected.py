"""Observed over expected failures as drawn: two dots a procedure, their intervals and counts, no failure."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from cusum import compare_departments
from cusum.errors import InvalidData, InvalidParameter
from cusum.figures import alt_text, plot_observed_expected
from cusum.figures.theme import BOUNDARY, CURVE


def one(figure, role, adjusted=None):
    """The trace of a role."""
    found = [trace for trace in figure.data if trace.meta["role"] == role]
    return next(trace for trace in found if adjusted is None or trace.meta["adjusted"] is adjusted)


@pytest.fixture(scope="module")
def figure(adjusted_cohort):
    return plot_observed_expected(adjusted_cohort, "Ærø")


def test_adjusted_dots_are_those_of_the_cohort(adjusted_cohort, figure):
    table = adjusted_cohort.adjusted.departments
    own = table[table["department"] == "Ærø"].set_index("procedure").loc[["spinal", "cvc"]]
    dots, lines = one(figure, "adjusted"), one(figure, "interval", adjusted=True)
    np.testing.assert_allclose(dots.x, own["ratio"], atol=1e-4)
    ends = [x for x in lines.x if x is not None]
    np.testing.assert_allclose(ends[1::2], own["ratio_high"], atol=1e-4)
    left = 10 ** figure.layout.xaxis.range[0]
    np.testing.assert_allclose(ends[::2], own["ratio_low"].clip(lower=left), atol=1e-3)
    assert dots.marker.color == CURVE


def test_unadjusted_dots_compare_with_the_plain_average(adjusted_cohort, figure):
    dots = one(figure, "unadjusted")
    for x, key in zip(dots.x, ("spinal", "cvc"), strict=True):
        table = adjusted_cohort.paths[adjusted_cohort.paths["procedure"] == key]
        made = compare_departments(table.assign(failure=table["failure"].astype(bool))).table.set_index("department")
        assert x == pytest.approx(made.loc["Ærø", "ratio"], abs=1e-4)
        assert f"({made.loc['Ærø', 'ratio_low']:.2f} to {made.loc['Ærø', 'ratio_high']:.2f})" in " ".join(
            dots.customdata
        )
    assert dots.marker.color == BOUNDARY
    assert one(figure, "interval", adjusted=False).line.dash == "dot"


def test_the_scale_is_logarithmic_with_a_line_at_one(figure):
    assert figure.layout.xaxis.type == "log"
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(1, 1)]
    assert "1" in figure.layout.xaxis.ticktext
    assert next(note.text for note in figure.layout.annotations if note.name == "counts").startswith("5 / ")


def test_no_failure_is_a_triangle_at_the_edge():
    table = pd.DataFrame({"department": ["A"] * 40 + ["B"] * 60, "failure": [False] * 40 + [True] * 20 + [False] * 40})
    figure = plot_observed_expected({"Spinal": compare_departments(table, smallest=1)}, "A")
    dots = one(figure, "unadjusted")
    assert (dots.marker.symbol[0], dots.x[0]) == (
        "triangle-left",
        pytest.approx(10 ** figure.layout.xaxis.range[0], abs=1e-3),
    )
    assert "0 observed, 8.0 expected in 40 procedures" in alt_text(figure)


def test_small_numbers_of_a_comparison_are_said_and_not_drawn():
    table = pd.DataFrame({"department": ["A"] * 20 + ["B"] * 80, "failure": ([True] * 2 + [False] * 18) * 5})
    figure = plot_observed_expected({"Spinal": compare_departments(table)}, "A")
    assert not figure.data
    assert "Spinal: not shown, small numbers (below 5)." in alt_text(figure)


def test_two_comparisons_may_share_a_heading():
    table = pd.DataFrame({"department": ["A"] * 60 + ["B"] * 60, "failure": [True, False, False] * 40})
    table["risk"] = np.where(np.arange(120) < 60, 0.25, 0.4)
    both = [compare_departments(table, expected="risk"), compare_departments(table)]
    figure = plot_observed_expected({"Spinal": both}, "A", title="Spinal")
    assert (one(figure, "adjusted").x[0], one(figure, "unadjusted").x[0]) == (pytest.approx(20 / 15, abs=1e-4), 1.0)
    assert list(figure.layout.yaxis.ticktext) == ["Spinal"]


def test_without_a_risk_model_there_are_unadjusted_rows_only(cohort):
    figure = plot_observed_expected(cohort, "Ærø")
    assert {trace.meta["role"] for trace in figure.data} == {"interval", "unadjusted"}


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        ("en", "Ærø: observed over expected failures", "Spinal, adjusted for the difficulty of the cases: "),
        ("da", "Ærø: observeret i forhold til forventet antal fejl", "Spinal, ikke justeret: "),
    ],
)
def test_words(adjusted_cohort, words_of, language, title, said):
    figure = plot_observed_expected(adjusted_cohort, "Ærø", language=language)
    assert figure.layout.title.text == title
    assert said in alt_text(figure)
    assert "{" not in alt_text(figure)
    if language == "da":
        assert not re.search(
            r"\b(the|of|and|over|failures?|expected|not)\b", words_of(figure).lower().replace("over 1", "")
        )


def test_what_is_not_there_is_refused(adjusted_cohort):
    with pytest.raises(InvalidParameter, match="department is 'X'"):
        plot_observed_expected(adjusted_cohort, "X")
    with pytest.raises(InvalidData, match="A has no case to be compared"):
        plot_observed_expected({}, "A")
