"""``cusum limit``: design a limit that keeps a promise, and say what Wald's limit would have done."""

from __future__ import annotations

import json
from math import log
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich import box
from rich.table import Table

from cusum.cli.options import AsJson, Debug, LanguageCode, fraction
from cusum.cli.speaking import output, speaking
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
    acceptable: Annotated[
        float,
        typer.Option(parser=fraction, metavar="RATE", show_default=False, help="Acceptable failure rate."),
    ],
    unacceptable: Annotated[
        float, typer.Option(parser=fraction, metavar="RATE", show_default=False, help="Unacceptable failure rate.")
    ],
    within: Annotated[int, typer.Option(min=1, show_default=False, help="Cases within which the promise holds.")],
    false_signal: Annotated[
        float, typer.Option(parser=fraction, metavar="RATE", help="Greatest probability of a false signal.")
    ] = "0.05",  # type: ignore[assignment]  # typer hands the default to the parser, as it was typed
    beta: Annotated[
        float,
        typer.Option(parser=fraction, metavar="RATE", help="Type II error in Wald's formula."),
    ] = "0.20",  # type: ignore[assignment]
    chart: Annotated[Literal["lc_cusum", "bernoulli"], typer.Option(help="What the limit is for.")] = "lc_cusum",
    language: LanguageCode = "da",
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Design the smallest limit that keeps a promise about false signals.

    Shown are the promise that is kept, the power, and what Wald's limit, which is often used instead, would have done.
    """
    with speaking(language, debug=debug) as reader:
        result = _design(chart, acceptable, unacceptable, within, false_signal, beta)
        if as_json:
            typer.echo(json.dumps(result, indent=2))
        else:
            _show(result, reader)


def _chart(name: str, acceptable: float, unacceptable: float, limit: float) -> LearningCurveCusum | BernoulliCusum:
    """The chart with a limit; the design ignores which."""
    from cusum.charts import BernoulliCusum, LearningCurveCusum
    from cusum.criterion import Criterion

    criterion = Criterion(acceptable=acceptable, unacceptable=unacceptable)
    if name == "lc_cusum":
        return LearningCurveCusum(criterion=criterion, limit=limit)
    return BernoulliCusum(criterion=criterion, limit=limit, after_signal="stop")


def _design(name: str, acceptable: float, unacceptable: float, within: int, promise: float, beta: float) -> Result:
    """Everything that is shown, as plain numbers."""
    from cusum.design import find_limit, run_length

    design = find_limit(_chart(name, acceptable, unacceptable, 1.0), false_signal=promise, within=within)
    wald = log((1 - beta) / promise)
    trial = _chart(name, acceptable, unacceptable, wald)
    lengths = run_length(trial, failure_rate=trial.null_rate, horizon=within)
    return {
        "chart": name,
        "acceptable": acceptable,
        "unacceptable": unacceptable,
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


def _show(result: Result, language: Language) -> None:
    """Write the design as a small table of sentences and numbers."""
    words = WORDS[result["chart"]]
    cases = language.number(result["within"])
    typer.echo(language.text(words["title"]))
    typer.echo(
        language.text(
            "acceptable failure rate {acceptable}, unacceptable {unacceptable}",
            acceptable=language.percent(result["acceptable"], digits=1),
            unacceptable=language.percent(result["unacceptable"], digits=1),
        )
    )
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row(language.text("Limit"), language.number(result["limit"], digits=6))
    table.add_row(language.text(words["promise"], cases=cases), "≤ " + language.percent(result["promise"], digits=1))
    table.add_row(language.text("Kept, exactly"), language.percent(result["false_signal"], digits=2))
    table.add_row(language.text(words["power"], cases=cases), language.percent(result["power"], digits=1))
    table.add_row(language.text("Wald's limit"), language.number(result["wald_limit"], digits=6))
    table.add_row(language.text(words["wald"]), language.percent(result["wald_false_signal"], digits=1))
    table.add_row(language.text(words["run"]), language.number(result["shortest_run"]))
    output().print(table)
    if not result["reachable"]:
        typer.echo(
            language.text(
                "No limit can keep this promise and still signal within {cases} cases: allow more cases or a larger "
                "probability of a false signal.",
                cases=cases,
            )
        )
