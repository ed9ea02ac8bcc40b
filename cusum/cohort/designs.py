"""Which chart each procedure gets, and what that chart promises, exactly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cusum.charts.base import Chart
from cusum.charts.bernoulli import BernoulliCusum
from cusum.charts.catalogue import CHARTS
from cusum.charts.learning import LearningCurveCusum, LearningThenMonitoring
from cusum.charts.low_volume import LastLookCusum
from cusum.charts.standard import StandardCusum
from cusum.design.competence import competence_by_case, competence_probability
from cusum.design.limits import LimitDesign, find_limit
from cusum.design.low_volume import design_low_volume
from cusum.design.run_length import run_length
from cusum.errors import InvalidParameter
from cusum.programme import Procedure, Programme

__all__ = ["charted_procedures", "choose_charts", "describe_designs", "expected_false_declarations"]

BUILDABLE = ("learning_then_monitoring", "lc_cusum", "last_look", "standard", "bernoulli")


def charted_procedures(programme: Programme) -> dict[str, Procedure]:
    """Give the procedures that the programme charts.

    Parameters
    ----------
    programme : Programme
        The programme in force.

    Returns
    -------
    dict of str to Procedure
        In the programme's order.
    """
    return {key: procedure for key, procedure in programme.procedures.items() if procedure.charted}


def choose_charts(programme: Programme, chart: Chart | str | None) -> tuple[str, dict[str, Chart]]:
    """Make the chart of each procedure.

    Parameters
    ----------
    programme : Programme
        Gives the criteria, the expected numbers of cases and the promises.
    chart : Chart or str, optional
        A chart for all procedures, or the short name of one to be designed for each; the two-phase chart if left out.

    Returns
    -------
    tuple of str and dict of str to Chart
        The chart's short name, and the chart by procedure.
    """
    procedures = charted_procedures(programme)
    if isinstance(chart, Chart):
        return chart.key, dict.fromkeys(procedures, chart)
    name = "learning_then_monitoring" if chart is None else chart
    if name not in BUILDABLE:
        known = name in CHARTS
        raise InvalidParameter(
            "chart is {name!r}",
            expected="one of {choices}, or a chart" if not known else "a chart made by you: it needs parameters",
            remedy="Give the chart itself, for example chart=StandardCusum(criterion=...).",
            name=name,
            choices=", ".join(BUILDABLE),
        )
    return name, {key: _build(name, programme, procedure) for key, procedure in procedures.items()}


def _build(name: str, programme: Programme, procedure: Procedure) -> Chart:
    """Design one chart by the programme's criterion, number of cases and promises."""
    criterion = procedure.criterion
    if name == "standard":
        return StandardCusum(criterion=criterion, alpha=procedure.alpha, beta=procedure.beta)
    if name == "last_look":
        return last_look_chart(programme, procedure)
    learning, monitoring = limit_designs(programme, procedure)
    if name == "lc_cusum":
        return learning.chart
    if name == "bernoulli":
        return monitoring.chart
    assert isinstance(learning.chart, LearningCurveCusum)
    assert isinstance(monitoring.chart, BernoulliCusum)
    return LearningThenMonitoring(learning=learning.chart, monitoring=monitoring.chart)


def limit_designs(programme: Programme, procedure: Procedure) -> tuple[LimitDesign, LimitDesign]:
    """Design the limits of the learning and of the monitoring phase for the expected number of cases."""
    n = procedure.expected_cases
    learning = LearningCurveCusum(criterion=procedure.criterion, limit=1.0)
    monitoring = BernoulliCusum(criterion=procedure.criterion, limit=1.0)
    return (
        find_limit(learning, false_signal=programme.false_competence, within=n),
        find_limit(monitoring, false_signal=programme.false_alarm, within=n),
    )


def last_look_chart(programme: Programme, procedure: Procedure) -> LastLookCusum:
    """Design both limits of the chart whose last look is at the last case that the programme expects."""
    promise, n = programme.false_competence, max(2, procedure.expected_cases)  # a last look needs a case before it
    return design_low_volume(procedure.criterion, cases=n, false_competence=promise).chart


def shortest_run(chart: Chart, most: int = 2_000) -> int | None:
    """Count the cases without failure that a new trainee needs for a signal of competence; None beyond `most`."""
    signal = chart.run(np.zeros(most, dtype=np.bool_)).competence
    return signal.case if signal else None


