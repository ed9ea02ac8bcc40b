"""The cohort's tables against sums done by hand and loops done plainly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cusum import (
    BernoulliCusum,
    Criterion,
    LearningCurveCusum,
    LearningThenMonitoring,
    StandardCusum,
    analyse,
    find_limit,
    load_programme,
    run_length,
    time_to_competence,
)
from cusum.cohort import compare_with_truth
from cusum.cohort.current_rate import current_rate
from cusum.cohort.designs import shortest_run
from cusum.errors import InvalidData, InvalidParameter


def row_of(table: pd.DataFrame, trainee: str, procedure: str) -> pd.Series:
    """Pick one trainee's row of one procedure."""
    mine = table[(table["trainee"] == trainee) & (table["procedure"] == procedure)]
    assert len(mine) == 1
    return mine.iloc[0]


@pytest.fixture(scope="module")
def small(make_registrations):
    """Analyse five trainees whose fates differ."""
    return analyse(
        make_registrations(
            ("A", "spinal", "0" * 30, "Nord"),  # declared at 27, the shortest run
            ("B", "spinal", "1" + "0" * 27, "Nord"),  # a failure first costs nothing: the floor
            ("C", "spinal", "0" * 26, "Syd"),  # one short
            ("D", "spinal", "0" * 27 + "1" * 5 + "0" * 3, "Syd"),  # declared, then deterioration
            ("A", "intubation", "01" * 10, "Nord"),
            ("E", "epidural", "0" * 29, "Syd"),
        )
    )


class TestCrossings:
    def test_the_case_and_the_day_of_competence(self, small):
        a = row_of(small.crossings, "A", "spinal")
        assert (a["crossed"], a["case"], a["cases"], a["failures"]) == (True, 27, 30, 0)
        assert a["crossed_on"] == pd.Timestamp("2025-01-01") + pd.Timedelta(days=3 * 26)
        assert pd.isna(a["censored_at"])
        assert row_of(small.crossings, "B", "spinal")["case"] == 28

    def test_who_has_not_crossed_is_censored_at_the_number_of_cases(self, small):
        c = row_of(small.crossings, "C", "spinal")
        assert (c["crossed"], c["censored_at"]) == (False, 26)
        assert pd.isna(c["case"])
        assert pd.isna(c["crossed_on"])

    def test_every_trainee_has_a_row_for_every_charted_procedure(self, small):
        assert len(small.crossings) == 5 * 6 == len(small.status)
        assert not small.crossings.duplicated(["trainee", "procedure"]).any()
        assert row_of(small.crossings, "E", "cvc")["cases"] == 0

    def test_agrees_with_each_path_charted_alone(self, sample, sample_cohort):
        cohort = sample_cohort
        table = sample.table
        for row in cohort.crossings.sample(60, random_state=1).itertuples():
            mine = table[(table["trainee"] == row.trainee) & (table["procedure"] == row.procedure)]
            outcomes = mine["failure"].dropna().to_numpy(dtype=bool)
            path = cohort.charts[row.procedure].run(outcomes)
            assert row.cases == outcomes.size
            assert (path.first("competent") or -1) == (-1 if pd.isna(row.case) else row.case)


class TestStatus:
    def test_the_four_states(self, small):
        found = {t: row_of(small.status, t, "spinal")["status"] for t in "ABCDE"}
        assert found == {
            "A": "competent",
            "B": "competent",
            "C": "learning",
            "D": "alarm",
            "E": "not_started",
        }

    def test_what_it_would_take(self, small):
        c = row_of(small.status, "C", "spinal")
        assert (c["successes_needed"], c["note"]) == (1, "too_few_cases")
        # with one failure the statistic falls by ln 2 = 5.88 successes: 26 - 5.88 = 20.1, so 7 more are needed
        assert c["successes_needed_one_failure"] == 7
        assert pd.isna(row_of(small.status, "A", "spinal")["successes_needed"])
        assert row_of(small.status, "E", "spinal")["successes_needed"] == 27

    def test_needed_is_what_the_chart_then_does(self, sample_cohort):
        cohort = sample_cohort
        open_ = cohort.status[cohort.status["successes_needed"].notna()].sample(25, random_state=2)
        for row in open_.itertuples():
            seen = cohort.paths.query("trainee == @row.trainee and procedure == @row.procedure")["failure"].to_numpy()
            chart = cohort.charts[row.procedure]
            for k, expected in ((row.successes_needed, True), (row.successes_needed - 1, False)):
                path = chart.run(np.concatenate((seen, np.zeros(k, dtype=bool))))
                assert (path.state[-1:] == "competent").any() == expected

    def test_a_volume_that_cannot_decide_says_so(self, make_registrations, tmp_path):
        text = load_programme().to_toml().replace("expected_cases = { value = 30", "expected_cases = { value = 20", 1)
        file = tmp_path / "few.toml"
        file.write_text(text, encoding="utf-8")
        cohort = analyse(make_registrations(("A", "epidural", "0" * 20, "N")), str(file))
        design = cohort.designs.set_index("procedure").loc["epidural"]
        assert not design["can_decide"]
        assert (design["power"], design["false_competence"]) == (0.0, 0.0)
        assert design["shortest_run"] == 29  # 0.9 ** 29 = 0.047 is the first below 0.05
        status = row_of(cohort.status, "A", "epidural")
        assert (status["status"], status["note"]) == ("learning", "cannot_decide")

    def test_low_power_is_said(self, sample_cohort):
        cohort = sample_cohort
        noted = cohort.status[cohort.status["note"] == "low_power"]
        power = noted["procedure"].map(cohort.designs.set_index("procedure")["power"])
        assert len(noted) > 0
        assert (power < 0.5).all()


