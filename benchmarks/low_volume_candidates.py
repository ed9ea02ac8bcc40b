"""The candidates: each takes a cell (criterion, number of cases) and gives the probability of a declaration by case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, log

import numpy as np
from low_volume_bounds import constant_rate_boundary, fixed_test, follow_failures
from low_volume_rules import (
    PROMISE,
    Array,
    Scan,
    Statistic,
    constant_limit,
    follow,
    last_look,
    on_grid,
    soft_floor,
    spend,
    two_scores,
)

NULL, WORSE, NEVER = "unacceptable", "worse", "never adequate"
LEARNERS = ("fast", "slow", "late", "late and steep")
JUDGED = ("adequate", *LEARNERS)
MOST_STATES = 200_000


@dataclass(frozen=True)
class Cell:
    """One criterion and one number of cases."""

    acceptable: float
    unacceptable: float
    cases: int

    @property
    def name(self) -> str:
        """Criterion in percent."""
        return f"{100 * self.acceptable:g}/{100 * self.unacceptable:g}"

    @property
    def up(self) -> float:
        """Score of a success."""
        return log((1 - self.acceptable) / (1 - self.unacceptable))

    @property
    def down(self) -> float:
        """What a failure takes."""
        return log(self.unacceptable / self.acceptable)

    @property
    def short(self) -> int:
        """The case at which a post ends that is a fifth shorter than planned."""
        return ceil(0.8 * self.cases)

    @cached_property
    def curves(self) -> dict[str, Array]:
        """Failure probability by case of each kind of trainee."""
        n = np.arange(self.cases)
        first = min(3 * self.unacceptable, 0.6)
        end, wait = 0.9 * self.acceptable, self.cases // 3

        def falling(start: float, to: float, tau: float, after: int = 0) -> Array:
            return to + (start - to) * np.exp(-np.maximum(n - after, 0) / tau)

        return {
            NULL: np.full(self.cases, self.unacceptable),
            WORSE: np.full(self.cases, 1.5 * self.unacceptable),
            NEVER: falling(first, self.unacceptable, 5),
            "adequate": np.full(self.cases, self.acceptable),
            "better": np.full(self.cases, self.acceptable / 2),
            "fast": falling(first, end, 5),
            "slow": falling(first, end, 15),
            "late": falling(self.unacceptable, end, 5, wait),
            "late and steep": falling(first, end, 5, wait),
        }

    @cached_property
    def rates(self) -> Array:
        """All curves, one a row."""
        return np.array(list(self.curves.values()))

    @cached_property
    def plain(self) -> Statistic:
        """The statistic of the LC-CUSUM."""
        return two_scores(self.up, self.down, self.cases)

    @cached_property
    def plain_limit(self) -> float:
        """The limit of the LC-CUSUM; the top of what it can reach where none keeps the promise."""
        index = constant_limit(self.plain, self.unacceptable, self.cases)[0]
        return float(self.plain.values[min(index, self.plain.values.size - 1)])


@dataclass(frozen=True)
class Result:
    """Probability of a declaration by each case, by kind of trainee; and by the end of a post that is too short."""

    declared: Array
    short: Array = field(default_factory=lambda: np.empty(0))


Rule = Callable[[Cell], Result | None]


def fixed(make: Callable[[Cell], Statistic | list[Statistic]]) -> Rule:
    """A constant limit."""

    def rule(cell: Cell) -> Result:
        statistic = make(cell)
        return done(cell, statistic, constant_limit(statistic, cell.unacceptable, cell.cases))

    return rule


def done(cell: Cell, statistic: Statistic | list[Statistic], limits: Array) -> Result:
    """Follow all kinds of trainees."""
    declared = follow(statistic, limits, cell.rates)
    return Result(declared, declared[:, cell.short - 1])


def scheduled(exponent: float) -> Rule:
    """Limits by case that spend promise x (case / cases) ** exponent."""

    def rule(cell: Cell) -> Result:
        allowed = PROMISE * (np.arange(1, cell.cases + 1) / cell.cases) ** exponent
        return done(cell, cell.plain, spend(cell.plain, cell.unacceptable, allowed))

    return rule


def best_of(rules: list[Rule]) -> Rule:
    """In each cell the one that declares most over the judged trainees: an optimised one-parameter family."""

    def rule(cell: Cell) -> Result:
        rows = [list(cell.curves).index(name) for name in JUDGED]
        found = [found for one in rules if (found := one(cell)) is not None]
        return max(found, key=lambda result: result.declared[rows, -1].mean())

    return rule


def looking_last(make: Callable[[Cell], Statistic], reserve: float) -> Rule:
    """A constant limit and a lower one at the last case; in a short post the last look is at its end."""

    def rule(cell: Cell) -> Result:
        statistic = make(cell)
        declared = follow(statistic, last_look(statistic, cell.unacceptable, cell.cases, reserve), cell.rates)
        moved = last_look(statistic, cell.unacceptable, cell.cases, reserve, at=cell.short)
        return Result(declared, follow(statistic, moved, cell.rates[:, : cell.short])[:, -1])

    return rule


def plain(cell: Cell) -> Statistic:
    """The LC-CUSUM."""
    return cell.plain


def head_start(fraction: float) -> Callable[[Cell], Statistic]:
    """A start above 0: a fraction of the ordinary limit."""
    return lambda cell: two_scores(cell.up, cell.down, cell.cases, start=fraction * cell.plain_limit)


def weighed(factor: float) -> Callable[[Cell], Statistic]:
    """A failure counts so many times what the criterion says, in successes."""
    return lambda cell: two_scores(cell.up, factor * cell.down, cell.cases)


def lower_floor(failures: float) -> Callable[[Cell], Statistic]:
    """The floor lies so many failures below 0."""
    return lambda cell: two_scores(cell.up, cell.down, cell.cases, floor=-failures * cell.down)


def halved(cell: Cell) -> Statistic:
    """A failure takes at most half of what there is."""
    fall = lambda s: np.maximum(s - cell.down, s / 2)  # noqa: E731
    return on_grid(lambda s: s + cell.up, fall, 0.0, cell.cases * cell.up + 0.5)


def fading(memory: float) -> Callable[[Cell], Statistic]:
    """What was there fades from case to case."""

    def make(cell: Cell) -> Statistic:
        top = cell.cases * cell.up + 0.5
        return on_grid(
            lambda s: memory * s + cell.up, lambda s: np.maximum(0.0, memory * s - cell.down), 0.0, top, step=0.001
        )

    return make


def soft(hardness: float, start: float = 0.0, prior: float = 0.0, weight: float = 1.0) -> Callable[[Cell], Statistic]:
    """A soft floor; hardness 1 is Shiryaev-Roberts, with a prior (expected changes within the cases) Shiryaev."""

    def make(cell: Cell) -> Statistic:
        drift = -log(1 - prior / cell.cases)
        return soft_floor(cell.up, weight * cell.down, cell.cases, hardness=hardness, start=start, drift=drift)

    return make


def known_curve(name: str) -> Callable[[Cell], list[Statistic]]:
    """Likelihood ratio of one learning curve, as far as it is below the unacceptable rate, without a floor."""

    def make(cell: Cell) -> list[Statistic]:
        rates = np.minimum(cell.curves[name], cell.unacceptable)
        gain, loss = np.log((1 - rates) / (1 - cell.unacceptable)), np.log(rates / cell.unacceptable)

        def step(g: float, f: float) -> Statistic:
            return on_grid(lambda s: s + g, lambda s: s + f, -6.0, float(gain.sum()) + 0.5)

        return [step(g, f) for g, f in zip(gain, loss, strict=True)]

    return make


def scanning(failures: int) -> Rule:
    """At most so many failures in the last m cases, with the smallest m that keeps the promise."""

    def rule(cell: Cell) -> Result | None:
        null = cell.rates[:1]
        low, high = failures, cell.cases + 1
        while high - low > 1:
            middle = (low + high) // 2
            if Scan.size({failures: middle}) > MOST_STATES:
                return None
            keeps = Scan({failures: middle}).follow(null)[0, -1] <= PROMISE
            low, high = (low, middle) if keeps else (middle, high)
        return nobody(cell) if high > cell.cases else scanned(cell, {failures: high})

    return rule


def scanning_up_to(failures: int) -> Rule:
    """At most c failures in the last m[c] cases for any c up to so many, with the lengths of the LC-CUSUM."""

    def rule(cell: Cell) -> Result | None:
        for run in range(2, cell.cases + 1):
            lengths = {c: ceil(run + c * (1 + cell.down / cell.up) - 1e-9) for c in range(failures + 1)}
            lengths = {c: m for c, m in lengths.items() if m <= cell.cases}
            if (1 - cell.unacceptable) ** run > PROMISE:
                continue
            if Scan.size(lengths) > MOST_STATES:
                return None
            if Scan(lengths).follow(cell.rates[:1])[0, -1] <= PROMISE:
                return scanned(cell, lengths)
        return nobody(cell)

    return rule


def nobody(cell: Cell) -> Result:
    """No stretch of so few cases keeps the promise."""
    return Result(np.zeros(cell.rates.shape), np.zeros(len(cell.rates)))


def scanned(cell: Cell, lengths: dict[int, int]) -> Result:
    """Follow all kinds of trainees."""
    declared = Scan(lengths).follow(cell.rates)
    return Result(declared, declared[:, cell.short - 1])


def counting(boundary: Callable[[Cell], Array]) -> Rule:
    """A rule on the number of failures since the first case."""

    def rule(cell: Cell) -> Result:
        declared = follow_failures(boundary(cell), cell.rates)
        return Result(declared, declared[:, cell.short - 1])

    return rule


def posterior_of_curves(cell: Cell) -> Result | None:
    """Posterior odds that the current rate is below the unacceptable one, under a mixture of learning curves.

    Every sequence of outcomes is listed, so that it is for 20 cases only. One half is put on the unacceptable rate, the
    other in equal parts on the adequate trainee and three learners.
    """
    if cell.cases > 20:
        return None
    null = cell.unacceptable
    models = [cell.curves[name] for name in ("adequate", "fast", "slow", "late")]
    ratios, chance = np.full((len(models), 1), 1 / len(models)), np.ones((cell.rates.shape[0], 1))
    highest, first = np.full(1, -np.inf), []
    for n in range(cell.cases):
        good = np.array([m[n] for m in models])[:, None]
        ratios = np.stack((ratios * (1 - good) / (1 - null), ratios * good / null), axis=2).reshape(len(models), -1)
        below = (good < null - 1e-12)[:, 0]
        odds = ratios[below].sum(axis=0) / (1 + ratios[~below].sum(axis=0))
        rate = cell.rates[:, n : n + 1]
        chance = np.stack((chance * (1 - rate), chance * rate), axis=2).reshape(cell.rates.shape[0], -1)
        before = np.repeat(highest, 2)
        highest = np.maximum(before, odds)
        first.append((before, odds, chance))
    limit = smallest_odds(highest, chance[0])
    each = [chance[:, (before < limit) & (odds >= limit)].sum(axis=1) for before, odds, chance in first]
    declared = np.cumsum(np.array(each).T, axis=1)
    return Result(declared, declared[:, cell.short - 1])


def smallest_odds(highest: Array, chance: Array) -> float:
    """The smallest limit that keeps the promise."""
    order = np.argsort(-highest, kind="stable")
    used, value = np.cumsum(chance[order]), highest[order]
    last = np.append(value[:-1] > value[1:] * (1 + 1e-12), True)
    keeps = np.flatnonzero(last & (used <= PROMISE))
    return float(value[keeps[-1]]) * (1 - 1e-13) if keeps.size else np.inf


FACTORS = (0.5, 0.6, 0.7, 0.85, 1.0, 1.15, 1.3, 1.5)
EXPONENTS = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
RESERVES = (0.2, 0.35, 0.5, 0.65, 0.8)
BASELINE, WINNER = "LC-CUSUM", "last look, half the promise"
NOT_MONOTONE = "posterior under a mixture of curves"

CANDIDATES: dict[str, tuple[str, Rule]] = {
    BASELINE: ("1 baseline", fixed(plain)),
    "spent early (exponent 0.5)": ("2 schedule", scheduled(0.5)),
    "spent evenly (exponent 1)": ("2 schedule", scheduled(1.0)),
    "spent late (exponent 3)": ("2 schedule", scheduled(3.0)),
    "spent late (exponent 5)": ("2 schedule", scheduled(5.0)),
    "spent, best exponent per cell": ("2 schedule", best_of([scheduled(x) for x in EXPONENTS])),
    "last look, 0.2 of the promise": ("2 schedule", looking_last(plain, 0.2)),
    "last look, 0.35 of the promise": ("2 schedule", looking_last(plain, 0.35)),
    WINNER: ("2 schedule", looking_last(plain, 0.5)),
    "last look, 0.65 of the promise": ("2 schedule", looking_last(plain, 0.65)),
    "last look, best share per cell": ("2 schedule", best_of([looking_last(plain, x) for x in RESERVES])),
    "last look only": ("2 schedule", looking_last(plain, 1.0)),
    "head start, a quarter of the limit": ("3 head start", fixed(head_start(0.25))),
    "head start, half the limit": ("3 head start", fixed(head_start(0.5))),
    "failure x 0.7": ("4 other rates", fixed(weighed(0.7))),
    "failure x 0.85": ("4 other rates", fixed(weighed(0.85))),
    "failure x 1.3": ("4 other rates", fixed(weighed(1.3))),
    "failure, best weight per cell": ("4 other rates", best_of([fixed(weighed(x)) for x in FACTORS])),
    "floor half a failure below 0": ("5 other barrier", fixed(lower_floor(0.5))),
    "floor one failure below 0": ("5 other barrier", fixed(lower_floor(1.0))),
    "floor three failures below 0": ("5 other barrier", fixed(lower_floor(3.0))),
    "a failure takes at most half": ("5 other barrier", fixed(halved)),
    "memory 0.98": ("5 other barrier", fixed(fading(0.98))),
    "memory 0.95": ("5 other barrier", fixed(fading(0.95))),
    "soft floor, hardness 2": ("5 other barrier", fixed(soft(2.0))),
    "Shiryaev-Roberts": ("6 posterior", fixed(soft(1.0))),
    "Shiryaev-Roberts, head start 1": ("6 posterior", fixed(soft(1.0, start=1.0))),
    "Shiryaev, one change expected": ("6 posterior", fixed(soft(1.0, prior=1.0))),
    "known curve (fast)": ("6 posterior", fixed(known_curve("fast"))),
    NOT_MONOTONE: ("6 posterior", posterior_of_curves),
    "scan, no failure": ("7 scan", scanning(0)),
    "scan, at most 1 failure": ("7 scan", scanning(1)),
    "scan, at most 2 failures": ("7 scan", scanning(2)),
    "scan, at most 0, 1 or 2 failures": ("7 scan", scanning_up_to(2)),
    "Shiryaev-Roberts + last look 0.35": ("8 combination", looking_last(soft(1.0), 0.35)),
    "Shiryaev-Roberts + last look 0.5": ("8 combination", looking_last(soft(1.0), 0.5)),
    "soft floor, hardness 2 + last look 0.35": ("8 combination", looking_last(soft(2.0), 0.35)),
    "failure x 0.85 + last look 0.5": ("8 combination", looking_last(weighed(0.85), 0.5)),
    "floor half a failure below 0 + last look 0.5": ("8 combination", looking_last(lower_floor(0.5), 0.5)),
    "head start, a quarter + last look 0.5": ("8 combination", looking_last(head_start(0.25), 0.5)),
    "fixed test at the last case": ("9 bound", counting(lambda c: fixed_test(c.unacceptable, c.cases))),
    "soonest for constant rates": (
        "9 bound",
        counting(lambda c: constant_rate_boundary(c.acceptable, c.unacceptable, c.cases)),
    ),
}
