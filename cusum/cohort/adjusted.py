"""The same cohort with the difficulty of the cases taken into account, by trainee and by department."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cusum.charts.observed_expected import Vlad
from cusum.charts.risk_adjusted import RiskAdjustedCusum, RiskAdjustedLearningCurveCusum
from cusum.cohort.designs import charted_procedures
from cusum.cohort.risk_models import Risk, RiskModels, case_risk
from cusum.design.limits import LimitDesign, find_limit
from cusum.errors import CusumError, InvalidData
from cusum.models.departments import DepartmentComparison, compare_departments
from cusum.models.risk_model import RiskModel
from cusum.programme import Procedure, Programme

__all__ = ["Adjustment", "adjust", "anchor_risk"]

PERSON = ["trainee", "department", "region"]
DEPARTMENT_ODDS_RATIO = 2.0
"""Doubled odds of failure: what the department's chart looks for (Steiner and others, 2000)."""


@dataclass(frozen=True, eq=False, repr=False)
class Adjustment:
    """What the charts say when each case is compared with what was to be expected of it.

    Parameters
    ----------
    crossings : DataFrame
        One row for each trainee and procedure with cases: cases, failures, expected (failures of an acceptable
        performer with these cases), difficulty (mean expected risk over the cohort's, 1 for average cases), crossed and
        case (adjusted), unadjusted_case.
    designs : DataFrame
        One row a procedure: odds_ratio, limit, false_competence (kept) and power within expected_cases, shift (added to
        the model's log odds to meet the acceptable rate), risk_low and risk_high (5% and 95% points of the anchored
        risk), department_limit, department_cases, department_false_signal (kept within so many cases) and
        department_power (at doubled odds), cases, left_out (cases without an expected risk),
        shared (cases that the model was fitted on, as far as it knows them; NA for a column).
    departments : DataFrame
        One row for each department and procedure: cases, failures, expected (by the cohort's own average), ratio with
        limits, unadjusted_ratio, difficulty, signals (of the department's risk-adjusted CUSUM).
    paths : DataFrame
        One row a case in order of date within department and procedure: case, performed_on, failure, risk (the cohort's
        average), vlad, statistic, limit, signal.
    notes : tuple of str
        What the risk model noted about itself.
    models : mapping of str to RiskModel
        Model of each adjusted procedure; none where the risks were given in a column.
    refused : mapping of str to CusumError
        Procedures for which no model could be fitted, and why.
    fitted_here : bool
        Whether the models were fitted on these very cases.
    comparisons : mapping of str to DepartmentComparison
        Departments against what their cases predict, by procedure.
    """

    crossings: pd.DataFrame
    designs: pd.DataFrame
    departments: pd.DataFrame
    paths: pd.DataFrame
    notes: tuple[str, ...]
    models: Mapping[str, RiskModel] = field(default_factory=dict)
    refused: Mapping[str, CusumError] = field(default_factory=dict)
    fitted_here: bool = False
    comparisons: Mapping[str, DepartmentComparison] = field(default_factory=dict)

    def __repr__(self) -> str:
        n = int(self.crossings["crossed"].sum())
        return f"<Adjustment: {n} signals of competence, {int(self.departments['signals'].sum())} of departments>"


def anchor_risk(risk: np.ndarray, rate: float) -> tuple[np.ndarray, float]:
    """Move all log odds by the same step, so that the mean risk is the given rate.

    Parameters
    ----------
    risk : array of float, shape (n,)
        Expected failure probabilities, in (0, 1).
    rate : float
        Wanted mean, in (0, 1).

    Returns
    -------
    tuple of (array of float, float)
        The moved risks and the step.

    Examples
    --------
    >>> risks, step = anchor_risk(np.array([0.1, 0.3]), 0.1)
    >>> risks.round(3), round(step, 3)
    (array([0.045, 0.155]), -0.851)
    """
    from scipy.optimize import brentq
    from scipy.special import expit, logit

    odds = logit(risk)
    step = float(brentq(lambda c: float(expit(odds + c).mean()) - rate, -40.0, 40.0, xtol=1e-12))
    return np.asarray(expit(odds + step)), step


