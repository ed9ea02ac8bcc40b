"""What documents each competence of the programme, for each trainee, on a given day: documents, never achievement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cusum.errors import Phrase
from cusum.programme import Programme

if TYPE_CHECKING:
    from cusum.cohort.cohort import Cohort
    from cusum.registrations.assessments import Assessments

__all__ = [
    "STATES",
    "Evidence",
    "every_document",
    "list_competences",
    "state_documents",
    "summarise_competences",
    "unknown_trainees",
]

PERSON = ["trainee", "department", "region"]
CHART, COUNT = "CU", "ER"

STATES: Mapping[str, Phrase] = {
    "documented": Phrase("documented"),
    "partly": Phrase("partly documented"),
    "insufficient": Phrase("assessed, not sufficient"),
    "missing": Phrase("missing"),
    "no_target": Phrase("no target set"),
    "not_recorded": Phrase("not recorded here"),
}
"""States of a document and of a competence, to be translated on show."""

_DAYS = 1_000_000
_COLUMNS = [*PERSON, "number", "role", "document", "state", "assessed_on", "done", "of", "registrations"]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the documents of the competences are looked up in.

    Parameters
    ----------
    programme : Programme
        Competences, what documents them, and what is counted for them.
    people : DataFrame
        One row a trainee: trainee, department, region.
    table : DataFrame
        Registrations up to the day that counts.
    crossings : DataFrame
        When the charts signalled competence.
    assessments : Assessments or None
        The register of assessments, where there is one.
    """

    programme: Programme
    people: pd.DataFrame
    table: pd.DataFrame
    crossings: pd.DataFrame
    assessments: Assessments | None = None


def list_competences(evidence: Evidence, days: pd.Series) -> pd.DataFrame:
    """Say for each trainee, competence and document whether it is there on a day.

    Parameters
    ----------
    evidence : Evidence
        Programme, trainees, registrations, signals and assessments.
    days : Series of datetime
        The day by trainee; what is dated later does not count.

    Returns
    -------
    DataFrame
        One row for each trainee, competence and document: trainee, department, region, number, role, document, state,
        assessed_on (of the assessment that counts), done, of, registrations.

        An assessment is "documented" where the latest by that day was sufficient (or the register does not say),
        "insufficient" where it was not, "missing" where there is none, "not_recorded" where no register was given.

        A cusum score (CU) is "documented" where each of the competence's procedures has had a signal of competence by
        that day, "partly" where any was charted, else "missing"; `done` and `of` count the procedures with a signal and
        all of them, `registrations` the charted cases.

        The experience registration (ER) is "documented" where all of the competence's items that have a target meet it,
        "partly" where anything was registered, else "missing", and "no_target" where the department has set none;
        `done` and `of` count the items that meet a target and those that have one, `registrations` what was counted.
        Where the register holds a sufficient attestation of CU or ER, it is "documented" with its day.

    Notes
    -----
    A state says which documents there are, never that a competence is achieved: that is for the supervisor and the head
    of training. A chart that cannot decide on few cases leaves its document "partly" there.
    """
    rows = every_document(evidence)
    rows["day"] = rows["trainee"].map(days).astype("datetime64[us]")
    return state_documents(rows, evidence)


def every_document(evidence: Evidence) -> pd.DataFrame:
    """List every document of every competence for every trainee.

    Parameters
    ----------
    evidence : Evidence
        Programme and trainees.

    Returns
    -------
    DataFrame
        One row for each trainee, competence and document: trainee, department, region, number, role, document.
    """
    documents = pd.DataFrame(
        [(c.number, c.role, document) for c in evidence.programme.competences for document in c.documents],
        columns=["number", "role", "document"],
    )
    return evidence.people[PERSON].merge(documents, how="cross")


