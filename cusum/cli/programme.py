"""``cusum programme``: the programme in force, and a copy of it to edit."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table

from cusum.cli.options import Debug, LanguageCode, ProgrammeName
from cusum.cli.speaking import cannot_write, output, speaking
from cusum.errors import CusumError
from cusum.language import Language, msgid

if TYPE_CHECKING:
    from cusum.programme import Programme

__all__ = ["programme_app"]

HEADINGS = (msgid("Acceptable"), msgid("Unacceptable"), msgid("Expected cases"), msgid("Target"))

programme_app = typer.Typer(
    help="Show the programme in force (procedures, criteria, targets), or copy it to edit.", no_args_is_help=True
)


@programme_app.command("show")
def show_command(programme: ProgrammeName = None, language: LanguageCode = "da", debug: Debug = False) -> None:
    """Show the procedures with their criteria, and what nobody has published and the department must decide."""
    with speaking(language, debug=debug) as reader:
        from cusum.programme import load_programme

        plan = load_programme(programme)
        typer.echo(f"{plan.title[reader.code]} ({plan.key}, {plan.version})")
        typer.echo(plan.source)
        output().print(_table(plan, reader))
        typer.echo(reader.text("* not published for these trainees: the department must decide."))
        typer.echo(
            reader.text(
                "Promises: false competence at most {competence} and false alarm at most {alarm}, "
                "each within the expected number of cases.",
                competence=reader.percent(plan.false_competence),
                alarm=reader.percent(plan.false_alarm),
            )
        )


@programme_app.command("copy")
def copy_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="File to write: ours.toml.")],
    programme: ProgrammeName = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")] = False,
    language: LanguageCode = "da",
    debug: Debug = False,
) -> None:
    """Write a copy of the programme to edit; use it with --programme FILE."""
    with speaking(language, debug=debug) as reader:
        from cusum.programme import load_programme

        plan = load_programme(programme)
        if file.exists() and not force:
            raise CusumError(
                "{path} is there already",
                expected="a new file",
                remedy="Choose another name, or add --force to write over it.",
                path=file,
            )
        try:
            file.write_text(plan.to_toml(), encoding="utf-8")
        except OSError as error:
            raise cannot_write(file) from error
        typer.echo(reader.text("Written: {path}", path=file))


def _table(plan: Programme, language: Language) -> Table:
    """One row for each charted procedure; a star marks what is a placeholder."""
    table = Table(box=box.SIMPLE)
    table.add_column(language.text("Procedure"))
    for heading in HEADINGS:
        table.add_column(language.text(heading), justify="right")
    table.add_column(language.text("Source"), overflow="fold")
    for procedure in plan.procedures.values():
        if not procedure.charted:
            continue
        table.add_row(
            procedure.name[language.code],
            _marked(language.percent(procedure.criterion.acceptable), procedure.acceptable_status),
            _marked(language.percent(procedure.criterion.unacceptable), procedure.unacceptable_status),
            _marked(language.number(procedure.expected_cases), procedure.expected_cases_status),
            language.number(procedure.target),
            procedure.criterion_source,
        )
    return table


def _marked(text: str, status: str) -> str:
    """The number with a star where it is a placeholder."""
    return f"{text} *" if status == "placeholder" else text
