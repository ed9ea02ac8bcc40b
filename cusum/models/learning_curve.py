"""Failure rate against case number: a cohort's learning curve and each trainee's, with intervals."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from cusum.charts.checking import check_choice, check_fraction
from cusum.models.learning_cases import read_cases
from cusum.models.learning_draws import draw_posterior
from cusum.models.learning_fitting import fit_hierarchy
from cusum.models.learning_result import LearningCurve
from cusum.models.learning_shapes import SHAPES, make_shape

__all__ = ["LearningCurve", "fit_learning_curve"]


def fit_learning_curve(
    table: pd.DataFrame,
    *,
    kind: str = "mixed",
    covariates: str | Iterable[str] = (),
    confidence: float = 0.95,
) -> LearningCurve:
    """Describe how failure becomes rarer with the number of cases, for a cohort and for each of its trainees.

    Parameters
    ----------
    table : DataFrame
        One row a case of one procedure: trainee, case (number from 1), failure, and the covariates.
    kind : {"mixed", "asymptotic", "constant"}, default "mixed"
        Shape of the curve; see Notes.
    covariates : str or iterable of str, default ()
        Columns that say how difficult a case was, or a formula of them such as "asa + bmi". Curves are then those of a
        case with average covariates.
    confidence : float, default 0.95
        Of every interval, in (0, 1).

    Returns
    -------
    LearningCurve
        Curves, the case number at which they meet a rate, forecasts and checks.

    Raises
    ------
    InvalidData
        If a column or value is missing, case numbers are none or stand twice, there are several procedures or fewer
        than five trainees, or nobody or everybody failed.
    InvalidParameter
        If `kind` or `confidence` is none of what is allowed.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    >>> curve = fit_learning_curve(cohort.paths.query("procedure == 'epidural'"))
    >>> curve.population([1, 10, 40])["rate"].round(2).tolist()
    [0.18, 0.07, 0.04]
    """
    check_choice("kind", kind, tuple(SHAPES))
    check_fraction("confidence", confidence)
    cases = read_cases(table, covariates)
    fit = fit_hierarchy(make_shape(kind, cases.case), cases)
    return LearningCurve(kind, confidence, fit, draw_posterior(fit))
