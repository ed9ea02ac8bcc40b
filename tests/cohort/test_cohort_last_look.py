"""A cohort charted with a last look, and one by the Bernoulli CUSUM alone, against loops and counts done plainly."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from cusum import Criterion, LastLookCusum, analyse, criterion_sensitivity, design_low_volume, load_programme

OUTCOMES = {
    "A": "0" * 10 + "1" + "0" * 36,  # of spinal anaesthesia 60 are expected
    "B": "0" * 60,
    "C": "01" * 31,
    "D": "01" * 18 + "0" * 24,  # declared at the last look
    "E": "000",
}


@pytest.fixture(scope="module")
def designs():
    """The design of each procedure, made anew."""
    programme = load_programme()
    return {
        key: design_low_volume(procedure.criterion, cases=procedure.expected_cases, false_competence=0.05)
        for key, procedure in programme.procedures.items()
        if procedure.charted
    }


@pytest.fixture(scope="module")
def cohort(make_registrations):
    """Five trainees."""
    return analyse(make_registrations(*((t, "spinal", y, "Nord") for t, y in OUTCOMES.items())), chart="last_look")


def by_loop(chart, outcomes):
    """The case of the declaration, or None."""
    total = 0.0
    success, failure = chart.scores([0, 1])
    for case, outcome in enumerate(outcomes, start=1):
        total = max(0.0, total + (failure if outcome == "1" else success))
        if case <= chart.cases and total >= (chart.limit if case < chart.cases else chart.last_limit) - 1e-9:
            return case
    return None


def test_every_procedure_gets_the_chart_designed_for_its_expected_cases(cohort, designs):
    assert cohort.charts == {key: design.chart for key, design in designs.items()}
    assert cohort.chart_name == "last_look"


def test_what_is_promised_and_kept(cohort, designs):
    rows = cohort.designs.set_index("procedure")
    for key, design in designs.items():
        row = rows.loc[key]
        chart = design.chart
        assert (row["limit"], row["last_limit"], row["last_look"]) == (chart.limit, chart.last_limit, chart.cases)
        assert row["false_competence"] == pytest.approx(design.false_signal, abs=1e-12)
        assert row["power"] == pytest.approx(design.true_signal, abs=1e-12)
        assert row["false_competence_promised"] == 0.05 >= row["false_competence"]
        assert row["can_decide"] == design.reachable
    spinal = designs["spinal"].chart
    expected = rows.loc["spinal", "expected_false"]
    charted = [len(y) for y in OUTCOMES.values()]
    declared = {n: chance_by_states(spinal, n) for n in charted}
    assert expected == pytest.approx(sum(declared[n] for n in charted), abs=1e-9)


def chance_by_states(chart, n):
    """Probability of a declaration within n cases at the unacceptable rate, value by value."""
    rate, now, total = chart.criterion.unacceptable, {0.0: 1.0}, 0.0
    success, failure = chart.scores([0, 1])
    for case in range(1, n + 1):
        after = {}
        limit = chart.limit if case < chart.cases else chart.last_limit if case == chart.cases else np.inf
        for (value, chance), (score, share) in itertools.product(now.items(), ((success, 1 - rate), (failure, rate))):
            moved = round(max(0.0, value + score), 10)
            if moved >= limit - 1e-9:
                total += chance * share
            else:
                after[moved] = after.get(moved, 0.0) + chance * share
        now = after
    return total


def test_crossings_are_those_of_the_loop(cohort, designs):
    spinal = cohort.crossings[cohort.crossings["procedure"] == "spinal"].set_index("trainee")
    found = {t: None if np.isnan(case) else int(case) for t, case in spinal["case"].astype("float64").items()}
    assert found == {t: by_loop(designs["spinal"].chart, y) for t, y in OUTCOMES.items()}
    assert (found["C"], found["D"]) == (None, 60)


def test_status_before_at_and_after_the_last_look(cohort, designs):
    spinal = cohort.status[cohort.status["procedure"] == "spinal"].set_index("trainee")
    c = spinal.loc["C"]
    assert (c["status"], c["note"]) == ("learning", "last_look_taken")
    assert np.isnan(c["limit"])
    assert c[["successes_needed", "successes_needed_one_failure"]].isna().all()
    e = spinal.loc["E"]
    assert (e["status"], e["note"]) == ("learning", "too_few_cases")
    chart = designs["spinal"].chart
    for first, column in (("", "successes_needed"), ("1", "successes_needed_one_failure")):
        case = by_loop(chart, OUTCOMES["E"] + first + "0" * 100)
        assert e[column] == case - 3 - len(first)


def test_more_are_declared_within_the_expected_cases_than_by_the_ordinary_chart(sample):
    """On the sample file, whose trainees learn: counted over all procedures."""
    expected = {key: p.expected_cases for key, p in load_programme().procedures.items()}
    declared = {}
    for name in ("lc_cusum", "last_look"):
        crossings = analyse(sample, chart=name).crossings
        within = crossings["case"] <= crossings["procedure"].map(expected)
        declared[name] = int(within.fillna(False).sum())
    assert declared["last_look"] > declared["lc_cusum"]


def test_a_chart_of_ones_own_promises_nothing(make_registrations):
    spinal = load_programme().procedures["spinal"]
    chart = LastLookCusum(criterion=spinal.criterion, limit=2.0, last_limit=1.0, cases=20)
    cohort = analyse(make_registrations(("A", "spinal", "01" * 12, "N")), chart=chart)
    row = cohort.designs.set_index("procedure").loc["spinal"]
    assert np.isnan(row["false_competence_promised"])
    assert row["last_look"] == 20
    assert cohort.status.set_index("procedure").loc["spinal", "note"] == "last_look_taken"


def test_a_programme_that_expects_one_case(make_registrations):
    programme = load_programme()
    spinal = replace(programme.procedures["spinal"], expected_cases=1)
    one = replace(programme, procedures={**programme.procedures, "spinal": spinal})
    cohort = analyse(make_registrations(("A", "spinal", "0", "N")), one, chart="last_look")
    assert cohort.charts["spinal"].cases == 2
    assert not cohort.designs.set_index("procedure").loc["spinal", "can_decide"]


def test_under_other_criteria_too(sample):
    cohort = analyse(sample, chart="last_look")
    found = criterion_sensitivity(
        cohort, criteria=[Criterion(acceptable=0.1, unacceptable=0.3)], charts=("last_look", "lc_cusum")
    )
    shares = found.summary[found.summary["procedure"] == "spinal"].set_index("chart")["power"]
    assert shares["last_look"].max() > shares["lc_cusum"].min()


def test_a_chart_that_only_watches_calls_nobody_learning(make_registrations):
    cohort = analyse(
        make_registrations(("A", "spinal", "0" * 20, "N"), ("B", "spinal", "0" * 10 + "1" * 10, "N")), chart="bernoulli"
    )
    spinal = cohort.status[cohort.status["procedure"] == "spinal"].set_index("trainee")
    assert spinal["status"].to_dict() == {"A": "no_alarm", "B": "alarm"}
    assert (spinal["note"] == "").all()
    assert spinal["successes_needed"].isna().all()
    first = cohort.signals["case"].iloc[0]
    states = cohort.paths[cohort.paths["trainee"] == "B"]["state"].tolist()
    assert states == ["no_alarm"] * (first - 1) + ["alarm"] * (21 - first)
    others = cohort.status[cohort.status["procedure"] != "spinal"]
    assert set(others["status"]) == {"not_started"}
