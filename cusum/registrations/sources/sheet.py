"""What every reader hands on: sheets of raw cells, row 1 first, and what was decided on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Contents", "Decision", "Sheet", "is_blank"]


@dataclass(frozen=True)
class Decision:
    """One thing that was decided about a file, so that a reader can see it and object.

    Parameters
    ----------
    topic : str
        Short code, for example ``"date_order"``.
    subject : str
        Column heading or sheet that it is about, "" for the whole file.
    decision : str
        What was decided.
    detail : str
        On what ground, or how many values are concerned.

    Examples
    --------
    >>> Decision("separator", "", ";").decision
    ';'
    """

    topic: str
    subject: str
    decision: str
    detail: str = ""


@dataclass(frozen=True)
class Sheet:
    """One sheet of raw cells, as they stand in the file.

    Parameters
    ----------
    name : str
        Name of the sheet; "" for a file that has no sheets.
    rows : list of list
        Cells by row. The first row is row 1 of the file; blank rows are kept so that the numbers stay true.
    hidden : bool, default False
        Whether the sheet is hidden in the workbook.

    Examples
    --------
    >>> Sheet("", [["Dato", "Procedure"]]).rows[0][1]
    'Procedure'
    """

    name: str
    rows: list[list[object]] = field(repr=False)
    hidden: bool = False


@dataclass(frozen=True)
class Contents:
    """A file as read: its sheets and what was decided in reading them.

    Parameters
    ----------
    sheets : list of Sheet
        In the file's order.
    decisions : list of Decision
        For example which encoding was taken.
    remarks : list of tuple of str
        Text outside the cells (comments, document properties): (place, text). It is searched for civil registration
        numbers and used for nothing else.

    Examples
    --------
    >>> len(Contents([Sheet("", [])]).sheets)
    1
    """

    sheets: list[Sheet]
    decisions: list[Decision] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)


def is_blank(cell: object) -> bool:
    """Tell whether a cell holds nothing that a person could see.

    Parameters
    ----------
    cell : object
        A raw cell.

    Returns
    -------
    bool
        True for None, not-a-number and text of blanks alone.

    Examples
    --------
    >>> is_blank(" "), is_blank(0)
    (True, False)
    """
    if cell is None:
        return True
    if isinstance(cell, str):
        return not cell.strip()
    return cell != cell  # not-a-number and not-a-time are the values that differ from themselves
