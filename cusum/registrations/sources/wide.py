"""Wide logbooks: a column for each procedure, turned into one registration a row."""

from __future__ import annotations

import numpy as np

from cusum.registrations.cells import Cells, is_none
from cusum.registrations.layout import Block

__all__ = ["lengthen"]


def lengthen(block: Block) -> tuple[Block, Cells]:
    """Turn a row with a mark under several procedures into a registration for each mark.

    Parameters
    ----------
    block : Block
        A sheet whose `marks` hold the outcomes of one procedure each; without any it is handed back as it is.

    Returns
    -------
    block : Block
        Columns ``procedure`` (keys of the programme) and ``mark`` (raw cells), one registration a row, in the order of
        the rows and, within a row, of the columns.
    headings : array of str, shape (n,)
        Heading under which each mark stands; "" where the sheet is not wide.

    Notes
    -----
    A blank cell is no registration. Two columns of the same name are two columns of registrations.
    """
    if not block.marks:
        return block, np.full(len(block.rows), "", dtype=object)
    n = len(block.rows)
    at, order, keys, headings, cells = [], [], [], [], []
    for position, (heading, key, column) in block.marks.items():
        filled = np.flatnonzero(~is_none(column))
        at.append(filled)
        order.append(np.full(len(filled), position))
        keys.append(np.full(len(filled), key, dtype=object))
        headings.append(np.full(len(filled), heading, dtype=object))
        cells.append(column[filled])
    rows = np.concatenate(at) if at else np.empty(0, dtype=np.int64)
    by_row = np.lexsort((np.concatenate(order), rows))
    rows = rows[by_row]
    block.skipped["unmarked"] = n - len(np.unique(rows))
    block.columns = {role: column[rows] for role, column in block.columns.items()}
    block.extra = {name: column[rows] for name, column in block.extra.items()}
    block.columns["procedure"] = np.concatenate(keys)[by_row]
    block.columns["mark"] = np.concatenate(cells)[by_row]
    block.rows = block.rows[rows]
    return block, np.concatenate(headings)[by_row]
