"""How much of what was done is charted: registrations with a usable outcome against all that were counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cusum.cohort.cases import registered_cases
from cusum.cohort.designs import charted_procedures
from cusum.errors import InvalidData, InvalidParameter, Phrase

if TYPE_CHECKING:
    from cusum.cohort.cohort import Cohort

__all__ = ["NOT_AT_RANDOM", "OUTCOME_FAULTS", "describe_completeness"]

NOT_AT_RANDOM = Phrase(
    "Outcomes are seldom missing by chance: a failure is more easily left out than a success, so a chart of part of "
    "the registrations may look better than the trainee was."
)
"""What belongs beside every share charted, to be translated on show."""

OUTCOME_FAULTS = {
    "missing_outcome": "without_outcome",
    "no_outcome_column": "without_outcome",
    "unreadable_outcome": "unreadable",
    "contradiction": "contradictory",
}
"""Reason for rejecting a procedure that was done -> column of the table."""

_FAULT_COLUMNS = tuple(dict.fromkeys(OUTCOME_FAULTS.values()))
_UNITS = ("trainee", "department")
PERSON = ["trainee", "department", "region"]


def describe_completeness(cohort: Cohort, *, by: str = "trainee", counted: pd.DataFrame | None = None) -> pd.DataFrame:
    """Say how much of what was done is charted, by trainee or department.

    Parameters
    ----------
    cohort : Cohort
        What :func:`cusum.analyse` gave.
    by : {"trainee", "department"}, default "trainee"
        The units; a trainee counts for the department of most of the trainee's registrations.
    counted : DataFrame, optional
        Numbers from elsewhere, such as the logbook's own count or the theatre system: columns trainee, procedure (any
        name that the programme knows) and counted.

    Returns
    -------
    DataFrame
        One row for each unit and charted procedure: trainee, department, region (without trainee by department),
        procedure, counted (registrations of the procedure in the file), charted (those with an outcome that could be
        used), share (NaN where nothing was counted), without_outcome, unreadable and contradictory (why the others are
        not charted), elsewhere (the number from `counted`, missing where none was given) and share_elsewhere (charted,
        for the trainees with such a number, over that number; above 1 where the other count is the smaller).

    Raises
    ------
    InvalidParameter
        If `by` is unknown, or `counted` lacks a column.
    InvalidData
        If `counted` names a procedure that the programme does not have, says the same twice, or holds something else
        than whole numbers of 0 or more.

    Notes
    -----
    Rows that were rejected for their outcome are counted: the procedure was done. Rows rejected for something else (no
    date, an unknown procedure) or that say "not scored" are not, and rejected rows count whatever their date. A share
    of 1 says that whoever registers also notes the outcome, not that everything done was registered; only a number from
    elsewhere can tell that. In one Danish study (Ravn, 2001) 20 to 75% of the charts came back, by grade of the doctor.
    `NOT_AT_RANDOM` holds the sentence that belongs beside the shares.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort_messy.xlsx", date_order="day first"))
    >>> rows = describe_completeness(cohort)
    >>> rows.loc[rows["charted"] < rows["counted"], ["trainee", "procedure", "counted", "charted"]].values.tolist()
    [['T001', 'spinal', 2, 1], ['T001', 'cvc', 4, 2]]
    """
    if by not in _UNITS:
        raise InvalidParameter("by is {by!r}", expected="one of {known}", by=by, known=", ".join(_UNITS))
    rows = _by_trainee(cohort)
    rows["elsewhere"] = _elsewhere(rows, counted, cohort)
    rows["compared"] = rows["charted"].where(rows["elsewhere"].notna(), 0)
    numbers = ["counted", "charted", *_FAULT_COLUMNS, "compared"]
    keys = PERSON
    if by == "department":
        keys = ["department", "region"]
        groups = rows.groupby([*keys, "procedure"], sort=False, observed=True)
        rows = pd.concat([groups[numbers].sum(), groups["elsewhere"].sum(min_count=1)], axis=1).reset_index()
        order = {key: k for k, key in enumerate(cohort.programme.procedures)}
        rows = rows.assign(_at=rows["procedure"].map(order)).sort_values([*keys, "_at"], ignore_index=True)
    rows["share"] = rows["charted"] / rows["counted"].where(rows["counted"] > 0)
    elsewhere = rows["elsewhere"].astype("float64")
    rows["share_elsewhere"] = rows["compared"] / elsewhere.where(elsewhere > 0)
    columns = [*keys, "procedure", "counted", "charted", "share", *_FAULT_COLUMNS]
    return rows[[*columns, "elsewhere", "share_elsewhere"]]


def _by_trainee(cohort: Cohort) -> pd.DataFrame:
    """Count each trainee's registrations of each charted procedure: charted, and not for which reason."""
    keys = ["trainee", "procedure"]
    procedures = list(charted_procedures(cohort.programme))
    table, rejected = registered_cases(cohort), cohort.registrations.rejected
    known = cohort.trainees[PERSON]
    faulty = rejected[rejected["reason"].isin(list(OUTCOME_FAULTS)) & (rejected["trainee"] != "")]
    strangers = sorted(set(faulty["trainee"]) - set(known["trainee"]))
    people = pd.concat([known, pd.DataFrame({"trainee": strangers, "department": "", "region": ""})], ignore_index=True)
    rows = people.astype("str").merge(pd.DataFrame({"procedure": procedures}), how="cross")
    place = pd.MultiIndex.from_frame(rows[keys])
    rows["charted"] = _sizes(table[table["failure"].notna()], place)
    for column in _FAULT_COLUMNS:
        rows[column] = _sizes(faulty[faulty["reason"].map(OUTCOME_FAULTS) == column], place)
    rows["without_outcome"] += _sizes(table[table["failure"].isna()], place)
    rows["counted"] = rows[["charted", *_FAULT_COLUMNS]].sum(axis=1)
    return rows.iloc[rows["trainee"].argsort(kind="stable")].reset_index(drop=True)


