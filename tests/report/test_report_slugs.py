"""File names of pages are safe, and no two pages share one."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cusum.report.slugs import file_names, slug


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T001", "t001"),
        ("Næstved Øre Å", "naestved-oere-aa"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\\b:c*d?", "a-b-c-d"),
        ("CON", "con-x"),
        ("index", "index-x"),
        ("", "x"),
        ("日本", "x"),
        ("x" * 200, "x" * 48),
    ],
)
def test_a_name_becomes_a_safe_file_name(text: str, expected: str) -> None:
    assert slug(text) == expected


@given(st.lists(st.text(max_size=80), unique=True, max_size=30))
def test_every_name_has_a_file_name_of_its_own_on_any_file_system(names: list[str]) -> None:
    files = file_names(names)
    assert list(files) == names
    assert len(set(files.values())) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,120}", file) for file in files.values())


def test_names_that_differ_in_case_alone_are_kept_apart_whatever_their_order() -> None:
    assert file_names(["T1", "t1"])["T1"] == file_names(["t1", "T1"])["T1"] != file_names(["T1", "t1"])["t1"]


def test_a_name_that_looks_like_a_marked_one_is_kept_apart() -> None:
    marked = file_names(["T1", "t1"])["T1"]
    files = file_names(["T1", "t1", marked])
    assert len(set(files.values())) == 3