def adjust(cases: pd.DataFrame, crossings: pd.DataFrame, programme: Programme, risk: Risk) -> Adjustment:
    """Chart trainees and departments against the difficulty of their cases.

    Parameters
    ----------
    cases : DataFrame
        Charted registrations in case order within trainee and procedure.
    crossings : DataFrame
        The unadjusted crossings.
    programme : Programme
        Criteria, expected numbers of cases and promises.
    risk : RiskModel, mapping of str to RiskModel, or str
        What to expect of each case.

    Returns
    -------
    Adjustment
        Trainees, designs, departments and the departments' paths.

    Raises
    ------
    InvalidData
        If no procedure has expected risks.

    Notes
    -----
    The model says which cases are harder; the criterion says how good is good enough. So for the trainees' charts the
    model's log odds are moved by one step for each procedure, until an acceptable performer with the cohort's cases has
    the acceptable failure rate; an unacceptable one has the criterion's odds ratio above that on every case. The limit
    of the risk-adjusted LC-CUSUM is designed for the cohort's case mix. For departments the risks are left at the
    cohort's own average, and doubled odds are looked for.

    References
    ----------
    Steiner SH, Cook RJ, Farewell VT, Treasure T. Biostatistics 2000;1:441-452, doi:10.1093/biostatistics/1.4.441.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> days = pd.date_range("2025-01-01", periods=40)
    >>> table = pd.DataFrame({"trainee": "A", "procedure": "cvc", "performed_on": days, "failure": False})
    >>> table["expected"] = [0.05, 0.15] * 20
    >>> analyse(read_registrations(table), risk="expected").adjusted
    <Adjustment: 1 signals of competence, 0 of departments>
    """
    found = cases.assign(risk=case_risk(cases, risk), department=cases["department"].replace("", "–"))
    parts = []
    for key, procedure in charted_procedures(programme).items():
        every = found[found["procedure"] == key]
        if (mine := every[every["risk"].notna()].reset_index(drop=True)).empty:
            continue
        part = _adjust_one(mine, procedure, programme)
        part[1].update(left_out=len(every) - len(mine), shared=_shared(mine, risk, key))
        parts.append(part)
    if not parts:
        raise InvalidData("no charted procedure has expected risks", expected="a risk model for at least one")
    rows, designs, departments, comparisons, paths = zip(*parts, strict=True)
    trainees = pd.DataFrame([row for part in rows for row in part]).merge(
        crossings[[*PERSON, "procedure", "case"]].rename(columns={"case": "unadjusted_case"}),
        on=["trainee", "procedure"],
        how="left",
    )
    trainees["case"] = trainees["case"].astype("Int64")
    order = [*PERSON, "procedure", "cases", "failures", "expected", "difficulty", "crossed", "case", "unadjusted_case"]
    return Adjustment(
        trainees[order],
        pd.DataFrame(list(designs)),
        pd.concat(departments, ignore_index=True),
        pd.concat(paths, ignore_index=True),
        _notes(risk),
        _models(risk, [design["procedure"] for design in designs]),
        risk.refused if isinstance(risk, RiskModels) else {},
        isinstance(risk, RiskModels),
        dict(zip((design["procedure"] for design in designs), comparisons, strict=True)),
    )


def _shared(mine: pd.DataFrame, risk: Risk, key: str) -> int | None:
    """Count the cases that the model was fitted on."""
    if isinstance(risk, str):
        return None
    model = risk if isinstance(risk, RiskModel) else risk[key]
    return model.shared_cases(mine.assign(failure=mine["failure"].astype("bool")))


def _models(risk: Risk, procedures: list[str]) -> dict[str, RiskModel]:
    """Say which model stands behind each adjusted procedure."""
    if isinstance(risk, RiskModel):
        return dict.fromkeys(procedures, risk)
    return {key: risk[key] for key in procedures} if isinstance(risk, Mapping) else {}


def _notes(risk: Risk) -> tuple[str, ...]:
    """Collect what the models note about themselves."""
    models = [risk] if isinstance(risk, RiskModel) else list(risk.values()) if isinstance(risk, Mapping) else []
    return tuple(dict.fromkeys(str(note) for model in models for note in model.notes))


