"""What the CUSUMs above a floor share: the recursion with one limit; and the ratio of two failure rates."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import Chart, check_choice, check_criterion, check_failure, check_positive, refuse_risk
from cusum.charts.checking import check_start
from cusum.charts.walk import FloatArray, Walk
from cusum.criterion import Criterion

__all__ = ["AfterLimit", "FlooredCusum", "LikelihoodRatioCusum"]

AfterLimit = Literal["stop", "restart", "continue"]


@dataclass(frozen=True, kw_only=True)
class FlooredCusum(Chart):
    """A CUSUM with a floor at 0 and one limit, whatever its scores are.

    Parameters
    ----------
    limit : float
        Decision limit, above 0 and above `start`.
    start : float, default 0
        Statistic before the first case and after a restart.
    after_signal : {"stop", "restart", "continue"}
        What happens after a signal.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.
    """

    limit: float
    start: float = 0.0
    after_signal: AfterLimit = "stop"

    def __post_init__(self) -> None:
        """Refuse parameters outside their range."""
        object.__setattr__(self, "limit", check_positive("limit", self.limit))
        check_choice("after_signal", self.after_signal, ("stop", "restart", "continue"))
        check_start(self.start, self.limit)

    @property
    def walk(self) -> Walk:
        """The recursion: floor at 0, one upper limit."""
        return Walk(floor=0.0, upper=self.limit, start=self.start, after_signal=self.after_signal)


@dataclass(frozen=True, kw_only=True)
class LikelihoodRatioCusum(FlooredCusum):
    """A CUSUM that weighs one failure rate against another, with a floor at 0 and one limit.

    Parameters
    ----------
    criterion : Criterion
        The two rates; the chart says which it supposes (`null_rate`) and which it seeks (`alternative_rate`).
    limit : float
        Decision limit, above 0 and above `start`.
    start : float, default 0
        Statistic before the first case and after a restart.
    after_signal : {"stop", "restart", "continue"}
        What happens after a signal.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.
    """

    criterion: Criterion

    def __post_init__(self) -> None:
        """Refuse parameters outside their range."""
        check_criterion(self.criterion)
        super().__post_init__()

    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give the log likelihood ratio of each outcome, the rate sought against the rate supposed.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : None
            Not used by this chart; refused if given.

        Returns
        -------
        array of float, shape (n,)
            ln(sought/supposed) for a failure, ln((1-sought)/(1-supposed)) for a success.
        """
        refuse_risk(self, risk)
        supposed, sought = self.null_rate, self.alternative_rate
        return np.where(check_failure(failure), log(sought / supposed), log((1 - sought) / (1 - supposed)))
