"""Any groups, such as surgeons or wards, followed case by case against what their cases predict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cusum.charts.base import Chart
from cusum.charts.checking import check_failure, check_risk
from cusum.charts.observed_expected import Vlad
from cusum.design.run_length import Method, run_length
from cusum.design.steps import RiskSequence
from cusum.errors import InvalidData
from cusum.models.risk_model import RiskModel

__all__ = ["GroupMonitoring", "monitor_groups"]

_EXACT = 1000
"""Cases up to which the probability of a signal by chance is worked out exactly."""


@dataclass(frozen=True, eq=False, repr=False)
class GroupMonitoring:
    """Each group's cases under one risk-adjusted chart, with the VLAD beside it.

    Parameters
    ----------
    paths : DataFrame
        One row a case, by group in order of name: the group (column `by`), case (number from 1), order (where given),
        failure, risk, statistic (before any restart), limit, signal (its kind, or ""), vlad, vlad_low and vlad_high
        (95% prediction limits, each for that case by itself).
    signals : DataFrame
        One row a signal: the group, case, order (where given), kind, statistic.
    table : DataFrame
        One row a group in order of name: cases, failures, expected (failures), signals, by_chance (probability of at
        least one signal in these very cases if each fails as predicted).
    by : str
        Column of the groups.
    chart : Chart
        The chart.
    """

    paths: pd.DataFrame
    signals: pd.DataFrame
    table: pd.DataFrame
    by: str
    chart: Chart

    @property
    def expected_false(self) -> float:
        """Number of groups to expect with a signal by chance alone, if all cases fail as predicted."""
        return float(self.table["by_chance"].sum())

    def __repr__(self) -> str:
        """Say it in one line."""
        signalled = int((self.table["signals"] > 0).sum())
        return (
            f"<GroupMonitoring: {len(self.table)} by {self.by}, {len(self.paths):,} cases; {len(self.signals)} signals "
            f"in {signalled} ({self.expected_false:.1f} by chance)>"
        )

    def _repr_html_(self) -> str:
        """Show the groups and the signals in a notebook."""
        return self.table.round(3).to_html(index=False) + self.signals.round(3).to_html(index=False)


def monitor_groups(
    table: pd.DataFrame,
    *,
    chart: Chart,
    risk: RiskModel | str | ArrayLike,
    by: str = "department",
    outcome: str = "failure",
    order: str | Sequence[str] | None = None,
) -> GroupMonitoring:
    """Follow each group's cases against what they predict: surgeons, wards or departments, with no programme needed.

    Parameters
    ----------
    table : DataFrame
        One row a case: the outcome, the group, and what the risk model needs.
    chart : Chart
        A risk-adjusted chart with its limit, such as ``find_limit(RiskAdjustedCusum(...), ...).chart``.
    risk : RiskModel, str or array-like
        The model, or the column or array, that gives each case's expected failure probability.
    by : str, default "department"
        Column of the groups.
    outcome : str, default "failure"
        Column with 1 or True for a failure.
    order : str or sequence of str, optional
        Columns that tell the order of the cases, such as the date; the order of the rows if left out, and for ties.

    Returns
    -------
    GroupMonitoring
        Paths, signals and one row a group.

    Raises
    ------
    InvalidData
        If a column or a value is missing, or a probability is impossible.

    Notes
    -----
    Every group is charted for itself, from 0. ``table["by_chance"]`` is computed for the group's own risks in their
    order, exactly up to 1,000 cases and on a grid (to about 0.001) beyond; the more groups and the more cases, the more
    signals come by chance alone, and ``expected_false`` says how many groups. A signal is a reason to look at the
    cases, not a judgement. Groups are in order of name, never of rank.

    References
    ----------
    Steiner SH, Cook RJ, Farewell VT, Treasure T. Biostatistics 2000;1:441-452, doi:10.1093/biostatistics/1.4.441.

    Examples
    --------
    >>> from cusum import RiskAdjustedCusum
    >>> cases = pd.DataFrame({"ward": ["A", "B"] * 30, "failure": [0, 1, 0, 0] * 15, "risk": [0.1, 0.3] * 30})
    >>> followed = monitor_groups(cases, chart=RiskAdjustedCusum(odds_ratio=2.0, limit=2.0), risk="risk", by="ward")
    >>> followed.table[["ward", "cases", "failures", "expected", "signals"]].round(1).values.tolist()
    [['A', 30, 0, 3.0, 0], ['B', 30, 15, 9.0, 1]]
    """
    columns = [] if order is None else [order] if isinstance(order, str) else list(order)
    _check_columns(table, [by, outcome, *columns])
    failure = check_failure(table[outcome])
    chance = check_risk(_risk(table, risk), failure.size)
    cases = table[list(dict.fromkeys([by, *columns]))].reset_index(drop=True)
    cases = cases.assign(failure=failure, risk=chance)
    cases[by] = cases[by].astype("str")
    cases = cases.sort_values([by, *columns], kind="stable", ignore_index=True)
    paths, signals, rows = [], [], []
    for name, own in cases.groupby(by, sort=True, observed=True):
        path, found = _follow(own.reset_index(drop=True), chart, by, columns)
        by_chance = _by_chance(own["risk"].to_numpy(), chart)
        paths.append(path)
        signals.append(found)
        rows.append((name, len(own), int(own["failure"].sum()), own["risk"].sum(), len(found), by_chance))
    names = [by, "cases", "failures", "expected", "signals", "by_chance"]
    together = pd.concat(signals, ignore_index=True).astype({"case": "int64", "statistic": "float64"})
    return GroupMonitoring(pd.concat(paths, ignore_index=True), together, pd.DataFrame(rows, columns=names), by, chart)


def _by_chance(risk: NDArray[np.float64], chart: Chart) -> float:
    """Probability of a signal in these cases if each fails as predicted."""
    method: Method = "auto" if risk.size <= _EXACT else "grid"
    return run_length(chart, risk=RiskSequence(risk), horizon=risk.size, tolerance=1e-3, method=method).signal_by(
        risk.size
    )


def _check_columns(table: pd.DataFrame, names: list[str]) -> None:
    """Refuse a table that lacks a column, a case, or the group of one."""
    for name in names:
        if name not in table:
            raise InvalidData(
                "the table has no column {name!r}",
                expected="the group, the outcome and the order",
                remedy="It has {columns}.",
                name=name,
                columns=", ".join(map(str, table.columns)),
            )
        empty = int(table[name].isna().sum())
        if empty:
            raise InvalidData(
                "{name} is missing in {n} of {all} cases",
                expected="a value in each",
                name=name,
                n=empty,
                all=len(table),
            )
    if table.empty:
        raise InvalidData("the table has no case", expected="at least one")


def _risk(table: pd.DataFrame, risk: RiskModel | str | ArrayLike) -> ArrayLike:
    """Give each case's expected failure probability."""
    if isinstance(risk, RiskModel):
        return risk.predict(table)
    if isinstance(risk, str):
        if risk not in table:
            raise InvalidData("the table has no column {name!r}", expected="the expected risks", name=risk)
        return table[risk].to_numpy()
    return risk


def _follow(own: pd.DataFrame, chart: Chart, by: str, columns: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Chart one group's cases."""
    failure, risk = own["failure"].to_numpy(dtype=np.bool_), own["risk"].to_numpy()
    path, vlad = chart.run(failure, risk=risk), Vlad()
    limits = vlad.prediction_limits(risk)
    kind: NDArray[np.object_] = np.full(len(own), "", dtype=object)
    for signal in path.signals:
        kind[signal.case - 1] = signal.kind
    made = own.assign(
        case=np.arange(1, len(own) + 1),
        statistic=path.statistic,
        limit=path.upper,
        signal=kind,
        vlad=vlad.run(failure, risk=risk).statistic,
        vlad_low=limits.lower,
        vlad_high=limits.upper,
    )
    made = made[[by, "case", *[name for name in made if name not in (by, "case")]]]
    found = made.loc[made["signal"] != "", [by, "case", *columns, "signal", "statistic"]]
    return made, found.rename(columns={"signal": "kind"})
