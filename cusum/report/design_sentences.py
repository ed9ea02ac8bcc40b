"""One procedure's limit and exact error rates, in sentences for the methods and for the procedure's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cusum.cohort import Cohort
    from cusum.language import Language

__all__ = ["design_sentence"]


def design_sentence(cohort: Cohort, language: Language, design: Any) -> str:
    """Give one procedure's limit and exact error rates in numbers of procedures.

    Parameters
    ----------
    cohort : Cohort
        The cohort as analysed.
    language : Language
        Language to write in.
    design : namedtuple
        Row of ``cohort.designs``.

    Returns
    -------
    str
        One to three sentences.
    """
    text, number, percent = language.text, language.number, language.percent
    name = language.procedure(cohort.programme, design.procedure)
    values = {
        "name": f"{name[:1].upper()}{name[1:]}",
        "acceptable": percent(design.acceptable),
        "unacceptable": percent(design.unacceptable),
        "expected": number(int(design.expected_cases)),
        "limit": number(design.limit, 3),
        "kept": percent(design.false_competence, 1),
        "power": percent(design.power, 1),
    }
    if not _present(design.false_competence):
        sentence = text(
            "{name}: p0 = {acceptable}, p1 = {unacceptable}; this chart gives no signal of competence.", **values
        )
    elif not _present(design.false_competence_promised) and not _present(design.last_look):
        sentence = _unpromised(language, design, values)
    elif not bool(design.can_decide):
        sentence = text(
            "{name}: p0 = {acceptable}, p1 = {unacceptable}; no limit keeps the promise within {expected} procedures "
            "and can still be reached, so the expected number cannot decide.",
            **values,
        )
    elif _present(design.last_look):
        sentence = _last_look(language, design, values)
    else:
        sentence = text(
            "{name}: p0 = {acceptable}, p1 = {unacceptable}, limit {limit}. Within {expected} procedures a trainee who "
            "stays at {unacceptable} gets a false signal of competence with probability {kept}, and one at "
            "{acceptable} gets the signal with probability {power} (the power).",
            **values,
        )
        sentence += _shortest(language, design)
    if _present(design.detection) and _present(design.monitoring_limit):
        sentence += " " + text(
            "Monitoring limit {limit}: false alarm with probability {false}, deterioration to {unacceptable} found "
            "with probability {detection}, both within {expected} procedures.",
            limit=number(design.monitoring_limit, 3),
            false=percent(design.false_alarm, 1),
            detection=percent(design.detection, 1),
            unacceptable=values["unacceptable"],
            expected=values["expected"],
        )
    return sentence


def _last_look(language: Language, design: Any, values: dict[str, str]) -> str:
    """Give the two limits of a chart with a last look, and its exact error rates."""
    return language.text(
        "{name}: p0 = {acceptable}, p1 = {unacceptable}, limit {limit} before procedure no. {look} and {last} at it. "
        "In all a trainee who stays at {unacceptable} gets a false signal of competence with probability {kept}, and "
        "one at {acceptable} gets the signal with probability {power} (the power); after procedure no. {look} there is "
        "no signal any more.",
        look=language.number(int(design.last_look)),
        last=language.number(design.last_limit, 3),
        **values,
    ) + _shortest(language, design)


def _unpromised(language: Language, design: Any, values: dict[str, str]) -> str:
    """Give the exact error rates of a limit that was not designed for a promise."""
    sentence = language.text(
        "{name}: p0 = {acceptable}, p1 = {unacceptable}, limit {limit}. This chart makes no promise within a number of "
        "procedures. Within {expected} procedures a trainee who stays at {unacceptable} gets a false signal of "
        "competence with the exact probability {kept}, and one at {acceptable} gets the signal with probability "
        "{power} (the power).",
        **values,
    ) + _shortest(language, design)
    if not bool(design.can_decide):
        sentence += " " + language.text(
            "A signal cannot come within the {expected} procedures expected.", expected=values["expected"]
        )
    return sentence


def _shortest(language: Language, design: Any) -> str:
    """Say how few procedures can give the signal, where that is known."""
    if not _present(design.shortest_run):
        return ""
    run = language.number(int(design.shortest_run))
    return " " + language.text("The shortest way to it is {run} procedures without failure.", run=run)


def _present(value: Any) -> bool:
    """True unless a value is missing."""
    import pandas as pd

    return not pd.isna(value)
