"""A small cohort whose charts can be followed by hand, analysed for real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
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


@pytest.fixture(scope="session")
def adjusted_cohort() -> Cohort:
    """Two departments over the same months; the cases of one are harder, and there the failures come in a row."""
    rng = np.random.default_rng(3)
    rows = []
    for place, outcomes in {"Aarhus": "0" * 40 + "1" * 12 + "0" * 40, "Ærø": "0001000000" * 5}.items():
        for k, outcome in enumerate(outcomes):
            day = pd.Timestamp(2025, 1, 20) + pd.Timedelta(days=2 * k)
            risk = 0.05 + 0.15 * float(rng.random()) + (0.1 if place == "Ærø" else 0.0)
            rows.append((f"T{k % 3} {place}", place, "spinal", day, outcome == "1", round(risk, 3)))
    rows += [("T9", "Ærø", "cvc", pd.Timestamp(2025, 3, 1) + pd.Timedelta(days=k), k == 2, 0.1) for k in range(12)]
    columns = ["trainee", "department", "procedure", "performed_on", "failure", "expected"]
    return analyse(read_registrations(pd.DataFrame(rows, columns=columns)), risk="expected")
