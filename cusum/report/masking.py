"""Free text that names a trainee is taken out of a report under pseudonyms."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

__all__ = ["MASK", "name_mask"]

MASK = "[…]"
"""What stands in the place of a text that names a trainee: it needs no translation."""

_SHORTEST_WORD = 3
_WORD = re.compile(r"[^\W_]+")


def name_mask(names: Iterable[str]) -> Callable[[str], str]:
    """Make a function that takes out any text with a trainee's name in it.

    Parameters
    ----------
    names : iterable of str
        Names or local ids of all trainees.

    Returns
    -------
    callable
        Text to the same text, or to ``[…]`` where it holds a word of a name.

    Notes
    -----
    The whole text goes, not the name alone, because what is left would often say who it was. A text is taken out when
    it holds a word of any trainee's name of at least three letters or digits, also with the s of a genitive, or all the
    words of a shorter name, or the whole name written in one. Capitals and accents make no difference. So a name that
    is a common word too takes out more than it must. Nicknames, initials that are not the name in the file, misspelt
    names and the names of people who are no trainees stay: free text is never certain to be anonymous.

    Examples
    --------
    >>> mask = name_mask(["Mette Zzquery", "T1"])
    >>> mask("Zzquery took over"), mask("Mettes first"), mask("with T1"), mask("paramedian")
    ('[…]', '[…]', '[…]', 'paramedian')
    """
    words: set[str] = set()
    short: list[frozenset[str]] = []
    whole: set[str] = set()
    for name in names:
        parts = _words(name)
        long = {part for part in parts if len(part) >= _SHORTEST_WORD}
        words |= long | {f"{part}s" for part in long}
        if parts and not long:
            short.append(frozenset(parts))
        if long and len(parts) > 1:
            whole.add("".join(parts))

    def mask(text: str) -> str:
        """Take the text out where it names a trainee."""
        found = _words(text)
        joined = "".join(found)
        named = not words.isdisjoint(found) or any(parts <= set(found) for parts in short)
        return MASK if named or any(name in joined for name in whole) else text

    return mask


def _words(text: str) -> list[str]:
    """Split a text into words without capitals and accents."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))
    return _WORD.findall(plain)
