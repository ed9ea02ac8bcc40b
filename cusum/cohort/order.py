"""What the order of same-day cases could change: the earliest and the latest case at which each signal can fall."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from math import comb, prod

import numpy as np
import pandas as pd

from cusum.charts.base import Chart, Signal
from cusum.charts.bernoulli import BernoulliCusum
from cusum.charts.learning import LearningCurveCusum, LearningThenMonitoring
from cusum.charts.low_volume import LastLookCusum
from cusum.charts.standard import StandardCusum
from cusum.charts.walk import TOLERANCE, Walk

__all__ = ["OrderRanges", "Range", "order_ranges", "signal_ranges", "tied_groups"]

_FEW = 2_000
_State = tuple[str, float, tuple[str, ...]]


@dataclass
class Range:
    """Where one signal can fall over the possible orders.

    Parameters
    ----------
    earliest, latest : int
        Case numbers.
    """

    earliest: int
    latest: int


@dataclass(frozen=True)
class OrderRanges:
    """What the order of same-day cases could change.

    Parameters
    ----------
    ranges : dict
        Where each signal can fall, by the kinds of the signals up to and including it: ("competent",) is a first signal
        of competence, ("competent", "deterioration") an alarm after it.
    ends : frozenset of tuple of str
        The kinds of all signals of the sequence, one entry for each outcome that some order gives.
    method : {"fixed", "exact", "sampled"}
        Whether there was nothing to change, every order was followed, or 2,000 were drawn.
    """

    ranges: dict[tuple[str, ...], Range]
    ends: frozenset[tuple[str, ...]]
    method: str


@dataclass
class _Seen:
    """The ranges found so far, by kind and number of the signal."""

    ranges: dict[tuple[str, ...], Range] = field(default_factory=dict)

    def note(self, said: tuple[str, ...], case: int) -> None:
        """Take note of a signal: `said` are the kinds of all signals so far, this one last."""
        known = self.ranges.get(said)
        if known is None:
            self.ranges[said] = Range(case, case)
        else:
            known.earliest, known.latest = min(known.earliest, case), max(known.latest, case)


def tied_groups(cases: pd.DataFrame) -> pd.Series:
    """Number the groups of one sequence's cases whose order is not known.

    Parameters
    ----------
    cases : DataFrame
        Cases of one or more sequences in case order: trainee, procedure, performed_on, and sequence where it is known.

    Returns
    -------
    Series of int
        The same number for cases of the same trainee, procedure and day that nothing tells apart; case by case another
        otherwise.
    """
    order = cases["sequence"] if "sequence" in cases else pd.Series(pd.NA, index=cases.index, dtype="Int64")
    keys = [cases["trainee"], cases["procedure"], cases["performed_on"], order.fillna(-1)]
    return pd.Series(pd.DataFrame({str(k): key for k, key in enumerate(keys)}).groupby(list("0123")).ngroup())


def order_ranges(chart: Chart, failure: np.ndarray, groups: Sequence[int], *, seed: int = 0) -> OrderRanges:
    """Find the earliest and the latest case of each signal over the orders that the day leaves open.

    Parameters
    ----------
    chart : Chart
        The chart.
    failure : array of bool, shape (n,)
        Outcomes in one possible order.
    groups : sequence of int, length n
        Cases with the same number may change places; they stand together.
    seed : int, default 0
        Seed, used only where orders are sampled.

    Returns
    -------
    OrderRanges
        Earliest and latest case of each signal, and the signals that some order gives.

    Notes
    -----
    Only the number of failures in a group matters for what follows it, so the values that the statistic can have after
    each case are followed all at once; that is exact however many orders there are. Charts with parallel lines are run
    over every order where there are at most 2,000, else over as many drawn at random.

    Examples
    --------
    >>> from cusum import Criterion, LearningCurveCusum
    >>> chart = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.4), limit=1.2)
    >>> order_ranges(chart, np.array([True, False, False, False]), [1, 1, 1, 1]).ranges
    {('competent',): Range(earliest=3, latest=4)}
    """
    spans = _spans(groups)
    mixed = [(a, b) for a, b in spans if 0 < int(failure[a:b].sum()) < b - a]
    if not mixed:
        return _run_over(chart, iter([failure]), "fixed")
    if _can_follow(chart):
        return _follow(chart, failure, spans)
    many = prod(comb(b - a, int(failure[a:b].sum())) for a, b in mixed) > _FEW
    orders = _drawn(failure, mixed, seed) if many else _every(failure, mixed)
    return _run_over(chart, orders, "sampled" if many else "exact")


def _spans(groups: Sequence[int]) -> list[tuple[int, int]]:
    """Give where each group begins and ends."""
    numbers = np.asarray(groups)
    starts = np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1]))) if numbers.size else np.array([])
    return list(zip(starts.tolist(), [*starts.tolist()[1:], numbers.size], strict=True))


def _can_follow(chart: Chart) -> bool:
    """Tell whether the chart's state is a phase and a value."""
    if isinstance(chart, StandardCusum):
        return chart.after_signal != "parallel" and chart.competence == "one line"
    plain = isinstance(chart, (BernoulliCusum, LearningCurveCusum)) and chart.after_signal != "continue"
    return plain or isinstance(chart, (LearningThenMonitoring, LastLookCusum))


