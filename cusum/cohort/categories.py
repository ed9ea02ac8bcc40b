"""Categories of patients and cases: the levels of a covariate, in order, with what is not known said plainly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd

from cusum.errors import InvalidParameter, Phrase

__all__ = ["BANDS", "COVARIATE_NAMES", "LEVEL_NAMES", "MISSING", "categorise", "check_covariates"]

MISSING = "missing"
"""Level of a case whose covariate is not known."""

BANDS: Mapping[str, tuple[int, ...]] = {"age": (40, 60, 80), "bmi": (25, 30, 35, 40)}
"""Lower edges of the bands after the first, in years and kg/m2: band "40-59" holds 40 <= age < 60."""

COVARIATE_NAMES: Mapping[str, Phrase] = {
    "asa": Phrase("ASA class"),
    "age": Phrase("age, years"),
    "bmi": Phrase("BMI, kg/m²"),
    "urgency": Phrase("urgency"),
    "technique": Phrase("technique"),
    "supervision": Phrase("degree of supervision"),
    "procedure": Phrase("procedure"),
    "expected": Phrase("expected failure probability"),
}
"""Name of each covariate, to be translated on show."""

LEVEL_NAMES: Mapping[str, Phrase] = {
    MISSING: Phrase("not stated"),
    "mean": Phrase("mean"),
    "elective": Phrase("elective"),
    "emergency": Phrase("emergency"),
    "observed": Phrase("observed"),
    "assisted": Phrase("assisted"),
    "supervised": Phrase("supervised"),
    "independent": Phrase("independent"),
    "yes": Phrase("yes"),
    "no": Phrase("no"),
}
"""Name of the levels that are codes, to be translated on show; other levels are shown as they are."""

_ORDERS = {
    "urgency": ("elective", "emergency"),
    "supervision": ("observed", "assisted", "supervised", "independent"),
}
_YES_NO = ("no", "yes")
_MANY = 8


def check_covariates(table: pd.DataFrame, covariates: Iterable[str] | None, usual: tuple[str, ...]) -> list[str]:
    """Settle which covariates to describe.

    Parameters
    ----------
    table : DataFrame
        Canonical registrations.
    covariates : sequence of str or None
        What was asked for; None for those of `usual` that the file states at least once.
    usual : tuple of str
        Covariates to look for.

    Returns
    -------
    list of str
        Columns of `table`.

    Raises
    ------
    InvalidParameter
        If the registrations have no such column.
    """
    if covariates is None:
        return [name for name in usual if name in table and bool(_stated(table[name]).any())]
    asked = [covariates] if isinstance(covariates, str) else list(covariates)
    for name in asked:
        if name not in table:
            raise InvalidParameter(
                "the registrations have no column {name!r}",
                expected="columns of the table, such as {known}",
                name=name,
                known=", ".join(column for column in usual if column in table) or "asa",
            )
    return asked


def categorise(values: pd.Series, covariate: str) -> pd.Series:
    """Put each case of a covariate in its level.

    Parameters
    ----------
    values : Series
        One value a case.
    covariate : str
        Name of the covariate: age and body mass index go in the bands of ``BANDS``; other numbers with more than eight
        distinct values in four bands at the quartiles of the cases given.

    Returns
    -------
    Series of category
        Ordered levels as text; "missing", the last, where the value is not stated.

    Examples
    --------
    >>> categorise(pd.Series([17, 59.5, None]), "age").tolist()
    ['<40', '40-59', 'missing']
    >>> categorise(pd.Series(["emergency", ""]), "urgency").tolist()
    ['emergency', 'missing']
    """
    known = _stated(values)
    if pd.api.types.is_bool_dtype(values):
        values = values.map({True: "yes", False: "no"}).fillna("").astype("str")
    numbers = pd.api.types.is_numeric_dtype(values)
    if covariate in BANDS and numbers:
        levels, codes = _band(values, BANDS[covariate])
    elif numbers and values[known].nunique() > _MANY:
        quartiles = np.quantile(values[known].to_numpy(dtype=np.float64), [0.25, 0.5, 0.75])
        levels, codes = _band(values, tuple(dict.fromkeys(float(f"{edge:.3g}") for edge in quartiles)))
    else:
        codes, levels = _words(values, known, covariate)
    named = [*levels, MISSING]
    kind = pd.CategoricalDtype(named, ordered=True)
    placed = np.array(named, dtype=object)[np.where(known, codes, len(levels))]
    return pd.Series(placed, index=values.index, dtype=kind)


def _stated(values: pd.Series) -> pd.Series:
    """Tell where something is stated; an empty text is nothing."""
    return values.notna() & (values.astype("str").str.strip() != "")


def _band(values: pd.Series, edges: tuple[float, ...]) -> tuple[list[str], np.ndarray]:
    """Name the bands between the edges and number the band of each case."""
    whole = all(float(edge).is_integer() for edge in edges)
    inner = [f"{low:g}-{high - 1:g}" if whole else f"{low:g} to <{high:g}" for low, high in pairwise(edges)]
    codes = np.searchsorted(edges, values.to_numpy(dtype=np.float64, na_value=0.0), side="right")
    return [f"<{edges[0]:g}", *inner, f"{edges[-1]:g}+"], codes


def _words(values: pd.Series, known: pd.Series, covariate: str) -> tuple[np.ndarray, list[str]]:
    """List the levels of a covariate of few values: numbers by size, known codes in their order, words by frequency."""
    stated = values[known]
    if pd.api.types.is_numeric_dtype(values):
        distinct = sorted(stated.unique())
        texts = {value: f"{value:g}" for value in distinct}
        levels = list(texts.values())
        named = values.map(texts)
    else:
        named = values.astype("str").str.strip()
        order = [word for word in _ORDERS.get(covariate, _YES_NO) if (named[known] == word).any()]
        counted = named[known].value_counts().reset_index()
        counted.columns = pd.Index(["level", "n"])
        others = counted.sort_values(["n", "level"], ascending=[False, True])["level"]
        levels = order + [word for word in others if word not in order]
    return named.map({level: k for k, level in enumerate(levels)}).fillna(-1).to_numpy(dtype=np.int64), levels
