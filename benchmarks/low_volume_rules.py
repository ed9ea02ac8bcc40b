"""Rules that may declare a learner competent, each followed exactly: states, limits by case, and where they lead.

A rule here is a statistic that moves between a finite number of states, and a limit for each case. Two kinds of
statistic: those with two scores, whose reachable values are listed; and others, which are *defined* on a grid (after
each case the value is rounded down to the grid), so that following the grid is exact for the rule as defined. How far
that is from the unrounded statistic is bracketed in `low_volume.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from scipy import sparse

Array = np.ndarray
PROMISE = 0.05
SLACK = 1e-13


@dataclass(frozen=True)
class Statistic:
    """Sorted values, the state before the first case, and the state after a success and after a failure."""

    values: Array
    start: int
    success: Array
    failure: Array

    def matrix(self, after: Array) -> sparse.csr_array:
        """Matrix that moves probability one case on."""
        m = self.values.size
        return sparse.csr_array((np.ones(m), (after, np.arange(m))), shape=(m, m))


class Case:
    """The move at each case, for one or many failure rates at once."""

    def __init__(self, statistic: Statistic | list[Statistic]) -> None:
        self.steps = statistic if isinstance(statistic, list) else [statistic]
        self.moves = [(s.matrix(s.success), s.matrix(s.failure)) for s in self.steps]
        self.size = self.steps[0].values.size
        self.start = self.steps[0].start

    def begin(self, rates: int) -> Array:
        """All probability at the start."""
        state = np.zeros((self.size, rates))
        state[self.start] = 1.0
        return state

    def move(self, state: Array, case: int, rate: Array | float) -> Array:
        """One case on; `rate` is one failure probability for each column."""
        success, failure = self.moves[min(case, len(self.moves) - 1)]
        return success @ (state * (1 - rate)) + failure @ (state * rate)


def two_scores(up: float, down: float, cases: int, *, floor: float = 0.0, start: float = 0.0) -> Statistic:
    """List all values that max(floor, S + up) and max(floor, S - down) reach within so many cases."""
    found = fresh = np.array([start])
    for _ in range(cases):
        after = np.unique(np.concatenate((fresh + up, np.maximum(floor, fresh - down))).round(9))
        fresh = after[~np.isin((after * 1e8).round(), (found * 1e8).round())]
        found = np.union1d(found, fresh)
    at = lambda x: np.minimum(np.searchsorted(found, x - 5e-9), found.size - 1)  # noqa: E731
    first = int(at(np.array([start]))[0])
    return Statistic(found, first, at(np.minimum(found + up, found[-1])), at(np.maximum(floor, found - down)))


def on_grid(
    success: Callable[[Array], Array],
    failure: Callable[[Array], Array],
    bottom: float,
    top: float,
    *,
    step: float = 0.0025,
    start: float = 0.0,
    rounding: str = "down",
) -> Statistic:
    """Define a statistic on a grid: after each case it is rounded down (or up, or to the nearest, for the brackets)."""
    values = bottom + step * np.arange(round((top - bottom) / step) + 1)
    slack = {"down": 1e-9, "up": -1e-9, "nearest": 0.5}[rounding]
    to_grid = np.ceil if rounding == "up" else np.floor

    def at(x: Array) -> Array:
        return np.clip(to_grid((x - bottom) / step + slack), 0, values.size - 1).astype(np.int64)

    return Statistic(values, int(at(np.array([start]))[0]), at(success(values)), at(failure(values)))


def soft_floor(
    up: float, down: float, cases: int, *, hardness: float = 1.0, start: float = 0.0, drift: float = 0.0, **grid: object
) -> Statistic:
    """S' = ln(1 + exp(hardness (S + score + drift))) / hardness.

    Hardness 1 without drift is ln(1 + R) of the Shiryaev-Roberts statistic R' = (1 + R) LR; drift -ln(1 - rho) makes it
    Shiryaev's posterior odds with a geometric prior; a large hardness is the floor at 0 of the cusum.
    """

    def after(score: float) -> Callable[[Array], Array]:
        return lambda s: np.logaddexp(0.0, hardness * (s + score + drift)) / hardness

    top = cases * (up + drift) + np.log(cases + 1) / hardness + start + 0.5
    return on_grid(after(up), after(-down), 0.0, top, start=start, **grid)  # type: ignore[arg-type]


def follow(statistic: Statistic | list[Statistic], limits: Array, rates: Array) -> Array:
    """Probability of a declaration by each case, shape (scenarios, cases); `limits` are indices of states."""
    case = Case(statistic)
    state = case.begin(rates.shape[0])
    declared = np.zeros(rates.shape)
    for n in range(rates.shape[1]):
        state = case.move(state, n, rates[:, n])
        declared[:, n] = state[limits[n] :].sum(axis=0)
        state[limits[n] :] = 0.0
    return np.cumsum(declared, axis=1)


def constant_limit(statistic: Statistic | list[Statistic], rate: float, cases: int, promise: float = PROMISE) -> Array:
    """The smallest constant limit that keeps the promise at a constant rate."""
    low, high = 0, Case(statistic).size
    rates = np.full((1, cases), rate)
    while high - low > 1:
        middle = (low + high) // 2
        keeps = follow(statistic, np.full(cases, middle), rates)[0, -1] <= promise
        low, high = (low, middle) if keeps else (middle, high)
    return np.full(cases, high)


def spend(statistic: Statistic, rate: float, schedule: Array) -> Array:
    """At each case the smallest limit that keeps what the schedule allows up to that case."""
    case, used, limits = Case(statistic), 0.0, []
    state = case.begin(1)
    for n, allowed in enumerate(schedule):
        state = case.move(state, n, rate)
        limit = smallest(state[:, 0], allowed - used)
        used += state[limit:].sum()
        state[limit:] = 0.0
        limits.append(limit)
    return np.array(limits)


def smallest(state: Array, allowed: float) -> int:
    """The first state from which on there is at most so much probability."""
    beyond = np.append(np.cumsum(state[::-1])[::-1], 0.0)
    return int(np.argmax(beyond <= allowed + SLACK))


def last_look(statistic: Statistic, rate: float, cases: int, reserve: float, at: int | None = None) -> Array:
    """A constant limit that keeps (1 - reserve) of the promise, and a lower one at the last case (or at case `at`)."""
    running = constant_limit(statistic, rate, cases - 1, PROMISE * (1 - reserve))[0] if reserve < 1 else None
    limit = statistic.values.size if running is None else int(running)
    cases = cases if at is None else at
    case, used = Case(statistic), 0.0
    state = case.begin(1)
    for n in range(cases - 1):
        state = case.move(state, n, rate)
        used += state[limit:].sum()
        state[limit:] = 0.0
    last = smallest(case.move(state, cases - 1, rate)[:, 0], PROMISE - used)
    return np.append(np.full(cases - 1, limit), last)


class Scan:
    """Declare when one of some stretches of the last cases holds few enough failures: at most c in the last m[c].

    The state is how many cases ago each of the last few failures was, those at least as long ago as the longest stretch
    being all the same.
    """

    def __init__(self, lengths: dict[int, int]) -> None:
        self.lengths = lengths
        self.kept = max(lengths) + 1
        self.longest = max(lengths.values())
        ages = [(*c, *[self.longest] * (self.kept - len(c))) for k in range(self.kept + 1) for c in self._ages(k)]
        self.ages = np.array(ages)
        key = self._key(self.ages)
        self.order = np.argsort(key)
        self.keys = key[self.order]
        older = np.minimum(self.ages + 1, self.longest)
        failed = np.concatenate((np.zeros((len(ages), 1), dtype=np.int64), older[:, :-1]), axis=1)
        self.success, self.failure = self._at(older), self._at(failed)

    def _ages(self, k: int) -> combinations:
        return combinations(range(self.longest), k)

    def _key(self, ages: Array) -> Array:
        return ages @ (self.longest + 1) ** np.arange(self.kept)[::-1]

    def _at(self, ages: Array) -> Array:
        return self.order[np.searchsorted(self.keys, self._key(ages))]

    @staticmethod
    def size(lengths: dict[int, int]) -> int:
        """Number of states."""
        return sum(comb(max(lengths.values()), k) for k in range(max(lengths) + 2))

    def follow(self, rates: Array) -> Array:
        """Probability of a declaration by each case, shape (scenarios, cases)."""
        m = len(self.ages)
        statistic = Statistic(np.arange(m), m - 1, self.success, self.failure)
        case = Case(statistic)
        case.start = int(np.flatnonzero((self.ages == self.longest).all(axis=1))[0])
        state, declared = case.begin(rates.shape[0]), np.zeros(rates.shape)
        for n in range(rates.shape[1]):
            state = case.move(state, n, rates[:, n])
            done = np.zeros(m, dtype=bool)
            for c, length in self.lengths.items():
                done |= (self.ages[:, c] >= length) & (n + 1 >= length)
            declared[:, n] = state[done].sum(axis=0)
            state[done] = 0.0
        return np.cumsum(declared, axis=1)
