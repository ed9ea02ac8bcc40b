"""Two limits at once, against a walk over all states that knows restarts: each kept where it would be wrong."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict

import numpy as np
import pytest
from oracles import TOLERANCE, standard

from cusum import (
    BernoulliCusum,
    Criterion,
    Ewma,
    RiskAdjustedSequentialTest,
    StandardCusum,
    find_limit,
    run_length,
)
from cusum.design.promises import Promise
from cusum.design.steps import RiskSequence
from cusum.design.two_sided import find_two_limits, with_two_limits
from cusum.errors import CusumError

C = Criterion(acceptable=0.2, unacceptable=0.4)
MIX = [0.05, 0.1, 0.3]


def wrong_by(steps, rate, cases, side, restarts):
    """P(a signal on one side within so many cases); at the other side the chart starts again, or stops."""
    now, total = {(0, 0): 1.0}, 0.0
    for _ in range(cases):
        after = defaultdict(float)
        for (failures, successes), weight in now.items():
            for f, t, chance in ((failures + 1, successes, rate), (failures, successes + 1, 1 - rate)):
                value = f * steps.failure + t * steps.success
                up, down = value >= steps.upper - TOLERANCE, value <= steps.lower + TOLERANCE
                if (up and side == "upper") or (down and side == "lower"):
                    total += weight * chance
                elif up or down:
                    after[0, 0] += weight * chance if restarts else 0.0
                else:
                    after[f, t] += weight * chance
        now = after
    return total


def kept(design, cases, *, restarts):
    """What both limits of a standard CUSUM keep, at the rate at which each is wrong."""
    steps = standard(0.2, 0.4)._replace(upper=design.limit, lower=design.lower_limit)
    upper = wrong_by(steps, 0.2, cases, "upper", restarts)
    return wrong_by(steps, 0.4, cases, "lower", restarts), upper


@pytest.mark.parametrize("after", ["restart", "stop"])
@pytest.mark.parametrize(("promise", "cases"), [(0.05, 40), (0.2, 15)])
def test_standard_cusum(after, promise, cases):
    chart = StandardCusum(criterion=C, after_signal=after)
    design = find_limit(chart, false_signal=promise, within=cases)
    lower, upper = kept(design, cases, restarts=after == "restart")
    assert design.kept_by_kind["acceptable"].value == pytest.approx(lower, abs=1e-12)
    assert design.kept_by_kind["unacceptable"].value == pytest.approx(upper, abs=1e-12)
    assert max(lower, upper) == pytest.approx(design.false_signal, abs=1e-12)
    assert max(lower, upper) <= promise
    assert (design.chart.lower, design.chart.upper) == pytest.approx((design.lower_limit, design.limit), rel=1e-12)
    assert design.true_signal > design.false_signal


def test_neither_limit_can_come_closer():
    """Just inside either limit, the other left alone, the promise is broken."""
    promise, cases = 0.05, 40
    design = find_limit(StandardCusum(criterion=C), false_signal=promise, within=cases)
    steps = standard(0.2, 0.4)
    closer = steps._replace(upper=design.limit - 3e-5, lower=design.lower_limit)
    assert wrong_by(closer, 0.2, cases, "upper", True) > promise
    closer = steps._replace(upper=design.limit, lower=design.lower_limit + 3e-5)
    assert wrong_by(closer, 0.4, cases, "lower", True) > promise


def test_walds_limits_promise_less_than_they_seem_to():
    """With alpha = beta = 0.05 and restarts, far more than 5% are wrong within 100 cases; designed limits keep it."""
    wald = StandardCusum(criterion=C, alpha=0.05, beta=0.05)
    steps = standard(0.2, 0.4, 0.05, 0.05)
    assert wald.upper == pytest.approx(steps.upper)
    assert wrong_by(steps, 0.2, 100, "upper", True) > 0.08
    design = find_limit(wald, false_signal=0.05, within=100)
    assert max(kept(design, 100, restarts=True)) <= 0.05
    assert design.chart.alpha < 0.05


def test_means_by_walds_identity():
    """The mean number of cases to a wrong signal, charted: restarts and all."""
    design = find_limit(StandardCusum(criterion=C), in_control_mean=80)
    assert design.rule == "scaled"
    assert min(bracket.low for bracket in design.kept_by_kind.values()) >= 80
    assert min(bracket.value for bracket in design.kept_by_kind.values()) < 90
    rng = np.random.default_rng(5)
    for kind, rate in (("unacceptable", 0.2), ("acceptable", 0.4)):
        signals = design.chart.run(rng.random(120_000) < rate).signals
        cases = np.array([signal.case for signal in signals if signal.kind == kind])
        waits = np.diff(cases, prepend=0)
        # between two wrong signals the chart begins anew, as it did at first
        error = waits.std() / math.sqrt(waits.size)
        assert abs(waits.mean() - design.kept_by_kind[kind].value) <= 4 * error


def test_scaled_limits_keep_their_proportion():
    chart = StandardCusum(criterion=C, alpha=0.05, beta=0.2)
    design = find_two_limits(chart, Promise(0.1, 30), rule="scaled")
    assert design.limit / -design.lower_limit == pytest.approx(chart.upper / -chart.lower, rel=1e-9)
    assert max(kept(design, 30, restarts=True)) == pytest.approx(design.false_signal, abs=1e-12)
    assert design.false_signal <= 0.1
    steps = standard(0.2, 0.4)
    closer = steps._replace(upper=design.limit * 0.9999, lower=design.lower_limit * 0.9999)
    worst = max(wrong_by(closer, 0.2, 30, "upper", True), wrong_by(closer, 0.4, 30, "lower", True))
    assert worst > 0.1


def test_sequential_test_over_a_mix():
    """Against the chart itself on simulated cases: each limit where it is wrong, within four standard errors."""
    cases, runs = 60, 4000
    chart = RiskAdjustedSequentialTest(odds_ratio=3.0)
    design = find_limit(chart, false_signal=0.1, within=cases, risk=MIX)
    assert all(bracket.high <= 0.1 for bracket in design.kept_by_kind.values())
    assert all(bracket.value > 0.08 for bracket in design.kept_by_kind.values())
    rng = np.random.default_rng(3)
    risk = rng.choice(MIX, cases * runs)
    label = np.repeat(np.arange(runs), cases)
    for kind, odds in (("unacceptable", 1.0), ("acceptable", 3.0)):
        failed = rng.random(risk.size) < odds * risk / (1 - risk + odds * risk)
        paths = design.chart.run_many(failed, sequence=label, risk=risk)
        frame = paths.frame()
        share = frame.loc[frame["signal"] == kind, "sequence"].nunique() / runs
        low, _, high = design.kept_by_kind[kind]
        assert low - 4 * math.sqrt(0.09 / runs) <= share <= high + 4 * math.sqrt(0.09 / runs)


def test_sequential_test_over_risks_in_order():
    """A test that stops, every sequence of outcomes counted."""
    risks = np.array([0.1, 0.4, 0.25, 0.05, 0.6, 0.3, 0.5, 0.2, 0.45])
    chart = RiskAdjustedSequentialTest(odds_ratio=3.0, after_signal="stop")
    design = find_limit(chart, false_signal=0.1, risk=RiskSequence(risks))
    for kind, odds in (("unacceptable", 1.0), ("acceptable", 3.0)):
        true = odds * risks / (1 - risks + odds * risks)
        total = 0.0
        for outcomes in itertools.product((0, 1), repeat=risks.size):
            path = design.chart.run(outcomes, risk=risks)
            if path.signals and path.signals[0].kind == kind:
                total += np.prod(np.where(outcomes, true, 1 - true))
        assert design.kept_by_kind[kind].value == pytest.approx(total, abs=1e-12)
        assert total <= 0.1


def test_an_ewma_with_equal_shares():
    """Failures are rare, so that equal distances leave all false signals to one side; equal shares do not."""
    chart = Ewma(weight=0.2, target=0.2, limit=0.1, improvement_limit=0.1, after_signal="stop")
    design = find_two_limits(chart, Promise(0.2, 30))
    assert design.rule == "shares"
    assert design.chart.improvement_limit == -design.lower_limit < design.limit
    for bracket in design.kept_by_kind.values():
        assert 0.08 < bracket.value <= bracket.high <= 0.1
    result = run_length(design.chart, failure_rate=0.2)
    for kind, bracket in design.kept_by_kind.items():
        assert result.signal_by(30, kind) == pytest.approx(bracket.value, abs=5e-3)
    same = find_two_limits(chart, Promise(0.2, 30), rule="scaled")
    assert same.limit == pytest.approx(-same.lower_limit)
    assert same.false_signal_bounds.high <= 0.2


def test_limits_and_nominal_errors_go_back_and_forth():
    for chart in (StandardCusum(criterion=C), RiskAdjustedSequentialTest(odds_ratio=0.5, alpha=0.01, beta=0.2)):
        again = with_two_limits(chart, -chart.lower, chart.upper)
        assert (again.alpha, again.beta) == pytest.approx((chart.alpha, chart.beta), rel=1e-9)


@pytest.mark.parametrize(
    ("chart", "promise", "options", "match"),
    [
        (StandardCusum(criterion=C, after_signal="parallel"), Promise(0.1, 20), {}, "parallel"),
        (StandardCusum(criterion=C, after_signal="stop"), Promise(in_control_mean=50), {}, "restart"),
        (StandardCusum(criterion=C), Promise(0.1, 20), {"rule": "shares"}, "each, scaled"),
        (StandardCusum(criterion=C), Promise(in_control_mean=50), {"rule": "each"}, "scaled"),
        (BernoulliCusum(criterion=C, limit=1.0), Promise(0.1, 20), {}, "two limits"),
        (Ewma(target=0.1, limit=0.1), Promise(0.1, 20), {}, "two limits"),
        (RiskAdjustedSequentialTest(), Promise(0.1, 2), {"risk": RiskSequence([0.1, 0.2])}, "mix"),
    ],
)
def test_refusals(chart, promise, options, match):
    with pytest.raises(CusumError, match=match):
        find_two_limits(chart, promise, **options)
