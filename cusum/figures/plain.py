"""A figure for a page: its parts as they are, written as plotly writes them, without plotly's objects and checks."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from plotly.utils import PlotlyJSONEncoder

__all__ = ["PlainFigure", "drawing_plainly", "plain_figures"]

_PLAIN: ContextVar[bool] = ContextVar("plain", default=False)
_AS_THEY_ARE = frozenset({"range", "geojson", "layer", "layers"})
"""Properties whose arrays plotly writes number by number."""
_NARROWER = ("int8", "int16", "int32")


@dataclass(frozen=True, eq=False)
class PlainFigure:
    """A figure that can be written into a page, and nothing else.

    Parameters
    ----------
    data : list of dict
        Traces as plotly takes them.
    layout : dict
        Layout as plotly takes it.
    """

    data: list[dict[str, Any]]
    layout: dict[str, Any]

    def to_json(self, engine: str = "json") -> str:
        """Write the figure as plotly writes one of its own.

        Parameters
        ----------
        engine : {"json"}, default "json"
            There is one only.

        Returns
        -------
        str
            JSON with the keys data and layout.

        Examples
        --------
        >>> PlainFigure([{"x": np.array([1, 2]), "y": [0.5, None]}], {"height": 300}).to_json()
        '{"data": [{"x": {"dtype": "i1", "bdata": "AQI="}, "y": [0.5, null]}], "layout": {"height": 300}}'
        """
        return json.dumps({"data": _write(self.data), "layout": _write(self.layout)}, cls=PlotlyJSONEncoder)


@contextmanager
def plain_figures() -> Iterator[None]:
    """Draw figures for pages alone, in a fraction of the time.

    Yields
    ------
    None
        While it lasts, every ``plot_...`` gives a :class:`PlainFigure`.

    Notes
    -----
    Plotly's figures check each property, which takes most of the time of a report with hundreds of them. What is
    written into a page is the same to the byte; a test holds the two against each other.

    Examples
    --------
    >>> with plain_figures():
    ...     drawing_plainly()
    True
    """
    token = _PLAIN.set(True)
    try:
        yield
    finally:
        _PLAIN.reset(token)


def drawing_plainly() -> bool:
    """Tell whether figures are for pages alone.

    Returns
    -------
    bool
        True inside :func:`plain_figures`.

    Examples
    --------
    >>> drawing_plainly()
    False
    """
    return _PLAIN.get()


def _write(value: Any) -> Any:
    """Leave out what is not set, and pack arrays of numbers as plotly does."""
    if isinstance(value, dict):
        return {key: part if key in _AS_THEY_ARE else _write(part) for key, part in value.items() if part is not None}
    if isinstance(value, (list, tuple)):
        return [_write(part) for part in value] if value and isinstance(value[0], dict) else value
    if isinstance(value, (pd.Series, pd.Index)):
        value = value.to_numpy()
    return _pack(value) if isinstance(value, np.ndarray) and value.dtype.kind in "iuf" else value


def _pack(array: np.ndarray[Any, Any]) -> Any:
    """Write an array as its bytes; whole numbers in the fewest bytes that hold them."""
    if not array.size:
        return array
    if array.dtype == np.int64:
        fitting = (
            kind for kind in _NARROWER if np.iinfo(kind).min <= array.min() and array.max() <= np.iinfo(kind).max
        )
        kind = next(fitting, None)
        if kind is None:
            return array
        array = array.astype(kind)
    packed = {"dtype": array.dtype.str[1:], "bdata": base64.b64encode(array.tobytes()).decode("ascii")}
    return {**packed, "shape": str(array.shape)[1:-1]} if array.ndim > 1 else packed
