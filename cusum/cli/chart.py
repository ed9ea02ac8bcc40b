"""``cusum chart``: one trainee's cases, or those of all, under any chart of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.table import Table

from cusum.cli.options import (
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
    fraction,
    heading_map,
)
from cusum.cli.progress import progress
from cusum.cli.report import counted
from cusum.cli.speaking import cannot_write, output, speaking
from cusum.errors import InvalidData, InvalidParameter
from cusum.language import Language, msgid

if TYPE_CHECKING:
    import pandas as pd

    from cusum.charts import Chart
    from cusum.programme import Programme
    from cusum.registrations import Registrations

__all__ = ["chart_command"]

COLUMNS = (msgid("Trainee"), msgid("Procedure no."), msgid("Date"), msgid("Signal"))
MOST_SHOWN = 40


def chart_command(
    file: InputFile,
    chart: Annotated[
        str,
        typer.Option(help="Short name of a chart: 'standard', 'lc_cusum', 'vlad' ...; a wrong one lists all of them."),
    ] = "learning_then_monitoring",
    procedure: Annotated[
        str | None, typer.Option(show_default=False, help="Which procedure, where the file has several.")
    ] = None,
    trainee: Annotated[
        str | None, typer.Option(show_default=False, help="Which trainee; all of them if left out.")
    ] = None,
    acceptable: Annotated[
        float | None,
        typer.Option(parser=fraction, metavar="RATE", help="Acceptable failure rate; the programme's if left out."),
    ] = None,
    unacceptable: Annotated[
        float | None,
        typer.Option(parser=fraction, metavar="RATE", help="Unacceptable failure rate; the programme's if left out."),
    ] = None,
    limit: Annotated[
        float | None,
        typer.Option(show_default=False, help="Limit (of the learning phase); designed for the promise if left out."),
    ] = None,
    within: Annotated[
        int | None, typer.Option(min=1, help="Cases within which the promise holds; the programme's if left out.")
    ] = None,
    false_signal: Annotated[
        float | None,
        typer.Option(parser=fraction, metavar="RATE", help="Greatest probability of a false signal within them."),
    ] = None,
    odds_ratio: Annotated[
        float | None, typer.Option(show_default=False, help="Odds ratio that a risk-adjusted chart looks for.")
    ] = None,
    weight: Annotated[float, typer.Option(help="Weight of the newest case in the EWMA.")] = 0.1,
    risk: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", show_default=False, help="Column of expected failure probabilities, for risk adjustment."
        ),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Page to write; the path goes into a .csv beside it.")] = Path(
        "chart.html"
    ),
    programme: ProgrammeName = None,
    language: LanguageCode = "da",
    as_of: AsOf = None,
    sheet: Sheet = None,
    date_order: MonthOrDayFirst = None,
    heading: Headings = None,
    duplicates: Duplicates = "flag",
    encoding: Encoding = None,
    debug: Debug = False,
) -> None:
    """Chart one trainee's cases of a procedure, or those of every trainee, and list the signals.

    Written are a page with the figures and a CSV file with the path, one row a case.
    """
    with speaking(language, debug=debug) as reader:
        from cusum.cli.chart_making import Wish, make_chart
        from cusum.programme import load_programme
        from cusum.registrations import read_registrations

        plan = load_programme(programme)
        with progress(reader.text("Reading")):
            registrations = read_registrations(
                file,
                programme=plan,
                headings=heading_map(heading),
                sheet=sheet,
                date_order=date_order,
                as_of=None if as_of is None else as_of.date(),
                duplicates=duplicates,
                encoding=encoding,
            )
        typer.echo(counted(registrations, reader))
        wish = Wish(chart, acceptable, unacceptable, limit, within, false_signal, odds_ratio, weight)
        cases = _Cases.find(registrations, plan, procedure, trainee, risk)
        title = reader.text("Designing the limit")
        with progress(title) as step:
            told = step and (lambda done, total, what: step(done, total, title))
            made = make_chart(wish, plan, cases.key, cases.risks(), progress=told)
        _write(cases, made, plan, out, reader)


@dataclass(frozen=True)
class _Cases:
    """The cases to be charted: of one procedure, of one trainee or of all."""

    key: str
    table: pd.DataFrame
    risk: str | None

    @classmethod
    def find(
        cls,
        registrations: Registrations,
        plan: Programme,
        procedure: str | None,
        trainee: str | None,
        risk: str | None,
    ) -> _Cases:
        """Pick the cases that were asked for."""
        table = registrations.table
        charted = [key for key, item in plan.procedures.items() if item.charted]
        there = [key for key in charted if (table["procedure"] == key).any()]
        if not there:
            raise InvalidData("no registration is of a procedure that can be charted", expected=", ".join(charted))
        if procedure is None and len(there) > 1:
            raise InvalidParameter(
                "the file has {n} procedures",
                expected="--procedure with one of {names}",
                n=len(there),
                names=", ".join(there),
            )
        key = there[0] if procedure is None else plan.find(procedure)
        if key not in there:
            raise InvalidParameter(
                "--procedure is {value!r}", expected="one of {names}", value=procedure, names=", ".join(there)
            )
        rows = table[(table["procedure"] == key) & table["failure"].notna()]
        if trainee is not None:
            if trainee not in set(table["trainee"]):
                raise InvalidParameter("--trainee is not in the file", expected="a name as the file has it")
            rows = rows[rows["trainee"] == trainee]
        if rows.empty:
            raise InvalidData("there is no scored registration to chart", expected="at least one")
        return cls(str(key), rows.reset_index(drop=True), risk)

    def risks(self) -> pd.Series | None:
        """Expected failure probabilities of all cases, as the column has them."""
        import pandas as pd

        if self.risk is None:
            return None
        if self.risk not in self.table:
            raise InvalidParameter(
                "--risk is {value!r}",
                expected="a column of the file, under its canonical name or as the file has it",
                value=self.risk,
            )
        text = self.table[self.risk].astype("str").str.strip().str.replace(",", ".")
        numbers = pd.to_numeric(text, errors="coerce")
        wrong = self.table.loc[~((numbers > 0) & (numbers < 1)), "row"]
        if len(wrong):
            raise InvalidData(
                "{n} cases have no risk in column {column}, the first of them in row {row}",
                expected="a probability strictly between 0 and 1 for every case",
                n=len(wrong),
                column=self.risk,
                row=int(wrong.iloc[0]),
            )
        return numbers.astype("float64")


def _write(cases: _Cases, chart: Chart, plan: Programme, out: Path, language: Language) -> None:
    """Chart each trainee, write the page and the path, and list the signals."""
    import pandas as pd

    from cusum.figures import plot_path, write_page
    from cusum.figures.wording import capital

    procedure, name = language.procedure(plan, cases.key), chart.names[language.code]
    risks = cases.risks()
    figures, frames = [], []
    for trainee, rows in cases.table.groupby("trainee", sort=False):
        expected = None if risks is None else risks.loc[rows.index].to_numpy()
        path = chart.run(rows["failure"].to_numpy(dtype=bool), risk=expected)
        title = f"{language.text('Trainee {trainee}', trainee=trainee)} · {capital(procedure)} · {name}"
        figures.append(plot_path(path, title=title, language=language.code, height=240))
        known = {"trainee": trainee, "procedure": cases.key, "performed_on": rows["performed_on"].to_numpy()}
        frames.append(path.frame().assign(**known))
    table = pd.concat(frames, ignore_index=True)
    first = ["trainee", "procedure", "case", "performed_on"]
    table = table[[*first, *(name for name in table if name not in first)]]
    heading = f"{capital(procedure)}: {name}"
    _say(table, chart, heading, language)
    try:
        files = [write_page(figures, out, title=heading, language=language.code), _path_to_csv(table, out, language)]
    except OSError as error:
        raise cannot_write(out) from error
    for file in files:
        typer.echo(language.text("Written: {path}", path=file))


def _path_to_csv(table: pd.DataFrame, out: Path, language: Language) -> Path:
    """Write the path as the reader's spreadsheet reads it: semicolon and decimal comma in Danish."""
    from cusum.report.workbook import neutral

    separator, decimal = (";", ",") if language.code == "da" else (",", ".")
    safe = table.assign(trainee=table["trainee"].map(neutral), failure=table["failure"].astype(int))
    safe = safe.round(dict.fromkeys(safe.select_dtypes("float"), 6))
    safe["performed_on"] = safe["performed_on"].dt.strftime("%Y-%m-%d")
    file = out.with_suffix(".csv")
    safe.to_csv(file, index=False, sep=separator, decimal=decimal, encoding="utf-8-sig", lineterminator="\n")
    return file


