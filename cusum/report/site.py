"""What all pages of one report share: the cohort, the language, the links between pages and the footer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.report.embedding import Embedding
from cusum.report.findings import Findings
from cusum.report.slugs import file_names
from cusum.report.table import records

if TYPE_CHECKING:
    from cusum.cohort import Cohort
    from cusum.language import Language

__all__ = ["Site"]

_SYNTHETIC_FILE = "danish_cohort"


@dataclass(frozen=True)
class Site:
    """One report in the making.

    Parameters
    ----------
    cohort : Cohort
        What the report is about.
    language : Language
        The language it is written in.
    pseudonymised : bool, default False
        Whether the trainees' names are pseudonyms; small numbers of departments are then hidden.
    models : bool, default True
        Whether learning curves are fitted.
    embedding : Embedding
        Keeps the theme that the figures share.
    hide : callable, default str
        Takes out a text that holds a trainee's name; by default every text stays.
    """

    cohort: Cohort
    language: Language
    pseudonymised: bool = False
    models: bool = True
    embedding: Embedding = field(default_factory=Embedding)
    hide: Callable[[str], str] = str

    @cached_property
    def findings(self) -> Findings:
        """Models and comparisons that several pages show."""
        return Findings(self.cohort, self.models)

    @cached_property
    def trainees(self) -> dict[str, str]:
        """Page of each trainee, relative to the report's folder."""
        return _pages("trainees", self.cohort.trainees["trainee"])

    @cached_property
    def departments(self) -> dict[str, str]:
        """Page of each department, relative to the report's folder, in the language's order; none if none is stated."""
        names = sorted(map(str, self.cohort.departments["department"]), key=self.language.sort_key)
        names = [] if names == [""] else names
        return _pages("departments", names)

    @cached_property
    def procedures(self) -> dict[str, str]:
        """Page of each charted procedure, relative to the report's folder, in the programme's order."""
        return _pages("procedures", self.cohort.designs["procedure"])

    @cached_property
    def designs(self) -> dict[str, Any]:
        """Row of the table of designs by procedure."""
        return {str(row.procedure): row for row in records(self.cohort.designs)}

    @property
    def synthetic(self) -> bool:
        """Whether the data are known to be made up."""
        provenance = self.cohort.provenance
        told = str(provenance.parameters.get("synthetic", "")).casefold() in {"true", "yes", "1"}
        return told or str(provenance.source).startswith(_SYNTHETIC_FILE)

    def name(self, procedure: str, short: bool = False) -> str:
        """Name a procedure in the report's language.

        Parameters
        ----------
        procedure : str
            Key of the programme.
        short : bool, default False
            The short name.

        Returns
        -------
        str
            The name.
        """
        return self.language.procedure(self.cohort.programme, procedure, short)

    def department(self, name: str) -> str:
        """Name a department, also one that the file leaves blank.

        Parameters
        ----------
        name : str
            As in the data.

        Returns
        -------
        str
            The name, or words for none.
        """
        return name or self.language.text("department not given")

    def rows(self, table: str, by: str, name: str) -> pd.DataFrame:
        """Take one trainee's, department's or procedure's rows of a table of the cohort.

        Parameters
        ----------
        table : str
            Name of the table, such as ``"status"``, or ``"registrations"``, ``"rejected"``, ``"flagged"``.
        by : str
            Column: ``"trainee"``, ``"department"`` or ``"procedure"``.
        name : str
            Whose rows.

        Returns
        -------
        pandas.DataFrame
            The rows in their order; none where the name does not occur.
        """
        frame = self._frame(table)
        index = self._index.setdefault((table, by), {})
        if not index:
            index.update({str(key): rows for key, rows in frame.groupby(by, sort=False).indices.items()})
        return frame.iloc[index.get(name, [])]

    @cached_property
    def _index(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Where the rows of each name stand."""
        return {}

    def _frame(self, table: str) -> pd.DataFrame:
        """Find a table by its name."""
        if table == "registrations":
            return self.cohort.registrations.table
        holder = self.cohort.registrations if table in {"rejected", "flagged"} else self.cohort
        frame: pd.DataFrame = getattr(holder, table)
        return frame

    def footer(self, used: int, rejected: int) -> list[str]:
        """Say where the numbers of a page come from.

        Parameters
        ----------
        used, rejected : int
            Registrations behind the page.

        Returns
        -------
        list of str
            Lines of the footer.
        """
        text, number = self.language.text, self.language.number
        provenance = self.cohort.provenance
        lines = [
            text(
                "Registrations: {read} read = {used} used + {rejected} rejected.",
                read=number(used + rejected),
                used=number(used),
                rejected=number(rejected),
            ),
            text(
                "Data fingerprint {fingerprint}; as of {as_of}; cusum version {version}."
                if self.pseudonymised
                else "Source {source}; data fingerprint {fingerprint}; as of {as_of}; cusum version {version}.",
                source=provenance.source,
                fingerprint=provenance.fingerprint[:12],
                as_of=self.language.date(self.cohort.as_of),
                version=provenance.version,
            ),
        ]
        if self.pseudonymised:
            lines.append(text("The trainees' names are pseudonyms; the key is not part of this report."))
        return lines

    @property
    def source(self) -> str:
        """Name of the file; its fingerprint under pseudonyms, because a file is often named after a person."""
        if not self.pseudonymised:
            return self.cohort.provenance.source
        return self.language.text("data {fingerprint}", fingerprint=self.cohort.provenance.fingerprint[:12])

    @property
    def period(self) -> str:
        """First and last day with a registration, in words."""
        days = self.cohort.registrations.table["performed_on"]
        if not len(days):
            return self.language.text("no registrations")
        first, last = self.language.date(days.min()), self.language.date(days.max())
        return self.language.text("{first} to {last}", first=first, last=last)


def _pages(folder: str, names: Iterable[object]) -> dict[str, str]:
    """Give each name a page in a folder."""
    return {name: f"{folder}/{file}.html" for name, file in file_names(map(str, names)).items()}
