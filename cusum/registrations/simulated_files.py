"""Write simulated registrations as a Danish office would have them, the same bytes every time."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from cusum.errors import InvalidParameter
from cusum.programme import Programme

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["DANISH_HEADINGS", "as_danish", "save_workbook", "write_csv", "write_excel"]

DANISH_HEADINGS = {
    "registration_id": "Løbenr.",
    "trainee": "Uddannelsessøgende",
    "department": "Afdeling",
    "region": "Region",
    "post_start": "Ansættelsesstart",
    "performed_on": "Dato",
    "sequence": "Rækkefølge",
    "procedure": "Procedure",
    "failure": "Resultat",
    "attempts": "Antal forsøg",
    "handed_over": "Overtaget af anden",
    "supervision": "Supervision",
    "urgency": "Hastegrad",
    "asa": "ASA",
    "age": "Alder",
    "bmi": "BMI",
    "technique": "Teknik",
    "complication": "Komplikation",
}
_WORDS = {
    "assisted": "assisteret",
    "supervised": "superviseret",
    "independent": "selvstændig",
    "elective": "elektiv",
    "emergency": "akut",
    "midline": "midtlinje",
    "paramedian": "paramedian",
    "lumbar": "lumbal",
    "thoracic": "torakal",
    "ultrasound": "ultralyd",
    "landmark": "landmærker",
    "palpation": "palpation",
    "nerve stimulator": "nervestimulator",
    "video laryngoscope": "videolaryngoskop",
    "direct laryngoscope": "direkte laryngoskop",
    "paraesthesia": "paræstesi",
    "dural puncture": "durapunktur",
    "arterial puncture": "arteriepunktur",
    "haematoma": "hæmatom",
    "dental injury": "tandskade",
}
_MIDNIGHT = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip archive can hold


def as_danish(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Give a canonical table Danish headings and words; dates stay dates and numbers stay numbers.

    Parameters
    ----------
    table : DataFrame
        Canonical columns.
    programme : Programme
        Gives the procedures their Danish names.

    Returns
    -------
    DataFrame
        The same rows, for Danish readers; an outcome is *Lykkedes* or *Lykkedes ikke*.
    """
    names = {key: programme.name(key, "da", short=True) for key in dict.fromkeys(table["procedure"])}
    words = {
        "procedure": table["procedure"].map(names),
        "failure": table["failure"].map({True: "Lykkedes ikke", False: "Lykkedes"}),
        "handed_over": table["handed_over"].map({True: "ja", False: "nej"}),
    }
    words |= {
        column: table[column].replace(_WORDS) for column in ("supervision", "urgency", "technique", "complication")
    }
    return table.assign(**words).rename(columns=DANISH_HEADINGS)


def write_csv(table: pd.DataFrame, path: Path, programme: Programme, *, style: str) -> Path:
    """Write a canonical table to a CSV file.

    Parameters
    ----------
    table : DataFrame
        Canonical columns.
    path : Path
        File to write.
    programme : Programme
        Gives the procedures their Danish names.
    style : {"danish", "plain"}
        See :meth:`cusum.registrations.simulate.SimulatedCohort.to_csv`.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InvalidParameter
        For another style.
    """
    if style not in ("danish", "plain"):
        raise InvalidParameter("style is {value!r}", expected="'danish' or 'plain'", value=style)
    whole = table.assign(age=table["age"].astype("Int64"))
    if style == "danish":
        text = as_danish(whole, programme).to_csv(
            index=False, sep=";", decimal=",", date_format="%d-%m-%Y", lineterminator="\r\n"
        )
        path.write_bytes(text.encode("utf-8-sig"))
    else:
        text = whole.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
        path.write_bytes(text.encode("utf-8"))
    return path


def write_excel(table: pd.DataFrame, path: Path, programme: Programme) -> Path:
    """Write a canonical table to an Excel workbook with Danish headings.

    Parameters
    ----------
    table : DataFrame
        Canonical columns.
    path : Path
        File to write.
    programme : Programme
        Gives the procedures their Danish names.

    Returns
    -------
    Path
        The file written.
    """
    from openpyxl import Workbook

    danish = as_danish(table, programme)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Registreringer")
    sheet.append(list(danish.columns))
    for row in danish.astype(object).where(danish.notna(), None).itertuples(index=False):
        sheet.append([value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in row])
    return save_workbook(book, path)


def save_workbook(book: Workbook, path: Path) -> Path:
    """Save a workbook without the time of day, so that the same content gives the same bytes.

    Parameters
    ----------
    book : openpyxl.Workbook
        The workbook.
    path : Path
        File to write.

    Returns
    -------
    Path
        The file written.
    """
    raw = io.BytesIO()
    book.save(raw)
    fixed = datetime(*_MIDNIGHT).isoformat() + "Z"
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in sorted(made.namelist()):
            content = made.read(name)
            if name == "docProps/core.xml":
                content = _without_times(content, fixed)
            entry = zipfile.ZipInfo(name, date_time=_MIDNIGHT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            kept.writestr(entry, content)
    return path


def _without_times(core: bytes, fixed: str) -> bytes:
    """Replace the times of creation and change in a workbook's properties."""
    return re.sub(rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>" + fixed.encode(), core)
