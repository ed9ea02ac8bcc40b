"""What a comparison of departments gives back: tables in order of name, and one that may be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

import pandas as pd

from cusum.models.funnel import Overdispersion
from cusum.models.risk_notes import Note, say
from cusum.models.suppression import too_small

__all__ = ["DepartmentComparison"]


@dataclass(frozen=True, eq=False, repr=False)
class DepartmentComparison:
    """Departments against what their cases predict, in order of name: never of rank.

    Parameters
    ----------
    table : DataFrame
        One row a department: its name (column `by`), cases, failures, expected (failures), rate, ratio (observed over
        expected) with ratio_low and ratio_high, adjusted_rate (ratio times the rate expected of all cases, and so the
        rate itself where all cases have one expectation), position (what a funnel plot shows: rate or, adjusted,
        ratio), for each limit its own low and high (low_95, high_95, ...) on the same scale, side ("above", "below" or
        ""), beyond (the widest limit passed; NaN if none), tail (exact probability of a number so far out on its side,
        or further, without overdispersion) and score ((observed - expected) / standard deviation).
    limits : DataFrame
        The funnel, by limit and number of cases: limit, cases, expected, low, high on the scale of position. Adjusted:
        for the case mix of all departments together.
    outside : DataFrame
        For each limit: nominal (departments expected outside as the limit says), expected (as the distributions of
        whole numbers say), observed.
    overall : float
        Failure rate of all cases.
    centre : float
        What position is held against: the overall or stated rate, or 1.
    adjusted : bool
        Whether each case has an expected risk of its own.
    overdispersion : Overdispersion or None
        The factor, where it was asked for.
    by : str
        Column of the departments.
    smallest : int
        Smallest number that may be published.
    parameters : mapping of str to str
        What was asked for, and from where the expected risks come.
    remarks : tuple of Note
        What a reader has to know, as templates with their values; `notes` says it in English.
    """

    table: pd.DataFrame
    limits: pd.DataFrame
    outside: pd.DataFrame
    overall: float
    centre: float
    adjusted: bool
    overdispersion: Overdispersion | None
    by: str
    smallest: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[Note, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know, in English."""
        return say(self.remarks)

    def __repr__(self) -> str:
        """Say it in one line."""
        size = f"{len(self.table)} by {self.by}, {self.table['cases'].sum():,} cases"
        rows = self.outside[["limit", "observed", "expected"]].to_numpy()
        parts = [
            f"{observed:.0f} outside {100 * limit:g}% ({expected:.1f} by chance)" for limit, observed, expected in rows
        ]
        return f"<DepartmentComparison: {size}; {', '.join(parts)}>"

    def _repr_html_(self) -> str:
        """Show the departments and the notes in a notebook."""
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        return f"<p>{escape(repr(self).strip('<>'))}</p>{self.table.round(4).to_html(index=False)}{notes}"

    def for_publication(self) -> pd.DataFrame:
        """Give the table with small numbers hidden, and those that they could be worked out from.

        Returns
        -------
        DataFrame
            As `table`, with a column suppressed; where it is True, everything but the name is missing. Limits and
            scores are left out, since failures can be worked out from them.
        """
        kept = [
            *(self.by, "cases", "failures", "expected", "rate", "ratio", "ratio_low", "ratio_high"),
            *("adjusted_rate", "side", "beyond"),
        ]
        shown = self.table[kept].copy()
        hidden = too_small(shown["cases"], shown["failures"], self.smallest)
        shown[["cases", "failures"]] = shown[["cases", "failures"]].astype("Int64")
        shown.loc[hidden, kept[1:]] = pd.NA
        return shown.assign(suppressed=hidden)
