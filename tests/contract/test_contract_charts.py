"""What every chart of the catalogue keeps to, whichever it is."""

from __future__ import annotations

import sys
from dataclasses import FrozenInstanceError, fields, replace
from math import inf, log, nan

import numpy as np
import pytest

from cusum.charts import (
    CHARTS,
    BernoulliCusum,
    BernoulliGlr,
    Ewma,
    LastLookCusum,
    LearningCurveCusum,
    LearningThenMonitoring,
    RiskAdjustedCusum,
    RiskAdjustedLearningCurveCusum,
    RiskAdjustedSequentialTest,
    StandardCusum,
    Vlad,
    chart_class,
)
from cusum.criterion import Criterion
from cusum.errors import CusumError, InvalidData, InvalidParameter

C = Criterion(acceptable=0.1, unacceptable=0.25)
LEARNING = LearningCurveCusum(criterion=C, limit=1.8)
MONITORING = BernoulliCusum(criterion=C, limit=2.0)
EXAMPLES = {
    "standard": StandardCusum(criterion=C),
    "bernoulli": MONITORING,
    "lc_cusum": LEARNING,
    "learning_then_monitoring": LearningThenMonitoring(learning=LEARNING, monitoring=MONITORING),
    "last_look": LastLookCusum(criterion=C, limit=1.8, last_limit=0.9, cases=60),
    "risk_adjusted": RiskAdjustedCusum(odds_ratio=2, limit=2.0),
    "risk_adjusted_lc_cusum": RiskAdjustedLearningCurveCusum(odds_ratio=2, limit=2.0),
    "rsprt": RiskAdjustedSequentialTest(odds_ratio=2, alpha=0.1, beta=0.1),
    "vlad": Vlad(),
    "ewma": Ewma(weight=0.15, limit=0.15),
    "glr": BernoulliGlr(acceptable=0.1, limit=2.5, window=60),
}
"""A sensible chart of each kind."""

# Every way of going on after a signal, and the options that change what is computed.
VARIANTS = {
    **EXAMPLES,
    "standard-stop": StandardCusum(criterion=C, after_signal="stop"),
    "standard-stop-two-lines": StandardCusum(criterion=C, after_signal="stop", competence="two lines"),
    "standard-parallel": StandardCusum(criterion=C, after_signal="parallel", competence="two lines"),
    "bernoulli-stop": replace(MONITORING, after_signal="stop"),
    "bernoulli-continue": replace(MONITORING, after_signal="continue"),
    "bernoulli-head-start": replace(MONITORING, start=1.0),
    "lc_cusum-restart": replace(LEARNING, after_signal="restart"),
    "lc_cusum-continue": replace(LEARNING, after_signal="continue"),
    "then-monitoring": LearningThenMonitoring(
        learning=LEARNING, monitoring=replace(MONITORING, start=0.5), after_deterioration="monitoring"
    ),
    "then-stop": LearningThenMonitoring(learning=LEARNING, monitoring=MONITORING, after_deterioration="stop"),
    "last_look-at-the-first-case": LastLookCusum(criterion=C, limit=1.8, last_limit=0.1, cases=1),
    "last_look-higher-at-the-last-case": LastLookCusum(criterion=C, limit=1.8, last_limit=4.0, cases=12),
    "last_look-far-ahead": LastLookCusum(criterion=C, limit=5.0, last_limit=3.0, cases=2_000_000),
    "improvement": RiskAdjustedCusum(odds_ratio=0.5, limit=1.0),
    "risk_adjusted-continue": RiskAdjustedCusum(odds_ratio=2, limit=1.5, after_signal="continue"),
    "risk_adjusted_lc_cusum-restart": RiskAdjustedLearningCurveCusum(limit=1.5, after_signal="restart"),
    "sprt": RiskAdjustedSequentialTest(odds_ratio=2, after_signal="stop"),
    "rsprt-parallel": RiskAdjustedSequentialTest(odds_ratio=0.5, after_signal="parallel"),
    "ewma-target": Ewma(weight=0.15, target=0.1, limit=0.2),
    "ewma-two-sided-restart": Ewma(weight=0.15, limit=0.15, improvement_limit=0.1, after_signal="restart"),
    "ewma-stop": Ewma(weight=0.15, limit=0.15, after_signal="stop"),
    "glr-stop": BernoulliGlr(acceptable=0.1, limit=2.5, after_signal="stop"),
    "glr-continue": BernoulliGlr(acceptable=0.1, limit=2.5, window=40, after_signal="continue"),
}
every_chart = pytest.mark.parametrize("chart", EXAMPLES.values(), ids=EXAMPLES)
every_variant = pytest.mark.parametrize("chart", VARIANTS.values(), ids=VARIANTS)

