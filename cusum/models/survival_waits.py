"""How long each trainee waited for a signal of competence, and how the waiting ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cusum.errors import InvalidData, InvalidParameter

__all__ = ["CLOCKS", "Waits", "read_waits"]

CLOCKS = ("cases", "days")
FloatArray = NDArray[np.float64]
_NEEDED = {"cases": ["cases", "crossed", "case"], "days": ["cases", "crossed", "started_on", "crossed_on"]}


@dataclass(frozen=True, eq=False)
class Waits:
    """Waiting times of trainees.

    Parameters
    ----------
    group : array of str, shape (trainees,)
        What they are compared by; "" without.
    time : array of float, shape (trainees,)
        Cases, or days since the start, until the signal or until the trainee was last seen.
    crossed, left : array of bool, shape (trainees,)
        Whether it ended with a signal, or with the trainee leaving before; neither: still waiting.
    groups : tuple of str
        Names of the groups, in order.
    """

    group: NDArray[np.object_]
    time: FloatArray
    crossed: NDArray[np.bool_]
    left: NDArray[np.bool_]
    groups: tuple[str, ...]

    def part(self, group: str) -> Waits:
        """Take one group.

        Parameters
        ----------
        group : str
            Its name.

        Returns
        -------
        Waits
            Its trainees.
        """
        chosen = self.group == group
        return Waits(self.group[chosen], self.time[chosen], self.crossed[chosen], self.left[chosen], (group,))


def read_waits(crossings: pd.DataFrame, *, by: str | None, clock: str, until: date | None) -> Waits:
    """Read waiting times from crossings, or say what is wrong with them.

    Parameters
    ----------
    crossings : DataFrame
        One row a trainee of one procedure.
    by : str or None
        Column that splits the trainees.
    clock : {"cases", "days"}
        What the waiting is counted in.
    until : date or None
        For days: the day up to which those still waiting were followed; column followed_to if left out.

    Returns
    -------
    Waits
        Those of trainees with a case.

    Raises
    ------
    InvalidData
        If a column or a value is missing, there are several procedures, nobody has a case, or a wait is negative.
    InvalidParameter
        If there is no such clock.
    """
    if clock not in CLOCKS:
        raise InvalidParameter("clock is {value!r}", expected="one of {names}", value=clock, names=", ".join(CLOCKS))
    wanted = [*_NEEDED[clock], *(["followed_to"] if clock == "days" and until is None else []), *([by] if by else [])]
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
    crossed = started["crossed"].to_numpy(dtype=bool)
    time = _cases(started, crossed) if clock == "cases" else _days(started, crossed, until)
    _check_times(time)
    left = started["left"].fillna(False).to_numpy(dtype=bool) if "left" in started else np.zeros(len(started), bool)
    if by is not None and started[by].isna().any():
        raise InvalidData(
            "{name} is missing for {n} trainees", expected="a value for each", name=by, n=int(started[by].isna().sum())
        )
    if by is None:
        return Waits(np.full(len(started), "", dtype=object), time, crossed, left & ~crossed, ("",))
    group = np.array([str(value) for value in started[by]], dtype=object)
    names = tuple(str(name) for name, _ in started.groupby(by, observed=True))
    return Waits(group, time, crossed, left & ~crossed, names)


def _cases(started: pd.DataFrame, crossed: NDArray[np.bool_]) -> FloatArray:
    """Number of cases until the signal, or done without."""
    at = started["case"].astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
    done = started["cases"].to_numpy(dtype=np.float64)
    return np.where(crossed, at, done)


def _days(started: pd.DataFrame, crossed: NDArray[np.bool_], until: date | None) -> FloatArray:
    """Days from the start until the signal, or until last seen."""
    end = pd.Series(pd.Timestamp(until), started.index) if until is not None else pd.to_datetime(started["followed_to"])
    stop = pd.to_datetime(started["crossed_on"]).where(crossed, end)
    days = (stop - pd.to_datetime(started["started_on"])).dt.days
    return np.asarray(days, dtype=np.float64)


def _check_times(time: FloatArray) -> None:
    """Refuse waiting times that are missing or negative."""
    wrong = ~(time >= 0)
    if wrong.any():
        missing = "the waiting time is missing in row {row} of the trainees with a case"
        negative = "the waiting time is negative in row {row} of the trainees with a case"
        raise InvalidData(
            missing if np.isnan(time[wrong.argmax()]) else negative,
            expected="a number of cases, or dates in their order",
            row=int(wrong.argmax()) + 1,
        )
