"""Run lengths of randomly drawn designs against a dense Markov chain of the tests' own, and against simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from chains import mean_and_sides, signalled_by, simulated
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from cusum import (
    BernoulliCusum,
    Criterion,
    Ewma,
    LearningCurveCusum,
    LearningThenMonitoring,
    RiskAdjustedCusum,
    RiskAdjustedLearningCurveCusum,
    RiskAdjustedSequentialTest,
    StandardCusum,
    find_limit,
    run_length,
)
from cusum.design.attainable import with_limit
from cusum.design.steps import RiskSequence

SEVERAL = settings(derandomize=True, deadline=None, max_examples=25)
FEW = settings(derandomize=True, deadline=None, max_examples=8)
RUNS = 3000


def matched(share, ratio):
    """A p0 and the p1 for which a failure weighs as much as `ratio` successes: all values are multiples of one step.

    There is one for p0 below 1 / (1 + ratio); `share` says how far below.
    """
    p0 = share / (1 + ratio)
    return p0, brentq(lambda p1: math.log(p1 / p0) - ratio * math.log((1 - p0) / (1 - p1)), p0 + 1e-6, 1 - 1e-9)


def scores_of(chart, risks=None):
    """What a success and a failure add, for each risk."""
    if risks is None:
        return [float(x) for x in chart.scores([0, 1])]
    return [float(chart.scores([y], risk=[r])[0]) for r in risks for y in (0, 1)]


def chances_of(risks, odds):
    """Probabilities of these, each risk as likely, at the true odds ratio."""
    true = [odds * r / (1 - r + odds * r) for r in risks]
    return [c / len(risks) for t in true for c in (1 - t, t)]


def agrees_with_simulation(result, scores, chances, seed, **limits):
    """The mean and the share within some cases, within four and a half standard errors."""
    first, upward = simulated(scores, chances, runs=RUNS, seed=seed, **limits)
    assert abs(first.mean() - result.mean) <= 4.5 * first.std() / math.sqrt(RUNS)
    n = max(1, int(np.median(first)))
    expected = result.signal_by(n)
    error = math.sqrt(max(expected * (1 - expected), 1 / RUNS) / RUNS)
    assert abs((first <= n).mean() - expected) <= 4.5 * error
    if result.kinds[0] and limits["lower"] is not None:
        share = result.by_kind[result.kinds[1]]
        assert abs(upward.mean() - share) <= 4.5 * math.sqrt(max(share * (1 - share), 1 / RUNS) / RUNS)


# ---- exact: every value a multiple of one step --------------------------------------------------------------------


@SEVERAL
@given(
    share=st.floats(0.2, 0.9),
    ratio=st.integers(1, 6),
    steps=st.integers(1, 60),
    truth=st.floats(0.05, 0.9),
    learner=st.booleans(),
)
def test_charts_with_a_barrier(share, ratio, steps, truth, learner):
    """Bernoulli and LC-CUSUM; a limit of one step or less than the largest score among them."""
    p0, p1 = matched(share, ratio)
    criterion = Criterion(acceptable=p0, unacceptable=p1)
    unit = math.log((1 - p0) / (1 - p1))
    kind = LearningCurveCusum if learner else BernoulliCusum
    if learner:
        truth = min(truth, 0.6)
    chart = kind(criterion=criterion, limit=steps * unit)
    result = run_length(chart, failure_rate=truth)
    limits = {"lower": None, "upper": steps * unit, "floor": 0.0, "points": steps}
    chances = [1 - truth, truth]
    mean, _ = mean_and_sides(scores_of(chart), chances, **limits)
    if 0 < mean < 1e7 or result.mean < 1e7:  # beyond it the linear equations have lost their digits
        assert result.mean == pytest.approx(mean, rel=1e-6)
    for cases in (1, 7, 50):
        expected = signalled_by(cases, scores_of(chart), chances, **limits)
        assert result.signal_by(cases) == pytest.approx(expected, abs=1e-9)


@SEVERAL
@given(
    share=st.floats(0.2, 0.9),
    ratio=st.integers(1, 4),
    below=st.integers(1, 12),
    above=st.integers(1, 12),
    truth=st.floats(0.05, 0.9),
)
def test_two_boundaries(share, ratio, below, above, truth):
    """Standard CUSUM with lines at whole multiples of the step: mean, and where it ends."""
    p0, p1 = matched(share, ratio)
    chart = StandardCusum(criterion=Criterion(acceptable=p0, unacceptable=p1), after_signal="stop")
    unit = -float(chart.scores([0])[0])
    chart = at_lines(chart, below * unit, above * unit)
    result = run_length(chart, failure_rate=truth)
    limits = {"lower": -below * unit, "upper": above * unit, "floor": None, "points": below + above}
    mean, sides = mean_and_sides(scores_of(chart), [1 - truth, truth], **limits)
    assert result.mean == pytest.approx(mean, rel=1e-8)
    assert result.by_kind["acceptable"] == pytest.approx(sides[0], abs=1e-9)
    assert result.by_kind["unacceptable"] == pytest.approx(sides[1], abs=1e-9)


def at_lines(chart, below, above):
    """The same chart with its lines there, a hair inside so that rounding cannot miss them."""
    from cusum.design.two_sided import with_two_limits

    return with_two_limits(chart, below - 1e-10, above - 1e-10)


# ---- bracketed: any scores ----------------------------------------------------------------------------------------

MIXES = st.lists(st.floats(0.02, 0.6), min_size=1, max_size=4)


@FEW
@given(
    mix=MIXES, odds=st.sampled_from([0.5, 1.5, 2.0, 4.0]), truth=st.sampled_from([1.0, 2.0]), limit=st.floats(0.3, 2)
)
def test_risk_adjusted(mix, odds, truth, limit):
    chart = RiskAdjustedCusum(odds_ratio=odds, limit=limit)
    result = run_length(chart, risk=mix, odds_ratio=truth, budget=0.05)
    limits = {"lower": None, "upper": limit, "floor": 0.0}
    scores, chances = scores_of(chart, mix), chances_of(mix, truth)
    if result.mean < 400:
        agrees_with_simulation(result, scores, chances, seed=1, **limits)
    fine = mean_and_sides(scores, chances, points=400, **limits)[0]
    assert result.mean == pytest.approx(fine, rel=0.05)
    low, value, high = result.mean_bounds
    assert low <= value <= high


@FEW
@given(mix=MIXES, odds=st.sampled_from([2.0, 3.0]), truth=st.sampled_from([1.0, 3.0]), limit=st.floats(0.3, 1.5))
def test_risk_adjusted_learning(mix, odds, truth, limit):
    chart = RiskAdjustedLearningCurveCusum(odds_ratio=odds, limit=limit)
    result = run_length(chart, risk=mix, odds_ratio=truth, budget=0.05)
    if result.mean < 400:
        limits = {"lower": None, "upper": limit, "floor": 0.0}
        agrees_with_simulation(result, scores_of(chart, mix), chances_of(mix, truth), seed=2, **limits)
    assert set(result.by_kind) == {"competent"}
    assert result.by_kind["competent"] == pytest.approx(1.0, abs=1e-6)


@FEW
@given(mix=MIXES, odds=st.sampled_from([0.5, 2.0, 4.0]), truth=st.sampled_from([0.5, 1.0, 2.0]))
def test_sequential_tests_by_kind(mix, odds, truth):
    chart = RiskAdjustedSequentialTest(odds_ratio=odds, alpha=0.2, beta=0.15)
    result = run_length(chart, risk=mix, odds_ratio=truth, budget=0.05)
    limits = {"lower": chart.lower, "upper": chart.upper, "floor": None}
    assert sum(result.by_kind.values()) == pytest.approx(1.0, abs=1e-6)
    if result.mean < 400:
        agrees_with_simulation(result, scores_of(chart, mix), chances_of(mix, truth), seed=3, **limits)


@FEW
@given(
    weight=st.floats(0.05, 0.5),
    target=st.floats(0.1, 0.5),
    truth=st.floats(0.1, 0.5),
    spread=st.floats(0.8, 1.6),
    two=st.booleans(),
)
def test_ewma_by_kind(weight, target, truth, spread, two):
    """Limits at so many standard deviations of the statistic; the two-sided chart by kind of its first signal."""
    limit = spread * math.sqrt(target * (1 - target) * weight / (2 - weight))
    chart = Ewma(weight=weight, target=target, limit=limit, improvement_limit=limit if two else None)
    result = run_length(chart, failure_rate=truth, budget=0.05)
    assert sum(result.by_kind.values()) == pytest.approx(1.0, abs=1e-6)
    if result.mean < 400:
        limits = {"lower": -limit if two else None, "upper": limit, "floor": None, "memory": 1 - weight}
        agrees_with_simulation(result, scores_of(chart), [1 - truth, truth], seed=4, **limits)


# ---- first signals by kind, for charts of every sort --------------------------------------------------------------


def first_kinds(chart, failed, risk=None):
    """Run the chart itself on each row of outcomes: the case and the kind of its first signal."""
    found = []
    for k, row in enumerate(failed):
        signals = chart.run(row, risk=None if risk is None else risk[k]).signals
        found.append((signals[0].case, signals[0].kind) if signals else (0, ""))
    return found


C = Criterion(acceptable=0.2, unacceptable=0.4)


@pytest.mark.parametrize(
    ("chart", "given_risk"),
    [
        (StandardCusum(criterion=C), [0.1, 0.3, 0.5]),  # no use for risks: their mean is the rate
        (StandardCusum(criterion=C), RiskSequence(np.tile([0.1, 0.3, 0.5], 30))),
        (RiskAdjustedSequentialTest(odds_ratio=3.0), [0.1, 0.3, 0.5]),
        (RiskAdjustedSequentialTest(odds_ratio=3.0), RiskSequence(np.tile([0.1, 0.3, 0.5], 30))),
        (Ewma(weight=0.2, limit=0.25, improvement_limit=0.15), [0.1, 0.3, 0.5]),
        (Ewma(weight=0.2, limit=0.25, improvement_limit=0.15), RiskSequence(np.tile([0.1, 0.3, 0.5], 30))),
        (
            LearningThenMonitoring(
                learning=LearningCurveCusum(criterion=C, limit=1.0), monitoring=BernoulliCusum(criterion=C, limit=1.5)
            ),
            RiskSequence(np.tile([0.1, 0.3, 0.5], 30)),
        ),
    ],
    ids=[
        "standard_mix",
        "standard_order",
        "rsprt_mix",
        "rsprt_order",
        "ewma_mix",
        "ewma_order",
        "learning_then_monitoring_order",
    ],
)
def test_first_signals_by_kind(chart, given_risk):
    """Charts themselves, run on 1,500 sequences of 90 simulated cases."""
    cases, runs = 90, 1500
    rng = np.random.default_rng(12)
    ordered = isinstance(given_risk, RiskSequence)
    risk = np.tile(given_risk.risk, (runs, 1)) if ordered else rng.choice(given_risk, (runs, cases))
    failed = rng.random((runs, cases)) < risk
    adjusted = isinstance(chart, (RiskAdjustedSequentialTest, Ewma))
    seen = first_kinds(chart, failed, risk if adjusted else None)
    result = run_length(chart, risk=given_risk, budget=0.02)
    kinds = [kind for kind in result.kinds if kind]
    for n in (15, cases):
        total = 0.0
        for kind in kinds:
            share = sum(1 for case, said in seen if said == kind and case <= n) / runs
            expected = result.signal_by(n, kind)
            total += expected
            low, high = result.bounds(n, kind)
            assert low <= expected <= high
            assert abs(share - expected) <= 4.5 * math.sqrt(max(expected * (1 - expected), 1 / runs) / runs)
        assert total == pytest.approx(result.signal_by(n), abs=1e-9)


# ---- degenerate designs -------------------------------------------------------------------------------------------


def test_a_limit_smaller_than_the_largest_step():
    """Any failure signals, whatever its risk: waiting is geometric at the mean rate."""
    mix = [0.1, 0.3]
    result = run_length(RiskAdjustedCusum(odds_ratio=2.0, limit=0.2), risk=mix)
    low, value, high = result.mean_bounds
    assert low <= 5.0 * (1 + 1e-12)
    assert value == pytest.approx(5.0, rel=1e-6)
    assert high >= 5.0 * (1 - 1e-12)
    assert result.signal_by(3) == pytest.approx(1 - 0.8**3, abs=1e-9)


def test_scores_that_fall_on_grid_points():
    """Odds ratio 2 and a risk of 1/2: a failure adds ln(4/3), a success takes ln(3/2); the limit is four failures."""
    limit = 4 * math.log(4 / 3)
    for risk in ([0.5], [0.5, 0.5]):
        result = run_length(RiskAdjustedCusum(odds_ratio=2.0, limit=limit), risk=risk)
        assert result.signal_by(4) == pytest.approx(0.5**4, abs=1e-12)
        assert result.signal_by(3) == 0.0
    mixed = run_length(RiskAdjustedCusum(odds_ratio=2.0, limit=limit), risk=[0.5, 1e-9], method="grid")
    low, high = mixed.bounds(4)
    assert low <= (0.5 * 0.5) ** 4 * (1 + 1e-6)
    assert high >= (0.5 * 0.5) ** 4 * (1 - 1e-6)


@pytest.mark.parametrize("cases", [1, 6, 25])
def test_a_crossing_on_the_very_last_case(cases):
    """The limit is reached by as many successes as there are cases, and by nothing less."""
    chart = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.3), limit=1.0)
    step = float(chart.scores([0])[0])
    chart = with_limit(chart, cases * step)
    assert run_length(chart, failure_rate=0.1).signal_by(cases) == pytest.approx(0.9**cases, rel=1e-12)
    assert run_length(chart, failure_rate=0.1).signal_by(cases - 1) == 0.0
    adjusted = RiskAdjustedLearningCurveCusum(odds_ratio=chart.criterion.odds_ratio, limit=cases * step)
    ordered = run_length(adjusted, risk=RiskSequence([0.1] * cases))
    assert ordered.signal_by(cases) == pytest.approx(0.9**cases, rel=1e-9)
    if cases > 1:
        assert ordered.signal_by(cases - 1) == 0.0


def test_a_limit_beyond_the_horizon():
    assert run_length(RiskAdjustedCusum(limit=50.0), risk=RiskSequence([0.1, 0.5, 0.3])).signal_by(3) == 0.0
    low, high = run_length(RiskAdjustedCusum(limit=50.0), risk=[0.1, 0.5, 0.3]).bounds(5)
    assert (low, high) == (0.0, 0.0)
    result = run_length(Ewma(weight=0.1, target=0.2, limit=0.79), failure_rate=0.2)
    assert result.signal_by(10) == 0.0


def test_one_case():
    for chart, given_cases in (
        (RiskAdjustedCusum(odds_ratio=2.0, limit=0.2), {"risk": [0.3]}),
        (RiskAdjustedCusum(odds_ratio=2.0, limit=0.2), {"risk": RiskSequence([0.3])}),
        (BernoulliCusum(criterion=C, limit=0.2), {"failure_rate": [0.3]}),
    ):
        assert run_length(chart, **given_cases).signal_by(1) == pytest.approx(0.3, abs=1e-12)
    design = find_limit(LearningCurveCusum(criterion=C, limit=1.0), false_signal=0.7, within=1)
    assert design.false_signal == pytest.approx(0.6, abs=1e-12)


@SEVERAL
@given(p0=st.floats(0.5, 0.8), gap=st.floats(0.03, 0.15), steps=st.floats(0.3, 2.0), truth=st.floats(0.5, 0.95))
def test_rates_above_one_half(p0, gap, steps, truth):
    """Counting successes instead turns one chart into the other, also here."""
    p1 = p0 + gap
    watch = BernoulliCusum(criterion=Criterion(acceptable=p0, unacceptable=p1), limit=steps)
    learn = LearningCurveCusum(criterion=Criterion(acceptable=1 - p1, unacceptable=1 - p0), limit=steps)
    one, other = run_length(watch, failure_rate=truth), run_length(learn, failure_rate=1 - truth)
    for n in (1, 5, 40):
        assert one.signal_by(n) == pytest.approx(other.signal_by(n), abs=1e-12)
    if one.mean < 400:
        limits = {"lower": None, "upper": steps, "floor": 0.0}
        agrees_with_simulation(one, scores_of(watch), [1 - truth, truth], seed=5, **limits)
