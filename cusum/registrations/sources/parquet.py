"""Parquet tables; they need the optional package pyarrow."""

from __future__ import annotations

import io
from importlib import import_module

from cusum.errors import MissingDependency, UnreadableFile
from cusum.registrations.sources.frame import read_frame
from cusum.registrations.sources.sheet import Contents

__all__ = ["read_parquet"]


def read_parquet(content: bytes, name: str) -> Contents:
    """Read a Parquet table into one sheet.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name, for messages.

    Returns
    -------
    Contents
        One sheet named "", its column names in row 1.

    Raises
    ------
    MissingDependency
        Where pyarrow is not installed.
    UnreadableFile
        Where the file is damaged.
    """
    import pandas as pd

    try:
        import_module("pyarrow")
    except ImportError:
        raise MissingDependency(
            "reading {name} needs the package pyarrow, which is not installed",
            remedy="Install it with 'pip install pyarrow', or save the table as .csv or .xlsx.",
            name=name,
        ) from None
    try:
        frame = pd.read_parquet(io.BytesIO(content))
    except Exception:  # pyarrow raises many kinds
        raise UnreadableFile("{name} is a damaged Parquet file", expected="a Parquet table", name=name) from None
    return read_frame(frame)
