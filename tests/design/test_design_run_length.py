"""Run lengths against propagation by dictionary, enumeration, linear equations and simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from designs import criteria
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import (
    Steps,
    bernoulli,
    enumerate_maxima,
    learning,
    mean_by_equations,
    mean_by_tail,
    propagate,
    simulate,
    standard,
)
from scipy.optimize import brentq

from cusum import (
    BernoulliCusum,
    Criterion,
    LearningCurveCusum,
    LearningThenMonitoring,
    StandardCusum,
    run_length,
)
from cusum.errors import CusumError

C = Criterion(acceptable=0.1, unacceptable=0.2)
SEVERAL = settings(derandomize=True, deadline=None, max_examples=60)
WALD = math.log(0.8 / 0.05)


def criterion(rates):
    return Criterion(acceptable=rates[0], unacceptable=rates[1])


def signal_by(result, cases):
    return np.array([result.signal_by(int(n)) for n in cases])


# ---- worked examples ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("cases", "expected"), [(50, 0.056), (100, 0.175), (200, 0.369)])
def test_walds_limit_does_not_keep_its_promise(cases, expected):
    """At 10%/20% with Wald's ln((1 - 0.20)/0.05) = 2.7726 a nominal 5% is 5.6%, 17.5%, 36.9%."""
    chart = LearningCurveCusum(criterion=C, limit=WALD)
    found = run_length(chart, failure_rate=0.2, horizon=200).signal_by(cases)
    assert found == pytest.approx(expected, abs=5e-4)


@pytest.mark.parametrize(
    ("limit", "cases", "kept", "power"),
    [(2.853895, 50, 0.048933, 0.497133), (3.705478, 100, 0.048962, 0.747936)],
)
def test_worked_examples(limit, cases, kept, power):
    chart = LearningCurveCusum(criterion=C, limit=limit - 5e-7)
    assert run_length(chart, failure_rate=0.2, horizon=cases).signal_by(cases) == pytest.approx(kept, abs=5e-7)
    assert run_length(chart, failure_rate=0.1, horizon=cases).signal_by(cases) == pytest.approx(power, abs=5e-7)


def test_the_shortest_possible_declaration():
    """No signal before as many successes as the limit needs; then exactly the probability of that run."""
    step = math.log(0.9 / 0.8)
    chart = LearningCurveCusum(criterion=C, limit=20 * step)
    found = run_length(chart, failure_rate=0.1, horizon=30)
    assert found.signal_by(19) == 0.0
    assert found.signal_by(20) == pytest.approx(0.9**20, rel=1e-12)


# ---- against the dictionary ---------------------------------------------------------------------------------------


@SEVERAL
@given(
    rates=criteria(gap=0.02),
    limit=st.floats(0.05, 4.0),
    truth=st.floats(0.02, 0.98),
    cases=st.integers(1, 40),
    share=st.sampled_from([0.0, 0.0, 0.5]),
)
def test_charts_with_a_barrier(rates, limit, truth, cases, share):
    steps = np.arange(1, cases + 1)
    up, _ = propagate(bernoulli(*rates, limit, share * limit), truth, cases)
    chart = BernoulliCusum(criterion=criterion(rates), limit=limit, start=share * limit)
    np.testing.assert_allclose(
        signal_by(run_length(chart, failure_rate=truth, horizon=cases), steps), up, rtol=1e-9, atol=1e-12
    )
    up, _ = propagate(learning(*rates, limit), truth, cases)
    chart = LearningCurveCusum(criterion=criterion(rates), limit=limit)
    np.testing.assert_allclose(
        signal_by(run_length(chart, failure_rate=truth, horizon=cases), steps), up, rtol=1e-9, atol=1e-12
    )


