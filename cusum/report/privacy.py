"""Pseudonyms for trainees: keyed, the key kept away from the report, the mapping never written down."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cusum.errors import PrivacyError
from cusum.report.masking import name_mask

if TYPE_CHECKING:
    import pandas as pd

    from cusum.cohort import Cohort
    from cusum.registrations import Registrations
    from cusum.registrations.provenance import Provenance

__all__ = ["KEY_VARIABLE", "key_file", "name_pseudonyms", "pseudonymise_cohort", "pseudonyms", "read_key"]

KEY_VARIABLE = "CUSUM_PSEUDONYM_KEY"
_SHORTEST_KEY = 16
_SHORTEST_NAME = 6
_FREE_TEXT = ("technique", "complication")
_TRACED = frozenset(
    ("programme", "chart", "as_of", "later_than_as_of", "date_order", "duplicates", "encoding", "strict", "synthetic")
)
"""Parameters of the provenance that cannot name a person; those that name files, sheets or columns can."""
_SYNTHETIC_FILE = "danish_cohort"
_CANONICAL = frozenset(
    (
        "trainee",
        "procedure",
        "performed_on",
        "failure",
        "department",
        "region",
        "sequence",
        "row",
        "sheet",
        "attempts",
        "handed_over",
        "supervision",
        "urgency",
        "asa",
        "age",
        "bmi",
        "technique",
        "complication",
        "post_start",
    )
)


def key_file(environment: Mapping[str, str] | None = None) -> Path:
    """Say where this user's own key is kept: in the user's settings, never beside a report.

    Parameters
    ----------
    environment : mapping of str to str, optional
        Environment variables; those of this process by default.

    Returns
    -------
    pathlib.Path
        The file, which need not exist yet.

    Examples
    --------
    >>> key_file({"XDG_CONFIG_HOME": "settings"}).as_posix()
    'settings/cusum/pseudonym.key'
    """
    environment = os.environ if environment is None else environment
    home = environment.get("XDG_CONFIG_HOME") or environment.get("APPDATA")
    return (Path(home) if home else Path.home() / ".config") / "cusum" / "pseudonym.key"


def read_key(
    folder: str | Path, *, key: str | bytes | None = None, environment: Mapping[str, str] | None = None
) -> bytes:
    """Find the secret key for the pseudonyms, and make one where there is none yet.

    Parameters
    ----------
    folder : str or Path
        Where the report goes; a key file inside it is refused.
    key : str or bytes, optional
        The key itself, at least 16 bytes. Without it the environment variable ``CUSUM_PSEUDONYM_KEY`` is used, and
        without that the user's key file, which is made with 32 random bytes the first time.
    environment : mapping of str to str, optional
        Environment variables; those of this process by default.

    Returns
    -------
    bytes
        The key.

    Raises
    ------
    PrivacyError
        If the key is too short, or its file lies inside the report folder.

    Examples
    --------
    >>> read_key("reports", key="sixteen letters or more")
    b'sixteen letters or more'
    """
    environment = os.environ if environment is None else environment
    given = key if key is not None else environment.get(KEY_VARIABLE)
    if given is not None:
        secret = given.encode() if isinstance(given, str) else given
    else:
        secret = _stored_key(key_file(environment), Path(folder))
    if len(secret) < _SHORTEST_KEY:
        raise PrivacyError(
            "the key for the pseudonyms has {length} bytes",
            expected="at least {needed}",
            remedy="Choose a longer secret, or leave it out to have one made.",
            length=len(secret),
            needed=_SHORTEST_KEY,
        )
    return secret


def _stored_key(file: Path, folder: Path) -> bytes:
    """Read the user's key file; make it, readable by the user alone, where there is none."""
    if file.resolve().is_relative_to(folder.resolve()):
        raise PrivacyError(
            "the key for the pseudonyms would lie inside the report folder",
            expected="a key that nobody who gets the report can read",
            remedy="Write the report to another folder.",
        )
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(secrets.token_hex(32).encode("ascii"))
    return file.read_bytes().strip()


def pseudonyms(names: Iterable[str], key: bytes) -> dict[str, str]:
    """Give each name a pseudonym that only the holder of the key can make again.

    Parameters
    ----------
    names : iterable of str
        Names or local ids.
    key : bytes
        The secret.

    Returns
    -------
    dict of str to str
        Name to pseudonym: ``P`` and six or more letters and digits of a keyed hash (HMAC-SHA256). The pseudonyms are
        as short as lets no two names share one.

    Examples
    --------
    >>> made = pseudonyms(["T001", "T002"], b"sixteen letters or more")
    >>> sorted(len(name) for name in made.values())
    [7, 7]
    """
    codes = {name: _code(name, key) for name in dict.fromkeys(names)}
    length = _SHORTEST_NAME
    while len({code[:length] for code in codes.values()}) < len(codes):
        length += 1
    return {name: f"P{code[:length]}" for name, code in codes.items()}


