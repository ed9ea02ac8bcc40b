"""Options that several commands share, each described once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from cusum.errors import InvalidParameter

__all__ = [
    "AsJson",
    "AsOf",
    "Assessments",
    "Covariates",
    "Debug",
    "Duplicates",
    "Encoding",
    "Headings",
    "InputFile",
    "KeyFile",
    "LanguageCode",
    "MonthOrDayFirst",
    "NoModels",
    "Out",
    "ProgrammeName",
    "RiskSource",
    "Sheet",
    "fraction",
    "heading_map",
]

InputFile = Annotated[
    Path, typer.Argument(metavar="FILE", show_default=False, help="Registrations: a .csv or .xlsx file, as it came.")
]
ProgrammeName = Annotated[
    str | None,
    typer.Option("--programme", help="Name or file; by default the Danish introduction year."),
]
Out = Annotated[Path, typer.Option("--out", help="Folder to write the pages in.")]
LanguageCode = Annotated[
    Literal["da", "en"], typer.Option("--language", help="Danish or English, for the pages and for the messages.")
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d", "%d-%m-%Y"],
        metavar="YYYY-MM-DD",
        help="The day that the pages speak of; later ones are rejected; by default the last in the file.",
    ),
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet of the workbook, when not all of them.")]
MonthOrDayFirst = Annotated[
    Literal["day first", "month first"] | None,
    typer.Option("--date-order", help="Settles the order of day and month where the file leaves it open."),
]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Encoding of a text file, if guessed wrongly.")]
Headings = Annotated[
    list[str] | None,
    typer.Option(
        "--heading",
        metavar="HEADING=COLUMN",
        help="What a heading of the file means, such as 'Yngre læge=trainee'; may be repeated. Or a .toml file.",
    ),
]
Duplicates = Annotated[
    Literal["flag", "reject"],
    typer.Option("--duplicates", help="What to do with rows alike in every column."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write the result as JSON, for another program to read.")]
RiskSource = Annotated[
    list[str] | None,
    typer.Option(
        "--risk",
        metavar="FILE|COLUMN",
        help="What to expect of each case: a risk model's file, or a column of probabilities; or PROCEDURE=FILE, "
        "repeated.",
    ),
]
Covariates = Annotated[
    str | None,
    typer.Option(
        "--covariates",
        metavar="LIST",
        help="Fit a risk model for each procedure on these registrations, such as asa,bmi,urgency.",
    ),
]
Assessments = Annotated[
    Path | None,
    typer.Option("--assessments", metavar="FILE", help="Assessments held: competence cards, Mini-CEX and the like."),
]
NoModels = Annotated[bool, typer.Option("--no-models", help="Leave out the fitted learning curves, which take time.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key",
        metavar="FILE",
        help="With --pseudonymise: write who is who to this file, outside the report. It is personal data.",
    ),
]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")]


def heading_map(pairs: list[str] | None) -> dict[str, str] | Path | None:
    """Read the pairs that say what headings mean, or take the file that does.

    Parameters
    ----------
    pairs : list of str or None
        Each ``heading=column``; or one name of a .toml file.

    Returns
    -------
    dict of str to str, Path, or None
        Heading in the file to column of the canonical table, or the file; None where nothing is said.

    Raises
    ------
    InvalidParameter
        If a pair has no equals sign or an empty side.

    Examples
    --------
    >>> heading_map(["Yngre læge=trainee"])
    {'Yngre læge': 'trainee'}
    """
    if not pairs:
        return None
    if len(pairs) == 1 and pairs[0].endswith(".toml") and "=" not in pairs[0]:
        return Path(pairs[0])
    split = [pair.rpartition("=") for pair in pairs]
    for pair, (heading, _, column) in zip(pairs, split, strict=True):
        if not heading.strip() or not column.strip():
            raise InvalidParameter("--heading is {value!r}", expected="HEADING=COLUMN", value=pair)
    return {heading.strip(): column.strip() for heading, _, column in split}


def fraction(text: str) -> float:
    """Read a rate as people write it.

    Parameters
    ----------
    text : str
        A fraction or a percentage, with decimal point or decimal comma: ``0.1``, ``0,1`` or ``10%``.

    Returns
    -------
    float
        The fraction.

    Raises
    ------
    typer.BadParameter
        If it is not such a number between 0 and 1.

    Examples
    --------
    >>> fraction("0,1"), fraction("10 %")
    (0.1, 0.1)
    """
    number = text.strip().replace(",", ".")
    try:
        value = float(number.removesuffix("%")) / 100 if number.endswith("%") else float(number)
    except ValueError:
        value = -1.0
    if not 0 < value < 1:
        raise typer.BadParameter(f"{text!r} is not a rate between 0 and 1, such as 0.1 or 10%")
    return value
