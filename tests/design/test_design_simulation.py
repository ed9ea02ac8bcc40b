"""Simulated run lengths: right on average, and dependent on the seed alone."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cusum import BernoulliCusum, BernoulliGlr, Criterion, run_length
from cusum.errors import CusumError

C = Criterion(acceptable=0.1, unacceptable=0.2)
CHART = BernoulliCusum(criterion=C, limit=1.5)


def test_simulation_agrees_with_the_exact_answer():
    exact = run_length(CHART, failure_rate=0.2)
    found = run_length(CHART, failure_rate=0.2, method="simulation", seed=1, replicates=20_000)
    assert abs(found.mean - exact.mean) <= 4 * found.standard_error
    low, high = found.bounds(20)
    assert low <= found.signal_by(20) <= high
    assert low - 0.01 <= exact.signal_by(20) <= high + 0.01
    assert found.method == "simulation"


def test_the_seed_alone_decides():
    options = {"failure_rate": 0.2, "method": "simulation", "replicates": 5000}
    alone = run_length(CHART, **options, seed=7).law.first
    with ThreadPoolExecutor(4) as pool:
        np.testing.assert_array_equal(run_length(CHART, **options, seed=7, executor=pool).law.first, alone)
    assert (run_length(CHART, **options, seed=8).law.first != alone).any()


def test_a_glr_chart_signals_where_the_chart_says():
    """With one failure enough, the waiting time is geometric."""
    chart = BernoulliGlr(acceptable=0.1, limit=1.0, window=20)
    assert chart.run([0, 0, 0, 1]).first() == 4
    found = run_length(chart, failure_rate=0.2, seed=3, replicates=4000)
    assert abs(found.mean - 5.0) <= 4 * found.standard_error
    assert abs(found.signal_by(3) - (1 - 0.8**3)) <= 4 * math.sqrt(0.25 / 4000)


def test_paths_that_are_cut_short():
    found = run_length(CHART, failure_rate=0.1, method="simulation", seed=1, replicates=200, horizon=5)
    assert found.mean == math.inf
    assert found.signal_by(5) < 1


def test_a_glr_chart_needs_a_seed_and_cannot_be_exact():
    chart = BernoulliGlr(acceptable=0.1, limit=1.0)
    with pytest.raises(CusumError, match="seed"):
        run_length(chart, failure_rate=0.1)
    with pytest.raises(CusumError, match="simulation"):
        run_length(chart, failure_rate=0.1, method="exact", seed=1)
