"""Bernoulli CUSUM: has the failure rate become unacceptable?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cusum.charts.likelihood_ratio import AfterLimit, LikelihoodRatioCusum

__all__ = ["BernoulliCusum"]


@dataclass(frozen=True, kw_only=True)
class BernoulliCusum(LikelihoodRatioCusum):
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
    >>> from cusum import Criterion
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

    after_signal: AfterLimit = "restart"

    @property
    def null_rate(self) -> float:
        """The acceptable rate: good enough until the cases say otherwise."""
        return self.criterion.acceptable

    @property
    def alternative_rate(self) -> float:
        """The unacceptable rate."""
        return self.criterion.unacceptable
