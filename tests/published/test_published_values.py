"""Values printed in papers or in the tests of other packages, each with where it was printed.

Only values that a computation reproduces are held here; published values that cannot be reproduced are at the end,
with what comes out instead. A printed number is compared to its last digit, a simulated one within its error.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from loops import wald_asn

from cusum import (
    BernoulliCusum,
    Criterion,
    LearningCurveCusum,
    RiskAdjustedCusum,
    StandardCusum,
    find_limit,
    run_length,
)


def with_odds(rate, odds):
    """The failure rate whose odds are `odds` times those of `rate`."""
    return odds * rate / (1 - rate + odds * rate)


# ---- de Oliveira Filho GR. The construction of learning curves for basic skills in anesthetic procedures: an
# ---- application for the cumulative sum method. Anesth Analg 2002;95:411-416. It truncates where others round.


@pytest.mark.parametrize(
    ("acceptable", "unacceptable", "printed", "exact"),
    [(0.20, 0.40, 2.24, 2.2402), (0.15, 0.30, 2.47, 2.4763)],
    ids=["20%/40%", "15%/30%"],
)
def test_de_oliveira_filho_limits(acceptable, unacceptable, printed, exact):
    chart = StandardCusum(criterion=Criterion(acceptable=acceptable, unacceptable=unacceptable), alpha=0.1, beta=0.1)
    for value in (chart.upper, -chart.lower):
        assert value == pytest.approx(exact, abs=5e-5)
        assert math.floor(value * 100) / 100 == printed


@pytest.mark.parametrize(
    ("acceptable", "unacceptable", "printed", "exact"),
    [(0.20, 0.40, (19, 17), (19.21, 16.80)), (0.15, 0.30, (28, 24), (28.79, 24.40))],
    ids=["20%/40%", "15%/30%"],
)
def test_de_oliveira_filho_expected_cases(acceptable, unacceptable, printed, exact):
    """Kestin's average sample number at the acceptable and at the unacceptable rate."""
    chart = StandardCusum(criterion=Criterion(acceptable=acceptable, unacceptable=unacceptable), alpha=0.1, beta=0.1)
    found = (chart.expected_cases.acceptable, chart.expected_cases.unacceptable)
    assert found == pytest.approx(exact, abs=5e-3)
    assert found == pytest.approx(wald_asn(acceptable, unacceptable, 0.1, 0.1), rel=1e-12)
    for ours, theirs in zip(found, printed, strict=True):
        assert theirs in (math.floor(ours), round(ours))


# ---- Biau DJ et al. LC-CUSUM. Br J Surg 2008;95:925-929: limit 1.25, inadequate 17.5%, adequate 10%; by simulation.


@pytest.mark.parametrize(("truth", "printed"), [(0.175, 74), (0.10, 32)], ids=["inadequate", "adequate"])
def test_biau_mean_run_lengths(truth, printed):
    chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.175), limit=1.25)
    assert run_length(chart, failure_rate=truth).mean == pytest.approx(printed, rel=0.015)


# ---- the R package cusum (its tests): Bernoulli CUSUM, false-signal probabilities and limits; improvement charts
# ---- there are charts below zero, here an LC-CUSUM with the in-control rate as the unacceptable one.


def test_cusum_attainable_limit():
    """p0 = 0.1, 10 cases, odds ratio 2, alpha 0.05: 1.41227, which exceeds the promise with 0.05106."""
    criterion = Criterion(acceptable=0.1, unacceptable=with_odds(0.1, 2))
    theirs = BernoulliCusum(criterion=criterion, limit=1.41227)
    assert run_length(theirs, failure_rate=0.1, horizon=10).signal_by(10) == pytest.approx(0.05106, abs=5e-6)
    ours = find_limit(theirs, false_signal=0.05, within=10)
    assert ours.limit > 1.41227
    assert ours.false_signal <= 0.05


@pytest.mark.parametrize(
    ("rate", "odds", "limit", "printed"), [(0.05, 2.0, 2.96, 0.038), (0.10, 0.5, 2.96, 0.026)], ids=["worse", "better"]
)
def test_cusum_false_signals_within_100_cases(rate, odds, limit, printed):
    """Simulated there with 10,000 runs: within four standard errors (and half of the last printed digit)."""
    if odds > 1:
        chart = BernoulliCusum(criterion=Criterion(acceptable=rate, unacceptable=with_odds(rate, odds)), limit=limit)
    else:
        criterion = Criterion(acceptable=with_odds(rate, odds), unacceptable=rate)
        chart = LearningCurveCusum(criterion=criterion, limit=limit)
    found = run_length(chart, failure_rate=rate, horizon=100).signal_by(100)
    assert abs(found - printed) <= 4 * math.sqrt(found * (1 - found) / 10_000) + 5e-4


