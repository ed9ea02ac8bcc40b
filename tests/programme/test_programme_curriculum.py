"""What is counted for a competence and how many cards there are is read, and refused where it makes no sense."""

from __future__ import annotations

from pathlib import Path

import pytest

from cusum import ProgrammeError, load_programme


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = load_programme().to_toml()
    assert old in text
    path = tmp_path / "changed.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def test_each_competence_with_experience_has_items() -> None:
    plan = load_programme()
    counted = {c.number: c.experience for c in plan.competences if c.experience}
    assert set(counted) == {c.number for c in plan.competences if "ER" in c.documents}
    assert counted[2] == ("intubation", "laryngeal_mask")
    assert counted[4] == ("general_anaesthesia_elective",)
    assert (counted[9], counted[10], counted[11], counted[21]) == (("spinal",), ("epidural",), ("cvc",), ("transport",))
    assert counted[13] == tuple(plan.procedures)
    assert counted[14] == (*plan.procedures, *plan.experience)


def test_cards_are_as_many_as_the_file_says_or_uses(tmp_path: Path) -> None:
    assert load_programme().cards == 16
    line = next(line for line in load_programme().to_toml().splitlines() if line.startswith("cards"))
    assert load_programme(changed(tmp_path, line + "\n", "")).cards == 15


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('experience = ["transport"]', 'experience = ["flight"]', r"competences\[21\].experience is 'flight'"),
        ('documents = ["K2"]', 'documents = ["K2"]\nexperience = ["cvc"]', "ER among the documents"),
        ("cards = 16", "cards = 14", "cards is 14; expected a whole number from 15 to 99"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(ProgrammeError, match=message):
        load_programme(changed(tmp_path, old, new))
