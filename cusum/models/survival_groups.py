"""Compare waiting times: log-rank test, restricted mean, competing risk of leaving, and the biased average."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

from cusum.errors import Phrase
from cusum.models.survival_waits import FloatArray, Waits

__all__ = ["average_of_those_who_crossed", "incidence", "log_rank", "restricted_means", "standard_horizon"]


def log_rank(waits: Waits) -> tuple[float, int, float] | None:
    """Test whether groups differ in how soon a signal comes.

    Parameters
    ----------
    waits : Waits
        Waiting times.

    Returns
    -------
    tuple or None
        Statistic, degrees of freedom and P value; None for a single group, or where no signal came while several
        were waiting.
    """
    from scipy.stats import chi2
    from statsmodels.duration.survfunc import survdiff

    names = waits.groups
    if len(names) < 2 or not waits.crossed.any():
        return None
    codes = np.array([names.index(name) for name in waits.group])
    try:
        statistic = float(survdiff(waits.time, waits.crossed.astype(int), codes)[0])
    except np.linalg.LinAlgError:  # some group was never at risk together with another when a signal came
        return None
    return statistic, len(names) - 1, float(chi2.sf(statistic, len(names) - 1))


def standard_horizon(waits: Waits) -> float:
    """Give the longest time up to which every group still has somebody under observation.

    Parameters
    ----------
    waits : Waits
        Waiting times.

    Returns
    -------
    float
        The least of the groups' longest times.
    """
    return float(min(waits.part(name).time.max() for name in waits.groups))


def restricted_means(waits: Waits, horizon: float, confidence: float) -> pd.DataFrame:
    """Average the wait up to a horizon, over all trainees.

    Parameters
    ----------
    waits : Waits
        Waiting times.
    horizon : float
        Longer waits count as this long.
    confidence : float
        Of the limits.

    Returns
    -------
    DataFrame
        Columns group, horizon, mean, standard_error, low, high.

    Notes
    -----
    The area under the Kaplan-Meier estimate of not yet having crossed, with the variance that follows from Greenwood's:
    the sum over the times with a signal of (area that is left)^2 d / (n (n - d)). It is too small where few have
    crossed: for the limits it is multiplied by m / (m - 1), with m the number who crossed before the horizon (Kaplan
    and Meier 1958), and the quantile is that of Student's t with m - 1 degrees of freedom. With m below 2 nothing but
    0 and the horizon bounds the mean.
    """
    rows = []
    for name in waits.groups:
        mean, error, crossed = _restricted_mean(waits.part(name), horizon)
        margin = horizon
        if crossed > 1:
            margin = float(stdtrit(crossed - 1, 0.5 + confidence / 2)) * error * sqrt(crossed / (crossed - 1))
        rows.append((name, horizon, mean, error, max(0.0, mean - margin), min(horizon, mean + margin)))
    return pd.DataFrame(rows, columns=["group", "horizon", "mean", "standard_error", "low", "high"])


def _restricted_mean(waits: Waits, horizon: float) -> tuple[float, float, float]:
    """Area under the curve of one group, its standard error, and the number who crossed before the horizon."""
    times, at_risk, events = _table(waits.time, waits.crossed)
    kept = times < horizon
    times, at_risk, events = times[kept], at_risk[kept], events[kept]
    surviving = np.cumprod(1 - events / at_risk)
    edges = np.concatenate([[0.0], times, [horizon]])
    areas = np.diff(edges) * np.concatenate([[1.0], surviving])
    left = np.cumsum(areas[::-1])[::-1][1:]
    before = at_risk * (at_risk - events)
    terms = np.divide(events, before, out=np.zeros_like(surviving), where=before > 0)
    return float(areas.sum()), float(np.sqrt((left**2 * terms).sum())), float(events.sum())


def _table(time: FloatArray, event: NDArray[np.bool_]) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Times with an event, numbers at risk and of events."""
    times, events = np.unique(time[event], return_counts=True)
    at_risk = (time[None, :] >= times[:, None]).sum(axis=1)
    return times, at_risk.astype(np.float64), events.astype(np.float64)


def incidence(waits: Waits, confidence: float) -> pd.DataFrame:
    """Give the shares who have crossed, and who have left without, by time (Aalen and Johansen).

    Parameters
    ----------
    waits : Waits
        Waiting times.
    confidence : float
        Of the limits, each by itself.

    Returns
    -------
    DataFrame
        Columns group, ending ("crossed" or "left"), time, share, standard_error, low, high.

    Notes
    -----
    The variance is that of the delta method; the limits are those of log(-log) of the share.
    """
    parts = []
    for name in waits.groups:
        part = waits.part(name)
        for ending, happened in (("crossed", part.crossed), ("left", part.left)):
            parts.append(_one_incidence(part, happened, confidence).assign(group=name, ending=ending))
    columns = ["group", "ending", "time", "share", "standard_error", "low", "high"]
    return pd.concat(parts, ignore_index=True)[columns]


def _one_incidence(waits: Waits, happened: NDArray[np.bool_], confidence: float) -> pd.DataFrame:
    """Cumulative incidence of one ending in one group."""
    times, at_risk, ends = _table(waits.time, waits.crossed | waits.left)
    events = (waits.time[None, happened] == times[:, None]).sum(axis=1)
    before = np.concatenate([[1.0], np.cumprod(1 - ends / at_risk)[:-1]]) if times.size else np.empty(0)
    steps = before * events / at_risk
    share = np.cumsum(steps)
    still = at_risk * (at_risk - ends)
    hazard = np.divide(ends, still, out=np.zeros_like(share), where=still > 0)
    ahead = np.tril(share[:, None] - share[None, :])  # what is added after the earlier time, by the later one
    own = np.tril(np.ones_like(ahead)) @ (before**2 * events * (at_risk - events) / at_risk**3)
    variance = ahead**2 @ hazard + own - 2 * ahead @ (before * events / at_risk**2)
    times, share = np.concatenate([[0.0], times]), np.concatenate([[0.0], share])
    error = np.sqrt(np.maximum(np.concatenate([[0.0], variance]), 0.0))
    inside = (share > 0) & (share < 1)
    width = np.zeros_like(share)
    logarithm = np.log(share[inside])
    width[inside] = ndtri(0.5 + confidence / 2) * error[inside] / np.abs(share[inside] * logarithm)
    low, high = share ** np.exp(width), share ** np.exp(-width)
    return pd.DataFrame({"time": times, "share": share, "standard_error": error, "low": low, "high": high})


def average_of_those_who_crossed(waits: Waits) -> pd.DataFrame:
    """Average the wait of those who crossed alone, which is too short: the slow ones are not in it.

    Parameters
    ----------
    waits : Waits
        Waiting times.

    Returns
    -------
    DataFrame
        Columns group, mean_of_those_who_crossed (NaN where nobody did), crossed, left_out, note.
    """
    rows = []
    for name in waits.groups:
        part = waits.part(name)
        mean = float(part.time[part.crossed].mean()) if part.crossed.any() else np.nan
        rows.append((name, mean, int(part.crossed.sum()), int((~part.crossed).sum()), _NOTE))
    return pd.DataFrame(rows, columns=["group", "mean_of_those_who_crossed", "crossed", "left_out", "note"])


_NOTE = Phrase("biased: too short, because those who have not crossed are left out")
