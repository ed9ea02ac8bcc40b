"""VLAD: how many failures were avoided, or were too many, against what was expected?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cusum.charts.base import Chart, check_failure, check_fraction, check_risk, require_risk
from cusum.charts.walk import TOLERANCE, FloatArray, Walk

__all__ = ["PredictionLimits", "Vlad"]

_BLOCK = 32
_BLOCKS_AT_ONCE = 512
_NEGLIGIBLE = 1e-22


class PredictionLimits(NamedTuple):
    """Where the VLAD lies after each case, with the stated probability, if the risks are right.

    Each limit is exceeded with a probability of at most half of what is left, case by case.
    """

    lower: FloatArray
    upper: FloatArray


@dataclass(frozen=True, kw_only=True)
class Vlad(Chart):
    """Add up expected minus observed failures: a line that rises while things go better than expected.

    Notes
    -----
    V = sum of (risk - failure): the number of failures avoided against expectation; below 0, the number too many. A
    description: the chart has no limits and gives no signal. Its prediction limits hold at each case on its own; a line
    that has left them at some case or other is no finding, since they are looked at many times. The chart for a signal
    is `RiskAdjustedCusum` on the same cases.

    References
    ----------
    Lovegrove J, Valencia O, Treasure T, Sherlaw-Johnson C, Gallivan S. Lancet 1997;350:1128-1130,
    doi:10.1016/S0140-6736(97)06507-0.
    Hong Y. Comput Stat Data Anal 2013;59:41-51, doi:10.1016/j.csda.2012.10.006 (distribution of a number of failures).

    Examples
    --------
    >>> Vlad().run([0, 1, 0], risk=[0.1, 0.2, 0.3]).statistic
    array([ 0.1, -0.7, -0.4])
    """

    key: ClassVar[str] = "vlad"
    names: ClassVar[dict[str, str]] = {
        "en": "VLAD: failures avoided against expectation",
        "da": "VLAD: undgåede fejl i forhold til det forventede",
    }
    references: ClassVar[tuple[str, ...]] = ("10.1016/S0140-6736(97)06507-0", "10.1016/j.csda.2012.10.006")

    @property
    def walk(self) -> Walk:
        """The recursion: a plain sum, with no barrier."""
        return Walk()

    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give expected minus observed.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : array-like, shape (n,)
            Expected failure probability of each case, strictly between 0 and 1; always needed.

        Returns
        -------
        array of float, shape (n,)
            risk - failure.
        """
        outcomes = check_failure(failure)
        return check_risk(require_risk(self, risk), outcomes.size) - outcomes

    def prediction_limits(self, risk: ArrayLike, *, coverage: float = 0.95) -> PredictionLimits:
        """Give, for each case, the limits between which the line lies with a stated probability if the risks are right.

        Parameters
        ----------
        risk : array-like, shape (n,)
            Expected failure probability of each case, strictly between 0 and 1.
        coverage : float, default 0.95
            Least probability of lying within the limits at a given case, in (0, 1).

        Returns
        -------
        PredictionLimits
            Lower and upper limit after each case, shape (n,): attainable values, which still lie inside.

        Raises
        ------
        InvalidData
            If a risk is outside (0, 1).
        InvalidParameter
            If the coverage is outside (0, 1).

        Notes
        -----
        The number of failures after each case has a Poisson-binomial distribution; it is computed exactly for any
        number of cases, by convolution. The limits are as close as they can be with P(below) and P(above) each at most
        (1 - coverage)/2. They are pointwise: the probability that a line stays within them all the way is smaller, and
        falls with the number of cases.

        Examples
        --------
        >>> limits = Vlad().prediction_limits([0.1, 0.1, 0.1, 0.1])
        >>> limits.lower, limits.upper
        (array([-0.9, -0.8, -1.7, -1.6]), array([0.1, 0.2, 0.3, 0.4]))
        """
        expected = check_risk(risk, np.size(np.asarray(risk)))
        tail = (1 - check_fraction("coverage", coverage)) / 2
        fewest, most = _likely_counts(expected, tail)
        total = np.cumsum(expected)
        return PredictionLimits(total - most, total - fewest)


def _likely_counts(risk: FloatArray, tail: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find, after each case, the fewest and the most failures: P(fewer) <= tail and P(more) <= tail."""
    n = risk.size
    fewest, most = np.zeros((2, -(-n // _BLOCK) * _BLOCK), dtype=np.int64)
    counts, offset = np.ones(1), 0  # distribution of the number of failures before the block
    low = high = 0
    step = np.arange(_BLOCK + 1)
    for at, within in _block_distributions(risk):
        below = np.concatenate((np.zeros(_BLOCK), np.cumsum(counts)))
        cumulative = [  # P(failures <= edge + i) = sum over m of within[:, m] P(before <= edge + i - m)
            within[1:] @ below[np.clip(edge - offset + _BLOCK + step - step[:, None], 0, below.size - 1)]
            for edge in (low, high)
        ]
        part = slice(at, at + _BLOCK)
        fewest[part] = low + (cumulative[0] <= tail + TOLERANCE).sum(axis=1)
        most[part] = high + (cumulative[1] < 1 - tail - TOLERANCE).sum(axis=1)
        low, high = int(fewest[at + _BLOCK - 1]), int(most[at + _BLOCK - 1])
        counts = np.convolve(counts, within[-1])
        kept = np.flatnonzero(counts > _NEGLIGIBLE)
        counts, offset = counts[kept[0] : kept[-1] + 1], offset + int(kept[0])
    return fewest[:n], most[:n]


def _block_distributions(risk: FloatArray) -> Iterator[tuple[int, FloatArray]]:
    """Give, block by block, where it begins and the distribution of its failures after 0, 1, ... of its cases."""
    blocks = np.zeros((-(-risk.size // _BLOCK), _BLOCK))
    blocks.reshape(-1)[: risk.size] = risk
    for at in range(0, blocks.shape[0], _BLOCKS_AT_ONCE):
        chances = blocks[at : at + _BLOCKS_AT_ONCE]
        within = np.zeros((chances.shape[0], _BLOCK + 1, _BLOCK + 1))
        within[:, 0, 0] = 1.0
        for case in range(_BLOCK):
            chance = chances[:, case, None]
            within[:, case + 1] = within[:, case] * (1 - chance)
            within[:, case + 1, 1:] += within[:, case, :-1] * chance
        for k, distribution in enumerate(within):
            yield (at + k) * _BLOCK, distribution
