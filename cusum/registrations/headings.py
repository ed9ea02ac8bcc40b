"""Recognise what a column holds by its heading, in Danish or English, whatever the spelling."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cusum.errors import InvalidParameter
from cusum.programme.names import fold_name
from cusum.registrations.spellings import HEADINGS

__all__ = ["CANONICAL", "OUTCOME_ROLES", "Vocabulary", "read_headings"]

OUTCOME_ROLES = ("failure", "success", "outcome")

CANONICAL: tuple[str, ...] = tuple(HEADINGS)
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_IGNORE = "ignore"


def _ranks() -> dict[str, list[tuple[int, str]]]:
    """Index every spelling: folded spelling -> what it may stand for, with the rank of the spelling."""
    ranks: dict[str, list[tuple[int, str]]] = {}
    for role, spellings in HEADINGS.items():
        for rank, spelling in enumerate(spellings):
            entries = ranks.setdefault(fold_name(spelling), [])
            if role not in [known for _, known in entries]:
                entries.append((rank, role))
    return ranks


_RANKS = _ranks()


@dataclass(frozen=True)
class Vocabulary:
    """What the user said about headings and values, on top of what is known.

    Parameters
    ----------
    headings : mapping of str to str
        Heading as in the file -> canonical column, ``"success"``, ``"failure"``, ``"outcome"``, a key of the programme
        (a column that holds the outcomes of one procedure) or ``"ignore"``.
    values : mapping of str to mapping
        Canonical column -> value as in the file -> what it means; for ``"procedure"`` and ``"outcome"``.

    Examples
    --------
    >>> Vocabulary().roles("Uddannelsessøgende")
    [(1, 'trainee')]
    >>> Vocabulary({"Hvem": "trainee"}).roles("hvem")
    [(-1, 'trainee')]
    """

    headings: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def roles(self, heading: object) -> list[tuple[int, str]]:
        """Say what a heading may stand for, the surest first.

        Parameters
        ----------
        heading : object
            A cell of the heading row.

        Returns
        -------
        list of tuple of (int, str)
            Rank (lower is surer; -1 where the user said so) and canonical column.
        """
        if not isinstance(heading, str):
            return []
        said = {fold_name(key): role for key, role in self.headings.items()}
        whole, bare = fold_name(heading), fold_name(_BRACKETS.sub(" ", heading))
        for key in (whole, bare):
            if key in said:
                return [(-1, said[key])]
        return sorted(_RANKS.get(whole) or _RANKS.get(bare, []))

    def score(self, row: Sequence[object]) -> int:
        """Count the different columns that the cells of a row could be the headings of.

        Parameters
        ----------
        row : sequence
            Cells of one row.

        Returns
        -------
        int
            0 for a row that is no heading row.
        """
        return len({roles[0][1] for cell in row if (roles := self.roles(cell))})

    def meaning(self, column: str, value: str) -> str | None:
        """Say what a value means where the user said so.

        Parameters
        ----------
        column : str
            Canonical column.
        value : str
            Value as in the file.

        Returns
        -------
        str or None
            What the user said.
        """
        said = self.values.get(column)
        if not said:
            return None
        wanted = " ".join(value.split()).casefold()
        return next((means for text, means in said.items() if " ".join(text.split()).casefold() == wanted), None)


def read_headings(headings: Mapping[str, Any] | str | Path | None, keys: Sequence[str]) -> Vocabulary:
    """Take what the user said about headings and values, from a mapping or a TOML file.

    Parameters
    ----------
    headings : mapping, path or None
        Heading -> canonical column; or a mapping (or TOML file) with the tables ``headings``, ``values.procedure`` and
        ``values.outcome``.
    keys : sequence of str
        Keys of the procedures and experience items of the programme in force.

    Returns
    -------
    Vocabulary
        What was said.

    Raises
    ------
    InvalidParameter
        Where the file is missing or is no TOML, or a column is named that does not exist.

    Examples
    --------
    >>> read_headings({"Hvem": "trainee"}, ["spinal"]).headings
    {'Hvem': 'trainee'}
    """
    if headings is None:
        return Vocabulary()
    said: dict[str, Any] = _load(Path(headings)) if isinstance(headings, (str, Path)) else dict(headings)
    tables = {"headings", "values"} & {key for key, value in said.items() if isinstance(value, Mapping)}
    flat = said.get("headings", {}) if tables else said
    values = said.get("values", {}) if tables else {}
    _check(flat, [*CANONICAL, _IGNORE, *keys], "headings")
    _check(values, ["procedure", "outcome"], "values", keys=True)
    _check(values.get("procedure", {}), keys, "values.procedure")
    _check(values.get("outcome", {}), ["success", "failure", "not scored"], "values.outcome")
    return Vocabulary(flat, values)


def _load(path: Path) -> dict[str, Any]:
    """Read the TOML file with the user's headings."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        found = "the file of headings {name} cannot be opened"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        found = "the file of headings {name} is not TOML in UTF-8"
    raise InvalidParameter(
        found, expected='lines such as "Hvem" = "trainee" under [headings]', name=path.name
    ) from None


def _check(said: object, known: Sequence[str], where: str, *, keys: bool = False) -> None:
    """Refuse a word that stands for nothing."""
    if not isinstance(said, Mapping):
        raise InvalidParameter("{where} is not a table", expected="words and what they mean", where=where)
    for key, value in said.items():
        word = key if keys else value
        if word not in known:
            raise InvalidParameter(
                "{where} gives {key!r} the meaning {word!r}",
                expected="one of {known}",
                where=where,
                key=key,
                word=word,
                known=", ".join(known),
            )
