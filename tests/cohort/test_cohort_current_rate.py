"""The current failure rate: against a plain loop, and how often its interval holds a rate that is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from cusum.cohort.current_rate import FADE, current_rate
from cusum.errors import InvalidParameter


def table_of(*sequences):
    """One trainee for each sequence of outcomes."""
    parts = [
        pd.DataFrame({"trainee": f"T{k}", "procedure": "cvc", "case": np.arange(1, len(s) + 1), "failure": s})
        for k, s in enumerate(sequences)
    ]
    return pd.concat(parts, ignore_index=True)


@pytest.mark.parametrize("fade", [0.8, FADE, 1.0])
def test_against_a_plain_loop(fade):
    rng = np.random.default_rng(3)
    sequences = [rng.random(n) < 0.3 for n in (1, 7, 40)]
    found = current_rate(table_of(*sequences), fade=fade, confidence=0.9)
    rows = []
    for sequence in sequences:
        failures = successes = 0.0
        for failure in sequence:
            failures, successes = fade * failures + failure, fade * successes + (not failure)
            law = beta(failures + 0.5, successes + 0.5)
            rows.append((law.mean(), law.ppf(0.05), law.ppf(0.95)))
    np.testing.assert_allclose(found[["rate", "rate_low", "rate_high"]], rows, atol=1e-9)


def held(rates, fade, trainees=600):
    """Share of intervals that hold the rate of the case just done, by case."""
    rng = np.random.default_rng(9)
    outcomes = rng.random((trainees, rates.size)) < rates
    found = current_rate(table_of(*outcomes), fade=fade)
    truth = np.tile(rates, trainees)
    inside = (found["rate_low"] <= truth) & (truth <= found["rate_high"])
    return inside.to_numpy().reshape(trainees, -1).mean(axis=0)


@pytest.mark.parametrize("rate", [0.05, 0.1, 0.2, 0.4])
def test_constant_rates_are_held_more_often_than_asked_for(rate):
    share = held(np.full(60, rate), FADE)
    assert share.mean() >= 0.97
    assert share[5:].min() >= 0.90


@pytest.mark.parametrize(("first", "final", "constant"), [(0.3, 0.06, 10), (0.3, 0.06, 25), (0.5, 0.1, 10)])
def test_learners_are_held(first, final, constant):
    rates = final + (first - final) * np.exp(-np.arange(80) / constant)
    share = held(rates, FADE)
    assert share.mean() >= 0.94
    assert share.min() >= 0.85
    assert held(rates, 1.0).mean() < 0.85  # why old cases fade


def test_a_deterioration_is_caught_up_with():
    share = held(np.where(np.arange(80) < 50, 0.05, 0.2), FADE)
    assert share[54] < 0.9
    assert share[69:].min() >= 0.94


def test_the_figures_of_the_docstring():
    rates = 0.06 + 0.24 * np.exp(-np.arange(100) / 10)
    outcomes = np.random.default_rng(2).random((700, 100)) < rates
    found = current_rate(table_of(*outcomes))
    lag = found["rate"].to_numpy().reshape(700, -1)[:, 19].mean() - rates[19]
    assert lag == pytest.approx(0.08, abs=0.01)
    steady = current_rate(table_of(*(np.random.default_rng(3).random((700, 100)) < 0.1)))
    wide = (steady["rate_high"] - steady["rate_low"]).to_numpy().reshape(700, -1)[:, -1].mean()
    assert wide == pytest.approx(0.26, abs=0.01)
    jump = held(np.where(np.arange(80) < 50, 0.05, 0.2), FADE, trainees=1000)
    assert jump[[50, 54, 59, 69]] == pytest.approx([0.64, 0.82, 0.91, 0.97], abs=0.04)


def test_the_index_is_that_of_the_table():
    table = table_of([1, 0, 0]).set_index(pd.Index([7, 8, 9]))
    assert current_rate(table).index.tolist() == [7, 8, 9]


def test_refusals():
    with pytest.raises(InvalidParameter, match="fade is 0"):
        current_rate(table_of([1]), fade=0)
    with pytest.raises(InvalidParameter, match="confidence is 1"):
        current_rate(table_of([1]), confidence=1)
