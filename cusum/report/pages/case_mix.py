"""Who gets which cases: a small table for a trainee or a department, and whether the volume can decide."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.findings import NOWHERE
from cusum.report.table import Cell, Column, Table, records, table

if TYPE_CHECKING:
    from cusum.report.embedding import Fragment
    from cusum.report.site import Site

__all__ = ["case_mix_figure", "case_mix_table", "volume_table"]

_HIGH_ASA = 3


def case_mix_table(site: Site, by: str, name: str, hidden: set[str] | None = None) -> Table | None:
    """Set the case mix of a trainee or a department beside that of all others.

    Parameters
    ----------
    site : Site
        The report.
    by : {"trainee", "department"}
        What `name` is.
    name : str
        As in the data.
    hidden : set of str, optional
        Procedures that are not to be shown.

    Returns
    -------
    Table or None
        One row a procedure; None where nothing is known about the patients.
    """
    text = site.language.text
    every = site.findings.case_mix_of(by, name or NOWHERE)
    mine = {key: rows for key, rows in every.items() if key[0] not in (hidden or set())}
    described = {covariate for _, covariate in mine}
    columns = [one for one in _measures(site, by) if one[0] in described]
    if not columns:
        return None
    rows = []
    for procedure in site.procedures:
        if not any(key[0] == procedure for key in mine):
            continue
        cells = [_cell(site, mine.get((procedure, covariate), []), covariate) for covariate, _ in columns]
        rows.append((Cell(site.name(procedure), href=site.procedures[procedure]), *cells))
    others = text("below: all other trainees") if by == "trainee" else text("below: all other departments")
    return table(
        "case-mix",
        text("Which cases: first here, {others}", others=others) if _any_others(mine) else text("Which cases"),
        [text("Procedure"), *(Column(title, number=True) for _, title in columns)],
        rows,
        note=text(
            "With few cases a difference is mostly chance. The registrations hold only part of what makes a case "
            "difficult."
        ),
    )


def case_mix_figure(site: Site, department: str, hidden: set[str]) -> Fragment | None:
    """Draw which cases a department gets, level by level, beside all others.

    Parameters
    ----------
    site : Site
        The report.
    department : str
        As in the data.
    hidden : set of str
        Procedures that are not to be shown.

    Returns
    -------
    Fragment or None
        None where nothing is known about the patients, or there is no other department.
    """
    from cusum.figures import plot_case_mix

    shown = case_mix_table(site, "department", department, hidden)
    mix = site.findings.case_mix("department")
    mix = mix[~mix["procedure"].isin(list(hidden)) & ~mix["covariate"].isin(["expected"])]
    mine = mix[mix["unit"] == (department or NOWHERE)]
    if shown is None or mine.empty or not (mine["others_cases"] > 0).any():
        return None
    figure = plot_case_mix(mix, department or NOWHERE, programme=site.cohort.programme, language=site.language.code)
    caption = site.language.text(
        "Filled dots: the share of the cases here. Open dots: of all other departments' cases."
    )
    return site.embedding.embed(figure, "figure-case-mix", caption=caption, table=replace(shown, key="table-case-mix"))


def _measures(site: Site, by: str) -> list[tuple[str, str]]:
    """List the covariates of the small table, with their headings."""
    text = site.language.text
    return [
        (
            "expected",
            text("Expected failure probability of an acceptable performer, mean")
            if by == "trainee"
            else text("Expected failure probability, mean"),
        ),
        ("urgency", text("Emergencies")),
        ("asa", text("ASA class 3 or more")),
        ("bmi", text("BMI, mean")),
        ("age", text("Age, mean")),
    ]


def _cell(site: Site, rows: list[Any], covariate: str) -> Cell:
    """Write a share or a mean, with that of all others below."""
    if not rows:
        return Cell("–")
    if covariate in {"urgency", "asa"}:
        here, others = _share(rows, covariate, "share"), _share(rows, covariate, "others_share")
        return Cell(site.language.percent(here), note=_or_none(site, others))
    mean = next((row for row in rows if row.level == "mean"), None)
    if mean is None:
        return Cell("–")
    here, others = float(mean.mean), float(mean.others_mean)
    if covariate == "expected":
        return Cell(site.language.percent(here, 1), note=_or_none(site, others, 1))
    return Cell(site.language.number(here, 1), note="" if pd.isna(others) else site.language.number(others, 1))


def _or_none(site: Site, share: float, digits: int = 0) -> str:
    """Write a percentage, or nothing."""
    return "" if pd.isna(share) else site.language.percent(share, digits)


def _any_others(mine: dict[tuple[str, str], list[Any]]) -> bool:
    """Tell whether anybody else has cases of these procedures."""
    return any(int(row.others_cases) > 0 for rows in mine.values() for row in rows)


def _share(rows: list[Any], covariate: str, column: str) -> float:
    """Add up the share of emergencies, or of high ASA classes."""
    chosen = [float(getattr(row, column)) for row in rows if _counts(str(row.level), covariate)]
    known = [share for share in chosen if not pd.isna(share)]
    if not chosen:
        nobody = column == "others_share" and all(int(row.others_cases) == 0 for row in rows)
        return float("nan") if nobody else 0.0
    return sum(known) if known else float("nan")


def _counts(level: str, covariate: str) -> bool:
    """Tell whether a level is an emergency, or a high ASA class."""
    if covariate == "urgency":
        return level == "emergency"
    try:
        return float(level) >= _HIGH_ASA
    except ValueError:
        return False


def volume_table(site: Site, department: str) -> Table:
    """Say whether the number of procedures that a trainee does in a department can decide anything.

    Parameters
    ----------
    site : Site
        The report.
    department : str
        As in the data.

    Returns
    -------
    Table
        One row a procedure.
    """
    text, number, percent = site.language.text, site.language.number, site.language.percent
    frame = site.findings.volumes
    mine = frame[frame["department"] == department]
    rows = [
        (
            Cell(site.name(row.procedure), href=site.procedures[row.procedure]),
            number(int(row.cases)),
            number(int(row.expected_cases)),
            "–" if pd.isna(row.shortest_run) else number(int(row.shortest_run)),
            percent(row.power),
            percent(row.own_power),
            percent(row.power_bound),
            _verdict(site, row),
        )
        for row in records(mine)
    ]
    finished = bool(len(mine)) and str(mine["basis"].iloc[0]) == "post"
    basis = (
        text("The median is over the trainees who have reached the end of the post.")
        if finished
        else text("Nobody has reached the end of the post here: the median is of the procedures so far.")
    )
    return table(
        "volume",
        text("Can the number of procedures done here decide?"),
        [
            text("Procedure"),
            Column(text("Median number of procedures of a trainee"), number=True),
            Column(text("Expected in the whole post"), number=True),
            Column(text("Shortest way to a signal, without failure"), number=True),
            Column(text("Power with so many"), number=True),
            Column(text("Power if the limit were designed for this number"), number=True),
            Column(text("Power that no chart can exceed"), number=True),
            text("Answer"),
        ],
        rows,
        note=f"{basis} "
        + text(
            "Power: the probability that a trainee whose failure rate is acceptable gets a signal within so many "
            "procedures."
        ),
    )


def _verdict(site: Site, row: Any) -> str:
    """Sum up what the number can decide."""
    text = site.language.text
    words = {
        "cannot_decide": text("No: so few procedures cannot give a signal"),
        "low_power": text("Hardly: a signal counts, its absence says little"),
        "can_decide": text("Yes: most trainees who are good enough get a signal"),
        "": "–",
    }
    return words[str(row.verdict)]
