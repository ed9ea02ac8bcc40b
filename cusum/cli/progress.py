"""A bar on the error stream while something takes its time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from cusum.report import Progress as Step

__all__ = ["progress"]


@contextmanager
def progress(what: str) -> Iterator[Step | Literal[False]]:
    """Show a bar while the work within runs, where the error stream is a terminal; leave nothing behind.

    Parameters
    ----------
    what : str
        What is being done, until the work says more.

    Yields
    ------
    callable or False
        To be told (done, total, what) as the work goes on; False where nobody is looking.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield False
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(what, total=None)

        def step(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield step
