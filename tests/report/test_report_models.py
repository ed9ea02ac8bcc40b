"""Pages and workbook of a cohort with risk models: what they show is what was computed, and no small number leaks."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from cusum import Cohort, analyse, describe_case_mix, load_programme, read_registrations
from cusum.cohort.risk_models import fit_risk_models
from cusum.errors import InvalidParameter, PrivacyError
from cusum.language import get_language
from cusum.registrations.assessments import read_assessments
from cusum.report import ReportPaths, model_methods, write_report
from cusum.report.pages.experience import milestone_table
from cusum.report.site import Site

SECRET = "a key for this test alone"
WORDS = get_language("en")


def make_table() -> pd.DataFrame:
    """Spinals of eight trainees in three departments, the third of them tiny; the risk hangs on the body mass index."""
    random = np.random.default_rng(12)
    rows = []
    for t in range(8):
        department = ["Aarhus", "Viborg", "Ærø"][min(t // 3, 2)] if t < 7 else "Ærø"
        cases = 3 if department == "Ærø" else 70
        bmi = random.uniform(18, 45, cases).round(1)
        failed = random.random(cases) < 1 / (1 + np.exp(5 - 0.11 * bmi))
        days = pd.date_range("2025-01-01", periods=cases, freq="2D")
        rows += [(f"Trainee{t}", department, "spinal", days[k], bool(failed[k]), bmi[k]) for k in range(cases)]
    rows += [("Trainee0", "Aarhus", "cvc", pd.Timestamp("2025-02-01"), False, 25.0)]
    columns = ["trainee", "department", "procedure", "performed_on", "failure", "bmi"]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def adjusted() -> Cohort:
    """The cohort with a model for spinals, none for the rest, and a register of assessments."""
    programme = load_programme()
    registrations = read_registrations(make_table(), programme=programme)
    register = pd.DataFrame({"Læge": ["Trainee0"], "Dokument": ["Kompetencekort 1"], "Dato": ["2025-03-02"]})
    models = fit_risk_models(registrations, programme, covariates=["bmi"])
    return analyse(registrations, programme, risk=models, assessments=read_assessments(register, programme))


@pytest.fixture(scope="module")
def reports(adjusted: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], ReportPaths]:
    """The report with names, and under pseudonyms; written once."""
    known: dict[bool, ReportPaths] = {}

    def write(hidden: bool) -> ReportPaths:
        if hidden not in known:
            folder = tmp_path_factory.mktemp("models")
            options = {"pseudonymise": hidden, "key": SECRET if hidden else None}
            known[hidden] = write_report(adjusted, folder, language="en", progress=False, **options)
        return known[hidden]

    return write


def text_of(page: Path) -> str:
    """Words of a page, without marks, scripts and figures."""
    html = re.sub(r"<script.*?</script>|<style.*?</style>", " ", page.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def test_ratios_on_the_department_page_are_those_computed(adjusted: Cohort, reports) -> None:
    page = text_of(reports(False).departments["Aarhus"])
    rows = adjusted.adjusted.departments
    row = rows[(rows["department"] == "Aarhus") & (rows["procedure"] == "spinal")].iloc[0]
    interval = f"{WORDS.number(row['ratio_low'], 2)} to {WORDS.number(row['ratio_high'], 2)}"
    assert f"{WORDS.number(row['expected'], 1)} {WORDS.number(row['ratio'], 2)} {interval}" in page
    assert "fitted on the same cases that they judge" in page
    assert "no ranking" in page or "not a ranking" in page


def test_the_front_page_says_what_is_adjusted_and_what_is_not(reports) -> None:
    page = text_of(reports(False).index)
    assert "Adjusted for the difficulty of the cases by BMI: spinal anaesthesia." in page
    assert "Not adjusted: epidural anaesthesia" in page


def test_the_procedure_page_shows_the_model_and_the_curve(adjusted: Cohort, reports) -> None:
    page = text_of(reports(False).procedures["spinal"])
    model = adjusted.adjusted.models["spinal"]
    assert f"fitted on {model.cases} cases with {model.failures} failures" in page
    odds = model.summary().set_index("term").loc["bmi", "odds_ratio"]
    assert f"BMI {WORDS.number(odds, 2)}" in page
    assert "Three shapes were fitted" in page
    refused = text_of(reports(False).procedures["cvc"])
    assert "This procedure is not adjusted: there is no risk model for it." in refused
    assert "No learning curve could be fitted" in refused


def test_the_trainee_page_sets_both_signals_beside_each_other(adjusted: Cohort, reports) -> None:
    page = text_of(reports(False).trainees["Trainee1"])
    row = adjusted.adjusted.crossings.set_index(["trainee", "procedure"]).loc[("Trainee1", "spinal")]
    assert f"{row['cases']} {row['failures']} {WORDS.number(row['expected'], 1)}" in page
    assert "The charts above and the status are unadjusted." in page


def test_documents_of_competences_are_listed(reports) -> None:
    page = text_of(reports(False).trainees["Trainee0"])
    assert "The programme's competences and their documents" in page
    assert "● K1" in page
    assert "never that the competence is achieved" in page


def test_the_workbook_has_a_sheet_for_each_table(reports) -> None:
    book = load_workbook(reports(False).workbook, read_only=True)
    wanted = {"Adjusted", "Risk models", "Departments compared", "Volume", "Forecast", "Competences", "Learning curves"}
    assert wanted <= set(book.sheetnames)
    names = [row[0] for row in book["Departments compared"].iter_rows(min_row=2, values_only=True)]
    assert names == sorted(names)


def test_nothing_names_a_trainee_under_pseudonyms(reports) -> None:
    report = reports(True)
    for page in report.folder.rglob("*.html"):
        assert "Trainee0" not in page.read_text(encoding="utf-8")
    book = load_workbook(report.workbook, read_only=True)
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert not [cell for cell in cells if re.search(r"Trainee\d", cell)]


def test_small_numbers_of_departments_are_hidden_under_pseudonyms(reports) -> None:
    assert "Small numbers (below 5)" in text_of(reports(True).departments["Ærø"])
    assert "Small numbers (below 5)" not in text_of(reports(False).departments["Ærø"])
    assert "figure-course-spinal" not in reports(True).departments["Ærø"].read_text(encoding="utf-8")
    book = load_workbook(reports(True).workbook, read_only=True)
    names = {row[0] for row in book["Departments compared"].iter_rows(min_row=2, values_only=True)}
    assert "Ærø" not in names


def test_a_report_can_go_without_models(adjusted: Cohort, tmp_path: Path) -> None:
    quick = write_report(adjusted, tmp_path, language="en", progress=False, models=False)
    assert "Three shapes" not in text_of(quick.procedures["spinal"])
    assert "Three learning curves" not in text_of(quick.methods)


def test_who_is_who_is_written_only_where_asked_and_outside(adjusted: Cohort, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    options = {"language": "en", "progress": False, "key": SECRET, "models": False}
    report = write_report(adjusted, tmp_path / "pages", pseudonymise=True, key_file=names, **options)
    lines = names.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "pseudonym;trainee"
    assert {line.split(";")[1] for line in lines[1:]} == {f"Trainee{t}" for t in range(8)}
    assert {line.split(";")[0] for line in lines[1:]} == set(report.trainees)
    with pytest.raises(PrivacyError, match="would lie inside the report folder"):
        write_report(adjusted, tmp_path, pseudonymise=True, key_file=tmp_path / "x.csv", **options)
    with pytest.raises(InvalidParameter, match=r"expected a report with pseudonyms"):
        write_report(adjusted, tmp_path / "pages", key_file=tmp_path / "y.csv", **options)
    with pytest.raises(InvalidParameter, match="is there already"):
        write_report(adjusted, tmp_path / "pages", pseudonymise=True, key_file=names, **options)


def test_the_workbook_calls_a_rate_and_a_state_by_what_they_are(reports) -> None:
    """The same column name means different things in different tables."""
    book = load_workbook(reports(False).workbook, read_only=True)
    heads = {sheet.title: [cell.value for cell in next(sheet.iter_rows(max_row=1))] for sheet in book}
    assert "Observed failure rate" in heads["Departments compared"]
    assert {"Status of the document", "Out of"} <= set(heads["Competences"])
    assert "Current failure rate" in heads["Charts case by case"]
    assert not {"Current failure rate", "of"} & {*heads["Departments compared"], *heads["Competences"]}
    assert "Current failure rate" not in heads.get("Learning curves", [])
    assert "Status after the procedure" not in heads["Competences"]


def test_a_covariate_within_a_sentence_has_a_small_letter() -> None:
    variables = [SimpleNamespace(column=name) for name in ("urgency", "bmi")]
    model = SimpleNamespace(design=SimpleNamespace(variables=variables))
    cohort = SimpleNamespace(adjusted=SimpleNamespace(models={"spinal": model}, fitted_here=False))
    assert "hastegrad og BMI" in model_methods._risk(cohort, get_language("da"))


def test_the_risk_of_a_trainee_is_called_that_of_an_acceptable_performer(reports) -> None:
    page = text_of(reports(False).trainees["Trainee0"])
    assert "Expected failure probability of an acceptable performer, mean" in page
    assert "acceptable performer, mean" not in text_of(reports(False).departments["Aarhus"])


def test_a_milestone_to_come_does_not_repeat_what_is_missing_today(adjusted: Cohort) -> None:
    early = milestone_table(Site(cohort=adjusted, language=WORDS), "Trainee0")
    assert {row.cells[-1].text for row in early.rows} == {"–"}
    year = replace(adjusted, milestones=adjusted.milestones.assign(reached=True))
    late = milestone_table(Site(cohort=year, language=WORDS), "Trainee0")
    assert all(row.cells[-2].text.endswith("of 32") and row.cells[-1].text != "–" for row in late.rows)


def numbers_of(values: list | dict) -> np.ndarray:
    """Numbers of a figure, written out or packed."""
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), dtype=values["dtype"]).astype(float)
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def test_case_mix_and_experience_are_drawn(adjusted: Cohort, reports) -> None:
    """The figures hold the shares and the counts of the tables that they stand beside."""
    department = reports(False).departments["Aarhus"].read_text(encoding="utf-8")
    mix = json.loads(re.search(r'data-for="figure-case-mix"[^>]*>(.*?)</script>', department, flags=re.S)[1])
    shares = [numbers_of(trace["x"]) for trace in mix["data"] if trace.get("meta", {}).get("role") == "unit"]
    known = describe_case_mix(adjusted, by="department").query("unit == 'Aarhus' and covariate == 'bmi'")
    spinals = known.query("procedure == 'spinal' and level not in ('mean', 'missing')")["share"]
    assert any(len(one) == len(spinals) and np.allclose(one, spinals, atol=1e-4) for one in shares)
    trainee = reports(False).trainees["Trainee0"].read_text(encoding="utf-8")
    drawn = json.loads(re.search(r'data-for="figure-experience"[^>]*>(.*?)</script>', trainee, flags=re.S)[1])
    assert 70 in [np.nanmax(numbers_of(trace["y"])) for trace in drawn["data"] if len(trace.get("y", ()))]
