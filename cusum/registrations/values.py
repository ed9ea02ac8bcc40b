"""Read the columns that need not be there: attempts, ASA class, age, category, order within the day."""

from __future__ import annotations

import re
from datetime import datetime, time

from cusum.programme.names import fold_name
from cusum.registrations.cells import Problem, is_missing, read_number, text_of
from cusum.registrations.spellings import CATEGORIES

__all__ = ["read_asa", "read_attempts", "read_category", "read_place", "read_within"]

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6}
_LIMITS = {"age": (0.0, 120.0), "bmi": (5.0, 150.0)}


def read_attempts(cell: object) -> object:
    """Read a number of attempts.

    Parameters
    ----------
    cell : object
        A raw cell.

    Returns
    -------
    int, None or Problem
        None where nothing is known.

    Examples
    --------
    >>> read_attempts("2"), read_attempts("ukendt"), read_attempts(0)
    (2, None, Problem(code='bad_attempts', suggestion=''))
    """
    text = text_of(cell)
    if is_missing(text):
        return None
    number = read_number(cell)
    if number is None or number < 1 or not number.is_integer() or number > 1000:
        return Problem("bad_attempts")
    return int(number)


def read_asa(cell: object) -> object:
    """Read an ASA class: 2, "ASA 2", "II", "2E".

    Parameters
    ----------
    cell : object
        A raw cell.

    Returns
    -------
    int, None or Problem
        1 to 6; None where nothing is known.

    Examples
    --------
    >>> read_asa("ASA II"), read_asa("3E"), read_asa("")
    (2, 3, None)
    """
    text = text_of(cell).casefold().removeprefix("asa").strip(" -.")
    if is_missing(text):
        return None
    bare = re.sub(r"(?<=[\div])\s*e$", "", text)
    number = _ROMAN.get(bare, int(bare) if re.fullmatch("[1-6]", bare) else None)
    return number if number is not None else Problem("bad_value", "1-6")


def read_within(cell: object, role: str) -> object:
    """Read a number within the limits of a column.

    Parameters
    ----------
    cell : object
        A raw cell.
    role : {"age", "bmi"}
        Canonical column: years (0 to 120) or kg/m2 (5 to 150).

    Returns
    -------
    float, None or Problem
        None where nothing is known.

    Examples
    --------
    >>> read_within("24,7", "bmi")
    24.7
    """
    if is_missing(text_of(cell)):
        return None
    low, high = _LIMITS[role]
    number = read_number(cell)
    return number if number is not None and low <= number <= high else Problem("bad_value", f"{low:g}-{high:g}")


def read_category(cell: object, role: str) -> object:
    """Read a category; one that is not known stays as it is written.

    Parameters
    ----------
    cell : object
        A raw cell.
    role : {"supervision", "urgency"}
        Canonical column.

    Returns
    -------
    str or None
        None where nothing is known.

    Examples
    --------
    >>> read_category("Akut", "urgency"), read_category("lidt af hvert", "supervision")
    ('emergency', 'lidt af hvert')
    """
    text = text_of(cell)
    if is_missing(text):
        return None
    wanted = fold_name(text)
    for category, spellings in CATEGORIES[role].items():
        if wanted in [fold_name(spelling) for spelling in spellings]:
            return category
    return text


def read_place(cell: object) -> object:
    """Read a place in the order of a day: a number, or a time as minutes since midnight.

    Parameters
    ----------
    cell : object
        A raw cell.

    Returns
    -------
    int, None or Problem
        None where nothing is known.

    Examples
    --------
    >>> read_place("3"), read_place("kl. 8.30")
    (3, 510)
    """
    if isinstance(cell, (datetime, time)):
        return cell.hour * 60 + cell.minute
    text = text_of(cell)
    if is_missing(text):
        return None
    if match := re.fullmatch(r"(?:kl\.?\s*)?(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?", text, re.IGNORECASE):
        hour, minute = int(match[1]), int(match[2])
        return hour * 60 + minute if hour < 24 and minute < 60 else Problem("bad_value", "1, 2, 3 / 08:30")
    number = read_number(cell)
    if number is not None and 0 < number < 1:
        return round(number * 24 * 60)
    return int(number) if number is not None and number.is_integer() else Problem("bad_value", "1, 2, 3 / 08:30")
