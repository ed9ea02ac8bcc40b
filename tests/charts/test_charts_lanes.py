"""Long sequences by chunks, many sequences side by side, and what a table of cases may look like."""

from __future__ import annotations

import numpy as np
import pytest
from loops import failure_count_distribution
from scipy.stats import binom

from cusum.charts import (
    BernoulliCusum,
    BernoulliGlr,
    Ewma,
    LearningCurveCusum,
    LearningThenMonitoring,
    RiskAdjustedCusum,
    StandardCusum,
    Vlad,
    Walk,
    lanes,
    learning,
)
from cusum.charts.fading import fading_sum
from cusum.charts.lanes import WalkRule, run_chunks
from cusum.criterion import Criterion
from cusum.errors import InvalidData

C = Criterion(acceptable=0.1, unacceptable=0.25)
LEARNING = LearningCurveCusum(criterion=C, limit=1.8)
RESTARTING = {
    "bernoulli": BernoulliCusum(criterion=C, limit=2.0),
    "head start": BernoulliCusum(criterion=C, limit=1.5, start=0.7),
    "lc_cusum": LearningCurveCusum(criterion=C, limit=1.8, after_signal="restart"),
    "then monitoring": LearningThenMonitoring(learning=LEARNING, monitoring=BernoulliCusum(criterion=C, limit=2.0)),
    "only monitoring": LearningThenMonitoring(
        learning=LEARNING,
        monitoring=BernoulliCusum(criterion=C, limit=2.0, start=0.5),
        after_deterioration="monitoring",
    ),
    "ewma": Ewma(weight=0.1, target=0.1, limit=0.15, improvement_limit=0.08, after_signal="restart"),
    "slow ewma": Ewma(weight=0.01, target=0.1, limit=0.04, after_signal="restart"),
}


def outcomes(n, rate, seed=5):
    return np.random.default_rng(seed).random(n) < rate


def assert_same(found, expected):
    np.testing.assert_allclose(found.statistic, expected.statistic, rtol=0, atol=1e-9)
    assert [(s.case, s.kind) for s in found.signals] == [(s.case, s.kind) for s in expected.signals]
    np.testing.assert_array_equal(found.scores, expected.scores)
    np.testing.assert_array_equal(found.upper, expected.upper)


@pytest.mark.parametrize("chart", RESTARTING.values(), ids=RESTARTING)
@pytest.mark.parametrize("rate", [0.0, 0.08, 0.2, 0.6, 1.0])
@pytest.mark.parametrize("count", [2, 7, 100])
def test_chunks_side_by_side_equal_one_walk(monkeypatch, chart, rate, count):
    failure = outcomes(5003, rate)
    whole = chart.run(failure)
    for room in (lanes, learning):
        monkeypatch.setattr(room, "LONG", 10)
        monkeypatch.setattr(room, "LANES", count)
    assert_same(chart.run(failure), whole)
    assert_same(chart.run(failure[:1234]).extend(failure[1234:]), whole)


def test_chunks_that_never_coincide_are_left_to_the_caller():
    """All successes under a chart that starts again every seventh case: each chunk is wrong by its beginning."""
    walk = Walk(lower=-7.0, upper=7.0, after_signal="restart")
    scores = np.full(1000, -1.0)
    rule = WalkRule(walk, scores)
    done, state = run_chunks(rule, rule.begin(1), 100)
    assert 0 < done < 1000
    assert rule.statistic[:done].tolist() == walk.run(scores).statistic[:done].tolist()
    assert state.statistic[0] == rule.statistic[done - 1]
    assert not rule.side[done:].any()


