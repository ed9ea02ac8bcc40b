"""The learning curve as drawn: its band, the trainees behind it, the criterion, both languages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cusum import Criterion, fit_learning_curve
from cusum.errors import InvalidParameter
from cusum.figures import alt_text, plot, plot_learning_curve
from cusum.figures.learning_curve import meeting_words
from cusum.figures.theme import CURVE
from cusum.language import get_language
from cusum.models.learning_simulation import draw_known_curves

CRITERION = Criterion(acceptable=0.15, unacceptable=0.3)


@pytest.fixture(scope="module")
def curve():
    return fit_learning_curve(draw_known_curves("mixed", trainees=20, cases=(5, 40), seed=4).table)


def roles(figure):
    """Traces by their role."""
    return {trace.meta["role"]: trace for trace in figure.data}


def test_it_shows_the_fitted_curve(curve):
    drawn = roles(plot(curve))
    table = curve.population()
    np.testing.assert_allclose(drawn["rate"].y, table["rate"], atol=1e-4)
    np.testing.assert_allclose(drawn["band"].y[: len(table)], table["low"], atol=1e-4)
    np.testing.assert_allclose(drawn["band"].y[len(table) :], table["high"][::-1], atol=1e-4)
    assert drawn["rate"].line.color == CURVE
    assert set(drawn) == {"trainees", "band", "rate"}


def test_trainees_end_where_their_procedures_do(curve):
    trace = roles(plot_learning_curve(curve))["trainees"]
    assert sum(value is None for value in trace.y) == 20
    longest = {}
    for name, case in zip(trace.customdata, trace.x, strict=True):
        longest[name] = max(longest.get(name, 0), case or 0)
    done = dict(zip(curve.trainees, curve.meets(0.1)["done"].iloc[2:], strict=True))
    assert longest == done


def test_the_criterion_and_one_trainee_are_drawn(curve):
    drawn = roles(plot_learning_curve(curve, criterion=CRITERION, trainee="T003"))
    assert set(drawn["acceptable"].y) == {0.15}
    assert set(drawn["unacceptable"].y) == {0.3}
    own = curve.trainee("T003").query("done")
    np.testing.assert_allclose(drawn["own rate"].y, own["rate"], atol=1e-4)
    assert drawn["own rate"].line.dash == "dash"
    with pytest.raises(InvalidParameter, match="no trainee 'X'"):
        plot_learning_curve(curve, trainee="X")


@pytest.mark.parametrize(
    ("language", "title", "axis", "separators"),
    [
        ("en", "Failure rate by procedure number", "Failure rate", ".,"),
        ("da", "Fejlrate efter procedurenummer", "Fejlrate", ",."),
    ],
)
def test_words(curve, language, title, axis, separators):
    figure = plot_learning_curve(curve, criterion=CRITERION, language=language)
    assert figure.layout.title.text == title
    assert figure.layout.yaxis.title.text == axis
    assert figure.layout.separators == separators
    alt = alt_text(figure)
    assert alt.startswith(title)
    assert ("15%" if language == "en" else "15\N{NO-BREAK SPACE}%") in alt
    assert "{" not in alt


def test_the_alternative_says_where_the_average_meets_the_rate(curve):
    row = curve.meets(0.15).iloc[0]
    alt = alt_text(plot_learning_curve(curve, criterion=CRITERION))
    interval = f"procedure no. {row['case']} (95% interval {row['low']} to {row['high']})."
    assert f"The average curve meets the acceptable failure rate of 15% at {interval}" in alt
    hardly = Criterion(acceptable=0.001, unacceptable=0.01)
    assert "cannot be decided from these procedures" in alt_text(plot_learning_curve(curve, criterion=hardly))


def test_a_meeting_without_upper_limit_is_told_and_not_called_undecided(curve):
    """The median is known before the interval closes: the page and the figure must then say the same."""
    told = [(rate, curve.meets(rate).iloc[0]) for rate in (0.03, 0.02, 0.015, 0.012, 0.01)]
    rate, row = next((rate, row) for rate, row in told if pd.notna(row["case"]) and pd.isna(row["high"]))
    words = f"at procedure no. {row['case']} (95% interval from {row['low']}, no upper limit)."
    figure = plot_learning_curve(curve, criterion=Criterion(acceptable=rate, unacceptable=0.5))
    assert words in figure.layout.title.subtitle.text
    assert meeting_words(curve, rate, get_language("en")) == figure.layout.title.subtitle.text
    assert ("beyond what has been seen" in alt_text(figure)) == (row["case"] > curve.longest)
    assert meeting_words(curve, 0.9, get_language("en")).endswith("from the beginning.")


def test_the_meeting_point_is_marked_with_its_interval(curve):
    figure = plot_learning_curve(curve, criterion=CRITERION)
    row, mark = curve.meets(0.15).iloc[0], roles(figure)["meeting"]
    assert (mark.x[0], mark.y[0]) == (row["case"], 0.15)
    assert mark.x[0] + mark.error_x.array[0] == row["high"]
    assert mark.x[0] - mark.error_x.arrayminus[0] == row["low"]
    assert figure.layout.title.subtitle.text in alt_text(figure)
    assert "meeting" not in roles(plot_learning_curve(curve, criterion=Criterion(acceptable=0.001, unacceptable=0.01)))


def test_trainees_are_drawn_at_a_few_points_of_their_curves(curve):
    trace = roles(plot_learning_curve(curve))["trainees"]
    points = {}
    for name, case, rate in zip(trace.customdata, trace.x, trace.y, strict=True):
        if case is not None:
            points.setdefault(name, {})[case] = rate
    own = curve.trainee("T003").set_index("case")["rate"]
    assert points["T003"] == {case: round(own[case], 4) for case in points["T003"]}
    assert all(len(cases) <= 14 and 1 in cases for cases in points.values())


def test_the_terms_of_the_summary_have_danish(curve):
    danish = get_language("da")
    terms = [danish.text(term) for term in curve.summary()["term"]]
    assert terms[0].startswith("fejlrate for den typiske")
    assert not any("trainee" in term for term in terms)
