"""Handing all parts of a figure to plotly at once gives the same figure as setting them one by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import plotly.graph_objects as go
import pytest

from cusum import Cohort
from cusum.figures import plot_chart, plot_crossings, plot_department, plot_trainee
from cusum.figures.alt_text import set_alt_text
from cusum.figures.sketch import Sketch

FIGURES: dict[str, Callable[[Cohort], go.Figure]] = {
    "trainee": lambda cohort: plot_trainee(cohort, "T1", language="da"),
    "chart": lambda cohort: plot_chart(cohort, "T3", "intubation"),
    "department": lambda cohort: plot_department(cohort, "Ærø"),
    "crossings": lambda cohort: plot_crossings(cohort, "spinal"),
}


def one_by_one(sketch: Sketch, *, alt: str) -> go.Figure:
    """Set every property by itself, each checked by plotly as it comes."""
    figure = go.Figure()
    for trace in sketch.traces:
        figure.add_trace(go.Scatter()).data[-1].update(trace)
    for key, value in sketch.layout.items():
        if key == "annotations":
            for note in value:
                figure.add_annotation(**note)
        elif key == "shapes":
            for shape in value:
                figure.add_shape(**shape)
        elif isinstance(value, dict) and key != "template":
            figure.layout[key] = {}
            for name, part in value.items():
                figure.layout[key][name] = part
        else:
            figure.layout[key] = value
    return set_alt_text(figure, alt)


@pytest.mark.parametrize("name", FIGURES)
def test_all_at_once_is_the_same_as_one_by_one(cohort: Cohort, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = FIGURES[name](cohort)
    monkeypatch.setattr(Sketch, "figure", one_by_one)
    slow = FIGURES[name](cohort)
    assert len(quick.data) > 3
    assert json.loads(quick.to_json()) == json.loads(slow.to_json())


def test_a_figure_is_checked_and_can_still_be_edited(cohort: Cohort) -> None:
    figure = plot_trainee(cohort, "T1")
    figure.update_layout(height=700)
    assert figure.layout.height == 700
    with pytest.raises(ValueError, match="Invalid value of type"):
        figure.layout.height = "tall"


@pytest.mark.parametrize(
    ("part", "message"),
    [({"mode": "scribble"}, "Invalid value"), ({"colour": "#000000"}, "Invalid property specified")],
    ids=["value", "name"],
)
def test_what_plotly_does_not_know_is_refused(part: dict[str, Any], message: str) -> None:
    sketch = Sketch()
    sketch.draw(x=[1], y=[2], **part)
    with pytest.raises(ValueError, match=message):
        sketch.figure(alt="Nothing.")


def test_words_and_shapes_are_kept_in_order() -> None:
    sketch = Sketch()
    for name in ("first", "second"):
        sketch.note(text=name, name=name)
        sketch.shape(type="rect", x0=0, x1=1, y0=0, y1=1, name=name)
    assert sketch.noted("second")
    assert not sketch.noted("third")
    figure = sketch.figure(alt="Two.")
    assert [note.text for note in figure.layout.annotations] == ["first", "second"]
    assert [shape.name for shape in figure.layout.shapes] == ["first", "second"]
    assert not any(note.showarrow for note in figure.layout.annotations)
