"""The power that no chart can exceed, against a loop and against the charts."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from cusum import Criterion, LearningCurveCusum, competence_probability, find_limit
from cusum.design.bound import power_bound
from cusum.design.planning import best_power
from cusum.errors import CusumError

C = Criterion(acceptable=0.10, unacceptable=0.20)


@pytest.mark.parametrize("cases", [1, 7, 14, 30, 60])
@pytest.mark.parametrize("promise", [0.01, 0.05, 0.4])
def test_fewest_failures_first_until_the_promise_is_used_up(cases, promise):
    left, power = Fraction(promise), Fraction(0)
    for k in range(cases + 1):
        bad = math.comb(cases, k) * Fraction(2, 10) ** k * Fraction(8, 10) ** (cases - k)
        good = math.comb(cases, k) * Fraction(1, 10) ** k * Fraction(9, 10) ** (cases - k)
        share = min(Fraction(1), left / bad)
        left, power = left - share * bad, power + share * good
    assert power_bound(C, cases=cases, false_competence=promise) == pytest.approx(float(power), rel=1e-12)


def test_the_published_comparison():
    assert round(power_bound(C, cases=50), 2) == 0.62
    assert round(power_bound(C, cases=100), 2) == 0.88


@pytest.mark.parametrize("seed", range(6))
def test_no_limit_of_any_design_exceeds_it(seed):
    rng = np.random.default_rng(seed)
    acceptable = rng.uniform(0.02, 0.3)
    criterion = Criterion(acceptable=acceptable, unacceptable=rng.uniform(acceptable + 0.03, 0.7))
    cases, promise = int(rng.integers(5, 60)), rng.uniform(0.005, 0.3)
    design = find_limit(LearningCurveCusum(criterion=criterion, limit=1.0), false_signal=promise, within=cases)
    bound = power_bound(criterion, cases=cases, false_competence=promise)
    assert design.true_signal <= bound + 1e-12
    assert best_power(criterion, cases, promise) <= bound + 1e-12
    kept = power_bound(criterion, cases=cases, false_competence=max(design.false_signal, 1e-9))
    assert competence_probability(design.chart, failure_rate=acceptable, within=cases) <= kept + 1e-9


def test_ten_thousand_cases_leave_nothing_to_chance():
    assert power_bound(C, cases=10_000) == pytest.approx(1.0)
    assert power_bound(C, cases=10_000, false_competence=0.999) <= 1.0


@pytest.mark.parametrize(
    ("change", "match"), [({"cases": 0}, "cases is 0"), ({"false_competence": 1.0}, "false_competence is 1")]
)
def test_what_is_refused(change, match):
    with pytest.raises(CusumError, match=match):
        power_bound(C, **({"cases": 20} | change))
