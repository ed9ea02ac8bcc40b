"""``cusum report`` and ``cusum demo``: pages on the disk, and where they are on the output."""

from __future__ import annotations

import re
import webbrowser
from pathlib import Path

import pytest

from cusum import fit_risk_model, read_registrations
from cusum.cli import demo
from cusum.registrations.simulate import simulate_registrations


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """A small synthetic cohort in a Danish CSV file."""
    return simulate_registrations(trainees=3, seed=5).to_csv(tmp_path_factory.mktemp("cohort") / "cohort.csv")


@pytest.fixture(scope="module")
def trainees():
    """Names of the trainees of that cohort."""
    return sorted(simulate_registrations(trainees=3, seed=5).table["trainee"].unique())


def pages(folder):
    """Text of every page in a folder, by its path there."""
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}


def test_the_report_is_written_and_said_where(command, cohort, tmp_path):
    ended = command("report", cohort, "--out", tmp_path / "pages", "--language", "en")
    assert (ended.code, ended.err) == (0, "")
    first = re.search(r"The report begins at (.*)", ended.out)
    assert first is not None
    assert Path(first.group(1)).is_file()
    assert re.search(r"Read ([\d,]+) rows = used \1 \+ rejected 0\.", ended.out)
    assert any((tmp_path / "pages").glob("*.xlsx"))


def test_the_pages_are_danish_unless_told_otherwise(command, cohort, tmp_path):
    ended = command("report", cohort, "--out", tmp_path)
    assert ended.code == 0
    assert "Rapporten begynder" in ended.out
    assert '<html lang="da"' in pages(tmp_path)["index.html"]


def test_pseudonymised_pages_hold_no_name(command, cohort, trainees, tmp_path, monkeypatch):
    monkeypatch.setenv("CUSUM_PSEUDONYM_KEY", "a key that is for this test alone")
    assert command("report", cohort, "--out", tmp_path, "--language", "en", "--pseudonymise").code == 0
    written = pages(tmp_path)
    assert written
    for name in trainees:
        assert not any(re.search(rf"\b{name}\b", text) for text in written.values())
        assert not any(name in path for path in written)


def test_the_day_and_the_chart_are_passed_on(command, cohort, tmp_path):
    words = ("--as-of", "2025-03-01", "--chart", "standard", "--language", "en", "--out", tmp_path)
    ended = command("report", cohort, *words)
    assert ended.code == 0
    rejected = re.search(r"rejected ([\d,]+)\.", ended.out)
    assert rejected is not None
    assert int(rejected.group(1).replace(",", "")) > 0
    methods = pages(tmp_path)["methods.html"]
    assert "Kestin" in methods
    assert "1 March 2025" in methods


def test_models_are_fitted_and_what_cannot_be_adjusted_is_said(command, cohort, tmp_path):
    words = ("--covariates", "bmi,urgency", "--no-models", "--language", "en", "--out", tmp_path)
    ended = command("report", cohort, *words)
    assert ended.code == 0
    assert "No risk model for epidural anaesthesia: there are" in ended.err
    assert "expected at least 20" in ended.err
    assert "Adjusted for the difficulty of the cases by BMI and urgency" in pages(tmp_path)["index.html"]


def test_a_saved_model_serves_one_procedure(command, cohort, tmp_path):
    table = read_registrations(cohort).table
    spinal = table[(table["procedure"] == "spinal") & table["failure"].notna()]
    file = fit_risk_model(spinal.assign(failure=spinal["failure"].astype(bool)), covariates="bmi").save(tmp_path / "m")
    out = tmp_path / "pages"
    words = ("--risk", f"spinal={file}", "--no-models", "--language", "en", "--out", out)
    assert command("report", cohort, *words).code == 0
    index = pages(out)["index.html"]
    assert "Adjusted for the difficulty of the cases by BMI: spinal anaesthesia." in index
    assert "Not adjusted: epidural" in index


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--risk", "difficulty"), "the file of a risk model, or a column of the registrations"),
        (("--risk", "x", "--covariates", "bmi"), "both given"),
        (("--covariates", "weight"), "no column 'weight'"),
        (("--key", "names.csv"), "a report with pseudonyms"),
    ],
)
def test_what_cannot_be_adjusted_or_named_is_refused(command, cohort, tmp_path, words, said):
    ended = command("report", cohort, *words, "--no-models", "--language", "en", "--out", tmp_path / "pages")
    assert ended.code in (1, 2)
    assert said in ended.err
    assert not (tmp_path / "pages").exists()


