"""Does it hang on the criterion who is declared competent?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.figures.geometry import Grid
from cusum.figures.sensitivity_grid import ROW, add_declarations, declaration_order
from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE, GRID, REFERENCE, SHADE, SIGNAL, legend_below, new_sketch
from cusum.figures.wording import capital, known
from cusum.figures.writing import criterion_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.cohort.comparison import CriterionSensitivity
    from cusum.programme import Programme

__all__ = ["plot_sensitivity"]

_LOOKS = ((CURVE, "circle"), (REFERENCE, "diamond-open"), (BOUNDARY, "square"), (SIGNAL, "triangle-up-open"))


def plot_sensitivity(
    result: CriterionSensitivity,
    procedure: str | None = None,
    *,
    programme: Programme | None = None,
    language: str = "en",
    columns: int = 3,
) -> go.Figure:
    """Draw who is declared competent under other criteria and charts: all procedures in sum, or one by trainee.

    Parameters
    ----------
    result : CriterionSensitivity
        From `cusum.criterion_sensitivity`.
    procedure : str, optional
        Key of a procedure: each of its trainees as a row, each criterion and chart as a column. Left out, all
        procedures in sum.
    programme : Programme, optional
        Where the procedures have their names; the Danish introduction year if left out.
    language : {"en", "da"}, default "en"
        The reader's.
    columns : int, default 3
        Small charts side by side.

    Returns
    -------
    plotly.graph_objects.Figure
        In sum: for each procedure the share declared competent by criterion, one marker a chart; the criterion in force
        stands on a grey ground. By trainee: the case at which each criterion and chart would have declared them
        competent, empty where none does.

    Raises
    ------
    InvalidParameter
        If the result has no such procedure.

    Examples
    --------
    >>> from cusum import analyse, criterion_sensitivity, read_registrations
    >>> cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    >>> result = criterion_sensitivity(cohort, procedures=["spinal"], charts=["standard"])
    >>> figure = plot_sensitivity(result)
    >>> figure.data[0].x.round(2).tolist()
    [0.01, 0.3, 0.74, 0.91]
    """
    words = get_language(language)
    names = _names(result, programme, words)
    if procedure is None:
        return _in_sum(result, names, words, columns)
    known(procedure, list(names), "procedure")
    return _by_trainee(result, procedure, names[procedure], words)


def _names(result: CriterionSensitivity, programme: Programme | None, words: Language) -> dict[str, str]:
    """Names of the procedures, in the order of the result; the key where the programme has no such procedure."""
    from cusum.programme import load_programme

    plan = load_programme() if programme is None else programme
    keys = result.summary["procedure"].unique().tolist()
    return {key: words.procedure(plan, key) if key in plan.procedures else key for key in keys}


def _chart_words(key: str, words: Language) -> str:
    """Name of a chart by its short name."""
    from cusum.charts.catalogue import CHARTS

    return CHARTS[key].names[words.code] if key in CHARTS else key


def _in_sum(result: CriterionSensitivity, names: dict[str, str], words: Language, columns: int) -> go.Figure:
    """Draw one small chart for each procedure: the share declared by criterion."""
    summary = result.summary
    columns = max(1, min(columns, len(names)))
    criteria = int(
        summary.groupby("procedure")[["acceptable", "unacceptable"]].value_counts().groupby(level=0).size().max()
    )
    grid = Grid(
        -(-len(names) // columns),
        columns,
        (34 * criteria,),
        heading=34,
        foot=34,
        between=0,
        gutter=0.11,
        top=76,
        bottom=112,
    )
    title = words.text("Share declared competent under other criteria")
    subtitle = words.text("Acceptable / unacceptable failure rate; the criterion in force on a grey ground.")
    sketch = new_sketch(
        words,
        title=title,
        subtitle=subtitle,
        height=grid.height,
        margin={"l": 92, "r": 24, "t": grid.top, "b": grid.bottom},
        showlegend=True,
        legend=legend_below(grid.height, grid.bottom),
    )
    said = []
    for i, (key, name) in enumerate(names.items()):
        part = summary[summary["procedure"] == key]
        _shares(sketch, grid, i, part, words)
        x, y = _places(i)
        place = {"xref": f"{x} domain", "x": 0, "xanchor": "left", "yref": f"{y} domain", "y": 1, "yanchor": "bottom"}
        sketch.note(text=f"<b>{capital(name)}</b>", **place, yshift=4, font={"size": 13}, name=f"heading {key}")
        if i + columns >= len(names):
            sketch.axis(x)["title"] = {"text": words.text("Share declared competent")}
        said.append(_sentence(capital(name), part, words))
    return sketch.figure(alt=" ".join([f"{title}.", *said]))


def _places(i: int) -> tuple[str, str]:
    """Axes of the i-th small chart."""
    return ("x", "y") if i == 0 else (f"x{i + 1}", f"y{i + 1}")


def _shares(sketch: Sketch, grid: Grid, i: int, part: pd.DataFrame, words: Language) -> None:
    """Draw the shares of one procedure: a row for each criterion, a marker for each chart."""
    x, y = _places(i)
    row, column = divmod(i, grid.columns)
    pairs = part[["acceptable", "unacceptable", "in_force"]].drop_duplicates(ignore_index=True)
    pairs = pairs.sort_values(["acceptable", "unacceptable"], ignore_index=True)
    place = {(a, u): float(k) for k, (a, u) in enumerate(zip(pairs["acceptable"], pairs["unacceptable"], strict=True))}
    shares = [0, 0.25, 0.5, 0.75, 1]
    sketch.axis(x).update(domain=grid.across(column), anchor=y, range=[-0.03, 1.1], tickvals=shares)
    sketch.axis(x).update(ticktext=[words.percent(share) for share in shares], showgrid=True, gridcolor=GRID)
    written = [criterion_words(a, u, words) for a, u in place]
    sketch.axis(y).update(domain=grid.down(row, 0), anchor=x, range=[len(place) - 0.5, -0.5], ticks="")
    sketch.axis(y).update(tickvals=list(place.values()), ticktext=written)
    for k in pairs.index[pairs["in_force"]]:
        ground = {"xref": f"{x} domain", "x0": 0, "x1": 1, "yref": y, "y0": k - 0.5, "y1": k + 0.5}
        sketch.shape(type="rect", layer="below", **ground, fillcolor=SHADE, line={"width": 0}, name="in force")
    charts = part["chart"].unique().tolist()
    for k, chart in enumerate(charts):
        rows = part[part["chart"] == chart]
        offset = 0.0 if len(charts) == 1 else 0.4 * (k / (len(charts) - 1) - 0.5)
        _markers(sketch, rows, [place[pair] + offset for pair in _pairs(rows)], words, k, x=x, y=y, legend=i == 0)


def _pairs(rows: pd.DataFrame) -> list[tuple[float, float]]:
    """Acceptable and unacceptable rate of each row."""
    return list(zip(rows["acceptable"].tolist(), rows["unacceptable"].tolist(), strict=True))


def _markers(
    sketch: Sketch, rows: pd.DataFrame, heights: list[float], words: Language, k: int, *, x: str, y: str, legend: bool
) -> None:
    """Draw the shares under one chart, each with its number of trainees."""
    colour, symbol = _LOOKS[k % len(_LOOKS)]
    key = str(rows["chart"].iloc[0])
    name = _chart_words(key, words)
    data = [
        [
            criterion_words(row["acceptable"], row["unacceptable"], words),
            words.text("{declared} of {n}", declared=words.number(row["declared"]), n=words.number(row["trainees"])),
            words.percent(row["share"]),
            _error_rates(row, words),
        ]
        for row in rows.to_dict("records")
    ]
    sketch.draw(
        x=rows["share"].round(5).to_numpy(dtype=float),
        y=heights,
        mode="markers+text",
        marker={"symbol": symbol, "size": 10, "color": colour, "line": {"width": 1.5, "color": colour}},
        text=[words.number(declared) for declared in rows["declared"]],
        textposition="middle right",
        textfont={"color": colour},
        customdata=data,
        hovertemplate=f"<b>{name}</b><br>%{{customdata[0]}}<br>%{{customdata[1]}}: %{{customdata[2]}}"
        "<br>%{customdata[3]}<extra></extra>",
        name=name,
        legendgroup=key,
        showlegend=legend,
        cliponaxis=False,
        xaxis=x,
        yaxis=y,
        meta={"role": "declared", "chart": key},
    )


def _error_rates(row: Any, words: Language) -> str:
    """Say what the design promises within the expected number of cases, or that it cannot say anything."""
    if not row["can_decide"]:
        return words.text("cannot signal within the expected number of procedures")
    return words.text(
        "false declaration {false}, power {power}",
        false=words.percent(row["false_competence"], 1),
        power=words.percent(row["power"], 1),
    )


def _sentence(name: str, part: pd.DataFrame, words: Language) -> str:
    """Say between which shares a procedure lies, and which it has in force."""
    text = words.text(
        "{procedure}: {low} to {high} declared competent.",
        procedure=name,
        low=words.percent(part["share"].min()),
        high=words.percent(part["share"].max()),
    )
    own = [
        words.text("{chart} {share}", chart=_chart_words(row["chart"], words), share=words.percent(row["share"]))
        for row in part[part["in_force"]].to_dict("records")
    ]
    if not own:
        return text
    rates = criterion_words(*_pairs(part[part["in_force"]])[0], words)
    return f"{text} {words.text('In force, {criterion}: {shares}.', criterion=rates, shares=words.join(own))}"


def _by_trainee(result: CriterionSensitivity, procedure: str, name: str, words: Language) -> go.Figure:
    """Draw one procedure: a row for each trainee, a column for each criterion and chart."""
    table = result.table[result.table["procedure"] == procedure]
    summary = result.summary[result.summary["procedure"] == procedure]
    order = declaration_order(table, words)
    grid = Grid(1, 1, (ROW * max(len(order), 1),), heading=74, foot=0, between=0, gutter=0, top=76, bottom=40)
    title = words.text("{procedure}: at which case each criterion declares competence", procedure=capital(name))
    charts = {str(key): _chart_words(str(key), words) for key in summary["chart"].unique()}
    sketch = new_sketch(
        words,
        title=title,
        subtitle=words.text("Case number of the declaration; an empty field means no declaration so far."),
        height=grid.height,
        margin={"l": 92, "r": 24, "t": grid.top, "b": grid.bottom},
    )
    sketch.axis("y")["domain"] = grid.down(0, 0)
    said = add_declarations(sketch, table, summary, order, charts, words)
    return sketch.figure(alt=" ".join([f"{title}.", said, _sentence(capital(name), summary, words)]))