@pytest.mark.parametrize(("odds", "printed"), [(2.0, 2.85), (0.5, 1.85)], ids=["worse", "better"])
def test_cusum_simulated_limits(odds, printed):
    """p0 = 0.05, 100 cases, alpha 0.05, 1,000 runs: the printed limit is about the designed one."""
    if odds > 1:
        chart = BernoulliCusum(criterion=Criterion(acceptable=0.05, unacceptable=with_odds(0.05, odds)), limit=1.0)
    else:
        chart = LearningCurveCusum(criterion=Criterion(acceptable=with_odds(0.05, odds), unacceptable=0.05), limit=1.0)
    design = find_limit(chart, false_signal=0.05, within=100)
    assert design.limit == pytest.approx(printed, abs=0.1)


# ---- scores of the risk-adjusted chart for Parsonnet scores and a fitted logistic model


@pytest.mark.parametrize(
    ("intercept", "slope", "odds", "parsonnet", "failure", "printed", "digits"),
    [
        # Steiner 2014, as quoted in the tests of the R package vlad
        (-3.68, 0.077, 2.0, 0, 0, -0.024, 3),
        (-3.68, 0.077, 2.0, 0, 1, 0.669, 3),
        (-3.68, 0.077, 2.0, 50, 0, -0.433, 3),
        (-3.68, 0.077, 2.0, 50, 1, 0.260, 3),
        (-3.68, 0.077, 0.5, 0, 0, 0.012, 3),
        (-3.68, 0.077, 0.5, 0, 1, -0.681, 3),
        (-3.68, 0.077, 0.5, 50, 0, 0.316, 3),
        (-3.68, 0.077, 0.5, 50, 1, -0.377, 3),
        # Rigdon and Fricker 2015, as quoted in the tests of the R package vlad
        (-3.67, 0.077, 2.0, 19, 1, 0.5986, 4),
        (-3.67, 0.077, 2.0, 0, 0, -0.0245, 4),
        (-3.67, 0.077, 2.0, 0, 1, 0.6686, 4),
    ],
)
def test_parsonnet_scores(intercept, slope, odds, parsonnet, failure, printed, digits):
    risk = 1 / (1 + math.exp(-(intercept + slope * parsonnet)))
    path = RiskAdjustedCusum(odds_ratio=odds, limit=4.5).run([failure], risk=[risk])
    # the printed model coefficients are themselves rounded, which can move the last printed digit by one
    assert path.scores[0] == pytest.approx(printed, abs=1.5 * 10.0**-digits)


# ---- the R package success (its tests): mean run length on a grid of 100 points


def test_a_coarse_grid_printed_209_where_205_6_is_exact():
    chart = BernoulliCusum(criterion=Criterion(acceptable=0.4, unacceptable=with_odds(0.4, 2)), limit=2.5)
    assert run_length(chart, failure_rate=0.4).mean == pytest.approx(205.6, abs=0.05)


# ---- printed, but not reproduced


def test_biau_bernoulli_run_lengths_are_not_reproduced():
    """Biau 2008 prints 119 and 24 for 10%/25% and limit 2.25; exact are 156.0 and 19.5.

    With scores for 20% instead of 25% the second would be 23.8, but the first 251.3: no single reading gives both.
    """
    chart = BernoulliCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.25), limit=2.25)
    found = [run_length(chart, failure_rate=rate).mean for rate in (0.10, 0.25)]
    np.testing.assert_allclose(found, [156.03, 19.46], atol=5e-3)
    other = BernoulliCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=2.25)
    found = [run_length(other, failure_rate=rate).mean for rate in (0.10, 0.25)]
    np.testing.assert_allclose(found, [251.32, 23.83], atol=5e-3)


def test_rigdon_and_fricker_print_two_digits_in_the_wrong_order():
    """Parsonnet score 19, survived: -0.0954 is printed, -0.0945 comes out.

    The score of a failure less that of a success is ln 2 whatever the risk, and the printed 0.5986 fits -0.0945.
    """
    risk = 1 / (1 + math.exp(-(-3.67 + 0.077 * 19)))
    success, failure = RiskAdjustedCusum(odds_ratio=2.0, limit=4.5).run([0, 1], risk=[risk, risk]).scores
    assert success == pytest.approx(-0.0945, abs=5e-5)
    assert failure == pytest.approx(0.5986, abs=5e-5)
    assert failure - success == pytest.approx(math.log(2), rel=1e-12)
