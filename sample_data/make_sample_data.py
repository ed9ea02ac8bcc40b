"""Make the synthetic sample files again, byte for byte: ``python sample_data/make_sample_data.py [FOLDER]``."""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook

from cusum.registrations.simulate import simulate_registrations
from cusum.registrations.simulated_files import as_danish, save_workbook

SEED = 2018
TRAINEES = 92
MESSY_SEED = 2019
MESSY_TRAINEES = 6
MESSY_UNTIL = pd.Timestamp(2024, 10, 31)
OWN_SHEET = "T006"  # this trainee's registrations stand on a sheet of their own, named after the trainee
SHEET = "Registreringer"
BEGIN, END = "<!-- faults: written by make_sample_data.py -->", "<!-- end of faults -->"
FAULTS = ("kind", "sheet", "row", "column", "code", "note")

# Other spellings of what is there, all of which a reader has to know: they are no faults.
PROCEDURES = {
    "Spinal": ["Spinalanæstesi", "SAB", "spinal", "Spinalanlæggelse"],
    "Epidural": ["Epiduralkateter", "EDA", "Epiduralanæstesi"],
    "CVK": ["Centralt venekateter", "CVK-anlæggelse", "cvk"],
    "A-kanyle": ["Arteriekanyle", "Art.kanyle", "a-kanyle"],
    "Blokade": ["Perifer nerveblokade", "Nerveblok"],
    "Intubation": ["Endotrakeal intubation", "intubation ", "Orotrakeal intubation"],
}
OUTCOMES = {
    "Lykkedes": ["Succes", "lykkedes", "Vellykket"],
    "Lykkedes ikke": ["Ikke succes", "Mislykkedes", "lykkedes ikke "],
}
DATES = ["{d:02d}-{m:02d}-{y}", "{d:02d}.{m:02d}.{y}", "{d}/{m}-{short}", "{d}. {month} {y}"]
MONTHS = ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september", "oktober", "november"]


@dataclass(eq=False)
class Row:
    """One row of the workbook and the faults planted in it."""

    values: dict[str, Any]
    faults: list[tuple[str, str, str, str]] = field(default_factory=list)

    def plant(self, kind: str, code: str, column: str = "", note: str = "", **values: Any) -> None:
        """Plant a fault: change values (spaces in headings written as _) and write down what a reader has to say."""
        self.values.update({heading.replace("_", " "): value for heading, value in values.items()})
        self.faults.append((kind, column, code, note))


def make_cohort(folder: Path) -> list[Path]:
    """Write the cohort, the truth behind it and the register of its assessments."""
    cohort = simulate_registrations(trainees=TRAINEES, seed=SEED)
    return [
        cohort.to_csv(folder / "danish_cohort.csv"),
        cohort.truth_to_csv(folder / "danish_cohort_truth.csv"),
        cohort.assessments_to_csv(folder / "danish_assessments.csv"),
    ]


def clean_rows() -> list[Row]:
    """Make the registrations that the faults are planted in, each outcome written twice."""
    cohort = simulate_registrations(trainees=MESSY_TRAINEES, seed=MESSY_SEED)
    table = cohort.table[cohort.table["performed_on"] <= MESSY_UNTIL]
    numbered = table.groupby(["trainee", "performed_on", "procedure"], sort=False).cumcount() + 1
    danish = as_danish(table.assign(sequence=numbered), cohort.programme)
    failed = danish["Resultat"].map({"Lykkedes": "nej", "Lykkedes ikke": "ja"})
    danish.insert(danish.columns.get_loc("Resultat") + 1, "Mislykket", failed)
    plain = danish.astype(object).where(danish.notna() & (danish != ""), None)
    return [Row({key: _python(value) for key, value in row.items()}) for row in plain.to_dict("records")]


def _python(value: Any) -> Any:
    """Turn a value into one that a workbook can hold."""
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value.item() if hasattr(value, "item") else value


