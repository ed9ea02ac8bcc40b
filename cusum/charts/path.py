"""What a chart gives back: a Path with its Signals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cusum.charts.checking import BoolArray, check_failure, check_risk
from cusum.charts.walk import FloatArray

if TYPE_CHECKING:
    import pandas as pd

    from cusum.charts.base import Chart

__all__ = ["Path", "Signal", "TextArray", "fill_from", "make_frame", "signals_at"]

TextArray = NDArray[np.str_]


@dataclass(frozen=True)
class Signal:
    """Where a chart says something.

    Parameters
    ----------
    case : int
        Case number, counted from 1.
    kind : str
        What is said: "competent", "acceptable", "unacceptable", "deterioration" or "improvement".
    statistic : float
        Value that the statistic had reached.

    Examples
    --------
    >>> Signal(29, "competent", 3.2).case
    29
    """

    case: int
    kind: str
    statistic: float


@dataclass(frozen=True, eq=False, repr=False)
class Path:
    """One sequence of cases under one chart: the statistic after each case, and the signals.

    Parameters
    ----------
    chart : Chart
        The chart that was run.
    failure : array of bool, shape (n,)
        Outcomes, True for a failure.
    risk : array of float, shape (n,), or None
        Expected failure probabilities, where the chart uses them.
    scores : array of float, shape (n,)
        What each case added to the statistic.
    statistic : array of float, shape (n,)
        Statistic after each case, before any restart; nan for cases that were not charted.
    lower, upper : array of float, shape (n,)
        Limits that each case was compared with; nan where there is none.
    signals : tuple of Signal
        Signals in case order.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.4), limit=1.5)
    >>> chart.run([1, 0, 0, 0, 0, 0]).first("competent")
    5
    """

    chart: Chart
    failure: BoolArray
    risk: FloatArray | None
    scores: FloatArray
    statistic: FloatArray
    lower: FloatArray
    upper: FloatArray
    signals: tuple[Signal, ...]

    def __post_init__(self) -> None:
        """Lock the arrays: a path is a fact."""
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    @property
    def competence(self) -> Signal | None:
        """The signal that says competence by the chart's own rule, or None."""
        return self.chart.competence_signal(self.signals)

    @cached_property
    def phase(self) -> TextArray:
        """Which chart each case was under, "learning" or "monitoring", where a chart has the two; else ""."""
        return self.chart.phases(self.signals, self.failure.size)

    @cached_property
    def state(self) -> TextArray:
        """What is known after each case: "learning", "competent", "no_alarm" or "alarm"; "" if the chart says none."""
        return self.chart.states(self.signals, self.failure.size)

    def first(self, kind: str | None = None) -> int | None:
        """Give the case number of the first signal.

        Parameters
        ----------
        kind : str, optional
            Only signals of this kind; any kind if left out.

        Returns
        -------
        int or None
            Case number counted from 1, or None if there was no such signal.
        """
        return next((signal.case for signal in self.signals if kind in (None, signal.kind)), None)

    def extend(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> Path:
        """Chart further cases of the same sequence.

        Parameters
        ----------
        failure : array-like, shape (m,)
            Outcomes of the further cases: 1 or True for a failure, 0 or False for a success.
        risk : array-like, shape (m,), optional
            Their expected failure probabilities, where the chart uses them.

        Returns
        -------
        Path
            A new path of n + m cases, the same as if all of them had been charted in one go.

        Raises
        ------
        InvalidData
            If an outcome or a risk is missing or impossible; the message counts from the first further case.

        Notes
        -----
        The chart goes on from what the path has come to; the cases before are not charted again.

        Examples
        --------
        >>> from cusum import BernoulliCusum, Criterion
        >>> chart = BernoulliCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=1.0)
        >>> path = chart.run([0, 1])
        >>> path.extend([0, 1]).first("deterioration")
        4
        """
        outcomes = check_failure(failure)
        expected = None if risk is None else check_risk(risk, outcomes.size)
        return self.chart._path(outcomes, expected, self)

    def frame(self) -> pd.DataFrame:
        """Give the path as a table with one row a case.

        Returns
        -------
        DataFrame
            Columns case, failure, risk (where used), score, statistic, lower, upper, phase, state, signal.
        """
        signal = np.full(self.failure.size, "", dtype=object)
        for item in self.signals:
            signal[item.case - 1] = item.kind
        columns: dict[str, Any] = {"case": np.arange(1, self.failure.size + 1), "failure": self.failure}
        if self.risk is not None:
            columns["risk"] = self.risk
        columns |= {"score": self.scores, "statistic": self.statistic, "lower": self.lower, "upper": self.upper}
        columns |= {"phase": self.phase, "state": self.state, "signal": signal}
        return make_frame(columns, words=("phase", "state", "signal"))

    def __repr__(self) -> str:
        said = ", ".join(f"{signal.kind} at {signal.case}" for signal in self.signals[:3])
        more = f" and {len(self.signals) - 3} more" if len(self.signals) > 3 else ""
        failures = int(self.failure.sum())
        name, n = type(self.chart).__name__, self.failure.size
        return f"<{name} path: {n} cases, {failures} failures; {said or 'no signal'}{more}>"

    def _repr_html_(self) -> str:
        """Show the path as a table in a notebook."""
        text = repr(self).strip("<>")
        return f"<p>{text}</p>{self.frame().to_html(index=False, max_rows=12, float_format='{:.3f}'.format)}"


def fill_from(first: str, changes: Sequence[tuple[int, str]], n: int) -> TextArray:
    """Spell out a word for each case: `first`, and from each (1-based) case of a change on, the word given there."""
    changes = list(dict(changes).items())
    words = np.array([first, *(word for _, word in changes)], dtype="U10")
    starts = np.array([1, *(case for case, _ in changes)])
    lengths = np.diff(np.append(starts, n + 1))
    return np.repeat(words, lengths)


def signals_at(signals: Sequence[Signal], case: int) -> list[Signal]:
    """Pick the signals of the last case, of which there may be several with parallel lines."""
    return list(takewhile(lambda signal: signal.case == case, reversed(signals)))[::-1]


def make_frame(columns: dict[str, Any], words: Sequence[str]) -> pd.DataFrame:
    """Make a table of columns, some of which are words; pandas is imported only when a table is asked for."""
    import pandas as pd

    return pd.DataFrame(columns).astype(dict.fromkeys(words, "str"))
