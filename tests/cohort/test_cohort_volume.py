"""The volumes of departments, against counts and probabilities worked out by themselves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cusum import (
    BernoulliCusum,
    Criterion,
    LearningCurveCusum,
    analyse,
    competence_probability,
    find_limit,
    load_programme,
    plan_volume,
    read_registrations,
)
from cusum.cohort.volume import department_volumes

CRITERION = Criterion(acceptable=0.10, unacceptable=0.20)


def _rows(volumes: pd.DataFrame, procedure: str) -> pd.DataFrame:
    """One procedure's rows, by department."""
    return volumes[volumes["procedure"] == procedure].set_index("department")


@pytest.fixture(scope="module")
def year(make_registrations):
    """A year in two departments, one case every three days: N has counts 70, 30 and 0 of spinal, S has 20 and 26."""
    registrations = make_registrations(
        ("A", "spinal", "0" * 70, "N"),
        ("B", "spinal", "0" * 30, "N"),
        ("C", "cvc", "0" * 25, "N"),
        ("D", "spinal", "01" * 10, "S"),
        ("E", "spinal", "0" * 26, "S"),
    )
    return analyse(registrations, as_of="2025-12-31")


@pytest.fixture(scope="module")
def volumes(sample_cohort):
    """The sample cohort's volumes."""
    return department_volumes(sample_cohort)


