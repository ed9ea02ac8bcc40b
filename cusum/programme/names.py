"""Recognise a procedure by any of the spellings that a department may use."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["fold_name"]

_FOLD = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue"})


def fold_name(text: str) -> str:
    """Reduce a name to its letters and digits, so that spellings that differ in form alone are the same.

    Parameters
    ----------
    text : str
        A name as a person wrote it.

    Returns
    -------
    str
        Lower case, without spaces, hyphens, full stops or brackets; Danish letters written out; accents dropped.

    Notes
    -----
    Two names are held to be the same when their folded forms are equal: "A-kanyle", "a kanyle" and "A.KANYLE" are.

    Examples
    --------
    >>> fold_name("Art.kanyle"), fold_name("Spinalanæstesi"), fold_name("  A - Kanyle ")
    ('artkanyle', 'spinalanaestesi', 'akanyle')
    """
    return _fold(text)


@lru_cache(maxsize=20_000)
def _fold(text: str) -> str:
    """Fold a name; the same few names are asked for over and over while a file is read."""
    written_out = unicodedata.normalize("NFC", text).casefold().translate(_FOLD)
    plain = unicodedata.normalize("NFKD", written_out)
    return "".join(letter for letter in plain if letter.isalnum())
