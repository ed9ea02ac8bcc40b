"""Where things stand in a figure, counted in pixels from the top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Grid", "axis_key"]


def axis_key(name: str) -> str:
    """Give the layout key of an axis.

    Parameters
    ----------
    name : str
        Short name as traces use it, such as ``"y3"``.

    Returns
    -------
    str
        Such as ``"yaxis3"``.

    Examples
    --------
    >>> axis_key("y"), axis_key("x12")
    ('yaxis', 'xaxis12')
    """
    return f"{name[0]}axis{name[1:]}"


@dataclass(frozen=True)
class Grid:
    """Small charts in rows and columns; each has a heading and one or more parts above each other.

    Parameters
    ----------
    rows, columns : int
        How many.
    parts : sequence of float
        Heights of the parts of a chart, from the top, in pixels.
    heading : float
        Room above each chart, in pixels.
    foot : float
        Room below each chart, in pixels.
    between : float
        Room between the parts, in pixels.
    gutter : float
        Room between columns, as a fraction of the width.
    top, bottom : float
        Margins of the figure, in pixels.
    tail : float, default 0
        Room for one more chart below the last row, over the whole width, in pixels.

    Examples
    --------
    >>> grid = Grid(rows=1, columns=2, parts=(100, 50), heading=20, foot=30, between=0, gutter=0.1, top=40, bottom=60)
    >>> grid.height, grid.across(1)
    (300, [0.55, 1.0])
    >>> grid.down(0, 0), grid.down(0, 1)
    ([0.4, 0.9], [0.15, 0.4])
    """

    rows: int
    columns: int
    parts: Sequence[float]
    heading: float
    foot: float
    between: float
    gutter: float
    top: float
    bottom: float
    tail: float = 0

    @property
    def inner(self) -> float:
        """Height of the area between the margins, in pixels."""
        return self.rows * self._row + self.tail

    @property
    def height(self) -> int:
        """Height of the figure, in pixels."""
        return round(self.inner + self.top + self.bottom)

    @property
    def _row(self) -> float:
        """Height of one row, in pixels."""
        return self.heading + sum(self.parts) + self.between * (len(self.parts) - 1) + self.foot

    def across(self, column: int) -> list[float]:
        """Give the horizontal domain of a column.

        Parameters
        ----------
        column : int
            From 0, left to right.

        Returns
        -------
        list of float
            Left and right end as fractions of the width.
        """
        width = (1 - self.gutter * (self.columns - 1)) / self.columns
        left = column * (width + self.gutter)
        return [round(left, 6), round(min(left + width, 1.0), 6)]

    def down(self, row: int, part: int) -> list[float]:
        """Give the vertical domain of a part of a chart.

        Parameters
        ----------
        row : int
            From 0, top to bottom.
        part : int
            From 0, top to bottom.

        Returns
        -------
        list of float
            Lower and upper end as fractions of the height.
        """
        top = row * self._row + self.heading + sum(self.parts[:part]) + self.between * part
        return [round(1 - (top + self.parts[part]) / self.inner, 6), round(1 - top / self.inner, 6)]

    def below(self, heading: float = 0) -> list[float]:
        """Give the vertical domain of the chart below the last row.

        Parameters
        ----------
        heading : float, default 0
            Room above it, in pixels.

        Returns
        -------
        list of float
            Lower and upper end as fractions of the height.
        """
        return [0.0, round((self.tail - heading) / self.inner, 6)]
