"""``cusum demo``: the report on the sample cohort."""

from __future__ import annotations

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

import cusum
from cusum.cli.options import Debug, LanguageCode, Out
from cusum.cli.progress import progress
from cusum.cli.report import write_pages
from cusum.cli.speaking import speaking
from cusum.language import Language

__all__ = ["demo_command", "sample_file"]

SEED = 1
COVARIATES = "asa,bmi,urgency"


def demo_command(
    out: Out = Path("reports"),
    language: LanguageCode = "da",
    open_browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the first page, where a browser is at hand.")
    ] = True,
    debug: Debug = False,
) -> None:
    """Write the report on the synthetic sample cohort, and open it where a browser is at hand."""
    with speaking(language, debug=debug) as reader:
        from cusum.programme import load_programme
        from cusum.registrations import read_registrations

        programme = load_programme()
        sample = sample_file()
        if sample is None:
            from cusum.registrations.simulate import simulate_registrations

            typer.echo(reader.text("There is no sample file here; a cohort is simulated with seed {seed}.", seed=SEED))
            registrations = read_registrations(simulate_registrations(programme, seed=SEED).table, programme=programme)
        else:
            typer.echo(reader.text("The sample cohort is synthetic: {path}", path=sample))
            with progress(reader.text("Reading")):
                registrations = read_registrations(sample, programme=programme)
        paths = write_pages(
            registrations,
            programme,
            out,
            reader,
            covariates=COVARIATES if sample is not None else None,
            assessments=None if sample is None else _assessments(sample),
        )
        if open_browser and at_a_terminal():
            _open(Path(paths.index), reader)


def sample_file() -> Path | None:
    """Find the sample cohort, which is in the folder of the source and not in the installed package.

    Returns
    -------
    Path or None
        The file, relative to the working folder where it is below it; None where there is none.
    """
    path = Path(cusum.__file__).resolve().parent.parent / "sample_data" / "danish_cohort.csv"
    if not path.is_file():
        return None
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _assessments(sample: Path) -> Path | None:
    """Find the sample register of assessments beside the sample cohort."""
    path = sample.with_name("danish_assessments.csv")
    return path if path.is_file() else None


def at_a_terminal() -> bool:
    """Tell whether a person is likely to be looking.

    Returns
    -------
    bool
        True where the standard output is a terminal.
    """
    return sys.stdout.isatty()


def _open(page: Path, language: Language) -> None:
    """Open a page in a browser; without one, nothing is lost."""
    try:
        webbrowser.get()
    except webbrowser.Error:
        typer.echo(language.text("There is no browser to open it with here."), err=True)
        return
    webbrowser.open(page.resolve().as_uri())
