"""Where a result comes from: version, data, parameters, seed and day, so that every number can be traced."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

__all__ = ["Provenance", "fingerprint"]


@dataclass(frozen=True)
class Provenance:
    """What a result was made from, without any clock time.

    Parameters
    ----------
    version : str
        Version of this package.
    source : str
        Name of the file, without its folder.
    fingerprint : str
        SHA-256 of the content, 64 hexadecimal digits.
    parameters : mapping of str to str
        What was asked for.
    seed : int or None
        Seed of the random numbers, where there were any.
    as_of : date or None
        Day up to which registrations count, where one was given.

    Examples
    --------
    >>> made = Provenance("0.1.0", "logbog.csv", fingerprint(b"..."), {"programme": "mine"})
    >>> made.extend(chart="standard").parameters
    {'programme': 'mine', 'chart': 'standard'}
    >>> made
    Provenance(logbog.csv, ab5df625bc76, version 0.1.0)
    """

    version: str
    source: str
    fingerprint: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    as_of: date | None = None

    def extend(self, **parameters: object) -> Provenance:
        """Add parameters that a later step was given.

        Parameters
        ----------
        **parameters : object
            Written as text.

        Returns
        -------
        Provenance
            A new one; this one stays as it is.
        """
        added = {name: str(value) for name, value in parameters.items()}
        return replace(self, parameters={**self.parameters, **added})

    def __repr__(self) -> str:
        """Say it in one line."""
        return f"Provenance({self.source}, {self.fingerprint[:12]}, version {self.version})"


def fingerprint(content: bytes) -> str:
    """Reduce content to a number that changes with every byte of it.

    Parameters
    ----------
    content : bytes
        The file.

    Returns
    -------
    str
        SHA-256, 64 hexadecimal digits.

    Examples
    --------
    >>> fingerprint(b"")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(content).hexdigest()
