"""The rules of the house, held for every file of the project."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import cusum

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "cusum").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PROMISED = {
    "BernoulliCusum",
    "Criterion",
    "LearningCurveCusum",
    "LearningThenMonitoring",
    "StandardCusum",
    "analyse",
    "find_limit",
    "load_programme",
    "plot",
    "plot_crossings",
    "plot_department",
    "plot_trainee",
    "read_registrations",
    "run_length",
    "simulate_registrations",
    "time_to_competence",
    "write_report",
}
LONGEST = 350  # "about 300 lines", docstrings included
# Files that are longer, each for a reason.
LONG_FILES = {
    "cusum/language/language.py",  # one class with a documented method for each way of writing a word, number or date
}
HEAVY = ("plotly", "statsmodels", "pandera", "scipy.stats", "jinja2", "openpyxl", "babel")


def relative(path: Path) -> str:
    """Path below the root, with slashes on every system."""
    return path.relative_to(ROOT).as_posix()


def tracked_files() -> list[Path]:
    """Files that git knows, or nothing where there is no git."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_public_names_are_those_promised():
    assert set(cusum.__all__) >= PROMISED
    assert len(set(cusum.__all__)) == len(cusum.__all__)


@pytest.mark.parametrize("name", sorted(cusum.__all__))
def test_every_public_name_can_be_imported_and_is_documented(name):
    value = getattr(cusum, name)
    assert callable(value)
    assert value.__doc__.strip()


def test_an_unknown_name_is_refused_by_name():
    with pytest.raises(AttributeError, match="no name 'chart_everything'"):
        _ = cusum.chart_everything


def test_the_names_for_type_checkers_are_the_names_that_run():
    tree = ast.parse((ROOT / "cusum" / "__init__.py").read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert typed == set(cusum.__all__)


def test_import_is_quick():
    code = f"import sys, cusum; print([name for name in {HEAVY!r} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_files_are_short_enough_to_be_read(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    if relative(path) in LONG_FILES:
        assert lines > LONGEST, "it has become short: take it off the list"
    else:
        assert lines <= LONGEST


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_functions_are_short_enough_to_be_read(path):
    """Forty lines of code or so, the docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            assert (node.end_lineno or 0) - first.lineno < 50, f"{node.name} in line {node.lineno}"


@pytest.mark.parametrize("path", TESTS, ids=relative)
def test_every_expected_error_is_expected_in_words(path):
    bare = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"raises", "warns"}
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "pytest"
        and "match" not in {keyword.arg for keyword in node.keywords}
    ]
    assert bare == []


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=relative)
def test_notebooks_are_stored_without_outputs(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_constraints_are_versions_alone():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if not line.startswith("#")]
    assert len(pinned) > 100
    assert [line for line in pinned if not re.fullmatch(r"[a-z0-9.-]+==[0-9][0-9a-z.]*", line)] == []


def test_every_direct_dependency_is_pinned():
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in wanted}
    pinned = {line.partition("==")[0] for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()}
    assert names - pinned == set()


def test_no_tracked_file_names_a_machine_or_an_address_of_packages():
    """Paths of home folders and addresses of package indexes are of no use to a reader."""
    told = re.compile(
        r"(?<![\w.])/(?:root|home/\w+|Users/\w+|work)/|https?://[^\s]*(?:/simple\b|pypi|files\.pythonhosted)|index-url"
    )
    found = []
    for path in tracked_files():
        if path == Path(__file__) or path.suffix in {".png", ".xlsx", ".gz"}:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{relative(path)}: {match.group()}" for match in told.finditer(text)]
    assert found == []


def test_imports_are_absolute():
    relative_imports = [
        f"{relative(path)}:{node.lineno}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative_imports == []


def test_the_version_is_the_same_everywhere():
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\nversion: {cusum.__version__}\n" in citation
    newest = re.search(r"^## (\S+) \(\d{4}-\d\d-\d\d\)$", changelog, re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == cusum.__version__


def test_every_version_in_the_changelog_says_which_numbers_changed():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    assert versions
    assert all("### Numbers that changed" in version for version in versions)
