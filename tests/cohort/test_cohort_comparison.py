"""Other charts and other criteria on the same cases."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cusum import (
    BernoulliCusum,
    Criterion,
    LearningCurveCusum,
    StandardCusum,
    analyse,
    compare_charts,
    criterion_sensitivity,
    find_limit,
)
from cusum.errors import InvalidData, InvalidParameter

CRITERION = Criterion(acceptable=0.2, unacceptable=0.4)
OUTCOMES = np.array([1, 1, 0, 1] + [0] * 18 + [1, 1, 1], dtype=bool)


class TestCompareCharts:
    def test_each_chart_says_what_it_says_alone(self):
        charts = {"a": StandardCusum(criterion=CRITERION), "b": BernoulliCusum(criterion=CRITERION, limit=1.5)}
        found = compare_charts(OUTCOMES, charts)
        assert len(found.table) == 2 * OUTCOMES.size
        for label, chart in charts.items():
            alone = chart.run(OUTCOMES)
            mine = found.table[found.table["chart"] == label]
            np.testing.assert_array_equal(mine["statistic"], alone.statistic)
            cases = found.signals.query("chart == @label")["case"].tolist()
            assert cases == [signal.case for signal in alone.signals]
            assert cases

    def test_names_serve_as_labels(self):
        found = compare_charts(OUTCOMES, [LearningCurveCusum(criterion=CRITERION, limit=2.0)])
        assert list(found.paths) == ["LC-CUSUM"]
        assert "LC-CUSUM" in repr(found)

    def test_two_of_a_kind_need_labels(self):
        chart = LearningCurveCusum(criterion=CRITERION, limit=2.0)
        with pytest.raises(InvalidParameter, match=r"2 charts with 1 different labels.*Give a dict of label to chart"):
            compare_charts(OUTCOMES, [chart, chart])
        with pytest.raises(InvalidParameter, match="0 charts"):
            compare_charts(OUTCOMES, [])

    def test_a_missing_outcome_is_refused(self):
        with pytest.raises(InvalidData, match="failure is missing at case 2"):
            compare_charts([0, None, 1], [StandardCusum(criterion=CRITERION)])


@pytest.fixture(scope="module")
def cohort(make_registrations):
    """Four trainees of one procedure, from none to many failures."""
    return analyse(
        make_registrations(
            ("A", "spinal", "0" * 60, "N"),
            ("B", "spinal", ("0" * 9 + "1") * 6, "N"),
            ("C", "spinal", ("0" * 4 + "1") * 12, "S"),
            ("D", "spinal", ("0" * 2 + "1") * 20, "S"),
        )
    )


class TestCriterionSensitivity:
    def test_the_criterion_in_force_gives_the_cohorts_own_answer(self, cohort):
        found = criterion_sensitivity(cohort, procedures=["spinal"])
        mine = found.table.query("in_force and chart == 'learning_then_monitoring'")
        own = cohort.crossings.query("procedure == 'spinal' and cases > 0")
        pd.testing.assert_series_equal(
            mine.set_index("trainee")["case"], own.set_index("trainee")["case"], check_names=False
        )

    def test_every_design_by_itself(self, cohort):
        pair = Criterion(acceptable=0.15, unacceptable=0.30)
        found = criterion_sensitivity(cohort, criteria=[pair], charts=["lc_cusum"], procedures=["spinal"])
        chart = find_limit(LearningCurveCusum(criterion=pair, limit=1.0), false_signal=0.05, within=60).chart
        rows = found.table.query("acceptable == 0.15").set_index("trainee")
        for trainee, failures in cohort.paths.groupby("trainee")["failure"]:
            first = chart.run(failures.to_numpy()).first("competent")
            assert (None if pd.isna(rows.loc[trainee, "case"]) else rows.loc[trainee, "case"]) == first
        row = found.summary.query("acceptable == 0.15").iloc[0]
        assert row["declared"] == rows["crossed"].sum()
        assert row["share"] == row["declared"] / 4
        assert row["limit"] == chart.limit

    def test_the_conclusion_hangs_on_the_criterion(self, cohort):
        found = criterion_sensitivity(cohort, procedures=["spinal"], charts=["learning_then_monitoring"])
        by_rate = found.summary.set_index("acceptable")["declared"]
        assert by_rate.index.tolist() == [0.05, 0.10, 0.15, 0.20]
        assert by_rate.loc[0.05] < by_rate.loc[0.20]
        assert found.summary["in_force"].tolist() == [False, True, False, False]

    def test_an_unknown_procedure(self, cohort):
        with pytest.raises(InvalidParameter, match=r"procedures has 'tracheostomy'; expected among spinal, epidural"):
            criterion_sensitivity(cohort, procedures=["tracheostomy"])
