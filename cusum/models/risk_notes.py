"""What a reader has to know about a risk model, as templates that can be said in another language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cusum.errors import Phrase

if TYPE_CHECKING:
    from cusum.models.funnel import Overdispersion
    from cusum.models.risk_model import RiskModel

__all__ = ["Note", "comparing_notes", "judging_notes", "model_notes", "say"]

Note = tuple[Phrase, dict[str, object]]
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
    >>> say([(Phrase("There are {n} clusters."), {"n": 7})])
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
    counts = ", ".join(f"{name}: {n}" for name, n in model.missing_counts.items())
    if counts and model.missing == "complete cases":
        told = Phrase("Values were missing ({counts}); {n} cases were left out.")
        notes.append((told, {"counts": counts, "n": model.left_out}))
    elif counts:
        notes.append((Phrase("Values were missing ({counts}); an indicator marks them."), {"counts": counts}))
    if model.penalised:
        told = Phrase(
            "Some cases failed always or never, given the rest ({names}): plain maximum likelihood has no finite "
            "answer, and Firth's penalised likelihood was used."
        )
        notes.append((told, {"names": ", ".join(model.separated)}))
    rarer = min(model.failures, model.cases - model.failures)
    covariates = max(len(model.names) - 1, 1)
    if rarer < _FEW_FAILURES * covariates:
        told = Phrase(
            "There are {failures} cases of the rarer outcome for {k} coefficients: too few to trust the model on other "
            "cases without more evidence."
        )
        notes.append((told, {"failures": rarer, "k": covariates}))
    if model.cluster and model.clusters < _FEW_CLUSTERS:
        told = Phrase("There are only {n} clusters: the robust limits are rough.")
        notes.append((told, {"n": model.clusters}))
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
    if shared and corrected:
        told = Phrase(
            "{shared} of {cases} cases were used to fit the model, which looks better here than it is; see the "
            "corrected figures."
        )
        notes.append((told, {"shared": shared, "cases": cases}))
    elif shared:
        told = Phrase(
            "{shared} of {cases} cases were used to fit the model, which looks better here than it is; judge it on "
            "other cases, or give a seed where it is judged on the cases fitted to see corrected figures."
        )
        notes.append((told, {"shared": shared, "cases": cases}))
    if beyond:
        told = Phrase("{beyond} of {cases} cases have a number beyond those that the model was fitted on.")
        notes.append((told, {"beyond": beyond, "cases": cases}))
    return notes


def comparing_notes(shared: int, cases: int, spread: Overdispersion | None) -> list[Note]:
    """Note that the expected risks come from the cases compared, and what was done about overdispersion.

    Parameters
    ----------
    shared : int
        Cases compared that the risk model was fitted on.
    cases : int
        Cases compared.
    spread : Overdispersion or None
        Where it was asked for.

    Returns
    -------
    list of Note
        Empty where nothing has to be said.

    Examples
    --------
    >>> say(comparing_notes(7, 9, None))
    ('7 of 9 cases were used to fit the risk model, which draws departments towards expectation.',)
    """
    notes: list[Note] = []
    if shared:
        told = Phrase(
            "{shared} of {cases} cases were used to fit the risk model, which draws departments towards expectation."
        )
        notes.append((told, {"shared": shared, "cases": cases}))
    if spread is not None and spread.applied:
        told = Phrase("Limits are widened for overdispersion: factor {factor} on the variance.")
        notes.append((told, {"factor": f"{spread.factor:.2f}"}))
    elif spread is not None:
        told = Phrase("Departments differ no more than by chance (factor {factor}); limits are not widened.")
        notes.append((told, {"factor": f"{spread.factor:.2f}"}))
    return notes
