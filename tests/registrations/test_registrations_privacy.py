"""Civil registration numbers stop the reading wherever they stand, and are never shown."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment

from cusum import PrivacyError, read_registrations
from cusum.registrations.privacy import holds_civil_number

# Numbers with the form of a civil registration number, made up; the last four digits were never issued for the days.
NUMBER = "010199-0000"
DIGITS = "0101990000"
HEAD = ["Uddannelsessøgende", "Procedure", "Dato", "Lykkedes", "Bemærkning"]
ROW = ["T1", "CVK", "13-02-2025", "ja", ""]


def silent(error: pytest.ExceptionInfo[PrivacyError]) -> bool:
    """Tell whether neither the message nor what it carries shows the number, in any form."""
    shown = f"{error.value} {error.value.values} {error.value.__cause__} {error.value.__context__}"
    return not any(form in shown for form in (NUMBER, DIGITS, DIGITS[1:], "010199", "10199"))


@pytest.mark.parametrize(
    "cell",
    [
        NUMBER,
        DIGITS,
        "010199 0000",
        "010199–0000",
        "010199 - 0000",
        f"cpr {NUMBER}.",
        f"({DIGITS})",
        101990000,
        101990000.0,
        1101990000,
        "101990000",
        "101990000,0",
        "10199-0000",
    ],
    ids=repr,
)
def test_every_form_is_found(cell):
    assert holds_civil_number(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "320199-0000",
        "011399-0000",
        "000199-0000",
        "4512345678",
        "12345678",
        "1,0101990000",
        "0.0101990000",
        "00101990000",
        "01019900001",
        "R0000001",
        "2025-02-13 08:30",
        "13-02-2025",
        0.1010199,
        13,
        None,
        True,
    ],
    ids=repr,
)
def test_other_numbers_pass(cell):
    assert not holds_civil_number(cell)


@given(
    st.integers(1, 31), st.integers(1, 12), st.integers(0, 99), st.integers(0, 9999), st.sampled_from(["", "-", " "])
)
def test_every_day_and_month_is_found(day, month, year, last, between):
    assert holds_civil_number(f"{day:02d}{month:02d}{year:02d}{between}{last:04d}")
    assert holds_civil_number(int(f"{day:02d}{month:02d}{year:02d}{last:04d}"))


@pytest.mark.parametrize("column", range(5))
@pytest.mark.parametrize("cell", [NUMBER, f"se {DIGITS}", 101990000], ids=["hyphen", "within text", "lost zero"])
def test_a_cell_is_told_by_sheet_column_and_row(write_book, column, cell):
    row = [*ROW]
    row[column] = cell
    letter = "ABCDE"[column]
    with pytest.raises(
        PrivacyError, match=rf"logbog.xlsx, sheet 'Data', column {letter} \({HEAD[column]}\), row 3"
    ) as error:
        read_registrations(write_book({"Data": [HEAD, ROW, row]}))
    assert silent(error)


def test_a_delimited_file_is_told_by_column_and_row(write_text):
    with pytest.raises(PrivacyError, match=r"logbog.csv, column A \(Uddannelsessøgende\), row 2") as error:
        read_registrations(write_text(";".join(HEAD) + f"\n{NUMBER};CVK;13-02-2025;ja;"))
    assert silent(error)


@pytest.mark.parametrize("place", ["heading", "title", "beyond", "total", "skipped sheet"])
def test_it_is_found_where_nobody_reads(write_book, place):
    sheets = {
        "heading": {"Data": [[*HEAD, NUMBER], ROW]},
        "title": {"Data": [[f"Udtræk for {DIGITS}"], HEAD, ROW]},
        "beyond": {"Data": [HEAD, [*ROW, None, None, DIGITS]]},
        "total": {"Data": [HEAD, ROW, ["I alt", None, None, 101990000]]},
        "skipped sheet": {"Data": [HEAD, ROW], "Kladde": [["noter"], [NUMBER]]},
    }[place]
    with pytest.raises(PrivacyError, match=r"civil registration number") as error:
        read_registrations(write_book(sheets))
    assert silent(error)


def test_the_sheet_that_is_not_chosen_is_searched_too(write_book):
    with pytest.raises(PrivacyError, match=r"sheet 'Kladde', column A, row 1"):
        read_registrations(write_book({"Data": [HEAD, ROW], "Kladde": [[NUMBER]]}), sheet="Data")


def test_the_name_of_a_sheet(write_book):
    with pytest.raises(PrivacyError, match=r"the name of sheet number 2 of logbog.xlsx") as error:
        read_registrations(write_book({"Data": [HEAD, ROW], NUMBER: [HEAD, ROW]}))
    assert silent(error)


def test_the_name_of_the_file(write_text):
    with pytest.raises(PrivacyError, match=r"the name of the file") as error:
        read_registrations(write_text(";".join(HEAD), name=f"logbog {NUMBER}.csv"))
    assert silent(error)


def test_a_comment_and_a_document_property(write_book):
    for place in ("comment", "property"):
        path = write_book({"Data": [HEAD, ROW]})
        book = openpyxl.load_workbook(path)
        if place == "comment":
            book["Data"]["A2"].comment = Comment(f"er {NUMBER}", "sekretær")
        else:
            book.properties.title = f"Logbog {DIGITS}"
        book.save(path)
        with pytest.raises(PrivacyError, match=r"outside the cells") as error:
            read_registrations(path)
        assert silent(error)


@pytest.mark.parametrize("place", ["cell", "column", "index"])
def test_a_table(place):
    frame = pd.DataFrame([ROW], columns=HEAD)
    if place == "cell":
        frame.loc[0, "Bemærkning"] = NUMBER
    elif place == "column":
        frame = frame.rename(columns={"Bemærkning": NUMBER})
    else:
        frame.index = pd.Index([NUMBER])
    with pytest.raises(PrivacyError, match=r"civil registration number") as error:
        read_registrations(frame)
    assert silent(error)


@pytest.mark.parametrize("between", ["/", ".", " ", ""])
def test_other_ways_of_writing_the_number_are_found(between):
    from cusum.registrations.privacy import holds_civil_number

    day, serial = "111180", "1234"
    assert holds_civil_number(f"nr. {day}{between}{serial}")
    assert holds_civil_number(" ".join([day[:2], day[2:4], day[4:], serial]))
    assert not holds_civil_number("14.04.2025")
    assert not holds_civil_number("tlf. 20 11 12 12")
