"""The states of the two-phase chart, against a dictionary of states and against the chart itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from oracles import bernoulli, learning, propagate_phases

from cusum import BernoulliCusum, Criterion, LearningCurveCusum, LearningThenMonitoring
from cusum.design.states import state_probabilities
from cusum.errors import CusumError

RATES = (0.2, 0.5)
C = Criterion(acceptable=0.2, unacceptable=0.5)


def two_phases(**options):
    return LearningThenMonitoring(
        learning=LearningCurveCusum(criterion=C, limit=1.0),
        monitoring=BernoulliCusum(criterion=C, limit=1.2),
        **options,
    )


def test_against_the_dictionary():
    rates = np.linspace(0.6, 0.1, 40)
    found = state_probabilities(two_phases(), failure_rate=rates, within=60)
    expected = propagate_phases(learning(*RATES, 1.0), bernoulli(*RATES, 1.2), rates, 60)
    np.testing.assert_allclose(np.column_stack((found.learning, found.competent, found.alarm)), expected, atol=1e-12)


@pytest.mark.parametrize("after", ["learning", "monitoring", "stop"])
def test_every_sequence_counted(after):
    """All sequences of nine cases, each run through the chart; states read off the path."""
    chart, cases = two_phases(after_deterioration=after), 9
    words = ("learning", "competent", "alarm")
    expected = np.zeros((cases, 3))
    for outcomes in itertools.product((0, 1), repeat=cases):
        chance = np.prod(np.where(outcomes, 0.3, 0.7))
        for case, word in enumerate(chart.run(outcomes).state):
            expected[case, words.index(word)] += chance
    found = state_probabilities(chart, failure_rate=0.3, within=cases)
    np.testing.assert_allclose(np.column_stack((found.learning, found.competent, found.alarm)), expected, atol=1e-12)


def test_other_charts_are_refused():
    with pytest.raises(CusumError, match="LearningThenMonitoring"):
        state_probabilities(LearningCurveCusum(criterion=C, limit=1.0), failure_rate=0.1, within=10)
