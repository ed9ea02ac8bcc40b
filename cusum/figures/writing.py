"""Rates and days as figures write them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cusum.language import Language

__all__ = ["criterion_words", "day_words", "level_words", "percent_words"]


def criterion_words(acceptable: float, unacceptable: float, language: Language) -> str:
    """Write the two rates of a criterion.

    Parameters
    ----------
    acceptable, unacceptable : float
        Failure rates, as fractions.
    language : Language
        The reader's.

    Returns
    -------
    str
        Such as ``10% / 20%``, with a decimal where there is one.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> criterion_words(0.05, 0.125, get_language("en"))
    '5% / 12.5%'
    """
    return " / ".join(
        language.percent(rate, 1 if round(rate * 100, 6) % 1 else 0) for rate in (acceptable, unacceptable)
    )


@lru_cache(maxsize=4096)
def day_words(day: Any, language: Language) -> str:
    """Write the day of a case; the same days come again with many trainees.

    Parameters
    ----------
    day : datetime.date
        The day.
    language : Language
        The reader's.

    Returns
    -------
    str
        Such as ``22. nov. 2026``.

    Examples
    --------
    >>> from datetime import date
    >>> from cusum.language import get_language
    >>> day_words(date(2026, 11, 22), get_language("da"))
    '22. nov. 2026'
    """
    return language.date(day, "medium")


@lru_cache(maxsize=4096)
def percent_words(share: float, language: Language) -> str:
    """Write a share in whole percent; the same shares come again at many case numbers.

    Parameters
    ----------
    share : float
        A fraction, 0 to 1.
    language : Language
        The reader's.

    Returns
    -------
    str
        Such as ``12 %`` in Danish, with a space that does not break.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> percent_words(0.123, get_language("en"))
    '12%'
    """
    return language.percent(share)


def level_words(confidence: float, language: Language) -> str:
    """Write the level of an interval.

    Parameters
    ----------
    confidence : float
        Level, in (0, 1).
    language : Language
        The reader's.

    Returns
    -------
    str
        Such as ``95%`` or ``99,8 %``.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> level_words(0.95, get_language("en")), level_words(0.998, get_language("en"))
    ('95%', '99.8%')
    """
    return language.percent(confidence, 1 if round(confidence * 100, 6) % 1 else 0)
