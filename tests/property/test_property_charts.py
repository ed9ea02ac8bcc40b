"""Relations that hold for every sequence, whatever the numbers."""

from __future__ import annotations

import numpy as np
import pytest
from designs import FEW, criteria, limits, outcomes
from hypothesis import assume, given
from hypothesis import strategies as st

from cusum import BernoulliCusum, Criterion, LearningCurveCusum, LearningThenMonitoring, StandardCusum


def criterion(rates):
    return Criterion(acceptable=rates[0], unacceptable=rates[1])


def build(name, rates, limit):
    c = criterion(rates)
    learning = LearningCurveCusum(criterion=c, limit=limit)
    monitoring = BernoulliCusum(criterion=c, limit=limit)
    return {
        "standard_stop": lambda: StandardCusum(criterion=c, after_signal="stop"),
        "standard_restart": lambda: StandardCusum(criterion=c, competence="two lines"),
        "standard_parallel": lambda: StandardCusum(criterion=c, after_signal="parallel", competence="two lines"),
        "bernoulli_stop": lambda: BernoulliCusum(criterion=c, limit=limit, after_signal="stop"),
        "bernoulli_restart": lambda: monitoring,
        "bernoulli_continue": lambda: BernoulliCusum(criterion=c, limit=limit, after_signal="continue"),
        "learning": lambda: learning,
        "learning_then_monitoring": lambda: LearningThenMonitoring(learning=learning, monitoring=monitoring),
    }[name]()


NAMES = (
    "standard_stop",
    "standard_restart",
    "standard_parallel",
    "bernoulli_stop",
    "bernoulli_restart",
    "bernoulli_continue",
    "learning",
    "learning_then_monitoring",
)


@pytest.mark.parametrize("name", NAMES)
@FEW
@given(rates=criteria(), limit=limits(), past=outcomes(60), future=outcomes(60))
def test_the_future_does_not_change_the_past(name, rates, limit, past, future):
    chart = build(name, rates, limit)
    short, long = chart.run(past), chart.run(past + future)
    n = len(past)
    np.testing.assert_allclose(long.statistic[:n], short.statistic, atol=1e-9)
    np.testing.assert_allclose(long.lower[:n], short.lower, atol=1e-9)
    np.testing.assert_allclose(long.upper[:n], short.upper, atol=1e-9)
    assert list(long.state[:n]) == list(short.state)
    assert list(long.phase[:n]) == list(short.phase)
    assert [s.case for s in long.signals if s.case <= n] == [s.case for s in short.signals]


@FEW
@given(rates=criteria(), limit=limits(), failure=outcomes())
def test_learning_curve_mirrors_the_bernoulli_cusum(rates, limit, failure):
    """Counting successes instead of failures turns one chart into the other."""
    p0, p1 = rates
    learning = LearningCurveCusum(criterion=criterion(rates), limit=limit).run(failure)
    mirrored = BernoulliCusum(criterion=criterion((1 - p1, 1 - p0)), limit=limit, after_signal="stop")
    mirrored = mirrored.run([1 - y for y in failure])
    np.testing.assert_allclose(learning.statistic, mirrored.statistic, atol=1e-9)
    assert learning.first() == mirrored.first()


@FEW
@given(rates=criteria(), failure=outcomes(), after=st.sampled_from(["stop", "restart", "parallel"]))
def test_the_standard_cusum_mirrors_itself(rates, failure, after):
    """Counting successes turns the chart upside down, with alpha and beta changing places."""
    p0, p1 = rates
    path = StandardCusum(criterion=criterion(rates), alpha=0.05, beta=0.2, after_signal=after).run(failure)
    other = StandardCusum(criterion=criterion((1 - p1, 1 - p0)), alpha=0.2, beta=0.05, after_signal=after)
    other = other.run([1 - y for y in failure])
    np.testing.assert_allclose(path.statistic, -other.statistic, atol=1e-9)
    np.testing.assert_allclose(path.lower, -other.upper, atol=1e-9)
    turned = {"acceptable": "unacceptable", "unacceptable": "acceptable"}
    assert [(s.case, s.kind) for s in path.signals] == [(s.case, turned[s.kind]) for s in other.signals]


