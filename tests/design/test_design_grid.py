"""Bracketed run lengths: the bounds enclose what is exact, and the estimates lie where other programs put them."""

from __future__ import annotations

import csv
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cusum import (
    BernoulliCusum,
    Criterion,
    Ewma,
    LearningCurveCusum,
    RiskAdjustedCusum,
    RiskAdjustedLearningCurveCusum,
    RiskAdjustedSequentialTest,
    StandardCusum,
    run_length,
)
from cusum.charts.walk import Walk
from cusum.design.equations import mean_by_equations
from cusum.design.grid import Chain, make_grid
from cusum.design.laws import ExcursionLaw
from cusum.design.scores import Scores
from cusum.design.steps import RiskSequence, case_mix
from cusum.errors import CusumError

DATA = Path(__file__).parent / "data"
MIX_FILE = Path(__file__).parent.parent / "reference" / "data" / "cardiac_case_mix.csv"
C = Criterion(acceptable=0.1, unacceptable=0.2)
FEW = settings(derandomize=True, deadline=None, max_examples=25)


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def cardiac_mix():
    table = rows(MIX_FILE)
    return np.repeat([float(r["pi1"]) for r in table], [round(1766 * float(r["fi"])) for r in table])


# ---- against exact answers ----------------------------------------------------------------------------------------


@FEW
@given(p0=st.floats(0.02, 0.4), times=st.floats(1.3, 2.2), limit=st.floats(0.3, 3.0), truth=st.floats(0.05, 0.9))
def test_bounds_enclose_the_exact_probability_and_mean(p0, times, limit, truth):
    criterion = Criterion(acceptable=p0, unacceptable=min(p0 * times, 0.95))
    for chart in (
        BernoulliCusum(criterion=criterion, limit=limit),
        LearningCurveCusum(criterion=criterion, limit=limit),
    ):
        exact = run_length(chart, failure_rate=truth)
        grid = run_length(chart, failure_rate=truth, method="grid", budget=0.02)
        for n in (1, 10, 60):
            low, high = grid.bounds(n)
            assert low - 1e-12 <= exact.signal_by(n) <= high + 1e-12
            assert low <= grid.signal_by(n) <= high
        low, value, high = grid.mean_bounds
        assert low * (1 - 1e-9) <= exact.mean <= high * (1 + 1e-9)
        assert low <= value <= high


@FEW
@given(share=st.floats(0.0, 0.9), rates=st.lists(st.floats(0.05, 0.9), min_size=2, max_size=25))
def test_bounds_enclose_learning_curves_and_head_starts(share, rates):
    chart = BernoulliCusum(criterion=C, limit=1.3, start=share * 1.3)
    exact = run_length(chart, failure_rate=rates)
    grid = run_length(chart, failure_rate=rates, method="grid", budget=0.02)
    for n in (1, len(rates), 30):
        low, high = grid.bounds(n)
        assert low - 1e-12 <= exact.signal_by(n) <= high + 1e-12


@pytest.mark.parametrize("truth", [0.2, 0.3, 0.4])
def test_bounds_of_two_boundaries_by_kind(truth):
    chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4))
    exact = run_length(chart, failure_rate=truth)
    grid = run_length(chart, failure_rate=truth, method="grid", budget=0.1)
    for kind in ("acceptable", "unacceptable"):
        low, high = grid.bounds(60, kind)
        assert low <= exact.signal_by(60, kind) <= high
    assert grid.mean_bounds.low <= exact.mean <= grid.mean_bounds.high < math.inf


@pytest.mark.parametrize("limit", [0.3, 0.693, 3.0])
def test_a_mix_of_one_risk_is_the_unadjusted_chart(limit):
    """Also with a limit below the largest score, and one that is almost a multiple of it."""
    p0 = 0.1
    criterion = Criterion(acceptable=p0, unacceptable=2 * p0 / (1 + p0))
    exact = run_length(BernoulliCusum(criterion=criterion, limit=limit), failure_rate=p0)
    found = run_length(RiskAdjustedCusum(odds_ratio=2.0, limit=limit), risk=[p0] * 7)
    assert found.method == "exact"
    assert found.mean == pytest.approx(exact.mean, rel=1e-9)


