"""What is good enough: an acceptable and an unacceptable failure rate."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from cusum.errors import InvalidParameter

__all__ = ["Criterion"]


@dataclass(frozen=True, kw_only=True)
class Criterion:
    """The two failure rates that a chart tells apart: good enough, and not good enough.

    Parameters
    ----------
    acceptable : float
        Acceptable failure rate, the papers' p0: a fraction between 0 and 1.
    unacceptable : float
        Unacceptable failure rate, the papers' p1: a fraction between `acceptable` and 1.

    Raises
    ------
    InvalidParameter
        If not 0 < acceptable < unacceptable < 1.

    Notes
    -----
    Failures are counted, never successes. Between the two rates lies a zone about which a chart promises nothing.

    Examples
    --------
    >>> criterion = Criterion(acceptable=0.10, unacceptable=0.20)
    >>> round(criterion.odds_ratio, 2)
    2.25
    """

    acceptable: float
    unacceptable: float

    def __post_init__(self) -> None:
        """Refuse rates that are no rates, or in the wrong order."""
        for name in ("acceptable", "unacceptable"):
            value = getattr(self, name)
            if isinstance(value, (bool, str)) or not hasattr(value, "__float__"):
                raise InvalidParameter(
                    "{name} is {value!r}", expected="a failure rate between 0 and 1", name=name, value=value
                )
            number = float(value)
            if not (isfinite(number) and 0.0 < number < 1.0):
                raise InvalidParameter(
                    "{name} is {value}",
                    expected="a failure rate strictly between 0 and 1",
                    remedy="Give rates as fractions: 10 percent is 0.10.",
                    name=name,
                    value=value,
                )
            object.__setattr__(self, name, number)
        if self.acceptable >= self.unacceptable:
            raise InvalidParameter(
                "acceptable is {acceptable} and unacceptable is {unacceptable}",
                expected="acceptable below unacceptable",
                remedy="Both are failure rates: the unacceptable one is the larger.",
                acceptable=self.acceptable,
                unacceptable=self.unacceptable,
            )

    @property
    def odds_ratio(self) -> float:
        """Odds of failure at the unacceptable rate against those at the acceptable rate (above 1)."""
        return (self.unacceptable / (1 - self.unacceptable)) / (self.acceptable / (1 - self.acceptable))
