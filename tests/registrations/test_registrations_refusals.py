"""Files that cannot be read: one clear sentence each, and nothing of their content."""

from __future__ import annotations

import sys
import zipfile

import pandas as pd
import pytest

from cusum import InvalidParameter, MissingDependency, UnreadableFile, read_registrations

TEXT = "Uddannelsessøgende;Procedure;Dato;Lykkedes\nT1;CVK;13-02-2025;ja\n"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def refused(path, **options) -> str:
    with pytest.raises(UnreadableFile, match=r".") as error:
        read_registrations(path, **options)
    message = str(error.value)
    assert "\n" not in message
    assert "Traceback" not in message
    return message


def test_a_missing_path(tmp_path):
    assert refused(tmp_path / "væk.csv") == "there is no file væk.csv. Check the name and the folder."


def test_a_folder(tmp_path):
    assert "is a folder; expected a file" in refused(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\r\n \r\n", b"\xef\xbb\xbf"], ids=["nothing", "blanks", "mark"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_an_empty_file(tmp_path, content, suffix):
    path = tmp_path / f"tom{suffix}"
    path.write_bytes(content)
    assert f"tom{suffix} is empty" in refused(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", bytes(range(256)) * 8, "holds a binary file, not what its name says"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "holds a binary file"),
        ("a.csv", b"%PDF-1.7 ...", "holds a PDF document"),
        ("a.csv", b"<html><body>", "holds a web page"),
        (
            "a.xlsx",
            TEXT.encode(),
            "holds text, not what its name says; expected Excel workbook. Rename it to end in .csv.",
        ),
        ("a.xlsx", OLD, r"holds an old Excel workbook"),
        ("a.xlsx", OLD + "EncryptedPackage".encode("utf-16-le"), "holds an Excel workbook with a password"),
        ("a.xls", OLD, "is of a kind that cannot be read; expected a file that ends in .csv, .txt, .tsv, .xlsx"),
        ("a.parquet", b"PAR2", "holds text"),
        ("a.docx", b"PK\x03\x04", "is of a kind that cannot be read"),
        ("uden", TEXT.encode(), "is of a kind that cannot be read"),
    ],
)
def test_content_that_is_not_what_the_name_says(tmp_path, name, content, says):
    path = tmp_path / name
    path.write_bytes(content)
    assert says in refused(path)


def test_a_workbook_under_the_name_of_text(write_book, tmp_path):
    path = write_book({"Data": [["Dato"]]}).rename(tmp_path / "a.csv")
    assert "holds an Excel workbook (.xlsx), not what its name says" in refused(path)
    assert "Rename it to end in .xlsx." in refused(path)


def test_an_archive_under_the_name_of_a_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as parts:
        parts.writestr("brev.txt", "kære alle")
    assert "a zip archive that is not an Excel workbook" in refused(tmp_path / "a.xlsx")


@pytest.mark.parametrize(
    ("without", "says"),
    [
        ("Procedure", "has no column for the procedure"),
        ("Uddannelsessøgende", "has no column for the trainee"),
        ("Dato", "has no column for the date"),
    ],
)
def test_a_file_without_a_needed_column(write_text, without, says):
    frame = pd.read_csv(write_text(TEXT), sep=";").drop(columns=without)
    message = refused(write_text(frame.to_csv(sep=";", index=False)))
    assert message.startswith(f"logbog.csv {says}; expected a heading row such as Uddannelsessøgende; Procedure; Dato")
    assert "headings={'your heading': 'trainee'}" in message
    assert "T1" not in message


def test_a_file_without_headings_shows_nothing_of_its_content(write_text):
    message = refused(write_text("Ane Bo;Spinal;13-02-2025;x\nCarl Duus;CVK;14-02-2025;y\n"))
    assert "has no row with headings that are recognised" in message
    assert "Ane" not in message


def test_headings_alone(write_text):
    assert "has headings but no registration under them" in refused(write_text(TEXT.splitlines()[0]))


def test_parquet_without_its_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1....PAR1")
    with pytest.raises(MissingDependency, match=r"needs the package pyarrow.*pip install pyarrow"):
        read_registrations(path)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"duplicates": "drop"}, "duplicates is 'drop'; expected one of flag, reject"),
        ({"headings": {"Hvem": "person"}}, "gives 'Hvem' the meaning 'person'; expected one of trainee"),
        ({"headings": {"Hvem": "trainee"}}, "headings names 'Hvem', and no column of the file is headed so"),
        ({"headings": {"values": {"asa": {"1": "2"}}}}, "values gives 'asa' the meaning"),
        ({"headings": {"values": {"procedure": {"a": "b"}}}}, "values.procedure gives 'a' the meaning 'b'"),
        ({"headings": "nowhere.toml"}, "the file of headings nowhere.toml cannot be opened"),
        ({"as_of": "i morgen"}, "as_of is 'i morgen'"),
    ],
    ids=repr,
)
def test_parameters_that_make_no_sense(write_text, options, match):
    with pytest.raises(InvalidParameter, match=match):
        read_registrations(write_text(TEXT), **options)
