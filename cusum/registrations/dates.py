"""Read dates as they are written in Denmark and elsewhere; day and month are told apart once for a whole column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NoReturn

import numpy as np

from cusum.errors import InvalidData, InvalidParameter
from cusum.registrations.cells import Faults, Problem, distinct, is_missing, read_cells, text_of
from cusum.registrations.sources.sheet import Decision

__all__ = ["DATE_ORDERS", "read_dates", "to_date"]

DATE_ORDERS = ("day first", "month first", "year first")
EXCEL_NUMBERS = "Excel day numbers"
AS_WRITTEN = "as written"
EARLIEST_YEAR = 1950
PLAUSIBLE_YEAR = 1980
_EPOCH = date(1899, 12, 30)
_SERIALS = (20_000, 80_000)
_ENOUGH = 3
_FEW = 0.05  # share of cells that may be mistyped the other way round before a column counts as mixed

_MONTHS = (
    "jan januar january; feb februar february; mar mrt marts march; apr april; maj may; jun juni june; jul juli july; "
    "aug august; sep sept september; okt oktober oct october; nov november; dec december"
)
_MONTH = {word: number for number, words in enumerate(_MONTHS.split("; "), start=1) for word in words.split()}
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
class _Written:
    """A date as it is written: a certain day, or numbers whose order is still to be told."""

    kind: str  # "date", "native", "triple", "compact", "number", "impossible" or "text"
    day: date | None = None
    parts: tuple[int, int, int] = (0, 0, 0)
    minutes: int | None = None


def to_date(value: object, what: str) -> date | None:
    """Take a date that the user gave as a parameter.

    Parameters
    ----------
    value : str, date, datetime or None
        For example ``"2025-06-30"``.
    what : str
        Name of the parameter, for messages.

    Returns
    -------
    date or None
        The day.

    Raises
    ------
    InvalidParameter
        Where it is no date.

    Examples
    --------
    >>> to_date("2025-06-30", "as_of")
    datetime.date(2025, 6, 30)
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    written = _written(value)
    if written.kind != "date" or written.day is None:
        raise InvalidParameter(
            "{what} is {value!r}", expected="a date written as yyyy-mm-dd", what=what, value=str(value)
        )
    return written.day


def read_dates(
    cells: np.ndarray,
    faults: Faults,
    column: str,
    *,
    heading: str,
    order: str | None,
    latest: date,
    otherwise: str | None = None,
) -> tuple[np.ndarray, np.ndarray, Decision]:
    """Read a column of dates by one decision on the order of day and month.

    Parameters
    ----------
    cells : array, shape (n,)
        Raw cells: text, dates, numbers; None where blank.
    faults : Faults
        Takes up what cannot be read.
    column : str
        Canonical column.
    heading : str
        Heading in the file, for messages.
    order : {"day first", "month first", "year first"} or None
        What the user said; None to tell it from all values.
    latest : date
        No date is expected after this day; it helps to read years of two digits.
    otherwise : str or None
        Order that another column of the file told, for a column that fits both orders by itself.

    Returns
    -------
    days : array of datetime64[us], shape (n,)
        The days; not-a-time where there is none.
    minutes : array of float, shape (n,)
        Minutes since midnight where a time was written, else not-a-number.
    decision : Decision
        The order, and how many distinct values told it.

    Raises
    ------
    InvalidData
        Where the column fits both orders throughout, or mixes them.
    """
    _, values = distinct(cells)
    known = [_written(value) for value in values if value is not None]
    choice, detail = _decide(known, heading, order, latest, otherwise)

    def read(cell: object) -> object:
        """Read one cell by the order chosen."""
        if cell is None or is_missing(text_of(cell)):
            return None
        written = _written(cell)
        day = _resolve(written, choice, latest)
        if day is not None and day.year >= EARLIEST_YEAR:
            return np.datetime64(day, "us"), written.minutes
        return Problem("unreadable_date" if written.kind == "text" else "impossible_date", choice)

    meanings = read_cells(cells, read, faults, column)
    days = np.array([np.datetime64("NaT", "us") if one is None else one[0] for one in meanings], dtype="datetime64[us]")
    minutes = np.array([np.nan if one is None or one[1] is None else one[1] for one in meanings], dtype=float)
    return days, minutes, Decision("date_order", heading, choice, detail)


