"""The page on data quality: nothing has been left out in silence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.codes import problem_sentence, problem_words
from cusum.report.table import Cell, Column, Table, records, table

if TYPE_CHECKING:
    from cusum.report.site import Site

__all__ = ["quality_page"]

_LONGEST = 1000


def quality_page(site: Site) -> dict[str, Any]:
    """Gather what the page on data quality shows.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    dict
        Context of ``quality.html``.
    """
    text, number = site.language.text, site.language.number
    registrations = site.cohort.registrations
    counts = registrations.counts
    return {
        "title": text("Data quality"),
        "head": [text("Data quality"), site.source],
        "facts": [
            (text("Registrations read"), number(counts["read"])),
            (text("used"), number(counts["used"])),
            (text("rejected"), number(counts["rejected"])),
            (text("flagged, but used"), number(counts["flagged"])),
        ],
        "equation": text(
            "{read} read = {used} used + {rejected} rejected",
            read=number(counts["read"]),
            used=number(counts["used"]),
            rejected=number(counts["rejected"]),
        ),
        "skipped": _skipped(site),
        "reasons": _by_code(site, registrations.rejected, "reason"),
        "rejected": _listed(site, registrations.rejected, "reason"),
        "flags": _by_code(site, registrations.flagged, "flag"),
        "flagged": _listed(site, registrations.flagged, "flag"),
        "decisions": _decisions(site),
        "ties": _ties(site),
        "completeness": _completeness(site),
        "strangers": _strangers(site),
        "footer": site.footer(counts["used"], counts["rejected"]),
    }


def _skipped(site: Site) -> str:
    """Say how many rows were no registrations at all."""
    counts, number = site.cohort.registrations.counts, site.language.number
    if not any(counts[kind] for kind in ("skipped_blank", "skipped_title", "skipped_total")):
        return ""
    return site.language.text(
        "Besides, {blank} blank rows, {title} rows of titles and {total} rows of totals were skipped; they are not "
        "registrations.",
        blank=number(counts["skipped_blank"]),
        title=number(counts["skipped_title"]),
        total=number(counts["skipped_total"]),
    )


def _by_code(site: Site, frame: pd.DataFrame, column: str) -> Table:
    """Count rows by reason, with their row numbers."""
    text, number = site.language.text, site.language.number
    rows = [
        (
            problem_words(site.language, str(code)),
            Cell(number(len(group)), order=len(group)),
            _numbers(group["row"].tolist()),
        )
        for code, group in frame.groupby(column, sort=True)
    ]
    rejected = column == "reason"
    return table(
        f"by-{column}",
        text("Rejected registrations by reason") if rejected else text("Flagged registrations by kind"),
        [text("Reason"), Column(text("Number"), number=True), text("Rows in the file")],
        rows,
        empty=text("None were rejected.") if rejected else text("None were flagged."),
    )


def _numbers(rows: list[int], most: int = 40) -> str:
    """List row numbers, the first ones where there are many."""
    listed = ", ".join(str(row) for row in sorted(set(rows))[:most])
    return f"{listed} …" if len(set(rows)) > most else listed


def _listed(site: Site, frame: pd.DataFrame, column: str) -> Table:
    """List the rows one by one."""
    text, number = site.language.text, site.language.number
    rows = [
        (
            Cell(str(row["row"]), order=int(row["row"])),
            str(row["sheet"]) or "–",
            str(row["column"]) or "–",
            problem_words(site.language, str(row[column])),
            problem_sentence(site, row),
        )
        for row in frame.head(_LONGEST).to_dict("records")
    ]
    note = ""
    if len(frame) > _LONGEST:
        note = text(
            "The first {shown} of {all} are shown here; the workbook holds all of them.",
            shown=number(_LONGEST),
            all=number(len(frame)),
        )
    rejected = column == "reason"
    return table(
        "rejected" if rejected else "flagged",
        text("Every rejected registration") if rejected else text("Every flagged registration"),
        [Column(text("Row"), number=True), text("Sheet"), text("Column"), text("Reason"), text("What was found")],
        rows,
        sortable=True,
        empty=text("None were rejected.") if rejected else text("None were flagged."),
        note=note,
    )


def _decisions(site: Site) -> Table:
    """List what was decided about the file."""
    from cusum.report.decisions import decision_words

    text = site.language.text
    rows = [decision_words(site.language, row) for row in site.cohort.registrations.decisions.to_dict("records")]
    return table(
        "decisions",
        text("What was decided when the file was read"),
        [text("About"), text("Column or sheet"), text("Decision"), text("Grounds")],
        rows,
        empty=text("Nothing had to be decided."),
    )


def _ties(site: Site) -> list[str]:
    """Say how many procedures have no known order within their day, and what that could change."""
    text, number = site.language.text, site.language.number
    counts, crossings = site.cohort.registrations.counts, site.cohort.crossings
    if not counts["tied_groups"]:
        return [text("The order of the procedures is known throughout.")]
    open_ones = crossings[crossings["order"] != "fixed"]
    possible = open_ones[open_ones["case_earliest"].notna()]
    changed = possible[~possible["crossed_in_every_order"]]
    moved = possible[possible["crossed_in_every_order"] & (possible["case_earliest"] != possible["case_latest"])]
    sentences = [
        text(
            "{registrations} registrations share their day with others of the same trainee and procedure and have no "
            "known order ({days} days); the order of the file was used.",
            registrations=number(counts["ties"]),
            days=number(counts["tied_groups"]),
        ),
        text(
            "The order can matter in {courses} courses of learning: there some procedures of a day succeeded and some "
            "did not. In another order a signal of competence would come or go in {changed} of them, and move to "
            "another procedure number in {moved} more.",
            courses=number(len(open_ones)),
            changed=number(len(changed)),
            moved=number(len(moved)),
        ),
    ]
    if len(changed):
        names = [f"{row.trainee} ({site.name(row.procedure)})" for row in records(changed)]
        sentences.append(text("It comes or goes for {names}.", names=site.language.join(names)))
    if (open_ones["order"] == "sampled").any():
        sentences.append(text("Where there are too many orders to follow them all, 2,000 were drawn at random."))
    return sentences


def _strangers(site: Site) -> dict[str, Any] | None:
    """List the assessments of people without registrations; under pseudonyms only how many there are."""
    from cusum.cohort.competences import unknown_trainees

    found = unknown_trainees(site.cohort)
    if found.empty:
        return None
    text, number = site.language.text, site.language.number
    sentence = site.language.plural(
        "{rows} assessments of {n} person are not counted, because that person has no registrations; perhaps the name "
        "is written in another way in the register.",
        "{rows} assessments of {n} people are not counted, because those people have no registrations; perhaps their "
        "names are written in another way in the register.",
        len(found),
        rows=number(int(found["assessments"].sum())),
    )
    if site.pseudonymised:
        return {"sentence": sentence, "table": None}
    rows = [
        (row.trainee, Cell(number(int(row.assessments)), order=int(row.assessments)))
        for row in records(found.sort_values("trainee", key=lambda names: names.map(site.language.sort_key)))
    ]
    listed = table(
        "strangers",
        text("Assessments of people without registrations"),
        [text("Name in the register of assessments"), Column(text("Assessments"), number=True)],
        rows,
    )
    return {"sentence": sentence, "table": listed}


def _completeness(site: Site) -> Table:
    """Set the number charted beside the number counted as experience, and say who has none."""
    text, number = site.language.text, site.language.number
    experience = site.cohort.experience
    counted = experience[experience["kind"] == "procedure"].groupby("item")["count"].sum()
    rows = []
    for procedure in site.procedures:
        status = site.rows("status", "procedure", procedure)
        with_some = int((status["cases"] > 0).sum())
        charted = int(status["cases"].sum())
        rows.append(
            (
                Cell(site.name(procedure), href=site.procedures[procedure]),
                Cell(number(charted), order=charted),
                Cell(number(int(counted.get(procedure, 0))), order=int(counted.get(procedure, 0))),
                text("{some} of {all}", some=number(with_some), all=number(len(status))),
                number(float(status["cases"].median()), 0),
                number(int(site.designs[procedure].expected_cases)),
            )
        )
    return table(
        "completeness",
        text("How complete the registration is"),
        [
            text("Procedure"),
            Column(text("Charted"), number=True),
            Column(text("Counted as experience"), number=True),
            Column(text("Trainees with registrations"), number=True),
            Column(text("Median number of procedures"), number=True),
            Column(text("Expected in the whole post"), number=True),
        ],
        rows,
        note=text(
            "Procedures that did not succeed are more easily left unregistered than others, and no chart can see what "
            "is missing."
        ),
    )
