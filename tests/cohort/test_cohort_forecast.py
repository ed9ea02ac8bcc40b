"""The forecast's interval holds as often as it says, and never says more than the trainee's own past does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cusum import Cohort, InvalidParameter, Programme, Registrations, analyse, forecast_experience, load_programme
from cusum.cohort.forecast import VERDICTS, elapsed_months, month_to_month, predict_counts


def with_targets(**targets: int) -> Programme:
    plan = load_programme()
    chosen = {key: replace(item, target=targets.get(key)) for key, item in plan.procedures.items()}
    return replace(plan, procedures=chosen)


@pytest.fixture(scope="module")
def at_half(sample: Registrations) -> Cohort:
    return analyse(sample, with_targets(spinal=60, cvc=500, block=1), as_of="2025-02-28")


@pytest.fixture(scope="module")
def few(sample: Registrations) -> Registrations:
    """The first fifteen trainees."""
    return replace(sample, table=sample.table[sample.table["trainee"] <= "T015"].reset_index(drop=True))


def test_interval_is_the_gamma_mixture_of_poisson_counts() -> None:
    """Draw the pace from its posterior and the counts to come from the pace: the interval is that of the draws."""
    rng = np.random.default_rng(5)
    for done, gone in ((0, 2.0), (7, 4.5), (40, 9.0)):
        pace = rng.gamma(done + 0.5, 1 / gone, 400_000)
        total = done + rng.poisson(pace * (12 - gone))
        low, high, probability = predict_counts([done], [gone], [12 - gone], [1.0], target=[done + 3])
        assert (total < low[0]).mean() <= 0.051
        assert (total > high[0]).mean() <= 0.051
        assert (total <= low[0]).mean() >= 0.049
        assert (total >= high[0]).mean() >= 0.049
        assert probability[0] == pytest.approx((total >= done + 3).mean(), abs=0.004)


def test_variance_grows_with_the_lumps() -> None:
    ratios = np.array([1.0, 2.0, 4.0])
    low, high, _ = predict_counts([300.0] * 3, [6.0] * 3, [6.0] * 3, ratios)
    expected = 2 * 1.6449 * np.sqrt(300.5 * 2 * ratios)  # mean times (1 + r / t), in standard deviations
    assert high - low == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(("pace", "ratio"), [(1.0, 1.0), (4.0, 1.0), (4.0, 3.0)])
def test_coverage_by_simulation(pace: float, ratio: float) -> None:
    rng = np.random.default_rng(11)
    n = 8_000
    monthly = (
        rng.poisson(pace, (n, 12)) if ratio == 1 else rng.negative_binomial(pace / (ratio - 1), 1 / ratio, (n, 12))
    )
    truth = monthly.sum(axis=1)
    for gone in (3, 6, 9):
        done = monthly[:, :gone].sum(axis=1)
        low, high, _ = predict_counts(done, np.full(n, gone), np.full(n, 12 - gone), np.full(n, ratio))
        held = ((low <= truth) & (truth <= high)).mean()
        assert 0.875 < held < 0.955


def test_coverage_with_rotations_whose_lumps_are_estimated() -> None:
    """A pace that changes every three months: the ratio estimated from blocks of months pays for it."""
    rng = np.random.default_rng(12)
    n = 600
    pace = np.repeat(rng.gamma(4.0, 1.0, (n, 4)), 3, axis=1)
    monthly = rng.poisson(pace)
    names = [f"T{k:03d}" for k in range(n)]
    table = pd.DataFrame(monthly, index=names, columns=range(1, 13)).rename_axis("trainee").reset_index()
    experience = table.melt("trainee", var_name="month", value_name="count").assign(item="cvc")
    ratio = month_to_month(experience, pd.Series(6.0, index=names))["cvc"]
    done, truth = monthly[:, :6].sum(axis=1), monthly.sum(axis=1)
    held = {}
    for name, factor in (("estimated", ratio), ("none", 1.0)):
        low, high, _ = predict_counts(done, np.full(n, 6.0), np.full(n, 6.0), np.full(n, factor))
        held[name] = ((low <= truth) & (truth <= high)).mean()
    assert 2.5 < ratio < 5  # (variance + mean) / mean of three months together is 4
    assert held["none"] < 0.75
    assert 0.86 < held["estimated"] < 0.97


def test_coverage_on_the_sample_cohort(sample_cohort: Cohort, at_half: Cohort) -> None:
    early = forecast_experience(at_half).set_index(["trainee", "item"])
    truth = forecast_experience(sample_cohort).set_index(["trainee", "item"])["count"].reindex(early.index)
    assert len(early) == 920
    held = (early["low"] <= truth) & (truth <= early["high"])
    assert 0.90 <= held.mean() <= 0.96
    assert held.groupby(level="item").mean().min() > 0.85
    assert (early["expected"] - truth).mean() == pytest.approx(0, abs=0.5)


def test_each_row_by_hand(at_half: Cohort) -> None:
    rows = forecast_experience(at_half)
    table = at_half.registrations.table
    until = table[table["performed_on"] <= "2025-02-28"]
    assert rows["months"].eq(6.0).all()
    assert set(rows["verdict"]) <= set(VERDICTS)
    for row in rows.iloc[::23].to_dict("records"):
        done = ((until["trainee"] == row["trainee"]) & (until["procedure"] == row["item"])).sum()
        assert row["count"] == done
        assert row["pace"] == pytest.approx(done / 6)
        assert row["expected"] == pytest.approx(2 * done)
        assert row["low"] <= row["expected"] <= row["high"] or done == 0
        assert row["kind"] == ("procedure" if row["item"] in at_half.programme.procedures else "experience")


def test_verdicts_follow_the_interval(at_half: Cohort) -> None:
    rows = forecast_experience(at_half).set_index("item")
    assert rows.loc["arterial_line", "verdict"].eq("").all()
    assert rows.loc["arterial_line", "probability"].isna().all()
    assert rows.loc["cvc", "verdict"].eq("unlikely").all()
    spinal = rows.loc["spinal"]
    for row in spinal.to_dict("records"):
        said = "reached" if row["count"] >= 60 else "likely" if row["low"] >= 60 else "possible"
        said = "unlikely" if row["high"] < 60 else said
        assert row["verdict"] == said
        assert (row["probability"] >= 0.95) == (said in ("reached", "likely"))
    assert spinal["verdict"].nunique() >= 3


def test_nothing_is_forecast_in_the_first_month_or_after_the_last(few: Registrations) -> None:
    plan = with_targets(spinal=60)
    weeks = forecast_experience(analyse(few, plan, as_of="2024-09-14")).query("item == 'spinal'")
    assert weeks["months"].round(6).eq(round(14 / 30, 6)).all()
    assert weeks["verdict"].eq("too_early").all()
    over = forecast_experience(analyse(few, plan, as_of="2025-09-30")).query("item == 'spinal'")
    assert over["months"].eq(12).all()
    assert over["verdict"].isin(["reached", "not_reached"]).all()
    assert (over["verdict"] == "reached").tolist() == (over["count"] >= 60).tolist()
    for rows in (weeks, over):
        assert rows[["expected", "low", "high", "probability"]].isna().all(axis=None)


def test_early_forecasts_are_wide(few: Registrations) -> None:
    width = []
    for day in ("2024-10-15", "2024-12-31", "2025-02-28", "2025-07-31"):
        rows = forecast_experience(analyse(few, as_of=day))
        width.append(float((rows["high"] - rows["low"]).mean()))
    assert width == sorted(width, reverse=True)
    assert width[0] > 4 * width[3]


def test_lumps_are_the_ratio_of_a_loop() -> None:
    rng = np.random.default_rng(3)
    rows = [
        {"trainee": f"T{t}", "item": item, "month": month, "count": int(rng.poisson(3))}
        for t in range(12)
        for item in ("a", "b")
        for month in range(1, 13)
    ]
    squares = dict.fromkeys((1, 2, 3), 0.0)
    freedom = dict.fromkeys((1, 2, 3), 0)
    for size in squares:
        for t in range(12):
            months = [row["count"] for row in rows if row["trainee"] == f"T{t}" and row["item"] == "a"][:7]
            blocks = [sum(months[k : k + size]) for k in range(0, len(months) - size + 1, size)]
            mean = sum(blocks) / len(blocks)
            squares[size] += sum((block - mean) ** 2 / mean for block in blocks)
            freedom[size] += len(blocks) - 1
    own = max(1.0, squares[1] / freedom[1], squares[2] / freedom[2])
    freedom_of_three = 24  # 12 trainees, two blocks each: 12 by item, too few, so both items together
    assert freedom[3] * 2 == freedom_of_three
    found = month_to_month(pd.DataFrame(rows), pd.Series(7.4, index=[f"T{t}" for t in range(12)]))
    assert found["a"] >= own - 1e-12
    one = pd.DataFrame(rows).query("item == 'a'")
    alone = month_to_month(one, pd.Series(7.4, index=[f"T{t}" for t in range(12)]))
    assert alone["a"] == pytest.approx(own)


def test_months_are_those_of_the_calendar() -> None:
    started = pd.Series(pd.to_datetime(["2025-01-31", "2025-02-01", "2025-04-01"]))
    found = elapsed_months(started, pd.Timestamp("2025-02-28")).tolist()
    assert found == pytest.approx([1 + 1 / 31, 1.0, -1.0])


def test_confidence_is_checked(at_half: Cohort) -> None:
    with pytest.raises(InvalidParameter, match="confidence"):
        forecast_experience(at_half, confidence=1.0)
    narrow, wide = (forecast_experience(at_half, confidence=level) for level in (0.5, 0.99))
    assert (narrow["low"] >= wide["low"]).all()
    assert (narrow["high"] < wide["high"]).all()
