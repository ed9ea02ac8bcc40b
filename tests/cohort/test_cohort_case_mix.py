"""The case mix is counted as a loop over the cases would count it, and nothing that is not stated is dropped."""

from __future__ import annotations

import pandas as pd
import pytest

from cusum import Cohort, InvalidParameter, analyse, describe_case_mix, read_registrations
from cusum.cohort.categories import COVARIATE_NAMES, LEVEL_NAMES, categorise


def small(**columns: list[object]) -> Cohort:
    days = pd.date_range("2025-01-01", periods=6)
    table = pd.DataFrame({"trainee": list("AAABBB"), "procedure": "cvc", "performed_on": days, "failure": False})
    table["department"] = ["x", "x", "y", "y", "y", ""]
    return analyse(read_registrations(table.assign(**columns)))


def level_by_hand(covariate: str, value: object) -> str:
    """The level of one case, written out."""
    if value is None or value is pd.NA or value != value or value == "":
        return "missing"
    if covariate == "age":
        return "<40" if value < 40 else "40-59" if value < 60 else "60-79" if value < 80 else "80+"
    if covariate == "bmi":
        edges = [(25, "<25"), (30, "25-29"), (35, "30-34"), (40, "35-39")]
        return next((name for edge, name in edges if value < edge), "40+")
    return str(value)


@pytest.mark.parametrize("by", ["trainee", "department", "region"])
def test_counts_are_those_of_a_loop(sample_cohort: Cohort, by: str) -> None:
    mix = describe_case_mix(sample_cohort, by=by)
    table = sample_cohort.registrations.table
    counted: dict[tuple[str, str, str, str], int] = {}
    sizes: dict[tuple[str, str], int] = {}
    for case in table[table["procedure"].isin(["cvc", "block"])].to_dict("records"):
        sizes[case[by], case["procedure"]] = sizes.get((case[by], case["procedure"]), 0) + 1
        for name in ("asa", "age", "bmi", "urgency", "technique"):
            place = (case[by], case["procedure"], name, level_by_hand(name, case[name]))
            counted[place] = counted.get(place, 0) + 1
    levels = mix[(mix["level"] != "mean") & mix["procedure"].isin(["cvc", "block"])]
    found = levels[levels["cases"] > 0].set_index(["unit", "procedure", "covariate", "level"])
    assert found["cases"].to_dict() == counted
    for (unit, procedure, covariate, level), row in found.iloc[::37].iterrows():
        others = sum(n for (u, *rest), n in counted.items() if rest == [procedure, covariate, level] and u != unit)
        everybody = sum(n for (u, p), n in sizes.items() if p == procedure and u != unit)
        assert row["others_cases"] == others
        assert row["others_share"] == pytest.approx(others / everybody)
        assert row["share"] == pytest.approx(row["cases"] / sizes[unit, procedure])


def test_shares_of_a_covariate_make_one(sample_cohort: Cohort) -> None:
    mix = describe_case_mix(sample_cohort, by="department")
    totals = mix[mix["level"] != "mean"].groupby(["unit", "procedure", "covariate"])[["share", "others_share"]].sum()
    assert ((totals - 1).abs() < 1e-12).all(axis=None)


def test_what_is_not_stated_is_a_level() -> None:
    cohort = small(urgency=["akut", "", "elektiv", "", "", ""], age=[20.0, None, 59.9, 60, 80, None])
    mix = describe_case_mix(cohort)
    mine = mix[mix["unit"] == "A"].set_index(["covariate", "level"])
    assert mine.loc[("urgency", "missing"), ["cases", "others_cases"]].tolist() == [1, 3]
    assert mine.loc[("age", "missing"), ["cases", "others_cases"]].tolist() == [1, 1]
    assert mine.loc[("age", "40-59"), ["cases", "others_cases"]].tolist() == [1, 0]
    mean = mine.loc[("age", "mean")]
    assert (mean["mean"], mean["others_mean"]) == (pytest.approx(39.95), pytest.approx(70))
    assert (mean["cases"], mean["share"], mean["others_cases"]) == (2, pytest.approx(2 / 3), 2)


