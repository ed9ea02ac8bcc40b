"""How broad a trainee's experience is: registrations by category of patient and case, and the categories not met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from cusum.cohort.cases import registered_cases
from cusum.cohort.categories import MISSING, categorise, check_covariates

if TYPE_CHECKING:
    from cusum.cohort.cohort import Cohort

__all__ = ["describe_breadth"]

PERSON = ["trainee", "department", "region"]
_USUAL = ("asa", "age", "urgency", "technique", "supervision")


def describe_breadth(cohort: Cohort, *, categories: Sequence[str] | None = None) -> pd.DataFrame:
    """Say how broad each trainee's experience is, and which categories the trainee has not met.

    Parameters
    ----------
    cohort : Cohort
        What :func:`cusum.analyse` gave.
    categories : sequence of str, optional
        Columns of the registrations; ASA class, age band, urgency, technique and supervision, as far as the file states
        them, if left out. What was done (the procedure or service) always comes first.

    Returns
    -------
    DataFrame
        One row for each trainee, category and level: trainee, department, region, category, level, registrations,
        share (of the trainee's), others_share (of all other trainees' registrations; NaN where there are none), met
        (whether the trainee has any). The levels are those of the programme (what it charts and counts) and those that
        occur in the cohort; "missing" holds what is not stated, and counts as met.

    Raises
    ------
    InvalidParameter
        If the registrations have no such column.

    Notes
    -----
    All registrations count, charted or not. Age goes in bands with the edges 40, 60 and 80 years: "40-59" holds
    40 <= age < 60. A category that a department hardly sees is no gap of the trainee's; how common it is elsewhere
    stands beside it.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"), as_of="2024-09-20")
    >>> rows = describe_breadth(cohort, categories=["urgency"])
    >>> rows.loc[(rows["trainee"] == "T001") & ~rows["met"], ["category", "level"]].values.tolist()
    [['procedure', 'block'], ['procedure', 'transport']]
    """
    table = registered_cases(cohort)
    chosen = check_covariates(table, categories, _USUAL)
    programme = [*cohort.programme.procedures, *cohort.programme.experience]
    done = pd.Series(pd.Categorical(table["procedure"], categories=programme), index=table.index)
    pieces = [_count(table["trainee"], done, "procedure")]
    for name in chosen:
        if name != "procedure":
            levels = categorise(table[name], name).cat.remove_unused_categories()
            pieces.append(_count(table["trainee"], levels, name))
    rows = pd.concat(pieces, ignore_index=True).merge(cohort.trainees[PERSON], on="trainee", how="left")
    rows = rows.iloc[rows["trainee"].argsort(kind="stable")].reset_index(drop=True)
    return rows[[*PERSON, "category", "level", "registrations", "share", "others_share", "met"]]


def _count(trainee: pd.Series, levels: pd.Series, category: str) -> pd.DataFrame:
    """Count each trainee's registrations by the levels of one category, beside those of all others."""
    counted = pd.crosstab(trainee.to_numpy(), levels, dropna=False)
    rows = counted.rename_axis("trainee").reset_index().melt("trainee", var_name="level", value_name="registrations")
    rows["level"] = rows["level"].astype("str")
    own = rows["trainee"].map(counted.sum(axis=1).to_dict())
    everybody = rows["level"].map(counted.sum().to_dict())
    rest = int(counted.to_numpy().sum()) - own
    rows["category"] = category
    rows["share"] = rows["registrations"] / own
    rows["others_share"] = (everybody - rows["registrations"]) / rest.where(rest > 0)
    rows["met"] = (rows["registrations"] > 0) | (rows["level"] == MISSING)
    return rows
