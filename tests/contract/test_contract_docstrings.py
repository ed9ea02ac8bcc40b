"""Docstrings of the names that are offered say what their signatures take and what comes back."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import cusum

PACKAGE = Path(cusum.__file__).parent
ROOMS = ["criterion", "errors", *sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))]
CHECKS = {"GL08", "SS01", "SS02", "PR02", "PR04", "PR07"}
CHECKS_OF_FUNCTIONS = CHECKS | {"PR01", "PR03", "RT01"}


def offered() -> dict[str, object]:
    """Functions and classes that the rooms offer, with the public methods that classes define, by path."""
    found: dict[str, object] = {}
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
FUNCTIONS = sorted(path for path, value in OFFERED.items() if inspect.isfunction(value))
CLASSES = sorted(path for path, value in OFFERED.items() if inspect.isclass(value))
SPECIFICATIONS = [path for path in CLASSES if not issubclass(OFFERED[path], (Exception, tuple))]


def faults(path, checks):
    """What numpydoc has to say."""
    return [f"{code}: {text}" for code, text in validate(path)["errors"] if code in checks]


@pytest.mark.parametrize("path", FUNCTIONS)
def test_a_function_says_what_it_takes_and_gives(path):
    assert faults(path, CHECKS_OF_FUNCTIONS) == []


@pytest.mark.parametrize("path", [path for path in FUNCTIONS if path.rpartition(".")[0].islower()])
def test_a_function_shows_an_example(path):
    assert faults(path, {"EX01"}) == []


@pytest.mark.parametrize("path", CLASSES)
def test_a_class_says_what_it_is(path):
    assert faults(path, CHECKS) == []


@pytest.mark.parametrize("path", SPECIFICATIONS)
def test_a_class_or_what_it_is_made_from_says_what_it_takes(path):
    value = OFFERED[path]
    described = {
        name.strip()
        for kind in value.__mro__[:-1]
        for parameter in NumpyDocString(inspect.cleandoc(kind.__doc__ or ""))["Parameters"]
        for name in parameter.name.split(",")
    }
    taken = {name for name in inspect.signature(value).parameters if name not in {"args", "kwargs"} and name[0] != "_"}
    assert taken - described == set()
