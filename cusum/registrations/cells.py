"""Read the cells of a column, each distinct value once, and remember which could not be used."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from cusum.registrations.spellings import NOTHING_KNOWN

__all__ = ["Cells", "Faults", "Problem", "distinct", "is_missing", "is_none", "read_cells", "read_number", "text_of"]

Cells: TypeAlias = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Problem:
    """Why one value cannot be used.

    Parameters
    ----------
    code : str
        A key of :data:`~cusum.registrations.reasons.REASONS`.
    suggestion : str
        What would do instead, as data rather than as a sentence.

    Examples
    --------
    >>> Problem("unreadable_date").code
    'unreadable_date'
    """

    code: str
    suggestion: str = ""


@dataclass
class Faults:
    """What is wrong with which registration, in the order in which it was looked for.

    Parameters
    ----------
    n : int
        Number of registrations.

    Examples
    --------
    >>> faults = Faults(2)
    >>> faults.add(1, Problem("missing_date"), "performed_on", None)
    >>> faults.bad.tolist()
    [False, True]
    """

    n: int
    found: list[tuple[int, Problem, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin without any fault."""
        self.bad = np.zeros(self.n, dtype=bool)

    def add(self, at: int, problem: Problem, column: str, value: object) -> None:
        """Remember one fault.

        Parameters
        ----------
        at : int
            Position of the registration.
        problem : Problem
            What is wrong.
        column : str
            Canonical column.
        value : object
            The raw cell.
        """
        self.bad[at] = True
        self.found.append((at, problem, column, text_of(value)))

    def add_where(self, mask: Cells, problem: Problem, column: str, cells: Cells) -> None:
        """Remember the same fault for many registrations.

        Parameters
        ----------
        mask : array of bool, shape (n,)
            Which registrations.
        problem : Problem
            What is wrong.
        column : str
            Canonical column.
        cells : array, shape (n,)
            The raw cells.
        """
        for at in np.flatnonzero(mask):
            self.add(int(at), problem, column, cells[at])


def text_of(cell: object) -> str:
    """Write a cell as a person would see it.

    Parameters
    ----------
    cell : object
        A raw cell.

    Returns
    -------
    str
        Text with single blanks; whole numbers without decimals; dates as yyyy-mm-dd; "" for nothing.

    Examples
    --------
    >>> text_of(17.0), text_of("  Ane   B "), text_of(None)
    ('17', 'Ane B', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return " ".join(cell.split())
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "minutes")
    return cell.isoformat() if isinstance(cell, (date, time)) else str(cell)


def is_missing(text: str) -> bool:
    """Tell whether a text stands for "nothing known".

    Parameters
    ----------
    text : str
        Text of a cell.

    Returns
    -------
    bool
        True for empty text, a dash, a question mark, "ukendt", "n/a" and their like.

    Examples
    --------
    >>> is_missing("Ukendt"), is_missing("0")
    (True, False)
    """
    return not text or text.casefold() in NOTHING_KNOWN


def is_none(cells: Cells) -> Cells:
    """Find the cells that hold nothing.

    Parameters
    ----------
    cells : array, shape (n,)
        Cells.

    Returns
    -------
    array of bool, shape (n,)
        True where a cell is None.

    Examples
    --------
    >>> is_none(np.array([None, 0], dtype=object)).tolist()
    [True, False]
    """
    return np.fromiter((cell is None for cell in cells), dtype=bool, count=len(cells))


def distinct(cells: Cells) -> tuple[Cells, Cells]:
    """Number the distinct values of a column.

    Parameters
    ----------
    cells : array, shape (n,)
        Raw cells.

    Returns
    -------
    codes : array of int, shape (n,)
        Which distinct value each cell holds.
    values : array
        The distinct values in order of appearance.
    """
    try:
        codes, found = pd.factorize(cells, use_na_sentinel=False)
    except TypeError:  # a cell that cannot be hashed, such as a list
        texts = np.array([text_of(cell) for cell in cells], dtype=object)
        codes, found = pd.factorize(texts, use_na_sentinel=False)
    values = np.empty(len(found), dtype=object)
    for at, value in enumerate(found):
        values[at] = None if value is pd.NA or value != value else value
    return codes, values


def read_cells(cells: Cells, read: Callable[[Any], object], faults: Faults, column: str) -> Cells:
    """Read a column, each distinct value once.

    Parameters
    ----------
    cells : array, shape (n,)
        Raw cells; None where blank.
    read : callable
        Takes a raw cell; returns what it means, None where it is missing, or a :class:`Problem`.
    faults : Faults
        Takes up every problem.
    column : str
        Canonical column.

    Returns
    -------
    array of object, shape (n,)
        What the cells mean; None where missing or of no use.
    """
    codes, values = distinct(cells)
    meanings = np.empty(len(values), dtype=object)
    for number, value in enumerate(values):
        meanings[number] = read(value)
    bad = np.array([isinstance(meaning, Problem) for meaning in meanings], dtype=bool)
    result = meanings[codes] if len(values) else np.empty(0, dtype=object)
    if bad.any():
        for at in np.flatnonzero(bad[codes]):
            faults.add(int(at), result[at], column, cells[at])
            result[at] = None
    return result


def read_number(cell: object) -> float | None:
    """Read a number with decimal comma or point, a unit after it allowed.

    Parameters
    ----------
    cell : object
        A raw cell.

    Returns
    -------
    float or None
        The number; None where there is none.

    Examples
    --------
    >>> read_number("24,7"), read_number("45 år"), read_number("ung")
    (24.7, 45.0, None)
    """
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    match = re.fullmatch(r"([-+]?\d+(?:[.,]\d+)?)\s*[^\d\s.,:/-]{0,8}\.?", text_of(cell))
    return float(match.group(1).replace(",", ".")) if match else None
