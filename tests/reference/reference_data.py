"""Reads the reference files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

DATA = Path(__file__).parent / "data"


def reference(name):
    """One file of reference values."""
    return pd.read_csv(DATA / f"{name}.csv")
