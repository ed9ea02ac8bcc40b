"""What a chart takes: outcomes, risks and parameters, each refused by name where it makes no sense."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cusum.charts.walk import FloatArray
from cusum.criterion import Criterion
from cusum.errors import InvalidData, InvalidParameter

__all__ = [
    "BoolArray",
    "check_choice",
    "check_criterion",
    "check_failure",
    "check_fraction",
    "check_positive",
    "check_risk",
]

BoolArray = NDArray[np.bool_]


def check_failure(failure: ArrayLike) -> BoolArray:
    """Make outcomes into an array of bool, or say which case is no outcome.

    Parameters
    ----------
    failure : array-like, shape (n,)
        Outcomes in case order: 1 or True is a failure, 0 or False a success.

    Returns
    -------
    array of bool, shape (n,)
        True where the case was a failure.

    Raises
    ------
    InvalidData
        If an outcome is missing or not 0, 1, True or False, or the array has not one dimension.

    Examples
    --------
    >>> check_failure([0, 1, 0])
    array([False,  True, False])
    """
    values = np.asarray(failure)
    if values.dtype.kind in "US":  # words among the outcomes, which would make words of them all
        values = np.asarray(failure, dtype=object)
    if values.ndim != 1:
        raise InvalidData(
            "failure has {ndim} dimensions",
            expected="one: the outcomes of one sequence, in case order",
            ndim=values.ndim,
        )
    if values.dtype == np.bool_:
        return values.astype(np.bool_)
    if values.dtype.kind in "iu" and (not values.size or (values.min() >= 0 and values.max() <= 1)):
        return values.astype(np.bool_)
    if values.dtype.kind in "iuf":
        wrong = ~((values == 0) | (values == 1))
    else:
        wrong = np.array([not _is_outcome(value) for value in values], dtype=np.bool_)
    if wrong.any():
        first = int(wrong.argmax())
        value = values[first]
        missing = str(value) in ("None", "nan", "NaN", "<NA>", "NaT")
        raise InvalidData(
            "failure is missing at case {case}" if missing else "failure is {value!r} at case {case}",
            expected="1 or True for a failure, 0 or False for a success",
            remedy="Settle the outcome or leave the case out before charting.",
            value=value.item() if isinstance(value, np.generic) else value,
            case=first + 1,
        )
    return values.astype(np.bool_)


def _is_outcome(value: object) -> bool:
    """Tell whether one value, of any type, is an outcome."""
    if isinstance(value, (bool, np.bool_)):
        return True
    return isinstance(value, (int, float, np.integer, np.floating)) and value in (0, 1)


def check_risk(risk: ArrayLike, n: int) -> FloatArray:
    """Make expected failure probabilities into an array, or say which case has none.

    Parameters
    ----------
    risk : array-like, shape (n,)
        Expected failure probability of each case, strictly between 0 and 1.
    n : int
        Number of cases.

    Returns
    -------
    array of float, shape (n,)
        The probabilities.

    Raises
    ------
    InvalidData
        If the number of values is not `n`, or one is missing or outside (0, 1).

    Examples
    --------
    >>> check_risk([0.1, 0.3], 2)
    array([0.1, 0.3])
    """
    try:
        values = np.asarray(risk, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidData("risk holds something that is no number", expected="probabilities") from error
    if values.shape != (n,):
        raise InvalidData(
            "risk has shape {shape}", expected="one probability for each of the {n} cases", shape=values.shape, n=n
        )
    if values.flags.writeable:  # what is the caller's stays as it is; what has been checked before is locked already
        values = values.copy()
        values.setflags(write=False)
    if not n or (values.min() > 0 and values.max() < 1):
        return values
    wrong = ~((values > 0) & (values < 1))
    if wrong.any():
        first = int(wrong.argmax())
        raise InvalidData(
            "risk is {value} at case {case}",
            expected="a probability strictly between 0 and 1",
            value=float(values[first]),
            case=first + 1,
        )
    return values


def check_positive(name: str, value: float) -> float:
    """Return a finite number above 0, or refuse it by name."""
    number = float(value) if not isinstance(value, (bool, str)) and hasattr(value, "__float__") else np.nan
    if not (np.isfinite(number) and number > 0):
        raise InvalidParameter("{name} is {value!r}", expected="a number above 0", name=name, value=value)
    return number


def check_fraction(name: str, value: float) -> float:
    """Return a number strictly between 0 and 1, or refuse it by name."""
    number = float(value) if not isinstance(value, (bool, str)) and hasattr(value, "__float__") else np.nan
    if not 0 < number < 1:
        raise InvalidParameter(
            "{name} is {value!r}", expected="a number strictly between 0 and 1", name=name, value=value
        )
    return number


def check_criterion(value: object) -> None:
    """Refuse what is no criterion."""
    if not isinstance(value, Criterion):
        raise InvalidParameter(
            "criterion is {value!r}",
            expected="a Criterion",
            remedy="Write Criterion(acceptable=0.10, unacceptable=0.20).",
            value=value,
        )


def check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    """Refuse a word that is not among the choices."""
    if value not in choices:
        raise InvalidParameter(
            "{name} is {value!r}", expected="one of {choices}", name=name, value=value, choices=", ".join(choices)
        )


def check_start(start: float, limit: float) -> None:
    """Refuse a start that is below the floor or not below the limit."""
    if isinstance(start, bool) or not isinstance(start, (int, float)) or not 0 <= start < limit:
        raise InvalidParameter(
            "start is {start!r}", expected="a number from 0 to below the limit, {limit}", start=start, limit=limit
        )