def _adjust_one(
    mine: pd.DataFrame, procedure: Procedure, programme: Programme
) -> tuple[list[dict[str, Any]], dict[str, Any], pd.DataFrame, DepartmentComparison, pd.DataFrame]:
    """Design and run the charts of one procedure."""
    key, criterion = procedure.key, procedure.criterion
    anchored, step = anchor_risk(mine["risk"].to_numpy(), criterion.acceptable)
    mine["anchored"] = anchored
    design = find_limit(
        RiskAdjustedLearningCurveCusum(odds_ratio=criterion.odds_ratio, limit=1.0),
        false_signal=programme.false_competence,
        within=procedure.expected_cases,
        risk=anchored,
    )
    largest = int(mine.groupby("department").size().max())
    watch = find_limit(
        RiskAdjustedCusum(odds_ratio=DEPARTMENT_ODDS_RATIO, limit=1.0),
        false_signal=programme.false_alarm,
        within=largest,
        risk=mine["risk"].to_numpy(),
    )
    low, high = np.quantile(anchored, [0.05, 0.95])
    described = {
        "procedure": key,
        "odds_ratio": criterion.odds_ratio,
        "limit": design.limit,
        "false_competence": design.false_signal,
        "power": design.true_signal,
        "expected_cases": procedure.expected_cases,
        "shift": step,
        "risk_low": low,
        "risk_high": high,
        "department_limit": watch.limit,
        "department_cases": largest,
        "department_false_signal": watch.false_signal,
        "department_power": watch.true_signal,
        "cases": len(mine),
    }
    walked = _by_department(mine, watch, key)
    return _trainees(mine, design, key), described, *_compare(mine, walked, key), walked


def _trainees(mine: pd.DataFrame, design: LimitDesign, key: str) -> list[dict[str, Any]]:
    """Chart each trainee's cases of one procedure by the risk-adjusted LC-CUSUM."""
    average = float(mine["anchored"].mean())
    rows = []
    for trainee, own in mine.groupby("trainee", sort=False, observed=True):
        risk = own["anchored"].to_numpy()
        path = design.chart.run(own["failure"].to_numpy(dtype=np.bool_), risk=risk)
        case = path.first("competent")
        rows.append(
            {
                "trainee": trainee,
                "procedure": key,
                "cases": len(own),
                "failures": int(own["failure"].sum()),
                "expected": float(risk.sum()),
                "difficulty": float(risk.mean()) / average,
                "crossed": case is not None,
                "case": case,
            }
        )
    return rows


def _by_department(mine: pd.DataFrame, watch: LimitDesign, key: str) -> pd.DataFrame:
    """Walk through each department's cases in order of date."""
    keys = ["department", "performed_on", *(["sequence"] if "sequence" in mine else []), "row"]
    dated = mine.sort_values(keys, kind="stable", ignore_index=True)
    pieces = []
    for department, own in dated.groupby("department", sort=True, observed=True):
        failure, risk = own["failure"].to_numpy(dtype=np.bool_), own["risk"].to_numpy()
        path = watch.chart.run(failure, risk=risk)
        signal = np.zeros(len(own), dtype=np.bool_)
        signal[[s.case - 1 for s in path.signals]] = True
        pieces.append(
            pd.DataFrame(
                {
                    "department": str(department),
                    "procedure": key,
                    "case": np.arange(1, len(own) + 1),
                    "performed_on": own["performed_on"].to_numpy(),
                    "failure": failure,
                    "risk": risk,
                    "vlad": Vlad().run(failure, risk=risk).statistic,
                    "statistic": path.statistic,
                    "limit": watch.limit,
                    "signal": signal,
                }
            )
        )
    return pd.concat(pieces, ignore_index=True)


def _compare(mine: pd.DataFrame, walked: pd.DataFrame, key: str) -> tuple[pd.DataFrame, DepartmentComparison]:
    """Hold each department's failures against what its cases predict, and against the plain average."""
    compared = compare_departments(mine.assign(failure=mine["failure"].astype("bool")), expected="risk")
    columns = ["department", "cases", "failures", "expected", "ratio", "ratio_low", "ratio_high"]
    rows = compared.table[columns].copy()
    rows.insert(1, "procedure", key)
    average = rows["cases"] * compared.overall
    rows["unadjusted_ratio"] = rows["failures"] / average.where(average > 0)
    difficulty = mine.groupby("department", observed=True)["risk"].mean() / float(mine["risk"].mean())
    signals = walked.groupby("department")["signal"].sum()
    for name, values in (("difficulty", difficulty), ("signals", signals)):
        rows[name] = rows["department"].map(values)
    return rows, compared
