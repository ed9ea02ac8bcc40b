"""From the rows of a path to the lines that are drawn: broken where a chart starts anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Segment", "segments"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Segment:
    """A stretch of cases under one chart without a restart.

    Parameters
    ----------
    phase : str
        ``"learning"``, ``"monitoring"`` or ``""``.
    case : array of float, shape (n + 1,)
        The case before the stretch (0 for the first), then its cases.
    statistic : array of float, shape (n + 1,)
        Value that the stretch starts from, then the value after each case.
    lower, upper : array of float, shape (n,)
        Limits that each case was compared with; nan where there is none.
    last : bool
        True for the stretch that the next case would belong to.
    """

    phase: str
    case: FloatArray
    statistic: FloatArray
    lower: FloatArray
    upper: FloatArray
    last: bool

    def limit(self, side: str, until: float | None = None) -> tuple[FloatArray, FloatArray] | None:
        """Give a limit as a line of horizontal steps.

        Parameters
        ----------
        side : {"lower", "upper"}
            Which limit.
        until : float, optional
            Draw the last value on to this case number.

        Returns
        -------
        tuple of array of float, or None
            Case numbers and values for a line of shape ``"vh"``; None where there is no such limit.
        """
        values = self.lower if side == "lower" else self.upper
        if np.isnan(values).all():
            return None
        steps = np.flatnonzero(np.diff(values) != 0)
        x = np.concatenate([self.case[:1], self.case[1:][steps], self.case[-1:]])
        y = np.concatenate([values[:1], values[steps], values[-1:]])
        if until is not None and until > x[-1]:
            x, y = np.append(x, until), np.append(y, y[-1])
        return x, y


def segments(frame: pd.DataFrame, *, anew: bool | None = None) -> Iterator[Segment]:
    """Cut a path where it changes phase or starts anew after a signal.

    Parameters
    ----------
    frame : DataFrame
        Columns case, score, statistic, lower, upper, phase and signal, one row a case, in order.
    anew : bool, optional
        Whether the chart starts at 0 after each signal; found out from the scores, which then have to add up to the
        statistic, if left out.

    Yields
    ------
    Segment
        Stretches in order. Cases that were not charted (the statistic is missing) belong to none.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum, LearningThenMonitoring, BernoulliCusum
    >>> c = Criterion(acceptable=0.1, unacceptable=0.4)
    >>> chart = LearningThenMonitoring(
    ...     learning=LearningCurveCusum(criterion=c, limit=1.5), monitoring=BernoulliCusum(criterion=c, limit=2)
    ... )
    >>> [(part.phase, part.case[-1]) for part in segments(chart.run([0] * 6).frame())]
    [('learning', np.float64(4.0)), ('monitoring', np.float64(6.0))]
    """
    missing = frame["statistic"].isna().to_numpy()
    charted = frame[~missing] if missing.any() else frame
    n = len(charted)
    if n == 0:
        return
    statistic = charted["statistic"].to_numpy(dtype=np.float64)
    score = charted["score"].to_numpy(dtype=np.float64)
    case = charted["case"].to_numpy(dtype=np.float64)
    phase = charted["phase"].to_numpy(dtype=str)
    said = charted["signal"].to_numpy(dtype=str) != ""
    begun = np.concatenate([[0.0], statistic[:-1]])
    carried = np.isclose(begun + score, statistic, atol=1e-6) | (np.isclose(statistic, 0) & (begun + score < 0))
    if anew is not None:
        carried = np.full(n, not anew)
    new = np.zeros(n, dtype=bool)
    new[1:] = (phase[1:] != phase[:-1]) | (said[:-1] & ~carried[1:])
    edges = [0, *np.flatnonzero(new).tolist(), n]
    whole = len(charted) == len(frame)
    for first, after in pairwise(edges):
        part = slice(first, after)
        start = statistic[first] - score[first] if anew is None and abs(statistic[first]) > 1e-9 else 0.0
        ended = bool(said[after - 1]) and after == n and phase[0] != ""
        yield Segment(
            phase=str(phase[first]),
            case=np.concatenate([[case[first] - 1], case[part]]),
            statistic=np.concatenate([[0.0 if abs(start) < 1e-9 else start], statistic[part]]),
            lower=charted["lower"].to_numpy(dtype=np.float64)[part],
            upper=charted["upper"].to_numpy(dtype=np.float64)[part],
            last=after == n and whole and not ended,
        )
