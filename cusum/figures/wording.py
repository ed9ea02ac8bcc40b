"""Sentences that several figures share: headings, status, footers and text alternatives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cusum.language import Language

if TYPE_CHECKING:
    from cusum.charts import Chart, Path
    from cusum.cohort import Cohort
    from cusum.criterion import Criterion

__all__ = [
    "capital",
    "chart_name",
    "criterion_of",
    "footer",
    "known",
    "signal_sentence",
    "signals_words",
    "status_sentence",
    "status_words",
]


def known(value: str, names: list[str], name: str) -> None:
    """Refuse a name that the cohort does not have.

    Parameters
    ----------
    value : str
        What was asked for.
    names : list of str
        What there is.
    name : str
        Name of the argument.

    Raises
    ------
    InvalidParameter
        If `value` is not among `names`.

    Examples
    --------
    >>> known("spinal", ["spinal", "epidural"], "procedure")
    """
    from cusum.errors import InvalidParameter

    if value in names:
        return
    some = ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")
    raise InvalidParameter("{name} is {value!r}", expected="one of {names}", name=name, value=value, names=some)


def capital(text: str) -> str:
    """Begin a sentence with a capital letter.

    Parameters
    ----------
    text : str
        The sentence.

    Returns
    -------
    str
        The same with its first letter large.

    Examples
    --------
    >>> capital("øre")
    'Øre'
    """
    return text[:1].upper() + text[1:]


def criterion_of(cohort: Cohort, procedure: str) -> Criterion:
    """Find the criterion that a procedure was charted by: the chart's own, else the programme's.

    Parameters
    ----------
    cohort : Cohort
        What is drawn.
    procedure : str
        Key of the procedure.

    Returns
    -------
    Criterion
        Acceptable and unacceptable failure rate.
    """
    criterion: Criterion = cohort.programme.procedures[procedure].criterion
    return getattr(cohort.charts[procedure], "criterion", criterion)


def footer(cohort: Cohort, language: Language) -> str:
    """Say where the numbers of a figure come from.

    Parameters
    ----------
    cohort : Cohort
        What is drawn.
    language : Language
        The reader's.

    Returns
    -------
    str
        Version, fingerprint of the data and the day that the figure speaks for.
    """
    origin = cohort.provenance
    return language.text(
        "cusum {version} · data {fingerprint} · as of {date}",
        version=origin.version,
        fingerprint=str(origin.fingerprint)[:12],
        date=language.date(cohort.as_of),
    )


def signals_words(path: Path, language: Language, most: int = 6) -> str:
    """Say which signals a path has, and at which case.

    Parameters
    ----------
    path : Path
        Any path.
    language : Language
        The reader's.
    most : int, default 6
        At most so many of a kind by number; of the others it is said how many there are.

    Returns
    -------
    str
        Such as ``signal: competence at no. 28``, or that there is none.
    """
    said = []
    for kind in dict.fromkeys(signal.kind for signal in path.signals):
        cases = [language.number(signal.case) for signal in path.signals if signal.kind == kind]
        more = [language.text("{n} more", n=language.number(len(cases) - most))] if len(cases) > most else []
        numbers = language.join([*cases[:most], *more])
        said.append(language.text("{signal} at no. {case}", signal=language.signal(kind), case=numbers))
    return "; ".join(said) if said else language.text("no signal")


def chart_name(label: str, chart: Chart, language: Language) -> str:
    """Name a chart as its reader does: the label it was given, or its name in the reader's language.

    Parameters
    ----------
    label : str
        What it was called; its English name where it was not given one.
    chart : Chart
        The chart.
    language : Language
        The reader's.

    Returns
    -------
    str
        The name.
    """
    return chart.names[language.code] if label == chart.names["en"] else label


def status_words(status: Any, language: Language) -> str:
    """Say in few words where a trainee stands with a procedure.

    Parameters
    ----------
    status : mapping
        A row of the cohort's status table.
    language : Language
        The reader's.

    Returns
    -------
    str
        The status; "cannot be said yet" where the registrations cannot decide.
    """
    undecided = status["status"] == "learning" and status["note"] in ("cannot_decide", "too_few_cases")
    return language.status("cannot_decide" if undecided else status["status"])


def status_sentence(name: str, status: Any, crossing: Any, language: Language) -> str:
    """Say in a sentence where a trainee stands with a procedure.

    Parameters
    ----------
    name : str
        Name of the procedure.
    status, crossing : mapping
        Rows of the cohort's status and crossings tables.
    language : Language
        The reader's.

    Returns
    -------
    str
        Procedures done, failures, status, and the case number and date of the first signal of competence.
    """
    if status["cases"] == 0:
        return language.text(
            "{procedure}: {status}.", procedure=capital(name), status=language.status(status["status"])
        )
    done = language.plural("{n} procedure", "{n} procedures", int(status["cases"]))
    failures = language.plural("{n} failure", "{n} failures", int(status["failures"]))
    sentence = language.text(
        "{procedure}: {procedures}, {failures}; {status}.",
        procedure=capital(name),
        procedures=done,
        failures=failures,
        status=status_words(status, language),
    )
    if bool(crossing["crossed"]):
        sentence += " " + signal_sentence(int(crossing["case"]), crossing["crossed_on"], language)
    return sentence


def signal_sentence(case: int, day: Any, language: Language) -> str:
    """Say when competence was first signalled.

    Parameters
    ----------
    case : int
        Case number.
    day : date
        When that case was performed.
    language : Language
        The reader's.

    Returns
    -------
    str
        One sentence.
    """
    return language.text(
        "The registrations gave a signal of competence at procedure no. {case} on {date}.",
        case=language.number(case),
        date=language.date(day),
    )
