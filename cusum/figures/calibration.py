"""Do expected risks agree with what happened?"""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np

from cusum.figures.departments import said_notes
from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE, legend_below, new_sketch
from cusum.figures.ticks import rate_ticks
from cusum.figures.writing import level_words
from cusum.language import Language, get_language, msgid

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from cusum.models import RiskModel
    from cusum.models.risk_calibration import Calibration

__all__ = ["plot_calibration"]

_LINE = 17
_WIDTH = 84
_COLUMNS = ["value", "low", "high", "corrected"]
_MEASURES = (
    ("slope", 2, msgid("Slope {estimate}: 1 is ideal; below 1 the risks are too extreme.")),
    ("intercept", 2, msgid("Intercept {estimate}: 0 is ideal; above 0 there are more failures than expected.")),
    ("brier", 4, msgid("Brier score {estimate}: mean squared error, the smaller the better.")),
    ("auc", 3, msgid("Area under the curve {estimate}: 0.5 is chance, 1 perfect.")),
)
_AXES = 380
_TOP = 56


def plot_calibration(result: RiskModel | Calibration, *, title: str = "", language: str = "en") -> go.Figure:
    """Draw observed failure rates against expected ones, by groups of cases of like risk.

    Parameters
    ----------
    result : RiskModel or Calibration
        From `cusum.fit_risk_model`, which is then judged on the cases that it was fitted on; or from its `calibration`
        on other cases.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        A dot with its exact interval for each group, the line where both are the same, and in words the slope, the
        intercept, the Brier score and the area under the curve with their intervals; and, where the model is judged on
        cases that it was fitted on, that it looks better than it is.

    Raises
    ------
    InvalidData
        If the model was read from a file, which holds no cases: give its calibration on a table.

    Examples
    --------
    >>> from cusum.models.risk_calibration import calibrate
    >>> held = calibrate([0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.2, 0.3, 0.6, 0.7], groups=2)
    >>> figure = plot_calibration(held)
    >>> figure.data[-1].x.tolist(), figure.data[-1].y.tolist()
    ([0.16667, 0.53333], [0.33333, 0.66667])
    """
    from cusum.models.risk_model import RiskModel

    held = result.calibration() if isinstance(result, RiskModel) else result
    words = get_language(language)
    title = title or words.text("Observed against expected failure rate")
    counts = words.text(
        "{cases}, {failures}; groups of like risk with exact {level} intervals.",
        cases=words.plural("{n} procedure", "{n} procedures", held.cases),
        failures=words.plural("{n} failure", "{n} failures", held.failures),
        level=level_words(held.confidence, words),
    )
    told = _wrapped([*_measures(held, words), *said_notes(held.remarks, words)])
    bottom = 92 + _LINE * len(told)
    height = _AXES + _TOP + bottom
    sketch = new_sketch(
        words,
        title=title,
        subtitle=counts,
        height=height,
        margin={"l": 72, "r": 24, "t": _TOP + 20, "b": bottom},
        showlegend=True,
        legend=legend_below(height, bottom),
    )
    _draw(sketch, held.table, words)
    place = {"xref": "paper", "x": 0, "xanchor": "left", "yref": "paper", "y": 0, "yanchor": "top", "yshift": -84}
    sketch.note(text="<br>".join(told), **place, align="left", name="measures")
    said = [_sentence(row, words) for row in held.table.to_dict("records")]
    alt = [f"{title}.", counts, *_measures(held, words), *said_notes(held.remarks, words), *said]
    return sketch.figure(alt=" ".join(alt))


def _draw(sketch: Sketch, table: pd.DataFrame, words: Language) -> None:
    """Draw the groups with their intervals, and the line where observed and expected are the same."""
    expected, rate = (table[column].round(5).to_numpy() for column in ("expected_rate", "rate"))
    right = min(1.0, 1.12 * max(float(expected.max()), 0.5 * float(rate.max()), 0.01))
    top = min(1.0, 1.06 * float(table["high"].max()))
    end = min(right, top)
    sketch.draw(
        x=[0, round(end, 5)],
        y=[0, round(end, 5)],
        mode="lines",
        line={"color": BOUNDARY, "width": 1.5, "dash": "dash"},
        name=words.text("observed as expected"),
        hoverinfo="skip",
        meta={"role": "identity"},
    )
    whiskers = {"type": "data", "symmetric": False, "thickness": 1.5, "width": 4, "color": CURVE}
    whiskers |= {
        "array": (table["high"] - rate).round(5).to_numpy(),
        "arrayminus": (rate - table["low"]).round(5).to_numpy(),
    }
    sketch.draw(
        x=expected,
        y=rate,
        mode="markers",
        marker={"size": 9, "color": CURVE},
        error_y=whiskers,
        name=words.text("group of cases of like risk"),
        customdata=[_sentence(row, words) for row in table.to_dict("records")],
        hovertemplate="%{customdata}<extra></extra>",
        meta={"role": "observed"},
    )
    for name, far, text in (
        ("x", right, words.text("Expected failure rate")),
        ("y", top, words.text("Observed failure rate")),
    ):
        ticks = rate_ticks(far)
        sketch.axis(name).update(range=[0, round(far, 5)], tickvals=ticks, showline=True, title={"text": text})
        sketch.axis(name)["ticktext"] = [words.percent(tick) for tick in ticks]


def _sentence(row: Mapping[Any, Any], words: Language) -> str:
    """Say what was seen in one group."""
    return words.text(
        "Expected {expected}: observed {rate} ({low} to {high}), {observed} of {cases}.",
        expected=words.percent(row["expected_rate"], 1),
        observed=words.number(int(row["observed"])),
        cases=words.number(int(row["cases"])),
        **{name: words.percent(row[name], 1) for name in ("rate", "low", "high")},
    )


def _measures(held: Calibration, words: Language) -> list[str]:
    """Say slope, intercept, Brier score and area under the curve, each with its interval and what is good."""
    level, told = level_words(held.confidence, words), []
    for name, digits, template in _MEASURES:
        value, low, high, corrected = held.measures.loc[name, _COLUMNS].to_numpy(dtype=np.float64).tolist()
        if np.isnan(value):
            estimate = words.text("cannot be told from these cases")
        elif np.isnan(low):
            estimate = words.number(value, digits)
        else:
            ends = {"value": value, "low": low, "high": high}
            written = {key: words.number(number, digits) for key, number in ends.items()}
            estimate = words.text("{value} ({level} interval {low} to {high})", level=level, **written)
        if not np.isnan(corrected):
            more = words.text("corrected {value}", value=words.number(corrected, digits))
            estimate = f"{estimate}, {more}"
        told.append(words.text(template, estimate=estimate))
    return told


def _wrapped(sentences: list[str]) -> list[str]:
    """Break sentences into lines that a narrow figure has room for."""
    return [line for sentence in sentences for line in wrap(sentence, _WIDTH)]