class TestDesigns:
    def test_limits_keep_the_promise_within_the_expected_cases(self, small):
        programme = load_programme()
        for key, design in small.designs.set_index("procedure").iterrows():
            procedure = programme.procedures[key]
            n = procedure.expected_cases
            learning = find_limit(
                LearningCurveCusum(criterion=procedure.criterion, limit=9.0), false_signal=0.05, within=n
            )
            assert design["limit"] == learning.limit
            assert design["false_competence"] == pytest.approx(learning.false_signal, abs=1e-12)
            assert design["power"] == pytest.approx(learning.true_signal, abs=1e-12)
            assert design["false_competence"] <= 0.05
            assert design["false_alarm"] <= 0.05
            watch = BernoulliCusum(criterion=procedure.criterion, limit=design["monitoring_limit"])
            exact = run_length(watch, failure_rate=procedure.criterion.unacceptable, horizon=n).signal_by(n)
            assert design["detection"] == pytest.approx(exact, abs=1e-12)

    def test_expected_false_declarations_by_a_plain_sum(self, small):
        design = small.designs.set_index("procedure").loc["spinal"]
        chart = small.charts["spinal"].learning
        law = run_length(chart, failure_rate=0.20, horizon=60)
        assert design["expected_false"] == pytest.approx(sum(law.signal_by(n) for n in (30, 28, 26, 35)), abs=1e-12)
        assert (design["trainees_charted"], design["declared"]) == (4, 3)

    def test_shortest_run(self):
        chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4))
        assert shortest_run(chart) == 8

    def test_the_standard_chart_of_a_danish_trainee(self, make_registrations):
        cohort = analyse(make_registrations(("A", "spinal", "0" * 25, "N")), chart="standard")
        design = cohort.designs.set_index("procedure").loc["spinal"]
        assert design["kind"] == "standard"
        assert design["competence_rule"] == "one line"
        assert design["wald_asn_acceptable"] == pytest.approx(47.909, abs=1e-3)
        assert row_of(cohort.crossings, "A", "spinal")["case"] == 19
        assert row_of(cohort.status, "A", "spinal")["status"] == "competent"
        assert set(cohort.signals["kind"]) == {"acceptable"}

    def test_a_chart_of_ones_own_serves_every_procedure(self, make_registrations):
        criterion = Criterion(acceptable=0.1, unacceptable=0.4)
        chart = LearningThenMonitoring(
            learning=LearningCurveCusum(criterion=criterion, limit=1.5),
            monitoring=BernoulliCusum(criterion=criterion, limit=2.0),
        )
        cohort = analyse(make_registrations(("A", "cvc", "0" * 5, "N")), chart=chart)
        assert row_of(cohort.crossings, "A", "cvc")["case"] == 4
        assert (cohort.designs["criterion_status"] == "given").all()
        assert cohort.designs["false_competence_promised"].isna().all()

    def test_a_monitoring_chart_declares_nobody(self, make_registrations):
        cohort = analyse(make_registrations(("A", "spinal", "0" * 40 + "1" * 6, "N")), chart="bernoulli")
        assert not cohort.crossings["crossed"].any()
        assert row_of(cohort.status, "A", "spinal")["status"] == "alarm"
        assert cohort.designs["expected_false"].isna().all()
        assert cohort.status["successes_needed"].isna().all()


