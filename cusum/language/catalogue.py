"""The Danish words, read from a gettext catalogue that a translator can edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from cusum.errors import InvalidData

__all__ = ["catalogue_path", "read_catalogue"]

Entries = Mapping[str, tuple[str, ...]]


def catalogue_path(code: str) -> Path:
    """Where the catalogue of a language is kept.

    Parameters
    ----------
    code : str
        Language code, such as ``"da"``.

    Returns
    -------
    pathlib.Path
        A gettext file (``.po``); English has none, because it is the language of the message identifiers.

    Examples
    --------
    >>> catalogue_path("da").name
    'da.po'
    """
    return Path(__file__).with_name(f"{code}.po")


@cache
def read_catalogue(code: str) -> Entries:
    """Read the words of a language, once.

    Parameters
    ----------
    code : str
        Language code, such as ``"da"``.

    Returns
    -------
    mapping of str to tuple of str
        English text to its translations: one string, or one for each plural form (one, many). Plural entries are found
        under their singular.

    Raises
    ------
    InvalidData
        If the catalogue cannot be read as a gettext file, or translates one text in two ways.

    Examples
    --------
    >>> read_catalogue("da")["limit"]
    ('grænse',)
    """
    from babel.messages.pofile import PoFileError, read_po

    path = catalogue_path(code)
    if not path.exists():
        return MappingProxyType({})
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code, abort_invalid=True)
    except PoFileError as error:
        raise InvalidData(
            "the catalogue {file} cannot be read: {problem}",
            remedy="Mend the line that is named.",
            file=path.name,
            problem=error,
        ) from error
    entries: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        entries[key] = strings
    return MappingProxyType(entries)
