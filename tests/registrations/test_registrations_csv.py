"""Delimited text as Danish offices save it."""

from __future__ import annotations

import pytest

from cusum import InvalidData, InvalidParameter, UnreadableFile, read_registrations

HEAD = "Uddannelsessøgende;Afdeling;Procedure;Dato;Lykkedes;BMI"
ROWS = ["Åse Ø;Hjørring;Spinalanæstesi;13-02-2025;ja;24,7", "Åse Ø;Hjørring;A-kanyle;14-02-2025;nej;31,0"]
FILE = "\n".join([HEAD, *ROWS, ""])


def decided(read, topic: str) -> list[str]:
    return read.decisions.loc[read.decisions["topic"] == topic, "decision"].tolist()


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("cp1252", "cp1252"), ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16")],
)
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"], ids=["windows", "unix", "old-mac"])
def test_every_encoding_and_line_end_reads_the_same(write_text, encoding, told, newline):
    read = read_registrations(write_text(FILE, encoding=encoding, newline=newline))
    assert read.table["trainee"].unique().tolist() == ["Åse Ø"]
    assert read.table[["procedure", "failure", "department", "bmi", "row"]].values.tolist() == [
        ["arterial_line", True, "Hjørring", 31.0, 3],
        ["spinal", False, "Hjørring", 24.7, 2],
    ]
    assert decided(read, "encoding") == [told]
    assert read.counts["read"] == read.counts["used"] == 2


@pytest.mark.parametrize(
    ("separator", "told"), [(";", "semicolon"), ("\t", "tab"), ("|", "vertical bar"), (",", "comma")]
)
def test_separators(write_text, separator, told):
    text = FILE.replace("24,7", "24.7").replace("31,0", "31.0").replace(";", separator)
    read = read_registrations(write_text(text))
    assert decided(read, "separator") == [told]
    assert read.table["bmi"].tolist() == [31.0, 24.7]


def test_commas_as_separator_and_in_quoted_decimals(write_text):
    rows = [row.replace(";", ",").replace("24,7", '"24,7"').replace("31,0", '"31,0"') for row in ROWS]
    read = read_registrations(write_text("\n".join([HEAD.replace(";", ","), *rows])))
    assert read.table["bmi"].tolist() == [31.0, 24.7]


def test_the_line_that_names_the_separator_counts_as_a_row(write_text):
    read = read_registrations(write_text("sep=;\n" + FILE))
    assert sorted(read.table["row"]) == [3, 4]


def test_titles_blanks_totals_and_notes_are_skipped_and_counted_and_rows_keep_their_numbers(write_text):
    lines = ["Udtræk fra logbogen;;;;;", "Periode: foråret;;;;;", "", HEAD, ROWS[0], ";;;;;", "  ; ;;;;", ROWS[1], ""]
    lines += ["I alt;;2;;1;", "", "Udtrukket af sekretariatet på forlangende;;;;;"]
    read = read_registrations(write_text("\n".join(lines)))
    assert sorted(read.table["row"]) == [5, 8]
    assert read.counts | {} == {
        "read": 2,
        "used": 2,
        "rejected": 0,
        "flagged": 0,
        "skipped_blank": 5,
        "skipped_title": 2,
        "skipped_total": 2,
        "skipped_unmarked": 0,
        "ties": 0,
        "tied_groups": 0,
    }
    skipped = read.decisions[read.decisions["topic"] == "skipped_rows"].set_index("decision")["detail"].to_dict()
    assert skipped == {"title": "1, 2", "total": "10, 12", "blank": "5"}


def test_a_total_among_the_registrations_is_not_skipped_in_silence(write_text):
    read = read_registrations(write_text("\n".join([HEAD, ROWS[0], "Total;;1;;;", ROWS[1]])))
    assert read.rejected[["row", "reason"]].values.tolist() == [[3, "unknown_procedure"]]
    assert read.counts["read"] == 3


def test_a_trainee_called_total_is_read(write_text):
    read = read_registrations(write_text("\n".join([HEAD, *ROWS, "Total;Hjørring;CVK;15-02-2025;ja;20,0"])))
    assert read.counts["used"] == 3


