"""``cusum limit``: the designed limit, the promise kept, the power, and what Wald's limit would have done."""

from __future__ import annotations

import json
import re

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


def test_a_procedure_of_the_programme_brings_its_rates_and_says_whose_they_are(command):
    ended = command("limit", "--procedure", "CVK", "--language", "en")
    assert ended.code == 0
    assert ended.out.count("placeholder: the department must decide") == 4
    assert "within 30 cases" in ended.out
    spinal = json.loads(command("limit", "--procedure", "spinal", "--json").out)
    assert (spinal["acceptable"], spinal["unacceptable"], spinal["within"]) == (0.1, 0.2, 60)
    assert spinal["limit"] == pytest.approx(3.089461, abs=1e-6)
    assert any("Kestin" in line for line in spinal["sources"])


def test_what_is_missing_is_named(command):
    ended = command("limit", "--acceptable", "10%", "--within", 50, "--language", "en")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("--unacceptable is missing; expected --acceptable, --unacceptable and --within")
    assert ended.err.count("\n") == 1


def test_errors_that_sum_to_one_are_wrong_use(command):
    ended = command("limit", *RATES, 50, "--false-signal", "0.3", "--beta", "0.7", "--language", "en")
    assert ended.code == 2
    assert "a sum below 1" in ended.err


@pytest.mark.parametrize("chart", ["lc_cusum", "bernoulli"])
def test_the_page_shows_what_the_table_shows(command, tmp_path, chart):
    page = tmp_path / "limit.html"
    ended = command("limit", *RATES, 50, "--chart", chart, "--figure", page, "--language", "en")
    text = page.read_text(encoding="utf-8")
    assert ended.code == 0
    assert ended.err == f"Written: {page}\n"
    assert text.count('class="cusum-figure"') == 4
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td></tr>', text)
    assert len(rows) == 7
    for _, value in rows:
        assert value in ended.out
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)


def test_json_stays_json_where_a_page_is_written(command, tmp_path):
    ended = command("limit", *RATES, 20, "--json", "--figure", tmp_path / "limit.html")
    assert json.loads(ended.out)["within"] == 20
