"""What several pages of a report need to know about the cohort, worked out once and when it is first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from cusum.errors import InvalidData
from cusum.report.table import records

if TYPE_CHECKING:
    from cusum.cohort import Cohort
    from cusum.cohort.comparison import CriterionSensitivity
    from cusum.cohort.learning import ChosenCurve
    from cusum.models import DepartmentComparison
    from cusum.models.risk_calibration import Calibration
    from cusum.models.time_to_competence import TimeToCompetence

__all__ = ["NOWHERE", "Findings"]

NOWHERE = "–"
"""How the tables of departments name the cases without one."""


@dataclass(frozen=True)
class Findings:
    """Models and comparisons behind the pages of one report.

    Parameters
    ----------
    cohort : Cohort
        What the report is about.
    models : bool, default True
        Whether learning curves are fitted.
    """

    cohort: Cohort
    models: bool = True
    _known: dict[tuple[str, ...], Any] = field(default_factory=dict, repr=False)

    @cached_property
    def sensitivity(self) -> CriterionSensitivity:
        """The cohort under other criteria and charts."""
        from cusum.cohort.comparison import criterion_sensitivity

        return criterion_sensitivity(self.cohort)

    @cached_property
    def volumes(self) -> pd.DataFrame:
        """What each department's number of procedures can decide."""
        from cusum.cohort.volume import department_volumes

        return department_volumes(self.cohort)

    @cached_property
    def forecast(self) -> pd.DataFrame:
        """Each trainee's experience at the end of the post, with an interval."""
        from cusum.cohort.forecast import forecast_experience

        return forecast_experience(self.cohort)

    def learning(self, procedure: str) -> ChosenCurve | None:
        """Fit the learning curve of a procedure.

        Parameters
        ----------
        procedure : str
            Key of the programme.

        Returns
        -------
        ChosenCurve or None
            The curve, or why there is none; None where the report goes without models.
        """
        from cusum.cohort.learning import choose_learning_curve

        if not self.models:
            return None
        key = ("learning", procedure)
        if key not in self._known:
            self._known[key] = choose_learning_curve(self.cohort, procedure)
        found: ChosenCurve = self._known[key]
        return found

    def case_mix(self, by: str) -> pd.DataFrame:
        """Describe who gets which cases.

        Parameters
        ----------
        by : {"trainee", "department"}
            The units.

        Returns
        -------
        DataFrame
            From :func:`cusum.cohort.case_mix.describe_case_mix`.
        """
        from cusum.cohort.case_mix import describe_case_mix

        key = ("case_mix", by)
        if key not in self._known:
            self._known[key] = describe_case_mix(self.cohort, by=by)
        found: pd.DataFrame = self._known[key]
        return found

    def case_mix_of(self, by: str, unit: str) -> dict[tuple[str, str], list[Any]]:
        """Take one trainee's or department's rows of the description of who gets which cases.

        Parameters
        ----------
        by : {"trainee", "department"}
            What `unit` is.
        unit : str
            As the description names it.

        Returns
        -------
        dict of tuple of (procedure, covariate) to list
            Rows, each with its columns as attributes.
        """
        key = ("case_mix_of", by)
        if key not in self._known:
            units: dict[str, dict[tuple[str, str], list[Any]]] = {}
            for row in records(self.case_mix(by)):
                units.setdefault(row.unit, {}).setdefault((row.procedure, row.covariate), []).append(row)
            self._known[key] = units
        found: dict[tuple[str, str], list[Any]] = self._known[key].get(unit, {})
        return found

    def completeness(self, by: str) -> pd.DataFrame:
        """Say how much of what was done is charted.

        Parameters
        ----------
        by : {"trainee", "department"}
            The units.

        Returns
        -------
        DataFrame
            From :func:`cusum.cohort.completeness.describe_completeness`.
        """
        from cusum.cohort.completeness import describe_completeness

        key = ("completeness", by)
        if key not in self._known:
            self._known[key] = describe_completeness(self.cohort, by=by)
        found: pd.DataFrame = self._known[key]
        return found

    def adjusted(self, procedure: str) -> bool:
        """Tell whether a procedure is adjusted for its cases.

        Parameters
        ----------
        procedure : str
            Key of the programme.

        Returns
        -------
        bool
            True where there are expected risks for it.
        """
        adjusted = self.cohort.adjusted
        return adjusted is not None and procedure in set(adjusted.designs["procedure"])

    def comparison(self, procedure: str, *, adjusted: bool) -> DepartmentComparison | None:
        """Hold the departments' failures in a procedure against what is expected.

        Parameters
        ----------
        procedure : str
            Key of the programme.
        adjusted : bool
            Against what their cases predict; otherwise against the rate of all departments together.

        Returns
        -------
        DepartmentComparison or None
            None where it cannot be made: one department only, or nobody or everybody failed.
        """
        key = ("comparison", procedure, str(adjusted))
        if key not in self._known:
            self._known[key] = self._compare(procedure, adjusted)
        found: DepartmentComparison | None = self._known[key]
        return found

    def _compare(self, procedure: str, adjusted: bool) -> DepartmentComparison | None:
        """Compare the departments, where that can be done."""
        from cusum.models.departments import compare_departments

        table = self.cases(procedure, adjusted=adjusted)
        if table["department"].nunique() < 2:
            return None
        if adjusted and self.cohort.adjusted is not None:
            return self.cohort.adjusted.comparisons[procedure]
        try:
            return compare_departments(table)
        except InvalidData:
            return None

    def departments_in(self, compared: DepartmentComparison) -> dict[str, Any]:
        """Take a comparison's rows by department.

        Parameters
        ----------
        compared : DepartmentComparison
            One of this report's.

        Returns
        -------
        dict of str to row
            Rows with their columns as attributes.
        """
        key = ("departments_in", str(id(compared)))
        if key not in self._known:
            self._known[key] = {getattr(row, compared.by): row for row in records(compared.table)}
        found: dict[str, Any] = self._known[key]
        return found

    def cases(self, procedure: str, *, adjusted: bool) -> pd.DataFrame:
        """Take the charted cases of a procedure, with the department where each was done.

        Parameters
        ----------
        procedure : str
            Key of the programme.
        adjusted : bool
            Take those with an expected risk.

        Returns
        -------
        DataFrame
            Columns department and failure, and risk.
        """
        if adjusted:
            assert self.cohort.adjusted is not None
            paths = self.cohort.adjusted.paths
            return paths[paths["procedure"] == procedure]
        paths = self.cohort.paths
        mine = paths[paths["procedure"] == procedure]
        return mine.assign(department=mine["department"].replace("", NOWHERE))

    def calibration(self, procedure: str) -> Calibration | None:
        """Hold the expected risks of a procedure against what happened.

        Parameters
        ----------
        procedure : str
            Key of the programme.

        Returns
        -------
        Calibration or None
            None where the procedure is not adjusted.
        """
        from cusum.models.risk_calibration import calibrate

        if not self.adjusted(procedure):
            return None
        cases = self.cases(procedure, adjusted=True)
        failure = cases["failure"].astype("bool")
        if failure.all() or not failure.any():
            return None
        return calibrate(failure, cases["risk"])

    def waiting(self, procedure: str, by: str) -> TimeToCompetence | None:
        """Estimate the share with a signal of competence by procedure number in each department or region.

        Parameters
        ----------
        procedure : str
            Key of the programme.
        by : {"department", "region"}
            What splits the trainees.

        Returns
        -------
        TimeToCompetence or None
            None where there is only one group, or nobody has a case.
        """
        from cusum.models.time_to_competence import time_to_competence

        rows = self.cohort.crossings
        started = rows[(rows["procedure"] == procedure) & (rows["cases"] > 0)]
        if started[by].nunique() < 2:
            return None
        return time_to_competence(started, by=by)
