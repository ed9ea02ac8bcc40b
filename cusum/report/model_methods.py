"""Paragraphs on methods for the models: risk, adjusted charts, departments, learning curves, forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cusum.report.headings import column_heading, mid_sentence
from cusum.report.table import records

if TYPE_CHECKING:
    from cusum.cohort import Cohort
    from cusum.language import Language

__all__ = ["model_paragraphs", "model_references"]


def model_paragraphs(cohort: Cohort, language: Language, *, curves: bool = True) -> list[str]:
    """Describe the models behind the pages, with the parameters in force.

    Parameters
    ----------
    cohort : Cohort
        The cohort as analysed.
    language : Language
        Language to write in.
    curves : bool, default True
        Whether learning curves were fitted.

    Returns
    -------
    list of str
        Paragraphs.
    """
    paragraphs = []
    if cohort.adjusted is not None:
        paragraphs += [
            _risk(cohort, language),
            _adjusted_charts(cohort, language),
            _departments_charts(cohort, language),
        ]
    if len(cohort.departments) > 1:
        paragraphs.append(_comparison(cohort, language))
    if curves:
        paragraphs.append(_curves(language))
    return [*paragraphs, _forecast(language), _limitations(cohort, language)]


def model_references(cohort: Cohort, *, curves: bool = True) -> set[str]:
    """List the references that these paragraphs name.

    Parameters
    ----------
    cohort : Cohort
        The cohort as analysed.
    curves : bool, default True
        Whether learning curves were fitted.

    Returns
    -------
    set of str
        Keys of :data:`cusum.report.references.REFERENCES`.
    """
    used = {"pinheiro1995"} if curves else set()
    if cohort.adjusted is not None:
        used |= {"steiner2000", "lovegrove1997"}
        used |= {"peduzzi1996"} if cohort.adjusted.fitted_here else set()
        used |= {"heinze2002"} if any(model.penalised for model in cohort.adjusted.models.values()) else set()
    return used | ({"spiegelhalter2005"} if len(cohort.departments) > 1 else set())


def _risk(cohort: Cohort, language: Language) -> str:
    """Describe the risk models."""
    adjusted = cohort.adjusted
    assert adjusted is not None
    if not adjusted.models:
        return language.text("The expected failure probability of each case was taken from a column of the file.")
    columns = dict.fromkeys(v.column for model in adjusted.models.values() for v in model.design.variables)
    names = language.join(mid_sentence(column_heading(language, name)) for name in columns)
    said = language.text(
        "The expected failure probability of each case came from a logistic regression for the procedure on "
        "{covariates}, with standard errors robust to the cases of one trainee going together.",
        covariates=names,
    )
    if not adjusted.fitted_here:
        return said
    fitted = language.text(
        "The models were fitted on the registrations of this report. A missing value got an indicator of its own, and "
        "a procedure with fewer than 10 cases of the rarer outcome for each coefficient got no model (Peduzzi 1996). "
        "The ratios that follow therefore compare within this file only."
    )
    penalised = language.text("Where cases were separated, Firth's penalty was used (Heinze and Schemper 2002).")
    some = any(model.penalised for model in adjusted.models.values())
    return f"{said} {fitted}" + (f" {penalised}" if some else "")


def _adjusted_charts(cohort: Cohort, language: Language) -> str:
    """Describe the trainees' risk-adjusted charts, with limits and error rates."""
    assert cohort.adjusted is not None
    number, percent = language.number, language.percent
    limits = "; ".join(
        language.text(
            "{procedure}: limit {limit}, false competence {false} and power {power} within {cases} procedures",
            procedure=language.procedure(cohort.programme, row.procedure),
            limit=number(float(row.limit), 2),
            false=percent(float(row.false_competence), 1),
            power=percent(float(row.power)),
            cases=number(int(row.expected_cases)),
        )
        for row in records(cohort.adjusted.designs)
    )
    said = language.text(
        "Beside the charts above, each trainee was charted with a risk-adjusted LC-CUSUM (scores of Steiner 2000): the "
        "log odds of all cases of a procedure were moved by one step, so that an acceptable performer with the "
        "cohort's cases has the acceptable failure rate; an inadequate one has the criterion's odds ratio on every "
        "case. The limits keep the same promise for the cohort's case mix:"
    )
    return f"{said} {limits}."


def _departments_charts(cohort: Cohort, language: Language) -> str:
    """Describe the departments' VLAD and risk-adjusted CUSUM."""
    assert cohort.adjusted is not None
    designs = cohort.adjusted.designs
    return language.text(
        "Each department's cases were followed in order of date by a VLAD (Lovegrove 1997), which describes, and a "
        "risk-adjusted CUSUM against doubled odds of failure (Steiner 2000), with limits of {low} to {high} that keep "
        "the probability of a false signal to at most {promise} within as many procedures as the largest department "
        "did ({fewest} to {most}). Exact pointwise limits of the VLAD are those of a Poisson-binomial distribution and "
        "are no test.",
        low=language.number(float(designs["department_limit"].min()), 2),
        high=language.number(float(designs["department_limit"].max()), 2),
        promise=language.percent(cohort.programme.false_alarm),
        fewest=language.number(int(designs["department_cases"].min())),
        most=language.number(int(designs["department_cases"].max())),
    )


def _comparison(cohort: Cohort, language: Language) -> str:
    """Describe ratios and funnels."""
    said = language.text(
        "Departments were held against the failure rate of all departments together by the ratio of observed to "
        "expected failures with exact 95% limits, and in funnel plots with exact limits of 95% and 99.8%, interpolated "
        "between whole numbers of failures (Spiegelhalter 2005). No department was ranked, and no allowance was made "
        "for overdispersion."
    )
    if cohort.adjusted is None:
        return said
    return f"{said} " + language.text(
        "Where there is a risk model, they were also held against what it expects of their cases."
    )


def _curves(language: Language) -> str:
    """Describe the learning curves."""
    return language.text(
        "Three learning curves were fitted to each procedure: a logistic regression on ln(procedure number) with an "
        "intercept and a slope for each trainee, a curve that falls exponentially towards a lowest rate of the "
        "trainee's own, and a constant rate. The trainees' parameters are normal across the cohort and were integrated "
        "out by adaptive Gauss-Hermite quadrature (Pinheiro and Bates 1995); intervals of 95% come from the normal "
        "approximation of the posterior distribution with weak priors. The shape with the largest approximate evidence "
        "is shown."
    )


def _forecast(language: Language) -> str:
    """Describe the forecast of experience."""
    return language.text(
        "The experience at the end of the post was forecast from the trainee's own pace. The 90% interval is that of a "
        "negative binomial distribution, which allows for the pace being estimated and for counts varying more from "
        "month to month than chance alone."
    )


def _limitations(cohort: Cohort, language: Language) -> str:
    """Say what the figures do not hold."""
    said = language.text(
        "Limitations: outcomes are registered by the trainees themselves and failures may be missing; several "
        "procedures, trainees and departments are looked at, and some signals are false."
    )
    if cohort.adjusted is None:
        return f"{said} " + language.text("Nothing is adjusted for case mix.")
    return f"{said} " + language.text(
        "The expected probabilities are taken as known, although they are estimated, and what is not registered about "
        "the patients is not adjusted for."
    )
