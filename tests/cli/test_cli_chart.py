"""``cusum chart``: any chart of the catalogue on one trainee's cases or on those of all."""

from __future__ import annotations

import pandas as pd
import pytest

from cusum import Criterion, LearningCurveCusum, RiskAdjustedCusum, design_low_volume
from cusum.charts.catalogue import CHARTS

FAILURES = {"T1": "1" + "0" * 30, "T2": "01" * 15}


@pytest.fixture
def file(tmp_path):
    """Two trainees' spinals with a risk for each, and one epidural."""
    days = pd.date_range("2025-01-01", periods=31, freq="3D")
    rows = [
        (trainee, "Aarhus", "spinal", day, "failure" if outcome == "1" else "success", 0.05 + 0.01 * k)
        for trainee, outcomes in FAILURES.items()
        for k, (day, outcome) in enumerate(zip(days, outcomes, strict=False))
    ]
    rows.append(("T2", "Aarhus", "epidural", days[0], "success", None))
    names = ["trainee", "department", "procedure", "performed_on", "outcome", "expected_risk"]
    path = tmp_path / "cases.csv"
    pd.DataFrame(rows, columns=names).to_csv(path, index=False)
    return path


@pytest.fixture
def chart(command, file, tmp_path):
    """Chart the spinals of the file."""

    def run(*words, language="en"):
        out = tmp_path / "page.html"
        return command("chart", file, "--procedure", "spinal", "--out", out, "--language", language, *words)

    return run


def written(tmp_path, **options):
    """The path that was written."""
    return pd.read_csv(tmp_path / "page.csv", encoding="utf-8-sig", **options)


def test_one_trainee_is_charted_as_the_library_does(chart, tmp_path):
    ended = chart(
        "--chart", "lc_cusum", "--trainee", "T1", "--acceptable", "10%", "--unacceptable", "20%", "--limit", "2"
    )
    assert (ended.code, ended.err) == (0, "")
    made = LearningCurveCusum(criterion=Criterion(acceptable=0.1, unacceptable=0.2), limit=2.0)
    path = made.run([int(outcome) for outcome in FAILURES["T1"]])
    table = written(tmp_path)
    assert table["statistic"].to_numpy() == pytest.approx(path.statistic, abs=1e-6, nan_ok=True)
    assert table.loc[table["signal"].notna(), ["case", "signal"]].to_numpy().tolist() == [[18, "competent"]]
    assert path.first("competent") == 18
    assert list(table.columns[:4]) == ["trainee", "procedure", "case", "performed_on"]
    assert "signal: competence" in ended.out
    assert "Limits: 2" in ended.out
    assert "31 procedures by 1 trainee, of whom 0 without a signal." in ended.out


def test_every_trainee_has_a_figure_and_rows(chart, tmp_path):
    ended = chart()
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert ended.code == 0
    assert page.count('class="cusum-figure"') == 2
    assert "Trainee T1 · Spinal anaesthesia" in page
    assert written(tmp_path).groupby("trainee").size().to_dict() == {"T1": 31, "T2": 30}
    assert "61 procedures by 2 trainees, of whom 1 without a signal." in ended.out
    assert ended.out.count("Written: ") == 2


@pytest.mark.parametrize("name", sorted(CHARTS))
def test_every_chart_of_the_catalogue_can_be_asked_for(chart, name, tmp_path):
    needs = name in ("risk_adjusted", "risk_adjusted_lc_cusum", "rsprt", "vlad")
    words = ["--risk", "expected_risk"] if needs else []
    if name not in ("rsprt", "vlad", "standard", "last_look"):
        words += ["--limit", "1.5"]
    ended = chart("--chart", name, *words)
    assert (ended.code, ended.err) == (0, "")
    assert CHARTS[name].names["en"] in ended.out
    assert len(written(tmp_path)) == 61


def test_the_risks_of_the_column_are_the_ones_that_are_used(chart, tmp_path):
    words = ("--chart", "risk_adjusted", "--odds-ratio", "3", "--limit", "2", "--risk", "expected_risk")
    assert chart(*words, "--trainee", "T2").code == 0
    risk = [0.05 + 0.01 * k for k in range(30)]
    path = RiskAdjustedCusum(odds_ratio=3, limit=2).run([int(outcome) for outcome in FAILURES["T2"]], risk=risk)
    assert written(tmp_path)["statistic"].to_numpy() == pytest.approx(path.statistic, abs=1e-6)


def test_a_limit_that_was_not_given_is_designed_for_the_promise(chart):
    words = ("--chart", "lc_cusum", "--acceptable", "0.1", "--unacceptable", "0.2", "--within", "50")
    assert "Limits: 2.854" in chart(*words).out
    strict = chart(*words, "--false-signal", "1%")
    assert "Limits: 2.854" not in strict.out
    assert strict.code == 0


