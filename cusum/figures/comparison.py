"""What would each chart have said of the same cases, and when?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cusum.errors import InvalidParameter
from cusum.figures.geometry import Grid
from cusum.figures.panel import Panel
from cusum.figures.reading import Reading, read_path
from cusum.figures.sketch import Sketch
from cusum.figures.survival import add_nothing
from cusum.figures.theme import SIGNAL, legend_below, new_sketch, tint
from cusum.figures.wording import capital, chart_name, signals_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from cusum.charts import Path
    from cusum.cohort.comparison import ChartComparison

__all__ = ["plot_comparison"]


def plot_comparison(
    comparison: ChartComparison, *, title: str = "", language: str = "en", height: int = 150
) -> go.Figure:
    """Draw one sequence of cases under several charts, above each other.

    Parameters
    ----------
    comparison : ChartComparison
        From `cusum.compare_charts`.
    title : str, default ""
        Title; a general one if left out.
    language : {"en", "da"}, default "en"
        The reader's.
    height : int, default 150
        Height of each chart in pixels, 80 or more.

    Returns
    -------
    plotly.graph_objects.Figure
        One chart below the other with the same axis of procedure numbers: the statistic as a line of steps, its limits
        dashed and named, signals as filled markers with case number, every failure as a tick. The first signal of each
        chart goes through all of them as a dotted line.

    Raises
    ------
    InvalidParameter
        If the height is below 80.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum, StandardCusum, compare_charts
    >>> criterion = Criterion(acceptable=0.2, unacceptable=0.4)
    >>> charts = [StandardCusum(criterion=criterion), LearningCurveCusum(criterion=criterion, limit=3.0)]
    >>> figure = plot_comparison(compare_charts([1, 1] + [0] * 20, charts))
    >>> [note.text.split("<br>")[1] for note in figure.layout.annotations if note.name.startswith("heading")]
    ['signal: acceptable failure rate at no. 15', 'signal: competence at no. 13']
    """
    if height < 80:
        raise InvalidParameter("height is {value}", expected="80 or more", value=height)
    words = get_language(language)
    paths = comparison.paths
    signals = [signals_words(path, words) for path in paths.values()]
    lines = 1 + max(text.count("; ") for text in signals)
    grid = Grid(len(paths), 1, (height,), heading=28 + 18 * lines, foot=26, between=0, gutter=0, top=72, bottom=100)
    path = next(iter(paths.values()))
    title = title or words.text("The same procedures under several charts")
    sketch = new_sketch(
        words,
        title=title,
        subtitle=words.text("Dotted through all charts: the first signal of each."),
        height=grid.height,
        margin={"l": 64, "r": 24, "t": grid.top, "b": grid.bottom},
        showlegend=True,
        legend=legend_below(grid.height, grid.bottom),
    )
    length = max(10, path.failure.size)
    drawn = [read_path(path) for path in paths.values()]
    said = []
    for i, (label, path) in enumerate(paths.items()):
        name = chart_name(label, path.chart, words)
        said.append(f"{capital(name)}: {signals[i]}.")
        _axes(sketch, grid, i, length)
        _panel(sketch, drawn[i], words, i, length=length, height=height, name=name)
        heading = f"<b>{capital(name)}</b> · {drawn[i][1].axis_title(words)}<br>{signals[i].replace('; ', '<br>')}"
        _heading(sketch, i, heading, label)
    last = _axis("x", len(paths) - 1)
    sketch.axis(last)["title"] = {"text": words.text("Procedure number")}
    _first_signals(sketch, list(paths.values()))
    return sketch.figure(alt=" ".join([f"{title}.", _counted(path, words), *said]))


def _axis(letter: str, i: int) -> str:
    """Name of an axis of the i-th chart."""
    return letter if i == 0 else f"{letter}{i + 1}"


def _axes(sketch: Sketch, grid: Grid, i: int, length: int) -> None:
    """Lay out the axes of one chart; all share the procedure numbers of the first."""
    x, y = _axis("x", i), _axis("y", i)
    sketch.axis(x).update(domain=[0, 1], anchor=y, range=[0, length * 1.02], nticks=12)
    if i:
        sketch.axis(x)["matches"] = "x"
    sketch.axis(y).update(domain=grid.down(i, 0), anchor=x)


def _panel(
    sketch: Sketch,
    drawn: tuple[pd.DataFrame, Reading],
    words: Language,
    i: int,
    *,
    length: int,
    height: float,
    name: str,
) -> None:
    """Draw one chart."""
    frame, reading = drawn
    x, y = _axis("x", i), _axis("y", i)
    if frame.empty:
        sketch.axis(y).update(tickvals=[], range=[0, 1])
        add_nothing(sketch, x=x, y=y)
        return
    place = {"x": x, "y": y, "strip": "", "length": length, "height": height}
    Panel(sketch, frame, reading, words, **place, legend=True, name=name).draw()  # type: ignore[arg-type]


def _heading(sketch: Sketch, i: int, text: str, label: str) -> None:
    """Write above a chart which it is, which way is good, and what it said."""
    place = {"xref": f"{_axis('x', i)} domain", "x": 0, "xanchor": "left", "align": "left"}
    place |= {"yref": f"{_axis('y', i)} domain", "y": 1, "yanchor": "bottom", "yshift": 4}
    sketch.note(text=text, **place, font={"size": 13}, name=f"heading {label}")


def _first_signals(sketch: Sketch, paths: list[Path]) -> None:
    """Draw the first signal of each chart through all of them."""
    for case in sorted({path.signals[0].case for path in paths if path.signals}):
        line = {"color": tint(SIGNAL, 0.6), "width": 1, "dash": "dot"}
        place = {"xref": "x", "x0": case, "x1": case, "yref": "paper", "y0": 0, "y1": 1}
        sketch.shape(type="line", layer="below", **place, line=line, name=f"first signal {case}")


def _counted(path: Path, words: Language) -> str:
    """Say how many cases and failures there are."""
    return words.text(
        "{procedures}, {failures}.",
        procedures=words.plural("{n} procedure", "{n} procedures", int(path.failure.size)),
        failures=words.plural("{n} failure", "{n} failures", int(path.failure.sum())),
    )