ILLEGAL = {
    "criterion": [None, (0.1, 0.2)],
    "limit": [0.0, -1.0, nan, inf, None, "3"],
    "last_limit": [0.0, -1.0, nan, inf, None, "3"],
    "cases": [0, -1, 2.5, True, None],
    "start": [-0.1, 2.0, True],
    "alpha": [0.0, 1.0, 0.9],
    "beta": [0.0, 1.0, 0.9],
    "odds_ratio": [0.0, 1.0, -2.0, nan, "2"],
    "weight": [0.0, 1.0, nan],
    "target": [0.0, 1.0, 1.5],
    "improvement_limit": [0.0, -0.1],
    "acceptable": [0.0, 1.0, nan],
    "window": [0, -1, 2.5, True],
    "after_signal": ["reset", ""],
    "after_deterioration": ["restart"],
    "competence": ["three lines"],
    "learning": [None, MONITORING],
    "monitoring": [None, LEARNING],
}


def needs_risk(chart):
    """Whether `run` of this chart takes a risk."""
    return "risk_adjusted" in chart.key or chart.key in ("rsprt", "vlad") or (chart.key == "ewma" and not chart.target)


def cases(n, rate=0.15, seed=7):
    """Outcomes and risks."""
    draw = np.random.default_rng(seed)
    return draw.random(n) < rate, draw.uniform(0.03, 0.4, n)


def run(chart, failure, risk):
    """Run a chart with the risk if it takes one."""
    return chart.run(failure, risk=risk) if needs_risk(chart) else chart.run(failure)


def assert_equal_paths(found, expected):
    """The same numbers to 1e-9, the same signals, the same words."""
    for name in ("scores", "statistic", "lower", "upper"):
        np.testing.assert_allclose(getattr(found, name), getattr(expected, name), rtol=0, atol=1e-9, err_msg=name)
    assert [(s.case, s.kind) for s in found.signals] == [(s.case, s.kind) for s in expected.signals]
    assert list(found.phase) == list(expected.phase)
    assert list(found.state) == list(expected.state)
    assert found.competence == pytest.approx(expected.competence) or (
        (found.competence.case, found.competence.kind) == (expected.competence.case, expected.competence.kind)
    )
    np.testing.assert_array_equal(found.failure, expected.failure)


def by_hand(chart, failure, risk):
    """Statistic and signals of a chart, one case at a time, from its scores and barriers alone."""
    scores = chart.scores(failure, risk=risk if needs_risk(chart) else None)
    walk = chart.walk
    total, line, side, statistic, signals, stopped = walk.start, 0.0, 0, [], [], False
    lower = -inf if walk.lower is None else walk.lower
    upper = inf if walk.upper is None else walk.upper
    for case, score in enumerate(scores.tolist(), start=1):
        if stopped:
            statistic.append(nan)
            continue
        total = walk.memory * total + score
        total = total if walk.floor is None else max(walk.floor, total)
        statistic.append(total)
        before, side = side, int(total >= line + upper - 1e-9) - int(total <= line + lower + 1e-9)
        while side and not (walk.after_signal == "continue" and side == before):
            signals.append((case, chart.kinds[side > 0]))
            if walk.after_signal != "parallel":
                break
            line += upper if side > 0 else lower
            side = int(total >= line + upper - 1e-9) - int(total <= line + lower + 1e-9)
        if side and walk.after_signal == "restart":
            total, side = walk.start, 0
        stopped = bool(side) and walk.after_signal == "stop"
    return statistic, signals


