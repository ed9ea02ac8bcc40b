"""Departments beside each other: observed against expected failures, and which lie further out than chance explains."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cusum.charts.checking import check_choice, check_failure, check_fraction, check_risk
from cusum.errors import InvalidData
from cusum.models.department_comparison import DepartmentComparison
from cusum.models.failure_counts import INTERVALS, count_distribution, ratio_interval
from cusum.models.funnel import check_limits, count_limits, excess_spread
from cusum.models.risk_model import RiskModel
from cusum.models.risk_notes import comparing_notes
from cusum.models.risk_variables import missing_cells
from cusum.models.suppression import check_smallest

__all__ = ["DepartmentComparison", "compare_departments"]

FloatArray = NDArray[np.float64]
_GRID = 60


def compare_departments(
    table: pd.DataFrame,
    *,
    by: str = "department",
    expected: float | str | ArrayLike | RiskModel | None = None,
    outcome: str = "failure",
    limits: Sequence[float] = (0.95, 0.998),
    overdispersion: bool = False,
    winsorise: float = 0.10,
    confidence: float = 0.95,
    interval: str = "exact",
    smallest: int = 5,
) -> DepartmentComparison:
    """Hold each department's failures against what is expected of its cases.

    Parameters
    ----------
    table : DataFrame
        One row a case of one procedure, or of a mix that is meant: the outcome and the department.
    by : str, default "department"
        Column that tells departments (or regions, or surgeons) apart.
    expected : float, str, array-like, RiskModel or None, default None
        What is expected: the overall rate of the table (None), a stated rate, the column or array of each case's
        expected failure probability, or a risk model that gives it.
    outcome : str, default "failure"
        Column with 1 or True for a failure.
    limits : sequence of float, default (0.95, 0.998)
        Funnel limits: probabilities of lying within by chance, each in (0, 1).
    overdispersion : bool, default False
        Widen the limits by how much more departments differ than by chance.
    winsorise : float, default 0.10
        Share of departments at each end that are pulled in before that is estimated, in [0, 0.5).
    confidence : float, default 0.95
        Of the limits of each department's ratio, in (0, 1).
    interval : {"exact", "mid-p", "poisson", "poisson mid-p"}, default "exact"
        Kind of these limits; see :func:`~cusum.models.failure_counts.ratio_interval`.
    smallest : int, default 5
        Smallest number of cases, failures or successes that may be published, at least 1.

    Returns
    -------
    DepartmentComparison
        Departments in order of name, the funnel limits, and how many departments to expect outside by chance.

    Raises
    ------
    InvalidData
        If a column is not there, there is no case, or an outcome, department or risk is missing or impossible.
    InvalidParameter
        If a parameter is impossible.

    Notes
    -----
    Limits are exact: binomial or, where cases differ in risk, Poisson-binomial, interpolated between whole numbers of
    failures. A department counts as outside where its position lies beyond its own limits; with few failures this
    happens by chance more often above, and less often below, than the limit says, and ``outside["expected"]`` says how
    often. With overdispersion, distances from the centre are multiplied by the square root of the factor where it is
    above 1, and the number expected is the nominal one. The overall rate contains the department itself, which draws
    small comparisons together. Expected risks are taken as known. No department is ranked: neighbours in a ranking
    seldom differ.

    References
    ----------
    Spiegelhalter DJ. Stat Med 2005;24:1185-1202, doi:10.1002/sim.1970.
    Spiegelhalter DJ. Qual Saf Health Care 2005;14:347-351, doi:10.1136/qshc.2005.013755.

    Examples
    --------
    Seven surgeons in the years after those that the risk model was fitted on:

    >>> from cusum.models import fit_risk_model
    >>> operations = pd.read_csv("sample_data/cardiac_surgery.csv")
    >>> first, later = operations[operations["phase"] == "I"], operations[operations["phase"] == "II"]
    >>> model = fit_risk_model(first, covariates=["parsonnet"], outcome="death30")
    >>> compared = compare_departments(later, by="surgeon", expected=model, outcome="death30")
    >>> compared
    <DepartmentComparison: 7 by surgeon, 3,829 cases; 4 outside 95% (0.3 by chance), 1 outside 99.8% (0.0 by chance)>
    >>> compared.table[["surgeon", "cases", "failures", "expected", "ratio", "side"]].head(4).round(2)
      surgeon  cases  failures  expected  ratio   side
    0       1    993        87     71.29   1.22  above
    1       2    264        40     24.28   1.65  above
    2       3    594        29     40.29   0.72  below
    3       4    202        18     12.36   1.46
    """
    check_choice("interval", interval, INTERVALS)
    chosen = check_limits(limits)
    check_fraction("confidence", confidence)
    check_smallest(smallest)
    failure, name = _read(table, by, outcome)
    risk, origin = _expected(table, expected, failure)
    shared = expected.shared_cases(table) if isinstance(expected, RiskModel) else 0
    adjusted = bool(np.ptp(risk) > 0) or not (expected is None or isinstance(expected, (int, float)))
    overall = float(failure.mean())
    rows, shapes = _observe(name, failure, risk, confidence, interval)
    centre = 1.0 if adjusted else float(risk[0])
    rows["adjusted_rate"] = rows["ratio"] * float(risk.mean())
    rows["position"] = rows["ratio"] if adjusted else rows["rate"]
    spread = excess_spread(rows["score"], winsorise=winsorise) if overdispersion else None
    stretch = float(np.sqrt(spread.factor)) if spread is not None and spread.applied else 1.0
    scale = rows["expected"].to_numpy() if adjusted else rows["cases"].to_numpy(dtype=np.float64)
    outside = _hold(rows, shapes, scale, chosen, centre, stretch)
    return DepartmentComparison(
        table=rows.rename(columns={"name": by}),
        limits=_funnel(risk, _largest(rows, risk), chosen, centre, stretch, adjusted=adjusted),
        outside=outside,
        overall=overall,
        centre=centre,
        adjusted=adjusted,
        overdispersion=spread,
        by=by,
        smallest=smallest,
        parameters={
            "expected": origin,
            "limits": ", ".join(f"{100 * limit:g}%" for limit in chosen),
            "confidence": f"{confidence:g}",
            "interval": interval,
            "overdispersion": "no" if spread is None else f"factor {spread.factor:.3f}",
        },
        remarks=tuple(comparing_notes(shared, len(table), spread)),
    )


def _read(table: pd.DataFrame, by: str, outcome: str) -> tuple[NDArray[np.bool_], NDArray[np.str_]]:
    """Read outcomes and names, or say what is missing."""
    for column in (by, outcome):
        if column not in table:
            raise InvalidData(
                "the table has no column {name!r}",
                expected="the department and the outcome",
                remedy="It has {columns}.",
                name=column,
                columns=", ".join(map(str, table.columns)),
            )
        empty = int(missing_cells(table[column]).sum())
        if empty:
            raise InvalidData(
                "{name} is missing in {n} of {all} cases",
                expected="a value in each",
                remedy="Settle them or leave these cases out: a registration that is only counted is no case.",
                name=column,
                n=empty,
                all=len(table),
            )
    if table.empty:
        raise InvalidData("the table has no case", expected="at least one")
    return check_failure(table[outcome]), table[by].astype("str").to_numpy(dtype=str)


def _expected(
    table: pd.DataFrame, expected: float | str | ArrayLike | RiskModel | None, failure: NDArray[np.bool_]
) -> tuple[FloatArray, str]:
    """Give each case's expected risk, and where it comes from."""
    n = failure.size
    if expected is None:
        if failure.all() or not failure.any():
            raise InvalidData(
                "the overall failure rate is {rate}",
                expected="failures and successes",
                remedy="Give the rate that is expected.",
                rate=int(failure.all()),
            )
        return np.full(n, failure.mean()), "overall rate"
    if isinstance(expected, RiskModel):
        origin = f"risk model on {', '.join(expected.covariates)}, fitted on {expected.fitted_on[:12]}"
        return expected.predict(table), origin
    if isinstance(expected, str):
        if expected not in table:
            raise InvalidData("the table has no column {name!r}", expected="the expected risks", name=expected)
        return check_risk(table[expected], n), f"column {expected}"
    if isinstance(expected, (int, float)):
        return np.full(n, check_fraction("expected", expected)), f"stated rate {expected:g}"
    return check_risk(expected, n), "given by case"


