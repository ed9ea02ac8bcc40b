"""Why a registration was rejected or flagged, in words that can be translated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["FLAGS", "IDENTIFYING", "REASONS", "describe"]

#: Code of a reason for rejection -> English template.
REASONS: dict[str, str] = {
    "missing_trainee": "The column {column} is empty: whose registration this is cannot be told.",
    "missing_procedure": "The column {column} is empty: which procedure this is cannot be told.",
    "unknown_procedure": "The procedure '{found}' is not in the programme; the nearest known are: {suggestion}.",
    "missing_date": "The column {column} is empty: the day of the procedure is needed.",
    "unreadable_date": "'{found}' in the column {column} cannot be read as a date.",
    "impossible_date": "'{found}' in the column {column} is a day that does not exist.",
    "future_date": "'{found}' in the column {column} is after {suggestion}, the day up to which registrations count.",
    "before_post": "'{found}' in the column {column} is before the trainee's post began.",
    "missing_outcome": "The outcome is missing (column {column}): a charted procedure needs one.",
    "no_outcome_column": "No column is recognised as the outcome, which a charted procedure needs (not recognised: "
    "{suggestion}).",
    "unreadable_outcome": "'{found}' in the column {column} cannot be read as an outcome (expected: {suggestion}).",
    "not_scored": "'{found}' in the column {column} says that the procedure was not scored: nothing to chart.",
    "contradiction": "The outcome contradicts another column ({found}); the definition of failure does not settle it.",
    "bad_attempts": "'{found}' in the column {column} is no number of attempts (a whole number of at least 1).",
    "bad_value": "'{found}' in the column {column} is no value that this column can have (expected: {suggestion}).",
    "repeated_id": "The registration number in the column {column} has been used already, in row {suggestion}.",
    "duplicate_row": "The row is the same as row {suggestion} in every column.",
}

#: Code of a flag -> English template; `value` is a number that belongs to it.
FLAGS: dict[str, str] = {
    "duplicate_row": "The row is the same as row {found} in every column; it may be a second procedure of the day.",
    "two_departments": "The trainee has registrations in {value} departments on this day: {found}.",
    "many_per_day": "The trainee has {value} registrations on this day.",
    "implausible_run": "Among the trainee's registrations a run of {found} or more without a failure has the "
    "probability {value} at the acceptable failure rate.",
    "ties": "{value} registrations of this procedure on one day have no known order; the file's order is used.",
    "value_synonym": "'{found}' is read as {procedure} ({value} times); this spelling is not in the programme file.",
    "contradiction_settled": "The outcome contradicts another column ({found}); by the programme it is a failure.",
    "similar_names": "The trainee is also written in another way (capitals, blanks, signs); counted as two trainees.",
    "distant_date": "The date {found} is more than 3 years from the median date of the file; is the year right?",
}

#: Columns whose values are never shown in a message.
IDENTIFYING: frozenset[str] = frozenset({"trainee", "registration_id", "post_start"})


def describe(
    row: Mapping[str, Any],
    translate: Callable[[str], str] | None = None,
    number: Callable[[float], str] | None = None,
) -> str:
    """Say in a sentence why a registration was rejected or flagged.

    Parameters
    ----------
    row : mapping
        A row of ``Registrations.rejected`` or ``Registrations.flagged``.
    translate : callable, optional
        Turns an English template into one in the reader's language.
    number : callable, optional
        Writes a probability in the reader's language; two digits and a decimal point if left out.

    Returns
    -------
    str
        One sentence. It shows text from the file as it is: escape it before it goes into a page.

    Examples
    --------
    >>> describe({"reason": "unreadable_date", "found": "i går", "column": "Dato", "suggestion": ""})
    "'i går' in the column Dato cannot be read as a date."
    """
    code = row["reason"] if "reason" in row else row["flag"]
    template = REASONS[code] if "reason" in row else FLAGS[code]
    value = row.get("value", "")
    places = {
        "found": row.get("found", ""),
        "suggestion": row.get("suggestion", ""),
        "column": row.get("column", ""),
        "procedure": row.get("procedure", ""),
        "value": _write(value, number),
    }
    return (translate(template) if translate else template).format(**places)


def _write(value: object, number: Callable[[float], str] | None) -> str:
    """Write a probability with two digits, a count as a whole number."""
    if not isinstance(value, float):
        return str(value)
    if not 0 < value < 1:
        return format(value, ".0f")
    return number(value) if number else format(value, ".2g")
