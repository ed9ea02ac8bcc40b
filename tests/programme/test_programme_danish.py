"""The Danish introductory year as it is shipped."""

from __future__ import annotations

import dataclasses
import pickle
from pathlib import Path

import pytest

from cusum.errors import InvalidParameter, ProgrammeError
from cusum.programme import Programme, available_programmes, load_programme


@pytest.fixture(scope="module")
def programme() -> Programme:
    return load_programme()


def test_the_default_is_the_danish_introductory_year(programme: Programme) -> None:
    assert programme.key == "danish-introduction-2018"
    assert programme.key in available_programmes()
    assert programme.months == 12
    assert load_programme(None) == programme
    assert load_programme(programme) is programme
    assert load_programme("danish-introduction-2018") == programme


# Acceptable and unacceptable failure rate, whether each was read at its source, and the placeholder for the expected
# number. Kestin 1995 (doi:10.1093/bja/75.6.805): spinal 10/20, obstetric epidural 5/10, arterial cannula 20.
# de Oliveira Filho 2002 (doi:10.1213/00000539-200208000-00033): intubation 20/40.
@pytest.mark.parametrize(
    ("key", "acceptable", "unacceptable", "statuses", "source", "expected", "mandatory"),
    [
        ("spinal", 0.10, 0.20, ("published", "published"), "Kestin", 60, True),
        ("epidural", 0.05, 0.10, ("published", "published"), "Kestin", 30, True),
        ("cvc", 0.10, 0.20, ("placeholder", "placeholder"), "", 30, True),
        ("arterial_line", 0.20, 0.40, ("published", "placeholder"), "Kestin", 60, True),
        ("block", 0.10, 0.20, ("placeholder", "placeholder"), "", 30, False),
        ("intubation", 0.20, 0.40, ("published", "published"), "de Oliveira Filho", 100, False),
    ],
)
def test_criteria_and_where_they_come_from(
    programme: Programme,
    key: str,
    acceptable: float,
    unacceptable: float,
    statuses: tuple[str, str],
    source: str,
    expected: int,
    mandatory: bool,
) -> None:
    procedure = programme.procedures[key]
    assert (procedure.criterion.acceptable, procedure.criterion.unacceptable) == (acceptable, unacceptable)
    assert (procedure.acceptable_status, procedure.unacceptable_status) == statuses
    assert procedure.acceptable_source.startswith(source)
    assert (procedure.acceptable_source == "") == (source == "")
    assert procedure.criterion_status == ("published" if statuses == ("published", "published") else "placeholder")
    assert (procedure.criterion_source == "") == (procedure.criterion_status == "placeholder")
    assert (procedure.expected_cases, procedure.expected_cases_status) == (expected, "placeholder")
    assert (procedure.mandatory, procedure.charted) == (mandatory, True)
    assert (procedure.alpha, procedure.beta) == (0.10, 0.10)
    assert procedure.is_placeholder
    assert programme.is_placeholder(key)


def test_procedures_stand_in_the_programme_s_order(programme: Programme) -> None:
    assert list(programme.procedures) == ["spinal", "epidural", "cvc", "arterial_line", "block", "intubation"]


def test_promises_are_the_departments_to_decide(programme: Programme) -> None:
    assert (programme.false_competence, programme.false_alarm) == (0.05, 0.05)
    assert programme.promise_status == "placeholder"


def test_no_target_is_set_until_the_department_decides(programme: Programme) -> None:
    items = [*programme.procedures.values(), *programme.experience.values()]
    assert {(item.target, item.target_status) for item in items} == {(None, "department decides")}


def test_failure_definitions_ask_the_department_and_map_the_danish_anaesthesia_database(programme: Programme) -> None:
    for procedure in programme.procedures.values():
        assert procedure.failure_status == "placeholder"
        assert "Afdelingen skal selv" in procedure.failure_definition["da"]
        assert "department must decide" in procedure.failure_definition["en"]
        assert procedure.handed_over_is_failure is True
        assert procedure.failure_rules["abandon"] is True
    spinal, intubation = programme.procedures["spinal"], programme.procedures["intubation"]
    assert spinal.failure_rules["attempt_LE3"] is False
    assert spinal.failure_rules["attempt_GT3"] is True
    assert spinal.attempts_allowed == 3
    assert {
        scale: intubation.failure_rules[scale] for scale in ("max2_dir", "max2_video", "max2_flex", "3_or_more")
    } == {
        "max2_dir": False,
        "max2_video": False,
        "max2_flex": False,
        "3_or_more": True,
    }
    assert intubation.attempts_allowed == 2
    assert programme.procedures["epidural"].not_scored == ("epidural_on_arr",)