def phases_by_hand(chart, failure):
    """Statistic and signals of the two-phase chart: each phase by hand from its beginning to its first signal."""
    statistic, signals, phase = [], [], chart.learning
    while len(statistic) < len(failure):
        at = len(statistic)
        if phase is None:
            return statistic + [nan] * (len(failure) - at), signals
        values, found = by_hand(replace(phase, after_signal="stop"), failure[at:], None)
        if not found:
            return statistic + values, signals
        case, kind = found[0]
        statistic += values[:case]
        signals.append((at + case, kind))
        after = {"learning": chart.learning, "monitoring": chart.monitoring, "stop": None}[chart.after_deterioration]
        phase = chart.monitoring if kind == "competent" else after
    return statistic, signals


def two_lines_by_hand(chart, failure):
    """Statistic and signals of the chart that stops at an upper line, or at the second lower one in a row."""
    statistic, signals = by_hand(replace(chart, after_signal="parallel"), failure, None)
    kinds = [kind for _, kind in signals]
    for k, (case, kind) in enumerate(signals):
        if kind == "unacceptable" or kinds[max(0, k - 1) : k + 1] == ["acceptable"] * 2:
            return statistic[:case] + [nan] * (len(failure) - case), signals[: k + 1]
    return statistic, signals


def last_look_by_hand(chart, failure):
    """Statistic and signals of the chart with a last look: one limit before the last case planned, another at it."""
    total, statistic, signals = 0.0, [], []
    for case, score in enumerate(chart.scores(failure).tolist(), start=1):
        total = max(0.0, total + score)
        statistic.append(total)
        limit = chart.limit if case < chart.cases else chart.last_limit
        if case <= chart.cases and total >= limit - 1e-9:
            return statistic + [nan] * (len(failure) - case), [(case, "competent")]
    return statistic, signals


def glr_by_hand(chart, failure):
    """Statistic and signals of a GLR chart, every stretch of every case by itself."""
    statistic, signals, begin, above = [], [], 0, False
    for case in range(1, len(failure) + 1):
        best = 0.0
        for first in range(max(begin, case - chart.window), case):
            n, k = case - first, int(sum(failure[first:case]))
            if k / n > chart.acceptable:
                rate = k / n
                successes = (n - k) * log((1 - rate) / (1 - chart.acceptable)) if k < n else 0.0
                best = max(best, k * log(rate / chart.acceptable) + successes)
        statistic.append(best)
        was_above, above = above, best >= chart.limit - 1e-9
        if above and not was_above:
            signals.append((case, "deterioration"))
            if chart.after_signal == "stop":
                statistic += [nan] * (len(failure) - case)
                break
            if chart.after_signal == "restart":
                begin, above = case, False
    return statistic, signals


def test_there_is_an_example_of_every_chart():
    assert set(EXAMPLES) == set(CHARTS)
    assert all(type(chart) is chart_class(key) for key, chart in EXAMPLES.items())


@every_chart
def test_frozen(chart):
    with pytest.raises(FrozenInstanceError, match="cannot assign"):
        chart.limit = 1.0
    assert chart == replace(chart)
    assert hash(chart) == hash(replace(chart))


@every_chart
def test_keyword_only(chart):
    with pytest.raises(TypeError, match="positional"):
        type(chart)(C)
    with pytest.raises(TypeError, match="positional"):
        chart.run([0], [0.1])
    assert all(item.kw_only for item in fields(chart))


@pytest.mark.parametrize(
    ("chart", "name", "value"),
    [
        pytest.param(chart, item.name, value, id=f"{key}-{item.name}-{value!r}"[:60])
        for key, chart in EXAMPLES.items()
        for item in fields(chart)
        for value in ILLEGAL[item.name]
    ],
)
def test_an_illegal_parameter_is_refused_by_name(chart, name, value):
    with pytest.raises(InvalidParameter, match=name):
        replace(chart, **{name: value})


@every_chart
def test_has_names_and_references(chart):
    assert set(chart.names) == {"da", "en"}
    assert all(len(name) > 3 for name in chart.names.values())
    assert chart.references
    assert all(doi.startswith("10.") and "/" in doi for doi in chart.references)
    assert all(doi in type(chart).__doc__ for doi in chart.references[:1])
    assert chart.key in CHARTS


@every_chart
def test_the_docstring_says_what_is_promised_and_by_whom(chart):
    for section in ("Notes\n", "References\n", "Examples\n"):
        assert section in type(chart).__doc__


