"""Power against the number of cases: how many would it take, and what does a department's number give?"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import ArrayLike

from cusum.charts.base import check_criterion, check_fraction
from cusum.charts.learning import LearningCurveCusum
from cusum.charts.walk import FloatArray, IntArray
from cusum.criterion import Criterion
from cusum.design.bound import power_bound
from cusum.design.limits import find_limit
from cusum.design.listing import Columns, listed
from cusum.design.passages import attainable_values, signal_by_limit, signal_by_limit_of_learner
from cusum.design.planning import adequate_from, cases_for_power
from cusum.design.scores import check_count, rates_by_case
from cusum.errors import InvalidParameter

__all__ = ["PowerByVolume", "power_by_volume"]

_MOST_CASES = 400
_LONGEST = 1000
"""The work grows with the cube of the number; beyond this nobody would wait for the list."""
_HIGH_POWER = 0.9


@dataclass(frozen=True, eq=False, repr=False)
class PowerByVolume:
    """What every number of cases can decide, each with the limit that keeps the promise within that number.

    Parameters
    ----------
    criterion : Criterion
        Acceptable and unacceptable failure rate.
    promise : float
        Promised probability, at most, of declaring an inadequate trainee competent within the cases.
    cases : array of int, shape (n,)
        Numbers of cases: 1, 2, ...
    limit : array of float, shape (n,)
        The limit designed for each number; nan where none can keep the promise and be reached.
    false_competence, power : array of float, shape (n,)
        Exact probability of declaring a trainee at the unacceptable, or at the acceptable, rate competent within so
        many cases; 0 where nothing can be decided.
    bound : array of float, shape (n,)
        Power that no chart whatever can exceed at the same promise, see `cusum.design.power_bound`.
    planned : int or None
        The number of cases asked about, where one was.
    learner : array of float, shape (n,), or None
        Probability of declaring the trainee on the stated learning curve within so many cases.
    adequate_from : int or None
        First case from which that trainee's failure rate stays at or below the acceptable one; None if it does not
        within the numbers listed.

    Examples
    --------
    >>> power_by_volume(Criterion(acceptable=0.10, unacceptable=0.40), cases=20)
    <PowerByVolume: 1 to 29 cases, power 84.4% within 20; 50% from 10 cases on, 80% from 18, 90% from 26>
    """

    criterion: Criterion
    promise: float
    cases: IntArray
    limit: FloatArray
    false_competence: FloatArray
    power: FloatArray
    bound: FloatArray
    planned: int | None = None
    learner: FloatArray | None = None
    adequate_from: int | None = None

    def __repr__(self) -> str:
        planned = f", power {self.power[self.planned - 1]:.1%} within {self.planned}" if self.planned else ""
        needed = [(power, self.cases_for(power)) for power in (0.5, 0.8, 0.9)]
        words = [f"{power:.0%} from {cases}" for power, cases in needed if cases]
        if words:
            words[0] += " cases on"
        return f"<PowerByVolume: 1 to {self.cases[-1]} cases{planned}; {', '.join(words) or 'never 50%'}>"

    def _repr_html_(self) -> str:
        """Show the numbers in a notebook."""
        return listed(repr(self), self.columns())

    def columns(self) -> Columns:
        """Give the numbers as columns, ready for ``pandas.DataFrame(...)``.

        Returns
        -------
        dict of str to array
            One row for each number of cases.
        """
        found: Columns = {
            "cases": self.cases,
            "limit": self.limit,
            "false_competence": self.false_competence,
            "power": self.power,
            "bound": self.bound,
        }
        return found if self.learner is None else found | {"learner": self.learner}

    def cases_for(self, power: float, *, learner: bool = False) -> int | None:
        """Find the number of cases from which on a power is kept, as far as numbers are listed.

        Parameters
        ----------
        power : float
            Probability of a declaration, in (0, 1).
        learner : bool, default False
            Of the trainee on the stated learning curve, and not of one who is adequate from the first case on.

        Returns
        -------
        int or None
            The smallest number such that it and all larger ones listed give so much; None where the last does not, or
            no learning curve was stated.

        Examples
        --------
        >>> power_by_volume(Criterion(acceptable=0.10, unacceptable=0.20), cases=60).cases_for(0.5)
        53
        """
        curve = self.learner if learner else self.power
        if curve is None or curve[-1] < power:
            return None
        below = np.flatnonzero(curve < power)
        return int(below[-1]) + 2 if below.size else 1


def power_by_volume(
    criterion: Criterion,
    *,
    cases: int | None = None,
    false_competence: float = 0.05,
    failure_rate: ArrayLike | None = None,
    up_to: int | None = None,
) -> PowerByVolume:
    """Say for every number of cases how often an adequate trainee would be declared competent within it.

    Parameters
    ----------
    criterion : Criterion
        Acceptable and unacceptable failure rate.
    cases : int, optional
        The number of cases planned, which the list then covers.
    false_competence : float, default 0.05
        Largest probability, in (0, 1), of declaring a trainee whose failure rate is constantly unacceptable competent
        within the number of cases.
    failure_rate : array-like, shape (k,), optional
        Failure probability by case of a trainee who learns; the last value holds on. See `learner_rates`.
    up_to : int, optional
        List so many numbers of cases; enough for 90% power if left out, at most 400 unless more are planned.

    Returns
    -------
    PowerByVolume
        Limit, probabilities and bound for each number of cases, exact.

    Raises
    ------
    InvalidParameter
        If a parameter is outside its range, more than 1,000 numbers of cases are asked for, or `failure_rate` is a
        single number.

    Notes
    -----
    The limit is designed anew for each number. Since it can take only certain values, the power goes up in most places
    and down a little in some. A trainee who learns is declared later than one who is adequate from the first case on:
    the failures of the beginning do not count against the trainee for ever, because the statistic has a floor, but
    there are fewer cases left to be declared in.

    References
    ----------
    Biau DJ, Porcher R. Stat Med 2010;29:1900-1909, doi:10.1002/sim.3947.

    Examples
    --------
    >>> found = power_by_volume(Criterion(acceptable=0.10, unacceptable=0.20), up_to=100)
    >>> found.power[[49, 99]].round(6), found.bound[[49, 99]].round(2)
    (array([0.497133, 0.747936]), array([0.62, 0.88]))
    """
    check_criterion(criterion)
    promise = check_fraction("false_competence", false_competence)
    planned = None if cases is None else check_count("cases", cases)
    last = _reach(criterion, promise, planned) if up_to is None else max(check_count("up_to", up_to), planned or 1)
    if last > _LONGEST:
        raise InvalidParameter(
            "the power at every number of cases up to {last} was asked for",
            expected="at most {most}, since each has a limit designed for it",
            remedy="Ask for fewer; the power at one larger number is what plan_volume gives in Python.",
            last=last,
            most=_LONGEST,
        )
    chart = LearningCurveCusum(criterion=criterion, limit=1.0)
    limit, kept = _designs(chart, promise, last)
    numbers = np.arange(1, last + 1)
    distinct, which = np.unique(np.nan_to_num(limit, nan=np.inf), return_inverse=True)
    declared = signal_by_limit(chart, distinct, criterion.acceptable, last)
    rates = None if failure_rate is None else _learning(failure_rate, last)
    return PowerByVolume(
        criterion=criterion,
        promise=promise,
        cases=numbers,
        limit=limit,
        false_competence=kept,
        power=declared[which, numbers - 1],
        bound=np.array([power_bound(criterion, cases=int(n), false_competence=promise) for n in numbers]),
        planned=planned,
        learner=None if rates is None else signal_by_limit_of_learner(chart, distinct, rates)[which, numbers - 1],
        adequate_from=None if rates is None else adequate_from(rates, criterion),
    )


def _reach(criterion: Criterion, promise: float, planned: int | None) -> int:
    """Choose how many numbers of cases to list."""
    wanted = max(planned, min(_MOST_CASES, ceil(1.25 * planned))) if planned else 20
    if wanted > _LONGEST:
        return wanted  # refused, before anything is searched
    enough = cases_for_power(criterion, _HIGH_POWER, promise)
    return max(wanted, min(_MOST_CASES, ceil(1.1 * enough) if enough else _MOST_CASES))


def _designs(chart: LearningCurveCusum, promise: float, last: int) -> tuple[FloatArray, FloatArray]:
    """Design the limit for each number of cases up to the last, and give the probability that each keeps."""
    limit, kept = np.full(last, np.nan), np.zeros(last)
    top = find_limit(chart, false_signal=promise, within=last)
    if not top.reachable:
        return limit, kept
    step = float(chart.scores([False])[0])
    values, first = attainable_values(chart, last, top.limit + step)
    null = signal_by_limit(chart, values, chart.null_rate, last)
    keeps = (null <= promise) & (first[:, None] <= np.arange(1, last + 1)[None, :])
    smallest = np.argmax(keeps, axis=0)
    for k in range(last):
        if keeps[smallest[k], k]:
            limit[k], kept[k] = values[smallest[k]], null[smallest[k], k]
        elif (1 - chart.null_rate) ** (k + 1) <= promise:  # reachable, with a limit above those listed
            design = find_limit(chart, false_signal=promise, within=k + 1)
            limit[k], kept[k] = design.limit, design.false_signal
    return limit, kept


def _learning(failure_rate: ArrayLike, last: int) -> FloatArray:
    """Take the failure rates of a trainee who learns; a single number is none."""
    if np.ndim(failure_rate) != 1:
        raise InvalidParameter(
            "failure_rate has {ndim} dimensions",
            expected="a learning curve: one failure probability for each case",
            ndim=np.ndim(failure_rate),
        )
    return rates_by_case(failure_rate, last)
