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

    Notes
    -----
    "mixed" is a logistic regression on ln(case number) with an intercept and a slope for each trainee, correlated
    across trainees. "asymptotic" is p(n) = p_inf + (p_1 - p_inf) exp(-(n - 1) / tau) for each trainee; the log odds of
    p_inf and p_1 (correlated) and ln(tau) are normal across trainees, so that those with few cases are drawn towards
    the rest. "constant" gives each trainee one rate, to compare with. Covariates add to the log odds.

    The fitting is done here, with scipy: each trainee's parameters are integrated out by adaptive Gauss-Hermite
    quadrature (7 nodes in each of 2 directions, 5 in each of 3), the likelihood is maximised by L-BFGS-B with weak
    normal priors on the means, on the logarithms of the standard deviations and on artanh of the correlation
    (`cusum.models.learning_shapes`), and intervals are quantiles of 512 evenly spread points of the normal
    approximation, with each trainee's own distribution weighed to its true density. statsmodels' BinomialBayesMixedGLM
    does not do the job: it knows neither correlated effects nor the asymptotic shape, and its intervals of 95% for the
    typical trainee's curve held 0.85 (``fit_map``) and 0.86 (``fit_vb``) of the time in 40 simulated cohorts of 30
    trainees, those given here 0.96.

    How often intervals of 95% hold, over 200 simulated cohorts of 60 trainees with 15 to 90 cases each (rates from
    about 0.3 to about 0.06), pointwise at cases 1, 5, 20 and 50; ``benchmarks/learning_curve_coverage.py`` makes the
    table again, and ``docs/coverage.md`` has more:

    ============================================  =====  ==========
    interval                                      mixed  asymptotic
    ============================================  =====  ==========
    average curve                                 0.95   0.95
    typical trainee's curve                       0.93   0.95
    each trainee's curve                          0.95   0.96
    new trainees between their limits             0.96   0.96
    average curve meets the rate 0.12             0.96   0.96
    typical curve meets it                        0.97   0.97
    each trainee's curve meets it                 0.97   0.97
    failures among a trainee's next 20 cases      0.99   0.98
    rate of the typical trainee at case 1         0.95   0.96
    slope; final rate                             0.95   0.96
    time constant                                 none   0.94
    standard deviations across trainees           0.96   0.98
    ============================================  =====  ==========

    Monte-Carlo standard errors are 0.015 for what is the cohort's, below 0.003 for what is the trainees'. Whole numbers
    (of cases or failures) are held more often than asked for. In the synthetic Danish cohort, whose curves are of
    another making (asymptotic, mixed groups, some that get worse), pointwise intervals of trainees' curves hold 0.89 to
    0.96 of the time, those of the average curve nearly always; the fitted rates are 0.04 to 0.07 from the true ones
    (root mean square), where each trainee's own share of failures is 0.06 to 0.12 off.

    What is not promised: a trainee whose rate jumps is drawn as one who learns smoothly; curves beyond the largest case
    number seen are extrapolated, and the mixed one falls for ever.

    References
    ----------
    Pinheiro JC, Bates DM. J Comput Graph Stat 1995;4:12-35, doi:10.1080/10618600.1995.10474663.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    >>> curve = fit_learning_curve(cohort.paths.query("procedure == 'epidural'"))
    >>> curve.population([1, 10, 40])["rate"].round(2).tolist()
    [0.2, 0.08, 0.05]
    """
    check_choice("kind", kind, tuple(SHAPES))
    check_fraction("confidence", confidence)
    cases = read_cases(table, covariates)
    fit = fit_hierarchy(make_shape(kind, cases.case), cases)
    return LearningCurve(kind, confidence, fit, draw_posterior(fit))
