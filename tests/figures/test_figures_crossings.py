"""When trainees cross: the share by procedure number and the line of each trainee."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from cusum import Cohort, Criterion, LearningCurveCusum, StandardCusum, run_length
from cusum.errors import InvalidParameter
from cusum.figures import alt_text, plot_crossings
from cusum.figures.expected import expected_share
from cusum.figures.lanes import lane_order
from cusum.figures.survival import at_risk, case_ticks

Traces = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def figure(cohort: Cohort) -> go.Figure:
    """Spinals in English."""
    return plot_crossings(cohort, "spinal")


def test_the_share_is_the_survival_curve(figure: go.Figure, traces: Traces) -> None:
    share = traces(figure, "share")[0]
    # At risk 4; T4 stops at 21, T3 crosses at 27 (one of three), T1 at 28 (one of two), T2 stops at 40.
    assert share.x.tolist() == [0, 21, 27, 28, 40]
    assert share.y == pytest.approx([0, 0, 1 / 3, 2 / 3, 2 / 3], abs=1e-5)
    assert share.line.shape == "hv"


def test_the_band_has_steps_and_encloses_the_share(figure: go.Figure, traces: Traces) -> None:
    band, share = traces(figure, "band")[0], traces(figure, "share")[0]
    half = len(band.x) // 2
    assert band.fill == "toself"
    assert (np.diff(band.x[:half]) >= 0).all()
    low, high = band.y[:half], band.y[half:][::-1]
    last = [int(np.flatnonzero(band.x[:half] == case).max()) for case in share.x]
    assert (low[last] <= share.y + 1e-9).all()
    assert (share.y <= high[last] + 1e-9).all()


def test_numbers_at_risk_stand_under_the_axis(figure: go.Figure, traces: Traces) -> None:
    numbers = traces(figure, "at risk")[0]
    assert list(numbers.x) == list(figure.layout.xaxis.tickvals)
    assert dict(zip(numbers.x, numbers.text, strict=True))[25] == "3"
    assert numbers.text[0] == "4"
    assert figure.layout.yaxis2.domain[1] < figure.layout.yaxis.domain[0]


def test_the_median_is_written_on_the_curve_with_its_interval(figure: go.Figure, cohort: Cohort) -> None:
    note = next(note for note in figure.layout.annotations if note.name == "median")
    assert note.text == "median: no. 28 (95% confidence interval from 27, no upper limit)"
    assert (note.x, note.y) == (28, 0.5)
    epidural = plot_crossings(cohort, "epidural", language="da")
    text = next(note.text for note in epidural.layout.annotations if note.name == "median")
    assert text == "median ikke nået: færre end halvdelen har signal om kompetence"


def test_confidence_changes_the_band_and_the_words(cohort: Cohort, figure: go.Figure, traces: Traces) -> None:
    narrow = plot_crossings(cohort, "spinal", confidence=0.5)
    assert np.ptp(traces(narrow, "band")[0].y) < np.ptp(traces(figure, "band")[0].y)
    assert "50% confidence interval" in next(n.text for n in narrow.layout.annotations if n.name == "median")
    assert "50%" in traces(narrow, "share")[0].hovertemplate


def test_what_the_chart_itself_contributes_is_the_exact_law(figure: go.Figure, cohort: Cohort, traces: Traces) -> None:
    chart = cohort.charts["spinal"]
    for role, rate in (("adequate", 0.1), ("inadequate", 0.2)):
        law = run_length(chart, failure_rate=rate, horizon=51)
        trace = traces(figure, role)[0]
        assert trace.y[-1] == pytest.approx(law.signal_by(51), abs=1e-5)
        assert len(trace.x) == 52
    assert traces(figure, "adequate")[0].line.dash != traces(figure, "inadequate")[0].line.dash


def test_the_law_of_a_restarting_chart_is_renewed_at_other_signals() -> None:
    chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4))
    share = expected_share(chart, 0.3, 120)
    assert share is not None
    rng = np.random.default_rng(11)
    crossed = np.zeros(121)
    replicates = 4000
    for _ in range(replicates):
        first = chart.run(rng.random(120) < 0.3).first("acceptable")
        if first:
            crossed[first:] += 1
    spread = np.sqrt(share * (1 - share) / replicates)
    assert (np.abs(crossed / replicates - share) <= 4.5 * spread + 1e-9).all()


@pytest.mark.parametrize(
    "options", [{"after_signal": "parallel"}, {"competence": "two lines"}], ids=["parallel", "two lines"]
)
def test_a_rule_without_an_exact_law_has_none(options: dict[str, Any]) -> None:
    chart = StandardCusum(criterion=Criterion(acceptable=0.2, unacceptable=0.4), **options)
    assert expected_share(chart, 0.2, 50) is None


def test_a_chart_that_never_says_competence_has_no_law(cohort_under: Callable[[str], Cohort], traces: Traces) -> None:
    figure = plot_crossings(cohort_under("bernoulli"), "spinal")
    assert traces(figure, "adequate") == traces(figure, "inadequate") == []


def test_trainees_are_sorted_by_crossing(figure: go.Figure) -> None:
    assert list(figure.layout.yaxis3.ticktext) == ["T3", "T1", "T2", "T4", "T5"]
    low, high = figure.layout.yaxis3.range
    assert low > high  # the first is on top


def test_a_line_is_as_long_as_the_procedures_done(figure: go.Figure, traces: Traces) -> None:
    before, after = traces(figure, "before")[0], traces(figure, "after")[0]
    assert before.x[1::3].tolist() == [27, 28, 40, 21]
    assert before.y[1::3].tolist() == [0, 1, 2, 3]
    assert after.x[0::3].tolist() == [27, 28]
    assert after.x[1::3].tolist() == [33, 51]


def test_marks_on_the_lines(figure: go.Figure, cohort: Cohort, traces: Traces) -> None:
    signal, waiting = traces(figure, "competent")[0], traces(figure, "waiting")[0]
    assert list(zip(signal.x, signal.y, strict=True)) == [(27, 0), (28, 1)]
    assert list(zip(waiting.x, waiting.y, strict=True)) == [(40, 2), (21, 3)]
    assert "open" not in signal.marker.symbol
    assert "open" in waiting.marker.symbol
    assert [(x, y) for t in traces(figure, "deterioration") for x, y in zip(t.x, t.y, strict=True)] == [(39, 1)]
    failed = cohort.paths.query("procedure == 'spinal' and failure")
    assert len(traces(figure, "failure")[0].x) == len(failed)
    assert traces(figure, "not started")[0].text == ("not started",)


def test_a_figure_without_lines_is_smaller(cohort: Cohort, figure: go.Figure, traces: Traces) -> None:
    small = plot_crossings(cohort, "spinal", lanes=False)
    assert traces(small, "before") == []
    assert small.layout.height < figure.layout.height
    assert traces(small, "share")[0].y == pytest.approx(traces(figure, "share")[0].y)


def test_a_hundred_trainees_make_a_taller_figure(cohort: Cohort) -> None:
    from dataclasses import replace

    one = cohort.crossings.query("trainee == 'T4' and procedure == 'spinal'")
    many = pd.concat([one.assign(trainee=f"X{i:03d}") for i in range(100)], ignore_index=True)
    figure = plot_crossings(replace(cohort, crossings=many, paths=cohort.paths.iloc[:0]), "spinal")
    low, high = figure.layout.yaxis3.domain
    pixels = (high - low) * (figure.layout.height - figure.layout.margin.t - figure.layout.margin.b)
    assert 1400 <= pixels <= 1600
    assert len(figure.layout.yaxis3.ticktext) == 100


def test_a_procedure_that_no_one_has_begun(cohort: Cohort, traces: Traces) -> None:
    figure = plot_crossings(cohort, "cvc", language="da")
    assert traces(figure, "share") == []
    assert "ingen er begyndt" in alt_text(figure).lower()
    assert len(traces(figure, "not started")[0].x) == 5


def test_too_few_at_risk_is_shaded(figure: go.Figure) -> None:
    shade = next(shape for shape in figure.layout.shapes if shape.name == "few")
    assert shade.x0 == 0
    assert "fewer than 5 at risk" in [note.text for note in figure.layout.annotations]


def test_the_words_are_danish_in_danish(cohort: Cohort) -> None:
    figure = plot_crossings(cohort, "spinal", language="da")
    assert figure.layout.title.text == "Spinalanæstesi: andel med signal om kompetence efter antal procedurer"
    assert "2 af 4 uddannelsessøgende, der er begyndt" in figure.layout.title.subtitle.text
    assert figure.layout.yaxis.ticktext[1] == "25\N{NO-BREAK SPACE}%"


def test_an_unknown_procedure_is_named(cohort: Cohort) -> None:
    with pytest.raises(InvalidParameter, match="procedure is 'suture'; expected one of spinal"):
        plot_crossings(cohort, "suture")


def test_order_puts_those_without_a_signal_last_the_longest_first() -> None:
    table = pd.DataFrame(
        {
            "trainee": ["A", "B", "C", "D"],
            "crossed": [False, True, False, True],
            "case": [pd.NA, 30, pd.NA, 12],
            "cases": [5, 40, 60, 20],
        }
    )
    assert lane_order(table)["trainee"].tolist() == ["D", "B", "C", "A"]


def test_at_risk_counts_those_who_got_so_far() -> None:
    table = pd.DataFrame({"crossed": [True, False], "case": [10, pd.NA], "cases": [30, 20]})
    assert at_risk(table, [0, 10, 11, 20, 21]).tolist() == [2, 2, 1, 1, 0]


@pytest.mark.parametrize("length", [10, 37, 90, 120, 400, 2500])
def test_ticks_are_round_and_few(length: int) -> None:
    ticks = case_ticks(length)
    assert ticks[0] == 0
    assert 2 <= len(ticks) <= 9
    assert ticks[-1] <= length
    assert len({b - a for a, b in itertools.pairwise(ticks)}) == 1


def test_lc_cusum_law_matches_the_known_table() -> None:
    chart = LearningCurveCusum(criterion=Criterion(acceptable=0.10, unacceptable=0.20), limit=2.7726)
    share = expected_share(chart, 0.20, 200)
    assert share is not None
    assert [round(float(share[n]), 3) for n in (50, 100, 200)] == [0.056, 0.175, 0.369]
