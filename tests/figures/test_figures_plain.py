"""Figures for pages are written to the byte as plotly writes its own."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from cusum import analyse, read_registrations, simulate_registrations
from cusum.cohort.learning import choose_learning_curve
from cusum.figures import plot_crossings, plot_department, plot_learning_curve, plot_sensitivity, plot_trainee
from cusum.figures.plain import PlainFigure, drawing_plainly, plain_figures


def _same(plain: PlainFigure, checked: go.Figure) -> bool:
    return bool(json.loads(plain.to_json()) == json.loads(checked.to_json(engine="json")))


@pytest.fixture(scope="module")
def cohort():
    return analyse(read_registrations(simulate_registrations(trainees=8, seed=3).table))


@pytest.mark.parametrize("language", ["da", "en"])
def test_every_kind_of_figure_is_written_as_plotly_writes_it(cohort, language):
    curve = choose_learning_curve(cohort, "spinal").curve
    drawings = [
        lambda: plot_trainee(cohort, cohort.trainees["trainee"].iloc[0], language=language),
        lambda: plot_department(cohort, cohort.departments["department"].iloc[0], language=language),
        lambda: plot_crossings(cohort, "spinal", language=language),
        lambda: plot_learning_curve(curve, language=language),
    ]
    for draw in drawings:
        with plain_figures():
            plain = draw()
        assert isinstance(plain, PlainFigure)
        assert _same(plain, draw())


def test_a_sensitivity_is_written_as_plotly_writes_it(cohort):
    from cusum.cohort.comparison import criterion_sensitivity

    found = criterion_sensitivity(cohort)
    with plain_figures():
        plain = plot_sensitivity(found, language="da")
    assert _same(plain, plot_sensitivity(found, language="da"))


@pytest.mark.parametrize(
    "values",
    [
        np.array([1, 2, 127]),
        np.array([-129, 300]),
        np.array([70_000]),
        np.array([2**40]),
        np.array([0.5, np.nan]),
        np.array([], dtype=float),
        np.array([[1.0, 2.0], [3.0, 4.0]]),
        np.array([True, False]),
        np.array(["a", "b"], dtype=object),
        pd.Series([1, 2], dtype="int64"),
        pd.Series(pd.to_datetime(["2025-01-02", "2025-03-04"])),
        [1, None, 2.5],
    ],
)
def test_every_kind_of_values_is_written_as_plotly_writes_it(values):
    trace = {"type": "scatter", "customdata": values, "name": None}
    layout = {"template": {"layout": {"showlegend": False}}}
    layout |= {"annotations": [{"text": "æ", "font": None}], "xaxis": {"range": np.array([0.0, 1.0])}}
    assert _same(PlainFigure([trace], layout), go.Figure(data=[trace], layout=layout))


def test_figures_are_plotlys_again_afterwards():
    with plain_figures():
        assert drawing_plainly()
    assert not drawing_plainly()
