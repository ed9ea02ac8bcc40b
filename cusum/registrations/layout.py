"""Find the heading row of a sheet, tell registrations from titles, blanks and totals, and name the columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

import numpy as np

from cusum.errors import UnreadableFile
from cusum.programme import Programme
from cusum.registrations.cells import Cells
from cusum.registrations.headings import CANONICAL, Vocabulary
from cusum.registrations.sources.sheet import Decision, Sheet, is_blank

__all__ = ["NOT_USED", "Block", "lay_out", "score_row"]

#: What is decided about a column that nobody asked for.
NOT_USED = "not recognised: not used, kept in the table as it is"
_LOOK = 60
_LEAST = 2
_NEEDED = ("trainee", "procedure", "performed_on", "failure", "success", "outcome")
_TOTAL = re.compile(
    r"(i alt|ialt|total(t|er|en|s)?|grand total|sub ?total|delsum|sum(ma)?|sammentælling|samlet( antal)?|"
    r"antal( i alt)?|gennemsnit|gns|mean|average|count|number of registrations)\b.*",
    re.IGNORECASE,
)


@dataclass
class Block:
    """The registrations of one sheet, still raw, with their columns named.

    Parameters
    ----------
    sheet : str
        Name of the sheet.
    heading_row : int
        Row number of the headings.
    rows : array of int, shape (n,)
        Row number of each registration, as the user sees it in the file.
    columns : dict of str to array
        Canonical column -> raw cells.
    headings : dict of str to str
        Canonical column -> heading as in the file.
    extra : dict of str to array
        Columns that pass through untouched, by heading.
    marks : dict of int to (str, str, array)
        Columns that each hold the outcomes of one procedure, by position: heading, programme key, raw cells.
    ignored : list of str
        Headings of the columns that the user does not want.
    titles : dict of str to str
        Canonical column -> value that stands above the headings, as in "Afdeling: Horsens".
    skipped : dict of str to int
        Rows that are no registrations: ``blank``, ``title``, ``total``.
    decisions : list of Decision
        What was decided about the sheet.
    """

    sheet: str
    heading_row: int
    rows: Cells
    columns: dict[str, Cells] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Cells] = field(default_factory=dict)
    marks: dict[int, tuple[str, str, Cells]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)


def score_row(row: Sequence[object], vocabulary: Vocabulary, programme: Programme) -> int:
    """Count how many different headings are recognised in a row, procedures as headings included.

    Parameters
    ----------
    row : sequence
        Cells of one row.
    vocabulary : Vocabulary
        Headings that are known.
    programme : Programme
        Procedures that are known.

    Returns
    -------
    int
        Number of headings recognised.
    """
    procedures = {key for cell in row if isinstance(cell, str) and (key := programme.find(cell))}
    return vocabulary.score(row) + len(procedures)


def lay_out(sheet: Sheet, vocabulary: Vocabulary, programme: Programme) -> Block | None:
    """Split a sheet into title, headings, registrations and totals.

    Parameters
    ----------
    sheet : Sheet
        Raw cells.
    vocabulary : Vocabulary
        Headings that are known.
    programme : Programme
        Procedures that are known.

    Returns
    -------
    Block or None
        None where no row looks like a heading row.
    """
    filled = [number for number, row in enumerate(sheet.rows) if not all(map(is_blank, row))]
    scores = [(score_row(sheet.rows[number], vocabulary, programme), -number) for number in filled[:_LOOK]]
    best, position = max(scores, default=(0, 0))
    if best < _LEAST:
        return None
    first, heading, cells = _two_rows(sheet, filled, -position, best, vocabulary, programme)
    names, decisions = _names(cells, sheet.name)
    if first < heading:
        decisions.append(Decision("heading_row", sheet.name, "two rows", f"{first + 1}, {heading + 1}"))
    below = [number for number in filled if number > heading]
    repeated = [number for number in below if sheet.rows[number][: len(names)] == sheet.rows[heading]]
    body = sorted(set(below) - set(repeated))
    kept = _drop_totals(sheet, body, vocabulary, programme, names)
    block = Block(sheet.name, heading + 1, np.array(kept, dtype=np.int64) + 1, decisions=decisions)
    above = [number for number in filled if number < first]
    block.titles = _titles([sheet.rows[number] for number in above], vocabulary)
    block.skipped = {
        "blank": len(sheet.rows) - len(filled),
        "title": len(above) + len(repeated),
        "total": len(body) - len(kept),
    }
    _tell_skipped(block, above, repeated, sorted(set(body) - set(kept)))
    _assign(block, names, [sheet.rows[number] for number in kept], vocabulary, programme)
    return block


def _two_rows(
    sheet: Sheet, filled: list[int], heading: int, best: int, vocabulary: Vocabulary, programme: Programme
) -> tuple[int, int, list[object]]:
    """Join two heading rows where one fills the blanks of the other and more is recognised in both than in one."""
    at = filled.index(heading)
    for first, last in ((heading, at + 1), (filled[at - 1] if at else heading, at)):
        second = filled[last] if last < len(filled) else first
        if second != first + 1:
            continue
        pairs = list(zip_longest(sheet.rows[first], sheet.rows[second]))
        joined = [upper if is_blank(lower) else lower for upper, lower in pairs]
        texts = all(isinstance(cell, str) for cell in joined if not is_blank(cell))
        if texts and score_row(joined, vocabulary, programme) > best:
            return first, second, joined
    return heading, heading, list(sheet.rows[heading])


def _tell_skipped(block: Block, above: list[int], repeated: list[int], totals: list[int]) -> None:
    """Write down which rows were skipped and why."""
    block.decisions.append(Decision("heading_row", block.sheet, str(block.heading_row)))
    for kind, numbers in (("title", above), ("repeated headings", repeated), ("total", totals)):
        if numbers:
            rows = ", ".join(str(number + 1) for number in numbers[:20]) + (", ..." if len(numbers) > 20 else "")
            block.decisions.append(Decision("skipped_rows", block.sheet, kind, rows))
    if block.skipped["blank"]:
        block.decisions.append(Decision("skipped_rows", block.sheet, "blank", str(block.skipped["blank"])))


def _names(row: Sequence[object], sheet: str) -> tuple[list[str], list[Decision]]:
    """Write the headings as text; a heading that stands twice gets its number, so that no column is lost."""
    names: list[str] = []
    decisions: list[Decision] = []
    for cell in row:
        text = "" if is_blank(cell) else " ".join(str(cell).split())
        if text and text in names:
            times = 2
            while f"{text} ({times})" in names:
                times += 1
            decisions.append(Decision("duplicate_heading", text, f"{text} ({times})", sheet))
            text = f"{text} ({times})"
        names.append(text)
    return names, decisions


def _drop_totals(
    sheet: Sheet, body: list[int], vocabulary: Vocabulary, programme: Programme, names: list[str]
) -> list[int]:
    """Leave out the total rows and the footnotes under the last registration."""
    dates = [at for at, name in enumerate(names) if "performed_on" in [role for _, role in vocabulary.roles(name)]]
    end = len(body)
    while end and _is_total(sheet.rows[body[end - 1]], dates, programme):
        end -= 1
    while end > 1 and _is_note(sheet.rows[body[end - 1]]) and (body[end - 1] - body[end - 2] > 1 or end < len(body)):
        end -= 1
        while end and _is_total(sheet.rows[body[end - 1]], dates, programme):
            end -= 1
    return body[:end]


def _is_total(row: Sequence[object], dates: list[int], programme: Programme) -> bool:
    """Tell a total row: its first text says so and it has no date."""
    first = next((cell for cell in row if not is_blank(cell)), None)
    dated = any(at < len(row) and not is_blank(row[at]) and row[at] is not first for at in dates)
    return isinstance(first, str) and not dated and bool(_TOTAL.fullmatch(first.strip()))


def _is_note(row: Sequence[object]) -> bool:
    """Tell a footnote: one text of several words, alone in its row."""
    texts = [cell for cell in row if not is_blank(cell)]
    return len(texts) == 1 and isinstance(texts[0], str) and len(texts[0].split()) > 2


def _titles(rows: list[list[object]], vocabulary: Vocabulary) -> dict[str, str]:
    """Read who and where from the lines above the headings, as in "Afdeling: Horsens"."""
    found: dict[str, str] = {}
    for row in rows:
        cells = [" ".join(str(cell).split()) for cell in row if not is_blank(cell)]
        pairs = [tuple(cells)] if len(cells) == 2 else [tuple(cell.split(":", 1)) for cell in cells if ":" in cell]
        for label, value in pairs:
            roles = [role for _, role in vocabulary.roles(label)]
            if roles and roles[0] in ("trainee", "department", "region") and value.strip():
                found.setdefault(roles[0], value.strip())
    return found


def _assign(
    block: Block, names: list[str], rows: list[list[object]], vocabulary: Vocabulary, programme: Programme
) -> None:
    """Give every column to what it holds; what nobody asked for passes through."""
    columns = list(zip_longest(*rows))
    width = max(len(columns), len(names))
    names = names + [""] * (width - len(names))
    cells = [_array(columns[at] if at < len(columns) else (), len(rows)) for at in range(width)]
    taken = _take(names, cells, vocabulary)
    for at, role in sorted(taken.items()):
        if role == "ignore":
            block.ignored.append(names[at])
            block.decisions.append(Decision("heading", names[at], role, block.sheet))
        elif role in CANONICAL:
            block.columns[role], block.headings[role] = cells[at], names[at]
            block.decisions.append(Decision("heading", names[at], role, block.sheet))
    said = {at: role for at, role in taken.items() if role not in CANONICAL and role != "ignore"}
    for at, name in enumerate(names):
        key = said.get(at) or (None if at in taken or "procedure" in block.columns else _procedure(name, programme))
        if key:
            block.marks[at] = (name, key, cells[at])
            block.decisions.append(Decision("heading", name, key, block.sheet))
        elif at not in taken and (name or any(cell is not None for cell in cells[at])):
            shown = name or f"column {at + 1}"
            block.extra[shown] = cells[at]
            block.decisions.append(Decision("heading", shown, NOT_USED, block.sheet))


def _procedure(name: str, programme: Programme) -> str | None:
    """Find the procedure that a column is headed with; a number after a repeated heading does not count."""
    return programme.find(name) or programme.find(re.sub(r"\s*[(\[][^)\]]*[)\]]\s*$", "", name))


def _take(names: list[str], cells: list[Cells], vocabulary: Vocabulary) -> dict[int, str]:
    """Match columns and meanings one to one, the surest first; an empty column gives way to a filled one."""
    wishes = []
    for at, name in enumerate(names):
        empty = all(cell is None for cell in cells[at])
        wishes += [(rank, empty, at, role) for rank, role in vocabulary.roles(name)]
    taken: dict[int, str] = {}
    for rank, _, at, role in sorted(wishes):
        free = role not in taken.values() or role == "ignore" or (rank < 0 and role not in CANONICAL)
        if at not in taken and free:
            taken[at] = role
        elif at not in taken and role in _NEEDED and rank >= 0:
            _refuse_twins(names, cells, next(other for other in taken if taken[other] == role), at)
    return taken


def _refuse_twins(names: list[str], cells: list[Cells], first: int, second: int) -> None:
    """Refuse two columns with the same heading and different contents where only one of them can be meant."""
    twins = re.sub(r" \(\d+\)$", "", names[second]) == names[first]
    if twins and any(cell is not None for cell in cells[second]) and not np.array_equal(cells[first], cells[second]):
        raise UnreadableFile(
            "two columns are headed {first!r} and they differ",
            expected="one such column",
            remedy="Rename one of them, or read with headings={{'{second}': 'ignore'}}.",
            first=names[first],
            second=names[second],
        )


def _array(cells: Sequence[object], n: int) -> Cells:
    """Hold raw cells as they are; blank ones as None."""
    column = np.full(n, None, dtype=object)
    if len(cells):
        column[:] = [None if cell.__class__ is str and (not cell or cell.isspace()) else cell for cell in cells]
        column[[at for at, cell in enumerate(cells) if cell.__class__ is not str and is_blank(cell)]] = None
    return column
