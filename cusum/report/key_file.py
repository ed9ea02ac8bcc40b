"""The list of who is who behind the pseudonyms: written only when asked for, and never beside the report."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path

from cusum.errors import InvalidParameter, PrivacyError
from cusum.report.workbook import neutral

__all__ = ["check_key_file", "write_key_file"]


def check_key_file(file: str | Path, folder: Path, *, pseudonymise: bool) -> Path:
    """Refuse a list of names where it must not be.

    Parameters
    ----------
    file : str or Path
        Where the list is to be written.
    folder : Path
        The report's folder.
    pseudonymise : bool
        Whether there are pseudonyms at all.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    PrivacyError
        If the file lies inside the report's folder.
    InvalidParameter
        If there are no pseudonyms, or the file is there already.

    Examples
    --------
    >>> check_key_file("names.csv", Path("reports"), pseudonymise=True).name
    'names.csv'
    """
    path = Path(file)
    if not pseudonymise:
        raise InvalidParameter(
            "a file for the names behind the pseudonyms is given", expected="a report with pseudonyms (--pseudonymise)"
        )
    if path.resolve().is_relative_to(folder.resolve()):
        raise PrivacyError(
            "the list of names and pseudonyms would lie inside the report folder",
            expected="a place that nobody who gets the report can read",
            remedy="Choose a file outside {folder}.",
            folder=folder,
        )
    if path.exists():
        raise InvalidParameter(
            "{path} is there already", expected="a new file", remedy="Choose another name, or delete it.", path=path
        )
    return path


def write_key_file(path: Path, mapping: Mapping[str, str]) -> None:
    """Write the list of pseudonyms and names, readable by the user alone.

    Parameters
    ----------
    path : Path
        The file, which must not exist.
    mapping : mapping of str to str
        Name to pseudonym.

    Raises
    ------
    InvalidParameter
        If it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as opened:
            writer = csv.writer(opened, delimiter=";")
            writer.writerow(["pseudonym", "trainee"])
            writer.writerows(sorted((code, neutral(name)) for name, code in mapping.items()))
    except OSError as error:
        raise InvalidParameter(
            "{path} cannot be written",
            remedy="Choose a folder that exists and that you may write in.",
            path=path,
        ) from error
