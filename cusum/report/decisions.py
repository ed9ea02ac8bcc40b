"""What was decided when a file was read, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from cusum.language import msgid

if TYPE_CHECKING:
    from cusum.language import Language

__all__ = ["TOPICS", "WORDS", "decision_words"]

TOPICS = {
    "encoding": msgid("character encoding"),
    "separator": msgid("separator between columns"),
    "decimal": msgid("decimal sign"),
    "heading_row": msgid("row of headings"),
    "date_order": msgid("order of day and month"),
    "heading": msgid("heading recognised as"),
    "duplicate_heading": msgid("heading that occurs twice"),
    "sheet": msgid("sheet"),
    "hidden_sheet": msgid("hidden sheet"),
    "formula_without_value": msgid("formulas without a value"),
    "skipped_rows": msgid("rows skipped"),
    "value_synonym": msgid("value recognised as a synonym"),
    "filled_column": msgid("filled from"),
    "sequence": msgid("order within the day"),
    "registration_id": msgid("registration id"),
}
WORDS = {
    "day first": msgid("day first"),
    "year first": msgid("year first"),
    "as the dates of the procedures": msgid("as the dates of the procedures"),
    "outcome": msgid("outcome"),
    "skipped": msgid("skipped"),
    "hidden": msgid("hidden"),
    "asked for by name": msgid("asked for by name"),
    "not recognised: not used, kept in the table as it is": msgid(
        "not recognised: not used, kept in the table as it is"
    ),
    "no headings recognised": msgid("no headings recognised"),
    "repeated headings": msgid("repeated headings"),
    "two rows": msgid("two rows, joined"),
    "name of the sheet": msgid("name of the sheet"),
    "begins anew for each trainee": msgid("begins anew for each trainee"),
    "time of day": msgid("time of day"),
    "month first": msgid("month first"),
    "semicolon": msgid("semicolon"),
    "comma": msgid("comma"),
    "tab": msgid("tab"),
    "vertical bar": msgid("vertical bar"),
    "given": msgid("given by the user"),
    "given in the file": msgid("given in the file"),
    "blank": msgid("blank"),
    "title": msgid("title"),
    "total": msgid("total"),
    "read": msgid("read"),
    "read as blank": msgid("read as blank"),
    "trainee": msgid("trainee"),
    "procedure": msgid("procedure"),
    "performed_on": msgid("date of the procedure"),
    "failure": msgid("failure"),
    "department": msgid("department"),
    "region": msgid("region"),
    "sequence": msgid("order within the day"),
    "registration_id": msgid("registration id"),
    "attempts": msgid("attempts"),
    "handed_over": msgid("handed over"),
    "supervision": msgid("supervision"),
    "urgency": msgid("urgency"),
    "asa": msgid("ASA class"),
    "age": msgid("age"),
    "bmi": msgid("BMI"),
    "technique": msgid("technique"),
    "complication": msgid("complication"),
    "post_start": msgid("start of the post"),
}


def decision_words(language: Language, row: Mapping[object, object]) -> tuple[str, str, str, str]:
    """Say one decision in the reader's language.

    Parameters
    ----------
    language : Language
        Language to write in.
    row : mapping
        One row of the registrations' table of decisions: topic, subject, decision, detail.

    Returns
    -------
    tuple of str
        Topic, column or sheet, decision and grounds. What is not one of our own words is shown as it stands.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> row = {"topic": "date_order", "subject": "Dato", "decision": "day first", "detail": ""}
    >>> decision_words(get_language("da"), row)
    ('rækkefølge af dag og måned', 'Dato', 'dag før måned', '–')
    """

    def say(table: Mapping[str, str], value: object) -> str:
        code = str(value)
        return language.translate(table[code]) if code in table else code or "–"

    return (
        say(TOPICS, row["topic"]),
        str(row["subject"]) or "–",
        say(WORDS, row["decision"]),
        _grounds(language, row) or say(WORDS, row["detail"]),
    )


def _grounds(language: Language, row: Mapping[object, object]) -> str:
    """Say how many dates settle the order of day and month."""
    detail = str(row["detail"])
    if row["topic"] != "date_order" or not detail.isdigit():
        return ""
    return language.plural("{n} date settles it", "{n} dates settle it", int(detail))
