"""Columns that pass through: numbers where every cell is one, else as they stand."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from cusum.registrations.cells import Cells, distinct, text_of

__all__ = ["as_numbers"]

_WITH = {
    mark: re.compile(rf"[-+]?(?:0|[1-9]\d{{0,14}})(?:{re.escape(mark)}\d+)?(?:[eE][-+]?\d+)?") for mark in (",", ".")
}
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")


def as_numbers(cells: Cells) -> tuple[Cells | ExtensionArray, str]:
    """Turn a column into numbers where every cell is one and there is no doubt how to read it.

    Parameters
    ----------
    cells : array, shape (n,)
        Raw cells; None where blank.

    Returns
    -------
    values : array, shape (n,)
        Numbers or truth values where all cells are such, else text.
    decimal : str
        The decimal mark where there is one in the column, else "".

    Notes
    -----
    Leading zeros keep a column text (they are part of a code), and so do cells such as 1.234 throughout, which may be
    thousands.

    Examples
    --------
    >>> as_numbers(np.array(["1,5", None, "2"], dtype=object))[0].tolist()
    [1.5, nan, 2.0]
    >>> as_numbers(np.array(["007", "12"], dtype=object))[0].tolist()
    ['007', '12']
    """
    codes, values = distinct(cells)
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, (bool, np.bool_)) for value in known):
        return pd.array(cells, dtype="boolean"), ""
    if known and all(isinstance(value, (int, float, np.number)) and not isinstance(value, bool) for value in known):
        if all(isinstance(value, (int, np.integer)) for value in known):
            return pd.array(list(cells), dtype="Int64"), ""
        return np.array([np.nan if cell is None else float(cell) for cell in cells]), ""
    texts = [text_of(value) for value in known]
    for mark, pattern in _WITH.items():
        if texts and all(map(pattern.fullmatch, texts)) and not _doubtful(texts):
            numbers = [np.nan if value is None else float(text_of(value).replace(",", ".")) for value in values]
            return np.array(numbers)[codes], mark if any(mark in text for text in texts) else ""
    written = np.array([None if value is None else str(value) for value in values], dtype=object)
    return pd.array(written[codes] if len(written) else written, dtype="str"), ""


def _doubtful(texts: list[str]) -> bool:
    """Tell whether decimals might be thousands: every number with a mark has three digits after it."""
    marked = [text for text in texts if "," in text or "." in text]
    return bool(marked) and all(map(_THOUSANDS.fullmatch, marked))
