"""Expected against observed risks as drawn: groups, exact intervals, measures in words, judged on the cases fitted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from cusum import fit_risk_model
from cusum.figures import alt_text, plot, plot_calibration
from cusum.figures.theme import CURVE
from cusum.models.risk_calibration import calibrate


@pytest.fixture(scope="module")
def cases():
    rng = np.random.default_rng(5)
    table = pd.DataFrame({"asa": rng.integers(1, 5, 600), "registration": np.arange(600)})
    table["failure"] = rng.random(600) < 1 / (1 + np.exp(3 - 0.6 * table["asa"]))
    return table


@pytest.fixture(scope="module")
def model(cases):
    return fit_risk_model(cases.iloc[:400], covariates=["asa"])


def observed(figure):
    """The trace of the groups."""
    return next(trace for trace in figure.data if trace.meta["role"] == "observed")


def words_in(figure):
    """The measures as written."""
    text = next(note.text for note in figure.layout.annotations if note.name == "measures")
    return " ".join(text.split("<br>"))


def test_groups_stand_at_expected_and_observed_with_exact_intervals(model, cases):
    held = model.calibration(cases.iloc[400:])
    figure = plot(held)
    drawn = observed(figure)
    risk, failed = model.predict(cases.iloc[400:]), cases["failure"].iloc[400:].to_numpy()
    for k, value in enumerate(np.unique(risk)):  # one covariate with four values: four groups
        mine = np.isclose(risk, value)
        exact = binomtest(int(failed[mine].sum()), int(mine.sum())).proportion_ci(0.95, method="exact")
        assert (drawn.x[k], drawn.y[k]) == (
            pytest.approx(value, abs=1e-5),
            pytest.approx(failed[mine].mean(), abs=1e-5),
        )
        assert drawn.y[k] - drawn.error_y.arrayminus[k] == pytest.approx(exact.low, abs=3e-5)
        assert drawn.y[k] + drawn.error_y.array[k] == pytest.approx(exact.high, abs=3e-5)
    assert len(drawn.x) == 4
    assert drawn.marker.color == CURVE


def test_the_identity_is_drawn(model):
    line = next(trace for trace in plot(model).data if trace.meta["role"] == "identity")
    assert line.x == line.y
    assert line.line.dash == "dash"


def test_the_measures_are_in_words_with_their_intervals(model, cases):
    held = model.calibration(cases.iloc[400:])
    text = words_in(plot_calibration(held))
    slope, auc, brier, intercept = held.slope, held.auc, held.brier, held.intercept
    assert f"Slope {slope.value:.2f} (95% interval {slope.low:.2f} to {slope.high:.2f}): 1 is ideal" in text
    assert f"Intercept {intercept.value:.2f} (95% interval {intercept.low:.2f} to {intercept.high:.2f})" in text
    assert f"Brier score {brier.value:.4f} (95% interval {brier.low:.4f} to {brier.high:.4f})" in text
    assert f"Area under the curve {auc.value:.3f} (95% interval {auc.low:.3f} to {auc.high:.3f})" in text
    assert "were used to fit the model" not in text


def test_a_model_judged_on_its_own_cases_says_so(model):
    assert "400 of 400 cases were used to fit the model, which looks better here than it is" in words_in(plot(model))
    danish = alt_text(plot(model, language="da"))
    assert "400 af 400" in danish
    assert "were used" not in danish


def test_corrected_measures_are_shown(model):
    held = model.calibration(seed=1, resamples=10)
    text = words_in(plot_calibration(held))
    assert f"corrected {held.measures.loc['auc', 'corrected']:.3f}" in text


def test_what_the_cases_cannot_tell_is_said():
    figure = plot_calibration(calibrate([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4], groups=2))
    assert "Slope cannot be told from these cases" in words_in(figure)
    assert "nan" not in alt_text(figure)


@pytest.mark.parametrize(
    ("language", "title", "axis"),
    [
        ("en", "Observed against expected failure rate", "Expected failure rate"),
        ("da", "Observeret mod forventet fejlrate", "Forventet fejlrate"),
    ],
)
def test_words(model, language, title, axis):
    figure = plot(model, language=language)
    assert figure.layout.title.text == title
    assert figure.layout.xaxis.title.text == axis
    assert alt_text(figure).startswith(title)
    assert "{" not in alt_text(figure)
    assert plot(model, title="Spinal").layout.title.text == "Spinal"
