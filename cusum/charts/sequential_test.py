"""Risk-adjusted sequential test: are the odds of failure as expected, or changed?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import ClassVar, Literal

from numpy.typing import ArrayLike

from cusum.charts.base import Chart, Signal, check_choice, check_fraction
from cusum.charts.risk_adjusted import check_odds_ratio, log_ratios
from cusum.charts.walk import FloatArray, Walk
from cusum.errors import InvalidParameter

__all__ = ["RiskAdjustedSequentialTest"]


@dataclass(frozen=True, kw_only=True)
class RiskAdjustedSequentialTest(Chart):
    """Test again and again, with cases of differing difficulty, whether the odds of failure are as expected.

    Parameters
    ----------
    odds_ratio : float, default 2
        Odds ratio R of the alternative, against what each case's risk predicts: above 0, not 1.
    alpha : float, default 0.05
        Nominal probability of accepting the alternative where the odds are as expected, in (0, 1).
    beta : float, default 0.05
        Nominal probability of accepting the expected odds where they are R times that, in (0, 1); alpha + beta < 1.
    after_signal : {"restart", "stop", "parallel"}
        After a crossing: start again at 0 (the resetting test, RSPRT); chart no more (Wald's test, SPRT); or carry on
        with further lines spaced around the one last crossed.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    Scores are those of `RiskAdjustedCusum`, without a floor. Upper limit ln((1-beta)/alpha): the alternative is
    accepted, which says "unacceptable" for R > 1 and "improvement" for R < 1. Lower limit ln(beta/(1-alpha)): the
    expected odds are accepted against that alternative, which says "acceptable" for R > 1 and "no improvement" for
    R < 1. alpha and beta hold, about, for one test to its first crossing with no end to the cases. A test that starts
    again and again crosses the upper limit some day, whoever performs: the rate of that is a matter of run length, not
    of alpha.

    References
    ----------
    Spiegelhalter D, Grigg O, Kinsman R, Treasure T. Int J Qual Health Care 2003;15:7-13, doi:10.1093/intqhc/15.1.7.
    Grigg OA, Farewell VT, Spiegelhalter DJ. Stat Methods Med Res 2003;12:147-170, doi:10.1177/096228020301200205.

    Examples
    --------
    >>> chart = RiskAdjustedSequentialTest(odds_ratio=2, alpha=0.1, beta=0.1)
    >>> round(chart.lower, 4), round(chart.upper, 4)
    (-2.1972, 2.1972)
    >>> chart.run([0, 1, 1, 1, 1, 0], risk=[0.1] * 6).first("unacceptable")
    5
    """

    key: ClassVar[str] = "rsprt"
    names: ClassVar[dict[str, str]] = {
        "en": "risk-adjusted sequential test (RSPRT)",
        "da": "risikojusteret sekventiel test (RSPRT)",
    }
    kinds: ClassVar[tuple[str, str]] = ("acceptable", "unacceptable")
    references: ClassVar[tuple[str, ...]] = ("10.1093/intqhc/15.1.7", "10.1177/096228020301200205")

    odds_ratio: float = 2.0
    alpha: float = 0.05
    beta: float = 0.05
    after_signal: Literal["restart", "stop", "parallel"] = "restart"

    def __post_init__(self) -> None:
        """Refuse parameters outside their range; name the signals by the direction."""
        object.__setattr__(self, "odds_ratio", check_odds_ratio(self.odds_ratio))
        for name in ("alpha", "beta"):
            object.__setattr__(self, name, check_fraction(name, getattr(self, name)))
        if self.alpha + self.beta >= 1:
            raise InvalidParameter(
                "alpha + beta is {total}", expected="less than 1", total=round(self.alpha + self.beta, 12)
            )
        check_choice("after_signal", self.after_signal, ("restart", "stop", "parallel"))
        words = ("acceptable", "unacceptable") if self.odds_ratio > 1 else ("no improvement", "improvement")
        object.__setattr__(self, "kinds", words)

    @property
    def lower(self) -> float:
        """Lower limit ln(beta/(1-alpha)), below zero."""
        return log(self.beta / (1 - self.alpha))

    @property
    def upper(self) -> float:
        """Upper limit ln((1-beta)/alpha)."""
        return log((1 - self.beta) / self.alpha)

    @property
    def walk(self) -> Walk:
        """The recursion: no floor, two limits."""
        return Walk(lower=self.lower, upper=self.upper, after_signal=self.after_signal)

    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give the log likelihood ratio of each outcome, changed odds against expected odds.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : array-like, shape (n,)
            Expected failure probability of each case, strictly between 0 and 1; always needed.

        Returns
        -------
        array of float, shape (n,)
            ln[R / (1 - p + R p)] for a failure, ln[1 / (1 - p + R p)] for a success.
        """
        return log_ratios(self, failure, risk, self.odds_ratio)

    def competence_signal(self, signals: Sequence[Signal]) -> Signal | None:
        """Find the first crossing of the lower line of a test for raised odds.

        Parameters
        ----------
        signals : sequence of Signal
            Signals of a path, in case order.

        Returns
        -------
        Signal or None
            The first that says "acceptable"; None if none does.
        """
        return next((signal for signal in signals if signal.kind == "acceptable"), None)
