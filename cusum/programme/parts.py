"""The parts of a training programme: procedures, experience items, milestones and competences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cusum.criterion import Criterion

__all__ = ["Competence", "ExperienceItem", "Milestone", "Procedure"]

PLACEHOLDER = "placeholder"


@dataclass(frozen=True, kw_only=True)
class Procedure:
    """One procedure that trainees learn, and what counts as good enough.

    Parameters
    ----------
    key : str
        Short name used in tables, for example ``"arterial_line"``.
    name, short : mapping of str to str
        Full and short name by language code.
    synonyms : tuple of str
        Other spellings found in files.
    mandatory : bool
        Whether the programme obliges the trainee to chart it.
    charted : bool
        Whether it is charted here; one that is not is only counted.
    criterion : Criterion
        Acceptable and unacceptable failure rate, fractions.
    acceptable_status, unacceptable_status : {"published", "department", "placeholder"}
        Where each rate comes from; a placeholder is a number that the department must decide on.
    acceptable_source, unacceptable_source : str
        Citation, or what the department refers to; "" where there is none.
    criterion_note : mapping of str to str
        What a reader of the criterion should know, by language code; may be empty.
    expected_cases : int
        Cases that a trainee is expected to do within the programme; the charts are designed for this number.
    expected_cases_status, expected_cases_source : str
        As for the rates.
    alpha, beta : float
        Error rates of the standard chart, fractions.
    failure_definition : mapping of str to str
        What counts as a failure, by language code.
    failure_status : str
        Whether that definition is published, the department's, or a placeholder.
    failure_rules : mapping of str to bool
        Outcome as written in a file -> True where it is a failure, False where it is a success.
    not_scored : tuple of str
        Outcomes that say that nothing was there to be judged.
    handed_over_is_failure : bool or None
        Whether a procedure that another operator took over is a failure; None where the definition is silent.
    attempts_allowed : int or None
        More attempts than this are a failure; None where attempts do not matter.
    target : int or None
        Number that the department wants registered within the programme; None until it decides.
    target_status : str
        ``"department"`` where a target is given, else ``"department decides"``.

    Examples
    --------
    >>> from cusum.programme import load_programme
    >>> spinal = load_programme().procedures["spinal"]
    >>> spinal.criterion.acceptable, spinal.criterion_status, spinal.expected_cases
    (0.1, 'published', 60)
    """

    key: str
    name: Mapping[str, str]
    short: Mapping[str, str]
    synonyms: tuple[str, ...] = ()
    mandatory: bool
    charted: bool
    criterion: Criterion
    acceptable_status: str
    acceptable_source: str = ""
    unacceptable_status: str
    unacceptable_source: str = ""
    criterion_note: Mapping[str, str] = field(default_factory=dict)
    expected_cases: int
    expected_cases_status: str
    expected_cases_source: str = ""
    alpha: float
    beta: float
    failure_definition: Mapping[str, str]
    failure_status: str
    failure_rules: Mapping[str, bool] = field(default_factory=dict)
    not_scored: tuple[str, ...] = ()
    handed_over_is_failure: bool | None = None
    attempts_allowed: int | None = None
    target: int | None = None
    target_status: str

    @property
    def criterion_status(self) -> str:
        """Where the pair of rates comes from: a placeholder as soon as either rate is one.

        Returns
        -------
        str
            ``"published"`` where both rates are, ``"placeholder"`` where either is, else ``"department"``.
        """
        statuses = {self.acceptable_status, self.unacceptable_status}
        if PLACEHOLDER in statuses:
            return PLACEHOLDER
        return "published" if statuses == {"published"} else "department"

    @property
    def criterion_source(self) -> str:
        """The citation behind both rates.

        Returns
        -------
        str
            The sources, each once, or "" where either rate is a placeholder (see `acceptable_source` and
            `unacceptable_source` for each rate by itself).
        """
        if self.criterion_status == PLACEHOLDER:
            return ""
        sources = dict.fromkeys(text for text in (self.acceptable_source, self.unacceptable_source) if text)
        return " ".join(sources)

    @property
    def is_placeholder(self) -> bool:
        """Whether the department still has to decide on a rate or on the expected number.

        Returns
        -------
        bool
            True where the criterion or the expected number of cases is a placeholder.
        """
        return PLACEHOLDER in (self.criterion_status, self.expected_cases_status)


@dataclass(frozen=True, kw_only=True)
class ExperienceItem:
    """A service or patient category that is counted but not charted, such as a transport.

    Parameters
    ----------
    key : str
        Short name used in tables.
    name : mapping of str to str
        Name by language code.
    synonyms : tuple of str
        Other spellings found in files.
    target : int or None
        Number that the department wants within the programme; None until it decides.
    target_status : str
        ``"department"`` where a target is given, else ``"department decides"``.

    Examples
    --------
    >>> from cusum.programme import load_programme
    >>> load_programme().experience["transport"].target_status
    'department decides'
    """

    key: str
    name: Mapping[str, str]
    synonyms: tuple[str, ...] = ()
    target: int | None = None
    target_status: str = "department decides"


@dataclass(frozen=True, kw_only=True)
class Milestone:
    """A date in the programme at which something is assessed or attested.

    Parameters
    ----------
    key : str
        Short name used in tables.
    month : int
        Months since the start of the post.
    name : mapping of str to str
        Name by language code.
    nature : {"formative", "summative", "attested"}
        What kind of assessment it is.
    instrument : str
        What it is assessed with: a key of ``Programme.instruments``.

    Examples
    --------
    >>> from cusum.programme import load_programme
    >>> assessed = [milestone for milestone in load_programme().milestones if milestone.instrument == "GV"]
    >>> [(milestone.month, milestone.nature) for milestone in assessed]
    [(6, 'formative'), (11, 'summative')]
    """

    key: str
    month: int
    name: Mapping[str, str]
    nature: str
    instrument: str


@dataclass(frozen=True, kw_only=True)
class Competence:
    """One of the competences that the programme asks for.

    Parameters
    ----------
    number : int
        Number in the programme.
    name : mapping of str to str
        Short label by language code.
    role : str
        Physician's role: a key of ``Programme.roles``.
    area : str
        Part of the speciality: a key of ``Programme.areas``, or "".
    documents : tuple of str
        What documents it: keys of ``Programme.instruments``, or ``K`` and the number of a competence card.
    experience : tuple of str
        Procedures and experience items that are counted for it where the experience registration documents it.

    Examples
    --------
    >>> from cusum.programme import load_programme
    >>> competence = load_programme().competences[1]
    >>> competence.documents, competence.experience
    (('K1', 'ER'), ('intubation', 'laryngeal_mask'))
    """

    number: int
    name: Mapping[str, str]
    role: str
    area: str = ""
    documents: tuple[str, ...] = ()
    experience: tuple[str, ...] = ()
