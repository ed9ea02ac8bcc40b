"""How does failure become rarer with the number of procedures?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cusum.figures.sketch import Sketch
from cusum.figures.survival import case_ticks
from cusum.figures.theme import BOUNDARY, CURVE, REFERENCE, legend_below, new_sketch, tint
from cusum.figures.ticks import rate_ticks
from cusum.figures.writing import level_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.criterion import Criterion
    from cusum.models import LearningCurve

__all__ = ["meeting_words", "plot_learning_curve"]

_HEIGHT = 460
_POINTS = 14


def plot_learning_curve(
    result: LearningCurve,
    *,
    criterion: Criterion | None = None,
    trainee: str | None = None,
    title: str = "",
    language: str = "en",
) -> go.Figure:
    """Draw a cohort's learning curve with its band, each trainee's curve faintly behind it.

    Parameters
    ----------
    result : LearningCurve
        From `cusum.fit_learning_curve`.
    criterion : Criterion, optional
        Its acceptable and unacceptable failure rates are drawn as lines.
    trainee : str, optional
        One whose curve is drawn in full, with its band.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        Trainees' curves end where their procedures do; the cohort's ends with the longest of them.

    Examples
    --------
    >>> from cusum import fit_learning_curve
    >>> from cusum.models.learning_simulation import draw_known_curves
    >>> known = draw_known_curves("mixed", trainees=8, cases=(5, 20), seed=1)
    >>> figure = plot_learning_curve(fit_learning_curve(known.table))
    >>> [trace.meta["role"] for trace in figure.data]
    ['trainees', 'band', 'rate']
    """
    words = get_language(language)
    title = title or words.text("Failure rate by procedure number")
    level, table = level_words(result.confidence, words), result.population()
    meeting = _meeting(result, criterion, words)
    sketch = new_sketch(words, title=title, height=_HEIGHT, subtitle=" ".join(meeting))
    sketch.layout.update(showlegend=True, legend=legend_below(_HEIGHT, 110))
    sketch.layout["margin"] = {"l": 72, "r": 24, "t": 72 if meeting else 56, "b": 110}
    _draw_trainees(sketch, result, words)
    name = words.text("average of the trainees")
    _draw_curve(sketch, table, words, name=name, level=level, colour=CURVE, role="")
    said = [f"{title}.", _ends(table, name, words), *meeting]
    highest = float(table["high"].max())
    if trainee is not None:
        own = result.trainee(trainee)
        own = own[own["done"]]
        _draw_curve(sketch, own, words, name=trainee, level=level, colour=REFERENCE, role="own ")
        said.append(_ends(own, trainee, words))
        highest = max(highest, float(own["high"].max()))
    if criterion is not None:
        _draw_criterion(sketch, criterion, result.longest, words)
        _draw_meeting(sketch, result, criterion.acceptable, words)
        highest = max(highest, criterion.unacceptable)
    top = min(1.0, 1.1 * highest)
    ticks = rate_ticks(top)
    sketch.axis("x").update(range=[0, result.longest * 1.02], tickvals=case_ticks(result.longest))
    sketch.axis("x")["title"] = {"text": words.text("Procedure number")}
    sketch.axis("y").update(range=[0, top], tickvals=ticks, ticktext=[words.percent(tick) for tick in ticks])
    sketch.axis("y")["title"] = {"text": words.text("Failure rate")}
    return sketch.figure(alt=" ".join(said))


def _spread(n: int) -> list[int]:
    """Choose the rows of a smooth curve that are drawn: the first ones all, then further and further apart."""
    return sorted({round(place) - 1 for place in np.geomspace(1, max(n, 1), _POINTS).tolist()})


def _draw_trainees(sketch: Sketch, result: LearningCurve, words: Language) -> None:
    """Draw all trainees' curves as one faint trace, with breaks between them."""
    x: list[Any] = []
    y: list[Any] = []
    names: list[str] = []
    for trainee in result.trainees:
        own = result.trainee(trainee)
        own = own[own["done"]]
        own = own.iloc[_spread(len(own))]
        x += [*own["case"].tolist(), None]
        y += [*own["rate"].round(4).tolist(), None]
        names += [trainee] * (len(own) + 1)
    sketch.draw(
        x=x,
        y=y,
        mode="lines",
        line={"color": tint(BOUNDARY, 0.28), "width": 1},
        name=words.text("each trainee"),
        customdata=names,
        hovertemplate=f"<b>%{{customdata}}</b><br>{words.text('no. {case}', case='%{x}')}: %{{y:.1%}}<extra></extra>",
        connectgaps=False,
        meta={"role": "trainees"},
    )


