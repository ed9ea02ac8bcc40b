"""Find the rows of a register of assessments in whatever sheets it came in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from cusum.errors import Phrase, UnreadableFile
from cusum.programme import Programme
from cusum.programme.names import fold_name
from cusum.registrations.assessment_words import DOCUMENT_HEADINGS, read_document, roles_of
from cusum.registrations.cells import Cells, text_of
from cusum.registrations.sources.sheet import Contents, Decision, Sheet, is_blank

__all__ = ["RawRows", "gather_rows", "score_headings"]

_LOOK = 60
_ROLES = ("trainee", *DOCUMENT_HEADINGS)
_NEEDED = {"trainee": Phrase("the trainee"), "document": Phrase("the document"), "assessed_on": Phrase("the date")}
_CARDS = {"kompetencekort", "kort", "kortnr", "competencecard", "card"}


@dataclass
class RawRows:
    """The rows of the register as they stand in the file.

    Parameters
    ----------
    rows, sheets : list
        Where each row stands.
    marks : list of str
        Heading of the document's own column, for a row from a wide sheet; else "".
    columns : dict of str to list
        Column -> raw cells; None where blank.
    headings : dict of str to str
        Column -> heading in the file.
    skipped : dict of str to int
        Rows that are no assessments, by kind.
    """

    rows: list[int] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    columns: dict[str, list[object]] = field(
        default_factory=lambda: {role: [] for role in ("trainee", *DOCUMENT_HEADINGS)}
    )
    headings: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=lambda: {"blank": 0, "title": 0})

    def add(self, row: int, sheet: str, cells: Mapping[str, object], mark: str = "") -> None:
        """Add one row.

        Parameters
        ----------
        row, sheet : int, str
            Where it stands.
        cells : mapping of str to object
            Column -> raw cell; a column that is not there is blank.
        mark : str
            Heading of the document's own column in a wide sheet.
        """
        self.rows.append(row)
        self.sheets.append(sheet)
        self.marks.append(mark)
        for role, column in self.columns.items():
            column.append(cells.get(role))

    def heading(self, column: str, at: int) -> str:
        """Name the column in which a row's cell stands.

        Parameters
        ----------
        column : str
            Column.
        at : int
            Position of the row.

        Returns
        -------
        str
            The heading; the column's own name where the file has none.
        """
        own = self.marks[at] if column in ("document", "assessed_on") else ""
        return own or self.headings.get(column, column)

    def cells(self, role: str) -> Cells:
        """Give a column as an array of raw cells.

        Parameters
        ----------
        role : str
            Column.

        Returns
        -------
        array of object, shape (n,)
            The cells; the bare number of a competence card is written with its K.
        """
        found = np.empty(len(self.rows), dtype=object)
        found[:] = self.columns[role]
        if role == "document" and fold_name(self.headings.get(role, "")) in _CARDS:
            found[:] = [f"K{text}" if (text := text_of(cell)).isdecimal() else cell for cell in found]
        return found


def score_headings(row: Sequence[object], programme: Programme) -> int:
    """Count how many columns of a register a row could be the headings of.

    Parameters
    ----------
    row : sequence
        Cells of one row.
    programme : Programme
        Its documents may be headings too.

    Returns
    -------
    int
        Number of columns.
    """
    return len({roles[0][1] for cell in row if (roles := roles_of(cell))}) + len(_documents(row, programme))


def gather_rows(contents: Contents, programme: Programme, name: str, decisions: list[Decision]) -> RawRows:
    """Bring the rows of every sheet that has the headings together.

    Parameters
    ----------
    contents : Contents
        The sheets as read.
    programme : Programme
        Its documents may be headings: a sheet with a row a trainee and a column of dates for each document.
    name : str
        Name of the file, for messages.
    decisions : list of Decision
        Takes up which sheets were skipped.

    Returns
    -------
    RawRows
        In the order of the file.

    Raises
    ------
    UnreadableFile
        Where no sheet has columns for trainee, document and date, or there is no row under them.
    """
    raw, lacking = RawRows(), Phrase("")
    for sheet in contents.sheets:
        if sheet.hidden or not any(sheet.rows):
            continue
        scores = [(score_headings(row, programme), -at) for at, row in enumerate(sheet.rows[:_LOOK])]
        heading = -max(scores, default=(0, 0))[1]
        places = _places(sheet.rows[heading])
        if "document" not in places and "trainee" in places:
            wide = _documents(sheet.rows[heading], programme)
            if len(wide) > 1:
                decisions.append(Decision("layout", sheet.name, "a column for each document", str(len(wide))))
                _take(raw, sheet, heading, {"trainee": places["trainee"]}, wide)
                continue
        missing = [said for role, said in _NEEDED.items() if role not in places]
        if missing:
            lacking = lacking or missing[0]
            decisions.append(Decision("sheet", sheet.name, "skipped", f"no column for {missing[0]}"))
            continue
        _take(raw, sheet, heading, places)
    if not raw.rows:
        raise UnreadableFile(
            Phrase("{name} has no column for {lacking}") if lacking else Phrase("{name} holds no assessment"),
            expected=Phrase("a heading row such as {example}"),
            name=name,
            lacking=lacking,
            example="Uddannelsessøgende; Dokument; Dato; Godkendt",
        )
    return raw


def _places(row: Sequence[object]) -> dict[str, int]:
    """Tell which column of the sheet holds what; the surest heading wins."""
    claims = sorted((rank, at, role) for at, cell in enumerate(row) for rank, role in roles_of(cell))
    places: dict[str, int] = {}
    for _, at, role in claims:
        if role not in places and at not in places.values():
            places[role] = at
    return places


def _documents(row: Sequence[object], programme: Programme) -> dict[int, str]:
    """Find the headings that name a document: position -> heading."""
    texts = {at: text_of(cell) for at, cell in enumerate(row) if isinstance(cell, str) and not roles_of(cell)}
    return {at: text for at, text in texts.items() if isinstance(read_document(text, programme), str)}


def _take(
    raw: RawRows, sheet: Sheet, heading: int, places: dict[str, int], wide: Mapping[int, str] | None = None
) -> None:
    """Take the rows under the headings of one sheet; from a wide sheet one for each cell under a document."""
    for role, at in places.items():
        raw.headings.setdefault(role, text_of(sheet.rows[heading][at]))
    raw.skipped["title"] += sum(not all(map(is_blank, row)) for row in sheet.rows[:heading])
    for number, row in enumerate(sheet.rows[heading + 1 :], start=heading + 2):
        if all(map(is_blank, row)):
            raw.skipped["blank"] += 1
            continue
        cells = {role: row[at] for role, at in places.items() if at < len(row) and not is_blank(row[at])}
        if wide is None:
            raw.add(number, sheet.name, cells)
            continue
        for at, document in wide.items():
            if at < len(row) and not is_blank(row[at]):
                raw.add(number, sheet.name, {**cells, "document": document, "assessed_on": row[at]}, document)
