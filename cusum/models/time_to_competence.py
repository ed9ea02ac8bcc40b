"""Time to competence: how long it takes until a chart signals, with those who have not got there counted too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from html import escape

import numpy as np
import pandas as pd

from cusum.charts.checking import check_positive
from cusum.errors import InvalidParameter
from cusum.models import survival_groups
from cusum.models.survival_waits import Waits, read_waits

__all__ = ["TimeToCompetence", "time_to_competence"]

_COLUMNS = ["group", "case", "at_risk", "crossed", "censored", "share", "low", "high"]


@dataclass(frozen=True, eq=False, repr=False)
class TimeToCompetence:
    """Share with a signal of competence by number of cases or days, by Kaplan and Meier's method.

    Parameters
    ----------
    curve : DataFrame
        Columns group, case (day, where the clock counts days), at_risk (trainees with at least so many cases and no
        signal before), crossed and censored (at that case), share (with a signal by then, a fraction) with its limits
        low and high. Case 0 is included.
    median : DataFrame
        Columns group, median (cases or days; NA where fewer than half have crossed), low, high, trainees, crossed.
    confidence : float
        Confidence of the limits, each by itself.
    clock : str, default "cases"
        "cases", or "days" since the trainee's start.
    restricted_mean : DataFrame or None
        Columns group, horizon, mean (wait of all trainees, longer ones counted as the horizon), standard_error, low,
        high.
    incidence : DataFrame or None
        Where trainees may have left: group, ending ("crossed" or "left"), time, share, standard_error, low, high, by
        Aalen and Johansen's method. None where there is no column left.
    only_crossed : DataFrame or None
        Columns group, mean_of_those_who_crossed, crossed, left_out, note. The average of those who crossed, as many
        papers give it; biased, as the note says.
    waits : Waits or None
        The waiting times themselves; the log-rank test is computed from them when it is first asked for.
    """

    curve: pd.DataFrame
    median: pd.DataFrame
    confidence: float
    clock: str = "cases"
    restricted_mean: pd.DataFrame | None = None
    incidence: pd.DataFrame | None = None
    only_crossed: pd.DataFrame | None = None
    waits: Waits | None = None

    @cached_property
    def log_rank(self) -> tuple[float, int, float] | None:
        """Statistic, degrees of freedom and P value of the log-rank test between groups; None with nothing to test."""
        return None if self.waits is None else survival_groups.log_rank(self.waits)

    def __repr__(self) -> str:
        """Say it in one line."""
        rows = self.median[["group", "crossed", "trainees", "median"]].to_numpy(dtype=object)
        parts = [f"{group or 'all'}: {crossed} of {n}, median {median}" for group, crossed, n, median in rows]
        days = " days" if self.clock == "days" else ""
        test = f"; log-rank P {self.log_rank[2]:.3f}" if self.log_rank else ""
        return f"<TimeToCompetence: {'; '.join(parts)}{days}{test}>"

    def _repr_html_(self) -> str:
        """Show medians and restricted means in a notebook."""
        tables = [self.median] if self.restricted_mean is None else [self.median, self.restricted_mean.round(2)]
        return f"<p>{escape(repr(self).strip('<>'))}</p>" + "".join(table.to_html(index=False) for table in tables)


def time_to_competence(
    crossings: pd.DataFrame,
    *,
    by: str | None = None,
    confidence: float = 0.95,
    clock: str = "cases",
    until: date | None = None,
    horizon: float | None = None,
) -> TimeToCompetence:
    """Estimate the share of trainees with a signal of competence by number of cases, or by days since the start.

    Parameters
    ----------
    crossings : DataFrame
        One row a trainee (of one procedure): cases, crossed, case. Trainees without cases are left out. For days also
        started_on and crossed_on, and followed_to where `until` is left out; ``Cohort.crossings`` has all of them. A
        column left (true for trainees who left the post without a signal) adds the competing risk of leaving.
    by : str, optional
        Column that splits the trainees, such as "department"; all together if left out.
    confidence : float, default 0.95
        Confidence of the limits, in (0, 1).
    clock : {"cases", "days"}, default "cases"
        What the waiting is counted in.
    until : date, optional
        For days: the day up to which those still waiting were followed, the same for all.
    horizon : float, optional
        Up to where the restricted mean is taken; the longest time up to which every group has somebody if left out.

    Returns
    -------
    TimeToCompetence
        The curve, the median and the restricted mean of each group, and the test between groups.

    Raises
    ------
    InvalidData
        If a column is missing, there are several procedures, nobody has a case, or a date is missing.
    InvalidParameter
        If `confidence` is outside (0, 1), or `clock` or `horizon` is none.

    Notes
    -----
    A trainee who has not crossed is censored at the number of cases done (or the day last seen). The limits are those
    of log(-log) of the Kaplan-Meier estimate with Greenwood's variance; the median's are where the curve's limits meet
    one half. A mean over those who crossed alone is too low; it is there under `only_crossed`, with a note that says
    so, beside the restricted mean, which takes all trainees into account. Censoring must not depend on the trainee's
    skill: one who leaves because it does not go well breaks that, and `incidence` shows how many left instead of
    supposing that they would have gone on like the rest. statsmodels estimates the curves and the log-rank
    statistic.

    References
    ----------
    Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481, doi:10.1080/01621459.1958.10501452.

    Examples
    --------
    >>> table = pd.DataFrame({"cases": [20, 30, 40], "crossed": [True, False, True], "case": [15, None, 31]})
    >>> result = time_to_competence(table)
    >>> result.curve[["case", "at_risk", "share"]].round(3).values.tolist()
    [[0.0, 3.0, 0.0], [15.0, 3.0, 0.333], [30.0, 2.0, 0.333], [31.0, 1.0, 1.0]]
    >>> result.restricted_mean[["horizon", "mean"]].round(2).values.tolist()
    [[31.0, 25.67]]
    """
    if not 0 < confidence < 1:
        raise InvalidParameter("confidence is {value}", expected="a number strictly between 0 and 1", value=confidence)
    waits = read_waits(crossings, by=by, clock=clock, until=until)
    end = survival_groups.standard_horizon(waits) if horizon is None else check_positive("horizon", horizon)
    unit = "case" if clock == "cases" else "day"
    curves, medians = [], []
    for name in waits.groups:
        part = waits.part(name)
        curve = _kaplan_meier(part, confidence).assign(group=name)
        curves.append(curve[_COLUMNS])
        medians.append(
            {"group": name, **_median(curve), "trainees": part.time.size, "crossed": int(part.crossed.sum())}
        )
    return TimeToCompetence(
        pd.concat(curves, ignore_index=True).rename(columns={"case": unit}),
        pd.DataFrame(medians).astype({"median": "Int64", "low": "Int64", "high": "Int64"}),
        confidence,
        clock,
        survival_groups.restricted_means(waits, end, confidence),
        survival_groups.incidence(waits, confidence) if "left" in crossings else None,
        survival_groups.average_of_those_who_crossed(waits),
        waits,
    )


def _kaplan_meier(waits: Waits, confidence: float) -> pd.DataFrame:
    """Compute the curve of one group; statsmodels estimates, the limits are taken on the log(-log) scale."""
    from scipy.special import ndtri
    from statsmodels.duration.survfunc import SurvfuncRight

    crossed, case = waits.crossed, waits.time
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
    case = curve["case"].to_numpy()

    def first(column: str) -> int | None:
        reached = np.flatnonzero(curve[column].to_numpy() >= 0.5 - 1e-12)
        return int(case[reached[0]]) if reached.size else None

    return {"median": first("share"), "low": first("high"), "high": first("low")}
