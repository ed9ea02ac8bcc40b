"""Docstrings of the names that are offered say what their signatures take and what comes back."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest
from numpydoc.validate import validate

import cusum

PACKAGE = Path(cusum.__file__).parent
ROOMS = ["criterion", "errors", *sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))]
CHECKS = {"GL08", "SS01", "SS02", "SS03", "PR01", "PR02", "PR03", "PR04", "PR07", "RT01", "EX01"}


def offered() -> dict[str, object]:
    """Functions and classes that the rooms offer, with the public methods that classes define, by path."""
    found = {}
    for room in ROOMS:
        module = importlib.import_module(f"cusum.{room}")
        for name in getattr(module, "__all__", []):
            value = getattr(module, name)
            if inspect.isfunction(value) or (inspect.isclass(value) and not getattr(value, "_is_protocol", False)):
                path = f"{value.__module__}.{value.__qualname__}"
                found[path] = value
                found |= methods(path, value) if inspect.isclass(value) else {}
    return found


def methods(path: str, value: type) -> dict[str, object]:
    """Public methods that a class defines itself."""
    own = {name: member for name, member in vars(value).items() if inspect.isfunction(member) and name[0] != "_"}
    return {f"{path}.{name}": member for name, member in own.items()}


OFFERED = offered()


def asked_of(value: object, path: str) -> set[str]:
    """What the docstring is held to: examples are asked of functions; errors share the parameters of their base."""
    if inspect.isfunction(value):
        return CHECKS - ({"EX01"} if value.__qualname__ != value.__name__ else set())
    if inspect.isclass(value) and issubclass(value, Exception):
        return CHECKS - {"PR01", "EX01"}
    return CHECKS - {"RT01", "PR03", "EX01"}  # parameters that belong together may stand together


@pytest.mark.parametrize("path", sorted(OFFERED))
def test_the_docstring_says_what_the_signature_takes(path):
    checks = asked_of(OFFERED[path], path)
    faults = [f"{code}: {text}" for code, text in validate(path)["errors"] if code in checks]
    assert faults == []
