"""The Excel workbook: every table of the cohort, with headings and words in the report's language."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cusum.report.codes import code_words, problem_sentence
from cusum.report.headings import SHEETS, column_heading
from cusum.report.masking import MASK
from cusum.report.sheets import further_sheets

if TYPE_CHECKING:
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
        "observed_rate",
        "fitted_rate",
        "rate_low",
        "rate_high",
        "risk",
        "risk_low",
        "risk_high",
        "department_false_signal",
        "department_power",
        "own_power",
        "power_bound",
        "share",
        "others_share",
        "share_elsewhere",
        "probability",
        "trainees_low",
        "trainees_high",
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
        "expected",
        "difficulty",
        "ratio",
        "ratio_low",
        "ratio_high",
        "odds_ratio",
        "odds_ratio_low",
        "odds_ratio_high",
        "estimate",
        "standard_error",
        "shift",
        "department_limit",
        "pace",
        "overdispersion",
        "mean",
        "others_mean",
    )
)
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDEST = 60
_REGISTRATIONS = frozenset({"table", "rejected", "flagged", "decisions"})
_PLACE = "\ufdd0"  # no text holds this sign: it stands for the row number until that is known
_FIRST_DAY = pd.Timestamp("1899-12-30")
_INFINITE = float("inf")


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

    Notes
    -----
    A cohort of a hundred trainees has more than a million cells. openpyxl makes the workbook with its headings and
    styles; the rows are written straight into the sheets, which is many times quicker.
    """
    from openpyxl import Workbook

    further = list(further_sheets(site))  # all is worked out before a sheet is opened
    book = Workbook(write_only=True)
    _front_sheet(book, site)
    rows: list[str] = [""]
    for name, title in SHEETS.items():
        holder: Any = site.cohort.registrations if name in _REGISTRATIONS else site.cohort
        frame = getattr(holder, name)
        if name in {"rejected", "flagged"}:
            frame = frame.assign(message=[problem_sentence(site, row) for row in frame.to_dict("records")])
        rows.append(_sheet(book, site, site.language.translate(title), frame))
    rows += [_sheet(book, site, title, frame) for title, frame in further]
    book.properties.creator = f"cusum {site.cohort.provenance.version}"
    book.properties.title = site.cohort.programme.title[site.language.code]
    buffer = io.BytesIO()
    book.save(buffer)
    parts = {f"xl/worksheets/sheet{place}.xml": text for place, text in enumerate(rows, start=1) if text}
    return _repack(buffer.getvalue(), parts, site.cohort.as_of)


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
    if site.pseudonymised:
        lines.append(text("A text of the file with a word of a trainee's name in it is shown as {mask}.", mask=MASK))
    for line in lines:
        sheet.append([neutral(line)])


def _sheet(book: Any, site: Site, title: str, frame: pd.DataFrame) -> str:
    """Make one sheet with its headings, and give its rows as XML."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    sheet = book.create_sheet(title)
    sheet.freeze_panes = "B2"
    headings = [neutral(column_heading(site.language, str(column))) for column in frame.columns]
    columns, head = [], []
    for place, column in enumerate(frame.columns):
        style = WriteOnlyCell(sheet)
        style.number_format = _format(str(column), frame[column])
        letter = get_column_letter(place + 1)
        columns.append(_cells(site, str(column), frame[column], letter, style.style_id))
        longest = max([len(headings[place]), *(_shown(cell) for cell in columns[-1][:200])])
        sheet.column_dimensions[letter].width = min(max(longest + 2, 11), _WIDEST)
        cell = WriteOnlyCell(sheet, headings[place])
        cell.font = Font(bold=True)
        head.append(cell)
    sheet.append(head)
    if len(frame):
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(headings))}{len(frame) + 1}"
    rows = enumerate(zip(*columns, strict=True), start=2)
    return "".join(f'<row r="{number}">{"".join(cells).replace(_PLACE, str(number))}</row>' for number, cells in rows)


def _shown(cell: str) -> int:
    """Estimate how many signs a cell shows."""
    return 10 if "<is>" not in cell else len(re.sub(r"<[^>]*>", "", cell))


def _cells(site: Site, column: str, values: pd.Series, letter: str, style: int) -> list[str]:
    """Write a column's cells as XML, with a sign where the row number goes."""
    opening = f'<c r="{letter}{_PLACE}"' + (f' s="{style}"' if style else "")
    if pd.api.types.is_datetime64_any_dtype(values):
        days = (values - _FIRST_DAY).dt.days
        return ["" if pd.isna(day) else f"{opening}><v>{int(day)}</v></c>" for day in days.tolist()]
    if pd.api.types.is_float_dtype(values.dtype) and isinstance(values.dtype, np.dtype):
        return [f"{opening}><v>{value!r}</v></c>" if abs(value) < _INFINITE else "" for value in values.tolist()]
    known = code_words(site, column)
    seen: dict[Any, str] = {}
    cells = []
    for value in values.tolist():
        key = (type(value), value) if isinstance(value, (str, bool, int)) else None
        text = seen.get(key)
        if text is None:
            text = _cell(opening, known.get(value, value) if isinstance(value, str) else value)
            if key is not None:
                seen[key] = text
        cells.append(text)
    return cells


def _cell(opening: str, value: Any) -> str:
    """Write one cell as XML: a text, a truth value, a number, or nothing."""
    if isinstance(value, bool):
        return f'{opening} t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int):
        return f"{opening}><v>{value}</v></c>"
    if isinstance(value, float):
        return f"{opening}><v>{value!r}</v></c>" if abs(value) < float("inf") else ""
    if not isinstance(value, str) and (value is None or (pd.api.types.is_scalar(value) and pd.isna(value))):
        return ""
    text = neutral(str(value)).replace(_PLACE, "")
    return f'{opening} t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>' if text else ""


def _format(column: str, values: pd.Series) -> str:
    """Choose how a column's numbers are shown."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return "yyyy-mm-dd"
    if column in _PERCENT:
        return "0.0%"
    return "0.000" if column in _DECIMALS else "General"


def _repack(content: bytes, parts: dict[str, str], as_of: date) -> bytes:
    """Put the rows into their sheets, and write the archive anew with the as-of date for every clock time."""
    year = max(as_of.year, 1980)
    stamp = f"{year:04d}-{as_of.month:02d}-{as_of.day:02d}T00:00:00Z".encode()
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + stamp, data)
            if name in parts:
                data = data.replace(b"</sheetData>", parts[name].encode("utf-8") + b"</sheetData>", 1)
            entry = zipfile.ZipInfo(name, (year, as_of.month, as_of.day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            new.writestr(entry, data)
    return result.getvalue()
