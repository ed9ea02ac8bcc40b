"""Every command has help, is in the README, and ends wrong use with one paragraph and exit code 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from cusum.cli import main

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    "report",
    "check",
    "chart",
    "limit",
    "plan",
    "simulate",
    "programme show",
    "programme copy",
    "demo",
    "version",
]


def run(capsys, *words):
    """Run a command; give its exit code, output and error stream."""
    with pytest.raises(SystemExit, match=r"^\d+$") as ended:
        main(list(words))
    shown = capsys.readouterr()
    return ended.value.code, shown.out, shown.err


def test_the_list_of_commands_is_complete(capsys):
    code, out, _ = run(capsys, "--help")
    listed = {line.split()[1] for line in out.splitlines() if line.startswith("│ ") and line[2] not in "- "}
    assert code == 0
    assert listed == {command.split()[0] for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(capsys, command):
    code, out, err = run(capsys, *command.split(), "--help")
    assert code == 0
    assert f"cusum {command}" in out
    assert err == ""
    described = [line for line in out.splitlines() if line.strip() and "Usage:" not in line and "│" not in line]
    assert described


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert f"cusum {command}" in README


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_option_is_wrong_use(capsys, command):
    code, out, err = run(capsys, *command.split(), "--no-such-option")
    assert code == 2
    assert out == ""
    assert "no-such-option" in err
    assert f"Se 'cusum {command} --help'" in err
    assert err.count("\n") == 1


def test_an_unknown_command_is_wrong_use(capsys):
    code, out, err = run(capsys, "draw")
    assert code == 2
    assert out == ""
    assert "draw" in err
