"""``cusum check``: what would be rejected, and why; exit code 1 if anything would."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
MESSY = SAMPLES / "danish_cohort_messy.xlsx"
HEADING = "Uddannelsessøgende;Afdeling;Dato;Procedure;Resultat"
ROWS = ["T1;Nordby;13-03-2025;Spinal;Lykkedes", "T1;Nordby;14-03-2025;Spinal;Lykkedes ikke"]


@pytest.fixture
def registrations(tmp_path):
    """Write a small file of registrations."""

    def write(*rows, heading=HEADING, name="file.csv"):
        file = tmp_path / name
        file.write_text("\n".join([heading, *rows]) + "\n", encoding="utf-8")
        return file

    return write


def test_a_clean_file_ends_with_0(command, registrations):
    ended = command("check", registrations(*ROWS), "--language", "en")
    assert (ended.code, ended.err) == (0, "")
    assert "Read 2 rows = used 2 + rejected 0." in ended.out


def test_a_rejected_row_is_shown_with_column_problem_and_suggestion(command, registrations):
    ended = command("check", registrations(*ROWS, "T1;Nordby;15-03-2025;Spinal;måske"), "--language", "en")
    assert ended.code == 1
    row = next(line for line in ended.out.splitlines() if "måske" in line)
    assert row.split()[0] == "4"
    assert "Resultat" in row
    assert "Write success or failure." in row
    assert "Read 3 rows = used 2 + rejected 1." in ended.out


def test_the_words_are_danish_unless_told_otherwise(command, registrations):
    ended = command("check", registrations(*ROWS, "T1;Nordby;15-03-2025;Spinal;måske"))
    assert ended.code == 1
    assert "Rækker, der ville blive afvist" in ended.out
    assert "Læst 3 rækker = brugt 2 + afvist 1." in ended.out


def test_a_bracket_in_the_file_is_shown_as_it_is(command, registrations):
    ended = command("check", registrations(*ROWS, "T1;Nordby;15-03-2025;Spinal;[bold]?"), "--language", "en")
    assert "[bold]?" in ended.out


def test_many_flags_of_a_kind_are_counted_and_not_all_shown(command, registrations):
    rows = [f"T{n};Nordby;13-03-2025;Spinal;Lykkedes" for n in range(1, 10) for _ in range(2)]
    ended = command("check", registrations(*rows), "--language", "en")
    everything = json.loads(command("check", registrations(*rows), "--language", "en", "--json").out)
    ties = [line for line in everything["flagged"] if line["flag"] == "ties"]
    assert len(ties) == 9
    assert ended.out.count(ties[0]["problem"].split(";")[0]) == 5
    assert f"{len(everything['flagged'])} such rows in all" in ended.out


def test_every_planted_fault_of_the_messy_sample_is_listed(command):
    ended = command("check", MESSY, "--json", "--language", "en")
    found = json.loads(ended.out)
    with (SAMPLES / "danish_cohort_messy_faults.csv").open(encoding="utf-8") as file:
        planted = [fault for fault in csv.DictReader(file) if fault["kind"] == "rejected"]
    listed = {(line["sheet"], line["row"], line["column"], line["reason"]) for line in found["rejected"]}
    assert ended.code == 1
    assert planted
    assert {(f["sheet"], int(f["row"]), f["column"], f["code"]) for f in planted} <= listed
    assert found["counts"]["read"] == found["counts"]["used"] + found["counts"]["rejected"]
    assert len(found["rejected"]) == found["counts"]["rejected"]


def test_headings_can_be_given(command, registrations):
    file = registrations(*ROWS, heading="Hvem;Sted;Dato;Procedure;Resultat")
    given = command("check", file, "--heading", "Hvem=trainee", "--heading", "Sted=department", "--language", "en")
    assert given.code == 0
    assert "used 2" in given.out


def test_a_later_day_is_rejected(command, registrations):
    ended = command("check", registrations(*ROWS), "--as-of", "2025-03-13", "--language", "en")
    assert ended.code == 1
    assert "used 1 + rejected 1" in ended.out


def faulty_files(folder):
    """Files that hold no registrations, by what is wrong with them."""
    empty = folder / "empty.csv"
    empty.touch()
    binary = folder / "binary.csv"
    binary.write_bytes(bytes(range(256)) * 20)
    broken = folder / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04" + bytes(500))
    return {"missing": folder / "nowhere.csv", "empty": empty, "folder": folder, "binary": binary, "broken": broken}


@pytest.mark.parametrize("fault", ["missing", "empty", "folder", "binary", "broken"])
@pytest.mark.parametrize("name", ["check", "report"])
def test_a_file_that_cannot_be_read_is_one_sentence_and_exit_code_2(command, tmp_path, monkeypatch, name, fault):
    file = faulty_files(tmp_path)[fault]
    monkeypatch.chdir(tmp_path)
    ended = command(name, file, "--language", "en")
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.count("\n") == 1
    assert "Traceback" not in ended.err
    assert "went wrong" not in ended.err
    assert not (tmp_path / "reports").exists()


def test_a_file_without_a_procedure_column_is_one_sentence_and_exit_code_2(command, registrations):
    file = registrations("T1;13-03-2025;Lykkedes", heading="Uddannelsessøgende;Dato;Resultat")
    ended = command("check", file, "--language", "en")
    assert ended.code == 2
    assert ended.out == ""
    assert "no column for the procedure" in ended.err
    assert ended.err.count("\n") == 1


def test_a_civil_registration_number_is_refused_and_not_shown(command, registrations):
    number = "010190-" + "1234"
    ended = command("check", registrations(f"{number};Nordby;13-03-2025;Spinal;Lykkedes"), "--language", "en")
    assert ended.code == 1
    assert "1234" not in ended.out + ended.err
    assert "Uddannelsessøgende" in ended.err
