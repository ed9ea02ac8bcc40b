"""Limits case by case for given risks: at every case the same small chance of a false signal."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import Chart, check_fraction
from cusum.charts.walk import TOLERANCE, FloatArray
from cusum.design.ordered import OrderedStates, failure_adds_the_same
from cusum.design.steps import RiskSequence, adjusts_for_risk, steps_by_case
from cusum.errors import InvalidParameter

__all__ = ["dynamic_limits"]


def dynamic_limits(chart: Chart, *, risk: ArrayLike | RiskSequence, false_signal_per_case: float) -> FloatArray:
    """Give each case a limit of its own, so that no case has more than a stated chance of a first false signal.

    Parameters
    ----------
    chart : Chart
        A risk-adjusted chart with a floor and one limit, which is ignored.
    risk : array-like, shape (n,), or RiskSequence
        Expected failure probability of each case, in their order.
    false_signal_per_case : float
        Largest probability of a signal at a case, given none before, where the chart's supposition holds: in (0, 1).

    Returns
    -------
    array of float, shape (n,)
        Limit of each case: the smallest value that the statistic can take there and that keeps the probability; inf
        where even its largest value is more probable than that, so that the case cannot signal.

    Raises
    ------
    InvalidParameter
        If the chart is of another kind or the probability is outside its range.

    Notes
    -----
    Nothing is simulated: the distribution of the statistic, given no signal before, is followed exactly. The statistic
    can take only certain values, so that the probability kept at a case is at most the stated one, and 0 at many of the
    first cases.

    References
    ----------
    Zhang X, Woodall WH. Stat Med 2015;34:3336-3348, doi:10.1002/sim.6547.

    Examples
    --------
    >>> from cusum import RiskAdjustedCusum
    >>> chart = RiskAdjustedCusum(odds_ratio=2.0, limit=1.0)
    >>> dynamic_limits(chart, risk=[0.1, 0.3, 0.2, 0.1], false_signal_per_case=0.05).round(3)
    array([  inf, 1.029,   inf, 1.109])
    """
    allowed = check_fraction("false_signal_per_case", false_signal_per_case)
    sequence = risk if isinstance(risk, RiskSequence) else RiskSequence(np.asarray(risk, dtype=np.float64))
    walk = chart.walk
    if not adjusts_for_risk(chart) or walk.floor is None or walk.lower is not None:
        raise InvalidParameter(
            "the chart is a {chart}",
            expected="a risk-adjusted chart with a floor and one limit",
            chart=type(chart).__name__,
        )
    odds = float(getattr(chart, "odds_ratio", 1.0)) if "competent" in chart.kinds else 1.0
    steps = steps_by_case(chart, sequence, odds)
    if not failure_adds_the_same(steps):
        raise InvalidParameter("the scores differ in another way", expected="log likelihood ratios")
    states = OrderedStates(walk.floor, walk.start, float(steps.values[0, 1] - steps.values[0, 0]))
    limits = np.full(len(sequence), np.inf)
    for case in range(len(sequence)):
        states.move(float(steps.values[case, 0]), float(steps.chances[case, 1]))
        limit = _smallest(states, allowed)
        limits[case] = limit
        if np.isfinite(limit):
            states.absorb(lambda values, limit=limit: values >= limit - TOLERANCE)  # type: ignore[misc]
    return limits


def _smallest(states: OrderedStates, allowed: float) -> float:
    """Find the smallest value above the floor that is reached with at most the allowed share of what is left."""
    held = states.chance > 0
    values, chances = states.values[held], states.chance[held]
    order = np.argsort(values)[::-1]
    values, chances = values[order], chances[order]
    apart = np.append(values[:-1] - values[1:] > TOLERANCE, True)  # the last of values that count as equal
    reached = np.cumsum(chances)
    good = apart & (reached <= allowed * chances.sum()) & (values > (states.floor or 0.0) + TOLERANCE)
    return float(values[np.flatnonzero(good)[-1]]) if good.any() else float("inf")