@settings(derandomize=True, deadline=None, max_examples=30)
@given(
    rates=criteria(gap=0.02),
    errors=st.tuples(st.sampled_from([0.01, 0.05, 0.1, 0.3]), st.sampled_from([0.01, 0.1, 0.2])),
    truth=st.floats(0.02, 0.98),
    cases=st.integers(1, 40),
)
def test_two_boundaries(rates, errors, truth, cases):
    alpha, beta = errors
    up, down = propagate(standard(*rates, alpha, beta), truth, cases)
    chart = StandardCusum(criterion=criterion(rates), alpha=alpha, beta=beta, after_signal="stop")
    result = run_length(chart, failure_rate=truth, horizon=cases)
    np.testing.assert_allclose(signal_by(result, range(1, cases + 1)), up + down, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(result.signal_by(np.arange(cases + 1), kind="unacceptable")[1:], up, atol=1e-12)
    np.testing.assert_allclose(result.signal_by(np.arange(cases + 1), kind="acceptable")[1:], down, atol=1e-12)


def test_each_limit_in_the_end():
    """The probability of each line, however long it takes: followed until all but nothing has signalled."""
    for truth in (0.2, 0.3, 0.4):
        up, down = propagate(standard(0.2, 0.4), truth, 900)
        assert up[-1] + down[-1] == pytest.approx(1.0, abs=1e-9)
        chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4))
        by_kind = run_length(chart, failure_rate=truth).by_kind
        assert by_kind["unacceptable"] == pytest.approx(up[-1], abs=1e-8)
        assert by_kind["acceptable"] == pytest.approx(down[-1], abs=1e-8)
    by_kind = run_length(LearningCurveCusum(criterion=C, limit=1.25), failure_rate=0.1).by_kind
    assert by_kind["competent"] == pytest.approx(1.0, abs=1e-9)


def test_the_nominal_errors_are_not_the_exact_ones():
    """Wald's alpha = beta = 0.10 at 20%/40% bound the truth from above: the steps overshoot the lines."""
    chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4))
    assert run_length(chart, failure_rate=0.2).by_kind["unacceptable"] < 0.10
    assert run_length(chart, failure_rate=0.4).by_kind["acceptable"] < 0.10


@SEVERAL
@given(
    rates=criteria(gap=0.02),
    limit=st.floats(0.2, 3.5),
    curve=st.lists(st.floats(0.02, 0.98), min_size=1, max_size=30),
    cases=st.integers(1, 40),
)
def test_learning_curves(rates, limit, curve, cases):
    """The failure rate changes from case to case; the last one holds on."""
    up, _ = propagate(learning(*rates, limit), curve, cases)
    chart = LearningCurveCusum(criterion=criterion(rates), limit=limit)
    result = run_length(chart, failure_rate=np.array(curve), horizon=cases)
    np.testing.assert_allclose(signal_by(result, range(1, cases + 1)), up, rtol=1e-9, atol=1e-12)


def test_a_falling_failure_rate():
    """A trainee who falls from 60% to 9% with a time constant of 5 cases."""
    curve = 0.09 + 0.51 * np.exp(-np.arange(100) / 5)
    chart = LearningCurveCusum(criterion=C, limit=3.705478 - 5e-7)
    up, _ = propagate(learning(0.1, 0.2, 3.705478 - 5e-7), curve, 100)
    result = run_length(chart, failure_rate=curve, horizon=100)
    np.testing.assert_allclose(signal_by(result, range(1, 101)), up, rtol=1e-10, atol=1e-14)
    assert result.signal_by(100) == pytest.approx(0.79, abs=0.01)


@settings(derandomize=True, deadline=None, max_examples=30)
@given(rates=criteria(gap=0.02), share=st.floats(0.1, 0.9), truth=st.floats(0.05, 0.95), cases=st.integers(1, 11))
def test_every_sequence_counted(rates, share, truth, cases):
    """All 2^n sequences, each with its probability."""
    free = learning(*rates, math.inf)
    limit = share * cases * free.success + 1e-6
    highest, probability, _ = enumerate_maxima(free, truth, cases)
    chart = LearningCurveCusum(criterion=criterion(rates), limit=limit)
    found = run_length(chart, failure_rate=truth, horizon=cases).signal_by(cases)
    assert found == pytest.approx(math.fsum(probability[highest >= limit - 1e-9]), abs=1e-12)


