"""Tables of a page, as plain values: one template draws them all, with caption, headings and sort keys."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cell", "Column", "Row", "Table", "as_cell", "records", "table"]


@dataclass(frozen=True)
class Column:
    """One column's heading.

    Parameters
    ----------
    title : str
        Heading, in the report's language.
    number : bool, default False
        Whether the column holds numbers, which are set to the right.
    hint : str, default ""
        A longer explanation shown under the heading.
    """

    title: str
    number: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Cell:
    """What stands in one place of a table.

    Parameters
    ----------
    text : str
        The words or the formatted number.
    href : str, default ""
        Where the text leads, relative to the page.
    order : str or float, optional
        What the column is sorted by; the text itself where nothing is given.
    shape : str, default ""
        Name of the sign drawn before the text, so that a status is word *and* shape.
    note : str, default ""
        A smaller second line.
    bar : float, optional
        Share of a bar that is filled, 0 to 1.
    mark : float, optional
        Share of the bar at which a line stands (a target), 0 to 1.
    """

    text: str = ""
    href: str = ""
    order: str | float | None = None
    shape: str = ""
    note: str = ""
    bar: float | None = None
    mark: float | None = None


@dataclass(frozen=True)
class Row:
    """One row of a table: the first cell is its heading.

    Parameters
    ----------
    cells : tuple of Cell
        One cell a column.
    data : mapping of str to str
        What the row can be filtered by.
    """

    cells: tuple[Cell, ...]
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """A table with its caption.

    Parameters
    ----------
    key : str
        Identifier within the page.
    caption : str
        What the table shows, in one sentence.
    columns : tuple of Column
        Headings.
    rows : tuple of Row
        Rows in the order shown first.
    sortable : bool, default False
        Whether headings are buttons that sort.
    empty : str, default ""
        What to say where there are no rows.
    note : str, default ""
        What to say below the table.
    """

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    sortable: bool = False
    empty: str = ""
    note: str = ""


def as_cell(value: object) -> Cell:
    """Make a cell of a text, or leave a cell as it is.

    Parameters
    ----------
    value : object
        A cell, or anything with a text form.

    Returns
    -------
    Cell
        The cell.

    Examples
    --------
    >>> as_cell("38").text
    '38'
    """
    return value if isinstance(value, Cell) else Cell(str(value))


def table(
    key: str,
    caption: str,
    columns: Sequence[Column | str],
    rows: Iterable[Sequence[object] | Row],
    *,
    sortable: bool = False,
    empty: str = "",
    note: str = "",
) -> Table:
    """Put a table together from headings and rows of texts or cells.

    Parameters
    ----------
    key : str
        Identifier within the page.
    caption : str
        What the table shows.
    columns : sequence of Column or str
        Headings; a plain text is a heading of words.
    rows : iterable of sequences or Row
        One sequence a row, as long as `columns`.
    sortable : bool, default False
        Whether headings sort.
    empty : str, default ""
        What to say without rows.
    note : str, default ""
        What to say below.

    Returns
    -------
    Table
        The table.

    Raises
    ------
    ValueError
        If a row has another number of cells than there are headings.

    Examples
    --------
    >>> table("t", "Cases", ["Procedure", Column("Cases", number=True)], [("Spinal", 38)]).rows[0].cells[1].text
    '38'
    """
    heads = tuple(column if isinstance(column, Column) else Column(column) for column in columns)
    lines = tuple(row if isinstance(row, Row) else Row(tuple(as_cell(value) for value in row)) for row in rows)
    for line in lines:
        if len(line.cells) != len(heads):
            raise ValueError(f"a row of table {key} has {len(line.cells)} cells for {len(heads)} headings")
    return Table(key, caption, heads, lines, sortable, empty, note)


def records(frame: pd.DataFrame) -> list[Any]:
    """List the rows of a frame, each with its columns as attributes.

    Parameters
    ----------
    frame : pandas.DataFrame
        Any table whose columns are valid names.

    Returns
    -------
    list of namedtuple
        One a row.

    Examples
    --------
    >>> import pandas as pd
    >>> records(pd.DataFrame({"case": [1, 2]}))[1].case
    2
    """
    row = _row_kind(tuple(map(str, frame.columns)))
    return list(map(row._make, zip(*(values.tolist() for _, values in frame.items()), strict=True)))


@lru_cache(maxsize=200)
def _row_kind(columns: tuple[str, ...]) -> Any:
    """Make the kind of row that has these columns as attributes; making one takes longer than filling many."""
    return namedtuple("Row", columns, rename=True)
