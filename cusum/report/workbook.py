"""The Excel workbook: every table of the cohort, with headings and words in the report's language."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.codes import code_words
from cusum.report.headings import SHEETS, column_heading

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from cusum.report.site import Site

__all__ = ["neutral", "workbook_bytes"]

_PERCENT = frozenset(
    (
        "acceptable",
        "unacceptable",
        "false_competence_promised",
        "false_competence",
        "power",
        "false_alarm_promised",
        "false_alarm",
        "detection",
        "rate",
        "rate_low",
        "rate_high",
        "risk",
    )
)
_DECIMALS = frozenset(
    (
        "score",
        "statistic",
        "lower",
        "upper",
        "limit",
        "monitoring_limit",
        "wald_asn_acceptable",
        "wald_asn_unacceptable",
    )
)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDEST = 60


def neutral(text: str) -> str:
    """Make a text that a spreadsheet cannot take for a formula, and that it can hold.

    Parameters
    ----------
    text : str
        Any text from a file.

    Returns
    -------
    str
        The text, with an apostrophe before a leading ``= + - @``, tab or line break, signs that a workbook cannot
        hold replaced, and cut at 32,767 signs.

    Examples
    --------
    >>> neutral("=1+1"), neutral("Spinal")
    ("'=1+1", 'Spinal')
    """
    text = _ILLEGAL.sub("\ufffd", text)
    guarded = f"'{text}" if text.lstrip(" ")[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"} and text.strip() else text
    return guarded[:32_767]


def workbook_bytes(site: Site) -> bytes:
    """Write every table of the cohort as an Excel workbook.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    bytes
        The workbook; the same for the same cohort, language and as-of date.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    _front_sheet(book, site)
    for name, title in SHEETS.items():
        holder: Any = (
            site.cohort.registrations if name in {"table", "rejected", "flagged", "decisions"} else site.cohort
        )
        _sheet(book, site, site.language.translate(title), getattr(holder, name))
    book.properties.creator = f"cusum {site.cohort.provenance.version}"
    book.properties.title = site.cohort.programme.title[site.language.code]
    buffer = io.BytesIO()
    book.save(buffer)
    return _repack(buffer.getvalue(), site.cohort.as_of)


def _front_sheet(book: Any, site: Site) -> None:
    """Say what the workbook is and where its numbers come from."""
    text = site.language.text
    sheet = book.create_sheet(text("Read me"))
    sheet.column_dimensions["A"].width = 110
    lines = [site.cohort.programme.title[site.language.code]]
    if site.synthetic:
        lines.append(text("Synthetic data: no real persons or departments"))
    counts = site.cohort.registrations.counts
    lines += [*site.footer(counts["used"], counts["rejected"]), ""]
    lines.append(text("Rates are fractions shown as percentages. Case numbers count from 1."))
    lines.append(text("A text that begins with = + - or @ stands behind an apostrophe, so that it is not a formula."))
    for line in lines:
        sheet.append([neutral(line)])


def _sheet(book: Any, site: Site, title: str, frame: pd.DataFrame) -> None:
    """Write one table."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    headings = [column_heading(site.language, str(column)) for column in frame.columns]
    columns = [_values(site, str(column), frame[column]) for column in frame.columns]
    for place, (heading, values) in enumerate(zip(headings, columns, strict=True), start=1):
        longest = max([len(heading), *(len(str(value)) for value in values[:200] if not isinstance(value, date))])
        sheet.column_dimensions[get_column_letter(place)].width = min(max(longest + 2, 11), _WIDEST)
    head = []
    for heading in headings:
        cell = WriteOnlyCell(sheet, neutral(heading))
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    formats = [_format(str(column), frame[column]) for column in frame.columns]
    _fill(sheet, formats, columns)
    if len(frame):
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{len(frame) + 1}"


def _fill(sheet: WriteOnlyWorksheet, formats: list[str], columns: list[list[Any]]) -> None:
    """Write the rows; one cell a column is used again and again, because each row is written out at once."""
    from openpyxl.cell import WriteOnlyCell

    cells: list[WriteOnlyCell | None] = []
    for number_format in formats:
        cell = WriteOnlyCell(sheet) if number_format else None
        if cell is not None:
            cell.number_format = number_format
        cells.append(cell)
    for values in zip(*columns, strict=True):
        row = []
        for cell, value in zip(cells, values, strict=True):
            if cell is None or value is None:
                row.append(value)
            else:
                cell.value = value
                row.append(cell)
        sheet.append(row)


def _format(column: str, values: pd.Series) -> str:
    """Choose how a column's numbers are shown."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return "yyyy-mm-dd"
    if column in _PERCENT:
        return "0.0%"
    return "0.000" if column in _DECIMALS else ""


def _values(site: Site, column: str, values: pd.Series) -> list[Any]:
    """Turn a column into what a workbook holds: words, numbers, dates, truth values or nothing."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return [None if pd.isna(value) else value.date() for value in values]
    known = code_words(site, column)
    converted = [_value(value) for value in values.tolist()]
    return [neutral(known.get(value, value)) if isinstance(value, str) else value for value in converted]


def _value(value: Any) -> Any:
    """Turn a value into one that a workbook can hold."""
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    if isinstance(value, (datetime, date)) and not pd.isna(value):
        return value.date() if isinstance(value, datetime) else value
    return None if pd.api.types.is_scalar(value) and pd.isna(value) else str(value)


def _repack(content: bytes, as_of: date) -> bytes:
    """Write the archive anew with the as-of date for every clock time."""
    stamp = f"{max(as_of.year, 1980):04d}-{as_of.month:02d}-{as_of.day:02d}T00:00:00Z"
    when = (max(as_of.year, 1980), as_of.month, as_of.day, 0, 0, 0)
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp.encode(), data)
            entry = zipfile.ZipInfo(name, when)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            new.writestr(entry, data)
    return result.getvalue()