@every_variant
@pytest.mark.parametrize("rate", [0.03, 0.15, 0.5, 0.9])
def test_vectorised_equals_one_case_at_a_time(chart, rate):
    failure, risk = cases(400, rate)
    path = run(chart, failure, risk)
    if chart.key == "glr":
        statistic, signals = glr_by_hand(chart, failure)
    elif chart.key == "last_look":
        statistic, signals = last_look_by_hand(chart, failure)
    elif chart.key == "learning_then_monitoring":
        statistic, signals = phases_by_hand(chart, failure)
    elif chart == VARIANTS["standard-stop-two-lines"]:
        statistic, signals = two_lines_by_hand(chart, failure)
    else:
        statistic, signals = by_hand(chart, failure, risk)
    np.testing.assert_allclose(path.statistic, statistic, rtol=0, atol=1e-9)
    assert [(s.case, s.kind) for s in path.signals] == signals


@every_variant
@pytest.mark.parametrize("rate", [0.05, 0.15, 0.6])
def test_a_path_continued_equals_the_path_in_one_go(chart, rate):
    failure, risk = cases(300, rate)
    whole = run(chart, failure, risk)
    after_a_signal = {signal.case for signal in whole.signals[:3]} | {signal.case - 1 for signal in whole.signals[:3]}
    for cut in sorted({0, 1, 137, 299, 300} | after_a_signal):
        begun = run(chart, failure[:cut], risk[:cut])
        rest = {"risk": risk[cut:]} if needs_risk(chart) else {}
        assert_equal_paths(begun.extend(failure[cut:], **rest), whole)
    path = run(chart, failure[:0], risk[:0])
    for case in range(60):
        path = path.extend(failure[case : case + 1], **({"risk": risk[case : case + 1]} if needs_risk(chart) else {}))
    assert_equal_paths(path, run(chart, failure[:60], risk[:60]))


@every_variant
def test_no_look_ahead(chart):
    failure, risk = cases(300)
    whole = run(chart, failure, risk)
    for n in (1, 50, 211):
        other = failure.copy()
        other[n:] = ~other[n:]
        path = run(chart, other, risk)
        np.testing.assert_allclose(path.statistic[:n], whole.statistic[:n], rtol=0, atol=1e-9)
        np.testing.assert_array_equal(path.upper[:n], whole.upper[:n])
        assert [s for s in path.signals if s.case <= n] == [s for s in whole.signals if s.case <= n]
        assert list(path.state[:n]) == list(whole.state[:n])


@every_variant
def test_more_failures_move_the_chart_one_way(chart):
    """Up on a chart for deterioration, down on one that seeks competence or improvement: until the first signal."""
    up = chart.kinds[1] in ("deterioration", "unacceptable") and chart.key != "learning_then_monitoring"
    sign = 1 if up else -1
    failure, risk = cases(200, 0.1)
    draw = np.random.default_rng(3)
    for _ in range(20):
        worse = failure | (draw.random(200) < 0.05)
        a, b = run(chart, failure, risk), run(chart, worse, risk)
        n = min([p.signals[0].case for p in (a, b) if p.signals] + [200])
        assert (sign * (b.statistic[:n] - a.statistic[:n]) >= -1e-9).all()
        said = a.first(chart.kinds[1])
        if up and said and chart.kinds[0] == "":
            assert b.first(chart.kinds[1]) <= said


@every_variant
def test_no_cases_and_one_case(chart):
    empty = run(chart, [], [])
    assert empty.statistic.shape == empty.scores.shape == empty.lower.shape == empty.upper.shape == (0,)
    assert empty.signals == ()
    assert empty.frame().empty
    for outcome in (0, 1):
        one = run(chart, [outcome], [0.2])
        assert one.statistic.shape == (1,)
        assert np.isfinite(one.statistic).all()
        assert len(one.frame()) == len(one.state) == 1


@every_variant
@pytest.mark.parametrize("outcome", [False, True], ids=["successes", "failures"])
def test_nothing_but(chart, outcome):
    path = run(chart, np.full(500, outcome), np.full(500, 0.2))
    assert np.isfinite(path.statistic).any()
    kinds = {signal.kind for signal in path.signals}
    bad, good = {"deterioration", "unacceptable", "no improvement"}, {"competent", "acceptable", "improvement"}
    assert not kinds & (good if outcome else bad)
    silent = chart.key == "last_look" and chart.cases * chart.scores([0])[0] < min(chart.limit, chart.last_limit)
    can = bool(set(chart.kinds) & (bad if outcome else good)) and not silent
    if can and not (outcome and chart.key == "learning_then_monitoring"):
        assert kinds


