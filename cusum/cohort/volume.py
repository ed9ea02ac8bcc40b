"""How many cases each department gives its trainees, and whether so many can decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cusum.charts.base import Chart
from cusum.charts.learning import LearningCurveCusum
from cusum.charts.walk import FloatArray
from cusum.cohort.cohort import Cohort
from cusum.cohort.designs import charted_procedures, shortest_run
from cusum.design.bound import power_bound
from cusum.design.competence import competence_by_case
from cusum.design.limits import find_limit

__all__ = ["department_volumes"]

EVEN = 0.5
"""Below this power, a trainee who is good enough is more often missed than found."""
_MOST_CASES = 512
COLUMNS = {
    "department": "str",
    "region": "str",
    "procedure": "str",
    "trainees": "int64",
    "counted": "int64",
    "basis": "str",
    "month": "int64",
    "cases": "int64",
    "expected_cases": "int64",
    "false_competence": "float64",
    "power": "float64",
    "own_power": "float64",
    "power_bound": "float64",
    "shortest_run": "Int64",
    "cases_for_half": "Int64",
    "verdict": "str",
}


def department_volumes(cohort: Cohort) -> pd.DataFrame:
    """Say for each department and procedure how many cases a trainee gets in the post, and whether they can decide.

    Parameters
    ----------
    cohort : Cohort
        An analysis.

    Returns
    -------
    DataFrame
        One row for each department and charted procedure, in the order of ``cohort.departments`` and of the programme:

        - department, region, procedure;
        - trainees: number of the department's trainees;
        - counted: number of them that the median is over;
        - basis: "post" where these have reached the last month of the programme, their cases being counted to the end
          of it; "so far" where nobody has, and everyone's cases to date are counted;
        - month: the lower median of the month of the post that these have reached, at most the programme's last;
        - cases: the lower median of their charted cases (a number that at least half of them reach), those without a
          case counted as 0;
        - expected_cases: the programme's number, for which the limit in force was designed;
        - false_competence, power: exact probabilities, under the chart in force, of declaring a trainee at the
          unacceptable or at the acceptable rate within `cases` cases; nan where the chart declares nobody;
        - own_power: power of an LC-CUSUM designed for `cases` cases instead, at the programme's promised false
          competence: what a programme that expected this number would get from its learning chart;
        - power_bound: power that no chart whatever can exceed at that promise with so many cases;
        - shortest_run: cases without failure after which the chart in force declares;
        - cases_for_half: cases within which the chart in force declares a trainee at the acceptable rate with
          probability one half; missing beyond 512;
        - verdict: "cannot_decide" where no sequence of so many cases declares, "low_power" where the power is below one
          half, else "can_decide"; "" where the chart declares nobody.

    Notes
    -----
    A trainee belongs to the department of most of his or her registrations, and all of the trainee's charted cases
    count, wherever they were done. The chart in force is designed for the programme's expected number of cases: where a
    department does more, the probability of a false declaration within its own number is above the promised one, and
    the power may then exceed `own_power` and `power_bound`, which keep the promise.

    Examples
    --------
    >>> from cusum import analyse, read_registrations
    >>> volumes = department_volumes(analyse(read_registrations("sample_data/danish_cohort.csv")))
    >>> volumes.loc[:2, "cases"].tolist(), volumes.loc[:2, "verdict"].tolist()
    ([47, 21, 24], ['low_power', 'cannot_decide', 'low_power'])
    """
    laws = {key: _Law.of(cohort.charts[key], cohort.programme, key) for key in charted_procedures(cohort.programme)}
    counts = _counts(cohort)
    rows = []
    for department, region in cohort.departments[["department", "region"]].to_numpy():
        here = cohort.trainees[(cohort.trainees["department"] == department) & (cohort.trainees["region"] == region)]
        counted, basis, month = _counted(here, cohort.programme.months)
        place = {"department": department, "region": region, "trainees": len(here), "counted": len(counted)}
        for key, law in laws.items():
            cases = int(_lower_median(counts[key].reindex(counted["trainee"], fill_value=0)))
            rows.append({**place, "procedure": key, "basis": basis, "month": month, "cases": cases, **law.at(cases)})
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def _counts(cohort: Cohort) -> dict[str, pd.Series]:
    """Count each trainee's charted cases up to the end of the post, by procedure."""
    end = cohort.trainees.set_index("trainee")["started_on"] + pd.DateOffset(months=cohort.programme.months)
    within = cohort.paths["performed_on"] < cohort.paths["trainee"].map(end)
    mine = cohort.paths[within]
    return {
        key: mine.loc[mine["procedure"] == key].groupby("trainee").size()
        for key in charted_procedures(cohort.programme)
    }


