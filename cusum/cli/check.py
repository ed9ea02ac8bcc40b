"""``cusum check``: what would be rejected from a file, and why."""

from __future__ import annotations

import json
from math import floor, log10
from typing import TYPE_CHECKING, Any

import typer
from rich import box
from rich.table import Table

from cusum.cli.options import (
    AsJson,
    AsOf,
    Debug,
    Duplicates,
    Encoding,
    Headings,
    InputFile,
    LanguageCode,
    MonthOrDayFirst,
    ProgrammeName,
    Sheet,
    heading_map,
)
from cusum.cli.progress import progress
from cusum.cli.report import counted
from cusum.cli.speaking import output, speaking
from cusum.language import Language, msgid

if TYPE_CHECKING:
    import pandas as pd

    from cusum.registrations import Registrations

__all__ = ["check_command"]

SHOWN_OF_A_KIND = 5
FILL_IN = msgid("Fill in the cell.")
REMEDIES = {
    "missing_trainee": FILL_IN,
    "missing_procedure": FILL_IN,
    "missing_date": FILL_IN,
    "missing_outcome": FILL_IN,
    "no_outcome_column": msgid("Say which column it is: --heading 'your heading=success' (or failure, outcome)."),
    "unreadable_date": msgid("Write the date as 2025-03-31 or 31-03-2025."),
    "impossible_date": msgid("Write the date as 2025-03-31 or 31-03-2025."),
    "future_date": msgid("Correct the date, or give a later day with --as-of."),
    "before_post": msgid("Correct the date, or the day that the post began."),
    "unreadable_outcome": msgid("Write success or failure."),
    "not_scored": msgid("Nothing, unless the procedure was scored after all."),
    "contradiction": msgid("Correct the column that is wrong."),
    "bad_attempts": msgid("Write a whole number of at least 1."),
    "repeated_id": msgid("Give each registration a number of its own."),
    "duplicate_row": msgid("Delete the row if it is the same procedure."),
}
COLUMNS = {
    "sheet": msgid("Sheet"),
    "row": msgid("Row"),
    "column": msgid("Column"),
    "problem": msgid("Problem"),
    "suggestion": msgid("Suggestion"),
}


def check_command(
    file: InputFile,
    programme: ProgrammeName = None,
    language: LanguageCode = "da",
    as_of: AsOf = None,
    sheet: Sheet = None,
    date_order: MonthOrDayFirst = None,
    heading: Headings = None,
    duplicates: Duplicates = "flag",
    encoding: Encoding = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Read a file and list the rows that would be rejected: row, column, problem, suggestion. Nothing is written.

    The exit code is 1 if any row would be rejected.
    """
    with speaking(language, debug=debug) as reader:
        from cusum.registrations import read_registrations

        with progress(reader.text("Reading")):
            registrations = read_registrations(
                file,
                programme=programme,
                headings=heading_map(heading),
                sheet=sheet,
                date_order=date_order,
                as_of=None if as_of is None else as_of.date(),
                duplicates=duplicates,
                encoding=encoding,
            )
        if as_json:
            typer.echo(json.dumps(_as_data(registrations, reader), indent=2, ensure_ascii=False))
        else:
            _show(registrations, reader)
        if len(registrations.rejected):
            raise typer.Exit(1)


def _problems(table: pd.DataFrame, code: str, language: Language) -> list[dict[str, Any]]:
    """The rows as plain words and numbers, in the order of the file."""
    from cusum.registrations.reasons import describe

    ordered = table.sort_values(["sheet", "row"], kind="stable")
    lines: list[dict[str, Any]] = ordered.to_dict("records")  # type: ignore[assignment]
    return [
        {
            "row": int(line["row"]),
            "sheet": str(line["sheet"]),
            "column": str(line["column"]),
            code: str(line[code]),
            "problem": describe(line, language.translate, lambda value: _short(value, language)),
            "suggestion": _remedy(line, language),
        }
        for line in lines
    ]


def _short(value: float, language: Language) -> str:
    """A probability with two digits that count."""
    return language.number(value, digits=1 - floor(log10(value)))


def _remedy(line: dict[str, Any], language: Language) -> str:
    """What to do about a rejected row: what the reader suggests, or what helps with every row of the kind."""
    if "reason" not in line:
        return ""
    remedy = REMEDIES.get(line["reason"])
    return language.text(remedy) if remedy else str(line["suggestion"])


def _as_data(registrations: Registrations, language: Language) -> dict[str, Any]:
    """Everything that was found, for another program to read."""
    return {
        "counts": {name: int(value) for name, value in registrations.counts.items()},
        "rejected": _problems(registrations.rejected, "reason", language),
        "flagged": _problems(registrations.flagged, "flag", language),
        "decisions": registrations.decisions.astype(str).to_dict("records"),
    }


def _show(registrations: Registrations, language: Language) -> None:
    """Write two tables and account for every row."""
    rejected = _problems(registrations.rejected, "reason", language)
    flagged = _problems(registrations.flagged, "flag", language)
    if rejected:
        typer.echo(language.text("Rows that would be rejected:"))
        output().print(_table(rejected, language))
    if flagged:
        typer.echo(language.text("Rows that are used, and worth a look:"))
        output().print(_table(_first_of_each_kind(flagged), language))
        typer.echo(
            language.plural(
                "{n} such row in all; at most five of a kind are shown here, and --json lists all of them.",
                "{n} such rows in all; at most five of a kind are shown here, and --json lists all of them.",
                len(flagged),
            )
        )
    typer.echo(counted(registrations, language))


def _first_of_each_kind(flagged: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A few rows with each flag, in the order of the file."""
    seen: dict[str, int] = {}
    shown = []
    for line in flagged:
        seen[line["flag"]] = seen.get(line["flag"], 0) + 1
        if seen[line["flag"]] <= SHOWN_OF_A_KIND:
            shown.append(line)
    return shown


def _table(problems: list[dict[str, Any]], language: Language) -> Table:
    """One line for each problem; the sheet and the suggestion are shown where there are any."""
    shown = [name for name in COLUMNS if name not in {"sheet", "suggestion"} or any(line[name] for line in problems)]
    table = Table(box=box.SIMPLE)
    for name in shown:
        table.add_column(language.text(COLUMNS[name]), justify="right" if name == "row" else "left", overflow="fold")
    for line in problems:
        table.add_row(*(_plain(line[name]) for name in shown))
    return table


def _plain(value: object) -> str:
    """The text with square brackets that rich does not read as mark-up."""
    from rich.markup import escape

    return escape(str(value))
