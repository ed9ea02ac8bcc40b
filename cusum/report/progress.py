"""How a long piece of work tells how far it has come."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

__all__ = ["Progress", "progress_reporter"]

_WIDTH = 30


class Progress(Protocol):
    """Anything that can be told how far the work has come."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Take note of the progress.

        Parameters
        ----------
        done : int
            Steps finished, 0 to `total`.
        total : int
            Steps in all.
        what : str
            The step that has just been finished, in the report's language.
        """


def _silent(done: int, total: int, what: str) -> None:
    """Say nothing."""


@contextmanager
def progress_reporter(progress: bool | Progress, title: str) -> Iterator[Progress]:
    """Give the callback to call while the work runs.

    Parameters
    ----------
    progress : bool or Progress
        A callback is used as it is. ``True`` draws a bar on the error stream when that is a terminal, and is silent
        otherwise; ``False`` is always silent.
    title : str
        What stands before the bar.

    Yields
    ------
    Progress
        The callback.

    Examples
    --------
    >>> with progress_reporter(False, "Writing") as step:
    ...     step(1, 2, "index.html")
    """
    if callable(progress):
        yield progress
    elif progress and sys.stderr.isatty():
        with _bar(title) as step:
            yield step
    else:
        yield _silent


@contextmanager
def _bar(title: str) -> Iterator[Progress]:
    """Draw one line on the error stream again and again, and wipe it out at the end."""
    width = 0

    def step(done: int, total: int, what: str) -> None:
        nonlocal width
        filled = _WIDTH * done // max(total, 1)
        line = f"{title} {'━' * filled}{' ' * (_WIDTH - filled)} {done}/{total} {what}"[:100]
        sys.stderr.write("\r" + line.ljust(width))
        sys.stderr.flush()
        width = len(line)

    try:
        yield step
    finally:
        sys.stderr.write("\r" + " " * width + "\r")
        sys.stderr.flush()
