"""Long work: cut into chunks with seeds of their own, done here or elsewhere, and telling how far it has come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, as_completed
from contextlib import contextmanager
from typing import Protocol, TypeAlias, TypeVar

import numpy as np

from cusum.errors import InvalidParameter

__all__ = ["Progress", "Told", "in_chunks", "progress_reporter"]

_WIDTH = 30

Result = TypeVar("Result")


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
            What has just been finished.
        """


Told: TypeAlias = bool | Progress
"""What a long piece of work takes for its progress: a callback, or whether to draw a bar where somebody can see it."""


def in_chunks(
    run: Callable[[int, np.random.SeedSequence], Result],
    count: int,
    chunk: int,
    seed: int | None,
    executor: Executor | None = None,
    *,
    progress: bool | Progress = False,
    what: str = "",
) -> list[Result]:
    """Run something random in chunks, each with a seed of its own, here or elsewhere; the result is the same.

    Parameters
    ----------
    run : callable
        Takes a number of repetitions and a seed.
    count, chunk : int
        Number of repetitions, in all and in a chunk.
    seed : int
        Seed of the whole.
    executor : Executor, optional
        Where the chunks are run, such as a process pool or a Dask client's `get_executor()`; here, one after the other,
        if left out.
    progress : bool or Progress, default False
        A callback ``progress(done, total, what)``, called after each chunk; ``True`` draws a bar on the error stream if
        that is a terminal.
    what : str
        What is repeated, for the progress.

    Returns
    -------
    list
        What the chunks gave, in order.

    Raises
    ------
    InvalidParameter
        If no seed is given.

    Notes
    -----
    The seed of a chunk depends on `seed` and on its number alone, so that neither the executor nor its number of
    workers has a say. Where the work is interrupted, or a chunk or the callback fails, the chunks that have not begun
    are cancelled; the executor is left to its owner.

    Examples
    --------
    >>> in_chunks(lambda size, seed: np.random.default_rng(seed).integers(10, size=size).tolist(), 3, 2, seed=1)
    [[0, 6], [9]]
    """
    if seed is None or isinstance(seed, bool) or not isinstance(seed, (int, np.integer)):
        raise InvalidParameter(
            "seed is {seed!r}", expected="a whole number", remedy="A simulation needs a seed: seed=1.", seed=seed
        )
    sizes = [min(chunk, count - at) for at in range(0, count, chunk)]
    seeds = np.random.SeedSequence(int(seed)).spawn(len(sizes))
    done = 0
    with progress_reporter(progress, what) as tell:

        def tell_of(size: int) -> None:
            nonlocal done
            done += size
            tell(done, count, what)

        if executor is not None:
            return _elsewhere(run, sizes, seeds, executor, tell_of)
        results = []
        for size, own in zip(sizes, seeds, strict=True):
            results.append(run(size, own))
            tell_of(size)
        return results


def _elsewhere(
    run: Callable[[int, np.random.SeedSequence], Result],
    sizes: Sequence[int],
    seeds: Sequence[np.random.SeedSequence],
    executor: Executor,
    tell_of: Callable[[int], None],
) -> list[Result]:
    """Hand all chunks to an executor; where anything goes wrong, take back those that have not begun."""
    futures: list[Future[Result]] = []
    try:
        futures.extend(executor.submit(run, size, own) for size, own in zip(sizes, seeds, strict=True))
        size_of = dict(zip(futures, sizes, strict=True))
        for future in as_completed(futures):
            future.result()  # a failure ends the work here and now, not only when its turn comes
            tell_of(size_of[future])
    except BaseException:  # also KeyboardInterrupt: a person who interrupts does not want to wait for the rest
        for future in futures:
            future.cancel()
        raise
    return [future.result() for future in futures]


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
        said = "" if what == title else f" {what}"
        line = f"{title} {'━' * filled}{' ' * (_WIDTH - filled)} {done}/{total}{said}"[:100]
        sys.stderr.write("\r" + line.ljust(width))
        sys.stderr.flush()
        width = len(line)

    try:
        yield step
    finally:
        sys.stderr.write("\r" + " " * width + "\r")
        sys.stderr.flush()
