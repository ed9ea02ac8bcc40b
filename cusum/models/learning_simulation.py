"""Draw outcomes from known learning curves, to see whether the fitted ones find them again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from cusum.models.learning_quadrature import normal_grid
from cusum.models.learning_shapes import FloatArray, Shape, make_shape

__all__ = ["KnownCurves", "Truth", "draw_known_curves"]

Truth = tuple[tuple[float, ...], tuple[float, ...], float]
_TRUTHS: dict[str, Truth] = {
    "constant": ((-1.7,), (0.5,), 0.0),
    "mixed": ((-2.2, -0.45), (0.5, 0.2), 0.3),
    "asymptotic": ((-2.75, -0.85, float(np.log(8.0))), (0.5, 0.5, 0.5), 0.3),
}
"""Means of the transformed parameters, their standard deviations, and the correlation of the first two."""

_ACROSS = "standard deviation across trainees"
_NAMES = {
    "constant": ("rate of the typical trainee", f"{_ACROSS}, log odds"),
    "mixed": (
        "rate of the typical trainee at case 1",
        "odds ratio for each doubling of the case number",
        f"{_ACROSS}, log odds at case 1",
        f"{_ACROSS}, log odds at the centre",
        f"{_ACROSS}, slope by ln(case number)",
        "correlation of log odds at case 1 and slope",
    ),
    "asymptotic": (
        "final rate of the typical trainee",
        "first rate of the typical trainee",
        "time constant of the typical trainee, cases",
        f"{_ACROSS}, log odds of the final rate",
        f"{_ACROSS}, log odds of the first rate",
        f"{_ACROSS}, ln(time constant)",
        "correlation of final and first log odds",
    ),
}


@dataclass(frozen=True, eq=False)
class KnownCurves:
    """Trainees whose curves are known, and outcomes drawn from them.

    Parameters
    ----------
    shape : Shape
        The shape of the curves.
    mean, loading : array of float, shapes (size,) and (size, size)
        Of the transformed parameters across trainees.
    effects : array of float, shape (trainees, size)
        Transformed parameters of each trainee.
    table : DataFrame
        Columns trainee, case, failure.
    """

    shape: Shape
    mean: FloatArray
    loading: FloatArray
    effects: FloatArray
    table: pd.DataFrame

    def parameters(self, centre: float) -> dict[str, float]:
        """Give the true values of what `LearningCurve.summary` estimates.

        Parameters
        ----------
        centre : float
            ln(case number) at which the fitted logistic shape takes its level; the other shapes do without.

        Returns
        -------
        dict of str to float
            By the words of `LearningCurve.summary`.

        Examples
        --------
        >>> draw_known_curves("constant", trainees=5, cases=(1, 3), seed=1).parameters(0.0)
        {'rate of the typical trainee': 0.1544..., 'standard deviation across trainees, log odds': 0.5}
        """
        covariance, mean = self.loading @ self.loading.T, self.mean
        spread = np.sqrt(np.diag(covariance))
        if self.shape.kind == "constant":
            return dict(zip(_NAMES["constant"], (float(expit(mean[0])), float(spread[0])), strict=True))
        if self.shape.kind == "asymptotic":
            values = (*expit(mean[:2]), np.exp(mean[2]), *spread, covariance[0, 1] / (spread[0] * spread[1]))
            return dict(zip(_NAMES["asymptotic"], map(float, values), strict=True))
        first, level = (np.array([1.0, at - self.shape.centre]) for at in (0.0, centre))
        at_first, at_centre = (float(np.sqrt(x @ covariance @ x)) for x in (first, level))
        together = float((first @ covariance)[1]) / (at_first * float(spread[1]))
        values = (expit(first @ mean), 2 ** mean[1], at_first, at_centre, spread[1], together)
        return dict(zip(_NAMES["mixed"], map(float, values), strict=True))

    def rates(self, effects: FloatArray, cases: FloatArray) -> FloatArray:
        """Give the rates of trainees by case number.

        Parameters
        ----------
        effects : array of float, shape (..., size)
            Transformed parameters.
        cases : array of float, shape (cases,)
            Case numbers.

        Returns
        -------
        array of float, shape (..., cases)
            Rates.
        """
        return self.shape.rates(effects, cases)

    def average(self, cases: FloatArray) -> FloatArray:
        """Give the rates averaged over all trainees that there might be.

        Parameters
        ----------
        cases : array of float, shape (cases,)
            Case numbers.

        Returns
        -------
        array of float, shape (cases,)
            Rates.
        """
        z, log_weight = normal_grid(25, self.mean.size)
        return np.exp(log_weight) @ self.rates(self.mean + z @ self.loading.T, cases)


def draw_known_curves(
    kind: str, *, trainees: int, cases: tuple[int, int] = (15, 90), seed: int, truth: Truth | None = None
) -> KnownCurves:
    """Draw trainees, their curves, their numbers of cases and the outcomes.

    Parameters
    ----------
    kind : {"mixed", "asymptotic", "constant"}
        Shape of the curves. Their average falls from about 0.3 to about 0.06 (the constant one stays near 0.17).
    trainees : int
        Number of trainees.
    cases : tuple of int, default (15, 90)
        Fewest and most cases of a trainee; all numbers between are as likely.
    seed : int
        Of the random numbers.
    truth : tuple, optional
        Means of the transformed parameters, their standard deviations and the correlation of the first two; as above if
        left out.

    Returns
    -------
    KnownCurves
        The truth and the outcomes.

    Examples
    --------
    >>> draw_known_curves("mixed", trainees=2, cases=(1, 3), seed=1).table.columns.tolist()
    ['trainee', 'case', 'failure']
    """
    rng = np.random.default_rng(seed)
    mean, spread, correlation = _TRUTHS[kind] if truth is None else truth
    root = np.eye(len(mean))
    if len(mean) > 1:
        root[1, :2] = correlation, np.sqrt(1 - correlation**2)
    loading = np.array(spread)[:, None] * root
    shape = make_shape(kind, np.array([np.e**2.5]))
    effects = np.array(mean) + rng.standard_normal((trainees, len(mean))) @ loading.T
    counts = rng.integers(cases[0], cases[1] + 1, trainees)
    who = np.repeat(np.arange(trainees), counts)
    number = np.arange(who.size) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    rate, _ = shape.curve(shape.natural(effects[who]), number.astype(np.float64))
    table = pd.DataFrame({"trainee": [f"T{k + 1:03d}" for k in who], "case": number})
    table["failure"] = rng.random(who.size) < rate
    return KnownCurves(shape, np.array(mean), loading, effects, table)
