"""Runs the charts: one path for each trainee and procedure, and what each says now."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cusum.charts.base import Chart, Path
from cusum.cohort.current_rate import current_rate
from cusum.programme import Programme

__all__ = ["chart_all", "cross", "list_signals", "state_status"]

PERSON = ["trainee", "department", "region"]
_FAR = 400


def chart_all(cases: pd.DataFrame, charts: dict[str, Chart]) -> tuple[pd.DataFrame, dict[tuple[str, str], Path]]:
    """Chart every trainee's cases of every procedure.

    Parameters
    ----------
    cases : DataFrame
        Charted registrations in case order within trainee and procedure.
    charts : dict of str to Chart
        The chart of each procedure.

    Returns
    -------
    table : DataFrame
        One row a case, with the path and the current failure rate.
    paths : dict
        The path by (trainee, procedure).
    """
    paths: dict[tuple[str, str], Path] = {}
    for (trainee, procedure), mine in cases.groupby(["trainee", "procedure"], sort=False, observed=True)["failure"]:
        paths[str(trainee), str(procedure)] = charts[str(procedure)].run(mine.to_numpy(dtype=np.bool_))
    known = cases[[*PERSON, "procedure", "performed_on", "row", "sheet"]].reset_index(drop=True)
    known.insert(4, "case", _join([np.arange(1, path.failure.size + 1) for path in paths.values()], np.int64))
    known["failure"] = _join([path.failure for path in paths.values()], np.bool_)
    for name in ("score", "statistic", "lower", "upper"):
        arrays = [getattr(path, "scores" if name == "score" else name) for path in paths.values()]
        known[name] = _join(arrays, np.float64)
    for name in ("phase", "state"):
        known[name] = pd.Series(_join([getattr(path, name) for path in paths.values()], "U10"), dtype="str")
    known["signal"] = pd.Series(_join([_kinds(path) for path in paths.values()], "U16"), dtype="str")
    return known.join(current_rate(known)), paths


def _join(arrays: list[np.ndarray], kind: npt.DTypeLike) -> np.ndarray:
    """Put the paths' arrays end to end."""
    return np.concatenate([np.empty(0, dtype=kind), *arrays]).astype(kind, copy=False)


def _kinds(path: Path) -> np.ndarray:
    """Spell out the kind of signal at each case, "" where there is none."""
    kinds = np.full(path.failure.size, "", dtype="U16")
    for signal in path.signals:
        kinds[signal.case - 1] = signal.kind
    return kinds


def cross(everyone: pd.DataFrame, table: pd.DataFrame, paths: dict[tuple[str, str], Path]) -> pd.DataFrame:
    """Say for each trainee and procedure at which case competence was signalled, or how far it was looked for.

    Parameters
    ----------
    everyone : DataFrame
        One row for each trainee and charted procedure, in the order wanted.
    table : DataFrame
        One row a case.
    paths : dict
        The path by (trainee, procedure).

    Returns
    -------
    DataFrame
        One row for each row of `everyone`.
    """
    groups = table.groupby(["trainee", "procedure"], observed=True)
    counted = groups.agg(cases=("case", "size"), failures=("failure", "sum"))
    rows = everyone.merge(counted.reset_index(), how="left", on=["trainee", "procedure"])
    rows[["cases", "failures"]] = rows[["cases", "failures"]].fillna(0).astype("int64")
    signals = {key: path.competence for key, path in paths.items()}
    case = [
        signal.case if (signal := signals.get((trainee, procedure))) else None
        for trainee, procedure in zip(rows["trainee"], rows["procedure"], strict=True)
    ]
    rows["case"] = pd.Series(case, dtype="Int64", index=rows.index)
    rows["crossed"] = rows["case"].notna()
    days = table.set_index(["trainee", "procedure", "case"])["performed_on"]
    keys = pd.MultiIndex.from_arrays([rows["trainee"], rows["procedure"], rows["case"].fillna(-1).astype("int64")])
    rows["crossed_on"] = days.reindex(keys).to_numpy()
    rows["censored_at"] = rows["cases"].astype("Int64").mask(rows["crossed"])
    order = [*PERSON, "procedure", "cases", "failures", "crossed", "case", "crossed_on", "censored_at"]
    return rows[order]


