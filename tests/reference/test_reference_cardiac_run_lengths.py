"""Means and limits of the risk-adjusted CUSUM for the cardiac case mix against the R package vlad, every row.

vlad rounds scores to a lattice of `scaling` states per unit, mean preserved, which makes its means too small; by how
much goes with 1/scaling. Ours are bracketed.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from reference_data import reference

from cusum import RiskAdjustedCusum, run_length

DESIGN = Path(__file__).parent.parent / "design" / "data"


def rows(name):
    with (DESIGN / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def mix():
    table = reference("cardiac_case_mix")
    return np.repeat(table["pi1"].to_numpy(), (1766 * table["fi"]).round().astype(int))


@pytest.fixture(scope="module")
def means(mix):
    """Our mean for each combination, computed once."""
    found = {}

    def mean(odds, limit, truth):
        key = (odds, limit, truth)
        if key not in found:
            chart = RiskAdjustedCusum(odds_ratio=odds, limit=limit)
            found[key] = run_length(chart, risk=mix, odds_ratio=truth, budget=0.1).mean_bounds
        return found[key]

    return mean


ARL = {"-".join(row[key] for key in ("h", "RA", "RQ", "scaling")): row for row in rows("cardiac_arl")}


@pytest.mark.parametrize("name", list(ARL))
def test_mean(name, means):
    row = ARL[name]
    bracket = means(float(row["RA"]), float(row["h"]), float(row["RQ"]))
    short = 1 - float(row["ARL"]) / bracket.value
    assert -bracket.relative_width - 1e-5 < short < 2.5 / int(row["scaling"])


@pytest.mark.parametrize("row", rows("cardiac_limits"), ids=lambda r: f"{r['RA']}-{r['L0']}")
def test_limit(row, means):
    """At their limit, to 1e-4, our mean is the promised one within 0.5%; it is the more for theirs being too small."""
    bracket = means(float(row["RA"]), float(row["h"]), 1.0)
    assert -1e-3 < bracket.value / float(row["L0"]) - 1 < 5e-3
