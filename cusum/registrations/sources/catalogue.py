"""The one list of file formats, and the look at a file's first bytes that decides whether it is what its name says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cusum.errors import Phrase, UnreadableFile
from cusum.registrations.sources.csv import read_csv
from cusum.registrations.sources.excel import read_excel
from cusum.registrations.sources.parquet import read_parquet
from cusum.registrations.sources.sheet import Contents

__all__ = ["SOURCES", "Source", "open_source"]

Score = Callable[[Sequence[object]], int]


@dataclass(frozen=True)
class Source:
    """A file format that can be read.

    Parameters
    ----------
    name : str
        What a reader calls it.
    suffixes : tuple of str
        Endings of file names, lower case.
    content : str
        What the first bytes must show: ``"text"``, ``"workbook"`` or ``"parquet"``.
    read : callable
        Takes content, name, encoding and a row's score; returns :class:`Contents`.

    Examples
    --------
    >>> [source.name for source in SOURCES]
    ['delimited text', 'Excel workbook', 'Parquet table']
    """

    name: str
    suffixes: tuple[str, ...]
    content: str
    read: Callable[[bytes, str, str | None, Score], Contents]


SOURCES: tuple[Source, ...] = (
    Source(
        Phrase("delimited text"),
        (".csv", ".txt", ".tsv"),
        "text",
        lambda content, name, encoding, score: read_csv(content, name, encoding=encoding, score=score),
    ),
    Source(
        Phrase("Excel workbook"), (".xlsx", ".xlsm"), "workbook", lambda content, name, *_: read_excel(content, name)
    ),
    Source(Phrase("Parquet table"), (".parquet",), "parquet", lambda content, name, *_: read_parquet(content, name)),
)

_CONTENT = {
    "text": Phrase("text"),
    "workbook": Phrase("an Excel workbook (.xlsx)"),
    "zip": Phrase("a zip archive that is not an Excel workbook"),
    "encrypted": Phrase("an Excel workbook with a password"),
    "legacy": Phrase("an old Excel workbook (.xls)"),
    "parquet": Phrase("a Parquet table"),
    "pdf": Phrase("a PDF document"),
    "web": Phrase("a web page"),
    "binary": Phrase("a binary file"),
}
_MARKS = b"\xef\xbb\xbf\xff\xfe"  # the bytes of byte-order marks
_SAVE = {
    "workbook": Phrase("Rename it to end in .xlsx."),
    "encrypted": Phrase("Open it in Excel, remove the password and save it as .xlsx."),
    "legacy": Phrase("Open it in Excel and save it as .xlsx."),
    "text": Phrase("Rename it to end in .csv."),
    "parquet": Phrase("Rename it to end in .parquet."),
}


def open_source(path: str | Path, *, encoding: str | None, score: Score) -> tuple[Contents, bytes]:
    """Read a file by the format that its name and its first bytes agree on.

    Parameters
    ----------
    path : str or Path
        The file.
    encoding : str or None
        Encoding of delimited text; None to find it.
    score : callable
        Tells how many headings are recognised in a row.

    Returns
    -------
    tuple of (Contents, bytes)
        The sheets and the bytes of the file.

    Raises
    ------
    UnreadableFile
        Where there is no such file, or it is a folder, empty, binary, damaged, locked with a password, or not what its
        name says.
    """
    path = Path(path)
    content = _load(path)
    source = next((one for one in SOURCES if path.suffix.lower() in one.suffixes), None)
    kind = _kind(content)
    if source is None:
        raise UnreadableFile(
            "{name} is of a kind that cannot be read",
            expected="a file that ends in {suffixes}",
            remedy=_SAVE[kind]
            if kind in _SAVE and kind != "text"
            else "Save it as .xlsx or as CSV UTF-8 and read that.",
            name=path.name,
            suffixes=", ".join(suffix for one in SOURCES for suffix in one.suffixes),
        )
    if source.content != kind:
        raise UnreadableFile(
            "{name} holds {content}, not what its name says",
            expected="{wanted}",
            remedy=_SAVE.get(kind, "Save it as .xlsx or as CSV UTF-8 and read that."),
            name=path.name,
            content=_CONTENT[kind],
            wanted=source.name,
        )
    return source.read(content, path.name, encoding, score), content


def _load(path: Path) -> bytes:
    """Take the bytes of a file, or say why there are none."""
    if path.is_dir():
        raise UnreadableFile("{name} is a folder", expected="a file", remedy="Name a file in it.", name=path.name)
    if not path.exists():
        raise UnreadableFile("there is no file {name}", remedy="Check the name and the folder.", name=path.name)
    try:
        content = path.read_bytes()
    except OSError:
        raise UnreadableFile(
            "{name} cannot be opened",
            expected="a file that you may read and that no other program has locked",
            remedy="Close it in Excel, or copy it and read the copy.",
            name=path.name,
        ) from None
    if not content.lstrip(_MARKS).strip():
        raise UnreadableFile("{name} is empty", expected="a heading row and registrations under it", name=path.name)
    return content


def _kind(content: bytes) -> str:
    """Tell from the bytes what a file holds."""
    head = content[:4096]
    if head.startswith(b"PK\x03\x04"):
        return "workbook" if b"xl/" in content or b"[Content_Types].xml" in head else "zip"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "legacy"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"%PDF"):
        return "pdf"
    if head.lstrip()[:200].lower().startswith((b"<html", b"<!doctype html")):
        return "web"
    marked = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    controls = sum(byte < 9 or 13 < byte < 27 for byte in head)
    return "binary" if not marked and controls else "text"
