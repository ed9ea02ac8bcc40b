"""Loop-by-loop reference charts: one case at a time, written plainly from the definitions.

Nothing here imports the package. Each function takes outcomes (1 = failure) and numbers, and gives a `LoopPath` with
one entry a case. Slow on purpose: they exist to be read beside the definitions and to be compared with the fast charts.

Conventions
-----------
* A signal is ``S >= limit - 1e-9``; on a lower line ``S <= line + 1e-9``.
* The statistic at the signalling case is the value reached, not the value after a reset.
* ``stop``: nothing is charted after the signal (NaN). ``restart``: the next case starts from ``start``.
* ``continue``: the statistic goes on; a signal is a case at or above the limit whose predecessor was below it.
* ``parallel``: the statistic goes on; the line just crossed becomes the reference from which the next lines are spaced.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

TOLERANCE = 1e-9
NAN = math.nan


class LoopSignal(NamedTuple):
    """A signal as the loops report it."""

    case: int
    kind: str
    statistic: float


@dataclass
class LoopPath:
    """What a loop found, one entry a case."""

    statistic: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    phase: list[str] = field(default_factory=list)
    state: list[str] = field(default_factory=list)
    signals: list[LoopSignal] = field(default_factory=list)
    competence: LoopSignal | None = None

    def add(self, statistic, score, lower, upper, phase, state):
        """Write down one case."""
        self.statistic.append(statistic)
        self.scores.append(score)
        self.lower.append(lower)
        self.upper.append(upper)
        self.phase.append(phase)
        self.state.append(state)


# ---- scores -------------------------------------------------------------------------------------------------------


def bernoulli_score(y, p0, p1):
    """Log likelihood ratio of p1 against p0 for one outcome (deterioration is positive)."""
    return math.log(p1 / p0) if y == 1 else math.log((1 - p1) / (1 - p0))


def learning_score(y, p0, p1):
    """Log likelihood ratio of p0 against p1 for one outcome (adequacy is positive)."""
    return math.log(p0 / p1) if y == 1 else math.log((1 - p0) / (1 - p1))


def risk_score(y, risk, r0, r1):
    """Log likelihood ratio of odds ratio r1 against r0 for a case of expected failure probability `risk`."""
    null = 1 - risk + r0 * risk
    alternative = 1 - risk + r1 * risk
    if y == 1:
        return math.log(null * r1 / (alternative * r0))
    return math.log(null / alternative)


# ---- standard cusum (two boundaries) ------------------------------------------------------------------------------


def standard_numbers(p0, p1, alpha, beta):
    """The slope s and the distances h0 (below) and h1 (above) of the standard cusum."""
    p = math.log(p1 / p0)
    q = math.log((1 - p0) / (1 - p1))
    a = math.log((1 - beta) / alpha)
    b = math.log((1 - alpha) / beta)
    return q / (p + q), b / (p + q), a / (p + q)


def wald_asn(p0, p1, alpha, beta):
    """Wald's expected numbers of cases at p0 and at p1, ends neglected."""
    s, h0, h1 = standard_numbers(p0, p1, alpha, beta)
    at_acceptable = ((1 - alpha) * h0 - alpha * h1) / (s - p0)
    at_unacceptable = ((1 - beta) * h1 - beta * h0) / (p1 - s)
    return at_acceptable, at_unacceptable


class _Competence:
    """Counts crossings: competence after one lower line, or after two lower lines in succession."""

    def __init__(self, rule):
        self.needed = {"one line": 1, "two lines": 2}[rule]
        self.in_a_row = 0
        self.state = "learning"
        self.first = None

    def crossed(self, signal):
        """Take one crossing into account; True if it completes competence."""
        if signal.kind == "unacceptable":
            self.in_a_row = 0
            if self.state == "competent":
                self.state = "alarm"
            return False
        self.in_a_row += 1
        if self.in_a_row < self.needed:
            return False
        self.state = "competent"
        if self.first is None:
            self.first = signal
        return True


