"""The door: read a file of registrations, keep what can be charted, and keep what cannot with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from html import escape
from pathlib import Path

import pandas as pd

from cusum.errors import InvalidData, InvalidParameter
from cusum.programme import Programme, load_programme
from cusum.registrations.build import build
from cusum.registrations.dates import DATE_ORDERS, to_date
from cusum.registrations.flags import tied_groups
from cusum.registrations.gather import choose_sheets, gather, keep_row_numbers, tell_hidden
from cusum.registrations.headings import Vocabulary, read_headings
from cusum.registrations.layout import score_row
from cusum.registrations.privacy import refuse_civil_numbers
from cusum.registrations.provenance import Provenance, fingerprint
from cusum.registrations.schema import check_table
from cusum.registrations.sorting import part
from cusum.registrations.sources.catalogue import open_source
from cusum.registrations.sources.frame import read_frame
from cusum.registrations.sources.sheet import Contents

__all__ = ["Registrations", "read_registrations"]

_LISTED = 20


@dataclass(frozen=True, repr=False)
class Registrations:
    """Registrations that passed the door, and everything that was rejected, flagged or decided on the way.

    Parameters
    ----------
    table : DataFrame
        One row a registration, sorted by trainee, procedure, day, order within the day and row: ``trainee``,
        ``procedure`` (key of the programme), ``performed_on``, ``failure`` (missing only where nothing is charted),
        ``department``, ``region``, ``sequence``, ``row`` (as in the file), ``sheet``, ``registration_id``; then what
        else the file holds.
    rejected : DataFrame
        One row for each registration that was not used: ``row``, ``sheet``, ``column``, ``reason``, ``found``,
        ``suggestion``, ``message``, ``trainee``, ``procedure``, and ``also`` (further reasons).
    flagged : DataFrame
        One row for each oddity among those used: ``row``, ``sheet``, ``column``, ``flag``, ``found``, ``message``,
        ``trainee``, ``procedure``, ``value``.
    decisions : DataFrame
        What was decided about the file: ``topic``, ``subject``, ``decision``, ``detail``.
    counts : mapping of str to int
        ``read`` = ``used`` + ``rejected``; ``flagged``; rows skipped (``skipped_blank``, ``skipped_title``,
        ``skipped_total``); ``ties`` and ``tied_groups``.
    provenance : Provenance
        Version, file, fingerprint and parameters.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"Læge": ["T1"], "Procedure": ["CVK"], "Dato": ["2025-03-02"], "Lykkedes": ["ja"]})
    >>> read_registrations(frame)
    Registrations(1 read = 1 used + 0 rejected, 1 trainee, 2025-03-02 to 2025-03-02)
    """

    table: pd.DataFrame
    rejected: pd.DataFrame
    flagged: pd.DataFrame
    decisions: pd.DataFrame
    counts: Mapping[str, int] = field(default_factory=dict)
    provenance: Provenance = field(default_factory=lambda: Provenance("", "", ""))

    def summary(self) -> pd.DataFrame:
        """Say what came in, what was used and what was not.

        Returns
        -------
        DataFrame
            Columns ``topic`` and ``value`` (text), one row a number.
        """
        table = self.table
        lines: list[tuple[str, object]] = [
            ("source", self.provenance.source),
            ("fingerprint", self.provenance.fingerprint[:12]),
            *self.counts.items(),
            ("trainees", table["trainee"].nunique()),
            ("departments", table.loc[table["department"] != "", "department"].nunique()),
            ("first_day", "" if table.empty else f"{table['performed_on'].min():%Y-%m-%d}"),
            ("last_day", "" if table.empty else f"{table['performed_on'].max():%Y-%m-%d}"),
        ]
        lines += [(f"procedure: {key}", n) for key, n in table["procedure"].value_counts(sort=False).items()]
        lines += [(f"rejected: {code}", n) for code, n in self.rejected["reason"].value_counts().sort_index().items()]
        lines += [(f"flagged: {code}", n) for code, n in self.flagged["flag"].value_counts().sort_index().items()]
        return pd.DataFrame({"topic": [topic for topic, _ in lines], "value": [str(value) for _, value in lines]})

    def __repr__(self) -> str:
        """Say it in one line."""
        counts, days = self.counts, self.table["performed_on"]
        trainees = self.table["trainee"].nunique()
        span = "" if self.table.empty else f", {days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}"
        return (
            f"Registrations({counts['read']} read = {counts['used']} used + {counts['rejected']} rejected, "
            f"{trainees} trainee{'' if trainees == 1 else 's'}{span})"
        )

    def _repr_html_(self) -> str:
        """Show the summary in a notebook, with every text escaped."""
        rows = "".join(
            f"<tr><th>{escape(topic)}</th><td>{escape(value)}</td></tr>"
            for topic, value in self.summary().itertuples(index=False)
        )
        return f"<table><caption>{escape(repr(self))}</caption>{rows}</table>"


def read_registrations(
    source: str | Path | pd.DataFrame,
    *,
    programme: Programme | str | Path | None = None,
    headings: Mapping[str, object] | str | Path | None = None,
    sheet: str | int | Sequence[str | int] | None = None,
    strict: bool = False,
    date_order: str | None = None,
    as_of: date | datetime | str | None = None,
    duplicates: str = "flag",
    encoding: str | None = None,
) -> Registrations:
    """Read a file of registrations, as Danish offices produce them, into one checked table.

    Parameters
    ----------
    source : str, Path or DataFrame
        A .csv, .txt, .tsv, .xlsx, .xlsm or .parquet file, or a table.
    programme : Programme, str, Path or None
        The programme in force; None for the Danish introductory year.
    headings : mapping, path or None
        What headings mean where they are not recognised: heading -> ``"trainee"``, ``"procedure"``,
        ``"performed_on"``, ``"success"``, ``"failure"``, ..., ``"ignore"``; or the path of a TOML file with the tables
        ``headings``, ``values.procedure`` and ``values.outcome``.
    sheet : str, int, sequence or None
        Name or position of the sheet or sheets to read; None for all that are not hidden in the workbook.
    strict : bool, default False
        Whether any rejected registration makes the reading fail.
    date_order : {"day first", "month first", "year first"} or None
        Order of day and month in dates of numbers; None to tell it from all values of the column.
    as_of : date or str, optional
        Day up to which registrations count; later ones are rejected. None means today.
    duplicates : {"flag", "reject"}, default "flag"
        What happens to a row that is the same as an earlier one in every column (between sheets: in every column that
        was recognised) and has no number of its own.
    encoding : str or None
        Encoding of delimited text; None to find it.

    Returns
    -------
    Registrations
        The table, and everything rejected, flagged or decided.

    Raises
    ------
    UnreadableFile
        Where the file is missing, empty, damaged or not what its name says, or lacks a column for trainee, procedure
        or date.
    PrivacyError
        Where anything has the form of a Danish civil registration number; the value is never shown.
    InvalidData
        Where the order of day and month, or the meaning of yes and no, cannot be told; or, with `strict`, where
        anything is rejected.
    InvalidParameter
        Where a parameter makes no sense.

    Notes
    -----
    Rows are numbered as in the file, headings and blank rows included. A table counts as if it were saved as a file:
    its first row of values is row 2, unless it was read before and still has the columns ``row`` and ``sheet``.
    Nothing is dropped in silence: read = used + rejected, and blank rows, titles and totals are counted.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"Læge": ["T1", "T1"], "Procedure": ["Spinal", "Spinol"], "Dato": ["13-02-2025"] * 2, "Fejl": ["nej", "ja"]}
    ... )
    >>> read = read_registrations(frame)
    >>> read.table[["procedure", "failure"]].values.tolist()
    [['spinal', False]]
    >>> read.rejected["message"].item()
    "The procedure 'Spinol' is not in the programme; the nearest known are: spinalanæstesi."
    """
    _check_choices(date_order=(date_order, DATE_ORDERS), duplicates=(duplicates, ("flag", "reject")))
    programme = programme if isinstance(programme, Programme) else load_programme(*([programme] if programme else []))
    day = to_date(as_of, "as_of")
    vocabulary = read_headings(headings, [*programme.procedures, *programme.experience])
    contents, name, print_ = _open(source, vocabulary, programme, encoding)
    refuse_civil_numbers(contents, name)
    sheets = choose_sheets(contents.sheets, sheet)
    chosen = Contents(sheets, [*contents.decisions, *tell_hidden(contents.sheets, sheets)])
    raw = gather(chosen, vocabulary, programme, name)
    if isinstance(source, pd.DataFrame):
        raw = keep_row_numbers(raw)
    built = build(raw, programme, vocabulary, date_order=date_order, latest=day or date.today())
    table, rejected, flagged = part(raw, built, programme, duplicates=duplicates)
    check_table(table, programme)
    if strict and len(rejected):
        _refuse_rejected(rejected, len(raw.rows), name)
    groups = tied_groups(table)
    counts = {
        "read": len(raw.rows),
        "used": len(table),
        "rejected": len(rejected),
        "flagged": len(flagged),
        **{f"skipped_{kind}": raw.skipped.get(kind, 0) for kind in ("blank", "title", "total", "unmarked")},
        "ties": int(groups["number"].sum()),
        "tied_groups": len(groups),
    }
    asked: dict[str, object] = {
        "programme": programme.key,
        "sheet": sheet,
        "date_order": date_order,
        "duplicates": duplicates,
    }
    asked |= {"encoding": encoding, "headings": dict(vocabulary.headings) or None, "strict": strict or None}
    provenance = Provenance(_version(), name, print_, {k: str(v) for k, v in asked.items() if v is not None}, None, day)
    columns = ["topic", "subject", "decision", "detail"]
    decisions = [(one.topic, one.subject, one.decision, one.detail) for one in (*raw.decisions, *built.decisions)]
    told = pd.DataFrame(decisions, columns=columns, dtype="str")
    return Registrations(table, rejected, flagged, told, counts, provenance)


def _check_choices(**choices: tuple[str | None, Sequence[str]]) -> None:
    """Refuse a parameter that is not one of its words."""
    for name, (value, words) in choices.items():
        if value is not None and value not in words:
            raise InvalidParameter(
                "{name} is {value!r}", expected="one of {words}", name=name, value=value, words=", ".join(words)
            )


def _open(
    source: str | Path | pd.DataFrame, vocabulary: Vocabulary, programme: Programme, encoding: str | None
) -> tuple[Contents, str, str]:
    """Open a file or a table: sheets, name and fingerprint."""
    if isinstance(source, pd.DataFrame):
        contents = read_frame(source)
        return contents, "table", fingerprint(repr(contents.sheets[0].rows).encode())
    contents, content = open_source(source, encoding=encoding, score=lambda row: score_row(row, vocabulary, programme))
    return contents, Path(source).name, fingerprint(content)


def _refuse_rejected(rejected: pd.DataFrame, read: int, name: str) -> None:
    """Refuse the file for what was rejected, all at once."""
    shown = [
        (f"sheet {sheet}, " if sheet else "") + f"row {row}: {message}"
        for row, sheet, message in rejected[["row", "sheet", "message"]].head(_LISTED).itertuples(index=False)
    ]
    more = len(rejected) - len(shown)
    raise InvalidData(
        "{count} of {read} registrations in {name} cannot be used (the first {listed} follow)"
        if more > 0
        else "{count} of {read} registrations in {name} cannot be used",
        remedy="{listing}",
        count=len(rejected),
        read=read,
        name=name,
        listed=_LISTED,
        listing="\n".join(shown),
    )


def _version() -> str:
    """Tell the version of the package."""
    from cusum import __version__

    return __version__
