"""Bernoulli CUSUM: has the failure rate become unacceptable?"""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import Chart, check_choice, check_criterion, check_failure, check_positive, refuse_risk
from cusum.charts.walk import FloatArray, Walk
from cusum.criterion import Criterion
from cusum.errors import InvalidParameter

__all__ = ["BernoulliCusum"]


@dataclass(frozen=True, kw_only=True)
class BernoulliCusum(Chart):
    """Watch a performer who is good enough, and signal when the failure rate has become unacceptable.

    Parameters
    ----------
    criterion : Criterion
        Acceptable (p0) and unacceptable (p1) failure rate.
    limit : float
        Decision limit h, above 0 and above `start`: a signal is S >= h. Find one with `cusum.find_limit`.
    start : float, default 0
        Statistic before the first case and after a restart, from 0 to below `limit`; half the limit gives a fast
        initial response.
    after_signal : {"restart", "stop", "continue"}
        Start again at `start`; chart no more; or carry on (signals then count at each rise from below the limit).

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    A failure adds ln(p1/p0) > 0, a success ln((1-p1)/(1-p0)) < 0; S = max(0, S + score). A signal is "deterioration".
    The chart promises nothing about a learner: it begins by supposing that the rate is acceptable. A limit says nothing
    about error rates until `cusum.run_length` has.

    References
    ----------
    Page ES. Biometrika 1954;41:100-115, doi:10.1093/biomet/41.1-2.100.
    Reynolds MR, Stoumbos ZG. J Qual Technol 1999;31:87-108, doi:10.1080/00224065.1999.11979900.
    Lucas JM, Crosier RB. Technometrics 1982;24:199-205, doi:10.1080/00401706.1982.10487759 (head start).

    Examples
    --------
    >>> chart = BernoulliCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=1.5)
    >>> path = chart.run([0, 1, 0, 1, 1, 0])
    >>> path.statistic.round(3)
    array([0.   , 0.693, 0.575, 1.269, 1.962, 0.   ])
    >>> path.first("deterioration")
    5
    """

    key: ClassVar[str] = "bernoulli"
    names: ClassVar[dict[str, str]] = {"en": "Bernoulli CUSUM", "da": "Bernoulli-CUSUM"}
    kinds: ClassVar[tuple[str, str]] = ("", "deterioration")
    references: ClassVar[tuple[str, ...]] = ("10.1093/biomet/41.1-2.100", "10.1080/00224065.1999.11979900")

    criterion: Criterion
    limit: float
    start: float = 0.0
    after_signal: Literal["restart", "stop", "continue"] = "restart"

    def __post_init__(self) -> None:
        """Refuse parameters outside their range."""
        check_criterion(self.criterion)
        object.__setattr__(self, "limit", check_positive("limit", self.limit))
        check_choice("after_signal", self.after_signal, ("restart", "stop", "continue"))
        check_start(self.start, self.limit)

    @property
    def walk(self) -> Walk:
        """The recursion: floor at 0, one upper limit."""
        return Walk(floor=0.0, upper=self.limit, start=self.start, after_signal=self.after_signal)

    @property
    def null_rate(self) -> float:
        """The acceptable rate: good enough until the cases say otherwise."""
        return self.criterion.acceptable

    @property
    def alternative_rate(self) -> float:
        """The unacceptable rate."""
        return self.criterion.unacceptable

    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give the log likelihood ratio of each outcome, unacceptable against acceptable.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : None
            Not used by this chart; refused if given.

        Returns
        -------
        array of float, shape (n,)
            ln(p1/p0) for a failure, ln((1-p1)/(1-p0)) for a success.
        """
        refuse_risk(self, risk)
        p0, p1 = self.criterion.acceptable, self.criterion.unacceptable
        return np.where(check_failure(failure), log(p1 / p0), log((1 - p1) / (1 - p0)))


def check_start(start: float, limit: float) -> None:
    """Refuse a start that is below the floor or not below the limit."""
    if isinstance(start, bool) or not isinstance(start, (int, float)) or not 0 <= start < limit:
        raise InvalidParameter(
            "start is {start!r}", expected="a number from 0 to below the limit, {limit}", start=start, limit=limit
        )
