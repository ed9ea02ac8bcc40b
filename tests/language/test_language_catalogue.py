"""Every text that a reader may meet has Danish words, with the same placeholders."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

import cusum.errors
from cusum.language import LANGUAGES
from cusum.language.catalogue import catalogue_path, read_catalogue
from cusum.registrations.reasons import FLAGS, REASONS

PACKAGE = Path(cusum.errors.__file__).parent
SAID = {"text", "t", "translate", "msgid", "Phrase"}
COUNTED = {"plural", "tn"}
ERRORS = set(cusum.errors.__all__) - {"Phrase"}


def strings(node: ast.expr | None) -> Iterator[str]:
    """Texts that an expression may be: a constant, or either branch of a condition."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from strings(node.body)
        yield from strings(node.orelse)


def called(node: ast.Call) -> str:
    """Name of what is called."""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def speaks(path: Path) -> bool:
    """True of the rooms that write for readers; below them only errors and marked texts count."""
    return path.relative_to(PACKAGE).parts[0] in {"cli", "figures", "language", "report"}


def texts_of_module(path: Path) -> Iterator[tuple[str, ...]]:
    """English texts of a module: (text,) or (singular, plural)."""
    said = SAID if speaks(path) else {"msgid", "Phrase"}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        if name in COUNTED and len(node.args) > 1:
            pair = [next(strings(argument), "") for argument in node.args[:2]]
            if all(pair):
                yield tuple(pair)
        elif name in said and node.args:
            yield from ((text,) for text in strings(node.args[0]))
        elif name in ERRORS:
            parts = [*node.args[:1], *(word.value for word in node.keywords if word.arg in ("expected", "remedy"))]
            yield from ((text,) for part in parts for text in strings(part))


def texts_of_template(path: Path) -> Iterator[tuple[str, ...]]:
    """English texts of a page template."""
    tree = Environment(extensions=["jinja2.ext.do"]).parse(path.read_text(encoding="utf-8"))
    for node in tree.find_all(nodes.Call):
        name = node.node.attr if isinstance(node.node, nodes.Getattr) else getattr(node.node, "name", "")
        constants = [arg.value for arg in node.args if isinstance(arg, nodes.Const) and isinstance(arg.value, str)]
        if name in COUNTED and len(constants) > 1:
            yield tuple(constants[:2])
        elif name in SAID and constants:
            yield (constants[0],)


@cache
def all_texts() -> dict[tuple[str, ...], str]:
    """Every English text and the file where it was first found."""
    found: dict[tuple[str, ...], str] = {("expected",): "errors.py"}
    for path in sorted(PACKAGE.rglob("*.py")):
        for text in texts_of_module(path):
            found.setdefault(text, path.relative_to(PACKAGE).as_posix())
    for path in sorted(PACKAGE.rglob("*.html")):
        for text in texts_of_template(path):
            found.setdefault(text, path.relative_to(PACKAGE).as_posix())
    for table in (REASONS, FLAGS):
        for template in table.values():
            found.setdefault((template,), "registrations/reasons.py")
    return {text: path for text, path in found.items() if text[0]}


@cache
def catalogue() -> Catalog:
    """The Danish catalogue."""
    with catalogue_path("da").open("rb") as file:
        return read_po(file, locale="da", abort_invalid=True)


def messages() -> list[Message]:
    """Messages of the catalogue without its header."""
    return [message for message in catalogue() if message.id]


def placeholders(text: str) -> set[str]:
    """Names between braces, with their formats left out."""
    return {name.split(".")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def test_texts_are_found_in_every_place_that_has_them() -> None:
    places = {path.split("/")[0] for path in all_texts().values()}
    assert {"charts", "cohort", "figures", "language", "programme", "registrations", "report"} <= places
    assert len(all_texts()) > 300


def test_every_text_is_in_danish() -> None:
    danish = read_catalogue("da")
    missing = {
        text[0]: path
        for text, path in all_texts().items()
        if len(danish.get(text[0], ())) < len(text) or not all(danish[text[0]])
    }
    assert missing == {}


def test_plural_texts_have_the_english_plural_of_the_code() -> None:
    known = {message.id[0]: message.id[1] for message in messages() if not isinstance(message.id, str)}
    different = {text for text in all_texts() if len(text) == 2 and known.get(text[0]) != text[1]}
    assert different == set()


def faults(message: Message) -> Iterator[str]:
    """What is wrong with a message; the form for one may leave out how many."""
    english = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    danish = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    if message.fuzzy:
        yield "fuzzy"
    if len(english) != len(danish) or not all(text.strip() for text in danish):
        yield "empty"
    spare = {"n"} if len(english) > 1 else set()
    for one, other in zip(english, danish, strict=False):
        if not placeholders(one) - spare <= placeholders(other) <= placeholders(one):
            yield f"placeholders: {one!r} and {other!r}"
        spare = set()


def test_danish_has_the_placeholders_of_the_english_and_nothing_is_empty_or_fuzzy() -> None:
    assert {str(message.id): list(faults(message)) for message in messages() if list(faults(message))} == {}


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        (Message("limit {value}", "grænse"), "placeholders"),
        (Message("limit", ""), "empty"),
        (Message("limit", "grænse", flags=["fuzzy"]), "fuzzy"),
        (Message(("{n} case", "{n} cases"), ("en", "flere")), "placeholders"),
    ],
    ids=["placeholder", "empty", "fuzzy", "plural"],
)
def test_a_fault_is_found(message: Message, fault: str) -> None:
    assert [found.split(":")[0] for found in faults(message)] == [fault]


def test_words_that_pass_a_verdict_are_not_used() -> None:
    verdicts = ("bestået", "dumpet", "elev ", "eleven", "sikkerhedsinterval", "forsøg nr.")
    danish = " ".join(text for strings in read_catalogue("da").values() for text in strings).lower()
    found = [word for word in verdicts if word in danish]
    assert found == []


def test_danish_is_not_english() -> None:
    same = {
        english
        for english, danish in read_catalogue("da").items()
        if danish[0] == english and len(english.split()) > 3 and any(part.islower() for part in english.split())
    }
    assert {text for text in same if "{" not in text} == set()


def test_every_language_has_a_catalogue_but_english() -> None:
    assert [code for code in LANGUAGES if not catalogue_path(code).exists()] == ["en"]
    assert read_catalogue("en") == {}
