"""Spellings of procedures."""

from __future__ import annotations

import pytest

from cusum.programme import fold_name, load_programme


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Spinal", "spinal"),
        ("Spinalanæstesi", "spinal"),
        ("spinalanaestesi", "spinal"),
        ("SAB", "spinal"),
        ("Spinal anaesthesia", "spinal"),
        ("Epiduralkateter", "epidural"),
        ("epidural-kateter", "epidural"),
        ("EDA", "epidural"),
        ("Epiduralanæstesi", "epidural"),
        ("CVK", "cvc"),
        ("cvk-anlæggelse", "cvc"),
        ("Centralt venekateter", "cvc"),
        ("Centralvenekateter", "cvc"),
        ("Central venous catheter", "cvc"),
        ("A-kanyle", "arterial_line"),
        ("a kanyle", "arterial_line"),
        ("Arteriekanyle", "arterial_line"),
        ("Art.kanyle", "arterial_line"),
        ("arterial_line", "arterial_line"),
        ("Blokade", "block"),
        ("Perifer nerveblokade", "block"),
        ("Nerveblok", "block"),
        ("Intubation", "intubation"),
        ("Endotrakeal intubation", "intubation"),
        ("Endotracheal", "intubation"),
        ("tracheal intubation", "intubation"),
        ("Generel anæstesi, akut", "general_anaesthesia_emergency"),
        ("TRANSPORT", "transport"),
    ],
)
def test_find_knows_the_spellings_of_danish_offices(written: str, key: str) -> None:
    assert load_programme().find(written) == key


@pytest.mark.parametrize("written", ["", "  ", "Tonsillektomi", "Kanyle", "CV"])
def test_find_says_none_rather_than_guess(written: str) -> None:
    assert load_programme().find(written) is None


@pytest.mark.parametrize(
    ("written", "near"),
    [("Spianl", "spinalanæstesi"), ("Epiduralkatter", "epiduralanæstesi"), ("Arterikanyle", "A-kanyle")],
)
def test_nearest_names_the_procedure_meant(written: str, near: str) -> None:
    assert load_programme().nearest(written)[0] == near


def test_nearest_gives_nothing_where_nothing_is_near() -> None:
    assert load_programme().nearest("Tonsillektomi") == ()


def test_every_spelling_in_the_file_finds_its_own_key() -> None:
    programme = load_programme()
    names = programme.names()
    assert len(names) > 100
    assert {name: programme.find(name) for name in names} == names


def test_fold_name_keeps_different_words_apart() -> None:
    assert fold_name("Ærø") == "aeroe"
    assert fold_name("GA akut") != fold_name("GA elektiv")
    assert fold_name("ÆGGE-blok") == fold_name("ægge blok")
