"""``cusum limit``: design a limit that keeps a promise, and say what Wald's limit would have done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cusum.cli.asking import Acceptable, FigurePage, ProcedureName, Question, Unacceptable, ask, sources
from cusum.cli.options import AsJson, Debug, LanguageCode, ProgrammeName, fraction
from cusum.cli.speaking import speaking
from cusum.cli.telling import Rows, tell, write_figures
from cusum.language import Language, msgid

if TYPE_CHECKING:
    from cusum.charts import BernoulliCusum, LearningCurveCusum

__all__ = ["limit_command"]

Result = dict[str, Any]

WORDS = {
    "lc_cusum": {
        "title": msgid("LC-CUSUM: is a learner competent?"),
        "promise": msgid("False competence promised within {cases} cases, at the unacceptable rate"),
        "power": msgid("Power: competence signalled within {cases} cases, at the acceptable rate"),
        "wald": msgid("False competence with Wald's limit"),
        "run": msgid("Fewest cases that can signal, all of them successes"),
    },
    "bernoulli": {
        "title": msgid("Bernoulli CUSUM: has performance become worse?"),
        "promise": msgid("False alarm promised within {cases} cases, at the acceptable rate"),
        "power": msgid("Power: deterioration signalled within {cases} cases, at the unacceptable rate"),
        "wald": msgid("False alarm with Wald's limit"),
        "run": msgid("Fewest cases that can signal, all of them failures"),
    },
}


def limit_command(
    acceptable: Acceptable = None,
    unacceptable: Unacceptable = None,
    within: Annotated[
        int | None,
        typer.Option(
            "--within",
            "--cases",
            min=1,
            help="Cases within which the promise holds; the procedure's expected number if left out.",
        ),
    ] = None,
    procedure: ProcedureName = None,
    programme: ProgrammeName = None,
    false_signal: Annotated[
        float | None,
        typer.Option(
            parser=fraction, metavar="RATE", help="Greatest probability of a false signal; 5% or the programme's."
        ),
    ] = None,
    beta: Annotated[
        float,
        typer.Option(parser=fraction, metavar="RATE", help="Type II error in Wald's formula."),
    ] = "0.20",  # type: ignore[assignment]  # typer hands the default to the parser, as it was typed
    chart: Annotated[Literal["lc_cusum", "bernoulli"], typer.Option(help="What the limit is for.")] = "lc_cusum",
    figure: FigurePage = None,
    language: LanguageCode = "da",
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Design the smallest limit that keeps a promise about false signals.

    Shown are the promise that is kept, the power, and what Wald's limit, which is often used instead, would have done.
    """
    with speaking(language, debug=debug) as reader:
        question = ask(
            reader,
            acceptable=acceptable,
            unacceptable=unacceptable,
            cases=within,
            promise=false_signal,
            procedure=procedure,
            programme=programme,
            option="--within",
            alarm=chart == "bernoulli",
        )
        result = _design(chart, question, beta)
        title, rows, below = reader.text(WORDS[chart]["title"]), _rows(result, reader), _below(result, reader)
        if as_json:
            typer.echo(json.dumps(result | sources(question), indent=2, ensure_ascii=False))
        else:
            tell(title, question.lines, rows, below)
        if figure is not None:
            write_figures(
                _figures(chart, question, beta, reader), figure, title, [*question.lines, *below], rows, reader
            )


def _chart(name: str, question: Question, limit: float) -> LearningCurveCusum | BernoulliCusum:
    """The chart with a limit; the design ignores which."""
    from cusum.charts import BernoulliCusum, LearningCurveCusum

    if name == "lc_cusum":
        return LearningCurveCusum(criterion=question.criterion, limit=limit)
    return BernoulliCusum(criterion=question.criterion, limit=limit, after_signal="stop")


def _design(name: str, question: Question, beta: float) -> Result:
    """Everything that is shown, as plain numbers."""
    from cusum.design import find_limit, run_length
    from cusum.design.wald import wald_limit

    promise, within = question.promise, question.cases
    design = find_limit(_chart(name, question, 1.0), false_signal=promise, within=within)
    wald = wald_limit(promise, beta)
    trial = _chart(name, question, wald)
    lengths = run_length(trial, failure_rate=trial.null_rate, horizon=within)
    return {
        "chart": name,
        "acceptable": question.criterion.acceptable,
        "unacceptable": question.criterion.unacceptable,
        "within": within,
        "promise": promise,
        "limit": float(design.limit),
        "false_signal": float(design.false_signal),
        "power": float(design.true_signal),
        "reachable": design.reachable,
        "shortest_run": design.shortest_run,
        "wald_limit": wald,
        "wald_false_signal": float(lengths.signal_by(within)),
    }


def _rows(result: Result, language: Language) -> Rows:
    """The design as sentences and numbers."""
    words, cases = WORDS[result["chart"]], language.number(result["within"])
    percent, number, text = language.percent, language.number, language.text
    return [
        (text("Limit"), number(result["limit"], digits=6)),
        (text(words["promise"], cases=cases), "≤ " + percent(result["promise"], digits=1)),
        (text("Kept, exactly"), percent(result["false_signal"], digits=2)),
        (text(words["power"], cases=cases), percent(result["power"], digits=1)),
        (text("Wald's limit"), number(result["wald_limit"], digits=6)),
        (text(words["wald"]), percent(result["wald_false_signal"], digits=1)),
        (text(words["run"]), number(result["shortest_run"])),
    ]


def _below(result: Result, language: Language) -> list[str]:
    """Say so where nothing can keep the promise."""
    if result["reachable"]:
        return []
    none = language.text(
        "No limit can keep this promise and still signal within {cases} cases: allow more cases or a larger "
        "probability of a false signal.",
        cases=language.number(result["within"]),
    )
    return [none]


def _figures(name: str, question: Question, beta: float, language: Language) -> list[Any]:
    """What other limits would do, what Wald's promises, and how long a signal takes at either rate."""
    from cusum.design import power_by_limit, run_length, wald_promise
    from cusum.figures import plot
    from cusum.figures.power_words import rate_words

    chart, n = _chart(name, question, 1.0), question.cases
    limits = power_by_limit(chart, cases=n, false_signal=question.promise, beta=beta)
    truth = wald_promise(chart, cases=n, alpha=question.promise, beta=beta)
    figures = [plot(limits, language=language.code), plot(truth, language=language.code)]
    designed = limits.design.chart
    for rate in (chart.alternative_rate, chart.null_rate):
        title = language.text("Time to a signal at a failure rate of {rate}", rate=rate_words(rate, language))
        law = run_length(designed, failure_rate=rate, horizon=2 * n)
        figures.append(plot(law, within=2 * n, title=title, language=language.code))
    return figures
