"""Faults in a programme file: each gives one message with the file, the key, what was found and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cusum.errors import ProgrammeError
from cusum.programme import load_programme

SPINAL_RATE = 'acceptable = { rate = 0.10, status = "published", source = "kestin_1995" }\nunacceptable = { rate = 0.20'
FIRST_EXPECTED = 'expected_cases = { value = 60, status = "placeholder" }'
FIRST_FLAGS = "mandatory = true\ncharted = true"


def edit(tmp_path: Path, old: str, new: str) -> Path:
    """Write the shipped programme with one change."""
    text = load_programme().to_toml()
    assert old in text
    path = tmp_path / "ours.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("months = 12", "", "ours.toml: months is missing; expected a whole number."),
        ("months = 12", 'months = "12"', "ours.toml: months is '12'; expected a whole number."),
        ("months = 12", "months = true", "ours.toml: months is true; expected a whole number."),
        ("months = 12", "months = 0", "ours.toml: months is 0; expected a whole number from 1 to 120."),
        ("months = 12", "month = 12", "ours.toml: the key month is not known; expected one of key, version"),
        ("months = 12", "month = 12", "Did you mean months?"),
        ("months = 12", "months = 12\nxyzzy = 1", "ours.toml: the key xyzzy is not known"),
        ("months = 12", "months = 12\nxyzzy = 1", "Remove it."),
        (
            "false_alarm = 0.05",
            "false_alarm = 5",
            "ours.toml: promises.false_alarm is 5.0; expected a number above 0 and below 1.",
        ),
        ("alpha = 0.10", "alpha = 0.60", "ours.toml: promises.alpha is 0.6; expected a number above 0 and below 0.5."),
        (SPINAL_RATE, SPINAL_RATE.replace("0.10", "10"), "procedures.spinal.criterion.acceptable.rate is 10.0"),
        (SPINAL_RATE, SPINAL_RATE.replace("0.10", "10"), "Write it as a fraction: 10% is 0.10."),
        (
            SPINAL_RATE,
            SPINAL_RATE.replace("0.20", "0.10"),
            "unacceptable.rate is 0.1; expected a rate above the acceptable one, 0.1.",
        ),
        (
            SPINAL_RATE,
            SPINAL_RATE.replace("published", "read", 1),
            "status is 'read'; expected one of published, department, placeholder.",
        ),
        (
            SPINAL_RATE,
            SPINAL_RATE.replace('"kestin_1995"', '"Kestin"', 1),
            "source is 'Kestin'; expected a name from the table [sources]: kestin_1995",
        ),
        (
            SPINAL_RATE,
            SPINAL_RATE.replace(', source = "kestin_1995"', "", 1),
            "source is ''; expected a citation, because the status is published.",
        ),
        (
            FIRST_EXPECTED,
            FIRST_EXPECTED.replace("60", "0"),
            "procedures.spinal.expected_cases.value is 0; expected a whole number from 1",
        ),
        (
            FIRST_EXPECTED,
            FIRST_EXPECTED.replace("60", "60.5"),
            "procedures.spinal.expected_cases.value is 60.5; expected a whole number.",
        ),
        (FIRST_EXPECTED, "expected_cases = 60", "procedures.spinal.expected_cases is 60; expected a table."),
        (
            FIRST_FLAGS,
            FIRST_FLAGS.replace("true", '"ja"', 1),
            "procedures.spinal.mandatory is 'ja'; expected true or false.",
        ),
        (FIRST_FLAGS, f"{FIRST_FLAGS}\ntarget = -1", "procedures.spinal.target is -1; expected a whole number from 0"),
        (FIRST_FLAGS, f"{FIRST_FLAGS}\ntargets = 40", "the key procedures.spinal.targets is not known"),
        (FIRST_FLAGS, f"{FIRST_FLAGS}\ntargets = 40", "Did you mean target?"),
        (
            'short = { da = "Spinal", en = "Spinal" }',
            'short = { da = "Spinal" }',
            "procedures.spinal.short.en is missing",
        ),
        (
            'short = { da = "Spinal", en = "Spinal" }',
            'short = { da = "", en = "Spinal" }',
            "procedures.spinal.short.da is ''; expected a text that is not empty.",
        ),
        (
            '"Spinalblok",',
            '"Spinalblok", 7,',
            "procedures.spinal.synonyms is 7; expected a list of texts in quotation marks.",
        ),
        ('"Spinalblok",', '"Spinalblok", "C.V.K",', "the name 'C.V.K' stands for both 'cvc' and 'spinal'"),
        (
            'success = ["attempt_LE3"]',
            'success = ["abandon"]',
            "failure is 'abandon'; expected an outcome that is not among the successes as well.",
        ),
        (
            "attempts_allowed = 3",
            "attempts_allowed = 0",
            "procedures.spinal.failure.attempts_allowed is 0; expected a whole number from 1",
        ),
        (
            "[experience.transport]",
            "[experience.spinal]",
            "experience.spinal is 'spinal'; expected a name that is not a procedure's.",
        ),
        (
            'nature = "formative"',
            'nature = "formativ"',
            "milestones[1].nature is 'formativ'; expected one of formative, summative, attested.",
        ),
        ("month = 6\n", "month = 13\n", "milestones[1].month is 13; expected a whole number from 1 to 12."),
        (
            'key = "mini_cex_6"',
            'key = "general_assessment_6"',
            "milestones is 'general_assessment_6'; expected each name once.",
        ),
        ("number = 2\n", "number = 1\n", "competences is '1'; expected each name once."),
        (
            'documents = ["K1", "ER"]',
            'documents = ["Kort 1", "ER"]',
            "competences[2].documents is 'Kort 1'; expected a key of [instruments]",
        ),
        ('role = "expert"', 'role = "surgeon"', "competences[1].role is 'surgeon'; expected one of expert,"),
        ('area = "pain"', 'area = "smerte"', "competences[18].area is 'smerte'; expected one of"),
    ],
)
def test_a_fault_is_named_with_its_place_and_what_to_do(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = edit(tmp_path, old, new)
    with pytest.raises(ProgrammeError, match=re.escape(message)):
        load_programme(path)


def test_text_that_is_no_toml_is_refused_with_the_line(tmp_path: Path) -> None:
    path = edit(tmp_path, "months = 12", "months = = 12")
    with pytest.raises(
        ProgrammeError, match=r"ours.toml cannot be read: .*line \d+.*expected a programme file in TOML"
    ):
        load_programme(path)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes("key = 'anæstesi'".encode("cp1252"))
    with pytest.raises(ProgrammeError, match=r"latin.toml is not UTF-8 text.*Save it again"):
        load_programme(path)


def test_a_programme_without_procedures_is_refused(tmp_path: Path) -> None:
    text = load_programme().to_toml()
    start, end = text.index("[procedures.spinal]"), text.index("[experience.")
    path = tmp_path / "empty.toml"
    path.write_text(text[:start] + "[procedures]\n" + text[end:], encoding="utf-8")
    with pytest.raises(ProgrammeError, match=r"procedures is \{\}; expected at least one procedure"):
        load_programme(path)


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(
        ProgrammeError, match=r"no programme danish-introduction-2016; .*Did you mean danish-introduction-2018"
    ):
        load_programme("danish-introduction-2016")
    with pytest.raises(ProgrammeError, match=r"no programme nowhere\.toml; .*'cusum programme copy' writes a file"):
        load_programme("nowhere.toml")


def test_a_folder_is_not_a_programme(tmp_path: Path) -> None:
    with pytest.raises(ProgrammeError, match="there is no programme"):
        load_programme(tmp_path)


def test_a_small_programme_of_another_country_loads(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(
        """