def test_a_heading_row_that_is_repeated_is_skipped(write_text):
    read = read_registrations(write_text("\n".join([HEAD, ROWS[0], HEAD, ROWS[1]])))
    assert read.counts["read"] == 2
    assert read.counts["skipped_title"] == 1


def test_two_rows_of_headings_are_joined_where_one_fills_the_blanks_of_the_other(write_text):
    text = "Uddannelseslæge;;Procedure;\n;Dato;;Lykkedes\nÅse Ø;14-02-2025;CVK;ja\nÅse Ø;15-02-2025;CVK;nej\n"
    read = read_registrations(write_text(text))
    assert read.table[["row", "trainee", "failure"]].values.tolist() == [[3, "Åse Ø", False], [4, "Åse Ø", True]]
    told = read.decisions[read.decisions["decision"] == "two rows"]
    assert told["detail"].tolist() == ["1, 2"]


def test_a_first_registration_is_not_taken_for_a_second_row_of_headings(write_text):
    text = "Uddannelseslæge;Dato;;Lykkedes;Procedure\nÅse Ø;14-02-2025;Spinal;;CVK\nÅse Ø;15-02-2025;;nej;CVK\n"
    read = read_registrations(write_text(text))
    assert read.counts["read"] == 2
    assert read.rejected["reason"].tolist() == ["missing_outcome"]


def test_a_file_without_an_outcome_names_the_columns_that_were_not_recognised(write_text):
    text = "Læge;Dato;Procedure;Gik det godt?\nÅse Ø;14-02-2025;CVK;ja\n"
    read = read_registrations(write_text(text))
    assert read.rejected[["row", "column", "reason"]].values.tolist() == [[2, "", "no_outcome_column"]]
    assert "Gik det godt?" in read.rejected["message"].item()
    said = read_registrations(write_text(text), headings={"Gik det godt?": "success"})
    assert said.table["failure"].tolist() == [False]


def test_text_beyond_the_last_heading_is_kept_under_a_name(write_text):
    read = read_registrations(write_text("\n".join([HEAD, ROWS[0] + ";obs svær ryg", ROWS[1]])))
    assert read.table.set_index("row")["column 7"].fillna("").to_dict() == {2: "obs svær ryg", 3: ""}


def test_short_rows_are_filled_with_blanks(write_text):
    read = read_registrations(write_text("\n".join([HEAD, ROWS[0], "Åse Ø;Hjørring;CVK"])))
    assert read.rejected[["row", "reason", "also"]].values.tolist() == [
        [3, "missing_date", "missing_outcome (Lykkedes)"]
    ]


def test_line_breaks_and_separators_within_quotes_stay_in_their_cell(write_text):
    text = f'{HEAD};Bemærkning\n{ROWS[0]};"første linje\nanden; linje"\n{ROWS[1]};"sagde ""av"""\n'
    read = read_registrations(write_text(text, newline="\n"))
    assert read.table.set_index("row")["Bemærkning"].to_dict() == {2: "første linje\nanden; linje", 3: 'sagde "av"'}


@pytest.mark.parametrize(
    "wrong",
    ['"Åse Ø;Hjørring;CVK;15-02-2025;ja;20,0', '"Åse" Ø;Hjørring;CVK;15-02-2025;ja;20,0'],
    ids=["open", "early"],
)
def test_a_quotation_mark_without_its_twin_is_refused_with_its_row(write_text, wrong):
    with pytest.raises(UnreadableFile, match=r"quotation mark in row 3"):
        read_registrations(write_text("\n".join([HEAD, ROWS[0], wrong, ROWS[1]])))


def test_two_stray_quotation_marks_do_not_swallow_the_rows_between(write_text):
    lines = [HEAD, '"' + ROWS[0], *ROWS, '"' + ROWS[1]]
    with pytest.raises(UnreadableFile, match=r"quotation mark in row 2"):
        read_registrations(write_text("\n".join(lines)))


