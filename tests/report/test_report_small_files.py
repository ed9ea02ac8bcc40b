"""Files that lack something: departments, failures, other trainees, or the people whom the assessments are of."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cusum import analyse, load_programme, read_assessments, read_registrations
from cusum.language import get_language
from cusum.report import ReportPaths, write_report

KEY = "a secret of more than sixteen"
AWKWARD = (
    "bliver ved den uacceptable",
    "blev ved den uacceptable",
    "signaler ventes",
    "ville der ventes",
    "til den tid",
)


def make_table(trainees: int) -> pd.DataFrame:
    """Spinals without any failure and without departments."""
    days = pd.date_range("2025-01-01", periods=40, freq="3D")
    rows = [(f"Læge {t}", "spinal", day, False, 22.0 + k % 9) for t in range(trainees) for k, day in enumerate(days)]
    return pd.DataFrame(rows, columns=["trainee", "procedure", "performed_on", "failure", "bmi"])


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> ReportPaths:
    """The Danish report on six trainees without failures and without departments."""
    cohort = analyse(read_registrations(make_table(6)))
    return write_report(cohort, tmp_path_factory.mktemp("plain"), progress=False)


def test_where_no_department_is_stated_there_is_none(plain: ReportPaths) -> None:
    assert plain.departments == {}
    assert not list((plain.folder / "departments").glob("*"))
    assert "Afdelinger 0" in text_of(plain.index)
    assert "Filen angiver ingen afdelinger." in text_of(plain.index)


def test_why_there_is_no_learning_curve_is_told_in_danish(plain: ReportPaths) -> None:
    page = text_of(plain.procedures["spinal"])
    assert "Der kunne ikke tilpasses en læringskurve: ingen af de 240 procedurer mislykkedes" in page
    assert "there is no failure" not in page


def test_an_interval_without_upper_limit_is_not_said_to_wait_for_one(plain: ReportPaths) -> None:
    whole = plain.procedures["spinal"].read_text(encoding="utf-8")
    assert "uden øvre grænse" in whole
    assert "endnu uden" not in whole


def test_the_pages_say_plainly_what_to_expect(plain: ReportPaths) -> None:
    written = " ".join(text_of(page) for page in (plain.index, *plain.trainees.values(), *plain.procedures.values()))
    assert "Registreringer frem til datoen" in written
    assert "beholdt den uacceptable fejlrate" in written
    assert not [words for words in AWKWARD if words in written]
    assert not [words for words in AWKWARD[:2] if words in text_of(plain.methods)]
    assert "har 6 givet signal om kompetence" in text_of(plain.index)


def test_a_trainee_alone_is_compared_with_nobody(tmp_path: Path) -> None:
    paths = write_report(analyse(read_registrations(make_table(1))), tmp_path, progress=False, models=False)
    page = text_of(paths.trainees["Læge 0"])
    assert "Hvilke tilfælde" in page
    assert "alle andre" not in page


def test_no_share_is_stated_of_others_who_do_not_exist() -> None:
    from cusum.report.pages.case_mix import _share
    from cusum.report.table import records

    frame = pd.DataFrame({"level": ["elective"], "share": [1.0], "others_share": [np.nan], "others_cases": [0]})
    assert np.isnan(_share(records(frame), "urgency", "others_share"))
    assert _share(records(frame), "urgency", "share") == 0
    assert _share(records(frame.assign(others_cases=4, others_share=1.0)), "urgency", "others_share") == 0


@pytest.mark.parametrize("hidden", [False, True])
def test_assessments_of_unknown_people_are_not_lost(hidden: bool, tmp_path: Path) -> None:
    programme = load_programme()
    register = pd.DataFrame(
        {
            "Læge": ["Læge 0", "Ukendt Person", "Ukendt Person"],
            "Dokument": "Kompetencekort 1",
            "Dato": ["2025-03-02", "2025-03-03", "2025-03-04"],
        }
    )
    cohort = analyse(read_registrations(make_table(2)), programme, assessments=read_assessments(register, programme))
    paths = write_report(cohort, tmp_path, progress=False, models=False, pseudonymise=hidden, key=KEY)
    page = text_of(paths.quality)
    assert "2 vurderinger af 1 person er ikke talt med" in page
    assert ("Ukendt Person" in page) is not hidden


def test_a_page_without_strangers_does_not_speak_of_them(plain: ReportPaths) -> None:
    assert get_language("da").text("Assessments that belong to nobody here") not in text_of(plain.quality)


def text_of(page: Path) -> str:
    """Words of a page, without marks, scripts and figures."""
    html = re.sub(r"<script.*?</script>|<style.*?</style>", " ", page.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))
