"""The main step: registrations and a programme in, a cohort out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

import pandas as pd

from cusum.charts.base import Chart
from cusum.cohort.charting import PERSON, chart_all, cross, list_signals, state_status
from cusum.cohort.cohort import Cohort
from cusum.cohort.competences import Evidence, list_competences
from cusum.cohort.designs import charted_procedures, choose_charts, describe_designs
from cusum.cohort.experience import count_experience, list_people
from cusum.cohort.milestones import list_milestones
from cusum.cohort.order import signal_ranges
from cusum.errors import InvalidData, InvalidParameter
from cusum.programme import Programme, load_programme
from cusum.registrations.table import Registrations

if TYPE_CHECKING:
    from cusum.cohort.adjusted import Adjustment
    from cusum.models.risk_model import RiskModel
    from cusum.registrations.assessments import Assessments

__all__ = ["analyse"]


def analyse(
    registrations: Registrations,
    programme: Programme | str | None = None,
    *,
    chart: Chart | str | None = None,
    risk: RiskModel | Mapping[str, RiskModel] | str | None = None,
    assessments: Assessments | None = None,
    as_of: date | str | None = None,
) -> Cohort:
    """Chart every trainee's procedures and say where each one stands.

    Parameters
    ----------
    registrations : Registrations
        What :func:`cusum.read_registrations` gave.
    programme : Programme or str, optional
        The programme in force, its name or its file; the one that the registrations were read with if left out.
    chart : Chart or str, optional
        A chart for all procedures; or the name of one that is made for each procedure by the programme's criterion:
        "learning_then_monitoring" (the default), "lc_cusum", "last_look", "standard" (Kestin's) or "bernoulli".
    risk : RiskModel, mapping of str to RiskModel, or str, optional
        What to expect of each case: a model from :func:`cusum.fit_risk_model`, one for each procedure, or the column of
        expected failure probabilities. Adds the risk-adjusted charts, beside the others, in ``adjusted``.
    assessments : Assessments, optional
        What :func:`cusum.read_assessments` gave: competence cards, general assessments, Mini-CEX, supervision talks.
        Without them ``competences`` and ``milestones`` say of these that they are not recorded here.
    as_of : date or str, optional
        Day up to which registrations count, as yyyy-mm-dd; the day of the last registration if left out.

    Returns
    -------
    Cohort
        Tidy tables: paths, crossings, status, designs, experience, competences, milestones, signals, trainees,
        departments.

    Raises
    ------
    InvalidData
        If no registration of the programme's procedures is left to chart.
    InvalidParameter
        If the chart or the day is unknown.

    Notes
    -----
    By default the learning phase has the smallest limit with which a trainee who stays at the unacceptable rate is
    declared competent with at most the programme's probability (0.05) within the number of cases that the programme
    expects, and the monitoring phase the mirrored limit. The probabilities kept and the power stand in ``designs``.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    >>> len(cohort.trainees), sorted(cohort.charts)[:3]
    (92, ['arterial_line', 'block', 'cvc'])
    """
    if not isinstance(registrations, Registrations):
        raise InvalidParameter(
            "registrations is a {kind}",
            expected="what cusum.read_registrations gives",
            remedy="Write analyse(read_registrations(source)); the source may be a DataFrame.",
            kind=type(registrations).__name__,
        )
    plan = programme if isinstance(programme, Programme) else load_programme(*([programme] if programme else []))
    name, charts = choose_charts(plan, chart)
    last = _as_of(as_of, registrations)
    table = registrations.table[registrations.table["performed_on"] <= last].reset_index(drop=True)
    cases = _charted(table, plan)
    people = list_people(table, registrations.rejected, last)
    home = people.set_index("trainee")[["department", "region"]]
    everyone = people[PERSON].merge(pd.DataFrame({"procedure": list(charted_procedures(plan))}), how="cross")
    paths_table, paths = chart_all(cases, charts)
    crossings = signal_ranges(cases, charts, cross(everyone, paths_table, paths))
    crossings = _follow(crossings, people, table, last, plan.months)
    designs = describe_designs(plan, charts, crossings, name)
    status = state_status(crossings, paths_table, paths, charts, designs, plan)
    later = len(registrations.table) - len(table)
    started_on = people.set_index("trainee")["started_on"]
    evidence = Evidence(plan, people, table, crossings, _check_assessments(assessments))
    return Cohort(
        registrations=registrations,
        programme=plan,
        as_of=last.date(),
        chart_name=name,
        charts=charts,
        paths=paths_table,
        crossings=crossings,
        status=status,
        designs=designs,
        experience=count_experience(table, people, plan),
        competences=list_competences(evidence, pd.Series(last, index=started_on.index)),
        milestones=list_milestones(evidence, started_on, last),
        signals=list_signals(paths_table),
        adjusted=_adjusted(cases, crossings, plan, risk),
        trainees=people,
        departments=_departments(people, home),
        assessments=assessments,
        provenance=registrations.provenance.extend(
            programme=f"{plan.key} {plan.version}",
            chart=name,
            risk=_name_risk(risk),
            assessments="none" if assessments is None else repr(assessments.provenance),
            as_of=last.date().isoformat(),
            later_than_as_of=later,
        ),
    )


def _adjusted(
    cases: pd.DataFrame,
    crossings: pd.DataFrame,
    programme: Programme,
    risk: RiskModel | Mapping[str, RiskModel] | str | None,
) -> Adjustment | None:
    """Run the risk-adjusted charts where a risk model is given; the models are imported only then."""
    if risk is None:
        return None
    from cusum.cohort.adjusted import adjust

    return adjust(cases, crossings, programme, risk)


def _check_assessments(assessments: Assessments | None) -> Assessments | None:
    """Refuse something else than a register of assessments."""
    if assessments is not None and not all(hasattr(assessments, name) for name in ("table", "rejected", "provenance")):
        raise InvalidParameter(
            "assessments is a {kind}",
            expected="what cusum.read_assessments gives",
            remedy="Write analyse(registrations, assessments=read_assessments(source)).",
            kind=type(assessments).__name__,
        )
    return assessments


def _name_risk(risk: RiskModel | Mapping[str, RiskModel] | str | None) -> str:
    """Name the risk model for the provenance."""
    if risk is None:
        return "none"
    return f"column {risk}" if isinstance(risk, str) else repr(risk)


def _as_of(as_of: date | str | None, registrations: Registrations) -> pd.Timestamp:
    """Settle the day up to which registrations count."""
    if as_of is None:
        as_of = registrations.provenance.as_of
    if as_of is None:
        if registrations.table.empty:
            raise InvalidData("no registration was read", expected="at least one", remedy="See .rejected for why.")
        return pd.Timestamp(registrations.table["performed_on"].max())
    try:
        day = as_of.date() if isinstance(as_of, datetime) else as_of
        return pd.Timestamp(day if isinstance(day, date) else date.fromisoformat(day))
    except (TypeError, ValueError) as error:
        raise InvalidParameter("as_of is {as_of!r}", expected="a day as yyyy-mm-dd", as_of=as_of) from error


def _follow(
    crossings: pd.DataFrame, people: pd.DataFrame, table: pd.DataFrame, last: pd.Timestamp, months: int
) -> pd.DataFrame:
    """Say from which day to which each trainee was followed: to the end of the post, or longer if still registering."""
    days = people.set_index("trainee")["started_on"].to_frame()
    latest = table.groupby("trainee", observed=True)["performed_on"].max().reindex(days.index)
    over = days["started_on"] + pd.DateOffset(months=months)
    over = over.where(over <= last, last)
    days["followed_to"] = over.where(over >= latest, latest)
    return crossings.join(days.astype("datetime64[us]"), on="trainee")


def _charted(table: pd.DataFrame, programme: Programme) -> pd.DataFrame:
    """Take the registrations that are charted, in case order."""
    mine = table["procedure"].isin(list(charted_procedures(programme))) & table["failure"].notna()
    cases = table[mine]
    if cases.empty:
        raise InvalidData(
            "none of the {n} registrations is of a procedure that the programme charts",
            expected="one of {procedures}",
            remedy="See .rejected and .summary() of the registrations, or give another programme.",
            n=len(table),
            procedures=", ".join(charted_procedures(programme)),
        )
    order = {key: k for k, key in enumerate(programme.procedures)}
    keys = pd.DataFrame({"t": cases["trainee"], "p": cases["procedure"].astype("str").map(order)})
    return cases.loc[keys.sort_values(["t", "p"], kind="stable").index].reset_index(drop=True)


def _departments(people: pd.DataFrame, home: pd.DataFrame) -> pd.DataFrame:
    """List the departments with their numbers of trainees and registrations."""
    groups = people.groupby(["department", "region"], observed=True)
    counted = groups.agg(trainees=("trainee", "size"), registrations=("registrations", "sum")).reset_index()
    assert int(counted["trainees"].sum()) == len(home)
    return counted.sort_values(["department", "region"], ignore_index=True)
