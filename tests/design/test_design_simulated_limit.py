"""Limits of the GLR chart by simulation, against every sequence counted, and on the safe side of the simulation."""

from __future__ import annotations

import itertools
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.stats import binom

from cusum import BernoulliGlr, find_limit, run_length
from cusum.design.attainable import with_limit
from cusum.design.records import Records, follow_records
from cusum.errors import CusumError

CHART = BernoulliGlr(acceptable=0.2, limit=1.0, window=8)
CASES = 11


def every_maximum(chart, cases):
    """All sequences: the largest value of the statistic in each, and its probability."""
    sequences = np.array(list(itertools.product((0, 1), repeat=cases)))
    endless = with_limit(chart, 1e9)
    label = np.repeat(np.arange(len(sequences)), cases)
    found = endless.run_many(sequences.ravel(), sequence=label).statistic.reshape(sequences.shape)
    rate = chart.acceptable
    return found.max(axis=1), np.where(sequences, rate, 1 - rate).prod(axis=1)


@pytest.fixture(scope="module")
def counted():
    return every_maximum(CHART, CASES)


@pytest.mark.parametrize("promise", [0.3, 0.12, 0.05, 0.01])
def test_the_limit_of_every_sequence_counted(counted, promise):
    """The smallest value that keeps the promise, where simulation can tell it from its neighbours."""
    highest, chance = counted
    values = np.unique(highest[highest > 0].round(9))
    exact = np.array([chance[highest >= v - 1e-6].sum() for v in values])
    smallest = int(np.flatnonzero(exact <= promise)[0])
    replicates = 200_000
    design = find_limit(CHART, false_signal=promise, within=CASES, seed=4, replicates=replicates)
    kept = chance[highest >= design.limit - 1e-6].sum()
    assert kept <= promise
    assert design.limit >= values[smallest] - 1e-6
    assert abs(design.false_signal - kept) <= 4 * design.standard_error
    assert design.false_signal_bounds.low < design.false_signal < design.false_signal_bounds.high <= promise
    if exact[smallest] + 8 * math.sqrt(promise / replicates) < promise:
        assert design.limit == pytest.approx(values[smallest], abs=1e-6)


def test_what_is_kept_is_close_to_the_promise():
    """Of 5%, what two neighbouring values and the uncertainty of 100,000 sequences leave."""
    chart = BernoulliGlr(acceptable=0.1, limit=1.0)
    design = find_limit(chart, false_signal=0.05, within=50, seed=1)
    assert 0.045 < design.false_signal < 0.05
    assert design.standard_error == pytest.approx(math.sqrt(design.false_signal * (1 - design.false_signal) / 1e5))
    assert "standard error" in repr(design)
    again = run_length(design.chart, failure_rate=0.1, seed=77, replicates=40_000, horizon=50).signal_by(50)
    assert abs(again - design.false_signal) <= 5 * math.sqrt(0.05 * 0.95 * (1 / 4e4 + 1e-5))
    # a limit lower by one step of the statistic is not shown to keep it
    below = run_length(with_limit(chart, design.limit - 0.03), failure_rate=0.1, seed=78, replicates=40_000, horizon=50)
    assert below.signal_by(50) > design.false_signal


def test_the_bound_is_the_one_sided_one():
    """Recomputed from the binomial distribution: so many signals or fewer have probability 0.001 at the upper bound."""
    design = find_limit(CHART, false_signal=0.1, within=CASES, seed=2, replicates=5000)
    signals = round(design.false_signal * 5000)
    assert binom.cdf(signals, 5000, design.false_signal_bounds.high) == pytest.approx(0.001, rel=1e-6)
    assert binom.sf(signals - 1, 5000, design.false_signal_bounds.low) == pytest.approx(0.001, rel=1e-6)


