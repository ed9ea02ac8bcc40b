"""Run lengths worked out by other means than the package's: dictionaries, enumeration, linear equations, simulation.

Nothing here imports the package. A chart with two scores is given by its step after a success, its step after a
failure, whether a barrier holds it at zero, and its lines; the states are counted, not rounded: a state is the point
it started from (the start, or the barrier) and the numbers of failures and of successes since.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from typing import NamedTuple

import numpy as np

TOLERANCE = 1e-9


class Steps(NamedTuple):
    """A two-score chart."""

    success: float
    failure: float
    upper: float = math.inf
    lower: float = -math.inf
    barrier: bool = True
    start: float = 0.0


def bernoulli(p0, p1, limit, start=0.0):
    """Bernoulli CUSUM: failures raise."""
    return Steps(math.log((1 - p1) / (1 - p0)), math.log(p1 / p0), limit, start=start)


def learning(p0, p1, limit, start=0.0):
    """LC-CUSUM: successes raise."""
    return Steps(math.log((1 - p0) / (1 - p1)), math.log(p0 / p1), limit, start=start)


def standard(p0, p1, alpha=0.1, beta=0.1):
    """Standard cusum: two lines, no barrier."""
    p, q = math.log(p1 / p0), math.log((1 - p0) / (1 - p1))
    s = q / (p + q)
    h0, h1 = math.log((1 - alpha) / beta) / (p + q), math.log((1 - beta) / alpha) / (p + q)
    return Steps(-s, 1 - s, upper=h1, lower=-h0, barrier=False)


def by_case(failure_rate, cases):
    """One failure rate a case; the last of a sequence holds on."""
    rates = np.atleast_1d(np.asarray(failure_rate, dtype=float))
    return np.concatenate([rates, np.full(max(0, cases - len(rates)), rates[-1])])[:cases]


def _moves(chart, state, rate):
    """The two states that can follow, each with its value and its probability; the barrier is applied."""
    origin, failures, successes = state
    for f, t, chance in ((failures + 1, successes, rate), (failures, successes + 1, 1 - rate)):
        value = origin + f * chart.failure + t * chart.success
        held = chart.barrier and value <= TOLERANCE * 1e-3
        yield (0.0, 0, 0) if held else (origin, f, t), 0.0 if held else value, chance


def propagate(chart, failure_rate, cases, *, forget=0.0):
    """P(first signal at or before n) for n = 1..cases, as (upward, downward); states below `forget` are dropped."""
    now = {(chart.start, 0, 0): 1.0}
    up, down = np.zeros(cases), np.zeros(cases)
    for n, rate in enumerate(by_case(failure_rate, cases)):
        after = defaultdict(float)
        for before, weight in now.items():
            for state, value, chance in _moves(chart, before, rate):
                if value >= chart.upper - TOLERANCE:
                    up[n] += weight * chance
                elif value <= chart.lower + TOLERANCE:
                    down[n] += weight * chance
                else:
                    after[state] += weight * chance
        now = {state: weight for state, weight in after.items() if weight > forget}
    return np.cumsum(up), np.cumsum(down)


def propagate_phases(learn, watch, failure_rate, cases):
    """P(learning), P(competent), P(alarm) after each case of the two-phase chart that returns to learning."""
    words = ("learning", "competent", "alarm")
    now = {("learning", (learn.start, 0, 0)): 1.0}
    found = np.zeros((cases, 3))
    for n, rate in enumerate(by_case(failure_rate, cases)):
        after = defaultdict(float)
        for (word, before), weight in now.items():
            chart = watch if word == "competent" else learn
            for state, value, chance in _moves(chart, before, rate):
                if value < chart.upper - TOLERANCE:
                    after[word, state] += weight * chance
                elif word == "competent":
                    after["alarm", (learn.start, 0, 0)] += weight * chance
                else:
                    after["competent", (watch.start, 0, 0)] += weight * chance
        now = after
        for (word, _), weight in now.items():
            found[n, words.index(word)] += weight
    return found


def mean_by_tail(chart, rate, *, cases=4000, forget=1e-19):
    """Mean run length at a constant rate: the survival summed, its end as a geometric series."""
    now = {(chart.start, 0, 0): 1.0}
    total, alive, ratio = 0.0, 1.0, 0.0
    for _ in range(cases):
        total += alive
        after = defaultdict(float)
        for before, weight in now.items():
            for state, value, chance in _moves(chart, before, rate):
                if chart.lower + TOLERANCE < value < chart.upper - TOLERANCE:
                    after[state] += weight * chance
        now = {state: weight for state, weight in after.items() if weight > forget}
        left = math.fsum(now.values())
        previous, ratio = ratio, left / alive
        alive = left
        if alive < 1e-15 or (1 - ratio > 1e-12 and abs(ratio - previous) < 1e-13 * (1 - ratio)):
            break
    return total + alive / (1 - ratio)


def mean_by_equations(up, limit_steps, rate):
    """Mean run length of a chart that moves `up` grid points one way and 1 the other, with a barrier at 0.

    `rate` is the probability of the upward move; the signal is at `limit_steps` grid points. Solved as linear
    equations m = 1 + Q m.
    """
    q = np.zeros((limit_steps, limit_steps))
    for k in range(limit_steps):
        q[k, max(0, k - 1)] += 1 - rate
        if k + up < limit_steps:
            q[k, k + up] += rate
    return np.linalg.solve(np.eye(limit_steps) - q, np.ones(limit_steps))[0]


def enumerate_maxima(chart, rate, cases):
    """Every sequence of `cases` outcomes: the highest value of the chart (no upper line) and the probability.

    Also every value above zero that the chart takes in any of them.
    """
    sequences = np.array(list(itertools.product((0, 1), repeat=cases)), dtype=np.int8)
    rates = by_case(rate, cases)
    value = np.full(len(sequences), chart.start)
    highest = np.full(len(sequences), -np.inf)
    probability = np.ones(len(sequences))
    reached = []
    for n in range(cases):
        failed = sequences[:, n] == 1
        value = value + np.where(failed, chart.failure, chart.success)
        if chart.barrier:
            value = np.maximum(0.0, value)
        highest = np.maximum(highest, value)
        probability = probability * np.where(failed, rates[n], 1 - rates[n])
        reached.append(np.unique(value.round(12)))
    values = np.unique(np.concatenate(reached))
    values = values[values > TOLERANCE]
    return highest, probability, distinct(values)


def distinct(values):
    """The sorted values, those closer than the tolerance counted once."""
    values = np.sort(values)
    return values[np.concatenate([[True], np.diff(values) > TOLERANCE])] if len(values) else values


def smallest_limit(chart, rate, cases, promise):
    """By trying every attainable value: the smallest that keeps P(signal within `cases`) <= promise, and that P.

    None where no attainable value keeps it.
    """
    highest, probability, values = enumerate_maxima(chart, rate, cases)
    for value in values:
        kept = math.fsum(probability[highest >= value - TOLERANCE])
        if kept <= promise:
            return value, kept
    return None


def simulate(chart, failure_rate, cases, *, replicates, seed):
    """First signal of each replicate (0 = none within `cases`) and whether it was upward."""
    rng = np.random.default_rng(seed)
    value = np.full(replicates, chart.start)
    first = np.zeros(replicates, dtype=np.int64)
    upward = np.zeros(replicates, dtype=bool)
    for n, rate in enumerate(by_case(failure_rate, cases), start=1):
        failed = rng.random(replicates) < rate
        value += np.where(failed, chart.failure, chart.success)
        if chart.barrier:
            np.maximum(value, 0.0, out=value)
        above, below = value >= chart.upper - TOLERANCE, value <= chart.lower + TOLERANCE
        new = (first == 0) & (above | below)
        first[new] = n
        upward[new] = above[new]
    return first, upward
