"""How well do expected risks agree with what happened: calibration, discrimination and overall error."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cusum.charts.checking import check_failure, check_fraction, check_risk
from cusum.errors import InvalidData, InvalidParameter
from cusum.models.risk_fitting import maximise
from cusum.models.risk_notes import Note, say

__all__ = ["Calibration", "Estimate", "area_under_curve", "calibrate", "measure"]

FloatArray = NDArray[np.float64]
_MEASURES = ("auc", "intercept", "slope", "brier", "scaled_brier")


class Estimate(NamedTuple):
    """A number with the limits that it probably lies within."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False, repr=False)
class Calibration:
    """Expected risks held against outcomes.

    Parameters
    ----------
    table : DataFrame
        One row a group of cases of like risk, the lowest first: group, cases, risk_low, risk_high (range), expected and
        observed (failures), expected_rate, rate with its exact limits low and high.
    measures : DataFrame
        Indexed by measure, with value, low, high, corrected (for optimism; NaN unless asked for) and corrected_error
        (its Monte-Carlo standard error): auc, intercept
        (calibration in the large: log odds of failure against expected, 0 is ideal), slope (1 is ideal), brier (mean
        squared error), scaled_brier (1 is perfect, 0 no better than everyone's mean).
    cases, failures : int
        How many there were.
    confidence : float
        Of all limits, each by itself.
    fitted_cases : int
        How many of these cases the model was fitted on, as far as can be seen.
    remarks : tuple of Note
        What a reader has to know, as templates with their values; `note` says it in English.
    """

    table: pd.DataFrame
    measures: pd.DataFrame
    cases: int
    failures: int
    confidence: float
    fitted_cases: int = 0
    remarks: tuple[Note, ...] = ()

    @property
    def note(self) -> str:
        """What a reader has to know, in English; "" where nothing has to be said."""
        return " ".join(say(self.remarks))

    def _estimate(self, name: str) -> Estimate:
        value, low, high = self.measures.loc[name, ["value", "low", "high"]].to_numpy(dtype=np.float64)
        return Estimate(float(value), float(low), float(high))

    @property
    def auc(self) -> Estimate:
        """Probability that a failure had a higher risk than a success, with DeLong's limits."""
        return self._estimate("auc")

    @property
    def intercept(self) -> Estimate:
        """Log odds ratio of observed against expected failures: above 0, more failures than expected."""
        return self._estimate("intercept")

    @property
    def slope(self) -> Estimate:
        """Slope of observed on expected log odds: below 1, the risks are too extreme."""
        return self._estimate("slope")

    @property
    def brier(self) -> Estimate:
        """Mean squared difference between outcome and risk."""
        return self._estimate("brier")

    def __repr__(self) -> str:
        """Say it in one line."""
        auc, intercept, slope, brier = self.auc.value, self.intercept.value, self.slope.value, self.brier.value
        figures = f"AUC {auc:.3f}, intercept {intercept:.2f}, slope {slope:.2f}, Brier {brier:.4f}"
        same = f"; {self.fitted_cases:,} of them fitted on" if self.fitted_cases else ""
        return f"<Calibration: {self.cases:,} cases, {self.failures:,} failures{same}; {figures}>"

    def _repr_html_(self) -> str:
        """Show the measures, the groups and the note in a notebook."""
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        tables = self.measures.round(4).to_html() + self.table.round(4).to_html(index=False)
        return f"<p>{escape(repr(self).strip('<>'))}</p>{note}{tables}"


def area_under_curve(failure: ArrayLike, risk: ArrayLike, *, confidence: float = 0.95) -> Estimate:
    """Estimate how often a failure had a higher risk than a success: 0.5 is chance, 1 perfect.

    Parameters
    ----------
    failure : array-like, shape (n,)
        Outcomes, 1 for a failure.
    risk : array-like, shape (n,)
        Expected failure probabilities, strictly between 0 and 1; ties count half.
    confidence : float, default 0.95
        Of the limits, in (0, 1).

    Returns
    -------
    Estimate
        Area under the receiver operating characteristic curve with DeLong's limits, kept within 0 and 1; NaN where
        there is no failure or no success, and without limits where there is one of either.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845, doi:10.2307/2531595.

    Examples
    --------
    >>> area_under_curve([0, 0, 1, 0, 1], [0.1, 0.2, 0.3, 0.3, 0.4]).value.__round__(4)
    0.9167
    """
    from scipy.special import ndtri
    from scipy.stats import rankdata

    outcome = check_failure(failure)
    chance = check_risk(risk, outcome.size)
    width = ndtri(0.5 + check_fraction("confidence", confidence) / 2)
    m, n = int(outcome.sum()), int((~outcome).sum())
    if not m or not n:
        return Estimate(np.nan, np.nan, np.nan)
    overall = rankdata(chance)
    above = (overall[outcome] - rankdata(chance[outcome])) / n  # share of successes below each failure
    below = 1 - (overall[~outcome] - rankdata(chance[~outcome])) / m
    value = float(above.mean())
    if m == 1 or n == 1:
        return Estimate(value, np.nan, np.nan)
    reach = width * float(np.sqrt(above.var(ddof=1) / m + below.var(ddof=1) / n))
    return Estimate(value, max(value - reach, 0.0), min(value + reach, 1.0))


