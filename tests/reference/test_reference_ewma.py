"""Run lengths of EWMA charts against the R packages spcadjust (normal observations) and spc (binomial counts).

Both chart other numbers than single outcomes. The law of the run length takes any scores, so that these can be held
against it all the same: normal observations cut finely, and the number of failures in groups of cases.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, norm

from cusum.charts.walk import Walk
from cusum.design.bracketed import GridLaw
from cusum.design.steps import Steps


def normal_mean(weight, limit, pieces):
    """Mean run length of the EWMA of standard normal observations, each put in the middle of its piece."""
    edges = np.linspace(-8.5, 8.5, pieces + 1)
    chances = np.diff(norm.cdf(edges))
    values = weight * (edges[1:] + edges[:-1]) / 2
    walk = Walk(memory=1 - weight, lower=-limit, upper=limit)
    return GridLaw(walk, Steps(values, chances / chances.sum()), 1e-6, 0.1).mean()


@pytest.mark.parametrize(
    ("limit", "printed"),
    [
        (3 * math.sqrt(0.5 / 1.5), 397.4608),  # three standard deviations of the statistic
        (1.773076, 500.0),
    ],
)
def test_normal_observations(limit, printed):
    """spcadjust's tests: weight 0.5."""
    low, value, high = normal_mean(0.5, limit, 1600)
    assert low <= printed <= high
    assert value == pytest.approx(printed, rel=1e-4)


def test_a_chart_without_memory():
    """spcadjust's tests: 3.09 standard deviations on either side, and nothing but the last observation, give 499.6."""
    assert 1 / (2 * norm.sf(3.09)) == pytest.approx(499.6091, abs=2e-4)
    low, value, high = normal_mean(1 - 1e-6, 3.09, 6800)
    assert low <= value <= high
    assert value == pytest.approx(499.6091, rel=2e-2)


def binomial_mean(weight, limit, size, target, rate):
    """Mean number of groups until the EWMA of the number of failures in a group is at its limit."""
    count = np.arange(size + 1)
    start = size * target
    steps = Steps(weight * (count - start), binom.pmf(count, size, rate))
    return GridLaw(Walk(memory=1 - weight, upper=limit - start), steps, 1e-6, 0.05).mean()


def simulated_mean(weight, limit, start, draw, *, rounded):
    """The same by simulation, the statistic rounded to whole numbers after each group or not."""
    rng = np.random.default_rng(6)
    value, cases, waits = np.full(2000, start), np.zeros(2000, dtype=int), []
    while value.size:
        value = (1 - weight) * value + weight * draw(rng, value.size)
        value = np.round(value) if rounded else value
        cases += 1
        ended = value >= limit
        waits.append(cases[ended])
        value, cases = value[~ended], cases[~ended]
    waits = np.concatenate(waits)
    return waits.mean(), waits.std() / math.sqrt(waits.size)


@pytest.mark.parametrize(
    ("weight", "limit", "size", "target", "rate", "printed"),
    [
        (0.1, 0.974341649, 10, 0.05, 0.1, 7021.49860834845),
        (0.2, 1.189202438, 10, 0.05, 0.1, 695.754048492178),
        (0.2, 1.948683298, 10, 0.1, 0.2, 38.7658767870707),
        (0.1, 3.560660172, 50, 0.05, 0.1, 26.9458397552087),
        (0.1, 6.45999279, 50, 0.1, 0.2, 7.65023263311636),
    ],
)
def test_binomial_counts_are_another_chart_in_spc(weight, limit, size, target, rate, printed):
    """spc's values are of a statistic rounded to whole numbers after each group: less often at its limit.

    Without rounding, as in any EWMA of ours, the bounds agree with a simulation; spc's mean is up to 400 times that.
    """
    bracket = binomial_mean(weight, limit, size, target, rate)
    mean, error = simulated_mean(
        weight, limit, size * target, lambda rng, n: rng.binomial(size, rate, n), rounded=False
    )
    assert bracket.low - 4 * error <= mean <= bracket.high + 4 * error
    assert printed > 1.1 * bracket.high