def state_status(
    crossings: pd.DataFrame,
    table: pd.DataFrame,
    paths: dict[tuple[str, str], Path],
    charts: dict[str, Chart],
    designs: pd.DataFrame,
    programme: Programme,
) -> pd.DataFrame:
    """Say where each trainee stands in each procedure, and what it would take.

    Parameters
    ----------
    crossings : DataFrame
        From :func:`cross`.
    table : DataFrame
        One row a case.
    paths : dict
        The path by (trainee, procedure).
    charts : dict of str to Chart
        The chart of each procedure.
    designs : DataFrame
        What each chart promises.
    programme : Programme
        The programme in force.

    Returns
    -------
    DataFrame
        One row for each row of `crossings`.
    """
    last_day = table.groupby(["trainee", "procedure"], observed=True)["performed_on"].max()
    by_procedure = designs.set_index("procedure")
    rows: list[dict[str, Any]] = []
    for trainee, procedure, cases in crossings[["trainee", "procedure", "cases"]].to_numpy():
        standing = _standing(charts[procedure], paths.get((trainee, procedure)))
        note = _note(standing["status"], cases, by_procedure.loc[procedure])
        last = last_day.get((trainee, procedure), pd.NaT)
        rows.append({**standing, "note": note, "last_performed_on": last})
    status = pd.DataFrame(rows) if rows else pd.DataFrame(columns=[*_standing_columns, "note", "last_performed_on"])
    known = crossings[[*PERSON, "procedure", "cases", "failures"]].reset_index(drop=True)
    expected = known["procedure"].map({key: p.expected_cases for key, p in programme.procedures.items()})
    status = pd.concat([known, status], axis=1).assign(expected_cases=expected)
    for name in ("successes_needed", "successes_needed_one_failure"):
        status[name] = status[name].astype("Int64")
    order = [*PERSON, "procedure", "status", "note", "cases", "failures", "statistic", "limit", "last_performed_on"]
    order += ["successes_needed", "successes_needed_one_failure", "expected_cases"]
    status = status[order].astype({"status": "str", "note": "str", "statistic": "float64", "limit": "float64"})
    return status.astype({"last_performed_on": "datetime64[us]"})


_standing_columns = ["status", "statistic", "limit", "successes_needed", "successes_needed_one_failure"]


def _standing(chart: Chart, path: Path | None) -> dict[str, Any]:
    """Describe the end of one path: state, statistic, the limit in force, and what it would take from here."""
    seen = path.failure if path is not None else np.zeros(0, dtype=np.bool_)
    state = str(path.state[-1]) if path is not None and seen.size else "not_started"
    statistic, limit = float("nan"), float("nan")
    if path is not None and seen.size:
        statistic = float(path.statistic[-1])
        toward = path.lower if "acceptable" in chart.kinds else path.upper
        limit = float(toward[-1])
    return {
        "status": state,
        "statistic": statistic,
        "limit": limit,
        "successes_needed": _needed(chart, seen, state, []),
        "successes_needed_one_failure": _needed(chart, seen, state, [True]),
    }


def _needed(chart: Chart, seen: np.ndarray, state: str, first: list[bool]) -> int | None:
    """Count the successes in a row that would signal competence after `first`; None where that is no question."""
    if state == "competent" or "competent" not in chart.says:
        return None
    ahead = np.concatenate((seen, np.array(first, dtype=np.bool_), np.zeros(_FAR, dtype=np.bool_)))
    state_ahead = chart.run(ahead).state[seen.size + len(first) :]
    reached = np.flatnonzero(state_ahead == "competent")
    return int(reached[0]) + 1 if reached.size else None


def _note(status: str, cases: int, design: pd.Series) -> str:
    """Say why a trainee who is not declared competent may not be blamed for it."""
    if status not in ("learning", "not_started") or pd.isna(design["shortest_run"]):
        return ""
    if not design["can_decide"]:
        return "cannot_decide"
    if cases >= design["last_look"]:
        return "last_look_taken"
    if cases < design["shortest_run"]:
        return "too_few_cases"
    return "low_power" if design["power"] < 0.5 else ""


def list_signals(table: pd.DataFrame) -> pd.DataFrame:
    """Pick the cases with a signal.

    Parameters
    ----------
    table : DataFrame
        One row a case.

    Returns
    -------
    DataFrame
        One row a signal: trainee, department, region, procedure, case, performed_on, kind, statistic.
    """
    signals = table[table["signal"] != ""].rename(columns={"signal": "kind"})
    return signals[[*PERSON, "procedure", "case", "performed_on", "kind", "statistic"]].reset_index(drop=True)
