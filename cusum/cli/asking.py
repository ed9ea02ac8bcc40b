"""What a limit or a plan is asked for: rates and numbers from the command line, or from a procedure of a programme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from cusum.cli.options import fraction
from cusum.errors import InvalidParameter
from cusum.language import Language

if TYPE_CHECKING:
    from cusum.criterion import Criterion
    from cusum.programme import Procedure, Programme

__all__ = ["Acceptable", "FigurePage", "ProcedureName", "Question", "Unacceptable", "ask", "learner", "sources"]

PROMISE = 0.05
"""Greatest probability of a false signal where nobody says another."""
Acceptable = Annotated[
    float | None,
    typer.Option(parser=fraction, metavar="RATE", help="Acceptable failure rate; the procedure's if left out."),
]
Unacceptable = Annotated[
    float | None,
    typer.Option(parser=fraction, metavar="RATE", help="Unacceptable failure rate; the procedure's if left out."),
]
ProcedureName = Annotated[
    str | None,
    typer.Option(help="A procedure of the programme, whose rates and expected number are taken where none are given."),
]
FigurePage = Annotated[
    str | None,
    typer.Option("--figure", metavar="FILE.html", help="Page of figures to write; it needs no network."),
]


@dataclass(frozen=True)
class Question:
    """What is asked.

    Parameters
    ----------
    criterion : Criterion
        Acceptable and unacceptable failure rate.
    cases : int
        Number of cases.
    promise : float
        Greatest probability of a false signal.
    lines : tuple of str
        The two rates, and where the programme's numbers come from, a line each.
    """

    criterion: Criterion
    cases: int
    promise: float
    lines: tuple[str, ...] = ()


def ask(
    language: Language,
    *,
    acceptable: float | None,
    unacceptable: float | None,
    cases: int | None,
    promise: float | None,
    procedure: str | None,
    programme: str | None,
    option: str,
    alarm: bool = False,
) -> Question:
    """Put together what is asked, and say where it comes from.

    Parameters
    ----------
    language : Language
        The reader's.
    acceptable, unacceptable : float or None
        Rates, as given on the command line.
    cases : int or None
        Number of cases, as given.
    promise : float or None
        The promise, as given.
    procedure, programme : str or None
        Where the rest is to be taken from.
    option : str
        Option by which the number of cases is given.
    alarm : bool, default False
        True takes the programme's promise about false alarms, and not that about false competence.

    Returns
    -------
    Question
        Everything that is needed.

    Raises
    ------
    InvalidParameter
        If something is missing and there is no procedure to take it from, or there is no such procedure.
    """
    from cusum.criterion import Criterion

    if procedure is None:
        given = {"--acceptable": acceptable, "--unacceptable": unacceptable, option: cases}
        missing = [name for name, value in given.items() if value is None]
        if missing:
            raise InvalidParameter(
                "{missing} is missing",
                expected="--acceptable, --unacceptable and {option}, or --procedure to take them from the programme",
                missing=missing[0],
                option=option,
            )
        if programme is not None:
            raise InvalidParameter(
                "--programme was given without --procedure", expected="the procedure that is asked about"
            )
        assert acceptable is not None
        assert unacceptable is not None
        assert cases is not None
        criterion = Criterion(acceptable=acceptable, unacceptable=unacceptable)
        line = _criterion_line(language, criterion)
        return Question(criterion, cases, PROMISE if promise is None else promise, (line,))
    plan, rules = _procedure(programme, procedure)
    own = rules.criterion
    criterion = Criterion(
        acceptable=own.acceptable if acceptable is None else acceptable,
        unacceptable=own.unacceptable if unacceptable is None else unacceptable,
    )
    promised = plan.false_alarm if alarm else plan.false_competence
    lines = _grounds(language, plan, rules, {"acceptable": acceptable, "unacceptable": unacceptable, "cases": cases})
    if acceptable is not None or unacceptable is not None:
        lines.append(_criterion_line(language, criterion))
    if promise is None:
        word = language.text("greatest probability of a false signal")
        lines.append(_ground(language, word, language.percent(promised, 1), plan.promise_status, ""))
    return Question(criterion, cases or rules.expected_cases, promised if promise is None else promise, tuple(lines))


def _criterion_line(language: Language, criterion: Criterion) -> str:
    """Say the two rates."""
    return language.text(
        "acceptable failure rate {acceptable}, unacceptable {unacceptable}",
        acceptable=language.percent(criterion.acceptable, digits=1),
        unacceptable=language.percent(criterion.unacceptable, digits=1),
    )


def _procedure(programme: str | None, procedure: str) -> tuple[Programme, Procedure]:
    """Find the procedure in the programme."""
    from cusum.programme import load_programme

    plan = load_programme(programme)
    key = plan.find(procedure)
    charted = [name for name, rules in plan.procedures.items() if rules.charted]
    if key not in charted:
        raise InvalidParameter(
            "--procedure is {value!r}", expected="one of {names}", value=procedure, names=", ".join(charted)
        )
    assert key is not None
    return plan, plan.procedures[key]


def _grounds(language: Language, plan: Programme, rules: Procedure, given: dict[str, float | int | None]) -> list[str]:
    """Say where each number comes from that was taken from the programme."""
    text, name, own = language.text, rules.name[language.code], rules.criterion
    lines = [text("{name}, {programme}", name=f"{name[:1].upper()}{name[1:]}", programme=plan.title[language.code])]
    if given["acceptable"] is None:
        where = (language.percent(own.acceptable, 1), rules.acceptable_status, rules.acceptable_source)
        lines.append(_ground(language, text("acceptable failure rate"), *where))
    if given["unacceptable"] is None:
        where = (language.percent(own.unacceptable, 1), rules.unacceptable_status, rules.unacceptable_source)
        lines.append(_ground(language, text("unacceptable failure rate"), *where))
    if given["cases"] is None:
        where = (language.number(rules.expected_cases), rules.expected_cases_status, rules.expected_cases_source)
        lines.append(_ground(language, text("expected number of procedures"), *where))
    return lines


def _ground(language: Language, word: str, value: str, status: str, source: str) -> str:
    """Say one number and where it comes from."""
    if status == "placeholder":
        where = language.text("placeholder: the department must decide")
    elif status == "department":
        where = language.text("decided by the department") + (f": {source}" if source else "")
    else:
        where = source or language.text("published")
    return f"  {word} {value} ({where})"


def sources(question: Question) -> dict[str, list[str]]:
    """Give the lines on where numbers come from, for another program to read.

    Parameters
    ----------
    question : Question
        What was asked.

    Returns
    -------
    dict
        One entry, ``sources``.

    Examples
    --------
    >>> from cusum import Criterion
    >>> sources(Question(Criterion(acceptable=0.1, unacceptable=0.2), 50, 0.05, ("Spinal",)))
    {'sources': ['Spinal']}
    """
    return {"sources": [line.strip() for line in question.lines]}


def learner(values: tuple[str, str, str] | None) -> tuple[float, float, float] | None:
    """Read the learning curve that was stated.

    Parameters
    ----------
    values : tuple of str, or None
        Failure rate at the first case, in the long run, and cases between them.

    Returns
    -------
    tuple of float, or None
        The same as numbers.

    Raises
    ------
    InvalidParameter
        If they are no such numbers.

    Examples
    --------
    >>> learner(("60%", "0,09", "5"))
    (0.6, 0.09, 5.0)
    """
    if values is None:
        return None
    try:
        constant = float(values[2].replace(",", "."))
        if not 0 < constant < float("inf"):
            raise ValueError(values[2])
        return fraction(values[0]), fraction(values[1]), constant
    except (ValueError, typer.BadParameter) as error:
        raise InvalidParameter(
            "--learning is {value!r}",
            expected="two failure rates and a number of cases, such as --learning 60% 8% 10",
            value=" ".join(values),
        ) from error
