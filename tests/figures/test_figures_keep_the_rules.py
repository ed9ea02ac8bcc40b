"""What the figures of models and departments keep to: roles of colour, size of letters, words, a text alternative."""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from cusum import compare_departments, fit_learning_curve, fit_risk_model, time_to_competence
from cusum.criterion import Criterion
from cusum.design.influence import LimitInfluence
from cusum.design.promises import Promise
from cusum.figures import (
    alt_text,
    plot,
    plot_case_mix,
    plot_department_adjusted,
    plot_experience_forecast,
    plot_observed_expected,
)
from cusum.figures.theme import BOUNDARY, CURVE, REFERENCE, SIGNAL
from cusum.models.learning_simulation import draw_known_curves

NAMES = ["funnel", "adjusted", "ratio", "calibration", "mix", "forecast", "wait", "learning", "influence"]
ENGLISH = {"the", "of", "and", "limit", "failure", "expected", "share", "procedures", "number", "with", "others"}


@pytest.fixture(scope="module")
def drawn(adjusted_cohort: Any) -> dict[tuple[str, str], go.Figure]:
    """Every figure in both languages."""
    cases = adjusted_cohort.paths.assign(failure=adjusted_cohort.paths["failure"].astype(bool))
    compared = compare_departments(cases.query("procedure == 'spinal'"), smallest=1)
    curve = fit_learning_curve(draw_known_curves("mixed", trainees=8, cases=(5, 20), seed=1).table)
    waits = time_to_competence(adjusted_cohort.crossings.query("procedure == 'spinal'").assign(left=False))
    rng = np.random.default_rng(1)
    influence = LimitInfluence(4.5, rng.normal(4.5, 0.1, 60), rng.uniform(0, 0.1, 60), Promise(0.05, 90))
    table = pd.DataFrame({"asa": rng.integers(1, 4, 300), "failure": rng.random(300) < 0.2})
    model = fit_risk_model(table, covariates=["asa"])
    levels = {"unit": "Aarhus", "procedure": "cvc", "covariate": "urgency", "level": ["elective", "emergency"]}
    mix = pd.DataFrame(levels).assign(cases=[3, 1], share=[0.75, 0.25], others_cases=[5, 5], others_share=0.5)
    figures = {}
    for code in ("da", "en"):
        made = {
            "funnel": plot(compared, department="Ærø", language=code),
            "adjusted": plot_department_adjusted(adjusted_cohort, "Aarhus", "spinal", language=code),
            "ratio": plot_observed_expected(adjusted_cohort, "Ærø", language=code),
            "calibration": plot(model, language=code),
            "mix": plot_case_mix(mix, "Aarhus", programme=adjusted_cohort.programme, language=code),
            "forecast": plot_experience_forecast(adjusted_cohort, "T0 Aarhus", language=code),
            "wait": plot(waits, language=code),
            "learning": plot(curve, criterion=Criterion(acceptable=0.15, unacceptable=0.3), language=code),
            "influence": plot(influence, guaranteed=5.1, language=code),
        }
        figures |= {(name, code): figure for name, figure in made.items()}
    assert {name for name, _ in figures} == set(NAMES)
    return figures


@pytest.fixture(params=[(name, code) for name in NAMES for code in ("da", "en")], ids="-".join)
def figure(request: pytest.FixtureRequest, drawn: dict[tuple[str, str], go.Figure]) -> go.Figure:
    """One of them."""
    return drawn[request.param]


def test_the_text_alternative_is_sentences_without_markup(figure: go.Figure) -> None:
    text = alt_text(figure)
    assert len(text) > 60
    assert text.endswith(".")
    assert not re.search(r"[<{}]|\bnan\b", text.lower())


def test_colours_are_roles(figure: go.Figure) -> None:
    text = figure.to_json()
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(json.loads(text)["data"]))) <= {
        CURVE,
        SIGNAL,
        BOUNDARY,
        REFERENCE,
    }
    assert not {"red", "green"} & set(re.findall(r'"color":"([a-z]+)"', text))


def test_letters_are_at_least_twelve_pixels(figure: go.Figure) -> None:
    assert all(note.font.size is None or note.font.size >= 12 for note in figure.layout.annotations)
    assert figure.layout.template.layout.font.size >= 12


def test_no_words_pass_a_verdict(figure: go.Figure, words_of: Any) -> None:
    said = words_of(figure).lower()
    assert not re.search(r"\b(failed|passed|bestået|dumpet|inkompetent|incompetent|rank|best|worst)\b", said)


@pytest.mark.parametrize("name", NAMES)
def test_danish_figures_hold_no_english(name: str, drawn: dict[tuple[str, str], go.Figure], words_of: Any) -> None:
    words = set(re.findall(r"[a-zæøå]+", words_of(drawn[name, "da"]).lower()))
    assert not ENGLISH & words


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_written_as_the_reader_does(name: str, drawn: dict[tuple[str, str], go.Figure]) -> None:
    assert drawn[name, "da"].layout.separators == ",."
    assert not re.search(r"\d\.\d\b(?!\d{2})", alt_text(drawn[name, "da"]))


def test_figures_are_light(figure: go.Figure) -> None:
    content = json.loads(figure.to_json(engine="json"))
    content["layout"].pop("template")
    assert len(json.dumps(content)) < 20_000
