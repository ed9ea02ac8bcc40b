"""Turn outcomes as people write them into failures, once, at the door."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from cusum.errors import InvalidData
from cusum.programme.names import fold_name
from cusum.programme.programme import Procedure, Programme
from cusum.registrations.cells import Faults, Problem, distinct, is_missing, read_cells, text_of
from cusum.registrations.headings import OUTCOME_ROLES, Vocabulary

__all__ = ["OutcomeWords", "first_outcome", "read_outcomes", "yes_or_no"]

Cells = np.ndarray

_YES = frozenset(["ja", "yes", "j", "y", "true", "sand", "sandt", "1", "x"])
_NO = frozenset(["nej", "no", "n", "false", "falsk", "falskt", "0"])
_SUCCESS = frozenset(
    fold_name(text)
    for text in ["success", "succes", "successful", "succesfuld", "succeeded", "lykkedes", "lykket", "vellykket", "gennemført", "with success", "med succes", "ok", "procedure lykkedes", "uden hjælp"]
)
_FAILURE = frozenset(
    fold_name(text)
    for text in ["failure", "failed", "fail", "fejl", "fejlet", "fejlslagen", "mislykket", "mislykkedes", "mislykkede", "ikke succes", "ikke succesfuld", "ingen succes", "uden succes", "ikke lykkedes", "lykkedes ikke", "ikke lykket", "ikke vellykket", "ej lykkedes", "fiasko", "opgivet", "afbrudt", "abandoned", "abandon", "unsuccessful", "not successful", "no success", "not success", "not succeeded"]
)
_NOT_SCORED = frozenset(fold_name(text) for text in ("ikke scoret", "not scored", "ikke bedømt", "not assessed"))
_WORDS = (_YES | _NO) - {"0", "1"}
_SIGNED = Problem("not_scored")


def _key(text: str) -> str:
    """Fold an outcome; a comparison sign is part of its meaning."""
    for sign, word in (("<=", "le"), ("≤", "le"), (">=", "ge"), ("≥", "ge"), ("<", "lt"), (">", "gt"), ("+", "plus")):
        text = text.replace(sign, word)
    return fold_name(text)


def _relative(cell: object) -> str:
    """Reduce a yes, a no or a small number to its sign: "1", "0", "-1", else ""."""
    if isinstance(cell, (bool, np.bool_)):
        return "1" if cell else "0"
    text = text_of(cell).casefold().strip(" .!")
    if re.fullmatch(r"[+-]?[01](?:[.,]0+)?", text):
        number = float(text.replace(",", "."))
        return str(int(number))
    return "1" if text in _YES else "0" if text in _NO else ""


def yes_or_no(cell: object) -> object:
    """Read a cell that answers yes or no.

    Parameters
    ----------
    cell : object
        A raw cell.

    Returns
    -------
    bool, None or Problem
        None where the cell is blank or says that nothing is known.

    Examples
    --------
    >>> yes_or_no("Ja"), yes_or_no("FALSK"), yes_or_no(0.0)
    (True, False, False)
    """
    if is_missing(text_of(cell)):
        return None
    sign = _relative(cell)
    return {"1": True, "0": False}.get(sign, Problem("bad_value", "ja / nej"))


@dataclass(frozen=True)
class OutcomeWords:
    """What the values of one outcome column mean for one procedure.

    Parameters
    ----------
    heading : {"success", "failure", "outcome", "mark"}
        What "yes" means in the column: a success, a failure, nothing certain; or a mark in a procedure's own column
        (1 success, -1 failure, 0 present but not scored).
    signed : bool
        Whether the column holds -1 anywhere, so that 0 stands for "not scored".
    procedure : Procedure or None
        Whose rules of failure count first.
    vocabulary : Vocabulary
        What the user said about values.

    Examples
    --------
    >>> words = OutcomeWords("success", False, None, Vocabulary())
    >>> words.failed("nej"), words.failed("Lykkedes")
    (True, False)
    """

    heading: str
    signed: bool
    procedure: Procedure | None
    vocabulary: Vocabulary

    def failed(self, cell: object) -> object:
        """Tell whether a cell says that the procedure failed.

        Parameters
        ----------
        cell : object
            A raw cell.

        Returns
        -------
        bool, None or Problem
            True for a failure, None where the cell is blank.
        """
        text = text_of(cell)
        said = self.vocabulary.meaning("outcome", text) if text else None
        if said:
            return {"success": False, "failure": True}.get(said, _SIGNED)
        if text != "-1" and is_missing(text):
            return None
        sign = _relative(cell)
        if sign and self.heading == "mark" and text.casefold() in _WORDS:
            return Problem("unreadable_outcome")  # done, or done well?
        return self._by_sign(sign) if sign else self._by_word(text)

    def _by_sign(self, sign: str) -> object:
        """Read yes, no, 1, 0 and -1 by the heading."""
        signed = self.signed or self.heading == "mark"
        if signed and sign == "0":
            return _SIGNED
        if sign == "-1":
            return Problem("unreadable_outcome") if self.heading == "failure" else True
        return (sign == "1") is (self.heading == "failure")

    def _by_word(self, text: str) -> object:
        """Read a word: the programme's own first, then the usual ones."""
        key = _key(text)
        if self.procedure is not None:
            rules = {_key(written): failed for written, failed in self.procedure.failure_rules.items()}
            if key in rules:
                return rules[key]
            if key in {_key(written) for written in self.procedure.not_scored}:
                return _SIGNED
        if key in _NOT_SCORED:
            return _SIGNED
        return True if key in _FAILURE else False if key in _SUCCESS else Problem("unreadable_outcome")


