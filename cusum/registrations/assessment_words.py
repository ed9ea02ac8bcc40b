"""What people write in a register of assessments, Danish and English: headings, documents and results."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cusum.errors import Phrase
from cusum.programme import Programme
from cusum.programme.names import fold_name
from cusum.registrations.cells import Problem, is_missing, read_number, text_of
from cusum.registrations.outcome_words import sign_of

__all__ = [
    "ASSESSMENT_REASONS",
    "DOCUMENT_HEADINGS",
    "read_document",
    "read_month",
    "read_number_of_competence",
    "read_result",
    "roles_of",
]


def _list(text: str) -> tuple[str, ...]:
    """Split a list of spellings at its semicolons."""
    return tuple(" ".join(spelling.split()) for spelling in text.split(";") if spelling.strip())


#: Column -> headings, the surest first; a trainee is recognised as in a file of registrations.
DOCUMENT_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "document": _list(
        """
        document; dokument; dokumenttype; document type; vurderingsform; vurderingstype; type af vurdering; assessment;
        assessment type; type of assessment; instrument; evalueringsmetode; evaluering; metode; kompetencekort; kort;
        kort nr; skema; kompetencevurdering; type
        """
    ),
    "assessed_on": _list(
        """
        assessed_on; assessed on; dato; date; dato for vurdering; vurderingsdato; assessment date; date of assessment;
        godkendt den; godkendelsesdato; dato for godkendelse; approved on; approval date; attesteret den;
        attestationsdato; dag; day
        """
    ),
    "sufficient": _list(
        """
        sufficient; tilstrækkelig; godkendt; approved; resultat; result; bestået; passed; opnået; status; udfald;
        outcome; bedømmelse; vurdering; konklusion; samlet vurdering
        """
    ),
    "competence": _list(
        """
        competence; kompetence; kompetence nr; kompetencenr; kompetencenummer; competence no; competence number;
        læringsmål; learning objective
        """
    ),
    "month": _list("month; måned; månedsnummer; month of the post; måned i ansættelsen"),
}

#: Code of a reason for rejecting a row of the register -> English template.
ASSESSMENT_REASONS: Mapping[str, str] = {
    "missing_trainee": Phrase("The column {column} is empty: whose assessment this is cannot be told."),
    "missing_document": Phrase("The column {column} is empty: what was assessed cannot be told."),
    "unknown_document": Phrase(
        "'{found}' in the column {column} is no document of the programme (expected: {suggestion})."
    ),
    "missing_date": Phrase("The column {column} is empty: the day of the assessment is needed."),
    "unreadable_date": Phrase("'{found}' in the column {column} cannot be read as a date."),
    "impossible_date": Phrase("'{found}' in the column {column} is a day that does not exist."),
    "future_date": Phrase("'{found}' in the column {column} is after {suggestion}, the day up to which rows count."),
    "unreadable_result": Phrase(
        "'{found}' in the column {column} cannot be read as a result (expected: {suggestion})."
    ),
    "unknown_competence": Phrase(
        "'{found}' in the column {column} is no competence of the programme (expected: {suggestion})."
    ),
    "not_for_competence": Phrase(
        "'{found}' in the column {column} is a competence that this document does not document in the programme."
    ),
    "repeated_row": Phrase("The row is the same as row {suggestion} in every column."),
}

_CARD = re.compile(
    r"(?:k|kk|kort|komp\.?\s*kort|kompetencekort|kompetence\s+kort|competence\s+card|card)\s*(?:nr\.?|no\.?|-|:)?\s*"
    r"(\d{1,2})(?!\d)",
    re.IGNORECASE,
)
_MONTH = re.compile(
    r"\b(?:måned|maaned|mdr?\.?|month)\s*(\d{1,2})\b|\b(\d{1,2})\.?\s*(?:måned|md\.?|month)\b", re.IGNORECASE
)
_NUMBER_LAST = re.compile(r"\W*\d+\W*$")
_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "GV": _list("generel vurdering; general assessment; generel evaluering; samlet generel vurdering"),
    "MC": _list("mini-cex; mini clinical evaluation exercise; minicex"),
    "VS": _list(
        """
        vejledersamtale; struktureret vejledersamtale; struktureret vejledningssamtale; vejledningssamtale; supervision
        talk; structured supervision talk; supervision meeting; samtale med vejleder
        """
    ),
    "COURSE": _list(
        """
        vejledningskursus; kursus i vejledning; vejlederkursus; kursus i klinisk vejledning; supervisor training course;
        supervisor course
        """
    ),
    "TIME": _list("tid gennemført; gennemført tid; tidsmæssigt gennemført; time completed"),
}
_GOOD = frozenset(
    map(
        fold_name,
        _list(
            """
            godkendt; tilstrækkelig; tilstrækkeligt; sufficient; approved; bestået; passed; opnået; achieved;
            attesteret; attested; som forventet; over forventet; as expected; above expected; på forventet niveau;
            over forventet niveau; over det forventede; gennemført; completed; ok
            """
        ),
    )
)
_BAD = frozenset(
    map(
        fold_name,
        _list(
            """
            ikke godkendt; utilstrækkelig; utilstrækkeligt; ikke tilstrækkelig; insufficient; not sufficient; not
            approved; ikke bestået; not passed; failed; ikke opnået; not achieved; under forventet; below expected;
            under det forventede; under forventet niveau; ikke gennemført
            """
        ),
    )
)


def roles_of(heading: object) -> list[tuple[int, str]]:
    """Say which columns of a register a heading may stand for, the surest first.

    Parameters
    ----------
    heading : object
        A cell of the heading row.

    Returns
    -------
    list of tuple of (int, str)
        Rank (lower is surer) and column.

    Examples
    --------
    >>> roles_of("Vurderingsdato"), roles_of("Resultat")
    ([(5, 'assessed_on')], [(4, 'sufficient')])
    """
    from cusum.registrations.headings import Vocabulary

    if not isinstance(heading, str):
        return []
    wanted = fold_name(heading)
    found = [(rank, role) for rank, role in Vocabulary().roles(heading) if role == "trainee"]
    for role, spellings in DOCUMENT_HEADINGS.items():
        found += [(rank, role) for rank, spelling in enumerate(spellings) if fold_name(spelling) == wanted][:1]
    return sorted(found)


def read_document(cell: object, programme: Programme) -> object:
    """Tell which document of the programme a cell names.

    Parameters
    ----------
    cell : object
        A raw cell: "K1", "Kompetencekort 1", "Generel vurdering, måned 6", "Mini-CEX", ...
    programme : Programme
        Its instruments and the number of its competence cards.

    Returns
    -------
    str or Problem
        A key of ``Programme.instruments``, or K and the number of a card.

    Examples
    --------
    >>> from cusum.programme import load_programme
    >>> plan = load_programme()
    >>> [read_document(text, plan) for text in ("Kompetencekort 05", "Mini-CEX, måned 9", "GV 6", "vejledersamtale")]
    ['K5', 'MC', 'GV', 'VS']
    """
    text = text_of(cell)
    if is_missing(text):
        return Problem("missing_document")
    if card := _CARD.match(text):
        return f"K{int(card[1])}" if 1 <= int(card[1]) <= programme.cards else _unknown(programme)
    wanted = fold_name(text)
    bare = {wanted, fold_name(_MONTH.sub(" ", text)), fold_name(_NUMBER_LAST.sub("", text))}
    best = ("", 0)
    for key, names in programme.instruments.items():
        for name in (key, *names.values(), *_SYNONYMS.get(key, ())):
            known = fold_name(name)
            exact = known in bare or (len(known) > 3 and wanted.startswith(known))
            best = max(best, (key, len(known) if exact else 0), key=lambda found: found[1])
    return best[0] or _unknown(programme)


def _unknown(programme: Programme) -> Problem:
    """Name the documents that there are."""
    return Problem("unknown_document", f"K1-K{programme.cards}, {', '.join(programme.instruments)}")


def read_month(cell: object, months: int) -> object:
    """Tell which month of the post a document belongs to, where it says so.

    Parameters
    ----------
    cell : object
        A raw cell: a number, or a document's name such as "Mini-CEX, måned 9".
    months : int
        Length of the post.

    Returns
    -------
    int or None
        None where no month of the post is named.

    Examples
    --------
    >>> read_month("Generel vurdering, måned 6", 12), read_month("Generel vurdering", 12)
    (6, None)
    """
    match = _MONTH.search(text_of(cell))
    month = int(match[1] or match[2]) if match else 0
    return month if 1 <= month <= months else None


def read_result(cell: object) -> object:
    """Tell whether an assessment was sufficient.

    Parameters
    ----------
    cell : object
        A raw cell: yes or no, "godkendt", "under forventet", ...

    Returns
    -------
    bool, None or Problem
        None where nothing is said.

    Examples
    --------
    >>> read_result("Ja"), read_result("Ikke godkendt"), read_result("")
    (True, False, None)
    """
    text = text_of(cell)
    if is_missing(text):
        return None
    sign, word = sign_of(cell), fold_name(text)
    if sign in ("0", "1"):
        return sign == "1"
    return True if word in _GOOD else False if word in _BAD else Problem("unreadable_result", "ja / nej")


def read_number_of_competence(cell: object, numbers: Iterable[int]) -> object:
    """Read the number of the one competence that a row is about.

    Parameters
    ----------
    cell : object
        A raw cell: 21, "Kompetence 21", ...
    numbers : iterable of int
        Those of the programme.

    Returns
    -------
    int, None or Problem
        None where the row is about all that the document documents.

    Examples
    --------
    >>> read_number_of_competence("kompetence 21", range(1, 33)), read_number_of_competence(None, [1])
    (21, None)
    """
    text = text_of(cell)
    if is_missing(text):
        return None
    known = list(numbers)
    number = read_number(re.sub(r"^\D+", "", text))
    if number is None or number not in known:
        return Problem("unknown_competence", f"{min(known, default=0)}-{max(known, default=0)}")
    return int(number)
