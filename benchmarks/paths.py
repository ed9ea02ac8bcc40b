"""Time every chart on a million cases, beside a cumulative sum and beside a loop over cases.

Run: python benchmarks/paths.py [--cases N] [--repeats K]

For each chart: the median time on one sequence and on many sequences of 100 cases, and how many times that of
`np.cumsum` over the same scores. Chart and cumulative sum are timed turn by turn in the same run, so that whatever else
the machine does weighs on both. The loop is the plainest there is: Python floats, one case after the other, a tenth of
the cases, times ten.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter

import numpy as np

from cusum.charts import (
    BernoulliCusum,
    BernoulliGlr,
    Chart,
    Ewma,
    LearningCurveCusum,
    LearningThenMonitoring,
    RiskAdjustedCusum,
    RiskAdjustedLearningCurveCusum,
    RiskAdjustedSequentialTest,
    StandardCusum,
    Vlad,
)
from cusum.criterion import Criterion

CRITERION = Criterion(acceptable=0.10, unacceptable=0.20)
RATE = 0.12
LENGTH = 100
LEARNING = LearningCurveCusum(criterion=CRITERION, limit=3.7)
MONITORING = BernoulliCusum(criterion=CRITERION, limit=3.7)

CHARTS: dict[str, tuple[Chart, bool]] = {
    "VLAD": (Vlad(), True),
    "EWMA, continue": (Ewma(weight=0.1, target=0.1, limit=0.25), False),
    "EWMA, risk, continue": (Ewma(weight=0.1, limit=0.25), True),
    "Bernoulli CUSUM, continue": (BernoulliCusum(criterion=CRITERION, limit=3.7, after_signal="continue"), False),
    "LC-CUSUM, stop": (LEARNING, False),
    "LC-CUSUM, continue": (LearningCurveCusum(criterion=CRITERION, limit=3.7, after_signal="continue"), False),
    "risk-adjusted CUSUM, continue": (RiskAdjustedCusum(limit=4.5, after_signal="continue"), True),
    "risk-adjusted LC-CUSUM, stop": (RiskAdjustedLearningCurveCusum(limit=3.0), True),
    "standard CUSUM, restart": (StandardCusum(criterion=CRITERION), False),
    "standard CUSUM, parallel": (StandardCusum(criterion=CRITERION, after_signal="parallel"), False),
    "Bernoulli CUSUM, restart": (MONITORING, False),
    "LC-CUSUM, restart": (LearningCurveCusum(criterion=CRITERION, limit=2.0, after_signal="restart"), False),
    "LC-CUSUM, then monitoring": (LearningThenMonitoring(learning=LEARNING, monitoring=MONITORING), False),
    "risk-adjusted CUSUM, restart": (RiskAdjustedCusum(limit=4.5), True),
    "RSPRT, restart": (RiskAdjustedSequentialTest(), True),
    "EWMA, restart": (Ewma(weight=0.1, target=0.1, limit=0.25, after_signal="restart"), False),
    "Bernoulli GLR, restart": (BernoulliGlr(acceptable=0.1, limit=5.0), False),
}


def timed(work: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    started = perf_counter()
    work()
    return perf_counter() - started


def loop(chart: Chart, scores: list[float]) -> list[float]:
    """Chart one case after the other: the walk of the chart (of its first phase) in plain Python."""
    walk = chart.opening.walk
    upper = np.inf if walk.upper is None else walk.upper
    lower = -np.inf if walk.lower is None else walk.lower
    floor = -np.inf if walk.floor is None else walk.floor
    total, path = walk.start, []
    for score in scores:
        total = max(floor, walk.memory * total + score)
        path.append(total)
        if not lower < total < upper:
            total = walk.start
    return path


def measure(name: str, n: int, repeats: int) -> str:
    """Time one chart and write the line of the table."""
    draw = np.random.default_rng(1)
    failure = draw.random(n) < RATE
    chart, adjusted = CHARTS[name]
    risk = draw.beta(2.4, 17.6, n) if adjusted else None
    sequence = np.arange(n) // LENGTH
    scores = chart.scores(failure, risk=risk)
    works: list[Callable[[], object]] = [
        lambda: np.cumsum(scores),
        lambda: chart.run(failure, risk=risk),
        lambda: chart.run_many(failure, sequence=sequence, risk=risk),
    ]
    times = np.array([[timed(work) for work in works] for _ in range(repeats + 1)])[1:]
    one, many = (median(times[:, k] / times[:, 0]) for k in (1, 2))
    sums, seconds_one, seconds_many = np.median(times, axis=0) * 1000
    line = f"{name:30} {sums:7.1f} {seconds_one:9.1f} {one:8.1f} {seconds_many:9.1f} {many:8.1f} {many / one:6.2f}"
    if isinstance(chart, BernoulliGlr):
        return f"{line} {'-':>9}"
    tenth = scores[: n // 10].tolist()
    naive = 10_000 * timed(lambda: loop(chart, tenth))
    return f"{line} {naive / seconds_one:9.1f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=7)
    options = parser.parse_args()
    print(f"{options.cases} cases, failure rate {RATE}; medians of {options.repeats}, milliseconds")
    print("one: one sequence; many: sequences of 100 cases; x sum: times np.cumsum of the scores; x loop: loop / one")
    heads = (("cumsum", 7), ("one", 10), ("x sum", 9), ("many", 10), ("x sum", 9), ("m/o", 7), ("x loop", 10))
    print("chart".ljust(30), "".join(head.rjust(width) for head, width in heads))
    for name in CHARTS:
        print(measure(name, options.cases, options.repeats), flush=True)


if __name__ == "__main__":
    main()
