"""Workbooks: one sheet, a sheet for each trainee or procedure, a column for each procedure."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest

from cusum import InvalidParameter, UnreadableFile, read_registrations

HEAD = ["Uddannelsessøgende", "Procedure", "Dato", "Lykkedes"]


def facts(read, *columns: str) -> list[list[object]]:
    return read.table[list(columns)].values.tolist()


def test_one_sheet_with_real_dates_numbers_and_truth_values(write_book):
    path = write_book(
        {
            "Registreringer": [
                [*HEAD, "ASA", "Nummer"],
                [17, "CVK", datetime(2025, 2, 13), True, 2.0, 1],
                [17.0, "cvk", date(2025, 2, 14), False, "III", 2],
            ]
        }
    )
    read = read_registrations(path)
    assert facts(read, "trainee", "failure", "asa", "row", "sheet", "Nummer") == [
        ["17", False, 2, 2, "Registreringer", 1.0],
        ["17", True, 3, 3, "Registreringer", 2.0],
    ]


def test_a_sheet_for_each_trainee(write_book):
    rows = [["Procedure", "Dato", "Lykkedes"], ["CVK", "13-02-2025", "ja"], ["CVK", "05-02-2025", "nej"]]
    read = read_registrations(
        write_book(
            {"Vejledning": [["Læs dette først"]], "T001": rows, "T002": [*rows[:1], ["CVK", "03-02-2025", "ja"]]}
        )
    )
    assert facts(read, "trainee", "row", "sheet") == [["T001", 3, "T001"], ["T001", 2, "T001"], ["T002", 2, "T002"]]
    assert read.table["performed_on"].dt.month.unique().tolist() == [2]  # one decision for all sheets
    skipped = read.decisions[read.decisions["topic"] == "sheet"]
    assert skipped[["subject", "decision"]].values.tolist() == [["Vejledning", "skipped"]]


def test_numbers_that_begin_anew_on_each_sheet_are_not_repeated_numbers(write_book):
    sheets = {
        trainee: [
            ["Løbenr", "Procedure", "Dato", "Lykkedes"],
            *([n, "CVK", f"{12 + n}-02-2025", "ja"] for n in range(1, 5)),
        ]
        for trainee in ("T001", "T002", "T003")
    }
    assert read_registrations(write_book(sheets)).counts["rejected"] == 0


def test_a_sheet_for_each_procedure(write_book):
    rows = [["Læge", "Dato", "Lykkedes"], ["T1", "13-02-2025", "ja"]]
    read = read_registrations(write_book({"Spinal": rows, "A-kanyle": rows}))
    assert facts(read, "procedure", "trainee", "sheet") == [
        ["arterial_line", "T1", "A-kanyle"],
        ["spinal", "T1", "Spinal"],
    ]


def test_a_single_sheet_of_no_name_without_trainee_is_refused(write_book):
    rows = [["Procedure", "Dato", "Lykkedes"], ["CVK", "13-02-2025", "ja"]]
    for name in ("Ark1", "Sheet1", "Data", "Registreringer 2025", "Spinal", "2025", "September", "Uge 12", "2024-09"):
        with pytest.raises(UnreadableFile, match=r"no column for the trainee"):
            read_registrations(write_book({name: [row[:1] * (name != "Spinal") + row[1:] for row in rows]}))


def test_the_title_above_the_headings_may_name_the_trainee_and_the_department(write_book):
    rows = [
        ["Uddannelsessøgende:", "T017"],
        ["Afdeling: Horsens"],
        [],
        ["Procedure", "Dato", "Lykkedes"],
        ["CVK", "13-02-2025", "ja"],
    ]
    read = read_registrations(write_book({"Ark1": rows}))
    assert facts(read, "trainee", "department", "row") == [["T017", "Horsens", 5]]


def test_a_column_for_each_procedure(write_book):
    rows = [
        ["Læge", "Dato", "Spinal", "Epidural", "CVK", "LMA", "Bemærkning"],
        ["T1", "13-02-2025", 1, -1, None, None, "a"],
        ["T1", "14-02-2025", 0, None, 1, 1, "b"],
        ["T1", "15-02-2025", None, None, None, None, "c"],
        ["T1", "16-02-2025", "x", "Mislykkedes", None, "x", "d"],
    ]
    read = read_registrations(write_book({"Ark1": rows}))
    assert read.table[["procedure", "row"]].values.tolist() == [
        ["cvc", 3],
        ["epidural", 2],
        ["epidural", 5],
        ["laryngeal_mask", 3],
        ["laryngeal_mask", 5],
        ["spinal", 2],
    ]
    assert read.table["failure"].astype(object).where(read.table["failure"].notna(), None).tolist()[:3] == [
        False,
        True,
        True,
    ]
    assert read.rejected[["row", "column", "reason", "found"]].values.tolist() == [
        [3, "Spinal", "not_scored", "0"],
        [5, "Spinal", "unreadable_outcome", "x"],
    ]
    assert read.counts["read"] == 8
    assert read.counts["skipped_unmarked"] == 1


def test_a_wide_logbook_with_lost_zeros_and_two_columns_of_the_same_name(write_book):
    rows = [
        ["Fecha", "Spinal", "Spinal", "Intubation"],
        [11010, 1, None, -1],
        [151010, None, 1, 1],
        [301110, 1, -1, None],
    ]
    read = read_registrations(write_book({"R1": rows}), headings={"Fecha": "performed_on"}, as_of="2011-12-31")
    spinal = read.table[read.table["procedure"] == "spinal"]
    assert spinal["performed_on"].dt.strftime("%d-%m-%Y").tolist() == [
        "01-10-2010",
        "15-10-2010",
        "30-11-2010",
        "30-11-2010",
    ]
    assert spinal["failure"].tolist() == [False, False, False, True]
    assert read.counts["read"] == read.counts["used"] == 6
    assert not (read.flagged["flag"] == "duplicate_row").any()


def test_more_than_one_case_in_a_cell_is_not_taken_for_one(write_book):
    rows = [["Læge", "Dato", "Transport"], ["T1", "13-02-2025", 3], ["T1", "14-02-2025", 1]]
    read = read_registrations(write_book({"Ark1": rows}))
    assert read.rejected[["row", "column", "reason"]].values.tolist() == [[2, "Transport", "bad_value"]]


def test_a_sheet_of_sums_is_skipped_and_told(write_book):
    sheets = {
        "Data": [HEAD, ["T1", "CVK", "13-02-2025", "ja"]],
        "Oversigt": [["Uddannelsessøgende", "Spinal", "CVK"], ["T1", 0, 1]],
    }
    read = read_registrations(write_book(sheets))
    told = read.decisions[read.decisions["topic"] == "sheet"]
    assert told[["subject", "decision", "detail"]].values.tolist() == [
        ["Oversigt", "skipped", "no column for the date"]
    ]
    assert read.counts["read"] == 1


@pytest.mark.parametrize("wanted", ["Anden", 1, ["Anden"], [1]])
def test_a_sheet_can_be_chosen(write_book, wanted):
    sheets = {"Data": [HEAD, ["T1", "CVK", "13-02-2025", "ja"]], "Anden": [HEAD, ["T2", "CVK", "13-02-2025", "ja"]]}
    assert read_registrations(write_book(sheets), sheet=wanted).table["trainee"].tolist() == ["T2"]


@pytest.mark.parametrize("wanted", ["Tredje", 2, -1])
def test_a_sheet_that_is_not_there(write_book, wanted):
    with pytest.raises(InvalidParameter, match=r"no sheet .*expected one of 'Data'"):
        read_registrations(write_book({"Data": [HEAD, ["T1", "CVK", "13-02-2025", "ja"]]}), sheet=wanted)


def test_a_hidden_sheet_is_skipped_and_told_unless_asked_for(write_book):
    path = write_book(
        {"Data": [HEAD, ["T1", "CVK", "13-02-2025", "ja"]], "Gemt": [HEAD, ["T2", "CVK", "13-02-2025", "ja"]]}
    )
    book = openpyxl.load_workbook(path)
    book["Gemt"].sheet_state = "hidden"
    book.save(path)
    for sheet, trainees, told in (
        (None, ["T1"], ["Gemt", "skipped", "hidden"]),
        (["Data", "Gemt"], ["T1", "T2"], ["Gemt", "read", "asked for by name"]),
    ):
        read = read_registrations(path, sheet=sheet)
        assert read.table["trainee"].tolist() == trainees
        decisions = read.decisions[read.decisions["topic"] == "hidden_sheet"]
        assert decisions[["subject", "decision", "detail"]].values.tolist() == [told]


def test_a_copied_sheet_is_flagged_row_by_row_and_can_be_rejected(write_book):
    rows = [["T1", "CVK", "13-02-2025", "ja", "a"], ["T1", "CVK", "14-02-2025", "nej", "b"]]
    copied = [["T1", "cvk", date(2025, 2, 13), True, "x"], rows[1], ["T1", "CVK", "15-02-2025", "ja", "c"]]
    path = write_book({"Data": [[*HEAD, "Note"], *rows], "Kopi af Data": [[*HEAD, "Note"], *copied]})
    read = read_registrations(path)
    same = read.flagged[read.flagged["flag"] == "duplicate_row"]
    assert same[["sheet", "row", "found"]].values.tolist() == [
        ["Kopi af Data", 2, "2 (Data)"],
        ["Kopi af Data", 3, "3 (Data)"],
    ]
    assert read.counts["used"] == 5
    without = read_registrations(path, duplicates="reject")
    assert without.rejected[["sheet", "row", "reason"]].values.tolist() == [
        ["Kopi af Data", 2, "duplicate_row"],
        ["Kopi af Data", 3, "duplicate_row"],
    ]
    assert without.counts["used"] == 3


def test_like_rows_of_two_trainees_sheets_are_no_duplicates(write_book):
    rows = [["Procedure", "Dato", "Lykkedes"], ["CVK", "13-02-2025", "ja"]]
    read = read_registrations(write_book({"T001": rows, "T002": rows}))
    assert "duplicate_row" not in set(read.flagged["flag"])


def test_blank_rows_within_a_sheet_keep_the_row_numbers(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    for row, values in {3: HEAD, 7: ["T1", "CVK", "13-02-2025", "ja"]}.items():
        for column, value in enumerate(values, start=2):
            sheet.cell(row, column, value)
    book.save(tmp_path / "a.xlsx")
    assert facts(read_registrations(tmp_path / "a.xlsx"), "row") == [[7]]


def test_formulas_without_a_value_are_told(write_book):
    path = write_book({"Data": [HEAD, ["T1", "CVK", "13-02-2025", '=IF(1=1,"ja","nej")']]})
    read = read_registrations(path)
    assert read.rejected["reason"].tolist() == ["missing_outcome"]
    told = read.decisions[read.decisions["topic"] == "formula_without_value"]
    assert told["detail"].tolist() == ["1"]


def test_times_give_the_order_within_the_day(write_book):
    rows = [
        [*HEAD, "Klokkeslæt"],
        ["T1", "CVK", "13-02-2025", "ja", time(14, 30)],
        ["T1", "CVK", "13-02-2025", "nej", "kl. 8.15"],
        ["T1", "CVK", "13-02-2025", "ja", 0.5],
    ]
    read = read_registrations(write_book({"Ark1": rows}))
    assert facts(read, "row", "sequence") == [[3, 495], [4, 720], [2, 870]]
    assert read.counts["ties"] == 0


def damaged(path):
    with zipfile.ZipFile(path) as parts:
        content = {name: parts.read(name) for name in parts.namelist()}
    name = next(name for name in content if name.startswith("xl/worksheets/sheet"))
    content[name] = content[name][: len(content[name]) // 2]
    with zipfile.ZipFile(path, "w") as parts:
        for name, data in content.items():
            parts.writestr(name, data)


@pytest.mark.parametrize("how", ["cut short", "a part cut short"])
def test_a_damaged_workbook_is_one_sentence(write_book, how):
    path = write_book({"Data": [HEAD, *([["T1", "CVK", "13-02-2025", "ja"]] * 50)]})
    if how == "cut short":
        path.write_bytes(path.read_bytes()[:2000])
    else:
        damaged(path)
    with pytest.raises(
        UnreadableFile, match=r"logbog.xlsx is a damaged Excel workbook; expected .*save it under a new name"
    ):
        read_registrations(path)


def test_a_column_can_be_given_to_a_procedure(write_book):
    rows = [["Fecha", "Anestesista", "Raquídea", "Otra"], ["2025-02-13", "R1", 1, 1]]
    said = {"Fecha": "performed_on", "Anestesista": "trainee", "Raquídea": "spinal"}
    read = read_registrations(write_book({"Ark1": rows}), headings=said)
    assert facts(read, "trainee", "procedure", "failure", "Otra") == [["R1", "spinal", False, 1]]


def test_formatted_cells_below_the_last_row_are_not_counted(write_book):
    path = write_book({"Data": [HEAD, ["T1", "CVK", "13-02-2025", "ja"]]})
    book = openpyxl.load_workbook(path)
    book["Data"]["A900"].number_format = "0.00"
    book.save(path)
    assert read_registrations(path).counts["skipped_blank"] == 0
