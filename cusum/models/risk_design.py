"""From covariates, by name or in a formula, to the columns of numbers that a risk model weighs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, product

import numpy as np
import pandas as pd

from cusum.errors import InvalidParameter
from cusum.models.risk_variables import FloatArray, Variable, learn_variable

__all__ = ["INTERCEPT", "Design", "Term", "make_design", "read_terms"]

INTERCEPT = "(Intercept)"

Term = tuple[str, ...]


def read_terms(covariates: str | Iterable[str], columns: Sequence[str]) -> tuple[Term, ...]:
    """Read covariates into terms, each the product of one or more factors.

    Parameters
    ----------
    covariates : str or iterable of str
        A formula such as "asa + age*urgency", or a list of its terms, which may also be one text with commas. A name
        that is a column is taken as that column.
    columns : sequence of str
        Columns that there are.

    Returns
    -------
    tuple of tuple of str
        The terms, each once: main effects and interactions in the order written.

    Raises
    ------
    InvalidParameter
        If there is no covariate, or an interaction stands without its parts.

    Examples
    --------
    >>> read_terms("asa + age*urgency", ["asa", "age", "urgency"])
    (('asa',), ('age',), ('urgency',), ('age', 'urgency'))
    >>> read_terms("asa,age", ["asa", "age", "urgency"])
    (('asa',), ('age',))
    """
    written = [covariates] if isinstance(covariates, str) else list(covariates)
    if isinstance(covariates, str) and covariates not in columns:
        written = covariates.replace(",", "+").split("+")
    terms: list[Term] = []
    for text in (part.strip() for part in written):
        terms += [term for term in _expand(text, columns) if term not in terms]
    if not terms or not all(all(term) for term in terms):
        raise InvalidParameter(
            "covariates is {value!r}",
            expected="names of columns, or a formula such as 'asa + age*urgency'",
            value=covariates,
        )
    for term in terms:
        parts = [part for k in range(1, len(term)) for part in combinations(term, k)]
        if any(part not in terms for part in parts):
            raise InvalidParameter(
                "{term} stands without its parts",
                expected="an interaction together with its main effects",
                remedy="Write {whole}.",
                term=":".join(term),
                whole="*".join(term),
            )
    return tuple(sorted(terms, key=len))


def _expand(text: str, columns: Sequence[str]) -> list[Term]:
    """Write a*b as a, b and a:b; leave a:b and the name of a column as they are."""
    if text in columns:
        return [(text,)]
    if "*" not in text:
        return [tuple(part.strip() for part in text.split(":"))]
    parts = [part.strip() for part in text.split("*")]
    return [part for k in range(1, len(parts) + 1) for part in combinations(parts, k)]


@dataclass(frozen=True)
class Design:
    """What the model is made of: its variables and terms. Makes the same columns from any table.

    Parameters
    ----------
    variables : tuple of Variable
        One for each factor.
    terms : tuple of tuple of str
        Factors that are multiplied, by term.
    """

    variables: tuple[Variable, ...]
    terms: tuple[Term, ...]

    @cached_property
    def _by_factor(self) -> dict[str, Variable]:
        return {variable.factor: variable for variable in self.variables}

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the k columns, the intercept first."""
        made = [INTERCEPT]
        for term in self.terms:
            if len(term) == 1:
                made += self._by_factor[term[0]].main_names
            else:
                made += [":".join(parts) for parts in product(*(self._by_factor[factor].names for factor in term))]
        return tuple(made)

    def matrix(self, table: pd.DataFrame) -> FloatArray:
        """Make the columns from a table, the intercept first.

        Parameters
        ----------
        table : DataFrame
            Cases, with every covariate.

        Returns
        -------
        array of float, shape (n, k)
            One row a case, columns in the order of `names`.

        Raises
        ------
        InvalidData
            If a column or a value is missing, or a category is unknown.
        """
        made = [np.ones(len(table))]
        for term in self.terms:
            if len(term) == 1:
                made += self._by_factor[term[0]].main_effect(table)
            else:
                parts = product(*(self._by_factor[factor].columns(table) for factor in term))
                made += [np.prod(columns, axis=0) for columns in parts]
        return np.column_stack(made)


def make_design(table: pd.DataFrame, terms: tuple[Term, ...], *, indicator: bool) -> Design:
    """Learn from the cases to be fitted which categories there are, and which numbers.

    Parameters
    ----------
    table : DataFrame
        Cases to be fitted.
    terms : tuple of tuple of str
        From `read_terms`.
    indicator : bool
        Whether missing values get a category or an indicator of their own.

    Returns
    -------
    Design
        Makes the columns of the model.

    Raises
    ------
    InvalidData
        If a column is not there, or is neither numbers nor categories.

    Examples
    --------
    >>> cases = pd.DataFrame({"age": [50, 60], "urgency": ["elective", "acute"]})
    >>> make_design(cases, (("age",), ("urgency",)), indicator=False).names
    ('(Intercept)', 'age', 'urgency[elective]')
    """
    factors = dict.fromkeys(factor for term in terms for factor in term)
    return Design(tuple(learn_variable(factor, table, indicator=indicator) for factor in factors), terms)
