"""The bar: on a terminal alone, and never on the output."""

from __future__ import annotations

import io

from rich.console import Console

from cusum.cli import progress as module


def test_nobody_is_told_where_the_error_stream_is_no_terminal(capsys):
    with module.progress("Reading") as step:
        assert step is False
    assert capsys.readouterr() == ("", "")


def test_a_terminal_shows_what_is_being_done(capsys, monkeypatch):
    screen = io.StringIO()
    monkeypatch.setattr(module, "Console", lambda stderr: Console(file=screen, force_terminal=True, width=80))
    with module.progress("Reading") as step:
        step(1, 4, "T001")
        step(4, 4, "Workbook")
    assert "Workbook" in screen.getvalue()
    assert capsys.readouterr().out == ""