def vary(rows: list[Row]) -> None:
    """Write dates, procedures, outcomes and numbers in the many ways in which people do."""
    for at, row in enumerate(rows):
        values, day = row.values, row.values["Dato"]
        if at % 3 == 1:
            written = DATES[at // 3 % len(DATES)]
            values["Dato"] = written.format(
                d=day.day, m=day.month, y=day.year, short=day.year % 100, month=MONTHS[day.month - 1]
            )
        for heading, other in (("Procedure", PROCEDURES), ("Resultat", OUTCOMES)):
            spellings = other.get(values[heading], [])
            if at % 4 == 2 and spellings:
                values[heading] = spellings[at // 4 % len(spellings)]
        if at % 5 == 3:
            values["BMI"] = str(values["BMI"]).replace(".", ",")
        if values["Overtaget af anden"] and at % 6 == 4:
            values["Overtaget af anden"] = values["Overtaget af anden"].upper()


def plant_rejections(rows: list[Row]) -> None:
    """Plant every fault that keeps a registration from being charted, each in a row of its own."""

    def take(procedure: str) -> Row:
        """Take a success of a procedure that has no fault yet and is alone on its day."""
        return next(row for row in rows if row.values["Procedure"] == procedure and _is_free(row, rows))

    silent = {"Resultat": None, "Mislykket": None}
    plant = "rejected"
    take("Spinal").plant(plant, "unknown_procedure", "Procedure", "a typing error", Procedure="Spinallanæstesii")
    take("Spinal").plant(
        plant, "unknown_procedure", "Procedure", "no procedure of the programme", Procedure="Tonsillektomi"
    )
    take("A-kanyle").plant(plant, "missing_procedure", "Procedure", Procedure=None)
    take("A-kanyle").plant(plant, "missing_trainee", "Uddannelsessøgende", Uddannelsessøgende=None)
    take("CVK").plant(plant, "missing_outcome", "Resultat", **silent)
    take("CVK").plant(plant, "unreadable_outcome", "Resultat", **silent | {"Resultat": "næsten"})
    take("Intubation").plant(plant, "missing_date", "Dato", Dato=None)
    take("Intubation").plant(plant, "unreadable_date", "Dato", Dato="i går")
    take("Intubation").plant(plant, "impossible_date", "Dato", Dato="31-11-2024")
    take("Intubation").plant(plant, "future_date", "Dato", Dato=datetime(2044, 10, 12))
    take("Intubation").plant(
        plant, "before_post", "Dato", "the post began on 1 September 2024", Dato=datetime(2024, 8, 20)
    )
    take("Blokade").plant(plant, "bad_attempts", "Antal forsøg", Antal_forsøg=0)
    take("Blokade").plant(plant, "bad_value", "ASA", ASA=9)
    take("CVK").plant(plant, "bad_value", "Alder", Alder=212)
    take("Spinal").plant(plant, "contradiction", "Resultat", "Resultat and Mislykket disagree", Mislykket="ja")
    take("Epidural").plant(
        plant, "not_scored", "Resultat", "in place on arrival", **silent | {"Resultat": "epidural_on_arr"}
    )
    again = take("Spinal")
    first = next(row for row in rows if row.values["Procedure"] == "Intubation" and not row.faults)
    again.plant(plant, "repeated_id", "Løbenr.", "the number of an earlier row", **{"Løbenr.": first.values["Løbenr."]})


def _is_free(row: Row, rows: list[Row]) -> bool:
    """Tell a success without a fault, with no other of the same procedure that day, from the rest."""
    values = row.values
    same = [
        other
        for other in rows
        if all(other.values[key] == values[key] for key in ("Uddannelsessøgende", "Dato", "Procedure"))
    ]
    return (
        values["Resultat"] == "Lykkedes"
        and not row.faults
        and len(same) == 1
        and values["Uddannelsessøgende"] != OWN_SHEET
    )


def flagged_rows(like: Row) -> list[Row]:
    """Make rows that are charted but odd: each kind with a trainee or a day of its own."""
    number = iter(range(900_001, 900_200))

    def new(day: datetime, procedure: str, trainee: str = "T007", **values: Any) -> Row:
        """Make a success on a day."""
        fresh = {"Løbenr.": f"R{next(number)}", "Uddannelsessøgende": trainee, "Dato": day, "Procedure": procedure}
        plain = {
            "Rækkefølge": 1,
            "Resultat": "Lykkedes",
            "Mislykket": "nej",
            "Antal forsøg": 1,
            "Overtaget af anden": "nej",
        }
        beside = {"Teknik": None, "Komplikation": None}
        return Row(like.values | fresh | plain | beside | {key.replace("_", " "): one for key, one in values.items()})

    start, kind = datetime(2024, 11, 4), "flagged"
    days = [start + timedelta(days=at) for at in range(80)]
    twins = [new(days[0], "Spinal", **{"Løbenr.": None}) for _ in range(2)]
    twins[0].plant(kind, "ties", "Dato", "the twins below have no order")
    twins[1].plant(kind, "duplicate_row", "", "the same as the row above in every column, and no number")
    places = [new(days[1], "A-kanyle", Rækkefølge=at, Afdeling=name) for at, name in ((1, "Ulvestad"), (2, "Vibestad"))]
    places[0].plant(kind, "two_departments", "Afdeling", "with the row below")
    nothing = {"Resultat": None, "Mislykket": None, "Antal forsøg": None, "Overtaget af anden": None}
    busy = [new(days[2], "larynxmaske", Rækkefølge=at, **nothing) for at in range(1, 13)]
    busy[0].plant(kind, "many_per_day", "Dato", "twelve on this day")
    tied = [new(days[3], "CVK", Rækkefølge=None) for _ in range(2)]
    tied[1].values.update({"Resultat": "Lykkedes ikke", "Mislykket": "ja", "Antal forsøg": 2})
    tied[0].plant(kind, "ties", "Dato", "with the row below, which is a failure")
    other, level = new(days[4], "Plexusblok"), new(days[5], "Spinal (L3/L4)")
    other.plant(kind, "value_synonym", "Procedure", "not in the programme file")
    level.plant(kind, "value_synonym", "Procedure", "not in the programme file")
    settled = new(days[6], "Epidural", Overtaget_af_anden="ja")
    settled.plant(kind, "contradiction_settled", "Resultat", "handed over, and so a failure by the definition")
    formula = new(days[7], "Spinal", Komplikation="-ingen; +45 hører ikke til her")  # no fault; neutralised in tables
    spelled = [new(days[8], "Spinal", trainee) for trainee in ("T009", "t 009")]
    for row in spelled:
        row.plant(kind, "similar_names", "Uddannelsessøgende", "T009 and t 009")
    run = [new(day, "Intubation", "T008") for day in days[10:70]]
    run[0].plant(kind, "implausible_run", "Resultat", "sixty without a failure")
    return [*twins, *places, *busy, *tied, other, level, settled, formula, *spelled, *run]


def make_messy(folder: Path) -> list[Path]:
    """Write the workbook in which every fault is planted, and the list of the faults."""
    rows = clean_rows()
    plant_rejections(rows)
    vary([row for row in rows if not row.faults])
    shared = [row for row in rows if row.values["Uddannelsessøgende"] != OWN_SHEET]
    own = [row for row in rows if row.values["Uddannelsessøgende"] == OWN_SHEET]
    book = Workbook()
    found: list[tuple[str, str, int, str, str, str]] = []
    headings = list(rows[0].values)
    sheet = book.active
    assert sheet is not None
    sheet.title = SHEET
    title = "Procedureregistreringer, anæstesiologiske afdelinger (syntetiske data)"
    _fill(sheet, [[title], ["Udtræk fra afdelingens egen liste"]], headings, [*shared, *flagged_rows(shared[0])], found)
    _fill(book.create_sheet(OWN_SHEET), [], [name for name in headings if name != "Uddannelsessøgende"], own, found)
    note = book.create_sheet("Vejledning")
    note.append(["Arket rummer ingen registreringer. Alt i denne projektmappe er opdigtet."])
    workbook = save_workbook(book, folder / "danish_cohort_messy.xlsx")
    faults = folder / "danish_cohort_messy_faults.csv"
    with faults.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([FAULTS, *found])
    return [workbook, faults]


def list_faults(folder: Path) -> Path:
    """Write the table of planted faults into the README of a folder that has one."""
    readme = folder / "README.md"
    with (folder / "danish_cohort_messy_faults.csv").open(encoding="utf-8", newline="") as stream:
        lines = [f"| {' | '.join(row)} |" for row in csv.reader(stream)]
    text = readme.read_text(encoding="utf-8")
    start = text.index(BEGIN) + len(BEGIN)
    table = "\n".join([lines[0], "| --- " * len(FAULTS) + "|", *lines[1:]])
    readme.write_text(f"{text[:start]}\n{table}\n{text[text.index(END) :]}", encoding="utf-8")
    return readme


def _fill(
    sheet: Any,
    titles: list[list[str]],
    headings: list[str],
    rows: list[Row],
    found: list[tuple[str, str, int, str, str, str]],
) -> None:
    """Write titles, headings, registrations with blank rows among them, and a total; note where the faults are."""
    name = sheet.title
    for title in titles:
        sheet.append(title)
        found.append(("skipped", name, sheet.max_row, "", "title", "above the headings"))
    at = len(titles) + 1
    if titles:
        found.append(("skipped", name, at, "", "blank", "under the title"))
        at += 1
    _write(sheet, at, headings)
    for count, row in enumerate(rows, 1):
        at += 1
        if count % 100 == 0:
            found.append(("skipped", name, at, "", "blank", "a blank row among the registrations"))
            at += 1
        _write(sheet, at, [row.values[heading] for heading in headings])
        found.extend((kind, name, at, column, code, note) for kind, column, code, note in row.faults)
    found.append(("skipped", name, at + 1, "", "blank", "above the total"))
    _write(sheet, at + 2, ["I alt", len(rows)])
    found.append(("skipped", name, at + 2, "", "total", "under the registrations"))


def _write(sheet: Any, at: int, values: list[Any]) -> None:
    """Write one row; dates show as Danish Excel shows them."""
    for place, value in enumerate(values, 1):
        if value is not None:
            cell = sheet.cell(row=at, column=place, value=value)
            if isinstance(value, datetime):
                cell.number_format = "DD-MM-YYYY"


def main(arguments: list[str]) -> int:
    """Write every synthetic file to a folder, by default the one that this program is in."""
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*make_cohort(folder), *make_messy(folder)]:
        sys.stdout.write(f"{path.name} written, {path.stat().st_size:,} bytes\n")
    if (folder / "README.md").is_file():
        list_faults(folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
