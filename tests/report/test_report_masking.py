"""Under pseudonyms no name is written anywhere: not that of the file, nor one in free text."""

from __future__ import annotations

import csv
import random
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from cusum import analyse, load_programme, read_assessments, read_registrations
from cusum.language import get_language
from cusum.report import write_report
from cusum.report.masking import MASK, name_mask
from cusum.report.pages.adjustment import hide_level
from cusum.report.privacy import pseudonymise_cohort
from cusum.report.site import Site

KEY = "a secret of more than sixteen"
NAMES = ("Mette Zzquery", "Bjørn Qvortrup", "Åse Vvibe", "Ulla Wwolf")
REMARKS = ("udført af {name}", "{first}s første", "MED {last}", "median", "paramedian")


@pytest.fixture(scope="module")
def logbook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A logbook named after its owner, with names in the free text."""
    path = tmp_path_factory.mktemp("source") / "Mette Zzquery logbog.csv"
    draw = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Uddannelsessøgende", "Afdeling", "Procedure", "Dato", "Lykkedes", "Teknik", "Komplikation"])
        for name in NAMES:
            first, last = name.split()
            words = [text.format(name=name, first=first, last=last.upper()) for text in REMARKS]
            for k in range(60):
                day = date(2025, 9, 1) + timedelta(days=k)
                done = "nej" if draw.random() < 0.3 else "ja"
                writer.writerow([name, "Vest", "Spinal", f"{day:%d-%m-%Y}", done, words[k % 5], words[(k + 2) % 5]])
    return path


def test_no_word_of_a_name_is_in_any_file_that_is_written(logbook: Path, tmp_path: Path) -> None:
    register = tmp_path / "Mette Zzquery vurderinger.csv"
    register.write_text("trainee;document;date\nÅse Vvibe;KV 1;2025-10-01\n", encoding="utf-8")
    registrations = read_registrations(logbook)
    cohort = analyse(registrations, assessments=read_assessments(register, load_programme()))
    assert "Zzquery" in cohort.provenance.source
    assert set(registrations.table["technique"]) > {"udført af Mette Zzquery", "median"}
    paths = write_report(cohort, tmp_path / "report", pseudonymise=True, key=KEY, progress=False, models=False)
    written = [path for path in paths.folder.rglob("*") if path.is_file() and path.name != "plotly.min.js"]
    assert len(written) > 8
    for path in written:
        content = _content(path).decode("utf-8", "replace").casefold()
        for word in (part for name in (*NAMES, "logbog.csv", "vurderinger.csv") for part in name.casefold().split()):
            assert word not in content, f"{word} in {path.name}"
            assert word.encode("ascii", "backslashreplace").decode() not in content, f"{word} in {path.name}"
    assert "paramedian" in _content(paths.workbook).decode("utf-8")
    assert cohort.provenance.fingerprint[:12] in paths.index.read_text(encoding="utf-8")


def test_only_the_texts_with_a_name_are_taken_out(logbook: Path) -> None:
    cohort = analyse(read_registrations(logbook))
    table = pseudonymise_cohort(cohort, KEY.encode()).registrations.table
    assert set(table["technique"]) == {MASK, "median", "paramedian"}
    assert (table["technique"] == MASK).sum() == len(NAMES) * 36


def test_made_up_data_are_still_called_so_under_pseudonyms() -> None:
    cohort = analyse(read_registrations("sample_data/danish_cohort.csv"))
    hidden = pseudonymise_cohort(cohort, KEY.encode()).provenance
    assert hidden.source == cohort.provenance.fingerprint[:12]
    assert hidden.parameters["synthetic"] == "true"
    assert hidden.parameters["chart"] == cohort.provenance.parameters["chart"]


def test_a_category_of_a_risk_model_loses_the_name_and_keeps_the_covariate(logbook: Path) -> None:
    cohort = pseudonymise_cohort(analyse(read_registrations(logbook)), KEY.encode())
    site = Site(cohort, get_language("da"), True, hide=name_mask([*NAMES, "Technique"]))
    assert hide_level(site, "technique[Bjørn Qvortrup]") == f"technique[{MASK}]"
    assert [hide_level(site, term) for term in ("technique[median]", "age")] == ["technique[median]", "age"]


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("ZZQUERY tog over", True),
        ("Mettes", True),
        ("Mette's", True),
        ("mette.zzquery@example.org", True),
        ("tried by mettezzquery", True),
        ("Asé", True),
        ("with T1", True),
        ("with T12", False),
        ("perforation", False),
        ("metteo", False),
        ("", False),
    ],
)
def test_a_word_of_a_name_is_found_in_any_dress(text: str, taken: bool) -> None:
    mask = name_mask(["Mette Zzquery", "Åse Vvibe", "T1", "Per Bo"])
    assert mask(text) == (MASK if taken else text)


def _content(path: Path) -> bytes:
    """Everything in a file, that of a workbook unpacked."""
    if path.suffix != ".xlsx":
        return path.read_text(encoding="utf-8").encode()
    with zipfile.ZipFile(path) as archive:
        return b"\n".join(archive.read(name) for name in archive.namelist())
