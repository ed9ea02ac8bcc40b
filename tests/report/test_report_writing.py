"""Writing a report: whole or not at all, the same bytes every time, progress told, faults said plainly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from cusum import Cohort
from cusum.errors import InvalidData, InvalidParameter
from cusum.report import ReportPaths, write_report
from cusum.report.embedding import Embedding
from cusum.work import progress_reporter


def test_every_page_is_where_the_paths_say(cohort: Cohort, written: Callable[[str], ReportPaths]) -> None:
    paths = written("da")
    pages = [paths.index, paths.quality, paths.methods, paths.workbook]
    pages += [*paths.trainees.values(), *paths.departments.values(), *paths.procedures.values()]
    assert all(page.is_file() for page in pages)
    assert list(paths.trainees) == list(cohort.trainees["trainee"])
    assert set(paths.departments) == set(cohort.departments["department"])
    assert list(paths.procedures) == list(cohort.designs["procedure"])
    assert all(page.resolve().is_relative_to(paths.folder.resolve()) for page in pages)


def test_the_same_cohort_gives_the_same_bytes(
    cohort: Cohort, written: Callable[[str], ReportPaths], tmp_path: Path
) -> None:
    first, second = written("da").folder, write_report(cohort, tmp_path / "again", progress=False).folder
    names = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(second) for path in second.rglob("*") if path.is_file())
    assert not [name for name in names if (first / name).read_bytes() != (second / name).read_bytes()]


def test_progress_is_told_step_by_step(cohort: Cohort, tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    write_report(cohort, tmp_path, language="en", progress=lambda done, total, what: told.append((done, total, what)))
    total = told[0][1]
    assert [done for done, _, _ in told] == list(range(total + 1))
    assert {number for _, number, _ in told} == {total}
    assert {"T1", "Overview", "Workbook", "Methods"} <= {what for _, _, what in told}


def test_progress_is_silent_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_reporter(True, "Writing") as tell:
        tell(1, 2, "index")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_progress_draws_one_line_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with progress_reporter(True, "Writing") as tell:
        tell(1, 2, "index")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "1/2 index" in captured.err
    assert "\n" not in captured.err


def test_a_figure_that_cannot_be_drawn_leaves_no_report_behind(
    cohort: Cohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **options: object) -> None:
        raise RuntimeError("no figure")

    monkeypatch.setattr("cusum.figures.plot_department", broken)
    with pytest.raises(RuntimeError, match="no figure"):
        write_report(cohort, tmp_path / "report", progress=False)
    assert not (tmp_path / "report").exists()


def test_a_figure_without_words_is_refused() -> None:
    class Silent:
        def to_json(self, engine: str) -> str:
            return '{"data": [], "layout": {}}'

    with pytest.raises(InvalidData, match="figure f has no text alternative"):
        Embedding().embed(Silent(), "f", caption="", table=None)  # type: ignore[arg-type]


def test_a_folder_that_is_a_file_is_said_plainly(cohort: Cohort, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(InvalidParameter, match=r"the report cannot be written to .*taken: .*Choose a folder"):
        write_report(cohort, tmp_path / "taken", progress=False)


def test_a_cohort_without_trainees_is_refused(cohort: Cohort, tmp_path: Path) -> None:
    empty = replace(cohort, trainees=cohort.trainees.iloc[:0])
    with pytest.raises(InvalidData, match="there is no trainee to report on"):
        write_report(empty, tmp_path, progress=False)


def test_an_unknown_language_is_refused(cohort: Cohort, tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter, match="language is 'tlh'"):
        write_report(cohort, tmp_path, language="tlh", progress=False)


def test_a_list_of_files_that_points_outside_removes_nothing_there(cohort: Cohort, tmp_path: Path) -> None:
    outside = tmp_path / "precious.txt"
    outside.write_text("keep", encoding="utf-8")
    folder = tmp_path / "report"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "files.json").write_text('["../precious.txt", 7]', encoding="utf-8")
    write_report(cohort, folder, progress=False)
    assert outside.read_text(encoding="utf-8") == "keep"


@pytest.mark.parametrize("chart", ["standard", "lc_cusum", "bernoulli"])
def test_a_report_is_written_for_every_chart(source: Path, tmp_path: Path, chart: str) -> None:
    from cusum import analyse, read_registrations

    charted = analyse(read_registrations(source, as_of="2026-06-01"), chart=chart)
    paths = write_report(charted, tmp_path, progress=False)
    assert "p0 = " in paths.methods.read_text(encoding="utf-8")