@pytest.mark.parametrize("after", ["restart", "parallel"])
def test_a_long_standard_chart_keeps_its_precision(after):
    """Half a million cases: the sum of the scores wanders far, the statistic is still right to 1e-9."""
    failure = outcomes(500_000, 0.5)
    chart = StandardCusum(criterion=C, after_signal=after)
    path = chart.run(failure)
    total, expected = 0.0, []
    for score in np.where(failure, 1 - chart.s, -chart.s).tolist():
        total += score
        expected.append(total)
        if after == "restart" and not chart.lower + 1e-9 < total < chart.upper - 1e-9:
            total = 0.0
    np.testing.assert_allclose(path.statistic, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("memory", [0.001, 0.5, 0.9, 0.999, 1 - 1e-7])
def test_fading_sum_equals_its_recursion(memory):
    scores = np.random.default_rng(2).normal(size=3000)
    total, expected = 3.0, []
    for score in scores.tolist():
        total = memory * total + score
        expected.append(total)
    np.testing.assert_allclose(fading_sum(scores, 3.0, memory), expected, rtol=1e-12, atol=1e-12)


def test_the_limits_of_the_vlad_are_exact_for_many_cases():
    """Equal risks make a binomial number of failures; each side leaves at most 0.025, one failure less leaves more."""
    n = 4000
    low, high = Vlad().prediction_limits(np.full(n, 0.06))
    case = np.arange(1, n + 1)
    most, fewest = np.rint(case * 0.06 - low), np.rint(case * 0.06 - high)
    assert (binom.sf(most, case, 0.06) <= 0.025 + 1e-9).all()
    assert (binom.cdf(fewest - 1, case, 0.06) <= 0.025 + 1e-9).all()
    assert (binom.sf(most - 1, case, 0.06) > 0.025 - 1e-9).all()
    assert (binom.cdf(fewest, case, 0.06) > 0.025 - 1e-9).all()


def test_the_limits_of_the_vlad_with_risks_of_every_size():
    risk = np.random.default_rng(4).uniform(0.001, 0.999, 700)
    low, high = Vlad().prediction_limits(risk, coverage=0.99)
    for n in (1, 31, 32, 33, 64, 350, 700):
        cumulative = np.cumsum(failure_count_distribution(risk[:n].tolist()))
        total = risk[:n].sum()
        assert total - high[n - 1] == pytest.approx(int((cumulative <= 0.005 + 1e-9).sum()))
        assert total - low[n - 1] == pytest.approx(int((cumulative < 0.995 - 1e-9).sum()))


def test_no_cases_have_no_limits():
    assert [limit.shape for limit in Vlad().prediction_limits([])] == [(0,), (0,)]


def test_glr_finds_the_change_and_the_rate():
    failure = np.concatenate((np.zeros(80), np.tile([1, 0], 10)))
    path = BernoulliGlr(acceptable=0.1, limit=6.0).run(failure)
    change = path.changes[0]
    assert (change.case, change.change_point) == (path.first("deterioration"), 81)
    assert change.rate == pytest.approx(failure[80 : change.case].mean())


def test_glr_with_a_window_larger_than_its_table():
    failure = outcomes(3000, 0.15)
    small = BernoulliGlr(acceptable=0.1, limit=50.0, window=1024).run(failure[:1024]).statistic
    large = BernoulliGlr(acceptable=0.1, limit=50.0, window=2900).run(failure).statistic
    np.testing.assert_allclose(large[:1024], small, rtol=0, atol=1e-9)


def test_one_long_sequence_among_short_ones():
    sequence = np.concatenate((np.repeat(9, 30_000), np.repeat(np.arange(8), 50)))
    failure, risk = outcomes(sequence.size, 0.2), np.random.default_rng(1).uniform(0.05, 0.3, sequence.size)
    chart = RiskAdjustedCusum(limit=2.0)
    paths = chart.run_many(failure, sequence=sequence, risk=risk)
    for name in paths:
        here = sequence == name
        assert_same(paths[name], chart.run(failure[here], risk=risk[here]))


def test_the_tables_of_many_sequences():
    chart = BernoulliCusum(criterion=C, limit=1.5)
    sequence = ["b", "a", "b", "a", "b", "c"]
    paths = chart.run_many([1, 0, 1, 0, 1, 0], sequence=sequence)
    assert len(paths) == 3
    assert paths.first() == paths.first("deterioration") == {"b": 2, "a": None, "c": None}
    assert paths.first("improvement") == {"b": None, "a": None, "c": None}
    table = paths.frame()
    assert table["sequence"].tolist() == sequence
    assert table["case"].tolist() == [1, 1, 2, 2, 3, 1]
    assert table["signal"].tolist() == ["", "", "deterioration", "", "", ""]
    signals = paths.signal_frame()
    assert signals[["sequence", "case", "kind"]].to_numpy().tolist() == [["b", 2, "deterioration"]]
    assert repr(paths) == "<BernoulliCusum paths: 3 sequences, 6 cases, 1 signals>"
    assert "deterioration" in paths._repr_html_()
    with pytest.raises(KeyError, match="'d'"):
        paths["d"]


def test_no_sequences():
    paths = BernoulliCusum(criterion=C, limit=1.5).run_many([], sequence=[])
    assert len(paths) == 0
    assert paths.first() == {}
    assert paths.frame().empty
    assert paths.signal_frame().empty


@pytest.mark.parametrize(
    ("sequence", "pattern"),
    [
        ([1, 2], "one label for each of the 3 cases"),
        ([[1], [2], [3]], r"sequence has shape \(3, 1\)"),
        (["a", None, "b"], "sequence is missing at case 2"),
        ([1.0, 2.0, np.nan], "sequence is missing at case 3"),
    ],
    ids=["too few", "two dimensions", "None", "nan"],
)
def test_labels_that_are_refused(sequence, pattern):
    with pytest.raises(InvalidData, match=pattern):
        BernoulliCusum(criterion=C, limit=1.5).run_many([0, 1, 0], sequence=sequence)