def _observe(
    name: NDArray[np.str_], failure: NDArray[np.bool_], risk: FloatArray, confidence: float, interval: str
) -> tuple[pd.DataFrame, list[FloatArray]]:
    """Count failures by department, with the distribution that is expected of its cases."""
    rows, shapes = [], []
    for department in np.unique(name):
        mine = name == department
        chance, observed, n = risk[mine], int(failure[mine].sum()), int(mine.sum())
        shape = count_distribution(chance)
        low, high = ratio_interval(observed, chance, confidence=confidence, interval=interval)
        shapes.append(shape)
        rows.append(
            {
                "name": str(department),
                "cases": n,
                "failures": observed,
                "expected": float(chance.sum()),
                "rate": observed / n,
                "ratio": observed / float(chance.sum()),
                "ratio_low": low,
                "ratio_high": high,
                "tail": float(min(shape[: observed + 1].sum(), shape[observed:].sum(), 1.0)),
                "score": (observed - float(chance.sum())) / float(np.sqrt((chance * (1 - chance)).sum())),
            }
        )
    return pd.DataFrame(rows), shapes


def _hold(
    rows: pd.DataFrame,
    shapes: list[FloatArray],
    scale: FloatArray,
    limits: tuple[float, ...],
    centre: float,
    stretch: float,
) -> pd.DataFrame:
    """Add each department's own limits and where it lies; count those outside."""
    rows["side"], rows["beyond"] = "", np.nan
    position = rows["position"].to_numpy()
    counted = []
    for limit in limits:
        found = np.array([count_limits(shape, limit) for shape in shapes])
        low, high = (_stretched(found[:, k] / scale, centre, stretch) for k in (0, 1))
        below, above = position < low - 1e-9, position > high + 1e-9
        rows[f"low_{100 * limit:g}"], rows[f"high_{100 * limit:g}"] = low, high
        rows.loc[below, "side"], rows.loc[above, "side"] = "below", "above"
        rows.loc[below | above, "beyond"] = limit
        nominal = (1 - limit) * len(rows)
        by_chance = nominal if stretch > 1 else float(found[:, 2].sum())
        counted.append((limit, nominal, by_chance, int((below | above).sum())))
    return pd.DataFrame(counted, columns=["limit", "nominal", "expected", "observed"])


