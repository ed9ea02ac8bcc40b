"""One family of exceptions; every message says what was found, what was expected and what to do."""

from __future__ import annotations

from collections.abc import Callable

__all__ = [
    "CusumError",
    "InvalidData",
    "InvalidParameter",
    "MissingDependency",
    "Phrase",
    "PrivacyError",
    "ProgrammeError",
    "UnreadableFile",
]


class Phrase(str):
    """A text that stands in the place of another's placeholder, or waits to be said, and is translated like a template.

    Parameters
    ----------
    text : str
        English words; they may hold placeholders of their own.

    Examples
    --------
    >>> print(CusumError("there is no column for {what}", what=Phrase("the {nth} procedure"), nth="first"))
    there is no column for the first procedure.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Phrase:
        """Mark the text."""
        return super().__new__(cls, text)


class CusumError(Exception):
    """Anything that this package refuses to do, and why.

    Parameters
    ----------
    found : str
        What was found: an English template whose ``{placeholders}`` are filled from `values`.
    expected : str, default ""
        What was expected instead, as a template.
    remedy : str, default ""
        What the reader can do about it, a whole sentence, as a template.
    **values : object
        What the placeholders stand for.

    Notes
    -----
    The templates are kept apart from their values so that :meth:`render` can say the same in another language.

    Examples
    --------
    >>> print(CusumError("limit is {value}", expected="a number above 0", remedy="Give a positive limit.", value=-1))
    limit is -1; expected a number above 0. Give a positive limit.
    """

    def __init__(self, found: str, *, expected: str = "", remedy: str = "", **values: object) -> None:
        self.found = found
        self.expected = expected
        self.remedy = remedy
        self.values = values
        super().__init__(self.render())

    def render(self, translate: Callable[[str], str] = str) -> str:
        """Say what is wrong, in English or another language.

        Parameters
        ----------
        translate : callable, optional
            Turns an English template into one in the reader's language.

        Returns
        -------
        str
            One paragraph: found, expected, remedy.
        """
        said = {name: self._say(value, translate) for name, value in self.values.items()}
        found = translate(self.found).format(**said)
        expected = translate(self.expected).format(**said) if self.expected else ""
        remedy = translate(self.remedy).format(**said) if self.remedy else ""
        first = f"{found}; {translate('expected')} {expected}" if expected else found
        first = first if first.endswith((".", "?", "!")) else f"{first}."
        return f"{first} {remedy}".rstrip()

    def _say(self, value: object, translate: Callable[[str], str]) -> object:
        """Put a phrase into the reader's language; leave any other value as it is."""
        return translate(str(value)).format(**self.values) if isinstance(value, Phrase) else value

    def __reduce__(self) -> tuple[Callable[..., CusumError], tuple[object, ...]]:
        """Travel between processes with the values intact."""
        return _rebuild, (type(self), self.found, self.expected, self.remedy, self.values)


def _rebuild(kind: type[CusumError], found: str, expected: str, remedy: str, values: dict[str, object]) -> CusumError:
    """Make the error again on the other side of a process boundary."""
    return kind(found, expected=expected, remedy=remedy, **values)


class InvalidParameter(CusumError, ValueError):
    """A parameter has a value that makes no sense."""


class InvalidData(CusumError, ValueError):
    """The data cannot be charted as they are."""


class UnreadableFile(CusumError):
    """A file cannot be read as registrations."""


class PrivacyError(CusumError):
    """The data hold something that must not be there, such as a civil registration number."""


class ProgrammeError(CusumError):
    """A programme file is missing or says something that cannot be used."""


class MissingDependency(CusumError, ImportError):
    """An optional package is needed for this and is not installed."""
