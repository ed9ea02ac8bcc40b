"""What the parts of a department's figure share: the figure, the cohort and the two groups that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from cusum.figures.geometry import Grid
from cusum.figures.sketch import Sketch
from cusum.figures.theme import BOUNDARY, CURVE
from cusum.figures.writing import level_words
from cusum.language import Language

if TYPE_CHECKING:
    from cusum.cohort import Cohort

__all__ = ["Group", "Sheet", "groups_of"]


@dataclass(frozen=True)
class Group:
    """The department, or all others.

    Parameters
    ----------
    name : str
        As shown.
    colour, dash, symbol : str
        Role of its lines and markers.
    band : float
        Strength of its band; 0 for none.
    inside : bool
        True for the department itself.
    """

    name: str
    colour: str
    dash: str
    symbol: str
    band: float
    inside: bool


@dataclass(frozen=True, eq=False)
class Sheet:
    """A department's figure in the making.

    Parameters
    ----------
    sketch : Sketch
        What is drawn so far; the parts of the figure add to it.
    cohort : Cohort
        What is drawn.
    department : str
        Which department.
    groups : list of Group
        The department, and all others if there are any.
    words : Language
        The reader's.
    grid : Grid
        Where things stand.
    confidence : float
        Level of the intervals.
    """

    sketch: Sketch
    cohort: Cohort
    department: str
    groups: list[Group]
    words: Language
    grid: Grid
    confidence: float

    @property
    def keys(self) -> list[str]:
        """Keys of the procedures, in the order of the programme."""
        return list(self.cohort.charts)

    def level(self) -> str:
        """Write the level of the intervals."""
        return level_words(self.confidence, self.words)

    def inside(self, table: pd.DataFrame, group: Group) -> pd.DataFrame:
        """Take the rows of one group.

        Parameters
        ----------
        table : DataFrame
            Column department.
        group : Group
            The group.

        Returns
        -------
        DataFrame
            Those rows.
        """
        return table[(table["department"] == self.department) == group.inside]


def groups_of(cohort: Cohort, department: str, words: Language) -> list[Group]:
    """Make the groups: the department and, if there are any, all others.

    Parameters
    ----------
    cohort : Cohort
        What is drawn.
    department : str
        Which department.
    words : Language
        The reader's.

    Returns
    -------
    list of Group
        One or two groups.
    """
    groups = [Group(department, CURVE, "solid", "circle", 0.18, inside=True)]
    if cohort.departments["department"].nunique() > 1:
        name = words.text("all other departments")
        groups.append(Group(name, BOUNDARY, "dash", "circle-open", 0.0, inside=False))
    return groups
