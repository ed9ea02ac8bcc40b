"""How figures look: colour is a role, and every role has a dash or a marker as well."""

from __future__ import annotations

from typing import Any

from cusum.figures.sketch import Sketch
from cusum.language import Language

__all__ = ["BOUNDARY", "CURVE", "FONT", "MARKERS", "REFERENCE", "SIGNAL", "legend_below", "new_sketch", "tint"]

CURVE = "#0072B2"
"""The statistic, a share, an estimate: what the data say."""
SIGNAL = "#D55E00"
"""Where the chart says something."""
BOUNDARY = "#666666"
"""Limits and what they are designed from."""
REFERENCE = "#000000"
"""Observations: failures, counts."""
GRID = "#E6E6E6"
SHADE = "#F2F2F2"

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
SIZE = 12

MARKERS = {
    "competent": "diamond",
    "acceptable": "diamond",
    "improvement": "triangle-up",
    "deterioration": "triangle-down",
    "unacceptable": "triangle-down",
}
"""Marker of each kind of signal."""


def tint(colour: str, opacity: float) -> str:
    """Make a colour see-through.

    Parameters
    ----------
    colour : str
        A colour as ``#RRGGBB``.
    opacity : float
        From 0 (not seen) to 1 (full).

    Returns
    -------
    str
        The colour as ``rgba(...)``.

    Examples
    --------
    >>> tint("#0072B2", 0.2)
    'rgba(0,114,178,0.2)'
    """
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


def new_sketch(
    language: Language, *, title: str, height: int, subtitle: str = "", footer: str = "", **layout: Any
) -> Sketch:
    """Start a figure in the house style.

    Parameters
    ----------
    language : Language
        Decides the separators of numbers.
    title : str
        Title above the figure, left.
    height : int
        Height in pixels.
    subtitle : str, default ""
        Sentence below the title.
    footer : str, default ""
        Small print below, such as where the data come from.
    **layout : object
        Anything else for the layout.

    Returns
    -------
    Sketch
        A figure without traces. Plotly's default template is neither used nor changed.

    Examples
    --------
    >>> from cusum.language import get_language
    >>> new_sketch(get_language("da"), title="Spinal", height=300).layout["separators"]
    ',.'
    """
    sketch = Sketch(
        {
            "template": _template(),
            "title": {"text": title, "x": 0, "xref": "container", "xanchor": "left", "pad": {"l": 12, "t": 10}}
            | {"y": 1, "yref": "container", "yanchor": "top"},
            "height": height,
            "margin": {"l": 64, "r": 16, "t": 48, "b": 64},
            "separators": language.separators,
            **layout,
        }
    )
    if subtitle:
        sketch.layout["title"]["subtitle"] = {"text": subtitle, "font": {"size": 13}}
    if footer:
        below = {"yref": "paper", "y": 0, "yanchor": "bottom", "yshift": 2 - sketch.layout["margin"]["b"]}
        sketch.note(text=footer, name="footer", xref="paper", x=1, xanchor="right", **below, font={"color": BOUNDARY})
    return sketch


def legend_below(height: int, bottom: float) -> dict[str, Any]:
    """Place the legend below the lowest axis; it grows downwards where the figure is narrow.

    Parameters
    ----------
    height : int
        Height of the figure, in pixels.
    bottom : float
        Margin below the axes, in pixels.

    Returns
    -------
    dict
        The legend of the layout.

    Examples
    --------
    >>> legend_below(500, bottom=94)["y"]
    0.1
    """
    return {"x": 0, "xanchor": "left", "y": round((bottom - 44) / height, 4), "yanchor": "top", "yref": "container"}


def _template() -> dict[str, Any]:
    """The house style as a template of its own; travels with the figure."""
    axis = {
        "showgrid": False,
        "zeroline": False,
        "linecolor": BOUNDARY,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": BOUNDARY,
        "automargin": False,
        "title": {"standoff": 6, "font": {"size": SIZE}},
        "fixedrange": True,
    }
    return {
        "layout": {
            "font": {"family": FONT, "size": SIZE, "color": REFERENCE},
            "title": {"font": {"size": 16}},
            "paper_bgcolor": "#FFFFFF",
            "plot_bgcolor": "#FFFFFF",
            "colorway": [CURVE, SIGNAL, BOUNDARY, REFERENCE],
            "hoverlabel": {
                "bgcolor": "#FFFFFF",
                "font": {"family": FONT, "size": 13, "color": REFERENCE},
                "align": "left",
            },
            "hovermode": "closest",
            "showlegend": False,
            "legend": {"orientation": "h", "itemclick": False, "itemdoubleclick": False},
            "xaxis": {**axis, "showline": True},
            "yaxis": axis,
        }
    }
