"""Breadth is a count by category, and a gap is a level that others meet and this trainee does not."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest

from cusum import Cohort, InvalidParameter, analyse, describe_breadth, read_registrations


def band(age: float) -> str:
    return "<40" if age < 40 else "40-59" if age < 60 else "60-79" if age < 80 else "80+"


def test_counts_are_those_of_a_loop(sample_cohort: Cohort) -> None:
    rows = describe_breadth(sample_cohort)
    counted: Counter[tuple[str, str, str]] = Counter()
    for case in sample_cohort.registrations.table.to_dict("records"):
        levels = {name: case[name] or "missing" for name in ("procedure", "urgency", "technique", "supervision")}
        for name, level in (levels | {"asa": str(case["asa"]), "age": band(case["age"])}).items():
            counted[case["trainee"], name, level] += 1
    found = rows[rows["registrations"] > 0].set_index(["trainee", "category", "level"])["registrations"]
    assert found.to_dict() == dict(counted)
    assert rows.groupby(["trainee", "category"])["share"].sum().round(9).eq(1).all()
    totals = rows.groupby(["category", "level"])["registrations"].transform("sum")
    everything = rows.groupby("category")["registrations"].transform("sum")
    own = rows.groupby(["trainee", "category"])["registrations"].transform("sum")
    others = (totals - rows["registrations"]) / (everything - own)
    assert rows["others_share"].to_numpy() == pytest.approx(others.to_numpy())


def test_categories_not_met(sample_cohort: Cohort) -> None:
    rows = describe_breadth(sample_cohort)
    gaps = rows[~rows["met"]]
    assert gaps["registrations"].eq(0).all()
    assert not gaps["level"].eq("missing").any()
    table = sample_cohort.registrations.table
    for row in gaps.head(20).to_dict("records"):
        mine = table[table["trainee"] == row["trainee"]]
        column = mine[row["category"]] if row["category"] != "age" else mine["age"].map(band)
        assert not (column.astype("str") == row["level"]).any()


def test_what_the_programme_names_is_a_level_though_nobody_did_it() -> None:
    days = pd.date_range("2025-01-01", periods=4)
    table = pd.DataFrame({"trainee": list("AABB"), "procedure": "cvc", "performed_on": days, "failure": False})
    cohort = analyse(read_registrations(table.assign(urgency=["akut", "", "elektiv", "elektiv"])))
    rows = describe_breadth(cohort)
    mine = rows[rows["trainee"] == "A"].set_index(["category", "level"])
    assert mine.loc[("procedure", "transport"), "met"] == False  # noqa: E712 - a numpy value
    assert set(rows["category"]) == {"procedure", "urgency"}
    assert mine.loc["urgency", "registrations"].to_dict() == {"elective": 0, "emergency": 1, "missing": 1}
    assert mine.loc["urgency", "met"].to_dict() == {"elective": False, "emergency": True, "missing": True}
    alone = describe_breadth(analyse(read_registrations(table.query("trainee == 'A'"))))
    assert alone["others_share"].isna().all()


def test_an_unknown_category_is_refused(sample_cohort: Cohort) -> None:
    with pytest.raises(InvalidParameter, match="no column 'height'"):
        describe_breadth(sample_cohort, categories=["height"])
    assert set(describe_breadth(sample_cohort, categories=["procedure", "bmi"])["category"]) == {"procedure", "bmi"}
