"""A small cohort whose charts can be followed by hand, analysed for real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from cusum import Cohort, analyse, read_registrations

# (trainee, department, procedure, outcomes: 1 is a failure)
SEQUENCES = [
    ("T1", "Aarhus", "spinal", "1" + "0" * 30 + "0110101101101011" + "0" * 4),
    ("T1", "Aarhus", "intubation", "0" * 5 + "1" + "0" * 20),
    ("T1", "Aarhus", "block", "001"),
    ("T2", "Aarhus", "spinal", "01" * 20),
    ("T2", "Aarhus", "epidural", "0" * 10 + "1" + "0" * 12),
    ("T3", "Ærø", "spinal", "0" * 33),
    ("T3", "Ærø", "intubation", "0001" * 12),
    ("T4", "Ærø", "spinal", "0" * 12 + "1" + "0" * 8),
    ("T5", "Ærø", "intubation", "0" * 24),
]


def build(chart: str | None = None) -> Cohort:
    """Analyse the sequences, one procedure every fifth day."""
    rows = [
        (trainee, department, procedure, pd.Timestamp(2025, 9, 1) + pd.Timedelta(days=5 * k), outcome == "1")
        for trainee, department, procedure, outcomes in SEQUENCES
        for k, outcome in enumerate(outcomes)
    ]
    table = pd.DataFrame(rows, columns=["trainee", "department", "procedure", "performed_on", "failure"])
    return analyse(read_registrations(table), chart=chart)


@pytest.fixture(scope="session")
def cohort() -> Cohort:
    """The cohort under the default chart."""
    return build()


@pytest.fixture(scope="session")
def cohort_under() -> Callable[[str], Cohort]:
    """The cohort under a chart of choice, analysed once for each."""
    made: dict[str, Cohort] = {}

    def under(chart: str) -> Cohort:
        if chart not in made:
            made[chart] = build(chart)
        return made[chart]

    return under


@pytest.fixture(scope="session")
def traces() -> Callable[..., list[Any]]:
    """Find the traces of a figure by role, and by axis if given."""

    def find(figure: go.Figure, role: str, axis: str = "") -> list[Any]:
        return [
            trace
            for trace in figure.data
            if (trace.meta or {}).get("role") == role and (not axis or axis in (trace.xaxis or "x", trace.yaxis or "y"))
        ]

    return find


@pytest.fixture(scope="session")
def words_of() -> Callable[[go.Figure], str]:
    """All words of a figure that a reader may see, in one string."""

    def collect(figure: go.Figure) -> str:
        layout = figure.layout
        said = [layout.title.text or "", layout.title.subtitle.text or "", layout.meta["alt"]]
        said += [note.text for note in layout.annotations]
        for trace in figure.data:
            said += [trace.name or "", trace.hovertemplate or "", *map(str, trace.text or [])]
            said += [
                str(value) for row in (trace.customdata if trace.customdata is not None else []) for value in [row]
            ]
        for name in layout:
            if name.startswith(("xaxis", "yaxis")):
                said += [layout[name].title.text or "", *map(str, layout[name].ticktext or [])]
        return "\n".join(said)

    return collect
