"""What the command line itself refuses: in the reader's language, one line."""

from __future__ import annotations

import pytest

CASES = [
    ("limit --volume 3", "Indstillingen --volume findes ikke. Se 'cusum limit --help'."),
    ("limit --acceptabl 3", "Indstillingen --acceptabl findes ikke. Mente du --acceptable, --unacceptable?"),
    ("limit --acceptable 10", "--acceptable er 10, som ikke er en andel mellem 0 og 1 som 0,1 eller 10 %."),
    ("plan --cases 40,5", "skal være et helt tal som 40."),
    ("plan --cases 0", "skal være mindst 1."),
    ("simulate --seed 1", "Indstillingen --out mangler."),
    ("limit --chart vlad", "--chart er vlad; forventet en af 'lc_cusum', 'bernoulli'."),
    ("plan --cases", "Indstillingen --cases skal have en værdi."),
    ("plan --learning 60% 8%", "Indstillingen --learning skal have 3 værdier."),
    ("plann", "Kommandoen plann findes ikke. Mente du plan?"),
    ("plan foo", "foo er et ord for meget."),
    ("report x --as-of foo", "--as-of er foo, som ikke er en dato som 2026-08-31."),
]


@pytest.mark.parametrize(("words", "said"), CASES, ids=[words for words, _ in CASES])
def test_a_danish_reader_is_told_in_danish(command, words, said):
    ended = command(*words.split())
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("language", ["--language en", "--language=en"])
def test_an_english_reader_is_told_in_english(command, language):
    ended = command("plan", *language.split(), "--acceptabl", "3")
    assert ended.err.startswith("There is no option --acceptabl. Did you mean --acceptable")
    assert ended.err.endswith("See 'cusum plan --help'.\n")
