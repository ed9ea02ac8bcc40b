"""How did this sequence of outcomes go?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cusum.figures.geometry import Grid
from cusum.figures.panel import Panel
from cusum.figures.reading import read_path, turned
from cusum.figures.theme import legend_below, new_sketch
from cusum.figures.wording import signals_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.charts import Path

__all__ = ["plot_path"]


def plot_path(path: Path, *, title: str = "", language: str = "en", height: int = 320) -> go.Figure:
    """Draw the path of one sequence of outcomes under a chart.

    Parameters
    ----------
    path : Path
        From a chart's ``run``.
    title : str, default ""
        Title; the name of the chart if left out.
    language : {"en", "da"}, default "en"
        The reader's.
    height : int, default 320
        Height of the chart in pixels, without margins.

    Returns
    -------
    plotly.graph_objects.Figure
        The statistic as a line of steps, the limits dashed and named, signals as filled markers, failures as ticks.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.4), limit=1.5)
    >>> plot_path(chart.run([1, 0, 0, 0, 0, 0])).layout.title.text
    'LC-CUSUM'
    """
    words = get_language(language)
    frame, reading = read_path(path)
    grid = Grid(1, 1, (height,), heading=0, foot=0, between=0, gutter=0, top=56, bottom=94)
    name = path.chart.names[words.code]
    shown = title or name[:1].upper() + name[1:]
    sketch = new_sketch(
        words,
        title=shown,
        height=grid.height,
        margin={"l": 72, "r": 24, "t": grid.top, "b": grid.bottom},
        showlegend=True,
        legend=legend_below(grid.height, grid.bottom),
    )
    length = max(10, len(frame))
    across = {"domain": [0, 1], "anchor": "y", "range": [0, length * 1.02], "nticks": 10}
    sketch.axis("x").update(across, title={"text": words.text("Procedure number")})
    sketch.axis("y").update(domain=grid.down(0, 0), anchor="x")
    panel = Panel(
        sketch, frame, reading, words, x="x", y="y", strip="", length=length, height=height, legend=True, name=shown
    )
    panel.draw()
    sketch.axis("y")["title"] = {"text": turned(panel.axis_title)}
    return sketch.figure(alt=f"{shown}. {_sentence(path, words)}")


def _sentence(path: Path, words: Language) -> str:
    """Say how many cases, failures and signals there are."""
    done = words.plural("{n} procedure", "{n} procedures", int(path.failure.size))
    failures = words.plural("{n} failure", "{n} failures", int(path.failure.sum()))
    signals = signals_words(path, words)
    return words.text("{procedures}, {failures}; {signals}.", procedures=done, failures=failures, signals=signals)
