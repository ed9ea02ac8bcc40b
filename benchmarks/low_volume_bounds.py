"""What no rule can exceed, and the rules that are best for constant rates."""

from __future__ import annotations

import numpy as np
from low_volume_rules import PROMISE, Array
from scipy.stats import binom


def best_for(rates: Array, unacceptable: float, step: float = 0.002) -> float:
    """Power of the best test of one known curve at the last case: no rule that keeps the promise declares more of it.

    The promise must hold for every course of rates that is never below the unacceptable one, so also for the one that
    is as near to the curve as that allows; against that one, cases at which the curve itself is not below it say
    nothing, and the likelihood ratio of the others is the best test (Neyman and Pearson), with randomisation. The sum
    is followed on a fine grid, rounded to the nearest.
    """
    use = rates[rates < unacceptable - 1e-12]
    if not use.size:
        return PROMISE
    up, down = np.log((1 - use) / (1 - unacceptable)), np.log(use / unacceptable)
    reach = int(np.ceil(up.sum() / step)) + use.size
    null, curve = np.zeros(3 * reach + 1), np.zeros(3 * reach + 1)  # from twice as far below 0 as it can rise above
    null[2 * reach] = curve[2 * reach] = 1.0
    for p, u, d in zip(use, up, down, strict=True):
        null, curve = (
            shifted(law * (1 - q), round(u / step)) + shifted(law * q, round(d / step))
            for law, q in ((null, unacceptable), (curve, p))
        )
    return randomised(null[::-1], curve[::-1])


def shifted(law: Array, by: int) -> Array:
    """Move a distribution along the grid; what would leave it at the bottom is collected there."""
    moved = np.zeros_like(law)
    if by >= 0:
        moved[by:] = law[: law.size - by]
    else:
        by = max(by, -law.size)
        moved[: law.size + by] = law[-by:]
        moved[0] += law[:-by].sum()
    return moved


def randomised(null: Array, alternative: Array) -> float:
    """Power of the test that rejects from the first entry on, with the last entry rejected by lot."""
    used = np.cumsum(null)
    full = int(np.searchsorted(used, PROMISE, side="right"))
    before = used[full - 1] if full else 0.0
    part = (PROMISE - before) / null[full] if full < null.size and null[full] > 0 else 0.0
    return float(alternative[:full].sum() + (part * alternative[full] if full < null.size else 0.0))


def best_for_constant(acceptable: float, unacceptable: float, cases: int) -> float:
    """The same for a constant rate, from the binomial distribution."""
    k = np.arange(cases + 1)
    return randomised(binom.pmf(k, cases, unacceptable), binom.pmf(k, cases, acceptable))


def fixed_test(unacceptable: float, cases: int) -> Array:
    """Most failures by case that declare, for the test that looks once, at the last case (-1: none do)."""
    most = np.full(cases, -1)
    most[-1] = int(np.searchsorted(binom.cdf(np.arange(cases + 1), cases, unacceptable), PROMISE, side="right")) - 1
    return most


def constant_rate_boundary(acceptable: float, unacceptable: float, cases: int) -> Array:
    """Most failures by case that declare, for the soonest declaration of a constantly acceptable rate.

    Dynamic programming over the number of failures: of all rules on that number, the one with the largest expected
    number of cases left after the declaration; the price of a false one is raised until the promise is kept.
    """
    low, high = 0.0, 1e4
    best = np.full(cases, -1)
    for _ in range(60):
        price = (low + high) / 2
        most = boundary_at_price(acceptable, unacceptable, cases, price)
        if follow_failures(most, np.full((1, cases), unacceptable))[0, -1] <= PROMISE:
            best, high = most, price
        else:
            low = price
    return best


def boundary_at_price(acceptable: float, unacceptable: float, cases: int, price: float) -> Array:
    """One pass of the dynamic programming."""
    most = np.full(cases, -1)
    value = np.zeros(cases + 2)
    for n in range(cases, 0, -1):
        k = np.arange(n + 1)
        good = acceptable**k * (1 - acceptable) ** (n - k)
        bad = unacceptable**k * (1 - unacceptable) ** (n - k)
        stop = (cases - n + 1) / cases * good - price * bad
        go = value[k] + value[k + 1] if n < cases else np.zeros(n + 1)
        declare = (stop > go) & (stop > 0)
        most[n - 1] = int(np.argmin(declare)) - 1 if not declare.all() else n
        value = np.append(np.where(k <= most[n - 1], stop, go), 0.0)
    return most


def follow_failures(most: Array, rates: Array) -> Array:
    """Probability of a declaration by each case, for a rule on the number of failures so far."""
    cases = rates.shape[1]
    state = np.zeros((rates.shape[0], cases + 2))
    state[:, 0] = 1.0
    declared = np.zeros(rates.shape)
    for n in range(cases):
        p = rates[:, n : n + 1]
        state[:, 1:] = state[:, 1:] * (1 - p) + state[:, :-1] * p
        state[:, 0] *= 1 - p[:, 0]
        if most[n] >= 0:
            declared[:, n] = state[:, : most[n] + 1].sum(axis=1)
            state[:, : most[n] + 1] = 0.0
    return np.cumsum(declared, axis=1)
