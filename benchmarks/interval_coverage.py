"""How often the intervals of risk models, ratios and waiting times hold the truth: samples drawn again and again.

python benchmarks/interval_coverage.py [replicates]
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtr

from cusum import fit_risk_model, time_to_competence
from cusum.models.failure_counts import count_distribution, ratio_interval
from cusum.models.risk_calibration import area_under_curve, measure
from cusum.models.risk_fitting import fit_logistic

HORIZON, SEEN_AT = 40, 20


def coefficients(rng: np.random.Generator) -> Iterator[tuple[str, bool]]:
    """Hold the slope of a risk model: cases apart, and cases by trainees who differ."""
    for n in (150, 600):
        x = rng.normal(size=n)
        failed = rng.random(n) < expit(-2 + 0.8 * x)
        row = fit_risk_model(pd.DataFrame({"x": x, "failure": failed}), covariates="x").summary().iloc[1]
        yield f"risk model: coefficient, {n} cases", row["low"] <= 0.8 <= row["high"]
    for clusters in (10, 30):
        who = np.repeat(np.arange(clusters), 30)
        level = rng.normal(size=clusters)  # a covariate of the trainee, where clustering matters most
        failed = rng.random(who.size) < expit(-1.5 + 0.5 * level[who] + rng.normal(0, 0.6, clusters)[who])
        table = pd.DataFrame({"level": level[who], "trainee": who, "failure": failed})
        truth = 0.5 / np.sqrt(1 + 0.346 * 0.6**2)  # averaged over trainees, as a model without their effects sees it
        for name, cluster in (("robust to clusters", "trainee"), ("clusters ignored", None)):
            row = fit_risk_model(table, covariates="level", cluster=cluster).summary().iloc[1]
            yield f"risk model: {name}, {clusters} trainees of 30 cases", row["low"] <= truth <= row["high"]
    rare = np.arange(60) < 8
    failed = (rng.random(60) < np.where(rare, 0.8, 0.2)).astype(float)
    if 0 < failed.sum() < 60 and not (failed[rare].all() and failed[~rare].all()):
        fit = fit_logistic(np.column_stack([np.ones(60), rare]), failed, ("one", "rare"))
        yield (
            "risk model: coefficient of a rare category, penalised where separated",
            bool(fit.low[1] <= logit(0.8) - logit(0.2) <= fit.high[1]),
        )


def judging(rng: np.random.Generator) -> Iterator[tuple[str, bool]]:
    """Hold the area under the curve, calibration in the large, the calibration slope and the Brier score."""
    for failures, successes in ((20, 180), (100, 900)):
        shown = np.concatenate([rng.normal(1, 1, failures), rng.normal(0, 1, successes)])
        area = area_under_curve([1] * failures + [0] * successes, expit(shown))
        yield f"AUC, {failures} failures in {failures + successes}", area.low <= ndtr(1 / np.sqrt(2)) <= area.high
    for n in (300, 3000):
        expected = rng.normal(-2, 1, n)
        true = expit(0.3 + 0.8 * expected)
        found = measure(rng.random(n) < true, expit(expected))
        yield f"calibration slope, {n} cases", found.loc["slope", "low"] <= 0.8 <= found.loc["slope", "high"]
        brier = np.mean(true * (1 - true) + (true - expit(expected)) ** 2)
        yield f"Brier score, {n} cases", found.loc["brier", "low"] <= brier <= found.loc["brier", "high"]
        right = measure(rng.random(n) < expit(expected), expit(expected))
        low, high = right.loc["intercept", ["low", "high"]]
        yield f"calibration in the large, {n} cases", low <= 0 <= high


def waiting(rng: np.random.Generator) -> Iterator[tuple[str, bool]]:
    """Hold the share that has crossed, the median and the restricted mean of times to competence."""
    times = np.arange(1, 400)
    gone = ndtr((np.log(times) - np.log(25)) / 0.6)  # probability of having crossed by each number of cases
    median = int(times[np.argmax(gone >= 0.5)])
    restricted = 1 + (1 - gone[: HORIZON - 1]).sum()
    for n in (15, 30, 90):
        wait = np.searchsorted(gone, rng.random(n)) + 1
        stop = rng.integers(15, 90, n)
        crossed = wait <= stop
        table = pd.DataFrame({"cases": np.where(crossed, wait + 5, stop), "crossed": crossed})
        table["case"] = pd.array(np.where(crossed, wait, 0), dtype="Int64")
        table.loc[~crossed, "case"] = pd.NA
        if not crossed.any() or max(table["cases"]) < HORIZON:
            continue
        result = time_to_competence(table, horizon=HORIZON)
        row = result.curve[result.curve["case"] <= SEEN_AT].iloc[-1]
        yield f"Kaplan-Meier share at case {SEEN_AT}, {n} trainees", row["low"] <= gone[SEEN_AT - 1] <= row["high"]
        limits = result.median.iloc[0]
        high = np.inf if pd.isna(limits["high"]) else limits["high"]
        low = np.inf if pd.isna(limits["low"]) else limits["low"]
        yield f"Kaplan-Meier median, {n} trainees", low <= median <= high
        mean = result.restricted_mean.iloc[0]
        yield f"restricted mean to case {HORIZON}, {n} trainees", mean["low"] <= restricted <= mean["high"]


def ratios() -> None:
    """Work out the coverage of limits of observed over expected exactly, for departments of 20 to 150 cases."""
    rng = np.random.default_rng(7)
    for interval in ("exact", "mid-p", "poisson"):
        covered = []
        for n in (20, 60, 150):
            risk = expit(rng.normal(-2, 1, n))
            most = int(np.flatnonzero(count_distribution(expit(logit(risk) + 0.5)) > 1e-9)[-1])
            limits = [ratio_interval(count, risk, interval=interval) for count in range(most + 1)]
            for shift in (-0.5, 0.0, 0.5):
                true = expit(logit(risk) + shift)
                ratio = true.sum() / risk.sum()
                shape = count_distribution(true)
                covered.append(sum(p for p, (low, high) in zip(shape, limits, strict=False) if low <= ratio <= high))
        spread = f"{min(covered):.3f} to {max(covered):.3f}"
        print(f"  observed over expected, {interval:28s} {np.mean(covered):.3f} ({spread})")


if __name__ == "__main__":
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    found: dict[str, list[bool]] = defaultdict(list)
    for seed in range(replicates):
        rng = np.random.default_rng([2026, seed])
        for part in (coefficients, judging, waiting):
            for name, held in part(rng):
                found[name].append(bool(held))
    print(f"{replicates} samples; intervals of 95%")
    for name, held in found.items():
        share = np.mean(held)
        print(f"  {name:72s} {share:.3f} ± {np.sqrt(share * (1 - share) / len(held)):.3f}")
    print("exactly, over 9 departments (lowest and highest)")
    ratios()
