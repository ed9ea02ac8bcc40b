"""Run the command line as a person does, and keep what it says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from cusum.cli import main


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(capsys):
    """Call it with the words of a command line."""

    def run(*words):
        with pytest.raises(SystemExit, match=r"^\d+$") as ended:
            main([str(word) for word in words])
        shown = capsys.readouterr()
        return Ended(int(ended.value.code), shown.out, shown.err)

    return run
