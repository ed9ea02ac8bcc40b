"""What is odd about registrations that are charted all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from cusum.programme import Programme
from cusum.programme.names import fold_name
from cusum.registrations.reasons import describe

__all__ = ["DISTANT", "FLAG_COLUMNS", "IMPLAUSIBLE", "MANY_PER_DAY", "find_flags", "run_probability", "tied_groups"]

FLAG_COLUMNS = ("row", "sheet", "column", "flag", "found", "message", "trainee", "procedure", "value")
#: More registrations than this of one trainee on one day are flagged.
MANY_PER_DAY = 10
#: A run without failure that is less probable than this is flagged.
IMPLAUSIBLE = 0.001
#: A day further than this from the median day of the file is flagged: three years.
DISTANT = pd.Timedelta(days=1096)


def run_probability(failure_rate: float, run: int, cases: int) -> float:
    """Say how probable it is to see a run without failure at least so long, somewhere among so many cases.

    Parameters
    ----------
    failure_rate : float
        Failure rate, a fraction.
    run : int
        Length of the run, cases.
    cases : int
        Number of cases in all.

    Returns
    -------
    float
        Exact probability for independent cases.

    Notes
    -----
    With :math:`q_n` the probability of no such run in `n` cases, :math:`q_n = q_{n-1} - p s^L q_{n-L-1}` for
    :math:`n > L`, where `p` is the failure rate, `s = 1 - p` and `L` the length of the run.

    References
    ----------
    Feller W. An Introduction to Probability Theory and Its Applications, volume I, chapter XIII.7.

    Examples
    --------
    >>> run_probability(0.5, 2, 3)
    0.375
    """
    if run <= 0:
        return 1.0
    if run > cases:
        return 0.0
    whole = (1.0 - failure_rate) ** run
    none = np.ones(cases + 1)
    none[run] = 1.0 - whole
    for n in range(run + 1, cases + 1):
        none[n] = none[n - 1] - failure_rate * whole * none[n - run - 1]
    return float(1.0 - none[cases])


def tied_groups(table: pd.DataFrame) -> pd.DataFrame:
    """Find registrations whose order within the day is not known.

    Parameters
    ----------
    table : DataFrame
        The canonical table.

    Returns
    -------
    DataFrame
        One row a group (same trainee, procedure and day, and the same sequence or none): position of its first
        registration, number of registrations, number of failures.

    Notes
    -----
    Where a group is all failures or all successes, its order changes nothing.
    """
    keys = ["trainee", "procedure", "performed_on"]
    unknown = table["sequence"].isna().groupby([table[key] for key in keys]).transform("any")
    sequence = table["sequence"].where(~unknown)
    grouped = table.assign(
        _sequence=sequence.fillna(-1), _at=np.arange(len(table)), _failed=table["failure"].fillna(False).astype(int)
    ).groupby([*keys, "_sequence"], sort=False)
    found = grouped.agg(at=("_at", "first"), number=("_at", "size"), failures=("_failed", "sum"))
    return found[found["number"] > 1].reset_index(drop=True)


def find_flags(
    table: pd.DataFrame,
    programme: Programme,
    *,
    beside: pd.DataFrame,
    same_as: pd.Series,
    settled: pd.Series,
    columns: Callable[[str, str], str],
) -> pd.DataFrame:
    """Look through the charted registrations for what a supervisor should know.

    Parameters
    ----------
    table : DataFrame
        The canonical table, one row a registration.
    programme : Programme
        Its acceptable rates are what a run without failure is held against.
    beside : DataFrame
        Spellings recognised that are not in the programme file: at, found, procedure, value.
    same_as : Series of str
        By position in the table: row number of an identical earlier row, with its sheet where that is another one; ""
        where there is none.
    settled : Series of str
        By position in the table: the cells that contradict one another, "" where none do.
    columns : callable
        Takes a canonical column and a sheet; returns the heading in the file.

    Returns
    -------
    DataFrame
        One row a flag: row, sheet, column, flag, found, message, trainee, procedure, value.
    """
    parts = [
        _duplicates(table, same_as),
        _departments(table),
        _busy_days(table),
        _runs(table, programme),
        _ties(table),
        _synonyms(table, beside),
        _settled(table, settled),
        _similar(table),
        _distant(table),
    ]
    flags = pd.concat([part for part in parts if len(part)] or [_part(table, [], "", "")], ignore_index=True)
    flags["column"] = [columns(role, sheet) for role, sheet in zip(flags["column"], flags["sheet"], strict=True)]
    flags["value"] = flags["value"].astype(float)
    flags["message"] = [describe({str(key): value for key, value in row.items()}) for row in flags.to_dict("records")]
    flags["message"] = flags["message"].astype("str")
    return flags[list(FLAG_COLUMNS)]


def _part(
    table: pd.DataFrame,
    at: Iterable[Any],
    flag: str,
    column: str,
    *,
    found: Iterable[str] | None = None,
    value: Iterable[float] | None = None,
    procedure: bool = True,
) -> pd.DataFrame:
    """Take the rows at some positions as flags."""
    part = table.loc[np.array(list(at), dtype=np.int64), ["row", "sheet", "trainee", "procedure"]]
    part = part.reset_index(drop=True)
    n = len(part)
    part["column"], part["flag"] = column, flag
    part["found"] = pd.Series(["" for _ in range(n)] if found is None else list(found), dtype="str")
    part["value"] = pd.Series([np.nan] * n if value is None else list(value), dtype=float)
    if not procedure:
        part["procedure"] = ""
    return part


def _duplicates(table: pd.DataFrame, same_as: pd.Series) -> pd.DataFrame:
    """Flag rows that are the same as an earlier one in every column."""
    at = np.flatnonzero((same_as != "").to_numpy())
    return _part(table, at, "duplicate_row", "", found=list(same_as.iloc[at]))


def _departments(table: pd.DataFrame) -> pd.DataFrame:
    """Flag days on which a trainee works in two departments."""
    day = ["trainee", "performed_on"]
    each = table.loc[table["department"] != "", [*day, "department"]].drop_duplicates()
    several = each[each.duplicated(day, keep=False)]
    found = several.sort_values("department").groupby(day)["department"].agg([", ".join, "size"])
    first = several.assign(at=several.index).groupby(day)["at"].first()
    value = found["size"].to_numpy()
    return _part(table, first, "two_departments", "department", found=list(found["join"]), value=value, procedure=False)


def _busy_days(table: pd.DataFrame) -> pd.DataFrame:
    """Flag days with very many registrations of one trainee."""
    at = pd.Series(table.index, index=table.index)
    days = at.groupby([table["trainee"], table["performed_on"]]).agg(["first", "size"])
    busy = days[days["size"] > MANY_PER_DAY]
    value = busy["size"].to_numpy()
    return _part(table, busy["first"], "many_per_day", "performed_on", value=value, procedure=False)


def _runs(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Flag runs without failure that are hardly possible at the acceptable failure rate."""
    at, found, value = [], [], []
    charted = {key: one.criterion.acceptable for key, one in programme.procedures.items() if one.charted}
    for (_, procedure), failure in table["failure"].groupby([table["trainee"], table["procedure"]], sort=False):
        rate = charted.get(str(procedure))
        if rate is None:
            continue
        failed = np.flatnonzero(failure.to_numpy(dtype=bool, na_value=False))
        edges = np.concatenate([[-1], failed, [len(failure)]])
        gaps = np.diff(edges) - 1
        longest = int(gaps.max())
        probability = run_probability(rate, longest, len(failure))
        if probability < IMPLAUSIBLE:
            at.append(failure.index[edges[gaps.argmax()] + 1])
            found.append(str(longest))
            value.append(probability)
    return _part(table, at, "implausible_run", "failure", found=found, value=value)


