"""Expected failure probability of each case, from what was known about it beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

import cusum
from cusum.charts.checking import check_choice, check_failure
from cusum.errors import InvalidData, InvalidParameter
from cusum.models.risk_calibration import area_under_curve
from cusum.models.risk_design import Design, make_design, read_terms
from cusum.models.risk_file import load_risk_model
from cusum.models.risk_fitting import LogisticFit, fit_logistic
from cusum.models.risk_model import RiskModel
from cusum.models.risk_sample import FittingSample, fingerprint_cases, keep_open
from cusum.models.risk_variables import Variable, missing_cells

__all__ = ["RiskModel", "fit_risk_model", "load_risk_model"]

_RULES = ("refuse", "indicator", "complete cases")


def fit_risk_model(
    table: pd.DataFrame,
    *,
    covariates: str | Iterable[str],
    outcome: str = "failure",
    cluster: str | None = None,
    missing: str = "refuse",
    source: str = "",
) -> RiskModel:
    """Learn from cases how likely each is to fail, from what was known about the patient and the procedure beforehand.

    Parameters
    ----------
    table : DataFrame
        One row a case: the outcome and the covariates. Columns of text are categories, the first in order of the
        alphabet (or of a categorical column) being the reference; columns of numbers enter on the log odds scale.
    covariates : str or iterable of str
        A formula, "asa + age*urgency", or a list of its terms, ["asa", "age*urgency"]. a*b is a + b + a:b; C(asa) makes
        categories of numbers; log(x), sqrt(x) and square(x) transform numbers.
    outcome : str, default "failure"
        Column with 1 or True for a failure.
    cluster : str, optional
        Column, such as "trainee" or "department", whose cases go together: the standard errors then allow for that. It
        is no covariate, unless named among them.
    missing : {"refuse", "indicator", "complete cases"}, default "refuse"
        Missing values: refuse to fit; give a missing category a level of its own, and a missing number the mean and an
        indicator; or leave the case out. Missing outcomes are left out with "complete cases" and refused otherwise.
    source : str, default ""
        Where the cases come from, in words or a file name, to be kept with the model.

    Returns
    -------
    RiskModel
        Gives expected risks by ``predict``; its ``notes`` say what a reader has to know.

    Raises
    ------
    InvalidData
        If a column is not there, a value is missing and the rule refuses it, the outcome does not vary, or a covariate
        can be computed from others.
    InvalidParameter
        If the covariates or the rule cannot be read.

    Notes
    -----
    A logistic regression fitted by maximum likelihood (statsmodels). Where covariates tell failures from successes,
    completely or in part, so that it has no finite answer, Firth's penalised likelihood is fitted instead: limits are
    then of the profile for the coefficients concerned, and the intercept is moved so that as many failures are expected
    as there were. With clusters the covariance is the sandwich of Mancl and DeRouen, which undoes how a cluster draws
    the fit towards itself, and limits are of the t distribution with G-1 degrees of freedom; a cluster that alone tells
    a coefficient enters with the usual factor G/(G-1) (n-1)/(n-k). An indicator of missing values makes predictions
    possible but does not make the other coefficients unbiased.

    In simulations the 95% limits of a coefficient held the truth in 96% of samples; those that allow for clusters in
    96% with ten trainees as with thirty (76% where they are ignored and the covariate is the trainee's own); those of
    the penalised fit in 96%, exactly computed for 30 cases with six of a rare category. See ``docs/coverage.md``.

    What the trainee brings about must not be among the covariates: attempts, complications or handing over are part of
    the outcome, and adjusting for them hides it. On the cases fitted the model looks better than it is;
    ``calibration(seed=...)`` says by how much.

    References
    ----------
    Steiner SH, Cook RJ, Farewell VT, Treasure T. Biostatistics 2000;1:441-452, doi:10.1093/biostatistics/1.4.441.
    Heinze G, Schemper M. Stat Med 2002;21:2409-2419, doi:10.1002/sim.1047.
    Mancl LA, DeRouen TA. Biometrics 2001;57:126-134, doi:10.1111/j.0006-341X.2001.00126.x (clusters).

    Examples
    --------
    Heart operations: fitted on the first two years, judged on the years after.

    >>> operations = pd.read_csv("sample_data/cardiac_surgery.csv")
    >>> first, later = operations[operations["phase"] == "I"], operations[operations["phase"] == "II"]
    >>> model = fit_risk_model(first, covariates=["parsonnet"], outcome="death30", cluster="surgeon")
    >>> model
    <RiskModel: death30 ~ parsonnet; 1,766 cases, 108 failures; AUC 0.813 on them>
    >>> model.predict(pd.DataFrame({"parsonnet": [0, 15, 50]})).round(3)
    array([0.022, 0.07 , 0.55 ])
    >>> model.calibration(later)
    <Calibration: 3,829 cases, 253 failures; AUC 0.753, intercept 0.04, slope 0.93, Brier 0.0564>
    """
    check_choice("missing", missing, _RULES)
    terms = read_terms(_right_side(covariates, outcome), list(table.columns))
    columns = list(dict.fromkeys(Variable(factor).column for term in terms for factor in term))
    _check_columns(table, [outcome, *columns, *([cluster] if cluster else [])])
    if outcome in columns:
        raise InvalidParameter("{name} is both outcome and covariate", expected="one of them", name=outcome)
    used, counts = _complete(table, outcome, columns, cluster, missing)
    failure = check_failure(used[outcome])
    if failure.all() or not failure.any():
        raise InvalidData(
            "{outcome} is {value} in all {n} cases",
            expected="failures and successes",
            remedy="There is nothing to tell apart; fit on more cases.",
            outcome=outcome,
            value=int(failure.all()),
            n=failure.size,
        )
    design = make_design(used, terms, indicator=missing == "indicator")
    matrix = design.matrix(used)
    groups = _groups(used, cluster)
    fit = fit_logistic(matrix, failure.astype(np.float64), design.names, groups)
    return RiskModel(
        outcome=outcome,
        cluster=cluster or "",
        missing=missing,
        missing_counts=counts,
        left_out=len(table) - len(used),
        cases=failure.size,
        failures=int(failure.sum()),
        clusters=0 if groups is None else int(groups.max()) + 1,
        auc=area_under_curve(failure, keep_open(expit(matrix @ fit.coefficients))),
        fitted_on=fingerprint_cases(used, [outcome, *columns]),
        source=source,
        version=cusum.__version__,
        sample=FittingSample(used, matrix, failure.astype(np.float64), groups),
        **_numbers(fit, design),
    )


def _right_side(covariates: str | Iterable[str], outcome: str) -> str | list[str]:
    """Take "failure ~" off a formula, if it names the outcome."""
    if not isinstance(covariates, str):
        return list(covariates)
    left, tilde, right = covariates.partition("~")
    if tilde and left.strip() not in ("", outcome):
        raise InvalidParameter(
            "the formula is of {left}", expected="of the outcome, {outcome}", left=left.strip(), outcome=outcome
        )
    return right if tilde else covariates


def _numbers(fit: LogisticFit, design: Design) -> dict[str, Any]:
    """Put the fit into plain numbers, so that models can be compared and written."""
    return {
        "design": design,
        "coefficients": tuple(fit.coefficients.tolist()),
        "low": tuple(fit.low.tolist()),
        "high": tuple(fit.high.tolist()),
        "covariance": tuple(tuple(row) for row in fit.covariance.tolist()),
        "log_likelihood": fit.log_likelihood,
        "penalised": fit.penalised,
        "separated": tuple(design.names[k] for k in fit.separated),
    }


def _check_columns(table: pd.DataFrame, names: list[str]) -> None:
    """Refuse a table that lacks a column."""
    absent = [name for name in names if name not in table]
    if absent:
        raise InvalidData(
            "the table has no column {names}",
            expected="one for the outcome, the cluster and each covariate",
            remedy="It has {columns}.",
            names=", ".join(map(repr, absent)),
            columns=", ".join(map(str, table.columns)),
        )


def _complete(
    table: pd.DataFrame, outcome: str, columns: list[str], cluster: str | None, rule: str
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Apply the rule for missing values; count them in any case."""
    needed = list(dict.fromkeys([outcome, *columns, *([cluster] if cluster else [])]))
    empty = {name: missing_cells(table[name]) for name in needed}
    counts = {name: int(gone.sum()) for name, gone in empty.items() if gone.any()}
    if rule == "complete cases":
        kept = ~np.any(list(empty.values()), axis=0)
        return table[kept].reset_index(drop=True), counts
    refused = counts if rule == "refuse" else {name: n for name, n in counts.items() if name not in columns}
    if refused:
        raise InvalidData(
            "values are missing: {counts} of {n} cases",
            expected="a value in each",
            remedy="Find them, or say what is to be done: missing='complete cases' leaves these cases out; "
            "missing='indicator' marks them in covariates, but not in the outcome or the cluster.",
            counts=", ".join(f"{name} in {number}" for name, number in refused.items()),
            n=len(table),
        )
    return table.reset_index(drop=True), counts


def _groups(table: pd.DataFrame, cluster: str | None) -> NDArray[np.int64] | None:
    """Number the clusters from 0."""
    if cluster is None:
        return None
    codes, found = pd.factorize(table[cluster])
    if len(found) < 2:
        raise InvalidData(
            "{name} has one cluster only", expected="at least two", remedy="Leave the cluster out.", name=cluster
        )
    return codes.astype(np.int64)
