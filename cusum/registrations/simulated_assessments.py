"""Make a synthetic register of assessments for a simulated cohort."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cusum.programme import Programme

__all__ = ["simulate_assessments", "write_assessments"]

_DAYS = 365 / 12
_NEVER, _AGAIN = 0.03, 0.08  # share of documents never entered, and of first attempts that were not sufficient
_TALKS = {21: 4.0, 22: 6.0, 23: 8.0}  # about when a talk on the competence is held, months
_ATTESTED = ("COURSE", "TIME")
_COLUMNS = ["trainee", "document", "assessed_on", "sufficient", "competence", "month"]
_HEADINGS = ["Uddannelsessøgende", "Dokument", "Dato", "Godkendt", "Kompetence"]


def simulate_assessments(table: pd.DataFrame, programme: Programme, *, seed: int) -> pd.DataFrame:
    """Make a synthetic register of assessments: who had which document, when, and whether it was sufficient.

    Parameters
    ----------
    table : DataFrame
        Simulated registrations: trainee and post_start are used.
    programme : Programme
        Its competence cards, milestones and supervision talks.
    seed : int
        Seed, 0 or more.

    Returns
    -------
    DataFrame
        One row an assessment, by trainee and day: trainee, document, assessed_on, sufficient, competence, month.

    Notes
    -----
    Nothing in it is real, and all of it is chosen, not estimated: trainees differ in pace; the cards are approved one
    after another over the post, one attempt in twelve is not sufficient and is repeated, about three documents in a
    hundred are never entered; what is due falls within about three weeks of its month. Nothing in it depends on the
    outcomes of the procedures.

    Examples
    --------
    >>> from cusum import simulate_registrations
    >>> cohort = simulate_registrations(trainees=2, seed=1)
    >>> made = simulate_assessments(cohort.table, cohort.programme, seed=1)
    >>> made.columns.tolist()
    ['trainee', 'document', 'assessed_on', 'sufficient', 'competence', 'month']
    """
    rng = np.random.default_rng(np.random.SeedSequence([int(seed), 5]))
    starts = table.groupby("trainee", sort=True)["post_start"].min()
    rows = [row for trainee, start in starts.items() for row in _of_one(rng, str(trainee), start, programme)]
    made = pd.DataFrame(rows, columns=_COLUMNS).astype({"competence": "Int64", "month": "Int64"})
    return made.sort_values(["trainee", "assessed_on", "document"], kind="stable", ignore_index=True)


def _of_one(rng: np.random.Generator, trainee: str, start: pd.Timestamp, programme: Programme) -> list[dict[str, Any]]:
    """Make the assessments of one trainee."""
    rows = []
    for document, planned, competence, month in _plan(rng, programme):
        never, again, wait = rng.random(), rng.random(), rng.uniform(0.3, 1.2)
        when = planned if document == "TIME" else max(planned + rng.normal(0, 0.3), 0.2)
        repeated = again < _AGAIN and document not in _ATTESTED
        for at, sufficient in [(when, False), (when + wait, True)] if repeated else [(when, True)]:
            if never >= _NEVER and at < programme.months:
                day = start + pd.Timedelta(days=round(at * _DAYS))
                rows.append(dict(zip(_COLUMNS, (trainee, document, day, sufficient, competence, month), strict=True)))
    return rows


def _plan(rng: np.random.Generator, programme: Programme) -> list[tuple[str, float, int | None, int | None]]:
    """Plan one trainee's documents: which, at how many months, for which competence and which month's milestone."""
    months = programme.months
    pace = float(np.clip(rng.normal(1.0, 0.15), 0.7, 1.5))  # above 1: slower than the plan
    plan: list[tuple[str, float, int | None, int | None]] = [
        (f"K{card}", pace * months * (0.08 + 0.8 * at / programme.cards), None, None)
        for at, card in enumerate(rng.permutation(programme.cards) + 1)
    ]
    for milestone in programme.milestones:
        key = milestone.instrument
        if key == "COURSE":
            plan.append((key, rng.uniform(2, 10), None, None))
        elif key == "TIME":
            plan.append((key, months - 0.05, None, None))
        else:
            plan.append((key, milestone.month + rng.normal(0, 0.35), None, milestone.month))
    numbers = {c.number for c in programme.competences if "VS" in c.documents}
    return plan + [("VS", pace * at, number, None) for number, at in _TALKS.items() if number in numbers]


def write_assessments(made: pd.DataFrame, path: Path, programme: Programme) -> Path:
    """Write a register of assessments as Danish Excel saves it; the same register gives the same bytes.

    Parameters
    ----------
    made : DataFrame
        From :func:`simulate_assessments`.
    path : Path
        File to write.
    programme : Programme
        Gives the documents their Danish names.

    Returns
    -------
    Path
        The file written.
    """
    months = [None if month is pd.NA else int(month) for month in made["month"]]
    named = [_name(document, month, programme) for document, month in zip(made["document"], months, strict=True)]
    danish = pd.DataFrame(
        {
            "Uddannelsessøgende": made["trainee"],
            "Dokument": named,
            "Dato": made["assessed_on"],
            "Godkendt": made["sufficient"].map({True: "ja", False: "nej"}),
            "Kompetence": made["competence"],
        }
    )[_HEADINGS]
    text = danish.to_csv(index=False, sep=";", date_format="%d-%m-%Y", lineterminator="\r\n")
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def _name(document: str, month: int | None, programme: Programme) -> str:
    """Name a document in Danish, with the month that it was due."""
    if document[:1] == "K" and document[1:].isdecimal():
        return f"Kompetencekort {document[1:]}"
    name = programme.instruments[document]["da"]
    return name if month is None else f"{name}, måned {month}"
