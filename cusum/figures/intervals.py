"""The exact interval of a failure rate."""

from __future__ import annotations

from cusum.errors import InvalidParameter

__all__ = ["exact_interval"]


def exact_interval(failures: int, cases: int, confidence: float = 0.95) -> tuple[float, float]:
    """Give the exact interval of a failure rate.

    Parameters
    ----------
    failures : int
        Failures, 0 to `cases`.
    cases : int
        Procedures, 1 or more.
    confidence : float, default 0.95
        Level, in (0, 1).

    Returns
    -------
    tuple of float
        Lower and upper end, as fractions.

    Raises
    ------
    InvalidParameter
        If the counts or the level make no sense.

    Notes
    -----
    The Clopper-Pearson interval: it covers the true rate with at least the stated probability, and treats the
    procedures as independent.

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413, doi:10.1093/biomet/26.4.404.

    Examples
    --------
    >>> [round(end, 4) for end in exact_interval(2, 20)]
    [0.0123, 0.317]
    """
    from scipy.stats import beta

    if not 0 <= failures <= cases or cases < 1:
        raise InvalidParameter(
            "there are {failures} failures in {cases} cases",
            expected="a count from 0 to the number of cases, which is 1 or more",
            failures=failures,
            cases=cases,
        )
    if not 0 < confidence < 1:
        raise InvalidParameter("confidence is {value}", expected="a number strictly between 0 and 1", value=confidence)
    tail = (1 - confidence) / 2
    low = float(beta.ppf(tail, failures, cases - failures + 1)) if failures else 0.0
    high = float(beta.ppf(1 - tail, failures + 1, cases - failures)) if failures < cases else 1.0
    return low, high
