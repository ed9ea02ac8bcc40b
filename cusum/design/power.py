"""Power against the limit, and power against the number of cases: tables for whoever chooses either."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cusum.charts.base import check_fraction
from cusum.charts.likelihood_ratio import LikelihoodRatioCusum
from cusum.charts.walk import FloatArray
from cusum.criterion import Criterion
from cusum.design.limits import find_limit
from cusum.design.listing import Columns, listed
from cusum.design.passages import attainable_values, likelihood_ratio_chart, signal_by_limit
from cusum.design.promises import LimitDesign
from cusum.design.scores import check_count
from cusum.design.wald import wald_limit

__all__ = ["PowerByLimit", "power_by_limit"]

_MOST_LIMITS = 2000
_REACH = 1.8
"""Limits are listed up to so many times the larger of the designed one and Wald's."""


@dataclass(frozen=True, eq=False, repr=False)
class PowerByLimit:
    """What every limit would do within a number of cases.

    Parameters
    ----------
    chart : LikelihoodRatioCusum
        The chart; its own limit means nothing.
    cases : int
        Number of cases.
    limits : array of float, shape (m,)
        Values that the statistic can take, smallest first: a limit between two of them does what the larger does. The
        last is out of reach, with probabilities 0, where the list goes as far.
    false_signal, power : array of float, shape (m,)
        Exact probability of a false signal, and of a true one, within the cases. A false signal of the LC-CUSUM
        declares a trainee at the unacceptable rate competent; one of the Bernoulli CUSUM is an alarm about a performer
        at the acceptable rate.
    design : LimitDesign
        The smallest limit that keeps the promise.
    beta : float
        Type II error of Wald's limit; its alpha is the promise.
    wald_limit, wald_false_signal, wald_power : float
        Wald's limit, and what it does within the cases.

    Examples
    --------
    >>> power_by_limit(Criterion(acceptable=0.10, unacceptable=0.20), cases=50)
    <PowerByLimit: 204 limits from 0.014 to 5.078 within 50 cases; designed 2.8539, false signal 4.9%, power 49.7%>
    """

    chart: LikelihoodRatioCusum
    cases: int
    limits: FloatArray
    false_signal: FloatArray
    power: FloatArray
    design: LimitDesign
    beta: float
    wald_limit: float
    wald_false_signal: float
    wald_power: float

    def __repr__(self) -> str:
        found = (
            f"designed {self.design.limit:.4f}, false signal {self.design.false_signal:.1%}, "
            f"power {self.design.true_signal:.1%}"
        )
        return (
            f"<PowerByLimit: {self.limits.size} limits from {self.limits[0]:.3f} to {self.limits[-1]:.3f} within "
            f"{self.cases} cases; {found if self.design.reachable else 'none keeps the promise'}>"
        )

    def _repr_html_(self) -> str:
        """Show the numbers in a notebook."""
        return listed(repr(self), self.columns())

    def columns(self) -> Columns:
        """Give the numbers as columns, ready for ``pandas.DataFrame(...)``.

        Returns
        -------
        dict of str to array
            One row for each limit.
        """
        return {"limit": self.limits, "false_signal": self.false_signal, "power": self.power}


def power_by_limit(
    criterion: Criterion | LikelihoodRatioCusum,
    *,
    cases: int,
    false_signal: float = 0.05,
    beta: float = 0.20,
    highest: float | None = None,
) -> PowerByLimit:
    """Say for every limit how often it signals rightly, and how often wrongly, within a number of cases.

    Parameters
    ----------
    criterion : Criterion or LikelihoodRatioCusum
        Acceptable and unacceptable failure rate, for the LC-CUSUM; or a chart that starts at 0, such as a
        BernoulliCusum, of which the limit is ignored.
    cases : int
        Number of cases, 1 or more.
    false_signal : float, default 0.05
        Promised probability of a false signal, in (0, 1), for the designed limit and for Wald's.
    beta : float, default 0.20
        Type II error in Wald's formula.
    highest : float, optional
        Largest limit to list besides the designed one; 1.8 times the larger of the designed limit and Wald's if left
        out.

    Returns
    -------
    PowerByLimit
        Both probabilities for all limits that differ, exact. Of more than 2,000 limits, every second, third ... is
        listed, and the designed one always.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    The statistic can take only certain values within a number of cases, so both probabilities are step functions of the
    limit, and a promise is as a rule not used up entirely.

    References
    ----------
    Biau DJ, Porcher R. Stat Med 2010;29:1900-1909, doi:10.1002/sim.3947.

    Examples
    --------
    >>> found = power_by_limit(Criterion(acceptable=0.10, unacceptable=0.20), cases=50)
    >>> keeps = found.false_signal <= 0.05
    >>> round(float(found.limits[keeps][0]), 6), round(float(found.power[keeps][0]), 6)
    (2.853895, 0.497133)
    """
    chart = likelihood_ratio_chart(criterion)
    cases, promise = check_count("cases", cases), check_fraction("false_signal", false_signal)
    wald = wald_limit(promise, beta)
    design = find_limit(chart, false_signal=promise, within=cases)
    reach = _REACH * max(wald, design.limit if design.reachable else 0.0) if highest is None else highest
    values = attainable_values(chart, cases, reach).values
    if values.size > _MOST_LIMITS:
        values = values[:: -(-values.size // _MOST_LIMITS)]
    if values[-1] < reach - 1e-9 and attainable_values(chart, cases, np.inf).values[-1] < reach:
        values = np.append(values, reach)
    if design.reachable and not np.isclose(values, design.limit, rtol=0, atol=1e-9).any():
        values = np.sort(np.append(values, design.limit))
    asked = np.append(values, wald)
    null, alternative = (
        signal_by_limit(chart, asked, rate, cases)[:, -1] for rate in (chart.null_rate, chart.alternative_rate)
    )
    return PowerByLimit(
        chart=chart,
        cases=cases,
        limits=values,
        false_signal=null[:-1],
        power=alternative[:-1],
        design=design,
        beta=beta,
        wald_limit=wald,
        wald_false_signal=float(null[-1]),
        wald_power=float(alternative[-1]),
    )
