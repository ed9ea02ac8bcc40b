"""What a training programme asks for, as read from its file."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from cusum.errors import InvalidParameter, ProgrammeError
from cusum.programme.names import fold_name
from cusum.programme.parts import Competence, ExperienceItem, Milestone, Procedure

__all__ = ["Programme"]


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A training programme as read from its file.

    Parameters
    ----------
    key, version : str
        Name and version of the programme file.
    title : mapping of str to str
        Title by language code.
    source : str
        Where the facts come from.
    months : int
        Length of the post.
    false_competence, false_alarm : float
        Promises that the limits are designed for, fractions within the expected number of cases.
    promise_status : str
        Whether those promises are the department's or placeholders.
    procedures : dict of str to Procedure
        In the programme's order.
    experience : dict of str to ExperienceItem
        What is counted but not charted.
    milestones : tuple of Milestone
        By month.
    competences : tuple of Competence
        By number.
    cards : int
        Number of competence cards, written K1, K2, ... in documents.
    roles, areas, instruments : mapping of str to mapping
        Names by language code of the physician's roles, the parts of the speciality and the instruments of assessment.
    path : Path
        The file that it was read from.
    text : str
        That file's text.

    See Also
    --------
    cusum.programme.load_programme : Read one.

    Examples
    --------
    >>> from cusum.programme import load_programme
    >>> load_programme()
    Programme('danish-introduction-2018', 6 procedures, 32 competences)
    """

    key: str
    version: str
    title: Mapping[str, str]
    source: str
    months: int
    false_competence: float
    false_alarm: float
    promise_status: str
    procedures: dict[str, Procedure]
    experience: dict[str, ExperienceItem]
    milestones: tuple[Milestone, ...]
    competences: tuple[Competence, ...]
    cards: int
    roles: Mapping[str, Mapping[str, str]]
    areas: Mapping[str, Mapping[str, str]]
    instruments: Mapping[str, Mapping[str, str]]
    path: Path = field(compare=False)
    text: str = field(repr=False, compare=False)
    _keys: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index every spelling; one that would mean two things is refused."""
        keys: dict[str, str] = {}
        for spelling, key in self._spellings():
            other = keys.setdefault(fold_name(spelling), key)
            if other != key:
                raise ProgrammeError(
                    "{file}: the name {name!r} stands for both {first!r} and {second!r}",
                    expected="names and synonyms that belong to one procedure or experience item each",
                    remedy="Remove it from one of the two.",
                    file=self.path.name,
                    name=spelling,
                    first=other,
                    second=key,
                )
        object.__setattr__(self, "_keys", keys)

    def _spellings(self) -> list[tuple[str, str]]:
        """Every spelling with the key it stands for; keys and names come before synonyms."""
        short = {key: tuple(procedure.short.values()) for key, procedure in self.procedures.items()}
        items: dict[str, Procedure | ExperienceItem] = {**self.procedures, **self.experience}
        named = [(text, key) for key, item in items.items() for text in (key, *item.name.values(), *short.get(key, ()))]
        return named + [(text, key) for key, item in items.items() for text in item.synonyms]

    def names(self) -> dict[str, str]:
        """Every spelling that is recognised, with the key it stands for.

        Returns
        -------
        dict of str to str
            Spelling -> key of a procedure or an experience item.

        Examples
        --------
        >>> from cusum.programme import load_programme
        >>> load_programme().names()["A-kanyle"]
        'arterial_line'
        """
        names: dict[str, str] = {}
        for spelling, key in self._spellings():
            names.setdefault(spelling, key)
        return names

    def find(self, text: str) -> str | None:
        """Find the procedure or experience item that a written name stands for.

        Parameters
        ----------
        text : str
            A name as found in a file; case, spaces, hyphens and full stops do not matter.

        Returns
        -------
        str or None
            The key, or None where no spelling fits (see :meth:`nearest`).

        Examples
        --------
        >>> from cusum.programme import load_programme
        >>> programme = load_programme()
        >>> programme.find("art. kanyle"), programme.find("SPINALANAESTESI"), programme.find("Tonsillektomi")
        ('arterial_line', 'spinal', None)
        """
        return self._keys.get(fold_name(text))

    def nearest(self, text: str, *, language: str = "da", count: int = 3) -> tuple[str, ...]:
        """Name the procedures whose spelling comes nearest to a text that is not known.

        Parameters
        ----------
        text : str
            A name as found in a file.
        language : str, default "da"
            Language of the names returned.
        count : int, default 3
            At most so many.

        Returns
        -------
        tuple of str
            Names, nearest first; empty where nothing is near.

        Examples
        --------
        >>> from cusum.programme import load_programme
        >>> load_programme().nearest("artierekanyle", language="en")
        ('arterial cannula',)
        """
        folded = difflib.get_close_matches(fold_name(text), self._keys, n=4 * count, cutoff=0.75)
        found = dict.fromkeys(self._keys[name] for name in folded)
        return tuple(self.name(key, language) for key in list(found)[:count])

    def name(self, key: str, language: str = "en", *, short: bool = False) -> str:
        """Name a procedure or an experience item in a language.

        Parameters
        ----------
        key : str
            Key of the procedure or experience item.
        language : str, default "en"
            Language code.
        short : bool, default False
            Whether to give the short name, where there is one.

        Returns
        -------
        str
            The name, in English or the first language given where the asked one is missing.

        Raises
        ------
        InvalidParameter
            Where the programme has no such key.

        Examples
        --------
        >>> from cusum.programme import load_programme
        >>> load_programme().name("cvc", "da", short=True)
        'CVK'
        """
        item = self.procedures.get(key) or self.experience.get(key)
        if item is None:
            raise InvalidParameter(
                "the programme {programme} has no procedure {name!r}",
                expected="one of {known}",
                programme=self.key,
                name=key,
                known=", ".join([*self.procedures, *self.experience]),
            )
        names = item.short if short and isinstance(item, Procedure) else item.name
        return names.get(language) or names.get("en") or next(iter(names.values()))

    def is_placeholder(self, procedure: str) -> bool:
        """Say whether the department still has to decide on a procedure's rates or expected number.

        Parameters
        ----------
        procedure : str
            Key of the procedure.

        Returns
        -------
        bool
            True where a rate or the expected number of cases is a placeholder.

        Raises
        ------
        InvalidParameter
            Where the programme has no such procedure.

        Examples
        --------
        >>> from cusum.programme import load_programme
        >>> load_programme().is_placeholder("cvc")
        True
        """
        if procedure not in self.procedures:
            self.name(procedure)
            raise InvalidParameter(
                "{name!r} is counted and not charted",
                expected="one of {known}",
                name=procedure,
                known=", ".join(self.procedures),
            )
        return self.procedures[procedure].is_placeholder

    def to_toml(self) -> str:
        """Give the text of the programme file, comments and all, for a copy that a department can edit.

        Returns
        -------
        str
            Text that :func:`~cusum.programme.load_programme` reads back to the same programme.

        Raises
        ------
        ProgrammeError
            Where the programme was changed in Python since it was read, so that the text no longer says the same.

        Examples
        --------
        >>> from cusum.programme import load_programme
        >>> load_programme().to_toml().splitlines()[0].startswith("#")
        True
        """
        from cusum.programme.reading import read_text

        if read_text(self.text, self.path) != self:
            raise ProgrammeError(
                "the programme {programme} was changed since it was read from {file}",
                expected="the programme as its file says it",
                remedy="Copy the file as it is and make the change there.",
                programme=self.key,
                file=self.path.name,
            )
        return self.text

    def __repr__(self) -> str:
        """One line: which programme, and how large."""
        return f"Programme({self.key!r}, {len(self.procedures)} procedures, {len(self.competences)} competences)"

    def _repr_html_(self) -> str:
        """A small table of procedures and criteria for notebooks."""
        rows = "".join(
            f"<tr><td>{escape(self.name(key))}</td><td>{100 * item.criterion.acceptable:g}%</td>"
            f"<td>{100 * item.criterion.unacceptable:g}%</td><td>{escape(item.criterion_status)}</td>"
            f"<td>{item.expected_cases}</td><td>{escape(item.expected_cases_status)}</td></tr>"
            for key, item in self.procedures.items()
        )
        head = "".join(
            f"<th>{text}</th>"
            for text in ("procedure", "acceptable", "unacceptable", "status", "expected cases", "status")
        )
        return f"<table><caption>{escape(self.key)}</caption><tr>{head}</tr>{rows}</table>"
