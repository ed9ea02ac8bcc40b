"""What the commands need to take the difficulty of the cases into account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from cusum.errors import InvalidParameter
from cusum.language import Language

if TYPE_CHECKING:
    from cusum.cohort.risk_models import Risk, RiskModels
    from cusum.models import RiskModel
    from cusum.programme import Programme
    from cusum.registrations import Registrations

__all__ = ["chosen_risk", "covariate_terms"]


def covariate_terms(covariates: str) -> str | list[str]:
    """Read covariates as people write them.

    Parameters
    ----------
    covariates : str
        Columns between commas, or a formula.

    Returns
    -------
    str or list of str
        What a risk model takes.

    Examples
    --------
    >>> covariate_terms("asa, bmi,urgency"), covariate_terms("asa + bmi*urgency")
    (['asa', 'bmi', 'urgency'], 'asa + bmi*urgency')
    """
    if "," not in covariates:
        return covariates
    return [term.strip() for term in covariates.split(",") if term.strip()]


def chosen_risk(
    registrations: Registrations,
    programme: Programme,
    language: Language,
    *,
    risk: Sequence[str] | None = None,
    covariates: str | None = None,
    as_of: date | None = None,
    step: Callable[[int, int, str], None] | None = None,
) -> Risk | None:
    """Find what is to be expected of each case: models from files, a column, or models fitted here.

    Parameters
    ----------
    registrations : Registrations
        What was read.
    programme : Programme
        The programme in force.
    language : Language
        The reader's language.
    risk : sequence of str, optional
        One model file or column for all procedures, or ``PROCEDURE=FILE`` for some.
    covariates : str, optional
        Covariates of models to be fitted on the registrations.
    as_of : date, optional
        Last day that counts.
    step : callable, optional
        Told how far the fitting has come.

    Returns
    -------
    RiskModel, RiskModels, dict, str or None
        What :func:`cusum.analyse` takes; None without adjustment.

    Raises
    ------
    InvalidParameter
        If both are given, or what is given is neither a file nor a column.
    """
    if risk and covariates:
        raise InvalidParameter("--risk and --covariates are both given", expected="one of them")
    if covariates:
        return _fitted(registrations, programme, language, covariates, as_of, step)
    if not risk:
        return None
    if len(risk) == 1 and not _names_a_procedure(risk[0], programme):
        return _file_or_column(risk[0], registrations)
    return dict(_by_procedure(one, programme) for one in risk)


def _names_a_procedure(given: str, programme: Programme) -> bool:
    """Tell whether a model is meant for one procedure."""
    before, equals, _ = given.partition("=")
    return bool(equals) and programme.find(before.strip()) is not None


def _by_procedure(given: str, programme: Programme) -> tuple[str, RiskModel]:
    """Load the model of one procedure."""
    from cusum.models.risk_file import load_risk_model

    before, _, file = given.partition("=")
    procedure = programme.find(before.strip())
    if procedure is None or not file.strip():
        raise InvalidParameter("--risk is {value!r}", expected="PROCEDURE=FILE, where it is repeated", value=given)
    return procedure, load_risk_model(Path(file.strip()))


def _file_or_column(given: str, registrations: Registrations) -> RiskModel | str:
    """Load the model, or take the column."""
    from cusum.models.risk_file import load_risk_model

    if given in registrations.table:
        return given
    if Path(given).is_file():
        return load_risk_model(given)
    raise InvalidParameter(
        "--risk is {value!r}",
        expected="the file of a risk model, or a column of the registrations",
        remedy="They have {columns}.",
        value=given,
        columns=", ".join(map(str, registrations.table.columns)),
    )


def _fitted(
    registrations: Registrations,
    programme: Programme,
    language: Language,
    covariates: str,
    as_of: date | None,
    step: Callable[[int, int, str], None] | None,
) -> RiskModels | None:
    """Fit the models, and say for which procedures there is none."""
    from cusum.cohort.risk_models import fit_risk_models

    def tell(done: int, total: int, procedure: str) -> None:
        if step is not None:
            name = language.procedure(programme, procedure) if procedure else ""
            step(done, total, language.text("Risk model: {procedure}", procedure=name))

    models = fit_risk_models(
        registrations, programme, covariates=covariate_terms(covariates), as_of=as_of, progress=tell
    )
    for procedure, reason in models.refused.items():
        name = language.procedure(programme, procedure)
        said = reason.render(language.translate)
        typer.echo(language.text("No risk model for {procedure}: {reason}", procedure=name, reason=said), err=True)
    if not models:
        typer.echo(language.text("No risk model could be fitted; the report is not adjusted."), err=True)
        return None
    return models
