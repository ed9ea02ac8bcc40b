"""What every chart is, and what it gives back: Chart, Path, Signal."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cusum.charts.walk import FloatArray, Walk
from cusum.criterion import Criterion
from cusum.errors import InvalidData, InvalidParameter

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Chart", "Path", "Signal", "check_failure", "check_risk"]

BoolArray = NDArray[np.bool_]
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


def check_failure(failure: ArrayLike) -> BoolArray:
    """Make outcomes into an array of bool, or say which case is no outcome.

    Parameters
    ----------
    failure : array-like, shape (n,)
        Outcomes in case order: 1 or True is a failure, 0 or False a success.

    Returns
    -------
    array of bool, shape (n,)
        True where the case was a failure.

    Raises
    ------
    InvalidData
        If an outcome is missing or not 0, 1, True or False, or the array has not one dimension.

    Examples
    --------
    >>> check_failure([0, 1, 0])
    array([False,  True, False])
    """
    values = np.asarray(failure)
    if values.ndim != 1:
        raise InvalidData(
            "failure has {ndim} dimensions",
            expected="one: the outcomes of one sequence, in case order",
            ndim=values.ndim,
        )
    if values.dtype == np.bool_:
        return values.astype(np.bool_)
    if values.dtype.kind in "iuf":
        wrong = ~((values == 0) | (values == 1))
    else:
        wrong = np.array([not _is_outcome(value) for value in values], dtype=np.bool_)
    if wrong.any():
        first = int(wrong.argmax())
        value = values[first]
        missing = str(value) in ("None", "nan", "NaN", "<NA>", "NaT")
        raise InvalidData(
            "failure is missing at case {case}" if missing else "failure is {value!r} at case {case}",
            expected="1 or True for a failure, 0 or False for a success",
            remedy="Settle the outcome or leave the case out before charting.",
            value=value.item() if isinstance(value, np.generic) else value,
            case=first + 1,
        )
    return values.astype(np.bool_)


def _is_outcome(value: object) -> bool:
    """Tell whether one value, of any type, is an outcome."""
    if isinstance(value, (bool, np.bool_)):
        return True
    return isinstance(value, (int, float, np.integer, np.floating)) and value in (0, 1)


def check_risk(risk: ArrayLike, n: int) -> FloatArray:
    """Make expected failure probabilities into an array, or say which case has none.

    Parameters
    ----------
    risk : array-like, shape (n,)
        Expected failure probability of each case, strictly between 0 and 1.
    n : int
        Number of cases.

    Returns
    -------
    array of float, shape (n,)
        The probabilities.

    Raises
    ------
    InvalidData
        If the number of values is not `n`, or one is missing or outside (0, 1).

    Examples
    --------
    >>> check_risk([0.1, 0.3], 2)
    array([0.1, 0.3])
    """
    try:
        values = np.asarray(risk, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidData("risk holds something that is no number", expected="probabilities") from error
    if values.shape != (n,):
        raise InvalidData(
            "risk has shape {shape}", expected="one probability for each of the {n} cases", shape=values.shape, n=n
        )
    wrong = ~((values > 0) & (values < 1))
    if wrong.any():
        first = int(wrong.argmax())
        raise InvalidData(
            "risk is {value} at case {case}",
            expected="a probability strictly between 0 and 1",
            value=float(values[first]),
            case=first + 1,
        )
    return values


def check_positive(name: str, value: float) -> float:
    """Return a finite number above 0, or refuse it by name."""
    number = float(value) if not isinstance(value, (bool, str)) and hasattr(value, "__float__") else np.nan
    if not (np.isfinite(number) and number > 0):
        raise InvalidParameter("{name} is {value!r}", expected="a number above 0", name=name, value=value)
    return number


def check_fraction(name: str, value: float) -> float:
    """Return a number strictly between 0 and 1, or refuse it by name."""
    number = float(value) if not isinstance(value, (bool, str)) and hasattr(value, "__float__") else np.nan
    if not 0 < number < 1:
        raise InvalidParameter(
            "{name} is {value!r}", expected="a number strictly between 0 and 1", name=name, value=value
        )
    return number


def check_criterion(value: object) -> None:
    """Refuse what is no criterion."""
    if not isinstance(value, Criterion):
        raise InvalidParameter(
            "criterion is {value!r}",
            expected="a Criterion",
            remedy="Write Criterion(acceptable=0.10, unacceptable=0.20).",
            value=value,
        )


def check_choice(name: str, value: str, choices: Sequence[str]) -> None:
    """Refuse a word that is not among the choices."""
    if value not in choices:
        raise InvalidParameter(
            "{name} is {value!r}", expected="one of {choices}", name=name, value=value, choices=", ".join(choices)
        )


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
        """What is known after each case: "learning", "competent" or "alarm"."""
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

    def frame(self) -> pd.DataFrame:
        """Give the path as a table with one row a case.

        Returns
        -------
        DataFrame
            Columns case, failure, risk (where used), score, statistic, lower, upper, phase, state, signal.
        """
        import pandas as pd

        signal = np.full(self.failure.size, "", dtype=object)
        for item in self.signals:
            signal[item.case - 1] = item.kind
        columns: dict[str, Any] = {"case": np.arange(1, self.failure.size + 1), "failure": self.failure}
        if self.risk is not None:
            columns["risk"] = self.risk
        columns |= {"score": self.scores, "statistic": self.statistic, "lower": self.lower, "upper": self.upper}
        columns |= {"phase": self.phase, "state": self.state, "signal": signal}
        table = pd.DataFrame(columns)
        return table.astype({"phase": "str", "state": "str", "signal": "str"})

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


@dataclass(frozen=True, kw_only=True)
class Chart(ABC):
    """A rule that turns outcomes into a path with limits. All charts are frozen: make a new one to change it."""

    key: ClassVar[str]
    """Short name, as on the command line."""
    names: ClassVar[dict[str, str]]
    """Name by language code."""
    kinds: ClassVar[tuple[str, str]] = ("", "")
    """What crossing the lower and the upper limit says."""
    references: ClassVar[tuple[str, ...]]
    """DOIs of the papers that the chart is taken from."""

    @property
    @abstractmethod
    def walk(self) -> Walk:
        """The recursion with its barriers."""

    @abstractmethod
    def scores(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> FloatArray:
        """Give what each case adds to the statistic.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes, 1 for a failure.
        risk : array-like, shape (n,), optional
            Expected failure probabilities, for charts that use them.

        Returns
        -------
        array of float, shape (n,)
            The scores.
        """

    def run(self, failure: ArrayLike, *, risk: ArrayLike | None = None) -> Path:
        """Chart a sequence of outcomes.

        Parameters
        ----------
        failure : array-like, shape (n,)
            Outcomes in case order: 1 or True for a failure, 0 or False for a success. Missing values are refused.
        risk : array-like, shape (n,), optional
            Expected failure probability of each case, for risk-adjusted charts; refused by the others.

        Returns
        -------
        Path
            Statistic, limits and signals.

        Raises
        ------
        InvalidData
            If an outcome or a risk is missing or impossible; the message names the first such case.
        """
        outcomes = check_failure(failure)
        expected = None if risk is None else check_risk(risk, outcomes.size)
        scores = self.scores(outcomes, risk=expected)
        return self._path(outcomes, expected, scores)

    def _path(self, failure: BoolArray, risk: FloatArray | None, scores: FloatArray) -> Path:
        """Walk over the scores and name the crossings."""
        run = self.walk.run(scores)
        signals = tuple(
            Signal(at + 1, self.kinds[0] if side < 0 else self.kinds[1], float(run.statistic[at]))
            for at, side in run.crossings
        )
        return Path(self, failure, risk, scores, run.statistic, run.lower, run.upper, signals)

    def competence_signal(self, signals: Sequence[Signal]) -> Signal | None:
        """Find the signal that says competence.

        Parameters
        ----------
        signals : sequence of Signal
            Signals of a path, in case order.

        Returns
        -------
        Signal or None
            The first that says competence by the chart's rule; None if none does.
        """
        return next((signal for signal in signals if signal.kind == "competent"), None)

    def states(self, signals: Sequence[Signal], n: int) -> TextArray:
        """Derive what is known after each case from the signals.

        Parameters
        ----------
        signals : sequence of Signal
            Signals of a path, in case order.
        n : int
            Number of cases.

        Returns
        -------
        array of str, shape (n,)
            "learning" until competence is signalled, then "competent"; "alarm" once deterioration has been signalled,
            until competence is signalled again. A chart that cannot say competence goes from "learning" to "alarm".
        """
        changes: list[tuple[int, str]] = []
        known, recent = "learning", list[Signal]()
        for signal in signals:
            recent = [*recent[-1:], signal]
            if signal.kind in ("deterioration", "unacceptable"):
                recent = []
                if known == "competent" or "competent" not in self.says:
                    known = "alarm"
            elif self.competence_signal(recent):
                known = "competent"
            changes.append((signal.case, known))
        return fill_from("learning", changes, n)

    def phases(self, signals: Sequence[Signal], n: int) -> TextArray:
        """Tell which chart each case was under, where a chart has two.

        Parameters
        ----------
        signals : sequence of Signal
            Signals of a path, in case order.
        n : int
            Number of cases.

        Returns
        -------
        array of str, shape (n,)
            "learning" or "monitoring" for a two-phase chart; "" for any other.
        """
        return fill_from("", [], n)

    @property
    def opening(self) -> Chart:
        """The chart that the first case is under: itself, or the first phase of a chart with two."""
        return self

    @property
    def null_rate(self) -> float:
        """Failure rate that the chart supposes until it signals."""
        raise InvalidParameter("{chart} supposes no one failure rate", chart=type(self).__name__)

    @property
    def alternative_rate(self) -> float:
        """Failure rate that the chart seeks a sign of."""
        raise InvalidParameter("{chart} seeks no one failure rate", chart=type(self).__name__)

    @property
    def says(self) -> tuple[str, ...]:
        """What the chart can say about a person: "competent", "alarm" or both."""
        words = []
        if {"competent", "acceptable"} & set(self.kinds):
            words.append("competent")
        if {"deterioration", "unacceptable"} & set(self.kinds):
            words.append("alarm")
        return tuple(words)


def fill_from(first: str, changes: Sequence[tuple[int, str]], n: int) -> TextArray:
    """Spell out a word for each case: `first`, and from each (1-based) case of a change on, the word given there."""
    changes = list(dict(changes).items())
    words = np.array([first, *(word for _, word in changes)], dtype="U10")
    starts = np.array([1, *(case for case, _ in changes)])
    lengths = np.diff(np.append(starts, n + 1))
    return np.repeat(words, lengths)


def refuse_risk(chart: Chart, risk: ArrayLike | None) -> None:
    """Refuse risks where a chart has no use for them."""
    if risk is not None:
        raise InvalidParameter(
            "risk was given to {chart}",
            expected="outcomes alone",
            remedy="This chart takes every case as equally difficult; use a risk-adjusted chart.",
            chart=type(chart).__name__,
        )
