"""The shape of a procedure's learning curve that its cases speak for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cusum import analyse, fit_learning_curve, read_registrations
from cusum.cohort import learning
from cusum.cohort.learning import choose_learning_curve


@pytest.fixture(scope="module")
def cohort():
    """Ten trainees whose failures become rarer quickly, and a procedure that nobody fails."""
    random = np.random.default_rng(3)
    rows = []
    for t in range(10):
        for k in range(40):
            day = pd.Timestamp("2025-01-01") + pd.Timedelta(days=3 * k)
            rows.append((f"T{t}", "spinal", day, bool(random.random() < 0.05 + 0.6 * np.exp(-k / 5))))
        rows.append((f"T{t}", "cvc", pd.Timestamp("2025-02-01"), False))
    table = pd.DataFrame(rows, columns=["trainee", "procedure", "performed_on", "failure"])
    return analyse(read_registrations(table))


def test_the_chosen_shape_has_the_largest_probability(cohort):
    chosen = choose_learning_curve(cohort, "spinal")
    best = chosen.comparison.sort_values("probability").iloc[-1]
    assert chosen.curve.kind == best["kind"] != "constant"
    assert chosen.comparison["probability"].sum() == pytest.approx(1.0)


def test_curve_and_comparison_are_those_of_the_fitting_functions(cohort):
    chosen = choose_learning_curve(cohort, "spinal")
    paths = cohort.paths.query("procedure == 'spinal'")
    own = fit_learning_curve(paths, kind=chosen.curve.kind)
    pd.testing.assert_frame_equal(own.population([1, 20]), chosen.curve.population([1, 20]))
    compared = own.checks(seed=1).comparison
    np.testing.assert_allclose(compared["probability"], chosen.comparison["probability"], atol=1e-4)


def test_where_there_is_nothing_to_fit_the_reason_is_kept(cohort):
    refused = choose_learning_curve(cohort, "cvc")
    assert refused.curve is None
    assert refused.comparison.empty
    assert str(refused.refused)


def test_many_cases_are_too_many_for_a_report(cohort, monkeypatch):
    monkeypatch.setattr(learning, "_MOST_CASES", 100)
    assert "there are 400 cases; expected at most 100" in str(choose_learning_curve(cohort, "spinal").refused)
