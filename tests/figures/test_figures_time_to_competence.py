"""Time to competence as drawn: by cases and by days, means in words, who left, the biased average labelled."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cusum import time_to_competence
from cusum.figures import alt_text, plot
from cusum.figures.waiting import waiting_sentences
from cusum.language import get_language

TABLE = pd.DataFrame(
    {
        "department": ["Aarhus"] * 5 + ["Ærø"] * 5,
        "cases": [20, 30, 40, 44, 50, 25, 35, 45, 28, 60],
        "crossed": [True, False, True, True, False, True, True, False, False, True],
        "case": [15, None, 31, 40, None, 12, 20, None, None, 44],
        "started_on": pd.Timestamp("2024-09-01"),
        "crossed_on": pd.to_datetime(
            ["2024-11-01", None, "2025-01-15", "2025-03-01", None, "2024-10-20", "2024-12-24", None, None, "2025-04-01"]
        ),
        "left": [False, True, False, False, False, False, False, False, True, False],
    }
)
WITHOUT = TABLE.drop(columns="left")


def of(figure, role):
    """Traces of a role."""
    return [trace for trace in figure.data if trace.meta["role"] == role]


def test_days_are_drawn_on_an_axis_of_months():
    result = time_to_competence(WITHOUT, clock="days", until=date(2025, 8, 31))
    figure = plot(result)
    line = of(figure, "share")[0]
    np.testing.assert_allclose(line.x, result.curve["day"])
    np.testing.assert_allclose(line.y, result.curve["share"], atol=1e-5)
    assert figure.layout.xaxis.title.text == "Months since the start"
    assert list(figure.layout.xaxis.ticktext) == ["0", "3", "6", "9", "12"]
    np.testing.assert_allclose(figure.layout.xaxis.tickvals, np.arange(0, 13, 3) * 365.25 / 12, atol=0.05)
    assert "day %{x}" in line.hovertemplate
    assert "median: day" in alt_text(figure).lower()


def test_the_restricted_mean_is_in_words():
    result = time_to_competence(WITHOUT)
    row = result.restricted_mean.iloc[0]
    said = next(note.text for note in plot(result).layout.annotations if note.name == "summary").replace("<br>", " ")
    assert (
        f"Restricted mean: {row['mean']:.1f} procedures to a signal, longer waits counted as {row['horizon']:.0f}"
        in said
    )
    assert f"({95}% confidence interval {row['low']:.1f} to " in said


def test_the_average_of_those_who_crossed_is_labelled_biased_beside_the_median():
    result = time_to_competence(WITHOUT)
    lines = waiting_sentences(result, get_language("en"))
    mean = np.mean([15, 31, 40, 12, 20, 44])
    assert lines[0].startswith("Median: no. ")
    assert lines[-1] == (
        f"Average of those who crossed alone: {mean:.1f} "
        "(biased: too short, because those who have not crossed are left out)."
    )


def test_groups_have_their_test():
    result = time_to_competence(WITHOUT, by="department")
    text = alt_text(plot(result))
    statistic, freedom, p = result.log_rank
    assert f"Log-rank test between the groups: {statistic:.2f} with {freedom} degrees of freedom, P {p:.3f}." in text
    assert "Aarhus: restricted mean: " in text


def test_who_left_is_a_curve_of_its_own():
    result = time_to_competence(TABLE)
    figure = plot(result)
    for role, ending in (("share", "crossed"), ("left", "left")):
        own = result.incidence[result.incidence["ending"] == ending]
        line = of(figure, role)[0]
        np.testing.assert_allclose(line.x[: len(own)], own["time"])
        np.testing.assert_allclose(line.y[: len(own)], own["share"], atol=1e-5)
        assert line.x[-1] == 50
    assert of(figure, "left")[0].line.dash != of(figure, "share")[0].line.dash
    assert "left without a signal" in of(figure, "left")[0].name
    assert "would have gone on like the rest" in alt_text(figure)
    assert figure.layout.yaxis.title.text == "Share of the trainees"


def test_each_group_has_those_who_left():
    figure = plot(time_to_competence(TABLE, by="department"))
    assert [trace.name for trace in of(figure, "left")] == [
        "Aarhus: left without a signal",
        "Ærø: left without a signal",
    ]
    assert [trace.line.color for trace in of(figure, "left")] == [trace.line.color for trace in of(figure, "share")]


def test_beyond_four_groups_the_words_are_in_the_alternative_only():
    many = pd.concat([WITHOUT.assign(department=f"D{k}") for k in range(5)])
    figure = plot(time_to_competence(many, by="department"))
    assert not figure.layout.annotations
    assert "D4: restricted mean: " in alt_text(figure)
    assert not plot(time_to_competence(WITHOUT), summary=False).layout.annotations


def test_nobody_with_a_signal_has_no_average():
    none = WITHOUT.assign(crossed=False, case=np.nan)
    said = waiting_sentences(time_to_competence(none), get_language("en"))
    assert said[0].startswith("Median not reached")
    assert not any("crossed alone" in line for line in said)


@pytest.mark.parametrize(("clock", "title"), [("cases", "antal procedurer"), ("days", "tid siden start")])
def test_danish(words_of, clock, title):
    figure = plot(time_to_competence(TABLE, clock=clock, until=date(2025, 8, 31)), language="da")
    assert title in figure.layout.title.text
    words = words_of(figure).lower()
    assert "skævt: for kort" in words
    assert "begrænset gennemsnit" in words
    assert not any(f" {word} " in words for word in ("the", "of", "and", "biased", "left", "days"))
    assert "{" not in alt_text(figure)
