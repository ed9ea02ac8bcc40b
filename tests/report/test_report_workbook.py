"""The workbook: every table, real dates and percentages, no formula from a file, the same bytes every time."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import datetime

import openpyxl
import pytest

from cusum import Cohort
from cusum.language import get_language
from cusum.report import ReportPaths
from cusum.report.headings import SHEETS
from cusum.report.workbook import neutral


@pytest.mark.parametrize("text", ["=1+1", "+45", "-1", "@SUM(A1)", " =1+1", "\t=1", "\r=1"])
def test_a_text_that_a_spreadsheet_takes_for_a_formula_is_made_harmless(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Spinal", "", " ", "1-2", "Ærø", "'ok'"])
def test_other_texts_stand_as_they_are(text: str) -> None:
    assert neutral(text) == text


def test_signs_that_a_workbook_cannot_hold_are_replaced_and_long_texts_cut() -> None:
    assert neutral("a\x00b\ud800") == "a\ufffdb\ufffd"
    assert len(neutral("a" * 40_000)) == 32_767


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_table_has_its_sheet_with_all_rows(
    cohort: Cohort, written: Callable[[str], ReportPaths], language: str
) -> None:
    book = openpyxl.load_workbook(written(language).workbook)
    words = get_language(language)
    assert book.sheetnames[1 : len(SHEETS) + 1] == [words.translate(title) for title in SHEETS.values()]
    for name, title in SHEETS.items():
        frame = getattr(cohort.registrations if hasattr(cohort.registrations, name) else cohort, name)
        sheet = book[words.translate(title)]
        assert sheet.max_row == len(frame) + 1, name
        assert sheet.max_column == len(frame.columns), name
        assert sheet.freeze_panes == "B2"


def test_numbers_dates_and_rates_are_what_they_are(cohort: Cohort, written: Callable[[str], ReportPaths]) -> None:
    sheet = openpyxl.load_workbook(written("en").workbook)["Charts case by case"]
    heads = {cell.value: cell.column for cell in sheet[1]}
    first = cohort.paths.iloc[0]
    day = sheet.cell(2, heads["Performed on"])
    assert day.value == datetime(first["performed_on"].year, first["performed_on"].month, first["performed_on"].day)
    assert day.number_format == "yyyy-mm-dd"
    rate = sheet.cell(2, heads["Current failure rate"])
    assert rate.value == pytest.approx(first["rate"], abs=1e-15)
    assert rate.number_format == "0.0%"
    assert sheet.cell(2, heads["Failure"]).value is bool(first["failure"])
    assert sheet.cell(2, heads["Procedure number"]).value == 1


def test_no_cell_is_a_formula(written: Callable[[str], ReportPaths]) -> None:
    book = openpyxl.load_workbook(written("da").workbook)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert "'=SUM(A1:A9)" in {cell.value for cell in cells}


def test_headings_and_codes_are_in_the_report_s_language(written: Callable[[str], ReportPaths]) -> None:
    sheet = openpyxl.load_workbook(written("da").workbook)["Status"]
    assert [cell.value for cell in sheet[1]][:4] == ["Uddannelsessøgende", "Afdeling", "Region", "Procedure"]
    statuses = {row[4].value for row in sheet.iter_rows(min_row=2)}
    assert statuses <= {"ikke begyndt", "under oplæring", "signal om kompetence", "signal om forværring"}


def test_no_clock_time_is_in_the_archive(cohort: Cohort, written: Callable[[str], ReportPaths]) -> None:
    with zipfile.ZipFile(written("da").workbook) as archive:
        stamps = {entry.date_time for entry in archive.infolist()}
        core = archive.read("docProps/core.xml").decode()
    assert stamps == {(cohort.as_of.year, cohort.as_of.month, cohort.as_of.day, 0, 0, 0)}
    assert core.count(f"{cohort.as_of:%Y-%m-%d}T00:00:00Z") == 2
