"""Registrations by month as drawn: counts, the forecast and its interval, targets in words, both languages."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from cusum import analyse, read_registrations
from cusum.cohort.forecast import forecast_experience
from cusum.errors import InvalidParameter
from cusum.figures import alt_text, plot_experience_forecast


@pytest.fixture(scope="module")
def analysed():
    rng = np.random.default_rng(6)
    rows = []
    for trainee in ("T1", "T2", "T3"):
        for procedure, n in (("spinal", 30), ("intubation", 50)):
            days = np.sort(rng.integers(0, 165, n if trainee != "T3" else 0))
            rows += [(trainee, procedure, pd.Timestamp("2025-01-01") + pd.Timedelta(days=int(d))) for d in days]
    rows += [("T3", "cvc", pd.Timestamp("2025-06-10"))]
    table = pd.DataFrame(rows, columns=["trainee", "procedure", "performed_on"]).assign(failure=False)
    table["post_start"] = pd.Timestamp("2025-01-01")
    return analyse(read_registrations(table), as_of="2025-06-15")


@pytest.fixture(scope="module")
def forecast(analysed):
    return forecast_experience(analysed)


def of(figure, role, item="spinal"):
    """The trace of an item."""
    found = [trace for trace in figure.data if trace.meta["role"] == role and trace.meta["item"] == item]
    return found[0] if found else None


def heading(figure, item="spinal"):
    """The words above an item."""
    return next(note.text for note in figure.layout.annotations if note.name == f"heading {item}")


def test_counts_are_those_of_the_registrations(analysed, forecast):
    drawn = of(plot_experience_forecast(analysed, "T1", forecast=forecast), "count")
    table = analysed.registrations.table.query("trainee == 'T1' and procedure == 'spinal'")
    for month, count in zip(drawn.x[:6], drawn.y[:6], strict=True):
        end = pd.Timestamp("2025-01-01") + pd.DateOffset(months=int(month))
        assert count == (table["performed_on"] < end).sum()
    row = forecast.query("trainee == 'T1' and item == 'spinal'").iloc[0]
    assert (drawn.x[-1], drawn.y[-1]) == (pytest.approx(row["months"], abs=0.01), 30)


def test_the_forecast_ends_where_it_says(analysed, forecast):
    figure = plot_experience_forecast(analysed, "T1", forecast=forecast)
    drawn, row = of(figure, "forecast"), forecast.query("trainee == 'T1' and item == 'spinal'").iloc[0]
    assert (drawn.x[-1], drawn.y[-1]) == (12, pytest.approx(row["expected"], abs=0.05))
    assert drawn.y[-1] + drawn.error_y.array[-1] == pytest.approx(row["high"], abs=0.02)
    assert drawn.y[-1] - drawn.error_y.arrayminus[-1] == pytest.approx(row["low"], abs=0.02)
    assert (drawn.error_y.array[0], drawn.line.dash) == (0, "dash")
    assert f"forecast {row['expected']:.0f} ({row['low']} to {row['high']})" in heading(figure)


def test_without_a_target_there_is_no_line(analysed, forecast):
    figure = plot_experience_forecast(analysed, "T1", forecast=forecast)
    assert not [trace for trace in figure.data if trace.meta["role"] == "target"]
    assert "target" not in alt_text(figure)


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("reached", "the target of 40 is reached"),
        ("likely", "lies below the interval"),
        ("possible", "lies within the interval"),
        ("unlikely", "lies above the interval"),
        ("too_early", "too early for a forecast"),
        ("not_reached", "the post is over"),
    ],
)
def test_targets_are_lines_and_words(analysed, forecast, verdict, said):
    figure = plot_experience_forecast(analysed, "T1", forecast=forecast.assign(target=40, verdict=verdict))
    assert list(of(figure, "target").y) == [40, 40]
    assert said in heading(figure)


def test_when_the_post_is_over_there_is_no_forecast(analysed, forecast):
    over = forecast.assign(months=12.0, expected=np.nan, low=pd.NA, high=pd.NA, verdict="not_reached")
    figure = plot_experience_forecast(analysed, "T1", forecast=over)
    assert of(figure, "forecast") is None
    assert heading(figure).endswith("30 so far")


def test_items_without_registrations_or_target_are_left_out(analysed, forecast):
    figure = plot_experience_forecast(analysed, "T3", forecast=forecast)
    assert {trace.meta["item"] for trace in figure.data} == {"cvc"}


def test_the_forecast_is_made_where_none_is_given(analysed, forecast):
    made = plot_experience_forecast(analysed, "T2")
    assert made.to_json() == plot_experience_forecast(analysed, "T2", forecast=forecast).to_json()


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        ("en", "T1: registrations by month of the post", "Spinal anaesthesia: 30 so far; forecast"),
        ("da", "T1: registreringer efter måned i ansættelsen", "Spinalanæstesi: 30 indtil nu; fremskrevet"),
    ],
)
def test_words(analysed, forecast, words_of, language, title, said):
    figure = plot_experience_forecast(analysed, "T1", forecast=forecast, language=language)
    assert figure.layout.title.text == title
    assert said in alt_text(figure)
    assert "{" not in alt_text(figure)
    if language == "da":
        assert not re.search(r"\b(the|of|far|month|forecast|pace|target)\b", words_of(figure).lower())


def test_what_is_not_there_is_refused(analysed):
    with pytest.raises(InvalidParameter, match="trainee is 'X'"):
        plot_experience_forecast(analysed, "X")
    with pytest.raises(InvalidParameter, match="columns is 0"):
        plot_experience_forecast(analysed, "T1", columns=0)
