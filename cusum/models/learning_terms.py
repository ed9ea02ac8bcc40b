"""The parameters of a learning curve in words that can be read."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

from cusum.errors import Phrase
from cusum.models.learning_draws import LearningDraws, weighted_quantiles
from cusum.models.learning_fitting import Hierarchy
from cusum.models.learning_shapes import FloatArray

__all__ = ["summarise"]


def summarise(hierarchy: Hierarchy, draws: LearningDraws, levels: tuple[float, float, float]) -> pd.DataFrame:
    """Give the parameters with intervals.

    Parameters
    ----------
    hierarchy : Hierarchy
        What was fitted.
    draws : LearningDraws
        Points of the posterior distribution.
    levels : tuple of float
        Quantiles of the lower limit, the median and the upper limit.

    Returns
    -------
    DataFrame
        Columns term, estimate, low, high.
    """
    terms = _TERMS[hierarchy.shape.kind](hierarchy, draws.theta)
    for k, name in enumerate(hierarchy.cases.names):
        terms[Phrase("odds ratio, {name}").format(name=name)] = np.exp(draws.theta[:, hierarchy.covariates_from + k])
    low, middle, high = weighted_quantiles(np.column_stack(list(terms.values())), draws.weight, levels)
    return pd.DataFrame({"term": list(terms), "estimate": middle, "low": low, "high": high})


def _constant(hierarchy: Hierarchy, theta: FloatArray) -> dict[str, FloatArray]:
    """Terms of the constant shape."""
    return {
        Phrase("rate of the typical trainee"): expit(theta[:, 0]),
        Phrase("standard deviation across trainees, log odds"): np.exp(theta[:, 1]),
    }


def _mixed(hierarchy: Hierarchy, theta: FloatArray) -> dict[str, FloatArray]:
    """Terms of the logistic shape, with the level moved from its centre to the first case."""
    loading = np.array([hierarchy.loading(row) for row in theta])
    moved = loading.copy()
    moved[:, 0] -= hierarchy.shape.centre * loading[:, 1]
    spread = np.sqrt((moved**2).sum(axis=2))
    return {
        Phrase("rate of the typical trainee at case 1"): expit(theta[:, 0] - hierarchy.shape.centre * theta[:, 1]),
        Phrase("odds ratio for each doubling of the case number"): 2 ** theta[:, 1],
        Phrase("standard deviation across trainees, log odds at case 1"): spread[:, 0],
        Phrase("standard deviation across trainees, log odds at the centre"): np.exp(theta[:, 2]),
        Phrase("standard deviation across trainees, slope by ln(case number)"): spread[:, 1],
        Phrase("correlation of log odds at case 1 and slope"): (moved[:, 0] * moved[:, 1]).sum(axis=1)
        / spread.prod(axis=1),
    }


def _asymptotic(hierarchy: Hierarchy, theta: FloatArray) -> dict[str, FloatArray]:
    """Terms of the asymptotic shape."""
    return {
        Phrase("final rate of the typical trainee"): expit(theta[:, 0]),
        Phrase("first rate of the typical trainee"): expit(theta[:, 1]),
        Phrase("time constant of the typical trainee, cases"): np.exp(theta[:, 2]),
        Phrase("standard deviation across trainees, log odds of the final rate"): np.exp(theta[:, 3]),
        Phrase("standard deviation across trainees, log odds of the first rate"): np.exp(theta[:, 4]),
        Phrase("standard deviation across trainees, ln(time constant)"): np.exp(theta[:, 5]),
        Phrase("correlation of final and first log odds"): np.tanh(theta[:, 6]),
    }


_TERMS = {"constant": _constant, "mixed": _mixed, "asymptotic": _asymptotic}
