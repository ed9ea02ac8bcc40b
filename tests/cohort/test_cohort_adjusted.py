"""The cohort against the difficulty of its cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cusum import RiskAdjustedCusum, RiskAdjustedLearningCurveCusum, analyse, fit_risk_model, read_registrations
from cusum.cohort.adjusted import anchor_risk
from cusum.errors import InvalidData, InvalidParameter


def make_table(seed: int = 4, trainees: int = 6, cases: int = 70) -> pd.DataFrame:
    """Make spinals of trainees in two departments, the second with the harder cases; all perform alike."""
    random = np.random.default_rng(seed)
    rows = []
    for t in range(trainees):
        department = "Hard" if t % 2 else "Easy"
        hard = random.random(cases) < (0.8 if t % 2 else 0.2)
        risk = np.where(hard, 0.25, 0.04)
        failed = random.random(cases) < risk
        days = pd.date_range("2025-01-01", periods=cases, freq="3D")
        for k in range(cases):
            rows.append((f"T{t}", department, "spinal", days[k], bool(failed[k]), float(risk[k]), int(hard[k])))
    columns = ["trainee", "department", "procedure", "performed_on", "failure", "expected", "hard"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def cohort():
    """Analyse them with the true risks."""
    return analyse(read_registrations(make_table()), risk="expected")


def test_each_trainee_is_charted_against_the_anchored_risk(cohort):
    design = cohort.adjusted.designs.iloc[0]
    table = make_table().sort_values(["trainee", "performed_on"])
    odds = table["expected"] / (1 - table["expected"]) * np.exp(design["shift"])
    table["anchored"] = odds / (1 + odds)
    assert table["anchored"].mean() == pytest.approx(0.10, abs=1e-9)
    chart = RiskAdjustedLearningCurveCusum(odds_ratio=2.25, limit=design["limit"])
    for trainee, mine in table.groupby("trainee"):
        row = cohort.adjusted.crossings.set_index("trainee").loc[trainee]
        first = chart.run(mine["failure"].to_numpy(), risk=mine["anchored"].to_numpy()).first("competent")
        assert (None if pd.isna(row["case"]) else row["case"]) == first
        assert row["expected"] == pytest.approx(mine["anchored"].sum(), abs=1e-9)
        assert row["difficulty"] == pytest.approx(mine["anchored"].mean() / 0.10, abs=1e-6)
        assert row["failures"] == mine["failure"].sum()


def test_the_promise_is_kept_for_the_case_mix(cohort):
    design = cohort.adjusted.designs.iloc[0]
    assert 0 < design["false_competence"] <= 0.05
    assert design["expected_cases"] == 60
    rng = np.random.default_rng(7)
    risks = np.array(sorted({round(r, 12) for r in _anchored(design["shift"])}))
    share = np.array([np.isclose(_anchored(design["shift"]), r).mean() for r in risks])
    chart = RiskAdjustedLearningCurveCusum(odds_ratio=2.25, limit=design["limit"])
    drawn = rng.choice(risks, p=share / share.sum(), size=(4000, 60))
    bad = 2.25 * drawn / (1 - drawn)
    failed = rng.random(drawn.shape) < bad / (1 + bad)
    declared = np.mean(
        [chart.run(f, risk=r).first("competent") is not None for f, r in zip(failed, drawn, strict=True)]
    )
    kept = design["false_competence"]
    assert abs(declared - kept) < 4 * np.sqrt(kept * (1 - kept) / 4000)


def _anchored(shift: float) -> np.ndarray:
    """Move the true risks of all cases."""
    odds = make_table()["expected"] / (1 - make_table()["expected"]) * np.exp(shift)
    return (odds / (1 + odds)).to_numpy()


def test_adjustment_takes_the_hard_cases_into_account(cohort):
    rows = cohort.adjusted.departments.set_index("department")
    assert rows.loc["Hard", "difficulty"] > 1.3 > 1 > rows.loc["Easy", "difficulty"]
    assert rows.loc["Hard", "unadjusted_ratio"] > 1.2 > rows.loc["Hard", "ratio"]
    assert rows.loc["Hard", "ratio_low"] < 1 < rows.loc["Hard", "ratio_high"]
    expected = make_table().groupby("department")["expected"].sum()
    assert rows.loc["Hard", "expected"] == pytest.approx(expected["Hard"], abs=1e-9)


def test_departments_are_walked_in_order_of_date(cohort):
    design = cohort.adjusted.designs.iloc[0]
    chart = RiskAdjustedCusum(odds_ratio=2.0, limit=design["department_limit"])
    for department, mine in cohort.adjusted.paths.groupby("department"):
        assert mine["performed_on"].is_monotonic_increasing
        path = chart.run(mine["failure"].to_numpy(), risk=mine["risk"].to_numpy())
        np.testing.assert_allclose(mine["statistic"], path.statistic)
        np.testing.assert_allclose(mine["vlad"], np.cumsum(mine["risk"] - mine["failure"]), atol=1e-9)
        assert mine.loc[mine["signal"], "case"].tolist() == [s.case for s in path.signals]
        counted = cohort.adjusted.departments.set_index("department").loc[department, "signals"]
        assert counted == len(path.signals)
    assert design["department_cases"] == 210


def test_a_fitted_model_serves_as_well():
    table = make_table()
    registrations = read_registrations(table)
    model = fit_risk_model(registrations.table, covariates=["hard"])
    by_model = analyse(registrations, risk=model)
    by_procedure = analyse(registrations, risk={"spinal": model})
    pd.testing.assert_frame_equal(by_model.adjusted.crossings, by_procedure.adjusted.crossings)
    assert "RiskModel" in by_model.provenance.parameters["risk"]
    assert analyse(registrations).adjusted is None


def test_anchoring_keeps_the_odds_ratios_between_cases():
    risk = np.array([0.02, 0.1, 0.5])
    moved, step = anchor_risk(risk, 0.3)
    assert moved.mean() == pytest.approx(0.3, abs=1e-10)
    np.testing.assert_allclose(np.log(moved / (1 - moved)) - np.log(risk / (1 - risk)), step)


class TestRefusals:
    def test_no_such_column(self):
        with pytest.raises(InvalidData, match="no column 'difficulty'"):
            analyse(read_registrations(make_table()), risk="difficulty")

    def test_a_column_that_holds_no_probability(self):
        table = make_table()
        table.loc[3, "expected"] = 1.0
        with pytest.raises(InvalidData, match=r"column 'expected' holds no probability in row \d+; expected a number"):
            analyse(read_registrations(table), risk="expected")

    def test_something_else(self):
        with pytest.raises(InvalidParameter, match="risk is a float; expected a risk model"):
            analyse(read_registrations(make_table()), risk=0.1)

    def test_no_procedure_with_a_model(self):
        with pytest.raises(InvalidData, match="no charted procedure has expected risks"):
            analyse(read_registrations(make_table()), risk={})