class TestTheSampleCohort:
    def test_one_row_for_each_department_and_procedure(self, sample_cohort, volumes):
        assert len(volumes) == len(sample_cohort.departments) * len(sample_cohort.charts)
        assert volumes.loc[:5, "procedure"].tolist() == list(sample_cohort.charts)
        assert volumes["department"].drop_duplicates().tolist() == sample_cohort.departments["department"].tolist()
        assert volumes.isna().sum().sum() == 0

    def test_every_median_by_a_count_of_its_own(self, sample_cohort, volumes):
        crossings = sample_cohort.crossings
        for row in volumes.itertuples():
            mine = crossings[(crossings["department"] == row.department) & (crossings["procedure"] == row.procedure)]
            counts = sorted(mine["cases"])
            assert row.counted == row.trainees == len(counts)
            assert row.cases == counts[(len(counts) - 1) // 2]

    def test_every_verdict_by_its_own_probabilities(self, sample_cohort, volumes):
        for row in volumes.drop_duplicates(["procedure", "cases"]).itertuples():
            chart = sample_cohort.charts[row.procedure]
            c = chart.criterion
            if row.cases == 0:
                assert (row.power, row.false_competence, row.power_bound) == (0, 0, 0)
                continue
            assert row.power == competence_probability(chart, failure_rate=c.acceptable, within=row.cases)
            assert row.false_competence == competence_probability(chart, failure_rate=c.unacceptable, within=row.cases)
            assert row.own_power <= row.power_bound + 1e-12
            if row.cases < row.shortest_run:
                assert (row.verdict, row.power) == ("cannot_decide", 0)
            else:
                assert row.verdict == ("can_decide" if row.power >= 0.5 else "low_power")
        assert set(volumes["verdict"]) == {"can_decide", "low_power", "cannot_decide"}

    def test_half_is_reached_at_the_case_said_and_not_before(self, sample_cohort, volumes):
        for row in volumes.drop_duplicates("procedure").itertuples():
            chart = sample_cohort.charts[row.procedure]
            rate, n = chart.criterion.acceptable, row.cases_for_half
            assert competence_probability(chart, failure_rate=rate, within=n) >= 0.5
            assert competence_probability(chart, failure_rate=rate, within=n - 1) < 0.5


class TestByHand:
    def test_those_without_a_case_count(self, year):
        spinal = _rows(department_volumes(year), "spinal")
        assert spinal["cases"].to_dict() == {"N": 30, "S": 20}  # of 0, 30, 70 and of 20, 26
        assert spinal["trainees"].to_dict() == {"N": 3, "S": 2}
        assert set(spinal["basis"]) == {"post"}
        assert spinal.loc["N", "own_power"] == plan_volume(CRITERION, cases=30).power

    def test_cases_after_the_post_do_not_count(self, year, make_registrations):
        early = make_registrations(("A", "spinal", "0" * 200, "N"))  # 600 days
        volumes = department_volumes(analyse(early))
        assert _rows(volumes, "spinal").loc["N", "cases"] == 122  # days 0, 3, ... 363
        assert volumes["month"].unique().tolist() == [12]

    def test_before_anyone_is_near_the_end(self, year):
        volumes = department_volumes(analyse(year.registrations, as_of="2025-03-01"))
        assert set(volumes["basis"]) == {"so far"}
        assert set(volumes["month"]) == {3}
        spinal = _rows(volumes, "spinal")  # 20 cases of A and B, 20 of D and E, none of C
        assert spinal["cases"].to_dict() == {"N": 20, "S": 20}
        assert set(spinal["verdict"]) == {"cannot_decide"}

    def test_only_those_near_the_end_count_where_there_are_any(self, make_registrations):
        table = pd.concat(
            [
                make_registrations(("A", "spinal", "0" * 120, "N")).table,
                make_registrations(("B", "spinal", "0" * 10, "N"), start="2025-11-01").table,
            ]
        )
        columns = ["trainee", "department", "procedure", "performed_on", "failure"]
        volumes = department_volumes(analyse(read_registrations(table[columns])))
        spinal = _rows(volumes, "spinal").loc["N"]
        assert (spinal["trainees"], spinal["counted"], spinal["basis"], spinal["cases"]) == (2, 1, "post", 120)


class TestOtherCharts:
    def test_a_chart_that_declares_nobody_has_no_verdict(self, year):
        volumes = department_volumes(analyse(year.registrations, chart="bernoulli", as_of="2025-12-31"))
        assert set(volumes["verdict"]) == {""}
        assert volumes[["power", "false_competence", "shortest_run", "cases_for_half"]].isna().all(axis=None)

    @pytest.mark.parametrize("name", ["standard", "lc_cusum"])
    def test_charts_by_name(self, year, name):
        cohort = analyse(year.registrations, chart=name, as_of="2025-12-31")
        spinal = _rows(department_volumes(cohort), "spinal")
        power = competence_probability(cohort.charts["spinal"], failure_rate=0.1, within=30)
        assert spinal.loc["N", "power"] == power

    def test_one_chart_for_all_procedures(self, year):
        chart = LearningCurveCusum(criterion=Criterion(acceptable=0.05, unacceptable=0.3), limit=2.0)
        spinal = _rows(department_volumes(analyse(year.registrations, chart=chart, as_of="2025-12-31")), "spinal")
        assert spinal.loc["S", "power"] == competence_probability(chart, failure_rate=0.05, within=20)
        assert spinal.loc["S", "verdict"] == "can_decide"

    def test_a_limit_out_of_reach(self, year):
        chart = LearningCurveCusum(criterion=CRITERION, limit=400.0)
        volumes = department_volumes(analyse(year.registrations, chart=chart, as_of="2025-12-31"))
        assert set(volumes["verdict"]) == {"cannot_decide"}
        assert volumes[["shortest_run", "cases_for_half"]].isna().all(axis=None)

    def test_the_programme_decides_the_promise(self, year):
        programme = replace(load_programme(), false_competence=0.2)
        spinal = _rows(department_volumes(analyse(year.registrations, programme, as_of="2025-12-31")), "spinal")
        plain = LearningCurveCusum(criterion=CRITERION, limit=1.0)
        assert spinal.loc["N", "own_power"] == find_limit(plain, false_signal=0.2, within=30).true_signal
        assert np.isfinite(spinal["power"]).all()


def test_monitoring_alone_makes_no_row_disappear(year):
    chart = BernoulliCusum(criterion=CRITERION, limit=3.0)
    volumes = department_volumes(analyse(year.registrations, chart=chart, as_of="2025-12-31"))
    assert len(volumes) == 2 * len(year.charts)
