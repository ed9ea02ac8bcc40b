"""What a volume of cases can decide, against direct counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from oracles import learning, propagate

from cusum import Criterion
from cusum.design import competence_by_case, design_low_volume
from cusum.design.planning import adequate_from, best_power, plan_volume
from cusum.errors import CusumError

C = Criterion(acceptable=0.10, unacceptable=0.20)


@pytest.mark.parametrize(("cases", "power", "best"), [(50, 0.497133, 0.62), (100, 0.747936, 0.88)])
def test_published_powers(cases, power, best):
    plan = plan_volume(C, cases=cases)
    assert plan.power == pytest.approx(power, abs=5e-7)
    assert plan.best_power == pytest.approx(best, abs=5e-3)
    assert plan.can_decide
    assert plan.longest_run == math.ceil(plan.design.limit / math.log(0.9 / 0.8) - 1e-9)


def test_too_few_cases_cannot_decide():
    plan = plan_volume(C, cases=10)
    assert not plan.can_decide
    assert plan.power == 0.0
    assert plan.longest_run > 10
    assert plan.best_power == 0.0
    assert "cannot decide" in repr(plan)


def test_the_cases_for_a_power_are_enough_and_one_fewer_are_not():
    criterion = Criterion(acceptable=0.1, unacceptable=0.4)
    found = dict(plan_volume(criterion, cases=20).cases_for_power)
    for power, cases in found.items():
        assert plan_volume(criterion, cases=cases).power >= power
        assert plan_volume(criterion, cases=cases - 1).power < power
    assert found[0.5] < found[0.8] < found[0.9]


def test_best_power_by_counting_failures():
    for cases in (12, 20, 35):
        below = [math.comb(cases, k) for k in range(cases + 1)]
        kept, power = 0.0, 0.0
        for k in range(cases + 1):
            kept += below[k] * 0.2**k * 0.8 ** (cases - k)
            if kept > 0.05:
                break
            power += below[k] * 0.1**k * 0.9 ** (cases - k)
        assert best_power(C, cases, 0.05) == pytest.approx(power, abs=1e-12)


def test_a_trainee_who_learns():
    curve = 0.05 + 0.5 * np.exp(-np.arange(100) / 10)
    plan = plan_volume(C, cases=100, failure_rate=curve)
    up, _ = propagate(learning(0.1, 0.2, plan.design.limit), curve, 100)
    start = int(np.argmax(curve <= 0.1)) + 1
    assert plan.learner.adequate_from == start
    assert plan.learner.declared == pytest.approx(up[-1], rel=1e-9)
    assert plan.learner.declared_before_adequate == pytest.approx(up[start - 2], abs=1e-12)
    chance = np.diff(up[start - 2 :])
    assert plan.learner.expected_delay == pytest.approx(chance @ np.arange(chance.size) / chance.sum(), rel=1e-9)


@pytest.mark.parametrize("cases", [20, 50, 100])
def test_the_power_of_a_last_look_stands_beside(cases):
    plan = plan_volume(C, cases=cases)
    chart = design_low_volume(C, cases=cases).chart
    before, _ = propagate(learning(0.1, 0.2, chart.limit), [0.1], cases)
    assert plan.last_look_power >= before[-2]  # what the running limit alone declares before the last case
    assert plan.power < plan.last_look_power
    assert plan.last_look_learner is None


@pytest.mark.parametrize(
    ("rates", "cases", "before", "after"),
    [((0.05, 0.10), 48, 0.252, 0.209), ((0.10, 0.20), 23, 0.267, 0.221), ((0.10, 0.20), 40, 0.429, 0.407)],
)
def test_a_last_look_can_lose_where_the_steps_of_the_statistic_are_against_it(rates, cases, before, after):
    """The numbers that the page on few cases warns of."""
    plan = plan_volume(Criterion(acceptable=rates[0], unacceptable=rates[1]), cases=cases)
    assert plan.power == pytest.approx(before, abs=6e-4)
    assert plan.last_look_power == pytest.approx(after, abs=6e-4)


def test_a_trainee_who_learns_under_a_last_look():
    curve = 0.05 + 0.5 * np.exp(-np.arange(60) / 10)
    plan = plan_volume(C, cases=60, failure_rate=curve)
    declared = competence_by_case(design_low_volume(C, cases=60).chart, failure_rate=curve, within=60)
    assert plan.last_look_learner.declared == pytest.approx(declared[-1], abs=1e-12)
    assert plan.last_look_learner.declared > plan.learner.declared
    assert plan.last_look_learner.expected_delay > plan.learner.expected_delay
    assert plan.last_look_learner.adequate_from == plan.learner.adequate_from


def test_one_case_and_too_few_cases_have_no_last_look_to_speak_of():
    assert plan_volume(C, cases=1).last_look_power == 0.0
    assert plan_volume(C, cases=10).last_look_power == 0.0
    easy = plan_volume(Criterion(acceptable=0.1, unacceptable=0.99), cases=1)
    assert easy.last_look_power == easy.power == pytest.approx(0.9)


def test_so_many_cases_that_a_false_declaration_is_next_to_impossible():
    plan = plan_volume(Criterion(acceptable=0.10, unacceptable=0.40), cases=1000)
    assert plan.can_decide
    assert plan.power == pytest.approx(1.0, abs=1e-9)


def test_a_trainee_who_never_becomes_adequate():
    plan = plan_volume(C, cases=50, failure_rate=[0.5, 0.3])
    assert plan.learner.adequate_from is None
    assert plan.learner.declared == plan.learner.declared_before_adequate
    assert adequate_from(np.array([0.05, 0.3, 0.1]), C) == 3


@pytest.mark.parametrize("cases", [0, -3, 2.5, None], ids=repr)
def test_numbers_of_cases_that_are_refused(cases):
    with pytest.raises(CusumError, match="cases"):
        plan_volume(C, cases=cases)


def test_a_single_rate_is_no_learning_curve():
    with pytest.raises(CusumError, match="failure_rate"):
        plan_volume(C, cases=20, failure_rate=0.1)
