"""Part the registrations into those that are used and those that are not, and flag the odd ones among the first."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from cusum.programme import Programme
from cusum.registrations.build import Built
from cusum.registrations.cells import Problem, distinct, text_of
from cusum.registrations.flags import find_flags
from cusum.registrations.gather import Gathered
from cusum.registrations.headings import CANONICAL
from cusum.registrations.outcomes import first_outcome
from cusum.registrations.reasons import IDENTIFYING, describe
from cusum.registrations.sources.sheet import Decision

__all__ = ["REJECTED_COLUMNS", "part"]

REJECTED_COLUMNS = (
    "row",
    "sheet",
    "column",
    "reason",
    "found",
    "suggestion",
    "message",
    "trainee",
    "procedure",
    "also",
)
_ORDER = ["trainee", "procedure", "performed_on", "sequence"]
_ENOUGH = 3
_LONGEST = 60


def part(
    raw: Gathered, built: Built, programme: Programme, *, duplicates: str
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Part the registrations into used and rejected, and flag the odd ones.

    Parameters
    ----------
    raw : Gathered
        Raw registrations.
    built : Built
        The table with its faults.
    programme : Programme
        The programme in force.
    duplicates : {"flag", "reject"}
        What happens to repeated rows without a number of their own.

    Returns
    -------
    table, rejected, flagged : DataFrame
        As in :class:`~cusum.registrations.Registrations`.
    """
    _reject_repeated_ids(raw, built)
    same_as = _same_rows(raw, built)
    if duplicates == "reject":
        for at in np.flatnonzero(same_as != ""):
            built.faults.add(int(at), Problem("duplicate_row", same_as[at]), "", None)
        same_as[:] = ""
    bad = built.faults.bad
    rejected = _rejected(raw, built)
    whole = built.table.assign(_same=same_as, _settled=built.settled, _at=np.arange(len(bad)))
    used = whole[~bad].sort_values(_ORDER, kind="stable", na_position="last").reset_index(drop=True)
    _tell_file_order(whole[~bad], built)
    place = pd.Series(used.index, index=used["_at"])
    table = used.drop(columns=["_same", "_settled", "_at"])
    flagged = find_flags(
        table,
        programme,
        beside=_beside(raw, built, place),
        same_as=used["_same"],
        settled=used["_settled"],
        columns=lambda role, sheet: raw.heading(first_outcome(raw.columns) if role == "failure" else role, sheet),
    )
    return table, rejected, flagged


def _tell_file_order(table: pd.DataFrame, built: Built) -> None:
    """Say so where the file runs from the newest day to the oldest: ties are then in doubt more than elsewhere."""
    steps = table.groupby("trainee", sort=False)["performed_on"].diff()
    if (steps < pd.Timedelta(0)).any() and not (steps > pd.Timedelta(0)).any():
        built.decisions.append(
            Decision("file_order", "", "newest first", "days are sorted; within a day as in the file")
        )


def _reject_repeated_ids(raw: Gathered, built: Built) -> None:
    """Reject a registration whose number was used already; numbers may begin anew on each trainee's sheet."""
    if "registration_id" not in raw.columns:
        return
    table = built.table
    frame = pd.DataFrame(
        {"id": table["registration_id"], "mark": raw.marks, "row": raw.rows, "trainee": table["trainee"]}
    )
    frame = frame[~built.faults.bad & (frame["id"] != "").to_numpy()]
    keys = ["id", "mark"]
    if _begins_anew(frame):
        keys.append("trainee")
        built.decisions.append(
            Decision("registration_id", raw.heading("registration_id"), "begins anew for each trainee")
        )
    first = frame.groupby(keys)["row"].transform("first")
    for at in frame.index[frame.duplicated(keys)]:
        built.faults.add(int(at), Problem("repeated_id", str(first[at])), "registration_id", None)


def _begins_anew(frame: pd.DataFrame) -> bool:
    """Tell whether each trainee's registrations are numbered by themselves: most numbers belong to several trainees."""
    shared = frame.groupby("id")["trainee"].nunique() > 1
    return int(shared.sum()) >= _ENOUGH and 2 * int(shared.sum()) > len(shared)


