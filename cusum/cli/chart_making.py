"""Make the chart that was asked for on the command line, its limit designed where none was given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cusum.charts import (
    BernoulliGlr,
    Chart,
    Ewma,
    LearningThenMonitoring,
    RiskAdjustedCusum,
    RiskAdjustedLearningCurveCusum,
    RiskAdjustedSequentialTest,
    StandardCusum,
    Vlad,
)
from cusum.charts.catalogue import chart_class
from cusum.criterion import Criterion
from cusum.errors import InvalidParameter

if TYPE_CHECKING:
    import pandas as pd

    from cusum.programme import Procedure, Programme
    from cusum.work import Progress

__all__ = ["Wish", "make_chart"]

SEED = 1
"""Seed of those designs that are simulated."""
LIMITLESS = ("standard", "rsprt", "vlad")
"""Charts whose limits follow from alpha and beta, or that have none."""
NEEDS_RISK = ("risk_adjusted", "risk_adjusted_lc_cusum", "rsprt", "vlad")


@dataclass(frozen=True)
class Wish:
    """What was asked for; None where the programme decides.

    Parameters
    ----------
    name : str
        Short name of the chart.
    acceptable, unacceptable : float or None
        Failure rates.
    limit : float or None
        Limit.
    within : int or None
        Cases within which the promise holds.
    false_signal : float or None
        Greatest probability of a false signal.
    odds_ratio : float or None
        Odds ratio that a risk-adjusted chart looks for.
    weight : float
        Weight of the newest case in the EWMA.
    """

    name: str
    acceptable: float | None = None
    unacceptable: float | None = None
    limit: float | None = None
    within: int | None = None
    false_signal: float | None = None
    odds_ratio: float | None = None
    weight: float = 0.1


def make_chart(
    wish: Wish,
    programme: Programme,
    procedure: str,
    risk: pd.Series | None,
    *,
    progress: bool | Progress = False,
) -> Chart:
    """Make a chart for one procedure.

    Parameters
    ----------
    wish : Wish
        What was asked for.
    programme : Programme
        Gives what was not: the criterion, the expected number of cases, the promise.
    procedure : str
        Key of the procedure.
    risk : Series of float, or None
        Expected failure probabilities of the cases, which a risk-adjusted chart's limit is designed for.
    progress : bool or Progress, default False
        Told how far a simulated design has come.

    Returns
    -------
    Chart
        The chart.

    Raises
    ------
    InvalidParameter
        If there is no such chart, it needs risks and there are none or the other way round, or a limit is given to a
        chart that takes none.

    Examples
    --------
    >>> from cusum.programme import load_programme
    >>> wish = Wish("lc_cusum", acceptable=0.1, unacceptable=0.2, within=50)
    >>> round(make_chart(wish, load_programme(), "spinal", None).limit, 6)
    2.853895
    """
    chart_class(wish.name)
    _check(wish, risk)
    own = programme.procedures[procedure]
    criterion = Criterion(
        acceptable=own.criterion.acceptable if wish.acceptable is None else wish.acceptable,
        unacceptable=own.criterion.unacceptable if wish.unacceptable is None else wish.unacceptable,
    )
    changed = replace(own, criterion=criterion, expected_cases=wish.within or own.expected_cases)
    chart = _by_hand(wish, criterion, adjusted=risk is not None)
    if chart is None:
        return _by_programme(wish, programme, changed)
    return _designed(chart, wish, programme, changed, risk, progress)


def _check(wish: Wish, risk: pd.Series | None) -> None:
    """Refuse what does not go together."""
    if wish.name in NEEDS_RISK and risk is None:
        raise InvalidParameter(
            "{chart} needs to know what to expect of each case",
            expected="--risk with the column of expected failure probabilities",
            chart=wish.name,
        )
    if risk is not None and wish.name not in (*NEEDS_RISK, "ewma"):
        raise InvalidParameter(
            "--risk was given to {chart}",
            expected="outcomes alone",
            remedy="This chart takes every case as equally difficult; use a risk-adjusted chart.",
            chart=wish.name,
        )
    if wish.limit is not None and wish.name in LIMITLESS:
        raise InvalidParameter(
            "--limit was given to {chart}", expected="no limit: this chart takes none", chart=wish.name
        )
    if wish.limit is not None and wish.name == "last_look":
        raise InvalidParameter(
            "--limit was given to {chart}",
            expected="no limit: its two limits are designed together for the promise",
            remedy="Give --within and --false-signal, or the chart lc_cusum a limit of its own.",
            chart=wish.name,
        )


def _by_programme(wish: Wish, programme: Programme, procedure: Procedure) -> Chart:
    """Make one of the charts that a programme designs by criterion, number of cases and promise."""
    from cusum.cohort.designs import choose_charts

    plan = replace(programme, procedures={procedure.key: procedure})
    if wish.false_signal is not None:
        plan = replace(plan, false_competence=wish.false_signal, false_alarm=wish.false_signal)
    chart: Any = choose_charts(plan, wish.name)[1][procedure.key]
    if wish.limit is None or isinstance(chart, StandardCusum):
        return chart
    if isinstance(chart, LearningThenMonitoring):
        return replace(chart, learning=replace(chart.learning, limit=wish.limit))
    return replace(chart, limit=wish.limit)


def _designed(
    chart: Chart,
    wish: Wish,
    programme: Programme,
    procedure: Procedure,
    risk: pd.Series | None,
    progress: bool | Progress,
) -> Chart:
    """Design the limit of a chart that has one and was given none."""
    from cusum.design import find_limit

    if wish.limit is not None or wish.name in LIMITLESS:
        return chart
    promise = programme.false_competence if wish.false_signal is None else wish.false_signal
    mix = None if risk is None else risk.to_numpy()
    seed = SEED if isinstance(chart, BernoulliGlr) else None
    cases = procedure.expected_cases
    return find_limit(chart, false_signal=promise, within=cases, risk=mix, seed=seed, progress=progress).chart


def _by_hand(wish: Wish, criterion: Criterion, *, adjusted: bool) -> Chart | None:
    """Make one of the charts that no programme designs; None for the others."""
    limit = 1.0 if wish.limit is None else wish.limit
    ratio = 2.0 if wish.odds_ratio is None else wish.odds_ratio
    learner = criterion.odds_ratio if wish.odds_ratio is None else wish.odds_ratio
    target = None if adjusted else criterion.acceptable
    makers: dict[str, Callable[[], Chart]] = {
        "risk_adjusted": lambda: RiskAdjustedCusum(odds_ratio=ratio, limit=limit),
        "risk_adjusted_lc_cusum": lambda: RiskAdjustedLearningCurveCusum(odds_ratio=learner, limit=limit),
        "rsprt": lambda: RiskAdjustedSequentialTest(odds_ratio=ratio),
        "vlad": Vlad,
        "ewma": lambda: Ewma(weight=wish.weight, target=target, limit=limit),
        "glr": lambda: BernoulliGlr(acceptable=criterion.acceptable, limit=limit),
    }
    return makers[wish.name]() if wish.name in makers else None
