"""The limit that keeps a promise, found by trying every attainable value over every sequence."""

from __future__ import annotations

import math

import numpy as np
import pytest
from designs import criteria
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from oracles import bernoulli, learning, propagate, smallest_limit

from cusum import BernoulliCusum, Criterion, LearningCurveCusum, find_limit, run_length
from cusum.errors import CusumError

C = Criterion(acceptable=0.1, unacceptable=0.2)


def criterion(rates):
    return Criterion(acceptable=rates[0], unacceptable=rates[1])


@pytest.mark.parametrize(
    ("cases", "limit", "kept", "power"),
    [(50, 2.853895, 0.048933, 0.497133), (100, 3.705478, 0.048962, 0.747936)],
)
def test_worked_examples(cases, limit, kept, power):
    design = find_limit(LearningCurveCusum(criterion=C, limit=1.0), false_signal=0.05, within=cases)
    assert design.limit == pytest.approx(limit, abs=5e-7)
    assert design.false_signal == pytest.approx(kept, abs=5e-7)
    assert design.true_signal == pytest.approx(power, abs=5e-7)
    assert design.chart == LearningCurveCusum(criterion=C, limit=design.limit)
    assert run_length(design.chart, failure_rate=0.2, horizon=cases).signal_by(cases) == pytest.approx(
        design.false_signal, rel=1e-12
    )


def test_the_charts_own_limit_is_ignored():
    found = {
        find_limit(LearningCurveCusum(criterion=C, limit=limit), false_signal=0.05, within=60).limit
        for limit in (0.01, 1.0, 50.0)
    }
    assert len(found) == 1


def test_the_promise_is_said():
    design = find_limit(LearningCurveCusum(criterion=C, limit=1.0), false_signal=0.05, within=50)
    assert "50" in str(design.promise)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(rates=criteria(gap=0.05), promise=st.floats(0.005, 0.6), cases=st.integers(1, 11), watch=st.booleans())
def test_the_smallest_attainable_limit_that_keeps_the_promise(rates, promise, cases, watch):
    """All 2^n sequences, every value that the statistic can take."""
    steps = bernoulli(*rates, math.inf) if watch else learning(*rates, math.inf)
    rate = rates[0] if watch else rates[1]
    best = smallest_limit(steps, rate, cases, promise)
    assume(best is not None)
    limit, kept = best
    assume(abs(kept - promise) > 1e-9)
    chart = (BernoulliCusum if watch else LearningCurveCusum)(criterion=criterion(rates), limit=1.0)
    design = find_limit(chart, false_signal=promise, within=cases)
    assert design.limit == pytest.approx(limit, abs=1e-8)
    assert design.false_signal == pytest.approx(kept, abs=1e-10)
    assert design.false_signal <= promise


@settings(derandomize=True, deadline=None, max_examples=25)
@given(rates=criteria(gap=0.05), promise=st.floats(0.01, 0.3), cases=st.integers(15, 60), watch=st.booleans())
def test_the_next_lower_limit_breaks_the_promise(rates, promise, cases, watch):
    """Kept at the limit, broken just below it, and the limit is a value that the statistic can take."""
    make = bernoulli if watch else learning
    rate = rates[0] if watch else rates[1]
    run = (rates[0] if watch else 1 - rates[1]) ** cases
    assume(run < promise)
    chart = (BernoulliCusum if watch else LearningCurveCusum)(criterion=criterion(rates), limit=1.0)
    design = find_limit(chart, false_signal=promise, within=cases)
    at, _ = propagate(make(*rates, design.limit), rate, cases)
    assert at[-1] == pytest.approx(design.false_signal, abs=1e-11)
    assert at[-1] <= promise + 1e-12
    values = attainable(make(*rates, math.inf), cases)
    assert np.abs(values - design.limit).min() < 1e-9, "the statistic can take the value of the limit"
    lower = next_lower(make, rates, rate, cases, design.limit)
    assert lower is None or lower > promise - 1e-12


