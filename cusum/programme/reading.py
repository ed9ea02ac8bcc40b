"""Read a programme file and refuse what cannot be used, one fault at a time."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Any

from cusum.criterion import Criterion
from cusum.errors import ProgrammeError
from cusum.programme.curriculum import read_cards, read_competences, read_milestones
from cusum.programme.fields import Fields
from cusum.programme.parts import ExperienceItem, Procedure
from cusum.programme.programme import Programme

__all__ = ["DEFAULT_PROGRAMME", "available_programmes", "load_programme", "read_text"]

DEFAULT_PROGRAMME = "danish-introduction-2018"
STATUSES = ("published", "department", "placeholder")
_FOLDER = Path(__file__).parent

_TOP = (
    "key version title source months sources promises roles areas instruments cards "
    "procedures experience milestones competences"
)
_PROCEDURE = "name short synonyms mandatory charted criterion expected_cases target alpha beta failure"
_FAILURE = "status da en success failure not_scored handed_over_is_failure attempts_allowed"


def available_programmes() -> tuple[str, ...]:
    """Name the programmes that come with the package.

    Returns
    -------
    tuple of str
        Names that :func:`load_programme` takes.

    Examples
    --------
    >>> available_programmes()
    ('danish-introduction-2018',)
    """
    return tuple(sorted(path.stem.replace("_", "-") for path in _FOLDER.glob("*.toml")))


def load_programme(name_or_path: str | Path | Programme | None = DEFAULT_PROGRAMME) -> Programme:
    """Read a training programme: its procedures, criteria, targets, milestones and competences.

    Parameters
    ----------
    name_or_path : str or Path, default "danish-introduction-2018"
        Name of a programme that comes with the package, or the path of a programme file (TOML, UTF-8). A programme
        that is read already is handed back; None means the default.

    Returns
    -------
    Programme
        The programme; nothing in it can be changed.

    Raises
    ------
    ProgrammeError
        Where there is no such programme, or where its file says something that cannot be used. The message names the
        file, the key, what was found and what was expected.

    Notes
    -----
    Rates are fractions. Where the status of a number is ``"placeholder"`` nobody has published it for Danish
    trainees, and the department must decide on it: write the number and the status ``"department"`` in a copy of the
    file.

    Examples
    --------
    >>> programme = load_programme()
    >>> list(programme.procedures)
    ['spinal', 'epidural', 'cvc', 'arterial_line', 'block', 'intubation']
    """
    if isinstance(name_or_path, Programme):
        return name_or_path
    path = _locate(DEFAULT_PROGRAMME if name_or_path is None else name_or_path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ProgrammeError(
            "{file} is not UTF-8 text",
            expected="a programme file in UTF-8",
            remedy="Save it again with the encoding UTF-8.",
            file=path.name,
        ) from None
    return read_text(text, path)


def _locate(name_or_path: str | Path) -> Path:
    """Find the file of a programme by its name or path."""
    name = str(name_or_path)
    if isinstance(name_or_path, str) and name in available_programmes():
        return _FOLDER / f"{name.replace('-', '_')}.toml"
    path = Path(name_or_path)
    if path.is_file():
        return path
    known = available_programmes()
    near = difflib.get_close_matches(name, known, n=1)
    raise ProgrammeError(
        "there is no programme {name}",
        expected="the path of a programme file, or one of {known}",
        remedy="Did you mean {near}?" if near else "'cusum programme copy' writes a file to start from.",
        name=name,
        known=", ".join(known),
        near=near[0] if near else "",
    )


def read_text(text: str, path: Path) -> Programme:
    """Read a programme from the text of its file.

    Parameters
    ----------
    text : str
        TOML.
    path : Path
        Where the text came from, for messages.

    Returns
    -------
    Programme
        The programme.

    Raises
    ------
    ProgrammeError
        Where the text is not TOML or says something that cannot be used.
    """
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ProgrammeError(
            "{file} cannot be read: {problem}",
            expected="a programme file in TOML",
            remedy="Look at that line: a quotation mark or a bracket may be missing.",
            file=path.name,
            problem=str(error),
        ) from None
    top = Fields(values, file=path.name, known=_TOP.split())
    promises = top.table("promises", ["false_competence", "false_alarm", "alpha", "beta", "status"])
    roles, areas, instruments = (_named(top, key) for key in ("roles", "areas", "instruments"))
    months = top.whole("months", low=1, high=120)
    procedures, experience = _procedures(top, promises), _experience(top)
    competences = read_competences(top, roles, areas, instruments, [*procedures, *experience])
    return Programme(
        key=top.text("key"),
        version=top.text("version"),
        title=top.words("title"),
        source=top.text("source"),
        months=months,
        false_competence=promises.fraction("false_competence"),
        false_alarm=promises.fraction("false_alarm"),
        promise_status=promises.choice("status", STATUSES),
        procedures=procedures,
        experience=experience,
        milestones=read_milestones(top, instruments, months),
        competences=competences,
        cards=read_cards(top, competences),
        roles=roles,
        areas=areas,
        instruments=instruments,
        path=path,
        text=text,
    )


def _named(top: Fields, key: str) -> dict[str, dict[str, str]]:
    """Read a table of names by language."""
    table = top.table(key)
    return {name: table.words(name) for name in table.values}


def _procedures(top: Fields, promises: Fields) -> dict[str, Procedure]:
    """Read every procedure; a programme without any is of no use."""
    table = top.table("procedures")
    if not table.values:
        top.refuse("procedures", {}, "at least one procedure, headed [procedures.NAME]")
    cited = top.table("sources", required=False)
    sources = {name: cited.text(name) for name in cited.values}
    return {key: _procedure(key, table.table(key, _PROCEDURE.split()), promises, sources) for key in table.values}


def _procedure(key: str, entry: Fields, promises: Fields, sources: dict[str, str]) -> Procedure:
    """Read one procedure."""
    expected = entry.table("expected_cases", ["value", "status", "source"])
    status, source = _origin(expected, sources)
    target = _target(entry)
    return Procedure(
        key=key,
        name=entry.words("name"),
        short=entry.words("short"),
        synonyms=entry.texts("synonyms"),
        mandatory=entry.take("mandatory", bool),
        charted=entry.take("charted", bool),
        expected_cases=expected.whole("value", low=1),
        expected_cases_status=status,
        expected_cases_source=source,
        alpha=_below_half(entry if "alpha" in entry.values else promises, "alpha"),
        beta=_below_half(entry if "beta" in entry.values else promises, "beta"),
        target=target,
        target_status=_target_status(target),
        **_criterion(entry, sources),
        **_failure(entry),
    )


def _below_half(fields: Fields, key: str) -> float:
    """Read an error rate of the standard chart, which makes sense below one half only."""
    value = fields.fraction(key)
    if value >= 0.5:
        fields.refuse(key, value, "a number above 0 and below 0.5")
    return value


def _origin(entry: Fields, sources: dict[str, str]) -> tuple[str, str]:
    """Read where a number comes from: its status and its citation."""
    status, source = entry.choice("status", STATUSES), entry.text("source", "")
    if status == "published" and not source:
        entry.refuse("source", source, "a citation, because the status is published", "Give one, or change the status.")
    if status == "published" and source not in sources:
        known = ", ".join(sources)
        entry.refuse("source", source, "a name from the table [sources]: {known}", known=known)
    return status, sources.get(source, source)


def _criterion(entry: Fields, sources: dict[str, str]) -> dict[str, Any]:
    """Read the acceptable and the unacceptable failure rate and where each comes from."""
    table = entry.table("criterion", ["acceptable", "unacceptable", "note"])
    rates = {name: table.table(name, ["rate", "status", "source"]) for name in ("acceptable", "unacceptable")}
    acceptable, unacceptable = (rates[name].fraction("rate") for name in ("acceptable", "unacceptable"))
    if acceptable >= unacceptable:
        rates["unacceptable"].refuse(
            "rate", unacceptable, "a rate above the acceptable one, {acceptable}", acceptable=acceptable
        )
    read: dict[str, Any] = {"criterion": Criterion(acceptable=acceptable, unacceptable=unacceptable)}
    for name, rate in rates.items():
        read[f"{name}_status"], read[f"{name}_source"] = _origin(rate, sources)
    return {**read, "criterion_note": table.words("note", required=False)}


def _failure(entry: Fields) -> dict[str, Any]:
    """Read what counts as a failure, in words and as rules."""
    table = entry.table("failure", _FAILURE.split())
    rules = dict.fromkeys(table.texts("success"), False)
    for text in table.texts("failure"):
        if text in rules:
            table.refuse("failure", text, "an outcome that is not among the successes as well")
        rules[text] = True
    return {
        "failure_definition": {code: table.text(code) for code in ("da", "en")},
        "failure_status": table.choice("status", STATUSES),
        "failure_rules": rules,
        "not_scored": table.texts("not_scored"),
        "handed_over_is_failure": table.take("handed_over_is_failure", bool, None),
        "attempts_allowed": table.whole("attempts_allowed", low=1) if "attempts_allowed" in table.values else None,
    }


def _target(entry: Fields) -> int | None:
    """Read a target for the experience registration; none is given until the department decides."""
    return entry.whole("target", low=0) if "target" in entry.values else None


def _target_status(target: int | None) -> str:
    """Say who decides on a target."""
    return "department decides" if target is None else "department"


def _experience(top: Fields) -> dict[str, ExperienceItem]:
    """Read what is counted but not charted."""
    table = top.table("experience", required=False)
    items: dict[str, ExperienceItem] = {}
    for key in table.values:
        if key in top.values["procedures"]:
            table.refuse(key, key, "a name that is not a procedure's", "Give it another name.")
        entry = table.table(key, ["name", "synonyms", "target"])
        target = _target(entry)
        items[key] = ExperienceItem(
            key=key,
            name=entry.words("name"),
            synonyms=entry.texts("synonyms"),
            target=target,
            target_status=_target_status(target),
        )
    return items
