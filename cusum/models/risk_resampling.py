"""A risk model fitted again and again to cases drawn from its own: how much too good it looks, and how it may vary."""

from __future__ import annotations

from concurrent.futures import Executor
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from cusum.models.risk_calibration import measure
from cusum.models.risk_sample import FittingSample, keep_open
from cusum.work import Progress, in_chunks

__all__ = ["correct_measures", "draw_normal", "refit_again"]

FloatArray = NDArray[np.float64]
_CHUNK = 10
_WHAT = "resamples"


def draw_normal(coefficients: FloatArray, covariance: FloatArray, n: int, seed: int) -> FloatArray:
    """Draw sets of coefficients from the normal distribution of the estimates.

    Parameters
    ----------
    coefficients : array of float, shape (k,)
        Estimates.
    covariance : array of float, shape (k, k)
        Of the estimates.
    n : int
        Number of sets.
    seed : int
        Of the random numbers.

    Returns
    -------
    array of float, shape (n, k)
        One set a row.

    Examples
    --------
    >>> draw_normal(np.array([1.0]), np.array([[0.0]]), 2, seed=1).tolist()
    [[1.0], [1.0]]
    """
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    drawn: FloatArray = coefficients + np.random.default_rng(seed).standard_normal((n, values.size)) @ root.T
    return drawn


def refit_again(
    sample: FittingSample, n: int, seed: int, executor: Executor | None = None, progress: bool | Progress = False
) -> FloatArray:
    """Fit again to cases, or clusters, drawn with replacement.

    Parameters
    ----------
    sample : FittingSample
        The cases.
    n : int
        Number of sets.
    seed : int
        Of the random numbers, on which alone the result depends.
    executor : Executor, optional
        Where the models are fitted.
    progress : bool or Progress, default False
        Told how far it has come.

    Returns
    -------
    array of float, shape (n, k)
        One set of coefficients a row.
    """
    found = in_chunks(partial(_refit_chunk, sample), n, _CHUNK, seed, executor, progress=progress, what=_WHAT)
    return np.concatenate(found)


def correct_measures(
    measures: pd.DataFrame,
    sample: FittingSample,
    resamples: int,
    seed: int,
    executor: Executor | None = None,
    progress: bool | Progress = False,
) -> pd.DataFrame:
    """Correct measures for being taken on the cases that the model was fitted on, which makes them look too good.

    Parameters
    ----------
    measures : DataFrame
        Indexed by measure, with the column value.
    sample : FittingSample
        The cases.
    resamples : int
        Number of refitted models.
    seed : int
        Of the random numbers, on which alone the result depends.
    executor : Executor, optional
        Where the models are fitted.
    progress : bool or Progress, default False
        Told how far it has come.

    Returns
    -------
    DataFrame
        The measures with two more columns. corrected: the value less its optimism, which is the mean over the resamples
        of the measure on the cases drawn less that on the original ones; corrected_error: the standard error of that
        mean, from the number of resamples alone.
    """
    run = partial(_optimism_chunk, sample)
    found = in_chunks(run, resamples, _CHUNK, seed, executor, progress=progress, what=_WHAT)
    optimism = pd.concat(found, axis=1)
    values = measures["value"] - optimism.mean(axis=1)
    return measures.assign(corrected=values, corrected_error=optimism.sem(axis=1))


def _refit_chunk(sample: FittingSample, size: int, seed: np.random.SeedSequence) -> FloatArray:
    """Fit some models."""
    rng = np.random.default_rng(seed)
    return np.array([sample.refit(sample.draw(rng)) for _ in range(size)])


def _optimism_chunk(sample: FittingSample, size: int, seed: np.random.SeedSequence) -> pd.DataFrame:
    """Fit some models, and judge each on the cases drawn and on the original ones; a column each."""
    rng = np.random.default_rng(seed)
    differences = []
    for _ in range(size):
        chosen = sample.draw(rng)
        risk = keep_open(expit(sample.matrix @ sample.refit(chosen)))
        on_drawn = measure(sample.failure[chosen] > 0, risk[chosen])["value"]
        differences.append(on_drawn - measure(sample.failure > 0, risk)["value"])
    return pd.concat(differences, axis=1)
