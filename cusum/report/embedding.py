"""Figures inside pages: their data as text in the page, their common theme and the drawing library once for all."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

from cusum.errors import InvalidData

if TYPE_CHECKING:
    from cusum.report.table import Table

__all__ = ["Embedding", "Fragment", "plotly_script", "script_safe"]

_DEFAULT_HEIGHT = 450


@dataclass(frozen=True)
class Fragment:
    """A figure as it stands in a page.

    Parameters
    ----------
    key : str
        Identifier of the figure's place in the page.
    alt : str
        The figure in words, for those who do not see it.
    height : int
        Height in CSS pixels.
    payload : str
        Data and layout as JSON, safe inside a script element.
    caption : str
        The line under the figure.
    table : Table
        The figure's numbers.
    """

    key: str
    alt: str
    height: int
    payload: str
    caption: str
    table: Table


def script_safe(value: object) -> str:
    """Write a value as JSON that can stand inside a script element, whatever its texts hold.

    Parameters
    ----------
    value : object
        Anything that JSON can hold.

    Returns
    -------
    str
        JSON with ``<``, ``>``, ``&`` and the two line separators of JavaScript written as escapes.

    Examples
    --------
    >>> script_safe({"name": "</script>"})
    '{"name":"\\\\u003c/script\\\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


class Embedding:
    """Turn figures into fragments and remember the theme that they share.

    Notes
    -----
    Most of a small figure's JSON is its theme. The theme of the first figure is kept once in a script of its own and
    taken out of every figure that has the same.

    Examples
    --------
    >>> Embedding().theme_script()
    'window.cusumTheme = null;\\n'
    """

    def __init__(self) -> None:
        self._theme: Any = None

    def embed(self, figure: Any, key: str, *, caption: str, table: Table) -> Fragment:
        """Make the fragment of one figure.

        Parameters
        ----------
        figure : plotly.graph_objects.Figure
            The figure; ``layout.meta["alt"]`` says in words what it shows.
        key : str
            Identifier within the page.
        caption : str
            The line under the figure.
        table : Table
            The figure's numbers as a table.

        Returns
        -------
        Fragment
            The figure as it stands in a page.

        Raises
        ------
        InvalidData
            If the figure has no text alternative.
        """
        content = json.loads(figure.to_json(engine="json"))
        layout = content["layout"]
        alt = (layout.get("meta") or {}).get("alt", "")
        if not alt:
            raise InvalidData("figure {key} has no text alternative", expected="one in layout.meta['alt']", key=key)
        theme = layout.pop("template", None)
        if self._theme is None:
            self._theme = theme
        if theme == self._theme:
            layout["template"] = "shared"
        elif theme is not None:
            layout["template"] = theme
        height = int(layout.get("height") or _DEFAULT_HEIGHT)
        return Fragment(key, alt, height, script_safe({"data": content["data"], "layout": layout}), caption, table)

    def theme_script(self) -> str:
        """Give the script that holds the theme of all figures.

        Returns
        -------
        str
            JavaScript.
        """
        return f"window.cusumTheme = {script_safe(self._theme)};\n"


def plotly_script() -> bytes:
    """Read the drawing library out of the installed plotly package.

    Returns
    -------
    bytes
        ``plotly.min.js``.
    """
    return (resources.files("plotly") / "package_data" / "plotly.min.js").read_bytes()
