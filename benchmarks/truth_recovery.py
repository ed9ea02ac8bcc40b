"""How far fitted learning curves are from the truth of the synthetic Danish cohort, beside each trainee's own share.

python benchmarks/truth_recovery.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from cusum import analyse, fit_learning_curve, read_registrations

DATA = Path(__file__).resolve().parent.parent / "sample_data"
RECENT = 20


def true_rates(cases: pd.DataFrame, truth: pd.DataFrame) -> np.ndarray:
    """True failure rate of each case, its department included, from the parameters in danish_cohort_truth.csv."""
    both = cases[["trainee", "procedure", "case"]].merge(truth, on=["trainee", "procedure"], how="left")
    fallen = np.exp(-(both["case"] - 1) / both["time_constant"])
    rate = both["final_rate"] + (both["first_rate"] - both["final_rate"]) * fallen
    worse = both["case"] > both["deteriorates_after"].fillna(np.inf)
    rate = rate.where(~worse, both["deteriorated_rate"])
    odds = rate / (1 - rate) * both["department_odds_ratio"]
    return (odds / (1 + odds)).to_numpy()


def root_mean_square(error: pd.Series) -> float:
    """Root of the mean square."""
    return float(np.sqrt((error**2).mean()))


def study(cases: pd.DataFrame) -> list[tuple[str, float, float, float]]:
    """Give, by way of estimating, errors over all cases and at the last case, and how often intervals hold."""
    last = cases.groupby("trainee")["case"].transform("max") == cases["case"]
    share = cases.groupby("trainee")["failure"].transform("mean")
    recent = cases[cases.groupby("trainee")["case"].rank(ascending=False) <= RECENT]
    late = cases["trainee"].map(recent.groupby("trainee")["failure"].mean())
    rows = [
        (
            "own share",
            root_mean_square(share - cases["truth"]),
            root_mean_square((share - cases["truth"])[last]),
            np.nan,
        ),
        (f"share of the last {RECENT}", np.nan, root_mean_square((late - cases["truth"])[last]), np.nan),
    ]
    for kind in ("mixed", "asymptotic"):
        curve = fit_learning_curve(cases, kind=kind)
        fitted = pd.concat([curve.trainee(name).query("done").assign(trainee=name) for name in curve.trainees])
        both = cases[["trainee", "case", "truth"]].merge(fitted, on=["trainee", "case"])
        error = both["rate"] - both["truth"]
        end = both.groupby("trainee")["case"].transform("max") == both["case"]
        held = ((both["low"] <= both["truth"]) & (both["truth"] <= both["high"])).mean()
        rows.append((kind, root_mean_square(error), root_mean_square(error[end]), float(held)))
    return rows


if __name__ == "__main__":
    cohort = analyse(read_registrations(DATA / "danish_cohort.csv"))
    truth = pd.read_csv(DATA / "danish_cohort_truth.csv")
    paths = cohort.paths.assign(truth=true_rates(cohort.paths, truth), failure=cohort.paths["failure"].astype(float))
    print("| procedure | estimate | all cases | last case | intervals hold |\n| --- | --- | --- | --- | --- |")
    for procedure, cases in paths.groupby("procedure", sort=False):
        for name, everywhere, end, held in study(cases.reset_index(drop=True)):
            cells = ["" if np.isnan(x) else f"{x:.3f}" for x in (everywhere, end)] + [
                "" if np.isnan(held) else f"{held:.2f}"
            ]
            print(f"| {procedure} | {name} | {' | '.join(cells)} |", flush=True)
