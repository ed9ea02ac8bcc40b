"""``cusum plan``: can so many cases decide anything, and how many would it take?"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cusum.cli.asking import Acceptable, FigurePage, ProcedureName, Question, Unacceptable, ask, learner, sources
from cusum.cli.options import AsJson, Debug, LanguageCode, ProgrammeName, fraction
from cusum.cli.progress import progress
from cusum.cli.speaking import speaking
from cusum.cli.telling import Rows, tell, write_figures
from cusum.language import Language

if TYPE_CHECKING:
    from cusum.design import PowerByVolume, VolumePlan

__all__ = ["plan_command"]

EVEN, GOOD = 0.5, 0.8
"""Power below which a missing signal says next to nothing, and from which it says something."""


def plan_command(
    acceptable: Acceptable = None,
    unacceptable: Unacceptable = None,
    cases: Annotated[
        int | None,
        typer.Option(
            "--cases",
            "--within",
            min=1,
            help="Cases that each trainee will do; the procedure's expected number if left out.",
        ),
    ] = None,
    procedure: ProcedureName = None,
    programme: ProgrammeName = None,
    false_competence: Annotated[
        float | None,
        typer.Option(
            parser=fraction,
            metavar="RATE",
            help="Greatest probability of a false signal of competence; 5% or the programme's.",
        ),
    ] = None,
    learning: Annotated[
        tuple[str, str, str] | None,
        typer.Option(
            metavar="START FINISH CASES",
            help="A trainee who learns: failure rate at the first case, in the long run, and the cases after which "
            "two thirds of the way are done, such as 60% 8% 10.",
        ),
    ] = None,
    figure: FigurePage = None,
    language: LanguageCode = "da",
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Say whether a number of cases is enough to tell a trainee who is good enough from one who is not.

    Shown are the power, the most that any chart could have, and how many cases it would take.
    """
    with speaking(language, debug=debug) as reader:
        question = ask(
            reader,
            acceptable=acceptable,
            unacceptable=unacceptable,
            cases=cases,
            promise=false_competence,
            procedure=procedure,
            programme=programme,
            option="--cases",
        )
        curve = learner(learning)
        with progress(reader.text("Calculating")):
            plan, volumes = _plan(question, curve)
        title = reader.text("Can {cases} cases decide?", cases=reader.number(plan.cases))
        rows, verdict = _rows(plan, volumes, reader), _verdict(plan, reader)
        if as_json:
            typer.echo(json.dumps(_as_data(plan, volumes) | sources(question), indent=2, ensure_ascii=False))
        else:
            tell(title, question.lines, rows, [verdict])
        if figure is not None:
            from cusum.figures import plot

            figures = [plot(result, language=reader.code) for result in (volumes, _limits(question))]
            write_figures(figures, figure, title, [*question.lines, verdict], rows, reader)


def _plan(question: Question, curve: tuple[float, float, float] | None) -> tuple[VolumePlan, PowerByVolume]:
    """Calculate the plan, and the same for every other number of cases."""
    from cusum.design import learner_rates, plan_volume, power_by_volume

    rates = None
    if curve is not None:
        start, finish, constant = curve
        far = max(question.cases, math.ceil(20 * constant))  # by then the finish is reached
        rates = learner_rates(start=start, finish=finish, time_constant=constant, cases=min(far, 10_000))
    asked: dict[str, Any] = {
        "cases": question.cases,
        "false_competence": question.promise,
        "failure_rate": rates,
    }
    volumes = power_by_volume(question.criterion, **asked)  # first: it refuses numbers that would take too long
    return plan_volume(question.criterion, **asked), volumes


def _limits(question: Question) -> object:
    """What other limits would do at the number planned."""
    from cusum.design import power_by_limit

    return power_by_limit(question.criterion, cases=question.cases, false_signal=question.promise)


def _verdict(plan: VolumePlan, language: Language) -> str:
    """Answer the question in plain words."""
    text, number = language.text, language.number
    needed = dict(plan.cases_for_power)
    values = {
        "cases": number(plan.cases),
        "run": number(plan.longest_run),
        "power": language.percent(plan.power, 1),
        "half": _needed(needed[0.5], language),
        "most": _needed(needed[0.8], language),
    }
    if not plan.can_decide:
        return text(
            "No. {cases} cases cannot decide: a signal of competence that keeps the promise takes {run} cases even "
            "without a single failure. For a trainee who is good enough to have an even chance of the signal, {half} "
            "cases are needed, and {most} for a chance of 80%.",
            **values,
        )
    if plan.power < EVEN:
        return text(
            "Hardly. A trainee who is good enough gets the signal of competence within {cases} cases with probability "
            "{power} only: that it does not come says next to nothing. An even chance takes {half} cases, and a chance "
            "of 80% takes {most}.",
            **values,
        )
    if plan.power < GOOD:
        return text(
            "In part. A trainee who is good enough gets the signal of competence within {cases} cases with probability "
            "{power}: that it comes says something, that it does not come says little. A chance of 80% takes {most} "
            "cases.",
            **values,
        )
    return text(
        "Yes. A trainee who is good enough gets the signal of competence within {cases} cases with probability "
        "{power}.",
        **values,
    )


