"""How do a department's failures add up, in order of date, against what its cases predict?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.errors import InvalidData
from cusum.figures.adjusted_paths import add_cusum, add_signals, add_vlad, cusum_top
from cusum.figures.reading import turned
from cusum.figures.sketch import Sketch
from cusum.figures.survival import case_ticks
from cusum.figures.theme import GRID, REFERENCE, legend_below, new_sketch
from cusum.figures.ticks import month_ticks
from cusum.figures.wording import capital, footer, known
from cusum.figures.writing import level_words
from cusum.language import Language, get_language

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from cusum.cohort import Cohort

__all__ = ["plot_department_adjusted"]

_HEIGHT = 660
_BOTTOM = 112
_VLAD, _CUSUM = [0.55, 1.0], [0.0, 0.40]


def plot_department_adjusted(
    cohort: Cohort, department: str, procedure: str, *, coverage: float = 0.95, language: str = "en"
) -> go.Figure:
    """Draw a department's failures avoided against expectation, above the chart that tests them, in order of date.

    Parameters
    ----------
    cohort : Cohort
        From `cusum.analyse` with a risk model.
    department : str
        Which, as in the registrations.
    procedure : str
        Key of the procedure.
    coverage : float, default 0.95
        Probability of the VLAD's prediction limits at each case, in (0, 1).
    language : {"en", "da"}, default "en"
        The reader's.

    Returns
    -------
    plotly.graph_objects.Figure
        Above, the VLAD with its exact pointwise limits, which describe and do not test; below, the risk-adjusted CUSUM
        with its limit, in words what that limit promises, and a tick for every failure. Each signal is a line through
        both. Case numbers below, months between.

    Raises
    ------
    InvalidData
        If the cohort was analysed without a risk model, or the department has no such case with an expected risk.
    InvalidParameter
        If the cohort has no such department or procedure, or the coverage is outside (0, 1).

    Notes
    -----
    The expected risks are those of the cohort's own average for cases like these; the CUSUM looks for doubled odds of
    failure against them, and starts at 0 again after a signal.

    Examples
    --------
    >>> import pandas as pd
    >>> from cusum import analyse, read_registrations
    >>> table = pd.DataFrame({"trainee": "T1", "department": "Aarhus", "procedure": "cvc", "failure": False}, range(30))
    >>> table["performed_on"] = pd.date_range("2025-01-20", periods=30)
    >>> table["expected"] = [0.05, 0.15] * 15
    >>> cohort = analyse(read_registrations(table), risk="expected")
    >>> figure = plot_department_adjusted(cohort, "Aarhus", "cvc")
    >>> [trace.meta["role"] for trace in figure.data]
    ['prediction limits', 'vlad', 'limit', 'statistic', 'failure']
    >>> figure.layout.xaxis2.ticktext
    ('Jan 2025', 'Feb 2025')
    """
    from cusum.charts import Vlad

    words = get_language(language)
    own, design = _read(cohort, department, procedure, words)
    limits = Vlad().prediction_limits(own["risk"].to_numpy(), coverage=coverage)
    name = words.procedure(cohort.programme, procedure)
    title = words.text(
        "{department}: {procedure}, adjusted for the difficulty of the cases", department=department, procedure=name
    )
    counts = _counts(own, words)
    sketch = new_sketch(
        words,
        title=title,
        subtitle=counts,
        height=_HEIGHT,
        footer=footer(cohort, words),
        margin={"l": 64, "r": 20, "t": 106, "b": _BOTTOM},
        showlegend=True,
        legend=legend_below(_HEIGHT, _BOTTOM),
    )
    level = level_words(coverage, words)
    add_vlad(sketch, own, limits.lower, limits.upper, level, words)
    promise = _promise(cohort, design, words)
    add_cusum(sketch, own, words)
    signals = add_signals(sketch, own, words)
    _axes(sketch, own, words)
    _head(sketch, "y", words.text("VLAD: failures avoided against expectation"), _pointwise(level, words))
    _head(sketch, "y2", words.text("Risk-adjusted CUSUM: looks for doubled odds of failure"), promise)
    alt = [f"{title}.", counts, _ends(own, limits.lower[-1], limits.upper[-1], level, words), signals, promise]
    return sketch.figure(alt=" ".join(alt))


def _read(cohort: Cohort, department: str, procedure: str, words: Language) -> tuple[pd.DataFrame, Any]:
    """Take the department's path and the design of its chart."""
    if cohort.adjusted is None:
        raise InvalidData(
            "the cohort has no expected risks",
            expected="one analysed with a risk model",
            remedy="Give analyse a risk= model.",
        )
    known(procedure, list(cohort.charts), "procedure")
    paths = cohort.adjusted.paths
    known(department, sorted(set(cohort.departments["department"]) | set(paths["department"])), "department")
    own = paths[(paths["department"] == department) & (paths["procedure"] == procedure)].reset_index(drop=True)
    if own.empty:
        raise InvalidData(
            "{department} has no case of {procedure} with an expected risk",
            expected="at least one",
            department=department,
            procedure=words.procedure(cohort.programme, procedure),
        )
    designs = cohort.adjusted.designs
    return own, designs[designs["procedure"] == procedure].iloc[0]