def _written(cell: object) -> _Written:
    """Tell what is written in a cell, leaving the order of day and month open."""
    if isinstance(cell, datetime):
        minutes = cell.hour * 60 + cell.minute
        return _Written("native", cell.date(), minutes=minutes or None)
    if isinstance(cell, date):
        return _Written("native", cell)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _number(float(cell), text_of(cell))
    text = text_of(cell)
    clock = _CLOCK.search(text)
    minutes = _minutes(clock) if clock else None
    if clock and minutes is None:
        return _Written("text")
    return _day(text[: clock.start()].rstrip(" ,") if clock else text, minutes)


def _minutes(clock: re.Match[str]) -> int | None:
    """Turn a time of day into minutes since midnight."""
    hour, minute, half = int(clock.group(1)), int(clock.group(2)), (clock.group(3) or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + minute if hour < 24 and minute < 60 else None


def _day(text: str, minutes: int | None) -> _Written:
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
        return _Written("triple", parts=(int(match[1]), int(match[2]), int(match[3])), minutes=minutes)
    if (match := _DAY_NAME.fullmatch(text)) and match[2].casefold() in _MONTH:
        year = int(match[3]) + (2000 if len(match[3]) == 2 else 0)
        return _certain(year, _MONTH[match[2].casefold()], int(match[1]), minutes)
    return _Written("text")


def _number(value: float, digits: str) -> _Written:
    """Read a number: a day number of Excel, or day, month and year run together with the leading zero lost."""
    whole = str(int(value)) if value >= 0 else ""
    if len(whole) == 5 and _SERIALS[0] <= value <= _SERIALS[1]:
        padded = whole.zfill(6)
        minutes = round((value - int(value)) * 24 * 60) or None
        day = _EPOCH + timedelta(days=int(value))
        return _Written("number", day, (int(padded[:2]), int(padded[2:4]), int(padded[4:])), minutes)
    if not value.is_integer() or not 5 <= len(whole) <= 8:
        return _Written("text")
    if (
        len(whole) == 8
        and (day := _make(int(whole[:4]), int(whole[4:6]), int(whole[6:])))
        and day.year >= EARLIEST_YEAR
    ):
        return _Written("date", day)
    padded = (digits if len(digits) >= len(whole) else whole).zfill(6 if len(whole) < 7 else 8)
    return _Written("compact", parts=(int(padded[:2]), int(padded[2:4]), int(padded[4:])))


def _certain(year: int, month: int, day: int, minutes: int | None) -> _Written:
    """Hold a day whose parts are certain, or say that there is no such day."""
    made = _make(year, month, day)
    return _Written("date", made, minutes=minutes) if made else _Written("impossible")


def _make(year: int, month: int, day: int) -> date | None:
    """Make a day, or None where there is no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _by_order(parts: tuple[int, int, int], order: str, latest: date) -> date | None:
    """Make a day from its parts by an order."""
    first, second, third = parts
    if order == "year first":
        year, month, day = first, second, third
    elif order == "month first":
        year, month, day = third, first, second
    else:
        year, month, day = third, second, first
    if year < 100:
        year += 2000 if 2000 + year <= latest.year + 1 else 1900
    return _make(year, month, day)


def _resolve(written: _Written, choice: str, latest: date) -> date | None:
    """Make the day that is written, by the choice made for the column."""
    if written.kind in ("date", "native") or (written.kind == "number" and choice.startswith(EXCEL_NUMBERS)):
        return written.day
    if written.kind in ("triple", "compact", "number"):
        return _by_order(written.parts, choice.split(", ")[-1], latest)
    return None


def _decide(
    known: list[_Written], heading: str, order: str | None, latest: date, otherwise: str | None
) -> tuple[str, str]:
    """Choose one reading for a whole column, and say on what ground."""
    numbers = [one for one in known if one.kind == "number"]
    open_ = [one for one in known if one.kind in ("triple", "compact")]
    prefix = ""
    if numbers and _are_excel_numbers(numbers, open_, heading, latest):
        prefix = EXCEL_NUMBERS
    else:
        open_ += numbers
    if not open_:
        return prefix or AS_WRITTEN, ""
    prefix = f"{prefix}, " if prefix else ""
    if order is not None:
        return prefix + order, "given"
    _refuse_half_converted(known, heading)
    choice, detail = _tell_order(open_, heading, latest, otherwise)
    return prefix + choice, detail


def _are_excel_numbers(numbers: list[_Written], open_: list[_Written], heading: str, latest: date) -> bool:
    """Tell day numbers of Excel from days, months and years run together with the leading zero lost."""
    if any(one.kind == "compact" for one in open_):
        return False
    serial = sum(one.day is not None and PLAUSIBLE_YEAR <= one.day.year <= latest.year + 1 for one in numbers)
    compact = max(sum(_plausible(one, order, latest) for one in numbers) for order in DATE_ORDERS[:2])
    if serial == compact == len(numbers):
        raise InvalidData(
            "the numbers in the column {heading!r} could be Excel's day numbers or dates such as ddmmyy",
            expected="dates",
            remedy="Format the column as dates in Excel and save the file again.",
            heading=heading,
        )
    return serial >= compact


def _plausible(one: _Written, order: str, latest: date) -> bool:
    """Tell whether a date read by an order is one that a trainee could have worked on."""
    day = _by_order(one.parts, order, latest)
    return day is not None and day.year >= PLAUSIBLE_YEAR and day <= latest


def _refuse_half_converted(known: list[_Written], heading: str) -> None:
    """Refuse a column in which a spreadsheet has turned part of the dates round and left the rest as text."""
    native = [one.day.day for one in known if one.kind == "native" and one.day]
    text = [one.parts[0] for one in known if one.kind == "triple"]
    if len(native) >= _ENOUGH and len(text) >= _ENOUGH and max(native) <= 12 < min(text):
        raise InvalidData(
            "the column {heading!r} looks half converted: every real date has a day up to 12, every date kept as text one above 12",
            expected="dates that all came the same way",
            remedy="Import the file into Excel again with the order day-month-year, or give date_order='day first' to keep it as it is.",
            heading=heading,
        )


def _tell_order(open_: list[_Written], heading: str, latest: date, otherwise: str | None) -> tuple[str, str]:
    """Tell the order of day and month from all values of a column."""
    days = {order: [_by_order(one.parts, order, latest) for one in open_] for order in DATE_ORDERS}
    if _is_year_first(open_, days, latest):
        return "year first", str(len(open_))
    pairs = list(zip(days["day first"], days["month first"], strict=True))
    only_day, only_month = (
        sum(m is None and d is not None for d, m in pairs),
        sum(d is None and m is not None for d, m in pairs),
    )
    if not only_day and not only_month:
        if all(d == m for d, m in pairs):
            return "day first", "0"
        if otherwise is not None:
            return otherwise, "as the dates of the procedures"
        _refuse_order("fit both orders of day and month throughout", heading)
    if min(only_day, only_month) > _FEW * max(only_day, only_month):
        _refuse_order("mix both orders of day and month", heading)
    return ("day first", str(only_day)) if only_day > only_month else ("month first", str(only_month))


def _is_year_first(open_: list[_Written], days: dict[str, list[date | None]], latest: date) -> bool:
    """Tell whether numbers of six digits are year, month and day: nothing else fits, or nothing else is nearly as tight."""
    if any(one.kind == "triple" or one.parts[2] > 99 for one in open_):
        return False
    fits = {order: all(_plausible(one, order, latest) for one in open_) for order in DATE_ORDERS}
    if not fits["year first"] or len(open_) < _ENOUGH:
        return False
    spans = [_span(days[order]) for order in DATE_ORDERS[:2] if fits[order]]
    return not spans or 4 * _span(days["year first"]) < min(spans)


def _span(days: list[date | None]) -> int:
    """Count the days from the first to the last."""
    known = [day for day in days if day is not None]
    return (max(known) - min(known)).days if known else 0


def _refuse_order(how: str, heading: str) -> NoReturn:
    """Refuse a column whose order of day and month cannot be told."""
    raise InvalidData(
        "the dates in the column {heading!r} " + how,
        expected="one order, told by days above 12",
        remedy="Say which it is: date_order='day first' (usual in Denmark) or date_order='month first'.",
        heading=heading,
    )