def next_lower(make, rates, rate, cases, limit):
    """P(signal) with the limit at the next attainable value below `limit` (None if there is none)."""
    values = attainable(make(*rates, math.inf), cases)
    values = values[values < limit - 1e-8]
    return propagate(make(*rates, float(values[-1])), rate, cases)[0][-1] if len(values) else None


def attainable(steps, cases):
    """Every value above zero that a chart with a barrier can take within `cases` cases, by walking its states."""
    states = {(0, 0)}
    seen = set()
    for _ in range(cases):
        after = set()
        for failures, successes in states:
            for state in ((failures + 1, successes), (failures, successes + 1)):
                value = state[0] * steps.failure + state[1] * steps.success
                after.add(state if value > 1e-12 else (0, 0))
        states = after
        seen |= states
    values = np.array(sorted(f * steps.failure + s * steps.success for f, s in seen))
    return values[values > 1e-9]


@settings(derandomize=True, deadline=None, max_examples=30)
@given(rates=criteria(gap=0.05), promise=st.floats(0.005, 0.3), cases=st.integers(1, 10), watch=st.booleans())
def test_where_no_limit_can_signal_in_time(rates, promise, cases, watch):
    """Even the unbroken run is too likely: no limit within reach keeps the promise, and that is said."""
    rate = rates[0] if watch else 1 - rates[1]
    assume(rate**cases > promise * 1.001)
    steps = bernoulli(*rates, math.inf) if watch else learning(*rates, math.inf)
    assert smallest_limit(steps, rates[0] if watch else rates[1], cases, promise) is None
    chart = (BernoulliCusum if watch else LearningCurveCusum)(criterion=criterion(rates), limit=1.0)
    design = find_limit(chart, false_signal=promise, within=cases)
    assert not design.reachable
    assert design.false_signal == 0.0
    assert design.true_signal == 0.0
    run = max(steps.success, steps.failure)
    assert design.limit > cases * run + 1e-9
    assert design.shortest_run > cases
    assert design.shortest_run == math.ceil(design.limit / run - 1e-8)


def test_the_shortest_run_that_signals():
    design = find_limit(LearningCurveCusum(criterion=C, limit=1.0), false_signal=0.05, within=50)
    assert design.reachable
    assert design.shortest_run == math.ceil(2.853895 / math.log(0.9 / 0.8)) == 25


@pytest.mark.parametrize("promise", [0.01, 0.05, 0.1, 0.2])
def test_a_stricter_promise_never_lowers_the_limit(promise):
    chart = LearningCurveCusum(criterion=C, limit=1.0)
    strict = find_limit(chart, false_signal=promise, within=80)
    loose = find_limit(chart, false_signal=promise * 1.5, within=80)
    longer = find_limit(chart, false_signal=promise, within=120)
    assert loose.limit <= strict.limit <= longer.limit
    assert loose.true_signal >= strict.true_signal


def test_the_monitoring_promise_is_about_an_adequate_performer():
    design = find_limit(BernoulliCusum(criterion=C, limit=1.0), false_signal=0.05, within=50)
    false, _ = propagate(bernoulli(0.1, 0.2, design.limit), 0.1, 50)
    true, _ = propagate(bernoulli(0.1, 0.2, design.limit), 0.2, 50)
    assert design.false_signal == pytest.approx(false[-1], rel=1e-10)
    assert design.true_signal == pytest.approx(true[-1], rel=1e-10)
    assert design.false_signal <= 0.05


@pytest.mark.parametrize("promise", [0, 1, -0.1, 1.5, float("nan"), None, "5%"], ids=repr)
def test_promises_that_are_refused(promise):
    with pytest.raises(CusumError, match="false_signal"):
        find_limit(LearningCurveCusum(criterion=C, limit=1.0), false_signal=promise, within=50)


@pytest.mark.parametrize("within", [0, -5, 2.5, None, float("nan")], ids=repr)
def test_numbers_of_cases_that_are_refused(within):
    with pytest.raises(CusumError, match="within"):
        find_limit(LearningCurveCusum(criterion=C, limit=1.0), false_signal=0.05, within=within)
