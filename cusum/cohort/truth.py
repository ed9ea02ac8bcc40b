"""How often the charts are right, where the truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cusum.charts.base import Chart
from cusum.cohort.cohort import Cohort
from cusum.cohort.designs import expected_false_declarations
from cusum.design.competence import competence_by_case
from cusum.errors import InvalidData

__all__ = ["compare_with_truth"]


def compare_with_truth(cohort: Cohort, truth: pd.DataFrame) -> pd.DataFrame:
    """Count true and false declarations of competence against a simulated cohort's truth.

    Parameters
    ----------
    cohort : Cohort
        An analysis of simulated registrations.
    truth : DataFrame
        One row for each trainee and procedure: trainee, procedure, always_inadequate (never below the unacceptable
        rate) and adequate_at_last_case, as :func:`cusum.simulate_registrations` gives it.

    Returns
    -------
    DataFrame
        One row a procedure: inadequate and how many of them were declared competent, the most that the design promises
        (the sum of the exact probabilities at the unacceptable rate, over the inadequate trainees' own numbers of
        cases); adequate (at the last case), how many were not declared, and how many would not be expected to be if all
        had been at the acceptable rate from their first case.

    Raises
    ------
    InvalidData
        If `truth` lacks a column.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    >>> table = compare_with_truth(cohort, pd.read_csv("sample_data/danish_cohort_truth.csv"))
    >>> bool((table["inadequate_declared"] <= table["inadequate"]).all())
    True
    """
    wanted = ["trainee", "procedure", "always_inadequate", "adequate_at_last_case"]
    missing = [name for name in wanted if name not in truth]
    if missing:
        raise InvalidData("the truth has no column {name}", expected=", ".join(wanted), name=missing[0])
    both = cohort.crossings.merge(truth[wanted], on=["trainee", "procedure"], how="inner")
    rows = []
    for key, mine in both[both["cases"] > 0].groupby("procedure", sort=False, observed=True):
        chart = cohort.charts[str(key)]
        bad, good = mine[mine["always_inadequate"]], mine[mine["adequate_at_last_case"]]
        rows.append(
            {
                "procedure": key,
                "inadequate": len(bad),
                "inadequate_declared": int(bad["crossed"].sum()),
                "inadequate_declared_at_most": expected_false_declarations(chart, bad["cases"].to_numpy()),
                "adequate": len(good),
                "adequate_not_declared": int((~good["crossed"]).sum()),
                "adequate_not_declared_if_adequate_throughout": _missed(chart, good["cases"].to_numpy()),
            }
        )
    order = {key: k for k, key in enumerate(cohort.charts)}
    return pd.DataFrame(rows).sort_values("procedure", key=lambda s: s.map(order), ignore_index=True)


def _missed(chart: Chart, cases: np.ndarray) -> float:
    """Sum the probabilities of no declaration at the acceptable rate over numbers of cases."""
    if "competent" not in chart.says or not hasattr(chart, "criterion"):
        return float("nan")
    if not cases.size:
        return 0.0
    declared = competence_by_case(chart, failure_rate=chart.criterion.acceptable, within=int(cases.max()))
    return float((1 - declared[cases - 1]).sum())
