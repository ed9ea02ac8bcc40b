"""Power by limit and by number of cases, Wald's promise, and learners: against one propagation for each."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import learning, propagate

from cusum import BernoulliCusum, Criterion, LearningCurveCusum, competence_probability, find_limit, plan_volume
from cusum.design import (
    learner_rates,
    power_bound,
    power_by_limit,
    power_by_volume,
    wald_promise,
)
from cusum.design.listing import listed
from cusum.design.passages import attainable_values, signal_by_limit, signal_by_limit_of_learner
from cusum.design.planning import cases_for_power
from cusum.design.wald import wald_limit
from cusum.errors import CusumError

C = Criterion(acceptable=0.10, unacceptable=0.20)


def lc(criterion, limit=1.0):
    """An LC-CUSUM."""
    return LearningCurveCusum(criterion=criterion, limit=limit)


@st.composite
def designs(draw):
    """A criterion, a number of cases, a true failure rate, and a number between 0 and 1 to pick with."""
    acceptable = draw(st.floats(0.02, 0.4))
    unacceptable = draw(st.floats(acceptable + 0.02, 0.8))
    criterion = Criterion(acceptable=acceptable, unacceptable=unacceptable)
    return criterion, draw(st.integers(1, 45)), draw(st.floats(0, 1)), draw(st.floats(0, 1))


class TestManyLimitsAtOnce:
    @settings(max_examples=25, deadline=None)
    @given(designs())
    def test_each_is_what_following_that_chart_alone_gives(self, drawn):
        criterion, cases, rate, pick = drawn
        values = attainable_values(lc(criterion), cases).values
        limit = float(values[int(pick * (values.size - 1))])
        found = signal_by_limit(lc(criterion), np.array([limit, limit / 2]), rate, cases)
        for k, h in enumerate((limit, limit / 2)):
            up, _ = propagate(learning(criterion.acceptable, criterion.unacceptable, h), rate, cases)
            assert found[k] == pytest.approx(up, abs=1e-12)

    @settings(max_examples=15, deadline=None)
    @given(designs())
    def test_the_same_for_a_trainee_who_learns(self, drawn):
        criterion, cases, start, pick = drawn
        rates = np.linspace(start, start * pick, cases)
        values = attainable_values(lc(criterion), cases).values
        limits = np.append(values[:: max(1, values.size // 5)], np.inf)
        found = signal_by_limit_of_learner(lc(criterion), limits, rates)
        for limit, row in zip(limits[:-1], found, strict=False):
            up, _ = propagate(learning(criterion.acceptable, criterion.unacceptable, limit), rates, cases)
            assert row == pytest.approx(up, abs=1e-12)
        assert not found[-1].any()

    def test_the_values_are_those_of_all_sequences(self):
        criterion = Criterion(acceptable=0.15, unacceptable=0.4)
        up, down = lc(criterion).scores([0, 1])
        seen = set()
        for outcomes in range(2**9):
            statistic = 0.0
            for case in range(9):
                statistic = max(0.0, statistic + (down if outcomes >> case & 1 else up))
                seen.add(round(statistic, 9))
        values = attainable_values(lc(criterion), 9)
        assert values.values.round(9).tolist() == sorted(seen - {0.0})
        assert attainable_values(lc(criterion), 9, highest=1.0).values.max() <= 1.0
        assert values.first[values.values > 8.5 * up].tolist() == [9]


class TestPowerByLimit:
    def test_the_designed_limit_is_the_first_that_keeps_the_promise(self):
        found = power_by_limit(C, cases=50)
        keeps = np.flatnonzero(found.false_signal <= 0.05)[0]
        design = find_limit(lc(C), false_signal=0.05, within=50)
        assert found.limits[keeps] == pytest.approx(design.limit, abs=1e-12)
        assert found.power[keeps] == pytest.approx(design.true_signal, abs=1e-12)
        assert (found.design.limit, found.design.false_signal) == (design.limit, design.false_signal)
        assert found.wald_false_signal == pytest.approx(0.056, abs=5e-4)
        assert (np.diff(found.power) <= 1e-12).all()
        assert (np.diff(found.false_signal) <= 1e-12).all()

    def test_every_limit_is_exact(self):
        found = power_by_limit(C, cases=30, highest=2.5)
        assert 2.3 < found.limits.max() <= 2.5
        for limit, false, power in zip(found.limits, found.false_signal, found.power, strict=True):
            for rate, chance in ((0.2, false), (0.1, power)):
                alone = competence_probability(lc(C, limit), failure_rate=rate, within=30)
                assert alone == pytest.approx(chance, abs=1e-12)

    def test_the_mirrored_chart(self):
        chart = BernoulliCusum(criterion=C, limit=1.0)
        found = power_by_limit(chart, cases=40)
        design = find_limit(chart, false_signal=0.05, within=40)
        at = np.flatnonzero(np.isclose(found.limits, design.limit, atol=1e-9))[0]
        assert found.false_signal[at] == pytest.approx(design.false_signal, abs=1e-12)
        assert found.power[at] == pytest.approx(design.true_signal, abs=1e-12)
        assert found.power[at] > found.false_signal[at]

    def test_where_nothing_can_decide(self):
        found = power_by_limit(C, cases=5)
        assert not found.design.reachable
        assert found.limits[-2] == pytest.approx(5 * math.log(0.9 / 0.8))
        assert (found.false_signal[-1], found.power[-1], found.wald_power) == (0, 0, 0)
        assert found.false_signal[-2] == pytest.approx(0.8**5)
        assert "none keeps the promise" in repr(found)

    def test_of_very_many_limits_some_are_listed_and_the_designed_one(self):
        found = power_by_limit(Criterion(acceptable=0.3, unacceptable=0.5), cases=300)
        assert found.limits.size <= 2002
        assert np.isclose(found.limits, found.design.limit, atol=1e-9).any()


class TestPowerByVolume:
    @pytest.fixture(scope="class")
    @classmethod
    def found(cls):
        return power_by_volume(
            C, cases=50, failure_rate=learner_rates(start=0.6, finish=0.09, time_constant=5, cases=99)
        )

    def test_every_number_has_the_limit_designed_for_it(self, found):
        for n in (*range(1, 30, 3), 50, 77, 100, 150):
            plan = plan_volume(C, cases=n)
            assert found.power[n - 1] == pytest.approx(plan.power, abs=1e-12)
            if plan.can_decide:
                assert found.limit[n - 1] == pytest.approx(plan.design.limit, abs=1e-12)
                assert found.false_competence[n - 1] == pytest.approx(plan.design.false_signal, abs=1e-12)
            else:
                assert math.isnan(found.limit[n - 1])
                assert found.false_competence[n - 1] == 0

    def test_the_trainee_who_learns(self, found):
        rates = 0.09 + 0.51 * np.exp(-np.arange(150) / 5)
        for n in (30, 50, 99):
            plan = plan_volume(C, cases=n, failure_rate=rates)
            assert found.learner[n - 1] == pytest.approx(plan.learner.declared, abs=1e-12)
        assert found.adequate_from == plan_volume(C, cases=99, failure_rate=rates).learner.adequate_from
        assert found.cases_for(0.5, learner=True) > found.cases_for(0.5)
        assert round(float(found.learner[99]), 2) == 0.79

    def test_the_bound_is_above_and_the_promise_is_kept(self, found):
        assert (found.power <= found.bound + 1e-12).all()
        assert (found.false_competence <= 0.05).all()
        assert found.bound[49] == power_bound(C, cases=50)

    def test_the_numbers_needed_are_those_of_the_plan(self, found):
        assert found.planned == 50
        for power in (0.5, 0.8, 0.9):
            assert found.cases_for(power) == cases_for_power(C, power, 0.05)
        assert found.cases_for(0.99) is None
        assert power_by_volume(C, up_to=20).cases_for(0.5, learner=True) is None
        assert "power 49.7% within 50; 50% from 53 cases on" in repr(found)

    def test_too_few_to_list_anything(self):
        found = power_by_volume(C, up_to=13)
        assert np.isnan(found.limit).all()
        assert not found.power.any()
        assert "never 50%" in repr(found)

    def test_the_list_covers_the_plan(self):
        assert power_by_volume(C, cases=40, up_to=10).cases[-1] == 40

    @pytest.mark.parametrize(
        ("change", "match"),
        [({"cases": 0}, "cases is 0"), ({"failure_rate": 0.2}, "0 dimensions"), ({"false_competence": 2}, "is 2")],
    )
    def test_what_is_refused(self, change, match):
        with pytest.raises(CusumError, match=match):
            power_by_volume(C, **change)


class TestWald:
    def test_the_published_truth(self):
        truth = wald_promise(C, cases=100)
        assert [round(truth.false_by(n), 3) for n in (50, 100, 200)] == [0.056, 0.175, 0.369]
        assert truth.cases[-1] == 200
        assert truth.designed_false_signal[99] == pytest.approx(0.048962, abs=5e-7)
        assert truth.designed_power[99] == pytest.approx(0.747936, abs=5e-7)

    def test_by_a_loop(self):
        up, _ = propagate(learning(0.1, 0.2, math.log(0.8 / 0.05)), 0.2, 60)
        assert wald_promise(C, cases=30).false_signal == pytest.approx(up, abs=1e-12)

    def test_the_mirrored_chart(self):
        truth = wald_promise(BernoulliCusum(criterion=C, limit=9.0), cases=60, alpha=0.1, beta=0.1, up_to=60)
        assert truth.limit == pytest.approx(math.log(9))
        assert truth.designed_false_signal[-1] <= 0.1
        assert truth.chart.null_rate == 0.1

    def test_errors_that_sum_to_one_have_no_limit(self):
        with pytest.raises(CusumError, match=r"alpha is 0\.3 and beta is 0\.7"):
            wald_limit(0.3, 0.7)

    def test_a_chart_with_a_head_start_is_refused(self):
        with pytest.raises(CusumError, match=r"start is 0\.5; expected a chart that starts at 0"):
            wald_promise(LearningCurveCusum(criterion=C, limit=2.0, start=0.5), cases=20)


class TestLearner:
    def test_the_curve(self):
        rates = learner_rates(start=0.6, finish=0.09, time_constant=5, cases=200)
        assert rates[0] == pytest.approx(0.6)
        assert (rates[5] - 0.09) / 0.51 == pytest.approx(math.exp(-1))
        assert rates[-1] == pytest.approx(0.09)

    @pytest.mark.parametrize(
        ("change", "match"),
        [({"finish": 0.7}, r"finishes at 0\.7"), ({"time_constant": 0}, "time_constant"), ({"start": 1.0}, "start")],
    )
    def test_what_is_refused(self, change, match):
        with pytest.raises(CusumError, match=match):
            learner_rates(**({"start": 0.5, "finish": 0.1, "time_constant": 5, "cases": 10} | change))


@pytest.mark.parametrize(
    "result", [power_by_limit(C, cases=20), power_by_volume(C, up_to=20), wald_promise(C, cases=10)], ids=type
)
def test_results_are_tables_for_a_notebook(result):
    columns = result.columns()
    assert len({values.size for values in columns.values()}) == 1
    html = result._repr_html_()
    assert html.count("<tr>") == 13
    assert html.count("<th>") == len(columns)
    assert listed(repr(result), columns) == html
