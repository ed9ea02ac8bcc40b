"""File names of pages: readable, safe on every file system, and never two pages under one name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

__all__ = ["file_names", "slug"]

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ß": "ss", "ð": "d", "þ": "th", "ł": "l"})
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "index", *(f"{name}{digit}" for name in ("com", "lpt") for digit in range(10))]
)
_LONGEST = 48


def slug(text: str) -> str:
    """Turn a name into letters a-z, digits and hyphens.

    Parameters
    ----------
    text : str
        Any name, also one with slashes, dots or Danish letters.

    Returns
    -------
    str
        At least one character, at most 48; never a name that Windows reserves.

    Examples
    --------
    >>> slug("Anæstesiologisk afd., Århus")
    'anaestesiologisk-afd-aarhus'
    >>> slug("../../etc/passwd")
    'etc-passwd'
    >>> slug("***")
    'x'
    """
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode("ascii")
    plain = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")
    return f"{plain}-x" if plain in _RESERVED else plain or "x"


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Give each name a file name (without its ending) of its own.

    Parameters
    ----------
    names : iterable of str
        Names as they stand in the data; equal names count once.

    Returns
    -------
    dict of str to str
        Name to file name. A name whose slug another name shares carries eight or more digits of its SHA-256 behind
        the slug, so that the same set of names gives the same file names in any order.

    Examples
    --------
    >>> file_names(["T001", "T002"])
    {'T001': 't001', 'T002': 't002'}
    >>> sorted(file_names(["A/B", "a b"]).values()) == sorted(set(file_names(["A/B", "a b"]).values()))
    True
    """
    unique = list(dict.fromkeys(names))
    chosen = {name: slug(name) for name in unique}
    for digits in range(8, 65, 8):
        shared = _shared(chosen)
        if not shared:
            break
        for name in shared:
            chosen[name] = f"{slug(name)}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:digits]}"
    return chosen


def _shared(chosen: dict[str, str]) -> list[str]:
    """List the names whose file name is not theirs alone."""
    count: dict[str, int] = {}
    for file_name in chosen.values():
        count[file_name] = count.get(file_name, 0) + 1
    return [name for name, file_name in chosen.items() if count[file_name] > 1]
