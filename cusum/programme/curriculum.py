"""Read from a programme file what is assessed, when, and what documents it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from cusum.programme.fields import Fields
from cusum.programme.parts import Competence, Milestone

__all__ = ["read_cards", "read_competences", "read_milestones"]

NATURES = ("formative", "summative", "attested")
COUNTED = "ER"


def read_milestones(top: Fields, instruments: dict[str, dict[str, str]], months: int) -> tuple[Milestone, ...]:
    """Read the milestones, in order of month.

    Parameters
    ----------
    top : Fields
        The whole file.
    instruments : dict
        Instruments of assessment, by key.
    months : int
        Length of the post.

    Returns
    -------
    tuple of Milestone
        By month.

    Raises
    ------
    ProgrammeError
        Where one says something that cannot be used.
    """
    milestones = [
        Milestone(
            key=entry.text("key"),
            month=entry.whole("month", low=1, high=months),
            name=entry.words("name"),
            nature=entry.choice("nature", NATURES),
            instrument=entry.choice("instrument", instruments),
        )
        for entry in top.tables("milestones", ["key", "month", "name", "nature", "instrument"])
    ]
    _refuse_twice(top, "milestones", [milestone.key for milestone in milestones])
    return tuple(sorted(milestones, key=lambda milestone: milestone.month))


def read_competences(
    top: Fields, roles: Iterable[str], areas: Iterable[str], instruments: Container[str], items: Sequence[str]
) -> tuple[Competence, ...]:
    """Read the competences, in order of number.

    Parameters
    ----------
    top : Fields
        The whole file.
    roles, areas, instruments : iterable of str
        Keys that a competence may name.
    items : sequence of str
        Keys of the procedures and experience items.

    Returns
    -------
    tuple of Competence
        By number.

    Raises
    ------
    ProgrammeError
        Where one says something that cannot be used.
    """
    competences = []
    for entry in top.tables("competences", ["number", "name", "role", "area", "documents", "experience"]):
        documents = entry.texts("documents")
        for document in documents:
            if document not in instruments and not _is_card(document):
                expected = "a key of [instruments], or K and the number of a competence card"
                entry.refuse("documents", document, expected)
        competences.append(
            Competence(
                number=entry.whole("number", low=1),
                name=entry.words("name"),
                role=entry.choice("role", roles),
                area=entry.choice("area", ["", *areas], ""),
                documents=documents,
                experience=_counted(entry, documents, items),
            )
        )
    _refuse_twice(top, "competences", [str(competence.number) for competence in competences])
    return tuple(sorted(competences, key=lambda competence: competence.number))


def _is_card(document: str) -> bool:
    """Tell whether a document is a competence card: K and its number."""
    return document[:1] == "K" and document[1:].isdecimal()


def _counted(entry: Fields, documents: tuple[str, ...], items: Sequence[str]) -> tuple[str, ...]:
    """Read what is counted for a competence that the experience registration documents."""
    counted = entry.texts("experience")
    for item in counted:
        if item not in items:
            entry.refuse("experience", item, "keys of procedures or experience items: {known}", known=", ".join(items))
    if counted and COUNTED not in documents:
        entry.refuse(
            "experience",
            list(counted),
            "ER among the documents of a competence for which something is counted",
            "Add ER to the documents, or remove the line.",
        )
    return counted


def read_cards(top: Fields, competences: Iterable[Competence]) -> int:
    """Read how many competence cards there are; the largest number in use where the file does not say.

    Parameters
    ----------
    top : Fields
        The whole file.
    competences : iterable of Competence
        Their documents name cards.

    Returns
    -------
    int
        Cards are numbered from 1 to this.

    Raises
    ------
    ProgrammeError
        Where the number is less than that of a card in use.
    """
    used = [int(name[1:]) for competence in competences for name in competence.documents if _is_card(name)]
    last = max(used, default=0)
    return top.whole("cards", low=last, high=99) if "cards" in top.values else last


def _refuse_twice(top: Fields, key: str, names: list[str]) -> None:
    """Refuse a name that is used twice in a list."""
    for name in names:
        if names.count(name) > 1:
            top.refuse(key, name, "each name once", "It stands there twice: change or remove one.")
