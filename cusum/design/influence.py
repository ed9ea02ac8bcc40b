"""How much a limit owes to the sample that its risk model was estimated from."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np

from cusum.charts.base import Chart, check_fraction, check_positive
from cusum.charts.walk import FloatArray
from cusum.design.guarantee import EstimationSample, fit_logistic, fitted_risk
from cusum.design.mistaken import kept_promise, mistaken_steps, needed_limit
from cusum.design.promises import Promise
from cusum.design.scores import check_count
from cusum.design.steps import adjusts_for_risk
from cusum.errors import InvalidParameter
from cusum.work import in_chunks

__all__ = ["LimitInfluence", "limit_influence"]

_CHUNK = 10


@dataclass(frozen=True, eq=False)
class LimitInfluence:
    """The limits that other samples, as large as this one, would have led to, and what they would have kept.

    Parameters
    ----------
    limit : float
        The limit where the estimated model is taken for the truth.
    limits : array of float, shape (replicates,)
        The limit from each bootstrap sample, which takes its own model for the truth.
    kept : array of float, shape (replicates,)
        What the chart with that model and that limit really keeps, where the original model is the truth: the mean
        number of cases to a false signal, or the probability of one.
    promise : Promise
        What was asked.
    """

    limit: float
    limits: FloatArray
    kept: FloatArray
    promise: Promise

    @property
    def broken(self) -> float:
        """Share of the samples whose limit breaks the promise."""
        if self.promise.in_control_mean is not None:
            return float((self.kept < self.promise.in_control_mean).mean())
        return float((self.kept > self.promise.false_signal).mean())

    def interval(self, level: float = 0.9) -> tuple[tuple[float, float], tuple[float, float]]:
        """Give the range that the middle samples lie in.

        Parameters
        ----------
        level : float, default 0.9
            Share of the samples, in (0, 1).

        Returns
        -------
        tuple
            Lowest and highest limit, and lowest and highest of what is kept.
        """
        tails = [(1 - level) / 2, (1 + level) / 2]
        limits, kept = np.quantile(self.limits, tails), np.quantile(self.kept, tails)
        return (float(limits[0]), float(limits[1])), (float(kept[0]), float(kept[1]))

    def __repr__(self) -> str:
        limits, kept = self.interval()
        if self.promise.in_control_mean is not None:
            said = f"{kept[0]:,.0f} to {kept[1]:,.0f} cases to a false signal"
            asked_for = f"{self.promise.in_control_mean:,g}"
        else:
            said, asked_for = f"false signal {kept[0]:.3f} to {kept[1]:.3f}", f"{self.promise.false_signal:g}"
        return (
            f"<LimitInfluence: limit {self.limit:.2f}; 90% of {self.limits.size} samples: {limits[0]:.2f} to "
            f"{limits[1]:.2f}, {said} (promised {asked_for}; broken by {self.broken:.0%})>"
        )


def limit_influence(
    chart: Chart,
    sample: EstimationSample,
    *,
    false_signal: float | None = None,
    within: int | None = None,
    in_control_mean: float | None = None,
    replicates: int = 100,
    seed: int,
    executor: Executor | None = None,
) -> LimitInfluence:
    """Show how different a limit could have been, had the risk model been estimated from other cases of the same kind.

    Parameters
    ----------
    chart : Chart
        A chart with a limit, which is ignored.
    sample : EstimationSample
        The cases that the model, or the rate, was estimated from; ``EstimationSample.of(model)`` takes them from a risk
        model.
    false_signal : float, optional
        Largest probability of a false signal within `within` cases, in (0, 1).
    within : int, optional
        Number of cases within which the promise holds, 1 or more.
    in_control_mean : float, optional
        Smallest mean number of cases to a false signal; instead of the other two.
    replicates : int, default 100
        Bootstrap samples, at least 2.
    seed : int
        Seed, on which alone the samples depend.
    executor : Executor, optional
        Where bootstrap samples are worked on; here if left out.

    Returns
    -------
    LimitInfluence
        The limits and what they keep.

    Raises
    ------
    InvalidParameter
        If the promise is not one of the two, the sample does not fit the chart, or there are too few replicates.

    Notes
    -----
    Each bootstrap sample gives a model, which scores the cases, and a limit designed as if that model were true; the
    outcomes then come from the original model. About half of the samples break the promise, some by far: that is what
    ``find_limit(..., guarantee=0.9)`` guards against. Limits are found on a coarse grid (to about 0.02%, what is kept
    to a few percent), which is fine enough for their spread.

    References
    ----------
    Gandy A, Kvaløy JT. Scand J Stat 2013;40:647-668, doi:10.1002/sjos.12006.

    Examples
    --------
    An acceptable failure rate that was estimated from 20 failures in 200 cases:

    >>> from cusum import BernoulliCusum, Criterion
    >>> chart = BernoulliCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=1.0)
    >>> sample = EstimationSample([1] * 20 + [0] * 180)
    >>> found = limit_influence(chart, sample, in_control_mean=200, replicates=20, seed=1)
    >>> bool(found.limits.min() < found.limit < found.limits.max()), bool(0.2 < found.broken < 0.8)
    (True, True)
    """
    promise = _promise(false_signal, within, in_control_mean)
    if isinstance(replicates, bool) or not isinstance(replicates, int) or replicates < 2:
        raise InvalidParameter("replicates is {value!r}", expected="a whole number of at least 2", value=replicates)
    if adjusts_for_risk(chart) == (sample.matrix.shape[1] == 1):
        raise InvalidParameter(
            "the sample does not fit the {chart}",
            expected="covariates for a risk-adjusted chart, and none for another",
            chart=type(chart).__name__,
        )
    run = partial(_other_samples, chart, promise, sample)
    found = np.concatenate(in_chunks(run, replicates, _CHUNK, seed, executor))
    own = mistaken_steps(chart, sample.risk, sample.risk)
    return LimitInfluence(needed_limit(chart, promise, own), found[:, 0], found[:, 1], promise)


def _promise(false_signal: float | None, within: int | None, in_control_mean: float | None) -> Promise:
    """Check what is asked: a mean, or a probability within a number of cases."""
    if (in_control_mean is None) == (false_signal is None or within is None):
        raise InvalidParameter(
            "false_signal is {false_signal}, within is {within} and in_control_mean is {mean}",
            expected="in_control_mean alone, or false_signal and within",
            false_signal=false_signal,
            within=within,
            mean=in_control_mean,
        )
    if in_control_mean is not None:
        return Promise(in_control_mean=check_positive("in_control_mean", in_control_mean))
    return Promise(check_fraction("false_signal", false_signal), check_count("within", within))  # type: ignore[arg-type]


def _other_samples(
    chart: Chart, promise: Promise, sample: EstimationSample, count: int, seed: np.random.SeedSequence
) -> FloatArray:
    """Draw some samples; give the limit that each leads to and what it keeps."""
    rng = np.random.default_rng(seed)
    true, found = sample.risk, np.empty((count, 2))
    for k in range(count):
        drawn, outcomes = sample.draw(rng)
        again = fit_logistic(drawn, outcomes)
        own = fitted_risk(drawn, again)
        limit = needed_limit(chart, promise, mistaken_steps(chart, own, own))
        steps = mistaken_steps(chart, fitted_risk(sample.matrix, again), true)
        found[k] = limit, kept_promise(chart, promise, steps, limit)
    return found
