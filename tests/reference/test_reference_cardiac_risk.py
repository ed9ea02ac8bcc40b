"""Risk models of the cardiac surgery data against R's glm, and the risks that vlad computed from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_data import reference

from cusum import fit_risk_model

OPERATIONS = pd.read_csv("sample_data/cardiac_surgery.csv")
FIRST = OPERATIONS[OPERATIONS["phase"] == "I"]
R_MODELS = reference("cardiac_risk_model")


@pytest.fixture(scope="module")
def model():
    """Fit deaths within 30 days on the first two years."""
    return fit_risk_model(FIRST, covariates=["parsonnet"], outcome="death30")


def as_r_does(matrix, failure):
    """Iterate as R's glm does: it stops when the deviance changes little, and keeps the weights of the step before."""
    risk = (failure + 0.5) / 2
    eta, deviance = np.log(risk / (1 - risk)), np.inf
    while True:
        weight = risk * (1 - risk)
        information = (matrix.T * weight) @ matrix
        beta = np.linalg.solve(information, matrix.T @ (weight * eta + failure - risk))
        eta = matrix @ beta
        risk = 1 / (1 + np.exp(-eta))
        before, deviance = deviance, -2 * np.log(np.where(failure > 0, risk, 1 - risk)).sum()
        if abs(deviance - before) / (abs(deviance) + 0.1) < 1e-8:
            return beta, np.sqrt(np.diag(np.linalg.inv(information)))


@pytest.mark.parametrize(
    ("outcome", "name"),
    [("death30", "y30~Parsonnet phase I"), ("status", "status~Parsonnet phase I")],
    ids=["death30", "status"],
)
def test_coefficients_and_standard_errors_are_those_of_r(outcome, name):
    theirs = R_MODELS[R_MODELS["model"] == name]
    ours = fit_risk_model(FIRST, covariates=["parsonnet"], outcome=outcome)
    assert ours.cases == theirs["n"].iloc[0]
    np.testing.assert_allclose(ours.coefficients, theirs["value"], rtol=0, atol=1e-8)
    np.testing.assert_allclose(ours.summary()["standard_error"], theirs["se"], rtol=0, atol=5e-8)
    matrix = np.column_stack([np.ones(len(FIRST)), FIRST["parsonnet"]])
    beta, errors = as_r_does(matrix, FIRST[outcome].to_numpy(dtype=float))
    np.testing.assert_allclose(errors, theirs["se"], rtol=0, atol=1e-12)  # what is left above is R's early stop
    np.testing.assert_allclose(beta, theirs["value"], rtol=0, atol=1e-11)
    assert ours.log_likelihood == pytest.approx(theirs["loglik"].iloc[0], abs=1e-8)
    assert not ours.penalised


def test_risks_by_score_and_observed_means(model):
    mix = reference("cardiac_case_mix")
    np.testing.assert_allclose(model.predict(mix.rename(columns={"s": "parsonnet"})), mix["pi1"], rtol=0, atol=1e-9)
    observed = FIRST.groupby("parsonnet")["death30"].agg(["mean", "size"])
    assert observed.index.tolist() == mix["s"].tolist()
    np.testing.assert_allclose(observed["size"] / len(FIRST), mix["fi"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(observed["mean"], mix["pi2"], rtol=0, atol=1e-12)


def test_risks_of_the_cases_charted(model):
    charted = reference("cardiac_paths")
    head = OPERATIONS.head(len(charted))
    np.testing.assert_array_equal(head["death30"], charted["y30"])
    np.testing.assert_allclose(model.predict(head), charted["p"], rtol=0, atol=1e-9)


def test_the_years_after_are_judged_as_new_cases(model):
    later = model.calibration(OPERATIONS[OPERATIONS["phase"] == "II"])
    assert later.fitted_cases == 0
    assert later.auc.low > 0.7
    assert later.slope.low < 1 < later.slope.high
    assert model.calibration(OPERATIONS).fitted_cases == len(FIRST)
