"""Models fitted again to their own cases: the same wherever that is done, and told as it goes on."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest

from cusum import fit_risk_model


@pytest.fixture(scope="module")
def model():
    rng = np.random.default_rng(4)
    x = rng.normal(size=300)
    failed = rng.random(300) < 1 / (1 + np.exp(1.5 - 0.8 * x))
    return fit_risk_model(pd.DataFrame({"x": x, "failure": failed}), covariates=["x"])


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_the_seed_alone_decides(model, pool):
    alone = model.calibration(seed=1, resamples=25).measures
    drawn = model.resample(25, seed=2, parametric=False)
    with pool(2) as executor:
        pd.testing.assert_frame_equal(model.calibration(seed=1, resamples=25, executor=executor).measures, alone)
        np.testing.assert_array_equal(model.resample(25, seed=2, parametric=False, executor=executor), drawn)
    other = model.calibration(seed=2, resamples=25).measures
    assert (other["corrected"] != alone["corrected"]).all()


def test_progress_is_told(model):
    told = []
    model.calibration(seed=1, resamples=25, progress=lambda done, total, what: told.append((done, total)))
    assert told == [(10, 25), (20, 25), (25, 25)]
    told.clear()
    model.resample(12, seed=1, parametric=False, progress=lambda done, total, what: told.append((done, total)))
    assert told == [(10, 12), (12, 12)]
