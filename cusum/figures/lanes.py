"""Every trainee as one line: procedures done, failures, signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE, MARKERS, REFERENCE, SIGNAL, tint
from cusum.language import Language

if TYPE_CHECKING:
    from cusum.cohort import Cohort

__all__ = ["LANE", "add_lanes", "lane_order"]

LANE = 15
"""Height of one trainee's line, in pixels: fifty on a screen."""


def lane_order(crossings: pd.DataFrame) -> pd.DataFrame:
    """Sort the trainees: the earliest signal first, then those without, the most procedures first.

    Parameters
    ----------
    crossings : DataFrame
        One row a trainee: columns trainee, crossed, case and cases.

    Returns
    -------
    DataFrame
        The same rows in the order of the lines, from the top.

    Examples
    --------
    >>> rows = {"trainee": ["A", "B", "C"], "crossed": [False, True, True], "case": [pd.NA, 9, 5], "cases": [8, 9, 7]}
    >>> lane_order(pd.DataFrame(rows))["trainee"].tolist()
    ['C', 'B', 'A']
    """
    waited = crossings["case"].astype("Float64").fillna(np.inf).astype(float)
    return (
        crossings.assign(_waited=waited, _done=-crossings["cases"])
        .sort_values(["_waited", "_done", "trainee"], kind="stable")
        .drop(columns=["_waited", "_done"])
        .reset_index(drop=True)
    )


def add_lanes(sketch: Sketch, cohort: Cohort, procedure: str, order: pd.DataFrame, words: Language) -> None:
    """Draw each trainee as a line with failures, signals and an open end where there is no signal yet.

    Parameters
    ----------
    sketch : Sketch
        The figure in the making; it is changed. The lines stand on the axes x2 and y3.
    cohort : Cohort
        What is drawn.
    procedure : str
        Key of the procedure.
    order : DataFrame
        The trainees from the top, as `lane_order` gives them.
    words : Language
        The reader's.
    """
    lane = {trainee: i for i, trainee in enumerate(order["trainee"])}
    rows = {"tickvals": list(lane.values()), "ticktext": list(lane), "ticks": ""}
    sketch.axis("y3").update(rows, range=[len(lane) - 0.4, -0.6])
    paths = cohort.paths[cohort.paths["procedure"] == procedure]
    axes = {"xaxis": "x2", "yaxis": "y3"}
    done = order["cases"].to_numpy(dtype=float)
    until = np.where(order["crossed"], order["case"].fillna(0).to_numpy(dtype=float), done)
    for role, start, end, colour, width in (
        ("before", np.zeros(len(order)), until, CURVE, 2),
        ("after", until, done, tint(CURVE, 0.35), 2),
    ):
        some = end > start
        at = np.flatnonzero(some).astype(float)
        nothing = np.full(len(at), np.nan)
        sketch.draw(
            x=np.column_stack([start[some], end[some], nothing]).ravel(),
            y=np.column_stack([at, at, nothing]).ravel(),
            mode="lines",
            line={"color": colour, "width": width},
            hoverinfo="skip",
            name=words.text("procedures done"),
            meta={"role": role},
            **axes,
        )
    failed = paths[paths["failure"].astype(bool)]
    _marks(sketch, failed, lane, words, role="failure", name=words.text("failure"), **axes)
    waiting = order[~order["crossed"].astype(bool) & (order["cases"] > 0)]
    ends = waiting.assign(case=waiting["cases"], performed_on=None)
    _marks(sketch, ends, lane, words, role="waiting", name=words.text("no signal of competence yet"), **axes)
    later = paths[paths["signal"].isin(["deterioration"])]
    _marks(sketch, later, lane, words, role="deterioration", name=words.signal("deterioration"), **axes)
    crossed = order[order["crossed"].astype(bool)]
    first = crossed.assign(performed_on=crossed["crossed_on"])
    _marks(sketch, first, lane, words, role="competent", name=words.signal("competent"), **axes)
    _absent(sketch, order[order["cases"] == 0], lane, words, **axes)
    _key(sketch, words)


_LOOKS: dict[str, dict[str, Any]] = {
    "failure": {"symbol": "line-ns", "size": 7, "line": {"color": REFERENCE, "width": 1.2}},
    "waiting": {"symbol": "circle-open", "size": 8, "color": CURVE, "line": {"width": 1.5}},
    "deterioration": {"symbol": MARKERS["deterioration"], "size": 9, "color": SIGNAL},
    "competent": {"symbol": MARKERS["competent"], "size": 10, "color": SIGNAL},
}


def _marks(
    sketch: Sketch, rows: pd.DataFrame, lane: dict[str, int], words: Language, *, role: str, name: str, **axes: str
) -> None:
    """Put markers on the lines of the trainees."""
    written = {day: words.date(day, "medium") for day in rows["performed_on"].unique()}
    data = [
        [trainee, department, "" if pd.isna(day) else f"<br>{written[day]}"]
        for trainee, department, day in zip(rows["trainee"], rows["department"], rows["performed_on"], strict=True)
    ]
    number = words.text("no. {case}", case="%{x}")
    sketch.draw(
        x=rows["case"].to_numpy(dtype=float),
        y=[lane[trainee] for trainee in rows["trainee"]],
        mode="markers",
        marker=_LOOKS[role],
        customdata=data,
        hovertemplate=f"<b>%{{customdata[0]}}</b> %{{customdata[1]}}<br>{name}: {number}%{{customdata[2]}}"
        "<extra></extra>",
        name=name,
        cliponaxis=False,
        meta={"role": role},
        **axes,
    )


def _absent(sketch: Sketch, rows: pd.DataFrame, lane: dict[str, int], words: Language, **axes: str) -> None:
    """Say of those who have not begun that they have not."""
    sketch.draw(
        x=[0.0] * len(rows),
        y=[lane[trainee] for trainee in rows["trainee"]],
        mode="text",
        text=[words.status("not_started")] * len(rows),
        textposition="middle right",
        textfont={"color": BOUNDARY},
        hoverinfo="skip",
        name=words.status("not_started"),
        meta={"role": "not started"},
        **axes,
    )


def _key(sketch: Sketch, words: Language) -> None:
    """Say above the lines what their marks mean."""
    signs = (
        ("◆", SIGNAL, words.signal("competent")),
        ("▼", SIGNAL, words.signal("deterioration")),
        ("○", CURVE, words.text("no signal of competence yet")),
        ("|", REFERENCE, words.text("failure")),
    )
    text = "     ".join(f"<span style='color:{colour}'>{sign}</span> {word}" for sign, colour, word in signs)
    above = {"yref": "y3 domain", "y": 1, "yanchor": "bottom", "yshift": 8}
    sketch.note(text=text, name="key", xref="paper", x=0, xanchor="left", **above)
