"""An optional register of assessments: which document was given to whom, when, and whether it was sufficient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cusum.programme import Programme, load_programme
from cusum.registrations.assessment_rows import RawRows, gather_rows, score_headings
from cusum.registrations.assessment_words import (
    ASSESSMENT_REASONS,
    read_document,
    read_month,
    read_number_of_competence,
    read_result,
)
from cusum.registrations.cells import Cells, Faults, Problem, is_missing, read_cells, text_of
from cusum.registrations.dates import read_dates, to_date
from cusum.registrations.privacy import refuse_civil_numbers
from cusum.registrations.provenance import Provenance, fingerprint
from cusum.registrations.sources.catalogue import open_source
from cusum.registrations.sources.frame import read_frame
from cusum.registrations.sources.sheet import Decision

__all__ = ["Assessments", "describe_assessment", "read_assessments"]

_REJECTED = ["row", "sheet", "column", "reason", "found", "suggestion", "message", "trainee"]


@dataclass(frozen=True, repr=False)
class Assessments:
    """A register of assessments that passed the door, and the rows that did not.

    Parameters
    ----------
    table : DataFrame
        One row an assessment, by trainee and day: ``trainee``, ``document`` (a key of ``Programme.instruments``, or K
        and the number of a competence card), ``assessed_on``, ``sufficient`` (missing where the register does not say),
        ``competence`` (number; missing where the row is about all that the document documents), ``month`` (of the post,
        where the row names it), ``row``, ``sheet``.
    rejected : DataFrame
        One row for each that was not used: ``row``, ``sheet``, ``column``, ``reason``, ``found``, ``suggestion``,
        ``message``, ``trainee``.
    decisions : DataFrame
        What was decided about the file: ``topic``, ``subject``, ``decision``, ``detail``.
    counts : mapping of str to int
        ``read`` = ``used`` + ``rejected``; ``skipped_blank`` and ``skipped_title``.
    provenance : Provenance
        Version, file and fingerprint.

    Examples
    --------
    >>> read_assessments(pd.DataFrame({"Læge": ["T1"], "Dokument": ["Kompetencekort 1"], "Dato": ["2025-03-02"]}))
    Assessments(1 read = 1 used + 0 rejected, 1 trainee)
    """

    table: pd.DataFrame
    rejected: pd.DataFrame
    decisions: pd.DataFrame
    counts: Mapping[str, int] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=lambda: Provenance("", "", ""))

    def __repr__(self) -> str:
        """Say it in one line."""
        counts, trainees = self.counts, self.table["trainee"].nunique()
        return (
            f"Assessments({counts['read']} read = {counts['used']} used + {counts['rejected']} rejected, "
            f"{trainees} trainee{'' if trainees == 1 else 's'})"
        )

    def _repr_html_(self) -> str:
        """Show in a notebook how many assessments there are of each document."""
        sizes = self.table["document"].value_counts().rename("assessments").to_frame()
        return f"<p>{escape(repr(self))}</p>{sizes.to_html(border=0)}"


def read_assessments(
    source: str | Path | pd.DataFrame,
    programme: Programme | str | Path | None = None,
    *,
    as_of: date | datetime | str | None = None,
    date_order: str | None = None,
    encoding: str | None = None,
) -> Assessments:
    """Read a register of assessments: competence cards, general assessments, Mini-CEX, supervision talks.

    Parameters
    ----------
    source : str, Path or DataFrame
        A .csv, .txt, .tsv, .xlsx, .xlsm or .parquet file, or a table, with one row an assessment. Columns are
        recognised by Danish or English headings: trainee, document and date; where they are there, the result
        (sufficient or not), the number of the one competence that the row is about, and the month of the post. A table
        with a row a trainee and a column of dates for each document will do too.
    programme : Programme, str, Path or None
        The programme in force; None for the Danish introductory year.
    as_of : date or str, optional
        Rows dated later are rejected. None means today.
    date_order : {"day first", "month first", "year first"} or None
        Order of day and month in dates of numbers; None to tell it from all values of the column.
    encoding : str or None
        Encoding of delimited text; None to find it.

    Returns
    -------
    Assessments
        The register, and every rejected row with its reason.

    Raises
    ------
    UnreadableFile
        Where the file is missing, empty or damaged, or lacks a column for trainee, document or date.
    PrivacyError
        Where anything has the form of a Danish civil registration number; the value is never shown.
    InvalidData
        Where the order of day and month cannot be told.

    Notes
    -----
    Documents are recognised by the programme's own names and the usual spellings: "K1", "Kompetencekort 1", "Generel
    vurdering, måned 6", "Mini-CEX", "Vejledersamtale". A row whose result is not stated counts as a document that is
    there; one that was not sufficient does not document anything, and is kept. Who assessed is not read: such columns
    are left alone.

    Examples
    --------
    >>> rows = {"Læge": ["T1", "T1"], "Dokument": ["K1", "K77"], "Dato": ["2025-03-02"] * 2, "Godkendt": ["ja", "ja"]}
    >>> read = read_assessments(pd.DataFrame(rows))
    >>> read.table[["trainee", "document", "sufficient"]].values.tolist()
    [['T1', 'K1', True]]
    >>> read.rejected["message"].item()
    "'K77' in the column Dokument is no document of the programme (expected: K1-K16, GV, MC, CU, ER, VS, COURSE, TIME)."
    """
    plan = load_programme(programme)
    latest = to_date(as_of, "as_of") or date.today()
    if isinstance(source, pd.DataFrame):
        contents, name = read_frame(source), "table"
        print_ = fingerprint(repr(contents.sheets[0].rows).encode())
    else:
        contents, content = open_source(source, encoding=encoding, score=lambda row: score_headings(row, plan))
        name, print_ = Path(source).name, fingerprint(content)
    refuse_civil_numbers(contents, name)
    decisions = list(contents.decisions)
    raw = gather_rows(contents, plan, name, decisions)
    faults = Faults(len(raw.rows))
    table = _build(raw, plan, faults, decisions, date_order, latest)
    rejected = _reject(raw, faults)
    used = table[~faults.bad].sort_values(["trainee", "assessed_on", "row"], kind="stable", ignore_index=True)
    counts = {"read": len(table), "used": len(used), "rejected": len(rejected)}
    counts |= {f"skipped_{kind}": number for kind, number in raw.skipped.items()}
    told = [(one.topic, one.subject, one.decision, one.detail) for one in decisions]
    from cusum import __version__

    return Assessments(
        used,
        rejected,
        pd.DataFrame(told, columns=["topic", "subject", "decision", "detail"], dtype="str"),
        counts,
        Provenance(__version__, name, print_, {"programme": plan.key}),
    )


def describe_assessment(row: Mapping[str, Any], translate: Callable[[str], str] | None = None) -> str:
    """Say in a sentence why a row of the register was rejected.

    Parameters
    ----------
    row : mapping
        A row of ``Assessments.rejected``.
    translate : callable, optional
        Turns an English template into one in the reader's language.

    Returns
    -------
    str
        One sentence. It shows text from the file as it is: escape it before it goes into a page.

    Examples
    --------
    >>> describe_assessment({"reason": "missing_document", "column": "Dokument", "found": "", "suggestion": ""})
    'The column Dokument is empty: what was assessed cannot be told.'
    """
    template = str(ASSESSMENT_REASONS[row["reason"]])
    places = {name: row[name] for name in ("column", "found", "suggestion")}
    return (translate(template) if translate else template).format(**places)


def _build(
    raw: RawRows, plan: Programme, faults: Faults, decisions: list[Decision], order: str | None, latest: date
) -> pd.DataFrame:
    """Read every column of the register."""
    numbers = [competence.number for competence in plan.competences]
    trainee = read_cells(raw.cells("trainee"), _trainee, faults, "trainee")
    document = read_cells(raw.cells("document"), lambda cell: read_document(cell, plan), faults, "document")
    cells, heading = raw.cells("assessed_on"), raw.headings.get("assessed_on", "")
    days, _, decision = read_dates(cells, faults, "assessed_on", heading=heading, order=order, latest=latest)
    decisions.append(decision)
    unread = np.zeros(faults.n, dtype=bool)
    unread[[at for at, _, column, _ in faults.found if column == "assessed_on"]] = True
    faults.add_where(np.isnat(days) & ~unread, Problem("missing_date"), "assessed_on", cells)
    late = Problem("future_date", latest.isoformat())
    faults.add_where(days > np.datetime64(latest, "us"), late, "assessed_on", cells)
    sufficient = read_cells(raw.cells("sufficient"), read_result, faults, "sufficient")
    about = read_cells(
        raw.cells("competence"), lambda cell: read_number_of_competence(cell, numbers), faults, "competence"
    )
    _check_pairs(document, about, plan, faults, raw.cells("competence"))
    month = _months(raw, plan.months)
    table = pd.DataFrame(
        {
            "trainee": _texts(trainee),
            "document": _texts(document),
            "assessed_on": days,
            "sufficient": pd.Series(sufficient, dtype="boolean"),
            "competence": pd.Series(about, dtype="Int64"),
            "month": pd.Series(month, dtype="Int64"),
            "row": raw.rows,
            "sheet": pd.Series(raw.sheets, dtype="str"),
        }
    )
    _check_repeated(table, faults)
    return table


def _texts(cells: Cells) -> pd.Series:
    """Write cells as text; nothing as "" ."""
    return pd.Series([value or "" for value in cells], dtype="str")


def _trainee(cell: object) -> object:
    """Read who it was."""
    text = text_of(cell)
    return Problem("missing_trainee") if is_missing(text) else text


def _months(raw: RawRows, months: int) -> list[object]:
    """Take the month of the post from its own column, or from the name of the document."""
    own = [f"month {text_of(cell)}" if cell is not None else "" for cell in raw.cells("month")]
    named = [read_month(cell, months) for cell in raw.cells("document")]
    return [read_month(text, months) or other for text, other in zip(own, named, strict=True)]


def _check_pairs(document: Cells, about: Cells, plan: Programme, faults: Faults, cells: Cells) -> None:
    """Reject a row about a competence that its document does not document."""
    documents = {competence.number: competence.documents for competence in plan.competences}
    for at in np.flatnonzero([number is not None for number in about]):
        if document[at] is not None and document[at] not in documents[about[at]]:
            faults.add(int(at), Problem("not_for_competence"), "competence", cells[at])


def _check_repeated(table: pd.DataFrame, faults: Faults) -> None:
    """Reject a row that says the same as an earlier one."""
    keys = ["trainee", "document", "assessed_on", "sufficient", "competence", "month"]
    first = table.groupby(keys, dropna=False)["row"].transform("first")
    for at in np.flatnonzero(table.duplicated(keys) & ~faults.bad):
        faults.add(int(at), Problem("repeated_row", str(first.iloc[at])), "", "")


def _reject(raw: RawRows, faults: Faults) -> pd.DataFrame:
    """List the rows that are not used, each by its first fault."""
    who = raw.cells("trainee")
    rows: dict[int, dict[str, object]] = {}
    for at, problem, column, found in faults.found:
        said = {"column": raw.heading(column, at), "reason": problem.code, "suggestion": problem.suggestion}
        said["found"] = "" if column == "trainee" else found
        place = {"row": raw.rows[at], "sheet": raw.sheets[at], "trainee": text_of(who[at])}
        rows.setdefault(at, {**place, **said, "message": describe_assessment(said)})
    found_rows = pd.DataFrame([rows[at] for at in sorted(rows)], columns=_REJECTED)
    return found_rows.astype(dict.fromkeys(_REJECTED[1:], "str") | {"row": "int64"})
