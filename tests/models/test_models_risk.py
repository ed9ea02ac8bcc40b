"""The risk model as a whole: what it says of itself, how it travels, and how uncertain it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cusum import RiskModel, fit_risk_model, load_risk_model
from cusum.errors import InvalidData, InvalidParameter, UnreadableFile


def draw(n, seed, noise=0):
    """Draw cases with one covariate that matters, and others that do not."""
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"case": np.arange(n), "x": rng.normal(size=n), "trainee": rng.integers(0, 25, n)})
    for k in range(noise):
        table[f"noise{k}"] = rng.normal(size=n)
    chance = 1 / (1 + np.exp(1.5 - 0.8 * table["x"]))
    return table.assign(failure=rng.random(n) < chance)


@pytest.fixture(scope="module")
def cases() -> pd.DataFrame:
    """Make 800 cases."""
    return draw(800, 1)


@pytest.fixture(scope="module")
def model(cases) -> RiskModel:
    """Fit the model that made them."""
    return fit_risk_model(cases, covariates="x", cluster="trainee", source="made up")


def test_one_line_and_a_page_for_notebooks(model):
    assert repr(model).startswith("<RiskModel: failure ~ x; 800 cases, ")
    page = model._repr_html_()
    assert "odds_ratio" in page
    assert "(Intercept)" in page


def test_the_summary_gives_odds_ratios(model):
    row = model.summary().set_index("term").loc["x"]
    assert row["odds_ratio"] == pytest.approx(np.exp(row["estimate"]))
    assert row["low"] < row["estimate"] < row["high"]
    assert model.clusters == 25


def test_all_failures_or_none_are_refused(cases):
    with pytest.raises(InvalidData, match="failure is 0 in all 800 cases; expected failures and successes"):
        fit_risk_model(cases.assign(failure=0), covariates="x")
    with pytest.raises(InvalidData, match="failure is 1 in all 800 cases"):
        fit_risk_model(cases.assign(failure=True), covariates="x")
    with pytest.raises(InvalidData, match="failure is 2 at case 1"):
        fit_risk_model(cases.assign(failure=2), covariates="x")
    with pytest.raises(InvalidData, match="trainee has one cluster only"):
        fit_risk_model(cases.assign(trainee="T1"), covariates="x", cluster="trainee")


def test_separated_cases_are_fitted_and_told():
    table = draw(300, 2).assign(kind="common")
    table.loc[:9, "kind"] = "rare"
    table.loc[:9, "failure"] = True
    model = fit_risk_model(table, covariates="x + kind")
    assert (model.penalised, model.separated) == (True, ("kind[rare]",))
    assert "Firth's penalised likelihood was used" in model.notes[0]
    assert "kind[rare]" in model.notes[0]
    assert repr(model).endswith("penalised>")
    assert model.predict(table).sum() == pytest.approx(table["failure"].sum(), abs=1e-6)
    assert 0.8 < model.predict(table)[:10].min() < 1


def test_few_failures_and_few_clusters_are_told():
    table = draw(60, 3, noise=3)
    model = fit_risk_model(table.assign(trainee=table["case"] % 4), covariates="x + noise0 + noise1", cluster="trainee")
    failures = int(table["failure"].sum())
    assert model.notes[0].startswith(f"There are {failures} cases of the rarer outcome for 3 coefficients")
    assert model.notes[1] == "There are only 4 clusters: the robust limits are rough."


def test_judging_on_the_cases_fitted_is_noticed(model, cases):
    for table in (None, cases, cases.sample(frac=1, random_state=1), cases.assign(x=cases["x"].astype("Float64"))):
        held = model.calibration(table)
        assert held.fitted_cases == 800
        assert held.note.startswith("800 of 800 cases were used to fit the model")
        assert "800 of them fitted on" in repr(held)
    assert held.intercept.value == pytest.approx(0, abs=1e-7)
    assert held.slope.value == pytest.approx(1, abs=1e-7)


def test_judging_on_some_of_the_cases_fitted_is_noticed(model, cases):
    mixed = pd.concat([cases.iloc[:50], draw(100, 4).assign(case=lambda t: t["case"] + 5000)])
    assert model.calibration(mixed).fitted_cases == 50
    assert model.calibration(draw(100, 4).assign(case=9999)).fitted_cases == 0


def test_a_model_from_a_file_knows_its_cases_as_a_whole(model, cases, tmp_path):
    loaded = load_risk_model(model.save(tmp_path / "risk.toml"))
    assert loaded.calibration(cases).fitted_cases == 800
    other = loaded.calibration(draw(200, 5))
    assert (other.fitted_cases, "used to fit" in other.note) == (0, False)
    with pytest.raises(InvalidData, match="read from a file, which does not hold the cases"):
        loaded.calibration()
    with pytest.raises(InvalidData, match="no column 'failure'"):
        loaded.calibration(cases.drop(columns="failure"))


def test_optimism_is_about_what_new_cases_show():
    """Ten covariates of noise in 250 cases: the corrected figures are near those on 20,000 new cases."""
    fitted = draw(250, 6, noise=10)
    model = fit_risk_model(fitted, covariates=["x", *(f"noise{k}" for k in range(10))])
    measures = model.calibration(seed=1, resamples=100).measures
    new = model.calibration(draw(20_000, 7, noise=10)).measures["value"]
    apparent, corrected = measures["value"], measures["corrected"]
    for name in ("auc", "slope", "brier"):
        assert abs(corrected[name] - new[name]) < abs(apparent[name] - new[name])
        assert 0 < measures.loc[name, "corrected_error"] < 0.03
    assert corrected["auc"] < apparent["auc"] - 0.01
    assert corrected["slope"] < 0.9
    again = model.calibration(seed=1, resamples=100).measures["corrected"]
    pd.testing.assert_series_equal(again, corrected)
    assert "see the corrected figures" in model.calibration(seed=1, resamples=2).note


def test_resampling_has_the_spread_of_the_estimates(model):
    for parametric in (True, False):
        drawn = model.resample(400, seed=3, parametric=parametric)
        np.testing.assert_allclose(drawn.mean(axis=0), model.coefficients, atol=0.05)
        np.testing.assert_allclose(drawn.std(axis=0), model.summary()["standard_error"], rtol=0.15)
    np.testing.assert_array_equal(model.resample(3, seed=3, parametric=False), drawn[:3])
    risk = model.predict(pd.DataFrame({"x": [0.0]}), coefficients=drawn[0])
    assert risk[0] == pytest.approx(1 / (1 + np.exp(-drawn[0, 0])))


def test_resampling_without_clusters_and_with_a_rare_category():
    table = draw(200, 8).assign(kind="common")
    table.loc[:2, "kind"] = "rare"
    drawn = fit_risk_model(table, covariates="x + kind").resample(60, seed=2, parametric=False)
    assert np.isfinite(drawn).all()
    assert (drawn[:, 2] == 0).any()  # samples without the category
    assert drawn.std(axis=0).min() > 0


def test_the_limits_of_coefficients_cover_as_often_as_they_say():
    covered = []
    for seed in range(250):
        row = fit_risk_model(draw(300, 100 + seed), covariates="x").summary().iloc[1]
        covered.append(row["low"] <= 0.8 <= row["high"])
    assert 0.91 <= np.mean(covered) <= 0.985


def test_resampling_refuses_nonsense(model, tmp_path):
    with pytest.raises(InvalidParameter, match="n is 0; expected a whole number of at least 1"):
        model.resample(0, seed=1)
    with pytest.raises(InvalidParameter, match="resamples is 1; expected a whole number of at least 2"):
        model.calibration(seed=1, resamples=1)
    with pytest.raises(
        InvalidParameter, match=r"coefficients has shape \(3,\); expected one for each of the model's 2"
    ):
        model.predict(pd.DataFrame({"x": [0.0]}), coefficients=np.zeros(3))
    loaded = load_risk_model(model.save(tmp_path / "risk.toml"))
    np.testing.assert_array_equal(loaded.resample(2, seed=9), model.resample(2, seed=9))
    with pytest.raises(InvalidData, match="read from a file"):
        loaded.resample(2, seed=9, parametric=False)


def test_a_model_travels_by_file_to_the_last_digit(tmp_path):
    table = draw(400, 9).assign(kind='a "b"\\c\n', year=2024)
    table.loc[:40, "kind"] = "æøå"
    table.loc[5:9, "x"] = np.nan
    table.loc[200:, "year"] = 2025
    model = fit_risk_model(
        table, covariates="x*kind + C(year)", missing="indicator", cluster="trainee", source="Årsrapport"
    )
    file = model.save(tmp_path / "risk.toml")
    loaded = load_risk_model(file)
    assert loaded == model
    assert loaded.sample is None
    assert loaded.to_toml() == model.to_toml()
    np.testing.assert_array_equal(loaded.predict(table), model.predict(table))
    assert loaded.notes == model.notes
    assert "made" not in file.read_text(encoding="utf-8")


def test_a_penalised_model_travels_too(tmp_path):
    table = draw(100, 10).assign(rare=lambda t: t["case"] < 4, failure=lambda t: t["failure"] & (t["case"] >= 4))
    model = fit_risk_model(table, covariates=["x", "rare"])
    assert model.penalised
    assert load_risk_model(model.save(tmp_path / "risk.toml")) == model


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("format = 1", "format = 2", "format is 2, not 1"),
        ('"name" = "x"', '"name" = "y"', "coefficients do not belong to the terms"),
        ("clusters = 25", 'clusters = "many"', "TypeError clusters"),
        ("[[variable]]", "[[variables]]", "KeyError 'variable'"),
        ("penalised = false", "penalised = ", "Invalid value"),
        ('terms = [["x"]]', 'terms = [["x"], ["y"]]', "KeyError 'y'"),
    ],
    ids=["format", "name", "type", "key", "toml", "terms"],
)
def test_a_changed_file_is_refused(model, tmp_path, old, new, told):
    text = model.to_toml()
    assert old in text
    file = tmp_path / "risk.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UnreadableFile, match=rf"risk\.toml holds no risk model that can be read \(.*{told}"):
        load_risk_model(file)


def test_a_coefficient_that_is_not_finite_is_refused(model, tmp_path):
    text = model.to_toml().replace(f'"value" = {model.coefficients[1]!r}', '"value" = nan')
    (tmp_path / "risk.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match="a coefficient is not finite"):
        load_risk_model(tmp_path / "risk.toml")


def test_an_absent_file_is_told(tmp_path):
    with pytest.raises(UnreadableFile, match=r"nothing\.toml cannot be opened; expected a saved risk model"):
        load_risk_model(tmp_path / "nothing.toml")


def test_the_file_holds_no_case(model, cases):
    """Numbers of single cases must not be in a file that is passed on: only the range of each covariate is."""
    text = model.to_toml()
    shown = [value for value in cases["x"] if repr(float(value)) in text]
    assert sorted(shown) == [cases["x"].min(), cases["x"].max()]
