"""Both limits of a two-sided chart at once, so that neither says too often what is not so."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from math import exp, inf, log, nan
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import Chart
from cusum.charts.ewma import Ewma
from cusum.charts.sequential_test import RiskAdjustedSequentialTest
from cusum.charts.standard import StandardCusum
from cusum.design.laws import Bracket
from cusum.design.promises import LimitDesign, Promise
from cusum.design.sides import SIDES, Question
from cusum.design.steps import RiskSequence, Steps, steps_at_rates
from cusum.design.tuning import steps_under
from cusum.errors import InvalidParameter

__all__ = ["Rule", "TwoSidedDesign", "find_two_limits", "has_two_hypotheses"]

Rule = Literal["each", "shares", "scaled"]

_MOST = 60


@dataclass(frozen=True, repr=False)
class TwoSidedDesign(LimitDesign):
    """Two designed limits, what was promised of each, and what they do.

    Parameters
    ----------
    chart : Chart
        The chart with its limits set.
    limit : float
        The upper limit.
    false_signal : float
        The larger of the two probabilities that are kept; of an EWMA, that of a false signal of either kind. nan where
        the promise is a mean.
    true_signal : float
        The smaller of the two powers; nan where the promise is a mean, or there is no one alternative.
    promise : Promise
        What was asked.
    reachable : bool
        Always True.
    shortest_run : int
        Fewest cases in which the upper limit can be reached.
    false_signal_bounds : Bracket, optional
        Bounds on `false_signal`.
    in_control_mean : Bracket, optional
        The smaller of the two means that are kept, or of an EWMA the mean to either.
    out_of_control_mean : Bracket, optional
        Not given.
    standard_error : float
        Always 0: nothing is simulated.
    lower_limit : float
        The lower limit, below 0.
    rule : {"each", "shares", "scaled"}
        How the two were tied together.
    kept_by_kind : dict of str to Bracket
        What is kept for each kind of signal: probability, or mean number of cases.

    Examples
    --------
    >>> from cusum import Criterion, find_limit
    >>> chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4))
    >>> find_limit(chart, in_control_mean=200).lower_limit
    -2.1...
    """

    lower_limit: float = nan
    rule: Rule = "each"
    kept_by_kind: dict[str, Bracket] = field(default_factory=dict)

    def __repr__(self) -> str:
        found = self.kept_by_kind or {"kept": self.in_control_mean or Bracket(nan, self.false_signal, nan)}
        kept = ", ".join(f"{kind} {bracket.value:.4g}" for kind, bracket in found.items())
        return f"<TwoSidedDesign: limits {self.lower_limit:.4f} and {self.limit:.4f}; promised {self.promise}; {kept}>"


def has_two_hypotheses(chart: Chart) -> bool:
    """Tell whether a chart decides between two hypotheses, each limit speaking against one of them.

    Parameters
    ----------
    chart : Chart
        Any chart.

    Returns
    -------
    bool
        True for a standard CUSUM and a sequential test.

    Examples
    --------
    >>> has_two_hypotheses(RiskAdjustedSequentialTest())
    True
    """
    return isinstance(chart, (StandardCusum, RiskAdjustedSequentialTest))


def find_two_limits(
    chart: Chart, promise: Promise, *, risk: ArrayLike | RiskSequence | None = None, rule: Rule | None = None
) -> TwoSidedDesign:
    """Find both limits of a two-sided chart, as narrow as a promise about false signals allows.

    Parameters
    ----------
    chart : StandardCusum, RiskAdjustedSequentialTest, or Ewma with two limits
        The chart, whose own limits are ignored but for their proportion. One that starts again or stops at a signal.
    promise : Promise
        A probability of a false signal within a number of cases, or a mean number of cases to one.
    risk : array-like, shape (m,), or RiskSequence, optional
        For risk-adjusted charts: the mix of expected failure probabilities, or the cases in their order.
    rule : {"each", "shares", "scaled"}, optional
        "each": each limit keeps the whole promise where the hypothesis that it speaks against is true. "shares": each
        limit may use half of the probability (EWMA). "scaled": the limits keep their proportion in the chart, and the
        smallest factor is found. If left out: "scaled" for a mean, "shares" for an EWMA, and otherwise "each".

    Returns
    -------
    TwoSidedDesign
        The chart with both limits, and what each keeps.

    Raises
    ------
    InvalidParameter
        If the chart has no two limits or moves its lines at a signal, or the rule does not go with the promise.

    Notes
    -----
    The upper limit of a standard CUSUM or sequential test is wrong at the acceptable rate (or the expected odds), the
    lower one at the unacceptable rate (or R times these odds). Of a chart that starts again at a signal, any false
    signal of a kind counts, also one that comes after signals of the other kind: if F and G are the probabilities that
    one test ends within n cases at the limit in question and at the other, that of a false signal within n cases is
    U(n) = F(n) + sum of g(k) U(n - k) over k; the mean number of cases to a false signal is that of one test divided by
    the probability that it ends at that limit (Wald's identity). Of a chart that stops, the first signal counts. A
    standard CUSUM's promise is about a crossing of one line, also where it needs two for competence.

    For "each" and "shares" one limit is set in turn for the other until both keep the promise; the wider one limit, the
    other follows monotonically, so that this ends. alpha and beta of the chart returned are the nominal values that
    Wald's formulas would have for its limits, and mean no more than that.

    References
    ----------
    Wald A. Ann Math Stat 1945;16:117-186, doi:10.1214/aoms/1177731118.

    Examples
    --------
    >>> from cusum import Criterion
    >>> chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4))
    >>> design = find_two_limits(chart, Promise(0.05, 50))
    >>> round(design.lower_limit, 2), round(design.limit, 2)
    (-3.2, 3.03)
    >>> all(kept.high <= 0.05 for kept in design.kept_by_kind.values())
    True
    """
    question, rule = _ask(chart, promise, risk, rule)
    lower, upper = _scaled(question) if rule == "scaled" else _in_turn(question, 0.5 if rule == "shares" else 1.0)
    return _described(question, lower, upper, rule)


def _ask(
    chart: Chart, promise: Promise, risk: ArrayLike | RiskSequence | None, rule: Rule | None
) -> tuple[Question, Rule]:
    """Check what is asked, and find out under which cases each limit is wrong."""
    two = has_two_hypotheses(chart)
    if not two and not (isinstance(chart, Ewma) and chart.improvement_limit is not None):
        raise InvalidParameter(
            "the chart is a {chart}",
            expected="a chart with two limits, such as StandardCusum or an Ewma with improvement_limit",
            chart=type(chart).__name__,
        )
    after = chart.walk.after_signal
    mean = promise.in_control_mean is not None
    if after == "parallel" or (mean and two and after != "restart") or (two and isinstance(risk, RiskSequence)):
        _refuse_use(after, isinstance(risk, RiskSequence))
    fitting: tuple[Rule, ...] = ("scaled",) if mean else ("each", "scaled") if two else ("shares", "scaled")
    rule = fitting[0] if rule is None else rule
    if rule not in fitting:
        choices = ", ".join(fitting)
        raise InvalidParameter(
            "rule is {rule!r}", expected="one of {choices} for this chart and promise", rule=rule, choices=choices
        )
    null, other = _suppositions(chart, risk)
    return Question(chart, promise, (other, null), two and after == "restart"), rule


def _suppositions(chart: Chart, risk: ArrayLike | RiskSequence | None) -> tuple[Steps, Steps]:
    """Give the scores under the null hypothesis and under the alternative, or under the null alone, twice."""
    if isinstance(chart, StandardCusum):
        rates = (chart.criterion.acceptable, chart.criterion.unacceptable)
        return steps_at_rates(chart, rates[0]), steps_at_rates(chart, rates[1])
    null = steps_under(chart, risk, null=True)
    other = steps_under(chart, risk, null=False) if has_two_hypotheses(chart) else null
    assert null is not None
    assert other is not None
    return null, other


def _refuse_use(after: str, in_order: bool) -> None:
    """Refuse a use of the chart for which a promise cannot be kept, or means nothing."""
    if after == "parallel":
        raise InvalidParameter("after_signal is 'parallel'", expected="'restart', or 'stop'")
    if after == "stop" and in_order:
        return
    if in_order:
        raise InvalidParameter(
            "a RiskSequence is given for a chart that starts again",
            expected="the mix of risks, or after_signal='stop'",
        )
    raise InvalidParameter("in_control_mean is given for a chart that stops", expected="after_signal='restart'")


def _in_turn(question: Question, share: float) -> tuple[float, float]:
    """Set one limit for the other in turn until both keep their share."""
    lower, upper = question.least(0), question.least(1)
    precision, moved = question.precision, inf
    for _ in range(_MOST):
        above = question.smallest(question.beside(1, lower, share), question.least(1), upper)
        below = question.smallest(question.beside(0, above, share), question.least(0), lower)
        moved = max(abs(above - upper), abs(below - lower))
        lower, upper = below, above
        if moved <= 2 * precision:
            break
    for _ in range(_MOST):  # the last turn of one limit may have cost the other its promise by a hair
        if min(question.margin(side, lower, upper, share) for side in SIDES) >= 0:
            return lower, upper
        lower, upper = lower + precision, upper + precision
    raise InvalidParameter("no two limits were found that keep the promise", expected="a promise that is less strict")


def _scaled(question: Question) -> tuple[float, float]:
    """Find the smallest factor by which both limits keep the promise."""
    walk = question.chart.walk
    assert walk.lower is not None
    assert walk.upper is not None
    below, above = -walk.lower / walk.upper, 1.0
    together = not has_two_hypotheses(question.chart)

    def margin(limit: float) -> float:
        at = below * limit, above * limit
        return question.margin_of_either(*at) if together else min(question.margin(side, *at) for side in SIDES)

    limit = question.smallest(margin, max(question.least(1), question.least(0) / below), walk.upper)
    return below * limit, above * limit


def _described(question: Question, lower: float, upper: float, rule: Rule) -> TwoSidedDesign:
    """Put together what the limits keep, and what they find where they should."""
    chart, promise = with_two_limits(question.chart, lower, upper), question.promise
    most = float(question.wrong[1].values.max())
    shortest = int(np.ceil((upper - 1e-9) / most)) if chart.walk.memory == 1 else 1
    made = partial(TwoSidedDesign, chart, upper, lower_limit=-lower, rule=rule, promise=promise, reachable=True)
    made = partial(made, shortest_run=shortest)
    if not has_two_hypotheses(chart):
        total = question.either(lower, upper)
        if promise.in_control_mean is not None:
            return made(false_signal=nan, true_signal=nan, in_control_mean=total)
        kept = {chart.kinds[side]: question.kept(side, lower, upper) for side in SIDES}
        return made(false_signal=total.value, true_signal=nan, false_signal_bounds=total, kept_by_kind=kept)
    kept = {chart.kinds[side]: question.kept(side, lower, upper) for side in SIDES}
    if promise.in_control_mean is not None:
        soonest = min(kept.values(), key=lambda bracket: bracket.low)
        return made(false_signal=nan, true_signal=nan, in_control_mean=soonest, kept_by_kind=kept)
    turned = question._replace(wrong=(question.wrong[1], question.wrong[0]))
    power = min(turned.kept(side, lower, upper).value for side in SIDES)
    worst = max(kept.values(), key=lambda bracket: bracket.high)
    return made(false_signal=worst.value, true_signal=power, false_signal_bounds=worst, kept_by_kind=kept)


def with_two_limits(chart: Chart, lower: float, upper: float) -> Chart:
    """Copy a chart with other limits.

    Parameters
    ----------
    chart : StandardCusum, RiskAdjustedSequentialTest or Ewma
        A chart with two limits.
    lower, upper : float
        Distance of each from 0, above 0.

    Returns
    -------
    Chart
        The copy; its alpha and beta are those for which Wald's formulas give these limits.

    Examples
    --------
    >>> chart = with_two_limits(RiskAdjustedSequentialTest(odds_ratio=2.0), 1.5, 2.5)
    >>> round(chart.lower, 12), round(chart.upper, 12), round(chart.alpha, 4)
    (-1.5, 2.5, 0.065)
    """
    if isinstance(chart, Ewma):
        return replace(chart, limit=upper, improvement_limit=lower)
    assert isinstance(chart, (StandardCusum, RiskAdjustedSequentialTest))
    unit = 1.0 if isinstance(chart, RiskAdjustedSequentialTest) else log((1 - chart.beta) / chart.alpha) / chart.upper
    a, b = exp(upper * unit), exp(-lower * unit)
    return replace(chart, alpha=(1 - b) / (a - b), beta=b * (a - 1) / (a - b))