def state_documents(rows: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Fill in the state of documents.

    Parameters
    ----------
    rows : DataFrame
        One row a document: trainee, department, region, number, role, document, day.
    evidence : Evidence
        What they are looked up in.

    Returns
    -------
    DataFrame
        See :func:`list_competences`; the same rows in the same order.
    """
    found = _latest_assessment(rows, evidence.assessments)
    found[["done", "of", "registrations"]] = pd.NA
    for document, count in ((CHART, _count_signals), (COUNT, _count_items)):
        mine = found["document"] == document
        if mine.any():
            counted = count(found.loc[mine, ["trainee", "number", "day"]], evidence)
            attested = found.loc[mine, "state"] == "documented"
            for name in ("done", "of", "registrations"):
                found.loc[mine, name] = counted[name]
            found.loc[mine, "state"] = counted["state"].mask(attested, "documented")
            found.loc[mine, "assessed_on"] = found.loc[mine, "assessed_on"].where(attested)
    numbers = dict.fromkeys(("done", "of", "registrations"), "Int64")
    return found.astype(numbers)[_COLUMNS]


def _latest_assessment(rows: pd.DataFrame, assessments: Assessments | None) -> pd.DataFrame:
    """Look up the latest assessment by the day of each row."""
    if assessments is None:
        blank = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us]")
        return rows.assign(state="not_recorded", assessed_on=blank)
    table = assessments.table
    keys = ["trainee", "document"]
    asked = rows.reset_index(drop=True).rename_axis("at").reset_index()
    pairs = asked[["at", *keys, "number", "day"]].merge(
        table[[*keys, "assessed_on", "sufficient", "competence", "row"]], on=keys
    )
    about = pairs["competence"].isna() | (pairs["competence"] == pairs["number"])
    pairs = pairs[about.fillna(False) & (pairs["assessed_on"] <= pairs["day"])]
    last = pairs.sort_values(["at", "assessed_on", "row"], kind="stable").drop_duplicates("at", keep="last")
    last = last.set_index("at").reindex(asked["at"])
    said = np.where(last["sufficient"].fillna(True), "documented", "insufficient")
    state = np.where(last["assessed_on"].isna(), "missing", said)
    return rows.reset_index(drop=True).assign(
        state=pd.Series(state, dtype="str"), assessed_on=last["assessed_on"].to_numpy()
    )


def _count_signals(rows: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Count the procedures with a signal of competence, and the charted cases, up to the day of each row."""
    charted = list(dict.fromkeys(evidence.crossings["procedure"]))
    items = {
        c.number: [key for key in c.experience if key in charted] or charted for c in evidence.programme.competences
    }
    crossed = evidence.crossings[evidence.crossings["crossed"]]
    signals = _until(rows, items, crossed["trainee"], crossed["procedure"], crossed["crossed_on"])
    cases = evidence.table[evidence.table["failure"].notna()]
    done = _until(rows, items, cases["trainee"], cases["procedure"], cases["performed_on"])
    sizes = rows["number"].map({number: len(keys) for number, keys in items.items()})
    counted = signals.groupby("at")["count"].sum(), done.groupby("at")["count"].sum()
    state = np.select([counted[0] >= sizes, counted[1] > 0], ["documented", "partly"], default="missing")
    return pd.DataFrame(
        {"state": state, "done": counted[0], "of": sizes, "registrations": counted[1]}, index=rows.index
    )


def _count_items(rows: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Count what was registered of each competence's items, and how many meet their target, up to the day."""
    plan = evidence.programme
    targets = {key: procedure.target for key, procedure in plan.procedures.items()}
    targets |= {key: item.target for key, item in plan.experience.items()}
    items = {c.number: list(c.experience) for c in plan.competences}
    table = evidence.table
    counted = _until(rows, items, table["trainee"], table["procedure"], table["performed_on"])
    counted["target"] = counted["item"].map(targets).astype("float64")
    counted["met"] = counted["count"] >= counted["target"]
    groups = counted.groupby("at")
    with_target = groups["target"].count().reindex(rows.index, fill_value=0)
    met = groups["met"].sum().reindex(rows.index, fill_value=0)
    registered = groups["count"].sum().reindex(rows.index, fill_value=0)
    state = np.select(
        [with_target == 0, met >= with_target, registered > 0], ["no_target", "documented", "partly"], default="missing"
    )
    return pd.DataFrame({"state": state, "done": met, "of": with_target, "registrations": registered}, index=rows.index)


def _until(
    rows: pd.DataFrame, items: dict[int, list[str]], trainee: pd.Series, item: pd.Series, day: pd.Series
) -> pd.DataFrame:
    """Count events by item up to the day of each row: one row for each row and item, `at` being the row's label."""
    pairs = pd.DataFrame([(number, key) for number, keys in items.items() for key in keys], columns=["number", "item"])
    wide = rows.rename_axis("at").reset_index().merge(pairs.astype({"number": rows["number"].dtype}), on="number")
    people = pd.Index(rows["trainee"].unique())
    things = pd.Index(pairs["item"].unique())

    def place(who: pd.Series, what: pd.Series) -> np.ndarray:
        """Number each pair of trainee and item, with room for every day between two numbers."""
        both = people.get_indexer(who) * len(things) + things.get_indexer(what)
        return np.asarray(both, dtype=np.int64) * _DAYS

    known = (trainee.isin(people) & item.isin(things)).to_numpy()
    events = np.sort(place(trainee[known], item[known]) + _days(day[known]))
    first = place(wide["trainee"], wide["item"])
    last = np.searchsorted(events, first + _days(wide["day"]), side="right")
    wide["count"] = last - np.searchsorted(events, first, side="left")
    return wide


def _days(day: pd.Series) -> np.ndarray:
    """Number days from 1970, none below 0."""
    return np.clip(day.to_numpy().astype("datetime64[D]").astype(np.int64), 0, _DAYS - 1)


def summarise_competences(documents: pd.DataFrame, *, by: Sequence[str] = ()) -> pd.DataFrame:
    """Say for each trainee and competence how much of its documentation is there.

    Parameters
    ----------
    documents : DataFrame
        One row for each trainee, competence and document, as in ``Cohort.competences``.
    by : sequence of str, optional
        Further columns that tell rows apart.

    Returns
    -------
    DataFrame
        One row for each trainee and competence: trainee, department, region, number, role, state ("documented" where
        every document is there, "partly" where any is or is in part, "missing" where none is, "not_recorded" where that
        cannot be told because no register of assessments was given), documents (their number), there (how many are
        documented).

    Notes
    -----
    A competence whose experience has no target stays "partly" documented until the department sets one: what is enough
    is the department's to say.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    >>> rows = summarise_competences(cohort.competences)
    >>> rows.loc[rows["number"] == 13, "state"].unique().tolist()
    ['partly']
    """
    keys = [*PERSON, *by, "number", "role"]
    marks = documents[keys].assign(
        documents=1,
        there=documents["state"] == "documented",
        some=documents["state"].isin(["documented", "partly"]) | (documents["registrations"].fillna(0) > 0),
        unknown=documents["state"] == "not_recorded",
    )
    rows = marks.groupby(keys, sort=False, observed=True)[["documents", "there", "some", "unknown"]].sum().reset_index()
    choices = [
        (rows["there"] == rows["documents"], "documented"),
        (rows["some"] > 0, "partly"),
        (rows["unknown"] > 0, "not_recorded"),
    ]
    rows["state"] = np.select([mask for mask, _ in choices], [word for _, word in choices], default="missing")
    return rows.astype({"state": "str"})[[*keys, "state", "documents", "there"]]


def unknown_trainees(cohort: Cohort) -> pd.DataFrame:
    """List the assessments of people who have no registrations: perhaps a name that is written in another way.

    Parameters
    ----------
    cohort : Cohort
        What :func:`cusum.analyse` gave.

    Returns
    -------
    DataFrame
        One row for each such name: trainee, assessments; empty where all are known or no register was given.
    """
    if cohort.assessments is None:
        return pd.DataFrame({"trainee": pd.Series(dtype="str"), "assessments": pd.Series(dtype="int64")})
    table = cohort.assessments.table
    strangers = table[~table["trainee"].isin(cohort.trainees["trainee"])]
    return strangers.groupby("trainee").size().rename("assessments").reset_index()
