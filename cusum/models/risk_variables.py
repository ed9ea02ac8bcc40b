"""One covariate as a risk model knows it: a number, perhaps transformed, or categories; and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cusum.errors import InvalidData, Phrase

__all__ = ["FloatArray", "Variable", "learn_variable", "level_text", "missing_cells"]

FloatArray = NDArray[np.float64]
_MISSING = "(missing)"
_TRANSFORMS = ("log", "sqrt", "square", "C")


def _split(factor: str) -> tuple[str, str]:
    """Take log(age) apart into its transform and its column."""
    for transform in _TRANSFORMS:
        if factor.startswith(f"{transform}(") and factor.endswith(")"):
            return transform, factor[len(transform) + 1 : -1].strip()
    return "", factor


def level_text(value: object) -> str:
    """Write a category as text, so that 2 and 2.0 are the same.

    Parameters
    ----------
    value : object
        A cell.

    Returns
    -------
    str
        Its name.

    Examples
    --------
    >>> level_text(2.0), level_text("acute")
    ('2', 'acute')
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def missing_cells(column: pd.Series) -> NDArray[np.bool_]:
    """Tell which cells of a column hold nothing.

    Parameters
    ----------
    column : Series
        Values of any type; empty text counts as missing.

    Returns
    -------
    array of bool, shape (n,)
        True where nothing is there.

    Examples
    --------
    >>> missing_cells(pd.Series(["akut", "", None])).tolist()
    [False, True, True]
    """
    empty = column.isna().to_numpy(dtype=bool, copy=True)
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        empty |= (column.astype("str").str.strip() == "").to_numpy(dtype=bool, na_value=False)
    return empty


