"""The probability of being declared competent, against every sequence of outcomes run through the chart itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from cusum import (
    BernoulliCusum,
    Criterion,
    LastLookCusum,
    LearningCurveCusum,
    LearningThenMonitoring,
    StandardCusum,
)
from cusum.design.competence import competence_by_case, competence_probability
from cusum.errors import CusumError

WIDE = Criterion(acceptable=0.2, unacceptable=0.5)
CASES = 9
LEARN = LearningCurveCusum(criterion=WIDE, limit=1.0)
MONITOR = BernoulliCusum(criterion=WIDE, limit=1.2)

STANDARD = {
    f"{after}-{rule}-{alpha}": StandardCusum(
        criterion=WIDE, alpha=alpha, beta=beta, after_signal=after, competence=rule
    )
    for after in ("stop", "restart", "parallel")
    for rule in ("one line", "two lines")
    for alpha, beta in ((0.3, 0.3), (0.35, 0.2), (0.45, 0.45))
}
OTHERS = {
    "lc": LEARN,
    "lc-start": LearningCurveCusum(criterion=WIDE, limit=1.0, start=0.5, after_signal="restart"),
    "two-phase": LearningThenMonitoring(learning=LEARN, monitoring=MONITOR),
    "bernoulli": MONITOR,
    "last-look": LastLookCusum(criterion=WIDE, limit=1.4, last_limit=0.6, cases=6),
    "last-look-at-once": LastLookCusum(criterion=WIDE, limit=1.4, last_limit=0.3, cases=1),
    "last-look-later": LastLookCusum(criterion=WIDE, limit=1.4, last_limit=0.6, cases=12),
}


def by_enumeration(chart, rates):
    """P(competence declared by each case): all sequences, each run through the chart."""
    first = np.zeros(len(rates) + 1)
    for outcomes in itertools.product((0, 1), repeat=len(rates)):
        signal = chart.run(outcomes).competence
        if signal is not None:
            first[signal.case] += np.prod(np.where(outcomes, rates, 1 - rates))
    return np.cumsum(first[1:])


@pytest.mark.parametrize("name", [*STANDARD, *OTHERS])
def test_every_sequence_counted(name):
    chart = {**STANDARD, **OTHERS}[name]
    rates = np.linspace(0.6, 0.1, CASES)
    found = competence_by_case(chart, failure_rate=rates, within=CASES)
    np.testing.assert_allclose(found, by_enumeration(chart, rates), atol=1e-12)


@pytest.mark.parametrize("after", ["stop", "restart", "parallel"])
@pytest.mark.parametrize("rule", ["one line", "two lines"])
def test_long_sequences_by_simulation(after, rule):
    """2,000 simulated trainees of 150 cases, within four standard errors."""
    chart = StandardCusum(
        criterion=Criterion(acceptable=0.1, unacceptable=0.2),
        alpha=0.1,
        beta=0.05,
        after_signal=after,
        competence=rule,
    )
    rng = np.random.default_rng(7)
    said = [chart.run(rng.random(150) < 0.15).competence is not None for _ in range(2000)]
    expected = competence_probability(chart, failure_rate=0.15, within=150)
    assert abs(np.mean(said) - expected) <= 4 * np.sqrt(expected * (1 - expected) / 2000)


def test_a_second_line_is_never_more_probable_than_a_first():
    for after in ("stop", "restart", "parallel"):
        one, two = (
            competence_probability(
                StandardCusum(criterion=WIDE, after_signal=after, competence=rule), failure_rate=0.3, within=60
            )
            for rule in ("one line", "two lines")
        )
        assert 0 < two < one < 1


@pytest.mark.parametrize("within", [0, -1, 2.5, None, True, float("nan")], ids=repr)
def test_numbers_of_cases_that_are_refused(within):
    with pytest.raises(CusumError, match="within"):
        competence_probability(LEARN, failure_rate=0.1, within=within)
