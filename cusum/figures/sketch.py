"""A figure in the making: plain dictionaries, which plotly checks once, at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import plotly.graph_objects as go

from cusum.figures.alt_text import set_alt_text
from cusum.figures.geometry import axis_key
from cusum.figures.plain import PlainFigure, drawing_plainly

__all__ = ["Sketch"]


@dataclass(frozen=True, eq=False)
class Sketch:
    """Collect the parts of a figure, and make the figure when all of them are there.

    Parameters
    ----------
    layout : dict
        Layout as plotly takes it; the parts of the figure add to it.
    traces : list of dict
        Traces as plotly takes them, in the order of drawing.

    Notes
    -----
    Plotly checks every property of a figure as it is set, and again of all those beside it. Setting them one at a time
    takes many times as long as handing all of them over at once; what is drawn and what is refused are the same.

    Examples
    --------
    >>> sketch = Sketch()
    >>> sketch.draw(x=[1, 2], y=[3, 4], mode="lines")
    >>> sketch.axis("y2")["range"] = [0, 5]
    >>> figure = sketch.figure(alt="A line.")
    >>> figure.data[0].x, figure.layout.yaxis2.range
    ((1, 2), (0, 5))
    """

    layout: dict[str, Any] = field(default_factory=dict)
    traces: list[dict[str, Any]] = field(default_factory=list)

    def draw(self, **trace: Any) -> None:
        """Add a trace of points, lines or words.

        Parameters
        ----------
        **trace : object
            Properties of a scatter trace.
        """
        self.traces.append({"type": "scatter", **trace})

    def note(self, **annotation: Any) -> None:
        """Write words into the figure, without an arrow.

        Parameters
        ----------
        **annotation : object
            Properties of the annotation.
        """
        self.layout.setdefault("annotations", []).append({"showarrow": False, **annotation})

    def shape(self, **shape: Any) -> None:
        """Add a line or an area that stands for no data.

        Parameters
        ----------
        **shape : object
            Properties of the shape.
        """
        self.layout.setdefault("shapes", []).append(shape)

    def axis(self, name: str) -> dict[str, Any]:
        """Give an axis to be changed.

        Parameters
        ----------
        name : str
            Short name as traces use it, such as ``"y3"``.

        Returns
        -------
        dict
            Its properties.
        """
        axis: dict[str, Any] = self.layout.setdefault(axis_key(name), {})
        return axis

    def noted(self, name: str) -> bool:
        """Tell whether there are words of a name already.

        Parameters
        ----------
        name : str
            Name of the annotation.

        Returns
        -------
        bool
            True if there are.
        """
        return any(note.get("name") == name for note in self.layout.get("annotations", []))

    def figure(self, *, alt: str) -> go.Figure:
        """Make the figure.

        Parameters
        ----------
        alt : str
            Text alternative.

        Returns
        -------
        plotly.graph_objects.Figure
            The figure, checked by plotly; it may be edited further. Inside :func:`cusum.figures.plain.plain_figures`
            it is one that can only be written into a page.
        """
        if drawing_plainly():
            layout = {**self.layout, "meta": {**self.layout.get("meta", {}), "alt": alt}}
            return cast(go.Figure, PlainFigure(self.traces, layout))
        return set_alt_text(go.Figure(data=self.traces, layout=self.layout), alt)
