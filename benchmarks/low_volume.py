"""Can anything beat the LC-CUSUM where volume is low? Every candidate at equal promise, followed exactly.

``python benchmarks/low_volume.py [workers]`` computes the table, writes docs/low_volume.csv and the tables between the
marks in docs/low_volume.md, and prints the summary and the checks. Random numbers are drawn only for a check, seeded.
"""

from __future__ import annotations

import csv
import re
import sys
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import nullcontext
from itertools import product
from pathlib import Path

import numpy as np
from low_volume_bounds import best_for, best_for_constant
from low_volume_candidates import BASELINE, CANDIDATES, JUDGED, NOT_MONOTONE, NULL, WINNER, Cell, Result
from low_volume_rules import PROMISE, Array, Scan, constant_limit, follow, last_look, soft_floor

from cusum.criterion import Criterion
from cusum.design.low_volume import design_low_volume, last_look_by_case
from cusum.work import progress_reporter

DOCS = Path(__file__).resolve().parent.parent / "docs"
CELLS = [Cell(a, 2 * a, n) for a in (0.05, 0.10, 0.20) for n in (20, 30, 50, 100)]
BOUND = "no rule can exceed"
MEASURES = [
    "declared",
    "mean_case",
    "restricted_mean",
    "declared_while_unacceptable",
    "declared_while_above_acceptable",
    "declared_if_post_is_a_fifth_shorter",
]
FIELDS = ["criterion", "cases", "family", "rule", "trainee", *MEASURES]
Row = dict[str, object]


def measures(cell: Cell, result: Result) -> dict[str, dict[str, float]]:
    """What is read off, for each kind of trainee."""
    found = {}
    case = np.arange(1, cell.cases + 1)
    for (name, rates), by_case, short in zip(cell.curves.items(), result.declared, result.short, strict=True):
        each = np.diff(by_case, prepend=0.0)
        total = float(by_case[-1])
        found[name] = {
            "declared": total,
            "mean_case": float(each @ case / total) if total > 0 else float("nan"),
            "restricted_mean": float(cell.cases - by_case[:-1].sum()),
            "declared_while_unacceptable": float(each[rates >= cell.unacceptable - 1e-12].sum()),
            "declared_while_above_acceptable": float(each[rates > cell.acceptable + 1e-12].sum()),
            "declared_if_post_is_a_fifth_shorter": float(short),
        }
    return found


def compute_cell(cell: Cell) -> dict[str, dict[str, dict[str, float]]]:
    """All candidates, all kinds of trainees, at one criterion and one number of cases."""
    found = {}
    for name, (_, rule) in CANDIDATES.items():
        result = rule(cell)
        if result is not None:
            found[name] = measures(cell, result)
            if name != NOT_MONOTONE:
                check_promise(cell, name, result)
    return found


def compute(executor: Executor | None = None) -> dict[tuple[str, int], dict[str, dict[str, dict[str, float]]]]:
    """All cells, here or elsewhere: nothing is drawn by lot, so that the table is the same."""
    table = {}
    each = executor.map(compute_cell, CELLS) if executor else map(compute_cell, CELLS)
    with progress_reporter(True, "Computing") as tell:
        for done, (cell, found) in enumerate(zip(CELLS, each, strict=True), start=1):
            table[cell.name, cell.cases] = found
            tell(done, len(CELLS), f"{cell.name}, {cell.cases} cases")
    return table


def check_promise(cell: Cell, name: str, result: Result) -> None:
    """The promise is kept at the unacceptable rate, at a worse one, and on a course that never falls below it."""
    kept, worse, never = result.declared[:3, -1]
    assert kept <= PROMISE + 1e-12, (cell.name, cell.cases, name, kept)
    assert worse <= kept + 1e-12, (cell.name, cell.cases, name)
    assert never <= kept + 1e-12, (cell.name, cell.cases, name)
    assert result.short[0] <= PROMISE + 1e-12, (cell.name, cell.cases, name)


def rows(table: dict) -> list[Row]:
    """The whole table, one row a cell, rule and kind of trainee."""
    listed: list[Row] = []
    for cell in CELLS:
        head = {"criterion": cell.name, "cases": cell.cases}
        for rule, found in table[cell.name, cell.cases].items():
            family = CANDIDATES[rule][0]
            for trainee, values in found.items():
                shown = {key: written(key, value) for key, value in values.items()}
                listed.append({**head, "family": family, "rule": rule, "trainee": trainee, **shown})
        for trainee, value in bounds(cell).items():
            row = dict.fromkeys(FIELDS, "")
            listed.append({**row, **head, "family": "9 bound", "rule": BOUND, "trainee": trainee, "declared": value})
    return listed