# ---- means and quantiles ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("truth", [0.05, 0.1, 0.3])
@pytest.mark.parametrize(("up", "limit_steps"), [(3, 7), (5, 12), (7, 24), (8, 90)])
def test_mean_by_linear_equations(up, limit_steps, truth):
    """With one step an exact multiple of the other the chart is a small Markov chain: m = 1 + Q m."""
    p0 = 0.1

    def mismatch(p1):
        return math.log(p1 / p0) - up * math.log((1 - p0) / (1 - p1))

    p1 = brentq(mismatch, p0 + 0.001, 0.99)
    step = math.log((1 - p0) / (1 - p1))
    chart = BernoulliCusum(criterion=Criterion(acceptable=p0, unacceptable=p1), limit=limit_steps * step)
    expected = mean_by_equations(up, limit_steps, truth)
    assert run_length(chart, failure_rate=truth).mean == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize(
    ("rates", "limit", "truth"),
    [((0.1, 0.2), 1.25, 0.2), ((0.1, 0.2), 2.0, 0.1), ((0.6, 0.8), 2.0, 0.7), ((0.3, 0.35), 0.4, 0.5)],
)
def test_mean_by_the_tail(rates, limit, truth):
    for chart, steps in (
        (LearningCurveCusum(criterion=criterion(rates), limit=limit), learning(*rates, limit)),
        (BernoulliCusum(criterion=criterion(rates), limit=limit), bernoulli(*rates, limit)),
    ):
        expected = mean_by_tail(steps, truth)
        assert run_length(chart, failure_rate=truth).mean == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("truth", [0.2, 0.28, 0.4])
def test_mean_of_two_boundaries(truth):
    chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4))
    assert run_length(chart, failure_rate=truth).mean == pytest.approx(
        mean_by_tail(standard(0.2, 0.4), truth), rel=1e-7
    )


def test_a_limit_below_one_step_gives_geometric_waiting():
    """Any failure signals: T is geometric with mean 1/p and median the first n with 1 - (1-p)^n >= 1/2."""
    result = run_length(BernoulliCusum(criterion=C, limit=0.1), failure_rate=0.1, horizon=50)
    assert result.mean == pytest.approx(10.0, rel=1e-9)
    assert result.median == 7
    assert result.quantile(0.9) == 22
    np.testing.assert_allclose(signal_by(result, range(1, 51)), 1 - 0.9 ** np.arange(1, 51), rtol=1e-12)


def test_median_and_quantiles_are_first_passages():
    chart = LearningCurveCusum(criterion=C, limit=1.25)
    result = run_length(chart, failure_rate=0.1, horizon=300)
    up, _ = propagate(learning(0.1, 0.2, 1.25), 0.1, 300)
    for q in (0.05, 0.25, 0.5, 0.75, 0.95, 0.99):
        assert result.quantile(q) == int(np.argmax(up >= q)) + 1
    assert result.median == result.quantile(0.5)


def test_the_bounds_of_an_exact_answer_enclose_it():
    result = run_length(LearningCurveCusum(criterion=C, limit=1.25), failure_rate=0.1, horizon=60)
    low, high = result.bounds(50)
    assert low <= result.signal_by(50) <= high
    assert high - low < 1e-9
    assert "exact" in result.method


# ---- against simulation -------------------------------------------------------------------------------------------

SIMULATED = {
    "learning_inadequate": (LearningCurveCusum(criterion=C, limit=2.853), learning(0.1, 0.2, 2.853), 0.2),
    "learning_adequate": (LearningCurveCusum(criterion=C, limit=2.853), learning(0.1, 0.2, 2.853), 0.1),
    "learning_curve": (
        LearningCurveCusum(criterion=C, limit=2.0),
        learning(0.1, 0.2, 2.0),
        0.08 + 0.5 * np.exp(-np.arange(100) / 12),
    ),
    "bernoulli": (BernoulliCusum(criterion=C, limit=3.0), bernoulli(0.1, 0.2, 3.0), 0.1),
    "bernoulli_head_start": (
        BernoulliCusum(criterion=C, limit=3.0, start=1.5),
        bernoulli(0.1, 0.2, 3.0, 1.5),
        0.2,
    ),
    "standard": (
        StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4), after_signal="stop"),
        standard(0.2, 0.4),
        0.3,
    ),
}


