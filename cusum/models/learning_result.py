"""What a fitted learning curve tells: curves with intervals, where they meet a rate, forecasts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cusum.charts.checking import check_fraction
from cusum.errors import InvalidParameter
from cusum.models.learning_checks import LearningChecks, check_learning
from cusum.models.learning_draws import LearningDraws, even_normals, weighted_quantiles
from cusum.models.learning_fitting import LearningFit
from cusum.models.learning_forecast import Forecast, forecast_failures
from cusum.models.learning_quadrature import normal_grid
from cusum.models.learning_shapes import FloatArray
from cusum.models.learning_terms import summarise

__all__ = ["LearningCurve"]

_AT_A_TIME = 2_000_000  # rates held in memory


@dataclass(frozen=True, eq=False, repr=False)
class LearningCurve:
    """Failure rate by case number, for a cohort and for each of its trainees.

    Made by :func:`fit_learning_curve`. All rates are fractions, for a case with average covariates.

    Parameters
    ----------
    kind : str
        "mixed", "asymptotic" or "constant".
    confidence : float
        Of every interval.
    fit : LearningFit
        The fitted model.
    draws : LearningDraws
        Points of the posterior distribution, from which the intervals are taken.
    """

    kind: str
    confidence: float
    fit: LearningFit
    draws: LearningDraws
    _averages: dict[bytes, FloatArray] = field(default_factory=dict, init=False)

    @property
    def trainees(self) -> tuple[str, ...]:
        """Names of the trainees."""
        return tuple(self.fit.hierarchy.cases.trainees)

    @property
    def longest(self) -> int:
        """Largest case number that was seen; curves beyond it are extrapolated."""
        return int(self.fit.hierarchy.cases.last.max())

    def __repr__(self) -> str:
        """Say it in one line."""
        cases = self.fit.hierarchy.cases
        ends = self.population([1, self.longest])["rate"].to_numpy()
        return (
            f"<LearningCurve: {self.kind}; {len(self.trainees)} trainees, {cases.case.size:,} cases, "
            f"{int(cases.failure.sum()):,} failures; rate {ends[0]:.3f} at case 1, "
            f"{ends[1]:.3f} at case {self.longest}>"
        )

    def _repr_html_(self) -> str:
        """Show the parameters in a notebook."""
        table = self.summary().round(3).to_html(index=False)
        return f"<p>{escape(repr(self).strip('<>'))}</p>{table}"

    def summary(self) -> pd.DataFrame:
        """Give the parameters in words that can be read, with intervals.

        Returns
        -------
        DataFrame
            Columns term, estimate (median), low, high.
        """
        return summarise(self.fit.hierarchy, self.draws, self._levels)

    @property
    def _levels(self) -> tuple[float, float, float]:
        """Quantiles of the lower limit, the median and the upper limit."""
        tail = (1 - self.confidence) / 2
        return tail, 0.5, 1 - tail

    def population(self, cases: Iterable[int] | None = None) -> pd.DataFrame:
        """Give the curve of the cohort.

        Parameters
        ----------
        cases : iterable of int, optional
            Case numbers; from 1 to the largest seen if left out.

        Returns
        -------
        DataFrame
            Columns case; rate, low, high: the rate averaged over trainees, with its interval; typical, typical_low,
            typical_high: the rate of the trainee in the middle; trainees_low, trainees_high: between which the curve
            of a new trainee lies with the same probability.
        """
        number = self._numbers(cases)
        average, typical, spread = self._average(number), self._typical(number), self._new(number)
        weight = self.draws.weight
        table = pd.DataFrame({"case": number})
        for name, values in (("rate", average), ("typical", typical)):
            low, _, high = weighted_quantiles(values, weight, self._levels)
            before = "" if name == "rate" else "typical_"
            table[name], table[f"{before}low"], table[f"{before}high"] = weight @ values, low, high
        low, _, high = weighted_quantiles(spread, weight, self._levels)
        return table.assign(trainees_low=low, trainees_high=high)

    def trainee(self, trainee: str, cases: Iterable[int] | None = None) -> pd.DataFrame:
        """Give the curve of one trainee.

        Parameters
        ----------
        trainee : str
            Name.
        cases : iterable of int, optional
            Case numbers; from 1 to the largest seen of anybody if left out.

        Returns
        -------
        DataFrame
            Columns case, rate, low, high, done (whether the trainee has got there; beyond, it is extrapolated).

        Raises
        ------
        InvalidParameter
            If there is no such trainee.
        """
        place, number = self._place(trainee), self._numbers(cases)
        values, share = self._rates(self.draws.effects[place], number), self.draws.share[place]
        low, _, high = weighted_quantiles(values, share, self._levels)
        done = number <= self.fit.hierarchy.cases.last[place]
        return pd.DataFrame({"case": number, "rate": share @ values, "low": low, "high": high, "done": done})

    def meets(self, rate: float, *, within: int | None = None) -> pd.DataFrame:
        """Tell at which case number the curves first are at or below a rate, such as the acceptable one.

        Parameters
        ----------
        rate : float
            Failure rate, in (0, 1).
        within : int, optional
            Last case number that is looked at; twice the largest seen if left out.

        Returns
        -------
        DataFrame
            One row for the cohort's average, one for the typical trainee and one for each trainee: curve ("average",
            "typical" or "trainee"), trainee ("" for the first two), case (median), low, high (missing where beyond
            `within`), never (probability that it is beyond), done (cases done).

        Raises
        ------
        InvalidParameter
            If `rate` is no fraction, or `within` no number of cases.
        """
        check_fraction("rate", rate)
        last = 2 * self.longest if within is None else within
        number = self._numbers([last])[0] and np.arange(1, last + 1, dtype=np.float64)
        rows = [
            ("average", "", self._average(number), self.draws.weight, None),
            ("typical", "", self._typical(number), self.draws.weight, None),
        ]
        found = [self._meeting(values <= rate, weight) for _, _, values, weight, _ in rows]
        for effects, share in zip(self.draws.effects, self.draws.share, strict=True):
            found.append(self._meeting(self._rates(effects, number) <= rate, share))
        table = pd.DataFrame(found)
        table.insert(0, "trainee", ["", "", *self.trainees])
        table.insert(0, "curve", ["average", "typical", *["trainee"] * len(self.trainees)])
        table["done"] = pd.array([None, None, *self.fit.hierarchy.cases.last.tolist()], dtype="Int64")
        return table.astype({"case": "Int64", "low": "Int64", "high": "Int64"})

    def _meeting(self, below: NDArray[np.bool_], weight: FloatArray) -> dict[str, float | int | None]:
        """Distribution of the first case number at which a curve is low enough."""
        first = np.where(below.any(axis=1), below.argmax(axis=1) + 1.0, np.inf)
        low, middle, high = weighted_quantiles(first[:, None], weight, self._levels)[:, 0]
        case, low, high = (None if np.isinf(value) else int(value) for value in (middle, low, high))
        return {"case": case, "low": low, "high": high, "never": float(weight[np.isinf(first)].sum())}

    def forecast(self, trainee: str | None, cases: int) -> Forecast:
        """Foretell how many of the next cases fail.

        Parameters
        ----------
        trainee : str or None
            Name; None for a new trainee's first cases.
        cases : int
            Number of cases to come, 1 to 1,000.

        Returns
        -------
        Forecast
            Probability of each number of failures, with an interval.

        Raises
        ------
        InvalidParameter
            If there is no such trainee, or the number makes no sense.
        """
        if isinstance(cases, bool) or not isinstance(cases, (int, np.integer)) or not 1 <= cases <= 1000:
            raise InvalidParameter("cases is {value!r}", expected="a whole number from 1 to 1,000", value=cases)
        if trainee is None:
            values, weight = self._new(np.arange(1.0, cases + 1)), self.draws.weight
        else:
            place = self._place(trainee)
            number = self.fit.hierarchy.cases.last[place] + np.arange(1.0, cases + 1)
            values, weight = self._rates(self.draws.effects[place], number), self.draws.share[place]
        return forecast_failures(trainee or "", values, weight, self.confidence)

    def checks(self, *, seed: int) -> LearningChecks:
        """Hold the model against the outcomes, and against the other shapes.

        Parameters
        ----------
        seed : int
            Of the random numbers in the randomised quantile residuals.

        Returns
        -------
        LearningChecks
            Failures by case number, residuals by trainee, and a comparison of the three shapes.
        """
        return check_learning(self.fit, seed)

    def _place(self, trainee: str) -> int:
        """Find a trainee, or say that there is none of that name."""
        names = self.trainees
        if trainee not in names:
            raise InvalidParameter(
                "there is no trainee {name!r} among those fitted",
                expected="one of {n}, such as {some}",
                name=trainee,
                n=len(names),
                some=names[0],
            )
        return names.index(trainee)

    def _numbers(self, cases: Iterable[int] | None) -> NDArray[np.int64]:
        """Check case numbers, or give all."""
        number = np.arange(1, self.longest + 1) if cases is None else np.asarray(list(cases))
        if not number.size or number.dtype.kind not in "iu" or number.min() < 1:
            raise InvalidParameter("cases is {value}", expected="whole numbers from 1", value=number.tolist())
        return number

    def _rates(self, effects: FloatArray, number: NDArray[np.int64] | FloatArray) -> FloatArray:
        """Rates for effects of shape (..., size) by case number, shape (..., cases)."""
        return self.fit.hierarchy.shape.rates(effects, np.asarray(number, dtype=np.float64))

    def _typical(self, number: NDArray[np.int64] | FloatArray) -> FloatArray:
        """Rates of the typical trainee, shape (points, cases)."""
        return self._rates(self.draws.theta[:, : self.fit.hierarchy.shape.size], number)

    def _loadings(self) -> FloatArray:
        """Loading at each point, shape (points, size, size)."""
        return np.array([self.fit.hierarchy.loading(theta) for theta in self.draws.theta])

    def _average(self, number: NDArray[np.int64] | FloatArray) -> FloatArray:
        """Rates averaged over trainees, shape (points, cases), worked out once for each set of case numbers."""
        key = np.asarray(number, dtype=np.float64).tobytes()
        if key not in self._averages:
            self._averages[key] = self._integrate(number)
        return self._averages[key]

    def _integrate(self, number: NDArray[np.int64] | FloatArray) -> FloatArray:
        """Average the rates over trainees, shape (points, cases)."""
        shape = self.fit.hierarchy.shape
        z, log_weight = normal_grid(shape.nodes, shape.size)
        effects = self.draws.theta[:, None, : shape.size] + np.einsum("spq,nq->snp", self._loadings(), z)
        size = max(1, _AT_A_TIME // (len(z) * len(number)))
        parts = [effects[at : at + size] for at in range(0, len(effects), size)]
        return np.concatenate([np.exp(log_weight) @ self._rates(part, number) for part in parts])

    def _new(self, number: NDArray[np.int64] | FloatArray) -> FloatArray:
        """Rates of a trainee drawn anew at each point, shape (points, cases)."""
        shape, count = self.fit.hierarchy.shape, self.draws.theta.shape[1]
        z = even_normals(len(self.draws.theta), count + shape.size)[:, count:]
        effects = self.draws.theta[:, : shape.size] + np.einsum("spq,sq->sp", self._loadings(), z)
        return self._rates(effects, number)
