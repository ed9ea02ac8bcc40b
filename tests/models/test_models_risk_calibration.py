"""Discrimination and calibration against loops over pairs and against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from cusum.errors import InvalidData, InvalidParameter
from cusum.models.risk_calibration import area_under_curve, calibrate, measure

PAIRS = st.lists(st.tuples(st.booleans(), st.sampled_from([0.05, 0.1, 0.2, 0.3, 0.5, 0.9])), min_size=4, max_size=30)


def by_pairs(failure, risk):
    """Area and DeLong's variance, from every pair of a failure and a success."""
    ones = [r for y, r in zip(failure, risk, strict=True) if y]
    zeros = [r for y, r in zip(failure, risk, strict=True) if not y]
    wins = np.array([[(a > b) + 0.5 * (a == b) for b in zeros] for a in ones], dtype=float)
    variance = wins.mean(axis=1).var(ddof=1) / len(ones) + wins.mean(axis=0).var(ddof=1) / len(zeros)
    return wins.mean(), variance


@settings(max_examples=100, deadline=None)
@given(PAIRS)
def test_the_area_counts_pairs(rows):
    failure, risk = zip(*rows, strict=True)
    if not 1 < sum(failure) < len(failure) - 1:
        return
    area, variance = by_pairs(failure, risk)
    held = area_under_curve(failure, risk)
    assert held.value == pytest.approx(area, abs=1e-12)
    reach = 1.959963984540054 * np.sqrt(variance)
    assert held.low == pytest.approx(max(area - reach, 0), abs=1e-12)
    assert held.high == pytest.approx(min(area + reach, 1), abs=1e-12)


def test_the_area_cannot_be_told_without_both_outcomes():
    assert np.isnan(area_under_curve([0, 0], [0.1, 0.2])).all()
    one = area_under_curve([0, 1, 0], [0.1, 0.2, 0.3])
    assert one.value == 0.5
    assert np.isnan([one.low, one.high]).all()


def test_limits_of_the_area_cover_as_often_as_they_say():
    """Risks of successes and failures from two normal distributions, area 0.76: 500 samples of 40 failures in 200."""
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(500):
        shown = np.concatenate([rng.normal(1, 1, 40), rng.normal(0, 1, 160)])
        held = area_under_curve([1] * 40 + [0] * 160, 1 / (1 + np.exp(-shown)))
        covered += held.low <= 0.7602499389 <= held.high
    assert 0.92 <= covered / 500 <= 0.97


def drawn(seed, n=2000, shift=0.3, slope=0.8):
    """Draw cases whose true log odds are shift + slope times the expected ones."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-2, 1, n)
    failure = rng.random(n) < 1 / (1 + np.exp(-(shift + slope * log_odds)))
    return failure, 1 / (1 + np.exp(-log_odds))


def test_intercept_and_slope_are_those_of_logistic_regressions():
    failure, risk = drawn(2)
    held = calibrate(failure, risk)
    log_odds = np.log(risk / (1 - risk))
    y, one = failure.astype(float), np.ones(failure.size)
    large = GLM(y, one, family=Binomial(), offset=log_odds).fit(tol=1e-12)
    slope = GLM(y, np.column_stack([one, log_odds]), family=Binomial()).fit(tol=1e-12)
    np.testing.assert_allclose(held.intercept, [large.params[0], *large.conf_int()[0]], atol=1e-8)
    np.testing.assert_allclose(held.slope, [slope.params[1], *slope.conf_int()[1]], atol=1e-8)
    assert held.slope.low < 0.8 < held.slope.high
    assert held.brier.value == pytest.approx(np.mean((failure - risk) ** 2))
    assert held.measures.loc["scaled_brier", "value"] == pytest.approx(
        1 - held.brier.value / (failure.mean() * (1 - failure.mean()))
    )


def test_limits_of_intercept_slope_and_brier_cover_as_often_as_they_say():
    truth = {"intercept": 0.0, "slope": 1.0}
    covered = dict.fromkeys(truth, 0)
    for seed in range(300):
        failure, risk = drawn(seed + 1000, n=400, shift=0.0, slope=1.0)
        measures = measure(failure, risk)
        for name, value in truth.items():
            covered[name] += measures.loc[name, "low"] <= value <= measures.loc[name, "high"]
    assert all(0.91 <= count / 300 <= 0.985 for count in covered.values()), covered


def test_groups_hold_all_cases_in_order_of_risk():
    failure, risk = drawn(3)
    table = calibrate(failure, risk, groups=10, confidence=0.9).table
    assert table["cases"].tolist() == [200] * 10
    assert table["observed"].sum() == failure.sum()
    assert table["expected"].sum() == pytest.approx(risk.sum())
    assert (table["risk_high"].to_numpy()[:-1] <= table["risk_low"].to_numpy()[1:]).all()
    for row in table.itertuples():
        exact = binomtest(row.observed, row.cases).proportion_ci(0.9)
        assert (row.low, row.high) == pytest.approx((exact.low, exact.high), abs=1e-9)


def test_equal_risks_stay_together():
    table = calibrate([0, 1] * 10, [0.1] * 12 + [0.2] * 8, groups=10).table
    assert table["cases"].tolist() == [12, 8]
    assert table["group"].tolist() == [1, 2]


def test_what_the_cases_cannot_tell_is_left_open():
    none = calibrate([0, 0, 0], [0.1, 0.2, 0.3])
    assert np.isnan([none.auc.value, none.intercept.value, none.slope.value]).all()
    assert none.brier.value == pytest.approx((0.01 + 0.04 + 0.09) / 3)
    apart = calibrate([0, 0, 1, 1], [0.1, 0.2, 0.7, 0.8])
    assert np.isnan(apart.slope.value)
    assert apart.auc.value == 1
    same = calibrate([0, 1, 0], [0.2, 0.2, 0.2])
    assert np.isnan(same.slope.value)
    assert np.isfinite(same.intercept.value)


def test_one_line_and_a_page_for_notebooks():
    held = calibrate(*drawn(4, n=100))
    assert repr(held).startswith("<Calibration: 100 cases, ")
    assert "slope" in held._repr_html_()


@pytest.mark.parametrize("groups", [1, 0, 2.5, True], ids=repr)
def test_fewer_than_two_groups_are_refused(groups):
    with pytest.raises(InvalidParameter, match=r"groups is .*a whole number of at least 2"):
        calibrate([0, 1], [0.1, 0.2], groups=groups)


def test_impossible_input_is_refused():
    with pytest.raises(InvalidData, match=r"risk is 1\.0 at case 2"):
        calibrate([0, 1], [0.1, 1.0])
    with pytest.raises(InvalidData, match="failure is 2 at case 2"):
        calibrate([0, 2], [0.1, 0.2])
    with pytest.raises(InvalidData, match="there is no case"):
        calibrate([], [])
    with pytest.raises(InvalidParameter, match=r"confidence is 1\.5"):
        calibrate([0, 1], [0.1, 0.2], confidence=1.5)
