"""Do fitted curves find the truth of the synthetic Danish cohort, whose curves are of another making?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cusum import fit_learning_curve, simulate_registrations


@pytest.fixture(scope="module")
def cohort():
    """Outcomes and true rates by case; the same as in the sample data."""
    simulated = simulate_registrations(trainees=92, seed=2018)
    outcomes = simulated.table[["registration_id", "failure"]]
    return simulated.rates.merge(outcomes, on="registration_id").astype({"failure": bool})


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mixed", "asymptotic"])
@pytest.mark.parametrize("procedure", ["spinal", "cvc"])
def test_true_rates_are_recovered(cohort, procedure, kind):
    table = cohort[cohort["procedure"] == procedure]
    curve = fit_learning_curve(table, kind=kind)
    fitted = pd.concat([curve.trainee(name).query("done").assign(trainee=name) for name in curve.trainees])
    both = table.rename(columns={"rate": "truth"}).merge(fitted, on=["trainee", "case"])
    assert len(both) == len(table)
    error = np.sqrt(((both["rate"] - both["truth"]) ** 2).mean())
    own_share = both.groupby("trainee")["failure"].transform("mean")
    assert error < 0.75 * np.sqrt(((own_share - both["truth"]) ** 2).mean())
    assert ((both["low"] <= both["truth"]) & (both["truth"] <= both["high"])).mean() > 0.87
    average = table.groupby("case")["rate"].agg(["mean", "size"]).query("size >= 45")["mean"]
    found = curve.population().set_index("case").loc[average.index]
    assert (found["rate"] - average).abs().max() < 0.08
    assert ((found["low"] <= average) & (average <= found["high"])).mean() > 0.9
