"""EWMA: has the recent failure rate risen above what is expected?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import (
    Chart,
    check_choice,
    check_failure,
    check_fraction,
    check_positive,
    check_risk,
    refuse_risk,
    require_risk,
)
from cusum.charts.walk import FloatArray, Walk
from cusum.errors import InvalidParameter

__all__ = ["Ewma"]


@dataclass(frozen=True, kw_only=True)
class Ewma(Chart):
    """Follow the recent failure rate against what is expected, and signal when the difference is too large.

    Parameters
    ----------
    weight : float, default 0.1
        Weight λ of the newest case, in (0, 1); the cases before it fade by 1 - λ each time. 2/λ - 1 cases is about how
        far the chart looks back.
    target : float, optional
        Failure rate expected of every case, in (0, 1). Left out, `run` takes each case's own `risk`.
    limit : float
        Limit above 0: a signal of deterioration is E >= limit.
    improvement_limit : float, optional
        Limit above 0: a signal of improvement is E <= -improvement_limit; none if left out.
    after_signal : {"continue", "restart", "stop"}
        Carry on (signals then count each time the limit is reached from inside), as the chart was first used; start
        again at 0; or chart no more.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    E = (1 - λ) E + λ (failure - expected), beginning at 0: the difference between the smoothed observed and the
    smoothed expected failure rate, as a fraction (0.05 is five failures in a hundred more than expected). A limit of so
    many standard deviations promises nothing here: outcomes are 0 or 1, and the first cases vary less than the later
    ones. Its promise is a matter of run length.

    References
    ----------
    Cook DA, Coory M, Webster RA. BMJ Qual Saf 2011;20:469-474, doi:10.1136/bmjqs.2008.031831.

    Examples
    --------
    >>> chart = Ewma(weight=0.2, target=0.1, limit=0.3)
    >>> path = chart.run([0, 1, 1, 1])
    >>> path.statistic.round(3)
    array([-0.02 ,  0.164,  0.311,  0.429])
    >>> path.first("deterioration")
    3
    >>> Ewma(weight=0.2, limit=0.3).run([0, 1, 1, 1], risk=[0.1, 0.4, 0.4, 0.4]).first() is None
    True
    """

    key: ClassVar[str] = "ewma"
    names: ClassVar[dict[str, str]] = {
        "en": "EWMA of observed minus expected failures",
        "da": "EWMA (glidende gennemsnit) af observerede minus forventede fejl",
    }
    kinds: ClassVar[tuple[str, str]] = ("improvement", "deterioration")
    references: ClassVar[tuple[str, ...]] = ("10.1136/bmjqs.2008.031831",)

    weight: float = 0.1
    target: float | None = None
    limit: float
    improvement_limit: float | None = None
    after_signal: Literal["continue", "restart", "stop"] = "continue"

    def __post_init__(self) -> None:
        """Refuse parameters outside their range."""
        object.__setattr__(self, "weight", check_fraction("weight", self.weight))
        object.__setattr__(self, "limit", check_positive("limit", self.limit))
        if self.target is not None:
            object.__setattr__(self, "target", check_fraction("target", self.target))
        if self.improvement_limit is not None:
            below = check_positive("improvement_limit", self.improvement_limit)
            object.__setattr__(self, "improvement_limit", below)
        else:
            object.__setattr__(self, "kinds", ("", "deterioration"))
        check_choice("after_signal", self.after_signal, ("continue", "restart", "stop"))

    @property
    def walk(self) -> Walk:
        """The recursion: a memory of 1 - weight, one limit or two."""
        lower = None if self.improvement_limit is None else -self.improvement_limit
        return Walk(memory=1 - self.weight, lower=lower, upper=self.limit, after_signal=self.after_signal)

    @property
    def null_rate(self) -> float:
        """The target, where there is one."""
        if self.target is None:
            raise InvalidParameter("{chart} supposes no one failure rate", chart=type(self).__name__)
        return self.target

    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give the weighted difference between each outcome and what was expected.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : array-like, shape (n,), optional
            Expected failure probability of each case; needed where the chart has no target, refused where it has one.

        Returns
        -------
        array of float, shape (n,)
            weight * (failure - expected).
        """
        outcomes = check_failure(failure)
        if self.target is not None:
            refuse_risk(self, risk)
            return np.where(outcomes, self.weight * (1 - self.target), -self.weight * self.target)
        scores = check_risk(require_risk(self, risk), outcomes.size) * -self.weight
        return np.add(scores, self.weight, out=scores, where=outcomes)
