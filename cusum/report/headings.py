"""Names of sheets and columns, and words for coded values, in the workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cusum.language import msgid

if TYPE_CHECKING:
    from cusum.language import Language

__all__ = ["SHEETS", "column_heading", "mid_sentence"]

SHEETS = {
    "status": msgid("Status"),
    "crossings": msgid("Signals of competence"),
    "paths": msgid("Charts case by case"),
    "signals": msgid("All signals"),
    "designs": msgid("Limits"),
    "experience": msgid("Experience"),
    "milestones": msgid("Milestones"),
    "trainees": msgid("Trainees"),
    "departments": msgid("Departments"),
    "table": msgid("Registrations"),
    "rejected": msgid("Rejected"),
    "flagged": msgid("Flagged"),
    "decisions": msgid("Decisions on reading"),
}

_COLUMNS = {
    "trainee": msgid("Trainee"),
    "department": msgid("Department"),
    "region": msgid("Region"),
    "procedure": msgid("Procedure"),
    "case": msgid("Procedure number"),
    "performed_on": msgid("Performed on"),
    "row": msgid("Row"),
    "sheet": msgid("Sheet"),
    "failure": msgid("Failure"),
    "score": msgid("Score"),
    "statistic": msgid("Statistic"),
    "lower": msgid("Lower limit"),
    "upper": msgid("Upper limit"),
    "phase": msgid("Phase"),
    "state": msgid("Status after the procedure"),
    "signal": msgid("Signal"),
    "rate": msgid("Current failure rate"),
    "observed_rate": msgid("Observed failure rate"),
    "fitted_rate": msgid("Failure rate, average of the trainees"),
    "document_state": msgid("Status of the document"),
    "done_of": msgid("Out of"),
    "rate_low": msgid("Failure rate, lower 95%"),
    "rate_high": msgid("Failure rate, upper 95%"),
    "cases": msgid("Procedures"),
    "failures": msgid("Failures"),
    "crossed": msgid("Signal of competence"),
    "crossed_on": msgid("Date of the signal"),
    "censored_at": msgid("Without a signal until procedure no."),
    "status": msgid("Status"),
    "note": msgid("Note"),
    "limit": msgid("Limit"),
    "last_limit": msgid("Limit of the last look"),
    "last_look": msgid("Last look at procedure no."),
    "last_performed_on": msgid("Last performed"),
    "successes_needed": msgid("Successes in a row needed"),
    "successes_needed_one_failure": msgid("Successes in a row needed after one failure"),
    "expected_cases": msgid("Expected procedures"),
    "acceptable": msgid("Acceptable failure rate"),
    "unacceptable": msgid("Unacceptable failure rate"),
    "criterion_source": msgid("Source of the rates"),
    "criterion_status": msgid("Status of the rates"),
    "expected_cases_status": msgid("Status of the expected number"),
    "false_competence_promised": msgid("False competence: at most"),
    "false_competence": msgid("False competence: kept"),
    "power": msgid("Power"),
    "shortest_run": msgid("Shortest way to a signal, without failure"),
    "can_decide": msgid("Can the expected number decide?"),
    "monitoring_limit": msgid("Limit for deterioration"),
    "false_alarm_promised": msgid("False alarm: at most"),
    "false_alarm": msgid("False alarm: kept"),
    "detection": msgid("Detection"),
    "wald_asn_acceptable": msgid("Wald's average number at the acceptable rate"),
    "wald_asn_unacceptable": msgid("Wald's average number at the unacceptable rate"),
    "kind": msgid("Kind"),
    "competence_rule": msgid("Rule of competence"),
    "trainees_charted": msgid("Trainees charted"),
    "declared": msgid("Trainees with a signal of competence"),
    "expected_false": msgid("False signals to expect (at most)"),
    "expected": msgid("Expected"),
    "difficulty": msgid("Difficulty, 1 is the average"),
    "unadjusted_case": msgid("Signal of competence, unadjusted"),
    "odds_ratio": msgid("Odds ratio"),
    "odds_ratio_low": msgid("Odds ratio, lower 95%"),
    "odds_ratio_high": msgid("Odds ratio, upper 95%"),
    "estimate": msgid("Log odds"),
    "standard_error": msgid("Standard error"),
    "low": msgid("Lower limit of the interval"),
    "high": msgid("Upper limit of the interval"),
    "term": msgid("Term of the model"),
    "shift": msgid("Shift of the log odds to the acceptable rate"),
    "risk_low": msgid("5% of the cases have a risk below"),
    "risk_high": msgid("5% of the cases have a risk above"),
    "department_limit": msgid("Limit of the department's chart"),
    "department_cases": msgid("Procedures within which it holds"),
    "department_false_signal": msgid("False signal of a department: kept"),
    "department_power": msgid("Power at doubled odds"),
    "left_out": msgid("Without an expected probability"),
    "shared": msgid("Cases that the model was fitted on"),
    "adjusted": msgid("Adjusted"),
    "ratio": msgid("Observed/expected"),
    "ratio_low": msgid("Observed/expected, lower 95%"),
    "ratio_high": msgid("Observed/expected, upper 95%"),
    "side": msgid("Side of the limits"),
    "beyond": msgid("Beyond the limits of"),
    "basis": msgid("Counted over"),
    "counted": msgid("Counted"),
    "own_power": msgid("Power if the limit were designed for this number"),
    "power_bound": msgid("Power that no chart can exceed"),
    "cases_for_half": msgid("Procedures for a power of one half"),
    "verdict": msgid("Answer"),
    "unit": msgid("Trainee or department"),
    "covariate": msgid("Covariate"),
    "level": msgid("Level"),
    "share": msgid("Share"),
    "others_cases": msgid("Procedures of all others"),
    "others_share": msgid("Share among all others"),
    "mean": msgid("Mean"),
    "others_mean": msgid("Mean of all others"),
    "months": msgid("Months of the post gone"),
    "pace": msgid("Registrations a month"),
    "probability": msgid("Probability of meeting the target"),
    "overdispersion": msgid("Variance over mean"),
    "charted": msgid("Charted"),
    "without_outcome": msgid("without an outcome"),
    "unreadable": msgid("with an unreadable outcome"),
    "contradictory": msgid("with a contradiction"),
    "elsewhere": msgid("Counted elsewhere"),
    "share_elsewhere": msgid("Charted of those counted elsewhere"),
    "number": msgid("Competence no."),
    "role": msgid("Role"),
    "document": msgid("Document"),
    "assessed_on": msgid("Assessed on"),
    "done": msgid("Done"),
    "done_on": msgid("Done on"),
    "of": msgid("of"),
    "instrument": msgid("Instrument"),
    "nature": msgid("Nature"),
    "competences_documented": msgid("Competences documented"),
    "competences_partly": msgid("Competences documented in part"),
    "competences_missing": msgid("Competences without any document"),
    "competences_not_recorded": msgid("Competences not recorded here"),
    "missing": msgid("Without any document"),
    "partly": msgid("Documented in part"),
    "shape": msgid("Shape of the curve"),
    "trainees_low": msgid("95% of new trainees above"),
    "trainees_high": msgid("95% of new trainees below"),
    "item": msgid("Procedure or category"),
    "month": msgid("Month"),
    "count": msgid("Number"),
    "cumulative": msgid("Number so far"),
    "target": msgid("Target"),
    "milestone": msgid("Milestone"),
    "due_on": msgid("Date"),
    "reached": msgid("Reached"),
    "registrations": msgid("Registrations"),
    "signals": msgid("Procedures with a signal of competence"),
    "procedures": msgid("Procedures charted"),
    "started_on": msgid("Started on"),
    "followed_to": msgid("Followed to"),
    "rejected": msgid("Rejected"),
    "trainees": msgid("Trainees"),
    "sequence": msgid("Order within the day"),
    "registration_id": msgid("Registration id"),
    "attempts": msgid("Attempts"),
    "handed_over": msgid("Handed over"),
    "supervision": msgid("Supervision"),
    "urgency": msgid("Urgency"),
    "asa": msgid("ASA class"),
    "age": msgid("Age"),
    "bmi": msgid("BMI"),
    "technique": msgid("Technique"),
    "complication": msgid("Complication"),
    "post_start": msgid("Start of the post"),
    "case_earliest": msgid("Signal at the earliest, over the possible orders"),
    "case_latest": msgid("Signal at the latest, over the possible orders"),
    "crossed_in_every_order": msgid("Signal in every possible order"),
    "order": msgid("Order of same-day procedures"),
    "also": msgid("Further reasons"),
    "column": msgid("Column"),
    "reason": msgid("Reason"),
    "flag": msgid("Flag"),
    "found": msgid("What was found"),
    "suggestion": msgid("Suggestion"),
    "message": msgid("Message"),
    "value": msgid("Value"),
    "topic": msgid("About"),
    "subject": msgid("Column or sheet"),
    "decision": msgid("Decision"),
    "detail": msgid("Grounds"),
}


def column_heading(language: Language, column: str) -> str:
    """Name a column in the report's language.

    Parameters
    ----------
    language : Language
        Language to write in.
    column : str
        Name of the column in the table.

    Returns
    -------
    str
        The heading; a column that the file brought along keeps its own.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> column_heading(get_language("en"), "performed_on"), column_heading(get_language("en"), "Vagt")
    ('Performed on', 'Vagt')
    """
    return language.translate(_COLUMNS[column]) if column in _COLUMNS else column


def mid_sentence(name: str) -> str:
    """Begin a heading with a small letter, so that it can stand within a sentence.

    Parameters
    ----------
    name : str
        A heading.

    Returns
    -------
    str
        The heading; one that begins with an abbreviation stays as it is.

    Examples
    --------
    >>> mid_sentence("Urgency"), mid_sentence("ASA class")
    ('urgency', 'ASA class')
    """
    return name if name[1:2].isupper() else f"{name[:1].lower()}{name[1:]}"