def measure(failure: NDArray[np.bool_], risk: FloatArray, *, confidence: float = 0.95) -> pd.DataFrame:
    """Measure discrimination, calibration and error, each with its limits.

    Parameters
    ----------
    failure : array of bool, shape (n,)
        Outcomes.
    risk : array of float, shape (n,)
        Expected failure probabilities, strictly between 0 and 1.
    confidence : float, default 0.95
        Of the limits.

    Returns
    -------
    DataFrame
        Indexed by measure: auc, intercept, slope, brier, scaled_brier; columns value, low, high. NaN where the cases
        cannot tell.

    Notes
    -----
    Intercept: that of a logistic regression with the log odds of the risk as offset. Slope: that of a logistic
    regression on these log odds. Both with Wald limits. Brier: normal limits of a mean.

    References
    ----------
    Cox DR. Biometrika 1958;45:562-565, doi:10.1093/biomet/45.3-4.562.

    Examples
    --------
    >>> measure(np.array([False, True, False]), np.array([0.1, 0.4, 0.3])).loc["brier", "value"].round(4)
    np.float64(0.1533)
    """
    from scipy.special import ndtri

    width = float(ndtri(0.5 + confidence / 2))
    error = (failure - risk) ** 2
    brier = float(error.mean())
    reach = width * float(error.std(ddof=1)) / np.sqrt(error.size) if error.size > 1 else np.nan
    spread = float(failure.mean() * (1 - failure.mean()))
    rows = {
        "auc": area_under_curve(failure, risk, confidence=confidence),
        **_regressions(failure.astype(np.float64), np.log(risk) - np.log1p(-risk), width),
        "brier": Estimate(brier, max(brier - reach, 0.0), brier + reach),
        "scaled_brier": Estimate(1 - brier / spread if spread else np.nan, np.nan, np.nan),
    }
    made = pd.DataFrame([rows[name] for name in _MEASURES], index=pd.Index(_MEASURES, name="measure"))
    return made.astype(np.float64)


def _regressions(failure: FloatArray, log_odds: FloatArray, width: float) -> dict[str, Estimate]:
    """Fit calibration in the large and the calibration slope."""
    unknown = Estimate(np.nan, np.nan, np.nan)
    if not 0 < failure.sum() < failure.size:
        return {"intercept": unknown, "slope": unknown}
    fits = {"intercept": (np.ones((failure.size, 1)), log_odds)}
    if np.ptp(log_odds) > 1e-9:
        fits["slope"] = (np.column_stack([np.ones(failure.size), log_odds]), np.zeros(failure.size))
    found = {"intercept": unknown, "slope": unknown}
    for name, (matrix, offset) in fits.items():
        beta, converged = maximise(matrix, failure, offset=offset)
        if not converged:  # the risks tell failures from successes without fault
            continue
        chance = 1 / (1 + np.exp(-(matrix @ beta + offset)))
        reach = width * float(np.sqrt(np.linalg.inv((matrix.T * (chance * (1 - chance))) @ matrix)[-1, -1]))
        found[name] = Estimate(float(beta[-1]), float(beta[-1]) - reach, float(beta[-1]) + reach)
    return found


def calibrate(failure: ArrayLike, risk: ArrayLike, *, groups: int = 10, confidence: float = 0.95) -> Calibration:
    """Hold expected risks against what happened.

    Parameters
    ----------
    failure : array-like, shape (n,)
        Outcomes, 1 for a failure; at least one case.
    risk : array-like, shape (n,)
        Expected failure probabilities, strictly between 0 and 1, from wherever they come.
    groups : int, default 10
        Groups of about equal size, of like risk, at least 2; cases of the same risk stay together, so that there may be
        fewer.
    confidence : float, default 0.95
        Of the limits, in (0, 1).

    Returns
    -------
    Calibration
        The groups and the measures.

    Raises
    ------
    InvalidParameter
        If there are fewer than two groups.
    InvalidData
        If there is no case, or an outcome or a risk is missing or impossible.

    Examples
    --------
    >>> held = calibrate([0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.2, 0.3, 0.6, 0.7], groups=2)
    >>> held.table[["cases", "expected", "observed"]].round(2).values.tolist()
    [[3.0, 0.5, 1.0], [3.0, 1.6, 2.0]]
    """
    if isinstance(groups, bool) or not isinstance(groups, int) or groups < 2:
        raise InvalidParameter("groups is {value!r}", expected="a whole number of at least 2", value=groups)
    check_fraction("confidence", confidence)
    outcome = check_failure(failure)
    if not outcome.size:
        raise InvalidData("there is no case", expected="at least one to judge the risks by")
    chance = check_risk(risk, outcome.size)
    measures = measure(outcome, chance, confidence=confidence).assign(corrected=np.nan, corrected_error=np.nan)
    table = _by_risk(outcome, chance, groups, confidence)
    return Calibration(table, measures, outcome.size, int(outcome.sum()), confidence)


def _by_risk(failure: NDArray[np.bool_], risk: FloatArray, groups: int, confidence: float) -> pd.DataFrame:
    """Count expected and observed failures by groups of like risk."""
    from scipy.special import betaincinv
    from scipy.stats import rankdata

    place = np.ceil(groups * rankdata(risk) / risk.size).astype(int)  # tied cases share a rank, and so a group
    cases = pd.DataFrame({"group": place, "risk": risk, "failure": failure.astype(int)})
    table = (
        cases.groupby("group")
        .agg(
            cases=("risk", "size"),
            risk_low=("risk", "min"),
            risk_high=("risk", "max"),
            expected=("risk", "sum"),
            observed=("failure", "sum"),
        )
        .reset_index()
    )
    table["group"] = np.arange(1, len(table) + 1)
    n, y = table["cases"].to_numpy(dtype=float), table["observed"].to_numpy(dtype=float)
    tail = (1 - confidence) / 2
    table["expected_rate"] = table["expected"] / n
    table["rate"] = y / n
    table["low"] = np.where(y > 0, betaincinv(np.maximum(y, 0.5), n - y + 1, tail), 0.0)
    table["high"] = np.where(y < n, betaincinv(y + 1, np.maximum(n - y, 0.5), 1 - tail), 1.0)
    return table
