"""How long it takes to a signal of competence, in sentences: medians, means, the test between groups, and who left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cusum.figures.survival import median_words
from cusum.figures.writing import level_words
from cusum.language import Language

if TYPE_CHECKING:
    from cusum.models import TimeToCompetence

__all__ = ["waiting_sentences"]


def waiting_sentences(result: TimeToCompetence, words: Language) -> list[str]:
    """Say the medians and restricted means of the groups, and what the average of those who crossed leaves out.

    Parameters
    ----------
    result : TimeToCompetence
        From `cusum.time_to_competence`.
    words : Language
        The reader's.

    Returns
    -------
    list of str
        The median of each group; its restricted mean; the log-rank test; who left; and, labelled as biased, the average
        of those who crossed.

    Examples
    --------
    >>> from cusum import time_to_competence
    >>> from cusum.language import get_language
    >>> cases, crossed = [20, 30, 40, 35, 50], [True, False, True, True, True]
    >>> table = pd.DataFrame({"cases": cases, "crossed": crossed, "case": [15, None, 31, 22, 27]})
    >>> print(waiting_sentences(time_to_competence(table), get_language("en"))[1])
    Restricted mean: 25.2 procedures to a signal, longer waits counted as 31 (95% confidence interval 10.9 to 31).
    """
    level = level_words(result.confidence, words)
    medians = [
        (str(row["group"]), median_words(row, words, level, clock=result.clock))
        for row in result.median.to_dict("records")
    ]
    said = [f"{group}: {text}." if group else f"{text[:1].upper()}{text[1:]}." for group, text in medians]
    said += _means(result, words, level) + _test(result, words)
    if result.incidence is not None:
        said.append(
            words.text(
                "Median and means suppose that those who left would have gone on like the rest; the curves do not."
            )
        )
    return said + _biased(result, words)


def _means(result: TimeToCompetence, words: Language, level: str) -> list[str]:
    """Say the restricted means."""
    if result.restricted_mean is None:
        return []
    said = []
    for row in result.restricted_mean.to_dict("records"):
        values = {name: words.number(row[name], 1) for name in ("mean", "low")}
        values |= {name: words.number(round(row[name], 1)) for name in ("horizon", "high")}
        if result.clock == "days":
            told = words.text(
                "restricted mean: {mean} days to a signal, longer waits counted as {horizon} ({level} confidence "
                "interval {low} to {high}).",
                level=level,
                **values,
            )
        else:
            told = words.text(
                "restricted mean: {mean} procedures to a signal, longer waits counted as {horizon} ({level} confidence "
                "interval {low} to {high}).",
                level=level,
                **values,
            )
        said.append(f"{row['group']}: {told}" if row["group"] else told[:1].upper() + told[1:])
    return said


def _test(result: TimeToCompetence, words: Language) -> list[str]:
    """Say the log-rank test."""
    if result.log_rank is None:
        return []
    statistic, freedom, p = result.log_rank
    said = words.text("below {p}", p=words.number(0.001, 3)) if p < 0.001 else words.number(p, 3)
    return [
        words.text(
            "Log-rank test between the groups: {statistic} with {freedom} degrees of freedom, P {p}.",
            statistic=words.number(statistic, 2),
            freedom=words.number(freedom),
            p=said,
        )
    ]


def _biased(result: TimeToCompetence, words: Language) -> list[str]:
    """Say the average of those who crossed, and that it is biased."""
    if result.only_crossed is None:
        return []
    rows = [row for row in result.only_crossed.to_dict("records") if not pd.isna(row["mean_of_those_who_crossed"])]
    means = [
        f"{row['group']} {mean}" if row["group"] else mean
        for row in rows
        for mean in [words.number(row["mean_of_those_who_crossed"], 1)]
    ]
    if not means:
        return []
    told = words.text("Average of those who crossed alone: {means}", means=", ".join(means))
    note = words.text("biased: too short, because those who have not crossed are left out")
    return [f"{told} ({note})."]