def test_a_file_that_mixes_encodings_is_refused(write_text):
    path = write_text(FILE)
    path.write_bytes(path.read_bytes() + "Søren;Ærø;CVK;15-02-2025;ja;20,0".encode("cp1252"))
    with pytest.raises(UnreadableFile, match=r"mixes two encodings"):
        read_registrations(path)


def test_the_encoding_can_be_given(write_text):
    read = read_registrations(write_text(FILE, encoding="cp865"), encoding="cp865")
    assert read.table["trainee"].unique().tolist() == ["Åse Ø"]


@pytest.mark.parametrize(
    ("encoding", "kind", "match"),
    [("utf-9", InvalidParameter, "no encoding 'utf-9'"), ("ascii", UnreadableFile, "not text in the encoding ascii")],
)
def test_an_encoding_that_is_wrong(write_text, encoding, kind, match):
    with pytest.raises(kind, match=match):
        read_registrations(write_text(FILE), encoding=encoding)


def test_a_heading_that_stands_twice_is_kept_under_its_number(write_text):
    text = "\n".join([HEAD + ";Note;Note", ROWS[0] + ";a;b"])
    read = read_registrations(write_text(text))
    assert read.table[["Note", "Note (2)"]].values.tolist() == [["a", "b"]]


def test_two_different_date_columns_of_the_same_name_are_refused_and_can_be_settled(write_text):
    path = write_text("\n".join([HEAD + ";Dato", ROWS[0] + ";20-02-2025"]))
    with pytest.raises(UnreadableFile, match=r"two columns are headed 'Dato' and they differ.*'Dato \(2\)': 'ignore'"):
        read_registrations(path)
    read = read_registrations(path, headings={"Dato (2)": "ignore"})
    assert read.table["performed_on"].dt.day.tolist() == [13]


def test_two_equal_columns_of_the_same_name_do_no_harm(write_text):
    read = read_registrations(write_text("\n".join([HEAD + ";Dato", ROWS[0] + ";13-02-2025"])))
    assert read.counts["used"] == 1


def test_other_columns_pass_and_become_numbers_only_without_doubt(write_text):
    text = "\n".join(
        [
            HEAD + ";Vægt;Stue;Blødning;Køn",
            ROWS[0] + ";81,5;007;1.200;K",
            ROWS[1] + ";92;012;2.300;M",
        ]
    )
    table = read_registrations(write_text(text)).table.set_index("row")
    assert table["Vægt"].tolist() == [92.0, 81.5]
    assert table["Stue"].tolist() == ["012", "007"]
    assert table["Blødning"].tolist() == ["2.300", "1.200"]
    assert table["Køn"].tolist() == ["M", "K"]


def test_a_column_that_is_named_as_one_of_ours_is_not_overwritten(write_text):
    read = read_registrations(write_text("\n".join([HEAD + ";row;sheet", ROWS[0] + ";x;y"])))
    assert read.table[["row", "sheet", "row (file)", "sheet (file)"]].values.tolist() == [[2, "", "x", "y"]]


def test_a_cell_that_begins_with_a_formula_stays_as_it_is(write_text):
    read = read_registrations(write_text("\n".join([HEAD + ";Note", ROWS[0] + ";=1+1"])))
    assert read.table["Note"].tolist() == ["=1+1"]


def test_an_ambiguous_column_is_an_error_with_the_way_out(write_text):
    path = write_text("\n".join([HEAD, ROWS[0].replace("13-02", "03-02")]))
    with pytest.raises(InvalidData, match=r"'Dato' fit both orders.*date_order='day first'"):
        read_registrations(path)


def test_a_cell_without_end_is_refused_and_a_long_one_read(write_text):
    with pytest.raises(UnreadableFile, match=r"a cell of more than 131072 characters in row 2"):
        read_registrations(write_text(f"{HEAD}\n{ROWS[0]}{'x' * 200_000}"))
    assert read_registrations(write_text(f"{HEAD};Note\n{ROWS[0]};{'x' * 100_000}")).counts["used"] == 1


def test_text_that_was_encoded_twice_is_refused(write_text):
    twice = FILE.encode("utf-8").decode("cp1252", "replace")
    with pytest.raises(UnreadableFile, match=r"was encoded twice"):
        read_registrations(write_text(twice))
