"""The milestones of the programme: when each is due, whether it is done, and what documents are still missing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cusum.cohort.competences import Evidence, every_document, state_documents, summarise_competences
from cusum.programme import Programme

__all__ = ["list_milestones"]

PERSON = ["trainee", "department", "region"]
_MONTH = 365.25 / 12
_COUNTS = {
    "documented": "competences_documented",
    "partly": "competences_partly",
    "missing": "competences_missing",
    "not_recorded": "competences_not_recorded",
}
_COLUMNS = [
    *(*PERSON, "milestone", "month", "due_on", "reached", "registrations", "signals", "procedures"),
    *("instrument", "nature", "done", "done_on", *_COUNTS.values(), "missing", "partly"),
]


def list_milestones(evidence: Evidence, started_on: pd.Series, as_of: pd.Timestamp) -> pd.DataFrame:
    """Say for each trainee and milestone when it is due, whether it is done, and what was documented by then.

    Parameters
    ----------
    evidence : Evidence
        Programme, trainees, registrations, signals and assessments.
    started_on : Series of datetime
        First day of the post by trainee.
    as_of : Timestamp
        Day up to which everything counts.

    Returns
    -------
    DataFrame
        One row for each trainee and milestone: month, due_on, reached (due by `as_of`), registrations and signals (of
        competence, by procedure) up to that day, procedures (the number charted), instrument, nature, done (missing
        where no register of assessments was given) and done_on; then, for the day it is due or `as_of`, whichever comes
        first: competences_documented, competences_partly, competences_missing and competences_not_recorded (they make
        all of the programme's competences together), and the numbers of those missing and partly documented, as text.

    Notes
    -----
    An assessment belongs to the milestone whose month it names, or else to the nearest one of the same instrument. A
    formative milestone is done when there is an assessment; a summative or attested one when the latest was sufficient
    (or the register does not say). An assessment dated after `as_of` does not count.
    """
    plan, people = evidence.programme, evidence.people
    rows = [
        people[PERSON].assign(
            milestone=milestone.key,
            month=milestone.month,
            due_on=(people["trainee"].map(started_on) + pd.DateOffset(months=milestone.month)),
            instrument=milestone.instrument,
            nature=milestone.nature,
        )
        for milestone in plan.milestones
    ]
    if not rows or people.empty:
        return pd.DataFrame(columns=_COLUMNS)
    found = pd.concat(rows, ignore_index=True)
    found["due_on"] = found["due_on"].astype("datetime64[us]")
    found["reached"] = found["due_on"] <= as_of
    found["registrations"] = _count_by(found, evidence.table["trainee"], evidence.table["performed_on"])
    crossed = evidence.crossings[evidence.crossings["crossed"]]
    found["signals"] = _count_by(found, crossed["trainee"], crossed["crossed_on"])
    found["procedures"] = int(evidence.crossings["procedure"].nunique())
    found = found.join(_done(found, evidence, started_on, as_of))
    found = found.merge(_documented(found, evidence, as_of), on=["trainee", "month"], how="left")
    return found[_COLUMNS].sort_values(["trainee", "month"], kind="stable", ignore_index=True)


def _count_by(found: pd.DataFrame, trainee: pd.Series, day: pd.Series) -> np.ndarray:
    """Count each trainee's events up to and including the day a milestone is due."""
    days = {name: np.sort(group.to_numpy()) for name, group in day.groupby(trainee)}
    none = np.array([], dtype="datetime64[us]")
    due = found["due_on"].to_numpy()
    return np.array(
        [
            np.searchsorted(days.get(name, none), limit, side="right")
            for name, limit in zip(found["trainee"], due, strict=True)
        ],
        dtype=np.int64,
    )


def _done(found: pd.DataFrame, evidence: Evidence, started_on: pd.Series, as_of: pd.Timestamp) -> pd.DataFrame:
    """Look up the latest assessment that belongs to each milestone."""
    nothing = pd.DataFrame(
        {
            "done": pd.Series(pd.NA, index=found.index, dtype="boolean"),
            "done_on": pd.Series(pd.NaT, index=found.index, dtype="datetime64[us]"),
        }
    )
    if evidence.assessments is None:
        return nothing
    table = evidence.assessments.table
    table = table[(table["assessed_on"] <= as_of) & table["trainee"].isin(started_on.index)]
    table = table.assign(belongs=_belongs(table, evidence.programme, started_on))
    last = table.sort_values(["assessed_on", "row"], kind="stable").drop_duplicates(
        ["trainee", "document", "belongs"], keep="last"
    )
    keys = ["trainee", "instrument", "month"]
    last = last.set_axis(
        [{"document": "instrument", "belongs": "month", "month": "named"}.get(c, c) for c in last.columns], axis=1
    )
    wide = found[[*keys, "nature"]].merge(last[[*keys, "assessed_on", "sufficient"]], on=keys, how="left")
    there = wide["assessed_on"].notna()
    good = there & (wide["sufficient"].fillna(True) | (wide["nature"] == "formative"))
    nothing["done"] = good.astype("boolean").to_numpy()
    nothing["done_on"] = wide["assessed_on"].where(good).to_numpy()
    return nothing


def _belongs(table: pd.DataFrame, programme: Programme, started_on: pd.Series) -> pd.Series:
    """Tell which month's milestone each assessment belongs to: the one it names, or the nearest of its instrument."""
    gone = (table["assessed_on"] - table["trainee"].map(started_on)).dt.days.to_numpy(dtype=np.float64) / _MONTH
    belongs = pd.Series(0, index=table.index, dtype="int64")
    for document in table["document"].unique():
        months = np.array([m.month for m in programme.milestones if m.instrument == document], dtype=np.int64)
        if not months.size:
            continue
        mine = (table["document"] == document).to_numpy()
        nearest = months[np.abs(gone[mine][:, None] - months).argmin(axis=1)]
        named = table.loc[mine, "month"]
        belongs[mine] = np.where(named.isin(months), named.fillna(0).to_numpy(dtype="int64"), nearest)
    return belongs


def _documented(found: pd.DataFrame, evidence: Evidence, as_of: pd.Timestamp) -> pd.DataFrame:
    """Count each trainee's competences by how much of their documentation was there at each month that matters."""
    days = found[["trainee", "month", "due_on"]].drop_duplicates()
    days = days.assign(day=days["due_on"].where(days["due_on"] <= as_of, as_of))
    if not evidence.programme.competences:
        return days[["trainee", "month"]].assign(**dict.fromkeys(_COUNTS.values(), 0), missing="", partly="")
    rows = every_document(evidence).merge(days, on="trainee")
    documents = state_documents(rows, evidence).assign(month=rows["month"])
    states = summarise_competences(documents, by=["month"])
    keys = [states["trainee"], states["month"]]
    counted = pd.crosstab(keys, states["state"]).reindex(columns=list(_COUNTS), fill_value=0)
    piece = counted.rename(columns=_COUNTS).rename_axis(columns=None)
    for state in ("missing", "partly"):
        mine = states[states["state"] == state]
        numbers = mine["number"].astype("str").groupby([mine["trainee"], mine["month"]]).agg(", ".join)
        piece[state] = numbers.reindex(piece.index).fillna("").astype("str")
    return piece.reset_index()
