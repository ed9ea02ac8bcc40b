"""What the charts take and what they refuse; every refusal names the argument, the value and the position."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from cusum import BernoulliCusum, Criterion, LearningCurveCusum, LearningThenMonitoring, StandardCusum
from cusum.errors import CusumError

C = Criterion(acceptable=0.1, unacceptable=0.2)
LEARN = LearningCurveCusum(criterion=C, limit=1.25)
WATCH = BernoulliCusum(criterion=C, limit=2.0)
CHARTS = {
    "standard": StandardCusum(criterion=C),
    "standard_stop": StandardCusum(criterion=C, after_signal="stop", competence="two lines"),
    "standard_parallel": StandardCusum(criterion=C, after_signal="parallel"),
    "bernoulli": WATCH,
    "bernoulli_continue": BernoulliCusum(criterion=C, limit=2.0, start=1.0, after_signal="continue"),
    "learning": LEARN,
    "learning_then_monitoring": LearningThenMonitoring(learning=LEARN, monitoring=WATCH),
}
every_chart = pytest.mark.parametrize("chart", list(CHARTS.values()), ids=list(CHARTS))
ARRAYS = ("statistic", "scores", "lower", "upper", "phase", "state", "failure")


# ---- sizes ------------------------------------------------------------------------------------------------------


@every_chart
def test_no_cases(chart):
    path = chart.run([])
    for name in ARRAYS:
        assert len(getattr(path, name)) == 0, name
    assert tuple(path.signals) == ()
    assert path.first() is None
    assert path.competence is None
    assert len(path.frame()) == 0


@every_chart
@pytest.mark.parametrize("outcome", [0, 1])
def test_one_case(chart, outcome):
    path = chart.run([outcome])
    for name in ARRAYS:
        assert np.shape(getattr(path, name)) == (1,), name
    assert np.isfinite(path.statistic[0])
    assert path.first() is None


@every_chart
def test_all_successes_never_deteriorate(chart):
    path = chart.run(np.zeros(400, dtype=int))
    assert path.first("deterioration") is None
    assert path.first("unacceptable") is None
    assert path.statistic.shape == (400,)


@every_chart
def test_all_failures_are_never_competent(chart):
    path = chart.run(np.ones(400, dtype=int))
    assert path.first("competent") is None
    assert path.first("acceptable") is None
    assert path.competence is None


@every_chart
def test_one_million_cases_at_once(chart):
    failure = np.random.default_rng(5).random(1_000_000) < 0.12
    path = chart.run(failure)
    assert path.statistic.shape == (1_000_000,)
    assert all(1 <= signal.case <= 1_000_000 for signal in path.signals)


# ---- kinds of input -----------------------------------------------------------------------------------------------


@every_chart
def test_every_way_to_write_the_same_outcomes(chart):
    plain = [0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1]
    expected = chart.run(plain).statistic
    array = np.array(plain)
    same = (
        tuple(plain),
        [bool(y) for y in plain],
        [float(y) for y in plain],
        array,
        array.astype(bool),
        array.astype(np.uint8),
        array.astype(float),
        pd.Series(plain, index=range(50, 62)),
        pd.Series(plain, dtype="boolean"),
        pd.Series(plain, dtype="Int64"),
    )
    for outcomes in same:
        np.testing.assert_array_equal(chart.run(outcomes).statistic, expected)


@every_chart
def test_the_outcomes_are_kept_and_not_changed(chart):
    failure = np.array([0, 1, 1, 0, 0])
    before = failure.copy()
    path = chart.run(failure)
    np.testing.assert_array_equal(failure, before)
    np.testing.assert_array_equal(path.failure, before)
    failure[0] = 1
    assert path.failure[0] == 0, "the path must not change when the caller's array does"


@every_chart
def test_the_frame_has_one_row_a_case(chart):
    path = chart.run([0, 1, 0, 0, 1, 1, 0])
    frame = path.frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame["case"]) == [1, 2, 3, 4, 5, 6, 7]
    np.testing.assert_array_equal(frame["statistic"].to_numpy(), path.statistic)


@every_chart
def test_a_path_says_what_it_is_in_one_line(chart):
    text = repr(chart.run([0, 1, 0]))
    assert "\n" not in text
    assert "3" in text


# ---- outcomes that are refused ------------------------------------------------------------------------------------


@every_chart
@pytest.mark.parametrize(
    ("outcomes", "pattern"),
    [
        ([0, 1, 1, 7, 0, 9], r"(?s)failure.*(?=.*\b7\b)(?=.*\b4\b)"),
        ([0, 0.5, 1], r"(?s)failure.*(?=.*0\.5)(?=.*\b2\b)"),
        ([0, 1, -1], r"(?s)failure.*(?=.*-1\b)(?=.*\b3\b)"),
        (np.array([0.0, 1.0, 0.0, 0.0, np.nan]), r"(?s)failure.*(?=.*\b5\b)"),
        ([0, 1, None, 0], r"(?s)failure.*(?=.*\b3\b)"),
        ([0, 1, float("nan"), 0], r"(?s)failure.*(?=.*\b3\b)"),
        (pd.Series([True, None, False], dtype="boolean"), r"(?s)failure.*(?=.*\b2\b)"),
        (pd.Series([0, 1, 0, None], dtype="Int64"), r"(?s)failure.*(?=.*\b4\b)"),
        ([0, float("inf")], r"(?s)failure.*(?=.*inf)(?=.*\b2\b)"),
        (["0", "1", "yes"], r"(?s)failure"),
        ([[0, 1], [1, 0]], r"(?s)failure.*(dimension|2-D|shape|sequence)"),
        (1, r"(?s)failure.*(dimension|0-D|shape|sequence)"),
        ("0101", r"(?s)failure"),
    ],
    ids=["seven", "half", "minus_one", "nan", "none", "nan_in_list", "NA_boolean", "NA_Int64", "inf", "words", "2-D",
         "number", "text"],
)  # fmt: skip
def test_outcomes_that_are_refused(chart, outcomes, pattern):
    with pytest.raises(CusumError, match=pattern) as caught:
        chart.run(outcomes)
    assert isinstance(caught.value, ValueError)
    assert "\n" not in str(caught.value)


# ---- parameters that are refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acceptable", "unacceptable", "pattern"),
    [
        (0.2, 0.1, r"(?s)acceptable(?=.*0\.2)(?=.*0\.1)"),
        (0.15, 0.15, r"(?s)acceptable(?=.*0\.15)"),
        (0.0, 0.2, r"(?s)acceptable(?=.*\b0)"),
        (-0.1, 0.2, r"(?s)acceptable(?=.*-0\.1)"),
        (0.1, 1.0, r"(?s)unacceptable(?=.*\b1)"),
        (0.1, 1.5, r"(?s)unacceptable(?=.*1\.5)"),
        (10, 20, r"(?s)acceptable(?=.*10)"),
        (float("nan"), 0.2, r"(?s)acceptable(?=.*nan)"),
        (0.1, float("nan"), r"(?s)unacceptable(?=.*nan)"),
        (None, 0.2, r"(?s)acceptable(?=.*None)"),
        ("0.1", 0.2, r"(?s)acceptable(?=.*0\.1)"),
        (0.1, "20%", r"(?s)unacceptable(?=.*20%)"),
    ],
)
def test_criteria_that_are_refused(acceptable, unacceptable, pattern):
    with pytest.raises(CusumError, match=pattern) as caught:
        Criterion(acceptable=acceptable, unacceptable=unacceptable)
    assert isinstance(caught.value, ValueError)


BAD_NUMBERS = [0, 0.0, -1.5, float("nan"), None, "3"]


@pytest.mark.parametrize("limit", BAD_NUMBERS, ids=repr)
@pytest.mark.parametrize("chart", [BernoulliCusum, LearningCurveCusum], ids=["bernoulli", "learning"])
def test_limits_that_are_refused(chart, limit):
    with pytest.raises(CusumError, match=rf"(?s)limit(?=.*{limit})") as caught:
        chart(criterion=C, limit=limit)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("start", [-0.5, float("nan"), None, 3.0, 4.5], ids=repr)
def test_starts_that_are_refused(start):
    """A start below the barrier, or at or above the limit, makes no sense."""
    with pytest.raises(CusumError, match=rf"(?s)start(?=.*{start})"):
        BernoulliCusum(criterion=C, limit=3.0, start=start)


@pytest.mark.parametrize("name", ["alpha", "beta"])
@pytest.mark.parametrize("value", [0, 1, -0.1, 1.2, float("nan"), None, "10%"], ids=repr)
def test_error_rates_that_are_refused(name, value):
    with pytest.raises(CusumError, match=rf"(?s){name}(?=.*{value})"):
        StandardCusum(criterion=C, **{name: value})


def test_error_rates_that_leave_no_room_between_the_lines():
    """alpha + beta >= 1 puts the upper line at or below zero."""
    with pytest.raises(CusumError, match=r"alpha \+ beta.*1\.1"):
        StandardCusum(criterion=C, alpha=0.6, beta=0.5)


@pytest.mark.parametrize("word", ["sometimes", "", None, 1, "Stop"], ids=repr)
def test_after_signal_that_is_refused(word):
    with pytest.raises(CusumError, match=rf"(?s)after_signal(?=.*{word})"):
        BernoulliCusum(criterion=C, limit=3.0, after_signal=word)
    with pytest.raises(CusumError, match=rf"(?s)after_signal(?=.*{word})"):
        StandardCusum(criterion=C, after_signal=word)


def test_words_of_another_chart_are_refused():
    with pytest.raises(CusumError, match=r"(?s)after_signal(?=.*parallel)"):
        BernoulliCusum(criterion=C, limit=3.0, after_signal="parallel")
    with pytest.raises(CusumError, match=r"(?s)after_signal(?=.*continue)"):
        StandardCusum(criterion=C, after_signal="continue")
    with pytest.raises(CusumError, match=r"(?s)after_deterioration(?=.*restart)"):
        LearningThenMonitoring(learning=LEARN, monitoring=WATCH, after_deterioration="restart")
    with pytest.raises(CusumError, match=r"(?s)competence(?=.*three lines)"):
        StandardCusum(criterion=C, competence="three lines")


def test_parts_of_the_wrong_kind_are_refused():
    with pytest.raises(CusumError, match=r"(?s)criterion"):
        BernoulliCusum(criterion=(0.1, 0.2), limit=3.0)
    with pytest.raises(CusumError, match=r"(?s)learning"):
        LearningThenMonitoring(learning=WATCH, monitoring=WATCH)
    with pytest.raises(CusumError, match=r"(?s)monitoring"):
        LearningThenMonitoring(learning=LEARN, monitoring=LEARN)


# ---- frozen, keyword-only -----------------------------------------------------------------------------------------


@every_chart
def test_charts_and_paths_are_frozen(chart):
    name = dataclasses.fields(chart)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError, match=name):
        setattr(chart, name, None)
    path = chart.run([0, 1])
    with pytest.raises(dataclasses.FrozenInstanceError, match="statistic"):
        path.statistic = None
    hash(chart)


def test_criterion_is_frozen_and_knows_its_odds_ratio():
    with pytest.raises(dataclasses.FrozenInstanceError, match="acceptable"):
        C.acceptable = 0.3
    assert C.odds_ratio == pytest.approx((0.2 / 0.8) / (0.1 / 0.9), rel=1e-14)
    assert Criterion(acceptable=0.1, unacceptable=0.2) == C


@pytest.mark.parametrize(
    ("make", "arguments"),
    [
        (Criterion, (0.1, 0.2)),
        (StandardCusum, (C,)),
        (BernoulliCusum, (C, 3.0)),
        (LearningCurveCusum, (C, 1.25)),
        (LearningThenMonitoring, (LEARN, WATCH)),
    ],
    ids=["criterion", "standard", "bernoulli", "learning", "learning_then_monitoring"],
)
def test_parameters_are_keyword_only(make, arguments):
    with pytest.raises(TypeError, match="positional argument"):
        make(*arguments)


def test_equal_parameters_make_equal_charts():
    assert LearningCurveCusum(criterion=C, limit=1.25) == LEARN
    assert LearningCurveCusum(criterion=C, limit=1.26) != LEARN
    assert len({LEARN, LearningCurveCusum(criterion=C, limit=1.25)}) == 1
