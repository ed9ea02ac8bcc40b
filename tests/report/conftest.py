"""A small cohort with every oddity a page must survive, analysed and written for real."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from cusum import Cohort, analyse, read_registrations
from cusum.report import ReportPaths, write_report

HOSTILE = "<img src=x onerror=alert(1)>"
CLIMBING = "../../T1"
FORMULA = "=SUM(A1:A9)"
SCRIPT = "</script><script>alert(2)</script>"

# (trainee, department, procedure, outcomes: 1 is a failure), one procedure every fifth day
SEQUENCES = [
    ("T1", "Ærø", "Spinal", "1" + "0" * 30 + "0110101101101011" + "0" * 4),
    ("T1", "Ærø", "Intubation", "0" * 5 + "1" + "0" * 20),
    ("T1", "Ærø", "Blokade", "001"),
    ("t1", "Aarhus", "Spinal", "01" * 20),
    ("t1", "Aarhus", "Epidural", "0" * 10 + "1" + "0" * 12),
    (CLIMBING, SCRIPT, "Spinal", "0" * 33),
    (HOSTILE, "Aarhus", "Intubation", "0001" * 12),
    (FORMULA, "", "Intubation", "0" * 24),
]


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as a Danish office writes it, with three registrations that must be rejected and two on one day."""
    path = tmp_path_factory.mktemp("source") / "danish_cohort_small.csv"
    first = date(2025, 9, 1)
    lines = [
        (trainee, department, "Øst", procedure, f"{first + timedelta(days=5 * k):%d-%m-%Y}", outcome)
        for trainee, department, procedure, outcomes in SEQUENCES
        for k, outcome in enumerate(outcomes)
    ]
    lines += [
        ("t1", "Aarhus", "Øst", "A-kanyle", "03-09-2025", "0"),
        ("t1", "Aarhus", "Øst", "A-kanyle", "03-09-2025", "1"),
        ("t1", "Aarhus", "Øst", "Spinl", "04-09-2025", "0"),
        ("T1", "Ærø", "Øst", "Spinal", "31-02-2026", "0"),
        ("T1", "Ærø", "Øst", "Spinal", "05-09-2025", HOSTILE),
    ]
    words = {"0": "Lykkedes", "1": "Mislykkedes"}
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["Uddannelsessøgende", "Afdeling", "Region", "Procedure", "Dato", "Resultat"])
        writer.writerows((*line[:5], words.get(line[5], line[5])) for line in lines)
    return path


@pytest.fixture(scope="session")
def cohort(source: Path) -> Cohort:
    """The file, read and analysed with the default chart."""
    return analyse(read_registrations(source, as_of=date(2026, 6, 1)), as_of=date(2026, 6, 1))


@pytest.fixture(scope="session")
def written(cohort: Cohort, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], ReportPaths]:
    """The report in a language, written once for all tests."""
    known: dict[str, ReportPaths] = {}

    def write(language: str) -> ReportPaths:
        if language not in known:
            folder = tmp_path_factory.mktemp(f"report-{language}")
            known[language] = write_report(cohort, folder, language=language, progress=False)
        return known[language]

    return write
