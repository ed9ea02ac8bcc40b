"""Outcomes: what people write for success and failure, turned into failures once."""

from __future__ import annotations

import pandas as pd
import pytest

from cusum import InvalidData, read_registrations
from cusum.programme import load_programme


def read(outcomes: list[object], heading: str = "Resultat", procedure: str = "cvc", **columns: list[object]):
    """Read a column of outcomes for one procedure."""
    n = len(outcomes)
    frame = pd.DataFrame(
        {"Læge": [f"T{i}" for i in range(n)], "Procedure": [procedure] * n, "Dato": ["2025-02-13"] * n, **columns}
    )
    frame[heading] = pd.Series(outcomes, dtype=object)
    return read_registrations(frame)


def failures(*args, **kwargs) -> list[bool | str]:
    """Failures in the order of the file; the reason where a row is rejected."""
    result = read(*args, **kwargs)
    found = dict(zip(result.table["row"], result.table["failure"], strict=True))
    found |= dict(zip(result.rejected["row"], result.rejected["reason"], strict=True))
    return [found[row] for row in sorted(found)]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("Succes", "Ikke succes"),
        ("Lykkedes", "Mislykkedes"),
        ("lykkedes", "lykkedes ikke"),
        ("LYKKEDES.", "Ikke-lykkedes"),
        ("Success", "Failure"),
        ("successful", "Unsuccessful"),
        ("Vellykket", "mislykket"),
        ("gennemført", "Opgivet"),
        (1, -1),
        ("1", "-1"),
        ("1,0", "-1,0"),
    ],
    ids=repr,
)
def test_words_that_say_it_themselves(good, bad):
    for heading in ("Resultat", "Succes"):
        assert failures([good, bad], heading) == [False, True]


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("ja", "nej"),
        ("JA", "Nej "),
        ("j", "n"),
        ("yes", "no"),
        (1, 0),
        ("1", "0"),
        (1.0, 0.0),
        ("sand", "falsk"),
        ("TRUE", "FALSE"),
        (True, False),
    ],
    ids=repr,
)
def test_the_heading_decides_whether_yes_is_good(yes, no):
    assert failures([yes, no], "Lykkedes") == [False, True]
    assert failures([yes, no], "Mislykket") == [True, False]
    with pytest.raises(InvalidData, match=r"'Resultat' says .*headings={'Resultat': 'success'}"):
        failures([yes, no], "Resultat")


def test_a_heading_of_no_direction_can_be_given_one():
    frame = pd.DataFrame({"Læge": ["T1"], "Procedure": ["cvc"], "Dato": ["2025-02-13"], "Resultat": ["ja"]})
    assert not read_registrations(frame, headings={"Resultat": "success"}).table["failure"].item()
    assert read_registrations(frame, headings={"Resultat": "failure"}).table["failure"].item()


def test_words_can_be_given_a_meaning():
    frame = pd.DataFrame(
        {
            "Læge": ["T1", "T2", "T3"],
            "Procedure": ["sonde"] * 3,
            "Dato": ["2025-02-13"] * 3,
            "Resultat": ["fin", "skidt", "så på"],
        }
    )
    said = {
        "values": {
            "outcome": {"Fin": "success", "skidt": "failure", "så på": "not scored"},
            "procedure": {"Sonde": "cvc"},
        }
    }
    read_ = read_registrations(frame, headings=said)
    assert read_.table["failure"].tolist() == [False, True]
    assert read_.rejected["reason"].tolist() == ["not_scored"]


def test_zero_beside_minus_one_is_present_and_not_scored():
    assert failures([1, -1, 0], "Resultat") == [False, True, "not_scored"]
    assert failures([1, 1, 0], "Succes") == [False, False, True]


@pytest.mark.parametrize(
    ("procedure", "outcome", "expected"),
    [
        ("spinal", "attempt_LE3", False),
        ("spinal", "attempt_GT3", True),
        ("epidural", "epidural_on_arr", "not_scored"),
        ("epidural", "abandon", True),
        ("intubation", "max2_video", False),
        ("intubation", "3_or_more", True),
        ("spinal", "GA efter utilstrækkelig blokade", True),
        ("cvc", "attempt_LE3", "unreadable_outcome"),
    ],
    ids=repr,
)
def test_scales_are_read_by_the_programme_of_each_procedure(procedure, outcome, expected):
    assert failures([outcome], procedure=procedure) == [expected]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (None, "missing_outcome"),
        ("", "missing_outcome"),
        ("-", "missing_outcome"),
        ("ukendt", "missing_outcome"),
        ("næsten", "unreadable_outcome"),
        (2, "unreadable_outcome"),
    ],
    ids=repr,
)
def test_a_charted_procedure_needs_an_outcome(cell, reason):
    assert failures([cell, "Lykkedes"]) == [reason, False]