@pytest.mark.parametrize("name", list(SIMULATED))
def test_simulation_agrees(name):
    """200,000 replicates, within four standard errors at every tenth case."""
    chart, steps, rate = SIMULATED[name]
    replicates, cases = 200_000, 100
    first, upward = simulate(steps, rate, cases, replicates=replicates, seed=20181101)
    result = run_length(chart, failure_rate=rate, horizon=cases)
    for n in range(10, cases + 1, 10):
        observed = np.count_nonzero((first > 0) & (first <= n)) / replicates
        expected = result.signal_by(n)
        error = math.sqrt(max(expected * (1 - expected), 1 / replicates) / replicates)
        assert abs(observed - expected) <= 4 * error, n
    if name == "standard":
        expected = result.signal_by(cases, kind="unacceptable")
        observed = np.count_nonzero((first > 0) & upward) / replicates
        assert abs(observed - expected) <= 4 * math.sqrt(expected * (1 - expected) / replicates)


def test_the_charts_themselves_signal_as_often_as_said():
    """The chart run on simulated outcomes, not only its steps."""
    chart = LearningCurveCusum(criterion=C, limit=1.25)
    rng = np.random.default_rng(42)
    firsts = [chart.run(rng.random(40) < 0.15).first() for _ in range(2000)]
    expected = run_length(chart, failure_rate=0.15, horizon=40).signal_by(40)
    observed = sum(first is not None for first in firsts) / 2000
    assert abs(observed - expected) <= 4 * math.sqrt(expected * (1 - expected) / 2000)


# ---- the two-phase chart ------------------------------------------------------------------------------------------


def test_the_two_phase_chart_signals_competence_first():
    learn = LearningCurveCusum(criterion=C, limit=1.25)
    chart = LearningThenMonitoring(learning=learn, monitoring=BernoulliCusum(criterion=C, limit=2.0))
    both = run_length(chart, failure_rate=0.1, horizon=80)
    alone = run_length(learn, failure_rate=0.1, horizon=80)
    np.testing.assert_allclose(signal_by(both, range(1, 81)), signal_by(alone, range(1, 81)), rtol=1e-12)


# ---- near ties and hard places ------------------------------------------------------------------------------------


def test_near_tie():
    """p0 = 0.2, odds ratio 3 and h = 3: lattices that round the scores give 229.2 to 230.2; counted states 230.2246."""
    p1 = 3 * 0.2 / (0.8 + 3 * 0.2)
    chart = BernoulliCusum(criterion=Criterion(acceptable=0.2, unacceptable=p1), limit=3.0)
    assert run_length(chart, failure_rate=0.2).mean == pytest.approx(230.2246, abs=5e-5)


def test_a_value_that_equals_the_limit_counts_as_a_signal():
    """limit = 5 successes, computed in two ways that differ in the last bits."""
    step = math.log(0.9 / 0.8)
    limits = (5 * step, step + step + step + step + step, np.nextafter(5 * step, 10), 5 * step + 5e-10)
    for limit in limits:
        chart = LearningCurveCusum(criterion=C, limit=limit)
        assert run_length(chart, failure_rate=0.3, horizon=5).signal_by(5) == pytest.approx(0.7**5, rel=1e-12)
    beyond = LearningCurveCusum(criterion=C, limit=5 * step + 1e-8)
    assert run_length(beyond, failure_rate=0.3, horizon=5).signal_by(5) == 0.0


def test_a_limit_that_cannot_be_reached_within_the_horizon():
    chart = LearningCurveCusum(criterion=C, limit=5.0)
    assert run_length(chart, failure_rate=0.1, horizon=30).signal_by(30) == 0.0


def test_rates_above_one_half():
    rates = (0.6, 0.85)
    up, _ = propagate(learning(*rates, 2.5), 0.6, 30)
    chart = LearningCurveCusum(criterion=criterion(rates), limit=2.5)
    assert run_length(chart, failure_rate=0.6, horizon=30).signal_by(30) == pytest.approx(up[-1], rel=1e-12)


