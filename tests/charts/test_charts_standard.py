"""The standard cusum (two boundaries, no barrier) against its loop, and its rules one by one."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from comparison import assert_same_path
from designs import REPEATABLE, criteria, outcomes
from hypothesis import given
from hypothesis import strategies as st
from loops import standard_cusum, standard_numbers

from cusum import Criterion, StandardCusum

ERRORS = st.sampled_from([0.01, 0.05, 0.1, 0.2, 0.4, 0.45])
AFTER = ("stop", "restart", "parallel")
RULES = ("one line", "two lines")
every_rule = pytest.mark.parametrize(
    ("after", "rule"), list(itertools.product(AFTER, RULES)), ids=lambda word: word.replace(" ", "_")
)


def chart(p0, p1, **options):
    return StandardCusum(criterion=Criterion(acceptable=p0, unacceptable=p1), **options)


@pytest.mark.parametrize(
    ("after", "rule"), list(itertools.product(AFTER, RULES)), ids=lambda word: word.replace(" ", "_")
)
@REPEATABLE
@given(rates=criteria(), failure=outcomes(), alpha=ERRORS, beta=ERRORS)
def test_equals_the_loop(after, rule, rates, failure, alpha, beta):
    ours = chart(*rates, alpha=alpha, beta=beta, after_signal=after, competence=rule).run(failure)
    assert_same_path(ours, standard_cusum(failure, *rates, alpha, beta, after, rule))


@pytest.mark.parametrize(
    ("after", "rule"), list(itertools.product(AFTER, RULES)), ids=lambda word: word.replace(" ", "_")
)
def test_limits_smaller_than_one_step(after, rule):
    """With alpha = beta = 0.45 a single case crosses one or several lines."""
    rng = np.random.default_rng(7)
    for rates in ((0.02, 0.9), (0.5, 0.95), (0.6, 0.9), (0.05, 0.1)):
        failure = rng.integers(0, 2, 60)
        loop = standard_cusum(failure, *rates, 0.45, 0.45, after, rule)
        assert_same_path(chart(*rates, alpha=0.45, beta=0.45, after_signal=after, competence=rule).run(failure), loop)
    if after == "parallel":
        cases = [signal.case for signal in standard_cusum([1] * 5, 0.02, 0.9, 0.45, 0.45, after, rule).signals]
        assert len(cases) > len(set(cases)), "the design was chosen so that one case crosses several lines"


def test_defaults_are_restart_one_line_and_ten_percent():
    failure = np.random.default_rng(3).random(300) < 0.3
    default = chart(0.2, 0.4)
    assert default == chart(0.2, 0.4, alpha=0.10, beta=0.10, after_signal="restart")
    assert_same_path(
        default.run(failure), standard_cusum(failure.astype(int), 0.2, 0.4, 0.1, 0.1, "restart", "one line")
    )


def test_unequal_errors_put_each_boundary_where_it_belongs():
    """alpha (calling an acceptable performer unacceptable) governs the upper line, beta the lower one."""
    _, h0, h1 = standard_numbers(0.1, 0.2, 0.05, 0.20)
    path = chart(0.1, 0.2, alpha=0.05, beta=0.20).run([0])
    assert path.lower[0] == pytest.approx(-h0, abs=1e-12)
    assert path.upper[0] == pytest.approx(h1, abs=1e-12)
    assert h1 > h0


def test_a_success_lowers_by_s_and_a_failure_raises_by_one_minus_s():
    s, _, _ = standard_numbers(0.2, 0.4, 0.1, 0.1)
    path = chart(0.2, 0.4).run([0, 1, 0])
    np.testing.assert_allclose(path.scores, [-s, 1 - s, -s], atol=1e-14)
    np.testing.assert_allclose(path.statistic, [-s, 1 - 2 * s, 1 - 3 * s], atol=1e-14)
    assert s == pytest.approx(0.2933049, abs=1e-7)


def test_stop_leaves_nothing_after_the_signal():
    path = chart(0.2, 0.4, after_signal="stop").run([0] * 20)
    assert path.first() == 8
    assert path.statistic[7] == pytest.approx(-8 * 0.29330494738858)
    assert np.isnan(path.statistic[8:]).all()
    assert np.isnan(path.lower[8:]).all()
    assert np.isnan(path.upper[8:]).all()
    assert list(path.state) == ["learning"] * 7 + ["competent"] * 13


def test_restart_starts_the_next_case_at_zero():
    path = chart(0.2, 0.4, after_signal="restart").run([0] * 20)
    assert [signal.case for signal in path.signals] == [8, 16]
    assert path.statistic[8] == pytest.approx(-0.29330494738858)


def test_parallel_lines_are_spaced_from_the_crossed_line_not_from_the_value_reached():
    path = chart(0.2, 0.4, after_signal="parallel").run([0] * 24)
    h0 = 2.240170315668542
    assert [signal.case for signal in path.signals] == [8, 16, 23]
    assert path.lower[0] == pytest.approx(-h0)
    assert path.lower[7] == pytest.approx(-h0), "the signalling case was compared with the line it crossed"
    assert path.lower[8] == pytest.approx(-2 * h0)
    assert path.upper[8] == pytest.approx(0.0, abs=1e-9), "one spacing above the crossed line"
    assert path.statistic[23] == pytest.approx(-24 * 0.29330494738858)


def test_parallel_lines_upward():
    path = chart(0.2, 0.4, after_signal="parallel").run([1] * 8)
    assert [(signal.case, signal.kind) for signal in path.signals] == [(4, "unacceptable"), (7, "unacceptable")]
    h1 = 2.240170315668542
    assert path.upper[4] == pytest.approx(2 * h1)
    assert path.lower[4] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(("after", "case"), [("stop", 16), ("restart", 16), ("parallel", 16)])
def test_two_lines_declare_at_the_second(after, case):
    one = chart(0.2, 0.4, after_signal=after, competence="one line").run([0] * 20)
    two = chart(0.2, 0.4, after_signal=after, competence="two lines").run([0] * 20)
    assert one.competence.case == 8
    assert two.competence.case == case
    assert list(two.state) == ["learning"] * (case - 1) + ["competent"] * (20 - case + 1)
    assert two.first("acceptable") == 8


def test_an_unacceptable_crossing_between_starts_the_count_again():
    failure = [0] * 8 + [1] * 4 + [0] * 8 + [0] * 8
    path = chart(0.2, 0.4, after_signal="restart", competence="two lines").run(failure)
    assert [(s.case, s.kind) for s in path.signals] == [
        (8, "acceptable"),
        (12, "unacceptable"),
        (20, "acceptable"),
        (28, "acceptable"),
    ]
    assert path.competence.case == 28


def test_an_unacceptable_crossing_after_competence_is_an_alarm():
    path = chart(0.2, 0.4).run([0] * 8 + [1] * 4 + [0] * 8)
    assert list(path.state) == ["learning"] * 7 + ["competent"] * 4 + ["alarm"] * 8 + ["competent"]
    assert path.competence.case == 8


@pytest.mark.parametrize("after", ["restart", "parallel"])
def test_after_an_alarm_two_lines_are_needed_again(after):
    path = chart(0.2, 0.4, after_signal=after, competence="two lines").run([0] * 16 + [1] * 4 + [0] * 20)
    downs = [s.case for s in path.signals if s.kind == "acceptable" and s.case > 20]
    assert path.state[19] == "alarm"
    assert list(path.state).index("competent", 19) + 1 == downs[1]


def test_an_unacceptable_crossing_before_competence_is_not_an_alarm():
    path = chart(0.2, 0.4).run([1] * 4 + [0] * 3)
    assert path.first("unacceptable") == 4
    assert set(path.state) == {"learning"}
    assert path.competence is None


def test_stop_ends_at_an_unacceptable_crossing_even_after_one_lower_line():
    path = chart(0.2, 0.4, after_signal="stop", competence="two lines").run([0] * 8 + [1] * 8)
    assert [(s.case, s.kind) for s in path.signals] == [(8, "acceptable"), (12, "unacceptable")]
    assert path.competence is None
    assert np.isnan(path.statistic[12:]).all()
    assert not np.isnan(path.statistic[:12]).any()


def test_a_crossing_on_the_very_last_case():
    path = chart(0.2, 0.4).run([0] * 8)
    assert path.first("acceptable") == 8
    assert path.state[-1] == "competent"


def test_a_statistic_that_equals_the_line_is_a_signal():
    """p0 = 1 - p1 gives s = 1/2 exactly; 4 failures reach an upper line of 2."""
    p0, p1 = 0.25, 0.75
    step = np.log(3.0) * 2  # P + Q
    error = 1 / (1 + np.exp(2 * step))  # ln((1 - e)/e) = 2 (P + Q), so both lines lie at 2
    path = chart(p0, p1, alpha=error, beta=error, after_signal="stop").run([1] * 5)
    assert path.upper[0] == pytest.approx(2.0, abs=1e-12)
    assert path.first("unacceptable") == 4
    down = chart(p0, p1, alpha=error, beta=error, after_signal="stop").run([0] * 5)
    assert down.first("acceptable") == 4
