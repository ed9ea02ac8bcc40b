"""Departments beside each other: every number against a plain count, an enumeration or a simulation."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, poisson

from cusum import compare_departments, fit_risk_model
from cusum.errors import InvalidData, InvalidParameter
from cusum.models import funnel_limits
from cusum.models.failure_counts import INTERVALS, count_distribution, interpolated_count, ratio_interval
from cusum.models.funnel import count_limits, excess_spread
from cusum.models.suppression import too_small

RISKS = st.lists(st.floats(0.01, 0.9), min_size=1, max_size=9)


def by_enumeration(risk):
    """Probability of each number of failures, from every way in which they can fall."""
    shape = np.zeros(len(risk) + 1)
    for outcome in product([0, 1], repeat=len(risk)):
        shape[sum(outcome)] += np.prod([p if y else 1 - p for y, p in zip(outcome, risk, strict=True)])
    return shape


@settings(max_examples=60, deadline=None)
@given(RISKS)
def test_the_number_of_failures_is_that_of_every_way_to_fail(risk):
    np.testing.assert_allclose(count_distribution(risk), by_enumeration(risk), atol=1e-14)


@pytest.mark.parametrize("n", [1, 31, 32, 33, 64, 65, 1000, 3001])
def test_equal_risks_are_binomial(n):
    shape = count_distribution(np.full(n, 0.13))
    assert shape.shape == (n + 1,)
    np.testing.assert_allclose(shape, binom.pmf(np.arange(n + 1), n, 0.13), rtol=1e-8, atol=1e-300)


@settings(max_examples=80, deadline=None)
@given(RISKS, st.sampled_from([0.001, 0.025, 0.5, 0.9, 0.975, 0.999]))
def test_interpolation_as_the_paper_defines_it(risk, probability):
    cumulative = np.cumsum(by_enumeration(risk))
    r = next(k for k in range(len(cumulative)) if cumulative[k] >= probability - 1e-12)
    before = cumulative[r - 1] if r else 0.0
    limit = r - (cumulative[r] - probability) / (cumulative[r] - before)
    assert interpolated_count(cumulative, probability) == (pytest.approx(limit), r)


def test_funnel_limits_follow_the_binomial_distribution():
    made = funnel_limits(np.arange(1, 300, 7), 0.2, limits=[0.998, 0.95])
    assert made["limit"].unique().tolist() == [0.95, 0.998]
    for row in made.itertuples():
        for side, p in ((row.low, (1 - row.limit) / 2), (row.high, (1 + row.limit) / 2)):
            r = int(binom.ppf(p, row.cases, 0.2))
            mass = binom.pmf(r, row.cases, 0.2)
            exact = (r - (binom.cdf(r, row.cases, 0.2) - p) / mass) / row.cases
            assert side == pytest.approx(max(exact, 0.0), abs=1e-9)
    assert (made["low"] <= 0.2).all()
    wide, narrow = made[made["limit"] == 0.998], made[made["limit"] == 0.95]
    assert (wide["high"].to_numpy() > narrow["high"].to_numpy()).all()


def test_many_cases_make_the_limits_normal():
    exact, normal = (funnel_limits([100_000], 0.1, method=method) for method in ("exact", "normal"))
    np.testing.assert_allclose(exact[["low", "high"]], normal[["low", "high"]], atol=2e-5)


@pytest.mark.parametrize("observed", [0, 1, 7, 20])
def test_exact_limits_are_clopper_and_pearsons_and_garwoods(observed):
    low, high = ratio_interval(observed, [0.15] * 20, confidence=0.9)
    exact = binomtest(observed, 20).proportion_ci(0.9)
    assert (low * 0.15, high * 0.15) == pytest.approx((exact.low, exact.high), abs=1e-9)
    low, high = ratio_interval(observed, [0.15] * 20, interval="poisson")
    assert poisson.sf(observed - 1, low * 3) == pytest.approx(0.025 if observed else 1.0)
    assert poisson.cdf(observed, high * 3) == pytest.approx(0.025)


@settings(max_examples=40, deadline=None)
@given(RISKS, st.data())
def test_limits_with_risks_are_where_the_tails_are(risk, data):
    observed = data.draw(st.integers(0, len(risk)))
    low, high = ratio_interval(observed, risk)
    odds = np.array(risk) / (1 - np.array(risk))

    def shape_at(mean):
        """Shift all odds alike until so many failures are expected."""
        lowest, highest = -60.0, 60.0
        for _ in range(200):
            middle = (lowest + highest) / 2
            total = (odds * np.exp(middle) / (1 + odds * np.exp(middle))).sum()
            lowest, highest = (middle, highest) if total < mean else (lowest, middle)
        return by_enumeration(odds * np.exp(middle) / (1 + odds * np.exp(middle)))

    if observed:
        assert shape_at(low * sum(risk))[observed:].sum() == pytest.approx(0.025, abs=1e-6)
    else:
        assert low == 0
    if observed < len(risk):
        assert shape_at(high * sum(risk))[: observed + 1].sum() == pytest.approx(0.025, abs=1e-6)
    else:
        assert high == pytest.approx(len(risk) / sum(risk))


def test_coverage_of_the_limits_of_the_ratio():
    """Forty cases of four risks whose odds are doubled: exactly how often 95% limits hold the true ratio.

    exact 0.969, mid-p 0.952, poisson and poisson mid-p 0.990 at these risks.
    """
    risk = np.repeat([0.03, 0.08, 0.2, 0.35], 10)
    true = 2 * risk / (1 + risk)
    shape, ratio = count_distribution(true), true.sum() / risk.sum()
    coverage = {}
    for interval in INTERVALS:
        limits = [ratio_interval(k, risk, interval=interval) for k in range(41)]
        coverage[interval] = sum(p for p, (low, high) in zip(shape, limits, strict=True) if low <= ratio <= high)
    assert coverage["exact"] >= 0.95
    assert coverage["poisson"] >= coverage["exact"]
    assert 0.93 <= coverage["mid-p"] <= coverage["exact"]
    assert coverage["poisson mid-p"] <= coverage["poisson"]


def draw(rates, sizes, seed):
    """Draw departments of given rates and sizes, in mixed order."""
    rng = np.random.default_rng(seed)
    parts = [
        pd.DataFrame({"department": f"D{k:02d}", "failure": rng.random(n) < rate})
        for k, (rate, n) in enumerate(zip(rates, sizes, strict=True))
    ]
    return pd.concat(parts).sample(frac=1, random_state=seed, ignore_index=True)


def test_departments_are_counted_and_stand_in_order_of_name():
    table = draw([0.1, 0.3, 0.2], [50, 40, 60], 1)
    compared = compare_departments(table)
    rows = compared.table
    assert rows["department"].tolist() == ["D00", "D01", "D02"]
    counted = table.groupby("department")["failure"].agg(["size", "sum"])
    assert rows["cases"].tolist() == counted["size"].tolist()
    assert rows["failures"].tolist() == counted["sum"].tolist()
    assert compared.overall == table["failure"].mean()
    np.testing.assert_allclose(rows["expected"], rows["cases"] * compared.overall)
    np.testing.assert_allclose(rows["position"], rows["rate"])
    np.testing.assert_allclose(rows["adjusted_rate"], rows["rate"])
    own = funnel_limits(rows["cases"].to_numpy(), compared.overall, limits=[0.95])
    np.testing.assert_allclose(rows["low_95"], own["low"], atol=1e-10)
    np.testing.assert_allclose(rows["high_95"], own["high"], atol=1e-10)
    shuffled = compare_departments(table.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(shuffled.table, rows)


def test_those_outside_are_told_and_on_which_side():
    table = draw([0.1, 0.5, 0.1, 0.001], [100, 100, 100, 400], 3)
    compared = compare_departments(table, expected=0.1, limits=[0.998, 0.95])
    rows = compared.table
    assert rows["side"].tolist() == ["", "above", "", "below"]
    assert rows["beyond"].tolist()[1::2] == [0.998, 0.998]
    assert np.isnan(rows["beyond"][0])
    assert compared.outside["observed"].tolist() == [2, 2]
    assert compared.centre == 0.1
    assert "2 outside 95% (" in repr(compared)
    n, y = rows.loc[1, ["cases", "failures"]]
    assert rows.loc[1, "tail"] == pytest.approx(binom.sf(y - 1, n, 0.1), rel=1e-6)


def test_the_number_expected_outside_is_what_simulation_shows():
    """Forty departments, some very small, all at the stated rate: 60 cohorts."""
    sizes = [6, 9, 14, 25, 40, 60, 90, 150] * 5
    shown = [compare_departments(draw([0.12] * 40, sizes, seed), expected=0.12).outside for seed in range(60)]
    observed = np.array([outside["observed"] for outside in shown])
    expected = shown[0]["expected"].to_numpy()
    assert (expected > 0).all()
    error = observed.std(axis=0, ddof=1) / np.sqrt(len(shown))
    assert (np.abs(observed.mean(axis=0) - expected) < 3.5 * error).all()
    assert shown[0]["nominal"].tolist() == pytest.approx([2.0, 0.08])


def test_case_mix_explains_what_it_explains():
    """Two departments with different patients and no other difference: outside by rate, inside by ratio."""
    rng = np.random.default_rng(4)
    hard = np.repeat([True, False], 600)
    table = pd.DataFrame({"department": np.where(hard, "B", "A"), "risk": np.where(hard, 0.3, 0.05)})
    table["risk"] += rng.uniform(-0.04, 0.04, len(table))
    table["failure"] = rng.random(len(table)) < table["risk"]
    plain = compare_departments(table).table
    assert plain["side"].tolist() == ["below", "above"]
    adjusted = compare_departments(table, expected="risk")
    assert adjusted.table["side"].tolist() == ["", ""]
    assert (adjusted.adjusted, adjusted.centre) == (True, 1.0)
    np.testing.assert_allclose(adjusted.table["ratio"], adjusted.table["position"])
    np.testing.assert_allclose(adjusted.table["adjusted_rate"], adjusted.table["ratio"] * table["risk"].mean())
    stated = compare_departments(table, expected=0.1).table  # nothing to adjust for
    np.testing.assert_allclose(stated["adjusted_rate"], stated["rate"])
    same = compare_departments(table, expected=table["risk"].to_numpy()).table
    pd.testing.assert_frame_equal(same, adjusted.table)
    for row in adjusted.table.itertuples():
        risk = table.loc[table["department"] == row.department, "risk"]
        low, high, _ = count_limits(count_distribution(risk), 0.95)
        assert (row.low_95, row.high_95) == pytest.approx((low / risk.sum(), high / risk.sum()))


def test_a_risk_model_is_asked_and_says_if_it_knows_the_cases():
    table = draw([0.2, 0.25], [150, 150], 5).assign(age=lambda t: np.arange(len(t)) % 60)
    model = fit_risk_model(table, covariates="age")
    compared = compare_departments(table, expected=model)
    np.testing.assert_allclose(compared.table["expected"].sum(), table["failure"].sum())
    assert compared.notes[0].startswith("300 of 300 cases were used to fit the risk model")
    assert model.fitted_on[:12] in compared.parameters["expected"]
    other = draw([0.2], [50], 6).assign(age=70)
    assert compare_departments(other, expected=model).notes == ()


def test_the_funnel_has_the_case_mix_of_all():
    table = draw([0.2, 0.2], [80, 30], 7).assign(risk=lambda t: np.linspace(0.05, 0.4, len(t)))
    compared = compare_departments(table, expected="risk", limits=[0.95])
    funnel = compared.limits
    assert funnel["cases"].is_monotonic_increasing
    assert funnel["cases"].iloc[0] == 1
    last = int(funnel["cases"].iloc[-1])
    assert last >= 89
    assert funnel["expected"].iloc[-1] >= compared.table["expected"].max()
    row = funnel[funnel["cases"] == last].iloc[0]
    risk = np.quantile(table["risk"], (np.arange(last) + 0.5) / last)
    low, high, _ = count_limits(count_distribution(risk), 0.95)
    assert (row["low"], row["high"]) == pytest.approx((low / risk.sum(), high / risk.sum()))
    plain = compare_departments(table, limits=[0.95])
    made = funnel_limits(plain.limits["cases"].to_numpy(), plain.overall, limits=[0.95])
    np.testing.assert_allclose(plain.limits[["low", "high"]], made[["low", "high"]], atol=1e-9)


def test_overdispersion_is_estimated_and_widens_the_limits():
    """Rates that differ with standard deviation 0.04 at 400 cases each: the factor is 1 + 399 x 0.0016 / 0.16 = 5."""
    rng = np.random.default_rng(8)
    factors = []
    for seed in range(30):
        rates = rng.normal(0.2, 0.04, 40).clip(0.02, 0.5)
        compared = compare_departments(draw(rates, [400] * 40, seed), expected=0.2, overdispersion=True, winsorise=0.0)
        factors.append(compared.overdispersion.factor)
    assert np.mean(factors) == pytest.approx(5.0, abs=0.6)
    plain = compare_departments(draw(rates, [400] * 40, 29), expected=0.2)
    root = np.sqrt(factors[-1])
    np.testing.assert_allclose(compared.table["high_95"] - 0.2, root * (plain.table["high_95"] - 0.2))
    np.testing.assert_allclose(compared.limits["low"], np.maximum(0.2 + root * (plain.limits["low"] - 0.2), 0))
    assert compared.outside["observed"][0] < plain.outside["observed"][0]
    assert compared.outside["expected"].tolist() == compared.outside["nominal"].tolist()
    assert compared.notes[-1].startswith("Limits are widened for overdispersion: factor")


def test_no_overdispersion_leaves_the_limits_alone():
    table = draw([0.2] * 12, [100] * 12, 9)
    even = table.assign(failure=table.groupby("department").cumcount() % 5 == 0)
    compared = compare_departments(even, overdispersion=True)
    assert (compared.overdispersion.applied, compared.overdispersion.factor) == (False, pytest.approx(0, abs=1e-12))
    pd.testing.assert_frame_equal(compared.table, compare_departments(even).table)
    assert "no more than by chance" in compared.notes[0]


def test_winsorising_pulls_the_outermost_in():
    assert excess_spread(np.arange(-5, 6), winsorise=0.2) == (np.mean([9, 9, 9, 4, 1, 0, 1, 4, 9, 9, 9]), 2, True)
    assert excess_spread([100.0, 0.5, -0.5]).winsorised == 0
    with pytest.raises(InvalidParameter, match=r"winsorise is 0\.5"):
        excess_spread([1.0, 2.0], winsorise=0.5)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=8), st.integers(1, 6))
def test_nothing_small_is_shown_or_follows_from_totals(counts, smallest):
    failures = np.array([y for y, _ in counts])
    successes = np.array([s for _, s in counts])
    hidden = too_small(failures + successes, failures, smallest)
    for y, s, gone in zip(failures, successes, hidden, strict=True):
        small = any(0 < value < smallest for value in (y, s, y + s))
        assert gone or not small
    if hidden.any() and not hidden.all():
        assert hidden.sum() >= 2
        assert failures[hidden].sum() >= smallest
        assert successes[hidden].sum() >= smallest
    if smallest == 1:
        assert not hidden.any()


def test_what_is_published_hides_the_same_rows_everywhere():
    table = draw([0.2, 0.2, 0.04, 0.3], [200, 150, 60, 90], 10)
    compared = compare_departments(table)
    assert 0 < compared.table["failures"][2] < 5
    shown = compared.for_publication()
    assert shown["suppressed"].sum() == 2
    assert shown.loc[shown["suppressed"]].drop(columns=["department", "suppressed"]).isna().all(axis=None)
    kept = ~shown["suppressed"]
    np.testing.assert_allclose(shown.loc[kept, "rate"], compared.table.loc[kept, "rate"])
    assert not {"low_95", "score", "tail", "position"} & set(shown.columns)
    assert compared.table["failures"].notna().all()  # the comparison itself is as before
    everything = compare_departments(table, smallest=1).for_publication()
    assert not everything["suppressed"].any()


def test_one_line_and_a_page_name_what_they_hold():
    compared = compare_departments(draw([0.2, 0.2], [60, 70], 11), limits=[0.9])
    assert repr(compared).startswith("<DepartmentComparison: 2 by department, 130 cases; ")
    assert "<table" in compared._repr_html_()
    assert compared.parameters["expected"] == "overall rate"


def test_one_department_and_one_case():
    compared = compare_departments(pd.DataFrame({"department": ["A"], "failure": [1]}), expected=0.3)
    row = compared.table.iloc[0]
    assert (row["cases"], row["failures"]) == (1, 1)
    assert row["ratio_high"] == pytest.approx(1 / 0.3)
    assert np.isfinite(compared.limits.to_numpy()).all()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.drop(columns="department"), "no column 'department'"),
        (lambda t: t.drop(columns="failure"), "no column 'failure'"),
        (lambda t: t.assign(department=["", *t["department"][1:]]), "department is missing in 1 of 20 cases"),
        (
            lambda t: t.assign(failure=t["failure"].astype("boolean").mask(t.index < 3)),
            "failure is missing in 3 of 20 cases; .* only counted is no case",
        ),
        (lambda t: t.head(0), "the table has no case"),
        (lambda t: t.assign(failure=False), "the overall failure rate is 0; .* Give the rate"),
    ],
    ids=["department", "outcome", "name", "counted only", "empty", "no failure"],
)
def test_tables_that_cannot_be_compared_are_refused(change, told):
    table = draw([0.5, 0.5], [10, 10], 12)
    with pytest.raises(InvalidData, match=told):
        compare_departments(change(table))


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"limits": []}, "limits is empty"),
        ({"limits": [1.5]}, r"limits is 1\.5"),
        ({"interval": "wald"}, "interval is 'wald'; expected one of exact"),
        ({"confidence": 0}, "confidence is 0"),
        ({"smallest": 0}, "smallest is 0"),
        ({"expected": 1.2}, r"expected is 1\.2"),
        ({"expected": "hope"}, "no column 'hope'; expected the expected risks"),
        ({"expected": [0.1] * 19}, r"risk has shape \(19,\)"),
        ({"expected": [0.1] * 19 + [1.0]}, r"risk is 1\.0 at case 20"),
        ({"overdispersion": True, "winsorise": -0.1}, r"winsorise is -0\.1"),
    ],
    ids=["none", "limit", "interval", "confidence", "smallest", "rate", "column", "length", "risk", "winsorise"],
)
def test_impossible_parameters_are_refused(options, told):
    with pytest.raises((InvalidData, InvalidParameter), match=told):
        compare_departments(draw([0.5, 0.5], [10, 10], 13), **options)


def test_impossible_funnels_are_refused():
    for cases in ([0], [1.5], [], 7):
        with pytest.raises(InvalidParameter, match=r"cases is .*expected whole numbers of at least 1"):
            funnel_limits(cases, 0.1)
    with pytest.raises(InvalidParameter, match="rate is 0"):
        funnel_limits([10], 0)
    with pytest.raises(InvalidParameter, match="method is 'wilson'"):
        funnel_limits([10], 0.1, method="wilson")
    for observed, risk in ((3, [0.1, 0.2]), (-1, [0.1]), (0, [])):
        with pytest.raises(InvalidData, match=f"{observed} failures in {len(risk)} cases"):
            ratio_interval(observed, risk)


def test_every_pair_of_hidden_departments_keeps_its_secret():
    """Of 10 departments, with any two made small: totals less what is shown never give one department's number."""
    for pair in combinations(range(10), 2):
        failures = np.full(10, 20)
        failures[list(pair)] = 1
        hidden = too_small(np.full(10, 100), failures, 5)
        assert hidden.sum() == 3
        assert hidden[list(pair)].all()
