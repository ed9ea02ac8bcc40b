"""Small files as departments write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest

WriteText = Callable[..., Path]
WriteBook = Callable[..., Path]


@pytest.fixture
def write_text(tmp_path: Path) -> WriteText:
    def write(text: str, *, encoding: str = "utf-8", name: str = "logbog.csv", newline: str = "\r\n") -> Path:
        path = tmp_path / name
        path.write_bytes(text.replace("\n", newline).encode(encoding))
        return path

    return write


@pytest.fixture
def write_book(tmp_path: Path) -> WriteBook:
    def write(sheets: dict[str, Sequence[Sequence[object]]], *, name: str = "logbog.xlsx") -> Path:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for title, rows in sheets.items():
            sheet = book.create_sheet(title)
            for row in rows:
                sheet.append(list(row))
        path = tmp_path / name
        book.save(path)
        return path

    return write
