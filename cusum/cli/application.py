"""Put the commands together and turn every ending into an exit code."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import TextIO

import typer

from cusum.cli.chart import chart_command
from cusum.cli.check import check_command
from cusum.cli.demo import demo_command
from cusum.cli.limit import limit_command
from cusum.cli.plan import plan_command
from cusum.cli.programme import programme_app
from cusum.cli.refusing import reader_of, refusal
from cusum.cli.report import report_command
from cusum.cli.simulate import simulate_command
from cusum.cli.version import version_command
from cusum.language import UntranslatedText

__all__ = ["app", "main"]

app = typer.Typer(
    name="cusum",
    help="From a file of registrations to pages that show when each trainee's procedures signal competence.",
    epilog="Exit codes: 0 done; 1 the data has problems, which are listed; 2 wrong use, or it cannot be done.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("report")(report_command)
app.command("check")(check_command)
app.command("chart")(chart_command)
app.command("limit")(limit_command)
app.command("plan")(plan_command)
app.command("simulate")(simulate_command)
app.add_typer(programme_app, name="programme")
app.command("demo")(demo_command)
app.command("version")(version_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words of the command line after the name of the program; by default those that it was started with.

    Raises
    ------
    SystemExit
        Always: 0 done; 1 the data has problems; 2 wrong use, or something that cannot be done.

    Examples
    --------
    >>> main(["version"])
    Traceback (most recent call last):
    SystemExit: 0
    """
    with warnings.catch_warnings():
        warnings.showwarning = _note
        raise SystemExit(_run(None if arguments is None else list(arguments)))


def _run(arguments: list[str] | None) -> int:
    """Run one command; wrong use is one paragraph, never a traceback."""
    try:
        code = app(arguments, prog_name="cusum", standalone_mode=False)
    except typer.TyperException as error:
        if error.format_message().strip():
            reader = reader_of(sys.argv[1:] if arguments is None else arguments)
            typer.echo(refusal(error, reader), err=True)
        return 2
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("Interrupted.", err=True)
        return 130
    return code if isinstance(code, int) else 0


def _note(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Show a warning as a sentence, without its place in the code; a missing translation is no news to a user."""
    if category is UntranslatedText:
        return
    print(message, file=file or sys.stderr)