@pytest.mark.parametrize("mean", [5, 60, 400])
def test_a_mean_is_kept(mean):
    chart = BernoulliGlr(acceptable=0.1, limit=1.0, window=50)
    design = find_limit(chart, in_control_mean=mean, seed=3, replicates=4000)
    low, value, high = design.in_control_mean
    assert mean <= low < value < high
    assert value - low == pytest.approx(3.0902 * design.standard_error)
    again = run_length(design.chart, failure_rate=0.1, seed=9, replicates=4000)
    assert abs(again.mean - value) <= 4 * math.hypot(again.standard_error, design.standard_error)
    if mean > 10:  # one failure in ten signals at any limit
        lower = run_length(with_limit(chart, 0.95 * design.limit), failure_rate=0.1, seed=9, replicates=4000)
        assert lower.mean - 3.0902 * lower.standard_error < mean  # not shown to keep it


def test_a_mean_by_geometric_waiting():
    """The lowest limit signals at the first failure."""
    design = find_limit(BernoulliGlr(acceptable=0.1, limit=1.0), in_control_mean=2, seed=3, replicates=4000)
    assert design.limit == pytest.approx(-math.log(0.1), abs=1e-9)
    assert abs(design.in_control_mean.value - 10) <= 4 * design.standard_error
    assert design.shortest_run == 1


def test_the_seed_alone_decides():
    asked = {"false_signal": 0.1, "within": 30, "replicates": 6000}
    alone = find_limit(CHART, **asked, seed=5)
    with ThreadPoolExecutor(3) as pool:
        assert find_limit(CHART, **asked, seed=5, executor=pool) == alone
    assert find_limit(CHART, **asked, seed=6).false_signal != alone.false_signal


def test_records_are_the_running_maxima_of_the_chart():
    """The same random numbers, drawn here and charted one sequence at a time."""
    chart, cases, size = BernoulliGlr(acceptable=0.3, limit=1.0, window=7), 90, 25
    rates = np.concatenate((np.full(40, 0.2), [0.6]))
    found = follow_records(chart, rates, cases, np.inf, size, np.random.default_rng(8))
    rate = rates[np.minimum(np.arange(cases), 40)]
    outcomes = np.random.default_rng(8).random((size, cases)) < rate
    for k in range(size):
        path = with_limit(chart, 1e9).run(outcomes[k])
        running = np.maximum.accumulate(path.statistic)
        new = np.flatnonzero(running > np.concatenate(([0.0], running[:-1])) + 1e-9)
        np.testing.assert_array_equal(found.case[found.sequence == k], new + 1)
        np.testing.assert_allclose(found.value[found.sequence == k], running[new])
        assert found.highest[k] == pytest.approx(running[-1])
        for limit in (1.0, 2.0, 3.5):
            assert found.first_at(limit)[k] == (with_limit(chart, limit).run(outcomes[k]).first() or 0)


def test_long_sequences_are_followed_in_blocks():
    """Blocks of cases meet without a seam: the windows reach back over them."""
    chart = BernoulliGlr(acceptable=0.1, limit=3.0, window=60)
    found = follow_records(chart, np.array([0.1]), 20_000, np.inf, 40, np.random.default_rng(1))
    assert isinstance(found, Records)
    assert found.first_at(3.0).min() > 0
    blocks = follow_records(chart, np.array([0.1]), 20_000, 3.0, 2000, np.random.default_rng(2)).first_at(3.0)
    mean, error = blocks.mean(), blocks.std() / math.sqrt(blocks.size)
    rng = np.random.default_rng(3)
    single = np.array([chart.run(rng.random(4000) < 0.1).first() or 4000 for _ in range(600)])
    assert abs(mean - single.mean()) <= 4 * math.hypot(error, single.std() / math.sqrt(single.size))


def test_where_no_limit_can_signal_in_time():
    design = find_limit(BernoulliGlr(acceptable=0.3, limit=1.0), false_signal=0.05, within=2, seed=1)
    assert not design.reachable
    assert design.false_signal == 0.0
    assert design.chart.run([1, 1]).first() is None
    assert design.shortest_run == 3
    assert 0.3**design.shortest_run <= 0.05


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"false_signal": 0.2, "within": 40}, "seed"),
        ({"in_control_mean": 40}, "seed"),
        ({"false_signal": 0.001, "within": 40, "seed": 1, "replicates": 100}, "too few"),
        ({"false_signal": 0.1, "within": 40, "seed": 1, "replicates": 0}, "replicates"),
    ],
)
def test_refusals(asked, match):
    with pytest.raises(CusumError, match=match):
        find_limit(CHART, **asked)
