"""The registrations behind a cohort, up to the day that counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cusum.cohort.designs import charted_procedures

if TYPE_CHECKING:
    from cusum.cohort.cohort import Cohort

__all__ = ["charted_cases", "registered_cases"]


def registered_cases(cohort: Cohort) -> pd.DataFrame:
    """Take every registration up to the day that counts, charted or not.

    Parameters
    ----------
    cohort : Cohort
        The analysis.

    Returns
    -------
    DataFrame
        Canonical registrations with a fresh index.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"), as_of="2024-10-01")
    >>> registered_cases(cohort)["performed_on"].max().date().isoformat()
    '2024-10-01'
    """
    table = cohort.registrations.table
    return table[table["performed_on"] <= pd.Timestamp(cohort.as_of)].reset_index(drop=True)


def charted_cases(cohort: Cohort) -> pd.DataFrame:
    """Take the registrations that are charted: of a charted procedure, with an outcome.

    Parameters
    ----------
    cohort : Cohort
        The analysis.

    Returns
    -------
    DataFrame
        Canonical registrations with a fresh index.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    >>> len(charted_cases(cohort)) == len(cohort.paths)
    True
    """
    table = registered_cases(cohort)
    mine = table["procedure"].isin(list(charted_procedures(cohort.programme))) & table["failure"].notna()
    return table[mine].reset_index(drop=True)
