"""Bounds by chords: against the mean over a case taken point by point, all sequences of scores, and exact answers."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from test_design_grid import cardiac_mix

from cusum import (
    BernoulliCusum,
    Criterion,
    Ewma,
    RiskAdjustedCusum,
    RiskAdjustedLearningCurveCusum,
    RiskAdjustedSequentialTest,
    run_length,
)
from cusum.charts.walk import Walk
from cusum.design.chords import Chords
from cusum.design.cycles import mean_by_cycles
from cusum.design.following import follow_chords
from cusum.design.grid import make_grid
from cusum.design.renewal import fewest_cases, mean_cases, minimal_residual
from cusum.design.steps import Steps, case_mix, steps_at_rates

SOME = settings(derandomize=True, deadline=None, max_examples=60)
FEW = settings(derandomize=True, deadline=None, max_examples=12, phases=[Phase.explicit, Phase.generate])

WALKS = {
    "floor": Walk(floor=0.0, upper=1.0),
    "two limits": Walk(lower=-0.6, upper=0.4),
    "fading": Walk(memory=0.7, upper=0.5),
    "fading between limits": Walk(memory=0.9, lower=-0.3, upper=0.45),
}


def looked_up(walk, grid, values, below, above, at):
    """A function that is straight between grid points, at any value of the statistic."""
    points = grid.base + grid.cell * np.arange(grid.points + 1)
    found = np.interp(at, points, values)
    found = np.where(at >= walk.upper - 1e-12, above, found)
    return found if walk.lower is None else np.where(at <= walk.lower + 1e-12, below, found)


# ---- one case ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
@SOME
@given(
    scores=st.lists(st.floats(-1.3, 1.3), min_size=1, max_size=9),
    points=st.integers(3, 12),
    seed=st.integers(0, 10**6),
    on_grid=st.booleans(),
    ends=st.tuples(st.sampled_from([0.0, 1.0, -0.4]), st.sampled_from([0.0, 1.0, 2.5])),
)
def test_one_case_lies_between_the_bounds_everywhere(walk, scores, points, seed, on_grid, ends):
    """Also for scores that fall on grid points or beyond both limits, for no score, and jagged functions."""
    rng = np.random.default_rng(seed)
    values = np.array(scores)
    steps = Steps(values, rng.dirichlet(np.ones(values.size)))
    grid = make_grid(walk, steps, points)
    if on_grid and walk.memory == 1:
        steps = Steps(np.rint(values / grid.cell) * grid.cell, steps.chances)
    function = rng.normal(size=points + 1)
    chords = Chords(grid, steps)
    below, above = ends
    within = np.sort(np.append(rng.uniform(0, points, 400), np.arange(points) + 0.5)) * grid.cell + grid.base
    after = walk.memory * within[:, None] + steps.values
    if walk.floor is not None:
        after = np.maximum(after, walk.floor)
    exact = looked_up(walk, grid, function, below, above, after) @ steps.chances
    grid_points = grid.base + grid.cell * np.arange(points + 1)
    low, high = (np.interp(within, grid_points, chords.bound(function, sign, below, above)) for sign in (-1, 1))
    assert (low <= exact + 1e-9).all()
    assert (exact <= high + 1e-9).all()


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS)
def test_the_tangent_is_the_bound_nearby(walk):
    rng = np.random.default_rng(3)
    steps = Steps(rng.uniform(-0.5, 0.5, 8), np.full(8, 0.125))
    chords = Chords(make_grid(walk, steps, 40), steps)
    function, change = rng.uniform(1, 2, 41), 1e-7 * rng.normal(size=41)
    for sign in (1, -1, 0):
        moved = chords.bound(function + change, sign) - chords.bound(function, sign)
        np.testing.assert_allclose(chords.tangent(function, sign)(change), moved, atol=1e-13)


def test_many_functions_at_once():
    rng = np.random.default_rng(4)
    steps = Steps(rng.uniform(-0.5, 0.5, 8), np.full(8, 0.125))
    chords = Chords(make_grid(WALKS["two limits"], steps, 30), steps)
    functions, sign = rng.normal(size=(3, 31)), np.array([[1], [-1], [0]])
    together = chords.bound(functions, sign, np.array([[0.0], [1.0], [0.0]]), np.array([[1.0], [0.0], [1.0]]))
    for k in range(3):
        alone = chords.bound(functions[k], int(sign[k, 0]), float(k == 1), float(k != 1))
        np.testing.assert_allclose(together[k], alone, atol=1e-14)


# ---- some cases ----------------------------------------------------------------------------------------------------


def counted(walk, steps, cases):
    """P(first signal at or before each case) by limit, every sum of scores in a dictionary."""
    now, found = {walk.start: 1.0}, np.zeros((cases, 2))
    for n in range(cases):
        after = defaultdict(float)
        for value, weight in now.items():
            for score, chance in zip(steps.values, steps.chances, strict=True):
                to = walk.memory * value + score
                if to >= walk.upper - 1e-9:
                    found[n, 1] += weight * chance
                elif walk.lower is not None and to <= walk.lower + 1e-9:
                    found[n, 0] += weight * chance
                else:
                    after[round(max(to, -math.inf if walk.floor is None else walk.floor), 12)] += weight * chance
        now = after
    return np.cumsum(found, axis=0)


CHARTS = [
    RiskAdjustedCusum(odds_ratio=2.0, limit=0.9),
    RiskAdjustedCusum(odds_ratio=2.0, limit=0.3),
    RiskAdjustedCusum(odds_ratio=2.0, limit=1.2, start=0.5),
    RiskAdjustedCusum(odds_ratio=0.5, limit=0.5),
    RiskAdjustedLearningCurveCusum(odds_ratio=3.0, limit=0.8),
    RiskAdjustedSequentialTest(odds_ratio=3.0, alpha=0.3, beta=0.3),
    Ewma(weight=0.3, limit=0.2),
    Ewma(weight=0.3, limit=0.2, improvement_limit=0.17),
]
NAMES = ["cusum", "limit below a step", "head start", "improvement", "lc", "sequential", "ewma", "ewma two limits"]


@pytest.mark.parametrize("chart", CHARTS, ids=NAMES)
@pytest.mark.parametrize("risks", [[0.1, 0.25, 0.5, 0.8], [0.6, 0.7, 0.85, 0.9]], ids=["low", "above one half"])
def test_every_sequence_counted(chart, risks):
    """Bounds by limit from all sequences of scores; closer on a finer grid."""
    steps, walk = case_mix(chart, risks, 1.5), chart.walk
    exact = counted(walk, steps, 5)
    for points in (64, 4096):
        low, high = (follow_chords(walk, steps, points, 5, (sign,))[:, 0] for sign in (-1, 1))
        assert (low <= exact + 1e-11).all()
        assert (exact <= high + 1e-11).all()
    assert (high - low).max() < 0.02


def test_bounds_are_those_that_are_reported():
    chart = CHARTS[5]
    result = run_length(chart, risk=[0.1, 0.25, 0.5, 0.8])
    exact = counted(chart.walk, case_mix(chart, [0.1, 0.25, 0.5, 0.8]), 5)
    for kind, column in zip(chart.kinds, (0, 1), strict=True):
        low, high = result.bounds(5, kind)
        assert low <= exact[-1, column] <= high < low + 2e-3
        assert low <= result.signal_by(5, kind) <= high


@FEW
@given(p0=st.floats(0.02, 0.4), times=st.floats(1.3, 2.2), limit=st.floats(0.3, 3.0), truth=st.floats(0.05, 0.9))
def test_chords_enclose_what_is_exact_for_two_scores(p0, times, limit, truth):
    """Functions of two scores are as jagged as can be: the bounds are far apart, and they hold."""
    chart = BernoulliCusum(criterion=Criterion(acceptable=p0, unacceptable=min(p0 * times, 0.95)), limit=limit)
    exact = run_length(chart, failure_rate=truth)
    steps = steps_at_rates(chart, truth)
    found = follow_chords(chart.walk, steps, 700, 40, (-1, 1)).sum(axis=2)
    known = exact.signal_by(np.arange(1, 41))
    assert (found[:, 0] <= known + 1e-11).all()
    assert (known <= found[:, 1] + 1e-11).all()
    low, _, high = mean_cases(chart.walk, steps, 1e-3, 700)
    assert low * (1 - 1e-9) <= exact.mean <= high * (1 + 1e-9)


# ---- means ---------------------------------------------------------------------------------------------------------


def test_near_tie():
    """p0 = 0.2, odds ratio 3, h = 3: 11 failures and 16 successes miss the limit by 1.5e-5."""
    chart = RiskAdjustedCusum(odds_ratio=3.0, limit=3.0)
    low, _, high = mean_cases(chart.walk, case_mix(chart, [0.2]), 1e-3, 2000)
    assert low <= 230.22458 <= high


@FEW
@given(
    risks=st.lists(st.floats(0.02, 0.6), min_size=13, max_size=40, unique=True),
    odds=st.sampled_from([0.5, 2.0, 3.0]),
    limit=st.floats(0.2, 3.0),
    truth=st.sampled_from([1.0, 2.0]),
)
def test_means_agree_with_cycles_of_rounded_scores(risks, odds, limit, truth):
    """Two ways to bound the same mean: the brackets overlap, and a finer grid stays within a coarser one."""
    chart = RiskAdjustedCusum(odds_ratio=odds, limit=limit)
    steps = case_mix(chart, risks, truth)
    coarse, fine = (mean_cases(chart.walk, steps, 1e-9, points) for points in (512, 4096))
    rounded = mean_by_cycles(chart.walk, steps, 1e-9, 4096)
    assert max(fine.low, rounded.low) <= min(fine.high, rounded.high) * (1 + 1e-9)
    assert coarse.low * (1 - 1e-9) <= fine.value <= coarse.high * (1 + 1e-9)
    assert 0.99 * coarse.low <= fewest_cases(chart.walk, steps, 4096) <= fine.high


def by_squares(walk, steps, points):
    """The mean on a grid from a matrix that is filled entry by entry, scores shared between neighbours."""
    base = walk.lower if walk.lower is not None else (walk.floor or 0.0)
    cell = (walk.upper - base) / points
    matrix = np.zeros((points, points))
    for k in range(points):
        for score, chance in zip(steps.values, steps.chances, strict=True):
            to = (walk.memory * (base + k * cell) + score - base) / cell
            to = max(to, 0.0) if walk.lower is None else to
            for point, share in ((math.floor(to), 1 - to + math.floor(to)), (math.floor(to) + 1, to - math.floor(to))):
                if 0 <= point < points:
                    matrix[k, point] += chance * share
    mean = np.linalg.solve(np.eye(points) - matrix, np.ones(points))
    return np.interp((walk.start - base) / cell, np.arange(points), mean)


@pytest.mark.parametrize(
    "chart",
    [RiskAdjustedSequentialTest(odds_ratio=2.0), Ewma(weight=0.1, limit=0.12, improvement_limit=0.1)],
    ids=["sequential", "ewma"],
)
def test_means_between_two_limits(chart):
    steps = case_mix(chart, np.linspace(0.05, 0.4, 30))
    found = mean_cases(chart.walk, steps, 1e-9, 8192)
    assert found.relative_width < 2e-3
    assert found.value == pytest.approx(by_squares(chart.walk, steps, 600), rel=0.02)
    simulated = run_length(
        chart, risk=np.linspace(0.05, 0.4, 30), method="simulation", seed=5, replicates=20_000, horizon=5000
    )
    assert abs(simulated.mean - found.value) < 4 * simulated.standard_error


def test_bounds_close_in_with_the_cell():
    """The distance of the bounds, in cells, hardly grows; 512 points are closer than 16,384 of rounded scores."""
    chart = RiskAdjustedCusum(odds_ratio=2.0, limit=4.5)
    steps = case_mix(chart, cardiac_mix())
    widths = [mean_cases(chart.walk, steps, 1e-9, points).relative_width for points in (512, 2048, 8192)]
    assert widths[0] < 0.02
    assert widths[1] < widths[0] / 2.5
    assert widths[2] < min(widths[1] / 2.5, 2e-3)
    low, high = run_length(chart, risk=cardiac_mix()).bounds(200)
    assert high - low < 2e-5


def test_a_mean_that_is_out_of_reach():
    """A limit far above what can be solved for: the bounds say so."""
    chart = RiskAdjustedCusum(odds_ratio=2.0, limit=60.0)
    low, _, high = mean_cases(chart.walk, case_mix(chart, np.linspace(0.05, 0.4, 30)), 1e-6, 512)
    assert 1 <= low < high


def test_minimal_residual_solves():
    rng = np.random.default_rng(1)
    matrix, right = np.eye(20) + 0.1 * rng.normal(size=(20, 20)), rng.normal(size=20)
    found = minimal_residual(lambda x: matrix @ x, lambda x: x, right)
    assert np.linalg.norm(matrix @ found - right) <= 1e-3 * np.linalg.norm(right)
