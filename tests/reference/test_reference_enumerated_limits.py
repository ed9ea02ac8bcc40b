"""Limits against the R package cusum, which takes the attainable value nearest the promise.

Ours is the smallest attainable value that keeps the promise: theirs where theirs keeps it, the next one up where not.
"""

from __future__ import annotations

import pytest
from oracles import bernoulli, propagate
from reference_data import reference

from cusum import BernoulliCusum, Criterion, find_limit

ROWS = reference("bernoulli_limit_enumerated").to_dict("records")
NAMES = [f"{r['failure_probability']}-{r['n_patients']}-{r['odds_multiplier']}-{r['alpha']}" for r in ROWS]


def rates(row):
    p0, odds = row["failure_probability"], row["odds_multiplier"]
    return p0, odds * p0 / (1 - p0 + odds * p0)


def kept(row, limit):
    """P(signal within n cases) at the acceptable rate, by the independent program."""
    p0, p1 = rates(row)
    return propagate(bernoulli(p0, p1, limit), p0, row["n_patients"])[0][-1]


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_ours_never_exceeds_the_promise(row):
    p0, p1 = rates(row)
    chart = BernoulliCusum(criterion=Criterion(acceptable=p0, unacceptable=p1), limit=1.0)
    design = find_limit(chart, false_signal=row["alpha"], within=row["n_patients"])
    theirs = kept(row, row["limit_exact"])
    assert design.false_signal == pytest.approx(kept(row, design.limit), abs=1e-12)
    assert design.false_signal <= row["alpha"]
    if theirs <= row["alpha"]:
        assert design.limit <= row["limit_exact"] + 1e-9
        assert design.false_signal >= theirs - 1e-12
    else:
        assert design.limit > row["limit_exact"] + 1e-9
        assert design.false_signal < theirs


def test_theirs_exceeds_it_in_many_of_these_designs():
    """Not a rounding matter: the rule 'nearest' breaks the promise in a good part of the designs."""
    broken = [row for row in ROWS if kept(row, row["limit_exact"]) > row["alpha"] + 1e-9]
    assert len(broken) >= 10
