"""Where does this trainee stand with each procedure?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cusum.errors import InvalidParameter
from cusum.figures.geometry import Grid
from cusum.figures.panel import Panel
from cusum.figures.reading import reading_of, turned
from cusum.figures.sketch import Sketch
from cusum.figures.survival import add_nothing
from cusum.figures.theme import BOUNDARY, legend_below, new_sketch
from cusum.figures.wording import criterion_of, footer, known, status_sentence, status_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from cusum.cohort import Cohort

__all__ = ["plot_chart", "plot_trainee"]

_DRAWN = ["procedure", "case", "performed_on", "failure", "score", "statistic", "lower", "upper", "phase", "signal"]
_DRAWN += ["rate", "rate_low", "rate_high"]


def plot_trainee(cohort: Cohort, trainee: str, *, language: str = "en", columns: int = 3) -> go.Figure:
    """Draw every chart of one trainee: one small chart for each procedure of the programme.

    Parameters
    ----------
    cohort : Cohort
        From `cusum.analyse`.
    trainee : str
        Who, as in the registrations.
    language : {"en", "da"}, default "en"
        The reader's.
    columns : int, default 3
        Small charts side by side; 3 suits a screen, 2 a sheet of paper.

    Returns
    -------
    plotly.graph_objects.Figure
        Small charts with the same axis of procedure numbers. In each: the statistic as a line of steps, its limits
        dashed and named, signals as filled markers with case number and date, every failure as a tick; in a strip
        below, the smoothed current failure rate with its 95% band, and the acceptable and the unacceptable rate.

    Raises
    ------
    InvalidParameter
        If the cohort has no such trainee, or there are fewer than one column.

    Notes
    -----
    Where a chart passes from learning to monitoring, the monitoring statistic is drawn below zero, dotted on a grey
    ground: up is towards competence throughout.

    Examples
    --------
    >>> import pandas as pd
    >>> from cusum import analyse, read_registrations
    >>> days = pd.date_range("2025-09-01", periods=30)
    >>> rows = {"trainee": "T1", "department": "Aarhus", "procedure": "spinal", "performed_on": days, "failure": False}
    >>> cohort = analyse(read_registrations(pd.DataFrame(rows)))
    >>> plot_trainee(cohort, "T1").layout.title.text
    'Trainee T1 · Aarhus'
    """
    words = get_language(language)
    known(trainee, cohort.trainees["trainee"].tolist(), "trainee")
    if columns < 1:
        raise InvalidParameter("columns is {value}", expected="1 or more", value=columns)
    keys = list(cohort.charts)
    grid = _grid(-(-len(keys) // columns), min(columns, len(keys)))
    who = cohort.trainees.set_index("trainee").loc[trainee]
    title = words.text("Trainee {trainee}", trainee=trainee)
    if who["department"]:
        title += f" · {who['department']}"
    alt = " ".join(
        [
            words.text("{title}: small charts, one for each procedure.", title=title),
            *_sentences(cohort, trainee, keys, words),
        ]
    )
    return _draw(cohort, trainee, keys, grid, words, title=title, alt=alt)


def plot_chart(cohort: Cohort, trainee: str, procedure: str, *, language: str = "en", height: int = 260) -> go.Figure:
    """Draw the chart of one trainee and one procedure.

    Parameters
    ----------
    cohort : Cohort
        From `cusum.analyse`.
    trainee : str
        Who, as in the registrations.
    procedure : str
        Key of the procedure, such as ``"spinal"``.
    language : {"en", "da"}, default "en"
        The reader's.
    height : int, default 260
        Height of the chart in pixels, without its strip and margins.

    Returns
    -------
    plotly.graph_objects.Figure
        One chart, drawn as in `plot_trainee`.

    Raises
    ------
    InvalidParameter
        If the cohort has no such trainee or the programme no such charted procedure.

    Examples
    --------
    >>> import pandas as pd
    >>> from cusum import analyse, read_registrations
    >>> days = pd.date_range("2025-09-01", periods=30)
    >>> rows = {"trainee": "T1", "department": "Aarhus", "procedure": "spinal", "performed_on": days, "failure": False}
    >>> cohort = analyse(read_registrations(pd.DataFrame(rows)))
    >>> [note.text for note in plot_chart(cohort, "T1", "spinal").layout.annotations if "no." in note.text]
    ['no. 27 · 27 Sept 2025']
    """
    words = get_language(language)
    known(trainee, cohort.trainees["trainee"].tolist(), "trainee")
    known(procedure, list(cohort.charts), "procedure")
    title = words.text("Trainee {trainee}", trainee=trainee)
    sentence = _sentences(cohort, trainee, [procedure], words)[0]
    return _draw(
        cohort, trainee, [procedure], _grid(1, 1, height, bottom=146), words, title=title, alt=f"{title}. {sentence}"
    )


def _grid(rows: int, columns: int, height: float = 200, bottom: float = 126) -> Grid:
    """Room for the small charts."""
    return Grid(rows, columns, (height, 60), heading=40, foot=30, between=8, gutter=0.065, top=48, bottom=bottom)


def _draw(
    cohort: Cohort, trainee: str, keys: list[str], grid: Grid, words: Language, *, title: str, alt: str
) -> go.Figure:
    """Draw the charts of some procedures on a grid."""
    paths = cohort.paths.loc[cohort.paths["trainee"] == trainee, _DRAWN]
    frames = dict(list(paths.groupby("procedure", sort=False)))
    status = cohort.status[cohort.status["trainee"] == trainee].set_index("procedure")
    length = max(10, int(status["cases"].max()))
    sketch = new_sketch(
        words,
        title=title,
        height=grid.height,
        footer=footer(cohort, words),
        margin={"l": 64, "r": 16, "t": grid.top, "b": grid.bottom},
        showlegend=True,
        legend=legend_below(grid.height, grid.bottom),
    )
    drawn = [frames.get(key, paths.iloc[:0]) for key in keys]
    _axes(sketch, grid, len(keys), length, words)
    for i in sorted(range(len(keys)), key=lambda i: -drawn[i]["phase"].nunique()):
        _panel(sketch, cohort, keys[i], drawn[i], status.loc[keys[i]], words, i, length, grid.parts[0])
    return sketch.figure(alt=alt)


def _axes(sketch: Sketch, grid: Grid, count: int, length: int, words: Language) -> None:
    """Lay out the axes of the small charts."""
    for i in range(count):
        row, column = divmod(i, grid.columns)
        x, y, strip = _names(i)
        sketch.axis(x).update(domain=grid.across(column), anchor=strip, range=[0, length * 1.02], nticks=6)
        if i:
            sketch.axis(x)["matches"] = "x"
        if i + grid.columns >= count:
            sketch.axis(x)["title"] = {"text": words.text("Procedure number")}
        sketch.axis(y).update(domain=grid.down(row, 0), anchor=x)
        sketch.axis(strip).update(domain=grid.down(row, 1), anchor=x)
        if column == 0:
            sketch.axis(strip)["title"] = {"text": words.text("failure rate")}


def _names(i: int) -> tuple[str, str, str]:
    """Axes of the i-th small chart: procedure number, statistic, failure rate."""
    number = lambda n: "" if n == 1 else str(n)  # noqa: E731
    return f"x{number(i + 1)}", f"y{number(2 * i + 1)}", f"y{2 * i + 2}"


def _panel(
    sketch: Sketch,
    cohort: Cohort,
    key: str,
    frame: pd.DataFrame,
    status: Any,
    words: Language,
    i: int,
    length: int,
    height: float,
) -> None:
    """Draw one small chart with its heading."""
    x, y, strip = _names(i)
    short = words.procedure(cohort.programme, key, short=True)
    reading = reading_of(cohort.charts[key])
    panel = Panel(
        sketch, frame, reading, words, x=x, y=y, strip=strip, length=length, height=height, legend=True, name=short
    )
    note = {"xref": f"{x} domain", "yref": f"{y} domain", "align": "left"}
    text = f"<b>{short}</b> · {_done(status, words)}<br>{status_words(status, words)}"
    place = {"x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "yshift": 4}
    sketch.note(**note, **place, text=text, font={"size": 13}, name=f"heading {key}")
    panel.draw_strip(criterion_of(cohort, key))
    if frame.empty:
        sketch.axis(y).update(tickvals=[], range=[0, 1])
        add_nothing(sketch, x=x, y=y)
        look = {"font": {"color": BOUNDARY, "size": 13}, "name": f"empty {key}"}
        sketch.note(**note, x=0.5, y=0.5, xanchor="center", text=words.status("not_started"), **look)
        return
    panel.draw()
    sketch.axis(y)["title"] = {"text": turned(panel.axis_title)}


def _done(status: Any, words: Language) -> str:
    """Say how many procedures were done."""
    return words.plural("{n} procedure", "{n} procedures", int(status["cases"]))


def _sentences(cohort: Cohort, trainee: str, keys: list[str], words: Language) -> list[str]:
    """Say where the trainee stands with each procedure."""
    status, crossings = (
        {row["procedure"]: row for row in table[table["trainee"] == trainee].to_dict("records")}
        for table in (cohort.status, cohort.crossings)
    )
    names = {key: words.procedure(cohort.programme, key) for key in keys}
    return [status_sentence(names[key], status[key], crossings[key], words) for key in keys]
