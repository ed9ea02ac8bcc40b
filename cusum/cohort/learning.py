"""Learning curves of a cohort: three shapes fitted to a procedure's cases, and the one that they speak for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cusum.errors import CusumError, InvalidData
from cusum.models.learning_cases import read_cases
from cusum.models.learning_curve import LearningCurve
from cusum.models.learning_draws import draw_posterior
from cusum.models.learning_fitting import LearningFit, fit_hierarchy
from cusum.models.learning_shapes import SHAPES, make_shape

if TYPE_CHECKING:
    from cusum.cohort.cohort import Cohort

__all__ = ["ChosenCurve", "choose_learning_curve"]

_MOST_CASES = 60_000


@dataclass(frozen=True, eq=False, repr=False)
class ChosenCurve:
    """The learning curve of one procedure, and how it stands beside the other shapes.

    Parameters
    ----------
    curve : LearningCurve or None
        The shape with the largest probability; None where none could be fitted.
    comparison : DataFrame
        One row a shape: kind, parameters, aic, probability (of the shape among the three, each as probable beforehand).
    refused : CusumError or None
        Why there is no curve.
    """

    curve: LearningCurve | None
    comparison: pd.DataFrame
    refused: CusumError | None = None

    def __repr__(self) -> str:
        return f"<ChosenCurve: {self.curve!r}>" if self.curve is not None else f"<ChosenCurve: none; {self.refused}>"


def choose_learning_curve(cohort: Cohort, procedure: str, *, confidence: float = 0.95) -> ChosenCurve:
    """Fit the shapes of learning curves to a procedure's cases, and take the one that the cases speak for most.

    Parameters
    ----------
    cohort : Cohort
        What :func:`cusum.analyse` gave.
    procedure : str
        Key of the programme.
    confidence : float, default 0.95
        Of every interval.

    Returns
    -------
    ChosenCurve
        The curve and the comparison; no curve where there are too few trainees, nobody failed, or there are more than
        60,000 cases, for which the fit takes too long for a report.

    Notes
    -----
    The probabilities are those of the shapes given the data, by Laplace's approximation of the evidence. Intervals are
    those of the chosen shape alone: that it was chosen is not in them.

    Examples
    --------
    >>> from cusum import analyse, read_registrations, simulate_registrations
    >>> cohort = analyse(read_registrations(simulate_registrations(trainees=6, seed=1).table))
    >>> choose_learning_curve(cohort, "cvc").comparison["kind"].tolist()
    ['mixed', 'asymptotic', 'constant']
    """
    nothing = pd.DataFrame({"kind": [], "parameters": [], "aic": [], "probability": []})
    table = cohort.paths[cohort.paths["procedure"] == procedure]
    try:
        fits = _fit_all(table)
    except InvalidData as error:
        return ChosenCurve(None, nothing, error)
    evidence = np.array([fit.log_evidence for fit in fits.values()])
    odds = np.exp(evidence - evidence.max())
    comparison = pd.DataFrame(
        {
            "kind": list(fits),
            "parameters": [fit.theta.size for fit in fits.values()],
            "aic": [fit.aic for fit in fits.values()],
            "probability": odds / odds.sum(),
        }
    )
    kind = str(comparison["kind"].iloc[int(evidence.argmax())])
    return ChosenCurve(LearningCurve(kind, confidence, fits[kind], draw_posterior(fits[kind])), comparison)


def _fit_all(table: pd.DataFrame) -> Mapping[str, LearningFit]:
    """Fit each shape to the same cases."""
    if len(table) > _MOST_CASES:
        raise InvalidData(
            "there are {n} cases",
            expected="at most {most} for a report to be made in time",
            n=len(table),
            most=_MOST_CASES,
        )
    cases = read_cases(table, ())
    return {kind: fit_hierarchy(make_shape(kind, cases.case), cases) for kind in SHAPES}
