"""How a path of the package is held against a path of the loops."""

from __future__ import annotations

import numpy as np


def assert_same_path(path, loop, *, state=True, tolerance=1e-9):
    """Every number and every word of `path` equals what the loop found."""
    statistic = np.asarray(loop.statistic, dtype=float)
    np.testing.assert_allclose(path.statistic, statistic, rtol=1e-9, atol=tolerance, equal_nan=True)
    charted = ~np.isnan(statistic)
    expected_scores = np.asarray(loop.scores, dtype=float)[charted]
    np.testing.assert_allclose(np.asarray(path.scores)[charted], expected_scores, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(path.lower, np.asarray(loop.lower, float), rtol=1e-9, atol=tolerance, equal_nan=True)
    np.testing.assert_allclose(path.upper, np.asarray(loop.upper, float), rtol=1e-9, atol=tolerance, equal_nan=True)
    assert list(path.phase) == loop.phase
    if state:
        assert list(path.state) == loop.state
    assert_same_signals(path, loop, tolerance=tolerance)
    competent = None if path.competence is None else path.competence.case
    assert competent == (None if loop.competence is None else loop.competence.case)


def assert_same_signals(path, loop, *, tolerance=1e-9):
    """The same signals, in the same order, with the same values."""
    assert [(s.case, s.kind) for s in path.signals] == [(s.case, s.kind) for s in loop.signals]
    found = np.array([s.statistic for s in path.signals], dtype=float)
    expected = np.array([s.statistic for s in loop.signals], dtype=float)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=tolerance)
    for kind in (None, "acceptable", "unacceptable", "competent", "deterioration"):
        cases = [s.case for s in loop.signals if kind is None or s.kind == kind]
        assert path.first(kind) == (cases[0] if cases else None)