def _needed(cases: int | None, language: Language) -> str:
    """A number of cases, or that it is beyond what was searched."""
    return language.text("more than {n}", n=language.number(4000)) if cases is None else language.number(cases)


def _rows(plan: VolumePlan, volumes: PowerByVolume, language: Language) -> Rows:
    """The plan as sentences and numbers."""
    text, number, percent = language.text, language.number, language.percent
    cases = number(plan.cases)
    power = text("Power: competence signalled within {cases} cases, at the acceptable rate", cases=cases)
    rows = [
        (text("Limit"), number(plan.design.limit, digits=6)),
        (
            text("False competence promised within {cases} cases, at the unacceptable rate", cases=cases),
            "≤ " + percent(plan.false_competence, digits=1),
        ),
        (text("Kept, exactly"), percent(plan.design.false_signal, digits=2)),
        (power, percent(plan.power, digits=1)),
        (text("Power of the LC-CUSUM with a last look"), percent(plan.last_look_power, digits=1)),
        (text("The most power that any chart can have (Neyman and Pearson)"), percent(_bound(volumes), digits=1)),
        (text("Fewest cases that can signal, all of them successes"), number(plan.longest_run)),
    ]
    for share, needed in plan.cases_for_power:
        rows.append(
            (
                text("Cases needed for {power} power, with the limit set for that number", power=percent(share)),
                _needed(needed, language),
            )
        )
    return rows + _learner_rows(plan, volumes, language)


def _bound(volumes: PowerByVolume) -> float:
    """The bound at the number planned."""
    return float(volumes.bound[(volumes.planned or 1) - 1])


def _learner_rows(plan: VolumePlan, volumes: PowerByVolume, language: Language) -> Rows:
    """The same for the trainee who learns, where one was stated."""
    if plan.learner is None:
        return []
    text, number, percent = language.text, language.number, language.percent
    found, cases, listed = plan.learner, number(plan.cases), number(int(volumes.cases[-1]))
    start = (
        text("not within {cases} cases", cases=cases) if found.adequate_from is None else number(found.adequate_from)
    )
    later = found.declared - found.declared_before_adequate
    rows = [
        (text("The trainee who learns: good enough from case no."), start),
        (text("signal within {cases} cases", cases=cases), percent(found.declared, 1)),
        (text("signal before being good enough"), percent(found.declared_before_adequate, 1)),
    ]
    if later >= EVEN and not math.isnan(found.expected_delay):  # of fewer, a mean would be that of the quickest
        delay = text(
            "mean number of cases from being good enough to the signal, among the {share} who get it from then on "
            "within {cases} cases",
            share=percent(later, 1),
            cases=cases,
        )
        rows.append((delay, number(found.expected_delay, digits=1)))
    if plan.last_look_learner is not None:
        last_look = text("signal within {cases} cases from the LC-CUSUM with a last look", cases=cases)
        rows.append((last_look, percent(plan.last_look_learner.declared, 1)))
    for share, _ in plan.cases_for_power:
        needed = volumes.cases_for(share, learner=True)
        words = text("more than {n}", n=listed) if needed is None else number(needed)
        rows.append((text("cases needed for a signal with probability {power}", power=percent(share)), words))
    return [rows[0], *((f"– {what}", value) for what, value in rows[1:])]


def _as_data(plan: VolumePlan, volumes: PowerByVolume) -> dict[str, Any]:
    """Everything that is shown, as plain numbers."""
    data: dict[str, Any] = {
        "acceptable": plan.criterion.acceptable,
        "unacceptable": plan.criterion.unacceptable,
        "cases": plan.cases,
        "promise": plan.false_competence,
        "limit": float(plan.design.limit),
        "false_competence": float(plan.design.false_signal),
        "can_decide": plan.can_decide,
        "power": float(plan.power),
        "last_look_power": float(plan.last_look_power),
        "best_power": float(plan.best_power),
        "power_bound": _bound(volumes),
        "shortest_run": plan.longest_run,
        "cases_for_power": {f"{power:g}": cases for power, cases in plan.cases_for_power},
    }
    if plan.learner is not None:
        delay = plan.learner.expected_delay
        data["learner"] = {
            "adequate_from": plan.learner.adequate_from,
            "declared": plan.learner.declared,
            "declared_before_adequate": plan.learner.declared_before_adequate,
            "declared_from_adequate": plan.learner.declared - plan.learner.declared_before_adequate,
            "expected_delay": None if math.isnan(delay) else delay,
            "cases_for_power": {f"{p:g}": volumes.cases_for(p, learner=True) for p, _ in plan.cases_for_power},
        }
    return data