def test_a_last_look_is_designed_for_the_cases_and_the_promise(chart, tmp_path):
    words = ("--chart", "last_look", "--acceptable", "0.1", "--unacceptable", "0.2", "--within", "30")
    ended = chart(*words)
    design = design_low_volume(Criterion(acceptable=0.1, unacceptable=0.2), cases=30)
    assert (ended.code, ended.err) == (0, "")
    assert f"Limits: {design.chart.limit:.3f} and {design.chart.last_limit:.3f}" in ended.out
    table = written(tmp_path)
    first = table[table["trainee"] == "T2"].reset_index(drop=True)
    path = design.chart.run([int(outcome) for outcome in FAILURES["T2"]])
    assert first["upper"].to_numpy() == pytest.approx(path.upper, abs=1e-6, nan_ok=True)
    assert (path.first() or 0) == (first["signal"] == "competent").to_numpy().argmax() + bool(path.first())


def test_a_last_look_takes_no_limit(chart):
    ended = chart("--chart", "last_look", "--limit", "2")
    assert ended.code == 2
    assert "--limit was given to last_look" in ended.err
    assert "designed together" in " ".join(ended.err.split())


def test_an_ewma_looks_at_risks_where_it_is_given_them(chart, tmp_path):
    assert chart("--chart", "ewma", "--limit", "0.2", "--weight", "0.3").code == 0
    plain = written(tmp_path)["statistic"]
    assert chart("--chart", "ewma", "--limit", "0.2", "--weight", "0.3", "--risk", "expected_risk").code == 0
    adjusted = written(tmp_path)
    assert "risk" in adjusted
    assert (plain - adjusted["statistic"]).abs().max() > 0.01


def test_danish_words_and_a_file_for_danish_excel(chart, tmp_path):
    ended = chart("--chart", "standard", language="da")
    assert ended.code == 0
    for word in ("Spinalanæstesi: cusum (Kestin)", "Grænser: -2,71", "Procedure nr.", "61 procedurer ved 2"):
        assert word in ended.out
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<html lang="da">' in page
    table = written(tmp_path, sep=";", decimal=",")
    assert table["statistic"].dtype == float
    assert table["performed_on"].iloc[1] == "2025-01-04"


def test_a_name_that_a_spreadsheet_would_take_for_a_formula_is_guarded(command, tmp_path):
    rows = pd.DataFrame(
        {"trainee": "=cmd", "procedure": "spinal", "performed_on": pd.date_range("2025-01-01", periods=3), "failure": 0}
    )
    rows.to_csv(tmp_path / "cases.csv", index=False)
    assert command("chart", tmp_path / "cases.csv", "--out", tmp_path / "page.html").code == 0
    assert written(tmp_path, sep=";")["trainee"].unique().tolist() == ["'=cmd"]


def test_the_same_file_gives_the_same_bytes(chart, tmp_path):
    assert chart().code == 0
    first = [(tmp_path / name).read_bytes() for name in ("page.html", "page.csv")]
    assert chart().code == 0
    assert [(tmp_path / name).read_bytes() for name in ("page.html", "page.csv")] == first


def test_several_procedures_need_a_choice(command, file, tmp_path):
    ended = command("chart", file, "--language", "en", "--out", tmp_path / "page.html")
    assert ended.code == 2
    assert "The file has 2 procedures; expected --procedure with one of spinal, epidural." in ended.err
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--chart", "shewhart"), "Chart is 'shewhart'; expected one of bernoulli"),
        (("--trainee", "T9"), "--trainee is not in the file"),
        (("--chart", "vlad"), "vlad needs to know what to expect of each case"),
        (("--chart", "bernoulli", "--risk", "expected_risk"), "--risk was given to bernoulli"),
        (("--chart", "standard", "--limit", "3"), "--limit was given to standard"),
        (("--chart", "rsprt", "--risk", "nothing"), "--risk is 'nothing'"),
        (("--acceptable", "30%", "--unacceptable", "20%"), "acceptable"),
    ],
    ids=["chart", "trainee", "no risk", "a risk", "limit", "column", "criterion"],
)
def test_wrong_use_is_one_paragraph(chart, words, said):
    ended = chart(*words)
    assert ended.code == 2
    assert said in ended.err
    assert ended.err.count("\n") == 1


def test_a_procedure_that_is_not_there_is_wrong_use(command, file, tmp_path):
    ended = command("chart", file, "--procedure", "CVK", "--language", "en", "--out", tmp_path / "page.html")
    assert ended.code == 2
    assert "--procedure is 'CVK'; expected one of spinal, epidural" in ended.err


def test_a_missing_risk_is_a_problem_of_the_data(command, file, tmp_path):
    words = ("--chart", "vlad", "--risk", "expected_risk", "--procedure", "epidural", "--language", "en")
    ended = command("chart", file, *words, "--out", tmp_path / "page.html")
    assert ended.code == 1
    assert "1 cases have no risk in column expected_risk, the first of them in row 63" in ended.err


def test_a_folder_that_is_not_there_is_wrong_use(command, file, tmp_path):
    out = tmp_path / "missing" / "page.html"
    ended = command("chart", file, "--procedure", "spinal", "--out", out, "--language", "en")
    assert ended.code == 2
    assert "cannot be written" in ended.err
