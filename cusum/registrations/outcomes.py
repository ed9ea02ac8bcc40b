"""Turn outcomes as people write them into failures, once, at the door."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NoReturn

import numpy as np

from cusum.errors import InvalidData
from cusum.programme import Programme
from cusum.registrations.cells import Cells, Faults, Problem, distinct, is_missing, is_none, read_cells, text_of
from cusum.registrations.headings import OUTCOME_ROLES, Vocabulary
from cusum.registrations.outcome_words import OutcomeWords, sign_of
from cusum.registrations.sources.sheet import Decision

__all__ = ["first_outcome", "read_outcomes"]


def read_outcomes(
    columns: Mapping[str, Cells],
    headings: Mapping[str, str],
    procedure: Cells,
    programme: Programme,
    vocabulary: Vocabulary,
    faults: Faults,
    decisions: list[Decision],
    unused: Sequence[str] = (),
) -> tuple[Cells, Cells]:
    """Read every outcome column and the rules of the programme into failures.

    Parameters
    ----------
    columns : mapping of str to array, shape (n,)
        Raw cells by canonical column (``failure``, ``success``, ``outcome``, ``mark``), and ``attempts`` and
        ``handed_over`` as already read.
    headings : mapping of str to str
        Canonical column -> heading in the file.
    procedure : array of object, shape (n,)
        Key of each registration's procedure; None where unknown.
    programme : Programme
        Rules of failure by procedure.
    vocabulary : Vocabulary
        What the user said about values.
    faults : Faults
        Takes up missing and unreadable outcomes and contradictions.
    decisions : list of Decision
        Takes up which column was left aside.
    unused : sequence of str
        Headings that were not recognised, to be named where no column tells the outcome.

    Returns
    -------
    failure : array of object, shape (n,)
        True, False or None.
    settled : array of bool, shape (n,)
        Where the outcome contradicted another column and the programme's definition made it a failure.

    Raises
    ------
    InvalidData
        Where a column says yes and no and its heading does not tell what that means.
    """
    n = len(procedure)
    explicit = np.full(n, None, dtype=object)
    clash = np.zeros(n, dtype=bool)
    charted = np.array([key in programme.procedures and programme.procedures[key].charted for key in procedure], bool)
    excused = Faults(n)  # an outcome that nobody needs may be anything
    for role in (*OUTCOME_ROLES, "mark"):
        if role not in columns or _is_beside_the_point(columns, role, headings, vocabulary, decisions):
            continue
        found = _read_column(columns[role], role, headings.get(role, role), procedure, programme, vocabulary, excused)
        both = ~is_none(explicit) & ~is_none(found)
        clash |= both & np.not_equal(explicit, found)
        explicit = np.where(is_none(explicit), found, explicit)
    faulty = _take_over(excused, charted & is_none(explicit), faults)
    derived, settled, opposed = _by_rules(explicit, columns, procedure, programme)
    for at in np.flatnonzero((clash | opposed) & charted):
        faults.add(int(at), Problem("contradiction"), first_outcome(columns), _quote(columns, headings, int(at)))
    missing = is_none(derived) & charted & ~faulty & ~opposed
    told = {*OUTCOME_ROLES, "mark", "attempts", "handed_over"} & set(columns)
    problem = Problem("missing_outcome") if told else Problem("no_outcome_column", ", ".join(unused) or "–")
    for at in np.flatnonzero(missing):
        faults.add(int(at), problem, first_outcome(columns) if told else "", None)
    return derived, settled & charted & ~clash


def _is_beside_the_point(
    columns: Mapping[str, Cells],
    role: str,
    headings: Mapping[str, str],
    vocabulary: Vocabulary,
    decisions: list[Decision],
) -> bool:
    """Leave a column of unclear yes and no aside where another column tells the outcome."""
    if role != "outcome" or not {"failure", "success"} & set(columns) or not _unclear(columns[role], vocabulary):
        return False
    decisions.append(Decision("outcome", headings.get(role, role), "not used", "another column tells the outcome"))
    return True


def _unclear(cells: Cells, vocabulary: Vocabulary) -> list[str]:
    """Collect the values that say yes or no in a column whose heading gives them no direction."""
    texts = [text_of(value) for value in distinct(cells)[1] if value is not None]
    signs = {text: sign_of(text) for text in texts if text == "-1" or not is_missing(text)}
    if "-1" in signs.values():
        return []
    return [text for text, sign in signs.items() if sign and not vocabulary.meaning("outcome", text)]


def _take_over(excused: Faults, needed: Cells, faults: Faults) -> Cells:
    """Keep the faults that matter: any where an outcome is needed, and marks that say that nothing was done."""
    faulty = np.zeros(excused.n, dtype=bool)
    for at, problem, column, value in excused.found:
        if column == "mark" and not needed[at] and problem.code == "unreadable_outcome":
            if not re.fullmatch(r"[-+]?\d.*", value):
                continue
            faults.add(at, replace(problem, code="bad_value", suggestion="1"), column, value)
        elif not needed[at] and column != "mark":
            continue
        faults.add(at, problem, column, value)
        faulty[at] = True
    return faulty


def first_outcome(columns: Iterable[str]) -> str:
    """Name the column in which an outcome is looked for first: the first of the file.

    Parameters
    ----------
    columns : iterable of str
        Canonical columns in the file's order.

    Returns
    -------
    str
        ``"outcome"`` where the file has no such column.

    Examples
    --------
    >>> first_outcome(["trainee", "success", "failure"])
    'success'
    """
    known = list(columns)
    wanted = [role for role in known if role in (*OUTCOME_ROLES, "mark")]
    return next(iter(wanted + [role for role in ("attempts", "handed_over") if role in known]), "outcome")


def _quote(columns: Mapping[str, Cells], headings: Mapping[str, str], at: int) -> str:
    """Quote the cells that contradict one another."""
    roles = [role for role in (*OUTCOME_ROLES, "handed_over") if role in columns and columns[role][at] is not None]
    return " / ".join(f"{headings.get(role, role)}: {_shown(columns[role][at])}" for role in roles)


def _shown(cell: object) -> str:
    """Write a cell of an outcome as it could stand in the file."""
    return {True: "ja", False: "nej"}[cell] if isinstance(cell, bool) else text_of(cell)


def _read_column(
    cells: Cells,
    role: str,
    heading: str,
    procedure: Cells,
    programme: Programme,
    vocabulary: Vocabulary,
    faults: Faults,
) -> Cells:
    """Read one outcome column, procedure by procedure."""
    signed = any(sign_of(value) == "-1" for value in distinct(cells)[1] if value is not None)
    if role == "outcome" and (unclear := _unclear(cells, vocabulary)):
        _refuse_neutral(unclear, heading)
    if role == "mark":
        _refuse_unsigned(cells, vocabulary)
    result = np.full(len(cells), None, dtype=object)
    for key in dict.fromkeys(procedure):
        at = np.flatnonzero(np.equal(procedure, key))
        words = OutcomeWords(role, signed, programme.procedures.get(key), vocabulary)
        part = Faults(len(at))
        result[at] = read_cells(cells[at], words.failed, part, role)
        for position, problem, column, _ in part.found:
            faults.add(int(at[position]), problem, column, cells[at[position]])
    return result


def _refuse_unsigned(cells: Cells, vocabulary: Vocabulary) -> None:
    """Refuse marks of 1 and 0 without a single -1: is 0 a failure, or a procedure that nobody judged?"""
    signs = {sign_of(value) for value in distinct(cells)[1] if value is not None and not is_missing(text_of(value))}
    if {"0", "1"} <= signs and "-1" not in signs and not vocabulary.meaning("outcome", "0"):
        raise InvalidData(
            "the columns of the procedures hold 1 and 0 and never -1, and nothing says what 0 means",
            expected="1 for a success and -1 for a failure, or word of whether 0 is a failure or was not scored",
            remedy='Write a text file ending in .toml with the lines [values.outcome] and "0" = "failure" (or '
            '"not scored"), and read with headings= that file.',
        )


def _refuse_neutral(texts: list[str], heading: str) -> NoReturn:
    """Refuse a column of yes and no whose heading does not tell whether yes is good."""
    raise InvalidData(
        "the column {heading!r} says {values}, and its heading does not tell whether that is a success or a failure",
        expected="a heading such as 'Lykkedes' or 'Fejl', or words such as 'Succes' and 'Ikke succes'",
        remedy="Read with headings={{'{heading}': 'success'}} or headings={{'{heading}': 'failure'}}.",
        heading=heading,
        values=" and ".join(repr(text) for text in texts[:2]),
    )


def _by_rules(
    explicit: Cells, columns: Mapping[str, Cells], procedure: Cells, programme: Programme
) -> tuple[Cells, Cells, Cells]:
    """Apply the programme's definition of failure where the outcome is silent or contradicted; success must be said."""
    n = len(explicit)
    nothing = np.full(n, None, dtype=object)
    handed = np.equal(columns.get("handed_over", nothing), True)
    attempts = columns.get("attempts", nothing)
    rule = {key: one.handed_over_is_failure for key, one in programme.procedures.items()}
    most = {key: one.attempts_allowed for key, one in programme.procedures.items()}
    counts = np.array([rule.get(key) for key in procedure], dtype=object)
    allowed = np.array([most.get(key) for key in procedure], dtype=object)
    success, silent = np.equal(explicit, False), is_none(explicit)
    counted = ~is_none(attempts) & ~is_none(allowed)
    too_many = np.zeros(n, dtype=bool)
    too_many[counted] = attempts[counted] > allowed[counted]
    settled = success & ((handed & np.equal(counts, True)) | too_many)
    opposed = success & handed & is_none(counts) & ~settled
    result = explicit.copy()
    result[settled | (silent & handed & np.equal(counts, True)) | (silent & too_many)] = True
    return result, settled, opposed
