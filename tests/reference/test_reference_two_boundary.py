"""The standard cusum against utile.tools and against a chart of real intubations.

utile.tools draws cumulative failures against two sloping lines. With s the slope, failures C after n cases and lines
s n - h0 and s n + h1, the failures lie on or above the upper line exactly when C - s n >= h1: our statistic is their
failures less the slope times the cases.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from reference_data import reference

from cusum import Criterion, RiskAdjustedSequentialTest, StandardCusum, Vlad

TABLE = reference("two_boundary_paths")
FAILURE = TABLE["failure"].to_numpy()
CRITERION = Criterion(acceptable=0.2, unacceptable=0.4)
NEVER_RESTARTED = StandardCusum(criterion=CRITERION, after_signal="parallel")


def test_the_log_likelihood_form_is_our_statistic():
    path = NEVER_RESTARTED.run(FAILURE)
    np.testing.assert_allclose(path.statistic, TABLE["loglike"], atol=1e-9)


def test_their_limits_are_our_limits():
    stop = StandardCusum(criterion=CRITERION, after_signal="stop")
    assert stop.lower == pytest.approx(TABLE["h0"].iloc[0], abs=1e-9)
    assert stop.upper == pytest.approx(TABLE["h1"].iloc[0], abs=1e-9)


def test_failures_against_sloping_lines():
    """C - (upper sloping line) = S - h1, and C - (lower sloping line) = S + h0, at every case."""
    path = NEVER_RESTARTED.run(FAILURE)
    failures = TABLE["cusum_failure"]
    np.testing.assert_array_equal(failures, np.cumsum(FAILURE))
    np.testing.assert_allclose(failures - TABLE["l1"], path.statistic - NEVER_RESTARTED.upper, atol=1e-9)
    np.testing.assert_allclose(failures - TABLE["l0"], path.statistic - NEVER_RESTARTED.lower, atol=1e-9)


def test_the_first_crossing_is_where_the_failures_first_leave_the_lines():
    above = (TABLE["cusum_failure"] >= TABLE["l1"] - 1e-9).to_numpy()
    below = (TABLE["cusum_failure"] <= TABLE["l0"] + 1e-9).to_numpy()
    first = int(np.argmax(above | below)) + 1
    path = StandardCusum(criterion=CRITERION, after_signal="stop").run(FAILURE)
    assert path.first() == first == 12
    assert path.first("unacceptable") == first


def test_observed_minus_expected_is_the_vlad_turned_over():
    np.testing.assert_allclose(
        Vlad().run(FAILURE, risk=TABLE["p_ra"]).statistic, -TABLE["ome_ra"].to_numpy(), atol=1e-9
    )
    constant = np.full(len(FAILURE), 0.2)
    np.testing.assert_allclose(Vlad().run(FAILURE, risk=constant).statistic, -TABLE["ome_const"].to_numpy(), atol=1e-9)


def test_the_sequential_test_in_units_of_ln_2():
    chart = RiskAdjustedSequentialTest(odds_ratio=2.0, alpha=0.05, beta=0.10, after_signal="parallel")
    path = chart.run(FAILURE, risk=TABLE["p_ra"])
    np.testing.assert_allclose(path.statistic / math.log(2), TABLE["sprt_ra_or2"], atol=1e-9)
    assert chart.lower / math.log(2) == pytest.approx(TABLE["sprt_h0"].iloc[0], abs=1e-9)
    assert chart.upper / math.log(2) == pytest.approx(TABLE["sprt_h1"].iloc[0], abs=1e-9)


def test_real_intubations():
    """30%/50%, never restarted: the upper line reached at case 15, the top 3.8664 at case 23, -11.5488 in the end."""
    failure = reference("real_intubations")["failure"]
    chart = StandardCusum(criterion=Criterion(acceptable=0.3, unacceptable=0.5), after_signal="parallel")
    path = chart.run(failure)
    assert len(path.statistic) == 87
    assert path.first("unacceptable") == 15
    assert int(np.argmax(path.statistic)) + 1 == 23
    assert path.statistic.max() == pytest.approx(3.8664, abs=5e-5)
    assert path.statistic[-1] == pytest.approx(-11.5488, abs=5e-5)
