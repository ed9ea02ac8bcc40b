"""Limits from other samples: against a loop that redoes each step with public functions, and against enumeration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM

from cusum import BernoulliCusum, Criterion, RiskAdjustedCusum, find_limit, fit_risk_model, load_risk_model, run_length
from cusum.design import EstimationSample
from cusum.design.influence import limit_influence
from cusum.errors import InvalidParameter

C = Criterion(acceptable=0.10, unacceptable=0.20)


@pytest.fixture(scope="module")
def cases():
    """Four classes of risk, 20 trainees."""
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"asa": rng.integers(1, 5, 600), "trainee": rng.integers(0, 20, 600)})
    return table.assign(failure=rng.random(600) < 1 / (1 + np.exp(3 - 0.5 * table["asa"])))


@pytest.fixture(scope="module")
def model(cases):
    """The model of these cases."""
    return fit_risk_model(cases, covariates="asa", cluster="trainee")


def test_a_rate_that_was_estimated():
    """What the limit of each sample keeps is the mean run length at the original rate."""
    chart, sample = BernoulliCusum(criterion=C, limit=1.0), EstimationSample([1] * 20 + [0] * 180)
    found = limit_influence(chart, sample, in_control_mean=150, replicates=12, seed=5)
    for limit, kept in zip(found.limits, found.kept, strict=True):
        drawn = run_length(BernoulliCusum(criterion=C, limit=float(limit)), failure_rate=0.1).mean
        assert kept == pytest.approx(drawn, rel=0.25)  # the statistic moves in steps, which a coarse grid blurs
    assert np.corrcoef(found.limits, found.kept)[0, 1] > 0.95
    assert found.broken == np.mean(found.kept < 150)


def test_one_sample_by_hand(cases, model):
    """Redo the first bootstrap sample with statsmodels, find_limit and a plain simulation."""
    sample, chart = EstimationSample.of(model), RiskAdjustedCusum(odds_ratio=2.0, limit=1.0)
    found = limit_influence(chart, sample, in_control_mean=200, replicates=2, seed=8)
    rng = np.random.default_rng(np.random.SeedSequence(8).spawn(1)[0])
    order = np.argsort(sample.groups, kind="stable")
    members = [order[np.asarray(sample.groups)[order] == k] for k in range(20)]
    rows = np.concatenate([members[k] for k in rng.integers(0, 20, 20)])
    assert len(rows) != len(cases)  # whole trainees were drawn
    beta = GLM(cases["failure"].astype(float)[rows], sample.matrix[rows], family=Binomial()).fit(tol=1e-12).params
    own = 1 / (1 + np.exp(-sample.matrix[rows] @ np.asarray(beta)))
    assert found.limits[0] == pytest.approx(find_limit(chart, in_control_mean=200, risk=own).limit, rel=0.01)
    supposed = 1 / (1 + np.exp(-sample.matrix @ np.asarray(beta)))
    true, lengths = model.predict(cases), []
    for _ in range(600):
        statistic, n = 0.0, 0
        while statistic < found.limits[0]:
            k = rng.integers(0, 600)
            failed = rng.random() < true[k]
            statistic = max(0.0, statistic + (np.log(2) if failed else 0.0) - np.log(1 + supposed[k]))
            n += 1
        lengths.append(n)
    error = np.std(lengths) / np.sqrt(600)
    assert found.kept[0] == pytest.approx(np.mean(lengths), abs=4 * error + 0.02 * np.mean(lengths))


def test_about_half_of_the_samples_break_the_promise_and_a_guarantee_helps(model):
    chart, sample = RiskAdjustedCusum(odds_ratio=2.0, limit=1.0), EstimationSample.of(model)
    found = limit_influence(chart, sample, false_signal=0.1, within=60, replicates=20, seed=1)
    assert 0.3 < found.broken < 0.7
    (low, high), (least, most) = found.interval()
    assert low < found.limit < high
    assert least < 0.1 < most
    raised = find_limit(chart, false_signal=0.1, within=60, guarantee=0.9, sample=sample, seed=1, replicates=6)
    assert found.limit < raised.limit
    assert "broken by" in repr(found)
    assert "promised 0.1" in repr(found)
    again = limit_influence(chart, sample, false_signal=0.1, within=60, replicates=10, seed=1)
    np.testing.assert_array_equal(again.limits, found.limits[:10])


def test_a_sample_from_a_model(cases, model, tmp_path):
    sample = EstimationSample.of(model)
    np.testing.assert_allclose(sample.risk, model.predict(cases), atol=1e-8)
    assert EstimationSample.of(model, parametric=True).groups is None
    with pytest.raises(InvalidParameter, match="read from a file, which does not hold the cases"):
        EstimationSample.of(load_risk_model(model.save(tmp_path / "risk.toml")))


def test_refusals(cases):
    chart = BernoulliCusum(criterion=C, limit=1.0)
    sample = EstimationSample([0, 1, 0, 0])
    with pytest.raises(InvalidParameter, match="expected in_control_mean alone, or false_signal and within"):
        limit_influence(chart, sample, seed=1)
    with pytest.raises(InvalidParameter, match="expected in_control_mean alone, or false_signal and within"):
        limit_influence(chart, sample, false_signal=0.1, within=10, in_control_mean=100, seed=1)
    with pytest.raises(InvalidParameter, match="replicates is 1; expected a whole number of at least 2"):
        limit_influence(chart, sample, in_control_mean=100, replicates=1, seed=1)
    with pytest.raises(InvalidParameter, match="the sample does not fit the BernoulliCusum"):
        limit_influence(chart, EstimationSample(cases["failure"], cases["asa"]), in_control_mean=100, seed=1)
    with pytest.raises(InvalidParameter, match=r"groups has shape \(3,\)"):
        EstimationSample([0, 1, 0, 0], groups=[1, 2, 3])
    with pytest.raises(InvalidParameter, match="at least two groups"):
        EstimationSample([0, 1, 0, 0], groups=[1, 1, 1, 1])
