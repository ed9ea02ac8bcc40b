"""Limits by search: the promise is kept by the bound, and just below the limit it is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from test_design_grid import DATA, RISKS, by_enumeration, cardiac_mix, rows

from cusum import (
    BernoulliCusum,
    Criterion,
    Ewma,
    LearningCurveCusum,
    RiskAdjustedCusum,
    RiskAdjustedLearningCurveCusum,
    StandardCusum,
    Vlad,
    find_limit,
    run_length,
)
from cusum.design.attainable import with_limit
from cusum.design.guarantee import EstimationSample, fit_logistic
from cusum.design.steps import RiskSequence
from cusum.errors import CusumError

C = Criterion(acceptable=0.1, unacceptable=0.2)
MIX = [0.02, 0.05, 0.1, 0.3]


@pytest.mark.parametrize("row", rows(DATA / "cardiac_limits.csv")[::3], ids=lambda r: f"{r['RA']}-{r['L0']}")
def test_cardiac_limits(row):
    chart = RiskAdjustedCusum(odds_ratio=float(row["RA"]), limit=1.0)
    design = find_limit(chart, in_control_mean=float(row["L0"]), risk=cardiac_mix())
    assert design.limit == pytest.approx(float(row["h"]), abs=3e-3)
    assert design.in_control_mean.low >= float(row["L0"])


@pytest.mark.parametrize("mean", [50, 500, 3000])
@pytest.mark.parametrize("kind", [BernoulliCusum, LearningCurveCusum])
def test_a_mean_is_kept_and_just_broken_below(kind, mean):
    design = find_limit(kind(criterion=C, limit=1.0), in_control_mean=mean)
    rate = design.chart.null_rate
    assert run_length(design.chart, failure_rate=rate).mean >= mean
    assert run_length(with_limit(design.chart, design.limit - 2e-5), failure_rate=rate).mean < mean
    assert design.out_of_control_mean.value < mean


@pytest.mark.parametrize(
    "chart",
    [RiskAdjustedCusum(odds_ratio=2.0, limit=1.0), RiskAdjustedLearningCurveCusum(odds_ratio=3.0, limit=1.0)],
    ids=lambda chart: chart.key,
)
def test_risks_in_order(chart):
    """The probability kept is that of every sequence of outcomes, run through the chart."""
    design = find_limit(chart, false_signal=0.1, risk=RiskSequence(RISKS))
    odds = 3.0 if "competent" in chart.kinds else 1.0
    true = odds * RISKS / (1 - RISKS + odds * RISKS)
    assert by_enumeration(design.chart, RISKS, true)[-1] == pytest.approx(design.false_signal, abs=1e-12)
    assert design.false_signal <= 0.1
    assert by_enumeration(with_limit(chart, design.limit - 2e-5), RISKS, true)[-1] > 0.1


def test_a_mix_keeps_its_promise_by_the_upper_bound():
    design = find_limit(RiskAdjustedCusum(odds_ratio=2.0, limit=1.0), false_signal=0.05, within=100, risk=MIX)
    assert design.false_signal <= 0.05
    assert design.false_signal == pytest.approx(0.05, abs=1e-3)
    assert design.true_signal > design.false_signal
    lower = run_length(with_limit(design.chart, design.limit - 0.02), risk=MIX)
    assert lower.signal_by(100) > design.false_signal


def test_a_mix_of_one_risk_finds_the_limit_of_the_unadjusted_chart():
    odds = C.odds_ratio
    plain = find_limit(LearningCurveCusum(criterion=C, limit=1.0), false_signal=0.05, within=50)
    chart = RiskAdjustedLearningCurveCusum(odds_ratio=odds, limit=1.0)
    found = find_limit(chart, false_signal=0.05, within=50, risk=[0.1] * 3)
    assert found.false_signal == pytest.approx(plain.false_signal, abs=1e-9)
    assert found.limit <= plain.limit + 1e-9


@pytest.mark.parametrize("below", [None, 0.1], ids=["one-sided", "two-sided"])
def test_ewma(below):
    design = find_limit(Ewma(weight=0.1, target=0.1, limit=0.1, improvement_limit=below), false_signal=0.1, within=50)
    assert design.false_signal_bounds.high <= 0.1
    assert design.false_signal == pytest.approx(0.1, abs=0.02)
    if below:
        assert design.chart.improvement_limit == design.chart.limit == design.limit


def test_a_guarantee_raises_the_limit_and_depends_on_the_seed_alone():
    sample = EstimationSample(np.arange(200) % 10 == 0)
    chart = BernoulliCusum(criterion=C, limit=1.0)
    plain = find_limit(chart, in_control_mean=100)
    options = {"in_control_mean": 100, "guarantee": 0.9, "sample": sample, "replicates": 20}
    raised = find_limit(chart, **options, seed=5)
    assert raised.limit > plain.limit
    assert raised.in_control_mean.value > 100
    with ThreadPoolExecutor(3) as pool:
        assert find_limit(chart, **options, seed=5, executor=pool).limit == raised.limit
    with pytest.raises(CusumError, match="seed"):
        find_limit(chart, **options)


def test_a_guarantee_holds_about_as_often_as_said():
    """At a true rate of 0.1, the rate estimated from 200 cases again and again: the raised limits keep the mean."""
    rng = np.random.default_rng(8)
    kept = []
    for k in range(6):
        rate = 0.0
        while not 0.03 < rate < 0.2:
            outcomes = rng.random(200) < 0.1
            rate = float(outcomes.mean())
        chart = BernoulliCusum(criterion=Criterion(acceptable=rate, unacceptable=2 * rate), limit=1.0)
        sample = EstimationSample(outcomes, parametric=True)
        design = find_limit(chart, in_control_mean=60, guarantee=0.9, sample=sample, seed=k, replicates=20)
        kept.append(run_length(design.chart, failure_rate=0.1).mean >= 60)
    assert sum(kept) >= 4


@pytest.mark.parametrize("parametric", [False, True])
def test_a_guarantee_for_a_risk_model(parametric):
    rng = np.random.default_rng(2)
    score = rng.integers(0, 10, 400)
    failed = rng.random(400) < 1 / (1 + np.exp(3 - 0.2 * score))
    chart = RiskAdjustedCusum(odds_ratio=2.0, limit=1.0)
    sample = EstimationSample(failed, score, parametric=parametric)
    plain = find_limit(chart, in_control_mean=100, risk=sample.risk)
    raised = find_limit(chart, in_control_mean=100, guarantee=0.9, sample=sample, seed=1, replicates=20)
    assert plain.limit < raised.limit < 2 * plain.limit


def test_the_logistic_fit_solves_its_score_equations():
    rng = np.random.default_rng(4)
    matrix = np.column_stack((np.ones(300), rng.normal(size=(300, 2))))
    failed = rng.random(300) < 1 / (1 + np.exp(-matrix @ [-1.0, 0.5, -0.7]))
    fitted = 1 / (1 + np.exp(-matrix @ fit_logistic(matrix, failed)))
    np.testing.assert_allclose(matrix.T @ (failed - fitted), 0, atol=1e-5)


@pytest.mark.parametrize(
    ("chart", "asked", "match"),
    [
        (BernoulliCusum(criterion=C, limit=1.0), {"in_control_mean": 100, "within": 10}, "together"),
        (BernoulliCusum(criterion=C, limit=1.0), {"in_control_mean": 0.5}, "above 1"),
        (Vlad(), {"in_control_mean": 100}, "with a limit"),
        (StandardCusum(criterion=C), {"in_control_mean": 100, "guarantee": 0.9}, "alpha"),
        (RiskAdjustedCusum(limit=1.0), {"in_control_mean": 100}, "risk"),
        (RiskAdjustedCusum(limit=1.0), {"in_control_mean": 100, "risk": RiskSequence([0.1])}, "RiskSequence"),
        (RiskAdjustedCusum(limit=1.0), {"false_signal": 0.1, "within": 5, "risk": RiskSequence([0.1])}, "within"),
        (BernoulliCusum(criterion=C, limit=1.0), {"in_control_mean": 100, "guarantee": 0.9}, "sample"),
        (BernoulliCusum(criterion=C, limit=1.0), {"false_signal": 0.1, "within": 5, "risk": [0.1]}, "risk"),
    ],
)
def test_refusals(chart, asked, match):
    with pytest.raises(CusumError, match=match):
        find_limit(chart, **asked)
