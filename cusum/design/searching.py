"""Search for the smallest limit that keeps a promise, always ending on the side where it is kept."""

from __future__ import annotations

from collections.abc import Callable

from cusum.errors import InvalidParameter

__all__ = ["safe_limit"]

_MOST = 60
_CLOSE = 8


def safe_limit(margin: Callable[[float], float], start: float, precision: float, slope: float | None = None) -> float:
    """Find the smallest limit, to a precision, at which a promise is kept.

    Parameters
    ----------
    margin : callable
        How well the promise is kept at a limit: rising with it, 0 or more where it is kept. A logarithm is best, which
        is nearly a straight line.
    start : float
        A first guess, above 0.
    precision : float
        How close to the smallest such limit is good enough.
    slope : float, optional
        By about how much the margin rises with the limit, above 0, where the first guess is a good one.

    Returns
    -------
    float
        A limit at which the promise is kept, at most `precision` above one at which it is not.

    Raises
    ------
    InvalidParameter
        If no limit keeps the promise.

    Notes
    -----
    Regula falsi (Illinois), and halving where that is slow, as it is where the margin rises in steps.

    Examples
    --------
    >>> round(safe_limit(lambda limit: limit - 3.0, 1.0, 1e-6), 4)
    3.0
    """
    low, high, below, above = _enclose(margin, start) if slope is None else _close_in(margin, start, precision, slope)
    last, slow = 0, 0
    for _ in range(_MOST):
        width = high - low
        if width <= precision:
            break
        share = -below / (above - below) if above > below else 0.5
        at = low + width * min(max(share, 0.02), 0.98)
        if slow:
            at, slow = (low + high) / 2, 0
        elif at - low > precision and share * width > high - low - precision:
            at = high - precision / 2
        found = margin(at)
        if found >= 0:
            high, above = at, found
            below, last = (below / 2 if last > 0 else below), 1
        else:
            low, below = at, found
            above, last = (above / 2 if last < 0 else above), -1
        slow = slow + 1 if high - low > width / 2 else 0
    return high


def _enclose(margin: Callable[[float], float], start: float) -> tuple[float, float, float, float]:
    """Find a limit that does not keep the promise and one that does, with their margins."""
    at, found = start, margin(start)
    if found >= 0:
        high, above = at, found
        for _ in range(_MOST):
            at /= 2
            found = margin(at)
            if found < 0:
                return at, high, found, above
            high, above = at, found
        return 0.0, high, -1.0, above
    for _ in range(_MOST):
        low, below = at, found
        at = 2 * at if found < -3 else 1.4 * at + 0.05 * start
        found = margin(at)
        if found >= 0:
            return low, at, below, found
    raise InvalidParameter("no limit keeps the promise", expected="a promise that some limit can keep")


def _close_in(
    margin: Callable[[float], float], start: float, precision: float, slope: float
) -> tuple[float, float, float, float]:
    """Find such limits close to each other, from a good guess and slope."""
    at, found = start, margin(start)
    beyond = 0.6 * precision
    for _ in range(_CLOSE):
        step = -found / slope
        further = at + step + (beyond if found < 0 else -beyond)
        if further <= at / 2:
            break
        next_found = margin(further)
        if (next_found >= 0) != (found >= 0):
            return (at, further, found, next_found) if found < 0 else (further, at, next_found, found)
        slope = min(max((next_found - found) / (further - at), slope / 2), 2 * slope)
        at, found, beyond = further, next_found, 3 * beyond
    return _enclose(margin, at)
