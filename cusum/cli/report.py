"""``cusum report``: from a file of registrations to pages, the main job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cusum.cli.adjusting import chosen_risk
from cusum.cli.options import (
    AsOf,
    Assessments,
    Covariates,
    Debug,
    Duplicates,
    Encoding,
    Headings,
    InputFile,
    KeyFile,
    LanguageCode,
    MonthOrDayFirst,
    NoModels,
    Out,
    ProgrammeName,
    RiskSource,
    Sheet,
    heading_map,
)
from cusum.cli.progress import progress
from cusum.cli.speaking import speaking
from cusum.language import Language

if TYPE_CHECKING:
    from cusum.cohort import Cohort
    from cusum.registrations import Registrations
    from cusum.report import ReportPaths

__all__ = ["report_command", "write_pages"]


def report_command(
    file: InputFile,
    programme: ProgrammeName = None,
    out: Out = Path("reports"),
    language: LanguageCode = "da",
    pseudonymise: Annotated[bool, typer.Option("--pseudonymise", help="Trainees under pseudonyms.")] = False,
    as_of: AsOf = None,
    chart: Annotated[
        str | None,
        typer.Option(help="A chart by name, such as 'standard'; by default learning, then monitoring."),
    ] = None,
    risk: RiskSource = None,
    covariates: Covariates = None,
    assessments: Assessments = None,
    no_models: NoModels = False,
    key: KeyFile = None,
    sheet: Sheet = None,
    date_order: MonthOrDayFirst = None,
    heading: Headings = None,
    duplicates: Duplicates = "flag",
    encoding: Encoding = None,
    debug: Debug = False,
) -> None:
    """Read a file of registrations, chart them, and write the pages, the workbook and the tables.

    Rows that cannot be charted are left out, counted here and listed on the page on data quality.
    """
    with speaking(language, debug=debug) as reader:
        from cusum.programme import load_programme
        from cusum.registrations import read_registrations

        day = None if as_of is None else as_of.date()
        plan = load_programme(programme)
        with progress(reader.text("Reading")):
            registrations = read_registrations(
                file,
                programme=plan,
                headings=heading_map(heading),
                sheet=sheet,
                date_order=date_order,
                as_of=day,
                duplicates=duplicates,
                encoding=encoding,
            )
        write_pages(
            registrations,
            plan,
            out,
            reader,
            chart=chart,
            as_of=day,
            pseudonymise=pseudonymise,
            risk=risk,
            covariates=covariates,
            assessments=assessments,
            models=not no_models,
            key=key,
        )


def write_pages(
    registrations: Registrations,
    programme: Any,
    out: Path,
    language: Language,
    *,
    chart: str | None = None,
    as_of: date | None = None,
    pseudonymise: bool = False,
    risk: Sequence[str] | None = None,
    covariates: str | None = None,
    assessments: Path | None = None,
    models: bool = True,
    key: Path | None = None,
) -> ReportPaths:
    """Chart registrations, write the report and say where it is.

    Parameters
    ----------
    registrations : Registrations
        What was read.
    programme : Programme
        The programme in force.
    out : Path
        Folder to write in.
    language : Language
        The reader's language.
    chart : str, optional
        Name of a chart.
    as_of : datetime.date, optional
        The day that the pages speak of.
    pseudonymise : bool, default False
        Whether to replace the trainees' names.
    risk : sequence of str, optional
        Model files or a column, for what to expect of each case.
    covariates : str, optional
        Covariates of risk models to be fitted on the registrations.
    assessments : Path, optional
        Register of assessments.
    models : bool, default True
        Whether learning curves are fitted.
    key : Path, optional
        File to write the pseudonyms to, with whom they stand for.

    Returns
    -------
    ReportPaths
        Where everything is.
    """
    from cusum.cohort import analyse
    from cusum.report import write_report

    typer.echo(counted(registrations, language))
    with progress(language.text("Charting")) as step:
        expected = chosen_risk(
            registrations, programme, language, risk=risk, covariates=covariates, as_of=as_of, step=step or None
        )
        cohort = analyse(
            registrations,
            programme,
            chart=chart,
            as_of=as_of,
            risk=expected,
            assessments=_register(assessments, programme, language),
        )
        if unknown := _unknown(cohort, language):
            typer.echo(unknown)
        paths = write_report(
            cohort,
            out,
            language=language.code,
            pseudonymise=pseudonymise,
            progress=step,
            models=models,
            key_file=key,
        )
    typer.echo(language.text("The report begins at {path}", path=paths.index))
    typer.echo(language.text("Every table is in {path}", path=paths.workbook))
    if key is not None:
        typer.echo(
            language.text(
                "Who is who stands in {path}. That file is personal data: keep it apart from the report, and delete it "
                "when it is no longer needed.",
                path=key,
            )
        )
    return paths


def _register(file: Path | None, programme: Any, language: Language) -> Any:
    """Read the register of assessments, and say what was not used."""
    if file is None:
        return None
    from cusum.registrations.assessments import read_assessments

    register = read_assessments(file, programme)
    numbers = {name: language.number(register.counts[name]) for name in ("read", "used", "rejected")}
    typer.echo(language.text("Assessments: read {read} rows = used {used} + rejected {rejected}.", **numbers))
    return register


def _unknown(cohort: Cohort, language: Language) -> str:
    """Say how many assessments are of people without registrations, if any are."""
    from cusum.cohort.competences import unknown_trainees

    strangers = unknown_trainees(cohort)
    if strangers.empty:
        return ""
    return language.plural(
        "Assessments of {n} person who has no registrations: {rows}. See the page on data quality.",
        "Assessments of {n} people who have no registrations: {rows}. See the page on data quality.",
        len(strangers),
        rows=language.number(int(strangers["assessments"].sum())),
    )


def counted(registrations: Registrations, language: Language) -> str:
    """Account for every row that was read.

    Parameters
    ----------
    registrations : Registrations
        What was read.
    language : Language
        The reader's language.

    Returns
    -------
    str
        One sentence: read = used + rejected.
    """
    counts = {name: language.number(registrations.counts[name]) for name in ("read", "used", "rejected")}
    return language.text("Read {read} rows = used {used} + rejected {rejected}.", **counts)