def _code(name: str, key: bytes) -> str:
    """Spell the keyed hash of a name in letters and digits that are not mistaken for each other."""
    digest = hmac.new(key, name.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode("ascii").rstrip("=")


def pseudonymise_cohort(cohort: Cohort, key: bytes) -> Cohort:
    """Replace every trainee's name in every table of a cohort.

    Parameters
    ----------
    cohort : Cohort
        The cohort as analysed.
    key : bytes
        The secret.

    Returns
    -------
    Cohort
        The same results under pseudonyms, sorted by them, so that the order gives nothing away. Columns of the file
        that are not part of the canonical table, the source's own registration ids, the names of the file and its
        sheets are left out, because they may name a person; a technique or complication that holds a word of a
        trainee's name is replaced by ``[…]`` (see :func:`cusum.report.masking.name_mask`).

    Notes
    -----
    Dates, departments and row numbers stay: whoever holds the file the report was made from can find the person. A
    pseudonymised report is still personal data.
    """
    registrations = cohort.registrations
    frames = {name: value for name, value in vars(cohort).items() if _has_trainees(value)}
    mapping = name_pseudonyms(cohort, key)
    renamed: dict[str, Any] = {name: _rename(frame, mapping) for name, frame in frames.items()}
    if cohort.adjusted is not None:
        renamed["adjusted"] = replace(cohort.adjusted, crossings=_rename(cohort.adjusted.crossings, mapping))
    if cohort.assessments is not None:
        register = cohort.assessments
        renamed["assessments"] = replace(
            register,
            table=_rename(register.table, mapping).assign(sheet=""),
            provenance=_provenance(register.provenance),
            rejected=register.rejected.iloc[:0],
            decisions=register.decisions.iloc[:0],
        )
    renamed["provenance"] = _provenance(cohort.provenance)
    return replace(cohort, registrations=_registrations(registrations, mapping), **renamed)


def name_pseudonyms(cohort: Cohort, key: bytes) -> dict[str, str]:
    """Give every trainee of a cohort a pseudonym, in whatever table the name stands.

    Parameters
    ----------
    cohort : Cohort
        The cohort as analysed.
    key : bytes
        The secret.

    Returns
    -------
    dict of str to str
        Name to pseudonym.
    """
    registrations = cohort.registrations
    listed = [value for value in vars(cohort).values() if _has_trainees(value)]
    listed += [] if cohort.assessments is None else [cohort.assessments.table]
    listed += [registrations.table, registrations.rejected, registrations.flagged]
    names = sorted({str(name) for frame in listed if "trainee" in frame for name in frame["trainee"]} - {""})
    return pseudonyms(names, key)


def _has_trainees(value: object) -> bool:
    """True of a table with a column of trainees."""
    return "trainee" in getattr(value, "columns", ())


def _rename(frame: pd.DataFrame, mapping: Mapping[str, str]) -> pd.DataFrame:
    """Put pseudonyms in a table and sort it by them, keeping the order within a trainee."""
    trainee = frame["trainee"].map(lambda name: mapping.get(str(name), "")).astype(frame["trainee"].dtype)
    return frame.assign(trainee=trainee).sort_values("trainee", kind="stable", ignore_index=True)


def _provenance(provenance: Provenance) -> Provenance:
    """Leave the fingerprint of the data to speak for the name of the file, which is often that of a person."""
    kept = {name: value for name, value in provenance.parameters.items() if name in _TRACED}
    if provenance.source.startswith(_SYNTHETIC_FILE):
        kept["synthetic"] = "true"  # what the name of the file told
    return replace(provenance, source=provenance.fingerprint[:12], parameters=kept)


def _mask_text(table: pd.DataFrame, mapping: Mapping[str, str]) -> pd.DataFrame:
    """Take out the cells of free text that hold a trainee's name."""
    mask = name_mask(mapping)
    masked = {}
    for column in _FREE_TEXT:
        if column in table:
            known = {value: mask(value) for value in table[column].unique() if isinstance(value, str)}
            cells = [known.get(value, value) if isinstance(value, str) else value for value in table[column]]
            masked[column] = type(table[column])(cells, index=table.index, dtype=table[column].dtype)
    return table.assign(**masked)


def _registrations(registrations: Registrations, mapping: Mapping[str, str]) -> Registrations:
    """Put pseudonyms in the registrations, and leave out what might name a person."""
    from cusum.registrations.layout import NOT_USED

    table = _rename(registrations.table, mapping)
    table = table[[column for column in table.columns if column in _CANONICAL]].assign(sheet="")
    table = _mask_text(table, mapping)
    listed: dict[str, Any] = {}
    for name in ("rejected", "flagged"):
        frame = _rename(getattr(registrations, name), mapping)
        blank = {column: "" for column in ("sheet", "found", "message", "suggestion") if column in frame}
        listed[name] = frame.assign(**blank).sort_values("row", kind="stable", ignore_index=True)
    decisions = registrations.decisions
    topic, subject = decisions["topic"], decisions["subject"]
    of_sheet = topic.isin(["sheet", "hidden_sheet", "heading_row", "skipped_rows"])
    hidden = of_sheet | subject.isin(list(mapping)) | (decisions["decision"] == NOT_USED)
    naming = topic.isin(["heading", "duplicate_heading", "filled_column"])  # their detail is the name of a sheet
    decisions = decisions.assign(subject=subject.mask(hidden, ""), detail=decisions["detail"].mask(naming, ""))
    listed |= {"table": table, "decisions": decisions, "provenance": _provenance(registrations.provenance)}
    return replace(registrations, **listed)
