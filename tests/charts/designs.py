"""Random designs for the tests: criteria, outcomes, limits."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

#: the same examples in every run
REPEATABLE = settings(derandomize=True, deadline=None, max_examples=80)
FEW = settings(derandomize=True, deadline=None, max_examples=40)


@st.composite
def criteria(draw, lowest=0.01, highest=0.95, gap=0.02):
    """An acceptable and an unacceptable failure rate; they lie above 0.5 as often as below."""
    acceptable = draw(st.floats(lowest, highest - gap))
    unacceptable = draw(st.floats(acceptable + gap, highest))
    return acceptable, unacceptable


def outcomes(most=120):
    """A sequence of 0 (success) and 1 (failure), empty and one-case sequences included; runs are common."""
    singles = st.lists(st.integers(0, 1), max_size=most)
    runs = st.lists(st.tuples(st.integers(0, 1), st.integers(1, 30)), max_size=8).map(
        lambda pieces: [y for y, n in pieces for _ in range(n)][:most]
    )
    return st.one_of(singles, runs)


def limits():
    """Limits from far below one step to ones that are seldom reached."""
    return st.one_of(st.floats(0.01, 0.3), st.floats(0.3, 6.0))
