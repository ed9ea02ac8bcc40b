"""Kaplan-Meier by case number, against a table worked out by hand and against statsmodels' own numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cusum import time_to_competence
from cusum.errors import InvalidData, InvalidParameter


def table_of(rows: list[tuple[int, bool]]) -> pd.DataFrame:
    """Make crossings of (cases at crossing or at the end, crossed)."""
    return pd.DataFrame(
        {
            "cases": [n + (3 if crossed else 0) for n, crossed in rows],
            "crossed": [crossed for _, crossed in rows],
            "case": pd.array([n if crossed else None for n, crossed in rows], dtype="Int64"),
        }
    )


# Remission times under 6-MP, 21 patients: Freireich and others 1963, as printed with its Kaplan-Meier estimate in
# Collett, Modelling survival data in medical research, and most textbooks since.
SIX_MP = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0), (19, 0)]
SIX_MP += [(20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]


def test_a_textbook_table():
    curve = time_to_competence(table_of([(n, bool(d)) for n, d in SIX_MP])).curve
    survival = {row.case: 1 - row.share for row in curve.itertuples()}
    for case, printed in {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}.items():
        assert survival[case] == pytest.approx(printed, abs=5e-4)
    at_risk = dict(zip(curve["case"], curve["at_risk"], strict=True))
    assert (at_risk[6], at_risk[7], at_risk[10], at_risk[23]) == (21, 17, 15, 6)


def test_the_median_and_its_limits():
    result = time_to_competence(table_of([(n, bool(d)) for n, d in SIX_MP]))
    row = result.median.iloc[0]
    assert (row["median"], row["low"], row["trainees"], row["crossed"]) == (23, 13, 21, 9)
    assert pd.isna(row["high"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=40))
def test_against_a_plain_loop(rows):
    curve = time_to_competence(table_of(rows)).curve
    survival, variance = 1.0, 0.0
    for row in curve.itertuples():
        at_risk = sum(n >= row.case for n, _ in rows)
        events = sum(n == row.case and crossed for n, crossed in rows)
        survival *= 1 - events / at_risk
        assert (row.at_risk, row.crossed) == (at_risk, events)
        assert row.share == pytest.approx(1 - survival, abs=1e-12)
        if 0 < survival < 1:
            variance += events / (at_risk * (at_risk - events))
            width = 1.959963984540054 * np.sqrt(variance) / abs(np.log(survival))
            assert row.low == pytest.approx(1 - survival ** np.exp(-width), abs=1e-9)
            assert row.high == pytest.approx(1 - survival ** np.exp(width), abs=1e-9)
        assert row.low <= row.share + 1e-12 <= row.high + 2e-12


def test_groups_are_estimated_apart():
    table = table_of([(5, True), (9, False), (7, True), (8, True)]).assign(department=["N", "N", "S", "S"])
    both = time_to_competence(table, by="department")
    assert both.median["group"].tolist() == ["N", "S"]
    alone = time_to_competence(table[table["department"] == "S"])
    np.testing.assert_allclose(both.curve.query("group == 'S'")["share"], alone.curve["share"])


def test_trainees_without_cases_are_left_out():
    table = pd.concat([table_of([(5, True)]), pd.DataFrame({"cases": [0], "crossed": [False], "case": [pd.NA]})])
    assert time_to_competence(table.reset_index(drop=True)).median["trainees"].tolist() == [1]


def test_nobody_crossed():
    result = time_to_competence(table_of([(5, False), (9, False)]))
    assert result.curve["share"].tolist() == [0.0, 0.0, 0.0]
    assert pd.isna(result.median["median"].iloc[0])


def test_confidence_changes_the_limits():
    rows = [(n, bool(d)) for n, d in SIX_MP]
    narrow, wide = (time_to_competence(table_of(rows), confidence=c).curve for c in (0.8, 0.95))
    assert ((wide["high"] - wide["low"]) > (narrow["high"] - narrow["low"]))[1:].all()


def test_refusals():
    with pytest.raises(InvalidParameter, match="confidence is 95"):
        time_to_competence(table_of([(5, True)]), confidence=95)
    with pytest.raises(InvalidData, match="no column crossed"):
        time_to_competence(pd.DataFrame({"cases": [1]}))
    with pytest.raises(InvalidData, match="2 procedures; expected one at a time"):
        time_to_competence(table_of([(5, True), (6, True)]).assign(procedure=["spinal", "cvc"]))
    with pytest.raises(InvalidData, match="no trainee with a case"):
        time_to_competence(pd.DataFrame({"cases": [0], "crossed": [False], "case": [None]}))