def _say(table: pd.DataFrame, chart: Chart, heading: str, language: Language) -> None:
    """List the signals, and count those without."""
    typer.echo(heading)
    limits = [language.number(value, 3) for value in _limits(chart)]
    if limits:
        typer.echo(language.text("Limits: {limits}", limits=language.join(limits)))
    said = table[table["signal"] != ""]
    everyone = table["trainee"].nunique()
    if len(said):
        shown = Table(box=box.SIMPLE)
        for name in COLUMNS:
            shown.add_column(language.text(name), justify="right" if name == COLUMNS[1] else "left")
        for row in said.head(MOST_SHOWN).itertuples():
            signal = language.signal(str(row.signal))
            shown.add_row(_plain(row.trainee), language.number(row.case), language.date(row.performed_on), signal)
        output().print(shown)
    if len(said) > MOST_SHOWN:
        more = language.number(len(said) - MOST_SHOWN)
        typer.echo(language.text("{n} more signals are in the CSV file.", n=more))
    counts = {
        "procedures": language.plural("{n} procedure", "{n} procedures", len(table)),
        "trainees": language.plural("{n} trainee", "{n} trainees", everyone),
        "silent": language.number(everyone - said["trainee"].nunique()),
    }
    typer.echo(language.text("{procedures} by {trainees}, of whom {silent} without a signal.", **counts))


def _limits(chart: Chart) -> list[float]:
    """The limits of a chart, learning before monitoring, and a last look last."""
    from cusum.charts import BernoulliGlr, LastLookCusum, LearningThenMonitoring

    if isinstance(chart, BernoulliGlr):
        return [chart.limit]
    if isinstance(chart, LastLookCusum):
        return [chart.limit, chart.last_limit]
    parts = (chart.learning, chart.monitoring) if isinstance(chart, LearningThenMonitoring) else (chart,)
    return [float(value) for part in parts for value in (part.walk.lower, part.walk.upper) if value is not None]


def _plain(value: object) -> str:
    """The text with square brackets that rich does not read as mark-up."""
    from rich.markup import escape

    return escape(str(value))
