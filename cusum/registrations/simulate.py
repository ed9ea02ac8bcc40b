"""Make a cohort with known truth, to try the charts on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from cusum.errors import InvalidParameter
from cusum.programme import Programme, load_programme
from cusum.registrations.simulated_assessments import simulate_assessments, write_assessments
from cusum.registrations.simulated_cases import describe_cases, draw_cases, draw_experience, spread_dates
from cusum.registrations.simulated_files import write_csv, write_excel
from cusum.registrations.simulated_truth import draw_curves, draw_departments, draw_trainees

__all__ = ["START", "SimulatedCohort", "simulate_registrations"]

START = date(2024, 9, 1)
_TRUTH = (
    "trainee procedure department region group cases failures first_rate final_rate time_constant deteriorates_after "
    "deteriorated_rate department_odds_ratio rate_at_last_case lowest_rate adequate_from_case adequate_at_last_case "
    "always_inadequate"
)
_TABLE = (
    "registration_id trainee department region post_start performed_on sequence procedure failure attempts handed_over "
    "supervision urgency asa age bmi technique complication"
)


@dataclass(frozen=True, kw_only=True)
class SimulatedCohort:
    """A synthetic cohort: the registrations as a department would hold them, and the truth behind them.

    Parameters
    ----------
    table : DataFrame
        One row a registration with the canonical columns, by trainee and date. Experience-only registrations have no
        outcome.
    truth : DataFrame
        One row a trainee and charted procedure; see Notes.
    rates : DataFrame
        One row a charted case: trainee, procedure, case, rate (true failure rate averaged over the case mix, with the
        department's share), probability (of that very case), registration_id.
    programme : Programme
        The programme that the cohort follows.
    seed : int
        The seed that makes it again.

    Notes
    -----
    Columns of `truth`: ``first_rate``, ``final_rate`` and ``time_constant`` (cases) give the trainee's learning curve
    final + (first - final) exp(-(n - 1) / time_constant), averaged over the case mix, in a department whose odds ratio
    is 1. ``deteriorates_after`` is the last case before the rate jumps to ``deteriorated_rate`` (empty for most).
    ``rate_at_last_case``, ``lowest_rate`` and ``adequate_from_case`` (first case with a rate at or below the acceptable
    one; empty if none was) hold the department's odds ratio too, as the charts see it. ``adequate_at_last_case``: the
    rate at the last case is at or below the acceptable one. ``always_inadequate``: the rate of every case was at or
    above the unacceptable one, which is the trainee whom a promise on false competence is about.

    Examples
    --------
    >>> cohort = simulate_registrations(trainees=3, seed=1)
    >>> cohort.table["trainee"].nunique(), len(cohort.truth)
    (3, 18)
    """

    table: pd.DataFrame
    truth: pd.DataFrame
    rates: pd.DataFrame
    programme: Programme = field(repr=False)
    seed: int

    def to_csv(self, path: str | Path, *, style: str = "danish") -> Path:
        """Write the registrations to a CSV file.

        Parameters
        ----------
        path : str or Path
            File to write.
        style : {"danish", "plain"}, default "danish"
            ``"danish"``: as Danish Excel saves it (semicolon, decimal comma, UTF-8 with byte-order mark, dd-mm-yyyy,
            Danish headings and words). ``"plain"``: comma, decimal point, ISO dates, canonical column names.

        Returns
        -------
        Path
            The file written; the same cohort gives the same bytes.

        Raises
        ------
        InvalidParameter
            For another style.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     written = simulate_registrations(trainees=2, seed=1).to_csv(f"{folder}/cohort.csv")
        ...     print(written.read_text(encoding="utf-8-sig")[:40])
        Løbenr.;Uddannelsessøgende;Afdeling;Regi
        """
        return write_csv(self.table, Path(path), self.programme, style=style)

    def to_excel(self, path: str | Path) -> Path:
        """Write the registrations to an Excel workbook with Danish headings.

        Parameters
        ----------
        path : str or Path
            File to write (.xlsx).

        Returns
        -------
        Path
            The file written; the same cohort gives the same bytes.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     simulate_registrations(trainees=1, seed=1).to_excel(f"{folder}/cohort.xlsx").name
        'cohort.xlsx'
        """
        return write_excel(self.table, Path(path), self.programme)

    def truth_to_csv(self, path: str | Path) -> Path:
        """Write the truth to a plain CSV file (comma, decimal point, UTF-8).

        Parameters
        ----------
        path : str or Path
            File to write.

        Returns
        -------
        Path
            The file written.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     simulate_registrations(trainees=1, seed=1).truth_to_csv(f"{folder}/truth.csv").name
        'truth.csv'
        """
        text = self.truth.to_csv(index=False, lineterminator="\n")
        Path(path).write_bytes(text.encode("utf-8"))
        return Path(path)

    def assessments(self) -> pd.DataFrame:
        """Make a synthetic register of the trainees' assessments: competence cards, Mini-CEX and the rest.

        Returns
        -------
        DataFrame
            See :func:`cusum.registrations.simulated_assessments.simulate_assessments`; it depends on the seed alone.

        Examples
        --------
        >>> simulate_registrations(trainees=1, seed=1).assessments().columns.tolist()[:3]
        ['trainee', 'document', 'assessed_on']
        """
        return simulate_assessments(self.table, self.programme, seed=self.seed)

    def assessments_to_csv(self, path: str | Path) -> Path:
        """Write the synthetic register of assessments as Danish Excel saves it.

        Parameters
        ----------
        path : str or Path
            File to write.

        Returns
        -------
        Path
            The file written; the same cohort gives the same bytes.

        Examples
        --------
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     written = simulate_registrations(trainees=1, seed=1).assessments_to_csv(f"{folder}/register.csv")
        ...     print(written.read_text(encoding="utf-8-sig").splitlines()[0])
        Uddannelsessøgende;Dokument;Dato;Godkendt;Kompetence
        """
        return write_assessments(self.assessments(), Path(path), self.programme)

    def __repr__(self) -> str:
        """One line: how large, and from which seed."""
        return (
            f"SimulatedCohort({self.table['trainee'].nunique()} trainees, {len(self.table)} registrations, "
            f"synthetic, seed={self.seed})"
        )

    def _repr_html_(self) -> str:
        """The first registrations, labelled synthetic, for notebooks."""
        return f"<p>{self!r}</p>{self.table.head().to_html(border=0)}"


def simulate_registrations(
    programme: Programme | str | Path | None = None, *, trainees: int = 92, seed: int, start: date = START
) -> SimulatedCohort:
    """Make a synthetic cohort of trainees whose true failure rates are known.

    Parameters
    ----------
    programme : Programme, str or Path, optional
        Programme, or its name or file; the Danish introductory year by default.
    trainees : int, default 92
        Number of trainees, 1 to 10,000; about one department for every three, at most 30.
    seed : int
        Seed, 0 or more; the answer depends on it alone.
    start : date, default 2024-09-01
        First day of the posts, the same for all.

    Returns
    -------
    SimulatedCohort
        Registrations over the length of the programme, and the truth.

    Raises
    ------
    InvalidParameter
        Where the number of trainees or the seed makes no sense.

    Notes
    -----
    Nothing in the cohort is real: names of departments are invented, volumes scatter around the programme's expected
    numbers, and learning curves, odds ratios of case difficulty (``CASE_ODDS`` in
    ``cusum.registrations.simulated_cases``) and the deviations of departments are chosen, not estimated. One trainee in
    sixteen struggles with most procedures; besides, single procedures are learned slowly, late, not to the end, not at
    all, or are lost again. One department in ten is truly worse (odds ratio 1.7 to 2.5), one is better. A probability
    is formed on the logit scale from the learning curve, the department and the case.

    Examples
    --------
    >>> cohort = simulate_registrations(trainees=4, seed=2018)
    >>> cohort.truth["procedure"].unique().tolist()
    ['spinal', 'epidural', 'cvc', 'arterial_line', 'block', 'intubation']
    """
    _check_whole("trainees", trainees, 1, 10_000)
    _check_whole("seed", seed, 0, 2**64)
    in_force = load_programme(programme)
    streams = [np.random.default_rng(sequence) for sequence in np.random.SeedSequence(int(seed)).spawn(7)]
    places = draw_departments(streams[0], trainees)
    people = draw_trainees(streams[1], places, trainees, start)
    curves = draw_curves(streams[2], people, in_force)
    cases = draw_cases(streams[3], curves)
    charted = _charted(cases, curves, people)
    counted = draw_experience(streams[4], people, in_force)
    rows = pd.concat([charted, counted], ignore_index=True)
    rows["performed_on"] = spread_dates(
        streams[5],
        rows["who"].to_numpy(dtype=np.int64),
        trainees=trainees,
        start=np.datetime64(start, "D"),
        days=round(in_force.months * 365 / 12),
    )
    table = _as_table(_in_order(rows), people, in_force, streams[6])
    rates = table.loc[
        table["failure"].notna(), ["trainee", "procedure", "case", "rate", "probability", "registration_id"]
    ]
    rates = rates.astype({"case": "int64", "rate": "float64", "probability": "float64"}).reset_index(drop=True)
    return SimulatedCohort(
        table=table[_TABLE.split()],
        truth=_truth(curves, cases),
        rates=rates,
        programme=in_force,
        seed=int(seed),
    )


def _check_whole(name: str, value: object, low: int, high: int) -> None:
    """Refuse a count that is none."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or not low <= value <= high:
        raise InvalidParameter(
            "{name} is {value!r}",
            expected="a whole number from {low} to {high}",
            name=name,
            value=value,
            low=low,
            high=high,
        )


def _charted(cases: pd.DataFrame, curves: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Charted cases with their trainee and procedure."""
    kinds = len(curves) // len(people)
    drawn = curves["procedure"].to_numpy()[cases["curve"]]
    return cases.assign(who=cases["curve"] // kinds, procedure=drawn)


def _in_order(rows: pd.DataFrame) -> pd.DataFrame:
    """Give each trainee's cases of a procedure their dates in the order done, and sort as a logbook is kept."""
    by_date = rows.sort_values(["who", "procedure", "performed_on"], kind="stable")
    by_case = rows.sort_values(["who", "procedure", "case"], kind="stable")
    dates = pd.Series(by_date["performed_on"].to_numpy(), index=by_case.index)
    dated = rows.assign(performed_on=dates)
    ordered = dated.sort_values(["who", "performed_on", "procedure", "case"], kind="stable", ignore_index=True)
    place = ordered.groupby(["who", "performed_on", "procedure"], sort=False).cumcount() + 1
    return ordered.assign(sequence=place)


def _as_table(rows: pd.DataFrame, people: pd.DataFrame, programme: Programme, rng: np.random.Generator) -> pd.DataFrame:
    """Turn the drawn rows into canonical columns and add what is written beside the outcomes."""
    scored = rows["failure"].notna()
    attempts = {key: item.attempts_allowed or np.inf for key, item in programme.procedures.items()}
    allowed = np.asarray(rows["procedure"].map(attempts).fillna(np.inf), dtype=np.float64)
    start = people["post_start"].iloc[0]
    share = np.asarray((rows["performed_on"] - start).dt.days, dtype=np.float64) / 365
    beside = describe_cases(rng, rows.assign(failure=rows["failure"].eq(True)), allowed, share)
    person = people.iloc[rows["who"]].reset_index(drop=True)
    unnumbered = rng.random(len(people)) < 0.05  # these trainees do not note the order within a day
    return pd.concat([rows, person[["trainee", "department", "region", "post_start"]]], axis=1).assign(
        registration_id=[f"R{number:06d}" for number in range(1, len(rows) + 1)],
        performed_on=rows["performed_on"].astype("datetime64[us]"),
        sequence=rows["sequence"].astype("Int64").mask(unnumbered[rows["who"]]),
        failure=rows["failure"].astype("boolean"),
        attempts=beside["attempts"].astype("Int64").where(scored),
        handed_over=beside["handed_over"].astype("boolean").where(scored),
        supervision=beside["supervision"].astype("str"),
        urgency=np.where(rows["emergency"], "emergency", "elective"),
        asa=rows["asa"].astype("Int64"),
        technique=beside["technique"].astype("str"),
        complication=beside["complication"].where(scored, "").astype("str"),
    )


def _truth(curves: pd.DataFrame, cases: pd.DataFrame) -> pd.DataFrame:
    """The truth about each trainee and procedure, with the department's share in the rates."""
    acceptable = curves["acceptable"].to_numpy()[cases["curve"]]
    by_curve = cases.assign(adequate=cases["case"].where(cases["rate"] <= acceptable)).groupby("curve")
    rates = by_curve["rate"].agg(["last", "min"]).reindex(range(len(curves)))
    first_adequate = by_curve["adequate"].min().reindex(range(len(curves)))
    return curves.assign(
        failures=by_curve["failure"].sum().reindex(range(len(curves)), fill_value=0).astype("int64"),
        deteriorates_after=curves["deteriorates_after"].astype("Int64"),
        rate_at_last_case=rates["last"].round(6),
        lowest_rate=rates["min"].round(6),
        adequate_from_case=first_adequate.astype("Int64"),
        adequate_at_last_case=rates["last"] <= curves["acceptable"],
        always_inadequate=rates["min"] >= curves["unacceptable"],
    )[_TRUTH.split()]
