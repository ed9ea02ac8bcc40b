"""Take values out of a programme file one by one; each fault says where it is and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from cusum.errors import ProgrammeError

__all__ = ["Fields"]

_REQUIRED = object()
_KINDS: dict[type, str] = {
    str: "a text in quotation marks",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list in square brackets",
    dict: "a table",
}


class Fields:
    """One table of a programme file, with the place it has in the file.

    Parameters
    ----------
    values : mapping
        The table as tomllib read it.
    file : str
        Name of the file, for messages.
    place : str
        Dotted name of the table, "" for the top.
    known : iterable of str
        The keys that this table may hold; empty where it may hold any.

    Raises
    ------
    ProgrammeError
        Where the table holds a key that is not known.

    Examples
    --------
    >>> Fields({"months": 12}, file="mine.toml", known=["months"]).whole("months", low=1)
    12
    """

    def __init__(self, values: Mapping[str, Any], *, file: str, place: str = "", known: Iterable[str] = ()) -> None:
        self.values = values
        self.file = file
        self.place = place
        allowed = list(known)
        for key in values if allowed else ():
            if key not in allowed:
                self._refuse_key(key, allowed)

    def _refuse_key(self, key: str, known: list[str]) -> NoReturn:
        """Refuse a key that nobody asked for, with the nearest that is known."""
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        raise ProgrammeError(
            "{file}: the key {key} is not known",
            expected="one of {known}",
            remedy="Did you mean {near}?" if near else "Remove it.",
            file=self.file,
            key=self.where(key),
            known=", ".join(known),
            near=near[0] if near else "",
        )

    def where(self, key: str) -> str:
        """Name a key with its place in the file.

        Parameters
        ----------
        key : str
            Key in this table.

        Returns
        -------
        str
            Dotted name.
        """
        return f"{self.place}.{key}" if self.place else key

    def refuse(self, key: str, found: object, expected: str, remedy: str = "", **values: object) -> NoReturn:
        """Refuse the value of a key.

        Parameters
        ----------
        key : str
            Key in this table.
        found : object
            What the file says.
        expected, remedy : str
            Templates, as in :class:`~cusum.errors.CusumError`.
        **values : object
            What the placeholders stand for.

        Raises
        ------
        ProgrammeError
            Always.
        """
        raise ProgrammeError(
            "{file}: {key} is {value}",
            expected=expected,
            remedy=remedy or "Correct it in the file.",
            **{"file": self.file, "key": self.where(key), "value": _show(found), **values},
        )

    def take(self, key: str, kind: type, default: Any = _REQUIRED) -> Any:
        """Take a value of one kind.

        Parameters
        ----------
        key : str
            Key in this table.
        kind : type
            str, bool, int, float, list or dict; a whole number will do for float.
        default : object, optional
            What an absent key means; without it the key is required.

        Returns
        -------
        object
            The value.

        Raises
        ------
        ProgrammeError
            Where the key is missing or its value is of another kind.
        """
        if key not in self.values:
            if default is not _REQUIRED:
                return default
            raise ProgrammeError(
                "{file}: {key} is missing",
                expected="{kind}",
                remedy="Add it; 'cusum programme show' prints a whole file to look at.",
                file=self.file,
                key=self.where(key),
                kind=_KINDS[kind],
            )
        value = self.values[key]
        fits = isinstance(value, (int, float) if kind is float else kind)
        if not fits or (isinstance(value, bool) and kind is not bool):
            self.refuse(key, value, "{kind}", kind=_KINDS[kind])
        return float(value) if kind is float else value

    def text(self, key: str, default: Any = _REQUIRED) -> str:
        """Take a text that is not blank, unless blank is the default.

        Parameters
        ----------
        key : str
            Key in this table.
        default : str, optional
            What an absent key means.

        Returns
        -------
        str
            The text, without blanks at its ends.
        """
        value: str = self.take(key, str, default).strip()
        if not value and default is _REQUIRED:
            self.refuse(key, value, "a text that is not empty")
        return value

    def choice(self, key: str, among: Iterable[str], default: Any = _REQUIRED) -> str:
        """Take one of a few words.

        Parameters
        ----------
        key : str
            Key in this table.
        among : iterable of str
            The words.
        default : str, optional
            What an absent key means.

        Returns
        -------
        str
            The word.
        """
        value, words = self.text(key, default), list(among)
        if value not in words:
            self.refuse(key, value, "one of {words}", words=", ".join(words))
        return value

    def fraction(self, key: str, default: Any = _REQUIRED) -> float:
        """Take a number between 0 and 1, the ends not included.

        Parameters
        ----------
        key : str
            Key in this table.
        default : float, optional
            What an absent key means.

        Returns
        -------
        float
            The fraction.
        """
        value: float = self.take(key, float, default)
        if not 0 < value < 1:
            remedy = "Write it as a fraction: 10% is 0.10."
            self.refuse(key, value, "a number above 0 and below 1", remedy)
        return value

    def whole(self, key: str, *, low: int, high: int = 100_000, default: Any = _REQUIRED) -> int:
        """Take a whole number within limits.

        Parameters
        ----------
        key : str
            Key in this table.
        low, high : int
            Least and greatest number allowed.
        default : int, optional
            What an absent key means.

        Returns
        -------
        int
            The number.
        """
        value: int = self.take(key, int, default)
        if not low <= value <= high:
            self.refuse(key, value, "a whole number from {low} to {high}", low=low, high=high)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Take a list of texts; an absent key is an empty list.

        Parameters
        ----------
        key : str
            Key in this table.

        Returns
        -------
        tuple of str
            The texts.
        """
        values: list[Any] = self.take(key, list, [])
        for value in values:
            if not isinstance(value, str) or not value.strip():
                self.refuse(key, value, "a list of texts in quotation marks")
        return tuple(values)

    def table(self, key: str, known: Iterable[str] = (), *, required: bool = True) -> Fields:
        """Take a table within this one.

        Parameters
        ----------
        key : str
            Key in this table.
        known : iterable of str
            The keys that it may hold; empty where it may hold any.
        required : bool, default True
            Whether an absent table is a fault; if not, it is an empty one.

        Returns
        -------
        Fields
            The inner table.
        """
        values = self.take(key, dict, _REQUIRED if required else {})
        return Fields(values, file=self.file, place=self.where(key), known=known)

    def tables(self, key: str, known: Iterable[str]) -> list[Fields]:
        """Take a list of tables, written ``[[key]]`` in the file; an absent key is an empty list.

        Parameters
        ----------
        key : str
            Key in this table.
        known : iterable of str
            The keys that each may hold.

        Returns
        -------
        list of Fields
            The tables; their places are counted from 1.
        """
        values, keys = self.take(key, list, []), list(known)
        for value in values:
            if not isinstance(value, dict):
                self.refuse(key, value, "tables, each headed [[{name}]]", name=self.where(key))
        return [
            Fields(value, file=self.file, place=f"{self.where(key)}[{number}]", known=keys)
            for number, value in enumerate(values, 1)
        ]

    def words(self, key: str, *, required: bool = True) -> dict[str, str]:
        """Take a text in each language, such as ``{ da = "...", en = "..." }``.

        Parameters
        ----------
        key : str
            Key in this table.
        required : bool, default True
            Whether an absent key is a fault.

        Returns
        -------
        dict of str to str
            Language code -> text; Danish and English at least where required.
        """
        inner = self.table(key, required=required)
        if not inner.values and not required:
            return {}
        return {code: inner.text(code) for code in dict.fromkeys(["da", "en", *inner.values])}


def _show(value: object) -> str:
    """Show a value as it would stand in the file, cut short where it is long."""
    shown = str(value).lower() if isinstance(value, bool) else repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
