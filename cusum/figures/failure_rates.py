"""Observed failure rates with exact intervals and counts, beside the acceptable and the unacceptable rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from cusum.figures.intervals import exact_interval
from cusum.figures.sheet import Group, Sheet
from cusum.figures.theme import GRID, REFERENCE
from cusum.figures.wording import capital, criterion_of

__all__ = ["HEADING", "ROW", "add_failure_rates"]

ROW = 44
"""Height of one procedure, in pixels."""
HEADING = 54
"""Room above, in pixels."""


def add_failure_rates(sheet: Sheet) -> list[str]:
    """Draw the observed failure rates of all procedures, and say those of the department in words.

    Parameters
    ----------
    sheet : Sheet
        The figure in the making.

    Returns
    -------
    list of str
        One sentence for each procedure that was done.
    """
    n = len(sheet.keys)
    x, y = f"x{n + 1}", f"y{2 * n + 1}"
    tables = [_observed(sheet, group) for group in sheet.groups]
    offsets = (0.0,) if len(tables) == 1 else (-0.15, 0.17)
    for table, group, offset in zip(tables, sheet.groups, offsets, strict=True):
        sheet.sketch.draw(**_trace(sheet, table, group, offset, x, y))
    _criteria(sheet, x, y)
    unacceptable = max(criterion_of(sheet.cohort, key).unacceptable for key in sheet.keys)
    highest = max([1.2 * unacceptable, *(table["high"].max() for table in tables if len(table))])
    _axes(sheet, x, y, top=min(1.15, 1.15 * highest))
    return [_sentence(sheet, row) for row in tables[0].to_dict("records")]


def _observed(sheet: Sheet, group: Group) -> pd.DataFrame:
    """Count failures and cases of each procedure that the group has done, with the exact interval."""
    paths = sheet.inside(sheet.cohort.paths[["department", "procedure", "failure"]], group)
    counts = paths.groupby("procedure")["failure"].agg(["sum", "size"]).to_dict("index")
    rows = []
    for i, key in enumerate(sheet.keys):
        if key in counts:
            failed, cases = int(counts[key]["sum"]), int(counts[key]["size"])
            rows.append((i, key, failed, cases, failed / cases, *exact_interval(failed, cases, sheet.confidence)))
    return pd.DataFrame(rows, columns=["row", "procedure", "failed", "cases", "rate", "low", "high"])


def _trace(sheet: Sheet, table: pd.DataFrame, group: Group, offset: float, x: str, y: str) -> dict[str, Any]:
    """Observed rates of one group as markers with whiskers and counts."""
    words = sheet.words
    rate, low, high = (np.round(table[name].to_numpy(dtype=float), 5) for name in ("rate", "low", "high"))
    counts = [
        words.text("{failed} of {cases}", failed=words.number(failed), cases=words.number(cases))
        for failed, cases in zip(table["failed"], table["cases"], strict=True)
    ]
    data = [
        [count, *(words.percent(value, 1) for value in values)]
        for count, *values in zip(counts, rate, low, high, strict=True)
    ]
    whiskers = {"type": "data", "symmetric": False, "array": high - rate, "arrayminus": rate - low}
    return {
        "x": rate,
        "y": table["row"].to_numpy(dtype=float) + offset,
        "mode": "markers",
        "marker": {
            "symbol": group.symbol,
            "size": 9,
            "color": group.colour,
            "line": {"width": 1.5, "color": group.colour},
        },
        "error_x": whiskers | {"thickness": 1.5, "width": 4, "color": group.colour},
        "customdata": data,
        "hovertemplate": f"<b>{group.name}</b><br>%{{customdata[0]}}: %{{customdata[1]}}"
        "<br>%{customdata[2]} – %{customdata[3]}<extra></extra>",
        "name": group.name,
        "showlegend": False,
        "xaxis": x,
        "yaxis": y,
        "meta": {"role": "observed", "counts": counts},
    }


def _criteria(sheet: Sheet, x: str, y: str) -> None:
    """Mark the acceptable and the unacceptable failure rate of each procedure."""
    words = sheet.words
    criteria = [criterion_of(sheet.cohort, key) for key in sheet.keys]
    for role, name, rates, dash in (
        ("acceptable", words.text("acceptable failure rate"), [c.acceptable for c in criteria], "dot"),
        ("unacceptable", words.text("unacceptable failure rate"), [c.unacceptable for c in criteria], "dashdot"),
    ):
        rows, values = np.arange(len(rates), dtype=float), np.array(rates)
        nothing = np.full(len(rates), np.nan)
        sheet.sketch.draw(
            x=np.column_stack([values, values, nothing]).ravel(),
            y=np.column_stack([rows - 0.42, rows + 0.42, nothing]).ravel(),
            mode="lines",
            line={"color": REFERENCE, "width": 1.5, "dash": dash},
            name=name,
            showlegend=True,
            hovertemplate=f"{name}<extra></extra>",
            xaxis=x,
            yaxis=y,
            meta={"role": role},
        )


def _axes(sheet: Sheet, x: str, y: str, *, top: float) -> None:
    """Lay out the axes: failure rate across, procedures down, counts on the right."""
    words, sketch, n = sheet.words, sheet.sketch, len(sheet.keys)
    values = np.round(np.arange(0, min(top, 1) + 1e-9, 0.1 if top > 0.35 else 0.05), 2).tolist()
    title = words.text("Observed failure rate with exact interval ({level})", level=sheet.level())
    ticks = {"tickvals": values, "ticktext": [words.percent(value) for value in values]}
    sketch.axis(x).update(ticks, domain=[0, 1], anchor=y, range=[0, top], showgrid=True, gridcolor=GRID)
    sketch.axis(x)["title"] = {"text": title}
    domain = sheet.grid.below(HEADING)
    names = [words.procedure(sheet.cohort.programme, key, short=True) for key in sheet.keys]
    rows = {"tickvals": list(range(n)), "ticktext": names, "ticks": ""}
    sketch.axis(y).update(rows, domain=domain, anchor=x, range=[n - 0.5, -0.5])
    for trace in [trace for trace in sketch.traces if trace["meta"]["role"] == "observed"]:
        ends = trace["x"] + trace["error_x"]["array"]
        look = {"font": {"color": trace["marker"]["color"]}, "borderpad": 0, "bgcolor": "rgba(255,255,255,0.8)"}
        for end, row, count in zip(ends, trace["y"], trace["meta"]["counts"], strict=True):
            place = {"x": float(end), "y": float(row), "xref": x, "yref": y, "xanchor": "left", "xshift": 6}
            sketch.note(text=count, **place, **look, name="count")
    heading = f"<b>{words.text('Observed failure rates')}</b>"
    above = {"yref": f"{y} domain", "y": 1, "yanchor": "bottom", "yshift": 6}
    sketch.note(text=heading, xref="paper", x=0, xanchor="left", **above, name="heading rates")


def _sentence(sheet: Sheet, row: Mapping[Any, Any]) -> str:
    """Say an observed failure rate."""
    words = sheet.words
    return words.text(
        "{procedure}: {failed} of {cases} were failures, {rate} ({level} confidence interval {low} to {high}).",
        procedure=capital(words.procedure(sheet.cohort.programme, str(row["procedure"]))),
        failed=words.number(row["failed"]),
        cases=words.number(row["cases"]),
        rate=words.percent(row["rate"], 1),
        level=sheet.level(),
        low=words.percent(row["low"], 1),
        high=words.percent(row["high"], 1),
    )