key = "small"
version = "1"
title = { da = "Lille", en = "Small", sv = "Liten" }
source = "A department's own."
months = 6
[promises]
false_competence = 0.05
false_alarm = 0.10
alpha = 0.05
beta = 0.10
status = "department"
[roles]
[areas]
[instruments]
[procedures.caudal]
name = { da = "sakralblok", en = "caudal block" }
short = { da = "Sakral", en = "Caudal" }
mandatory = true
charted = true
alpha = 0.20
expected_cases = { value = 25, status = "department", source = "decided at the staff meeting" }
[procedures.caudal.criterion]
acceptable = { rate = 0.10, status = "department" }
unacceptable = { rate = 0.25, status = "department" }
[procedures.caudal.failure]
status = "department"
da = "Overtaget."
en = "Taken over."
""",
        encoding="utf-8",
    )
    programme = load_programme(path)
    caudal = programme.procedures["caudal"]
    assert (caudal.alpha, caudal.beta) == (0.20, 0.10)
    assert (caudal.criterion_status, caudal.criterion_source) == ("department", "")
    assert caudal.expected_cases_source == "decided at the staff meeting"
    assert (caudal.handed_over_is_failure, caudal.attempts_allowed, dict(caudal.failure_rules)) == (None, None, {})
    assert not programme.is_placeholder("caudal")
    assert programme.milestones == ()
    assert programme.find("Caudal-block") == "caudal"
    assert programme.title["sv"] == "Liten"
