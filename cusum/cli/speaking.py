"""How the commands speak: results on the output, everything else on the error stream, errors as one paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console

from cusum.errors import CusumError, InvalidData, PrivacyError
from cusum.language import Language, get_language, msgid

__all__ = ["cannot_write", "exit_code", "output", "paragraph", "speaking"]

WIDTH = 160
_OPTIONS = (  # what a remedy names as an argument of Python, as the option of a command
    (r"headings=\{'([^']*)': '([^']*)'\}", r"--heading '\1=\2'"),
    (r"date_order='([^']*)'", r"--date-order '\1'"),
    (r"\bheadings=(?!\{)", "--heading"),
    (r"\bencoding=", "--encoding"),
)
UNEXPECTED = msgid("something went wrong inside cusum: {what}")
TRACE = msgid("Run the command again with --debug to see where, and tell the developers.")


def output() -> Console:
    """Where results are written: as wide as the terminal, or a fixed width where there is none.

    Returns
    -------
    rich.console.Console
        The standard output.
    """
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=WIDTH)


def exit_code(error: CusumError) -> int:
    """Tell problems of the data from wrong use.

    Parameters
    ----------
    error : CusumError
        What was raised.

    Returns
    -------
    int
        1 where the file was read and its data cannot be used; 2 for everything else.

    Examples
    --------
    >>> exit_code(InvalidData("there is no column for the procedure"))
    1
    """
    return 1 if isinstance(error, (InvalidData, PrivacyError)) else 2


def cannot_write(path: Path) -> CusumError:
    """Give the error for a file that cannot be written.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    CusumError
        To be raised.

    Examples
    --------
    >>> str(cannot_write(Path("cohort.csv")))
    'cohort.csv cannot be written. Choose a folder that exists and that you may write in.'
    """
    return CusumError(
        "{path} cannot be written", remedy="Choose a folder that exists and that you may write in.", path=path
    )


@contextmanager
def speaking(code: str, *, debug: bool = False) -> Iterator[Language]:
    """Say in the reader's language what goes wrong within, as one paragraph on the error stream.

    Parameters
    ----------
    code : {"da", "en"}
        The language.
    debug : bool, default False
        Let the traceback through.

    Yields
    ------
    Language
        The language.

    Raises
    ------
    typer.Exit
        With exit code 1 or 2, once the error has been said.
    """
    language = get_language(code)
    try:
        yield language
    except CusumError as error:
        if debug:
            raise
        typer.echo(paragraph(error, language), err=True)
        raise typer.Exit(exit_code(error)) from None
    except Exception as error:
        if debug or isinstance(error, (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError)):
            raise
        unexpected = CusumError(UNEXPECTED, remedy=TRACE, what=f"{type(error).__name__}: {error}")
        typer.echo(paragraph(unexpected, language), err=True)
        raise typer.Exit(2) from None


def paragraph(error: CusumError, language: Language) -> str:
    """Say what is wrong as one paragraph that begins with a capital letter.

    Parameters
    ----------
    error : CusumError
        What was raised.
    language : Language
        The reader's language.

    Returns
    -------
    str
        One line; a name that stands first is left as it is.

    Examples
    --------
    >>> paragraph(InvalidData("limit is {value}", expected="a number", value="x"), get_language("en"))
    'Limit is x; expected a number.'
    >>> refused = InvalidData("no trainee", remedy="Read with headings={{'{said}': 'trainee'}}.", said="Yngre læge")
    >>> paragraph(refused, get_language("en"))
    "No trainee. Read with --heading 'Yngre læge=trainee'."
    """
    flat = " ".join(error.render(language.translate).split())
    for argument, option in _OPTIONS:
        flat = re.sub(argument, option, flat)
    return flat if language.translate(error.found).startswith("{") else flat[:1].upper() + flat[1:]
