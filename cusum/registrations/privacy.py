"""Stop at a Danish civil registration number, wherever it stands, without ever showing it."""

from __future__ import annotations

import re
from itertools import zip_longest

from cusum.errors import Phrase, PrivacyError
from cusum.registrations.sources.sheet import Contents, Sheet

__all__ = ["holds_civil_number", "refuse_civil_numbers"]

_DAY_MONTH = r"(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}"
# Not inside a longer number and not the decimals of one.
_SPACED = r"(?<!\d)(?:0[1-9]|[12]\d|3[01]) (?:0[1-9]|1[0-2]) \d{2} \d{4}(?!\d)"
_CIVIL = re.compile(rf"(?<!\d)(?<!\d[.,]){_DAY_MONTH}\s?[-‐‑–—−./]?\s?\d{{4}}(?!\d)|{_SPACED}")
# A whole cell whose leading zero was lost because it was held as a number, as Excel does.
_LOST_ZERO = re.compile(r"[1-9](?:0[1-9]|1[0-2])\d{2}-?\d{4}(?:[.,]0+)?")
_COLUMN_LETTERS = 26


def holds_civil_number(cell: object) -> bool:
    """Tell whether a cell holds something in the form of a civil registration number.

    Parameters
    ----------
    cell : object
        A raw cell: text or number.

    Returns
    -------
    bool
        True for six digits that begin with a day and a month, followed by four digits, with or without a hyphen, and
        for a number that lost its leading zero.

    Notes
    -----
    Only the form is looked at; the checksum is not, because newer numbers do not keep it. A number that has the form
    by chance is stopped too: better once too often.

    Examples
    --------
    >>> holds_civil_number("born 310299-0000"), holds_civil_number(410990000), holds_civil_number("4599990000")
    (True, True, False)
    """
    text = _text(cell)
    return bool(_CIVIL.search(text) or _LOST_ZERO.fullmatch(text.strip()))


def _text(cell: object) -> str:
    """Write a cell as text, a whole number without decimals."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def refuse_civil_numbers(contents: Contents, name: str) -> None:
    """Stop the reading where a file holds a civil registration number.

    Parameters
    ----------
    contents : Contents
        Every cell of every sheet, and the text outside the cells.
    name : str
        Name of the file.

    Raises
    ------
    PrivacyError
        With the sheet, the column and the row; never with the value. A sheet or file whose name is the trouble is told
        by its place.
    """
    shown = "" if holds_civil_number(name) else name
    if name and not shown:
        _refuse(Phrase("the name of the file"), remedy=Phrase("Give the file another name."))
    for number, sheet in enumerate(contents.sheets, start=1):
        if holds_civil_number(sheet.name):
            _refuse(Phrase("the name of sheet number {sheet} of {name}"), name=shown, sheet=number)
        found = _first(sheet)
        if found:
            row, column, heading = found
            in_sheet = Phrase("{name}, sheet '{sheet}', column {column}, row {row}")
            _refuse(
                in_sheet if sheet.name else Phrase("{name}, column {column}, row {row}"),
                name=shown or "the table",
                sheet=sheet.name,
                column=f"{column} ({heading})" if heading else column,
                row=row,
            )
    for place, text in contents.remarks:
        if _CIVIL.search(text):
            _refuse(Phrase("{name}, outside the cells ({place})"), name=shown or "the file", place=place)


def _refuse(where: Phrase, *, remedy: str = "", **values: object) -> None:
    """Raise the error, with the place and without the value."""
    raise PrivacyError(
        "something in the form of a civil registration number (CPR) stands in {where}",
        expected="pseudonyms or local identifiers",
        remedy=remedy or Phrase("Remove the numbers from the file and read it again; nothing was kept."),
        where=where,
        **values,
    )


def _first(sheet: Sheet) -> tuple[int, str, str] | None:
    """Find the first cell with a civil registration number: row, column letters and heading."""
    hits = [(row, at) for at, cells in enumerate(zip_longest(*sheet.rows)) if (row := _first_in(cells))]
    if not hits:
        return None
    row, column = min(hits)
    return row, _letters(column), _heading(sheet, column)


def _first_in(cells: tuple[object, ...]) -> int:
    """Look through one column, each distinct value once; row number, or 0 where there is nothing."""
    try:
        distinct = set(cells)
    except TypeError:  # a cell that cannot be hashed, such as a list
        distinct = {str(cell) for cell in cells}
    texts = [_text(cell) for cell in distinct if isinstance(cell, (str, int, float)) and cell]
    if not (_CIVIL.search("\n".join(texts)) or any(map(_LOST_ZERO.fullmatch, map(str.strip, texts)))):
        return 0
    return next((number for number, cell in enumerate(cells, start=1) if holds_civil_number(cell)), 0)


def _heading(sheet: Sheet, column: int) -> str:
    """Take the first text of a column as its heading, unless that text is the trouble itself."""
    for row in sheet.rows[:60]:
        cell = row[column] if column < len(row) else None
        if isinstance(cell, str) and cell.strip() and sum(value not in (None, "") for value in row) > 1:
            text = " ".join(cell.split())[:40]
            return "" if holds_civil_number(cell) or any(sign.isdigit() for sign in text) else text
    return ""


def _letters(column: int) -> str:
    """Name a column as a spreadsheet does: A, B, ..., Z, AA."""
    name, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, _COLUMN_LETTERS)
        name = chr(ord("A") + rest) + name
    return name
