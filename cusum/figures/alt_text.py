"""The text alternative of a figure: what it shows, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import plotly.graph_objects as go

__all__ = ["alt_text", "set_alt_text"]


def alt_text(figure: go.Figure) -> str:
    """Read the text alternative of a figure, for those who cannot see it.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        A figure of this package.

    Returns
    -------
    str
        What the figure shows, in the figure's language; empty for a figure from elsewhere.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> alt_text(set_alt_text(go.Figure(), "One line, rising."))
    'One line, rising.'
    """
    meta = figure.layout.meta
    return str(meta.get("alt", "")) if isinstance(meta, dict) else ""


def set_alt_text(figure: go.Figure, text: str) -> go.Figure:
    """Give a figure its text alternative.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
        The figure; it is changed.
    text : str
        What it shows.

    Returns
    -------
    plotly.graph_objects.Figure
        The same figure.

    Examples
    --------
    >>> import plotly.graph_objects as go
    >>> set_alt_text(go.Figure(), "One line, rising.").layout.meta
    {'alt': 'One line, rising.'}
    """
    meta = dict(figure.layout.meta or {})
    figure.layout.meta = {**meta, "alt": text}
    return figure