def _follow(chart: Chart, failure: np.ndarray, spans: list[tuple[int, int]]) -> OrderRanges:
    """Follow every state that some order leads to, one group after another."""
    steps = _Steps(chart)
    seen = _Seen()
    states: set[_State] = {(steps.first, steps.start(steps.first), ())}
    for a, b in spans:
        failures = int(failure[a:b].sum())
        layer: set[tuple[_State, int]] = {(state, 0) for state in states}
        for k in range(b - a):
            following: set[tuple[_State, int]] = set()
            for state, used in layer:
                left = b - a - k
                if used < failures:
                    following.add((steps.step(state, True, a + k + 1, seen), used + 1))
                if failures - used < left:
                    following.add((steps.step(state, False, a + k + 1, seen), used))
            layer = following
        states = {state for state, _ in layer}
    return OrderRanges(seen.ranges, frozenset(said for _, _, said in states), "exact")


class _Steps:
    """One case at a time, for charts whose state is a phase and a value."""

    def __init__(self, chart: Chart) -> None:
        """Take the chart's phases apart."""
        self.last_look = (chart.cases, chart.last_limit) if isinstance(chart, LastLookCusum) else None
        phases: dict[str, Chart] = {"only": chart.running if isinstance(chart, LastLookCusum) else chart}
        self.then = {"only": "stop" if phases["only"].walk.after_signal == "stop" else "only"}
        self.first = "only"
        if isinstance(chart, LearningThenMonitoring):
            phases = {"learning": chart.learning, "monitoring": chart.monitoring}
            self.then = {"learning": "monitoring", "monitoring": chart.after_deterioration}
            self.first = "learning"
        self.walks: dict[str, Walk] = {name: phase.walk for name, phase in phases.items()}
        self.kinds = {name: phase.kinds for name, phase in phases.items()}
        self.scores = {name: phase.scores(np.array([False, True])).tolist() for name, phase in phases.items()}

    def start(self, phase: str) -> float:
        """Give the value that a phase begins with."""
        return self.walks[phase].start if phase in self.walks else 0.0

    def step(self, state: _State, failed: bool, case: int, seen: _Seen) -> _State:
        """Take one case, and note a signal."""
        phase, value, said = state
        if phase == "stop":
            return state
        walk = self.walks[phase]
        value = value + self.scores[phase][failed]
        value = value if walk.floor is None else max(walk.floor, value)
        limit = self._upper(walk, case)
        upper = limit is not None and value >= limit - TOLERANCE
        lower = walk.lower is not None and value <= walk.lower + TOLERANCE
        if not (upper or lower):
            return phase, round(value, 11), said
        said = (*said, self.kinds[phase][1 if upper else 0])
        seen.note(said, case)
        following = self.then[phase]
        return following, self.start(following), said

    def _upper(self, walk: Walk, case: int) -> float | None:
        """Give the upper limit at a case: another one at a last look, and none after it."""
        if self.last_look is None or case < self.last_look[0]:
            return walk.upper
        return self.last_look[1] if case == self.last_look[0] else None


