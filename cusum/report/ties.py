"""Procedures of the same day in unknown order: what another order could change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from cusum.cohort import Cohort

__all__ = ["TieEffect", "tie_effect"]


@dataclass(frozen=True)
class TieEffect:
    """What the unknown order within days could change.

    Parameters
    ----------
    registrations, days : int
        Registrations without a known order within their day, and the number of such days (one trainee, one
        procedure).
    mixed : int
        Days among them with both successes and failures: only there does the order matter.
    courses : int
        Courses of learning (a trainee and a procedure) with such a mixed day.
    changed : tuple of (str, str)
        Trainee and procedure where the signal of competence appears or disappears.
    moved : tuple of (str, str)
        Trainee and procedure where it comes at another procedure number.
    """

    registrations: int
    days: int
    mixed: int
    courses: int
    changed: tuple[tuple[str, str], ...]
    moved: tuple[tuple[str, str], ...]


def tie_effect(cohort: Cohort) -> TieEffect:
    """Chart every course of learning with a mixed day anew, failures first and failures last within the days.

    Parameters
    ----------
    cohort : Cohort
        The cohort as analysed.

    Returns
    -------
    TieEffect
        Counts, and the courses whose signal of competence depends on the order.

    Notes
    -----
    Two orders out of all possible ones are tried for each course; a course that changes in neither could in rare cases
    still change in a third.
    """
    counts = cohort.registrations.counts
    groups = _tied(cohort)
    mixed = groups[groups["mixed"]]
    wanted = set(zip(mixed["trainee"].astype(str), mixed["procedure"].astype(str), strict=True))
    changed, moved = [], []
    frame = _charted(cohort)
    index = frame.groupby(["trainee", "procedure"], sort=False).indices
    for trainee, procedure in sorted(wanted):
        firsts = _crossings(cohort.charts[procedure], frame.iloc[index[trainee, procedure]])
        if len({first is None for first in firsts}) > 1:
            changed.append((trainee, procedure))
        elif len(set(firsts)) > 1:
            moved.append((trainee, procedure))
    return TieEffect(
        int(counts["ties"]), int(counts["tied_groups"]), len(mixed), len(wanted), tuple(changed), tuple(moved)
    )


def _charted(cohort: Cohort) -> pd.DataFrame:
    """Take the cases that were charted, with what orders them within a day."""
    table = cohort.registrations.table
    table = table[table["procedure"].isin(list(cohort.charts)) & table["failure"].notna()]
    return table[["trainee", "procedure", "performed_on", "sequence", "failure"]]


def _tied(cohort: Cohort) -> pd.DataFrame:
    """List the days with several cases of one trainee and procedure in unknown order."""
    table = _charted(cohort)
    table = table[table["sequence"].isna()].assign(failure=lambda frame: frame["failure"].astype(int))
    days = table.groupby(["trainee", "procedure", "performed_on"], sort=False)["failure"].agg(["size", "sum"])
    days = days.reset_index()
    return days.assign(mixed=(days["sum"] > 0) & (days["sum"] < days["size"]))


def _crossings(chart: Any, cases: pd.DataFrame) -> list[int | None]:
    """Find the case number of the signal in the order used, with failures first and with failures last."""
    failure = cases["failure"].to_numpy(bool)
    day = cases["performed_on"].to_numpy()
    known = cases["sequence"].notna().to_numpy()
    orders = [failure]
    for sign in (-1, 1):
        within = np.where(known, 0, sign * failure.astype(int))
        orders.append(failure[np.lexsort((np.arange(len(failure)), within, day))])
    return [_first(chart, order) for order in orders]


def _first(chart: Any, failure: np.ndarray) -> int | None:
    """Find the case number of the signal of competence, if there is one."""
    signal = chart.run(failure).competence
    return None if signal is None else int(signal.case)