def test_milestones(programme: Programme) -> None:
    found = {(milestone.month, milestone.instrument, milestone.nature) for milestone in programme.milestones}
    assert found == {
        (6, "GV", "formative"),
        (6, "MC", "formative"),
        (9, "MC", "formative"),
        (11, "GV", "summative"),
        (11, "MC", "summative"),
        (12, "COURSE", "attested"),
        (12, "TIME", "attested"),
    }
    assert [milestone.month for milestone in programme.milestones] == sorted(m.month for m in programme.milestones)


def test_thirty_two_competences_with_their_documents(programme: Programme) -> None:
    competences = programme.competences
    assert [competence.number for competence in competences] == list(range(1, 33))
    assert {c.number for c in competences if "ER" in c.documents} == {1, 2, 4, 9, 10, 11, 13, 14, 21}
    assert {c.number for c in competences if "CU" in c.documents} == {13, 14}
    assert {c.number for c in competences if "MC" in c.documents} == {1, 17, 20, 25, 26, 27, 28, 32}
    assert {c.role for c in competences} == set(programme.roles)
    assert len(programme.roles) == 7
    assert competences[8].documents == ("K5", "ER")


def test_everything_a_reader_sees_is_there_in_danish_and_english(programme: Programme) -> None:
    named = [
        *programme.procedures.values(),
        *programme.experience.values(),
        *programme.milestones,
        *programme.competences,
    ]
    texts = [item.name for item in named] + [procedure.short for procedure in programme.procedures.values()]
    texts += [programme.title, *programme.roles.values(), *programme.areas.values(), *programme.instruments.values()]
    assert all({"da", "en"} <= set(text) for text in texts)


def test_names_in_the_words_of_the_pages(programme: Programme) -> None:
    assert [programme.name(key, "da", short=True) for key in programme.procedures] == [
        "Spinal",
        "Epidural",
        "CVK",
        "A-kanyle",
        "Blokade",
        "Intubation",
    ]
    assert programme.name("cvc") == "central venous catheter"
    assert programme.name("transport", "da", short=True) == "transport af patient"
    assert programme.name("spinal", "sv") == "spinal anaesthesia"


def test_an_unknown_procedure_is_refused_with_those_that_are_known(programme: Programme) -> None:
    with pytest.raises(InvalidParameter, match=r"no procedure 'caudal'; expected one of spinal, epidural"):
        programme.name("caudal")
    with pytest.raises(InvalidParameter, match=r"no procedure 'caudal'"):
        programme.is_placeholder("caudal")
    with pytest.raises(InvalidParameter, match=r"'transport' is counted and not charted"):
        programme.is_placeholder("transport")


def test_a_programme_shows_itself_in_a_line_and_in_a_table(programme: Programme) -> None:
    assert repr(programme) == "Programme('danish-introduction-2018', 6 procedures, 32 competences)"
    assert "<td>spinal anaesthesia</td><td>10%</td><td>20%</td><td>published</td>" in programme._repr_html_()


def test_nothing_in_a_programme_can_be_changed(programme: Programme) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError, match="months"):
        programme.months = 6  # type: ignore[misc]


def test_a_programme_travels_between_processes(programme: Programme) -> None:
    copy = pickle.loads(pickle.dumps(programme))
    assert copy == programme
    assert copy.find("A-kanyle") == "arterial_line"


def test_a_copy_can_be_written_edited_and_read(programme: Programme, tmp_path: Path) -> None:
    text = programme.to_toml()
    copy = tmp_path / "vores program.toml"
    copy.write_text(text, encoding="utf-8")
    assert load_programme(copy) == programme
    edited = text.replace(
        'expected_cases = { value = 60, status = "placeholder" }',
        'expected_cases = { value = 45, status = "department" }',
        1,
    )
    edited = edited.replace("[experience.transport]\n", "[experience.transport]\ntarget = 12\n")
    copy.write_text(edited, encoding="utf-8-sig")  # as Windows Notepad may save it
    ours = load_programme(str(copy))
    assert ours.procedures["spinal"].expected_cases == 45
    assert ours.procedures["spinal"].criterion_status == "published"
    assert not ours.is_placeholder("spinal")
    assert (ours.experience["transport"].target, ours.experience["transport"].target_status) == (12, "department")
    assert ours != programme
    assert ours.to_toml() == edited
    assert ours.path == copy


def test_a_programme_changed_in_python_has_no_text_of_its_own(programme: Programme) -> None:
    changed = dataclasses.replace(programme, false_competence=0.01)
    with pytest.raises(ProgrammeError, match="was changed since it was read from danish_introduction_2018"):
        changed.to_toml()
