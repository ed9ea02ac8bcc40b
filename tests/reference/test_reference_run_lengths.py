"""Run lengths against an independent program, row by row."""

from __future__ import annotations

import numpy as np
import pytest
from reference_data import reference

from cusum import BernoulliCusum, Criterion, LearningCurveCusum, run_length

BERNOULLI = reference("bernoulli_exact").to_dict("records")
LEARNING = reference("lc_cusum_exact").to_dict("records")


def probabilities(row):
    """Number of cases -> P(T <= n) as listed."""
    return {int(name.removeprefix("P_le_")): value for name, value in row.items() if name.startswith("P_le_")}


@pytest.mark.parametrize("row", BERNOULLI, ids=[f"{r['p0']}-{r['or']}-{r['h']}" for r in BERNOULLI])
def test_bernoulli(row):
    p0, odds = row["p0"], row["or"]
    criterion = Criterion(acceptable=p0, unacceptable=odds * p0 / (1 - p0 + odds * p0))
    chart = BernoulliCusum(criterion=criterion, limit=float(row["h"]))
    result = run_length(chart, failure_rate=row["p_true"], horizon=400)
    listed = probabilities(row)
    found = [result.signal_by(n) for n in listed]
    np.testing.assert_allclose(found, list(listed.values()), rtol=1e-9, atol=1e-12)
    assert result.mean == pytest.approx(row["ARL_exact_states"], rel=5e-8)


@pytest.mark.parametrize("row", LEARNING, ids=[f"{r['p_acceptable']}-{r['p_unacceptable']}-{r['h']}" for r in LEARNING])
def test_learning_curve(row):
    criterion = Criterion(acceptable=row["p_acceptable"], unacceptable=row["p_unacceptable"])
    chart = LearningCurveCusum(criterion=criterion, limit=row["h"])
    result = run_length(chart, failure_rate=row["p_true"], horizon=200)
    listed = probabilities(row)
    found = [result.signal_by(n) for n in listed]
    np.testing.assert_allclose(found, list(listed.values()), rtol=1e-9, atol=1e-12)
    assert result.mean == pytest.approx(row["ARL"], rel=1e-8)
