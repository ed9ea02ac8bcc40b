"""Groups followed case by case, against a loop and against simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cusum import RiskAdjustedCusum, Vlad, fit_risk_model, monitor_groups
from cusum.errors import InvalidData

CHART = RiskAdjustedCusum(odds_ratio=2.0, limit=1.5)


@pytest.fixture(scope="module")
def cases():
    """Three wards, 300 cases, dated in no order of rows; ward C has three times the odds."""
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"ward": rng.choice(list("ABC"), 300), "day": rng.integers(1, 60, 300)})
    table["risk"] = rng.choice([0.05, 0.1, 0.3], 300)
    odds = table["risk"] / (1 - table["risk"]) * np.where(table["ward"] == "C", 3.0, 1.0)
    return table.assign(failure=rng.random(300) < odds / (1 + odds))


@pytest.fixture(scope="module")
def followed(cases):
    """The three wards under one chart."""
    return monitor_groups(cases, chart=CHART, risk="risk", by="ward", order="day")


def test_each_group_is_walked_for_itself_in_order_of_date(cases, followed):
    assert followed.paths["ward"].tolist() == sorted(cases["ward"])
    rows = followed.paths.itertuples()
    signals = []
    for ward in "ABC":
        own = [row for _, row in sorted(cases[cases["ward"] == ward].iterrows(), key=lambda pair: pair[1]["day"])]
        statistic = avoided = 0.0
        for case, row in enumerate(own, start=1):
            shown = next(rows)
            score = np.log((1 if not row["failure"] else 2) / (1 + row["risk"]))
            statistic = max(0.0, statistic + score)
            avoided += row["risk"] - row["failure"]
            assert (shown.case, shown.day, shown.failure) == (case, row["day"], row["failure"])
            assert shown.statistic == pytest.approx(statistic, abs=1e-9)
            assert shown.vlad == pytest.approx(avoided, abs=1e-9)
            assert (shown.signal != "") == (statistic >= 1.5 - 1e-9)
            if statistic >= 1.5 - 1e-9:
                signals.append((ward, case, row["day"], "deterioration"))
                statistic = 0.0
    assert signals
    assert [tuple(row) for row in followed.signals[["ward", "case", "day", "kind"]].to_numpy()] == signals


def test_limits_of_the_vlad_are_those_of_the_chart(followed):
    own = followed.paths[followed.paths["ward"] == "B"]
    limits = Vlad().prediction_limits(own["risk"].to_numpy())
    np.testing.assert_array_equal(own["vlad_low"], limits.lower)
    np.testing.assert_array_equal(own["vlad_high"], limits.upper)
    assert (own["limit"] == 1.5).all()


def test_signals_by_chance(followed):
    """Against 20,000 simulated sequences with the ward's own risks in their order."""
    rng = np.random.default_rng(9)
    risk = followed.paths.loc[followed.paths["ward"] == "A", "risk"].to_numpy()
    statistic, signalled = np.zeros(20_000), np.zeros(20_000, dtype=bool)
    for chance in risk:
        failed = rng.random(20_000) < chance
        statistic = np.maximum(0.0, statistic + np.log(np.where(failed, 2.0, 1.0) / (1 + chance)))
        signalled |= statistic >= 1.5 - 1e-9
    row = followed.table.set_index("ward").loc["A"]
    assert row["by_chance"] == pytest.approx(signalled.mean(), abs=0.012)
    assert followed.expected_false == pytest.approx(followed.table["by_chance"].sum())
    assert row["expected"] == pytest.approx(risk.sum())


def test_a_model_a_column_and_an_array_are_the_same(cases):
    model = fit_risk_model(cases.assign(level=np.log(cases["risk"])), covariates="level")
    levels = cases.assign(level=np.log(cases["risk"]))
    by_model = monitor_groups(levels, chart=CHART, risk=model, by="ward")
    by_array = monitor_groups(levels, chart=CHART, risk=model.predict(levels), by="ward")
    by_column = monitor_groups(levels.assign(p=model.predict(levels)), chart=CHART, risk="p", by="ward")
    pd.testing.assert_frame_equal(by_model.paths, by_array.paths)
    pd.testing.assert_frame_equal(by_model.paths, by_column.paths)


def test_groups_may_be_numbers_and_no_signal_is_no_row():
    cases = pd.DataFrame({"surgeon": [2, 1, 1], "died": [0, 0, 1], "p": 0.1})
    found = monitor_groups(cases, chart=CHART, risk="p", by="surgeon", outcome="died")
    assert found.table["surgeon"].tolist() == ["1", "2"]
    assert found.signals.empty
    assert repr(found) == "<GroupMonitoring: 2 by surgeon, 3 cases; 0 signals in 0 (0.0 by chance)>"
    assert "<table" in found._repr_html_()


def test_refusals(cases):
    with pytest.raises(InvalidData, match="no column 'surgeon'"):
        monitor_groups(cases, chart=CHART, risk="risk", by="surgeon")
    with pytest.raises(InvalidData, match="no column 'p'; expected the expected risks"):
        monitor_groups(cases, chart=CHART, risk="p", by="ward")
    gone = cases.assign(day=cases["day"].astype("Int64").mask(cases.index == 3))
    with pytest.raises(InvalidData, match="day is missing in 1 of 300 cases"):
        monitor_groups(gone, chart=CHART, risk="risk", by="ward", order="day")
    with pytest.raises(InvalidData, match="the table has no case"):
        monitor_groups(cases.iloc[:0], chart=CHART, risk="risk", by="ward")
