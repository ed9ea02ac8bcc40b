"""The door as a whole: read = used + rejected, reasons, flags, order, provenance."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cusum import InvalidData, load_programme, read_registrations
from cusum.registrations import FLAGS, REASONS, Registrations, describe
from cusum.registrations.flags import run_probability, tied_groups

COLUMNS = ["Uddannelsessøgende", "Procedure", "Dato", "Lykkedes"]
REJECTED = ["row", "sheet", "column", "reason", "found", "suggestion", "message", "trainee", "procedure", "also"]
FLAGGED = ["row", "sheet", "column", "flag", "found", "message", "trainee", "procedure", "value"]


def frame(*rows: tuple[object, ...], **more: list[object]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object).assign(**more)


def good(n: int = 1, trainee: str = "T1", procedure: str = "CVK") -> list[tuple[object, ...]]:
    return [(trainee, procedure, f"2025-{3 + i // 28:02d}-{1 + i % 28:02d}", "ja") for i in range(n)]


def reasons(table: pd.DataFrame, **options) -> list[list[object]]:
    return read_registrations(table, **options).rejected[["row", "column", "reason"]].values.tolist()


def flags(table: pd.DataFrame, code: str, *columns: str) -> list[list[object]]:
    flagged = read_registrations(table).flagged
    return flagged.loc[flagged["flag"] == code, list(columns)].values.tolist()


def test_the_canonical_table():
    read = read_registrations(frame(*good(2), Ansættelsesstart=["2025-01-01"] * 2))
    assert read.table.dtypes.astype(str).to_dict() == {
        "trainee": "str",
        "procedure": "str",
        "performed_on": "datetime64[us]",
        "failure": "boolean",
        "department": "str",
        "region": "str",
        "sequence": "Int64",
        "row": "int64",
        "sheet": "str",
        "registration_id": "str",
        "post_start": "datetime64[us]",
    }
    assert read.table[["department", "region", "sheet", "registration_id"]].eq("").all(axis=None)
    assert list(read.rejected.columns) == REJECTED
    assert list(read.flagged.columns) == FLAGGED
    assert list(read.decisions.columns) == ["topic", "subject", "decision", "detail"]
    assert isinstance(read.table.index, pd.RangeIndex)


def test_the_order_is_trainee_procedure_day_sequence_and_row():
    rows = [
        ("T2", "CVK", "2025-03-01", "ja"),
        ("T1", "Spinal", "2025-03-01", "ja"),
        ("T1", "CVK", "2025-03-02", "ja"),
        ("T1", "CVK", "2025-03-01", "ja"),
        ("T1", "CVK", "2025-03-01", "nej"),
        ("T1", "CVK", "2025-03-01", "ja"),
    ]
    read = read_registrations(frame(*rows, Rækkefølge=[1, 1, 1, None, 2, 1]))
    assert read.table["row"].tolist() == [7, 6, 5, 4, 3, 2]


@pytest.mark.parametrize(
    ("change", "column", "reason"),
    [
        ({"Uddannelsessøgende": " "}, "Uddannelsessøgende", "missing_trainee"),
        ({"Procedure": None}, "Procedure", "missing_procedure"),
        ({"Procedure": "Tonsillektomi"}, "Procedure", "unknown_procedure"),
        ({"Dato": ""}, "Dato", "missing_date"),
        ({"Dato": "i går"}, "Dato", "unreadable_date"),
        ({"Dato": "2025-02-30"}, "Dato", "impossible_date"),
        ({"Dato": "2031-01-01"}, "Dato", "future_date"),
        ({"Dato": "2024-12-31"}, "Dato", "before_post"),
        ({"Lykkedes": None}, "Lykkedes", "missing_outcome"),
        ({"Lykkedes": "måske"}, "Lykkedes", "unreadable_outcome"),
        ({"Forsøg": 0}, "Forsøg", "bad_attempts"),
        ({"Forsøg": "1,5"}, "Forsøg", "bad_attempts"),
        ({"ASA": 7}, "ASA", "bad_value"),
        ({"Alder": "gammel"}, "Alder", "bad_value"),
        ({"BMI": 2}, "BMI", "bad_value"),
        ({"Overtaget": "måske"}, "Overtaget", "bad_value"),
        ({"Rækkefølge": "først"}, "Rækkefølge", "bad_value"),
        ({"Ansættelsesstart": "engang"}, "Ansættelsesstart", "unreadable_date"),
        ({"ID": "r2"}, "ID", "repeated_id"),
    ],
    ids=repr,
)
def test_each_reason_with_its_row_and_column(change, column, reason):
    table = frame(*good(3)).assign(
        Forsøg=1,
        ASA=2,
        Alder=50,
        BMI=25,
        Overtaget="nej",
        Rækkefølge=1,
        Ansættelsesstart="2025-01-01",
        ID=["r1", "r2", "r3"],
    )
    table = table.astype(object)
    for name, value in change.items():
        table.loc[2, name] = value
    read = read_registrations(table, as_of="2030-12-31")
    assert read.rejected[["row", "column", "reason", "also"]].values.tolist() == [[4, column, reason, ""]]
    assert read.counts["read"] == 3
    assert read.counts["used"] == len(read.table) == 2
    assert read.rejected["message"].item() == describe(read.rejected.iloc[0].to_dict())


def test_every_fault_of_a_row_is_told():
    read = read_registrations(frame((None, "Spinol", "31-31-2025", "?"), *good()))
    row = read.rejected.iloc[0]
    assert (row["reason"], row["also"]) == ("missing_trainee", "unknown_procedure (Procedure), impossible_date (Dato)")
    assert len(read.rejected) == read.counts["rejected"] == 1


def test_the_nearest_known_names_are_suggested():
    read = read_registrations(
        frame(("T1", "Spianlanæstesi", "2025-03-01", "ja"), ("T1", "qqq", "2025-03-01", "ja"), *good())
    )
    assert read.rejected["suggestion"].tolist() == [
        "spinalanæstesi, epiduralanæstesi",
        "Spinal, Epidural, CVK, A-kanyle, Blokade, Intubation",
    ]


def test_the_values_of_identifying_columns_are_not_shown():
    table = frame(*good(2)).assign(ID=["hemmelig", "hemmelig"], Ansættelsesstart=["2025-01-01", "hemmelig"])
    read = read_registrations(table.iloc[[0, 1, 1]].assign(ID="hemmelig"))
    assert len(read.rejected) == 2
    assert not read.rejected.astype(str).apply(lambda column: column.str.contains("hemmelig")).any(axis=None)


def test_a_number_is_repeated_only_among_the_registrations_that_are_used():
    table = frame(("T1", "CVK", "2025-02-30", "ja"), ("T1", "CVK", "2025-02-28", "ja")).assign(ID="r1")
    assert reasons(table) == [[2, "Dato", "impossible_date"]]


def test_numbers_that_begin_anew_for_each_trainee_are_not_repeated():
    table = pd.concat([frame(*good(5, trainee)).assign(Løbenr=range(1, 6)) for trainee in ("T1", "T2")])
    read = read_registrations(pd.concat([table, frame(("T2", "CVK", "2025-04-01", "ja")).assign(Løbenr=5)]))
    assert read.rejected[["row", "reason", "suggestion"]].values.tolist() == [[12, "repeated_id", "11"]]


@pytest.mark.parametrize(
    ("rows", "told"), [(slice(None, None, -1), ["newest first"]), (slice(None), [])], ids=["down", "up"]
)
def test_a_file_that_runs_backwards_is_told(rows, told):
    read = read_registrations(frame(*good(5)[rows]))
    decisions = read.decisions
    assert decisions.loc[decisions["topic"] == "file_order", "decision"].tolist() == told


def test_strict_lists_the_first_twenty_and_the_count_in_one_error():
    table = frame(*[("T1", "Spinol", "2025-03-01", "ja")] * 25, *good(5))
    with pytest.raises(InvalidData, match=r"25 of 30 registrations in table cannot be used") as error:
        read_registrations(table, strict=True)
    message = str(error.value)
    assert message.count("'Spinol' is not in the programme") == 20
    assert "row 2: " in message
    assert "row 21: " in message
    assert "row 22: " not in message
    assert read_registrations(frame(*good(5)), strict=True).counts["used"] == 5


def test_identical_rows_are_flagged_or_on_request_rejected():
    table = frame(*good(), *good(), *good(1, "T2"))
    read = read_registrations(table)
    assert read.counts["used"] == 3
    assert flags(table, "duplicate_row", "row", "found") == [[3, "2"]]
    rejected = read_registrations(table, duplicates="reject")
    assert rejected.rejected[["row", "reason", "suggestion"]].values.tolist() == [[3, "duplicate_row", "2"]]
    assert rejected.counts["read"] == rejected.counts["used"] + rejected.counts["rejected"] == 3


def test_rows_that_differ_in_any_column_or_have_numbers_are_no_duplicates():
    assert flags(frame(*good(), *good(), Note=["a", "b"]), "duplicate_row", "row") == []
    assert flags(frame(*good(), *good(), ID=["a", "b"]), "duplicate_row", "row") == []


def test_two_departments_on_a_day():
    table = frame(*good(), *good(1, procedure="Spinal"), *good(2, "T2"), Afdeling=["B", "A", "A", "B"])
    assert flags(table, "two_departments", "row", "found", "value", "procedure") == [[2, "A, B", 2.0, ""]]


def test_many_registrations_on_a_day():
    table = frame(*[("T1", "CVK", "2025-03-01", "ja")] * 11, *[("T2", "CVK", "2025-03-01", "ja")] * 10)
    assert flags(table, "many_per_day", "trainee", "value") == [["T1", 11.0]]


def test_a_run_without_failure_that_is_hardly_possible():
    table = frame(("T1", "A-kanyle", "2025-02-01", "nej"), *good(40, procedure="A-kanyle"), *good(40, "T2", "Spinal"))
    found = flags(table, "implausible_run", "row", "trainee", "procedure", "found", "value")
    assert [one[:4] for one in found] == [[3, "T1", "arterial_line", "40"]]
    assert found[0][4] == pytest.approx(0.8**40 + 0.2 * 0.8**40)


@pytest.mark.parametrize(("rate", "run", "cases"), [(0.2, 3, 10), (0.1, 1, 5), (0.5, 7, 7), (0.3, 4, 12)])
def test_the_probability_of_a_run_is_that_of_counting_every_sequence(rate, run, cases):
    total = 0.0
    for number in range(2**cases):
        outcomes = f"{number:0{cases}b}"
        if "0" * run in outcomes:
            total += rate ** outcomes.count("1") * (1 - rate) ** outcomes.count("0")
    assert run_probability(rate, run, cases) == pytest.approx(total)


@pytest.mark.parametrize(("run", "cases", "expected"), [(0, 5, 1.0), (6, 5, 0.0)])
def test_the_probability_of_a_run_at_the_ends(run, cases, expected):
    assert run_probability(0.1, run, cases) == expected


def test_ties_are_counted_and_flagged_where_no_order_is_known():
    rows = [*good(), ("T1", "CVK", "2025-03-01", "nej"), *good(1, "T2"), ("T2", "CVK", "2025-03-01", "nej")]
    table = frame(*rows, Rækkefølge=[None, 1, 1, 2])
    read = read_registrations(table)
    assert (read.counts["ties"], read.counts["tied_groups"]) == (2, 1)
    assert flags(table, "ties", "row", "trainee", "value") in ([[2, "T1", 2.0]], [[3, "T1", 2.0]])


def loop_over_ties(table: pd.DataFrame) -> tuple[int, int]:
    """Count ties one registration at a time."""
    groups: dict[tuple[object, ...], list[object]] = {}
    for row in table.to_dict("records"):
        groups.setdefault((row["trainee"], row["procedure"], row["performed_on"]), []).append(row["sequence"])
    ties = groups_tied = 0
    for places in groups.values():
        known = [None] * len(places) if any(pd.isna(place) for place in places) else places
        for place in set(known):
            if known.count(place) > 1:
                ties += known.count(place)
                groups_tied += 1
    return ties, groups_tied


def test_ties_agree_with_a_loop():
    generator = np.random.default_rng(4)
    n = 400
    table = pd.DataFrame(
        {
            "trainee": generator.choice(["a", "b", "c"], n),
            "procedure": generator.choice(["cvc", "spinal"], n),
            "performed_on": pd.Timestamp("2025-01-01") + pd.to_timedelta(generator.integers(0, 40, n), unit="D"),
            "failure": pd.array(generator.random(n) < 0.3, dtype="boolean"),
            "sequence": pd.array(generator.choice([1, 2, 3, None], n, p=[0.4, 0.3, 0.2, 0.1]), dtype="Int64"),
        }
    )
    found = tied_groups(table)
    assert (int(found["number"].sum()), len(found)) == loop_over_ties(table)
    assert len(found) > 20


def test_spellings_beside_the_programme_are_flagged_once_with_their_number():
    table = frame(*good(3, procedure="Plexusblok"), *good(1, procedure="Blokade"))
    assert flags(table, "value_synonym", "row", "column", "found", "procedure", "value") == [
        [2, "Procedure", "Plexusblok", "block", 3.0]
    ]


def test_names_that_differ_in_form_alone_are_flagged_and_kept_apart():
    table = frame(*good(1, "T001"), *good(1, "t 001"), *good(1, "T002"))
    assert flags(table, "similar_names", "trainee", "found") == [["T001", ""], ["t 001", ""]]
    assert read_registrations(table).table["trainee"].nunique() == 3


def test_days_more_than_three_years_from_the_median_are_flagged():
    near = ("T1", "Spinal", "2022-03-05", "ja")
    far = [("T1", "Spinal", day, "ja") for day in ("1952-03-01", "2015-03-01", "2022-02-20")]
    table = frame(*good(9), near, *far)
    assert flags(table, "distant_date", "row", "column", "found") == [
        [12, "Dato", "1952-03-01"],
        [13, "Dato", "2015-03-01"],
        [14, "Dato", "2022-02-20"],
    ]
    assert read_registrations(table).counts["used"] == 13


def test_columns_that_were_not_recognised_are_told_and_kept():
    read = read_registrations(frame(*good(2), Antal=[3, 1], ASA=[1, 2]))
    unused = read.decisions[read.decisions["decision"].str.startswith("not recognised: not used")]
    assert unused[["topic", "subject"]].values.tolist() == [["heading", "Antal"]]
    assert read.table["Antal"].tolist() == [3, 1]
    again = read_registrations(read.table)
    assert not set(again.decisions["subject"]) & {"row", "sheet"}


def test_every_reason_and_flag_has_a_sentence_that_can_be_filled():
    row = {"found": "f", "suggestion": "s", "column": "c", "procedure": "p", "value": 0.00123}
    for code in REASONS:
        assert "{" not in describe({"reason": code, **row})
    for code in FLAGS:
        assert "{" not in describe({"flag": code, **row})
    assert describe({"reason": "missing_date", **row}, lambda text: "Kolonnen {column} er tom.") == "Kolonnen c er tom."


def test_text_from_the_file_cannot_change_the_sentence():
    assert "'{value} {0}'" in describe({"reason": "unreadable_date", "found": "{value} {0}", "column": "{x}"})


def test_a_table_that_was_read_can_be_read_again():
    first = read_registrations(frame(*good(5), ("T1", "Spinal", "2025-04-01", "nej")))
    again = read_registrations(first.table)
    pd.testing.assert_frame_equal(again.table, first.table)


def test_a_named_index_counts_as_columns_and_the_frame_is_left_alone():
    table = frame(*good(2))
    before = table.copy()
    read = read_registrations(table.set_index("Uddannelsessøgende"))
    read_registrations(table)
    assert read.table["trainee"].tolist() == ["T1", "T1"]
    pd.testing.assert_frame_equal(table, before)


def test_the_headings_may_come_from_a_file(tmp_path, write_text):
    said = tmp_path / "kolonner.toml"
    said.write_text(
        '[headings]\n"Hvem" = "trainee"\n"Gik det" = "success"\n[values.procedure]\n"Sonde" = "cvc"\n', encoding="utf-8"
    )
    path = write_text("Hvem;Hvad (type);Procedure;Dato;Gik det\nA;x;Sonde;2025-03-01;nej\n")
    read = read_registrations(path, headings=said)
    assert read.table[["trainee", "procedure", "failure"]].values.tolist() == [["A", "cvc", True]]


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("UDDANNELSESSØGENDE", "trainee"),
        ("Uddannelsessoegende læge", "trainee"),
        ("Trainee ID:", "trainee"),
        ("udført_af", "trainee"),
        ("Antal forsøg (stk.)", "attempts"),
        ("ASA-klasse", "asa"),
        ("  Dato \n for procedure ", "performed_on"),
        ("Lykkedes?", "success"),
        ("Ikke lykkedes", "failure"),
        ("Alder [år]", "age"),
        ("Anaestesiologisk afdeling", "department"),
    ],
    ids=repr,
)
def test_headings_are_recognised_whatever_their_form(heading, role):
    base = {
        "trainee": "T1",
        "procedure": "cvc",
        "performed_on": "2025-03-01",
        "failure": False,
        "asa": 2,
        "attempts": 1,
    }
    base |= {"age": 50, "department": "A"}
    value = base.pop(role, False)
    if role in ("success", "failure"):
        base.pop("failure", None)
    read = read_registrations(pd.DataFrame([{**base, heading: value}]))
    decided = read.decisions[read.decisions["topic"] == "heading"].set_index("decision")["subject"]
    assert decided[role] == " ".join(heading.split())


def test_a_is_not_read_as_aa():
    with pytest.raises(Exception, match=r"no column for the date"):
        read_registrations(frame(*good()).rename(columns={"Dato": "Dåto"}))


def test_provenance_names_the_file_and_what_was_asked_but_no_folder_and_no_time(write_text):
    path = write_text(";".join(COLUMNS) + "\nT1;CVK;2025-03-01;ja\n")
    provenance = read_registrations(path, as_of="2025-06-30", date_order="day first").provenance
    assert provenance.source == "logbog.csv"
    assert len(provenance.fingerprint) == 64
    assert provenance.parameters == {
        "programme": "danish-introduction-2018",
        "date_order": "day first",
        "duplicates": "flag",
    }
    assert provenance.as_of == date(2025, 6, 30)
    assert provenance.extend(chart="standard").parameters["chart"] == "standard"
    assert "chart" not in provenance.parameters
    other = read_registrations(write_text(path.read_text(encoding="utf-8") + "T1;CVK;2025-03-02;ja\n")).provenance
    assert other.fingerprint != provenance.fingerprint


def test_the_same_table_has_the_same_fingerprint():
    one, two, other = (read_registrations(frame(*good(n))).provenance.fingerprint for n in (3, 3, 4))
    assert one == two != other


def test_the_programme_in_force_decides_what_is_known():
    assert reasons(frame(*good()), programme=load_programme()) == []
    assert reasons(frame(*good()), programme="danish-introduction-2018") == []


def test_summary_and_what_a_notebook_shows():
    read = read_registrations(frame(*good(2), ("<b>T</b>", "Spinol", "2025-03-01", "ja")))
    summary = read.summary()
    assert list(summary.columns) == ["topic", "value"]
    told = summary.set_index("topic")["value"].to_dict()
    assert (told["read"], told["used"], told["rejected"]) == ("3", "2", "1")
    assert told["rejected: unknown_procedure"] == "1"
    assert told["procedure: cvc"] == "2"
    assert repr(read) == "Registrations(3 read = 2 used + 1 rejected, 1 trainee, 2025-03-01 to 2025-03-02)"
    assert read._repr_html_().startswith("<table><caption>Registrations(3 read")
    assert "<b>" not in read._repr_html_()


def test_a_source_with_a_dangerous_name_is_escaped(write_text):
    path = write_text(";".join(COLUMNS) + "\nT1;CVK;2025-03-01;ja\n", name="a & b.csv")
    assert "a &amp; b.csv" in read_registrations(path)._repr_html_()


def test_everything_may_be_rejected():
    read = read_registrations(frame(("T1", "Spinol", "2025-03-01", "ja")))
    assert isinstance(read, Registrations)
    assert (read.counts["read"], read.counts["used"], read.counts["rejected"]) == (1, 0, 1)
    assert repr(read) == "Registrations(1 read = 0 used + 1 rejected, 0 trainees)"
    assert read.summary()["value"].notna().all()


CELLS = {
    "Uddannelsessøgende": ["T1", "T2", "", None, "t1", "0"],
    "Procedure": ["CVK", "Spinal", "transport", "", "Spinol", None, "Plexusblok"],
    "Dato": ["2025-03-01", "13-02-2025", "i går", "", "31-02-2025", "2044-01-01", None],
    "Lykkedes": ["ja", "nej", "", None, "måske", "Mislykkedes", "1", "0"],
    "Overtaget": ["ja", "nej", "", "hm"],
    "Forsøg": [1, 2, 0, "", "x", 4],
    "ID": ["", "a", "b", "c"],
    "Note": ["", "=1+1", "<b>", "x"],
}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(*(st.sampled_from(cells) for cells in CELLS.values())), min_size=1, max_size=30))
def test_nothing_is_lost_whatever_the_rows_hold(rows):
    table = pd.DataFrame([*rows, *rows[:1]], columns=list(CELLS), dtype=object)
    table.loc[len(table)] = ["T9", "CVK", "2025-03-01", "ja", "nej", 1, "", "sidste"]
    blank = table.map(lambda cell: cell is None or cell == "").all(axis=1)
    read = read_registrations(table)
    assert read.counts["read"] == read.counts["used"] + read.counts["rejected"]
    assert sorted([*read.table["row"], *read.rejected["row"]]) == sorted(np.flatnonzero(~blank) + 2)
    assert read.counts["skipped_blank"] == blank.sum()
    assert read.table["failure"].notna().where(read.table["procedure"] != "transport", True).all()
    assert not read.rejected["message"].eq("").any()
