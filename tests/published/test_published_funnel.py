"""Exact limits of rates and of observed over expected failures, and how funnel limits behave, as printed."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln

from cusum.models.failure_counts import interpolated_count, ratio_interval
from cusum.models.funnel import count_limits

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


# Cancers of the larynx and the lung near incinerators of waste solvents and oils: observed and expected cases, their
# ratio and its exact 95% limits. Elliott P and others, tables 29.1 and 29.2 (Charnock Richard; ten sites together), the
# study of Lancet 1992;339:854-858. Expected cases are printed to one decimal, so that the limits can be worked out to
# what that leaves open. Left out are two printed rows that do not follow from their own numbers: 1 case where 1.6 were
# expected (printed 0.01 to 3.55; 0.015 to 3.6) and 342 where 321.0 were (printed to 1.19; 1.185).
OBSERVED_AND_EXPECTED = [
    (6, 4.2, 1.43, 0.52, 3.12),
    (76, 80.0, 0.95, 0.75, 1.19),
    (27, 30.0, 0.90, 0.59, 1.31),
    (6, 3.8, 1.57, 0.58, 3.42),
    (1, 1.4, 0.70, 0.02, 3.89),
    (27, 29.5, 0.91, 0.60, 1.33),
    (58, 75.3, 0.77, 0.58, 1.00),
    (24, 31.8, 0.75, 0.48, 1.12),
    (607, 605.6, 1.00, 0.92, 1.09),
    (24, 29.2, 0.82, 0.53, 1.22),
    (48, 44.5, 1.08, 0.79, 1.43),
    (20, 19.0, 1.05, 0.64, 1.63),
    (50, 57.3, 0.87, 0.65, 1.15),
    (914, 907.8, 1.01, 0.94, 1.07),
    (361, 385.7, 0.94, 0.84, 1.04),
]


@pytest.mark.parametrize(("observed", "expected", "ratio", "low", "high"), OBSERVED_AND_EXPECTED)
def test_printed_ratios_of_observed_to_expected(observed, expected, ratio, low, high):
    cases = 4000
    near = [
        np.array(ratio_interval(observed, [e / cases] * cases, interval="poisson")) for e in (expected, expected + 0.05)
    ]
    slack = 0.0051 + 1.01 * np.abs(near[1] - near[0])  # rounding of what is printed, and of the expected cases
    np.testing.assert_array_less(np.abs(near[0] - (low, high)), slack)
    assert abs(observed / expected - ratio) < 0.0051 + 0.051 * ratio / expected


# Seaton SE, Manktelow BN. BMC Med Res Methodol 2012;12:98, doi:10.1186/1471-2288-12-98, table of the probability that
# an observation from a provider who is as expected falls beyond the 95% limits of a funnel for observed over expected
# (Poisson), the limits being quantiles: median, smallest and largest over 1 to 50 expected events.
BELOW_AND_ABOVE = {"below": (0.0186, 0.0000, 0.0250), "above": (0.0201, 0.0052, 0.0250)}


def poisson(mean):
    """Probability of each number of events."""
    counts = np.arange(int(mean + 12 * np.sqrt(mean)) + 12)
    return np.exp(counts * np.log(mean) - mean - gammaln(counts + 1.0))


def test_how_often_a_funnel_of_quantiles_is_left_by_chance():
    below, above = [], []
    for mean in np.arange(1, 50.005, 0.005):
        cumulative = np.cumsum(poisson(mean))
        low, high = (interpolated_count(cumulative, p)[1] for p in (0.025, 0.975))
        below.append(cumulative[low - 1] if low else 0.0)
        above.append(1 - cumulative[high])
    for found, printed in ((below, BELOW_AND_ABOVE["below"]), (above, BELOW_AND_ABOVE["above"])):
        assert (np.median(found), min(found), max(found)) == pytest.approx(printed, abs=1.6e-4)


def test_an_interpolated_limit_is_passed_more_often_above_and_less_often_below_than_it_says():
    """One of the three ways to interpolate that Manktelow and Seaton compare, PLoS ONE 2012;7:e45723."""
    for mean in np.arange(5, 50, 0.37):
        shape = poisson(mean)
        low, high, outside = count_limits(shape, 0.95)
        below, above = shape[: int(np.ceil(low))].sum(), shape[int(np.floor(high)) + 1 :].sum()
        assert below < 0.025 < above
        assert outside == pytest.approx(below + above, abs=1e-12)
