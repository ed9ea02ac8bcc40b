"""The LC-CUSUM with a last look, against a plain loop."""

from __future__ import annotations

import itertools
from dataclasses import replace
from math import log, nan

import numpy as np
import pytest
from designs import FEW, REPEATABLE, criteria, outcomes
from hypothesis import given
from hypothesis import strategies as st

from cusum import Criterion, LearningCurveCusum
from cusum.charts.low_volume import LastLookCusum
from cusum.errors import InvalidParameter

C = Criterion(acceptable=0.1, unacceptable=0.2)
CHART = LastLookCusum(criterion=C, limit=3.2, last_limit=2.4, cases=50)


def by_loop(failure, p0, p1, limit, last_limit, cases):
    """Statistic, limit and first signal, one case at a time."""
    total, statistic, upper, signal = 0.0, [], [], None
    for case, failed in enumerate(failure, start=1):
        if signal is not None:
            statistic.append(nan)
            upper.append(nan)
            continue
        total = max(0.0, total + (log(p0 / p1) if failed else log((1 - p0) / (1 - p1))))
        line = limit if case < cases else last_limit if case == cases else nan
        statistic.append(total)
        upper.append(line)
        if total >= line - 1e-9:
            signal = case
    return statistic, upper, signal


def assert_as_by_loop(path, chart):
    """Statistic, limits and signal of a path are those of the loop."""
    c = chart.criterion
    statistic, upper, signal = by_loop(
        path.failure, c.acceptable, c.unacceptable, chart.limit, chart.last_limit, chart.cases
    )
    np.testing.assert_allclose(path.statistic, statistic, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(path.upper, upper)
    assert np.isnan(path.lower).all()
    assert path.first("competent") == signal
    assert len(path.signals) == (signal is not None)


@st.composite
def charts(draw):
    """A chart of any criterion; the last limit may lie on either side of the running one."""
    acceptable, unacceptable = draw(criteria())
    success = log((1 - acceptable) / (1 - unacceptable))
    limits = st.one_of(st.floats(0.05, 4.0), st.integers(1, 40).map(lambda k: k * success))
    return LastLookCusum(
        criterion=Criterion(acceptable=acceptable, unacceptable=unacceptable),
        limit=draw(limits),
        last_limit=draw(limits),
        cases=draw(st.integers(1, 60)),
    )


@REPEATABLE
@given(charts(), outcomes())
def test_one_case_at_a_time(chart, failure):
    assert_as_by_loop(chart.run(failure), chart)


@FEW
@given(charts(), outcomes(), st.lists(st.integers(0, 120), max_size=4))
def test_a_path_continued(chart, failure, cuts):
    bounds = [0, *sorted(min(cut, len(failure)) for cut in cuts), len(failure)]
    path = chart.run([])
    for begin, end in itertools.pairwise(bounds):
        path = path.extend(failure[begin:end])
    assert_as_by_loop(path, chart)


@FEW
@given(charts(), st.lists(outcomes(most=70), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_many_sequences_at_once(chart, sequences, random):
    label = [k for k, failure in enumerate(sequences) for _ in failure]
    random.shuffle(label)
    rest = [iter(failure) for failure in sequences]
    paths = chart.run_many([next(rest[k]) for k in label], sequence=label)
    assert set(paths) == set(label)
    for k in paths:
        np.testing.assert_array_equal(paths[k].failure, sequences[k])
        assert_as_by_loop(paths[k], chart)


def test_before_the_last_look_it_is_the_ordinary_chart():
    failure = np.random.default_rng(4).random(400) < 0.1
    far = replace(CHART, cases=401)
    ordinary = LearningCurveCusum(criterion=C, limit=CHART.limit).run(failure)
    np.testing.assert_array_equal(far.run(failure).statistic, ordinary.statistic)
    assert far.run(failure).signals == ordinary.signals


def test_the_last_look_has_its_own_limit():
    failure = ([0] * 11 + [1]) * 4 + [0, 0]
    path = CHART.run(failure)
    assert path.first("competent") == 50
    assert path.statistic[-1] == pytest.approx(4 * 11 * log(0.9 / 0.8) + 2 * log(0.9 / 0.8) - 4 * log(2))
    assert path.upper[48:].tolist() == [3.2, 2.4]
    assert path.state[-2:].tolist() == ["learning", "competent"]
    assert replace(CHART, cases=51).run(failure).first() is None


def test_after_the_last_look_nothing_is_declared():
    path = CHART.run([1] * 50 + [0] * 100)
    assert path.signals == ()
    assert np.isnan(path.upper[50:]).all()
    assert path.statistic[-1] == pytest.approx(100 * log(0.9 / 0.8))
    assert set(path.state) == {"learning"}


def test_a_failure_never_brings_a_declaration_forward():
    """Every sequence of eleven outcomes, each of its successes made a failure."""
    chart = LastLookCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.5), limit=1.4, last_limit=0.6, cases=10)
    declared = {y: chart.run(y).first() or 99 for y in itertools.product((0, 1), repeat=11)}
    assert len(set(declared.values())) > 5
    for y, case in declared.items():
        for n in range(11):
            assert declared[(*y[:n], 1, *y[n + 1 :])] >= case


def test_it_is_no_walk():
    with pytest.raises(InvalidParameter, match="LastLookCusum is no walk"):
        _ = CHART.walk
    assert CHART.null_rate == 0.2
    assert CHART.alternative_rate == 0.1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("criterion", (0.1, 0.2)),
        ("limit", 0.0),
        ("limit", nan),
        ("last_limit", -1.0),
        ("last_limit", "2"),
        ("cases", 0),
        ("cases", 2.5),
        ("cases", True),
    ],
)
def test_an_illegal_parameter_is_refused_by_name(name, value):
    with pytest.raises(InvalidParameter, match=name):
        replace(CHART, **{name: value})


def test_risk_is_refused():
    with pytest.raises(InvalidParameter, match="risk was given to LastLookCusum"):
        CHART.run([0, 1], risk=[0.1, 0.1])