def standard_cusum(failure, p0, p1, alpha=0.1, beta=0.1, after_signal="restart", competence="one line"):
    """Two boundaries, no barrier: a success lowers by s, a failure raises by 1 - s."""
    s, h0, h1 = standard_numbers(p0, p1, alpha, beta)
    path = LoopPath()
    learner = _Competence(competence)
    total = 0.0
    reference = 0.0
    stopped = False
    for case, y in enumerate(failure, start=1):
        score = 1 - s if y == 1 else -s
        if stopped:
            path.add(NAN, score, NAN, NAN, "", learner.state)
            continue
        total += score
        lower, upper = reference - h0, reference + h1
        crossings = []
        while total <= reference - h0 + TOLERANCE or total >= reference + h1 - TOLERANCE:
            down = total <= reference - h0 + TOLERANCE
            signal = LoopSignal(case, "acceptable" if down else "unacceptable", total)
            crossings.append(signal)
            completed = learner.crossed(signal)
            if after_signal == "restart":
                break
            if after_signal == "stop" and (completed or not down):
                stopped = True
                break
            reference = reference - h0 if down else reference + h1
        path.signals.extend(crossings)
        path.add(total, score, lower, upper, "", learner.state)
        if crossings and after_signal == "restart":
            total, reference = 0.0, 0.0
    path.competence = learner.first
    return path


# ---- one upper limit, with or without a barrier at zero -----------------------------------------------------------


def upper_chart(scores, limit, start=0.0, after_signal="restart", barrier=True, kind="deterioration", states=("", "")):
    """S = max(0, S + w) (or without the barrier), signal at the limit; `states` = before and after a signal."""
    path = LoopPath()
    total = start
    stopped = False
    above = False
    state = states[0]
    for case, score in enumerate(scores, start=1):
        if stopped:
            path.add(NAN, score, NAN, NAN, "", state)
            continue
        total = max(0.0, total + score) if barrier else total + score
        was_above, above = above, total >= limit - TOLERANCE
        signal = above and not was_above
        if signal:
            path.signals.append(LoopSignal(case, kind, total))
            state = states[1]
        path.add(total, score, NAN, limit, "", state)
        if signal and after_signal == "stop":
            stopped = True
        if signal and after_signal == "restart":
            total, above = start, False
    return path


def bernoulli_cusum(failure, p0, p1, limit, start=0.0, after_signal="restart"):
    """Bernoulli CUSUM for deterioration."""
    return upper_chart([bernoulli_score(y, p0, p1) for y in failure], limit, start, after_signal)


def learning_curve_cusum(failure, p0, p1, limit, start=0.0, after_signal="stop"):
    """LC-CUSUM: the signal declares competence and, unless told otherwise, ends the chart."""
    scores = [learning_score(y, p0, p1) for y in failure]
    path = upper_chart(scores, limit, start, after_signal, kind="competent", states=("learning", "competent"))
    path.competence = path.signals[0] if path.signals else None
    return path


def learning_then_monitoring(failure, learning, monitoring, after_deterioration="learning"):
    """LC-CUSUM until it signals, then a Bernoulli CUSUM from the next case.

    `learning` and `monitoring` = (p0, p1, limit, start).
    """
    path = LoopPath()
    phase, state, total = "learning", "learning", learning[3]
    for case, y in enumerate(failure, start=1):
        if phase == "":
            path.add(NAN, NAN, NAN, NAN, "", state)
            continue
        if phase == "learning":
            score, limit, kind = learning_score(y, learning[0], learning[1]), learning[2], "competent"
        else:
            score, limit, kind = bernoulli_score(y, monitoring[0], monitoring[1]), monitoring[2], "deterioration"
        total = max(0.0, total + score)
        reached, this_phase = total, phase
        if total >= limit - TOLERANCE:
            signal = LoopSignal(case, kind, total)
            path.signals.append(signal)
            if kind == "competent":
                phase, state, total = "monitoring", "competent", monitoring[3]
                path.competence = path.competence or signal
            else:
                state = "alarm"
                phase = {"learning": "learning", "monitoring": "monitoring", "stop": ""}[after_deterioration]
                total = monitoring[3] if phase == "monitoring" else learning[3]
        path.add(reached, score, NAN, limit, this_phase, state)
    return path


# ---- risk-adjusted and other charts -------------------------------------------------------------------------------


def risk_adjusted_cusum(failure, risk, odds_ratio, limit, start=0.0, after_signal="restart"):
    """Risk-adjusted CUSUM from the odds ratio 1 to `odds_ratio` (above 1: deterioration; below 1: improvement)."""
    scores = [risk_score(y, p, 1.0, odds_ratio) for y, p in zip(failure, risk, strict=True)]
    kind = "deterioration" if odds_ratio > 1 else "improvement"
    return upper_chart(scores, limit, start, after_signal, kind=kind)


def risk_adjusted_learning_curve_cusum(failure, risk, odds_ratio, limit):
    """Null: the odds of failure are `odds_ratio` times the expected ones; alternative: as expected."""
    scores = [risk_score(y, p, odds_ratio, 1.0) for y, p in zip(failure, risk, strict=True)]
    path = upper_chart(scores, limit, 0.0, "stop", kind="competent", states=("learning", "competent"))
    path.competence = path.signals[0] if path.signals else None
    return path