def _same_rows(raw: Gathered, built: Built) -> np.ndarray:
    """Find rows that are the same as an earlier one: its row number (and sheet, if another), "" where there is none.

    Within a sheet every column must agree; between sheets every canonical one, however the cells are written.
    """
    result = np.full(built.faults.n, "", dtype=object)
    candidates = np.flatnonzero(~built.faults.bad & (built.table["registration_id"] == "").to_numpy())
    if not len(candidates):
        return result
    columns = [*raw.columns.values(), *raw.extra.values(), raw.marks, raw.sheets]
    codes = pd.DataFrame({at: distinct(column[candidates])[0] for at, column in enumerate(columns)}, index=candidates)
    again = codes[codes.duplicated(keep=False)]
    if len(again):
        keys = list(again.columns)
        first = (
            pd.Series(raw.rows[again.index], index=again.index).groupby([again[key] for key in keys]).transform("first")
        )
        repeated = again.index[again.duplicated()]
        result[repeated] = [str(row) for row in first[repeated]]
    _add_other_sheets(result, raw, built, candidates)
    return result


def _add_other_sheets(result: np.ndarray, raw: Gathered, built: Built, candidates: np.ndarray) -> None:
    """Find rows that stand on an earlier sheet already, as where a sheet was copied."""
    sheets = raw.sheets[candidates]
    if (sheets == sheets[0]).all():
        return
    roles = [name for name in built.table.columns if name in CANONICAL]
    table = built.table.iloc[candidates][roles]
    same = table.groupby(roles, sort=False, dropna=False).ngroup().to_numpy()
    _, first, group = np.unique(same, return_index=True, return_inverse=True)
    origin = candidates[first[group]]
    for at, other in zip(candidates, origin, strict=True):
        if raw.sheets[at] != raw.sheets[other] and not result[at]:
            result[at] = f"{raw.rows[other]} ({raw.sheets[other]})"


def _rejected(raw: Gathered, built: Built) -> pd.DataFrame:
    """Write down each rejected registration with its first reason, and the further ones by their codes."""
    reasons: dict[int, list[tuple[Problem, str, str]]] = {}
    for at, problem, column, value in built.faults.found:
        reasons.setdefault(at, []).append((problem, column, value))
    rows = [_one(raw, built, at, reasons[at]) for at in sorted(reasons)]
    frame = pd.DataFrame(rows, columns=list(REJECTED_COLUMNS))
    texts = {column: "str" for column in REJECTED_COLUMNS if column != "row"}
    return frame.astype({"row": "int64", **texts})


def _one(raw: Gathered, built: Built, at: int, reasons: list[tuple[Problem, str, str]]) -> dict[str, object]:
    """Write down one rejected registration."""
    problem, column, value = reasons[0]
    row: dict[str, object] = {
        "row": int(raw.rows[at]),
        "sheet": raw.sheets[at],
        "column": _heading(raw, column, at),
        "reason": problem.code,
        "found": "" if column in IDENTIFYING else _shorten(value),
        "suggestion": problem.suggestion,
        "trainee": built.table["trainee"].iat[at],
        "procedure": built.table["procedure"].iat[at],
    }
    row["message"] = describe(row)
    row["also"] = _join(f"{other.code} ({_heading(raw, name, at)})" for other, name, _ in reasons[1:])
    return row


def _heading(raw: Gathered, column: str, at: int) -> str:
    """Name the column as the file does."""
    if column == "mark" and raw.marks[at]:
        return text_of(raw.marks[at])
    return raw.heading(column, raw.sheets[at]) if column else ""


def _shorten(text: str) -> str:
    """Show the beginning of a long text."""
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _join(texts: Iterable[str]) -> str:
    """Write texts with commas between."""
    return ", ".join(dict.fromkeys(texts))


def _beside(raw: Gathered, built: Built, place: pd.Series) -> pd.DataFrame:
    """Count the used registrations whose procedure is spelled in a way that is not in the programme file."""
    found = []
    texts = built.table.get("procedure")
    assert texts is not None
    for text, (_, _, _) in built.beside.items():
        here = [place[at] for at in np.flatnonzero(_equals(raw.columns["procedure"], text)) if at in place.index]
        if here:
            found.append({"at": min(here), "found": text, "value": float(len(here))})
    return pd.DataFrame(found, columns=["at", "found", "value"])


def _equals(cells: np.ndarray, text: str) -> np.ndarray:
    """Find the cells that read as a text."""
    codes, values = distinct(cells)
    return np.array([text_of(value) == text for value in values], dtype=bool)[codes]
