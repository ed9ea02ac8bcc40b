"""A risk model for each procedure, fitted on the registrations or brought along."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cusum import analyse, fit_risk_model, load_programme, load_risk_model, read_registrations
from cusum.cohort.risk_models import case_risk, fit_risk_models
from cusum.design.limits import find_limit
from cusum.errors import InvalidData


def make_table(seed: int = 9, cases: int = 60) -> pd.DataFrame:
    """Spinals of eight trainees that hang on the body mass index, and a few epidurals."""
    random = np.random.default_rng(seed)
    rows = []
    for t in range(8):
        bmi = random.uniform(18, 45, cases).round(1)
        failed = random.random(cases) < 1 / (1 + np.exp(5 - 0.11 * bmi))
        days = pd.date_range("2025-01-01", periods=cases, freq="2D")
        rows += [(f"T{t}", f"D{t % 3}", "spinal", days[k], bool(failed[k]), bmi[k]) for k in range(cases)]
        rows += [(f"T{t}", f"D{t % 3}", "epidural", days[k], k == t, bmi[k]) for k in range(4)]
    return pd.DataFrame(rows, columns=["trainee", "department", "procedure", "performed_on", "failure", "bmi"])


@pytest.fixture(scope="module")
def registrations():
    """Read them."""
    return read_registrations(make_table())


@pytest.fixture(scope="module")
def models(registrations):
    """Fit the models."""
    return fit_risk_models(registrations, load_programme(), covariates=["bmi"])


def test_a_model_is_the_one_that_a_user_would_fit(registrations, models):
    table = registrations.table
    spinals = table[table["procedure"] == "spinal"]
    own = fit_risk_model(spinals.assign(failure=spinals["failure"].astype(bool)), covariates="bmi", cluster="trainee")
    assert models["spinal"].coefficients == pytest.approx(own.coefficients, abs=1e-10)
    assert list(models) == ["spinal"]


def test_too_few_failures_are_said_and_the_procedure_stays_unadjusted(registrations, models):
    assert list(models.refused) == ["epidural"]
    assert "4 cases of the rarer outcome for 1 coefficients; expected at least 10" in str(models.refused["epidural"])
    adjusted = analyse(registrations, risk=models).adjusted
    assert adjusted.designs["procedure"].tolist() == ["spinal"]
    assert adjusted.refused == models.refused
    assert adjusted.fitted_here
    assert adjusted.designs["shared"].tolist() == adjusted.designs["cases"].tolist() == [480]
    assert adjusted.departments["failures"].sum() == pytest.approx(adjusted.departments["expected"].sum(), abs=1e-6)


def test_a_column_that_is_not_there_is_refused(registrations):
    with pytest.raises(InvalidData, match="no column 'asa'; expected one for each covariate"):
        fit_risk_models(registrations, load_programme(), covariates=["asa", "bmi"])


def test_the_day_that_counts_holds_for_the_models(registrations):
    early = fit_risk_models(
        registrations, load_programme(), covariates=["bmi"], as_of=pd.Timestamp("2025-03-01").date()
    )
    assert early["spinal"].cases == int(
        (make_table().query("procedure == 'spinal'")["performed_on"] <= "2025-03-01").sum()
    )


def test_progress_is_told(registrations):
    told = []
    fit_risk_models(registrations, load_programme(), covariates=["bmi"], progress=lambda *step: told.append(step))
    assert told[0] == (0, 6, "spinal")
    assert told[-1] == (6, 6, "")


def test_missing_values_get_an_indicator_and_no_case_is_left_out():
    table = make_table()
    table.loc[::7, "bmi"] = np.nan
    registrations = read_registrations(table)
    models = fit_risk_models(registrations, load_programme(), covariates=["bmi"])
    assert models["spinal"].missing_counts["bmi"] == int(table.query("procedure == 'spinal'")["bmi"].isna().sum())
    assert analyse(registrations, risk=models).adjusted.designs["left_out"].tolist() == [0]


def test_a_model_of_complete_cases_leaves_the_others_out_and_counts_them(tmp_path):
    table = make_table()
    table.loc[::7, "bmi"] = np.nan
    spinals = table[table["procedure"] == "spinal"]
    file = fit_risk_model(spinals, covariates="bmi", missing="complete cases").save(tmp_path / "model.toml")
    adjusted = analyse(read_registrations(table), risk={"spinal": load_risk_model(file)}).adjusted
    assert adjusted.designs["left_out"].tolist() == [int(spinals["bmi"].isna().sum())]
    assert not adjusted.fitted_here


def test_risks_are_given_where_there_is_a_model(registrations, models):
    table = registrations.table.assign(failure=registrations.table["failure"].astype(bool))
    risks = case_risk(table, models)
    assert risks.isna().tolist() == (table["procedure"] == "epidural").tolist()


def test_the_limit_for_the_risks_of_a_cohort_keeps_its_promise(models):
    """On a grid of its own, and with rounded scores; just below the limit the promise is broken."""
    from dataclasses import replace

    from cusum import RiskAdjustedLearningCurveCusum, run_length
    from cusum.design.grid import Chain, make_grid
    from cusum.design.steps import case_mix

    risk = np.unique(models["spinal"].predict(make_table().query("procedure == 'spinal'")))
    chart = RiskAdjustedLearningCurveCusum(odds_ratio=2.25, limit=1.0)
    design = find_limit(chart, false_signal=0.05, within=60, risk=risk)
    low, high = run_length(design.chart, risk=risk, odds_ratio=2.25).bounds(60)
    assert 0.0495 < low < design.false_signal < high <= 0.05
    steps = case_mix(design.chart, risk, 2.25)
    rounded = Chain(make_grid(design.chart.walk, steps, 1 << 15), steps, "down").follow(60)[0].sum()
    assert rounded <= 0.05
    lower = run_length(replace(chart, limit=design.limit - 0.01), risk=risk, odds_ratio=2.25)
    assert lower.bounds(60)[0] > 0.05