def _ties(table: pd.DataFrame) -> pd.DataFrame:
    """Flag registrations of one day whose order is not known."""
    groups = tied_groups(table)
    value = groups["number"].to_numpy()
    return _part(table, groups["at"], "ties", "performed_on", value=value)


def _synonyms(table: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """Flag each spelling that is not in the programme file, once."""
    return _part(
        table, beside["at"], "value_synonym", "procedure", found=list(beside["found"]), value=list(beside["value"])
    )


def _settled(table: pd.DataFrame, settled: pd.Series) -> pd.DataFrame:
    """Flag contradictions that the programme's definition settles."""
    at = np.flatnonzero((settled != "").to_numpy())
    return _part(table, at, "contradiction_settled", "failure", found=list(settled.iloc[at]))


def _similar(table: pd.DataFrame) -> pd.DataFrame:
    """Flag trainees whose names differ in capitals, blanks or punctuation alone."""
    first = pd.Series(table.index, index=table.index).groupby(table["trainee"]).first()
    alike: dict[str, list[str]] = {}
    for name in first.index:
        alike.setdefault(fold_name(str(name)) or str(name), []).append(str(name))
    pairs = [(name, other) for names in alike.values() for name in names for other in names if name != other]
    return _part(table, [first[name] for name, _ in pairs], "similar_names", "trainee", procedure=False)


def _distant(table: pd.DataFrame) -> pd.DataFrame:
    """Flag days so far from the median day of the file that the year is hardly right."""
    days = table["performed_on"]
    away = (days - days.median()).abs()
    far = days[away > DISTANT]
    value = away[far.index].dt.days.to_numpy() / 365.25
    return _part(table, far.index, "distant_date", "performed_on", found=list(far.dt.strftime("%Y-%m-%d")), value=value)
