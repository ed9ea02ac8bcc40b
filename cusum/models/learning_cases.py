"""The cases that a learning curve is fitted to: one procedure, many trainees, outcomes by case number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cusum.charts.checking import check_failure
from cusum.errors import InvalidData
from cusum.models.learning_shapes import FloatArray
from cusum.models.risk_design import INTERCEPT, Design, make_design, read_terms

__all__ = ["FEWEST_TRAINEES", "LearningCases", "read_cases"]

FEWEST_TRAINEES = 5
"""Fewer say nothing about how trainees differ."""


@dataclass(frozen=True, eq=False)
class LearningCases:
    """Outcomes of many trainees, sorted by trainee and case number.

    Parameters
    ----------
    trainees : array of str, shape (trainees,)
        Who they are.
    who : array of int, shape (n,)
        Place of each case's trainee among them.
    case, failure : array of float, shape (n,)
        Case numbers from 1, and outcomes 0 or 1.
    covariates : array of float, shape (n, k)
        Less their means.
    names : tuple of str
        Of the covariates' columns.
    design : Design or None
        Makes those columns from a table; None without covariates.
    centre : array of float, shape (k,)
        Their means.
    """

    trainees: NDArray[np.object_]
    who: NDArray[np.int64]
    case: FloatArray
    failure: FloatArray
    covariates: FloatArray
    names: tuple[str, ...]
    design: Design | None
    centre: FloatArray

    @cached_property
    def first(self) -> NDArray[np.int64]:
        """Row of each trainee's first case."""
        return np.flatnonzero(np.diff(self.who, prepend=-1))

    @cached_property
    def failed(self) -> NDArray[np.bool_]:
        """Whether each case was a failure."""
        return self.failure == 1

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Number of cases of each trainee."""
        return np.bincount(self.who)

    @cached_property
    def last(self) -> NDArray[np.int64]:
        """Last case number of each trainee."""
        return np.maximum.reduceat(self.case, self.first).astype(np.int64)


def read_cases(table: pd.DataFrame, covariates: str | Iterable[str]) -> LearningCases:
    """Read the cases from a table, or say what is wrong with it.

    Parameters
    ----------
    table : DataFrame
        One row a case of one procedure: trainee, case, failure and the covariates.
    covariates : str or iterable of str
        Names of columns, or a formula; empty for none.

    Returns
    -------
    LearningCases
        The cases.

    Raises
    ------
    InvalidData
        If a column or value is missing, there are several procedures, a case number is none or stands twice, trainees
        are fewer than five, or nobody or everybody failed.
    """
    wanted = ["trainee", "case", "failure"]
    missing = [name for name in wanted if name not in table]
    if missing:
        raise InvalidData("the table has no column {name}", expected=", ".join(wanted), name=missing[0])
    if "procedure" in table and table["procedure"].nunique() > 1:
        raise InvalidData(
            "the table has {n} procedures",
            expected="one at a time",
            remedy="Select one: table[table['procedure'] == 'spinal'].",
            n=int(table["procedure"].nunique()),
        )
    _check_numbers(table)
    ordered = table.sort_values(["trainee", "case"], kind="stable", ignore_index=True)
    failure = check_failure(ordered["failure"]).astype(np.float64)
    who, trainees = pd.factorize(ordered["trainee"])
    _check_enough(len(trainees), failure)
    asked: Sequence[str] = [covariates] if isinstance(covariates, str) else list(covariates)
    matrix, design = np.empty((len(ordered), 0)), None
    names: tuple[str, ...] = ()
    if any(text.strip() for text in asked):
        design = make_design(ordered, read_terms(covariates, list(table.columns)), indicator=False)
        matrix = design.matrix(ordered)[:, 1:]
        names = tuple(name for name in design.names if name != INTERCEPT)
    centre = matrix.mean(axis=0)
    return LearningCases(
        np.asarray(trainees, dtype=object),
        who.astype(np.int64),
        ordered["case"].to_numpy(dtype=np.float64),
        failure,
        matrix - centre,
        names,
        design,
        centre,
    )


def _check_numbers(table: pd.DataFrame) -> None:
    """Refuse case numbers that are none, or stand twice, and cases of nobody."""
    if table["trainee"].isna().any():
        raise InvalidData(
            "trainee is missing in {n} rows", expected="a name in each", n=int(table["trainee"].isna().sum())
        )
    number = pd.to_numeric(table["case"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~(number >= 1) | (number != np.floor(number))
    if wrong.any():
        raise InvalidData(
            "case is {value} in row {row}",
            expected="whole numbers from 1",
            value=table["case"].iloc[int(wrong.argmax())],
            row=int(wrong.argmax()) + 1,
        )
    twice = table.duplicated(["trainee", "case"]).to_numpy()
    if twice.any():
        row = table.iloc[int(twice.argmax())]
        raise InvalidData(
            "trainee {trainee} has two cases with the number {case}",
            expected="each number once",
            trainee=row["trainee"],
            case=row["case"],
        )


def _check_enough(trainees: int, failure: FloatArray) -> None:
    """Refuse what no curve can be learned from."""
    if trainees < FEWEST_TRAINEES:
        raise InvalidData(
            "there are {n} trainees",
            expected="at least {least}",
            remedy="A learning curve by trainee needs others to be compared with; take more trainees together.",
            n=trainees,
            least=FEWEST_TRAINEES,
        )
    if failure.min() == failure.max():
        if failure.max() == 0:
            raise InvalidData(
                "there is no failure among {n} cases", expected="both failures and successes", n=failure.size
            )
        raise InvalidData("there is no success among {n} cases", expected="both failures and successes", n=failure.size)
