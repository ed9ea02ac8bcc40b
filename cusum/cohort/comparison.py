"""What other charts, and other criteria, would have said of the same cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cusum.charts.base import Chart, Path, check_failure
from cusum.cohort.cohort import Cohort
from cusum.cohort.designs import choose_charts, describe_designs
from cusum.criterion import Criterion
from cusum.errors import InvalidParameter

__all__ = ["ChartComparison", "CriterionSensitivity", "compare_charts", "criterion_sensitivity"]

PUBLISHED_PAIRS = ((0.05, 0.10), (0.10, 0.20), (0.15, 0.30), (0.20, 0.40))
"""Acceptable and unacceptable failure rates that studies of anaesthesia trainees have used."""


@dataclass(frozen=True, eq=False, repr=False)
class ChartComparison:
    """One sequence of cases under several charts.

    Parameters
    ----------
    paths : dict of str to Path
        The path under each chart, by label.
    table : DataFrame
        One row for each chart and case: chart, case, failure, score, statistic, lower, upper, phase, state, signal.
    signals : DataFrame
        One row a signal: chart, case, kind, statistic.
    """

    paths: dict[str, Path]
    table: pd.DataFrame
    signals: pd.DataFrame

    def __repr__(self) -> str:
        said = [f"{label}: {path.competence.case if path.competence else '-'}" for label, path in self.paths.items()]
        n = next(iter(self.paths.values())).failure.size
        return f"<ChartComparison of {n} cases; competence at case {', '.join(said)}>"

    def _repr_html_(self) -> str:
        """Show the signals in a notebook."""
        return self.signals.to_html(index=False)


def compare_charts(
    failure: ArrayLike, charts: Mapping[str, Chart] | Iterable[Chart], *, risk: ArrayLike | None = None
) -> ChartComparison:
    """Run the same cases through several charts, to see what each would have said and when.

    Parameters
    ----------
    failure : array-like, shape (n,)
        Outcomes in case order, 1 or True for a failure.
    charts : mapping of str to Chart, or iterable of Chart
        The charts, by a label of your own or each under its English name.
    risk : array-like, shape (n,), optional
        Expected failure probability of each case, for the risk-adjusted charts among them; the others do without.

    Returns
    -------
    ChartComparison
        Tidy tables of the paths and of the signals.

    Raises
    ------
    InvalidParameter
        If there is no chart, or two have the same label.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum, StandardCusum, compare_charts
    >>> criterion = Criterion(acceptable=0.2, unacceptable=0.4)
    >>> charts = [StandardCusum(criterion=criterion), LearningCurveCusum(criterion=criterion, limit=3.0)]
    >>> compare_charts([1, 1] + [0] * 20, charts)
    <ChartComparison of 22 cases; competence at case standard CUSUM (Kestin): 15, LC-CUSUM: 13>
    """
    labelled = _labelled(charts)
    outcomes = check_failure(failure)
    paths = {label: chart.run(outcomes, risk=risk if _takes_risk(chart) else None) for label, chart in labelled.items()}
    frames = [path.frame().drop(columns="risk", errors="ignore").assign(chart=label) for label, path in paths.items()]
    table = pd.concat(frames, ignore_index=True)
    table = table[["chart", *[name for name in table if name != "chart"]]]
    rows = [(label, s.case, s.kind, s.statistic) for label, path in paths.items() for s in path.signals]
    signals = pd.DataFrame(rows, columns=["chart", "case", "kind", "statistic"])
    return ChartComparison(paths, table, signals)


def _takes_risk(chart: Chart) -> bool:
    """Tell whether a chart uses expected failure probabilities."""
    from cusum.errors import CusumError

    try:
        chart.scores(np.array([False]), risk=np.array([0.5]))
    except CusumError:
        return False
    return True


def _labelled(charts: Mapping[str, Chart] | Iterable[Chart]) -> dict[str, Chart]:
    """Give every chart a label."""
    pairs = list(charts.items()) if isinstance(charts, Mapping) else [(chart.names["en"], chart) for chart in charts]
    labelled = dict(pairs)
    if not pairs or len(labelled) < len(pairs):
        raise InvalidParameter(
            "charts has {n} charts with {labels} different labels",
            expected="one or more charts, each under a label of its own",
            remedy="Give a dict of label to chart.",
            n=len(pairs),
            labels=len(labelled),
        )
    return labelled


@dataclass(frozen=True, eq=False, repr=False)
class CriterionSensitivity:
    """Who would have been declared competent under other criteria.

    Parameters
    ----------
    table : DataFrame
        One row for each procedure, chart, criterion and trainee: procedure, chart, acceptable, unacceptable, in_force
        (the programme's own criterion), trainee, cases, crossed, case.
    summary : DataFrame
        One row for each procedure, chart and criterion: limit, trainees, declared, share, false_competence and power
        (exact, within the expected number of cases), shortest_run, can_decide.
    """

    table: pd.DataFrame
    summary: pd.DataFrame

    def __repr__(self) -> str:
        low, high = self.summary["share"].min(), self.summary["share"].max()
        return f"<CriterionSensitivity: {len(self.summary)} designs, share declared {low:.0%} to {high:.0%}>"

    def _repr_html_(self) -> str:
        """Show the summary in a notebook."""
        return self.summary.to_html(index=False, float_format="{:.3f}".format)


def criterion_sensitivity(
    cohort: Cohort,
    *,
    criteria: Sequence[Criterion] | None = None,
    charts: Sequence[str] = ("learning_then_monitoring", "standard"),
    procedures: Sequence[str] | None = None,
) -> CriterionSensitivity:
    """Chart the cohort under other criteria: does the conclusion hang on the choice?

    Parameters
    ----------
    cohort : Cohort
        An analysis.
    criteria : sequence of Criterion, optional
        Criteria to try besides the programme's own; pairs that published studies have used if left out (5%/10%,
        10%/20%, 15%/30%, 20%/40%).
    charts : sequence of str
        Short names of charts that are made by criterion.
    procedures : sequence of str, optional
        Procedures to look at; all charted ones if left out.

    Returns
    -------
    CriterionSensitivity
        Trainee by trainee, and in sum.

    Raises
    ------
    InvalidParameter
        If a procedure or a chart is unknown.

    Notes
    -----
    The limits are designed anew for each criterion, for the same promises and numbers of cases. In a published trial
    from a third to three quarters of the same trainees were competent, by the criterion chosen.

    References
    ----------
    Anesthesiol Res Pract 2022:1738783, doi:10.1155/2022/1738783 (five criteria on the same trainees).

    Examples
    --------
    >>> from cusum import analyse, criterion_sensitivity, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    >>> found = criterion_sensitivity(cohort, procedures=["spinal"], charts=["standard"])
    >>> found.summary[["acceptable", "declared"]].to_numpy().tolist()
    [[0.05, 1.0], [0.1, 27.0], [0.15, 67.0], [0.2, 82.0]]
    """
    pairs = [Criterion(acceptable=a, unacceptable=u) for a, u in PUBLISHED_PAIRS] if criteria is None else [*criteria]
    chosen = list(cohort.charts) if procedures is None else list(procedures)
    unknown = [key for key in chosen if key not in cohort.charts]
    if unknown:
        raise InvalidParameter(
            "procedures has {unknown!r}", expected="among {known}", unknown=unknown[0], known=", ".join(cohort.charts)
        )
    tables, summaries = [], []
    for name in charts:
        for pair in [None, *pairs]:
            table, summary = _under(cohort, name, pair, chosen)
            tables.append(table)
            summaries.append(summary)
    keys = ["procedure", "chart", "acceptable", "unacceptable"]
    order = {key: k for k, key in enumerate(cohort.charts)}
    parts = []
    for pieces, extra in ((tables, ["trainee"]), (summaries, [])):
        whole = pd.concat(pieces, ignore_index=True).drop_duplicates([*keys, *extra])
        whole["place"] = whole["procedure"].map(order)
        whole = whole.sort_values(["place", *keys[1:], *extra], ignore_index=True)
        parts.append(whole.drop(columns="place"))
    return CriterionSensitivity(parts[0], parts[1])


def _under(
    cohort: Cohort, name: str, criterion: Criterion | None, procedures: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Chart the cohort under one criterion for all procedures, or under each procedure's own."""
    own = {key: cohort.programme.procedures[key] for key in procedures}
    changed = {key: replace(p, criterion=criterion) if criterion else p for key, p in own.items()}
    programme = replace(cohort.programme, procedures=changed)
    _, charts = choose_charts(programme, name)
    rows = cohort.crossings[cohort.crossings["procedure"].isin(procedures) & (cohort.crossings["cases"] > 0)]
    rows = rows[["trainee", "procedure", "cases"]].reset_index(drop=True)
    outcomes = cohort.paths.groupby(["trainee", "procedure"], observed=True)["failure"]
    found = {}
    for key, failure in outcomes:
        if key[1] in charts:
            found[key] = charts[str(key[1])].run(failure.to_numpy(dtype=np.bool_)).competence
    signals = [found[key] for key in zip(rows["trainee"], rows["procedure"], strict=True)]
    rows["case"] = pd.Series([s.case if s else None for s in signals], dtype="Int64", index=rows.index)
    rows["crossed"] = rows["case"].notna()
    rows["chart"] = name
    for rate in ("acceptable", "unacceptable"):
        rows[rate] = rows["procedure"].map({key: getattr(p.criterion, rate) for key, p in changed.items()})
    same = {key: changed[key].criterion == own[key].criterion for key in own}
    rows["in_force"] = rows["procedure"].map(same).astype("bool")
    designs = describe_designs(programme, charts, rows, name)
    summary = designs.rename(columns={"trainees_charted": "trainees"}).assign(
        chart=name, in_force=designs["procedure"].map(same), share=designs["declared"] / designs["trainees_charted"]
    )
    columns = ["procedure", "chart", "acceptable", "unacceptable", "in_force", "limit", "trainees", "declared", "share"]
    columns += ["false_competence", "power", "shortest_run", "can_decide"]
    order = ["procedure", "chart", "acceptable", "unacceptable", "in_force", "trainee", "cases", "crossed", "case"]
    return rows[order], summary[columns]
