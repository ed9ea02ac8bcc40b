"""Bernoulli CUSUM, LC-CUSUM and the two in sequence, against their loops and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from comparison import assert_same_path
from designs import REPEATABLE, criteria, limits, outcomes
from hypothesis import given
from hypothesis import strategies as st
from loops import bernoulli_cusum, learning_curve_cusum, learning_then_monitoring

from cusum import BernoulliCusum, Criterion, LearningCurveCusum, LearningThenMonitoring

C = Criterion(acceptable=0.1, unacceptable=0.2)
UP = math.log(2.0)  # a failure on the Bernoulli CUSUM at 10%/20%
DOWN = math.log(0.9 / 0.8)  # a success


def criterion(rates):
    return Criterion(acceptable=rates[0], unacceptable=rates[1])


def pair(rates, learning_limit, monitoring_limit, start=0.0, **options):
    return LearningThenMonitoring(
        learning=LearningCurveCusum(criterion=criterion(rates), limit=learning_limit),
        monitoring=BernoulliCusum(criterion=criterion(rates), limit=monitoring_limit, start=start),
        **options,
    )


@pytest.mark.parametrize("after", ["stop", "restart", "continue"])
@REPEATABLE
@given(rates=criteria(), failure=outcomes(), limit=limits(), share=st.sampled_from([0.0, 0.0, 0.25, 0.5, 0.9]))
def test_bernoulli_equals_the_loop(after, rates, failure, limit, share):
    start = share * limit
    ours = BernoulliCusum(criterion=criterion(rates), limit=limit, start=start, after_signal=after).run(failure)
    assert_same_path(ours, bernoulli_cusum(failure, *rates, limit, start, after), state=False)


@pytest.mark.parametrize("after", ["stop", "restart", "continue"])
@REPEATABLE
@given(rates=criteria(), failure=outcomes(), limit=limits(), share=st.sampled_from([0.0, 0.0, 0.5]))
def test_learning_curve_equals_the_loop(after, rates, failure, limit, share):
    start = share * limit
    ours = LearningCurveCusum(criterion=criterion(rates), limit=limit, start=start, after_signal=after).run(failure)
    assert_same_path(ours, learning_curve_cusum(failure, *rates, limit, start, after))


def test_learning_curve_stops_unless_told_otherwise():
    assert LearningCurveCusum(criterion=C, limit=1.0) == LearningCurveCusum(criterion=C, limit=1.0, after_signal="stop")


@pytest.mark.parametrize("after", ["learning", "monitoring", "stop"])
@REPEATABLE
@given(rates=criteria(), failure=outcomes(200), first=limits(), second=limits(), share=st.sampled_from([0.0, 0.0, 0.5]))
def test_learning_then_monitoring_equals_the_loop(after, rates, failure, first, second, share):
    start = share * second
    ours = pair(rates, first, second, start, after_deterioration=after).run(failure)
    loop = learning_then_monitoring(failure, (*rates, first, 0.0), (*rates, second, start), after)
    assert_same_path(ours, loop)


@REPEATABLE
@given(learn=criteria(), watch=criteria(), failure=outcomes(200), first=limits(), second=limits())
def test_the_two_phases_may_have_different_criteria(learn, watch, failure, first, second):
    ours = LearningThenMonitoring(
        learning=LearningCurveCusum(criterion=criterion(learn), limit=first),
        monitoring=BernoulliCusum(criterion=criterion(watch), limit=second),
    ).run(failure)
    assert_same_path(ours, learning_then_monitoring(failure, (*learn, first, 0.0), (*watch, second, 0.0)))


def test_bernoulli_by_hand():
    path = BernoulliCusum(criterion=C, limit=1.3).run([0, 1, 0, 1, 1, 0])
    np.testing.assert_allclose(path.scores, [-DOWN, UP, -DOWN, UP, UP, -DOWN], atol=1e-14)
    reached = [0.0, UP, UP - DOWN, 2 * UP - DOWN, 3 * UP - DOWN, 0.0]
    np.testing.assert_allclose(path.statistic, reached, atol=1e-12)
    assert path.first("deterioration") == 5


def test_bernoulli_restart_after_the_signal():
    path = BernoulliCusum(criterion=C, limit=2 * UP, after_signal="restart").run([1, 1, 1, 1, 0])
    assert [signal.case for signal in path.signals] == [2, 4]
    np.testing.assert_allclose(path.statistic, [UP, 2 * UP, UP, 2 * UP, 0.0], atol=1e-12)
    assert {signal.kind for signal in path.signals} == {"deterioration"}


def test_bernoulli_restart_returns_to_the_head_start():
    path = BernoulliCusum(criterion=C, limit=2.0, start=1.0).run([0, 1, 1, 0])
    np.testing.assert_allclose(path.statistic[0], 1 - DOWN, atol=1e-12)
    assert path.first() == 3
    np.testing.assert_allclose(path.statistic[3], 1 - DOWN, atol=1e-12)


def test_bernoulli_continue_signals_once_for_each_excursion():
    limit = 2 * UP - 0.01
    path = BernoulliCusum(criterion=C, limit=limit, after_signal="continue").run([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1])
    above = path.statistic >= limit
    assert [signal.case for signal in path.signals] == [2, 11]
    assert above[1]
    assert above[2], "still above, but no second signal"
    assert not above[9]


def test_learning_curve_by_hand():
    """At 10%/20% a success adds 0.1178 and a failure takes away 0.6931, never below zero."""
    path = LearningCurveCusum(criterion=C, limit=5 * DOWN).run([0, 1, 0, 0, 0, 0, 0, 0])
    np.testing.assert_allclose(path.statistic[:7], [DOWN, 0, DOWN, 2 * DOWN, 3 * DOWN, 4 * DOWN, 5 * DOWN], atol=1e-12)
    assert path.first("competent") == 7
    assert path.competence.case == 7
    assert path.competence.kind == "competent"
    assert np.isnan(path.statistic[7])
    assert list(path.state) == ["learning"] * 6 + ["competent"] * 2


def test_the_limit_reached_by_equal_steps_is_a_signal_in_spite_of_rounding():
    """0.1 added ten times is not 1.0 in floating point; the tolerance of 1e-9 makes it a signal."""
    for steps in range(2, 200, 7):
        path = LearningCurveCusum(criterion=C, limit=steps * DOWN).run([0] * steps)
        assert path.first("competent") == steps
        up = BernoulliCusum(criterion=C, limit=steps * UP).run([1] * steps)
        assert up.first("deterioration") == steps


def test_just_below_the_limit_is_no_signal():
    assert LearningCurveCusum(criterion=C, limit=5 * DOWN + 1e-8).run([0] * 5).first() is None
    assert LearningCurveCusum(criterion=C, limit=5 * DOWN + 1e-10).run([0] * 5).first() == 5


def test_monitoring_begins_with_the_case_after_competence():
    path = pair((0.1, 0.2), 3 * DOWN, 2 * UP).run([0, 0, 0, 1, 1, 0, 0, 0, 0])
    assert list(path.phase) == ["learning"] * 3 + ["monitoring"] * 2 + ["learning"] * 3 + ["monitoring"]
    assert [(s.case, s.kind) for s in path.signals] == [(3, "competent"), (5, "deterioration"), (8, "competent")]
    np.testing.assert_allclose(
        path.statistic, [DOWN, 2 * DOWN, 3 * DOWN, UP, 2 * UP, DOWN, 2 * DOWN, 3 * DOWN, 0.0], atol=1e-12
    )
    assert list(path.state) == ["learning"] * 2 + ["competent"] * 2 + ["alarm"] * 3 + ["competent"] * 2
    assert path.competence.case == 3
    np.testing.assert_allclose(path.upper, [3 * DOWN] * 3 + [2 * UP] * 2 + [3 * DOWN] * 3 + [2 * UP])
    assert np.isnan(path.lower).all()


def test_after_deterioration_may_stop_or_go_on_monitoring():
    failure = [0, 0, 0, 1, 1, 0, 1, 1]
    stopped = pair((0.1, 0.2), 3 * DOWN, 2 * UP, after_deterioration="stop").run(failure)
    assert np.isnan(stopped.statistic[5:]).all()
    assert list(stopped.state[4:]) == ["alarm"] * 4
    assert list(stopped.phase[5:]) == [""] * 3
    watching = pair((0.1, 0.2), 3 * DOWN, 2 * UP, after_deterioration="monitoring").run(failure)
    assert [(s.case, s.kind) for s in watching.signals] == [
        (3, "competent"),
        (5, "deterioration"),
        (8, "deterioration"),
    ]
    assert set(watching.phase[3:]) == {"monitoring"}
    assert list(watching.state[4:]) == ["alarm"] * 4


def test_limits_smaller_than_the_largest_step():
    path = BernoulliCusum(criterion=C, limit=0.1).run([1, 0, 1])
    assert [signal.case for signal in path.signals] == [1, 3]
    assert path.signals[0].statistic == pytest.approx(UP), "the value reached, not the limit"
    assert LearningCurveCusum(criterion=C, limit=0.05).run([1, 1, 0]).first() == 3


def test_rates_above_one_half():
    high = Criterion(acceptable=0.6, unacceptable=0.8)
    path = LearningCurveCusum(criterion=high, limit=2 * math.log(2) - 1e-3).run([0, 0])
    np.testing.assert_allclose(path.statistic, [math.log(2), 2 * math.log(2)], atol=1e-12)
    assert path.first() == 2


def test_a_hundred_thousand_cases_keep_their_precision():
    """A running sum over many cases must not lose the barrier: every method of computing it gives the loop's answer."""
    rng = np.random.default_rng(11)
    failure = (rng.random(100_000) < np.linspace(0.05, 0.2, 100_000)).astype(int)
    for after in ("restart", "continue"):
        ours = BernoulliCusum(criterion=C, limit=4.0, after_signal=after).run(failure)
        assert_same_path(ours, bernoulli_cusum(failure, 0.1, 0.2, 4.0, 0.0, after), state=False, tolerance=1e-7)
    ours = LearningCurveCusum(criterion=C, limit=400.0).run(failure)
    assert_same_path(ours, learning_curve_cusum(failure, 0.1, 0.2, 400.0), tolerance=1e-7)
    ours = pair((0.1, 0.2), 3.0, 3.0).run(failure)
    assert_same_path(
        ours, learning_then_monitoring(failure, (0.1, 0.2, 3.0, 0.0), (0.1, 0.2, 3.0, 0.0)), tolerance=1e-7
    )
