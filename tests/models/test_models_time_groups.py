"""Groups, horizons, calendar time and those who left: against statsmodels, plain loops and a published trial."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import CumIncidenceRight, survdiff

from cusum import time_to_competence
from cusum.errors import InvalidData, InvalidParameter

# Weeks of remission, 21 patients with 6-MP (0: censored) and 21 with placebo. Freireich and others, Blood
# 1963;21:699-716, as printed in most textbooks of survival analysis with a log-rank statistic of 16.79.
SIX_MP = [(6, 1), (6, 1), (6, 1), (6, 0), (7, 1), (9, 0), (10, 1), (10, 0), (11, 0), (13, 1), (16, 1), (17, 0), (19, 0)]
SIX_MP += [(20, 0), (22, 1), (23, 1), (25, 0), (32, 0), (32, 0), (34, 0), (35, 0)]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def table_of(rows, **columns):
    """Make crossings of (cases at crossing or at the end, crossed)."""
    return pd.DataFrame(
        {
            "cases": [n for n, _ in rows],
            "crossed": [bool(crossed) for _, crossed in rows],
            "case": pd.array([n if crossed else None for n, crossed in rows], dtype="Int64"),
        }
    ).assign(**columns)


def remissions():
    """Both arms of the trial."""
    placebo = table_of([(n, 1) for n in PLACEBO], arm="placebo")
    return pd.concat([table_of(SIX_MP, arm="6-MP"), placebo], ignore_index=True)


def test_log_rank_of_the_published_trial():
    statistic, freedom, p = time_to_competence(remissions(), by="arm").log_rank
    assert statistic == pytest.approx(16.79, abs=0.005)
    assert freedom == 1
    assert p == pytest.approx(4.17e-5, rel=0.01)


waits = st.lists(st.tuples(st.integers(1, 25), st.booleans(), st.sampled_from("abc")), min_size=4, max_size=40)


@settings(max_examples=40, deadline=None)
@given(waits)
def test_log_rank_agrees_with_statsmodels_and_with_sums(rows):
    table = table_of([row[:2] for row in rows], department=[row[2] for row in rows])
    found = time_to_competence(table, by="department").log_rank
    names = sorted(set(table["department"]))
    if len(names) < 2 or not table["crossed"].any():
        assert found is None
        return
    codes = table["department"].map(names.index).to_numpy()
    try:
        statistic, p = survdiff(table["cases"].to_numpy(), table["crossed"].to_numpy().astype(int), codes)
    except np.linalg.LinAlgError:
        assert found is None
        return
    assert found[0] == pytest.approx(statistic, abs=1e-12)
    assert found[2] == pytest.approx(p, abs=1e-12)
    if len(names) == 2:
        assert found[0] == pytest.approx(plain_log_rank(rows, names[0]), abs=1e-8)


def plain_log_rank(rows, name):
    """Observed less expected, squared, by its hypergeometric variance."""
    difference = variance = 0.0
    for time in sorted({n for n, crossed, _ in rows if crossed}):
        n = sum(m >= time for m, _, _ in rows)
        own = sum(m >= time and g == name for m, _, g in rows)
        d = sum(m == time and crossed for m, crossed, _ in rows)
        difference += sum(m == time and crossed and g == name for m, crossed, g in rows) - d * own / n
        variance += d * own / n * (1 - own / n) * (n - d) / (n - 1) if n > 1 else 0.0
    return difference**2 / variance if variance else 0.0


@settings(max_examples=40, deadline=None)
@given(waits, st.integers(2, 30))
def test_restricted_mean_against_a_plain_loop(rows, horizon):
    table = table_of([row[:2] for row in rows])
    found = time_to_competence(table, horizon=horizon).restricted_mean.iloc[0]
    surviving, mean, steps = 1.0, 0.0, []
    for week in range(horizon):
        n, d = sum(m >= week for m, _, _ in rows), sum(m == week and c for m, c, _ in rows)
        surviving *= 1 - d / n if n else 1.0
        mean += surviving
        steps.append((n, d, mean))
    variance = sum(
        (mean - before) ** 2 * d / (n * (n - d))
        for week, (n, d, _) in enumerate(steps)
        if 0 < d < n
        for before in [steps[week - 1][2] if week else 0.0]
    )
    assert found["mean"] == pytest.approx(mean, abs=1e-9)
    assert found["standard_error"] == pytest.approx(np.sqrt(variance), abs=1e-9)
    assert 0 <= found["low"] <= found["mean"] <= found["high"] <= horizon


def test_restricted_mean_of_complete_waits_is_the_mean():
    row = time_to_competence(table_of([(n, 1) for n in PLACEBO]), horizon=40).restricted_mean.iloc[0]
    assert row["mean"] == pytest.approx(np.mean(PLACEBO))
    assert row["standard_error"] == pytest.approx(np.std(PLACEBO) / np.sqrt(len(PLACEBO)))
    classical = stats.t.interval(0.95, len(PLACEBO) - 1, np.mean(PLACEBO), stats.sem(PLACEBO))
    assert row[["low", "high"]].tolist() == pytest.approx(classical)


def test_restricted_mean_is_hardly_bounded_where_at_most_one_has_crossed():
    row = time_to_competence(table_of([(3, 1), (9, 0), (8, 0)]), horizon=8).restricted_mean.iloc[0]
    assert row[["low", "high"]].tolist() == [0, 8]


def test_limits_of_the_restricted_mean_cover_with_fifteen_trainees():
    rng = np.random.default_rng(8)
    truth, held = sum(0.96**k for k in range(40)), []
    for _ in range(300):
        cross, end = rng.geometric(0.04, 15), np.maximum(rng.integers(10, 90, 15), [40] * 3 + [0] * 12)
        rows = list(zip(np.minimum(cross, end).tolist(), (cross <= end).tolist(), strict=True))
        mean = time_to_competence(table_of(rows), horizon=40).restricted_mean.iloc[0]
        held.append(mean["low"] <= truth <= mean["high"])
    assert 0.925 <= np.mean(held) <= 0.99


def test_horizon_is_where_every_group_is_still_watched():
    assert time_to_competence(remissions(), by="arm").restricted_mean["horizon"].tolist() == [23, 23]


def test_only_those_who_crossed_is_lower_and_labelled():
    result = time_to_competence(table_of(SIX_MP))
    row = result.only_crossed.iloc[0]
    assert (row["crossed"], row["left_out"]) == (9, 12)
    assert row["mean_of_those_who_crossed"] == pytest.approx(109 / 9)
    assert row["mean_of_those_who_crossed"] < result.restricted_mean["mean"].iloc[0]
    assert row["note"].startswith("biased")


endings = st.lists(
    st.tuples(st.integers(1, 15), st.sampled_from(["crossed", "left", "waiting"])), min_size=2, max_size=40
)


@settings(max_examples=40, deadline=None)
@given(endings)
def test_incidence_against_a_plain_loop(rows):
    table = table_of([(n, how == "crossed") for n, how in rows], left=[how == "left" for _, how in rows])
    found = time_to_competence(table).incidence
    surviving, shares = 1.0, {"crossed": 0.0, "left": 0.0}
    for time in range(1, 16):
        n = sum(m >= time for m, _ in rows)
        ends = {how: sum(m == time and how == h for m, h in rows) for how in shares}
        for how in shares:
            shares[how] += surviving * ends[how] / n if n else 0.0
        surviving *= 1 - sum(ends.values()) / n if n else 1.0
        for how, share in shares.items():
            curve = found[(found["ending"] == how) & (found["time"] <= time)]
            assert curve["share"].iloc[-1] == pytest.approx(share, abs=1e-9)
    assert ((found["low"] <= found["share"] + 1e-9) & (found["share"] <= found["high"] + 1e-9)).all()


def test_standard_errors_of_the_incidence_agree_with_statsmodels():
    rng = np.random.default_rng(2)
    time, how = rng.integers(1, 20, 50), rng.integers(0, 3, 50)
    how[time == time.max()] = 0  # statsmodels divides by zero where everybody at risk ends at once
    table = table_of(list(zip(time.tolist(), (how == 1).tolist(), strict=True)), left=how == 2)
    found = time_to_competence(table).incidence
    reference = CumIncidenceRight(time, how)
    for k, ending in enumerate(["crossed", "left"]):
        own = found[(found["ending"] == ending) & (found["time"] > 0)]
        known = np.isin(reference.times, own["time"])
        assert known.sum() == len(own) > 5
        np.testing.assert_allclose(own["share"], reference.cinc[k][known], atol=1e-12)
        np.testing.assert_allclose(own["standard_error"], reference.cinc_se[k][known], atol=1e-9)


def test_leaving_as_censoring_overstates_the_share_that_crosses():
    rows = [(n, n % 3 == 0) for n in range(3, 33)]
    table = table_of(rows, left=[n % 3 == 1 for n, _ in rows])
    result = time_to_competence(table)
    shares = result.incidence.groupby("ending")["share"].max()
    assert shares["crossed"] < result.curve["share"].max()
    assert shares.sum() <= 1 + 1e-12


def test_incidence_limits_cover():
    rng = np.random.default_rng(5)
    held = []
    for _ in range(200):
        cross, leave, end = rng.geometric(0.04, 60), rng.geometric(0.02, 60), rng.integers(10, 60, 60)
        time = np.minimum(np.minimum(cross, leave), end)
        crossed = (cross == time) & (cross <= leave)
        table = table_of(list(zip(time.tolist(), crossed.tolist(), strict=True)), left=(leave == time) & ~crossed)
        curve = time_to_competence(table).incidence.query("ending == 'crossed' and time <= 25").iloc[-1]
        truth = sum(0.04 * ((1 - 0.04) * (1 - 0.02)) ** (k - 1) for k in range(1, 26))
        held.append(curve["low"] <= truth <= curve["high"])
    assert 0.915 <= np.mean(held) <= 0.985


def test_restricted_mean_and_median_limits_cover():
    rng = np.random.default_rng(6)
    held = []
    for _ in range(200):
        cross, end = rng.geometric(0.04, 80), rng.integers(10, 90, 80)
        time, crossed = np.minimum(cross, end), cross <= end
        result = time_to_competence(table_of(list(zip(time.tolist(), crossed.tolist(), strict=True))), horizon=40)
        mean, median = result.restricted_mean.iloc[0], result.median.iloc[0]
        truth = sum(0.96**k for k in range(40))
        held.append((mean["low"] <= truth <= mean["high"], median["low"] <= 17 <= median["high"]))
    mean, median = np.mean(held, axis=0)
    assert 0.915 <= mean <= 0.985
    assert 0.915 <= median <= 0.995  # the median of whole numbers is held somewhat more often


def test_days():
    table = table_of([(5, 1), (9, 0), (7, 1)]).assign(
        started_on=pd.to_datetime(["2024-09-01", "2024-09-01", "2024-10-01"]),
        crossed_on=pd.to_datetime(["2024-09-11", None, "2024-10-31"]),
        followed_to=pd.to_datetime(["2024-12-01", "2024-09-21", "2024-12-01"]),
    )
    result = time_to_competence(table, clock="days")
    assert result.curve["day"].tolist() == [0, 10, 20, 30]
    assert result.curve["share"].round(3).tolist() == [0, 0.333, 0.333, 1]
    assert result.clock == "days"
    assert "median 30 days" in repr(result)
    later = time_to_competence(table.drop(columns="followed_to"), clock="days", until=date(2024, 10, 11))
    assert later.curve["day"].tolist() == [0, 10, 30, 40]


def test_repr_and_html_say_what_was_compared():
    result = time_to_competence(remissions(), by="arm")
    assert "log-rank P 0.000" in repr(result)
    assert result._repr_html_().count("<table") == 2


def test_groups_keep_their_order():
    table = table_of([(5, 1), (6, 1), (7, 1)]).assign(month=[10, 9, 10])
    assert time_to_competence(table, by="month").median["group"].tolist() == ["9", "10"]


def test_refusals():
    table = table_of([(5, 1), (6, 0)])
    with pytest.raises(InvalidParameter, match="clock is 'weeks'; expected one of cases, days"):
        time_to_competence(table, clock="weeks")
    with pytest.raises(InvalidParameter, match="horizon is -1"):
        time_to_competence(table, horizon=-1)
    with pytest.raises(InvalidData, match="no column started_on"):
        time_to_competence(table, clock="days")
    dated = table.assign(started_on=pd.Timestamp("2024-09-01"), crossed_on=pd.Timestamp("2024-08-01"))
    with pytest.raises(InvalidData, match="waiting time is negative in row 1"):
        time_to_competence(dated, clock="days", until=date(2024, 12, 1))
    with pytest.raises(InvalidData, match="waiting time is missing in row 1"):
        time_to_competence(dated.assign(crossed_on=pd.NaT), clock="days", until=date(2024, 12, 1))
