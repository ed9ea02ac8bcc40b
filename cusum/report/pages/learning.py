"""The fitted learning curves on a procedure's page, and how long it takes to a signal, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.language import msgid
from cusum.report.table import Column, Table, records, table

if TYPE_CHECKING:
    from cusum.cohort.learning import ChosenCurve
    from cusum.models import LearningCurve
    from cusum.report.site import Site

__all__ = ["SHAPES", "learning_section", "waiting_sentences"]

SHAPES = {
    "mixed": msgid("a curve that keeps falling (mixed logistic regression)"),
    "asymptotic": msgid("a curve that levels out (asymptotic)"),
    "constant": msgid("a constant rate"),
}
_AT = (1, 5, 10, 20, 30, 40, 60, 80, 100, 150, 200)


def learning_section(site: Site, procedure: str) -> dict[str, Any] | None:
    """Gather what the page shows of the fitted learning curves.

    Parameters
    ----------
    site : Site
        The report.
    procedure : str
        Key of the programme.

    Returns
    -------
    dict or None
        Figure, sentences and table of shapes, or why there are none; None where the report goes without models.
    """
    from cusum.figures.learning_curve import meeting_words, plot_learning_curve

    chosen = site.findings.learning(procedure)
    if chosen is None:
        return None
    text = site.language.text
    if chosen.curve is None:
        assert chosen.refused is not None
        reason = chosen.refused.render(site.language.translate)
        return {"figure": None, "sentences": [text("No learning curve could be fitted: {reason}", reason=reason)]}
    rules = site.cohort.programme.procedures[procedure]
    figure = plot_learning_curve(chosen.curve, criterion=rules.criterion, language=site.language.code)
    return {
        "figure": site.embedding.embed(
            figure,
            "figure-learning",
            caption=text(
                "The average failure rate of the trainees by procedure number with its 95% interval; each trainee's "
                "own curve is drawn faintly, as far as the trainee has come."
            ),
            table=_curve_table(site, chosen.curve),
        ),
        "sentences": [
            meeting_words(chosen.curve, float(rules.criterion.acceptable), site.language),
            _choice(site, chosen),
            text(
                "The curves are not adjusted for case mix. A trainee with few procedures is drawn towards the others, "
                "and a sudden change looks like a gradual one. Beyond the last procedure nothing is known."
            ),
        ],
    }


def _choice(site: Site, chosen: ChosenCurve) -> str:
    """Say which shape was chosen, and how clearly."""
    assert chosen.curve is not None
    text, language = site.language.text, site.language
    shares = {str(row.kind): float(row.probability) for row in records(chosen.comparison)}
    others = [
        text("{share} for {shape}", share=_share(site, share), shape=language.translate(SHAPES[kind]))
        for kind, share in shares.items()
        if kind != chosen.curve.kind
    ]
    return text(
        "Three shapes were fitted to the same procedures. They speak most for {shape}: probability {share}, against "
        "{others}. The intervals are those of this shape and do not hold the doubt about which it is.",
        shape=language.translate(SHAPES[chosen.curve.kind]),
        share=_share(site, shares[chosen.curve.kind]),
        others=language.join(others),
    )


def _share(site: Site, share: float) -> str:
    """Write a probability, without a 0% or 100% that nobody can know."""
    text, percent = site.language.text, site.language.percent
    if share < 0.01:
        return text("less than {rate}", rate=percent(0.01))
    return text("more than {rate}", rate=percent(0.99)) if share > 0.99 else percent(share)


def _curve_table(site: Site, curve: LearningCurve) -> Table:
    """Give the average curve as numbers."""
    text, number, percent = site.language.text, site.language.number, site.language.percent
    cases = [case for case in _AT if case < curve.longest] + [curve.longest]
    rows = [
        (
            number(int(row.case)),
            percent(row.rate, 1),
            text("{low} to {high}", low=percent(row.low, 1), high=percent(row.high, 1)),
            text("{low} to {high}", low=percent(row.trainees_low, 1), high=percent(row.trainees_high, 1)),
        )
        for row in records(curve.population(cases))
    ]
    return table(
        "table-learning",
        text("The fitted learning curve as numbers"),
        [
            Column(text("Procedure number"), number=True),
            Column(text("Failure rate, average of the trainees"), number=True),
            Column(text("95% interval"), number=True),
            Column(text("95% of new trainees between"), number=True),
        ],
        rows,
    )


def waiting_sentences(site: Site, procedure: str) -> list[str]:
    """Say how long it takes to a signal on average, and whether departments or regions differ.

    Parameters
    ----------
    site : Site
        The report.
    procedure : str
        Key of the programme.

    Returns
    -------
    list of str
        Sentences; none where nobody has a case.
    """
    from cusum.models.time_to_competence import time_to_competence

    started = site.rows("crossings", "procedure", procedure)
    started = started[started["cases"] > 0]
    if started.empty:
        return []
    means = time_to_competence(started).restricted_mean
    assert means is not None
    sentences = [_mean(site, means.iloc[0])]
    for by in ("region", "department"):
        found = site.findings.waiting(procedure, by)
        if found is not None and found.log_rank is not None:
            sentences.append(_difference(site, by, float(found.log_rank[2])))
    if len(sentences) > 1:
        sentences.append(
            site.language.text(
                "A large P does not say that they are alike, and a small one does not say why they differ: case mix, "
                "numbers and habits of registration are not taken into account."
            )
        )
    return sentences


def _mean(site: Site, row: pd.Series) -> str:
    """Say what the restricted mean is."""
    number = site.language.number
    return site.language.text(
        "On average over all trainees, those without a signal included, it takes {mean} procedures (95% interval {low} "
        "to {high}) to a signal, each trainee's wait being counted up to procedure no. {horizon} at most.",
        mean=number(float(row["mean"]), 1),
        low=number(float(row["low"]), 1),
        high=number(float(row["high"]), 1),
        horizon=number(int(row["horizon"])),
    )


def _difference(site: Site, by: str, p: float) -> str:
    """Say what the log-rank test says."""
    text = site.language.text
    value = f"< {site.language.number(0.001, 3)}" if p < 0.001 else f"= {site.language.number(p, 3 if p < 0.1 else 2)}"
    if by == "region":
        return text("Between regions the wait was compared by a log-rank test: P {value}.", value=value)
    return text("Between departments the wait was compared by a log-rank test: P {value}.", value=value)
