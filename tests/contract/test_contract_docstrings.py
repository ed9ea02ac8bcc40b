"""Docstrings of the public names say what their signatures say."""

from __future__ import annotations

import inspect

import pytest
from numpydoc.validate import validate

import cusum

CHECKS = {"GL08", "SS01", "SS02", "SS03", "PR01", "PR02", "PR03", "PR04", "PR07", "RT01", "EX01"}


def documented() -> list[str]:
    """Public names, and the public methods that their classes define themselves."""
    names = []
    for name in sorted(cusum.__all__):
        names.append(f"cusum.{name}")
        value = getattr(cusum, name)
        if inspect.isclass(value):
            methods = {key for key, member in vars(value).items() if inspect.isfunction(member) and key[0] != "_"}
            names += [f"cusum.{name}.{method}" for method in sorted(methods)]
    return names


@pytest.mark.parametrize("name", documented())
def test_the_docstring_describes_what_the_signature_takes(name):
    value = cusum
    for part in name.split(".")[1:]:
        value = getattr(value, part)
    checks = CHECKS if inspect.isclass(value) or name.count(".") == 1 else CHECKS - {"EX01"}
    if inspect.isclass(value) and issubclass(value, Exception):
        checks = checks - {"PR01", "EX01"}  # they share the parameters and the example of CusumError
    faults = [f"{code}: {text}" for code, text in validate(name)["errors"] if code in checks]
    assert faults == []
