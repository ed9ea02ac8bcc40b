"""Covariates and formulas: the columns against statsmodels' own, and every rule about what is missing or unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.formula.api import logit

from cusum.errors import InvalidData, InvalidParameter
from cusum.models.risk import fit_risk_model
from cusum.models.risk_design import make_design, read_terms


@pytest.fixture(scope="module")
def cases() -> pd.DataFrame:
    """Make 600 cases whose failure depends on age, class and urgency together."""
    rng = np.random.default_rng(11)
    n = 600
    table = pd.DataFrame(
        {
            "age": rng.integers(20, 90, n),
            "bmi": rng.normal(27, 4, n),
            "asa": rng.integers(1, 4, n),
            "urgency": rng.choice(["elective", "acute", "planned"], n),
            "obese": rng.random(n) < 0.3,
        }
    )
    eta = -3 + 0.02 * table["age"] + 0.4 * table["asa"] + 0.5 * (table["urgency"] == "acute") * table["obese"]
    return table.assign(failure=rng.random(n) < 1 / (1 + np.exp(-eta)))


FORMULAS = {
    "age": "age",
    "age + urgency": "age + C(urgency)",
    "C(asa) + bmi": "C(asa) + bmi",
    "age*urgency": "age * C(urgency)",
    "C(asa)*urgency + log(bmi)": "C(asa) * C(urgency) + np.log(bmi)",
    "square(bmi) + sqrt(age) + obese": "I(bmi ** 2) + np.sqrt(age) + I(obese.astype(float))",
    "urgency*obese*age": "C(urgency) * I(obese.astype(float)) * age",
}


@pytest.mark.parametrize("ours", FORMULAS, ids=lambda text: text.replace(" ", ""))
def test_a_formula_means_what_it_means_elsewhere(cases, ours):
    model = fit_risk_model(cases, covariates=ours)
    theirs = logit(f"y ~ {FORMULAS[ours]}", cases.assign(y=cases["failure"].astype(int))).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(model.predict(cases), theirs.predict(cases), atol=1e-9)
    assert model.log_likelihood == pytest.approx(theirs.llf, abs=1e-8)
    np.testing.assert_allclose(
        sorted(model.summary()["standard_error"]), sorted(theirs.bse), rtol=1e-6, err_msg="standard errors"
    )


def test_a_list_and_a_formula_are_the_same(cases):
    assert fit_risk_model(cases, covariates=["age", "C(asa)*urgency"]) == fit_risk_model(
        cases, covariates="failure ~ age + C(asa) * urgency"
    )


def test_terms():
    assert read_terms("a*b*c", ["a", "b", "c"])[-1] == ("a", "b", "c")
    assert len(read_terms("a*b*c", ["a", "b", "c"])) == 7
    assert read_terms(["a:b", "b", "a", "a"], ["a", "b"]) == (("b",), ("a",), ("a", "b"))
    assert read_terms(["height: cm", "a+b"], ["height: cm", "a+b"]) == (("height: cm",), ("a+b",))


@pytest.mark.parametrize("wrong", ["", [], "age +", "age:", ["*"]], ids=repr)
def test_no_covariate_is_refused(cases, wrong):
    with pytest.raises(InvalidParameter, match=r"covariates is .*names of columns, or a formula"):
        fit_risk_model(cases, covariates=wrong)


def test_an_interaction_needs_its_parts(cases):
    with pytest.raises(InvalidParameter, match=r"age:asa stands without its parts; .* Write age\*asa"):
        fit_risk_model(cases, covariates="age + age:asa")


def test_an_absent_column_is_named(cases):
    with pytest.raises(InvalidData, match=r"no column 'weight', 'ward'"):
        fit_risk_model(cases, covariates="weight + age", cluster="ward")
    model = fit_risk_model(cases, covariates="age")
    with pytest.raises(InvalidData, match="no column 'age'"):
        model.predict(cases.drop(columns="age"))


def test_the_outcome_is_no_covariate(cases):
    with pytest.raises(InvalidParameter, match="failure is both outcome and covariate"):
        fit_risk_model(cases, covariates="age + failure")
    with pytest.raises(InvalidParameter, match="formula is of died"):
        fit_risk_model(cases, covariates="died ~ age")


def test_unknown_categories_are_named(cases):
    model = fit_risk_model(cases, covariates="age + urgency")
    strange = cases.head(3).assign(urgency=["acute", "hyperacute", "whenever"])
    with pytest.raises(InvalidData, match=r"categories the model does not know: 'hyperacute', 'whenever'.*'acute'"):
        model.predict(strange)


def test_text_where_numbers_were_is_refused(cases):
    model = fit_risk_model(cases, covariates="age")
    with pytest.raises(InvalidData, match="age holds something that is no number, such as 'old'"):
        model.predict(pd.DataFrame({"age": ["old"]}))


def test_dates_constants_and_infinite_numbers_are_refused(cases):
    with pytest.raises(InvalidData, match="day holds dates"):
        fit_risk_model(cases.assign(day=pd.date_range("2025-01-01", periods=len(cases))), covariates="day")
    with pytest.raises(InvalidData, match="one does not vary: it is always 1"):
        fit_risk_model(cases.assign(one=1), covariates="one")
    with pytest.raises(InvalidData, match="bmi is infinite"):
        fit_risk_model(cases.assign(bmi=np.where(cases["age"] < 30, np.inf, 25)), covariates="bmi")
    with pytest.raises(InvalidData, match=r"age is 0\.0 where log\(age\) is asked for"):
        fit_risk_model(cases.assign(age=cases["age"] - cases["age"].min()), covariates="log(age)")


def test_numbers_and_categories_may_come_in_other_types(cases):
    model = fit_risk_model(cases, covariates="C(asa) + urgency + obese")
    same = cases.assign(
        asa=cases["asa"].astype("Float64"),
        urgency=cases["urgency"].astype("category"),
        obese=cases["obese"].astype("boolean"),
    )
    np.testing.assert_array_equal(model.predict(same), model.predict(cases))
    assert fit_risk_model(same, covariates="C(asa) + urgency + obese") == model


def test_the_order_of_a_categorical_column_gives_the_reference(cases):
    ordered = pd.Categorical(cases["urgency"], ["planned", "elective", "acute", "never seen"])
    model = fit_risk_model(cases.assign(urgency=ordered), covariates="urgency")
    assert model.names == ("(Intercept)", "urgency[elective]", "urgency[acute]")


def with_gaps(cases: pd.DataFrame) -> pd.DataFrame:
    """Take 30 ages and 20 urgencies away, ten of them together."""
    gaps = cases.copy()
    gaps["age"] = gaps["age"].astype("Int64")
    gaps.loc[:29, "age"] = pd.NA
    gaps.loc[20:39, "urgency"] = ""
    return gaps


def test_missing_values_are_refused_unless_a_rule_is_given(cases):
    with pytest.raises(InvalidData, match=r"values are missing: age in 30, urgency in 20 of 600 cases"):
        fit_risk_model(with_gaps(cases), covariates="age + urgency")


def test_complete_cases_are_counted(cases):
    gaps = with_gaps(cases)
    model = fit_risk_model(gaps, covariates="age + urgency", missing="complete cases")
    assert (model.cases, model.left_out, model.missing_counts) == (560, 40, {"age": 30, "urgency": 20})
    assert model.coefficients == fit_risk_model(cases.iloc[40:], covariates="age + urgency").coefficients
    assert model.notes == ("Values were missing (age: 30, urgency: 20); 40 cases were left out.",)
    with pytest.raises(InvalidData, match="age is missing in 30 of 600 cases"):
        model.predict(gaps)


def test_an_indicator_marks_what_is_missing(cases):
    gaps = with_gaps(cases)
    model = fit_risk_model(gaps, covariates="age*urgency", missing="indicator")
    assert model.names[:5] == (
        "(Intercept)",
        "age",
        "age[missing]",
        "urgency[elective]",
        "urgency[planned]",
    )
    assert model.notes == ("Values were missing (age: 30, urgency: 20); an indicator marks them.",)
    filled = gaps.assign(
        age=gaps["age"].astype("Float64").fillna(float(gaps["age"].mean())).astype(float),
        gone=gaps["age"].isna().astype(int),
        urgency=gaps["urgency"].replace("", "zz"),
        y=gaps["failure"].astype(int),
    )
    theirs = logit("y ~ age * C(urgency) + gone", filled).fit(disp=0, tol=1e-12)
    np.testing.assert_allclose(model.predict(gaps), theirs.predict(filled), atol=1e-8)


def test_missing_outcomes_are_no_case_for_an_indicator(cases):
    gaps = cases.assign(failure=cases["failure"].astype("boolean").mask(cases.index < 5))
    with pytest.raises(InvalidData, match=r"values are missing: failure in 5 of 600 cases"):
        fit_risk_model(gaps, covariates="age", missing="indicator")
    assert fit_risk_model(gaps, covariates="age", missing="complete cases").left_out == 5


def test_an_unknown_rule_is_refused(cases):
    with pytest.raises(InvalidParameter, match=r"missing is 'drop'; expected one of refuse, indicator, complete cases"):
        fit_risk_model(cases, covariates="age", missing="drop")


def test_numbers_beyond_the_fitted_ones_are_known(cases):
    design = make_design(cases, (("bmi",), ("urgency",)), indicator=False)
    assert [variable.outside(cases).any() for variable in design.variables] == [False, False]
    model = fit_risk_model(cases, covariates="age + urgency")
    odd = cases.head(3).assign(age=[19, 50, 90])
    assert model.extrapolates(odd).tolist() == [True, False, True]


@pytest.mark.parametrize("extra", ["twice", "elective"])
def test_columns_that_follow_from_others_are_named(cases, extra):
    doubled = cases.assign(twice=2 * cases["age"] + 1, elective=(cases["urgency"] == "elective").astype(int))
    with pytest.raises(InvalidData, match=r"(age|twice|elective).* can be computed from the other covariates"):
        fit_risk_model(doubled, covariates=["age", "urgency", extra])
