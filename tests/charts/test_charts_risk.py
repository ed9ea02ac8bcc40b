"""Charts that take each case's risk into account, and those that need no limits, against their loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from comparison import assert_same_path, assert_same_signals
from designs import FEW, REPEATABLE, criteria, limits, outcomes
from hypothesis import given
from hypothesis import strategies as st
from loops import (
    bernoulli_glr,
    ewma,
    failure_count_distribution,
    risk_adjusted_cusum,
    risk_adjusted_learning_curve_cusum,
    risk_adjusted_sequential_test,
    two_boundary_scores,
    vlad,
)

from cusum import (
    BernoulliCusum,
    BernoulliGlr,
    Criterion,
    Ewma,
    LearningCurveCusum,
    RiskAdjustedCusum,
    RiskAdjustedLearningCurveCusum,
    RiskAdjustedSequentialTest,
    Vlad,
)
from cusum.errors import CusumError

ODDS = st.one_of(st.floats(0.1, 0.9), st.floats(1.1, 10.0), st.sampled_from([0.5, 2.0]))
NEEDS_RISK = {
    "cusum": RiskAdjustedCusum(limit=3.0),
    "learning": RiskAdjustedLearningCurveCusum(limit=2.0),
    "test": RiskAdjustedSequentialTest(),
    "vlad": Vlad(),
    "ewma": Ewma(limit=0.3),
}
every_chart = pytest.mark.parametrize("chart", list(NEEDS_RISK.values()), ids=list(NEEDS_RISK))


@st.composite
def cases_with_risk(draw, most=100):
    """Outcomes with a risk each; the risks lie anywhere in (0, 1), or close to its ends."""
    failure = draw(outcomes(most))
    one = st.one_of(st.floats(0.001, 0.999), st.sampled_from([1e-6, 0.5, 1 - 1e-6]))
    risk = draw(st.lists(one, min_size=len(failure), max_size=len(failure)))
    return failure, risk


@pytest.mark.parametrize("after", ["stop", "restart", "continue"])
@REPEATABLE
@given(cases=cases_with_risk(), odds=ODDS, limit=limits(), share=st.sampled_from([0.0, 0.0, 0.5]))
def test_cusum_equals_the_loop(after, cases, odds, limit, share):
    failure, risk = cases
    chart = RiskAdjustedCusum(odds_ratio=odds, limit=limit, start=share * limit, after_signal=after)
    loop = risk_adjusted_cusum(failure, risk, odds, limit, share * limit, after)
    assert_same_path(chart.run(failure, risk=risk), loop, state=False)


@REPEATABLE
@given(cases=cases_with_risk(), odds=st.floats(1.1, 10.0), limit=limits())
def test_learning_curve_equals_the_loop(cases, odds, limit):
    failure, risk = cases
    chart = RiskAdjustedLearningCurveCusum(odds_ratio=odds, limit=limit)
    assert_same_path(chart.run(failure, risk=risk), risk_adjusted_learning_curve_cusum(failure, risk, odds, limit))


@pytest.mark.parametrize("after", ["stop", "restart", "parallel"])
@REPEATABLE
@given(cases=cases_with_risk(), odds=ODDS, errors=st.tuples(*[st.sampled_from([0.01, 0.05, 0.2, 0.45])] * 2))
def test_sequential_test_equals_the_loop(after, cases, odds, errors):
    failure, risk = cases
    alpha, beta = errors
    chart = RiskAdjustedSequentialTest(odds_ratio=odds, alpha=alpha, beta=beta, after_signal=after)
    loop = risk_adjusted_sequential_test(failure, risk, odds, alpha, beta, after)
    if odds < 1:
        words = {"acceptable": "no improvement", "unacceptable": "improvement"}
        loop.signals = [signal._replace(kind=words[signal.kind]) for signal in loop.signals]
    path = chart.run(failure, risk=risk)
    np.testing.assert_allclose(path.statistic, loop.statistic, atol=1e-9)
    np.testing.assert_allclose(path.lower, loop.lower, atol=1e-9)
    np.testing.assert_allclose(path.upper, loop.upper, atol=1e-9)
    assert_same_signals(path, loop)


def test_the_lines_of_the_sequential_test_lie_where_wald_put_them():
    path = RiskAdjustedSequentialTest(alpha=0.05, beta=0.2).run([0], risk=[0.1])
    assert path.upper[0] == pytest.approx(math.log(0.8 / 0.05), rel=1e-14)
    assert path.lower[0] == pytest.approx(math.log(0.2 / 0.95), rel=1e-14)


@REPEATABLE
@given(cases=cases_with_risk())
def test_vlad_equals_the_loop(cases):
    failure, risk = cases
    path = Vlad().run(failure, risk=risk)
    assert_same_path(path, vlad(failure, risk), state=False)
    assert tuple(path.signals) == ()


@FEW
@given(
    risk=st.lists(st.floats(0.001, 0.999), min_size=1, max_size=40), coverage=st.sampled_from([0.5, 0.9, 0.95, 0.998])
)
def test_vlad_limits_are_those_of_the_exact_distribution(risk, coverage):
    """The closest attainable values with at most (1 - coverage)/2 beyond each."""
    limits_ = Vlad().prediction_limits(risk, coverage=coverage)
    tail = (1 - coverage) / 2
    for n in range(1, len(risk) + 1):
        probability = np.array(failure_count_distribution(risk[:n]))
        expected = math.fsum(risk[:n])
        most = round(expected - limits_.lower[n - 1])
        fewest = round(expected - limits_.upper[n - 1])
        assert limits_.lower[n - 1] == pytest.approx(expected - most, abs=1e-9)
        assert limits_.upper[n - 1] == pytest.approx(expected - fewest, abs=1e-9)
        slack = 1e-12
        assert probability[most + 1 :].sum() <= tail + slack
        assert probability[most:].sum() > tail - slack
        assert probability[:fewest].sum() <= tail + slack
        assert probability[: fewest + 1].sum() > tail - slack


@pytest.mark.parametrize("after", ["stop", "restart", "continue"])
@pytest.mark.parametrize("both", [False, True], ids=["one_sided", "two_sided"])
@FEW
@given(cases=cases_with_risk(), weight=st.floats(0.02, 0.9), limit=st.floats(0.01, 0.8), other=st.floats(0.01, 0.8))
def test_ewma_equals_the_loop(both, after, cases, weight, limit, other):
    failure, risk = cases
    improvement = other if both else None
    chart = Ewma(weight=weight, limit=limit, improvement_limit=improvement, after_signal=after)
    loop = ewma(failure, risk, weight, limit, improvement, after)
    path = chart.run(failure, risk=risk)
    np.testing.assert_allclose(path.statistic, loop.statistic, atol=1e-9)
    np.testing.assert_allclose(path.lower, loop.lower, atol=1e-9)
    np.testing.assert_allclose(path.upper, loop.upper, atol=1e-9)
    assert_same_signals(path, loop)


def test_ewma_with_a_target_is_ewma_with_that_risk_throughout():
    failure = np.random.default_rng(4).integers(0, 2, 200)
    target = Ewma(weight=0.1, target=0.3, limit=0.4).run(failure)
    risk = Ewma(weight=0.1, limit=0.4).run(failure, risk=np.full(200, 0.3))
    np.testing.assert_allclose(target.statistic, risk.statistic, atol=1e-14)
    assert [s.case for s in target.signals] == [s.case for s in risk.signals]


def test_ewma_of_many_cases_keeps_its_precision():
    """Weights of old cases underflow; that must not make the sum lose its way."""
    rng = np.random.default_rng(9)
    failure = (rng.random(20_000) < 0.2).astype(int)
    for weight in (0.001, 0.1, 0.9):
        path = Ewma(weight=weight, target=0.2, limit=0.99).run(failure)
        loop = ewma(failure, [0.2] * 20_000, weight, 0.99)
        np.testing.assert_allclose(path.statistic, loop.statistic, atol=1e-10)


@pytest.mark.parametrize("after", ["stop", "restart", "continue"])
@FEW
@given(
    failure=outcomes(70),
    acceptable=st.floats(0.02, 0.8),
    limit=st.floats(0.1, 5.0),
    window=st.one_of(st.integers(1, 12), st.just(200)),
)
def test_glr_equals_the_loop(after, failure, acceptable, limit, window):
    loop, changes = bernoulli_glr(failure, acceptable, limit, window, after)
    path = BernoulliGlr(acceptable=acceptable, limit=limit, window=window, after_signal=after).run(failure)
    np.testing.assert_allclose(path.statistic, loop.statistic, atol=1e-9)
    np.testing.assert_allclose(path.upper, loop.upper, atol=1e-9)
    assert_same_signals(path, loop)
    assert [change.case for change in path.changes] == [case for case, _, _ in changes]
    for ours, (_, _, rate) in zip(path.changes, changes, strict=True):
        stretch = failure[ours.change_point - 1 : ours.case]
        assert ours.rate == pytest.approx(sum(stretch) / len(stretch), abs=1e-12)
        assert ratio(stretch, acceptable) == pytest.approx(ratio_of(changes, ours.case, failure, acceptable), abs=1e-9)
        assert 0 < rate <= 1


def ratio(stretch, p0):
    """Log likelihood ratio of the observed rate of a stretch against p0."""
    n, k = len(stretch), sum(stretch)
    rate = max(k / n, p0)
    return (k * math.log(rate / p0) if k else 0.0) + ((n - k) * math.log((1 - rate) / (1 - p0)) if k < n else 0.0)


def ratio_of(changes, case, failure, p0):
    """The same for the stretch that the loop found (equally likely change points may differ)."""
    first = next(first for found, first, _ in changes if found == case)
    return ratio(failure[first - 1 : case], p0)


# ---- one chart as a special case of another -----------------------------------------------------------------------


@FEW
@given(rates=criteria(), failure=outcomes(), limit=limits())
def test_with_equal_risks_the_charts_are_the_unadjusted_ones(rates, failure, limit):
    criterion = Criterion(acceptable=rates[0], unacceptable=rates[1])
    risk = [rates[0]] * len(failure)
    plain = LearningCurveCusum(criterion=criterion, limit=limit).run(failure)
    adjusted = RiskAdjustedLearningCurveCusum(odds_ratio=criterion.odds_ratio, limit=limit).run(failure, risk=risk)
    np.testing.assert_allclose(adjusted.statistic, plain.statistic, atol=1e-9)
    assert adjusted.signals == plain.signals or [s.case for s in adjusted.signals] == [s.case for s in plain.signals]
    watch = BernoulliCusum(criterion=criterion, limit=limit).run(failure)
    adjusted = RiskAdjustedCusum(odds_ratio=criterion.odds_ratio, limit=limit).run(failure, risk=risk)
    np.testing.assert_allclose(adjusted.statistic, watch.statistic, atol=1e-9)
    assert [(s.case, s.kind) for s in adjusted.signals] == [(s.case, s.kind) for s in watch.signals]


def test_parallel_lines_of_the_sequential_test_continue_the_sum():
    scores = [0.7, 0.7, 0.7, -0.4, -0.4]
    loop = two_boundary_scores(scores, 1.0, 1.3, "parallel")
    assert [signal.case for signal in loop.signals] == [2]
    np.testing.assert_allclose(loop.statistic, np.cumsum(scores))


# ---- risks and parameters that are refused ------------------------------------------------------------------------


@every_chart
@pytest.mark.parametrize(
    ("risk", "pattern"),
    [
        (None, r"(?s)risk"),
        ([0.1, 0.2], r"(?s)risk(?=.*\b2\b)(?=.*\b3\b)"),
        ([0.1, 0.2, 0.3, 0.4], r"(?s)risk(?=.*\b4\b)(?=.*\b3\b)"),
        ([0.1, 0.0, 0.3], r"(?s)risk(?=.*\b0)(?=.*\b2\b)"),
        ([0.1, 0.2, 1.0], r"(?s)risk(?=.*\b1)(?=.*\b3\b)"),
        ([0.1, -0.4, 0.3], r"(?s)risk(?=.*-0\.4)(?=.*\b2\b)"),
        ([float("nan"), 0.2, 0.3], r"(?s)risk(?=.*\b1\b)"),
        ([0.1, None, 0.3], r"(?s)risk(?=.*\b2\b)"),
        ([[0.1, 0.2, 0.3]], r"(?s)risk"),
        (["a", "b", "c"], r"(?s)risk"),
    ],
    ids=["missing", "too_few", "too_many", "zero", "one", "negative", "nan", "none", "2-D", "words"],
)
def test_risks_that_are_refused(chart, risk, pattern):
    with pytest.raises(CusumError, match=pattern) as caught:
        chart.run([0, 1, 0], risk=risk)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "chart",
    [
        BernoulliCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=2.0),
        BernoulliGlr(acceptable=0.1, limit=3.0),
    ],
    ids=["bernoulli", "glr"],
)
def test_a_risk_is_refused_where_it_would_be_ignored(chart):
    with pytest.raises(CusumError, match="risk"):
        chart.run([0, 1], risk=[0.1, 0.2])


@pytest.mark.parametrize("odds", [0, 1, -2, float("nan"), None, "2"], ids=repr)
def test_odds_ratios_that_are_refused(odds):
    for make in (RiskAdjustedCusum, RiskAdjustedLearningCurveCusum):
        with pytest.raises(CusumError, match=rf"(?s)odds_ratio(?=.*{odds})"):
            make(odds_ratio=odds, limit=2.0)
    with pytest.raises(CusumError, match=rf"(?s)odds_ratio(?=.*{odds})"):
        RiskAdjustedSequentialTest(odds_ratio=odds)


def test_an_inadequate_performer_has_higher_odds():
    with pytest.raises(CusumError, match=r"(?s)odds_ratio(?=.*0\.5)"):
        RiskAdjustedLearningCurveCusum(odds_ratio=0.5, limit=2.0)


@pytest.mark.parametrize("weight", [0, 1.5, -0.1, float("nan"), None], ids=repr)
def test_weights_that_are_refused(weight):
    with pytest.raises(CusumError, match=rf"(?s)weight(?=.*{weight})"):
        Ewma(weight=weight, limit=0.3)


@pytest.mark.parametrize("window", [0, -3, 2.5, None], ids=repr)
def test_windows_that_are_refused(window):
    with pytest.raises(CusumError, match=rf"(?s)window(?=.*{window})"):
        BernoulliGlr(acceptable=0.1, limit=3.0, window=window)


@every_chart
def test_no_cases_and_one_case(chart):
    assert chart.run([], risk=[]).statistic.shape == (0,)
    assert np.isfinite(chart.run([1], risk=[0.2]).statistic).all()
