"""Many sequences at once: every trainee of a cohort, every surgeon of a department, in one table of cases."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cusum.charts.checking import BoolArray
from cusum.charts.grouping import Grouping, group_cases
from cusum.charts.lanes import Lanes
from cusum.charts.path import Path, Signal, make_frame
from cusum.charts.walk import FloatArray, IntArray

if TYPE_CHECKING:
    import pandas as pd

    from cusum.charts.base import Chart, Stretch

__all__ = ["Paths", "chart_many"]

_CASES_PER_CALL = 20
"""Following one sequence by itself takes about as long as one step of all lanes for so many cases."""


@dataclass(frozen=True, eq=False, repr=False)
class Paths:
    """Many sequences of cases under one chart, case by case as they were given.

    Parameters
    ----------
    chart : Chart
        The chart that was run.
    names : array, shape (m,)
        Labels of the sequences, in order of first appearance.
    of : array of int, shape (n,)
        Which sequence each case belongs to, as an index into `names`.
    case : array of int, shape (n,)
        Case number within the sequence, counted from 1.
    failure : array of bool, shape (n,)
        Outcomes, True for a failure.
    risk : array of float, shape (n,), or None
        Expected failure probabilities, where the chart uses them.
    scores, statistic, lower, upper : array of float, shape (n,)
        As in a `Path`, for each case within its sequence.
    rows : array of int, shape (k,)
        Where the signals are: index into the cases, sorted by sequence and case.
    kinds : array of str, shape (k,)
        What the signals say.

    Examples
    --------
    >>> from cusum import BernoulliCusum, Criterion
    >>> chart = BernoulliCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=1.0)
    >>> paths = chart.run_many([1, 0, 1, 0], sequence=["a", "b", "a", "b"])
    >>> paths.first("deterioration")
    {'a': 2, 'b': None}
    >>> paths["a"]
    <BernoulliCusum path: 2 cases, 2 failures; deterioration at 2>
    """

    chart: Chart
    names: NDArray[Any]
    of: IntArray
    case: IntArray
    failure: BoolArray
    risk: FloatArray | None
    scores: FloatArray
    statistic: FloatArray
    lower: FloatArray
    upper: FloatArray
    rows: IntArray
    kinds: NDArray[np.str_]

    def __post_init__(self) -> None:
        """Lock the arrays."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __len__(self) -> int:
        return int(self.names.size)

    def __iter__(self) -> Iterator[Hashable]:
        return iter(self.names.tolist())

    @cached_property
    def _index(self) -> dict[Hashable, int]:
        """Position of each name."""
        return {name: k for k, name in enumerate(self.names.tolist())}

    @cached_property
    def _sorted(self) -> tuple[IntArray, IntArray]:
        """Cases sorted by sequence, and where each sequence ends there."""
        return np.argsort(self.of, kind="stable"), np.cumsum(np.bincount(self.of, minlength=len(self)))

    def __getitem__(self, name: Hashable) -> Path:
        """Give the path of one sequence."""
        k = self._index[name]
        order, ends = self._sorted
        rows = order[ends[k - 1] if k else 0 : ends[k]]
        here = slice(*np.searchsorted(self.of[self.rows], [k, k + 1]))
        cases, values = self.case[self.rows[here]].tolist(), self.statistic[self.rows[here]].tolist()
        return self.chart.path_type(
            self.chart,
            self.failure[rows],
            None if self.risk is None else self.risk[rows],
            self.scores[rows],
            self.statistic[rows],
            self.lower[rows],
            self.upper[rows],
            tuple(map(Signal, cases, self.kinds[here].tolist(), values)),
        )

    def first(self, kind: str | None = None) -> dict[Hashable, int | None]:
        """Give the case number of the first signal of each sequence.

        Parameters
        ----------
        kind : str, optional
            Only signals of this kind; any kind if left out.

        Returns
        -------
        dict
            By label: the case number counted from 1, or None if there was no such signal.
        """
        found: dict[Hashable, int | None] = dict.fromkeys(self)
        rows = self.rows if kind is None else self.rows[self.kinds == kind]
        of, where = np.unique(self.of[rows], return_index=True)
        found.update(zip(self.names[of].tolist(), self.case[rows[where]].tolist(), strict=True))
        return found

    def frame(self) -> pd.DataFrame:
        """Give all paths as one table with one row a case, in the order given.

        Returns
        -------
        DataFrame
            Columns sequence, case, failure, risk (where used), score, statistic, lower, upper, signal.
        """
        signal = np.full(self.of.size, "", dtype=object)
        signal[self.rows] = self.kinds
        columns: dict[str, Any] = {"sequence": self.names[self.of], "case": self.case, "failure": self.failure}
        if self.risk is not None:
            columns["risk"] = self.risk
        columns |= {"score": self.scores, "statistic": self.statistic, "lower": self.lower, "upper": self.upper}
        return make_frame(columns | {"signal": signal}, words=("signal",))

    def signal_frame(self) -> pd.DataFrame:
        """Give all signals as one table, sorted by sequence and case.

        Returns
        -------
        DataFrame
            Columns sequence, case, kind, statistic.
        """
        columns = {"sequence": self.names[self.of[self.rows]], "case": self.case[self.rows], "kind": self.kinds}
        return make_frame(columns | {"statistic": self.statistic[self.rows]}, words=("kind",))

    def __repr__(self) -> str:
        name, n = type(self.chart).__name__, self.of.size
        return f"<{name} paths: {len(self)} sequences, {n} cases, {self.rows.size} signals>"

    def _repr_html_(self) -> str:
        """Show the signals as a table in a notebook."""
        text = repr(self).strip("<>")
        return f"<p>{text}</p>{self.signal_frame().to_html(index=False, max_rows=12, float_format='{:.3f}'.format)}"


