"""Recognise what a column holds by its heading, in Danish or English, whatever the spelling."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cusum.errors import InvalidParameter
from cusum.programme.names import fold_name

__all__ = ["CANONICAL", "OUTCOME_ROLES", "Vocabulary", "read_headings"]

OUTCOME_ROLES = ("failure", "success", "outcome")

# The nearer the front, the surer: where two columns could be the same thing, the earlier spelling wins.
_SPELLINGS: dict[str, str] = {
    "trainee": "trainee; uddannelsessøgende; uddannelsessøgende læge; trainee id; traineeid; uddannelsessøgendes id; "
    "uddannelsessøgende id; trainee name; uddannelsessøgendes navn; kursist; introlæge; introduktionslæge; hu-læge; resident; "
    "operatør; operator; udført af; udfører; performed by; performer; læge; lægens navn; læge id; lægeid; yngre læge; "
    "reservelæge; anæstesilæge; doctor; physician; anaesthetist; anesthetist; anaesthesiologist; deltager; participant; pseudonym; "
    "elev; medarbejder; bruger; brugernavn; user; initialer; initials; navn; name",
    "procedure": "procedure; procedurenavn; procedurens navn; procedure name; proceduretype; procedure type; type af procedure; "
    "indgreb; indgrebstype; ydelse; anæstesiologisk ydelse; teknisk færdighed; færdighed; skill; aktivitet; activity; anlæggelse; operation; type",
    "performed_on": "performed_on; performed on; procedure date; dato for procedure; proceduredato; dato for udførelse; udførelsesdato; "
    "udført dato; udført den; udført; dato; date; date performed; date of procedure; performed date; performed; "
    "procedure performed on; operationsdato; anlæggelsesdato; dato og tid; dato tid; dato klokkeslæt; date and time; date time; datetime; tidspunkt; "
    "tidspunkt for procedure; dag; day; registreringsdato; registration date",
    "failure": "failure; failed; fejl; fejlet; mislykket; mislykkedes; mislykkede; ikke lykkedes; lykkedes ikke; ikke succes; ikke vellykket; "
    "fiasko; fejlslagen; unsuccessful; not successful; procedure failed; procedure failure",
    "success": "success; succes; succesfuld; lykkedes; lykket; vellykket; procedure lykkedes; proceduren lykkedes; lykkedes proceduren; successful; "
    "succeeded; procedure successful; gennemført",
    "outcome": "outcome; resultat; udfald; result; procedure outcome; resultat af procedure; procedureresultat; cusum; cusumscore; "
    "cusum score; cusumscoring; score; scoring; bedømmelse; vurdering",
    "department": "department; afdeling; afd; anæstesiafdeling; anæstesiologisk afdeling; uddannelsesafdeling; afdelingsnavn; department name; "
    "hospital; sygehus; uddannelsessted; ansættelsessted; arbejdssted; tjenestested; klinik; clinic; unit; enhed; afsnit; ward; center; centre; site; sted",
    "region": "region; uddannelsesregion; videreuddannelsesregion; training region; uddannelsesregionen; landsdel",
    "sequence": "sequence; rækkefølge; nummer på dagen; nr på dagen; rækkefølge på dagen; order of the day; order; klokkeslæt; "
    "klokken; kl; time of day; starttid; starttidspunkt; start time; time; tid; tidspunkt",
    "attempts": "attempts; antal forsøg; forsøg; number of attempts; no of attempts; attempt; antal stik; stik; antal indstik; antal punkturer; punctures",
    "handed_over": "handed_over; handed over; overtaget; overtaget af anden; overtaget af supervisor; overtaget af vejleder; overtagelse; "
    "overtaget af anden operatør; supervisor overtog; vejleder overtog; anden overtog; overladt til anden; afgivet; taken over; takeover; handover",
    "supervision": "supervision; supervisionsgrad; supervisionsniveau; grad af supervision; supervision level; level of supervision; superviseret",
    "urgency": "urgency; hastegrad; hast; prioritet; akut elektiv; elektiv akut; akut/elektiv; priority",
    "asa": "asa; asa klasse; asa class; asa score; asa gruppe; asa grad; asa status; asa physical status",
    "age": "age; alder; patientalder; patientens alder; alder år; patient age; age years",
    "bmi": "bmi; body mass index; kropsmasseindeks",
    "technique": "technique; teknik; metode; method",
    "complication": "complication; komplikation; komplikationer; complications",
    "registration_id": "registration_id; registration id; registrerings id; registreringsid; registreringsnummer; registreringsnr; "
    "record id; recordid; procedure id; case id; sagsnr; uuid; id; løbenummer; løbenr",
    "post_start": "post_start; post start; start of post; ansættelsesstart; ansættelsesdato; start på ansættelse; startdato; start date; "
    "stillingsstart; ansat fra; stilling fra; introduktionsstart; start på introduktionsstilling",
}
CANONICAL: tuple[str, ...] = tuple(_SPELLINGS)
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_IGNORE = "ignore"


def _ranks() -> dict[str, list[tuple[int, str]]]:
    """Index every spelling: folded spelling -> what it may stand for, with the rank of the spelling."""
    ranks: dict[str, list[tuple[int, str]]] = {}
    for role, spellings in _SPELLINGS.items():
        for rank, spelling in enumerate(spellings.split("; ")):
            entries = ranks.setdefault(fold_name(spelling), [])
            if role not in [known for _, known in entries]:
                entries.append((rank, role))
    return ranks


_RANKS = _ranks()


@dataclass(frozen=True)
class Vocabulary:
    """What the user said about headings and values, on top of what is known.

    Parameters
    ----------
    headings : mapping of str to str
        Heading as in the file -> canonical column, ``"success"``, ``"failure"``, ``"outcome"``, a key of the programme
        (a column that holds the outcomes of one procedure) or ``"ignore"``.
    values : mapping of str to mapping
        Canonical column -> value as in the file -> what it means; for ``"procedure"`` and ``"outcome"``.

    Examples
    --------
    >>> Vocabulary().roles("Uddannelsessøgende")
    [(1, 'trainee')]
    >>> Vocabulary({"Hvem": "trainee"}).roles("hvem")
    [(-1, 'trainee')]
    """

    headings: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def roles(self, heading: object) -> list[tuple[int, str]]:
        """Say what a heading may stand for, the surest first.

        Parameters
        ----------
        heading : object
            A cell of the heading row.

        Returns
        -------
        list of tuple of (int, str)
            Rank (lower is surer; -1 where the user said so) and canonical column.
        """
        if not isinstance(heading, str):
            return []
        said = {fold_name(key): role for key, role in self.headings.items()}
        whole, bare = fold_name(heading), fold_name(_BRACKETS.sub(" ", heading))
        for key in (whole, bare):
            if key in said:
                return [(-1, said[key])]
        return sorted(_RANKS.get(whole) or _RANKS.get(bare, []))

    def score(self, row: Sequence[object]) -> int:
        """Count the different columns that the cells of a row could be the headings of.

        Parameters
        ----------
        row : sequence
            Cells of one row.

        Returns
        -------
        int
            0 for a row that is no heading row.
        """
        return len({roles[0][1] for cell in row if (roles := self.roles(cell))})

    def meaning(self, column: str, value: str) -> str | None:
        """Say what a value means where the user said so.

        Parameters
        ----------
        column : str
            Canonical column.
        value : str
            Value as in the file.

        Returns
        -------
        str or None
            What the user said.
        """
        said = self.values.get(column)
        if not said:
            return None
        wanted = " ".join(value.split()).casefold()
        return next((means for text, means in said.items() if " ".join(text.split()).casefold() == wanted), None)


def read_headings(headings: Mapping[str, object] | str | Path | None, keys: Sequence[str]) -> Vocabulary:
    """Take what the user said about headings and values, from a mapping or a TOML file.

    Parameters
    ----------
    headings : mapping, path or None
        Heading -> canonical column; or a mapping (or TOML file) with the tables ``headings``, ``values.procedure`` and
        ``values.outcome``.
    keys : sequence of str
        Keys of the procedures and experience items of the programme in force.

    Returns
    -------
    Vocabulary
        What was said.

    Raises
    ------
    InvalidParameter
        Where the file is missing or is no TOML, or a column is named that does not exist.

    Examples
    --------
    >>> read_headings({"Hvem": "trainee"}, ["spinal"]).headings
    {'Hvem': 'trainee'}
    """
    if headings is None:
        return Vocabulary()
    said = _load(Path(headings)) if isinstance(headings, (str, Path)) else dict(headings)
    tables = {"headings", "values"} & {key for key, value in said.items() if isinstance(value, Mapping)}
    flat = said.get("headings", {}) if tables else said
    values = said.get("values", {}) if tables else {}
    _check(flat, [*CANONICAL, _IGNORE, *keys], "headings")
    _check(values, ["procedure", "outcome"], "values", keys=True)
    _check(values.get("procedure", {}), keys, "values.procedure")
    _check(values.get("outcome", {}), ["success", "failure", "not scored"], "values.outcome")
    return Vocabulary(flat, values)


def _load(path: Path) -> dict[str, object]:
    """Read the TOML file with the user's headings."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        found = "the file of headings {name} cannot be opened"
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        found = "the file of headings {name} is not TOML in UTF-8"
    raise InvalidParameter(
        found, expected='lines such as "Hvem" = "trainee" under [headings]', name=path.name
    ) from None


def _check(said: object, known: Sequence[str], where: str, *, keys: bool = False) -> None:
    """Refuse a word that stands for nothing."""
    if not isinstance(said, Mapping):
        raise InvalidParameter("{where} is not a table", expected="words and what they mean", where=where)
    for key, value in said.items():
        word = key if keys else value
        if word not in known:
            raise InvalidParameter(
                "{where} gives {key!r} the meaning {word!r}",
                expected="one of {known}",
                where=where,
                key=key,
                word=word,
                known=", ".join(known),
            )
