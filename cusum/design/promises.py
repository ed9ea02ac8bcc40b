"""What is asked of a limit, and what a designed one keeps."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan

from cusum.charts.base import Chart
from cusum.design.laws import Bracket

__all__ = ["LimitDesign", "Promise"]


@dataclass(frozen=True)
class Promise:
    """What was asked of a limit: false signals no more probable, or no sooner on average, than this.

    Parameters
    ----------
    false_signal : float
        Largest probability of a false signal within so many cases, in (0, 1); nan where a mean is promised.
    within : int
        That number of cases, 1 or more; 0 where a mean is promised.
    in_control_mean : float, optional
        Smallest mean number of cases to a false signal.
    guarantee : float, optional
        Probability, over the sample that the risk model was estimated from, with which the promise holds.

    Examples
    --------
    >>> print(Promise(0.05, 100))
    a false signal with probability at most 0.05 within 100 cases
    >>> print(Promise(in_control_mean=1000))
    a false signal after 1000 cases or more on average
    """

    false_signal: float = nan
    within: int = 0
    in_control_mean: float | None = None
    guarantee: float | None = None

    def __str__(self) -> str:
        if self.in_control_mean is not None:
            text = f"a false signal after {self.in_control_mean:g} cases or more on average"
        else:
            text = f"a false signal with probability at most {self.false_signal:g} within {self.within} cases"
        return text if self.guarantee is None else f"{text}, with probability {self.guarantee:g} over the sample"


@dataclass(frozen=True)
class LimitDesign:
    """A designed limit, what was promised, and what it does.

    Parameters
    ----------
    chart : Chart
        The chart with its limit set.
    limit : float
        The limit.
    false_signal : float
        Probability of a false signal within the promised number of cases: at most what was promised. Exact, or the
        estimate between its bounds; nan where the promise is a mean.
    true_signal : float
        Probability of a signal within that number of cases when the alternative holds (the power); nan where the
        promise is a mean or the chart has no one alternative.
    promise : Promise
        What was asked.
    reachable : bool
        False where no sequence of so few cases can signal without breaking the promise; the limit is then the smallest
        that keeps the promise at the case where it first can be reached, and both probabilities are 0.
    shortest_run : int
        Fewest cases in which the chart can signal from its start, where each case may bring the largest score.
    false_signal_bounds : Bracket, optional
        The probability of a false signal with its bounds, where it is not exact.
    in_control_mean : Bracket, optional
        Mean number of cases to a false signal, where that was promised.
    out_of_control_mean : Bracket, optional
        Mean number of cases to a signal when the alternative holds, where a mean was promised.
    standard_error : float, default 0
        Monte-Carlo standard error of the probability or mean that is kept, where it was simulated.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum, find_limit
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=1.0)
    >>> find_limit(chart, false_signal=0.05, within=50)
    <LimitDesign: limit 2.8539, false signal 0.0489 (promised 0.05) within 50 cases, power 0.4971>
    """

    chart: Chart
    limit: float
    false_signal: float
    true_signal: float
    promise: Promise
    reachable: bool
    shortest_run: int
    false_signal_bounds: Bracket | None = None
    in_control_mean: Bracket | None = None
    out_of_control_mean: Bracket | None = None
    standard_error: float = 0.0

    def __repr__(self) -> str:
        if self.in_control_mean is not None:
            kept, out = self.in_control_mean.value, self.out_of_control_mean
            other = f", {out.value:.1f} cases where the alternative holds" if out else ""
            asked = f"(promised {self.promise.in_control_mean:g}{self._error})"
            return f"<LimitDesign: limit {self.limit:.4f}, {kept:.1f} cases to a false signal {asked}{other}>"
        power = "" if isnan(self.true_signal) else f", power {self.true_signal:.4f}"
        return (
            f"<LimitDesign: limit {self.limit:.4f}, false signal {self.false_signal:.4f} (promised "
            f"{self.promise.false_signal:g}{self._error}) within {self.promise.within} cases{power}>"
        )

    @property
    def _error(self) -> str:
        """Say the standard error of what was simulated."""
        return f", simulated, standard error {self.standard_error:.2g}" if self.standard_error else ""
