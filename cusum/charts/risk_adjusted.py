"""Risk-adjusted charts: the same questions, with each case held against what was expected of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import (
    Chart,
    Signal,
    check_choice,
    check_failure,
    check_fraction,
    check_positive,
    check_risk,
    require_risk,
)
from cusum.charts.bernoulli import check_start
from cusum.charts.walk import FloatArray, Walk
from cusum.errors import InvalidParameter

__all__ = ["RiskAdjustedCusum", "RiskAdjustedLearningCurveCusum", "RiskAdjustedSequentialTest"]


@dataclass(frozen=True, kw_only=True)
class RiskAdjustedCusum(Chart):
    """Watch a performer whose cases differ in difficulty, and signal when the odds of failure have changed.

    Parameters
    ----------
    odds_ratio : float, default 2
        Odds ratio R of failure, against what each case's risk predicts, that the chart is to detect: above 1 for
        deterioration (2 is a doubling of the odds), between 0 and 1 for improvement (1/2 is a halving).
    limit : float
        Decision limit h, above 0 and above `start`: a signal is S >= h.
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
    With p the expected failure probability of a case (`risk`), a failure adds ln[R / (1 - p + R p)], a success
    ln[1 / (1 - p + R p)]; S = max(0, S + score). The statistic rises with evidence for R in either direction: a signal
    is "deterioration" where R > 1 and "improvement" where R < 1 (the original drew the second chart below zero). What
    the chart finds is performance against the risk model: a model that is wrong for these cases makes signals of its
    own. The two directions are two charts; each restarts for itself.

    References
    ----------
    Steiner SH, Cook RJ, Farewell VT, Treasure T. Biostatistics 2000;1:441-452, doi:10.1093/biostatistics/1.4.441.

    Examples
    --------
    >>> chart = RiskAdjustedCusum(odds_ratio=2, limit=1.0)
    >>> path = chart.run([0, 1, 1, 0], risk=[0.1, 0.5, 0.1, 0.2])
    >>> path.statistic.round(3)
    array([0.   , 0.288, 0.886, 0.703])
    >>> RiskAdjustedCusum(odds_ratio=0.5, limit=1.0).kinds
    ('', 'improvement')
    """

    key: ClassVar[str] = "risk_adjusted"
    names: ClassVar[dict[str, str]] = {"en": "risk-adjusted CUSUM", "da": "risikojusteret cusum"}
    kinds: ClassVar[tuple[str, str]] = ("", "deterioration")
    references: ClassVar[tuple[str, ...]] = ("10.1093/biostatistics/1.4.441",)

    odds_ratio: float = 2.0
    limit: float
    start: float = 0.0
    after_signal: Literal["restart", "stop", "continue"] = "restart"

    def __post_init__(self) -> None:
        """Refuse parameters outside their range; name the signal by the direction."""
        check_odds_ratio(self)
        object.__setattr__(self, "limit", check_positive("limit", self.limit))
        check_choice("after_signal", self.after_signal, ("restart", "stop", "continue"))
        check_start(self.start, self.limit)
        object.__setattr__(self, "kinds", ("", "deterioration" if self.odds_ratio > 1 else "improvement"))

    @property
    def walk(self) -> Walk:
        """The recursion: floor at 0, one upper limit."""
        return Walk(floor=0.0, upper=self.limit, start=self.start, after_signal=self.after_signal)

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
        return _log_ratios(self, failure, risk, self.odds_ratio)


@dataclass(frozen=True, kw_only=True)
class RiskAdjustedLearningCurveCusum(Chart):
    """Watch a learner whose cases differ in difficulty, and signal when the cases say: as good as expected.

    Parameters
    ----------
    odds_ratio : float, default 2
        Odds ratio R of failure, above 1, of an inadequate performer: odds R times what each case's risk predicts.
    limit : float
        Decision limit h, above 0 and above `start`: a signal is S >= h.
    start : float, default 0
        Statistic before the first case and after a restart, from 0 to below `limit`.
    after_signal : {"stop", "restart", "continue"}
        Chart no more (the learner's question is answered); start again at `start`; or carry on.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    With p the expected failure probability of a case in adequate hands (`risk`), a success adds ln(1 - p + R p) > 0, a
    failure ln[(1 - p + R p) / R] < 0; S = max(0, S + score). A signal is "competent". With the same p for every case
    and R the odds ratio of a criterion whose acceptable rate is p, the chart is the LC-CUSUM. An easy case says little
    (its score is near 0), so that a run of easy cases does not make competence. A limit is right only for the risks
    that it was designed for: a fixed limit with another mix of cases keeps another promise.

    References
    ----------
    Biau DJ, Porcher R. Stat Med 2010;29:1900-1909, doi:10.1002/sim.3947.
    Steiner SH, Cook RJ, Farewell VT, Treasure T. Biostatistics 2000;1:441-452, doi:10.1093/biostatistics/1.4.441.

    Examples
    --------
    >>> chart = RiskAdjustedLearningCurveCusum(odds_ratio=2.25, limit=1.25)
    >>> chart.run([1] + [0] * 12, risk=[0.1] * 13).first("competent")
    12
    """

    key: ClassVar[str] = "risk_adjusted_lc_cusum"
    names: ClassVar[dict[str, str]] = {
        "en": "risk-adjusted LC-CUSUM",
        "da": "risikojusteret læringskurve-cusum (LC-CUSUM)",
    }
    kinds: ClassVar[tuple[str, str]] = ("", "competent")
    references: ClassVar[tuple[str, ...]] = ("10.1002/sim.3947", "10.1093/biostatistics/1.4.441")

    odds_ratio: float = 2.0
    limit: float
    start: float = 0.0
    after_signal: Literal["stop", "restart", "continue"] = "stop"

    def __post_init__(self) -> None:
        """Refuse parameters outside their range."""
        check_odds_ratio(self)
        if self.odds_ratio <= 1:
            raise InvalidParameter("odds_ratio is {value}", expected="a number above 1", value=self.odds_ratio)
        object.__setattr__(self, "limit", check_positive("limit", self.limit))
        check_choice("after_signal", self.after_signal, ("restart", "stop", "continue"))
        check_start(self.start, self.limit)

    @property
    def walk(self) -> Walk:
        """The recursion: floor at 0, one upper limit."""
        return Walk(floor=0.0, upper=self.limit, start=self.start, after_signal=self.after_signal)

    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give the log likelihood ratio of each outcome, expected odds against R times the odds.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : array-like, shape (n,)
            Expected failure probability of each case, strictly between 0 and 1; always needed.

        Returns
        -------
        array of float, shape (n,)
            ln[(1 - p + R p) / R] for a failure, ln(1 - p + R p) for a success.
        """
        scores = _log_ratios(self, failure, risk, self.odds_ratio)
        return np.negative(scores, out=scores)


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
        check_odds_ratio(self)
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
        return _log_ratios(self, failure, risk, self.odds_ratio)

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


def check_odds_ratio(chart: RiskAdjustedCusum | RiskAdjustedLearningCurveCusum | RiskAdjustedSequentialTest) -> None:
    """Refuse an odds ratio that is no positive number, or that changes nothing; keep it as a float."""
    object.__setattr__(chart, "odds_ratio", check_positive("odds_ratio", chart.odds_ratio))
    if chart.odds_ratio == 1:
        raise InvalidParameter(
            "odds_ratio is 1", expected="an odds ratio above 1 (worse than expected) or below 1 (better)"
        )


def _log_ratios(chart: Chart, failure: ArrayLike, risk: ArrayLike | None, odds_ratio: float) -> FloatArray:
    """Log likelihood ratio of each outcome: odds of `odds_ratio` times the expected ones, against the expected ones."""
    outcomes = check_failure(failure)
    expected = check_risk(require_risk(chart, risk), outcomes.size)
    scores = expected * (1.0 - odds_ratio)
    np.subtract(1.0, scores, out=scores)
    np.log(scores, out=scores)
    np.negative(scores, out=scores)
    np.add(scores, log(odds_ratio), out=scores, where=outcomes)
    return scores
