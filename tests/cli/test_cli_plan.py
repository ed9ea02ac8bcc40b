"""``cusum plan``: the verdict, the numbers of the plan, and where they come from."""

from __future__ import annotations

import json
import re

import pytest

from cusum import Criterion, plan_volume
from cusum.design import learner_rates, power_bound, power_by_volume

RATES = ("--acceptable", "0.1", "--unacceptable", "20%", "--cases")
C = Criterion(acceptable=0.10, unacceptable=0.20)


@pytest.mark.parametrize("cases", [10, 40, 100])
def test_the_numbers_are_those_of_the_plan(command, cases):
    ended = command("plan", *RATES, cases, "--json")
    result, plan = json.loads(ended.out), plan_volume(C, cases=cases)
    assert (ended.code, ended.err) == (0, "")
    assert result["power"] == plan.power
    assert result["last_look_power"] == plan.last_look_power
    assert result["can_decide"] == plan.can_decide
    assert result["shortest_run"] == plan.longest_run
    assert result["power_bound"] == pytest.approx(power_bound(C, cases=cases), abs=1e-12)
    assert result["cases_for_power"] == {"0.5": 53, "0.8": 116, "0.9": 162}
    assert "learner" not in result


@pytest.mark.parametrize(
    ("cases", "answer", "numbers"),
    [
        (10, "No.", ["14 cases even", "53 cases are needed", "116 for a chance of 80%"]),
        (40, "Hardly.", ["42.9% only", "takes 53 cases"]),
        (100, "In part.", ["74.8%", "A chance of 80% takes 116 cases"]),
        (150, "Yes.", ["within 150 cases"]),
    ],
)
def test_the_verdict_is_in_plain_words(command, cases, answer, numbers):
    ended = command("plan", *RATES, cases, "--language", "en")
    verdict = ended.out.splitlines()[-1]
    assert ended.code == 0
    assert verdict.startswith(answer)
    for number in numbers:
        assert number in verdict


def test_a_criterion_that_is_too_narrow_takes_more_than_was_searched(command):
    ended = command("plan", "--acceptable", "10%", "--unacceptable", "11%", "--cases", 20, "--language", "en")
    assert ended.code == 0
    assert "Cases needed for 50% power, with the limit set for that number" in ended.out
    assert "more than 4,000" in ended.out


def test_a_trainee_who_learns(command):
    words = ("--learning", "60%", "0,09", "5")
    ended = command("plan", *RATES, 100, "--json", *words)
    found = json.loads(ended.out)["learner"]
    rates = learner_rates(start=0.6, finish=0.09, time_constant=5, cases=100)
    plan = plan_volume(C, cases=100, failure_rate=rates).learner
    assert found["adequate_from"] == plan.adequate_from == 21
    assert found["declared"] == plan.declared
    assert found["declared_before_adequate"] == plan.declared_before_adequate
    assert found["expected_delay"] == plan.expected_delay
    curve = power_by_volume(C, cases=100, failure_rate=rates)
    assert found["cases_for_power"]["0.8"] == curve.cases_for(0.8, learner=True)
    shown = command("plan", *RATES, 100, "--language", "en", *words).out
    assert re.search(r"good enough from case no\. +21", shown)
    assert re.search(r"signal within 100 cases +78\.9%", shown)


def test_a_trainee_who_never_is_good_enough(command):
    ended = command("plan", *RATES, 30, "--language", "en", "--learning", "60%", "15%", "5")
    assert re.search(r"good enough from case no\. +not within 30 cases", ended.out)
    assert "mean number of cases from being good enough" not in ended.out
    result = json.loads(command("plan", *RATES, 30, "--json", "--learning", "60%", "15%", "5").out)
    assert result["learner"]["adequate_from"] is None
    assert result["learner"]["expected_delay"] is None