def test_near_tie():
    """p0 = 0.2, odds ratio 3, h = 3: 11 failures and 16 successes miss the limit by 1.5e-5."""
    chart = RiskAdjustedCusum(odds_ratio=3.0, limit=3.0)
    assert run_length(chart, risk=[0.2]).mean == pytest.approx(230.2246, abs=5e-5)
    low, value, high = run_length(chart, risk=[0.2], method="grid").mean_bounds
    assert low <= 230.22458 <= high
    assert high - low < 3  # a grid cannot tell which side of the limit that is, and says so
    assert low <= value <= high


def test_a_class_whose_score_falls_on_a_grid_point_is_not_lost():
    """Half of the cases all but never fail: their score is all but 0."""
    mixed = run_length(RiskAdjustedCusum(odds_ratio=2.0, limit=2.0), risk=[1e-12, 0.2]).mean
    criterion = Criterion(acceptable=0.2, unacceptable=1 / 3)
    alone = run_length(BernoulliCusum(criterion=criterion, limit=2.0), failure_rate=0.2).mean
    assert mixed == pytest.approx(2 * alone, rel=2e-4)


# ---- against enumeration ------------------------------------------------------------------------------------------


def by_enumeration(chart, supposed, true):
    """P(first signal by each case), all outcomes through the chart."""
    first = np.zeros(len(true) + 1)
    for outcomes in itertools.product((0, 1), repeat=len(true)):
        case = chart.run(outcomes, risk=supposed).first()
        if case is not None:
            first[case] += np.prod(np.where(outcomes, true, 1 - true))
    return np.cumsum(first[1:])


RISKS = np.array([0.1, 0.4, 0.25, 0.05, 0.6, 0.3, 0.5, 0.2, 0.45])


@pytest.mark.parametrize(
    "chart",
    [
        RiskAdjustedCusum(odds_ratio=2.0, limit=1.1),
        RiskAdjustedCusum(odds_ratio=0.5, limit=0.6, start=0.2),
        RiskAdjustedLearningCurveCusum(odds_ratio=3.0, limit=0.9),
        RiskAdjustedSequentialTest(odds_ratio=3.0, alpha=0.3, beta=0.3),
    ],
    ids=["deterioration", "improvement", "learning", "sequential"],
)
def test_risks_in_order_are_exact(chart):
    true = 1.5 * RISKS / (1 - RISKS + 1.5 * RISKS)
    result = run_length(chart, risk=RiskSequence(RISKS), odds_ratio=1.5)
    assert result.method == "exact"
    found = result.signal_by(np.arange(1, RISKS.size + 1))
    np.testing.assert_allclose(found, by_enumeration(chart, RISKS, true), atol=1e-13)
    with pytest.raises(CusumError, match="horizon"):
        result.signal_by(RISKS.size + 1)


@pytest.mark.parametrize("below", [None, 0.15], ids=["one limit", "two limits"])
def test_bounds_of_an_ewma(below):
    chart = Ewma(weight=0.2, limit=0.25, improvement_limit=below, after_signal="stop")
    result = run_length(chart, risk=RiskSequence(RISKS), tolerance=1e-4)
    exact = by_enumeration(chart, RISKS, RISKS)
    for n in range(1, RISKS.size + 1):
        low, high = result.bounds(n)
        assert low - 1e-12 <= exact[n - 1] <= high + 1e-12


# ---- against simulation and other programs ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chart", "given"),
    [
        (RiskAdjustedCusum(odds_ratio=2.0, limit=2.0), {"risk": [0.02, 0.1, 0.3]}),
        (RiskAdjustedLearningCurveCusum(odds_ratio=2.0, limit=1.0), {"risk": [0.1, 0.3], "odds_ratio": 2.0}),
        (RiskAdjustedSequentialTest(odds_ratio=3.0), {"risk": [0.1, 0.3]}),
        (Ewma(weight=0.1, target=0.1, limit=0.2), {"failure_rate": 0.12}),
        (Ewma(weight=0.1, limit=0.15, improvement_limit=0.12), {"risk": [0.1, 0.3]}),
    ],
    ids=["cusum", "lc_cusum", "sequential", "ewma", "ewma_two_limits"],
)
def test_simulation_agrees(chart, given):
    grid = run_length(chart, **given, budget=0.1)
    simulated = run_length(chart, **given, method="simulation", seed=11, replicates=20_000)
    assert abs(grid.mean - simulated.mean) <= 4 * simulated.standard_error
    for n in (20, 60):
        expected = grid.signal_by(n)
        error = math.sqrt(max(expected * (1 - expected), 1e-4) / 20_000)
        assert abs(expected - simulated.signal_by(n)) <= 4 * error