def describe_designs(
    programme: Programme, charts: dict[str, Chart], crossings: pd.DataFrame, chart_name: str
) -> pd.DataFrame:
    """Say for each procedure what its chart promises and what it keeps.

    Parameters
    ----------
    programme : Programme
        The programme in force.
    charts : dict of str to Chart
        The chart of each procedure.
    crossings : DataFrame
        Cases and declarations by trainee and procedure.
    chart_name : str
        Short name of the chart.

    Returns
    -------
    DataFrame
        One row a procedure.
    """
    rows = []
    for key, procedure in charted_procedures(programme).items():
        mine = crossings[crossings["procedure"] == key]
        row = _design_row(programme, procedure, charts[key], chart_name)
        charted = mine[mine["cases"] > 0]
        row |= {
            "trainees_charted": len(charted),
            "declared": int(charted["crossed"].sum()),
            "expected_false": expected_false_declarations(charts[key], charted["cases"].to_numpy()),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _design_row(programme: Programme, procedure: Procedure, chart: Chart, name: str) -> dict[str, Any]:
    """Describe one procedure's chart; exact probabilities are within the expected number of cases."""
    n = procedure.expected_cases
    criterion = getattr(chart, "criterion", procedure.criterion)
    own = criterion != procedure.criterion
    opening = chart.opening
    asn = chart.expected_cases if isinstance(chart, StandardCusum) else (np.nan, np.nan)
    shortest = shortest_run(chart) if "competent" in chart.says else None
    row: dict[str, Any] = {
        "procedure": procedure.key,
        "kind": chart.key,
        "competence_rule": getattr(chart, "competence", ""),
        "acceptable": criterion.acceptable,
        "unacceptable": criterion.unacceptable,
        "criterion_source": "" if own else procedure.criterion_source,
        "criterion_status": "given" if own else procedure.criterion_status,
        "expected_cases": n,
        "expected_cases_status": procedure.expected_cases_status,
        "limit": _limit(opening),
        "last_limit": chart.last_limit if isinstance(chart, LastLookCusum) else np.nan,
        "last_look": chart.cases if isinstance(chart, LastLookCusum) else np.nan,
        "false_competence_promised": np.nan,
        "false_competence": np.nan,
        "power": np.nan,
        "shortest_run": shortest,
        "can_decide": shortest is not None and shortest <= n,
        "monitoring_limit": np.nan,
        "false_alarm_promised": np.nan,
        "false_alarm": np.nan,
        "detection": np.nan,
        "wald_asn_acceptable": asn[0],
        "wald_asn_unacceptable": asn[1],
    }
    if "competent" in chart.says:
        row["false_competence"] = competence_probability(chart, failure_rate=criterion.unacceptable, within=n)
        row["power"] = competence_probability(chart, failure_rate=criterion.acceptable, within=n)
    monitoring = chart.monitoring if isinstance(chart, LearningThenMonitoring) else chart
    if isinstance(monitoring, BernoulliCusum):
        alarms = replace(monitoring, after_signal="stop")
        row["monitoring_limit"] = monitoring.limit
        row["false_alarm"] = run_length(alarms, failure_rate=criterion.acceptable, horizon=n).signal_by(n)
        row["detection"] = run_length(alarms, failure_rate=criterion.unacceptable, horizon=n).signal_by(n)
    return row | _promises(programme, procedure, chart, name)


def _limit(opening: Chart) -> float | None:
    """Give the limit at which the chart, or its first phase, says something: of a standard chart, competence."""
    if isinstance(opening, StandardCusum):
        return -opening.lower
    return opening.limit if isinstance(opening, LastLookCusum) else opening.walk.upper


def _promises(programme: Programme, procedure: Procedure, chart: Chart, name: str) -> dict[str, float]:
    """Give the promises that the limits were designed for, where they were."""
    if name == "last_look":
        designed = chart == last_look_chart(programme, procedure)
        return {"false_competence_promised": programme.false_competence} if designed else {}
    if name not in ("learning_then_monitoring", "lc_cusum", "bernoulli"):
        return {}
    learning, monitoring = limit_designs(programme, procedure)
    promises = {}
    if chart.opening == learning.chart:
        promises["false_competence_promised"] = programme.false_competence
    if getattr(chart, "monitoring", chart) == monitoring.chart:
        promises["false_alarm_promised"] = programme.false_alarm
    return promises


def expected_false_declarations(chart: Chart, cases: np.ndarray) -> float:
    """Count the declarations to expect if every one of these trainees stayed at the unacceptable rate.

    Parameters
    ----------
    chart : Chart
        The chart of the procedure.
    cases : array of int, shape (k,)
        Number of cases of each trainee.

    Returns
    -------
    float
        The sum of the exact probabilities of a declaration within each trainee's cases; nan where the chart declares
        nobody.
    """
    numbers = np.asarray(cases, dtype=np.int64)
    numbers = numbers[numbers > 0]
    if "competent" not in chart.says or not hasattr(chart, "criterion"):
        return float("nan")
    if not numbers.size:
        return 0.0
    declared = competence_by_case(chart, failure_rate=chart.criterion.unacceptable, within=int(numbers.max()))
    return float(declared[numbers - 1].sum())
