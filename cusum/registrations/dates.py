"""Read dates as they are written in Denmark and elsewhere; day and month are told apart once for a whole column."""

from __future__ import annotations

from datetime import date, datetime
from typing import NoReturn

import numpy as np

from cusum.errors import InvalidData, InvalidParameter, Phrase
from cusum.registrations.cells import Cells, Faults, Problem, distinct, is_missing, read_cells, text_of
from cusum.registrations.sources.sheet import Decision
from cusum.registrations.written_dates import EARLIEST_YEAR, Written, make_day, read_written

__all__ = ["DATE_ORDERS", "read_dates", "to_date"]

DATE_ORDERS = ("day first", "month first", "year first")
EXCEL_NUMBERS = "Excel day numbers"
AS_WRITTEN = "as written"
PLAUSIBLE_YEAR = 2000
_ENOUGH = 3
_MANY = 10
_FEW = 0.05  # share of cells that may be mistyped the other way round before a column counts as mixed


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
    written = read_written(value)
    if written.kind != "date" or written.day is None:
        raise InvalidParameter(
            "{what} is {value!r}", expected="a date written as yyyy-mm-dd", what=what, value=str(value)
        )
    return written.day


def read_dates(
    cells: Cells,
    faults: Faults,
    column: str,
    *,
    heading: str,
    order: str | None,
    latest: date,
    otherwise: str | None = None,
) -> tuple[Cells, Cells, Decision]:
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
    known = [read_written(value) for value in values if value is not None]
    choice, detail = _decide(known, heading, order, latest, otherwise)

    def read(cell: object) -> object:
        """Read one cell by the order chosen."""
        if cell is None or is_missing(text_of(cell)):
            return None
        written = read_written(cell)
        day = _resolve(written, choice, latest)
        if day is not None and day.year >= EARLIEST_YEAR:
            return np.datetime64(day, "us"), written.minutes
        return Problem("unreadable_date" if written.kind == "text" else "impossible_date")

    meanings = read_cells(cells, read, faults, column)
    days = np.array([np.datetime64("NaT", "us") if one is None else one[0] for one in meanings], dtype="datetime64[us]")
    minutes = np.array([np.nan if one is None or one[1] is None else one[1] for one in meanings], dtype=float)
    if not np.nansum(minutes):
        minutes[:] = np.nan  # midnight throughout is no time of day
    return days, minutes, Decision("date_order", heading, choice, detail)


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
    return make_day(year, month, day)


def _resolve(written: Written, choice: str, latest: date) -> date | None:
    """Make the day that is written, by the choice made for the column."""
    if written.kind in ("date", "native") or (written.kind == "number" and choice.startswith(EXCEL_NUMBERS)):
        return written.day
    if written.kind in ("triple", "compact", "number"):
        return _by_order(written.parts, choice.split(", ")[-1], latest)
    return None


def _decide(
    known: list[Written], heading: str, order: str | None, latest: date, otherwise: str | None
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


def _are_excel_numbers(numbers: list[Written], open_: list[Written], heading: str, latest: date) -> bool:
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


def _plausible(one: Written, order: str, latest: date) -> bool:
    """Tell whether a date read by an order is one that a trainee could have worked on."""
    day = _by_order(one.parts, order, latest)
    return day is not None and day.year >= PLAUSIBLE_YEAR and day <= latest


def _refuse_half_converted(known: list[Written], heading: str) -> None:
    """Refuse a column in which a spreadsheet has turned part of the dates round and left the rest as text."""
    native = [one.day.day for one in known if one.kind == "native" and one.day]
    text = [one.parts[0] for one in known if one.kind == "triple"]
    if len(native) >= _ENOUGH and len(text) >= _ENOUGH and max(native) <= 12 < min(text):
        raise InvalidData(
            "the column {heading!r} looks half converted: real dates up to day 12, text above it",
            expected="dates that all came the same way",
            remedy="Import the file again as day-month-year, or give date_order='day first' to take it as it is.",
            heading=heading,
        )


def _tell_order(open_: list[Written], heading: str, latest: date, otherwise: str | None) -> tuple[str, str]:
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
        _refuse_order(
            Phrase("the dates in the column {heading!r} fit both orders of day and month throughout"), heading
        )
    few, many = sorted((only_day, only_month))
    if few > max(_FEW * many, many >= _MANY):  # a single slip among many is a slip
        _refuse_order(Phrase("the dates in the column {heading!r} mix both orders of day and month"), heading)
    return ("day first", str(only_day)) if only_day > only_month else ("month first", str(only_month))


def _is_year_first(open_: list[Written], days: dict[str, list[date | None]], latest: date) -> bool:
    """Tell whether numbers of six digits are year, month and day: no other order fits, or none nearly as tightly."""
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


def _refuse_order(how: Phrase, heading: str) -> NoReturn:
    """Refuse a column whose order of day and month cannot be told."""
    raise InvalidData(
        how,
        expected="one order, told by days above 12",
        remedy="Say which it is: date_order='day first' (usual in Denmark) or date_order='month first'.",
        heading=heading,
    )
