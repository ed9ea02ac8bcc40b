"""Risk-adjusted charts: the same questions, with each case held against what was expected of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import Chart, check_failure, check_positive, check_risk, require_risk
from cusum.charts.likelihood_ratio import AfterLimit, FlooredCusum
from cusum.charts.walk import FloatArray
from cusum.errors import InvalidParameter

__all__ = ["RiskAdjustedCusum", "RiskAdjustedLearningCurveCusum", "check_odds_ratio", "log_ratios"]


@dataclass(frozen=True, kw_only=True)
class _OddsRatioCusum(FlooredCusum):
    """What the two risk-adjusted CUSUMs share: the odds ratio beside the floor and the limit."""

    odds_ratio: float = 2.0

    def __post_init__(self) -> None:
        """Refuse parameters outside their range."""
        object.__setattr__(self, "odds_ratio", check_odds_ratio(self.odds_ratio))
        super().__post_init__()


@dataclass(frozen=True, kw_only=True)
class RiskAdjustedCusum(_OddsRatioCusum):
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

    after_signal: AfterLimit = "restart"

    def __post_init__(self) -> None:
        """Refuse parameters outside their range; name the signal by the direction."""
        super().__post_init__()
        object.__setattr__(self, "kinds", ("", "deterioration" if self.odds_ratio > 1 else "improvement"))

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


@dataclass(frozen=True, kw_only=True)
class RiskAdjustedLearningCurveCusum(_OddsRatioCusum):
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

    def __post_init__(self) -> None:
        """Refuse parameters outside their range."""
        super().__post_init__()
        if self.odds_ratio <= 1:
            raise InvalidParameter("odds_ratio is {value}", expected="a number above 1", value=self.odds_ratio)

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
        scores = log_ratios(self, failure, risk, self.odds_ratio)
        return np.negative(scores, out=scores)


def check_odds_ratio(odds_ratio: float) -> float:
    """Return a positive number other than 1, or refuse it."""
    number = check_positive("odds_ratio", odds_ratio)
    if number == 1:
        raise InvalidParameter(
            "odds_ratio is {value!r}",
            expected="a number above 1 (worse than expected) or below 1 (better)",
            value=odds_ratio,
        )
    return number


def log_ratios(chart: Chart, failure: ArrayLike, risk: ArrayLike | None, odds_ratio: float) -> FloatArray:
    """Log likelihood ratio of each outcome: odds of `odds_ratio` times the expected ones, against the expected ones."""
    outcomes = check_failure(failure)
    expected = check_risk(require_risk(chart, risk), outcomes.size)
    scores = expected * (1.0 - odds_ratio)
    np.subtract(1.0, scores, out=scores)
    np.log(scores, out=scores)
    np.negative(scores, out=scores)
    np.add(scores, log(odds_ratio), out=scores, where=outcomes)
    return scores
