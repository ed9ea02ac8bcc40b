"""Where the marks of an axis stand: round rates, and the months of cases in order of date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from cusum.language import Language

__all__ = ["month_ticks", "rate_ticks"]


def rate_ticks(top: float) -> list[float]:
    """Choose round rates for an axis.

    Parameters
    ----------
    top : float
        Rate at the upper end.

    Returns
    -------
    list of float
        0 and round rates up to `top`.

    Examples
    --------
    >>> rate_ticks(0.33)
    [0.0, 0.1, 0.2, 0.3]
    """
    step = next(size for size in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if top / size <= 6 or size == 0.25)
    return [round(k * step, 4) for k in range(int(top / step) + 1)]


def month_ticks(days: Sequence[date], words: Language, *, most: int = 7) -> tuple[list[int], list[str]]:
    """Find the cases with which months begin.

    Parameters
    ----------
    days : sequence of datetime.date
        Day of each case, in order of date.
    words : Language
        The reader's.
    most : int, default 7
        At most so many marks; further ones are thinned evenly, and marks closer than that leave the later one out.

    Returns
    -------
    tuple of (list of int, list of str)
        Case numbers, from 1, and the months as written.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> month_ticks([date(2025, 1, 30), date(2025, 2, 1), date(2025, 2, 9), date(2025, 3, 1)], get_language("en"))
    ([1, 2, 4], ['Jan 2025', 'Feb 2025', 'Mar 2025'])
    """
    first: dict[tuple[int, int], int] = {}
    for case, day in enumerate(days, start=1):
        first.setdefault((day.year, day.month), case)
    cases: list[int] = []
    apart = len(days) / (most + 0.5)
    for case in first.values():
        if not cases or case - cases[-1] >= apart:
            cases.append(case)
    return cases, [words.month_year(days[case - 1], "short") for case in cases]