def _sizes(table: pd.DataFrame, place: pd.MultiIndex) -> pd.Series:
    """Count the rows of a table by trainee and procedure."""
    sizes = table.groupby(["trainee", "procedure"], observed=True).size()
    return pd.Series(sizes.reindex(place).fillna(0).to_numpy(dtype="int64"))


def _elsewhere(rows: pd.DataFrame, counted: pd.DataFrame | None, cohort: Cohort) -> pd.Series:
    """Take the numbers from elsewhere, checked, in the order of the rows."""
    if counted is None:
        return pd.Series(pd.NA, index=rows.index, dtype="Int64")
    lacking = [name for name in ("trainee", "procedure", "counted") if name not in counted]
    if lacking:
        raise InvalidParameter(
            "counted has no column {lacking}", expected="the columns trainee, procedure and counted", lacking=lacking[0]
        )
    keys = [cohort.programme.find(str(name)) for name in counted["procedure"]]
    if None in keys:
        raise InvalidData(
            "counted names {name!r}, which the programme does not know",
            expected="its procedures by any of their names",
            name=str(counted["procedure"].iloc[keys.index(None)]),
        )
    numbers = pd.to_numeric(counted["counted"], errors="coerce")
    if not ((numbers >= 0) & (numbers % 1 == 0)).all():
        raise InvalidData("counted holds something that is no number", expected="whole numbers of 0 or more")
    given = pd.DataFrame({"trainee": counted["trainee"].astype("str").str.strip(), "procedure": keys})
    if given.duplicated().any():
        raise InvalidData("counted holds two numbers for the same trainee and procedure", expected="one of each")
    series = pd.Series(numbers.to_numpy(dtype="int64"), index=pd.MultiIndex.from_frame(given))
    found = series.reindex(pd.MultiIndex.from_frame(rows[["trainee", "procedure"]]))
    return pd.Series(found.to_numpy(dtype="float64"), index=rows.index).astype("Int64")
