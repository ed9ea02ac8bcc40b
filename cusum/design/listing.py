"""Results that are columns of numbers, as a notebook shows them."""

from __future__ import annotations

from html import escape

import numpy as np
from numpy.typing import NDArray

__all__ = ["Columns", "listed"]

Columns = dict[str, NDArray[np.float64] | NDArray[np.int64]]
_MOST = 12


def listed(text: str, columns: Columns) -> str:
    """Write columns as a small table; of a long one, rows spread over it.

    Parameters
    ----------
    text : str
        What the result says in a line.
    columns : dict of str to array
        Columns of equal length.

    Returns
    -------
    str
        HTML.

    Examples
    --------
    >>> listed("<x>", {"cases": np.array([1]), "power": np.array([0.25])})
    '<p>x</p><table><tr><th>cases</th><th>power</th></tr><tr><td>1</td><td>0.2500</td></tr></table>'
    """
    rows = next(iter(columns.values())).size
    shown = np.unique(np.linspace(0, rows - 1, min(rows, _MOST)).round().astype(int))
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    body = "".join(f"<tr>{''.join(_cell(values[row]) for values in columns.values())}</tr>" for row in shown)
    return f"<p>{escape(text.strip('<>'))}</p><table><tr>{head}</tr>{body}</table>"


def _cell(value: np.float64 | np.int64) -> str:
    """Write one number: four decimals unless it is whole."""
    return f"<td>{value:d}</td>" if isinstance(value, np.integer) else f"<td>{value:.4f}</td>"
