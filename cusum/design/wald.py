"""Wald's limit borrowed for a chart with a floor: what it says that it promises, and what it does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log

import numpy as np

from cusum.charts.base import check_fraction
from cusum.charts.likelihood_ratio import LikelihoodRatioCusum
from cusum.charts.walk import FloatArray, IntArray
from cusum.criterion import Criterion
from cusum.design.limits import find_limit
from cusum.design.listing import Columns, listed
from cusum.design.passages import likelihood_ratio_chart, signal_by_limit
from cusum.design.promises import LimitDesign
from cusum.design.scores import check_count
from cusum.errors import InvalidParameter

__all__ = ["WaldPromise", "wald_limit", "wald_promise"]


@dataclass(frozen=True, eq=False, repr=False)
class WaldPromise:
    """What Wald's limit does to the promise of a rare false signal, case by case, and what a designed limit does.

    Parameters
    ----------
    chart : LikelihoodRatioCusum
        The chart with Wald's limit.
    alpha, beta : float
        Wald's nominal error rates; alpha is also what the designed limit promises.
    cases : array of int, shape (n,)
        Numbers of cases: 1, 2, ...
    false_signal, power : array of float, shape (n,)
        With Wald's limit: probability of a false signal, and of a true one, within so many cases. A false signal of the
        LC-CUSUM declares a trainee at the unacceptable rate competent; one of the Bernoulli CUSUM is an alarm about a
        performer at the acceptable rate.
    design : LimitDesign
        The designed limit and the number of cases that it was designed for.
    designed_false_signal, designed_power : array of float, shape (n,)
        The same with the designed limit.

    Examples
    --------
    >>> wald_promise(Criterion(acceptable=0.10, unacceptable=0.20), cases=100)
    <WaldPromise: limit 2.7726 for 5%, in truth 5.6% within 50 cases, 17.5% within 100; designed limit 3.7055, 4.9%>
    """

    chart: LikelihoodRatioCusum
    alpha: float
    beta: float
    cases: IntArray
    false_signal: FloatArray
    power: FloatArray
    design: LimitDesign
    designed_false_signal: FloatArray
    designed_power: FloatArray

    def __repr__(self) -> str:
        n = self.design.promise.within
        half = max(1, n // 2)
        return (
            f"<WaldPromise: limit {self.limit:.4f} for {100 * self.alpha:.3g}%, in truth {self.false_by(half):.1%} "
            f"within {half} cases, {self.false_by(n):.1%} within {n}; designed limit {self.design.limit:.4f}, "
            f"{self.design.false_signal:.1%}>"
        )

    @property
    def limit(self) -> float:
        """Wald's limit, ln((1 - beta) / alpha)."""
        return self.chart.limit

    def _repr_html_(self) -> str:
        """Show the numbers in a notebook."""
        return listed(repr(self), self.columns())

    def false_by(self, cases: int) -> float:
        """Give the probability of a false signal with Wald's limit.

        Parameters
        ----------
        cases : int
            Number of cases, 1 or more and no more than are listed.

        Returns
        -------
        float
            Within so many cases.
        """
        return float(self.false_signal[cases - 1])

    def columns(self) -> Columns:
        """Give the numbers as columns, ready for ``pandas.DataFrame(...)``.

        Returns
        -------
        dict of str to array
            One row for each number of cases.
        """
        return {
            "cases": self.cases,
            "false_signal": self.false_signal,
            "power": self.power,
            "designed_false_signal": self.designed_false_signal,
            "designed_power": self.designed_power,
        }


def wald_limit(alpha: float, beta: float) -> float:
    """Give Wald's limit, which is made for a chart without a floor.

    Parameters
    ----------
    alpha, beta : float
        Nominal error rates, in (0, 1), with a sum below 1.

    Returns
    -------
    float
        ln((1 - beta) / alpha).

    Raises
    ------
    InvalidParameter
        If an error rate is outside its range, or their sum is 1 or more.

    References
    ----------
    Wald A. Ann Math Stat 1945;16:117-186, doi:10.1214/aoms/1177731118.

    Examples
    --------
    >>> round(wald_limit(0.05, 0.20), 4)
    2.7726
    """
    first, second = check_fraction("alpha", alpha), check_fraction("beta", beta)
    if first + second >= 1:
        raise InvalidParameter(
            "alpha is {alpha} and beta is {beta}", expected="a sum below 1", alpha=first, beta=second
        )
    return log((1 - second) / first)


def wald_promise(
    criterion: Criterion | LikelihoodRatioCusum,
    *,
    cases: int,
    alpha: float = 0.05,
    beta: float = 0.20,
    up_to: int | None = None,
) -> WaldPromise:
    """Compare what Wald's limit promises with what it does, and with a designed limit.

    Parameters
    ----------
    criterion : Criterion or LikelihoodRatioCusum
        Acceptable and unacceptable failure rate, for the LC-CUSUM; or a chart that starts at 0, such as a
        BernoulliCusum, of which the limit is ignored.
    cases : int
        Number of cases that the designed limit is for, 1 or more.
    alpha, beta : float
        Wald's nominal error rates; the designed limit promises alpha within `cases` cases.
    up_to : int, optional
        List so many cases; twice `cases` if left out.

    Returns
    -------
    WaldPromise
        The probabilities of a signal, exact, case by case.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range.

    Notes
    -----
    Wald's limit keeps alpha for a test without a floor. The LC-CUSUM and the Bernoulli CUSUM have one: what happened
    before a visit to it is forgotten, each visit is another chance of a false signal, and its probability grows with
    the number of cases towards 1. That of a designed limit grows too: its promise is for `cases` cases and no more.

    References
    ----------
    Biau DJ, Porcher R. Stat Med 2010;29:1900-1909, doi:10.1002/sim.3947.

    Examples
    --------
    >>> truth = wald_promise(Criterion(acceptable=0.10, unacceptable=0.20), cases=100)
    >>> [round(truth.false_by(n), 3) for n in (50, 100, 200)]
    [0.056, 0.175, 0.369]
    """
    chart = replace(likelihood_ratio_chart(criterion), limit=wald_limit(alpha, beta), after_signal="stop")
    cases = check_count("cases", cases)
    last = max(cases, 2 * cases if up_to is None else check_count("up_to", up_to))
    design = find_limit(chart, false_signal=alpha, within=cases)
    designed = replace(chart, limit=design.limit)
    false, power = (_signal_by(chart, rate, last) for rate in (chart.null_rate, chart.alternative_rate))
    kept, found = (_signal_by(designed, rate, last) for rate in (chart.null_rate, chart.alternative_rate))
    return WaldPromise(
        chart=chart,
        alpha=alpha,
        beta=beta,
        cases=np.arange(1, last + 1),
        false_signal=false,
        power=power,
        design=design,
        designed_false_signal=kept,
        designed_power=found,
    )


def _signal_by(chart: LikelihoodRatioCusum, rate: float, within: int) -> FloatArray:
    """Give the probability of a signal by each case at a constant failure rate."""
    found: FloatArray = signal_by_limit(chart, np.array([chart.limit]), rate, within)[0]
    return found
