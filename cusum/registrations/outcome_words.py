"""What an outcome means: yes and no by the heading, words by themselves, scales by the programme."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from cusum.programme import Procedure
from cusum.programme.names import fold_name
from cusum.registrations.cells import Problem, is_missing, text_of
from cusum.registrations.headings import Vocabulary
from cusum.registrations.spellings import FAILURE, NO, NOT_SCORED, SUCCESS, YES

__all__ = ["OutcomeWords", "sign_of", "yes_or_no"]

_WORDS = (YES | NO) - {"0", "1"}
_SIGNED = Problem("not_scored")
_WORD = Problem("unreadable_outcome", "Succes / Ikke succes, Lykkedes / Mislykkedes")
_MARK = Problem("unreadable_outcome", "1 / -1 / 0")


def _key(text: str) -> str:
    """Fold an outcome; a comparison sign is part of its meaning."""
    for sign, word in (("<=", "le"), ("≤", "le"), (">=", "ge"), ("≥", "ge"), ("<", "lt"), (">", "gt"), ("+", "plus")):
        text = text.replace(sign, word)
    return fold_name(text)


def sign_of(cell: object) -> str:
    """Reduce a yes, a no or a small number to its sign.

    Parameters
    ----------
    cell : object
        A raw cell.

    Returns
    -------
    str
        ``"1"``, ``"0"`` or ``"-1"``; "" where the cell is none of these.

    Examples
    --------
    >>> sign_of("Ja"), sign_of(-1.0), sign_of("Lykkedes")
    ('1', '-1', '')
    """
    if isinstance(cell, (bool, np.bool_)):
        return "1" if cell else "0"
    text = text_of(cell).casefold().strip(" .!")
    if re.fullmatch(r"[+-]?[01](?:[.,]0+)?", text):
        number = float(text.replace(",", "."))
        return str(int(number))
    return "1" if text in YES else "0" if text in NO else ""


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
    sign = sign_of(cell)
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
        sign = sign_of(cell)
        if sign and self.heading == "mark" and text.casefold() in _WORDS:
            return _MARK  # done, or done well?
        return self._by_sign(sign) if sign else self._by_word(text)

    def _by_sign(self, sign: str) -> object:
        """Read yes, no, 1, 0 and -1 by the heading."""
        signed = self.signed or self.heading == "mark"
        if signed and sign == "0":
            return _SIGNED
        if sign == "-1":
            return _WORD if self.heading == "failure" else True
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
        if key in NOT_SCORED:
            return _SIGNED
        return True if key in FAILURE else False if key in SUCCESS else _MARK if self.heading == "mark" else _WORD
