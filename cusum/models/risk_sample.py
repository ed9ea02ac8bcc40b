"""The cases that a risk model was fitted on: to know them again, and to draw from them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cusum.errors import InvalidData, InvalidParameter
from cusum.models.risk_fitting import estimate
from cusum.models.risk_variables import level_text, missing_cells

__all__ = ["FittingSample", "check_count", "fingerprint_cases", "keep_open", "require_sample"]

FloatArray = NDArray[np.float64]
_EDGE = 1e-12


def check_count(name: str, value: int, least: int) -> None:
    """Refuse what is no whole number, or too small.

    Parameters
    ----------
    name : str
        Of the parameter.
    value : int
        What was given.
    least : int
        Smallest value that makes sense.

    Raises
    ------
    InvalidParameter
        If it makes none.

    Examples
    --------
    >>> check_count("n", 100, 1)
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        raise InvalidParameter(
            "{name} is {value!r}", expected="a whole number of at least {least}", name=name, value=value, least=least
        )


def keep_open(risk: FloatArray) -> FloatArray:
    """Keep fitted risks strictly between 0 and 1, as charts need them.

    Parameters
    ----------
    risk : array of float, shape (n,)
        Probabilities.

    Returns
    -------
    array of float, shape (n,)
        The same, at least 1e-12 away from 0 and 1.

    Examples
    --------
    >>> keep_open(np.array([0.0, 0.5])).tolist()
    [1e-12, 0.5]
    """
    return np.clip(risk, _EDGE, 1 - _EDGE)


def fingerprint_cases(table: pd.DataFrame, columns: Sequence[str]) -> str:
    """Reduce cases to a number that is the same for the same cases, in whatever order and type of column.

    Parameters
    ----------
    table : DataFrame
        Cases.
    columns : sequence of str
        Columns that count.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.

    Examples
    --------
    >>> one, other = pd.DataFrame({"asa": [1, 2]}), pd.DataFrame({"asa": [2.0, 1.0]})
    >>> fingerprint_cases(one, ["asa"]) == fingerprint_cases(other, ["asa"])
    True
    """
    texts = []
    for name in columns:
        empty = missing_cells(table[name])
        values = table[name].astype(object)
        texts.append(["" if gone else _cell(value) for value, gone in zip(values, empty, strict=True)])
    rows = sorted("\x1f".join(row) for row in zip(*texts, strict=True))
    return hashlib.sha256("\x1e".join([*columns, *rows]).encode()).hexdigest()


def _cell(value: object) -> str:
    """Write a cell as text; True is 1."""
    return level_text(float(value) if isinstance(value, (bool, np.bool_, np.integer, np.floating)) else value)


@dataclass(frozen=True, eq=False)
class FittingSample:
    """The cases behind a model, kept in memory only; a saved model does not carry them.

    Parameters
    ----------
    table : DataFrame
        The cases, with all their columns.
    matrix : array of float, shape (n, k)
        Covariates.
    failure : array of float, shape (n,)
        Outcomes.
    groups : array of int, shape (n,), or None
        Cluster of each case.
    """

    table: pd.DataFrame
    matrix: FloatArray
    failure: FloatArray
    groups: NDArray[np.int64] | None

    def shared_with(self, table: pd.DataFrame) -> int:
        """Count the cases of a table that are among these, as far as the columns in common can tell.

        Parameters
        ----------
        table : DataFrame
            Cases to be judged.

        Returns
        -------
        int
            At most so many; exact where the columns in common tell all cases apart.
        """
        columns = [name for name in self.table.columns if name in table.columns]
        mine = pd.util.hash_pandas_object(self.table[columns], index=False).value_counts()
        theirs = pd.util.hash_pandas_object(table[columns], index=False).value_counts()
        both = mine.index.intersection(theirs.index)
        return int(np.minimum(mine.loc[both].to_numpy(), theirs.loc[both].to_numpy()).sum())

    def draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw as many cases, or clusters with all their cases, with replacement.

        Parameters
        ----------
        rng : Generator
            Source of random numbers.

        Returns
        -------
        array of int
            Positions of the cases drawn; drawn again until there is a failure and a success among them.
        """
        n = self.failure.size
        order = np.arange(n) if self.groups is None else np.argsort(self.groups, kind="stable")
        starts = order if self.groups is None else np.flatnonzero(np.diff(self.groups[order], prepend=-1))
        members = np.split(order, starts[1:])
        for _ in range(1000):
            if self.groups is None:
                chosen = rng.integers(0, n, n)
            else:
                chosen = np.concatenate([members[k] for k in rng.integers(0, len(members), len(members))])
            if 0 < self.failure[chosen].sum() < chosen.size:
                break
        return chosen

    def refit(self, chosen: NDArray[np.int64]) -> FloatArray:
        """Estimate the coefficients again from the cases drawn.

        Parameters
        ----------
        chosen : array of int
            Positions of cases.

        Returns
        -------
        array of float, shape (k,)
            Coefficients; penalised where the cases drawn are separated, and 0 for a column that does not vary in them.
        """
        matrix, failure = self.matrix[chosen], self.failure[chosen]
        kept = _independent(matrix)
        beta = np.zeros(matrix.shape[1])
        beta[kept] = estimate(matrix[:, kept], failure)[0]
        return beta


def require_sample(sample: FittingSample | None) -> FittingSample:
    """Return the sample, or say that a model read from a file has none.

    Parameters
    ----------
    sample : FittingSample or None
        Of a model.

    Returns
    -------
    FittingSample
        The same.

    Raises
    ------
    InvalidData
        If there is none.
    """
    if sample is None:
        raise InvalidData(
            "this model was read from a file, which does not hold the cases it was fitted on",
            expected="a table of cases",
            remedy="Give the cases, or fit the model again.",
        )
    return sample


def _independent(matrix: FloatArray) -> NDArray[np.int64]:
    """Give the columns that are not sums of those before them, the intercept first."""
    kept: list[int] = []
    basis = np.empty((matrix.shape[0], 0))
    for k in range(matrix.shape[1]):
        column = matrix[:, k] / max(float(np.linalg.norm(matrix[:, k])), 1e-300)
        rest = column - basis @ (basis.T @ column)
        rest = rest - basis @ (basis.T @ rest)
        if np.linalg.norm(rest) > 1e-9:
            kept.append(k)
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return np.array(kept, dtype=np.int64)
