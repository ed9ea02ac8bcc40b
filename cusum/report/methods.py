"""The paragraph on methods, put together from the parameters in force, ready for an article or a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cusum.report.design_sentences import design_sentence
from cusum.report.model_methods import model_paragraphs, model_references
from cusum.report.references import REFERENCES
from cusum.report.table import records

if TYPE_CHECKING:
    from cusum.cohort import Cohort
    from cusum.language import Language

__all__ = ["methods_paragraphs", "references_in_use"]

_LEARNING = {"learning_then_monitoring", "lc_cusum", "last_look"}
_MONITORING = {"learning_then_monitoring", "bernoulli"}


def methods_paragraphs(cohort: Cohort, language: Language, *, curves: bool = True) -> list[str]:
    """Describe how the cohort was charted, with the limits and the exact error rates in numbers of procedures.

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
        Paragraphs; the first is about the data, one follows for each kind of chart, and one for each procedure.
    """
    kinds = _kinds(cohort)
    paragraphs = [_data(cohort, language)]
    if kinds & _LEARNING:
        paragraphs.append(_learning(language))
        if "last_look" in kinds:
            paragraphs.append(_last_look(cohort, language))
        elif cohort.designs["false_competence_promised"].notna().any():
            paragraphs += [_design(cohort, language), _beyond(cohort, language)]
        else:
            paragraphs.append(_no_promise(language))
    if kinds & _MONITORING:
        paragraphs.append(_monitoring(cohort, language, after="learning_then_monitoring" in kinds))
    if "standard" in kinds:
        paragraphs += [_standard(cohort, language), _no_promise(language)]
    paragraphs += [design_sentence(cohort, language, row) for row in records(cohort.designs)]
    return [*paragraphs, _current(language), _cohort(language), *model_paragraphs(cohort, language, curves=curves)]


def references_in_use(cohort: Cohort, *, curves: bool = True) -> list[str]:
    """List the references that the paragraphs name, in order of year.

    Parameters
    ----------
    cohort : Cohort
        The cohort as analysed.
    curves : bool, default True
        Whether learning curves were fitted.

    Returns
    -------
    list of str
        Keys of :data:`cusum.report.references.REFERENCES`.
    """
    kinds = _kinds(cohort)
    used = {"kaplan1958", "biau2007"} | model_references(cohort, curves=curves)
    if kinds & _LEARNING:
        used |= {"biau2008", "biau2010"}
        used |= {"lan1983"} if "last_look" in kinds else {"wald1945"}
    if kinds & _MONITORING:
        used |= {"page1954", "reynolds1999"}
    if "standard" in kinds:
        used |= {"wald1945", "williams1992", "kestin1995", "deoliveira2002"}
    cited = " ".join(
        f"{procedure.acceptable_source} {procedure.unacceptable_source}"
        for procedure in cohort.programme.procedures.values()
    )
    if "Kestin" in cited:
        used.add("kestin1995")
    if "Oliveira" in cited:
        used.add("deoliveira2002")
    return [key for key in REFERENCES if key in used]


def _kinds(cohort: Cohort) -> set[str]:
    """List the kinds of chart in use."""
    return {str(kind) for kind in cohort.designs["kind"]}


def _data(cohort: Cohort, language: Language) -> str:
    """Say what was charted."""
    counts = cohort.registrations.counts
    days = cohort.registrations.table["performed_on"]
    names = [language.procedure(cohort.programme, key) for key in cohort.designs["procedure"]]
    return language.text(
        "Registrations of {procedures} by {trainees} trainees in {departments} departments from {first} to {last} were "
        "charted in the order in which the procedures were done. {read} registrations were read, {used} were used and "
        "{rejected} were rejected. Each procedure was a success or a failure by the programme's definition.",
        procedures=language.join(names),
        trainees=language.number(len(cohort.trainees)),
        departments=language.number(len(cohort.departments)),
        first=language.date(days.min()),
        last=language.date(days.max()),
        read=language.number(counts["read"]),
        used=language.number(counts["used"]),
        rejected=language.number(counts["rejected"]),
    )


def _learning(language: Language) -> str:
    """Describe the learning-curve CUSUM."""
    return language.text(
        "Learning was charted with the learning-curve CUSUM (LC-CUSUM; Biau 2008, Biau and Porcher 2010). It takes "
        "inadequate performance as its starting point and gathers evidence against it: with p0 the acceptable and p1 "
        "the unacceptable failure rate, a success adds ln[(1 − p0)/(1 − p1)] to the statistic, a failure adds "
        "ln(p0/p1), which is negative, and the statistic never falls below 0. Competence is signalled when the "
        "statistic is at or above the limit h."
    )


def _design(cohort: Cohort, language: Language) -> str:
    """Say how the limit of the learning chart was chosen."""
    return language.text(
        "The limit h is the smallest attainable value that keeps this promise: a trainee whose failure rate stays at "
        "p1 gets a false signal of competence with a probability of at most {promise} within the number of procedures "
        "expected in the post. The probabilities are exact, calculated from every value that the statistic can take; "
        "they rest neither on Wald's approximation (Wald 1945), which does not hold for this chart, nor on simulation.",
        promise=_range(cohort, language, "false_competence_promised"),
    )


def _last_look(cohort: Cohort, language: Language) -> str:
    """Describe the last look, and how its two limits were chosen."""
    started = cohort.crossings[cohort.crossings["cases"] > 0]
    looks = started["procedure"].map(cohort.designs.set_index("procedure")["last_look"])
    counts = {
        "reached": language.number(int((started["cases"] >= looks).sum())),
        "started": language.number(len(started)),
        "at": language.number(int((started["case"] == looks).fillna(False).sum())),
        "signals": language.number(int(started["crossed"].sum())),
    }
    look = language.text(
        "There was one last look, at the last procedure of the expected number, by a limit of its own; after it the "
        "chart gives no signal. {reached} of {started} courses of learning (a trainee and a procedure) came as far as "
        "that, and {at} of {signals} signals of competence were given at the last look.",
        **counts,
    )
    if not cohort.designs["false_competence_promised"].notna().any():
        return f"{look} " + language.text(
            "The limits were not designed for a promise; the exact probabilities are stated for each procedure."
        )
    return f"{look} " + language.text(
        "Both limits are the smallest attainable values that keep this promise: a trainee whose failure rate never is "
        "below p1 gets a false signal of competence with a probability of at most {promise}, of which half is kept for "
        "the last look (as in the spending of error on a schedule; Lan and DeMets 1983). The probabilities are exact, "
        "calculated from every value that the statistic can take.",
        promise=_range(cohort, language, "false_competence_promised"),
    )


def _beyond(cohort: Cohort, language: Language) -> str:
    """Say that the promise ends with the expected number, and how many went beyond it."""
    started = cohort.crossings[cohort.crossings["cases"] > 0]
    expected = started["procedure"].map(cohort.designs.set_index("procedure")["expected_cases"])
    late = started["crossed"].astype(bool) & (started["case"] > expected).fillna(False).astype(bool)
    return language.text(
        "The promise holds within the expected number of procedures only: beyond it the probability of a false signal "
        "is larger than promised, and it grows with each further procedure. {beyond} of {started} courses of learning "
        "(a trainee and a procedure) had more procedures than expected, and {late} of {signals} signals of competence "
        "came after the expected number; the table of limits gives the exact probability at the largest number of "
        "procedures that any trainee did.",
        beyond=language.number(int((started["cases"] > expected).sum())),
        started=language.number(len(started)),
        late=language.number(int(late.sum())),
        signals=language.number(int(started["crossed"].sum())),
    )


def _no_promise(language: Language) -> str:
    """Say that the limit was not designed for a number of procedures."""
    return language.text(
        "The limit of this chart was not designed for a number of procedures, and the chart makes no promise within "
        "one: the probability of a false signal is whatever the limit gives, and it grows with the number of "
        "procedures. The exact probabilities are stated for each procedure."
    )


def _current(language: Language) -> str:
    """Say what the smoothed failure rate is."""
    return language.text(
        "The current failure rate in the figures is descriptive and takes no part in the signals: a beta-binomial "
        "model with discounting, in which each case keeps 0.95 of its weight for every later case. It starts at one "
        "half with a wide band, and with few cases it is still pulled towards one half, so that it lies above a low "
        "failure rate; the band is an interval of 95% within this model."
    )


def _monitoring(cohort: Cohort, language: Language, *, after: bool) -> str:
    """Describe the Bernoulli CUSUM."""
    promise = _range(cohort, language, "false_alarm_promised")
    if after:
        return language.text(
            "After a signal of competence the procedures that followed were monitored for deterioration with a "
            "Bernoulli CUSUM (Page 1954, Reynolds and Stoumbos 1999), which starts from 0, adds ln(p1/p0) for a "
            "failure and ln[(1 − p1)/(1 − p0)] for a success, and never falls below 0. Its limit keeps the "
            "probability of a false alarm for a trainee at p0 to at most {promise} within the same number of "
            "procedures. After a signal of deterioration the learning chart starts again from 0.",
            promise=promise,
        )
    return language.text(
        "Performance was monitored for deterioration with a Bernoulli CUSUM (Page 1954, Reynolds and Stoumbos 1999), "
        "which adds ln(p1/p0) for a failure and ln[(1 − p1)/(1 − p0)] for a success, and never falls below 0. Its "
        "limit keeps the probability of a false alarm for a trainee at p0 to at most {promise} within the number of "
        "procedures expected in the post.",
        promise=promise,
    )


def _standard(cohort: Cohort, language: Language) -> str:
    """Describe the standard chart."""
    rules = {str(rule) for rule in cohort.designs["competence_rule"]}
    one = language.text("crosses the lower line once")
    two = language.text("crosses two neighbouring lines downwards")
    return language.text(
        "Performance was charted with the standard cusum of the anaesthetic literature (Williams 1992, Kestin 1995), a "
        "sequential probability ratio test with two boundaries (Wald 1945). With P = ln(p1/p0) and "
        "Q = ln[(1 − p0)/(1 − p1)], a success lowers the statistic by s = Q/(P + Q) and a failure raises it by 1 − s. "
        "The boundaries follow from nominal error rates alpha and beta of {nominal}. Competence is signalled when the "
        "statistic {rule}. The nominal error rates hold for an unlimited number of procedures; the exact ones within "
        "the expected number stand beside them.",
        nominal=_nominal(cohort, language),
        rule=two if any("two" in rule for rule in rules) else one,
    )


def _nominal(cohort: Cohort, language: Language) -> str:
    """Write the nominal error rates of the standard chart."""
    rates = {rate for rule in cohort.programme.procedures.values() for rate in (rule.alpha, rule.beta)}
    return language.join(language.percent(rate) for rate in sorted(rates))


def _range(cohort: Cohort, language: Language, column: str) -> str:
    """Write a promise, or all of them where procedures differ."""
    values = sorted({float(value) for value in cohort.designs[column].dropna()})
    return language.join(language.percent(value, 0 if (100 * value).is_integer() else 1) for value in values) or "–"


def _cohort(language: Language) -> str:
    """Say how the cohort's curve was estimated."""
    return language.text(
        "The share of trainees with a signal of competence by procedure number was estimated with the Kaplan-Meier "
        "method (Kaplan and Meier 1958); trainees without a signal count up to their last procedure. This curve is "
        "adjusted neither for case mix nor for the number of charts."
    )
