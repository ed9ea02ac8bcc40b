"""Which departments lie further from what is expected than chance explains?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cusum.figures.departments import count_units, said_notes
from cusum.figures.sketch import Sketch
from cusum.figures.survival import case_ticks
from cusum.figures.theme import BOUNDARY, CURVE, REFERENCE, SIGNAL, legend_below, new_sketch
from cusum.figures.ticks import rate_ticks
from cusum.figures.wording import known
from cusum.figures.writing import level_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.models import DepartmentComparison

__all__ = ["plot_funnel"]

_HEIGHT = 470
_BOTTOM = 112
_DASHES = ("dash", "solid", "dot", "dashdot")
_BEYOND = {"above": "triangle-up", "below": "triangle-down"}


def plot_funnel(
    comparison: DepartmentComparison, *, department: str | None = None, title: str = "", language: str = "en"
) -> go.Figure:
    """Draw departments by size, with the limits that chance alone seldom takes them beyond.

    Parameters
    ----------
    comparison : DepartmentComparison
        From `cusum.compare_departments`.
    department : str, optional
        The one that is marked and named.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        Failure rates by number of cases; where each case has an expected risk of its own, observed over expected by
        the number of expected failures. No order of rank.

    Raises
    ------
    InvalidParameter
        If the comparison has no such department.

    Notes
    -----
    The lines are the exact limits, interpolated between whole numbers of failures, for the case mix of all departments
    together. Whether a department lies outside is decided by the limits of its own cases, which may differ a little
    from the lines. Departments hidden by the rule for small numbers (see
    :meth:`DepartmentComparison.for_publication`) are not drawn, and their number is said. Others than the one asked for
    have a name, when pointed at, only where they lie beyond the widest limit.

    Examples
    --------
    >>> import pandas as pd
    >>> from cusum import compare_departments
    >>> table = pd.DataFrame({"department": ["A"] * 60 + ["B"] * 90, "failure": [True, False, False] * 50})
    >>> figure = plot_funnel(compare_departments(table), department="B")
    >>> [trace.meta["role"] for trace in figure.data]
    ['limit', 'limit', 'centre', 'department', 'this department']
    """
    words = get_language(language)
    if department is not None:
        known(department, comparison.table[comparison.by].tolist(), comparison.by)
    title = title or _title(comparison, words)
    shown = _shown(comparison)
    subtitle = _outside(comparison, shown, words)
    sketch = new_sketch(
        words,
        title=title,
        subtitle=subtitle,
        height=_HEIGHT,
        showlegend=True,
        legend=legend_below(_HEIGHT, _BOTTOM),
        margin={"l": 72, "r": 58, "t": 76, "b": _BOTTOM},
    )
    right, top = _extent(comparison, shown)
    _draw_limits(sketch, comparison, words, right, top)
    widest = float(comparison.outside["limit"].max())
    here = shown["name"] == department if department is not None else np.zeros(len(shown), dtype=bool)
    _draw_others(sketch, shown[~here], comparison, widest, words)
    if here.any():
        _draw_department(sketch, shown[here].iloc[0], comparison, right, words)
    _axes(sketch, comparison, words, right, top)
    hidden = _hidden(comparison, shown, department, words)
    if hidden:
        place = {"xref": "paper", "x": 1, "xanchor": "right", "yref": "paper", "y": 1, "yanchor": "top", "yshift": -2}
        sketch.note(text="<br>".join(hidden), **place, align="right", name="hidden", font={"color": BOUNDARY})
    mine = [_sentence(shown[here].iloc[0], comparison, words)] if here.any() else []
    alt = [f"{title}.", *mine, subtitle, *hidden, *said_notes(comparison.remarks, words)]
    return sketch.figure(alt=" ".join(alt))


def _title(comparison: DepartmentComparison, words: Language) -> str:
    """Say what is drawn against what."""
    if comparison.adjusted:
        return words.text("Observed over expected failures, with funnel limits")
    return words.text("Failure rate by number of procedures, with funnel limits")


def _shown(comparison: DepartmentComparison) -> pd.DataFrame:
    """Take the departments that may be published, with where they stand in the figure."""
    table = comparison.table.reset_index(drop=True)
    kept = table[~comparison.for_publication()["suppressed"].to_numpy(dtype=bool)]
    return kept.rename(columns={comparison.by: "name"}).assign(
        size=kept["expected"] if comparison.adjusted else kept["cases"]
    )


def _extent(comparison: DepartmentComparison, shown: pd.DataFrame) -> tuple[float, float]:
    """Choose how far the figure reaches: all departments drawn, and the limits where the smaller ones lie."""
    limits = comparison.limits
    across = "expected" if comparison.adjusted else "cases"
    right = 1.06 * float(shown["size"].max() if len(shown) else limits[across].max())
    smallest = float(shown["size"].quantile(0.1)) if len(shown) else 0.2 * right
    widest = limits[limits["limit"] == limits["limit"].max()]
    reach = float(np.interp(max(smallest, 0.04 * right), widest[across], widest["high"]))
    top = 1.08 * max(reach, float(shown["position"].max()) if len(shown) else 0.0, 1.3 * comparison.centre)
    return right, top if comparison.adjusted else min(1.0, top)


def _by_limit(comparison: DepartmentComparison) -> list[tuple[float, pd.DataFrame]]:
    """Take the limits one level after the other."""
    table = comparison.limits
    return [(float(limit), table[table["limit"] == limit]) for limit in comparison.outside["limit"]]


def _draw_limits(sketch: Sketch, comparison: DepartmentComparison, words: Language, right: float, top: float) -> None:
    """Draw the limits as curves with their level at the right end, and what departments are held against."""
    across = "expected" if comparison.adjusted else "cases"
    for (limit, table), dash in zip(_by_limit(comparison), _DASHES, strict=False):
        inside = table[table[across] <= 1.05 * right]
        x, level = inside[across].round(2).tolist(), level_words(limit, words)
        sketch.draw(
            x=[*x, None, *x],
            y=[*inside["low"].round(4), None, *inside["high"].clip(upper=2 * top).round(4)],
            mode="lines",
            line={"color": BOUNDARY, "width": 1.5, "dash": dash},
            name=words.text("{level} limits", level=level),
            hoverinfo="skip",
            meta={"role": "limit", "limit": limit},
        )
        at = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 3, "yanchor": "middle", "font": {"color": BOUNDARY}}
        end = float(np.interp(right, inside[across], inside["high"]))
        sketch.note(text=level, y=round(min(end, top), 4), **at, name=f"limit {limit:g}")
    centre = (
        words.text("as expected")
        if comparison.adjusted
        else words.text("expected: {rate}", rate=words.percent(comparison.centre, 1))
    )
    sketch.draw(
        x=[0, right],
        y=[comparison.centre] * 2,
        mode="lines",
        line={"color": REFERENCE, "width": 1},
        name=centre,
        hoverinfo="skip",
        meta={"role": "centre"},
    )


def _draw_others(
    sketch: Sketch, shown: pd.DataFrame, comparison: DepartmentComparison, widest: float, words: Language
) -> None:
    """Draw the other departments: without a name, but for those beyond the widest limit."""
    beyond = (shown["beyond"] == widest).to_numpy()
    level = level_words(widest, words)
    within = {"marker": {"symbol": "circle-open", "size": 9, "color": BOUNDARY, "line": {"width": 1.5}}}
    parts = [("department", ~beyond, words.text("within {level}", level=level), within)]
    symbols = [_BEYOND[side] for side in shown["side"][beyond]]
    outside = {"marker": {"symbol": symbols, "size": 11, "color": SIGNAL}}
    parts.append(("beyond", beyond, words.text("outside {level}", level=level), outside))
    for role, chosen, name, look in parts:
        rows = shown[chosen]
        if rows.empty:
            continue
        heads = [f"<b>{own}</b><br>" for own in rows["name"]] if role == "beyond" else [""] * len(rows)
        sketch.draw(
            x=rows["size"].round(2).tolist(),
            y=rows["position"].round(4).tolist(),
            mode="markers",
            **look,
            name=name,
            customdata=[
                head + _numbers(row, comparison, words) for head, (_, row) in zip(heads, rows.iterrows(), strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
            meta={"role": role},
        )


def _draw_department(
    sketch: Sketch, row: pd.Series, comparison: DepartmentComparison, right: float, words: Language
) -> None:
    """Mark and name the department that was asked for."""
    widest = float(comparison.outside["limit"].max())
    out = row["beyond"] == widest
    colour, symbol = (SIGNAL, _BEYOND[row["side"]]) if out else (CURVE, "square")
    spot = {"x": round(float(row["size"]), 2), "y": round(float(row["position"]), 4)}
    sketch.draw(
        x=[spot["x"]],
        y=[spot["y"]],
        mode="markers",
        marker={"symbol": symbol, "size": 14, "color": colour, "line": {"width": 1.5, "color": REFERENCE}},
        name=str(row["name"]),
        customdata=[f"<b>{row['name']}</b><br>{_numbers(row, comparison, words)}"],
        hovertemplate="%{customdata}<extra></extra>",
        meta={"role": "this department"},
    )
    look = {"font": {"color": colour, "size": 13}, "bgcolor": "rgba(255,255,255,0.8)", "borderpad": 1}
    far = spot["x"] > 0.7 * right
    side = {"xanchor": "right", "xshift": -11} if far else {"xanchor": "left", "xshift": 11}
    sketch.note(text=f"<b>{row['name']}</b>", **spot, **side, yanchor="middle", **look, name="this department")


def _numbers(row: pd.Series, comparison: DepartmentComparison, words: Language) -> str:
    """Write a department's numbers."""
    cases = words.plural("{n} procedure", "{n} procedures", int(row["cases"]))
    failures = words.plural("{n} failure", "{n} failures", int(row["failures"]))
    said = f"{cases}, {failures} ({words.percent(row['rate'], 1)})"
    if not comparison.adjusted:
        return said
    expected = words.text("{n} expected", n=words.number(row["expected"], 1))
    return f"{said}<br>{expected}; {words.text('observed over expected {ratio}', ratio=words.number(row['ratio'], 2))}"