def _stretched(limit: FloatArray, centre: float, stretch: float) -> FloatArray:
    """Move limits away from the centre, no further than 0."""
    return np.maximum(centre + stretch * (limit - centre), 0.0)


def _largest(rows: pd.DataFrame, risk: FloatArray) -> int:
    """Give the number of average cases that has as many expected failures as the department with the most."""
    return max(int(rows["cases"].max()), int(np.ceil(rows["expected"].max() / risk.mean())))


def _funnel(
    risk: FloatArray, largest: int, limits: tuple[float, ...], centre: float, stretch: float, *, adjusted: bool
) -> pd.DataFrame:
    """Give the limits over a grid of volumes, each with the case mix of all cases together."""
    volumes = np.unique(np.geomspace(1, 1.1 * largest + 1, _GRID).astype(int))
    rows = []
    for n in volumes:
        chance = np.quantile(risk, (np.arange(n) + 0.5) / n)
        shape, total = count_distribution(chance), float(chance.sum())
        for limit in limits:
            low, high, _ = np.array(count_limits(shape, limit)) / (total if adjusted else n)
            rows.append((limit, int(n), total, low, high))
    made = pd.DataFrame(rows, columns=["limit", "cases", "expected", "low", "high"])
    for side in ("low", "high"):
        made[side] = _stretched(made[side].to_numpy(), centre, stretch)
    return made.sort_values(["limit", "cases"], ignore_index=True)
