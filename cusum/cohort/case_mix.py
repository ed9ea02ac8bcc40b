"""Who gets which cases: each trainee's, department's or region's case mix beside that of all others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cusum.cohort.cases import charted_cases
from cusum.cohort.categories import categorise, check_covariates
from cusum.errors import InvalidParameter

if TYPE_CHECKING:
    from cusum.cohort.cohort import Cohort

__all__ = ["describe_case_mix"]

_USUAL = ("asa", "age", "bmi", "urgency", "technique")
_UNITS = ("trainee", "department", "region")
_PIECE = ["unit", "level", "cases", "share", "others_cases", "others_share"]
_COLUMNS = ["unit", "procedure", "covariate", "level", "cases", "share", "others_cases", "others_share"]


def describe_case_mix(cohort: Cohort, *, by: str = "trainee", covariates: Sequence[str] | None = None) -> pd.DataFrame:
    """Say who gets which cases: a unit's case mix beside that of everybody else.

    Parameters
    ----------
    cohort : Cohort
        What :func:`cusum.analyse` gave.
    by : {"trainee", "department", "region"}, default "trainee"
        The units; a case counts for the department and region where it was done ("–" where none is stated).
    covariates : sequence of str, optional
        Columns of the registrations; ASA class, age, body mass index, urgency and technique, as far as the file states
        them, if left out.

    Returns
    -------
    DataFrame
        One row for each unit, procedure of which it has charted cases, covariate and level: unit, procedure,
        covariate, level, cases, share (of the unit's cases), others_cases, others_share (NaN where nobody else has
        cases). Every level that occurs in the cohort's cases of the procedure has a row, also with 0 cases; what is not
        stated is the level "missing" and counts in the shares. A number has besides a row with level "mean", whose
        cases and shares are those with a known value, and whose mean and others_mean hold the mean (NaN in all other
        rows). With a risk model the covariate "expected" has a row "mean": the mean expected failure probability of the
        unit's cases and of the others'.

    Raises
    ------
    InvalidParameter
        If `by` or a covariate is unknown.

    Notes
    -----
    Age and body mass index go in bands with the edges 40, 60 and 80 years, and 25, 30, 35 and 40 kg/m2: the band
    "40-59" holds 40 <= age < 60. Other numbers with more than eight values go in bands at the cohort's quartiles.

    The expected probability is the one that the adjusted chart beside it uses: by trainee that of an acceptable
    performer with these cases, by department and region that of the cohort's average.

    It describes: a difference in a few cases is chance more often than not, and a case mix that differs is no failing.
    How a trainee is supervised is not case mix; see :func:`cusum.describe_breadth`.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    >>> mix = describe_case_mix(cohort, by="region", covariates=["urgency"])
    >>> mix.query("unit == 'Nord' and procedure == 'cvc'")[["level", "cases", "others_cases"]].values.tolist()
    [['elective', 383, 686], ['emergency', 592, 977]]
    """
    if by not in _UNITS:
        raise InvalidParameter("by is {by!r}", expected="one of {known}", by=by, known=", ".join(_UNITS))
    cases = charted_cases(cohort)
    chosen = check_covariates(cases, covariates, _USUAL)
    unit = cases[by].replace("", "–").rename("unit")
    pieces = [
        piece
        for key in cohort.charts
        for piece in _describe_procedure(cases, unit, key, chosen, _expected(cohort, cases, by, key))
    ]
    if not pieces:
        return pd.DataFrame(columns=[*_COLUMNS, "mean", "others_mean"])
    found = pd.concat(pieces, ignore_index=True)
    place = found["unit"].map({name: k for k, name in enumerate(sorted(found["unit"].unique()))})
    return found.iloc[place.sort_values(kind="stable").index].reset_index(drop=True)


def _describe_procedure(
    cases: pd.DataFrame, unit: pd.Series, key: str, covariates: list[str], expected: pd.DataFrame | None
) -> list[pd.DataFrame]:
    """Describe the cases of one procedure: one table for each covariate."""
    mine = cases["procedure"] == key
    if not mine.any():
        return []
    own, units = cases[mine], unit[mine]
    sizes = units.groupby(units).size()
    pieces = []
    for name in covariates:
        pieces.append(_count_levels(units, categorise(own[name], name).cat.remove_unused_categories(), sizes))
        pieces[-1].insert(1, "covariate", name)
        if _has_mean(own[name]):
            values = own[name].astype("float64").groupby(units).agg(["sum", "count"])
            pieces.append(_state_means(values["sum"], values["count"], sizes))
            pieces[-1].insert(1, "covariate", name)
    if expected is not None:
        pieces.append(_state_means(expected["sum"], expected["count"], sizes))
        pieces[-1].insert(1, "covariate", "expected")
    for piece in pieces:
        piece.insert(1, "procedure", key)
    return pieces


def _has_mean(values: pd.Series) -> bool:
    """Tell whether a covariate is a number whose mean says something; an ASA class is none."""
    number = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return number and values.name != "asa"


def _count_levels(units: pd.Series, levels: pd.Series, sizes: pd.Series) -> pd.DataFrame:
    """Count each unit's cases by level, and those of all others."""
    counted = pd.crosstab(units.to_numpy(), levels, dropna=False).reindex(index=sizes.index)
    rows = counted.rename_axis("unit").reset_index().melt("unit", var_name="level", value_name="cases")
    rows["others_cases"] = rows["level"].map(counted.sum().to_dict()) - rows["cases"]
    n = rows["unit"].map(sizes)
    rows["level"] = rows["level"].astype("str")
    rows["share"] = rows["cases"] / n
    rows["others_share"] = _divide(rows["others_cases"], len(units) - n)
    return rows.assign(mean=np.nan, others_mean=np.nan)[[*_PIECE, "mean", "others_mean"]]


def _state_means(total: pd.Series, known: pd.Series, sizes: pd.Series) -> pd.DataFrame:
    """State each unit's mean of a number and that of all others, over the cases where it is known."""
    total, known = total.reindex(sizes.index).fillna(0.0), known.reindex(sizes.index).fillna(0).astype("int64")
    others = known.sum() - known
    rows = pd.DataFrame(
        {
            "unit": sizes.index,
            "level": "mean",
            "cases": known,
            "share": known / sizes,
            "others_cases": others,
            "others_share": _divide(others, sizes.sum() - sizes),
            "mean": _divide(total, known),
            "others_mean": _divide(total.sum() - total, others),
        }
    )
    return rows.reset_index(drop=True)


def _divide(above: pd.Series, below: pd.Series) -> pd.Series:
    """Divide, with nothing known where there is nothing to divide by."""
    return above / below.where(below > 0)


def _expected(cohort: Cohort, cases: pd.DataFrame, by: str, key: str) -> pd.DataFrame | None:
    """Sum the expected failure probabilities of a procedure by unit; None without a risk model for it."""
    if cohort.adjusted is None:
        return None
    if by == "trainee":
        rows = cohort.adjusted.crossings
        mine = rows[rows["procedure"] == key].set_index("trainee")
        return None if mine.empty else mine[["expected", "cases"]].set_axis(["sum", "count"], axis=1)
    paths = cohort.adjusted.paths
    walked = paths[paths["procedure"] == key]
    if walked.empty:
        return None
    if by == "region":
        home = cases.drop_duplicates("department").assign(department=lambda t: t["department"].replace("", "–"))
        place = walked["department"].map(home.set_index("department")["region"].replace("", "–"))
    else:
        place = walked["department"]
    return walked["risk"].groupby(place).agg(["sum", "count"])