ARL = {
    "-".join(r[key] for key in ("h", "RA", "RQ", "scaling")): r
    for r in rows(DATA / "cardiac_arl.csv")
    if r["pmix"] == "model" and r["scaling"] in ("600", "4000")
}


@pytest.mark.parametrize("name", list(ARL))
def test_cardiac_means(name):
    """Theirs is low by about 1 in 1000 at 600 states per unit; ours is bracketed."""
    row = ARL[name]
    chart = RiskAdjustedCusum(odds_ratio=float(row["RA"]), limit=float(row["h"]))
    low, value, high = run_length(chart, risk=cardiac_mix(), odds_ratio=float(row["RQ"]), budget=0.25).mean_bounds
    short = 1 - float(row["ARL"]) / value
    assert -1e-5 < short < (4e-3 if row["scaling"] == "600" else 3e-4)
    assert high / low - 1 < 0.02


def test_cardiac_mean_extrapolated():
    """Their means at 2000 and 4000 states per unit, extrapolated, lie within our bounds."""
    theirs = {
        int(r["scaling"]): float(r["ARL"])
        for r in rows(DATA / "cardiac_arl.csv")
        if r["h"] == "4.5" and r["RA"] == "2.0" and r["RQ"] == "1.0" and r["pmix"] == "model"
    }
    low, value, high = run_length(RiskAdjustedCusum(odds_ratio=2.0, limit=4.5), risk=cardiac_mix()).mean_bounds
    limit = 2 * theirs[4000] - theirs[2000]
    assert low < limit < high
    assert value == pytest.approx(limit, rel=1e-4)


@pytest.mark.parametrize(
    "row", rows(DATA / "counting_cusum_arl.csv"), ids=lambda r: f"{r['p0']}-{r['contl']}-{r['prob_true'][:5]}"
)
def test_counting_cusum(row):
    walk = Walk(floor=0.0, upper=float(row["contl"]))
    scores = Scores(-float(row["refv"]), 1 - float(row["refv"]))
    mean = ExcursionLaw(walk, scores, float(row["prob_true"])).mean().value
    assert mean == pytest.approx(float(row["ANSS"]), rel=1e-10)


# ---- what is refused ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chart", "given", "match"),
    [
        (RiskAdjustedCusum(limit=2.0), {"failure_rate": 0.1}, "risk"),
        (RiskAdjustedCusum(limit=2.0), {}, "neither"),
        (BernoulliCusum(criterion=C, limit=2.0), {"failure_rate": 0.1, "risk": [0.1]}, "both"),
        (RiskAdjustedCusum(limit=2.0), {"risk": [0.1, 1.2]}, "1.2"),
        (RiskAdjustedCusum(limit=2.0), {"risk": [0.1, 0.2], "method": "exact"}, "exact"),
        (RiskAdjustedCusum(limit=2.0), {"risk": [0.1], "odds_ratio": -1.0}, "odds_ratio"),
        (BernoulliCusum(criterion=C, limit=2.0), {"failure_rate": 0.1, "method": "guess"}, "method"),
        (BernoulliCusum(criterion=C, limit=2.0), {"failure_rate": 0.1, "method": "simulation"}, "seed"),
    ],
)
def test_refusals(chart, given, match):
    with pytest.raises(CusumError, match=match):
        run_length(chart, **given)


def test_an_unadjusted_chart_takes_a_mix_as_its_mean_rate():
    chart = BernoulliCusum(criterion=C, limit=2.0)
    assert run_length(chart, risk=[0.05, 0.15]).mean == pytest.approx(
        run_length(chart, failure_rate=0.1).mean, rel=1e-12
    )


def test_cycles_and_linear_equations_agree():
    """Two ways to the mean on a grid: the bounds of the cycles lie within those of the Toeplitz equations."""
    chart = RiskAdjustedCusum(odds_ratio=2.0, limit=2.0)
    steps = case_mix(chart, [0.02, 0.1, 0.3], 1.5)
    grid = make_grid(chart.walk, steps, 4000)
    least, value, most = (mean_by_equations(Chain(grid, steps, way)) for way in ("up", "split", "down"))
    low, estimate, high = run_length(chart, risk=[0.02, 0.1, 0.3], odds_ratio=1.5).mean_bounds
    assert least < low < high < most
    assert estimate == pytest.approx(value, rel=5e-4)
