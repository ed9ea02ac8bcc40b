"""Exact limits of rates and of observed over expected failures, as printed."""

from __future__ import annotations

import pytest

from cusum.models.failure_counts import ratio_interval

# Newcombe RG. Two-sided confidence intervals for the single proportion: comparison of seven methods. Stat Med
# 1998;17:857-872. Table I: 81/263, 15/148, 0/20 and 1/29, by Clopper and Pearson's method and by mid-p.
PROPORTIONS = [
    (81, 263, "exact", 0.2527, 0.3676),
    (81, 263, "mid-p", 0.2544, 0.3658),
    (15, 148, "exact", 0.0578, 0.1617),
    (15, 148, "mid-p", 0.0601, 0.1581),
    (0, 20, "exact", 0.0000, 0.1684),
    (0, 20, "mid-p", 0.0000, 0.1391),
    (1, 29, "exact", 0.0009, 0.1776),
    (1, 29, "mid-p", 0.0017, 0.1585),
]

# Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936;28:437-442; the 95% limits of a count that
# have been printed in Pearson and Hartley's Biometrika tables, table 40, and wherever mortality ratios are explained.
COUNTS = [
    (0, 0.000, 3.689),
    (1, 0.0253, 5.572),
    (5, 1.623, 11.668),
    (10, 4.795, 18.390),
    (20, 12.217, 30.888),
    (50, 37.11, 65.92),
]


@pytest.mark.parametrize(("failures", "cases", "interval", "low", "high"), PROPORTIONS)
def test_limits_of_a_rate(failures, cases, interval, low, high):
    """With every risk at one half the ratio is twice the rate."""
    found = ratio_interval(failures, [0.5] * cases, interval=interval)
    assert (found[0] / 2, found[1] / 2) == pytest.approx((low, high), abs=5.1e-5)


@pytest.mark.parametrize(("failures", "low", "high"), COUNTS)
def test_limits_of_observed_over_expected(failures, low, high):
    """With one failure expected the ratio is the count."""
    found = ratio_interval(failures, [0.01] * 100, interval="poisson")
    assert found == pytest.approx((low, high), abs=6e-3 if failures == 50 else 5.1e-4)