class TestPaths:
    def test_one_row_a_case_in_order(self, small):
        mine = small.paths[(small.paths["trainee"] == "D") & (small.paths["procedure"] == "spinal")]
        assert mine["case"].tolist() == list(range(1, 36))
        assert mine["performed_on"].is_monotonic_increasing
        assert mine["phase"].iloc[26] == "learning"
        assert mine["phase"].iloc[27] == "monitoring"
        assert mine["state"].iloc[26] == "competent"
        path = small.charts["spinal"].run(mine["failure"].to_numpy())
        np.testing.assert_array_equal(mine["statistic"], path.statistic)
        np.testing.assert_array_equal(mine["upper"], path.upper)

    def test_signals_are_the_cases_that_signal(self, small):
        said = small.paths[small.paths["signal"] != ""]
        assert len(said) == len(small.signals)
        assert small.signals.query("trainee == 'D'")["kind"].tolist() == ["competent", "deterioration"]

    def test_the_current_rate_by_a_plain_loop(self, small):
        for _, mine in small.paths.groupby(["trainee", "procedure"]):
            failures = successes = 0.0
            for outcome, rate in zip(mine["failure"], mine["rate"], strict=True):
                failures, successes = 0.95 * failures + outcome, 0.95 * successes + (not outcome)
                assert rate == pytest.approx((failures + 0.5) / (failures + successes + 1), abs=1e-12)
        assert (
            (small.paths["rate_low"] < small.paths["rate"]) & (small.paths["rate"] < small.paths["rate_high"])
        ).all()

    def test_without_fading_the_band_is_jeffreys(self):
        from scipy.stats import beta

        table = pd.DataFrame({"trainee": "A", "procedure": "p", "case": range(1, 11), "failure": [True] + [False] * 9})
        last = current_rate(table, fade=1.0).iloc[-1]
        assert last["rate_low"] == pytest.approx(beta.ppf(0.025, 1.5, 9.5), rel=1e-9)
        assert last["rate_high"] == pytest.approx(beta.ppf(0.975, 1.5, 9.5), rel=1e-9)


class TestExperienceAndMilestones:
    def test_counts_by_month_of_the_post(self, make_registrations):
        cohort = analyse(make_registrations(("A", "spinal", "0" * 25, "N"), start="2025-01-15", every=5))
        mine = cohort.experience.query("trainee == 'A' and item == 'spinal'")
        # days 0, 5, ..., 120 from 15 January: months of the post begin on the 15th
        assert mine["month"].tolist() == list(range(1, 13))
        assert mine["count"].tolist()[:5] == [7, 5, 6, 6, 1]
        assert mine["cumulative"].iloc[-1] == 25
        assert mine["target"].isna().all()

    def test_counts_add_up_to_the_registrations(self, sample, sample_cohort):
        cohort = sample_cohort
        last = cohort.experience.groupby(["trainee", "item"])["count"].sum()
        assert int(last.sum()) == len(sample.table)
        assert int(cohort.trainees["registrations"].sum()) == len(sample.table)

    def test_milestones_count_what_was_there_on_the_day(self, make_registrations):
        cohort = analyse(
            make_registrations(("A", "spinal", "0" * 80, "N"), start="2025-01-01", every=3), as_of="2025-08-01"
        )
        month6 = cohort.milestones.query("month == 6").iloc[0]
        assert month6["due_on"] == pd.Timestamp("2025-07-01")
        assert (month6["reached"], month6["registrations"], month6["signals"]) == (True, 61, 1)
        assert not cohort.milestones.query("month == 9")["reached"].any()

    def test_the_stated_start_of_the_post_counts(self, sample, sample_cohort):
        cohort = sample_cohort
        stated = sample.table.groupby("trainee")["post_start"].min()
        assert (cohort.trainees.set_index("trainee")["started_on"] == stated).all()


class TestAsOf:
    def test_later_registrations_do_not_count(self, make_registrations):
        registrations = make_registrations(("A", "spinal", "0" * 30, "N"))
        cohort = analyse(registrations, as_of="2025-02-01")
        assert row_of(cohort.crossings, "A", "spinal")["cases"] == 11
        assert cohort.provenance.parameters["later_than_as_of"] == "19"

    def test_the_last_day_is_the_default(self, make_registrations):
        cohort = analyse(make_registrations(("A", "spinal", "000", "N")))
        assert cohort.as_of.isoformat() == "2025-01-07"

    def test_no_day(self, make_registrations):
        with pytest.raises(InvalidParameter, match=r"as_of is 'soon'; expected a day as yyyy-mm-dd"):
            analyse(make_registrations(("A", "spinal", "000", "N")), as_of="soon")