@every_chart
@pytest.mark.parametrize("missing", [None, nan, "?", 2, -1, 0.5], ids=repr)
def test_an_outcome_that_is_none_is_refused_with_its_position(chart, missing):
    risk = {"risk": [0.1] * 4} if needs_risk(chart) else {}
    with pytest.raises(InvalidData, match="at case 3"):
        chart.run([0, 1, missing, 0], **risk)


@every_chart
@pytest.mark.parametrize("risk", [nan, 0.0, 1.0, -0.2, inf], ids=repr)
def test_a_risk_that_is_none_is_refused_with_its_position(chart, risk):
    with pytest.raises(CusumError, match="at case 2" if needs_risk(chart) else "risk"):
        chart.run([0, 1, 0], risk=[0.1, risk, 0.1])


@every_chart
def test_risk_is_needed_or_refused(chart):
    with pytest.raises(InvalidParameter, match=r"risk was (not )?given to"):
        chart.run([0, 1]) if needs_risk(chart) else chart.run([0, 1], risk=[0.1, 0.1])


@every_chart
def test_what_was_given_is_left_alone(chart):
    failure, risk = cases(50)
    before = failure.copy(), risk.copy()
    path = run(chart, failure, risk)
    assert failure.flags.writeable
    assert risk.flags.writeable
    np.testing.assert_array_equal(failure, before[0])
    np.testing.assert_array_equal(risk, before[1])
    with pytest.raises(ValueError, match="read-only"):
        path.statistic[0] = 1.0


@every_variant
def test_many_sequences_equal_each_by_itself(chart):
    failure, risk = cases(3000)
    draw = np.random.default_rng(11)
    for sequence in (draw.integers(0, 40, 3000), np.sort(draw.geometric(0.05, 3000)), np.repeat(["b", "a"], 1500)):
        paths = chart.run_many(failure, sequence=sequence, **({"risk": risk} if needs_risk(chart) else {}))
        assert list(paths) == list(dict.fromkeys(sequence.tolist()))
        for name in paths:
            here = sequence == name
            assert_equal_paths(paths[name], run(chart, failure[here], risk[here]))


@every_variant
@pytest.mark.parametrize("rate", [0.02, 0.15, 0.6])
def test_who_cannot_be_declared_competent_is_never_called_learning(chart, rate):
    """States one case at a time, from the signals alone; charts that watch for deterioration alone have two."""
    failure, risk = cases(400, rate)
    path = run(chart, failure, risk)
    states = set(path.state.tolist())
    if "competent" in chart.says:
        assert path.state[0] == ("competent" if path.competence and path.competence.case == 1 else "learning")
        assert states <= {"learning", "competent", "alarm"}
    else:
        first = path.first("deterioration") or len(failure) + 1
        before, after = ("no_alarm", "alarm") if "alarm" in chart.says else ("", "")
        assert path.state.tolist() == [before if case < first else after for case in range(1, len(failure) + 1)]


class CountedLines:
    """Count how many lines of the charts' own code are run."""

    def __init__(self):
        self.lines = 0

    def __call__(self, frame, event, argument):
        if "charts" not in frame.f_code.co_filename:
            return None
        self.lines += event == "line"
        return self


@every_variant
def test_one_million_cases_without_a_loop_over_cases(chart):
    """The lines of code that run for a million cases are few, but for those that each signal costs."""
    failure, risk = cases(1_000_000, 0.1)
    risk *= 0.1 / risk.mean()
    run(chart, failure[:10], risk[:10])
    counted = CountedLines()
    sys.settrace(counted)
    try:
        path = run(chart, failure, risk)
    finally:
        sys.settrace(None)
    assert path.statistic.shape == (1_000_000,)
    turns = 2 * int(failure.sum()) if chart.key in ("standard", "rsprt") else 0
    assert counted.lines < 120_000 + 60 * len(path.signals) + 6 * turns
