"""What a reader has to know about a risk model, as templates that can be said in another language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cusum.models.risk_model import RiskModel

__all__ = ["Note", "judging_notes", "model_notes", "say"]

Note = tuple[str, dict[str, object]]
"""An English template, and what its placeholders stand for."""

_FEW_FAILURES = 10
_FEW_CLUSTERS = 20


def say(notes: Sequence[Note]) -> tuple[str, ...]:
    """Fill the templates, in English.

    Parameters
    ----------
    notes : sequence of Note
        Templates with their values.

    Returns
    -------
    tuple of str
        Sentences.

    Examples
    --------
    >>> say([("There are {n} clusters.", {"n": 7})])
    ('There are 7 clusters.',)
    """
    return tuple(template.format(**values) for template, values in notes)


def model_notes(model: RiskModel) -> list[Note]:
    """Note what was missing, whether cases were separated, and how few failures or clusters there were.

    Parameters
    ----------
    model : RiskModel
        The model.

    Returns
    -------
    list of Note
        In that order; empty where nothing has to be said.
    """
    notes: list[Note] = []
    if model.missing_counts:
        counts = ", ".join(f"{name}: {n}" for name, n in model.missing_counts.items())
        done = (
            "Values were missing ({counts}); {n} cases were left out."
            if model.missing == "complete cases"
            else "Values were missing ({counts}); an indicator marks them."
        )
        notes.append((done, {"counts": counts, "n": model.left_out}))
    if model.penalised:
        told = (
            "Some cases failed always or never, given the rest ({names}): plain maximum likelihood has no finite "
            "answer, and Firth's penalised likelihood was used."
        )
        notes.append((told, {"names": ", ".join(model.separated)}))
    rarer = min(model.failures, model.cases - model.failures)
    covariates = max(len(model.names) - 1, 1)
    if rarer < _FEW_FAILURES * covariates:
        few = (
            "There are {failures} cases of the rarer outcome for {k} coefficients: too few to trust the model on other "
            "cases without more evidence."
        )
        notes.append((few, {"failures": rarer, "k": covariates}))
    if model.cluster and model.clusters < _FEW_CLUSTERS:
        notes.append(("There are only {n} clusters: the robust limits are rough.", {"n": model.clusters}))
    return notes


def judging_notes(shared: int, cases: int, beyond: int, *, corrected: bool) -> list[Note]:
    """Note that cases were fitted on, or lie beyond what was fitted on.

    Parameters
    ----------
    shared : int
        Cases judged that were fitted on.
    cases : int
        Cases judged.
    beyond : int
        Cases with a number beyond the range fitted on.
    corrected : bool
        Whether corrected figures are given.

    Returns
    -------
    list of Note
        Empty where nothing has to be said.

    Examples
    --------
    >>> say(judging_notes(0, 100, 2, corrected=False))
    ('2 of 100 cases have a number beyond those that the model was fitted on.',)
    """
    notes: list[Note] = []
    if shared:
        told = (
            "{shared} of {cases} cases were used to fit the model, which looks better here than it is; see the "
            "corrected figures."
            if corrected
            else "{shared} of {cases} cases were used to fit the model, which looks better here than it is; judge it "
            "on other cases, or give a seed where it is judged on the cases fitted to see corrected figures."
        )
        notes.append((told, {"shared": shared, "cases": cases}))
    if beyond:
        told = "{beyond} of {cases} cases have a number beyond those that the model was fitted on."
        notes.append((told, {"beyond": beyond, "cases": cases}))
    return notes