@dataclass(frozen=True)
class Variable:
    """One covariate as the model knows it.

    Parameters
    ----------
    factor : str
        As written: "age", "log(age)" or "C(asa)".
    levels : tuple of str
        Categories, the reference first; empty for a number.
    low, high : float
        Range of a number where the model was fitted, before any transform.
    fill : float or None
        What stands for a missing number (the mean, transformed) where the model has an indicator of missing ones; 0 for
        categories of which one is "(missing)"; None where nothing may be missing.
    """

    factor: str
    levels: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 0.0
    fill: float | None = None

    @property
    def column(self) -> str:
        """Name of the column that it is read from."""
        return _split(self.factor)[1]

    def values(self, table: pd.DataFrame) -> pd.Series:
        """Read the column of the table.

        Parameters
        ----------
        table : DataFrame
            Cases.

        Returns
        -------
        Series
            The values as they stand.
        """
        if self.column not in table:
            raise InvalidData(
                "the table has no column {name!r}",
                expected="every covariate of the model: {name!r} is one",
                remedy="It has {columns}.",
                name=self.column,
                columns=", ".join(map(str, table.columns)),
            )
        return table[self.column]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its columns in interactions."""
        return tuple(f"{self.factor}[{level}]" for level in self.levels[1:]) if self.levels else (self.factor,)

    @property
    def main_names(self) -> tuple[str, ...]:
        """Names of its columns in the main effect: an indicator of missing numbers goes with them."""
        marked = not self.levels and self.fill is not None
        return (*self.names, f"{self.factor}[missing]") if marked else self.names

    def main_effect(self, table: pd.DataFrame) -> list[FloatArray]:
        """Give the columns of the main effect, in the order of `main_names`.

        Parameters
        ----------
        table : DataFrame
            Cases.

        Returns
        -------
        list of array of float, shape (n,)
            The columns.
        """
        columns = self.columns(table)
        if len(self.main_names) > len(columns):
            columns.append(missing_cells(self.values(table)).astype(np.float64))
        return columns

    def columns(self, table: pd.DataFrame) -> list[FloatArray]:
        """Give the columns that interactions are made of, in the order of `names`.

        Parameters
        ----------
        table : DataFrame
            Cases.

        Returns
        -------
        list of array of float, shape (n,)
            A number itself, or 0 and 1 for each category but the reference.
        """
        column = self.values(table)
        empty = missing_cells(column)
        if empty.any() and self.fill is None:
            raise InvalidData(
                "{name} is missing in {n} of {all} cases",
                expected="a value for each case: none was missing where the model was fitted",
                remedy="Find the values, leave these cases out, or fit with missing='indicator'.",
                name=self.column,
                n=int(empty.sum()),
                all=len(column),
            )
        return self._categories(column, empty) if self.levels else [self._numbers(column, empty)]

    def _categories(self, column: pd.Series, empty: NDArray[np.bool_]) -> list[FloatArray]:
        """Give 0 and 1 for each category but the first."""
        codes, uniques = pd.factorize(column.mask(empty).astype(object))
        texts = np.array([*map(level_text, uniques), _MISSING])  # a missing cell has code -1, the last of them
        found = texts[codes]
        unknown = sorted(set(texts[np.unique(codes)].tolist()) - set(self.levels))
        if unknown:
            raise InvalidData(
                "{name} has {n} the model does not know: {unknown}",
                expected="one of {levels}",
                remedy="Spell it as the model does, leave these cases out, or fit again with cases that have it.",
                name=self.column,
                n=Phrase("categories") if len(unknown) > 1 else Phrase("a category"),
                unknown=", ".join(map(repr, unknown)),
                levels=", ".join(map(repr, self.levels)),
            )
        return [(found == level).astype(np.float64) for level in self.levels[1:]]

    def _numbers(self, column: pd.Series, empty: NDArray[np.bool_]) -> FloatArray:
        """Transform the numbers, and put the fitted mean where one is missing."""
        values = _as_numbers(self.column, column)
        result = np.full(values.size, 0.0 if self.fill is None else self.fill)
        result[~empty] = _transformed(self.factor, values[~empty])
        return result

    def outside(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        """Tell which cases have a number beyond those the model was fitted on.

        Parameters
        ----------
        table : DataFrame
            Cases.

        Returns
        -------
        array of bool, shape (n,)
            True where the value lies outside; never for a category.
        """
        if self.levels:
            return np.zeros(len(table), dtype=bool)
        values = _as_numbers(self.column, self.values(table))
        return (values < self.low) | (values > self.high)


def _as_numbers(name: str, column: pd.Series) -> FloatArray:
    """Make a column into numbers, NaN where missing."""
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        raise InvalidData(
            "{name} holds something that is no number, such as {value!r}",
            expected="numbers, as where the model was fitted",
            name=name,
            value=next(iter(column.dropna()), ""),
        )
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(values).any():
        raise InvalidData("{name} is infinite in some case", expected="finite numbers", name=name)
    return values


def _transformed(factor: str, values: FloatArray) -> FloatArray:
    """Apply log, sqrt or square."""
    transform, column = _split(factor)
    if transform in ("log", "sqrt") and values.size and values.min() < (0 if transform == "sqrt" else 5e-324):
        raise InvalidData(
            "{column} is {value} where {factor} is asked for",
            expected="numbers above 0",
            column=column,
            value=float(values.min()),
            factor=factor,
        )
    functions = {"log": np.log, "sqrt": np.sqrt, "square": np.square}
    return np.asarray(functions[transform](values), dtype=np.float64) if transform in functions else values


def learn_variable(factor: str, table: pd.DataFrame, *, indicator: bool) -> Variable:
    """Learn from the cases to be fitted which categories or which range of numbers a covariate has.

    Parameters
    ----------
    factor : str
        As written: "age", "log(age)" or "C(asa)".
    table : DataFrame
        Cases to be fitted.
    indicator : bool
        Whether missing values get a category or an indicator of their own.

    Returns
    -------
    Variable
        Reads the same covariate from any table.

    Raises
    ------
    InvalidData
        If the column is not there, does not vary, or is neither numbers nor categories.

    Examples
    --------
    >>> learn_variable("urgency", pd.DataFrame({"urgency": ["elective", "acute"]}), indicator=False).levels
    ('acute', 'elective')
    """
    column = Variable(factor).values(table)
    empty = missing_cells(column)
    known = column[~empty]
    if known.nunique() < 2:
        raise InvalidData(
            "{name} does not vary: it is always {value}" if len(known) else "{name} is always missing",
            expected="two values at least among the cases fitted",
            remedy="Leave it out of the covariates.",
            name=factor,
            value=level_text(known.iloc[0]) if len(known) else "",
        )
    fills = indicator and bool(empty.any())
    transform, name = _split(factor)
    if pd.api.types.is_datetime64_any_dtype(column):
        raise InvalidData("{name} holds dates", expected="numbers or categories", name=name)
    if transform != "C" and (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        values = _as_numbers(name, known)
        mean = float(_transformed(factor, values).mean())
        if not isfinite(mean):
            raise InvalidData("{name} has no mean", expected="finite numbers", name=name)
        return Variable(factor, (), float(values.min()), float(values.max()), mean if fills else None)
    if isinstance(column.dtype, pd.CategoricalDtype):
        levels = [level_text(value) for value in column.dtype.categories if (known == value).any()]
    else:
        numeric = pd.api.types.is_numeric_dtype(column)
        levels = list(dict.fromkeys(map(level_text, sorted(known.unique(), key=None if numeric else level_text))))
    return Variable(factor, (*levels, *([_MISSING] if fills else [])), fill=0.0 if fills else None)