class TestRefusals:
    def test_something_else_than_registrations(self):
        with pytest.raises(InvalidParameter, match=r"registrations is a DataFrame; expected .*read_registrations"):
            analyse(pd.DataFrame())

    def test_an_unknown_chart(self, make_registrations):
        with pytest.raises(InvalidParameter, match=r"chart is 'shewhart'; expected one of learning_then_monitoring"):
            analyse(make_registrations(("A", "spinal", "000", "N")), chart="shewhart")

    def test_truth_without_its_columns(self, small):
        with pytest.raises(InvalidData, match="the truth has no column always_inadequate"):
            compare_with_truth(small, pd.DataFrame({"trainee": ["A"], "procedure": ["spinal"]}))


def test_truth_is_counted(small):
    truth = pd.DataFrame(
        {
            "trainee": list("ABCD"),
            "procedure": "spinal",
            "always_inadequate": [True, False, True, False],
            "adequate_at_last_case": [False, True, False, True],
        }
    )
    row = compare_with_truth(small, truth).iloc[0]
    assert (row["inadequate"], row["inadequate_declared"], row["adequate"], row["adequate_not_declared"]) == (
        2,
        1,
        2,
        0,
    )
    law = run_length(small.charts["spinal"].learning, failure_rate=0.2, horizon=60)
    assert row["inadequate_declared_at_most"] == pytest.approx(law.signal_by(30) + law.signal_by(26), abs=1e-12)
    right = run_length(small.charts["spinal"].learning, failure_rate=0.1, horizon=60)
    missed = 2 - right.signal_by(28) - right.signal_by(35)
    assert row["adequate_not_declared_if_adequate_throughout"] == pytest.approx(missed, abs=1e-12)


def test_the_sample_keeps_what_the_design_promises(sample_cohort):
    """False declarations among the truly inadequate stay within what chance allows of the promised number."""
    from scipy.stats import poisson

    table = compare_with_truth(sample_cohort, pd.read_csv("sample_data/danish_cohort_truth.csv"))
    assert table["inadequate"].sum() > 40
    most = poisson.ppf(0.9999, table["inadequate_declared_at_most"].sum())
    assert table["inadequate_declared"].sum() <= most


def test_crossings_say_from_when_to_when_a_trainee_was_followed(make_registrations):
    early = make_registrations(("A", "cvc", "0" * 10, "X"), start="2025-01-01", every=3)
    rows = analyse(early, as_of="2025-06-30").crossings
    assert rows["started_on"].eq(pd.Timestamp("2025-01-01")).all()
    assert rows["followed_to"].eq(pd.Timestamp("2025-06-30")).all()  # the post goes on
    assert analyse(early, as_of="2026-03-31").crossings["followed_to"].eq(pd.Timestamp("2026-01-01")).all()
    late = make_registrations(("A", "cvc", "0" * 50, "X"), start="2025-01-01", every=10)
    rows = analyse(late, as_of="2027-01-01").crossings
    assert rows["followed_to"].eq(pd.Timestamp("2025-01-01") + pd.Timedelta(days=490)).all()
    waits = time_to_competence(rows.query("procedure == 'cvc'"), clock="days")
    crossed = rows.query("procedure == 'cvc'")["crossed_on"].item()
    assert waits.median["median"].item() == (crossed - pd.Timestamp("2025-01-01")).days


def test_repr_says_what_was_charted(small):
    assert repr(small).startswith("<Cohort: LC-CUSUM, then Bernoulli CUSUM; 5 trainees, 2 departments, 168 charted")
    assert "<table" in small._repr_html_()


def test_order_of_rows_in_the_file_does_not_matter(sample):
    import cusum

    table = sample.table.drop(columns=["row", "sheet"]).sample(frac=1.0, random_state=3)
    table = table[table["trainee"].isin(["T001", "T002", "T003"]) & table["failure"].notna()]
    table["sequence"] = range(len(table), 0, -1)
    table = table.drop_duplicates(["trainee", "procedure", "performed_on"])
    first = analyse(cusum.read_registrations(table))
    second = analyse(cusum.read_registrations(table.iloc[::-1]))
    pd.testing.assert_frame_equal(first.crossings, second.crossings)
