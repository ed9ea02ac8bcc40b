"""Limits case by case, against the distribution of the statistic over all sequences of outcomes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from test_design_grid import RISKS

from cusum import BernoulliCusum, Criterion, RiskAdjustedCusum, RiskAdjustedLearningCurveCusum
from cusum.design.dynamic import dynamic_limits
from cusum.errors import CusumError

CHARTS = [RiskAdjustedCusum(odds_ratio=2.0, limit=1.0), RiskAdjustedLearningCurveCusum(odds_ratio=3.0, limit=1.0)]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.key)
@pytest.mark.parametrize("chance", [0.02, 0.1, 0.3])
def test_every_sequence_counted(chart, chance):
    odds = 3.0 if "competent" in chart.kinds else 1.0
    true = odds * RISKS / (1 - RISKS + odds * RISKS)
    outcomes = np.array(list(itertools.product((False, True), repeat=RISKS.size)))
    weight = np.prod(np.where(outcomes, true, 1 - true), axis=1)
    scores = np.array([chart.scores(row, risk=RISKS) for row in outcomes])
    value, live = np.zeros(len(outcomes)), np.ones(len(outcomes), dtype=bool)
    limits = dynamic_limits(chart, risk=RISKS, false_signal_per_case=chance)
    for case in range(RISKS.size):
        value = np.maximum(0.0, value + scores[:, case])
        ends = live & (value >= limits[case] - 1e-9)
        assert weight[ends].sum() <= chance * weight[live].sum() + 1e-12
        lower = value[live & (value < min(limits[case], 1e9) - 1e-8) & (value > 1e-9)]
        if lower.size:  # the next lower value would be too probable
            wider = live & (value >= lower.max() - 1e-9)
            assert weight[wider].sum() > chance * weight[live].sum()
        live &= ~ends


def test_other_charts_are_refused():
    chart = BernoulliCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=1.0)
    with pytest.raises(CusumError, match="risk-adjusted"):
        dynamic_limits(chart, risk=[0.1], false_signal_per_case=0.01)
    with pytest.raises(CusumError, match="false_signal_per_case"):
        dynamic_limits(CHARTS[0], risk=[0.1], false_signal_per_case=0)
