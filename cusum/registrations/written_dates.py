"""What is written in a cell of dates, with the order of day and month still open."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cusum.registrations.cells import text_of
from cusum.registrations.spellings import MONTHS

__all__ = ["EARLIEST_YEAR", "Written", "make_day", "read_written"]

EARLIEST_YEAR = 1950
_EPOCH = date(1899, 12, 30)
_SERIALS = (20_000, 80_000)
_MONTH = {word: number for number, words in enumerate(MONTHS, start=1) for word in words}
_CLOCK = re.compile(
    r"(?:[T,]\s*|\s+)(?:kl\.?\s*|at\s+)?(\d{1,2})[:.](\d{2})(?:[:.]\d{2}(?:[.,]\d+)?)?\s*([ap]m)?\s*(?:Z|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"^(?:[a-zæøå]{2,9}\.?,?\s+)?(?:den|d\.)?\s*(?=\d)", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})")
_TRIPLE = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\.?\s*[-/. ]\s*'?(\d{4}|\d{2})")
_DAY_NAME = re.compile(
    r"(\d{1,2})(?:\.|st|nd|rd|th)?\s*(?:of|[-/ .])?\s*([a-zæøå]+)\.?\s*[-/ ,.]*\s*'?(\d{4}|\d{2})", re.IGNORECASE
)
_NAME_DAY = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})", re.IGNORECASE)


@dataclass(frozen=True)
class Written:
    """A date as it is written: a certain day, or numbers whose order is still to be told.

    Parameters
    ----------
    kind : str
        ``"native"`` (a date of the workbook), ``"date"`` (certain), ``"triple"`` (three numbers), ``"compact"`` (three
        numbers run together), ``"number"`` (that, or a day number of Excel), ``"impossible"`` or ``"text"``.
    day : date or None
        The day, where it is certain (or by Excel's day number).
    parts : tuple of int
        The three numbers in the order in which they are written.
    minutes : int or None
        Minutes since midnight, where a time is written.
    """

    kind: str  # "date", "native", "triple", "compact", "number", "impossible" or "text"
    day: date | None = None
    parts: tuple[int, int, int] = (0, 0, 0)
    minutes: int | None = None


def read_written(cell: object) -> Written:
    """Tell what is written in a cell, leaving the order of day and month open.

    Parameters
    ----------
    cell : object
        A raw cell that is not blank.

    Returns
    -------
    Written
        Its kind, and the day or the parts of it.

    Examples
    --------
    >>> read_written("12. marts 2024").day
    datetime.date(2024, 3, 12)
    >>> read_written("3/2-25").parts
    (3, 2, 25)
    """
    if isinstance(cell, datetime):
        return Written("native", cell.date(), minutes=cell.hour * 60 + cell.minute)
    if isinstance(cell, date):
        return Written("native", cell)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _number(float(cell), text_of(cell))
    text = text_of(cell)
    clock = _CLOCK.search(text)
    minutes = _minutes(clock) if clock else None
    if clock and minutes is None:
        return Written("text")
    return _day(text[: clock.start()].rstrip(" ,") if clock else text, minutes)


def _minutes(clock: re.Match[str]) -> int | None:
    """Turn a time of day into minutes since midnight."""
    hour, minute, half = int(clock.group(1)), int(clock.group(2)), (clock.group(3) or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _day(text: str, minutes: int | None) -> Written:
    """Read a day without a time."""
    if re.fullmatch(r"\d{5,8}(?:[.,]0+)?", text):
        number = re.split("[.,]", text)[0]
        return _number(float(number), number)
    if match := _YEAR_FIRST.fullmatch(text):
        return _certain(int(match[1]), int(match[3]), int(match[4]), minutes)
    if (match := _NAME_DAY.fullmatch(text)) and match[1].casefold() in _MONTH:
        return _certain(int(match[3]), _MONTH[match[1].casefold()], int(match[2]), minutes)
    text = _WEEKDAY.sub("", text)
    if match := _TRIPLE.fullmatch(text):
        return Written("triple", parts=(int(match[1]), int(match[2]), int(match[3])), minutes=minutes)
    if (match := _DAY_NAME.fullmatch(text)) and match[2].casefold() in _MONTH:
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        return _certain(year, _MONTH[match[2].casefold()], int(match[1]), minutes)
    return Written("text")


def _number(value: float, digits: str) -> Written:
    """Read a number: a day number of Excel, or day, month and year run together with the leading zero lost."""
    whole = str(int(value)) if value >= 0 else ""
    if len(whole) == len(digits.split(".")[0]) == 5 and _SERIALS[0] <= value <= _SERIALS[1]:
        padded = whole.zfill(6)
        minutes = round((value - int(value)) * 24 * 60) or None
        day = _EPOCH + timedelta(days=int(value))
        return Written("number", day, (int(padded[:2]), int(padded[2:4]), int(padded[4:])), minutes)
    if not value.is_integer() or not 5 <= len(whole) <= 8:
        return Written("text")
    certain = make_day(int(whole[:4]), int(whole[4:6]), int(whole[6:])) if len(whole) == 8 else None
    if certain is not None and certain.year >= EARLIEST_YEAR:
        return Written("date", certain)
    padded = (digits if len(digits) >= len(whole) else whole).zfill(6 if len(whole) < 7 else 8)
    return Written("compact", parts=(int(padded[:2]), int(padded[2:4]), int(padded[4:])))


def _certain(year: int, month: int, day: int, minutes: int | None) -> Written:
    """Hold a day whose parts are certain, or say that there is no such day."""
    made = make_day(year, month, day)
    return Written("date", made, minutes=minutes) if made else Written("impossible")


def make_day(year: int, month: int, day: int) -> date | None:
    """Make a day, or nothing where there is no such day.

    Parameters
    ----------
    year, month, day : int
        Its parts.

    Returns
    -------
    date or None
        The day.

    Examples
    --------
    >>> make_day(2025, 2, 29) is None
    True
    """
    try:
        return date(year, month, day)
    except ValueError:
        return None
