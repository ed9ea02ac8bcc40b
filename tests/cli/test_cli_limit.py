"""``cusum limit``: the designed limit, the promise kept, the power, and what Wald's limit would have done."""

from __future__ import annotations

import json

import pytest

RATES = ("--acceptable", "0.1", "--unacceptable", "20%", "--within")


@pytest.mark.parametrize(
    ("cases", "limit", "kept", "power", "wald"),
    [(50, 2.853895, 0.048933, 0.497133, 0.056), (100, 3.705478, 0.048962, 0.747936, 0.175)],
)
def test_the_numbers_are_those_of_the_worked_examples(command, cases, limit, kept, power, wald):
    ended = command("limit", *RATES, cases, "--json")
    result = json.loads(ended.out)
    assert ended.code == 0
    assert result["limit"] == pytest.approx(limit, abs=1e-6)
    assert result["false_signal"] == pytest.approx(kept, abs=1e-6)
    assert result["power"] == pytest.approx(power, abs=1e-6)
    assert result["wald_limit"] == pytest.approx(2.7726, abs=1e-4)
    assert result["wald_false_signal"] == pytest.approx(wald, abs=5e-4)


def test_the_table_shows_the_same_numbers_in_english(command):
    ended = command("limit", *RATES, 100, "--language", "en")
    assert (ended.code, ended.err) == (0, "")
    for number in ("3.705478", "4.90%", "74.8%", "2.772589", "17.5%"):
        assert number in ended.out


def test_danish_numbers_have_a_decimal_comma(command):
    ended = command("limit", *RATES, 100)
    assert ended.code == 0
    assert "3,705478" in ended.out
    assert "Grænse" in ended.out


def test_the_chart_for_deterioration_keeps_the_mirrored_promise(command):
    learning = json.loads(command("limit", *RATES, 100, "--json").out)
    monitoring = json.loads(command("limit", *RATES, 100, "--json", "--chart", "bernoulli").out)
    assert monitoring["false_signal"] <= 0.05
    assert monitoring["limit"] != learning["limit"]


def test_a_smaller_promise_gives_a_higher_limit(command):
    strict = json.loads(command("limit", *RATES, 100, "--json", "--false-signal", "1%").out)
    assert strict["false_signal"] <= 0.01
    assert strict["limit"] > 3.705478


def test_wald_takes_its_own_beta(command):
    result = json.loads(command("limit", *RATES, 100, "--json", "--beta", "0,05").out)
    assert result["wald_limit"] == pytest.approx(2.9444, abs=1e-4)
    assert result["limit"] == pytest.approx(3.705478, abs=1e-6)


def test_too_few_cases_for_any_limit_are_said(command):
    ended = command("limit", *RATES, 10, "--language", "en")
    assert ended.code == 0
    assert "No limit can keep this promise" in ended.out


def test_rates_the_wrong_way_round_are_wrong_use(command):
    ended = command("limit", "--acceptable", "20%", "--unacceptable", "10%", "--within", 50, "--language", "en")
    assert ended.code == 2
    assert ended.out == ""
    assert "unacceptable" in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("words", [("--acceptable", "ten"), ("--within", "0"), ("--chart", "vlad")])
def test_a_value_that_cannot_be_read_is_wrong_use(command, words):
    ended = command("limit", "--acceptable", "10%", "--unacceptable", "20%", "--within", "50", *words)
    assert ended.code == 2
    assert words[0] in ended.err
    assert ended.err.count("\n") == 1
