"""Small parts of the door, each by itself."""

from __future__ import annotations

import sys
import types

import numpy as np
import pandas as pd
import pytest

from cusum import InvalidData, InvalidParameter, UnreadableFile, load_programme, read_registrations
from cusum.registrations.headings import read_headings
from cusum.registrations.numbers import as_numbers
from cusum.registrations.schema import check_table

GOOD = pd.DataFrame({"Læge": ["T1"], "Procedure": ["CVK"], "Dato": ["2025-03-01"], "Lykkedes": ["ja"]})


def cells(*values: object) -> np.ndarray:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (cells(1, 2), [1, 2]),
        (cells(1, None), [1, pd.NA]),
        (cells(1.5, 2), [1.5, 2.0]),
        (cells(True, None), [True, pd.NA]),
        (cells("1,5", "2"), [1.5, 2.0]),
        (cells("1,5", "2.5"), ["1,5", "2.5"]),
        (cells("007", "8"), ["007", "8"]),
        (cells("1.234", "5.678"), ["1.234", "5.678"]),
        (cells("1.234", "5.67"), [1.234, 5.67]),
        (cells("a", "1"), ["a", "1"]),
    ],
    ids=repr,
)
def test_other_columns_become_numbers_where_there_is_no_doubt(column, expected):
    assert list(as_numbers(column)[0]) == expected


def test_cells_that_cannot_be_hashed_are_read_as_text():
    read = read_registrations(GOOD.assign(Note=[["a", "b"]]))
    assert read.table["Note"].tolist() == ["['a', 'b']"]


@pytest.mark.parametrize(
    ("text", "match"), [("[headings", r"is not TOML"), ("headings = 3", r"gives 'headings' the meaning 3")]
)
def test_a_file_of_headings_that_makes_no_sense(tmp_path, text, match):
    path = tmp_path / "kolonner.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidParameter, match=match):
        read_headings(path, ["spinal"])


def test_values_that_are_no_table():
    with pytest.raises(InvalidParameter, match=r"values is not a table"):
        read_headings({"headings": {}, "values": 3}, ["spinal"])


def test_a_table_that_is_not_canonical_is_refused_without_its_values():
    table = read_registrations(GOOD).table.assign(procedure="hemmelig", failure=pd.array([None], dtype="boolean"))
    with pytest.raises(InvalidData, match=r"not canonical \(procedure: isin") as error:
        check_table(table, load_programme())
    assert "hemmelig" not in str(error.value)


def test_a_charted_procedure_without_outcome_is_not_canonical():
    table = read_registrations(GOOD).table.assign(failure=pd.array([None], dtype="boolean"))
    with pytest.raises(InvalidData, match=r"charted procedures have an outcome"):
        check_table(table, load_programme())


@pytest.mark.parametrize("damaged", [False, True])
def test_parquet_passes_through_the_same_door(tmp_path, monkeypatch, damaged):
    """The package that reads Parquet is optional: a stand-in shows what is done with what it gives."""

    def stand_in(stream: object) -> pd.DataFrame:
        if damaged:
            raise OSError("damaged")
        return GOOD

    monkeypatch.setitem(sys.modules, "pyarrow", types.ModuleType("pyarrow"))
    monkeypatch.setattr(pd, "read_parquet", stand_in)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1....PAR1")
    if damaged:
        with pytest.raises(UnreadableFile, match=r"a.parquet is a damaged Parquet file"):
            read_registrations(path)
    else:
        assert read_registrations(path).counts["used"] == 1
