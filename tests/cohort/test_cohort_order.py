"""Order of same-day cases: every state followed at once, against every order tried one by one."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cusum import (
    BernoulliCusum,
    Criterion,
    LastLookCusum,
    LearningCurveCusum,
    LearningThenMonitoring,
    StandardCusum,
    analyse,
    read_registrations,
)
from cusum.cohort.order import order_ranges

CRITERION = Criterion(acceptable=0.2, unacceptable=0.5)
CHARTS = {
    "learning": LearningCurveCusum(criterion=CRITERION, limit=1.3),
    "two phases": LearningThenMonitoring(
        learning=LearningCurveCusum(criterion=CRITERION, limit=0.9),
        monitoring=BernoulliCusum(criterion=CRITERION, limit=1.2, start=0.3),
    ),
    "last look": LastLookCusum(criterion=CRITERION, limit=1.3, last_limit=0.5, cases=6),
    "last look, first case": LastLookCusum(criterion=CRITERION, limit=1.3, last_limit=0.4, cases=1),
    "restart": BernoulliCusum(criterion=CRITERION, limit=1.1),
    "carry on": BernoulliCusum(criterion=CRITERION, limit=1.1, after_signal="continue"),
    "standard": StandardCusum(criterion=CRITERION, alpha=0.3, beta=0.3),
    "parallel": StandardCusum(criterion=CRITERION, alpha=0.3, beta=0.3, after_signal="parallel"),
    "two lines": StandardCusum(criterion=CRITERION, alpha=0.3, beta=0.3, competence="two lines"),
}


def every_order(chart, failure, groups):
    """Try every permutation within the groups, plainly."""
    ranges, ends = {}, set()
    spans = [np.flatnonzero(np.array(groups) == g) for g in dict.fromkeys(groups)]

    def walk(done, rest):
        if not rest:
            said = ()
            for signal in chart.run(np.array(done, dtype=bool)).signals:
                said = (*said, signal.kind)
                low, high = ranges.get(said, (signal.case, signal.case))
                ranges[said] = (min(low, signal.case), max(high, signal.case))
            ends.add(said)
            return
        for order in set(permutations(failure[rest[0]].tolist())):
            walk([*done, *order], rest[1:])

    walk([], spans)
    return ranges, ends


@pytest.mark.parametrize("name", CHARTS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_agrees_with_every_order(name, data):
    sizes = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=5))
    groups = [g for g, size in enumerate(sizes) for _ in range(size)]
    failure = np.array(data.draw(st.lists(st.booleans(), min_size=len(groups), max_size=len(groups))))
    found = order_ranges(CHARTS[name], failure, groups)
    ranges, ends = every_order(CHARTS[name], failure, groups)
    assert {said: (r.earliest, r.latest) for said, r in found.ranges.items()} == ranges
    assert found.ends == ends


def test_many_orders_of_parallel_lines_are_sampled_by_seed():
    failure = np.array([True, False] * 20)
    groups = [k // 10 for k in range(40)]
    first, again, other = (order_ranges(CHARTS["parallel"], failure, groups, seed=s) for s in (1, 1, 2))
    assert first.method == "sampled"
    assert first == again
    assert other.ends


def test_the_crossings_show_it():
    rows = [("A", "spinal", f"2025-01-{1 + k:02d}", False) for k in range(25)]
    rows += [("A", "spinal", "2025-02-01", bad) for bad in (True, False, False)]
    rows += [("B", "spinal", f"2025-01-{1 + k:02d}", False) for k in range(27)]
    columns = ["trainee", "procedure", "performed_on", "failure"]
    cohort = analyse(read_registrations(pd.DataFrame(rows, columns=columns)))
    spinal = cohort.crossings[cohort.crossings["procedure"] == "spinal"].set_index("trainee")
    a, b = spinal.loc["A"], spinal.loc["B"]
    assert not a["crossed"]  # as written, the failure comes first
    assert (a["case_earliest"], a["case_latest"], a["crossed_in_every_order"]) == (27, 27, False)
    assert (b["case_earliest"], b["case_latest"], b["crossed_in_every_order"]) == (27, 27, True)
    assert (a["order"], b["order"]) == ("exact", "fixed")


def test_a_stated_sequence_settles_the_order():
    rows = [("A", "spinal", "2025-02-01", k, k == 1) for k in range(1, 6)]
    columns = ["trainee", "procedure", "performed_on", "sequence", "failure"]
    cohort = analyse(read_registrations(pd.DataFrame(rows, columns=columns)))
    assert (cohort.crossings["order"] == "fixed").all()
