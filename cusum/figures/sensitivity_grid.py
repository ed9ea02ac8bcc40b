"""Trainees by criteria: the case at which each criterion would have declared each trainee competent."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE, REFERENCE, SHADE, tint
from cusum.figures.writing import criterion_words
from cusum.language import Language

__all__ = ["ROW", "add_declarations", "declaration_order"]

ROW = 17
"""Height of one trainee's row, in pixels."""
_DESIGN = ["chart", "acceptable", "unacceptable"]


def declaration_order(table: pd.DataFrame, words: Language) -> list[str]:
    """Sort the trainees: those first whom most criteria declare competent, the earliest of them first.

    Parameters
    ----------
    table : DataFrame
        Rows of one procedure: columns trainee, crossed and case.
    words : Language
        The reader's, for the order of names.

    Returns
    -------
    list of str
        Trainees, from the top.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> rows = {"trainee": ["A", "B", "C"], "crossed": [False, True, True], "case": [pd.NA, 9, 5]}
    >>> declaration_order(pd.DataFrame(rows), get_language("en"))
    ['C', 'B', 'A']
    """
    said = table.assign(case=table["case"].astype("Float64")).groupby("trainee").agg({"crossed": "sum", "case": "mean"})
    keys = {
        str(trainee): (-int(crossed), np.inf if pd.isna(case) else float(case), words.sort_key(str(trainee)))
        for trainee, crossed, case in said.itertuples()
    }
    return sorted(keys, key=keys.__getitem__)


def add_declarations(
    sketch: Sketch,
    table: pd.DataFrame,
    summary: pd.DataFrame,
    order: list[str],
    charts: dict[str, str],
    words: Language,
) -> str:
    """Draw the trainees by criterion and chart, on the axes x and y.

    Parameters
    ----------
    sketch : Sketch
        The figure in the making; it is changed.
    table, summary : DataFrame
        Rows of one procedure, as `cusum.criterion_sensitivity` gives them.
    order : list of str
        Trainees, from the top.
    charts : dict of str to str
        Names of the charts by their short names, in the order of the columns.
    words : Language
        The reader's.

    Returns
    -------
    str
        A sentence on how many trainees are declared by all criteria, by some and by none.
    """
    designs = summary[[*_DESIGN, "in_force", "declared", "trainees"]].reset_index(drop=True)
    place = {trainee: k for k, trainee in enumerate(order)}
    starts = designs["chart"].map({key: k for k, key in enumerate(charts)}).to_numpy(dtype=float)
    across = np.arange(len(designs)) + 0.4 * starts
    columns = {tuple(design): k for k, design in enumerate(designs[_DESIGN].to_numpy(dtype=object).tolist())}
    cases = np.full((len(order), len(designs)), np.nan)
    for row in table[table["crossed"].astype(bool)].itertuples():
        cases[place[str(row.trainee)], columns[row.chart, row.acceptable, row.unacceptable]] = row.case
    _cells(sketch, cases, across, designs, order, charts, words)
    _axes(sketch, across, designs, order, words)
    for key, name in charts.items():
        mine = across[(designs["chart"] == key).to_numpy()]
        above = {"yref": "y domain", "y": 1, "yanchor": "bottom", "yshift": 46}
        sketch.note(text=f"<b>{name}</b>", xref="x", x=float(mine.mean()), **above, name=f"heading {key}")
    return _sentence(cases, words)


def _cells(
    sketch: Sketch,
    cases: NDArray[np.float64],
    across: NDArray[np.float64],
    designs: pd.DataFrame,
    order: list[str],
    charts: dict[str, str],
    words: Language,
) -> None:
    """Draw a field for each trainee and criterion: shaded and numbered where there is a declaration."""
    rows, columns = np.meshgrid(*map(np.arange, cases.shape), indexing="ij")
    for role, chosen, colour in (
        ("declared", ~np.isnan(cases), tint(CURVE, 0.25)),
        ("not declared", np.isnan(cases), SHADE),
    ):
        half, gap = 0.46, 0.44
        x, y = across[columns[chosen]], rows[chosen].astype(float)
        nothing = np.full(x.size, np.nan)
        sketch.draw(
            x=np.column_stack([x - half, x + half, x + half, x - half, x - half, nothing]).ravel(),
            y=np.column_stack([y - gap, y - gap, y + gap, y + gap, y - gap, nothing]).ravel(),
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=colour,
            hoverinfo="skip",
            name=role,
            meta={"role": f"{role} field"},
        )
    said = ~np.isnan(cases)
    names = [
        f"{charts[row['chart']]}, {criterion_words(row['acceptable'], row['unacceptable'], words)}"
        for row in designs.to_dict("records")
    ]
    sketch.draw(
        x=across[columns[said]],
        y=rows[said],
        mode="text",
        text=[words.number(int(case)) for case in cases[said]],
        textfont={"color": REFERENCE},
        customdata=[[order[row], names[column]] for row, column in zip(rows[said], columns[said], strict=True)],
        hovertemplate=f"<b>%{{customdata[0]}}</b><br>%{{customdata[1]}}<br>{words.text('no. {case}', case='%{text}')}"
        "<extra></extra>",
        name=words.signal("competent"),
        meta={"role": "case"},
    )


def _axes(
    sketch: Sketch, across: NDArray[np.float64], designs: pd.DataFrame, order: list[str], words: Language
) -> None:
    """Write the criteria with the numbers declared above the columns, and the trainees before the rows."""
    heads = []
    for k, row in enumerate(designs.to_dict("records")):
        pair = criterion_words(row["acceptable"], row["unacceptable"], words)
        count = words.text("{declared} of {n}", declared=words.number(row["declared"]), n=words.number(row["trainees"]))
        heads.append(f"<b>{pair}</b><br>{count}" if row["in_force"] else f"{pair}<br>{count}")
        if row["in_force"]:
            x = float(across[k])
            box = {"xref": "x", "x0": x - 0.49, "x1": x + 0.49, "yref": "y", "y0": -0.5, "y1": len(order) - 0.5}
            sketch.shape(type="rect", **box, line={"color": BOUNDARY, "width": 2}, name="in force")
            below = {"yref": "y domain", "y": 0, "yanchor": "top", "yshift": -4}
            note = {"text": words.text("in force"), "font": {"color": BOUNDARY}, "name": "in force"}
            sketch.note(**note, xref="x", x=x, **below)
    sketch.axis("x").update(side="top", tickvals=across.tolist(), ticktext=heads, ticks="", showline=False, tickangle=0)
    sketch.axis("x").update(range=[-0.55, float(across[-1]) + 0.55], anchor="y")
    rows = {"tickvals": list(range(len(order))), "ticktext": order, "ticks": ""}
    sketch.axis("y").update(rows, range=[len(order) - 0.5, -0.5], anchor="x")


def _sentence(cases: NDArray[np.float64], words: Language) -> str:
    """Say how many trainees are declared competent by all criteria and charts, by some, and by none."""
    said = (~np.isnan(cases)).sum(axis=1)
    every, none = int((said == cases.shape[1]).sum()), int((said == 0).sum())
    return words.text(
        "Of {n} trainees, {every} are declared competent by every criterion and chart, {none} by none, and of "
        "{some} it hangs on the choice.",
        n=words.number(len(said)),
        every=words.number(every),
        none=words.number(none),
        some=words.number(len(said) - every - none),
    )
