"""The shapes that a learning curve may have: constant, falling with ln(case number), falling to an asymptote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

__all__ = ["SHAPES", "Asymptotic", "Constant", "FloatArray", "Mixed", "Shape", "make_shape"]

FloatArray = NDArray[np.float64]
_FASTEST, _SLOWEST = -4.0, 10.0  # of ln(time constant), beyond which a curve no longer changes
_FARTHEST = 14.0  # log odds, beyond which a rate is as good as 0 or 1


@dataclass(frozen=True)
class Shape:
    """A curve by trainee whose transformed parameters are normal across trainees, with weak priors.

    Parameters
    ----------
    centre : float, default 0.0
        ln(case number) at which the level of the logistic shape is taken.
    """

    centre: float = 0.0

    kind: ClassVar[str] = ""
    effects: ClassVar[tuple[str, ...]] = ()
    """Names of the transformed parameters of one trainee."""
    correlated: ClassVar[bool] = False
    """Whether the first two are correlated across trainees."""
    nodes: ClassVar[int] = 15
    """Quadrature nodes in each direction."""
    means: ClassVar[tuple[tuple[float, float], ...]] = ()
    """Prior centre and standard deviation of each parameter's mean across trainees."""
    spreads: ClassVar[tuple[tuple[float, float], ...]] = ()
    """The same for the logarithm of each parameter's standard deviation across trainees."""

    @property
    def size(self) -> int:
        """Number of transformed parameters of one trainee."""
        return len(self.effects)

    def start(self, case: FloatArray, failure: FloatArray) -> FloatArray:
        """Guess the means across trainees.

        Parameters
        ----------
        case, failure : array of float, shape (n,)
            Case numbers and outcomes of everybody.

        Returns
        -------
        array of float, shape (size,)
            Where to begin the search.
        """
        raise TypeError(f"{type(self).__name__} has no start")  # pragma: no cover

    def natural(self, effects: FloatArray) -> list[FloatArray]:
        """Turn transformed parameters back.

        Parameters
        ----------
        effects : array of float, shape (..., size)
            Transformed parameters.

        Returns
        -------
        list of array, each of shape (...)
            Natural parameters, as `curve` takes them.
        """
        return [effects[..., k] for k in range(self.size)]

    def rates(self, effects: FloatArray, case: FloatArray) -> FloatArray:
        """Give failure rates by case number.

        Parameters
        ----------
        effects : array of float, shape (..., size)
            Transformed parameters.
        case : array of float, shape (cases,)
            Case numbers.

        Returns
        -------
        array of float, shape (..., cases)
            Rates.
        """
        return self.rate([value[..., None] for value in self.natural(effects)], case)

    def rate(self, natural: Sequence[FloatArray], case: FloatArray) -> FloatArray:
        """Give the failure rate alone.

        Parameters
        ----------
        natural : sequence of array
            Natural parameters, each of a shape that goes with that of `case`.
        case : array of float
            Case numbers.

        Returns
        -------
        array of float
            Rates.
        """
        return self.curve(natural, case)[0]

    def curve(self, natural: Sequence[FloatArray], case: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Give the failure rate, and the derivative of its log odds by each transformed parameter.

        Parameters
        ----------
        natural : sequence of array
            Natural parameters, each of a shape that goes with that of `case`.
        case : array of float
            Case numbers.

        Returns
        -------
        tuple
            Rates, and a list of the derivatives.
        """
        raise TypeError(f"{type(self).__name__} has no curve")  # pragma: no cover


class Constant(Shape):
    """Each trainee has one rate, whatever the case number."""

    kind = "constant"
    effects = ("level",)
    means = ((-1.5, 2.0),)
    spreads = ((np.log(0.4), 1.0),)

    def start(self, case: FloatArray, failure: FloatArray) -> FloatArray:
        """Begin at the rate of everybody."""
        return np.array([_log_odds(failure)])

    def curve(self, natural: Sequence[FloatArray], case: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """The level itself."""
        rate = expit(np.clip(natural[0] + 0.0 * case, -_FARTHEST, _FARTHEST))
        return rate, [np.ones_like(rate)]


class Mixed(Shape):
    """Log odds that change in proportion to ln(case number): level and slope by trainee."""

    kind = "mixed"
    effects = ("level", "slope")
    correlated = True
    nodes = 7
    means = ((-1.5, 2.0), (0.0, 1.0))
    spreads = ((np.log(0.4), 1.0), (np.log(0.3), 1.0))

    def start(self, case: FloatArray, failure: FloatArray) -> FloatArray:
        """Begin at the rate of everybody, falling slowly."""
        return np.array([_log_odds(failure), -0.3])

    def curve(self, natural: Sequence[FloatArray], case: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """A straight line in ln(case number)."""
        distance = np.log(case) - self.centre
        eta = natural[0] + natural[1] * distance
        rate = expit(np.clip(eta, -_FARTHEST, _FARTHEST))
        return rate, [np.ones_like(eta), np.broadcast_to(distance, eta.shape)]


class Asymptotic(Shape):
    """A rate that falls exponentially from that of the first case to that of the last: three parameters by trainee."""

    kind = "asymptotic"
    effects = ("final", "first", "time constant")
    correlated = True
    nodes = 5
    means = ((-2.0, 1.5), (-0.5, 1.5), (np.log(10.0), 1.0))
    spreads = ((np.log(0.5), 0.7), (np.log(0.5), 0.7), (np.log(0.5), 0.7))

    def start(self, case: FloatArray, failure: FloatArray) -> FloatArray:
        """Begin at the rates of the early and the late cases."""
        late = case > np.median(case)
        early = case <= max(np.quantile(case, 0.15), 3)
        return np.array([_log_odds(failure[late]), _log_odds(failure[early]), np.log(max(np.median(case) / 4, 2.0))])

    def natural(self, effects: FloatArray) -> list[FloatArray]:
        """Final rate, first rate, and 1 / time constant."""
        rates = expit(np.clip(effects[..., :2], -_FARTHEST, _FARTHEST))
        return [rates[..., 0], rates[..., 1], np.exp(-np.clip(effects[..., 2], _FASTEST, _SLOWEST))]

    def rate(self, natural: Sequence[FloatArray], case: FloatArray) -> FloatArray:
        """The rate alone: its derivatives take most of the time."""
        final, first, speed = natural
        left = (case - 1) * -speed
        np.exp(left, out=left)
        left *= first - final
        left += final
        return left

    def curve(self, natural: Sequence[FloatArray], case: FloatArray) -> tuple[FloatArray, list[FloatArray]]:
        """Final + (first - final) exp(-(case - 1) / time constant)."""
        final, first, speed = natural
        waited = (case - 1) * speed
        left = np.exp(-waited)
        gap = (first - final) * left
        rate = final + gap
        weight = 1 / (rate * (1 - rate))
        by_final = final * (1 - final) * (1 - left) * weight
        by_first = first * (1 - first) * left * weight
        return rate, [by_final, by_first, gap * waited * weight]


SHAPES: dict[str, type[Shape]] = {shape.kind: shape for shape in (Mixed, Asymptotic, Constant)}


def make_shape(kind: str, case: FloatArray) -> Shape:
    """Make a shape by name.

    Parameters
    ----------
    kind : {"mixed", "asymptotic", "constant"}
        Its name.
    case : array of float, shape (n,)
        Case numbers of everybody, for the centre.

    Returns
    -------
    Shape
        The shape.

    Examples
    --------
    >>> make_shape("mixed", np.array([1.0, 1.0])).centre
    0.0
    """
    return SHAPES[kind](float(np.log(case).mean()))


def _log_odds(failure: FloatArray) -> float:
    """Log odds of failure, kept finite."""
    return float(np.log((failure.sum() + 0.5) / (failure.size - failure.sum() + 0.5)))
