"""What the command line itself refuses, said in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Sequence

import typer

from cusum.language import Language, get_language, msgid

__all__ = ["reader_of", "refusal"]

_SAID = (  # what typer says, and what a reader is told
    (r"No such option: (?P<name>\S+)", msgid("There is no option {name}.")),
    (
        r"No such option: (?P<name>\S+) \(Possible options: (?P<others>.+)\)",
        msgid("There is no option {name}. Did you mean {others}?"),
    ),
    (r"No such command '(?P<name>.+?)'\.?", msgid("There is no command {name}.")),
    (
        r"No such command '(?P<name>.+?)'\. Did you mean '?(?P<others>.+?)'?\?",
        msgid("There is no command {name}. Did you mean {others}?"),
    ),
    (r"Missing option '(?P<name>.+?)'\..*", msgid("The option {name} is missing.")),
    (r"Missing argument '(?P<name>.+?)'\..*", msgid("{name} is missing.")),
    (r"Option '(?P<name>.+?)' requires an argument\.?", msgid("The option {name} needs a value.")),
    (
        r"Option '(?P<name>.+?)' requires (?P<count>\d+) arguments\.?",
        msgid("The option {name} needs {count} values."),
    ),
    (r"Got unexpected extra arguments? ?\(?s?\)? ?\((?P<name>.+)\)", msgid("{name} is one word too many.")),
    (
        r"Invalid value for '(?P<name>.+?)': '(?P<value>.*)' is not a rate between 0 and 1.*",
        msgid("{name} is {value}, which is not a rate between 0 and 1, such as 0.1 or 10%."),
    ),
    (
        r"Invalid value for '(?P<name>.+?)': Input should be a valid integer.*",
        msgid("{name} needs a whole number, such as 40."),
    ),
    (
        r"Invalid value for '(?P<name>.+?)': Input should be greater than or equal to (?P<least>\S+)",
        msgid("{name} must be at least {least}."),
    ),
    (
        r"Invalid value for '(?P<name>.+?)': (?:Value error, )?'(?P<value>.*)' is not one of (?P<others>.+)",
        msgid("{name} is {value}; expected one of {others}."),
    ),
    (
        r"Invalid value for '(?P<name>.+?)': (?:Value error, )?'(?P<value>.*)' does not match the formats .*",
        msgid("{name} is {value}, which is not a date such as 2026-08-31."),
    ),
    (r"Invalid value for '(?P<name>.+?)': (?P<why>.+)", msgid("{name} cannot be used: {why}.")),
)


def reader_of(words: Sequence[str]) -> Language:
    """Find the reader's language among the words of a command line that was refused.

    Parameters
    ----------
    words : sequence of str
        The words.

    Returns
    -------
    Language
        That after --language; Danish, as for every command, where none is given.

    Examples
    --------
    >>> reader_of(["plan", "--language", "en"]).code, reader_of(["plan", "--volume"]).code
    ('en', 'da')
    """
    joined = " ".join(words)
    found = re.search(r"(?:^| )--language[ =](da|en)(?: |$)", joined)
    return get_language(found.group(1) if found else "da")


def refusal(error: typer.TyperException, language: Language) -> str:
    """Say what was wrong in the command, and where help is.

    Parameters
    ----------
    error : typer.TyperException
        What was refused.
    language : Language
        The reader's.

    Returns
    -------
    str
        One line, or the help where nothing was asked.
    """
    message = error.format_message().strip()
    if "Usage:" in message:
        return message
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "cusum"
    flat = " ".join(message.split())
    said = flat if flat.endswith(".") else f"{flat}."
    for pattern, template in _SAID:
        found = re.fullmatch(pattern, flat)
        if found:
            said = language.text(template, **found.groupdict())
            break
    return " ".join([said, language.text("See '{command} --help'.", command=command)])
