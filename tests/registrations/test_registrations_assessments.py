"""A register of assessments is read as departments write it, and what cannot be used is kept with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

from cusum import InvalidData, PrivacyError, UnreadableFile, load_programme, read_assessments, simulate_registrations
from cusum.language import get_language
from cusum.registrations import describe_assessment
from cusum.registrations.assessment_words import (
    ASSESSMENT_REASONS,
    read_document,
    read_month,
    read_number_of_competence,
    read_result,
    roles_of,
)
from cusum.registrations.cells import Problem

PLAN = load_programme()
CARDS = """Uddannelsessøgende;Dokument;Dato;Godkendt;Kompetence
T001;Kompetencekort 1;13-02-2025;ja;
T001;Generel vurdering, måned 6;28-02-2025;Tilstrækkelig;
T002;Mini-CEX;14-02-2025;Under forventet;
T002;Vejledersamtale;20-02-2025;;21
"""


def test_a_danish_csv_is_read(write_text: Callable[..., Path]) -> None:
    read = read_assessments(write_text(CARDS, encoding="cp1252"), as_of="2025-06-30")
    columns = ["trainee", "document", "sufficient", "competence", "month", "row"]
    assert read.table[columns].astype(object).where(read.table[columns].notna(), None).values.tolist() == [
        ["T001", "K1", True, None, None, 2],
        ["T001", "GV", True, None, 6, 3],
        ["T002", "MC", False, None, None, 4],
        ["T002", "VS", None, 21, None, 5],
    ]
    assert read.table["assessed_on"].iloc[0] == pd.Timestamp("2025-02-13")
    assert repr(read) == "Assessments(4 read = 4 used + 0 rejected, 2 trainees)"
    assert read.provenance.source == "logbog.csv"
    assert "K1" in read._repr_html_()


def test_a_workbook_with_a_title_and_other_sheets_is_read(write_book: Callable[..., Path]) -> None:
    heads = ["Læge", "Kompetencekort", "Godkendelsesdato"]
    path = write_book(
        {
            "Vejledning": [["Skriv her, hvem der har fået hvilke kort"]],
            "Kort": [["Kompetencekort 2025"], [], heads, ["T1", 5, "2025-02-13"], [], ["T1", "16", "2025-03-01"]],
        }
    )
    read = read_assessments(path)
    assert read.table[["trainee", "document", "row", "sheet"]].values.tolist() == [
        ["T1", "K5", 4, "Kort"],
        ["T1", "K16", 6, "Kort"],
    ]
    assert (read.counts["skipped_title"], read.counts["skipped_blank"]) == (1, 1)
    assert read.decisions.query("topic == 'sheet'")["subject"].tolist() == ["Vejledning"]


def test_a_column_for_each_document_is_read(write_book: Callable[..., Path]) -> None:
    """As a head of training keeps it: one row a trainee, dates in the columns."""
    heads = [
        "Uddannelsessøgende",
        "Afdeling",
        "K1",
        "Kompetencekort 2",
        "GV 6. måned",
        "Mini-CEX måned 9",
        "Bemærkning",
    ]
    rows = [
        ["T1", "X", datetime(2025, 2, 13), datetime(2025, 3, 1), None, None, "flink"],
        ["T2", "X", None, "mangler dato", datetime(2025, 6, 20), None, None],
    ]
    read = read_assessments(write_book({"Oversigt": [heads, *rows]}), as_of="2025-12-31")
    assert read.table[["trainee", "document", "row"]].values.tolist() == [
        ["T1", "K1", 2],
        ["T1", "K2", 2],
        ["T2", "GV", 3],
    ]
    assert read.table["month"].dropna().tolist() == [6]
    assert read.table["sufficient"].isna().all()
    assert read.rejected[["row", "column", "reason", "found"]].values.tolist() == [
        [3, "Kompetencekort 2", "unreadable_date", "mangler dato"]
    ]
    assert read.counts["read"] == 4
    assert read.decisions.query("topic == 'layout'")["decision"].tolist() == ["a column for each document"]


@pytest.mark.parametrize(
    ("text", "document"),
    [
        *[(text, "K3") for text in ("K3", "k 3", "Kort 3", "Kort nr. 3", "Kompetencekort 03", "KK3", "K3 Elektiv GA")],
        *[
            (text, "GV")
            for text in ("GV", "Generel vurdering", "GENEREL VURDERING 11. måned", "General assessment", "GV 6")
        ],
        *[(text, "MC") for text in ("MC", "Mini-CEX", "mini cex", "Mini-CEX, måned 9", "Minicex 2", "Mini-CEX (vagt)")],
        *[(text, "VS") for text in ("VS", "Vejledersamtale", "struktureret vejledersamtale", "Vejledersamtale nr. 4")],
        *[(text, "COURSE") for text in ("Vejledningskursus", "vejlederkursus", "Supervisor training course")],
        ("Gennemført tid", "TIME"),
        ("Erfaringsregistrering", "ER"),
        ("Cusumscore", "CU"),
    ],
)
def test_documents_are_known_by_their_spellings(text: str, document: str) -> None:
    assert read_document(text, PLAN) == document


@pytest.mark.parametrize("text", ["K17", "K0", "K", "Kursus i akut medicin", "360 graders", "MCV", "K123"])
def test_what_is_no_document_is_told(text: str) -> None:
    found = read_document(text, PLAN)
    assert isinstance(found, Problem)
    assert found.code == "unknown_document"
    assert found.suggestion == "K1-K16, GV, MC, CU, ER, VS, COURSE, TIME"


def test_results_months_and_competences() -> None:
    good = ("ja", "Ja", "1", "x", "Godkendt", "tilstrækkelig", "Som forventet", "Over forventet", "bestået")
    bad = ("nej", "0", "Ikke godkendt", "Utilstrækkelig", "ikke bestået", "Under forventet niveau")
    assert [read_result(text) for text in good] == [True] * len(good)
    assert [read_result(text) for text in bad] == [False] * len(bad)
    assert read_result("-") is None
    assert read_result("måske") == Problem("unreadable_result", "ja / nej")
    assert read_month("Mini-CEX, 9. måned", 12) == 9
    assert read_month("Mini-CEX, måned 13", 12) is None
    assert read_number_of_competence("nr. 21", range(1, 33)) == 21
    assert read_number_of_competence("33", range(1, 33)) == Problem("unknown_competence", "1-32")


def test_headings_are_known_by_their_spellings() -> None:
    assert roles_of("Læge")[0][1] == "trainee"
    assert roles_of("Kompetencekort")[0][1] == "document"
    assert roles_of("Dato for godkendelse")[0][1] == "assessed_on"
    assert roles_of("Procedure") == []
    assert roles_of(7) == []


def test_rejected_rows_are_kept_with_their_reason() -> None:
    rows = [
        ("T1", "K1", "2025-02-13", "ja", None),
        ("T1", "K1", "2025-02-13", "ja", None),
        (None, "K2", "2025-02-13", "ja", None),
        ("T1", None, "2025-02-13", "ja", None),
        ("T1", "K99", "2025-02-13", "ja", None),
        ("T1", "K3", None, "ja", None),
        ("T1", "K4", "i går", "ja", None),
        ("T1", "K5", "2025-02-30", "ja", None),
        ("T1", "K6", "2026-02-13", "ja", None),
        ("T1", "K7", "2025-02-13", "næsten", None),
        ("T1", "VS", "2025-02-13", "ja", 40),
        ("T1", "K1", "2025-02-14", "ja", 21),
    ]
    table = pd.DataFrame(rows, columns=["Læge", "Dokument", "Dato", "Godkendt", "Kompetence"])
    read = read_assessments(table, as_of="2025-12-31")
    assert read.counts["read"] == 12 == read.counts["used"] + read.counts["rejected"]
    assert read.rejected[["row", "reason", "column"]].values.tolist() == [
        [3, "repeated_row", ""],
        [4, "missing_trainee", "Læge"],
        [5, "missing_document", "Dokument"],
        [6, "unknown_document", "Dokument"],
        [7, "missing_date", "Dato"],
        [8, "unreadable_date", "Dato"],
        [9, "impossible_date", "Dato"],
        [10, "future_date", "Dato"],
        [11, "unreadable_result", "Godkendt"],
        [12, "unknown_competence", "Kompetence"],
        [13, "not_for_competence", "Kompetence"],
    ]
    danish = get_language("da")
    for row in read.rejected.to_dict("records"):
        assert row["message"] == describe_assessment(row)
        assert describe_assessment(row, danish.translate) != row["message"]
    assert set(read.rejected["reason"]) == set(ASSESSMENT_REASONS)
    assert set(read.table["row"]) == {2}


@pytest.mark.parametrize("column", ["Læge", "Dokument", "Bemærkning"])
def test_a_civil_registration_number_stops_the_reading(column: str) -> None:
    row = {"Læge": "T1", "Dokument": "K1", "Dato": "2025-02-13", "Bemærkning": ""} | {column: "010199-0000"}
    with pytest.raises(PrivacyError, match="civil registration number") as error:
        read_assessments(pd.DataFrame([row]))
    assert "0101" not in str(error.value)


def test_a_file_without_the_columns_is_refused(write_text: Callable[..., Path]) -> None:
    with pytest.raises(UnreadableFile, match=r"logbog.csv has no column for the date; expected a heading row such as"):
        read_assessments(write_text("Læge;Dokument\nT1;K1\n"))
    with pytest.raises(UnreadableFile, match="holds no assessment"):
        read_assessments(write_text("Læge;Dokument;Dato\n"))
    with pytest.raises(UnreadableFile, match="there is no file"):
        read_assessments("no_such_register.csv")


def test_dates_that_fit_both_orders_are_asked_about() -> None:
    table = pd.DataFrame({"Læge": ["T1"], "Dokument": ["K1"], "Dato": ["03-02-2025"]})
    with pytest.raises(InvalidData, match="fit both orders"):
        read_assessments(table)
    read = read_assessments(table, date_order="day first")
    assert read.table["assessed_on"].item() == pd.Timestamp("2025-02-03")


def test_the_sample_register_is_read_whole() -> None:
    read = read_assessments("sample_data/danish_assessments.csv")
    made = simulate_registrations(trainees=92, seed=2018).assessments()
    assert read.counts["rejected"] == 0
    ours = read.table.sort_values(["trainee", "assessed_on", "document"], kind="stable", ignore_index=True)
    for name in ("trainee", "document", "assessed_on", "competence"):
        assert (
            (ours[name].fillna(0) == made[name].fillna(0)).all()
            if name == "competence"
            else (ours[name] == made[name]).all()
        )
    assert (ours["sufficient"] == made["sufficient"]).all()
    assert (ours["month"].fillna(0) == made["month"].fillna(0)).all()


def test_the_synthetic_register_is_what_it_says() -> None:
    made = simulate_registrations(trainees=60, seed=3).assessments()
    again = simulate_registrations(trainees=60, seed=3).assessments()
    pd.testing.assert_frame_equal(made, again)
    cards = made[made["document"].str.fullmatch(r"K\d+")]
    approved = cards[cards["sufficient"]].groupby("trainee")["document"].nunique()
    assert 14.5 < approved.mean() < 16
    assert 0.05 < 1 - cards["sufficient"].mean() < 0.10
    assert not made.duplicated(["trainee", "document", "assessed_on", "sufficient", "competence", "month"]).any()
    assert set(made["document"]) == {f"K{n}" for n in range(1, 17)} | {"GV", "MC", "VS", "COURSE", "TIME"}
