"""What a risk model is and does: expected failure probabilities, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from cusum.errors import InvalidData, InvalidParameter
from cusum.models.risk_calibration import Calibration, Estimate, calibrate
from cusum.models.risk_design import Design
from cusum.models.risk_notes import judging_notes, model_notes, say
from cusum.models.risk_resampling import correct_measures, draw_normal, refit_again
from cusum.models.risk_sample import FittingSample, check_count, fingerprint_cases, keep_open, require_sample
from cusum.work import Told

__all__ = ["RiskModel"]

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class RiskModel:
    """A logistic regression that gives each case its expected failure probability.

    Made by :func:`fit_risk_model`, or read from a file by :func:`load_risk_model`.

    Parameters
    ----------
    outcome, cluster : str
        Columns of the outcome and of the clusters ("" without).
    missing : str
        Rule for missing values: "refuse", "indicator" or "complete cases".
    missing_counts : mapping of str to int
        Missing values among the cases given, by column; only columns that had any.
    left_out : int
        Cases left out because something was missing.
    cases, failures, clusters : int
        What the model was fitted on; 0 clusters without.
    design : Design
        Variables and terms.
    coefficients, low, high : tuple of float
        On the log odds scale, with their 95% limits.
    covariance : tuple of tuple of float
        Of the coefficients, k by k.
    log_likelihood : float
        At the coefficients.
    penalised : bool
        Whether Firth's penalty was needed.
    separated : tuple of str
        Coefficients that would have been infinite without it.
    auc : Estimate
        Area under the curve on the cases fitted, with DeLong's 95% limits. Too favourable: see `calibration`.
    fitted_on : str
        Fingerprint of the cases fitted (SHA-256 of outcome and covariates, in any order).
    source : str
        Where the cases came from, as the user says.
    version : str
        Version of this package that fitted it.
    sample : FittingSample or None
        The cases, in memory only; None for a model read from a file.
    """

    outcome: str
    cluster: str
    missing: str
    missing_counts: Mapping[str, int] = field(hash=False)
    left_out: int
    cases: int
    failures: int
    clusters: int
    design: Design
    coefficients: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    log_likelihood: float
    penalised: bool
    separated: tuple[str, ...]
    auc: Estimate
    fitted_on: str
    source: str
    version: str
    sample: FittingSample | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """Say it in one line."""
        terms = " + ".join(self.covariates)
        firth = ", penalised" if self.penalised else ""
        size = f"{self.cases:,} cases, {self.failures:,} failures"
        return f"<RiskModel: {self.outcome} ~ {terms}; {size}; AUC {self.auc.value:.3f} on them{firth}>"

    def _repr_html_(self) -> str:
        """Show the coefficients and the notes in a notebook."""
        notes = "".join(f"<p>{escape(note)}</p>" for note in self.notes)
        table = self.summary().round(4).to_html(index=False)
        return f"<p>{escape(repr(self).strip('<>'))}</p>{table}{notes}"

    @property
    def covariates(self) -> tuple[str, ...]:
        """Terms of the model, as they can be given to `fit_risk_model`."""
        return tuple(":".join(term) for term in self.design.terms)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the k coefficients."""
        return self.design.names

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader has to know: what was missing, whether cases were separated, how few failures there were."""
        return say(model_notes(self))

    def summary(self) -> pd.DataFrame:
        """Give the coefficients with their uncertainty.

        Returns
        -------
        DataFrame
            One row a coefficient: term, estimate (log odds), standard_error, low, high (95%), odds_ratio,
            odds_ratio_low, odds_ratio_high.
        """
        errors = np.sqrt(np.diag(np.array(self.covariance)))
        table = pd.DataFrame(
            {
                "term": self.names,
                "estimate": self.coefficients,
                "standard_error": errors,
                "low": self.low,
                "high": self.high,
            }
        )
        with np.errstate(over="ignore"):
            ratios = np.exp(table[["estimate", "low", "high"]].to_numpy())
        table[["odds_ratio", "odds_ratio_low", "odds_ratio_high"]] = ratios
        return table

    def predict(self, table: pd.DataFrame, *, coefficients: FloatArray | None = None) -> FloatArray:
        """Give the expected failure probability of each case.

        Parameters
        ----------
        table : DataFrame
            Cases with every covariate of the model; outcomes are not looked at.
        coefficients : array of float, shape (k,), optional
            Others than the model's own, such as a row of `resample`.

        Returns
        -------
        array of float, shape (n,)
            Probabilities in the order of the rows, at least 1e-12 away from 0 and 1.

        Raises
        ------
        InvalidData
            If a column or value is missing, or a category is unknown to the model; the message names them.
        InvalidParameter
            If `coefficients` are not as many as the model has.
        """
        beta = np.array(self.coefficients) if coefficients is None else np.asarray(coefficients, dtype=np.float64)
        if beta.shape != (len(self.names),):
            raise InvalidParameter(
                "coefficients has shape {shape}",
                expected="one for each of the model's {k}",
                shape=beta.shape,
                k=len(self.names),
            )
        return keep_open(expit(self.design.matrix(table) @ beta))

    def extrapolates(self, table: pd.DataFrame) -> NDArray[np.bool_]:
        """Tell which cases have a number beyond the range that the model was fitted on.

        Parameters
        ----------
        table : DataFrame
            Cases with every covariate of the model.

        Returns
        -------
        array of bool, shape (n,)
            True where some covariate lies outside: the risk is a guess there.
        """
        outside = np.zeros(len(table), dtype=bool)
        for variable in self.design.variables:
            outside |= variable.outside(table)
        return outside

    def calibration(
        self,
        table: pd.DataFrame | None = None,
        *,
        groups: int = 10,
        confidence: float = 0.95,
        seed: int | None = None,
        resamples: int = 200,
        executor: Executor | None = None,
        progress: Told = False,
    ) -> Calibration:
        """Hold the model's risks against what happened.

        Parameters
        ----------
        table : DataFrame, optional
            Cases to judge by, with outcome and covariates; the cases fitted if left out.
        groups : int, default 10
            Groups of like risk, at least 2.
        confidence : float, default 0.95
            Of the limits, in (0, 1).
        seed : int, optional
            Where the model is judged on the cases fitted: seed of the bootstrap that corrects the measures for it.
        resamples : int, default 200
            Number of refitted models for that, at least 2.
        executor, progress : optional
            Where they are fitted, and what is told on the way: as in :func:`cusum.run_length`.

        Returns
        -------
        Calibration
            Groups and measures. `fitted_cases` and `note` say if cases were also fitted on; `measures["corrected"]` is
            the value less its optimism, where a seed was given, with its Monte-Carlo standard error beside it.

        Raises
        ------
        InvalidData
            If a table is needed and not given, or cannot be judged.

        Notes
        -----
        Judged on the cases that it was fitted on, a model looks better than it is: the intercept is 0 and the slope 1
        by construction. The optimism is the mean, over models refitted to cases (or clusters) drawn with replacement,
        of the measure on the cases drawn less that on the original ones.

        References
        ----------
        Harrell FE, Lee KL, Mark DB. Stat Med 1996;15:361-387,
        doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4.
        """
        check_count("resamples", resamples, 2)
        judged = require_sample(self.sample).table if table is None else table
        if self.outcome not in judged:
            raise InvalidData("the table has no column {name!r}", expected="the outcome", name=self.outcome)
        result = calibrate(judged[self.outcome], self.predict(judged), groups=groups, confidence=confidence)
        shared, measures = self.shared_cases(judged), result.measures
        if self.sample is not None and seed is not None and self._fitted_on_all(judged):
            measures = correct_measures(measures, self.sample, resamples, seed, executor, progress)
        corrected = "corrected" in measures
        notes = judging_notes(shared, len(judged), int(self.extrapolates(judged).sum()), corrected=corrected)
        return replace(result, measures=measures, fitted_cases=shared, remarks=tuple(notes))

    def shared_cases(self, table: pd.DataFrame) -> int:
        """Count the cases of a table that the model was fitted on, as far as it knows them.

        Parameters
        ----------
        table : DataFrame
            Cases with outcome and covariates.

        Returns
        -------
        int
            At most so many; a model read from a file knows only whether all cases are the same.
        """
        if self._fitted_on_all(table):
            return self.cases
        return 0 if self.sample is None else self.sample.shared_with(table)

    def _fitted_on_all(self, table: pd.DataFrame) -> bool:
        """Tell whether these are the cases fitted, neither more nor fewer."""
        columns = [self.outcome, *dict.fromkeys(variable.column for variable in self.design.variables)]
        there = len(table) == self.cases and all(name in table for name in columns)
        return there and fingerprint_cases(table, columns) == self.fitted_on

    def resample(
        self, n: int, seed: int, *, parametric: bool = True, executor: Executor | None = None, progress: Told = False
    ) -> FloatArray:
        """Draw sets of coefficients that might have been estimated: the uncertainty that chart limits inherit.

        Parameters
        ----------
        n : int
            Number of sets, at least 1.
        seed : int
            Of the random numbers.
        parametric : bool, default True
            True: from the normal distribution of the estimates (robust to clusters where there are any); works for a
            model read from a file. False: by fitting again to cases, or clusters, drawn with replacement.
        executor, progress : optional
            Where models are fitted again, and what is told on the way: as in :func:`cusum.run_length`.

        Returns
        -------
        array of float, shape (n, k)
            One set a row; give a row to `predict` as `coefficients`.

        Raises
        ------
        InvalidParameter
            If `n` is not a whole number of at least 1.
        InvalidData
            If the cases are needed and the model was read from a file.

        Notes
        -----
        What a limit for each row's risks promises, where those of the model are true, varies as over fitting samples.

        References
        ----------
        Gandy A, Kvaløy JT. Scand J Stat 2013;40:647-668, doi:10.1002/sjos.12006.
        """
        check_count("n", n, 1)
        if parametric:
            return draw_normal(np.array(self.coefficients), np.array(self.covariance), n, seed)
        return refit_again(require_sample(self.sample), n, seed, executor, progress)

    def to_toml(self) -> str:
        """Write the model as text that :func:`load_risk_model` reads back to the same model.

        Returns
        -------
        str
            TOML. It holds no cases; the names of categories are in it.
        """
        from cusum.models.risk_file import write_model

        return write_model(self)

    def save(self, path: str | Path) -> Path:
        """Save the model in a small text file.

        Parameters
        ----------
        path : str or Path
            File to be written; one that is there already is replaced.

        Returns
        -------
        Path
            The file.
        """
        file = Path(path)
        file.write_text(self.to_toml(), encoding="utf-8", newline="\n")
        return file
