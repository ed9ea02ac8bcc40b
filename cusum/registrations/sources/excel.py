"""Excel workbooks (.xlsx, .xlsm), every sheet of them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile

from cusum.errors import UnreadableFile
from cusum.registrations.sources.sheet import Contents, Decision, Sheet, is_blank

__all__ = ["read_excel"]

_REMARKS = re.compile(r"(xl/(comments|threadedComments|persons)[^/]*(/[^/]+)?\.xml|docProps/\w+\.xml)", re.IGNORECASE)
_TAG = re.compile(r"<[^>]+>")
_FORMULA_WITHOUT_VALUE = re.compile(rb"(?:</f>|<f[^>]*/>)(?:<v></v>|<v ?/>)?</c>")


def read_excel(content: bytes, name: str) -> Contents:
    """Read every sheet of a workbook into raw cells, formulas as the values last worked out.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.

    Returns
    -------
    Contents
        The sheets in the workbook's order, the hidden ones too (they are marked).

    Raises
    ------
    UnreadableFile
        Where the workbook is damaged or holds no sheet of cells.

    Notes
    -----
    A formula whose value the workbook does not hold (written by a program that is not Excel) reads as a blank cell; the
    decisions say how many there are.
    """
    import openpyxl

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about decorations that are not read
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            sheets = [_read_sheet(sheet) for sheet in book.worksheets]
        remarks, formulas = _rest(content)
    except Exception:  # a damaged workbook can raise almost anything
        raise UnreadableFile(
            "{name} is a damaged Excel workbook",
            expected="a workbook that Excel can open",
            remedy="Open it in Excel, let Excel repair it, and save it under a new name.",
            name=name,
        ) from None
    if not sheets:
        raise UnreadableFile("{name} holds no sheet with cells", expected="a sheet of registrations", name=name)
    decisions = [Decision("formula_without_value", "", "read as blank", str(formulas))] if formulas else []
    return Contents(sheets, decisions, remarks)


def _read_sheet(sheet: object) -> Sheet:
    """Read the cells of one sheet."""
    sheet.reset_dimensions()  # type: ignore[attr-defined] # exporters often write them wrong
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]  # type: ignore[attr-defined]
    while rows and all(map(is_blank, rows[-1])):
        rows.pop()  # formatted cells below the last value
    return Sheet(sheet.title, rows, sheet.sheet_state != "visible")  # type: ignore[attr-defined]


def _rest(content: bytes) -> tuple[list[tuple[str, str]], int]:
    """Collect text outside the cells, and count the formulas that have no value."""
    remarks, formulas = [], 0
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        for part in parts.namelist():
            if _REMARKS.fullmatch(part):
                remarks.append((part, _TAG.sub(" ", parts.read(part).decode("utf-8", "replace"))))
            elif part.startswith("xl/worksheets/") and part.endswith(".xml"):
                formulas += len(_FORMULA_WITHOUT_VALUE.findall(parts.read(part)))
    return remarks, formulas
