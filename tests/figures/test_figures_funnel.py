"""The funnel as drawn: its limits, this department, the others, small numbers, both languages."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from cusum import compare_departments, plot, plot_funnel
from cusum.errors import InvalidParameter
from cusum.figures import alt_text
from cusum.figures.theme import BOUNDARY, CURVE, SIGNAL
from cusum.models.funnel import funnel_limits

COUNTS = {"Aa": (120, 12), "Bo": (200, 24), "Ce": (80, 9), "Du": (150, 45), "Ek": (300, 30), "Få": (100, 11)}


def cases(counts):
    """One row a case."""
    rows = [(name, k < failures) for name, (n, failures) in counts.items() for k in range(n)]
    return pd.DataFrame(rows, columns=["department", "failure"])


def roles(figure):
    """Traces by their role; the limits by their level."""
    return {trace.meta.get("limit", trace.meta["role"]): trace for trace in figure.data}


@pytest.fixture(scope="module")
def comparison():
    return compare_departments(cases(COUNTS))


def test_the_curves_are_the_exact_interpolated_limits(comparison):
    drawn = roles(plot(comparison))
    for level in (0.95, 0.998):
        x, y = drawn[level].x, drawn[level].y
        half = x.index(None)
        exact = funnel_limits(np.array(x[:half], dtype=int), comparison.overall, limits=[level])
        np.testing.assert_allclose(np.array(y[:half], dtype=float), exact["low"], atol=6e-5)
        top = 2 * plot(comparison).layout.yaxis.range[1]
        np.testing.assert_allclose(np.array(y[half + 1 :], dtype=float), exact["high"].clip(upper=top), atol=6e-5)
    assert drawn[0.95].line.dash != drawn[0.998].line.dash


def test_each_department_stands_where_its_numbers_are(comparison):
    drawn = roles(plot_funnel(comparison, department="Bo"))
    assert (drawn["this department"].x[0], drawn["this department"].y[0]) == (200, 0.12)
    assert drawn["this department"].marker.color == CURVE
    assert (drawn["beyond"].x[0], drawn["beyond"].y[0]) == (150, 0.3)
    assert (drawn["beyond"].marker.color, drawn["beyond"].marker.symbol[0]) == (SIGNAL, "triangle-up")
    others = {(n, round(y / n, 4)) for name, (n, y) in COUNTS.items() if name not in ("Bo", "Du")}
    assert set(zip(drawn["department"].x, drawn["department"].y, strict=True)) == others
    assert drawn["department"].marker.color == BOUNDARY


def test_only_this_department_and_those_beyond_have_a_name(comparison):
    text = json.dumps(plot_funnel(comparison, department="Bo").to_plotly_json(), default=str, ensure_ascii=False)
    assert "Bo" in text
    assert "Du" in text
    assert not any(f">{name}<" in text or f'"{name}' in text for name in ("Aa", "Ce", "Ek", "Få"))


def test_a_department_beyond_the_widest_limit_is_marked_as_such(comparison):
    drawn = roles(plot_funnel(comparison, department="Du"))
    assert drawn["this department"].marker.color == SIGNAL
    assert "beyond" not in drawn


def test_small_numbers_are_not_drawn_and_said():
    compared = compare_departments(cases(COUNTS | {"Go": (30, 2)}))
    hidden = compared.for_publication()["suppressed"]
    figure = plot_funnel(compared, department="Go")
    drawn = roles(figure)
    assert "this department" not in drawn
    assert len(drawn["department"].x) + len(drawn["beyond"].x) == int((~hidden).sum()) < len(hidden)
    assert 30 not in drawn["department"].x
    note = next(note.text for note in figure.layout.annotations if note.name == "hidden")
    assert f"small numbers (below 5): {int(hidden.sum())} departments." in note
    assert "Go is one of them." in alt_text(figure)
    danish = alt_text(plot_funnel(compared, language="da"))
    assert f"Ikke vist på grund af små tal (under 5): {int(hidden.sum())} afdelinger." in danish


def test_all_small_leaves_only_the_limits():
    compared = compare_departments(cases({"Aa": (4, 1), "Bo": (3, 1)}))
    assert {trace.meta["role"] for trace in plot_funnel(compared).data} == {"limit", "centre"}


def test_expected_risks_turn_it_into_observed_over_expected():
    table = cases(COUNTS)
    table["risk"] = np.where(np.arange(len(table)) % 3 == 0, 0.25, 0.08)
    compared = compare_departments(table, expected="risk")
    figure = plot_funnel(compared, department="Ek")
    own = compared.table.set_index("department").loc["Ek"]
    mark = roles(figure)["this department"]
    assert (mark.x[0], mark.y[0]) == (pytest.approx(own["expected"], abs=0.01), pytest.approx(own["ratio"], abs=1e-4))
    assert set(roles(figure)["centre"].y) == {1}
    assert figure.layout.xaxis.title.text == "Expected failures"
    assert "observed over expected" in mark.customdata[0]
    assert max(roles(figure)[0.95].x[:-1], key=lambda x: x or 0) >= own["expected"]


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        ("en", "Failure rate by number of procedures, with funnel limits", "6 departments; outside 95%: 1 ("),
        (
            "da",
            "Fejlrate efter antal procedurer, med tragtgrænser",
            "6 afdelinger; uden for 95\N{NO-BREAK SPACE}%: 1 (",
        ),
    ],
)
def test_words(comparison, language, title, said):
    figure = plot_funnel(comparison, department="Du", language=language)
    assert figure.layout.title.text == title
    alt = alt_text(figure)
    assert alt.startswith(title)
    assert said in alt
    assert "{" not in alt
    assert "rank" not in alt


def test_chance_is_said_beside_what_was_seen(comparison):
    by_chance = comparison.outside.set_index("limit").loc[0.95, "expected"]
    assert f"outside 95%: 1 ({by_chance:.1f} expected by chance)" in plot_funnel(comparison).layout.title.subtitle.text


def test_an_unknown_department_is_refused(comparison):
    with pytest.raises(InvalidParameter, match="department is 'Xx'; expected one of Aa, Bo"):
        plot_funnel(comparison, department="Xx")