def test_assessments_are_read_and_counted(command, cohort, trainees, tmp_path):
    register = tmp_path / "register.csv"
    register.write_text(f"Læge;Dokument;Dato\n{trainees[0]};Kompetencekort 1;13-02-2025\n", encoding="utf-8")
    words = ("--assessments", register, "--no-models", "--language", "en", "--out", tmp_path / "pages")
    ended = command("report", cohort, *words)
    assert (ended.code, ended.err) == (0, "")
    assert "Assessments: read 1 rows = used 1 + rejected 0." in ended.out


def test_assessments_of_people_without_registrations_are_counted(command, cohort, trainees, tmp_path):
    register = tmp_path / "register.csv"
    names = (trainees[0], "Ukendt Person", "Ukendt Person", "X. Y.")
    lines = [f"{name};Kompetencekort 1;{day}-02-2025" for day, name in enumerate(names, start=10)]
    register.write_text("\n".join(["Læge;Dokument;Dato", *lines]) + "\n", encoding="utf-8")
    words = ("--assessments", register, "--no-models", "--language", "da", "--out", tmp_path / "pages")
    ended = command("report", cohort, *words)
    assert ended.code == 0
    assert "Vurderinger af 2 personer, der ikke er i registreringerne: 3." in ended.out


def test_who_is_who_comes_with_a_warning(command, cohort, trainees, tmp_path, monkeypatch):
    monkeypatch.setenv("CUSUM_PSEUDONYM_KEY", "a key that is for this test alone")
    names = tmp_path / "names.csv"
    words = ("--pseudonymise", "--key", names, "--no-models", "--language", "en", "--out", tmp_path / "pages")
    ended = command("report", cohort, *words)
    assert ended.code == 0
    assert "personal data" in ended.out
    assert all(name in names.read_text(encoding="utf-8-sig") for name in trainees)


def test_an_unknown_chart_is_wrong_use(command, cohort, tmp_path):
    ended = command("report", cohort, "--chart", "shewhart", "--out", tmp_path, "--language", "en")
    assert ended.code == 2
    assert "shewhart" in ended.err
    assert "lc_cusum" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_an_impossible_day_is_wrong_use(command, cohort, tmp_path):
    ended = command("report", cohort, "--as-of", "2025-02-30", "--out", tmp_path)
    assert ended.code == 2
    assert "--as-of" in ended.err


def test_the_demo_simulates_where_there_is_no_sample(command, tmp_path, monkeypatch):
    small = simulate_registrations(trainees=2, seed=demo.SEED)
    monkeypatch.setattr(demo, "sample_file", lambda: None)
    monkeypatch.setattr("cusum.registrations.simulate.simulate_registrations", lambda programme, *, seed: small)
    ended = command("demo", "--out", tmp_path, "--language", "en")
    assert ended.code == 0
    assert f"simulated with seed {demo.SEED}" in ended.out
    assert (tmp_path / "index.html").is_file()


def test_the_demo_uses_the_sample_and_opens_no_browser_without_a_terminal(command, cohort, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(demo, "sample_file", lambda: cohort)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    ended = command("demo", "--out", tmp_path, "--language", "en")
    assert ended.code == 0
    assert "synthetic" in ended.out
    assert opened == []


@pytest.mark.parametrize(("words", "expected"), [((), 1), (("--no-open",), 0)])
def test_the_demo_opens_the_first_page_at_a_terminal(command, cohort, tmp_path, monkeypatch, words, expected):
    opened = []
    monkeypatch.setattr(demo, "sample_file", lambda: cohort)
    monkeypatch.setattr(demo, "at_a_terminal", lambda: True)
    monkeypatch.setattr(webbrowser, "get", lambda: None)
    monkeypatch.setattr(webbrowser, "open", opened.append)
    assert command("demo", "--out", tmp_path, "--language", "en", *words).code == 0
    assert opened == [(tmp_path / "index.html").as_uri()] * expected


def test_the_sample_file_of_the_source_is_found():
    sample = demo.sample_file()
    assert sample is not None
    assert sample.name == "danish_cohort.csv"
