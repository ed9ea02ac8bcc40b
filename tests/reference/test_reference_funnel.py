"""Binomial funnel limits against the R package funnelR."""

from __future__ import annotations

import numpy as np
import pytest
from reference_data import reference

from cusum.models import funnel_limits

FUNNEL = reference("funnel_limits")


@pytest.mark.parametrize(("theirs", "ours"), [("approximate", "normal"), ("exact", "whole counts")])
def test_limits(theirs, ours):
    rows = FUNNEL[FUNNEL["method"] == theirs]
    made = funnel_limits(rows["d"].to_numpy(), 0.1, limits=[0.80, 0.95], method=ours)
    for limit, low, high in ((0.80, "lo", "up"), (0.95, "lo2", "up2")):
        mine = made[made["limit"] == limit]
        np.testing.assert_allclose(mine["low"], rows[low], rtol=0, atol=1e-9)
        np.testing.assert_allclose(mine["high"], rows[high], rtol=0, atol=1e-9)


def test_interpolation_moves_a_limit_by_less_than_one_case():
    rows = FUNNEL[FUNNEL["method"] == "exact"]
    made = funnel_limits(rows["d"].to_numpy(), 0.1, limits=[0.80, 0.95])
    for limit, high in ((0.80, "up"), (0.95, "up2")):
        distance = (rows[high].to_numpy() - made.loc[made["limit"] == limit, "high"].to_numpy()) * rows["d"].to_numpy()
        assert ((distance > -1e-9) & (distance < 1)).all()
