"""A department's adjusted charts as drawn: VLAD and limits, CUSUM, signals through both, dates, languages."""

from __future__ import annotations

import itertools
import json
import re

import numpy as np
import pandas as pd
import pytest

from cusum.errors import InvalidData, InvalidParameter
from cusum.figures import alt_text, plot_department_adjusted
from cusum.figures.theme import SIGNAL
from cusum.figures.ticks import month_ticks
from cusum.language import get_language
from cusum.models.failure_counts import count_distribution


def path_of(cohort, department):
    """The path of a department's spinals."""
    paths = cohort.adjusted.paths
    return paths[(paths["department"] == department) & (paths["procedure"] == "spinal")].reset_index(drop=True)


def one(figure, role):
    """The trace of a role."""
    return next(trace for trace in figure.data if trace.meta["role"] == role)


@pytest.fixture(scope="module")
def figure(adjusted_cohort):
    return plot_department_adjusted(adjusted_cohort, "Aarhus", "spinal")


def test_the_vlad_is_the_sum_of_expected_less_observed(adjusted_cohort, figure):
    own, drawn = path_of(adjusted_cohort, "Aarhus"), one(figure, "vlad")
    total, values = 0.0, [0.0]
    for risk, failure in zip(own["risk"], own["failure"], strict=True):
        total += risk - float(failure)
        values.append(total)
    np.testing.assert_allclose(drawn.y, values, atol=6e-4)
    assert list(drawn.x) == list(range(len(own) + 1))
    assert drawn.customdata[1][0] == "20 Jan 2025"
    assert drawn.customdata[41][0] == "10 Apr 2025 · failure"
    assert drawn.customdata[41][1] == pytest.approx(100 * own["risk"][40], abs=0.05)


def test_its_limits_are_exact_at_each_case(adjusted_cohort, figure):
    risk = path_of(adjusted_cohort, "Aarhus")["risk"].to_numpy()
    drawn = one(figure, "prediction limits")
    half = drawn.x.index(None)
    for case, low, high in zip(drawn.x[:half], drawn.y[:half], drawn.y[half + 1 :], strict=True):
        cumulative, expected = np.cumsum(count_distribution(risk[:case])), risk[:case].sum()
        most = np.flatnonzero(cumulative >= 0.975 - 1e-9)[0]
        fewest = np.flatnonzero(cumulative > 0.025 + 1e-9)[0]
        assert (low, high) == (pytest.approx(expected - most, abs=6e-3), pytest.approx(expected - fewest, abs=6e-3))
    assert drawn.line.dash == "dot"
    assert "describe and are not a test" in next(n.text for n in figure.layout.annotations if n.name == "heading y")


def test_the_cusum_is_the_path_and_starts_anew_after_a_signal(adjusted_cohort, figure):
    own, drawn = path_of(adjusted_cohort, "Aarhus"), one(figure, "statistic")
    signals = own.loc[own["signal"], "case"].tolist()
    assert signals
    at = [k for k, x in enumerate(drawn.x) if x is None]
    assert [drawn.x[k - 1] for k in at] == [drawn.x[k + 1] for k in at] == signals
    assert [drawn.y[k + 1] for k in at] == [0.0] * len(signals)
    skipped = {k for a in at for k in (a, a + 1)}
    values = [y for k, y in enumerate(drawn.y) if k not in skipped]
    np.testing.assert_allclose(values[1:], own["statistic"], atol=6e-4)
    limit = one(figure, "limit")
    np.testing.assert_allclose(limit.y, own["limit"].iloc[0], atol=1e-4)
    assert list(one(figure, "failure").x) == own.loc[own["failure"], "case"].tolist()


def test_each_signal_is_a_line_through_both_charts(adjusted_cohort, figure):
    own = path_of(adjusted_cohort, "Aarhus")
    lines = [shape for shape in figure.layout.shapes if shape.name == "signal"]
    assert [line.x0 for line in lines] == own.loc[own["signal"], "case"].tolist()
    assert {(line.yref, line.y0, line.y1, line.line.color) for line in lines} == {("paper", 0, 1, SIGNAL)}
    assert figure.layout.xaxis2.matches == "x"
    assert (one(figure, "vlad").xaxis, one(figure, "statistic").xaxis) == ("x2", "x")


def test_the_limit_says_its_promise(adjusted_cohort, figure):
    design = adjusted_cohort.adjusted.designs.set_index("procedure").loc["spinal"]
    note = next(note.text for note in figure.layout.annotations if note.name == "heading y2")
    assert f"within {int(design['department_cases'])} procedures with a probability of at most 5%" in note
    assert f"Limit {design['department_limit']:.2f}:" in note


def test_months_begin_where_their_first_case_is(figure):
    assert figure.layout.xaxis2.ticktext[0] == "Jan 2025"
    days = pd.date_range("2025-01-20", periods=92, freq="2D")
    for case, text in zip(figure.layout.xaxis2.tickvals, figure.layout.xaxis2.ticktext, strict=True):
        assert days[case - 1].strftime("%b %Y") == text.replace("Sept", "Sep").replace("June", "Jun")
        assert case == 1 or days[case - 2].month != days[case - 1].month


def test_crowded_months_are_thinned():
    days = list(pd.date_range("2023-01-01", periods=900).date)
    cases, texts = month_ticks(days, get_language("da"), most=6)
    assert len(cases) == len(texts) <= 7
    assert all(b - a >= 900 / 6.5 for a, b in itertools.pairwise(cases))


@pytest.mark.parametrize(
    ("language", "start", "said"),
    [
        ("en", "Aarhus: spinal anaesthesia, adjusted", "The risk-adjusted CUSUM signals deterioration at no. "),
        ("da", "Aarhus: spinalanæstesi, justeret", "Den risikojusterede cusum giver signal om forværring ved nr. "),
    ],
)
def test_words(adjusted_cohort, words_of, language, start, said):
    figure = plot_department_adjusted(adjusted_cohort, "Aarhus", "spinal", language=language)
    alt = alt_text(figure)
    assert alt.startswith(start)
    assert said in alt
    assert alt.endswith(".")
    assert "{" not in alt
    if language == "da":
        assert not re.search(r"\b(the|of|and|limit|failures?|expected|with)\b", words_of(figure).lower())


def test_without_a_signal_it_says_so(adjusted_cohort):
    figure = plot_department_adjusted(adjusted_cohort, "Ærø", "spinal", language="en")
    assert "The risk-adjusted CUSUM gives no signal." in alt_text(figure)
    assert not figure.layout.shapes


def test_it_is_light(figure):
    content = figure.to_plotly_json()
    content["layout"].pop("template")
    assert len(json.dumps(content, default=list)) < 16_000


def test_what_is_not_there_is_refused(adjusted_cohort, cohort):
    with pytest.raises(InvalidData, match="the cohort has no expected risks; expected one analysed with a risk model"):
        plot_department_adjusted(cohort, "Aarhus", "spinal")
    with pytest.raises(InvalidParameter, match="department is 'X'; expected one of Aarhus, Ærø"):
        plot_department_adjusted(adjusted_cohort, "X", "spinal")
    with pytest.raises(InvalidParameter, match="procedure is 'X'; expected one of spinal"):
        plot_department_adjusted(adjusted_cohort, "Aarhus", "X")
    with pytest.raises(InvalidData, match="Aarhus has no case of central venous catheter with an expected risk"):
        plot_department_adjusted(adjusted_cohort, "Aarhus", "cvc")
