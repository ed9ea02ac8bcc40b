"""Recognise the procedure that a cell names."""

from __future__ import annotations

import re

import numpy as np

from cusum.programme import Programme
from cusum.programme.names import fold_name
from cusum.registrations.cells import Faults, Problem, distinct, is_missing, read_cells, text_of
from cusum.registrations.headings import Vocabulary
from cusum.registrations.spellings import PROCEDURES

__all__ = ["count_values", "known_beside", "read_procedures"]

_AROUND = re.compile(r"\s*[(\[{][^)\]}]*[)\]}]\s*")


def known_beside(text: str, programme: Programme) -> str | None:
    """Find the procedure that a spelling outside the programme file stands for.

    Parameters
    ----------
    text : str
        A name as found in a file.
    programme : Programme
        Only its procedures are found.

    Returns
    -------
    str or None
        Key of the procedure or experience item.

    Examples
    --------
    >>> from cusum.programme import load_programme
    >>> known_beside("Spinalanæstesi (L3/L4)", load_programme()), known_beside("Plexusblok", load_programme())
    ('spinal', 'block')
    """
    bare = _AROUND.sub(" ", text).strip()
    if bare and bare != text and (key := programme.find(bare)):
        return key
    wanted = {fold_name(text), fold_name(bare)} - {""}
    for key, spellings in PROCEDURES.items():
        if key in programme.procedures and wanted & {fold_name(spelling) for spelling in spellings}:
            return key
    return None


def read_procedures(
    cells: np.ndarray, programme: Programme, vocabulary: Vocabulary, faults: Faults
) -> tuple[np.ndarray, dict[str, str]]:
    """Read a column of procedures into keys of the programme.

    Parameters
    ----------
    cells : array, shape (n,)
        Raw cells.
    programme : Programme
        What is known.
    vocabulary : Vocabulary
        What the user said about values.
    faults : Faults
        Takes up empty cells and unknown names, with the nearest that are known.

    Returns
    -------
    keys : array of object, shape (n,)
        Keys; None where unknown.
    beside : dict of str to str
        Spellings recognised that are not in the programme file, with their key.
    """
    beside: dict[str, str] = {}

    def read(cell: object) -> object:
        """Read one name."""
        text = text_of(cell)
        if is_missing(text):
            return Problem("missing_procedure")
        key = vocabulary.meaning("procedure", text) or programme.find(text)
        if key is None and (key := known_beside(text, programme)):
            beside[text] = key
        return key or Problem("unknown_procedure", _nearest(text, programme))

    return read_cells(cells, read, faults, "procedure"), beside


def count_values(cells: np.ndarray) -> dict[str, tuple[int, int]]:
    """Count the distinct values of a column.

    Parameters
    ----------
    cells : array, shape (n,)
        Raw cells.

    Returns
    -------
    dict of str to tuple of (int, int)
        Text -> position of the first cell that holds it, number of cells.
    """
    codes, values = distinct(cells)
    counted: dict[str, tuple[int, int]] = {}
    first = np.full(len(values), len(cells))
    np.minimum.at(first, codes, np.arange(len(cells)))
    for value, at, times in zip(values, first, np.bincount(codes, minlength=len(values)), strict=True):
        text = text_of(value)
        earlier = counted.get(text, (int(at), 0))
        counted[text] = (min(int(at), earlier[0]), int(times) + earlier[1])
    return counted


def _nearest(text: str, programme: Programme) -> str:
    """Name the nearest known procedures, or all of them where none is near."""
    near = programme.nearest(text, language="da")
    return ", ".join(near or [programme.name(key, "da", short=True) for key in programme.procedures])