def test_what_is_only_counted_needs_none():
    result = read([None, "Lykkedes ikke", "vrøvl"], procedure="transport")
    assert result.rejected.empty
    assert result.table["failure"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("attempts", "handed_over", "expected"),
    [
        (1, "nej", "missing_outcome"),  # within the attempts allowed, but it may have been abandoned
        (3, None, "missing_outcome"),
        (4, "nej", True),
        (2, "ja", True),
        (None, "ja", True),
        (None, "nej", "missing_outcome"),
    ],
    ids=repr,
)
def test_without_an_outcome_the_definition_of_the_programme_decides(attempts, handed_over, expected):
    columns = {"Forsøg": [attempts], "Overtaget": [handed_over]}
    assert failures([None], procedure="spinal", **columns) == [expected]


def test_more_attempts_than_the_definition_allows_are_a_failure_and_flagged():
    result = read(["Lykkedes", "Lykkedes"], procedure="spinal", Forsøg=[9, 3])
    assert result.table["failure"].tolist() == [True, False]
    assert result.flagged[["flag", "column", "found"]].values.tolist() == [
        ["contradiction_settled", "Resultat", "Resultat: Lykkedes / Forsøg: 9"]
    ]


def test_an_outcome_stands_where_the_definition_counts_no_attempts():
    assert failures(["Lykkedes"], procedure="cvc", Forsøg=[9]) == [False]


def test_a_contradiction_is_settled_by_the_definition_and_flagged():
    result = read(["Lykkedes"], Overtaget=["ja"])
    assert result.table["failure"].tolist() == [True]
    assert result.flagged[["flag", "column", "found"]].values.tolist() == [
        ["contradiction_settled", "Resultat", "Resultat: Lykkedes / Overtaget: ja"]
    ]


@pytest.mark.parametrize(("rule", "expected"), [("true", [True]), ("false", [False]), (None, ["contradiction"])])
def test_a_contradiction_that_the_definition_does_not_settle_is_rejected(tmp_path, rule, expected):
    text = load_programme().path.read_text(encoding="utf-8")
    text = text.replace("handed_over_is_failure = true\n", f"handed_over_is_failure = {rule}\n" if rule else "")
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    frame = pd.DataFrame(
        {"Læge": ["T1"], "Procedure": ["cvc"], "Dato": ["2025-02-13"], "Resultat": ["Lykkedes"], "Overtaget": ["ja"]}
    )
    result = read_registrations(frame, programme=path)
    assert [*result.table["failure"], *result.rejected["reason"]] == expected


def test_two_columns_that_disagree_are_rejected_and_two_that_agree_are_not():
    result = read(["Lykkedes", "Lykkedes"], Mislykket=["ja", "nej"])
    assert result.rejected[["row", "reason", "found"]].values.tolist() == [
        [2, "contradiction", "Mislykket: ja / Resultat: Lykkedes"]
    ]
    assert result.table["failure"].tolist() == [False]


def test_one_column_may_fill_the_gaps_of_another():
    assert failures(["Lykkedes", None], Mislykket=[None, "ja"]) == [False, True]


def test_a_column_of_unclear_numbers_beside_one_that_tells_is_left_aside_and_told():
    result = read([1, 0, 5], "Score", Lykkedes=["nej", "ja", "ja"])
    assert result.table["failure"].tolist() == [True, False, False]
    told = result.decisions[result.decisions["topic"] == "outcome"]
    assert told[["subject", "decision"]].values.tolist() == [["Score", "not used"]]


def test_marks_of_one_and_zero_alone_do_not_say_what_zero_means(tmp_path):
    table = pd.DataFrame({"Navn": ["A"] * 3, "Dato": ["14-01-2025", "15-01-2025", "16-01-2025"], "Spinal": [1, 0, 1]})
    with pytest.raises(InvalidData, match=r"1 and 0 and never -1, and nothing says what 0 means; expected .*\.toml"):
        read_registrations(table)
    said = tmp_path / "said.toml"
    said.write_text('[values.outcome]\n"0" = "failure"\n', encoding="utf-8")
    assert read_registrations(table, headings=said).table["failure"].tolist() == [False, True, False]
