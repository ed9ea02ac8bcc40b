"""``cusum simulate``: a cohort and its truth, the same for the same seed."""

from __future__ import annotations

import pandas as pd


def test_a_cohort_and_its_truth_are_written(command, tmp_path):
    file = tmp_path / "cohort.csv"
    ended = command("simulate", "--trainees", 4, "--seed", 1, "--out", file, "--language", "en")
    assert (ended.code, ended.err) == (0, "")
    assert f"Written: {file}" in ended.out
    assert "cohort_truth.csv" in ended.out
    table = pd.read_csv(file, sep=";", decimal=",", encoding="utf-8-sig")
    truth = pd.read_csv(tmp_path / "cohort_truth.csv")
    assert table["Uddannelsessøgende"].nunique() == 4
    assert truth["trainee"].nunique() == 4


def test_the_seed_decides(command, tmp_path):
    def cohort(name, seed):
        command("simulate", "--trainees", 2, "--seed", seed, "--out", tmp_path / name)
        return (tmp_path / name).read_bytes()

    assert cohort("a.csv", 1) == cohort("b.csv", 1)
    assert cohort("a.csv", 1) != cohort("c.csv", 2)


def test_a_workbook_is_written_where_the_name_asks_for_one(command, tmp_path):
    file = tmp_path / "cohort.xlsx"
    assert command("simulate", "--trainees", 2, "--seed", 1, "--out", file).code == 0
    assert pd.read_excel(file)["Uddannelsessøgende"].nunique() == 2


def test_a_seed_must_be_given(command, tmp_path):
    ended = command("simulate", "--out", tmp_path / "cohort.csv")
    assert ended.code == 2
    assert "--seed" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_one_sentence(command, tmp_path):
    ended = command("simulate", "--seed", 1, "--trainees", 1, "--out", tmp_path / "no" / "x.csv", "--language", "en")
    assert ended.code == 2
    assert "cannot be written" in ended.err
    assert ended.err.count("\n") == 1


def test_a_register_of_assessments_is_written_on_request(command, tmp_path):
    file = tmp_path / "cohort.csv"
    ended = command("simulate", "--trainees", 3, "--seed", 1, "--out", file, "--assessments", "--language", "en")
    assert (ended.code, ended.err) == (0, "")
    assert "cohort_assessments.csv" in ended.out
    register = pd.read_csv(tmp_path / "cohort_assessments.csv", sep=";", encoding="utf-8-sig")
    assert set(register["Uddannelsessøgende"]) == {"T001", "T002", "T003"}
    assert register["Dokument"].str.contains("Kompetencekort").sum() >= 40
