"""How a limit and a plan are told: a table of sentences and numbers, on the screen and on a page of figures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer
from rich import box
from rich.table import Table

from cusum.cli.speaking import cannot_write, output
from cusum.language import Language

__all__ = ["Rows", "tell", "write_figures"]

Rows = list[tuple[str, str]]


def tell(title: str, above: Sequence[str], rows: Rows, below: Sequence[str]) -> None:
    """Write a title, sentences, a table of two columns and sentences.

    Parameters
    ----------
    title : str
        First line.
    above : sequence of str
        Sentences before the table.
    rows : list of (str, str)
        What, and how much.
    below : sequence of str
        Sentences after the table.
    """
    for line in (title, *above):
        typer.echo(line)
    table = Table(box=box.SIMPLE, show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for what, value in rows:
        table.add_row(what, value)
    output().print(table)
    for line in below:
        typer.echo(line)


def write_figures(
    figures: Sequence[Any], page: str, title: str, lines: Sequence[str], rows: Rows, language: Language
) -> None:
    """Write the page of figures, with the sentences and the table above them, and say where it is.

    Parameters
    ----------
    figures : sequence of Figure
        From the top.
    page : str
        File to write.
    title : str
        Title of the page.
    lines : sequence of str
        Sentences below it.
    rows : list of (str, str)
        What, and how much.
    language : Language
        The reader's.

    Raises
    ------
    CusumError
        If the file cannot be written.
    """
    from cusum.figures import write_page

    file = Path(page)
    lines = [line.strip() for line in lines]
    try:
        write_page(figures, file, title=title, language=language.code, paragraphs=lines, rows=rows)
    except OSError as error:
        raise cannot_write(file) from error
    typer.echo(language.text("Written: {path}", path=file), err=True)
