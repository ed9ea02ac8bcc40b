"""Pseudonyms: keyed, stable, and nothing of the person left in what is written."""

from __future__ import annotations

import hashlib
import stat
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from cusum import Cohort, analyse, read_registrations
from cusum.errors import PrivacyError
from cusum.report import write_report
from cusum.report.privacy import KEY_VARIABLE, key_file, pseudonymise_cohort, pseudonyms, read_key

KEY = "a secret of more than sixteen"
NAMES = [f"T{number:03d}" for number in range(300)]


def test_the_same_key_gives_the_same_pseudonyms_and_another_key_others() -> None:
    first = pseudonyms(NAMES, KEY.encode())
    assert pseudonyms(reversed(NAMES), KEY.encode()) == first
    assert len(set(first.values())) == len(NAMES)
    assert not set(first.values()) & set(pseudonyms(NAMES, KEY.encode() + b"!").values())


def test_a_pseudonym_is_no_bare_hash_of_the_name() -> None:
    made = pseudonyms(["T001"], KEY.encode())["T001"].lower()
    for algorithm in ("md5", "sha1", "sha256"):
        assert made[1:] not in hashlib.new(algorithm, b"T001", usedforsecurity=False).hexdigest()


def test_pseudonyms_grow_until_no_two_people_share_one() -> None:
    many = [str(number) for number in range(60_000)]
    made = pseudonyms(many, KEY.encode())
    assert len(set(made.values())) == len(many)
    assert {len(name) for name in made.values()} != {7}


def test_a_key_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "settings")}
    first = read_key(tmp_path / "report", environment=environment)
    assert len(first) >= 32
    assert read_key(tmp_path / "other", environment=environment) == first
    if sys.platform != "win32":
        assert stat.S_IMODE(key_file(environment).stat().st_mode) == 0o600


def test_a_given_key_goes_before_the_environment_and_no_file_is_made(tmp_path: Path) -> None:
    environment = {"XDG_CONFIG_HOME": str(tmp_path), KEY_VARIABLE: "from the environment"}
    assert read_key(tmp_path, environment=environment) == b"from the environment"
    assert read_key(tmp_path, key=KEY, environment=environment) == KEY.encode()
    assert not key_file(environment).exists()


def test_a_short_key_is_refused_without_being_shown(tmp_path: Path) -> None:
    with pytest.raises(PrivacyError, match=r"has 6 bytes; expected at least 16") as caught:
        read_key(tmp_path, key="abcdef")
    assert "abcdef" not in str(caught.value)


def test_a_key_inside_the_report_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PrivacyError, match="would lie inside the report folder"):
        read_key(tmp_path, environment={"XDG_CONFIG_HOME": str(tmp_path / "settings")})
    assert not (tmp_path / "settings").exists()


def test_no_name_and_no_key_is_written_anywhere(cohort: Cohort, tmp_path: Path) -> None:
    names = {f"Læge {letter * 4}": None for letter in "ABCDE"}
    renamed = _rename(cohort, list(names))
    paths = write_report(renamed, tmp_path / "report", pseudonymise=True, key=KEY, progress=False)
    assert sorted(paths.trainees) == list(paths.trainees)
    assert len(paths.trainees) == len(names)
    for path in paths.folder.rglob("*"):
        if path.is_dir() or path.name == "plotly.min.js":
            continue
        text = _content(path)
        for word in (*names, "laege-", KEY, "onerror"):
            assert word.encode() not in text, f"{word} in {path.name}"


def test_a_report_without_pseudonyms_leaves_no_page_behind_when_it_is_written_anew(
    cohort: Cohort, tmp_path: Path
) -> None:
    first = write_report(cohort, tmp_path, progress=False)
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    second = write_report(cohort, tmp_path, pseudonymise=True, key=KEY, progress=False)
    assert not any(path.exists() for path in first.trainees.values())
    assert all(path.exists() for path in second.trainees.values())
    assert (tmp_path / "notes.txt").read_text(encoding="utf-8") == "mine"


def _rename(cohort: Cohort, names: list[str]) -> Cohort:
    """Give the trainees names that can be searched for."""
    from dataclasses import replace

    mapping = dict(zip(cohort.trainees["trainee"], names, strict=True))

    def named(frame):  # type: ignore[no-untyped-def]
        return frame.assign(trainee=frame["trainee"].map(lambda name: mapping.get(name, name)))

    frames = {name: named(value) for name, value in vars(cohort).items() if "trainee" in getattr(value, "columns", ())}
    registrations = cohort.registrations
    listed = {name: named(getattr(registrations, name)) for name in ("table", "rejected", "flagged")}
    return replace(cohort, registrations=replace(registrations, **listed), **frames)


def _content(path: Path) -> bytes:
    """Everything in a file, that of a workbook unpacked."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())


def test_names_of_sheets_and_of_unused_columns_leave_the_decisions(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in ("Anna Vest", "Bo Nord"):
        sheet = book.create_sheet(name)
        sheet.append(["Procedure", "Dato", "Lykkedes", "Husk Carl Syd"])
        sheet.append(["CVK", "13-02-2025", "ja", "x"])
    book["Bo Nord"].sheet_state = "hidden"
    book.save(tmp_path / "logbog.xlsx")
    registrations = read_registrations(tmp_path / "logbog.xlsx")
    named = registrations.decisions.to_csv()
    shown = pseudonymise_cohort(analyse(registrations), b"k" * 32).registrations.decisions.to_csv()
    for name in ("Anna Vest", "Bo Nord", "Carl Syd"):
        assert name in named
        assert name not in shown
