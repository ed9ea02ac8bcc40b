"""Run lengths and limits: time and accuracy against a vectorised simulation of 100,000 sequences, in the same run.

``python benchmarks/run_length.py [sequences]`` prints a table: (a) LC-CUSUM within 100 cases, (b) mean of a Bernoulli
CUSUM, (c) mean of a risk-adjusted CUSUM with the case mix of the cardiac surgery data, (d) a limit search for each, (e)
what has no exact answer either: the probability of a signal within 200 cases, an EWMA, and a sequential test.
Times are medians of some runs, in processor time, so that other work on the machine counts little; let the linear
algebra use one thread: OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

from cusum import (
    BernoulliCusum,
    Criterion,
    Ewma,
    LearningCurveCusum,
    RiskAdjustedCusum,
    RiskAdjustedSequentialTest,
    find_limit,
    run_length,
)
from cusum.charts.walk import TOLERANCE
from cusum.design import tuning
from cusum.design.attainable import attainable_limit
from cusum.design.steps import Steps, case_mix, steps_at_rates

MIX = Path(__file__).resolve().parent.parent / "tests" / "reference" / "data" / "cardiac_case_mix.csv"
CASES_IN_MIX = 1766
Answer = TypeVar("Answer")


def cardiac_mix() -> np.ndarray:
    """Model risks of the patients of phase I of the cardiac surgery data, one value a patient."""
    with MIX.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    count = np.rint([float(row["fi"]) * CASES_IN_MIX for row in rows]).astype(int)
    return np.repeat([float(row["pi1"]) for row in rows], count)


def simulate(steps: Steps, limit: float, sequences: int, cases: int | None, seed: int) -> np.ndarray:
    """First signal of each sequence (0 = none within the cases), all sequences side by side."""
    rng = np.random.default_rng(seed)
    first, live, value = np.zeros(sequences, dtype=np.int64), np.arange(sequences), np.zeros(sequences)
    values, shares = steps.values, np.cumsum(steps.chances)[:-1]
    case = 0
    while live.size and case != cases:
        case += 1
        if values.size == 2:
            value += np.where(rng.random(live.size) < shares[0], values[0], values[1])
        else:
            value += values[np.searchsorted(shares, rng.random(live.size), side="right")]
        np.maximum(value, 0.0, out=value)
        ended = value >= limit - TOLERANCE
        if ended.any():
            first[live[ended]] = case
            live, value = live[~ended], value[~ended]
    return first


def timed(work: Callable[[], Answer], repeats: int = 5) -> tuple[Answer, float]:
    """Answer, and the median of some times in seconds."""
    times, answer = [], work()
    for _ in range(repeats):
        begin = time.process_time()
        answer = work()
        times.append(time.process_time() - begin)
    return answer, float(np.median(times))


def once(work: Callable[[], Answer]) -> tuple[Answer, float]:
    """Answer and time of one go."""
    begin = time.process_time()
    answer = work()
    return answer, time.process_time() - begin


def line(name: str, ours: str, simulated: str, seconds: float, slow: float) -> None:
    """Print one row of the table."""
    print(f"{name:34s} {ours:34s} {simulated:24s} {1e3 * seconds:10.2f} ms {slow:8.2f} s {slow / seconds:9.0f} x")


def learning(sequences: int) -> float:
    """(a) P(declared within 100 cases) of an inadequate learner."""
    chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=3.705478)
    value, seconds = timed(lambda: run_length(chart, failure_rate=0.20).signal_by(100))
    first, slow = once(lambda: simulate(steps_at_rates(chart, 0.20), chart.limit, sequences, 100, 1))
    share = float((first > 0).mean())
    error = np.sqrt(share * (1 - share) / sequences)
    line("(a) LC-CUSUM, within 100 cases", f"{value:.9f} exact", f"{share:.5f} +- {error:.5f}", seconds, slow)
    return seconds


def bernoulli(sequences: int) -> float:
    """(b) Mean run length of a Bernoulli CUSUM, acceptable rate."""
    chart = BernoulliCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=3.0)
    value, seconds = timed(lambda: run_length(chart, failure_rate=0.10).mean)
    first, slow = once(lambda: simulate(steps_at_rates(chart, 0.10), chart.limit, sequences, None, 2))
    error = first.std() / np.sqrt(sequences)
    line("(b) Bernoulli CUSUM, mean", f"{value:.6f} exact", f"{first.mean():.1f} +- {error:.1f}", seconds, slow)
    return seconds


def risk_adjusted(mix: np.ndarray, sequences: int) -> None:
    """(c) Mean run length of a risk-adjusted CUSUM, case mix, limit 4.5, bracketed."""
    chart = RiskAdjustedCusum(odds_ratio=2.0, limit=4.5)
    first, slow = once(lambda: simulate(case_mix(chart, mix), chart.limit, sequences, None, 3))
    error = first.std() / np.sqrt(sequences)
    for tolerance in (2e-3, 2e-4, 1e-4):
        bracket, seconds = timed(lambda t=tolerance: run_length(chart, risk=mix, tolerance=t, budget=32).mean_bounds, 3)
        ours = f"{bracket.low:.2f} to {bracket.high:.2f} ({bracket.relative_width:.1e})"
        line(f"(c) risk-adjusted, width {tolerance:g}", ours, f"{first.mean():.1f} +- {error:.1f}", seconds, slow)


def searches(mix: np.ndarray, one: tuple[float, float]) -> None:
    """(d) Limits: time, and the number of evaluations that it amounts to."""
    criterion = Criterion(acceptable=0.10, unacceptable=0.20)
    learner, watch = LearningCurveCusum(criterion=criterion, limit=1.0), BernoulliCusum(criterion=criterion, limit=1.0)

    def learned() -> float:
        attainable_limit.cache_clear()
        return find_limit(learner, false_signal=0.05, within=100).limit

    limit, seconds = timed(learned, 3)
    print(f"(d) limit of (a): {limit:.6f} in {1e3 * seconds:.1f} ms, {seconds / one[0]:.1f} evaluations")
    limit, seconds = timed(lambda: find_limit(watch, in_control_mean=640).limit, 3)
    print(f"(d) limit of (b): {limit:.6f} in {1e3 * seconds:.1f} ms, {seconds / one[1]:.1f} evaluations")
    adjusted = RiskAdjustedCusum(odds_ratio=2.0, limit=1.0)
    margin, _ = tuning.question(adjusted, tuning.Promise(in_control_mean=7840.0), case_mix(adjusted, mix))
    _, each = timed(lambda: margin(4.5), 3)
    limit, seconds = timed(lambda: find_limit(adjusted, in_control_mean=7840, risk=mix).limit, 3)
    counted = f"{seconds / each:.1f} evaluations of {1e3 * each:.0f} ms"
    print(f"(d) limit of (c): {limit:.5f} in {1e3 * seconds:.0f} ms, {counted}")
    many = np.random.default_rng(4).beta(1.5, 12.0, 500)
    for within in (60, 300):
        design, seconds = timed(lambda n=within: find_limit(adjusted, false_signal=0.05, within=n, risk=many), 3)
        print(f"(d) limit for 500 risks, {within} cases: {design.limit:.5f} in {1e3 * seconds:.0f} ms")


def bracketed(mix: np.ndarray) -> None:
    """(e) Bounds at the budget that is the default."""
    chart = RiskAdjustedCusum(odds_ratio=2.0, limit=4.5)
    (low, high), seconds = timed(lambda: run_length(chart, risk=mix).bounds(200), 3)
    print(f"(e) within 200 cases: {low:.7f} to {high:.7f} (width {high - low:.1e}) in {1e3 * seconds:.0f} ms")
    many = np.random.default_rng(4).beta(1.5, 12.0, 500)
    others = {"EWMA": Ewma(weight=0.1, limit=0.15, improvement_limit=0.12), "RSPRT": RiskAdjustedSequentialTest()}
    for name, other in others.items():
        bracket, seconds = timed(lambda chart=other: run_length(chart, risk=many).mean_bounds, 3)
        width = f"({bracket.relative_width:.1e})"
        print(
            f"(e) mean of {name}, 500 risks: {bracket.low:.3f} to {bracket.high:.3f} {width} in {1e3 * seconds:.0f} ms"
        )


def main() -> None:
    """Print the table."""
    sequences = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print(f"{'':34s} {'computed':34s} {f'{sequences} sequences':24s} {'time':>13s} {'simulated':>10s} {'faster':>11s}")
    one = learning(sequences), bernoulli(sequences)
    mix = cardiac_mix()
    risk_adjusted(mix, sequences)
    searches(mix, one)
    bracketed(mix)


if __name__ == "__main__":
    main()
