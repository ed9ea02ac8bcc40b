"""What the pages say of the adjustment for the difficulty of the cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.models.risk_notes import Note, model_notes
from cusum.report.headings import column_heading, mid_sentence
from cusum.report.table import Cell, Column, Table, records, table

if TYPE_CHECKING:
    from cusum.models import RiskModel
    from cusum.report.embedding import Fragment
    from cusum.report.site import Site

__all__ = ["adjustment_line", "covariate_words", "note_sentence", "risk_section", "same_cases"]


def adjustment_line(site: Site) -> str:
    """Say in one or two sentences whether the report is adjusted, and by what.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    str
        For the front page and the pages of departments.
    """
    text = site.language.text
    adjusted = site.cohort.adjusted
    if adjusted is None:
        return text("The report is not adjusted for difficult cases: every patient counts alike.")
    names = site.language.join(site.name(key) for key in adjusted.designs["procedure"])
    if not adjusted.models:
        first = text(
            "Adjusted for the difficulty of the cases by expected probabilities that the file states: {names}.",
            names=names,
        )
    else:
        words = sorted({name for model in adjusted.models.values() for name in covariate_words(site, model)})
        first = text(
            "Adjusted for the difficulty of the cases by {covariates}: {names}.",
            covariates=site.language.join(words),
            names=names,
        )
    second = f" {same_cases(site)}" if same_cases(site) else ""
    left = [site.name(key) for key in site.procedures if not site.findings.adjusted(key)]
    third = f" {text('Not adjusted: {names}.', names=site.language.join(left))}" if left else ""
    return f"{first}{second}{third}"


def covariate_words(site: Site, model: RiskModel) -> list[str]:
    """Name the covariates of a model.

    Parameters
    ----------
    site : Site
        The report.
    model : RiskModel
        The model.

    Returns
    -------
    list of str
        One for each column that it uses.
    """
    columns = dict.fromkeys(variable.column for variable in model.design.variables)
    return [mid_sentence(column_heading(site.language, name)) for name in columns]


def same_cases(site: Site) -> str:
    """Say that the models were fitted on the cases that they judge, where they were.

    Parameters
    ----------
    site : Site
        The report.

    Returns
    -------
    str
        A sentence, or "".
    """
    adjusted = site.cohort.adjusted
    if adjusted is None:
        return ""
    shared = pd.to_numeric(adjusted.designs["shared"]).fillna(0)
    if not (shared > 0).any():
        return ""
    return site.language.text(
        "The models were fitted on the same cases that they judge: adjusted ratios compare within this file only, and "
        "all cases together fail as often as expected by construction."
    )


def note_sentence(site: Site, note: Note) -> str:
    """Say a model's note in the report's language.

    Parameters
    ----------
    site : Site
        The report.
    note : Note
        Template and values.

    Returns
    -------
    str
        A sentence.
    """
    template, values = note
    said = {
        name: site.language.number(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in values.items()
    }
    return site.language.text(template, **said)


def risk_section(site: Site, procedure: str) -> dict[str, Any] | None:
    """Gather what a procedure's page shows of its risk model.

    Parameters
    ----------
    site : Site
        The report.
    procedure : str
        Key of the programme.

    Returns
    -------
    dict or None
        Sentences, table of coefficients and calibration; None where the report is not adjusted.
    """
    adjusted = site.cohort.adjusted
    if adjusted is None:
        return None
    text = site.language.text
    if not site.findings.adjusted(procedure):
        refused = adjusted.refused.get(procedure)
        reason = "" if refused is None else site.hide(refused.render(site.language.translate))
        reason = f"{reason[:1].upper()}{reason[1:]}"
        sentence = text("This procedure is not adjusted: there is no risk model for it. {reason}", reason=reason)
        return {"sentences": [sentence.strip()], "coefficients": None, "figure": None}
    model = adjusted.models.get(procedure)
    sentences = [] if model is None else [_model_sentence(site, model)]
    sentences += [] if model is None else [site.hide(note_sentence(site, note)) for note in model_notes(model)]
    sentences += _left_out(site, procedure)
    if same_cases(site):
        sentences.append(same_cases(site))
    return {
        "sentences": sentences,
        "coefficients": None if model is None else _coefficients(site, model),
        "figure": _calibration(site, procedure),
    }


def _model_sentence(site: Site, model: RiskModel) -> str:
    """Say what the model was fitted on and how well it tells cases apart."""
    number = site.language.number
    said = site.language.text(
        "Logistic regression on {covariates}, fitted on {cases} cases with {failures} failures. AUC {auc} (95% "
        "interval {low} to {high}): 0.5 would tell easy cases from difficult ones no better than chance, 1 perfectly.",
        covariates=site.language.join(covariate_words(site, model)),
        cases=number(model.cases),
        failures=number(model.failures),
        auc=number(model.auc.value, 2),
        low=number(model.auc.low, 2),
        high=number(model.auc.high, 2),
    )
    if not model.cluster:
        return said
    return f"{said} " + site.language.text(
        "The intervals of the odds ratios allow for cases of one trainee being alike."
    )


def _left_out(site: Site, procedure: str) -> list[str]:
    """Count the cases without an expected risk."""
    assert site.cohort.adjusted is not None
    designs = site.cohort.adjusted.designs
    left_out = int(designs.loc[designs["procedure"] == procedure, "left_out"].sum())
    if not left_out:
        return []
    return [
        site.language.text(
            "{n} cases have no expected probability, because something that the model asks for is missing; the "
            "adjusted charts leave them out.",
            n=site.language.number(left_out),
        )
    ]


def _coefficients(site: Site, model: RiskModel) -> Table:
    """List the odds ratios."""
    text, number = site.language.text, site.language.number
    rows = [
        (
            _term(site, hide_level(site, str(row.term))),
            number(float(row.odds_ratio), 2),
            text(
                "{low} to {high}", low=number(float(row.odds_ratio_low), 2), high=number(float(row.odds_ratio_high), 2)
            ),
        )
        for row in records(model.summary())
        if row.term != "(Intercept)"
    ]
    return table(
        "coefficients",
        text("Odds ratios of failure"),
        [text("Covariate"), Column(text("Odds ratio"), number=True), Column(text("95% interval"), number=True)],
        rows,
        note=text("For a number the ratio is for one unit more; for a category it is against the first one."),
    )


def hide_level(site: Site, term: str) -> str:
    """Take out the category of a coefficient where it holds a trainee's name.

    Parameters
    ----------
    site : Site
        The report.
    term : str
        Name of a coefficient, such as ``"technique[paramedian]"``.

    Returns
    -------
    str
        The term, under pseudonyms without the name.
    """
    name, bracket, level = term.partition("[")
    return f"{name}[{site.hide(level.removesuffix(']'))}]" if bracket else term


def _term(site: Site, term: str) -> Cell:
    """Name a coefficient: covariate and category."""
    name, bracket, level = term.partition("[")
    heading = column_heading(site.language, name)
    if not bracket:
        return Cell(heading)
    from cusum.report.codes import code_words

    level = level.removesuffix("]")
    known = code_words(site, name)
    return Cell(f"{heading}: {known.get(level, site.language.text('missing') if level == 'missing' else level)}")


def _calibration(site: Site, procedure: str) -> Fragment | None:
    """Draw expected against observed failure rates, in groups of like risk."""
    from cusum import figures

    found = site.findings.calibration(procedure)
    draw = getattr(figures, "plot_calibration", None)
    if found is None or draw is None:
        return None
    text, percent, number = site.language.text, site.language.percent, site.language.number
    rows = [
        (
            text("{low} to {high}", low=percent(row.risk_low, 1), high=percent(row.risk_high, 1)),
            number(int(row.cases)),
            percent(row.expected_rate, 1),
            percent(row.rate, 1),
            text("{low} to {high}", low=percent(row.low, 1), high=percent(row.high, 1)),
        )
        for row in records(found.table)
    ]
    numbers = table(
        "table-calibration",
        text("Expected and observed failure rates in groups of like risk"),
        [
            text("Expected probability"),
            Column(text("Procedures"), number=True),
            Column(text("Expected"), number=True),
            Column(text("Observed"), number=True),
            Column(text("95% interval"), number=True),
        ],
        rows,
    )
    return site.embedding.embed(
        draw(found, language=site.language.code),
        "figure-calibration",
        caption=text("Do the expected probabilities agree with what happened? Each dot is a tenth of the cases."),
        table=numbers,
    )