def two_boundary_scores(scores, below, above, after_signal="restart", kinds=("acceptable", "unacceptable")):
    """Any scores between -below and +above without a barrier (sequential tests): stop, restart or parallel."""
    path = LoopPath()
    total = reference = 0.0
    stopped = False
    for case, score in enumerate(scores, start=1):
        if stopped:
            path.add(NAN, score, NAN, NAN, "", "")
            continue
        total += score
        path.add(total, score, reference - below, reference + above, "", "")
        crossed = False
        while total <= reference - below + TOLERANCE or total >= reference + above - TOLERANCE:
            down = total <= reference - below + TOLERANCE
            path.signals.append(LoopSignal(case, kinds[0] if down else kinds[1], total))
            crossed = True
            if after_signal != "parallel":
                break
            reference = reference - below if down else reference + above
        if crossed and after_signal == "stop":
            stopped = True
        if crossed and after_signal == "restart":
            total = 0.0
    return path


def risk_adjusted_sequential_test(failure, risk, odds_ratio, alpha, beta, after_signal="restart"):
    """Risk-adjusted sequential test; restarting after the lower boundary makes it the resetting one."""
    scores = [risk_score(y, p, 1.0, odds_ratio) for y, p in zip(failure, risk, strict=True)]
    below, above = -math.log(beta / (1 - alpha)), math.log((1 - beta) / alpha)
    return two_boundary_scores(scores, below, above, after_signal)


def vlad(failure, risk):
    """Failures avoided against expectation."""
    path = LoopPath()
    total = 0.0
    for y, p in zip(failure, risk, strict=True):
        total += p - y
        path.add(total, p - y, NAN, NAN, "", "")
    return path


def failure_count_distribution(risk):
    """P(number of failures = k) after all the cases of `risk`, by adding one case at a time (Poisson-binomial)."""
    probability = [1.0]
    for p in risk:
        longer = [0.0] * (len(probability) + 1)
        for k, q in enumerate(probability):
            longer[k] += q * (1 - p)
            longer[k + 1] += q * p
        probability = longer
    return probability


def ewma(failure, expected, weight, limit, improvement_limit=None, after_signal="continue"):
    """E = (1 - weight) E + weight (y - expected); signals at an upper and, if given, at a lower limit."""
    path = LoopPath()
    total, stopped, side = 0.0, False, 0
    lower = NAN if improvement_limit is None else -improvement_limit
    for case, (y, p) in enumerate(zip(failure, expected, strict=True), start=1):
        if stopped:
            path.add(NAN, y - p, NAN, NAN, "", "")
            continue
        total = (1 - weight) * total + weight * (y - p)
        path.add(total, y - p, lower, limit, "", "")
        before = side
        side = 1 if total >= limit - TOLERANCE else -1 if total <= lower + TOLERANCE else 0
        if side not in (0, before):
            path.signals.append(LoopSignal(case, "deterioration" if side > 0 else "improvement", total))
            stopped = after_signal == "stop"
            if after_signal == "restart":
                total, side = 0.0, 0
    return path


def highest_ratio(failure, p0):
    """Over every first case of a change: (largest log likelihood ratio, cases before the change, rate since)."""
    best = (0.0, len(failure), p0)
    for before in range(len(failure)):
        stretch = failure[before:]
        n, k = len(stretch), sum(stretch)
        rate = max(k / n, p0)
        ratio = (k * math.log(rate / p0) if k else 0.0) + ((n - k) * math.log((1 - rate) / (1 - p0)) if k < n else 0.0)
        if ratio > best[0] + TOLERANCE:
            best = (ratio, before, rate)
    return best


def bernoulli_glr(failure, p0, limit, window, after_signal="restart"):
    """The path, and (case, first case at the new rate, new rate) of each signal."""
    path, changes = LoopPath(), []
    forgotten, stopped, above = 0, False, False
    for case, y in enumerate(failure, start=1):
        if stopped:
            path.add(NAN, y - p0, NAN, NAN, "", "")
            continue
        first = max(forgotten, case - window)
        total, before, rate = highest_ratio(list(failure[first:case]), p0)
        path.add(total, y - p0, NAN, limit, "", "")
        was_above, above = above, total >= limit - TOLERANCE
        if above and not was_above:
            path.signals.append(LoopSignal(case, "deterioration", total))
            changes.append((case, first + before + 1, rate))
            stopped = after_signal == "stop"
            if after_signal == "restart":
                forgotten, above = case, False
    return path, changes
