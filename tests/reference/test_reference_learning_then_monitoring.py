"""The two-phase chart against cusumr: the same path under its limits, and where its rules part from ours.

cusumr counts successes as 1, draws the learning phase below zero, scales its scores by P + Q, and puts Wald's limits
on both phases. Its monitoring goes on from 0 after a signal. See DEVIATIONS.md.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from reference_data import reference

from cusum import BernoulliCusum, Criterion, LearningCurveCusum, LearningThenMonitoring, run_length

CRITERION = Criterion(acceptable=0.2, unacceptable=0.4)
P, Q = math.log(2.0), math.log(0.8 / 0.6)
WALD = math.log(0.9 / 0.1)
TABLE = reference("learning_then_monitoring_cusumr")
TWO_PHASES = TABLE[TABLE["learning"]].reset_index(drop=True)
MONITORING = TABLE[~TABLE["learning"]].reset_index(drop=True)
THEIRS = LearningThenMonitoring(
    learning=LearningCurveCusum(criterion=CRITERION, limit=WALD),
    monitoring=BernoulliCusum(criterion=CRITERION, limit=WALD),
    after_deterioration="monitoring",
)


def in_their_units(path):
    """Scaled by P + Q, the learning phase below zero."""
    return path.statistic / (P + Q) * np.where(np.asarray(path.phase) == "learning", -1.0, 1.0)


def test_the_same_path_under_their_limits():
    path = THEIRS.run(1 - TWO_PHASES["events_outcomes"])
    np.testing.assert_allclose(in_their_units(path), TWO_PHASES["cusum_score"], atol=1e-9)
    assert [phase == "learning" for phase in path.phase] == list(TWO_PHASES["learning_signal"] == 1)
    signals = [signal.case for signal in path.signals if signal.kind == "deterioration"]
    assert signals == list(TWO_PHASES.loc[TWO_PHASES["reset_signal"] == 1, "number_events"])
    assert path.first("competent") == 67


def test_their_monitoring_alone_is_a_bernoulli_cusum():
    path = BernoulliCusum(criterion=CRITERION, limit=WALD).run(1 - MONITORING["events_outcomes"])
    np.testing.assert_allclose(path.statistic / (P + Q), MONITORING["cusum_score"], atol=1e-9)
    signals = [signal.case for signal in path.signals]
    assert signals == list(MONITORING.loc[MONITORING["reset_signal"] == 1, "number_events"])


def test_a_failure_right_after_the_switch_counts_here_and_is_lost_there():
    """cusumr carries its learning score, below zero, into the first monitored case; the barrier then swallows it."""
    failure = [0] * 8 + [1]
    path = THEIRS.run(failure)
    assert path.first("competent") == 8
    assert path.statistic[8] == pytest.approx(P), "monitoring begins at 0 and the failure is added"
    carried = -8 * Q
    assert carried <= -WALD
    assert max(0.0, carried + P) == 0.0, "what cusumr shows at that case"


def test_its_limits_do_not_keep_their_promise():
    """With a barrier, Wald's limit for 10% declares far more than 10% of inadequate learners competent in time."""
    chart = LearningCurveCusum(criterion=CRITERION, limit=WALD)
    assert run_length(chart, failure_rate=0.4, horizon=100).signal_by(100) > 0.2