@FEW
@given(rates=criteria(), failure=outcomes().filter(bool), where=st.integers(0, 10_000))
def test_one_more_failure_never_helps(rates, failure, where):
    """A failure in the place of a success never lowers a deterioration chart, never raises a learning chart."""
    worse = list(failure)
    worse[where % len(worse)] = 1
    watch = BernoulliCusum(criterion=criterion(rates), limit=1e6)
    learn = LearningCurveCusum(criterion=criterion(rates), limit=1e6)
    assert (watch.run(worse).statistic >= watch.run(failure).statistic - 1e-9).all()
    assert (learn.run(worse).statistic <= learn.run(failure).statistic + 1e-9).all()
    limit = 1.0
    first = LearningCurveCusum(criterion=criterion(rates), limit=limit).run(worse).first()
    before = LearningCurveCusum(criterion=criterion(rates), limit=limit).run(failure).first()
    assert first is None or before is not None
    assert first is None or first >= before


@FEW
@given(rates=criteria(), failure=outcomes(), lower=limits(), more=st.floats(0.0, 3.0))
def test_a_higher_limit_is_never_crossed_earlier(rates, failure, lower, more):
    for chart in (LearningCurveCusum, BernoulliCusum):
        early = chart(criterion=criterion(rates), limit=lower).run(failure).first()
        late = chart(criterion=criterion(rates), limit=lower + more).run(failure).first()
        assert late is None or (early is not None and early <= late)


@FEW
@given(rates=criteria(), limit=limits(), failure=outcomes(), share=st.sampled_from([0.0, 0.5]))
def test_restarting_is_stopping_and_beginning_anew(rates, limit, failure, share):
    options = {"criterion": criterion(rates), "limit": limit, "start": share * limit}
    whole = BernoulliCusum(after_signal="restart", **options).run(failure)
    stop = BernoulliCusum(after_signal="stop", **options)
    rest, offset, cases = list(failure), 0, []
    while (first := (piece := stop.run(rest)).first()) is not None:
        np.testing.assert_allclose(whole.statistic[offset : offset + first], piece.statistic[:first], atol=1e-9)
        offset += first
        cases.append(offset)
        rest = rest[first:]
    np.testing.assert_allclose(whole.statistic[offset:], stop.run(rest).statistic, atol=1e-9)
    assert [s.case for s in whole.signals] == cases


@FEW
@given(rates=criteria(), first=limits(), second=limits(), failure=outcomes(200))
def test_the_two_phases_are_the_two_charts(rates, first, second, failure):
    """Cut at its signals, the two-phase path is a learning chart, then a monitoring chart, and so on in turn."""
    learning = LearningCurveCusum(criterion=criterion(rates), limit=first)
    monitoring = BernoulliCusum(criterion=criterion(rates), limit=second, after_signal="stop")
    whole = LearningThenMonitoring(learning=learning, monitoring=monitoring).run(failure)
    offset, turn = 0, 0
    while offset < len(failure):
        piece = (learning, monitoring)[turn % 2].run(failure[offset:])
        length = piece.first() or len(failure) - offset
        np.testing.assert_allclose(whole.statistic[offset : offset + length], piece.statistic[:length], atol=1e-9)
        assert set(whole.phase[offset : offset + length]) == {("learning", "monitoring")[turn % 2]}
        offset, turn = offset + length, turn + 1


@FEW
@given(rates=criteria(), failure=outcomes())
def test_the_standard_cusum_is_failures_less_a_straight_line(rates, failure):
    """Without restart, S = (failures so far) - s * (cases so far)."""
    assume(failure)
    p0, p1 = rates
    p, q = np.log(p1 / p0), np.log((1 - p0) / (1 - p1))
    path = StandardCusum(criterion=criterion(rates), after_signal="parallel").run(failure)
    line = np.cumsum(failure) - q / (p + q) * np.arange(1, len(failure) + 1)
    np.testing.assert_allclose(path.statistic, line, atol=1e-9)