def test_a_case_counts_where_it_was_done() -> None:
    mix = describe_case_mix(small(asa=[1, 1, 2, 2, 3, 3]), by="department")
    cases = mix[mix["covariate"] == "asa"].groupby("unit")["cases"].sum()
    assert cases.to_dict() == {"x": 2, "y": 3, "–": 1}
    assert mix["unit"].tolist() == sorted(mix["unit"])


def test_nobody_else_gives_no_share() -> None:
    cohort = small(asa=[1, 1, 2, 2, 3, 3], region=["Nord"] * 6)
    mix = describe_case_mix(cohort, by="region")
    assert mix["others_share"].isna().all()
    assert mix["others_cases"].eq(0).all()


def test_expected_probabilities_of_the_risk_model() -> None:
    risk = [0.05, 0.10, 0.15, 0.20, 0.25, 0.40]
    days = pd.date_range("2025-01-01", periods=6)
    table = pd.DataFrame({"trainee": list("AAABBB"), "procedure": "cvc", "performed_on": days, "failure": [0, 1] * 3})
    table["failure"] = table["failure"].astype(bool)
    table = table.assign(department=["x", "x", "y", "y", "y", ""], region=["N", "N", "S", "S", "S", "S"], expected=risk)
    cohort = analyse(read_registrations(table), risk="expected")
    by_department = describe_case_mix(cohort, by="department", covariates=[]).set_index("unit")
    assert by_department["covariate"].eq("expected").all()
    assert by_department["mean"].round(9).to_dict() == {"x": 0.075, "y": 0.2, "–": 0.4}
    assert by_department.loc["x", "others_mean"] == pytest.approx(0.25)
    by_region = describe_case_mix(cohort, by="region", covariates=[]).set_index("unit")
    assert by_region["mean"].round(9).to_dict() == {"N": 0.075, "S": 0.25}
    by_trainee = describe_case_mix(cohort, covariates=[]).set_index("unit")
    assert by_trainee.loc["A", "mean"] < 0.10 < by_trainee.loc["B", "mean"]  # anchored at the acceptable rate, 0.10
    assert by_trainee["mean"].mean() == pytest.approx(0.10)


def test_other_covariates() -> None:
    cohort = small(parsonnet=[1.5, 2.5, 3.5, 4.5, 5.5, 6.5], ward=["k", "o", "o", "", "k", "o"])
    mix = describe_case_mix(cohort, covariates=["parsonnet", "ward"]).query("unit == 'A'")
    assert mix["level"].tolist() == ["1.5", "2.5", "3.5", "4.5", "5.5", "6.5", "mean", "o", "k", "missing"]
    assert mix["cases"].tolist() == [1, 1, 1, 0, 0, 0, 3, 2, 1, 0]
    assert mix["mean"].dropna().tolist() == [2.5]


def test_levels_of_many_numbers_are_quarters() -> None:
    levels = categorise(pd.Series(range(100), dtype="float64"), "score")
    assert levels.value_counts().max() <= 26
    assert levels.cat.categories.tolist() == ["<24.8", "24.8 to <49.5", "49.5 to <74.2", "74.2+", "missing"]


def test_yes_and_no_are_words() -> None:
    levels = categorise(pd.Series([True, False, pd.NA], dtype="boolean"), "obese")
    assert levels.tolist() == ["yes", "no", "missing"]


def test_unknown_words_are_refused(sample_cohort: Cohort) -> None:
    with pytest.raises(InvalidParameter, match="by is 'hospital'; expected one of trainee, department, region"):
        describe_case_mix(sample_cohort, by="hospital")
    with pytest.raises(InvalidParameter, match="no column 'height'; expected columns of the table, such as asa, age"):
        describe_case_mix(sample_cohort, covariates=["height"])


def test_codes_have_names() -> None:
    assert {"asa", "age", "bmi", "urgency", "technique", "supervision", "expected"} <= set(COVARIATE_NAMES)
    assert {"missing", "mean", "elective", "emergency", "independent"} <= set(LEVEL_NAMES)
