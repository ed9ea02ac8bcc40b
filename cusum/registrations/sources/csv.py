"""Delimited text as Danish offices write it: Excel's semicolons, cp1252 or UTF-8, with or without a byte-order mark."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence

from cusum.errors import InvalidParameter, UnreadableFile
from cusum.registrations.sources.sheet import Contents, Decision, Sheet

__all__ = ["decode", "read_csv"]

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_SEPARATORS = (";", "\t", ",", "|")
_NAMES = {";": "semicolon", "\t": "tab", ",": "comma", "|": "vertical bar"}
# What a UTF-8 letter looks like when a file that mixes encodings is read as cp1252.
_TWICE = re.compile("Ã[¦¸¥†˜…©]")
_LOOK = 60


def read_csv(
    content: bytes,
    name: str,
    *,
    encoding: str | None,
    score: Callable[[Sequence[object]], int],
) -> Contents:
    """Read delimited text into one sheet of text cells.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.
    encoding : str or None
        Encoding that the user gave; None to find it.
    score : callable
        Tells how many headings are recognised in a row; the separator that shows most of them is taken.

    Returns
    -------
    Contents
        One sheet named "".

    Raises
    ------
    UnreadableFile
        Where the bytes are no text, or a quotation mark is opened and never closed.
    """
    text, used = decode(content, name, encoding)
    decisions = [Decision("encoding", "", used, "given" if encoding else "")]
    separator, told = _separator(text, score)
    decisions.append(Decision("separator", "", _NAMES.get(separator, separator), "given in the file" if told else ""))
    rows = _split(text, separator, name)
    if '"' in text:
        _refuse_swallowed(rows, separator, name)
    if told:
        rows[0] = []
    return Contents([Sheet("", rows)], decisions)


def decode(content: bytes, name: str, encoding: str | None) -> tuple[str, str]:
    """Turn bytes into text, by the encoding that fits them.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.
    encoding : str or None
        Encoding that the user gave; None to try UTF-8 and then cp1252.

    Returns
    -------
    tuple of (str, str)
        The text without a byte-order mark, and the encoding.

    Raises
    ------
    UnreadableFile
        Where no encoding fits.
    InvalidParameter
        Where the encoding given does not exist.
    """
    if encoding is not None:
        return _decode_as(content, name, encoding), encoding
    for mark, of in _MARKS:
        if content.startswith(mark):
            return _decode_as(content, name, of).removeprefix("\ufeff"), of
    if b"\0" in content:
        raise UnreadableFile(
            "{name} is a binary file",
            expected="delimited text or an Excel workbook (.xlsx)",
            remedy="Save it as .xlsx or as CSV UTF-8 and read that.",
            name=name,
        )
    try:
        text, used = content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        text, used = _decode_as(content, name, "cp1252"), "cp1252"
    if len(_TWICE.findall(text)) > 1:
        raise UnreadableFile(
            "{name} mixes two encodings, UTF-8 and cp1252, or was encoded twice",
            expected="one encoding throughout",
            remedy="Save it again as CSV UTF-8, or say which to take with encoding=.",
            name=name,
        )
    return text, used


def _decode_as(content: bytes, name: str, encoding: str) -> str:
    """Decode, or say that the encoding does not fit."""
    try:
        return content.decode(encoding)
    except LookupError:
        raise InvalidParameter(
            "there is no encoding {encoding!r}",
            expected="a name such as 'utf-8', 'cp1252' or 'cp865'",
            encoding=encoding,
        ) from None
    except UnicodeError:
        raise UnreadableFile(
            "{name} is not text in the encoding {encoding}",
            expected="delimited text in UTF-8 or cp1252, or an Excel workbook (.xlsx)",
            remedy="Save it again as CSV UTF-8, or give its encoding with encoding=.",
            name=name,
            encoding=encoding,
        ) from None


def _separator(text: str, score: Callable[[Sequence[object]], int]) -> tuple[str, bool]:
    """Take the separator that the file names itself, or the one that shows most headings and most columns."""
    told = re.match(r'"?sep=(.)"?\r?\n', text)
    if told:
        return told.group(1), True
    head = text[:100_000].splitlines()[: 4 * _LOOK]
    best = (0, 0, ";")
    for separator in _SEPARATORS:
        rows = list(csv.reader(head, delimiter=separator))
        widths = Counter(len(row) for row in rows if any(row))
        width = max(widths, key=lambda w: (widths[w] * (w > 1), w), default=1)
        found = (max((score(row) for row in rows[:_LOOK]), default=0), width)
        if found > best[:2]:
            best = (*found, separator)
    return best[2], False


def _split(text: str, separator: str, name: str) -> list[list[object]]:
    """Split text into rows of cells; a malformed quotation stops the reading with its row."""
    rows: list[list[object]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            rows.append(list(row))
    except csv.Error as error:
        if "field larger" not in str(error):
            _refuse_quotation(name, len(rows) + 1)
        raise UnreadableFile(
            "{name} has a cell of more than {longest} characters in row {row}",
            expected="shorter cells",
            remedy="Shorten it; perhaps a quotation mark was not closed.",
            name=name,
            row=len(rows) + 1,
            longest=csv.field_size_limit(),
        ) from None
    return rows


def _refuse_swallowed(rows: list[list[object]], separator: str, name: str) -> None:
    """Refuse a cell that holds whole lines of the file because a quotation mark was not closed."""
    wide = max((len(row) for row in rows), default=1) - 1
    if wide < 1:
        return
    for number, row in enumerate(rows, start=1):
        for cell in row:
            text = str(cell)
            if "\n" in text and any(line.count(separator) >= wide for line in text.splitlines()[1:]):
                _refuse_quotation(name, number)


def _refuse_quotation(name: str, row: int) -> None:
    """Say where a quotation mark is wrong."""
    raise UnreadableFile(
        "{name} has a quotation mark in row {row} that is opened and not closed, or closed too early",
        expected="quotation marks in pairs around a whole cell",
        remedy="Open the file in Excel, correct that cell and save it again.",
        name=name,
        row=row,
    )
