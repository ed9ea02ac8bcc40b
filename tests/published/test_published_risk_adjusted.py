"""Risk-adjusted limits and run lengths printed in the tests of the R packages vlad and cusum.

vlad's are for the cardiac case mix (Parsonnet scores of the first two years, model of death within 30 days), or for a
risk that is a logistic function of a beta-distributed score. Simulated ones are held within what their tests allow.
"""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import beta

from cusum import RiskAdjustedCusum, find_limit, run_length
from cusum.design.steps import RiskSequence

MIX_FILE = Path(__file__).parent.parent / "reference" / "data" / "cardiac_case_mix.csv"


@pytest.fixture(scope="module")
def cardiac():
    with MIX_FILE.open(encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    return np.repeat([float(r["pi1"]) for r in table], [round(1766 * float(r["fi"])) for r in table])


@pytest.fixture(scope="module")
def beta_mix():
    """Scores from a beta(1, 3) distribution, as their 500 mid-quantiles, on 71 points of Parsonnet."""
    score = beta.ppf((np.arange(500) + 0.5) / 500, 1, 3)
    return 1 / (1 + np.exp(3.6798 - 0.0768 * 71 * score))


def mean(odds_ratio, limit, mix):
    return run_length(RiskAdjustedCusum(odds_ratio=odds_ratio, limit=limit), risk=mix, budget=0.1).mean_bounds


def test_vlad_critical_value(cardiac):
    """By Markov chain at 600 states per unit: 1.8592 for a mean of 370. Ours keeps 370 at a limit lower by 0.001."""
    assert mean(2.0, 1.8592, cardiac).value == pytest.approx(370.1, rel=2e-3)
    design = find_limit(RiskAdjustedCusum(odds_ratio=2.0, limit=1.0), in_control_mean=370, risk=cardiac)
    assert design.limit == pytest.approx(1.8592, abs=1.5e-3)


def test_vlad_simulated_critical_value(cardiac):
    """By simulation: 1.6383 for an odds ratio of 1/2."""
    design = find_limit(RiskAdjustedCusum(odds_ratio=0.5, limit=1.0), in_control_mean=370, risk=cardiac)
    assert design.limit == pytest.approx(1.6383, abs=0.01)


@pytest.mark.parametrize(("odds_ratio", "printed", "recomputed"), [(2.0, 1150, 1158.7), (0.5, 1600, 1619.8)])
def test_vlad_simulated_means(odds_ratio, printed, recomputed, cardiac):
    """At 2.75599; printed with a tolerance of 30%, and recomputed by vlad's Markov chain, which is low by 0.15%."""
    value = mean(odds_ratio, 2.75599, cardiac).value
    assert value == pytest.approx(printed, rel=0.03)
    assert value == pytest.approx(recomputed, rel=2e-3)


@pytest.mark.parametrize(
    ("odds_ratio", "chain", "integral"), [(2.0, 4474.738, 4485.203), (0.5, 5658.854, 5731.772)], ids=["worse", "better"]
)
def test_vlad_means_for_a_beta_risk(odds_ratio, chain, integral, beta_mix):
    """At 4.5: its integral equation gives the mean, its Markov chain less."""
    low, value, high = mean(odds_ratio, 4.5, beta_mix)
    assert value == pytest.approx(integral, rel=1e-3)
    assert chain < low < high
    assert value == pytest.approx(chain, rel=1.5e-2)


def test_vlad_critical_value_for_a_beta_risk(beta_mix):
    """2.5178 for a mean of 500: to the fourth digit."""
    assert mean(2.0, 2.5178, beta_mix).value == pytest.approx(500, rel=1e-3)


@pytest.mark.parametrize(("odds_ratio", "printed"), [(2.0, 2.581), (0.5, 1.747)], ids=["worse", "better"])
def test_cusum_simulated_limits_for_thirty_cases(odds_ratio, printed):
    """Ten cases each of 10%, 15% and 20%: a false signal within them with probability 5%, by 1,000 simulated runs."""
    risks = RiskSequence(np.repeat([0.1, 0.15, 0.2], 10))
    chart = RiskAdjustedCusum(odds_ratio=odds_ratio, limit=printed)
    assert abs(run_length(chart, risk=risks).signal_by(30) - 0.05) <= 4 * math.sqrt(0.05 * 0.95 / 1000)
    design = find_limit(chart, false_signal=0.05, risk=risks)
    assert design.false_signal <= 0.05
    assert design.limit == pytest.approx(printed, abs=0.17)
