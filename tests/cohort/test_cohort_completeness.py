"""What was done and is not charted is counted by trainee and department, with its reason."""

from __future__ import annotations

import pandas as pd
import pytest

from cusum import Cohort, InvalidData, InvalidParameter, analyse, describe_completeness, read_registrations
from cusum.cohort.completeness import NOT_AT_RANDOM, OUTCOME_FAULTS


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    """Trainee A: 4 CVKs of which 2 charted; B: all; C: nothing but rows without an outcome."""
    rows = [
        ("A", "CVK", "2025-01-01", "Lykkedes"),
        ("A", "CVK", "2025-01-02", "Lykkedes ikke"),
        ("A", "CVK", "2025-01-03", None),
        ("A", "CVK", "2025-01-04", "næsten"),
        ("A", "CVK", None, "Lykkedes"),
        ("A", "Tonsillektomi", "2025-01-04", "Lykkedes"),
        ("A", "Spinal", "2025-01-05", "Lykkedes"),
        ("A", "Transport", "2025-01-05", None),
        ("B", "CVK", "2025-01-06", "Lykkedes"),
        ("C", "CVK", "2025-01-06", None),
    ]
    table = pd.DataFrame(rows, columns=["Læge", "Procedure", "Dato", "Resultat"])
    return analyse(read_registrations(table.assign(Afdeling=["x"] * 8 + ["x", "y"])))


def test_counted_and_charted_by_trainee(cohort: Cohort) -> None:
    rows = describe_completeness(cohort).set_index(["trainee", "procedure"])
    numbers = ["counted", "charted", "without_outcome", "unreadable", "contradictory"]
    assert rows.loc[("A", "cvc"), numbers].tolist() == [4, 2, 1, 1, 0]
    assert rows.loc[("A", "spinal"), numbers].tolist() == [1, 1, 0, 0, 0]
    assert rows.loc[("B", "cvc"), numbers].tolist() == [1, 1, 0, 0, 0]
    assert rows.loc[("C", "cvc"), numbers].tolist() == [1, 0, 1, 0, 0]
    assert rows.loc[("A", "cvc"), "share"] == 0.5
    assert pd.isna(rows.loc[("B", "block"), "share"])
    assert rows["elsewhere"].isna().all()
    assert list(dict.fromkeys(OUTCOME_FAULTS.values())) == numbers[2:]


def test_by_department(cohort: Cohort) -> None:
    rows = describe_completeness(cohort, by="department").set_index(["department", "procedure"])
    assert rows.loc[("x", "cvc"), ["counted", "charted"]].tolist() == [5, 3]
    assert rows.loc[("x", "cvc"), "share"] == pytest.approx(3 / 5)
    assert rows.loc[("", "cvc"), ["counted", "charted"]].tolist() == [1, 0]  # C has no registration that tells where
    assert list(rows.loc["x"].index) == list(cohort.charts)


def test_numbers_from_elsewhere(cohort: Cohort) -> None:
    other = pd.DataFrame({"trainee": ["A", "B", "A"], "procedure": ["cvk", "CVK", "SAB"], "counted": [5, 1, 0]})
    rows = describe_completeness(cohort, counted=other).set_index(["trainee", "procedure"])
    assert rows.loc[("A", "cvc"), ["elsewhere", "share_elsewhere"]].tolist() == [5, 0.4]
    assert rows.loc[("B", "cvc"), "share_elsewhere"] == 1
    assert pd.isna(rows.loc[("A", "spinal"), "share_elsewhere"])
    assert pd.isna(rows.loc[("C", "cvc"), "elsewhere"])
    both = describe_completeness(cohort, by="department", counted=other).set_index(["department", "procedure"])
    assert both.loc[("x", "cvc"), ["elsewhere", "share_elsewhere"]].tolist() == [6, 0.5]
    assert pd.isna(both.loc[("", "cvc"), "elsewhere"])
    part = describe_completeness(cohort, by="department", counted=other.iloc[:1]).set_index(["department", "procedure"])
    assert part.loc[("x", "cvc"), "share_elsewhere"] == 0.4  # B, without a number, is left out on both sides


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"trainee": ["A"], "procedure": ["Tonsil"], "counted": [1]}, "counted names 'Tonsil'"),
        ({"trainee": ["A"], "procedure": ["CVK"], "counted": [1.5]}, "something that is no number"),
        ({"trainee": ["A"], "procedure": ["CVK"], "counted": ["many"]}, "something that is no number"),
        ({"trainee": ["A", "A "], "procedure": ["CVK", "cvc"], "counted": [1, 2]}, "two numbers for the same trainee"),
    ],
)
def test_a_count_that_makes_no_sense_is_refused(cohort: Cohort, table: dict[str, list[object]], message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        describe_completeness(cohort, counted=pd.DataFrame(table))


def test_unknown_words_are_refused(cohort: Cohort) -> None:
    with pytest.raises(InvalidParameter, match="by is 'region'; expected one of trainee, department"):
        describe_completeness(cohort, by="region")
    with pytest.raises(InvalidParameter, match="counted has no column procedure"):
        describe_completeness(cohort, counted=pd.DataFrame({"trainee": ["A"], "counted": [1]}))


def test_a_file_without_faults_is_charted_wholly(sample_cohort: Cohort) -> None:
    rows = describe_completeness(sample_cohort)
    assert len(rows) == 92 * 6
    assert rows["charted"].sum() == len(sample_cohort.paths)
    assert rows["share"].dropna().eq(1).all()


def test_only_what_counts_by_the_day_is_charted(sample_cohort: Cohort) -> None:
    early = analyse(sample_cohort.registrations, as_of="2024-10-01")
    assert describe_completeness(early)["counted"].sum() == len(early.paths)


def test_the_sentence_beside_it_names_the_direction() -> None:
    assert "failure is more easily left out" in NOT_AT_RANDOM
