"""Words that the figures of departments share."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cusum.errors import Phrase
from cusum.language import Language

_DECIMAL = re.compile(r"\d+\.\d+")

__all__ = ["count_units", "said_notes"]


def count_units(by: str, n: int, words: Language) -> str:
    """Say how many of what is compared.

    Parameters
    ----------
    by : str
        Column that tells them apart, such as ``"department"``.
    n : int
        How many.
    words : Language
        The reader's.

    Returns
    -------
    str
        Such as ``19 departments``; units where the column is no usual one.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> count_units("region", 1, get_language("da"))
    '1 region'
    """
    if by == "department":
        return words.plural("{n} department", "{n} departments", n)
    if by == "region":
        return words.plural("{n} region", "{n} regions", n)
    if by == "trainee":
        return words.plural("{n} trainee", "{n} trainees", n)
    return words.plural("{n} unit", "{n} units", n)


def said_notes(remarks: Sequence[tuple[Phrase, dict[str, object]]], words: Language) -> list[str]:
    """Say what a result notes about itself in the reader's language.

    Parameters
    ----------
    remarks : sequence of (Phrase, dict)
        English templates with their values.
    words : Language
        The reader's.

    Returns
    -------
    list of str
        Sentences.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> remarks = [(Phrase("There are only {n} clusters: the robust limits are rough."), {"n": 7})]
    >>> said_notes(remarks, get_language("en"))
    ['There are only 7 clusters: the robust limits are rough.']
    """
    return [
        words.text(str(template), **{k: _written(v, words) for k, v in values.items()}) for template, values in remarks
    ]


def _written(value: object, words: Language) -> object:
    """Write a number as the reader does; anything else stays."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return words.number(float(value), len(value.partition(".")[2]))
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return words.number(value) if plain else value
