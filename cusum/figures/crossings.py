"""When do trainees get a signal of competence for a procedure, and who has not yet?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cusum.figures.expected import expected_share
from cusum.figures.geometry import Grid
from cusum.figures.lanes import LANE, add_lanes, lane_order
from cusum.figures.sketch import Sketch
from cusum.figures.survival import add_at_risk, add_share, at_risk, case_ticks, median_words
from cusum.figures.theme import BOUNDARY, CURVE, REFERENCE, SHADE, new_sketch, tint
from cusum.figures.wording import capital, criterion_of, footer, known
from cusum.figures.writing import level_words
from cusum.language import Language, get_language, msgid

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.cohort import Cohort

__all__ = ["plot_crossings"]

_ALL_ADEQUATE = msgid("expected if all had the acceptable failure rate, {rate}")
_ALL_INADEQUATE = msgid("expected if all had the unacceptable failure rate, {rate}")
FEW = 5
"""With fewer than so many at risk, a share by case number says little."""


def plot_crossings(
    cohort: Cohort, procedure: str, *, language: str = "en", confidence: float = 0.95, lanes: bool = True
) -> go.Figure:
    """Draw when trainees get a signal of competence for one procedure: as a share, and one by one.

    Parameters
    ----------
    cohort : Cohort
        From `cusum.analyse`.
    procedure : str
        Key of the procedure, such as ``"spinal"``.
    language : {"en", "da"}, default "en"
        The reader's.
    confidence : float, default 0.95
        Level of the band and of the interval of the median, in (0, 1).
    lanes : bool, default True
        False leaves out the lines of the trainees, for a small figure.

    Returns
    -------
    plotly.graph_objects.Figure
        Above, the share with a signal of competence by procedure number (Kaplan-Meier, log-log band), the median, the
        numbers at risk, and faintly the shares to expect if all trainees were adequate (their failure rate the
        acceptable one) or all inadequate (the unacceptable one). Below, each trainee as a line: its length is the
        procedures done, a filled marker is a signal, an open end means no signal yet, ticks are failures.

    Raises
    ------
    InvalidParameter
        If the programme has no such charted procedure.

    Notes
    -----
    Trainees without a signal are censored at the number of procedures that they have done: leaving them out would make
    the waiting look shorter than it is.

    Examples
    --------
    >>> import pandas as pd
    >>> from cusum import analyse, read_registrations
    >>> days = pd.date_range("2025-09-01", periods=30)
    >>> rows = {"trainee": "T1", "department": "Aarhus", "procedure": "spinal", "performed_on": days, "failure": False}
    >>> cohort = analyse(read_registrations(pd.DataFrame(rows)))
    >>> plot_crossings(cohort, "spinal").layout.title.text
    'Spinal anaesthesia: share with signal of competence by procedure number'
    """
    from cusum.models import time_to_competence

    words = get_language(language)
    known(procedure, list(cohort.charts), "procedure")
    crossings = cohort.crossings[cohort.crossings["procedure"] == procedure]
    order = lane_order(crossings)
    begun = crossings[crossings["cases"] > 0]
    result = time_to_competence(begun, confidence=confidence) if len(begun) else None
    level = level_words(confidence, words)
    median = median_words(result.median.iloc[0], words, level) if result else words.text("no one has begun")
    length = max(10, int(crossings["cases"].max()) if len(crossings) else 0)
    name = words.procedure(cohort.programme, procedure)
    title = words.text("{procedure}: share with signal of competence by procedure number", procedure=capital(name))
    said = _summary(cohort, crossings, procedure, words)
    parts = (270, 22, max(len(order), 1) * LANE) if lanes else (270, 22)
    grid = Grid(1, 1, parts, heading=0, foot=0, between=52, gutter=0, top=92, bottom=72)
    sketch = new_sketch(
        words,
        title=title,
        subtitle="<br>".join(part for part in (" ".join(said[:2]).strip(), said[2]) if part),
        height=grid.height,
        footer=footer(cohort, words),
        margin={"l": 92, "r": 24, "t": grid.top, "b": grid.bottom},
    )
    _axes(sketch, grid, length, words, lanes=lanes)
    _expected(sketch, cohort, procedure, length, words)
    if result:
        name = words.text("Share with signal of competence")
        add_share(sketch, result.curve, words, name=name, level=level, x="x", y="y")
        _few(sketch, begun, length, words)
    _median(sketch, result.median.iloc[0]["median"] if result else None, median, length)
    ticks = case_ticks(length, most=12)
    add_at_risk(sketch, [("", REFERENCE, at_risk(begun, ticks).tolist())], ticks, words, x="x", y="y2")
    if lanes:
        add_lanes(sketch, cohort, procedure, order, words)
    return sketch.figure(alt=" ".join([f"{title}.", *(part for part in said if part), capital(median) + "."]))


def _summary(cohort: Cohort, crossings: pd.DataFrame, procedure: str, words: Language) -> tuple[str, str, str]:
    """Say how many have a signal, how many have not begun, and how many signals would be false at worst."""
    begun = crossings[crossings["cases"] > 0]
    crossed = words.plural(
        "{crossed} of {n} trainee who has begun has a signal of competence.",
        "{crossed} of {n} trainees who have begun have a signal of competence.",
        len(begun),
        crossed=words.number(int(begun["crossed"].sum())),
    )
    missing = len(crossings) - len(begun)
    absent = words.plural("{n} has not begun.", "{n} have not begun.", missing) if missing else ""
    false = cohort.designs.loc[cohort.designs["procedure"] == procedure, "expected_false"]
    if false.isna().all():
        return crossed, absent, ""
    number = words.number(float(false.iloc[0]), 1)
    expected = words.text(
        "If all had the unacceptable failure rate, {number} signals would be expected.", number=number
    )
    return crossed, absent, expected


def _axes(sketch: Sketch, grid: Grid, length: int, words: Language, *, lanes: bool) -> None:
    """Lay out the three parts: share, numbers at risk, lines of the trainees."""
    ticks = {"tickvals": case_ticks(length, most=12), "range": [-0.015 * length, length * 1.02], "domain": [0, 1]}
    title = {"text": words.text("Procedure number")}
    sketch.axis("x").update(ticks, anchor="y", title={**title, "standoff": 2})
    shares = [0, 0.25, 0.5, 0.75, 1]
    up = {"domain": grid.down(0, 0), "anchor": "x", "range": [0, 1.03], "tickvals": shares, "showline": True}
    up["title"] = {"text": words.text("Share with signal of competence"), "standoff": 12}
    sketch.axis("y").update(up, ticktext=[words.percent(share) for share in shares])
    sketch.axis("y2").update(domain=grid.down(0, 1), anchor="x", range=[-0.6, 0.6], visible=False)
    place = {"xref": "paper", "x": 0, "xshift": -88, "xanchor": "left", "yref": "y2", "y": 0.55, "yanchor": "bottom"}
    sketch.note(text=words.text("Numbers at risk"), **place, font={"color": BOUNDARY}, name="at risk")
    if lanes:
        sketch.axis("x2").update(ticks, anchor="y3", matches="x", title=title)
        sketch.axis("y3").update(domain=grid.down(0, 2), anchor="x2")


def _expected(sketch: Sketch, cohort: Cohort, procedure: str, length: int, words: Language) -> None:
    """Draw faintly what the chart would show if all trainees were adequate, and if all were inadequate."""
    criterion = criterion_of(cohort, procedure)
    for role, rate, dash, template, at in (
        ("adequate", criterion.acceptable, "dash", words.translate(_ALL_ADEQUATE), 0.8),
        ("inadequate", criterion.unacceptable, "dot", words.translate(_ALL_INADEQUATE), 1.0),
    ):
        share = expected_share(cohort.charts[procedure], rate, length)
        if share is None:
            continue
        name = template.format(rate=words.percent(rate))
        line = {"color": tint(BOUNDARY, 0.75), "width": 1.3, "dash": dash, "shape": "hv"}
        drawn = {"x": np.arange(length + 1), "y": np.round(share, 5), "mode": "lines", "line": line, "name": name}
        sketch.draw(**drawn, hovertemplate=f"{name}<extra></extra>", meta={"role": role})
        steep = int(np.searchsorted(share, 0.85))
        where = min(int(at * length), max(steep - 1, 0))
        place = {"x": where, "y": float(share[where]), "xref": "x", "yref": "y", "yanchor": "bottom"}
        side = "right" if where > 0.32 * length else "left"
        sketch.note(text=name, name=role, **place, xanchor=side, font={"color": BOUNDARY})


def _few(sketch: Sketch, begun: pd.DataFrame, length: int, words: Language) -> None:
    """Shade where too few are at risk for the curve to say much."""
    counts = at_risk(begun, range(length + 2))
    start = max(int(np.argmax(counts < FEW)) - 1, 0)
    if start >= length:
        return
    place = {"xref": "x", "yref": "y domain", "x0": start, "x1": length * 1.02, "y0": 0, "y1": 1}
    sketch.shape(type="rect", layer="below", **place, fillcolor=SHADE, line={"width": 0}, name="few")
    place = {"xref": "paper", "x": 1, "xanchor": "right", "yref": "y domain", "y": 1, "yanchor": "bottom"}
    sketch.note(text=words.text("fewer than {n} at risk", n=FEW), name="few", **place, font={"color": BOUNDARY})


def _median(sketch: Sketch, median: Any, text: str, length: int) -> None:
    """Write the median on the curve."""
    note = {"text": text, "name": "median", "xref": "x", "yref": "y", "font": {"size": 13, "color": CURVE}}
    if pd.isna(median):
        sketch.note(**note, x=0.01 * length, y=0.98, xanchor="left", yanchor="top")
        return
    at = float(median)
    for x0, x1, y0, y1 in ((0, at, 0.5, 0.5), (at, at, 0, 0.5)):
        line = {"color": CURVE, "width": 1}
        sketch.shape(type="line", x0=x0, x1=x1, y0=y0, y1=y1, xref="x", yref="y", line=line)
    left = {"xanchor": "left", "yanchor": "top", "xshift": 8}
    right = {"xanchor": "right", "yanchor": "bottom", "xshift": -8}
    sketch.note(**note, x=at, y=0.5, **(left if at < 0.5 * length else right))
