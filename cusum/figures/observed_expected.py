"""How do a department's failures compare with what was to be expected, before and after adjustment?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd

from cusum.errors import InvalidData
from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE, GRID, REFERENCE, legend_below, new_sketch
from cusum.figures.wording import capital, footer, known
from cusum.figures.writing import level_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.cohort import Cohort
    from cusum.models import DepartmentComparison

    Compared: TypeAlias = Cohort | Mapping[str, DepartmentComparison | Sequence[DepartmentComparison]]

__all__ = ["plot_observed_expected"]

_TOP, _BOTTOM, _ROW = 76, 112, 62
_TICKS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 10.0, 20.0)
_COLUMNS = ["name", "adjusted", "observed", "cases", "expected", "ratio", "low", "high"]
_LOOKS = {True: (CURVE, "circle", -0.16), False: (BOUNDARY, "circle-open", 0.18)}


def plot_observed_expected(
    compared: Compared, department: str, *, confidence: float = 0.95, title: str = "", language: str = "en"
) -> go.Figure:
    """Draw observed over expected failures of one department by procedure, adjusted above unadjusted.

    Parameters
    ----------
    compared : Cohort, or mapping of str to DepartmentComparison or sequence of them
        From `cusum.analyse`; or comparisons by the heading that they are to have, such as an adjusted and an unadjusted
        one under the same.
    department : str
        Which, as in the registrations.
    confidence : float, default 0.95
        Level of a cohort's unadjusted intervals, in (0, 1); its adjusted ones, and comparisons, have theirs.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        A dot with its exact interval for each, on a logarithmic scale, with counts. A cohort analysed without a risk
        model has unadjusted rows only.

    Raises
    ------
    InvalidData
        If the department has no case to be compared.
    InvalidParameter
        If there is no such department.

    Notes
    -----
    Unadjusted: the expected number is what the cohort's overall failure rate for the procedure gives. Adjusted: what
    the risk model expects of the department's own cases. No failure has no place on a logarithmic scale: it is a
    triangle at the left edge. A comparison's departments hidden by the rule for small numbers are left out, and said.

    Examples
    --------
    >>> import pandas as pd
    >>> from cusum import compare_departments
    >>> table = pd.DataFrame({"department": ["A"] * 60 + ["B"] * 90, "failure": [True, False, False] * 50})
    >>> figure = plot_observed_expected({"Spinal": compare_departments(table)}, "B")
    >>> [(trace.meta["role"], list(trace.x)) for trace in figure.data][-1]
    ('unadjusted', [1.0])
    """
    words = get_language(language)
    rows, hidden = _rows(compared, department, confidence, words)
    names = list(dict.fromkeys(rows["name"]))
    title = title or words.text("{department}: observed over expected failures", department=department)
    level = level_words(confidence, words)
    subtitle = words.text(
        "Dots with exact {level} intervals; to the right of 1 are more failures than expected.", level=level
    )
    height = round(_TOP + _BOTTOM + _ROW * max(len(names), 1))
    small = footer(compared, words) if not isinstance(compared, Mapping) else ""
    sketch = new_sketch(
        words,
        title=title,
        subtitle=subtitle,
        height=height,
        footer=small,
        margin={"l": 128, "r": 96, "t": _TOP, "b": _BOTTOM},
        showlegend=True,
        legend=legend_below(height, _BOTTOM),
    )
    left, right = _range(rows)
    sketch.shape(
        type="line", x0=1, x1=1, yref="paper", y0=0, y1=1, line={"color": REFERENCE, "width": 1}, name="as expected"
    )
    for adjusted in (True, False):
        _draw(sketch, rows[rows["adjusted"] == adjusted], names, adjusted=adjusted, edge=left, words=words)
    _axes(sketch, names, (left, right), words)
    said = [_sentence(row, words) for row in rows.to_dict("records")]
    return sketch.figure(alt=" ".join([f"{title}.", *said, *hidden, subtitle]))


def _rows(compared: Compared, department: str, confidence: float, words: Language) -> tuple[pd.DataFrame, list[str]]:
    """Give one row for each dot, and what is left out."""
    hidden: list[str] = []
    if isinstance(compared, Mapping):
        rows, hidden = _of_comparisons(compared, department, words)
    else:
        rows = _of_cohort(compared, department, confidence, words)
    if not rows and not hidden:
        raise InvalidData("{department} has no case to be compared", expected="at least one", department=department)
    return pd.DataFrame(rows, columns=_COLUMNS), hidden


def _of_cohort(cohort: Cohort, department: str, confidence: float, words: Language) -> list[tuple[Any, ...]]:
    """Take the adjusted ratios of a cohort, and compute the unadjusted ones."""
    from cusum.models.failure_counts import ratio_interval

    known(department, cohort.departments["department"].tolist(), "department")
    made: list[tuple[Any, ...]] = []
    mine = cohort.paths["department"] == department
    for key in cohort.charts:
        name = words.procedure(cohort.programme, key, short=True)
        if cohort.adjusted is not None:
            table = cohort.adjusted.departments
            own = table[(table["department"] == department) & (table["procedure"] == key)]
            columns = ["failures", "cases", "expected", "ratio", "ratio_low", "ratio_high"]
            made += [(name, True, *row) for row in own[columns].itertuples(index=False, name=None)]
        every = cohort.paths["procedure"] == key
        rate = float(cohort.paths.loc[every, "failure"].mean()) if every.any() else 0.0
        failed = cohort.paths.loc[every & mine, "failure"].to_numpy(dtype=bool)
        if not failed.size or not 0 < rate < 1:
            continue
        n, failures = failed.size, int(failed.sum())
        low, high = ratio_interval(failures, np.full(n, rate), confidence=confidence)
        made.append((name, False, failures, n, n * rate, failures / (n * rate), low, high))
    return made


def _of_comparisons(
    compared: Mapping[str, Any], department: str, words: Language
) -> tuple[list[tuple[Any, ...]], list[str]]:
    """Take the ratios of comparisons, but for small numbers."""
    made, hidden = [], []
    for name, given in compared.items():
        for comparison in given if isinstance(given, Sequence) else (given,):
            table = comparison.for_publication()
            known(department, table[comparison.by].tolist(), comparison.by)
            row = table[table[comparison.by] == department].iloc[0]
            if row["suppressed"]:
                told = "{name}: not shown, small numbers (below {n})."
                hidden.append(words.text(told, name=name, n=words.number(comparison.smallest)))
                continue
            values = [row[column] for column in ("failures", "cases", "expected", "ratio", "ratio_low", "ratio_high")]
            made.append((name, comparison.adjusted, *values))
    return made, list(dict.fromkeys(hidden))


def _range(rows: pd.DataFrame) -> tuple[float, float]:
    """Choose the ends of the axis: all dots, and their intervals as far as 20 times more or fewer than expected."""
    above = rows.loc[rows["low"] > 0, "low"].min() if (rows["low"] > 0).any() else 0.5
    ratios = rows.loc[rows["ratio"] > 0, "ratio"]
    left = max(min(float(above), 0.5) / 1.15, 0.05)
    right = min(max(float(rows["high"].max()) if len(rows) else 2.0, 2.0) * 1.15, 20.0)
    if len(ratios):
        left, right = min(left, float(ratios.min()) / 1.15), max(right, float(ratios.max()) * 1.15)
    return left, right


def _draw(
    sketch: Sketch, rows: pd.DataFrame, names: list[str], *, adjusted: bool, edge: float, words: Language
) -> None:
    """Draw the dots of one kind with their intervals and counts."""
    if rows.empty:
        return
    colour, symbol, offset = _LOOKS[adjusted]
    name = words.text("adjusted for the difficulty of the cases") if adjusted else words.text("not adjusted")
    at = [names.index(row) + offset for row in rows["name"]]
    low = rows["low"].clip(lower=edge).round(4).tolist()
    sketch.draw(
        x=[x for pair in zip(low, rows["high"].round(4), strict=True) for x in (*pair, None)],
        y=[y for row in at for y in (row, row, None)],
        mode="lines",
        line={"color": colour, "width": 2, "dash": "solid" if adjusted else "dot"},
        name=name,
        showlegend=False,
        hoverinfo="skip",
        meta={"role": "interval", "adjusted": adjusted},
    )
    none = rows["ratio"] <= 0
    sketch.draw(
        x=rows["ratio"].clip(lower=edge).round(4).tolist(),
        y=at,
        mode="markers",
        marker={"size": 10, "color": colour, "line": {"width": 2, "color": colour}}
        | {"symbol": ["triangle-left" if nothing else symbol for nothing in none]},
        name=name,
        customdata=[f"<b>{row['name']}</b>, {name}<br>{_numbers(row, words)}" for row in rows.to_dict("records")],
        hovertemplate="%{customdata}<extra></extra>",
        meta={"role": "adjusted" if adjusted else "unadjusted"},
    )
    for row, y in zip(rows.to_dict("records"), at, strict=True):
        counts = f"{words.number(row['observed'])} / {words.number(row['expected'], 1)}"
        place = {"xref": "paper", "x": 1, "xanchor": "left", "xshift": 6, "y": y, "yanchor": "middle"}
        sketch.note(text=counts, **place, font={"color": colour}, name="counts")


def _numbers(row: Mapping[Any, Any], words: Language) -> str:
    """Write a ratio with its interval and its counts."""
    ratio = words.text(
        "{ratio} ({low} to {high})",
        **{name: words.number(row[name], 2) for name in ("ratio", "low", "high")},
    )
    counts = words.text(
        "{observed} observed, {expected} expected in {cases}",
        observed=words.number(row["observed"]),
        expected=words.number(row["expected"], 1),
        cases=words.plural("{n} procedure", "{n} procedures", int(row["cases"])),
    )
    return f"{ratio}; {counts}"


def _sentence(row: Mapping[Any, Any], words: Language) -> str:
    """Say one dot."""
    name = words.text("adjusted for the difficulty of the cases") if row["adjusted"] else words.text("not adjusted")
    return f"{capital(str(row['name']))}, {name}: {_numbers(row, words)}."


def _axes(sketch: Sketch, names: list[str], ends: tuple[float, float], words: Language) -> None:
    """Lay out the axes: the ratio across on a logarithmic scale, procedures down, counts on the right."""
    left, right = ends
    ticks = [tick for tick in _TICKS if left <= tick <= right]
    axis = sketch.axis("x")
    axis.update(type="log", range=[round(float(np.log10(end)), 4) for end in ends], showgrid=True, gridcolor=GRID)
    axis.update(tickvals=ticks, ticktext=[words.number(tick) for tick in ticks])
    axis["title"] = {"text": words.text("Observed over expected failures (logarithmic scale)")}
    rows = {"tickvals": list(range(len(names))), "ticktext": names, "ticks": ""}
    sketch.axis("y").update(rows, range=[max(len(names), 1) - 0.5, -0.5])
    heading = words.text("observed / expected")
    place = {"xref": "paper", "x": 1, "xanchor": "right", "xshift": 92, "yref": "paper", "y": 1, "yanchor": "bottom"}
    sketch.note(text=heading, **place, yshift=2, name="heading counts")