def read_outcomes(
    columns: Mapping[str, Cells],
    headings: Mapping[str, str],
    procedure: Cells,
    programme: Programme,
    vocabulary: Vocabulary,
    faults: Faults,
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
        if role not in columns:
            continue
        found = _read_column(columns[role], role, headings.get(role, role), procedure, programme, vocabulary, excused)
        both = np.not_equal(explicit, None) & np.not_equal(found, None)
        clash |= both & np.not_equal(explicit, found)
        explicit = np.where(np.equal(explicit, None), found, explicit)
    faulty = _take_over(excused, charted & np.equal(explicit, None), faults)
    derived, settled, opposed = _by_rules(explicit, columns, procedure, programme)
    for at in np.flatnonzero((clash | opposed) & charted):
        faults.add(int(at), Problem("contradiction"), first_outcome(columns), _quote(columns, headings, int(at)))
    missing = np.equal(derived, None) & charted & ~faulty & ~opposed
    for at in np.flatnonzero(missing):
        faults.add(int(at), Problem("missing_outcome"), first_outcome(columns), None)
    return derived, settled & charted & ~clash


def _take_over(excused: Faults, needed: Cells, faults: Faults) -> Cells:
    """Keep the faults that matter: any where an outcome is needed, and marks that say that nothing was done."""
    faulty = np.zeros(excused.n, dtype=bool)
    for at, problem, column, value in excused.found:
        if column == "mark" and not needed[at] and problem.code == "unreadable_outcome":
            if not re.fullmatch(r"[-+]?\d.*", value):
                continue
            problem = Problem("bad_value", "1")
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
    _, values = distinct(cells)
    signs = {_relative(value) for value in values if value is not None and not is_missing(text_of(value).strip("-"))}
    signed = "-1" in signs
    if role == "outcome" and not signed and signs & {"0", "1"}:
        _refuse_neutral(values, heading, vocabulary)
    result = np.full(len(cells), None, dtype=object)
    for key in dict.fromkeys(procedure):
        at = np.flatnonzero(np.equal(procedure, key))
        words = OutcomeWords(role, signed, programme.procedures.get(key), vocabulary)
        part = Faults(len(at))
        result[at] = read_cells(cells[at], words.failed, part, role)
        for position, problem, column, _ in part.found:
            faults.add(int(at[position]), problem, column, cells[at[position]])
    return result


def _refuse_neutral(values: Cells, heading: str, vocabulary: Vocabulary) -> None:
    """Refuse a column of yes and no whose heading does not tell whether yes is good."""
    texts = [text_of(value) for value in values if value is not None and _relative(value)]
    if all(vocabulary.meaning("outcome", text) for text in texts):
        return
    raise InvalidData(
        "the column {heading!r} says {found}, and its heading does not tell whether that is a success or a failure",
        expected="a heading such as 'Lykkedes' or 'Fejl', or words such as 'Succes' and 'Ikke succes'",
        remedy="Read with headings={{'{heading}': 'success'}} or headings={{'{heading}': 'failure'}}.",
        heading=heading,
        found=" and ".join(repr(text) for text in texts[:2]),
    )


def _by_rules(
    explicit: Cells, columns: Mapping[str, Cells], procedure: Cells, programme: Programme
) -> tuple[Cells, Cells, Cells]:
    """Apply the programme's definition to attempts and handing over where the outcome itself is silent or contradicted."""
    n = len(explicit)
    nothing = np.full(n, None, dtype=object)
    handed = np.equal(columns.get("handed_over", nothing), True)
    attempts = columns.get("attempts", nothing)
    rule = {key: one.handed_over_is_failure for key, one in programme.procedures.items()}
    most = {key: one.attempts_allowed for key, one in programme.procedures.items()}
    counts = np.array([rule.get(key) for key in procedure], dtype=object)
    allowed = np.array([most.get(key) for key in procedure], dtype=object)
    success, silent = np.equal(explicit, False), np.equal(explicit, None)
    settled = success & handed & np.equal(counts, True)
    opposed = success & handed & np.equal(counts, None)
    result = explicit.copy()
    result[settled | (silent & handed & np.equal(counts, True))] = True
    known = silent & np.equal(result, None) & np.not_equal(attempts, None) & np.not_equal(allowed, None)
    for at in np.flatnonzero(known):
        result[at] = bool(attempts[at] > allowed[at]) if not handed[at] or attempts[at] > allowed[at] else None
    return result, settled, opposed
