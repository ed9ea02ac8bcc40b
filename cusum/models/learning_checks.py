"""Does a learning curve fit? Failures by case number, residuals by trainee, and the other shapes beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from cusum.models.learning_fitting import Hierarchy, LearningFit, fit_hierarchy
from cusum.models.learning_forecast import count_failures
from cusum.models.learning_quadrature import normal_grid
from cusum.models.learning_shapes import SHAPES, FloatArray, make_shape

__all__ = ["LearningChecks", "check_learning", "compare_shapes"]

_NODES = 7


@dataclass(frozen=True, eq=False, repr=False)
class LearningChecks:
    """How a learning curve stands against the outcomes and against the other shapes.

    Parameters
    ----------
    bins : DataFrame
        By case number: from_case, to_case, cases, failures, expected (before any outcome was seen, at the estimates),
        deviation (standard deviations between failures and expected, differences between trainees included).
    residuals : DataFrame
        By trainee: trainee, cases, failures, expected, residual. Residuals are randomised quantile residuals of the
        trainee's number of failures: standard normal if the model holds.
    uniformity : float
        P value of the Kolmogorov-Smirnov test that the residuals are standard normal. Somewhat too large, since the
        model was fitted to the same outcomes.
    comparison : DataFrame
        By shape: kind, parameters, log_likelihood (marginal), aic, aic_difference (from the lowest), log_evidence
        (likelihood averaged over the priors), probability (of the shape, if all were as likely before), fitted
        (whether this is the one checked).
    """

    bins: pd.DataFrame
    residuals: pd.DataFrame
    uniformity: float
    comparison: pd.DataFrame

    def __repr__(self) -> str:
        """Say it in one line."""
        best = self.comparison["kind"].iloc[int(self.comparison["aic"].argmin())]
        far = float(self.bins["deviation"].abs().max())
        return (
            f"<LearningChecks: lowest AIC {best}; largest deviation by case number {far:.1f}; P {self.uniformity:.2f}>"
        )


def check_learning(fit: LearningFit, seed: int) -> LearningChecks:
    """Hold a fit against the outcomes and the other shapes.

    Parameters
    ----------
    fit : LearningFit
        The fit.
    seed : int
        Of the random numbers in the residuals.

    Returns
    -------
    LearningChecks
        The checks.
    """
    from scipy.stats import kstest

    hierarchy = fit.hierarchy
    z, log_weight = normal_grid(_NODES, hierarchy.shape.size)
    weight = np.exp(log_weight)
    effects = np.broadcast_to(hierarchy.effects(fit.theta, z), (len(hierarchy.cases.trainees), *z.shape))
    rates, _ = hierarchy.rates(effects, hierarchy.offset(fit.theta))
    residuals = _residuals(hierarchy, rates, weight, np.random.default_rng(seed))
    uniformity = float(kstest(residuals["residual"], "norm").pvalue)
    return LearningChecks(_bins(hierarchy, rates, weight), residuals, uniformity, compare_shapes(fit))


def _edges(last: int) -> NDArray[np.int64]:
    """First case numbers of the bins: 1, 2, 4, 6, 11, 16, 21, 31, 41, ..."""
    few = [1, 2, 4, 6, 11, 16]
    return np.array([*(edge for edge in few if edge <= last), *range(21, last + 1, 10)], dtype=np.int64)


def _bins(hierarchy: Hierarchy, rates: FloatArray, weight: FloatArray) -> pd.DataFrame:
    """Failures by case number against those expected."""
    cases = hierarchy.cases
    edges = _edges(int(cases.case.max()))
    place = np.searchsorted(edges, cases.case, side="right") - 1
    rows = []
    for k, start in enumerate(edges):
        within = place == k
        if not within.any():
            continue
        inside = np.where(within[:, None], rates, 0.0)
        mean = hierarchy.by_trainee(inside)
        chance = hierarchy.by_trainee(inside * (1 - inside))
        between = (mean**2) @ weight - (mean @ weight) ** 2
        expected = float((mean @ weight).sum())
        failures = int(cases.failure[within].sum())
        spread = float(np.sqrt((chance @ weight + between).sum()))
        rows.append(
            {
                "from_case": int(start),
                "to_case": int(cases.case[within].max()),
                "cases": int(within.sum()),
                "failures": failures,
                "expected": expected,
                "deviation": (failures - expected) / spread,
            }
        )
    return pd.DataFrame(rows)


def _residuals(hierarchy: Hierarchy, rates: FloatArray, weight: FloatArray, rng: np.random.Generator) -> pd.DataFrame:
    """Randomised quantile residuals of the trainees' numbers of failures."""
    cases = hierarchy.cases
    ends = [*cases.first[1:].tolist(), len(rates)]
    rows = []
    for name, start, end, random in zip(cases.trainees, cases.first, ends, rng.random(len(ends)), strict=True):
        chance = weight @ count_failures(rates[start:end].T)
        failures = int(cases.failure[start:end].sum())
        level = chance[:failures].sum() + random * chance[failures]
        expected = float(chance @ np.arange(chance.size))
        residual = float(ndtri(np.clip(level, 1e-12, 1 - 1e-12)))
        rows.append((name, end - start, failures, expected, residual))
    return pd.DataFrame(rows, columns=["trainee", "cases", "failures", "expected", "residual"])


def compare_shapes(fit: LearningFit) -> pd.DataFrame:
    """Fit the other shapes to the same cases and compare.

    Parameters
    ----------
    fit : LearningFit
        The fit, which is not made again.

    Returns
    -------
    DataFrame
        As in :class:`LearningChecks`.
    """
    cases, own = fit.hierarchy.cases, fit.hierarchy.shape.kind
    fits = [fit if kind == own else fit_hierarchy(make_shape(kind, cases.case), cases) for kind in SHAPES]
    table = pd.DataFrame(
        {
            "kind": list(SHAPES),
            "parameters": [other.theta.size for other in fits],
            "log_likelihood": [other.marginal.value for other in fits],
            "aic": [other.aic for other in fits],
            "log_evidence": [other.log_evidence for other in fits],
            "fitted": [other is fit for other in fits],
        }
    )
    table.insert(4, "aic_difference", table["aic"] - table["aic"].min())
    odds = np.exp(table["log_evidence"] - table["log_evidence"].max())
    table.insert(6, "probability", odds / odds.sum())
    return table
