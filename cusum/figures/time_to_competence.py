"""By which procedure number do how many have a signal of competence?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cusum.figures.survival import add_share, case_ticks, median_words
from cusum.figures.theme import BOUNDARY, CURVE, REFERENCE, SIGNAL, legend_below, new_sketch
from cusum.figures.writing import level_words
from cusum.language import get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.models import TimeToCompetence

__all__ = ["plot_time_to_competence"]

_HEIGHT = 420
_LOOKS = ((CURVE, "solid"), (BOUNDARY, "dash"), (REFERENCE, "dot"), (SIGNAL, "dashdot"))


def plot_time_to_competence(
    result: TimeToCompetence, *, title: str = "", language: str = "en", bands: bool = True
) -> go.Figure:
    """Draw the share with a signal of competence by procedure number, one line for each group.

    Parameters
    ----------
    result : TimeToCompetence
        From `cusum.time_to_competence`.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.
    bands : bool, default True
        Draw the confidence bands.

    Returns
    -------
    plotly.graph_objects.Figure
        Kaplan-Meier curves; beyond four groups all but the first are alike and named when pointed at.

    Examples
    --------
    >>> import pandas as pd
    >>> from cusum import time_to_competence
    >>> table = pd.DataFrame({"cases": [20, 30, 40], "crossed": [True, False, True], "case": [15, None, 31]})
    >>> plot_time_to_competence(time_to_competence(table)).data[1].y.round(3).tolist()
    [0.0, 0.333, 0.333, 1.0]
    """
    words = get_language(language)
    title = title or words.text("Share with signal of competence by procedure number")
    several = result.curve["group"].nunique() > 1
    sketch = new_sketch(words, title=title, height=_HEIGHT, showlegend=several, legend=legend_below(_HEIGHT, 92))
    sketch.layout["margin"] = {"l": 72, "r": 24, "t": 56, "b": 92}
    said, level = [f"{title}."], level_words(result.confidence, words)
    for i, (group, curve) in enumerate(result.curve.groupby("group", sort=False)):
        name = str(group) or words.text("Share with signal of competence")
        colour, dash = _LOOKS[i] if i < len(_LOOKS) else _LOOKS[1]
        look = {"colour": colour, "dash": dash}
        add_share(
            sketch,
            curve,
            words,
            name=name,
            level=level,
            x="x",
            y="y",
            opacity=0.15 if bands else 0,
            legend=several,
            **look,
        )
        median = median_words(result.median[result.median["group"] == group].iloc[0], words, level)
        said.append(f"{name}: {median}.")
    length = max(10, int(result.curve["case"].max()))
    ticks = [0, 0.25, 0.5, 0.75, 1]
    across = {"range": [0, length * 1.02], "tickvals": case_ticks(length)}
    sketch.axis("x").update(across, title={"text": words.text("Procedure number")})
    up = {"range": [0, 1.03], "tickvals": ticks, "ticktext": [words.percent(tick) for tick in ticks]}
    sketch.axis("y").update(up, title={"text": words.text("Share with signal of competence")})
    return sketch.figure(alt=" ".join(said))
