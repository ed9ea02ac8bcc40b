"""Expected risks for a cohort's cases: a model for each procedure, fitted on the registrations or brought along."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from cusum.cohort.designs import charted_procedures
from cusum.errors import CusumError, InvalidData, InvalidParameter
from cusum.models.risk import fit_risk_model
from cusum.models.risk_design import read_terms
from cusum.models.risk_model import RiskModel
from cusum.models.risk_variables import Variable, missing_cells
from cusum.programme import Programme
from cusum.registrations.table import Registrations

__all__ = ["Risk", "RiskModels", "case_risk", "fit_risk_models"]

_FEWEST = 10
"""Cases of the rarer outcome for each coefficient, below which no model is fitted (Peduzzi and others, 1996)."""


@dataclass(frozen=True, eq=False, repr=False)
class RiskModels(Mapping[str, RiskModel]):
    """One risk model for each procedure, and why some procedures have none.

    Parameters
    ----------
    models : mapping of str to RiskModel
        By procedure.
    covariates : str
        What was known about the cases, as given.
    refused : mapping of str to CusumError
        Procedures without a model, with what stood in the way.
    """

    models: Mapping[str, RiskModel]
    covariates: str
    refused: Mapping[str, CusumError] = field(default_factory=dict)

    def __getitem__(self, procedure: str) -> RiskModel:
        return self.models[procedure]

    def __iter__(self) -> Iterator[str]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def __repr__(self) -> str:
        return f"<RiskModels: {self.covariates}, fitted on these registrations; {', '.join(self.models) or 'none'}>"


Risk = RiskModel | Mapping[str, RiskModel] | str


def fit_risk_models(
    registrations: Registrations,
    programme: Programme,
    *,
    covariates: str | list[str],
    as_of: date | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> RiskModels:
    """Learn for each charted procedure how likely a case is to fail, from the registrations themselves.

    Parameters
    ----------
    registrations : Registrations
        What was read.
    programme : Programme
        Which procedures are charted.
    covariates : str or list of str
        As for :func:`cusum.fit_risk_model`: a formula, or a list of its terms.
    as_of : date, optional
        Last day that counts; all of them if left out.
    progress : callable, optional
        Told (done, total, procedure) before each model and at the end.

    Returns
    -------
    RiskModels
        The models, and what stood in the way of the others.

    Raises
    ------
    InvalidData
        If the registrations have no such column.

    Notes
    -----
    Standard errors are robust to the cases of one trainee going together. A missing covariate gets an indicator (or a
    category) of its own, so that no case is left out. A procedure with fewer than 10 cases of the rarer outcome for
    each coefficient gets no model. The models have seen the cases that they judge: ratios of observed to expected
    compare within the file only, and the failures of all cases together are as many as expected by construction.

    References
    ----------
    Peduzzi P, Concato J, Kemper E, Holford TR, Feinstein AR. J Clin Epidemiol 1996;49:1373-1379,
    doi:10.1016/S0895-4356(96)00236-3.

    Examples
    --------
    >>> from cusum import load_programme, read_registrations
    >>> registrations = read_registrations("sample_data/danish_cohort.csv")
    >>> models = fit_risk_models(registrations, load_programme(), covariates=["bmi", "urgency"])
    >>> models["epidural"]
    <RiskModel: failure ~ bmi + urgency; 2,528 cases, 191 failures; AUC 0.583 on them>
    """
    table = registrations.table
    if as_of is not None:
        table = table[table["performed_on"] <= pd.Timestamp(as_of)]
    _check_columns(covariates, table)
    keys = list(charted_procedures(programme))
    models: dict[str, RiskModel] = {}
    refused: dict[str, CusumError] = {}
    for done, key in enumerate(keys):
        if progress is not None:
            progress(done, len(keys), key)
        cases = table[(table["procedure"] == key) & table["failure"].notna()]
        if cases.empty:
            continue
        try:
            model = _fit(cases, covariates, registrations.provenance.source)
        except InvalidData as error:
            refused[key] = error
        else:
            models[key] = model
    if progress is not None:
        progress(len(keys), len(keys), "")
    words = covariates if isinstance(covariates, str) else " + ".join(covariates)
    return RiskModels(models, words, refused)


def _check_columns(covariates: str | list[str], table: pd.DataFrame) -> None:
    """Refuse covariates that the registrations do not have."""
    terms = read_terms(covariates, list(table.columns))
    columns = dict.fromkeys(Variable(factor).column for term in terms for factor in term)
    absent = [name for name in columns if name not in table]
    if absent:
        raise InvalidData(
            "the registrations have no column {names}",
            expected="one for each covariate",
            remedy="They have {columns}.",
            names=", ".join(map(repr, absent)),
            columns=", ".join(map(str, table.columns)),
        )


def _fit(cases: pd.DataFrame, covariates: str | list[str], source: str) -> RiskModel:
    """Fit the model of one procedure, or say what stands in the way."""
    cluster = "trainee" if cases["trainee"].nunique() > 1 else None
    failures = int(cases["failure"].sum())
    rarer = min(failures, len(cases) - failures)
    if rarer == 0:
        raise InvalidData("the outcome is the same in all {n} cases", expected="failures and successes", n=len(cases))
    model = fit_risk_model(
        cases.assign(failure=cases["failure"].astype("bool")),
        covariates=covariates,
        cluster=cluster,
        missing="indicator",
        source=source,
    )
    coefficients = len(model.names) - 1
    if rarer < _FEWEST * coefficients:
        raise InvalidData(
            "there are {failures} cases of the rarer outcome for {k} coefficients",
            expected="at least {needed}",
            failures=rarer,
            k=coefficients,
            needed=_FEWEST * coefficients,
        )
    return model


def case_risk(cases: pd.DataFrame, risk: Risk) -> pd.Series:
    """Give each case's expected failure probability.

    Parameters
    ----------
    cases : DataFrame
        Charted cases with the covariates that the model asks for.
    risk : RiskModel, mapping of str to RiskModel, or str
        One model for all procedures, one for each, or the column that holds the probabilities.

    Returns
    -------
    Series of float
        Probability in (0, 1); missing where there is no model for the procedure, and where a covariate is missing that
        a model fitted on complete cases asks for.

    Raises
    ------
    InvalidData
        If the column is missing, or holds something else than probabilities, or a model refuses a case.
    InvalidParameter
        If `risk` is none of these.
    """
    if isinstance(risk, RiskModel):
        return _predict(cases, risk)
    if isinstance(risk, Mapping):
        found = pd.Series(np.nan, index=cases.index)
        for key, model in risk.items():
            mine = cases["procedure"] == key
            if mine.any():
                found[mine] = _predict(cases[mine], model)
        return found
    if not isinstance(risk, str):
        raise InvalidParameter(
            "risk is a {kind}",
            expected="a risk model, one for each procedure, or the name of a column",
            kind=type(risk).__name__,
        )
    return _column(cases, risk)


def _predict(cases: pd.DataFrame, model: RiskModel) -> pd.Series:
    """Give the model's risks; a model fitted on complete cases says nothing about the others."""
    found = pd.Series(np.nan, index=cases.index)
    known = np.ones(len(cases), dtype=np.bool_)
    if model.missing == "complete cases":
        for column in {variable.column for variable in model.design.variables} & set(cases.columns):
            known &= ~missing_cells(cases[column])
    if known.any():
        found[known] = model.predict(cases[known])
    return found


def _column(cases: pd.DataFrame, name: str) -> pd.Series:
    """Take the expected risks from a column."""
    if name not in cases:
        raise InvalidData("the registrations have no column {name!r}", expected="expected probabilities", name=name)
    values = pd.to_numeric(cases[name], errors="coerce").astype("float64")
    wrong = ~((values > 0) & (values < 1))
    if wrong.any():
        raise InvalidData(
            "column {name!r} holds no probability in row {row}",
            expected="a number strictly between 0 and 1",
            name=name,
            row=int(cases.loc[wrong, "row"].iloc[0]),
        )
    return values