def _sentence(row: pd.Series, comparison: DepartmentComparison, words: Language) -> str:
    """Say where the department lies."""
    numbers = _numbers(row, comparison, words).replace("<br>", "; ")
    if pd.isna(row["beyond"]):
        nearest = level_words(float(comparison.outside["limit"].min()), words)
        where = words.text("within the {level} limits", level=nearest)
    elif row["side"] == "above":
        where = words.text("above the {level} limits", level=level_words(float(row["beyond"]), words))
    else:
        where = words.text("below the {level} limits", level=level_words(float(row["beyond"]), words))
    return f"{row['name']}: {numbers}; {where}."


def _outside(comparison: DepartmentComparison, shown: pd.DataFrame, words: Language) -> str:
    """Say how many departments lie outside each limit, and how many to expect by chance."""
    parts = []
    for limit, by_chance in comparison.outside[["limit", "expected"]].to_numpy():
        parts.append(
            words.text(
                "outside {level}: {observed} ({expected} expected by chance)",
                level=level_words(float(limit), words),
                observed=words.number(int((shown["beyond"] >= limit).sum())),
                expected=words.number(float(by_chance), 1),
            )
        )
    return f"{count_units(comparison.by, len(comparison.table), words)}; {'; '.join(parts)}."


def _hidden(
    comparison: DepartmentComparison, shown: pd.DataFrame, department: str | None, words: Language
) -> list[str]:
    """Say which departments are not drawn, and why."""
    n = len(comparison.table) - len(shown)
    if not n:
        return []
    units = count_units(comparison.by, n, words)
    said = [
        words.text("Not drawn, small numbers (below {n}): {units}.", n=words.number(comparison.smallest), units=units)
    ]
    if department is not None and department not in set(shown["name"]):
        said.append(words.text("{department} is one of them.", department=department))
    return said


def _axes(sketch: Sketch, comparison: DepartmentComparison, words: Language, right: float, top: float) -> None:
    """Lay out the axes."""
    ticks = case_ticks(right) if right >= 10 else list(range(int(right) + 1))
    name = words.text("Expected failures") if comparison.adjusted else words.text("Number of procedures")
    sketch.axis("x").update(range=[0, right], tickvals=ticks, title={"text": name})
    sketch.axis("x")["ticktext"] = [words.number(tick) for tick in ticks]
    if comparison.adjusted:
        step = next(size for size in (0.25, 0.5, 1, 2, 5, 10) if top / size <= 7 or size == 10)
        marks = [step * k for k in range(int(top / step) + 1)]
        text, name = [words.number(mark) for mark in marks], words.text("Observed over expected failures")
    else:
        marks = rate_ticks(top)
        text, name = [words.percent(mark) for mark in marks], words.text("Failure rate")
    sketch.axis("y").update(range=[0, top], tickvals=marks, ticktext=text, title={"text": name}, showline=True)
