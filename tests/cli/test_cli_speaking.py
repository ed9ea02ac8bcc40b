"""How commands end: one paragraph on the error stream and an exit code, in the reader's language."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from cusum import __version__
from cusum.cli.options import fraction, heading_map
from cusum.cli.speaking import exit_code, speaking
from cusum.errors import InvalidData, InvalidParameter, PrivacyError, ProgrammeError, UnreadableFile


def test_version_is_that_of_the_package(command):
    ended = command("version")
    assert (ended.code, ended.out) == (0, f"cusum {__version__}\n")


def test_no_command_shows_the_help(command):
    ended = command()
    assert ended.code == 2
    assert "Usage: cusum" in ended.out


@pytest.mark.parametrize(
    ("kind", "code"),
    [(InvalidData, 1), (PrivacyError, 1), (UnreadableFile, 2), (InvalidParameter, 2), (ProgrammeError, 2)],
)
def test_data_problems_are_told_from_wrong_use(kind, code):
    assert exit_code(kind("something is wrong")) == code


def test_an_error_is_one_paragraph(capsys):
    with pytest.raises(typer.Exit, match=r"^[12]$") as ended, speaking("en"):
        raise InvalidData("the file\nhas {n} faults", expected="none", n=3)
    assert ended.value.exit_code == 1
    assert capsys.readouterr().err == "The file has 3 faults; expected none.\n"


def test_a_fault_of_the_program_is_no_traceback_either(capsys):
    with pytest.raises(typer.Exit, match=r"^[12]$") as ended, speaking("en"):
        raise KeyError("trainee")
    assert ended.value.exit_code == 2
    err = capsys.readouterr().err
    assert "something went wrong inside cusum: KeyError" in err.replace("Something", "something")
    assert "--debug" in err
    assert err.count("\n") == 1


def test_debug_lets_the_traceback_through():
    with pytest.raises(KeyError, match="trainee"), speaking("en", debug=True):
        raise KeyError("trainee")


@pytest.mark.parametrize("text", ["0.1", "0,1", "10%", "10 %", " .1"])
def test_a_rate_is_read_as_people_write_it(text):
    assert fraction(text) == pytest.approx(0.1)


@pytest.mark.parametrize("text", ["0", "1", "10", "-0.1", "ten", "", "nan"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(typer.BadParameter, match="is not a rate between 0 and 1"):
        fraction(text)


def test_headings_are_read_up_to_the_last_equals_sign():
    assert heading_map(["a=b=trainee", "Dato = performed_on"]) == {"a=b": "trainee", "Dato": "performed_on"}
    assert heading_map([]) is None
    assert heading_map(["said.toml"]) == Path("said.toml")


@pytest.mark.parametrize("pair", ["Dato", "=trainee", "Dato="])
def test_a_heading_without_a_meaning_is_refused(pair):
    with pytest.raises(InvalidParameter, match="expected HEADING=COLUMN"):
        heading_map([pair])