def chart_many(chart: Chart, failure: BoolArray, risk: FloatArray | None, sequence: ArrayLike) -> Paths:
    """Chart many sequences whose outcomes and risks have been checked.

    Parameters
    ----------
    chart : Chart
        The chart.
    failure : array of bool, shape (n,)
        Outcomes.
    risk : array of float, shape (n,), or None
        Expected failure probabilities.
    sequence : array-like, shape (n,)
        Label of the sequence that each case belongs to.

    Returns
    -------
    Paths
        What was found, in the order given.

    Examples
    --------
    >>> from cusum import Vlad
    >>> chart_many(Vlad(), np.array([True, False]), np.array([0.2, 0.2]), ["a", "b"])
    <Vlad paths: 2 sequences, 2 cases, 0 signals>
    """
    groups = group_cases(sequence, failure.size)
    order = groups.order
    together = failure if order is None else failure[order]
    part = _follow_many(chart, together, risk if risk is None or order is None else risk[order], groups)
    of = np.repeat(np.arange(groups.names.size), groups.length)
    case = np.arange(1, failure.size + 1) - np.repeat(groups.first, groups.length)
    kinds = np.array(chart.kinds)[(part.sides > 0).astype(np.int64)]
    return Paths(
        chart,
        groups.names,
        _put_back(of, order),
        _put_back(case, order),
        failure,
        risk,
        _put_back(part.scores, order),
        _put_back(part.statistic, order),
        _put_back(part.lower, order),
        _put_back(part.upper, order),
        part.cases if order is None else order[part.cases],
        kinds,
    )


def _put_back(values: NDArray[Any], order: IntArray | None) -> NDArray[Any]:
    """Undo an ordering of cases."""
    if order is None:
        return values
    back = np.empty_like(values)
    back[order] = values
    return back


def _follow_many(chart: Chart, failure: BoolArray, risk: FloatArray | None, groups: Grouping) -> Stretch:
    """Follow sequences that lie one after the other: the short ones side by side, the longest each by itself."""
    by_length = np.argsort(-groups.length, kind="stable")
    lanes = Lanes(groups.first[by_length], groups.length[by_length])
    cost = np.arange(lanes.first.size + 1) * _CASES_PER_CALL + np.append(lanes.length, 0)
    alone = int(cost.argmin())
    whole = chart._follow_lanes(failure, risk, Lanes(lanes.first[alone:], lanes.length[alone:]))
    if not alone:
        return whole
    scores, statistic, lower, upper = (np.array(values) for values in whole[:4])
    cases, sides = [whole.cases], [whole.sides]
    for first, length in zip(lanes.first[:alone].tolist(), lanes.length[:alone].tolist(), strict=True):
        part = slice(first, first + length)
        one = chart._follow(failure[part], None if risk is None else risk[part], None)
        scores[part], statistic[part], lower[part], upper[part] = one[:4]
        cases.append(one.cases + first)
        sides.append(one.sides)
    where = np.concatenate(cases)
    by_case = np.argsort(where, kind="stable")
    return type(whole)(scores, statistic, lower, upper, where[by_case], np.concatenate(sides)[by_case])
