"""What the figures on power share: the names of the two probabilities, and an axis of probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cusum.figures.theme import BOUNDARY, CURVE, SIGNAL
from cusum.language import Language

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cusum.charts.likelihood_ratio import LikelihoodRatioCusum

__all__ = [
    "LIMIT_LINE",
    "POWER_LINE",
    "WRONG_LINE",
    "false_words",
    "probability_axis",
    "probability_line",
    "rate_words",
    "true_words",
]

POWER_LINE = {"color": CURVE, "width": 2.5}
WRONG_LINE = {"color": SIGNAL, "width": 2.5, "dash": "dash"}
LIMIT_LINE = {"color": BOUNDARY, "width": 1.5, "dash": "dash"}


def rate_words(rate: float, language: Language) -> str:
    """Write a rate, with a decimal where there is one.

    Parameters
    ----------
    rate : float
        A fraction.
    language : Language
        The reader's.

    Returns
    -------
    str
        Such as ``12.5%``.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> rate_words(0.05, get_language("en")), rate_words(0.125, get_language("en"))
    ('5%', '12.5%')
    """
    return language.percent(rate, 1 if round(rate * 100, 6) % 1 else 0)


def false_words(chart: LikelihoodRatioCusum, language: Language) -> str:
    """Name the probability of a false signal.

    Parameters
    ----------
    chart : LikelihoodRatioCusum
        Says which signal is false at which rate.
    language : Language
        The reader's.

    Returns
    -------
    str
        Such as ``false signal of competence (failure rate 20%)``.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> from cusum.language import get_language
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=2.0)
    >>> false_words(chart, get_language("en"))
    'false signal of competence (failure rate 20%)'
    """
    rate = rate_words(chart.null_rate, language)
    if "competent" in chart.says:
        return language.text("false signal of competence (failure rate {rate})", rate=rate)
    return language.text("false signal of deterioration (failure rate {rate})", rate=rate)


def true_words(chart: LikelihoodRatioCusum, language: Language) -> str:
    """Name the power.

    Parameters
    ----------
    chart : LikelihoodRatioCusum
        Says which signal is true at which rate.
    language : Language
        The reader's.

    Returns
    -------
    str
        Such as ``power: signal of competence (failure rate 10%)``.

    Examples
    --------
    >>> from cusum import BernoulliCusum, Criterion
    >>> from cusum.language import get_language
    >>> chart = BernoulliCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=2.0)
    >>> true_words(chart, get_language("en"))
    'power: signal of deterioration (failure rate 20%)'
    """
    rate = rate_words(chart.alternative_rate, language)
    if "competent" in chart.says:
        return language.text("power: signal of competence (failure rate {rate})", rate=rate)
    return language.text("power: signal of deterioration (failure rate {rate})", rate=rate)


def probability_axis(language: Language, title: str, top: float = 1.0) -> dict[str, Any]:
    """Describe an upward axis of probabilities.

    Parameters
    ----------
    language : Language
        The reader's.
    title : str
        Title of the axis.
    top : float, default 1.0
        Largest probability shown.

    Returns
    -------
    dict
        Properties of the axis.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> probability_axis(get_language("en"), "Power", top=0.2)["ticktext"]
    ['0%', '5%', '10%', '15%', '20%']
    """
    step = next(size for size in (0.01, 0.02, 0.05, 0.1, 0.25) if top / size <= 5 + 1e-9)
    ticks = np.arange(0, top + step / 2, step).round(4).tolist()
    return {
        "range": [0, top * 1.03],
        "tickvals": ticks,
        "ticktext": [language.percent(tick) for tick in ticks],
        "title": {"text": title},
    }


def probability_line(
    x: NDArray[np.float64] | NDArray[np.int64],
    y: NDArray[np.float64],
    language: Language,
    *,
    name: str,
    where: str,
    line: dict[str, Any],
    role: str,
) -> dict[str, Any]:
    """Describe a line of probabilities.

    Parameters
    ----------
    x : array, shape (n,)
        Where.
    y : array of float, shape (n,)
        Probabilities.
    language : Language
        The reader's.
    name : str
        What the line is.
    where : str
        What stands before the value in the hover text, with plotly's ``%{x}`` in it.
    line : dict
        Look of the line.
    role : str
        Role for whoever looks for the line.

    Returns
    -------
    dict
        Properties of the trace.
    """
    return {
        "x": np.round(x, 6),
        "y": np.round(y, 6),
        "mode": "lines",
        "line": line,
        "name": name,
        "customdata": [language.percent(value, 1) for value in y],
        "hovertemplate": f"{name}<br>{where}: %{{customdata}}<extra></extra>",
        "meta": {"role": role},
    }