def written(measure: str, value: float) -> str:
    """A mean to two digits, a probability to five; empty where nobody is declared."""
    if value != value:
        return ""
    return f"{value:.2f}" if "mean" in measure else f"{value:.5f}"


def bounds(cell: Cell) -> dict[str, str]:
    """The most that any rule that keeps the promise can declare of each kind of trainee, to three digits."""
    found = {name: best_for(cell.curves[name], cell.unacceptable) for name in (*JUDGED[1:],)}
    constant = {
        "adequate": best_for_constant(cell.acceptable, cell.unacceptable, cell.cases),
        "better": best_for_constant(cell.acceptable / 2, cell.unacceptable, cell.cases),
    }
    return {name: f"{value:.3f}" for name, value in {**constant, **found}.items()}


def summary(table: dict) -> list[str]:
    """One line a rule: differences from the LC-CUSUM, averaged over the cells in which it exists."""
    lines = [
        "| rule | adequate | fast | slow | late | late, steep | worst cell | later by, adequate | later by, learners |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for rule in CANDIDATES:
        cells = [c for c in CELLS if rule in table[c.name, c.cases]]
        if rule == BASELINE or not cells:
            continue
        gain = np.array([[difference(table, c, rule, t, "declared") for t in JUDGED] for c in cells])
        late = np.array([[difference(table, c, rule, t, "restricted_mean") / c.cases for t in JUDGED] for c in cells])
        means = " | ".join(f"{value:+.3f}" for value in gain.mean(axis=0))
        later = f"{100 * late[:, 0].mean():+.1f}% | {100 * late[:, 1:].mean():+.1f}%"
        some = "" if len(cells) == len(CELLS) else f" ({len(cells)} cells)"
        bold = "**" if rule == WINNER else ""
        lines.append(f"| {bold}{rule}{bold}{some} | {means} | {gain.min():+.3f} | {later} |")
    return lines


def difference(table: dict, cell: Cell, rule: str, trainee: str, measure: str) -> float:
    """Rule minus LC-CUSUM."""
    found = table[cell.name, cell.cases]
    return found[rule][trainee][measure] - found[BASELINE][trainee][measure]


def by_cell(table: dict) -> list[str]:
    """The winner beside the LC-CUSUM, cell by cell: declared, and mean restricted to the cases planned."""
    lines = [
        "| criterion | cases | kept | adequate | better | fast | slow | late | late, steep |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for cell in CELLS:
        found = table[cell.name, cell.cases]
        old, new = found[BASELINE], found[WINNER]
        kept = f"{old[NULL]['declared']:.4f} → {new[NULL]['declared']:.4f}"
        shown = " | ".join(
            f"{old[t]['declared']:.3f} → {new[t]['declared']:.3f}" for t in ("adequate", "better", *JUDGED[1:])
        )
        lines.append(f"| {cell.name} | {cell.cases} | {kept} | {shown} |")
    return lines


def timing(table: dict) -> list[str]:
    """How much later the winner declares, and what it declares too early, cell by cell."""
    lines = [
        "| criterion | cases | adequate: mean case | adequate: restricted mean | fast: restricted mean | "
        "late: restricted mean | slow: declared above acceptable | fast: the same | late: the same | "
        "largest: declared while unacceptable |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for cell in CELLS:
        old, new = (table[cell.name, cell.cases][rule] for rule in (BASELINE, WINNER))
        if not new["adequate"]["declared"]:
            continue

        def pair(trainee: str, measure: str, digits: int, old: dict = old, new: dict = new) -> str:
            return f"{old[trainee][measure]:.{digits}f} → {new[trainee][measure]:.{digits}f}"

        above = [pair(t, "declared_while_above_acceptable", 3) for t in ("slow", "fast", "late")]
        most = [max(x[t]["declared_while_unacceptable"] for t in JUDGED) for x in (old, new)]
        means = [pair("adequate", "mean_case", 1), pair("adequate", "restricted_mean", 1)]
        means += [pair(t, "restricted_mean", 1) for t in ("fast", "late")]
        shown = " | ".join([*means, *above, f"{most[0]:.3f} → {most[1]:.3f}"])
        lines.append(f"| {cell.name} | {cell.cases} | {shown} |")
    return lines


def short_posts(table: dict) -> list[str]:
    """What happens when the post ends a fifth sooner: the LC-CUSUM as designed, the last look moved to the end."""
    lines = [
        "| criterion | cases planned | cases done | adequate | fast | slow | late |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for cell in CELLS:
        old, new = (table[cell.name, cell.cases][rule] for rule in (BASELINE, WINNER))
        key = "declared_if_post_is_a_fifth_shorter"
        shown = " | ".join(f"{old[t][key]:.3f} → {new[t][key]:.3f}" for t in ("adequate", "fast", "slow", "late"))
        lines.append(f"| {cell.name} | {cell.cases} | {cell.short} | {shown} |")
    return lines


def headroom(table: dict) -> list[str]:
    """LC-CUSUM, winner and bound."""
    lines = [
        "| criterion | cases | adequate | fast | slow | late | late, steep | fixed test: adequate, fast | "
        "soonest for constant rates: adequate, fast |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for cell in CELLS:
        found, most = table[cell.name, cell.cases], bounds(cell)
        each = [
            f"{found[BASELINE][t]['declared']:.2f} / {found[WINNER][t]['declared']:.2f} / {float(most[t]):.2f}"
            for t in JUDGED
        ]
        constant = [
            f"{found[rule]['adequate']['declared']:.2f}, {found[rule]['fast']['declared']:.2f}"
            for rule in ("fixed test at the last case", "soonest for constant rates")
        ]
        lines.append(f"| {cell.name} | {cell.cases} | {' | '.join(each + constant)} |")
    return lines


def checks(table: dict) -> list[str]:
    """Other ways to the same numbers."""
    lines = []
    worst = 0.0
    for cell in CELLS:
        design = design_low_volume(
            Criterion(acceptable=cell.acceptable, unacceptable=cell.unacceptable), cases=cell.cases
        )
        for trainee, rates in cell.curves.items():
            mine = table[cell.name, cell.cases][WINNER][trainee]["declared"]
            worst = max(worst, abs(mine - float(last_look_by_case(design.chart, failure_rate=rates)[-1])))
    lines.append(f"the package's own design and this program differ by at most {worst:.1e}")
    lines.append(f"all 4,096 sequences of 12 cases, four rules, by plain loops: largest difference {enumerated():.1e}")
    widest, change = bracket()
    lines.append(
        f"Shiryaev-Roberts rule: bracket of the unrounded rule on a fine grid at most {widest:.4f} wide; "
        f"change from the grid used to the fine one at most {change:.4f}"
    )
    deviations = simulated(table)
    largest = max(abs(z) for z in deviations)
    lines.append(
        f"200,000 simulated trainees for each of {len(deviations)} probabilities (LC-CUSUM and last look): "
        f"largest deviation {largest:.2f} standard errors"
    )
    cell = CELLS[4]
    broken = table[cell.name, cell.cases][NOT_MONOTONE]
    parts = [f"{name} {broken[name]['declared']:.3f}" for name in list(cell.curves)[:3]]
    lines.append(f"posterior under a mixture of curves, {cell.name} and {cell.cases} cases: {', '.join(parts)}")
    return lines


def enumerated() -> float:
    """Largest difference from probabilities added up over every sequence of 12 outcomes, each run case by case."""
    cell = Cell(0.2, 0.4, 12)
    soft = soft_floor(cell.up, cell.down, cell.cases)
    soft_limits = constant_limit(soft, cell.unacceptable, cell.cases)
    looks = last_look(cell.plain, cell.unacceptable, cell.cases, 0.5)
    values = np.append(cell.plain.values, np.inf)[looks]
    lengths = {0: 6, 1: 9, 2: 12}
    total = np.zeros((4, len(cell.rates)))
    for outcomes in product((0, 1), repeat=cell.cases):
        chance = np.prod(np.where(outcomes, cell.rates, 1 - cell.rates), axis=1)
        s, at, signals = 0.0, soft.start, np.zeros(4, dtype=bool)
        for n, failed in enumerate(outcomes):
            s = max(0.0, s + (-cell.down if failed else cell.up))
            at = soft.failure[at] if failed else soft.success[at]
            seen = outcomes[: n + 1]
            scan = any(len(seen) >= m and sum(seen[-m:]) <= c for c, m in lengths.items())
            signals |= [s >= cell.plain_limit - 1e-6, s >= values[n] - 1e-6, at >= soft_limits[n], scan]
        total[signals] += chance
    exact = [
        CANDIDATES[BASELINE][1](cell).declared,
        follow(cell.plain, looks, cell.rates),
        follow(soft, soft_limits, cell.rates),
        Scan(lengths).follow(cell.rates),
    ]
    return float(max(np.abs(a[:, -1] - b).max() for a, b in zip(exact, total, strict=True)))


def bracket() -> tuple[float, float]:
    """How far rounding can reach, for the Shiryaev-Roberts rule.

    The unrounded rule lies between the rule rounded up and the one rounded down at each case, at the same limit: the
    widest such bracket on a grid ten times as fine as the one used, in three cells. And the largest change of any
    probability from the grid used to that one, each with its own limit.
    """
    widest = change = 0.0
    for cell in (CELLS[6], CELLS[9], CELLS[10]):
        fine, coarse = (soft_floor(cell.up, cell.down, cell.cases, step=step) for step in (0.00025, 0.0025))
        limit = constant_limit(fine, cell.unacceptable, cell.cases)
        up = soft_floor(cell.up, cell.down, cell.cases, step=0.00025, rounding="up")
        low, high = (follow(statistic, limit, cell.rates)[:, -1] for statistic in (fine, up))
        used = follow(coarse, constant_limit(coarse, cell.unacceptable, cell.cases), cell.rates)[:, -1]
        widest = max(widest, float((high - low).max()))
        change = max(change, float(np.abs(used - low).max()))
    return widest, change


def simulated(table: dict, replicates: int = 200_000) -> list[float]:
    """Deviations of simulated from exact probabilities of a declaration, in standard errors."""
    draw = np.random.default_rng(20240517)
    deviations = []
    for cell in (CELLS[6], CELLS[9], CELLS[10]):
        criterion = Criterion(acceptable=cell.acceptable, unacceptable=cell.unacceptable)
        chart = design_low_volume(criterion, cases=cell.cases).chart
        limits = {
            BASELINE: np.full(cell.cases, cell.plain_limit),
            WINNER: np.append(np.full(cell.cases - 1, chart.limit), chart.last_limit),
        }
        for trainee in (NULL, "adequate", "fast", "slow", "late"):
            failed = draw.random((replicates, cell.cases)) < cell.curves[trainee]
            for rule, limit in limits.items():
                exact = table[cell.name, cell.cases][rule][trainee]["declared"]
                share = declared(cell, failed, limit).mean()
                deviations.append(float((share - exact) / np.sqrt(exact * (1 - exact) / replicates)))
    return deviations


def declared(cell: Cell, failed: Array, limit: Array) -> Array:
    """Which of the simulated trainees were declared."""
    statistic, signal = np.zeros(len(failed)), np.zeros(len(failed), dtype=bool)
    for n in range(cell.cases):
        statistic = np.maximum(0.0, statistic + np.where(failed[:, n], -cell.down, cell.up))
        signal |= statistic >= limit[n] - 1e-6
    return signal


def write(table: dict) -> None:
    """Write the whole table and the tables of the page."""
    with (DOCS / "low_volume.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows(table))
    page = DOCS / "low_volume.md"
    if not page.exists():
        return
    text = page.read_text(encoding="utf-8")
    tables = {
        "summary": summary(table),
        "by cell": by_cell(table),
        "timing": timing(table),
        "short posts": short_posts(table),
        "headroom": headroom(table),
        "checks": [f"- {line}" for line in checks(table)],
    }
    for mark, lines in tables.items():
        new = "\n".join([f"<!-- {mark} -->", *lines, "<!-- end -->"])
        text = re.sub(rf"<!-- {mark} -->.*?<!-- end -->", lambda _, new=new: new, text, flags=re.DOTALL)
    page.write_text(text, encoding="utf-8")


def main() -> None:
    """Compute, write, print."""
    began = time.perf_counter()
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with ProcessPoolExecutor(workers) if workers else nullcontext() as executor:
        table = compute(executor)
    write(table)
    print("\n".join(summary(table)))
    print("\n".join(by_cell(table)))
    print("\n".join(checks(table)))
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