def _counted(people: pd.DataFrame, months: int) -> tuple[pd.DataFrame, str, int]:
    """Pick the trainees to count: those at the end of the post where there are any, else all of them."""
    there = people[people["month"] >= months]
    counted, basis = (there, "post") if len(there) else (people, "so far")
    return counted, basis, int(_lower_median(counted["month"].clip(upper=months)))


def _lower_median(values: pd.Series) -> float:
    """Give the value in the middle, or the lower of the two that are."""
    return float(np.quantile(values.to_numpy(dtype=np.float64), 0.5, method="inverted_cdf"))


@dataclass(frozen=True, eq=False)
class _Law:
    """What the chart of one procedure does within any number of cases."""

    chart: Chart
    criterion: Any
    promise: float
    expected: int
    shortest: int | None
    half: int | None

    @classmethod
    def of(cls, chart: Chart, programme: Any, key: str) -> _Law:
        """Take the criterion of the chart, or the programme's where the chart has none of its own."""
        procedure = programme.procedures[key]
        criterion = getattr(chart, "criterion", procedure.criterion)
        says = "competent" in chart.says
        shortest = shortest_run(chart) if says else None
        half = None if shortest is None else _first_even(chart, criterion.acceptable, shortest)
        return cls(chart, criterion, programme.false_competence, procedure.expected_cases, shortest, half)

    def at(self, cases: int) -> dict[str, Any]:
        """Describe one number of cases."""
        says = "competent" in self.chart.says
        power = self._declared(self.criterion.acceptable, cases) if says else np.nan
        return {
            "expected_cases": self.expected,
            "false_competence": self._declared(self.criterion.unacceptable, cases) if says else np.nan,
            "power": power,
            "own_power": self._own_power(cases) if cases else 0.0,
            "power_bound": self._bound(cases) if cases else 0.0,
            "shortest_run": self.shortest,
            "cases_for_half": self.half,
            "verdict": self._verdict(cases, power) if says else "",
        }

    def _declared(self, rate: float, cases: int) -> float:
        """Give the probability of a declaration within a number of cases at a constant failure rate."""
        return float(competence_by_case(self.chart, failure_rate=rate, within=cases)[-1]) if cases else 0.0

    def _own_power(self, cases: int) -> float:
        """Give the power of an LC-CUSUM designed for a number of cases."""
        chart = LearningCurveCusum(criterion=self.criterion, limit=1.0)
        return find_limit(chart, false_signal=self.promise, within=cases).true_signal

    def _bound(self, cases: int) -> float:
        """Give the power that no chart can exceed."""
        return power_bound(self.criterion, cases=cases, false_competence=self.promise)

    def _verdict(self, cases: int, power: float) -> str:
        """Sum up in a word."""
        if self.shortest is None or cases < self.shortest:
            return "cannot_decide"
        return "can_decide" if power >= EVEN else "low_power"


def _first_even(chart: Chart, rate: float, at_least: int) -> int | None:
    """Find the number of cases within which a declaration has become as probable as not."""
    within = max(64, at_least)
    while True:
        declared: FloatArray = competence_by_case(chart, failure_rate=rate, within=within)
        reached = np.flatnonzero(declared >= EVEN)
        if reached.size:
            return int(reached[0]) + 1
        if within >= _MOST_CASES:
            return None
        within = min(2 * within, _MOST_CASES)
