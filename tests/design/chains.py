"""Run lengths by a dense Markov chain, solved as linear equations, sharing nothing with the package.

A chart is given by what a case can add and with which probability. Its values are rounded to a lattice of its own:
each score is split over the two nearest points, so that the mean is kept; or, where all scores are multiples of one
step, nothing is rounded and the answer is exact.
"""

from __future__ import annotations

import numpy as np


def chain(scores, chances, *, lower, upper, floor, memory=1.0, points=400):
    """The transition matrix between values inside, and the chances of leaving below and above from each of them.

    The lattice has `points` steps from the lowest to the highest value inside; its last point is the upper limit, and
    with a lower limit its first one the lower limit.
    """
    bottom = floor if floor is not None else lower
    width = (upper - bottom) / points
    first = 0 if floor is not None else 1
    values = bottom + width * np.arange(first, points)
    size = len(values)
    moves, leave = np.zeros((size, size)), np.zeros((size, 2))
    for score, chance in zip(scores, chances, strict=True):
        for row, value in enumerate(values):
            at = (memory * value + score - bottom) / width
            low, nearest = int(np.floor(at)), round(at)
            on_point = abs(at - nearest) < 1e-7
            parts = ((nearest, 1.0),) if on_point else ((low, low + 1 - at), (low + 1, at - low))
            for point, share in parts:
                if point >= points:
                    leave[row, 1] += chance * share
                elif floor is None and point <= 0:
                    leave[row, 0] += chance * share
                else:
                    moves[row, max(point, first) - first] += chance * share
    return values, moves, leave


def mean_and_sides(scores, chances, *, start=0.0, **limits):
    """Mean run length from the start, and the probability of leaving at each side in the end."""
    values, moves, leave = chain(scores, chances, **limits)
    left = np.eye(len(values)) - moves
    at = int(np.abs(values - start).argmin())
    assert abs(values[at] - start) < 1e-9, "the start must be a point of the lattice"
    return np.linalg.solve(left, np.ones(len(values)))[at], np.linalg.solve(left, leave)[at]


def signalled_by(cases, scores, chances, *, start=0.0, **limits):
    """P(signal within so many cases) from the start, by powers of the chain."""
    values, moves, _ = chain(scores, chances, **limits)
    at = int(np.abs(values - start).argmin())
    return 1 - np.linalg.matrix_power(moves, cases)[at].sum()


def simulated(scores, chances, *, lower, upper, floor, memory=1.0, start=0.0, cases=10**6, runs=4000, seed=0):
    """First signals of many simulated runs: their cases (0 where none came) and whether they were upward."""
    rng = np.random.default_rng(seed)
    value, live = np.full(runs, start), np.arange(runs)
    first, upward = np.zeros(runs, dtype=int), np.zeros(runs, dtype=bool)
    for case in range(1, cases + 1):
        value = memory * value + rng.choice(scores, live.size, p=chances)
        if floor is not None:
            value = np.maximum(value, floor)
        above = value >= upper - 1e-9
        below = value <= lower + 1e-9 if lower is not None else np.zeros_like(above)
        ended = above | below
        first[live[ended]], upward[live[ended]] = case, above[ended]
        value, live = value[~ended], live[~ended]
        if not live.size:
            break
    return first, upward
