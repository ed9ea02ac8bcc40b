"""Words for the codes in the tables: statuses, kinds of signal, charts, reasons and flags."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cusum.cohort.competences import STATES
from cusum.language import msgid
from cusum.report.decisions import TOPICS, WORDS
from cusum.report.pages.learning import SHAPES

if TYPE_CHECKING:
    from cusum.language import Language
    from cusum.report.site import Site

__all__ = ["code_words", "problem_sentence", "problem_words"]

_STATUSES = ("not_started", "learning", "competent", "alarm", "no_alarm")
_NOTES = ("cannot_decide", "too_few_cases", "low_power", "last_look_taken")
_SIGNALS = ("competent", "deterioration", "improvement", "acceptable", "unacceptable")
_PROBLEMS = {
    "unknown_procedure": msgid("unknown procedure"),
    "missing_procedure": msgid("procedure missing"),
    "missing_trainee": msgid("trainee missing"),
    "missing_outcome": msgid("outcome missing"),
    "no_outcome_column": msgid("no column with the outcome"),
    "unreadable_outcome": msgid("outcome cannot be read"),
    "not_scored": msgid("not scored"),
    "missing_date": msgid("date missing"),
    "unreadable_date": msgid("date cannot be read"),
    "impossible_date": msgid("date that does not exist"),
    "future_date": msgid("date in the future"),
    "before_post": msgid("before the start of the post"),
    "bad_attempts": msgid("number of attempts below 1"),
    "repeated_id": msgid("registration id used before"),
    "contradiction": msgid("contradiction that the definition of failure does not settle"),
    "contradiction_settled": msgid("contradiction settled by the definition of failure"),
    "bad_value": msgid("value that cannot be right"),
    "duplicate_row": msgid("identical row"),
    "two_departments": msgid("two departments on one day"),
    "many_per_day": msgid("many registrations on one day"),
    "implausible_run": msgid("implausibly long run without failure"),
    "ties": msgid("unknown order within a day"),
    "value_synonym": msgid("value recognised as a synonym"),
    "similar_names": msgid("names of trainees that look alike"),
    "distant_date": msgid("date far from the others"),
}
_KINDS = {
    "learning_then_monitoring": msgid("learning-curve CUSUM, then monitoring"),
    "lc_cusum": msgid("learning-curve CUSUM (LC-CUSUM)"),
    "last_look": msgid("learning-curve CUSUM with a last look"),
    "standard": msgid("standard CUSUM (Kestin)"),
    "bernoulli": msgid("Bernoulli CUSUM"),
    "procedure": msgid("procedure"),
    "experience": msgid("experience"),
}
_PHASES = {"learning": msgid("learning"), "monitoring": msgid("monitoring")}
_SOURCES = {
    "published": msgid("published"),
    "department": msgid("decided by the department"),
    "placeholder": msgid("placeholder: the department must decide"),
}
_CARE = {
    "observed": msgid("observed as a bystander"),
    "assisted": msgid("assisted"),
    "supervised": msgid("supervised"),
    "independent": msgid("independent"),
    "elective": msgid("elective"),
    "emergency": msgid("emergency"),
}
_ORDERS = {"fixed": msgid("known"), "exact": msgid("every order followed"), "sampled": msgid("2,000 orders drawn")}
_RULES = {"one line": msgid("one line crossed"), "two lines": msgid("two neighbouring lines crossed")}

_VERDICTS = {
    "reached": msgid("reached"),
    "likely": msgid("likely to be reached"),
    "possible": msgid("may be reached"),
    "unlikely": msgid("unlikely to be reached"),
    "too_early": msgid("too early to tell"),
    "not_reached": msgid("not reached"),
    "can_decide": msgid("can decide"),
    "low_power": msgid("can hardly decide"),
    "cannot_decide": msgid("cannot decide"),
}
COVARIATES = {
    "asa": msgid("ASA class"),
    "age": msgid("Age"),
    "bmi": msgid("BMI"),
    "urgency": msgid("Urgency"),
    "technique": msgid("Technique"),
    "expected": msgid("Expected probability"),
}


def problem_words(language: Language, code: str) -> str:
    """Name a reason for rejection or a flag.

    Parameters
    ----------
    language : Language
        Language to write in.
    code : str
        Code of the registrations.

    Returns
    -------
    str
        Words; a code that is not known here stands as it is.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> problem_words(get_language("en"), "repeated_id")
    'registration id used before'
    """
    return language.translate(_PROBLEMS[code]) if code in _PROBLEMS else code


def problem_sentence(site: Site, row: Mapping[Any, Any]) -> str:
    """Describe one rejected or flagged row in the report's language.

    Parameters
    ----------
    site : Site
        The report.
    row : mapping
        Row of ``Registrations.rejected`` or ``.flagged``.

    Returns
    -------
    str
        One sentence; a dash under pseudonyms, because the text of the file may name a person.
    """
    if site.pseudonymised:
        return "–"
    from cusum.registrations.reasons import describe

    known = dict(row)
    if row.get("procedure") in site.cohort.programme.procedures:
        known["procedure"] = site.name(str(row["procedure"]))
    if "value" in row:
        known["value"] = _short_number(site.language, row["value"])
    return describe(known, site.language.translate)


def _short_number(language: Language, value: Any) -> str:
    """Write a number with two digits that count, however small it is."""
    if not isinstance(value, float) or not 0 < value < 1:
        return language.number(value)
    return language.number(value, 1 - math.floor(math.log10(value)))


def code_words(site: Site, column: str) -> dict[str, str]:
    """Give the words for the codes in a column of a table.

    Parameters
    ----------
    site : Site
        The report.
    column : str
        Name of the column.

    Returns
    -------
    dict of str to str
        Code to words; empty where the column holds none.
    """
    language, programme = site.language, site.cohort.programme
    if column in {"procedure", "item"}:
        items = {key: item.name[language.code] for key, item in programme.experience.items()}
        return items | {key: site.name(key) for key in programme.procedures}
    if column == "milestone":
        return {milestone.key: milestone.name[language.code] for milestone in programme.milestones}
    if column in {"status", "state", "document_state"}:
        documents = {code: language.translate(words) for code, words in STATES.items()}
        return documents | {code: language.status(code) for code in _STATUSES}
    if column == "role":
        return {key: name[language.code] for key, name in programme.roles.items()}
    if column == "note":
        return {code: language.status(code) for code in _NOTES}
    if column in {"signal", "kind"}:
        signals = {code: language.signal(code) for code in _SIGNALS}
        return signals | _translated(language, _KINDS)
    tables = {
        "phase": _PHASES,
        "criterion_status": _SOURCES,
        "expected_cases_status": _SOURCES,
        "competence_rule": _RULES,
        "supervision": _CARE,
        "urgency": _CARE,
        "order": _ORDERS,
        "reason": _PROBLEMS,
        "flag": _PROBLEMS,
        "topic": TOPICS,
        "decision": WORDS,
        "detail": WORDS,
        "covariate": COVARIATES,
        "level": _CARE | {"mean": msgid("mean"), "missing": msgid("missing")},
        "side": {"above": msgid("above"), "below": msgid("below")},
        "basis": {"post": msgid("trainees at the end of the post"), "so far": msgid("all trainees so far")},
        "verdict": _VERDICTS,
        "nature": {
            "formative": msgid("formative"),
            "summative": msgid("summative"),
            "attested": msgid("attested"),
        },
        "shape": SHAPES,
    }
    return _translated(language, tables.get(column, {}))


def _translated(language: Language, table: dict[str, str]) -> dict[str, str]:
    """Put a table of words into the report's language."""
    return {code: language.translate(words) for code, words in table.items()}
