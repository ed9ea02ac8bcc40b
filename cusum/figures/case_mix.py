"""Who gets which cases: one trainee's or department's share of each kind of patient, beside that of all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.errors import InvalidParameter
from cusum.figures.geometry import Grid
from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE, GRID, legend_below, new_sketch, tint
from cusum.figures.wording import capital, known
from cusum.figures.writing import percent_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.programme import Programme

__all__ = ["plot_case_mix"]

_LINE, _GAP = 17, 0.7
_MEAN = "mean"


@dataclass(frozen=True, eq=False)
class _Panel:
    """One procedure: its rows with a share, where they stand, and the means in words."""

    procedure: str
    rows: pd.DataFrame
    at: list[float]
    labels: list[str]
    means: str

    @property
    def depth(self) -> float:
        """Rows that it takes, gaps included."""
        return self.at[-1] + 1 if self.at else 1.0


def plot_case_mix(
    mix: pd.DataFrame,
    unit: str,
    *,
    programme: Programme | None = None,
    procedure: str | None = None,
    columns: int = 2,
    title: str = "",
    language: str = "en",
) -> go.Figure:
    """Draw which cases one trainee or department gets, beside those of all others.

    Parameters
    ----------
    mix : DataFrame
        From `cusum.describe_case_mix`: columns unit, procedure, covariate, level, cases, share, others_cases,
        others_share, mean and others_mean.
    unit : str
        Which trainee, department or region, as in column unit.
    programme : Programme, optional
        Gives procedures their names; their keys stand where it is left out.
    procedure : str, optional
        The only procedure to draw; all of the unit's if left out.
    columns : int, default 2
        Small charts side by side.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        For each procedure one row a level: a filled dot for the unit's share, an open one for the share of all others'
        cases. Means of numbers stand in words below the name of the procedure.

    Raises
    ------
    InvalidParameter
        If the mix has no such unit, or the unit no such procedure, or there are fewer than one column.

    Examples
    --------
    >>> rows = {"unit": ["A"] * 2, "procedure": "cvc", "covariate": "urgency", "level": ["elective", "emergency"]}
    >>> mix = pd.DataFrame(rows).assign(cases=[3, 1], share=[0.75, 0.25], others_cases=[5, 5], others_share=[0.5, 0.5])
    >>> figure = plot_case_mix(mix, "A")
    >>> [(trace.meta["role"], list(trace.x)) for trace in figure.data][1:]
    [('others', [0.5, 0.5]), ('unit', [0.75, 0.25])]
    """
    words = get_language(language)
    known(unit, mix["unit"].drop_duplicates().tolist(), "unit")
    own = mix[mix["unit"] == unit]
    keys = own["procedure"].drop_duplicates().tolist()
    if procedure is not None:
        known(procedure, keys, "procedure")
        keys = [procedure]
    if columns < 1:
        raise InvalidParameter("columns is {value}", expected="1 or more", value=columns)
    panels = [_panel(own[own["procedure"] == key], key, words) for key in keys]
    count = min(columns, len(panels))
    grid = Grid(
        rows=-(-len(panels) // count),
        columns=count,
        parts=(_LINE * max(panel.depth for panel in panels),),
        heading=46,
        foot=30,
        between=0,
        gutter=0.2,
        top=70,
        bottom=58,
    )
    title = title or words.text("{name}: which cases, beside those of all others", name=unit)
    sketch = new_sketch(
        words,
        title=title,
        subtitle=words.text("Share of the procedures. With few cases a difference is mostly chance."),
        height=grid.height,
        margin={"l": 124, "r": 20, "t": grid.top, "b": grid.bottom},
        showlegend=True,
        legend=legend_below(grid.height, grid.bottom),
    )
    said = []
    for i, panel in enumerate(panels):
        name = panel.procedure if programme is None else words.procedure(programme, panel.procedure)
        _draw(sketch, panel, unit, grid, i, capital(name), words)
        said.append(_sentence(panel, capital(name), words, whole=len(panels) == 1))
    return sketch.figure(alt=" ".join([f"{title}.", *said]))


def _panel(rows: pd.DataFrame, key: str, words: Language) -> _Panel:
    """Place the levels of one procedure, with a gap between covariates."""
    shares = rows[rows["level"] != _MEAN].reset_index(drop=True)
    at: list[float] = []
    before = ""
    for covariate in shares["covariate"]:
        step = 0.0 if not at else 1.0 + (_GAP if covariate != before else 0.0)
        at.append((at[-1] if at else 0.0) + step)
        before = covariate
    labels = [_label(str(name), str(level), words) for name, level in shares[["covariate", "level"]].to_numpy()]
    return _Panel(key, shares, at, labels, _means(rows[rows["level"] == _MEAN], words))


def _label(covariate: str, level: str, words: Language) -> str:
    """Name a level so that it is understood without its covariate."""
    from cusum.cohort.categories import LEVEL_NAMES, MISSING

    if covariate == "asa" and level.isdigit():
        return f"ASA {level}"
    if level in LEVEL_NAMES:
        name = words.text(str(LEVEL_NAMES[level]))
    else:
        name = words.text("below {edge}", edge=level[1:]) if level.startswith("<") else level
    if covariate == "age" and level not in LEVEL_NAMES:
        return words.text("{level} years", level=name)
    if covariate in ("urgency", "technique") and level != MISSING:
        return name
    return f"{_covariate(covariate, words)} {name}"


def _covariate(name: str, words: Language) -> str:
    """Name a covariate, without its unit."""
    from cusum.cohort.categories import COVARIATE_NAMES

    return words.text(str(COVARIATE_NAMES[name])).partition(",")[0] if name in COVARIATE_NAMES else name


def _means(rows: pd.DataFrame, words: Language) -> str:
    """Say the means of numbers, the unit's and the others'."""
    said = []
    for row in rows.to_dict("records"):
        risk = row["covariate"] == "expected"
        own, others = (
            (words.percent(value, 1) if risk else words.number(value, 1)) for value in (row["mean"], row["others_mean"])
        )
        name = words.text("expected risk") if risk else _covariate(str(row["covariate"]), words)
        said.append(words.text("{covariate} {mean} (others {others})", covariate=name, mean=own, others=others))
    return words.text("Means: {means}", means="; ".join(said)) if said else ""


def _draw(sketch: Sketch, panel: _Panel, unit: str, grid: Grid, i: int, name: str, words: Language) -> None:
    """Draw one procedure."""
    suffix = "" if i == 0 else str(i + 1)
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    rows, at = panel.rows, panel.at
    own, others = (rows[column].astype("float64").round(4) for column in ("share", "others_share"))
    pairs = [x for pair in zip(own, others, strict=True) for x in (*pair, None)]
    sketch.draw(
        x=[None if x is None or pd.isna(x) else x for x in pairs],
        y=[y for row in at for y in (row, row, None)],
        mode="lines",
        line={"color": tint(BOUNDARY, 0.6), "width": 1.5},
        hoverinfo="skip",
        showlegend=False,
        **axes,
        meta={"role": "difference"},
    )
    for role, shares, label, marker in (
        ("others", others, words.text("all others"), {"symbol": "circle-open", "color": BOUNDARY}),
        ("unit", own, unit, {"symbol": "circle", "color": CURVE}),
    ):
        counts = rows["cases"] if role == "unit" else rows["others_cases"]
        said = [
            f"{text}: {percent_words(share, words)} ({words.number(int(n))})"
            for text, share, n in zip(panel.labels, shares, counts, strict=True)
        ]
        sketch.draw(
            x=[None if pd.isna(x) else x for x in shares],
            y=at,
            mode="markers",
            marker={"size": 9, "line": {"width": 1.5}, **marker},
            name=label,
            legendgroup=role,
            showlegend=i == 0,
            customdata=said,
            hovertemplate=f"<b>{label}</b><br>%{{customdata}}<extra></extra>",
            **axes,
            meta={"role": role},
        )
    _axes(sketch, panel, grid, i, axes, max(0.1, float(pd.concat([own, others]).max())), words)
    place = {"xref": f"{axes['xaxis']} domain", "x": 0, "xanchor": "left", "xshift": -110, "align": "left"}
    place |= {"yref": f"{axes['yaxis']} domain", "y": 1, "yanchor": "bottom", "yshift": 4}
    sketch.note(text=f"<b>{name}</b><br>{panel.means}", **place, name=f"heading {panel.procedure}")


def _axes(
    sketch: Sketch, panel: _Panel, grid: Grid, i: int, axes: dict[str, str], widest: float, words: Language
) -> None:
    """Lay out the axes of one procedure: shares across, levels down."""
    row, column = divmod(i, grid.columns)
    top, bottom = grid.down(row, 0)[1], grid.down(row, 0)[0]
    used = (top - bottom) * panel.depth * _LINE / grid.parts[0]
    ticks = [tick for tick in (0, 0.2, 0.4, 0.6, 0.8, 1) if tick <= 1.12 * widest]
    across: dict[str, Any] = {"domain": grid.across(column), "anchor": axes["yaxis"]}
    across |= {"range": [-0.02, min(1.03, 1.12 * widest)], "tickvals": ticks, "showgrid": True, "gridcolor": GRID}
    sketch.axis(axes["xaxis"]).update(across, ticktext=[words.percent(tick) for tick in ticks])
    down: dict[str, Any] = {"domain": [round(top - used, 6), top], "anchor": axes["xaxis"], "ticks": ""}
    down |= {"range": [panel.depth - 0.4, -0.6], "tickvals": panel.at, "ticktext": panel.labels}
    sketch.axis(axes["yaxis"]).update(down)


def _sentence(panel: _Panel, name: str, words: Language, *, whole: bool) -> str:
    """Say one procedure: every level with the unit's and the others' share, or the one that differs most."""
    rows = panel.rows
    chosen = list(range(len(rows)))
    lead = ""
    if not whole:
        apart = (rows["share"] - rows["others_share"]).abs()
        chosen = [int(apart.argmax())] if apart.notna().any() else []
        lead = words.text("largest difference: ") if chosen else ""
    shares = [
        words.text(
            "{level} {share} (others {others})",
            level=panel.labels[k],
            share=percent_words(float(rows["share"].iloc[k]), words),
            others=percent_words(float(rows["others_share"].iloc[k]), words),
        )
        for k in chosen
    ]
    parts = [f"{lead}{'; '.join(shares)}." if shares else "", f"{panel.means}." if panel.means else ""]
    return f"{name}: {' '.join(part for part in parts if part)}"
