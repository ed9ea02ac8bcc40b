"""Words, plural forms, numbers and dates as Danish and British readers write them."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cusum.errors import InvalidParameter
from cusum.language import LANGUAGES, UntranslatedText, get_language

DANISH = get_language("da")
ENGLISH = get_language("en")


def test_the_words_of_the_house_are_exact() -> None:
    words = {
        "trainee": "uddannelsessøgende",
        "department": "afdeling",
        "registration": "registrering",
        "procedure number": "procedure nr.",
        "acceptable failure rate": "acceptabel fejlrate",
        "unacceptable failure rate": "uacceptabel fejlrate",
        "limit": "grænse",
        "cannot be said yet": "kan endnu ikke afgøres",
        "numbers at risk": "antal under observation",
        "confidence interval": "konfidensinterval",
        "power": "styrke",
    }
    assert {word: DANISH.text(word) for word in words} == words


@pytest.mark.parametrize(
    ("code", "danish", "english"),
    [
        ("not_started", "ikke begyndt", "not started"),
        ("learning", "under oplæring", "learning"),
        ("competent", "signal om kompetence", "signal: competence"),
        ("alarm", "signal om forværring", "signal: deterioration"),
        ("cannot_decide", "kan endnu ikke afgøres", "cannot be said yet"),
    ],
    ids=["not started", "learning", "competent", "alarm", "cannot decide"],
)
def test_status_is_a_word_and_no_verdict(code: str, danish: str, english: str) -> None:
    assert DANISH.status(code) == danish
    assert ENGLISH.status(code) == english


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_kind_of_signal_has_a_name(code: str) -> None:
    names = [
        get_language(code).signal(kind)
        for kind in ("competent", "deterioration", "improvement", "acceptable", "unacceptable")
    ]
    assert len(set(names)) == 5


@pytest.mark.parametrize("method", ["status", "signal"])
def test_an_unknown_code_is_named(method: str) -> None:
    with pytest.raises(InvalidParameter, match=r"is 'passed'; expected one of .*competent"):
        getattr(DANISH, method)("passed")


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(InvalidParameter, match="language is 'sv'; expected one of da, en"):
        get_language("sv")


def test_a_missing_danish_text_is_a_warning_and_english() -> None:
    with pytest.warns(UntranslatedText, match="no da text for 'words that nobody wrote'"):
        assert DANISH.text("words that nobody wrote") == "words that nobody wrote"
    with pytest.warns(UntranslatedText, match="no da plural for '{n} unicorn'"):
        assert DANISH.plural("{n} unicorn", "{n} unicorns", 2) == "2 unicorns"


def test_an_empty_text_stays_empty() -> None:
    assert DANISH.translate("") == ""


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="case"):
        DANISH.text("no. {case}")


def test_plural_takes_the_right_form() -> None:
    assert DANISH.plural("{n} registration", "{n} registrations", 1) == "1 registrering"
    assert DANISH.plural("{n} registration", "{n} registrations", 0) == "0 registreringer"
    assert DANISH.plural("{n} registration", "{n} registrations", 18234) == "18.234 registreringer"
    assert ENGLISH.plural("{n} registration", "{n} registrations", 18234) == "18,234 registrations"


def test_numbers() -> None:
    assert DANISH.number(1234.5) == "1.234,5"
    assert DANISH.number(1234.5, 2) == "1.234,50"
    assert DANISH.number(2.71828, 0) == "3"
    assert ENGLISH.number(1234.5) == "1,234.5"
    assert ENGLISH.number(-0.0001, 2) == "0.00"
    assert ENGLISH.number(np.float64(0.25), 2) == "0.25"
    assert ENGLISH.number(np.int64(7)) == "7"


def test_percent() -> None:
    assert DANISH.percent(0.123, 1) == "12,3\N{NO-BREAK SPACE}%"
    assert DANISH.percent(0.1) == "10\N{NO-BREAK SPACE}%"
    assert ENGLISH.percent(0.1, digits=1) == "10.0%"


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA, pd.NaT], ids=["None", "nan", "NA", "NaT"])
def test_what_is_missing_is_a_dash(nothing: object) -> None:
    assert (
        DANISH.number(nothing) == DANISH.percent(nothing) == DANISH.date(nothing) == DANISH.month_year(nothing) == "–"
    )


@pytest.mark.parametrize(
    "day",
    [date(2026, 3, 2), datetime(2026, 3, 2, 13, 5), pd.Timestamp(2026, 3, 2)],
    ids=["date", "datetime", "Timestamp"],
)
def test_dates(day: date) -> None:
    assert [DANISH.date(day, form) for form in ("long", "medium", "short")] == [
        "2. marts 2026",
        "2. mar. 2026",
        "02.03.2026",
    ]
    assert [ENGLISH.date(day, form) for form in ("long", "medium", "short")] == [
        "2 March 2026",
        "2 Mar 2026",
        "02/03/2026",
    ]
    assert DANISH.month_year(day) == "marts 2026"
    assert ENGLISH.month_year(day, "short") == "Mar 2026"


def test_separators_for_plotly() -> None:
    assert DANISH.separators == ",."
    assert ENGLISH.separators == ".,"


def test_lists() -> None:
    assert DANISH.join(["a", "b", "c"]) == "a, b og c"
    assert ENGLISH.join(["a", "b"]) == "a and b"


def test_danish_names_sort_as_in_a_danish_directory() -> None:
    names = ["Aarhus", "Åbenrå", "Odense", "Ærø", "Øster Hornum", "Zealand", "Ødis", "Horsens", "Herning"]
    assert sorted(names, key=DANISH.sort_key) == [
        "Herning",
        "Horsens",
        "Odense",
        "Zealand",
        "Ærø",
        "Ødis",
        "Øster Hornum",
        "Åbenrå",
        "Aarhus",
    ]
    assert sorted(["Øster", "Zealand", "Aarhus"], key=ENGLISH.sort_key) == ["Aarhus", "Øster", "Zealand"]


def test_numbers_in_names_sort_by_size() -> None:
    assert sorted(["Læge 10", "læge 9", "Læge 2"], key=DANISH.sort_key) == ["Læge 2", "læge 9", "Læge 10"]


@settings(max_examples=60)
@given(st.lists(st.text(max_size=8), max_size=6), st.sampled_from(LANGUAGES))
def test_any_names_can_be_sorted(names: list[str], code: str) -> None:
    key = get_language(code).sort_key
    once = sorted(names, key=key)
    assert sorted(once) == sorted(names)
    backwards = names[::-1]
    backwards.sort(key=key)
    assert backwards == once


@settings(max_examples=60)
@given(st.floats(-1e6, 1e6), st.integers(0, 4))
def test_danish_numbers_read_back(x: float, digits: int) -> None:
    written = DANISH.number(x, digits)
    read = float(written.replace(".", "").replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    assert read == pytest.approx(x, abs=0.5000001 * 10**-digits)