def _draw_curve(
    sketch: Sketch, table: pd.DataFrame, words: Language, *, name: str, level: str, colour: str, role: str
) -> None:
    """Draw a curve with its band."""
    case, low, high = (table[column].to_numpy() for column in ("case", "low", "high"))
    sketch.draw(
        x=np.concatenate([case, case[::-1]]),
        y=np.round(np.concatenate([low, high[::-1]]), 4),
        mode="lines",
        line={"width": 0},
        fill="toself",
        fillcolor=tint(colour, 0.12 if role else 0.2),
        hoverinfo="skip",
        showlegend=False,
        name=words.text("{name}: {level} interval", name=name, level=level),
        meta={"role": f"{role}band"},
    )
    data = [[words.percent(value, 1) for value in row] for row in table[["rate", "low", "high"]].to_numpy()]
    places = {"rate": "%{customdata[0]}", "low": "%{customdata[1]}", "high": "%{customdata[2]}"}
    template = words.text("{rate} ({level} interval {low} to {high})", level=level, **places)
    sketch.draw(
        x=case,
        y=table["rate"].round(4).to_numpy(),
        mode="lines",
        line={"color": colour, "width": 2.5, "dash": "dash" if role else "solid"},
        name=name,
        customdata=data,
        hovertemplate=f"<b>{name}</b><br>{words.text('no. {case}', case='%{x}')}<br>{template}<extra></extra>",
        meta={"role": f"{role}rate"},
    )


def _draw_criterion(sketch: Sketch, criterion: Criterion, last: int, words: Language) -> None:
    """Draw the acceptable and the unacceptable failure rate."""
    for role, name, rate, dash in (
        ("acceptable", words.text("acceptable failure rate"), criterion.acceptable, "dot"),
        ("unacceptable", words.text("unacceptable failure rate"), criterion.unacceptable, "dashdot"),
    ):
        sketch.draw(
            x=[0, last * 1.02],
            y=[rate, rate],
            mode="lines",
            line={"color": BOUNDARY, "width": 1.5, "dash": dash},
            name=f"{name} ({level_words(rate, words)})",
            hoverinfo="skip",
            meta={"role": role},
        )


def _draw_meeting(sketch: Sketch, result: LearningCurve, rate: float, words: Language) -> None:
    """Mark where the average meets a rate, with its interval; nothing where that is not certain."""
    row = result.meets(rate).iloc[0]
    if not row[["case", "low", "high"]].notna().all():
        return
    case, low, high = (int(row[column]) for column in ("case", "low", "high"))
    sketch.draw(
        x=[case],
        y=[rate],
        mode="markers",
        marker={"symbol": "diamond", "size": 11, "color": CURVE, "line": {"width": 1, "color": REFERENCE}},
        error_x={"type": "data", "symmetric": False, "array": [high - case], "arrayminus": [case - low]}
        | {"thickness": 2, "width": 5, "color": CURVE},
        name=words.text("the average meets the acceptable rate"),
        hovertemplate=f"{meeting_words(result, rate, words)}<extra></extra>",
        meta={"role": "meeting"},
    )


def _ends(table: pd.DataFrame, name: str, words: Language) -> str:
    """Say where a curve begins and ends."""
    return words.text(
        "{name}: from {first} at no. {start} to {last} at no. {end}.",
        name=name[:1].upper() + name[1:],
        first=words.percent(table["rate"].iloc[0], 1),
        start=words.number(int(table["case"].iloc[0])),
        last=words.percent(table["rate"].iloc[-1], 1),
        end=words.number(int(table["case"].iloc[-1])),
    )


def _meeting(result: LearningCurve, criterion: Criterion | None, words: Language) -> list[str]:
    """Say where the average curve meets the acceptable rate."""
    return [] if criterion is None else [meeting_words(result, criterion.acceptable, words)]


def meeting_words(result: LearningCurve, rate: float, words: Language) -> str:
    """Say where the average curve meets the acceptable rate, as far as that can be told.

    Parameters
    ----------
    result : LearningCurve
        From `cusum.fit_learning_curve`.
    rate : float
        The acceptable failure rate, in (0, 1).
    words : Language
        The reader's.

    Returns
    -------
    str
        One sentence, or two where it is beyond what has been seen.
    """
    row = result.meets(rate).iloc[0]
    written = level_words(rate, words)
    if pd.isna(row["case"]):
        return words.text(
            "Whether and when the average curve meets the acceptable failure rate of {rate} cannot be decided from "
            "these procedures.",
            rate=written,
        )
    if int(row["case"]) == 1:
        return words.text(
            "The average curve lies below the acceptable failure rate of {rate} from the beginning.", rate=written
        )
    values = {name: "" if pd.isna(row[name]) else words.number(int(row[name])) for name in ("case", "low", "high")}
    values |= {"rate": written, "level": level_words(result.confidence, words)}
    if values["high"]:
        told = words.text(
            "The average curve meets the acceptable failure rate of {rate} at procedure no. {case} ({level} interval "
            "{low} to {high}).",
            **values,
        )
    else:
        told = words.text(
            "The average curve meets the acceptable failure rate of {rate} at procedure no. {case} ({level} interval "
            "from {low}, no upper limit).",
            **values,
        )
    return told if int(row["case"]) <= result.longest else f"{told} {words.text('That is beyond what has been seen.')}"
