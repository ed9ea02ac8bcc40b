"""A pandas table as a sheet, so that it passes through the same door as a file."""

from __future__ import annotations

import pandas as pd

from cusum.registrations.sources.sheet import Contents, Sheet

__all__ = ["read_frame"]


def read_frame(frame: pd.DataFrame) -> Contents:
    """Turn a table into one sheet of raw cells, its column names in row 1.

    Parameters
    ----------
    frame : DataFrame
        One row a registration, or a wide logbook. A named index counts as columns.

    Returns
    -------
    Contents
        One sheet named "".

    Notes
    -----
    Rows are numbered as they would be if the table were saved as a file: the first row of values is row 2.

    Examples
    --------
    >>> import pandas as pd
    >>> read_frame(pd.DataFrame({"trainee": ["T001"]})).sheets[0].rows
    [['trainee'], ['T001']]
    """
    if any(level is not None for level in frame.index.names):
        frame = frame.reset_index()
    columns = [
        [None if gone else cell for cell, gone in zip(column, column.isna(), strict=True)]
        for _, column in frame.items()
    ]
    rows: list[list[object]] = [[str(heading) for heading in frame.columns]]
    rows.extend(list(cells) for cells in zip(*columns, strict=True))
    unnamed = [] if isinstance(frame.index, pd.RangeIndex) else [("index", "\n".join(map(str, frame.index)))]
    return Contents([Sheet("", rows)], remarks=unnamed)
