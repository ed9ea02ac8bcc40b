"""Who is declared competent under other criteria: in sum, and trainee by trainee."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from cusum import Cohort, Criterion, criterion_sensitivity, load_programme
from cusum.cohort.comparison import CriterionSensitivity
from cusum.errors import InvalidParameter
from cusum.figures import alt_text, plot, plot_sensitivity
from cusum.figures.sensitivity_grid import declaration_order
from cusum.language import get_language

Traces = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def result(cohort: Cohort) -> CriterionSensitivity:
    """Two procedures under two charts."""
    criteria = [Criterion(acceptable=0.05, unacceptable=0.125), Criterion(acceptable=0.2, unacceptable=0.4)]
    return criterion_sensitivity(cohort, criteria=criteria, procedures=["spinal", "intubation"])


def test_shares_are_those_of_the_table(result: CriterionSensitivity, traces: Traces) -> None:
    figure = plot(result)
    drawn = traces(figure, "declared")
    assert [(t.meta["chart"], t.yaxis) for t in drawn] == [
        ("learning_then_monitoring", "y"),
        ("standard", "y"),
        ("learning_then_monitoring", "y2"),
        ("standard", "y2"),
    ]
    for trace, procedure in zip(drawn, ["spinal", "spinal", "intubation", "intubation"], strict=True):
        summary = result.summary
        rows = summary[(summary["procedure"] == procedure) & (summary["chart"] == trace.meta["chart"])]
        assert trace.x == pytest.approx(rows["share"].to_numpy(), abs=1e-5)
        assert list(trace.text) == [str(int(n)) for n in rows["declared"]]
    assert [t.showlegend for t in drawn] == [True, True, False, False]
    assert len({(t.marker.symbol, t.marker.color) for t in drawn}) == 2


def test_the_criterion_in_force_stands_on_a_ground(result: CriterionSensitivity) -> None:
    figure = plot_sensitivity(result)
    places = {}
    for shape in figure.layout.shapes:
        axis = figure.layout[f"yaxis{shape.yref[1:]}"]
        places[shape.yref] = axis.ticktext[axis.tickvals.index((shape.y0 + shape.y1) / 2)]
    own = load_programme().procedures
    assert own["spinal"].criterion == Criterion(acceptable=0.1, unacceptable=0.2)
    assert places["y"] == "10% / 20%"
    assert (
        places["y2"] == f"{own['intubation'].criterion.acceptable:.0%} / {own['intubation'].criterion.unacceptable:.0%}"
    )
    assert "5% / 12.5%" in figure.layout.yaxis.ticktext


def test_words_of_the_sum(result: CriterionSensitivity, words_of: Callable[[go.Figure], str]) -> None:
    text = alt_text(plot_sensitivity(result))
    assert re.search(r"Spinal anaesthesia: \d+% to \d+% declared competent\. In force, 10% / 20%: LC-CUSUM", text)
    danish = words_of(plot_sensitivity(result, language="da"))
    assert "Spinalanæstesi" in danish
    assert not {"share", "declared", "force", "the", "criterion"} & set(re.findall(r"[a-zæøå]+", danish.lower()))


def test_a_design_that_cannot_decide_says_so_when_pointed_at(result: CriterionSensitivity, traces: Traces) -> None:
    short = result.summary.assign(can_decide=False)
    figure = plot_sensitivity(CriterionSensitivity(result.table, short))
    said = {row[3] for trace in traces(figure, "declared") for row in trace.customdata}
    assert said == {"cannot signal within the expected number of procedures"}
    decided = [row[3] for trace in traces(plot_sensitivity(result), "declared") for row in trace.customdata]
    assert any(re.fullmatch(r"false declaration \d+\.\d%, power \d+\.\d%", text) for text in decided)


def test_one_procedure_is_a_grid_of_trainees_and_criteria(result: CriterionSensitivity, traces: Traces) -> None:
    figure = plot_sensitivity(result, "spinal")
    table = result.table.query("procedure == 'spinal'")
    declared = table[table["crossed"]]
    said = traces(figure, "case")[0]
    rows, designs = figure.layout.yaxis.ticktext, result.summary.query("procedure == 'spinal'").reset_index(drop=True)
    columns = {value: k for k, value in enumerate(figure.layout.xaxis.tickvals)}
    drawn = {
        (designs.at[columns[x], "chart"], designs.at[columns[x], "acceptable"], rows[int(y)], int(text))
        for x, y, text in zip(said.x, said.y, said.text, strict=True)
    }
    assert drawn == set(
        zip(declared["chart"], declared["acceptable"], declared["trainee"], declared["case"], strict=True)
    )
    fields = [trace for role in ("declared field", "not declared field") for trace in traces(figure, role)]
    assert sum(len(trace.x) // 6 for trace in fields) == len(table)


def test_the_grid_names_charts_counts_and_the_criterion_in_force(result: CriterionSensitivity) -> None:
    figure = plot_sensitivity(result, "spinal", language="en")
    heads = figure.layout.xaxis.ticktext
    assert [head.startswith("<b>10% / 20%</b><br>") for head in heads] == [False, True, False, False, True, False]
    declared = int(result.summary.query("procedure == 'spinal'")["declared"].iloc[1])
    assert heads[1].endswith(f"{declared} of 4")
    notes = [note.text for note in figure.layout.annotations]
    assert notes.count("in force") == 2
    assert "<b>standard CUSUM (Kestin)</b>" in notes
    boxes = [shape for shape in figure.layout.shapes if shape.name == "in force"]
    assert [(box.x0 + box.x1) / 2 for box in boxes] == pytest.approx([figure.layout.xaxis.tickvals[k] for k in (1, 4)])


def test_the_grid_says_how_much_hangs_on_the_choice(result: CriterionSensitivity) -> None:
    table = result.table.query("procedure == 'spinal'")
    said = table.groupby("trainee")["crossed"].agg(["sum", "size"])
    every, none = int((said["sum"] == said["size"]).sum()), int((said["sum"] == 0).sum())
    text = alt_text(plot_sensitivity(result, "spinal"))
    words = f"Of 4 trainees, {every} are declared competent by every criterion and chart, {none} by none, and of"
    assert words in text
    danish = alt_text(plot_sensitivity(result, "spinal", language="da"))
    assert "afhænger det af valget" in danish


def test_ninety_trainees_have_a_row_each() -> None:
    rows = pd.DataFrame({"trainee": [f"T{k}" for k in range(90)], "cases": 40, "case": pd.array(range(90), "Int64")})
    one = {"procedure": "spinal", "chart": "standard", "acceptable": 0.1, "unacceptable": 0.2, "in_force": True}
    table = rows.assign(**one, crossed=True)
    rates = {"false_competence": 0.05, "power": 0.5, "can_decide": True}
    summary = pd.DataFrame([one | rates | {"trainees": 90, "declared": 90, "share": 1.0}])
    figure = plot_sensitivity(CriterionSensitivity(table, summary), "spinal")
    assert len(figure.layout.yaxis.ticktext) == 90
    inner = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
    low, high = figure.layout.yaxis.domain
    assert inner * (high - low) / 90 >= 15


def test_the_order_is_by_declarations_then_case_then_name() -> None:
    table = pd.DataFrame(
        [
            ("B", True, 9),
            ("B", False, None),
            ("A", True, 9),
            ("A", False, None),
            ("C", True, 30),
            ("C", True, 40),
            ("D", False, None),
        ],
        columns=["trainee", "crossed", "case"],
    )
    assert declaration_order(table, get_language("da")) == ["C", "A", "B", "D"]


def test_a_procedure_of_another_programme_is_shown_by_its_key(result: CriterionSensitivity) -> None:
    table, summary = (part.assign(procedure="suture") for part in (result.table, result.summary))
    one = summary.drop_duplicates(["chart", "acceptable", "unacceptable"])
    assert "Suture: " in alt_text(plot_sensitivity(CriterionSensitivity(table, one)))


def test_an_unknown_procedure_is_named(result: CriterionSensitivity) -> None:
    with pytest.raises(InvalidParameter, match="procedure is 'cvc'; expected one of spinal, intubation"):
        plot_sensitivity(result, "cvc")
