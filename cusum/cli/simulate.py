"""``cusum simulate``: a synthetic cohort whose truth is known."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cusum.cli.options import Debug, LanguageCode, ProgrammeName
from cusum.cli.speaking import cannot_write, speaking

__all__ = ["simulate_command"]


def simulate_command(
    out: Annotated[Path, typer.Option("--out", show_default=False, help="File to write: .csv or .xlsx.")],
    seed: Annotated[int, typer.Option(min=0, show_default=False, help="The same seed gives the same cohort.")],
    trainees: Annotated[int, typer.Option(min=1, help="Number of trainees.")] = 92,
    assessments: Annotated[
        bool, typer.Option("--assessments", help="Write a register of assessments too, to a name in _assessments.csv.")
    ] = False,
    programme: ProgrammeName = None,
    language: LanguageCode = "da",
    debug: Debug = False,
) -> None:
    """Write a synthetic cohort as Danish Excel would (.csv or .xlsx), and its truth beside it.

    The truth is in a second file whose name ends in _truth.csv: how good each trainee truly was at each procedure.
    With --assessments a third, ending in _assessments.csv, holds invented competence cards, Mini-CEX and the like.
    """
    with speaking(language, debug=debug) as reader:
        from cusum.registrations.simulate import simulate_registrations

        cohort = simulate_registrations(programme, trainees=trainees, seed=seed)
        truth, register = (out.with_name(f"{out.stem}_{what}.csv") for what in ("truth", "assessments"))
        try:
            written = cohort.to_excel(out) if out.suffix.lower() == ".xlsx" else cohort.to_csv(out)
            files = [written, cohort.truth_to_csv(truth)]
            if assessments:
                files.append(cohort.assessments_to_csv(register))
        except OSError as error:
            raise cannot_write(out) from error
        for file in files:
            typer.echo(reader.text("Written: {path}", path=file))
