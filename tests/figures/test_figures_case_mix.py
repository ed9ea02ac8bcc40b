"""The case mix as drawn: the unit's dot beside the others', levels in words, means, several procedures."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from cusum import analyse, read_registrations
from cusum.cohort.case_mix import describe_case_mix
from cusum.errors import InvalidParameter
from cusum.figures import alt_text, plot_case_mix
from cusum.figures.theme import BOUNDARY, CURVE


@pytest.fixture(scope="module")
def analysed():
    rng = np.random.default_rng(2)
    n = 160
    table = pd.DataFrame({"trainee": rng.choice(["T1", "T2", "T3"], n), "procedure": rng.choice(["spinal", "cvc"], n)})
    table["performed_on"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(np.arange(n), "D")
    table["failure"] = rng.random(n) < 0.1
    table["asa"], table["age"] = rng.integers(1, 4, n), rng.integers(20, 90, n)
    table["urgency"] = rng.choice(["elective", "emergency", ""], n)
    table["expected"] = rng.uniform(0.05, 0.2, n)
    return analyse(read_registrations(table), risk="expected")


@pytest.fixture(scope="module")
def mix(analysed):
    return describe_case_mix(analysed, by="trainee")


def of(figure, role):
    """Traces of a role, one for each procedure."""
    return [trace for trace in figure.data if trace.meta["role"] == role]


def test_dots_are_the_shares_counted_by_hand(analysed, mix):
    figure = plot_case_mix(mix, "T1", programme=analysed.programme)
    cases = analysed.registrations.table
    for k, key in enumerate(("spinal", "cvc")):
        own, others = of(figure, "unit")[k], of(figure, "others")[k]
        labels = list(figure.layout[f"yaxis{'' if k == 0 else k + 1}"].ticktext)
        mine = cases[(cases["procedure"] == key) & (cases["trainee"] == "T1")]
        rest = cases[(cases["procedure"] == key) & (cases["trainee"] != "T1")]
        at = labels.index("ASA 2")
        assert own.x[at] == pytest.approx((mine["asa"] == 2).mean(), abs=1e-4)
        assert others.x[at] == pytest.approx((rest["asa"] == 2).mean(), abs=1e-4)
        assert own.x[labels.index("emergency")] == pytest.approx((mine["urgency"] == "emergency").mean(), abs=1e-4)
        young = labels.index("below 40 years")
        assert others.x[young] == pytest.approx((rest["age"] < 40).mean(), abs=1e-4)
        assert own.customdata[young].endswith(f"({(mine['age'] < 40).sum()})")
        assert (own.marker.color, others.marker.color) == (CURVE, BOUNDARY)
        assert others.marker.symbol == "circle-open"


def test_covariates_stand_apart_and_what_is_not_stated_is_a_row(mix):
    axis = plot_case_mix(mix, "T2", procedure="spinal").layout.yaxis
    steps = dict(zip(axis.ticktext[1:], np.diff(axis.tickvals), strict=True))
    assert steps["ASA 2"] == 1
    assert steps["below 40 years"] > 1.5
    assert any("not stated" in label for label in axis.ticktext)


def test_means_are_in_words(analysed, mix):
    figure = plot_case_mix(mix, "T1", programme=analysed.programme, procedure="spinal")
    row = mix.query("unit == 'T1' and procedure == 'spinal' and covariate == 'age' and level == 'mean'").iloc[0]
    risk = mix.query("unit == 'T1' and procedure == 'spinal' and covariate == 'expected'").iloc[0]
    note = next(note.text for note in figure.layout.annotations if note.name == "heading spinal")
    assert f"age {row['mean']:.1f} (others {row['others_mean']:.1f})" in note
    assert f"expected risk {100 * risk['mean']:.1f}% (others {100 * risk['others_mean']:.1f}%)" in note


def test_several_procedures_say_the_largest_difference(mix):
    alt = alt_text(plot_case_mix(mix, "T1"))
    rows = mix[(mix["unit"] == "T1") & (mix["procedure"] == "spinal") & (mix["level"] != "mean")]
    most = rows.loc[(rows["share"] - rows["others_share"]).abs().idxmax()]
    assert f"{100 * most['share']:.0f}% (others {100 * most['others_share']:.0f}%)" in alt
    assert alt.count("largest difference: ") == 2
    assert "<" not in alt


def test_alone_in_the_cohort_there_are_no_others():
    table = pd.DataFrame({"trainee": "T1", "procedure": "cvc", "failure": False, "asa": [1, 2] * 6})
    table["performed_on"] = pd.date_range("2025-01-01", periods=12)
    figure = plot_case_mix(describe_case_mix(analyse(read_registrations(table))), "T1")
    assert list(of(figure, "others")[0].x) == [None, None]
    assert list(of(figure, "unit")[0].x) == [0.5, 0.5]
    assert "nan" not in alt_text(figure).lower()


@pytest.mark.parametrize(
    ("language", "title", "level"),
    [("en", "T1: which cases", "emergency 3"), ("da", "T1: hvilke procedurer", "akut 3")],
)
def test_words(mix, words_of, language, title, level):
    figure = plot_case_mix(mix, "T1", procedure="cvc", language=language)
    alt = alt_text(figure)
    assert alt.startswith(title)
    assert level[:-2] in alt
    assert "{" not in alt
    if language == "da":
        assert not re.search(r"\b(the|of|others|years|below|mean|not stated|elective)\b", words_of(figure).lower())


def test_what_is_not_there_is_refused(mix):
    with pytest.raises(InvalidParameter, match="unit is 'X'; expected one of T1"):
        plot_case_mix(mix, "X")
    with pytest.raises(InvalidParameter, match="procedure is 'X'"):
        plot_case_mix(mix, "T1", procedure="X")
    with pytest.raises(InvalidParameter, match="columns is 0"):
        plot_case_mix(mix, "T1", columns=0)
