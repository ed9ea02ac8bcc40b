"""Risk-adjusted charts against the R packages cusum and vlad."""

from __future__ import annotations

import numpy as np
import pytest
from reference_data import reference

from cusum import RiskAdjustedCusum, Vlad

SERIES = reference("bernoulli_ra_path")
CARDIAC = reference("cardiac_paths")


def run(table, outcome, odds_ratio, limit, after):
    chart = RiskAdjustedCusum(odds_ratio=odds_ratio, limit=limit, after_signal=after)
    return chart.run(table[outcome], risk=table["p"])


def test_scores():
    np.testing.assert_allclose(run(SERIES, "y", 2.0, 2.0, "restart").scores, SERIES["w_or2"], atol=1e-9)
    np.testing.assert_allclose(run(CARDIAC, "y30", 2.0, 4.5, "restart").scores, CARDIAC["w_or2"], atol=1e-9)
    np.testing.assert_allclose(run(CARDIAC, "y30", 0.5, 4.0, "restart").scores, CARDIAC["w_or0.5"], atol=1e-9)


def test_without_reset():
    path = run(SERIES, "y", 2.0, 2.0, "continue")
    np.testing.assert_allclose(path.statistic, SERIES["ct_or2_noreset"], atol=1e-9)


def test_with_reset_ours_keeps_the_value_at_the_signal():
    """The R package cusum stores 0 at the signalling case, where we store the value reached."""
    path = run(SERIES, "y", 2.0, 2.0, "restart")
    signals = (SERIES["sig_or2_reset"] == 1).to_numpy()
    assert [signal.case for signal in path.signals] == list(SERIES.loc[signals, "t"])
    assert len(path.signals) == 6
    np.testing.assert_allclose(path.statistic[~signals], SERIES["ct_or2_reset"][~signals], atol=1e-9)
    assert (SERIES["ct_or2_reset"][signals] == 0).all()
    assert (path.statistic[signals] >= 2.0).all()
    before = np.flatnonzero(signals) - 1
    np.testing.assert_allclose(path.statistic[signals], path.statistic[before] + SERIES["w_or2"][signals], atol=1e-9)


def test_improvement_is_drawn_downwards_there():
    path = run(SERIES, "y", 0.5, 2.0, "restart")
    np.testing.assert_allclose(path.statistic, -SERIES["ct_or0.5_reset"], atol=1e-9)
    assert len(path.signals) == SERIES["sig_or0.5"].sum() == 0


@pytest.mark.parametrize("after", ["restart", "stop", "continue"])
@pytest.mark.parametrize(
    ("odds_ratio", "limit", "column"), [(2.0, 4.5, "cusum_up"), (0.5, 4.0, "cusum_down")], ids=["up", "down"]
)
def test_cardiac_surgery(odds_ratio, limit, column, after):
    """Neither chart reaches Steiner's limits within these 2,797 operations, so every rule gives the same path."""
    path = run(CARDIAC, "y30", odds_ratio, limit, after)
    np.testing.assert_allclose(path.statistic, CARDIAC[column], atol=1e-9)
    np.testing.assert_allclose(path.statistic, CARDIAC[f"{column}_reset{limit}"], atol=1e-9)
    assert path.first() is None


def test_cardiac_vlad():
    path = Vlad().run(CARDIAC["y30"], risk=CARDIAC["p"])
    np.testing.assert_allclose(path.statistic, CARDIAC["vlad_cum_EminusO"], atol=1e-9)