def _run_over(chart: Chart, orders: Iterator[np.ndarray], method: str) -> OrderRanges:
    """Run the chart over some orders, one by one."""
    seen = _Seen()
    ends = set()
    for outcomes in orders:
        said: tuple[str, ...] = ()
        for signal in chart.run(outcomes).signals:
            said = (*said, signal.kind)
            seen.note(said, signal.case)
        ends.add(said)
    return OrderRanges(seen.ranges, frozenset(ends), method)


def _every(failure: np.ndarray, mixed: list[tuple[int, int]]) -> Iterator[np.ndarray]:
    """Give every distinct order."""
    choices = [list(combinations(range(a, b), int(failure[a:b].sum()))) for a, b in mixed]
    for picked in product(*choices):
        outcomes = failure.copy()
        for (a, b), places in zip(mixed, picked, strict=True):
            outcomes[a:b] = False
            outcomes[list(places)] = True
        yield outcomes


def _drawn(failure: np.ndarray, mixed: list[tuple[int, int]], seed: int) -> Iterator[np.ndarray]:
    """Give orders drawn at random."""
    random = np.random.default_rng(seed)
    for _ in range(_FEW):
        outcomes = failure.copy()
        for a, b in mixed:
            outcomes[a:b] = random.permutation(outcomes[a:b])
        yield outcomes


def signal_ranges(cases: pd.DataFrame, charts: dict[str, Chart], crossings: pd.DataFrame) -> pd.DataFrame:
    """Add to the crossings where competence could have been signalled in another order of same-day cases.

    Parameters
    ----------
    cases : DataFrame
        Charted registrations in case order.
    charts : dict of str to Chart
        The chart of each procedure.
    crossings : DataFrame
        One row for each trainee and procedure.

    Returns
    -------
    DataFrame
        `crossings` with case_earliest, case_latest (missing where no order gives the signal), crossed_in_every_order
        and order ("fixed", "exact" or "sampled").
    """
    numbered = cases.assign(group=tied_groups(cases).to_numpy())
    rows = []
    for (trainee, procedure), mine in numbered.groupby(["trainee", "procedure"], sort=False, observed=True):
        chart = charts[str(procedure)]
        found = order_ranges(chart, mine["failure"].to_numpy(dtype=np.bool_), mine["group"].tolist())
        declaring = [r for said, r in found.ranges.items() if _declared_at(chart, said) == len(said)]
        rows.append(
            {
                "trainee": trainee,
                "procedure": procedure,
                "case_earliest": min((r.earliest for r in declaring), default=None),
                "case_latest": max((r.latest for r in declaring), default=None),
                "crossed_in_every_order": all(_declared_at(chart, said) for said in found.ends),
                "order": found.method,
            }
        )
    columns = ["trainee", "procedure", "case_earliest", "case_latest", "crossed_in_every_order", "order"]
    added = crossings.merge(pd.DataFrame(rows, columns=columns), how="left", on=["trainee", "procedure"])
    added["crossed_in_every_order"] = added["crossed_in_every_order"].eq(True)
    added["order"] = added["order"].fillna("fixed").astype("str")
    return added.astype({"case_earliest": "Int64", "case_latest": "Int64"})


def _declared_at(chart: Chart, said: tuple[str, ...]) -> int:
    """Number the signal that is the first to say competence, from 1; 0 where none does."""
    first = chart.competence_signal([Signal(k + 1, kind, 0.0) for k, kind in enumerate(said)])
    return first.case if first else 0
