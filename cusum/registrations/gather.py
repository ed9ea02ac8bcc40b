"""Bring every sheet of a file together as raw registrations under canonical names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from cusum.errors import InvalidParameter, Phrase, UnreadableFile
from cusum.programme import Programme
from cusum.registrations.cells import Cells, text_of
from cusum.registrations.headings import Vocabulary
from cusum.registrations.layout import NOT_USED, Block, lay_out
from cusum.registrations.sources.sheet import Contents, Decision, Sheet
from cusum.registrations.sources.wide import lengthen

__all__ = ["Gathered", "choose_sheets", "gather", "keep_row_numbers", "tell_hidden"]

_HEADINGS = Phrase("a heading row such as {example}")
_ANY_SHEET = re.compile(
    r"\W*(sheet|ark|side|tabel(le)?|table|data|registrering(er)?|registrations?|logbog|logbook|procedurer?|procedures?|"
    r"cusum|eksport|export|udtræk|alle|all|samlet|rapport|report|oversigt)\b.*|\W*(sheet|ark|tabel|table|data)\d*\W*",
    re.IGNORECASE,
)
_PERIOD = re.compile(
    r"\W*((19|20)\d\d|jan(uary?)?|feb(ruary?)?|mar(ts|ch)?|apr(il)?|ma[jy]|jun[ie]?|jul[iy]?|aug(ust)?|sep(t(ember)?)?|"
    r"o[kc]t(ober)?|nov(ember)?|de[ct](ember)?|(uge|week|måned|month|kvartal|quarter|halvår|semester|q)\W*\d{1,2}|"
    r"\d\W*(kvartal|quarter|halvår|semester))(\W+(\d\d|(19|20)\d\d))?(\W+(19|20)\d\d)?\W*|(19|20)\d\d\W+\w{1,9}",
    re.IGNORECASE,
)
"""Sheets named after a year, a month or another period: never the name of a trainee."""


@dataclass
class Gathered:
    """Raw registrations of a whole file.

    Parameters
    ----------
    rows : array of int, shape (n,)
        Row number in the file.
    sheets : array of str, shape (n,)
        Name of the sheet.
    columns : dict of str to array
        Canonical column (and ``mark``) -> raw cells.
    extra : dict of str to array
        Columns that pass through, by heading.
    marks : array of str, shape (n,)
        Heading of the procedure's own column in a wide logbook, else "".
    headings : dict of tuple to str
        (canonical column, sheet) -> heading in the file.
    by_sheet : bool
        Whether trainees are told by the names of the sheets.
    skipped : dict of str to int
        Rows that are no registrations, by kind.
    decisions : list of Decision
        What was decided.
    """

    rows: Cells
    sheets: Cells
    columns: dict[str, Cells]
    extra: dict[str, Cells]
    marks: Cells
    headings: dict[tuple[str, str], str]
    by_sheet: bool = False
    skipped: dict[str, int] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)

    def heading(self, role: str, sheet: str = "") -> str:
        """Name a canonical column as the file does.

        Parameters
        ----------
        role : str
            Canonical column.
        sheet : str
            Name of the sheet.

        Returns
        -------
        str
            The heading; the canonical name where the file has no such column; "" for no column.
        """
        if (role, sheet) in self.headings:
            return self.headings[role, sheet]
        return next((heading for (known, _), heading in self.headings.items() if known == role), role)


def choose_sheets(sheets: list[Sheet], wanted: str | int | Sequence[str | int] | None) -> list[Sheet]:
    """Keep the sheets that the user asked for.

    Parameters
    ----------
    sheets : list of Sheet
        All of them.
    wanted : str, int, sequence or None
        Names or positions (0 is the first); None for all that are not hidden.

    Returns
    -------
    list of Sheet
        In the order asked for.

    Raises
    ------
    InvalidParameter
        Where there is no such sheet.
    """
    if wanted is None:
        return [sheet for sheet in sheets if not sheet.hidden]
    chosen = []
    for one in [wanted] if isinstance(wanted, (str, int)) else wanted:
        named = [sheet for sheet in sheets if sheet.name == one]
        placed = sheets[one : one + 1] if isinstance(one, int) and one >= 0 else []
        if not named and not placed:
            raise InvalidParameter(
                "there is no sheet {wanted!r}",
                expected="one of {known}",
                wanted=one,
                known=", ".join(repr(sheet.name) for sheet in sheets[:20]),
            )
        chosen += named or placed
    return chosen


def tell_hidden(sheets: list[Sheet], chosen: list[Sheet]) -> list[Decision]:
    """Say what became of the hidden sheets of a workbook.

    Parameters
    ----------
    sheets : list of Sheet
        All of them.
    chosen : list of Sheet
        Those that are read.

    Returns
    -------
    list of Decision
        One for each hidden sheet.
    """
    hidden = [sheet for sheet in sheets if sheet.hidden]
    return [
        Decision("hidden_sheet", sheet.name, "read", "asked for by name")
        if any(sheet is one for one in chosen)
        else Decision("hidden_sheet", sheet.name, "skipped", "hidden")
        for sheet in hidden
    ]


def gather(contents: Contents, vocabulary: Vocabulary, programme: Programme, name: str) -> Gathered:
    """Lay out every sheet and bring the registrations together.

    Parameters
    ----------
    contents : Contents
        The sheets as read.
    vocabulary : Vocabulary
        Headings that are known.
    programme : Programme
        Procedures that are known.
    name : str
        Name of the file, for messages.

    Returns
    -------
    Gathered
        Raw registrations in the order of the file.

    Raises
    ------
    UnreadableFile
        Where no sheet has headings, or trainee, procedure or date is missing, or there is no registration.
    """
    blocks, decisions, unknown = [], list(contents.decisions), 0
    for sheet in contents.sheets:
        block = lay_out(sheet, vocabulary, programme)
        if block is not None:
            blocks.append(block)
        elif any(sheet.rows):
            unknown += 1
            decisions.append(Decision("sheet", sheet.name, "skipped", "no headings recognised"))
    if not blocks:
        _refuse(name, Phrase("{name} has no row with headings that are recognised"), _HEADINGS)
    usable = [block for block in blocks if not _lacking(block, programme)]
    if not usable:
        lacking = _lacking(blocks[0], programme)
        _refuse(name, Phrase("{name} has no column for {lacking}"), _HEADINGS, lacking=lacking)
    for block in blocks:
        if block not in usable:
            why = f"no column for {_lacking(block, programme)}"
            decisions.append(Decision("sheet", block.sheet, "skipped", why))
    _refuse_unused_headings(vocabulary, blocks)
    by_sheet = _complete(usable, programme, name)
    result = _join(usable, by_sheet)
    result.decisions = decisions + result.decisions
    if not len(result.rows):
        _refuse(
            name, Phrase("{name} has headings but no registration under them"), Phrase("one row for each registration")
        )
    return result


def _refuse(name: str, found: Phrase, expected: Phrase, **values: object) -> None:
    """Refuse a file, with an example of what would do."""
    raise UnreadableFile(
        found,
        expected=expected,
        remedy="Say what your headings mean with headings={{'your heading': 'trainee'}}.",
        name=name,
        example="Uddannelsessøgende; Procedure; Dato; Lykkedes",
        **values,
    )


def _lacking(block: Block, programme: Programme) -> Phrase:
    """Name the first thing that a sheet cannot do without and has no column for; "" where nothing is lacking."""
    if "procedure" not in block.columns and not block.marks and programme.find(block.sheet) is None:
        return Phrase("the procedure")
    return Phrase("") if "performed_on" in block.columns else Phrase("the date")


def _refuse_unused_headings(vocabulary: Vocabulary, blocks: list[Block]) -> None:
    """Refuse a heading that the user named and no sheet has."""
    known = [name for block in blocks for name in (*block.headings.values(), *block.extra, *block.ignored)]
    known += [heading for block in blocks for heading, _, _ in block.marks.values()]
    present = {
        said for name in known for said in vocabulary.headings if Vocabulary({said: "x"}).roles(name) == [(-1, "x")]
    }
    absent = [said for said in vocabulary.headings if said not in present]
    if absent:
        raise InvalidParameter(
            "headings names {absent}, and no column of the file is headed so",
            expected="headings as they stand in the file",
            absent=", ".join(repr(said) for said in absent),
        )


def _complete(blocks: list[Block], programme: Programme, name: str) -> bool:
    """Fill in trainee, procedure and department where a title or the name of the sheet tells them."""
    by_sheet = False
    for block in blocks:
        for role in ("trainee", "department", "region"):
            if role not in block.columns and role in block.titles:
                _fill(block, role, block.titles[role], "title")
        if "procedure" not in block.columns and not block.marks:
            _fill(block, "procedure", block.sheet, "name of the sheet")
        if "trainee" in block.columns:
            continue
        taken = block.headings.get("procedure") == "" and "procedure" not in block.titles
        if not block.sheet or taken or _ANY_SHEET.fullmatch(block.sheet) or _PERIOD.fullmatch(block.sheet):
            _refuse(name, Phrase("{name} has no column for {lacking}"), _HEADINGS, lacking=Phrase("the trainee"))
        _fill(block, "trainee", block.sheet, "name of the sheet")
        by_sheet = True
    return by_sheet


def _fill(block: Block, role: str, value: str, source: str) -> None:
    """Give every registration of a sheet the same value."""
    block.columns[role] = np.full(len(block.rows), value, dtype=object)
    block.headings[role] = ""
    block.decisions.append(Decision("filled_column", role, source, block.sheet))


def _join(blocks: list[Block], by_sheet: bool) -> Gathered:
    """Put the sheets one under another."""
    marks = []
    for position, block in enumerate(blocks):
        blocks[position], headings = lengthen(block)
        marks.append(headings)
    roles = list(dict.fromkeys(role for block in blocks for role in block.columns))
    extra = list(dict.fromkeys(heading for block in blocks for heading in block.extra))
    skipped: dict[str, int] = {}
    for block in blocks:
        for kind, number in block.skipped.items():
            skipped[kind] = skipped.get(kind, 0) + number
    return Gathered(
        rows=np.concatenate([block.rows for block in blocks]),
        sheets=np.concatenate([np.full(len(block.rows), block.sheet, dtype=object) for block in blocks]),
        columns={role: _stack([(block.columns.get(role), len(block.rows)) for block in blocks]) for role in roles},
        extra={name: _stack([(block.extra.get(name), len(block.rows)) for block in blocks]) for name in extra},
        marks=np.concatenate(marks),
        headings={(role, block.sheet): name for block in blocks for role, name in block.headings.items() if name},
        by_sheet=by_sheet,
        skipped=skipped,
        decisions=[decision for block in blocks for decision in block.decisions],
    )


def keep_row_numbers(raw: Gathered) -> Gathered:
    """Take over the row numbers and sheets of a table that was read from a file before.

    Parameters
    ----------
    raw : Gathered
        Registrations of a table; where it has the columns ``row`` and ``sheet``, they are what is meant.

    Returns
    -------
    Gathered
        The same, with its former row numbers.
    """
    rows, sheets = raw.extra.get("row"), raw.extra.get("sheet")
    if rows is None or sheets is None or not all(isinstance(row, int) for row in rows):
        return raw
    extra = {name: cells for name, cells in raw.extra.items() if name not in ("row", "sheet")}
    named = np.array([text_of(sheet) for sheet in sheets], dtype=object)
    told = [one for one in raw.decisions if one.decision != NOT_USED or one.subject not in ("row", "sheet")]
    return replace(raw, rows=rows.astype(np.int64), sheets=named, extra=extra, decisions=told)


def _stack(parts: list[tuple[Cells | None, int]]) -> Cells:
    """Put columns one under another; a sheet without the column has blank cells."""
    return np.concatenate([np.full(n, None, dtype=object) if cells is None else cells for cells, n in parts])