def test_one_case():
    chart = BernoulliCusum(criterion=C, limit=0.5)
    assert run_length(chart, failure_rate=0.3, horizon=1).signal_by(1) == pytest.approx(0.3, rel=1e-15)


def test_certain_outcomes():
    """Never a failure: the deterioration chart never signals. Always a failure: after ceil(limit / ln 2) cases."""
    chart = BernoulliCusum(criterion=C, limit=3.0)
    never = run_length(chart, failure_rate=0.0)
    assert never.mean == math.inf
    assert never.signal_by(10_000) == 0.0
    assert never.quantile(0.5) == math.inf
    assert never.by_kind == {"deterioration": 0.0}
    seldom = run_length(chart, failure_rate=[0.9] * 6 + [0.0])
    assert 0 < seldom.signal_by(10_000) == seldom.signal_by(6) < 0.999
    assert seldom.quantile(0.5) <= 6
    assert seldom.quantile(0.9999) == math.inf == seldom.mean
    gridded = run_length(chart, failure_rate=0.0, method="grid")
    assert gridded.quantile(0.5) == math.inf == gridded.mean
    assert gridded.bounds(5000) == (0.0, 0.0)
    always = run_length(chart, failure_rate=1.0)
    assert always.mean == pytest.approx(5.0, abs=1e-12)
    assert always.median == 5
    assert always.signal_by(4) == 0.0
    assert always.signal_by(5) == pytest.approx(1.0, abs=1e-12)


def test_a_learning_curve_ends_at_its_last_rate():
    """Beyond the curve the mean is what the constant last rate would add."""
    steps = learning(0.1, 0.2, 1.25)
    curve = [0.6, 0.4, 0.1]
    result = run_length(LearningCurveCusum(criterion=C, limit=1.25), failure_rate=curve)
    up, _ = propagate(steps, curve, 603)
    assert up[-1] == pytest.approx(1.0, abs=1e-9)
    assert result.mean == pytest.approx(1 + float(np.sum(1 - up)), rel=1e-7)
    assert result.signal_by(60) == pytest.approx(up[59], rel=1e-10)


def test_the_true_rate_may_lie_outside_the_criterion():
    chart = LearningCurveCusum(criterion=C, limit=1.25)
    found = [run_length(chart, failure_rate=p, horizon=50).signal_by(50) for p in (0.01, 0.1, 0.2, 0.5, 0.9)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.99
    assert found[-1] < 1e-9


@pytest.mark.parametrize("rate", [-0.1, 1.5, float("nan"), None, "0.1"], ids=repr)
def test_failure_rates_that_are_refused(rate):
    with pytest.raises(CusumError, match="failure_rate"):
        run_length(LearningCurveCusum(criterion=C, limit=1.25), failure_rate=rate, horizon=10)


def test_a_wrong_rate_in_a_learning_curve_is_named_by_its_position():
    with pytest.raises(CusumError, match=r"(?s)failure_rate(?=.*1\.3)(?=.*\b3\b)"):
        run_length(LearningCurveCusum(criterion=C, limit=1.25), failure_rate=[0.5, 0.4, 1.3, 0.2], horizon=10)


@pytest.mark.parametrize("horizon", [0, -3, 2.5], ids=repr)
def test_horizons_that_are_refused(horizon):
    with pytest.raises(CusumError, match=r"horizon"):
        run_length(LearningCurveCusum(criterion=C, limit=1.25), failure_rate=0.1, horizon=horizon)


def test_steps_of_the_oracle_are_those_of_the_charts():
    """The independent program and the charts agree on the scores."""
    chart = LearningCurveCusum(criterion=C, limit=1.0)
    steps: Steps = learning(0.1, 0.2, 1.0)
    np.testing.assert_allclose(chart.run([0, 1]).scores, [steps.success, steps.failure], rtol=1e-14)
    steps = bernoulli(0.1, 0.2, 1.0)
    np.testing.assert_allclose(
        BernoulliCusum(criterion=C, limit=1.0).run([0, 1]).scores, [steps.success, steps.failure], rtol=1e-14
    )
