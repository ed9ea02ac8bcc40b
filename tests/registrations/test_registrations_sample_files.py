"""The sample files that are shipped: made again byte for byte, and the faults where the list says."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cusum.errors import PrivacyError
from cusum.registrations import read_registrations, reasons
from cusum.registrations.simulate import simulate_registrations

SAMPLES = Path(__file__).parents[2] / "sample_data"
SYNTHETIC = (
    "danish_cohort.csv",
    "danish_cohort_truth.csv",
    "danish_assessments.csv",
    "danish_cohort_messy.xlsx",
    "danish_cohort_messy_faults.csv",
)
CIVIL = re.compile(r"(?<!\d)\d{6}-?\d{4}(?!\d)")


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    shutil.copy(SAMPLES / "README.md", folder)
    done = subprocess.run(
        [sys.executable, str(SAMPLES / "make_sample_data.py"), str(folder)], check=True, capture_output=True, text=True
    )
    assert done.stdout.count("written") == len(SYNTHETIC)
    return folder


@pytest.fixture(scope="module")
def faults() -> list[dict[str, str]]:
    with (SAMPLES / "danish_cohort_messy_faults.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def book() -> dict[str, list[tuple[object, ...]]]:
    workbook = openpyxl.load_workbook(SAMPLES / "danish_cohort_messy.xlsx")
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in workbook}


@pytest.mark.parametrize("name", [*SYNTHETIC, "README.md"])
def test_the_synthetic_files_are_made_again_byte_for_byte(remade: Path, name: str) -> None:
    assert (remade / name).read_bytes() == (SAMPLES / name).read_bytes()


def test_the_cohort_is_small_enough_to_ship() -> None:
    assert (SAMPLES / "danish_cohort.csv").stat().st_size < 6_000_000


def test_the_cohort_and_its_truth_agree() -> None:
    options = {"sep": ";", "decimal": ",", "encoding": "utf-8-sig"}
    cohort = pd.read_csv(SAMPLES / "danish_cohort.csv", **options)
    truth = pd.read_csv(SAMPLES / "danish_cohort_truth.csv")
    assert cohort["Uddannelsessøgende"].nunique() == 92
    assert cohort["Afdeling"].nunique() == 30
    scored = cohort[cohort["Resultat"].notna()]
    assert truth["cases"].sum() == len(scored)
    assert truth["failures"].sum() == (scored["Resultat"] == "Lykkedes ikke").sum()


def test_no_sample_file_holds_what_looks_like_a_civil_registration_number(
    book: dict[str, list[tuple[object, ...]]],
) -> None:
    for path in sorted(SAMPLES.glob("*.csv")):
        assert CIVIL.search(path.read_text(encoding="utf-8-sig")) is None, path.name
    assert not [cell for rows in book.values() for row in rows for cell in row if CIVIL.search(str(cell))]


def test_the_workbook_tells_neither_when_nor_by_whom_it_was_made() -> None:
    with zipfile.ZipFile(SAMPLES / "danish_cohort_messy.xlsx") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d{2}-\d{2}T[\d:]+Z", core)) == {"1980-01-01T00:00:00Z"}


def test_every_kind_of_fault_is_planted(faults: list[dict[str, str]]) -> None:
    planted = {kind: {fault["code"] for fault in faults if fault["kind"] == kind} for kind in ("rejected", "flagged")}
    # Duplicates are rejected on request only, and every sheet has a column for the outcome.
    assert planted["rejected"] == set(reasons.REASONS) - {"duplicate_row", "no_outcome_column"}
    # No date of the sample lies years away from the rest.
    assert planted["flagged"] == set(reasons.FLAGS) - {"distant_date"}
    assert {fault["code"] for fault in faults if fault["kind"] == "skipped"} == {"title", "blank", "total"}


def test_each_fault_stands_in_a_row_of_its_own(faults: list[dict[str, str]]) -> None:
    assert Counter((fault["sheet"], fault["row"]) for fault in faults).most_common(1)[0][1] == 1


def test_each_fault_is_where_the_list_says(
    faults: list[dict[str, str]], book: dict[str, list[tuple[object, ...]]]
) -> None:
    found: dict[str, list[object]] = {}
    for fault in faults:
        rows = book[fault["sheet"]]
        headings = next(row for row in rows if "Procedure" in row)
        row = rows[int(fault["row"]) - 1]
        cell = row[headings.index(fault["column"])] if fault["column"] else row
        found.setdefault(fault["code"], []).append(cell)
    assert found["unknown_procedure"] == ["Spinallanæstesii", "Tonsillektomi"]
    for code in ("missing_procedure", "missing_trainee", "missing_outcome", "missing_date"):
        assert found[code] == [None]
    assert found["unreadable_outcome"] == ["næsten"]
    assert found["unreadable_date"] == ["i går"]
    assert found["impossible_date"] == ["31-11-2024"]
    assert found["future_date"] == [datetime(2044, 10, 12)]
    assert found["before_post"] == [datetime(2024, 8, 20)]
    assert found["bad_attempts"] == [0]
    assert sorted(found["bad_value"]) == [9, 212]  # type: ignore[type-var]
    assert found["not_scored"] == ["epidural_on_arr"]
    assert sorted(map(str, found["value_synonym"])) == ["Plexusblok", "Spinal (L3/L4)"]
    assert sorted(map(str, found["similar_names"])) == ["T009", "t 009"]
    numbers = [row[0] for row in book["Registreringer"]]
    assert numbers.count(found["repeated_id"][0]) == 2
    assert (
        numbers.index(found["repeated_id"][0]) < next(int(f["row"]) for f in faults if f["code"] == "repeated_id") - 1
    )
    assert all(all(cell is None for cell in row) for row in found["blank"])  # type: ignore[attr-defined]
    assert [row[0] for row in found["total"]] == ["I alt", "I alt"]  # type: ignore[index]


def test_a_reader_finds_every_planted_fault_and_nothing_else(faults: list[dict[str, str]]) -> None:
    read = read_registrations(SAMPLES / "danish_cohort_messy.xlsx", as_of=date(2025, 8, 31))
    for kind, code, found in (("rejected", "reason", read.rejected), ("flagged", "flag", read.flagged)):
        planted = {
            (fault["sheet"], int(fault["row"]), fault["column"], fault["code"])
            for fault in faults
            if fault["kind"] == kind
        }
        assert set(zip(found["sheet"], found["row"], found["column"], found[code], strict=True)) == planted
        assert len(found) == len(planted)
    skipped = Counter(fault["code"] for fault in faults if fault["kind"] == "skipped")
    assert {code: read.counts[f"skipped_{code}"] for code in skipped} == skipped
    assert read.counts["read"] == read.counts["used"] + read.counts["rejected"]


def test_a_civil_registration_number_in_the_workbook_stops_the_reading_unseen(tmp_path: Path) -> None:
    workbook = openpyxl.load_workbook(SAMPLES / "danish_cohort_messy.xlsx")
    invented = "-".join(["010203", "4" * 4])  # has the form of one, made here alone
    workbook["Registreringer"].cell(row=40, column=18, value=invented)
    path = tmp_path / "private.xlsx"
    workbook.save(path)
    with pytest.raises(PrivacyError, match="Teknik") as stopped:
        read_registrations(path)
    assert invented not in str(stopped.value)
    assert invented not in repr(stopped.value.values)


def test_the_cohort_is_read_whole_and_as_it_was_made() -> None:
    read = read_registrations(SAMPLES / "danish_cohort.csv")
    made = simulate_registrations(seed=2018)
    assert read.counts["rejected"] == 0
    columns = ["registration_id", "trainee", "procedure", "performed_on", "failure", "department", "region", "sequence"]
    columns += ["attempts", "handed_over", "asa", "age", "bmi", "post_start"]
    one, other = (
        table.sort_values("registration_id", ignore_index=True)[columns] for table in (read.table, made.table)
    )
    pd.testing.assert_frame_equal(one, other)


def test_the_readme_lists_the_planted_faults(faults: list[dict[str, str]]) -> None:
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if re.match(r"\| (rejected|flagged|skipped) \|", line)]
    assert listed == [f"| {' | '.join(fault.values())} |" for fault in faults]


def test_the_cardiac_data_are_whole_and_keep_their_licence() -> None:
    data = pd.read_csv(SAMPLES / "cardiac_surgery.csv")
    assert data.shape == (5595, 8)
    assert data["surgeon"].nunique() == 7
    assert (data["death30"] == ((data["status"] == 1) & (data["time"] <= 30))).all()
    assert (data["phase"].eq("I") == (data["day"] < 730)).all()
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert "General Public License, version 2 or later" in text
    assert "10.1093/biostatistics/1.4.441" in text