class TestOfAProgramme:
    def test_placeholders_are_shown_as_such(self, command):
        ended = command("plan", "--procedure", "CVK", "--language", "en")
        lines = ended.out.splitlines()
        assert lines[0] == "Can 30 cases decide?"
        assert lines[1].startswith("Central venous catheter, ")
        marked = [line for line in lines if "placeholder: the department must decide" in line]
        assert [re.split(r" \d", line.strip())[0] for line in marked] == [
            "acceptable failure rate",
            "unacceptable failure rate",
            "expected number of procedures",
            "greatest probability of a false signal",
        ]

    def test_published_rates_have_their_source(self, command):
        out = command("plan", "--procedure", "spinal", "--language", "en").out
        assert "acceptable failure rate 10.0% (Kestin IG." in out
        assert "Can 60 cases decide?" in out

    def test_what_is_given_takes_the_place_of_the_programme(self, command):
        words = ("--procedure", "spinal", "--cases", 40, "--unacceptable", "0,3", "--false-competence", "10%", "--json")
        result = json.loads(command("plan", *words).out)
        assert (result["acceptable"], result["unacceptable"]) == (0.1, 0.3)
        assert (result["cases"], result["promise"]) == (40, 0.1)
        assert len(result["sources"]) == 3

    def test_a_programme_of_ones_own(self, command, tmp_path):
        ours = tmp_path / "ours.toml"
        assert command("programme", "copy", ours).code == 0
        text = ours.read_text(encoding="utf-8")
        changed = re.sub(
            r"(\[procedures\.spinal\].*?expected_cases = \{ value = )60, status = \"placeholder\"",
            r'\g<1>75, status = "department", source = "audit 2026"',
            text,
            count=1,
            flags=re.DOTALL,
        )
        assert changed != text
        ours.write_text(changed, encoding="utf-8")
        out = command("plan", "--procedure", "spinal", "--programme", ours, "--language", "en").out
        assert "expected number of procedures 75 (decided by the department: audit 2026)" in out


def test_the_page_needs_no_network(command, tmp_path):
    page = tmp_path / "plan.html"
    words = ("--learning", "60%", "9%", "5", "--figure", page)
    ended = command("plan", "--procedure", "epidural", *words)
    assert ended.code == 0
    assert ended.err == f"Skrevet: {page}\n"
    text = page.read_text(encoding="utf-8")
    assert '<html lang="da">' in text
    assert "<h1>Kan 30 procedurer afgøre det?</h1>" in text
    assert text.count('class="cusum-figure"') == 2
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", text)
    for line in ended.out.splitlines()[1:4]:
        assert f"<p>{line.strip()}</p>" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--acceptable", "10%", "--unacceptable", "20%"), "--cases is missing"),
        (("--cases", "40", "--acceptable", "10%"), "--unacceptable is missing"),
        (("--procedure", "tonsil"), "--procedure is 'tonsil'; expected one of spinal"),
        ((*RATES, "40", "--programme", "danish-introduction-2018"), "--programme was given without --procedure"),
        ((*RATES, "40", "--learning", "60%", "ten", "5"), "--learning is '60% ten 5'"),
        ((*RATES, "40", "--learning", "60%", "8%", "0"), "--learning is '60% 8% 0'"),
        ((*RATES, "40", "--learning", "9%", "60%", "5"), "finishes at 0.6"),
        ((*RATES, "40", "--learning", "60%", "9%"), "--learning"),
        ((*RATES, "40", "--figure", "no/such/folder/page.html"), "page.html cannot be written"),
        (("--acceptable", "20%", "--unacceptable", "10%", "--cases", "40"), "unacceptable"),
        ((*RATES, "0"), "--cases"),
        ((*RATES, "40", "--false-competence", "2"), "--false-competence"),
    ],
    ids=lambda words: " ".join(words)[-30:] if isinstance(words, tuple) else "",
)
def test_wrong_use_is_one_paragraph(command, words, said):
    ended = command("plan", "--language", "en", *words)
    assert ended.code == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_the_mean_of_the_quickest_few_is_not_given(command):
    few = command("plan", *RATES, 40, "--language", "en", "--learning", "60%", "8%", "10").out
    assert "mean number of cases" not in few
    many = command("plan", *RATES, 150, "--language", "en", "--learning", "60%", "8%", "10").out
    assert re.search(r"good enough to the signal, among the \d+\.\d%", " ".join(many.split()))
    data = json.loads(command("plan", *RATES, 40, "--json", "--learning", "60%", "8%", "10").out)["learner"]
    assert data["declared_from_adequate"] == pytest.approx(data["declared"] - data["declared_before_adequate"])


def test_a_number_that_nobody_would_wait_for_is_refused_at_once(command):
    ended = command("plan", *RATES, 5000, "--language", "en")
    assert (ended.code, ended.out) == (2, "")
    assert "was asked for; expected at most" in ended.err
    assert ended.err.count("\n") == 1


def test_the_number_of_cases_has_one_name_in_both_commands(command):
    rates = ("--acceptable", "10%", "--unacceptable", "40%", "--json")
    assert json.loads(command("plan", *rates, "--within", 20).out)["cases"] == 20
    assert json.loads(command("limit", *rates, "--cases", 20).out)["within"] == 20
