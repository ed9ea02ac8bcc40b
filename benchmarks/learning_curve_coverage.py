"""How often the intervals of a fitted learning curve hold the truth: cohorts with known curves, drawn again and again.

python benchmarks/learning_curve_coverage.py [replicates] [trainees] [kinds]

Kinds are "mixed", "asymptotic", "constant", each with "other " before it for trainees who differ otherwise, and
"statsmodels"; several are separated by commas.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections import defaultdict

import numpy as np
import pandas as pd

from cusum import fit_learning_curve
from cusum.models.learning_simulation import KnownCurves, Truth, draw_known_curves
from cusum.work import progress_reporter

CASES = np.array([1, 5, 20, 50])
RATE, AHEAD = 0.12, 20
OTHER: dict[str, Truth] = {
    "mixed": ((-1.4, -0.2), (1.0, 0.4), -0.5),
    "asymptotic": ((-2.2, 0.2, float(np.log(20.0))), (0.3, 0.9, 0.25), -0.3),
    "constant": ((-2.5,), (1.0,), 0.0),
}
"""Trainees who differ more, or less, and learn more slowly than the priors of the fit expect."""
KINDS = (*OTHER, *(f"other {kind}" for kind in OTHER), "statsmodels")


def first_below(rates: np.ndarray, rate: float) -> np.ndarray:
    """First case number with such a rate, infinite if there is none."""
    below = rates <= rate
    return np.where(below.any(axis=-1), below.argmax(axis=-1) + 1.0, np.inf)


def held(table: pd.DataFrame, truth: np.ndarray, low: str = "low", high: str = "high") -> np.ndarray:
    """Whether the intervals hold the truth; a missing limit is infinite."""
    bounds = table[[low, high]].astype("float64").fillna(np.inf).to_numpy()
    return (bounds[:, 0] <= truth + 1e-12) & (truth <= bounds[:, 1] + 1e-12)


def judge(known: KnownCurves, kind: str, seed: int) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """Fit once; say which intervals hold, and how far the estimates are from the truth."""
    rng = np.random.default_rng(seed)
    curve = fit_learning_curve(known.table, kind=kind)
    population = curve.population(CASES)
    average, typical = known.average(CASES.astype(float)), known.rates(known.mean, CASES.astype(float))
    own = known.rates(known.effects, CASES.astype(float))
    fitted = [curve.trainee(name, CASES) for name in curve.trainees]
    z = rng.standard_normal((2000, known.mean.size))
    new = known.rates(known.mean + z @ known.loading.T, CASES.astype(float))
    spread = population[["trainees_low", "trainees_high"]].to_numpy()
    meets = curve.meets(RATE)
    last = 2 * curve.longest
    number = np.arange(1.0, last + 1)
    truth = np.concatenate(
        [[known.average(number)], [known.rates(known.mean, number)], known.rates(known.effects, number)]
    )
    met = held(meets, first_below(truth, RATE))
    inside = []
    for place, name in enumerate(curve.trainees):
        ahead = known.table["trainee"].eq(name).sum() + np.arange(1.0, AHEAD + 1)
        failures = (rng.random(AHEAD) < known.rates(known.effects[place], ahead)).sum()
        forecast = curve.forecast(name, AHEAD)
        inside.append(forecast.low <= failures <= forecast.high)
    terms, parameters = curve.summary(), known.parameters(curve.fit.hierarchy.shape.centre)
    holds = {
        "average curve": held(population, average),
        "typical trainee's curve": held(population, typical, "typical_low", "typical_high"),
        "each trainee's curve": np.array([held(table, rates) for table, rates in zip(fitted, own, strict=True)]),
        "new trainees within the spread": (spread[:, 0] <= new) & (new <= spread[:, 1]),
        "average curve meets the rate": met[:1],
        "typical curve meets the rate": met[1:2],
        "each trainee's curve meets the rate": met[2:],
        "failures among the next cases": np.array(inside),
    }
    holds |= {name: held(terms[terms["term"] == name], np.array([value])) for name, value in parameters.items()}
    error = np.array([table["rate"].to_numpy() for table in fitted]) - own
    return holds, {
        "average curve, root mean squared error": float(((population["rate"] - average) ** 2).mean()),
        "each trainee's curve, root mean squared error": float((error**2).mean()),
    }


def bayes_mixed_glm(known: KnownCurves) -> dict[str, np.ndarray]:
    """Hold the typical trainee's curve by statsmodels' two ways of fitting a logistic mixed model."""
    from scipy.special import logit
    from statsmodels.genmod.bayes_mixed_glm import BinomialBayesMixedGLM

    x = np.log(known.table["case"].to_numpy(dtype=float)) - known.shape.centre
    who = pd.get_dummies(known.table["trainee"]).to_numpy(dtype=float)
    design = np.column_stack([np.ones_like(x), x])
    random = np.column_stack([who, who * x[:, None]])
    identity = np.repeat([0, 1], who.shape[1])
    at = np.column_stack([np.ones(CASES.size), np.log(CASES) - known.shape.centre])
    truth = logit(known.rates(known.mean, CASES.astype(float)))
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in ("map", "vb"):
            model = BinomialBayesMixedGLM(
                known.table["failure"].to_numpy(dtype=float), design, random, identity, vcp_p=1
            )
            result = getattr(model, f"fit_{name}")()
            if name == "map":
                error = np.sqrt(np.einsum("ij,jk,ik->i", at, result.cov_params()[:2, :2], at))
            else:
                error = np.sqrt(at**2 @ result.fe_sd**2)
            found[f"statsmodels, fit_{name}: typical trainee's curve"] = (
                np.abs(at @ result.fe_mean - truth) <= 1.96 * error
            )
    return found


def study(kind: str, replicates: int, trainees: int) -> None:
    """Run the replicates of one shape and print what held."""
    holds: dict[str, list[np.ndarray]] = defaultdict(list)
    errors: dict[str, list[float]] = defaultdict(list)
    started = time.perf_counter()
    shape = kind.removeprefix("other ")
    with progress_reporter(True, kind) as tell:
        for seed in range(replicates):
            truth = OTHER[shape] if kind != shape else None
            known = draw_known_curves(shape, trainees=trainees, seed=1000 + seed, truth=truth)
            found, error = judge(known, shape, seed)
            for name, values in found.items():
                holds[name].append(np.asarray(values, dtype=float))
            for name, value in error.items():
                errors[name].append(value)
            tell(seed + 1, replicates, "cohorts")
    seconds = (time.perf_counter() - started) / replicates
    print(f"\n{kind}: {replicates} cohorts of {trainees} trainees, {seconds:.1f} s each; intervals of 95%", flush=True)
    for name, values in holds.items():
        share = np.array([value.mean() for value in values])
        by_case = ""
        if values[0].ndim and values[0].shape[-1] == CASES.size:
            each = np.array([value.reshape(-1, CASES.size).mean(axis=0) for value in values]).mean(axis=0)
            by_case = "  cases " + ", ".join(f"{case}: {x:.3f}" for case, x in zip(CASES, each, strict=True))
        print(f"  {name:62s} {share.mean():.3f} ± {share.std() / np.sqrt(len(share)):.3f}{by_case}")
    for name, squares in errors.items():
        print(f"  {name:62s} {np.sqrt(np.mean(squares)):.4f}")


def compare_with_statsmodels(replicates: int) -> None:
    """Hold the typical trainee's curve on smaller cohorts, by this package and by statsmodels."""
    holds: dict[str, list[np.ndarray]] = defaultdict(list)
    for seed in range(replicates):
        known = draw_known_curves("mixed", trainees=30, cases=(15, 45), seed=5000 + seed)
        table = fit_learning_curve(known.table).population(CASES)
        truth = known.rates(known.mean, CASES.astype(float))
        found = bayes_mixed_glm(known) | {
            "this package: typical trainee's curve": held(table, truth, "typical_low", "typical_high")
        }
        for name, values in found.items():
            holds[name].append(np.asarray(values, dtype=float))
    print(f"\nmixed: {replicates} cohorts of 30 trainees; intervals of 95%")
    for name, values in holds.items():
        print(f"  {name:52s} {np.mean(values):.3f}  by case {np.mean(values, axis=0).round(3).tolist()}")


if __name__ == "__main__":
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    trainees = int(sys.argv[2]) if len(sys.argv) > 2 else 90
    for kind in sys.argv[3].split(",") if len(sys.argv) > 3 else KINDS:
        if kind == "statsmodels":
            compare_with_statsmodels(replicates)
        else:
            study(kind, replicates, trainees)