def _counts(own: pd.DataFrame, words: Language) -> str:
    """Say how many cases there are, from when to when, and how many failures, expected and seen."""
    return words.text(
        "{procedures} from {start} to {end}; {failures}, {expected} expected.",
        procedures=words.plural("{n} procedure", "{n} procedures", len(own)),
        start=words.date(own["performed_on"].iloc[0]),
        end=words.date(own["performed_on"].iloc[-1]),
        failures=words.plural("{n} failure", "{n} failures", int(own["failure"].sum())),
        expected=words.number(float(own["risk"].sum()), 1),
    )


def _promise(cohort: Cohort, design: Any, words: Language) -> str:
    """Say what the limit of the CUSUM promises."""
    return words.text(
        "Limit {limit}: reached by chance alone within {cases} with a probability of at most {probability}.",
        limit=words.number(design["department_limit"], 2),
        cases=words.plural("{n} procedure", "{n} procedures", int(design["department_cases"])),
        probability=words.percent(
            cohort.programme.false_alarm, 1 if round(100 * cohort.programme.false_alarm, 6) % 1 else 0
        ),
    )


def _pointwise(level: str, words: Language) -> str:
    """Say what the limits of the VLAD are not."""
    return words.text(
        "Dotted: exact {level} limits at each case on its own; they describe and are not a test.", level=level
    )


def _ends(own: pd.DataFrame, lower: float, upper: float, level: str, words: Language) -> str:
    """Say where the VLAD ends."""
    return words.text(
        "The VLAD ends at {value}; its {level} limits there, which are no test, are {low} and {high}.",
        value=words.number(float(own["vlad"].iloc[-1]), 1),
        level=level,
        low=words.number(float(lower), 1),
        high=words.number(float(upper), 1),
    )


def _axes(sketch: Sketch, own: pd.DataFrame, words: Language) -> None:
    """Lay out the axes: case numbers below, months between the two charts."""
    n = len(own)
    across = {"range": [-0.01 * n, 1.02 * n], "showgrid": True, "gridcolor": GRID}
    ticks = case_ticks(n)
    title = {"text": capital(words.text("procedure number, in order of date"))}
    sketch.axis("x").update(across, anchor="y2", domain=[0, 1], tickvals=ticks, title=title)
    sketch.axis("x")["ticktext"] = [words.number(tick) for tick in ticks]
    cases, months = month_ticks(own["performed_on"].dt.date.tolist(), words)
    sketch.axis("x2").update(across, anchor="y", domain=[0, 1], matches="x", tickvals=cases, ticktext=months)
    up = turned(words.text("↑ fewer failures than expected"))
    sketch.axis("y").update(domain=_VLAD, anchor="x2", title={"text": up}, zeroline=True, zerolinecolor=GRID)
    watch = turned(words.text("↑ towards deterioration"))
    sketch.axis("y2").update(
        domain=_CUSUM, anchor="x", range=[-0.11 * cusum_top(own), cusum_top(own)], title={"text": watch}
    )
    sketch.axis("y2").update(zeroline=True, zerolinecolor=GRID, nticks=5)


def _head(sketch: Sketch, axis: str, heading: str, below: str) -> None:
    """Write the heading of a chart and what its limits are above it."""
    place = {"xref": "paper", "x": 0, "xanchor": "left", "align": "left", "yref": f"{axis} domain", "y": 1}
    sketch.note(
        text=f"<b>{heading}</b><br>{below}",
        **place,
        yanchor="bottom",
        yshift=3,
        name=f"heading {axis}",
        bgcolor="#FFFFFF",
        font={"color": REFERENCE},
    )
