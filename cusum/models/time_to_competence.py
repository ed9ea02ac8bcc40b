"""Cases to competence: how many cases it takes until a chart signals, with those who have not got there counted too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cusum.errors import InvalidData, InvalidParameter

__all__ = ["TimeToCompetence", "time_to_competence"]

_COLUMNS = ["group", "case", "at_risk", "crossed", "censored", "share", "low", "high"]


@dataclass(frozen=True, eq=False, repr=False)
class TimeToCompetence:
    """Share with a signal of competence by number of cases, by Kaplan and Meier's method.

    Parameters
    ----------
    curve : DataFrame
        Columns group, case, at_risk (trainees with at least so many cases and no signal before), crossed and censored
        (at that case), share (with a signal by then, a fraction) with its limits low and high. Case 0 is included.
    median : DataFrame
        Columns group, median (cases; NA where fewer than half have crossed), low, high, trainees, crossed.
    confidence : float
        Confidence of the limits, each by itself.
    """

    curve: pd.DataFrame
    median: pd.DataFrame
    confidence: float

    def __repr__(self) -> str:
        rows = self.median[["group", "crossed", "trainees", "median"]].to_numpy(dtype=object)
        parts = [f"{group or 'all'}: {crossed} of {n}, median {median}" for group, crossed, n, median in rows]
        return f"<TimeToCompetence: {'; '.join(parts)}>"


def time_to_competence(crossings: pd.DataFrame, *, by: str | None = None, confidence: float = 0.95) -> TimeToCompetence:
    """Estimate the share of trainees with a signal of competence by number of cases.

    Parameters
    ----------
    crossings : DataFrame
        One row a trainee (of one procedure): cases, crossed, case. Trainees without cases are left out.
    by : str, optional
        Column that splits the trainees, such as "department"; all together if left out.
    confidence : float, default 0.95
        Confidence of the limits, in (0, 1).

    Returns
    -------
    TimeToCompetence
        The curve and the median of each group.

    Raises
    ------
    InvalidData
        If a column is missing, there are several procedures, or nobody has a case.
    InvalidParameter
        If `confidence` is outside (0, 1).

    Notes
    -----
    A trainee who has not crossed is censored at the number of cases done. The limits are those of log(-log) of the
    Kaplan-Meier estimate with Greenwood's variance; the median's are where the curve's limits meet one half. A mean
    over those who crossed would be too low, and is not given. Censoring must not depend on the trainee's skill: one who
    leaves because it does not go well breaks that.

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481, doi:10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> table = pd.DataFrame({"cases": [20, 30, 40], "crossed": [True, False, True], "case": [15, None, 31]})
    >>> time_to_competence(table).curve[["case", "at_risk", "share"]].round(3).values.tolist()
    [[0.0, 3.0, 0.0], [15.0, 3.0, 0.333], [30.0, 2.0, 0.333], [31.0, 1.0, 1.0]]
    """
    if not 0 < confidence < 1:
        raise InvalidParameter("confidence is {value}", expected="a number strictly between 0 and 1", value=confidence)
    wanted = ["cases", "crossed", "case", *([by] if by else [])]
    missing = [name for name in wanted if name not in crossings]
    if missing:
        raise InvalidData("crossings has no column {name}", expected=", ".join(wanted), name=missing[0])
    if "procedure" in crossings and crossings["procedure"].nunique() > 1:
        raise InvalidData(
            "crossings has {n} procedures",
            expected="one at a time",
            remedy="Select one: crossings[crossings['procedure'] == 'spinal'].",
            n=int(crossings["procedure"].nunique()),
        )
    started = crossings[crossings["cases"] > 0]
    if started.empty:
        raise InvalidData("crossings has no trainee with a case", expected="at least one")
    groups = [("", started)] if by is None else [(str(name), g) for name, g in started.groupby(by, observed=True)]
    curves, medians = [], []
    for name, group in groups:
        curve = _kaplan_meier(group, confidence).assign(group=name)
        curves.append(curve[_COLUMNS])
        medians.append(
            {"group": name, **_median(curve), "trainees": len(group), "crossed": int(group["crossed"].sum())}
        )
    median = pd.DataFrame(medians).astype({"median": "Int64", "low": "Int64", "high": "Int64"})
    return TimeToCompetence(pd.concat(curves, ignore_index=True), median, confidence)


def _kaplan_meier(group: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Compute the curve of one group; statsmodels estimates, the limits are taken on the log(-log) scale."""
    from scipy.special import ndtri
    from statsmodels.duration.survfunc import SurvfuncRight

    crossed = group["crossed"].to_numpy(dtype=bool)
    case = np.where(crossed, group["case"].fillna(0).to_numpy(dtype=float), group["cases"].to_numpy(dtype=float))
    estimate = SurvfuncRight(case, crossed.astype(int))
    times = np.unique(np.append(case, 0.0))
    at_risk = (case[None, :] >= times[:, None]).sum(axis=1)
    events = (case[None, crossed] == times[:, None]).sum(axis=1)
    lost = (case[None, ~crossed] == times[:, None]).sum(axis=1)
    known = np.searchsorted(estimate.surv_times, times, side="right") - 1
    surviving = np.where(known >= 0, estimate.surv_prob[np.maximum(known, 0)], 1.0) if estimate.surv_times.size else 1.0
    surviving = np.broadcast_to(surviving, times.shape)
    before = at_risk - events
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(np.where(before > 0, events / np.maximum(at_risk * before, 1), 0.0))
        width = ndtri(0.5 + confidence / 2) * np.sqrt(greenwood) / np.abs(np.log(surviving))
        low = np.where((surviving < 1) & (surviving > 0), 1 - surviving ** np.exp(-width), 1 - surviving)
        high = np.where((surviving < 1) & (surviving > 0), 1 - surviving ** np.exp(width), 1 - surviving)
    low = np.where(surviving <= 0, np.maximum.accumulate(low * (surviving > 0)), low)
    return pd.DataFrame(
        {
            "case": times.astype(int),
            "at_risk": at_risk,
            "crossed": events,
            "censored": lost,
            "share": 1 - surviving,
            "low": low,
            "high": high,
        }
    )


def _median(curve: pd.DataFrame) -> dict[str, int | None]:
    """Find the first case at which half have crossed, and where the limits of the curve pass one half."""

    def first(column: str) -> int | None:
        reached = curve[curve[column] >= 0.5 - 1e-12]
        return int(reached["case"].iloc[0]) if len(reached) else None

    return {"median": first("share"), "low": first("high"), "high": first("low")}
