"""What the README says is true: its Python runs, its numbers are the program's own, its links lead somewhere."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from cusum import Criterion, LearningCurveCusum, find_limit, power_bound, run_length
from cusum.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / name for name in ("README.md", "docs/README.md", "reports/README.md")]


@pytest.mark.slow
def test_the_python_in_the_readme_runs(tmp_path, monkeypatch, capsys):
    (tmp_path / "sample_data").mkdir()
    shutil.copy(ROOT / "sample_data" / "danish_cohort.csv", tmp_path / "sample_data")
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(blocks) == 1
    exec(compile(blocks[0], "README.md", "exec"), {})
    assert "spinal" in capsys.readouterr().out
    assert (tmp_path / "spinal.html").stat().st_size > 10_000


def table_rows():
    """Numbers of the table on Wald's limit, by number of cases."""
    lines = re.findall(r"^\| (\d+) \| (.*) \|$", README, re.MULTILINE)
    return {int(cases): [float(cell.strip().rstrip("%")) for cell in cells.split("|")] for cases, cells in lines}


@pytest.mark.parametrize("cases", [50, 100, 200])
def test_the_table_on_walds_limit_is_what_the_program_gives(cases):
    wald, wald_false, limit, kept, power = table_rows()[cases]
    criterion = Criterion(acceptable=0.10, unacceptable=0.20)
    design = find_limit(LearningCurveCusum(criterion=criterion, limit=1.0), false_signal=0.05, within=cases)
    trial = LearningCurveCusum(criterion=criterion, limit=2.772588722)
    assert wald == pytest.approx(2.772588722, abs=0.0005)
    assert wald_false == pytest.approx(100 * run_length(trial, failure_rate=0.20).signal_by(cases), abs=0.05)
    assert limit == pytest.approx(design.limit, abs=0.0005)
    assert kept == pytest.approx(100 * design.false_signal, abs=0.05)
    assert power == pytest.approx(100 * design.true_signal, abs=0.05)


def test_the_answer_of_the_plan_is_the_programs_own(capsys):
    asked, answer = re.search(r"```console\ncusum (plan .*?)\n```\n\n```\n(.*?)```", README, re.DOTALL).groups()
    with pytest.raises(SystemExit, match=r"^0$"):
        main(asked.split())
    assert " ".join(answer.split()) == capsys.readouterr().out.splitlines()[-1]
    bound = power_bound(Criterion(acceptable=0.10, unacceptable=0.20), cases=40)
    assert f"in at most {bound:.1%}" in README


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files_that_are_there(page):
    targets = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [target for target in targets if "://" not in target and not (page.parent / target).exists()]
    assert missing == []


def test_the_readme_names_the_package_as_it_is_installed():
    with (ROOT / "pyproject.toml").open("rb") as file:
        name = tomllib.load(file)["project"]["name"]
    assert f"`{name}`" in README
