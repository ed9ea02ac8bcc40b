"""``cusum programme show`` and ``cusum programme copy``."""

from __future__ import annotations

from cusum.programme import load_programme


def test_show_lists_every_charted_procedure_with_its_rates(command):
    ended = command("programme", "show", "--language", "en")
    assert (ended.code, ended.err) == (0, "")
    rows = {line.strip().split("  ")[0]: line for line in ended.out.splitlines() if "%" in line}
    for procedure in load_programme().procedures.values():
        row = rows[procedure.name["en"]]
        assert f"{procedure.criterion.acceptable:.0%}" in row
        assert f"{procedure.criterion.unacceptable:.0%}" in row


def test_show_marks_what_nobody_has_published(command):
    ended = command("programme", "show", "--language", "en")
    lines = ended.out.splitlines()
    spinal = next(line for line in lines if "spinal" in line.lower() and "%" in line)
    catheter = next(line for line in lines if "central venous" in line.lower())
    assert "20% *" in catheter
    assert "20% *" not in spinal
    assert "the department must decide" in ended.out


def test_show_speaks_danish_unless_told_otherwise(command):
    ended = command("programme", "show")
    assert ended.code == 0
    assert "spinalanæstesi" in ended.out
    assert "afdelingen" in ended.out


def test_a_copy_can_be_shown_again(command, tmp_path):
    file = tmp_path / "ours.toml"
    written = command("programme", "copy", file, "--language", "en")
    assert written.code == 0
    assert str(file) in written.out
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('version = "2018.1"', 'version = "ours"'), encoding="utf-8")
    shown = command("programme", "show", "--programme", file, "--language", "en")
    assert shown.code == 0
    assert "(danish-introduction-2018, ours)" in shown.out


def test_a_copy_is_not_written_over_without_being_told(command, tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text("mine", encoding="utf-8")
    refused = command("programme", "copy", file, "--language", "en")
    assert refused.code == 2
    assert "is there already" in refused.err
    assert file.read_text(encoding="utf-8") == "mine"
    assert command("programme", "copy", file, "--force").code == 0
    assert file.read_text(encoding="utf-8") == load_programme().to_toml()


def test_a_folder_that_is_not_there_is_one_sentence(command, tmp_path):
    ended = command("programme", "copy", tmp_path / "nowhere" / "ours.toml", "--language", "en")
    assert ended.code == 2
    assert "cannot be written" in ended.err
    assert ended.err.count("\n") == 1


def test_an_unknown_programme_is_wrong_use(command):
    ended = command("programme", "show", "--programme", "danish-introduction-2019", "--language", "en")
    assert ended.code == 2
    assert ended.out == ""
    assert "danish-introduction-2019" in ended.err
    assert "Did you mean danish-introduction-2018?" in ended.err
