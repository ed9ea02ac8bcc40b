"""The design of the LC-CUSUM with a last look: against every sequence, a dictionary of states, and simulation."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cusum import Criterion, dynamic_limits, find_limit, run_length, state_probabilities
from cusum.charts.low_volume import LastLookCusum
from cusum.design.low_volume import design_low_volume, last_look_by_case, move_last_look
from cusum.errors import InvalidParameter

FEW = settings(derandomize=True, deadline=None, max_examples=30)
PROGRAMME = [(0.05, 0.10), (0.10, 0.20), (0.20, 0.40)]
VOLUMES = [20, 30, 50, 100]


def steps(criterion):
    """What a success adds and what a failure takes."""
    p0, p1 = criterion.acceptable, criterion.unacceptable
    return math.log((1 - p0) / (1 - p1)), math.log(p1 / p0)


def by_dictionary(chart, rates):
    """Probability of having been declared by each case: every reachable value and its probability, case by case."""
    up, down = steps(chart.criterion)
    now, total, found = {0.0: 1.0}, 0.0, []
    for n, rate in enumerate(rates, start=1):
        after = defaultdict(float)
        for value, chance in now.items():
            for moved, weight in ((value + up, 1 - rate), (max(0.0, value - down), rate)):
                if moved >= (chart.limit if n < chart.cases else chart.last_limit) - 1e-9:
                    total += chance * weight
                else:
                    after[round(moved, 11)] += chance * weight
        now = after
        found.append(total)
    return found


@pytest.mark.parametrize("rates", [[0.5] * 10, np.linspace(0.9, 0.1, 10), [0.0] * 10, [1.0] * 10])
def test_every_sequence_counted(rates):
    chart = LastLookCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.5), limit=1.4, last_limit=0.6, cases=10)
    first = np.zeros(11)
    for outcomes in itertools.product((0, 1), repeat=10):
        signal = chart.run(outcomes).competence
        if signal:
            first[signal.case] += np.prod(np.where(outcomes, rates, 1 - np.asarray(rates)))
    np.testing.assert_allclose(last_look_by_case(chart, failure_rate=rates), np.cumsum(first[1:]), atol=1e-12)


SMALL = LastLookCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.5), limit=1.4, last_limit=0.6, cases=10)


@pytest.mark.parametrize("rates", [[0.3], np.linspace(0.9, 0.1, 10), np.linspace(0.5, 0.2, 14)])
def test_run_length_counts_every_sequence(rates):
    """All sequences of twelve cases, two more than planned, each run through the chart."""
    by_case = np.concatenate((rates, np.full(12, rates[-1])))[:12]
    first = np.zeros(13)
    for outcomes in itertools.product((0, 1), repeat=12):
        first[SMALL.run(outcomes).first() or 0] += np.prod(np.where(outcomes, by_case, 1 - by_case))
    found = run_length(SMALL, failure_rate=rates)
    upto = np.concatenate(([0.0], np.cumsum(first[1:])))
    np.testing.assert_allclose(found.signal_by(np.arange(13)), upto, atol=1e-12)
    assert upto[12] == upto[10] < 1
    assert found.signal_by(10_000) == pytest.approx(upto[10], abs=1e-12)
    assert found.signal_by(7, kind="competent") == found.signal_by(7)
    assert found.bounds(10) == (found.signal_by(10), found.signal_by(10))
    assert found.by_kind == {"competent": pytest.approx(upto[10], abs=1e-12)}
    assert found.method == "exact"
    assert found.mean == math.inf
    for q in (0.01, 0.3 * upto[10], 0.999 * upto[10]):
        assert found.quantile(q) == np.flatnonzero(upto >= q)[0]
    assert found.quantile((1 + upto[10]) / 2) == math.inf


def test_run_length_where_a_declaration_is_certain():
    assert run_length(SMALL, failure_rate=0.0).mean == math.ceil(1.4 / math.log(0.8 / 0.5))
    easy = LastLookCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.5), limit=5.0, last_limit=0.4, cases=3)
    found = run_length(easy, failure_rate=[0.7, 0.4, 0.0])  # a success at the last look is enough
    assert (found.mean, found.median, found.signal_by(2), found.signal_by(3)) == (3.0, 3.0, 0.0, 1.0)
    assert run_length(SMALL, failure_rate=1.0).signal_by(10) == 0.0


def test_run_length_of_a_mix_of_risks_is_that_of_their_mean():
    found = run_length(SMALL, risk=[0.1, 0.2, 0.6])
    expected = run_length(SMALL, failure_rate=0.3)
    assert found.signal_by(10) == pytest.approx(expected.signal_by(10), abs=1e-12)


@pytest.mark.parametrize("method", ["grid", "simulation"])
def test_run_length_is_exact_or_refused(method):
    with pytest.raises(InvalidParameter, match="'auto' or 'exact' for LastLookCusum"):
        run_length(SMALL, failure_rate=0.1, method=method, seed=1)


def test_designs_of_one_limit_lead_to_the_design_of_two():
    with pytest.raises(InvalidParameter, match=r"Design its two limits with cusum\.design_low_volume"):
        find_limit(SMALL, false_signal=0.05, within=10)
    with pytest.raises(InvalidParameter, match="LastLookCusum"):
        find_limit(SMALL, in_control_mean=100)
    with pytest.raises(InvalidParameter, match="LastLookCusum"):
        state_probabilities(SMALL, failure_rate=0.1, within=10)
    with pytest.raises(InvalidParameter, match="LastLookCusum"):
        dynamic_limits(SMALL, risk=[0.1], false_signal_per_case=0.01)


@FEW
@given(
    st.floats(0.03, 0.4),
    st.floats(0.05, 0.4),
    st.integers(2, 45),
    st.floats(0.2, 4.0),
    st.floats(0.2, 4.0),
    st.floats(0.0, 1.0),
)
def test_states_in_a_dictionary(acceptable, gap, cases, limit, last_limit, rate):
    chart = LastLookCusum(
        criterion=Criterion(acceptable=acceptable, unacceptable=acceptable + gap),
        limit=limit,
        last_limit=last_limit,
        cases=cases,
    )
    rates = np.linspace(rate, rate / 2, cases)
    np.testing.assert_allclose(last_look_by_case(chart, failure_rate=rates), by_dictionary(chart, rates), atol=1e-10)


@pytest.mark.parametrize("cases", VOLUMES)
@pytest.mark.parametrize(("acceptable", "unacceptable"), PROGRAMME)
def test_the_promise_is_kept_and_more_are_declared(acceptable, unacceptable, cases):
    """Exactly kept, at worse rates and on courses that never fall below the unacceptable one too."""
    criterion = Criterion(acceptable=acceptable, unacceptable=unacceptable)
    design = design_low_volume(criterion, cases=cases)
    kept = by_dictionary(design.chart, [unacceptable] * cases)[-1]
    assert design.false_signal == pytest.approx(kept, abs=1e-9)
    assert design.false_signal <= 0.05
    assert design.false_before <= 0.025
    assert design.true_signal >= design.ordinary.true_signal
    assert design.true_signal == pytest.approx(by_dictionary(design.chart, [acceptable] * cases)[-1], abs=1e-9)
    n = np.arange(cases)
    for worse in (
        np.full(cases, 1.4 * unacceptable),
        unacceptable * (1 + np.exp(-n / 5)),
        unacceptable + 0.1 * (n % 2),
    ):
        assert last_look_by_case(design.chart, failure_rate=worse)[-1] <= design.false_signal + 1e-12


@FEW
@given(
    st.floats(0.03, 0.3),
    st.floats(1.3, 3.0),
    st.integers(2, 40),
    st.sampled_from([0.01, 0.05, 0.1, 0.3]),
    st.floats(0.05, 0.95),
)
def test_both_limits_are_the_smallest_that_keep_the_promise(acceptable, ratio, cases, promise, reserve):
    criterion = Criterion(acceptable=acceptable, unacceptable=acceptable * ratio)
    design = design_low_volume(criterion, cases=cases, false_competence=promise, reserve=reserve)
    assert design.false_before <= promise * (1 - reserve)
    assert design.false_signal <= promise
    assert design.reachable == (design.false_signal > 0)
    up, down = steps(criterion)
    lower = design.chart.last_limit
    attainable = {i * up - j * down for i in range(1, cases + 1) for j in range(cases + 1 - i)}
    below = max((v for v in attainable if v < lower - 1e-8 and v > 1e-8), default=None)
    if below is not None:
        other = LastLookCusum(criterion=criterion, limit=design.chart.limit, last_limit=below, cases=cases)
        broken = last_look_by_case(other, failure_rate=criterion.unacceptable)[-1]
        assert broken > promise or broken == pytest.approx(design.false_signal, abs=1e-12)


def test_simulated_trainees():
    """200,000 trainees who learn, within four standard errors at three cases."""
    chart = design_low_volume(Criterion(acceptable=0.1, unacceptable=0.2), cases=50).chart
    rates = 0.09 + 0.51 * np.exp(-np.arange(50) / 5)
    exact = last_look_by_case(chart, failure_rate=rates)
    failed = np.random.default_rng(71).random((200_000, 50)) < rates
    up, down = steps(chart.criterion)
    value, declared = np.zeros(200_000), np.zeros(200_000, dtype=bool)
    for n in range(50):
        value = np.maximum(0.0, value + np.where(failed[:, n], -down, up))
        declared |= value >= (chart.limit if n < 49 else chart.last_limit) - 1e-9
        if n + 1 in (35, 49, 50):
            error = math.sqrt(exact[n] * (1 - exact[n]) / 200_000)
            assert abs(declared.mean() - exact[n]) < 4 * error
    assert exact[-1] > exact[-2] + 0.1


def test_values_of_the_table():
    """Criterion 10%/20%: the designs of the page on low volumes."""
    criterion = Criterion(acceptable=0.10, unacceptable=0.20)
    fifty, hundred = (design_low_volume(criterion, cases=n) for n in (50, 100))
    found = [(d.false_signal, d.true_signal, d.ordinary.true_signal) for d in (fifty, hundred)]
    np.testing.assert_allclose(found, [(0.0491, 0.5373, 0.4971), (0.0499, 0.7754, 0.7479)], atol=6e-5)
    assert "power 0.537 (without it 0.497)" in repr(fifty)


@pytest.mark.parametrize("cases", [16, 24, 40, 47, 50, 60])
def test_a_moved_last_look_keeps_the_promise(cases):
    design = design_low_volume(Criterion(acceptable=0.10, unacceptable=0.20), cases=50)
    moved = move_last_look(design, cases=cases)
    assert moved.chart.limit == design.chart.limit
    assert moved.chart.cases == moved.promise.within == cases
    kept = by_dictionary(moved.chart, [0.2] * cases)[-1]
    assert moved.false_signal == pytest.approx(kept, abs=1e-9)
    assert kept <= 0.05
    failure = np.random.default_rng(3).random(cases - 1) < 0.15
    np.testing.assert_array_equal(moved.chart.run(failure).statistic, design.chart.run(failure).statistic[: cases - 1])
    if cases == 50:
        assert moved.chart == design.chart


def test_a_last_look_cannot_be_moved_beyond_what_is_left():
    design = design_low_volume(Criterion(acceptable=0.10, unacceptable=0.20), cases=50)
    with pytest.raises(InvalidParameter, match="cases is 400; expected a number of cases within which"):
        move_last_look(design, cases=400)


def test_too_few_cases_decide_nothing():
    design = design_low_volume(Criterion(acceptable=0.05, unacceptable=0.10), cases=20)
    assert not design.reachable
    assert (design.false_signal, design.true_signal) == (0.0, 0.0)
    assert repr(design) == "<LowVolumeDesign: 20 cases cannot decide>"
    assert design.chart.run([0] * 20).first() is None


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"cases": 1}, "cases is 1"),
        ({"cases": 2.5}, "cases is 2.5"),
        ({"reserve": 0.0}, "reserve is 0.0"),
        ({"reserve": 1.0}, "reserve is 1.0"),
        ({"false_competence": 1.0}, "false_competence is 1.0"),
        ({"criterion": None}, "criterion is None"),
    ],
)
def test_illegal_parameters_are_refused_by_name(change, match):
    arguments = {"criterion": Criterion(acceptable=0.1, unacceptable=0.2), "cases": 30} | change
    with pytest.raises(InvalidParameter, match=match):
        design_low_volume(arguments.pop("criterion"), **arguments)


def test_a_last_look_at_the_first_case_is_refused():
    design = design_low_volume(Criterion(acceptable=0.1, unacceptable=0.2), cases=30)
    with pytest.raises(InvalidParameter, match="cases is 1"):
        move_last_look(design, cases=1)
