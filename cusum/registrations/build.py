"""From raw registrations to the canonical table, with everything that is wrong kept beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from cusum.programme import Programme
from cusum.registrations.cells import Cells, Faults, Problem, distinct, is_missing, read_cells, text_of
from cusum.registrations.dates import DATE_ORDERS, read_dates
from cusum.registrations.gather import Gathered
from cusum.registrations.headings import Vocabulary
from cusum.registrations.numbers import as_numbers
from cusum.registrations.outcome_words import yes_or_no
from cusum.registrations.outcomes import read_outcomes
from cusum.registrations.procedures import count_values, read_procedures
from cusum.registrations.sources.sheet import Decision
from cusum.registrations.values import read_asa, read_attempts, read_category, read_place, read_within

__all__ = ["Built", "build"]


@dataclass
class Built:
    """The canonical table in the order of the file, before the rejected rows are taken out.

    Parameters
    ----------
    table : DataFrame, n rows
        Canonical and passed-through columns.
    faults : Faults
        What is wrong with which row.
    beside : dict of str to tuple
        Spellings of procedures that are not in the programme file: key, position of the first, number.
    settled : array of str, shape (n,)
        Cells that contradict one another where the programme settles it, else "".
    decisions : list of Decision
        What was decided.
    """

    table: pd.DataFrame
    faults: Faults
    beside: dict[str, tuple[str, int, int]]
    settled: Cells
    decisions: list[Decision]


def build(
    raw: Gathered, programme: Programme, vocabulary: Vocabulary, *, date_order: str | None, latest: date
) -> Built:
    """Read every column of the raw registrations.

    Parameters
    ----------
    raw : Gathered
        Raw registrations.
    programme : Programme
        The programme in force.
    vocabulary : Vocabulary
        What the user said about values.
    date_order : str or None
        Order of day and month that the user gave.
    latest : date
        Registrations after this day are rejected.

    Returns
    -------
    Built
        Table, faults and decisions.
    """
    n = len(raw.rows)
    faults, blank = Faults(n), np.full(n, None, dtype=object)
    decisions: list[Decision] = []
    trainee = read_cells(raw.columns["trainee"], _trainee, faults, "trainee")
    procedure, beside = read_procedures(raw.columns["procedure"], programme, vocabulary, faults)
    read, clock = _read_days(raw, faults, decisions, date_order, latest)
    _check_days(raw, read, faults, latest)
    values = _read_optional(raw, faults)
    outcome_columns = {**raw.columns, **values}
    shown = {role: raw.heading(role) for role in outcome_columns}
    failure, settled = read_outcomes(
        outcome_columns, shown, procedure, programme, vocabulary, faults, decisions, list(raw.extra)
    )
    table = pd.DataFrame(
        {
            "trainee": _texts(trainee),
            "procedure": _texts(procedure),
            "performed_on": read["performed_on"],
            "failure": pd.array(failure, dtype="boolean"),
            "department": _texts(raw.columns.get("department", blank)),
            "region": _texts(raw.columns.get("region", blank)),
            "sequence": _sequence(raw, clock, faults, decisions),
            "row": raw.rows,
            "sheet": pd.array(raw.sheets, dtype="str"),
            "registration_id": _texts(raw.columns.get("registration_id", blank)),
        }
    )
    _add_optional(table, raw, values, read)
    _add_extra(table, raw, decisions)
    return Built(table, faults, _count_beside(raw, beside), _quote_settled(settled, raw, outcome_columns), decisions)


def _read_days(
    raw: Gathered, faults: Faults, decisions: list[Decision], order: str | None, latest: date
) -> tuple[dict[str, Cells], Cells]:
    """Read the columns of dates; the day of the procedure comes first and may tell the order of the other."""
    read: dict[str, Cells] = {}
    read["performed_on"], clock, decision = read_dates(
        raw.columns["performed_on"],
        faults,
        "performed_on",
        heading=raw.heading("performed_on"),
        order=order,
        latest=latest,
    )
    decisions.append(decision)
    if "post_start" in raw.columns:
        told = decision.decision.split(", ")[-1]
        read["post_start"], _, decision = read_dates(
            raw.columns["post_start"],
            faults,
            "post_start",
            heading=raw.heading("post_start"),
            order=order,
            latest=latest,
            otherwise=told if told in DATE_ORDERS else None,
        )
        decisions.append(decision)
    return read, clock


def _trainee(cell: object) -> object:
    """Read who it was."""
    text = text_of(cell)
    return Problem("missing_trainee") if is_missing(text) else text


def _texts(cells: Cells) -> ExtensionArray:
    """Write cells as text, each distinct value once; nothing as "" ."""
    codes, values = distinct(cells)
    texts = np.array([text_of(value) for value in values], dtype=object)
    return pd.array(texts[codes] if len(texts) else texts, dtype="str")


def _check_days(raw: Gathered, read: dict[str, Cells], faults: Faults, latest: date) -> None:
    """Reject days that are missing, still to come, or before the post began."""
    days, cells = read["performed_on"], raw.columns["performed_on"]
    unread = np.zeros(faults.n, dtype=bool)
    unread[[at for at, _, column, _ in faults.found if column == "performed_on"]] = True
    faults.add_where(np.isnat(days) & ~unread, Problem("missing_date"), "performed_on", cells)
    faults.add_where(
        days > np.datetime64(latest, "us"), Problem("future_date", latest.isoformat()), "performed_on", cells
    )
    if "post_start" in read:
        early = days < read["post_start"]
        faults.add_where(early, Problem("before_post"), "performed_on", cells)


def _read_optional(raw: Gathered, faults: Faults) -> dict[str, Cells]:
    """Read the columns that need not be there and have a type."""
    readers = {
        "attempts": read_attempts,
        "handed_over": yes_or_no,
        "asa": read_asa,
        "age": lambda cell: read_within(cell, "age"),
        "bmi": lambda cell: read_within(cell, "bmi"),
        "supervision": lambda cell: read_category(cell, "supervision"),
        "urgency": lambda cell: read_category(cell, "urgency"),
    }
    return {
        role: read_cells(raw.columns[role], read, faults, role) for role, read in readers.items() if role in raw.columns
    }


def _sequence(raw: Gathered, clock: Cells, faults: Faults, decisions: list[Decision]) -> ExtensionArray:
    """Take the order within a day from its own column, or from the times written with the dates."""
    if "sequence" in raw.columns:
        return pd.array(read_cells(raw.columns["sequence"], read_place, faults, "sequence"), dtype="Int64")
    if not np.isnan(clock).all():
        decisions.append(Decision("sequence", raw.heading("performed_on"), "time of day"))
    return pd.array([None if np.isnan(minute) else int(minute) for minute in clock], dtype="Int64")


def _add_optional(table: pd.DataFrame, raw: Gathered, values: dict[str, Cells], read: dict[str, Cells]) -> None:
    """Put the optional columns in, typed."""
    types = {"attempts": "Int64", "handed_over": "boolean", "asa": "Int64", "age": "float64", "bmi": "float64"}
    for role, cells in values.items():
        if types.get(role) == "float64":
            table[role] = np.array([np.nan if cell is None else cell for cell in cells], dtype=float)
        elif role in types:
            table[role] = pd.Series(cells, dtype=types[role])
        else:
            table[role] = _texts(cells)
    for role in ("technique", "complication"):
        if role in raw.columns:
            table[role] = _texts(raw.columns[role])
    if "post_start" in read:
        table["post_start"] = read["post_start"]


def _add_extra(table: pd.DataFrame, raw: Gathered, decisions: list[Decision]) -> None:
    """Let the other columns pass; a column of nothing but numbers becomes numbers."""
    for heading, cells in raw.extra.items():
        name = heading
        while name in table.columns:
            name = f"{name} (file)"
        numbers, mark = as_numbers(cells)
        if mark:
            decisions.append(Decision("decimal", heading, mark))
        table[name] = numbers


def _count_beside(raw: Gathered, beside: dict[str, str]) -> dict[str, tuple[str, int, int]]:
    """Count where the spellings outside the programme file stand."""
    if not beside:
        return {}
    counted = count_values(raw.columns["procedure"])
    return {text: (key, *counted[text]) for text, key in beside.items()}


def _quote_settled(settled: Cells, raw: Gathered, columns: dict[str, Cells]) -> Cells:
    """Quote the cells of the contradictions that the programme settles."""
    quoted = np.full(len(settled), "", dtype=object)
    roles = [role for role in ("failure", "success", "outcome", "mark") if role in raw.columns]
    for at in np.flatnonzero(settled):
        handed = "handed_over" in raw.columns and columns["handed_over"][at] is True
        known = [role for role in roles if columns[role][at] is not None] + ["handed_over" if handed else "attempts"]
        quoted[at] = " / ".join(f"{_named(raw, role, at)}: {text_of(raw.columns[role][at])}" for role in known)
    return quoted


def _named(raw: Gathered, role: str, at: int | np.intp) -> str:
    """Name the column in which a cell stands."""
    return raw.marks[at] if role == "mark" else raw.heading(role, raw.sheets[at])
