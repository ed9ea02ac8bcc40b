"""Every spelling that is recognised in files, Danish and English: headings, outcomes and categories.

The nearer the front of a list of headings, the surer the spelling: where two columns of a file could hold the same
thing, the earlier spelling wins. Capitals, blanks, punctuation and the writing of æ, ø and å do not matter.
"""

from __future__ import annotations

from cusum.programme.names import fold_name

__all__ = [
    "CATEGORIES",
    "FAILURE",
    "HEADINGS",
    "MONTHS",
    "NO",
    "NOTHING_KNOWN",
    "NOT_SCORED",
    "PROCEDURES",
    "SUCCESS",
    "YES",
]


def _list(text: str) -> tuple[str, ...]:
    """Split a list of spellings at its semicolons."""
    return tuple(" ".join(spelling.split()) for spelling in text.split(";") if spelling.strip())


def _folded(spellings: tuple[str, ...]) -> frozenset[str]:
    """Reduce spellings to letters and digits."""
    return frozenset(fold_name(spelling) for spelling in spellings)


#: Canonical column -> headings.
HEADINGS: dict[str, tuple[str, ...]] = {
    "trainee": _list(
        """
        trainee; uddannelsessøgende; uddannelsessøgende læge; trainee id; traineeid; uddannelsessøgendes id;
        uddannelsessøgende id; trainee name; uddannelsessøgendes navn; uddannelseslæge; uddannelseslægens navn; kursist;
        introlæge; introduktionslæge; i-læge; hu-læge; hoveduddannelseslæge;
        resident; operatør; operator; udført af; udfører; performed by; performer; læge; lægens navn; læge id; lægeid;
        yngre læge; reservelæge; anæstesilæge; doctor; physician; anaesthetist; anesthetist; anaesthesiologist;
        deltager; participant; pseudonym; elev; medarbejder; bruger; brugernavn; user; initialer; initials; navn; name
        """
    ),
    "procedure": _list(
        """
        procedure; procedurenavn; procedurens navn; procedure name; proceduretype; procedure type; type af procedure;
        indgreb; indgrebstype; ydelse; anæstesiologisk ydelse; teknisk færdighed; færdighed; skill; aktivitet; activity;
        anlæggelse; operation; type
        """
    ),
    "performed_on": _list(
        """
        performed_on; performed on; procedure date; dato for procedure; proceduredato; dato for udførelse;
        udførelsesdato; udført dato; udført den; udført; dato; date; date performed; date of procedure; performed date;
        performed; procedure performed on; operationsdato; anlæggelsesdato; dato og tid; dato tid; dato klokkeslæt; date
        and time; date time; datetime; tidspunkt; tidspunkt for procedure; dag; day; registreringsdato; registration
        date
        """
    ),
    "failure": _list(
        """
        failure; failed; fejl; fejlet; mislykket; mislykkedes; mislykkede; ikke lykkedes; lykkedes ikke; ikke succes;
        ikke vellykket; fiasko; fejlslagen; unsuccessful; not successful; procedure failed; procedure failure
        """
    ),
    "success": _list(
        """
        success; succes; succesfuld; lykkedes; lykket; vellykket; procedure lykkedes; proceduren lykkedes; lykkedes
        proceduren; successful; succeeded; procedure successful; gennemført
        """
    ),
    "outcome": _list(
        """
        outcome; resultat; udfald; result; procedure outcome; resultat af procedure; procedureresultat; cusum;
        cusumscore; cusum score; cusumscoring; score; scoring; bedømmelse; vurdering
        """
    ),
    "department": _list(
        """
        department; afdeling; afd; anæstesiafdeling; anæstesiologisk afdeling; uddannelsesafdeling; afdelingsnavn;
        department name; hospital; sygehus; uddannelsessted; ansættelsessted; arbejdssted; tjenestested; klinik; clinic;
        unit; enhed; afsnit; ward; center; centre; site; sted
        """
    ),
    "region": _list(
        """
        region; uddannelsesregion; videreuddannelsesregion; training region; uddannelsesregionen; landsdel
        """
    ),
    "sequence": _list(
        """
        sequence; rækkefølge; nummer på dagen; nr på dagen; rækkefølge på dagen; order of the day; order; klokkeslæt;
        klokken; kl; time of day; starttid; starttidspunkt; start time; time; tid; tidspunkt
        """
    ),
    "attempts": _list(
        """
        attempts; antal forsøg; forsøg; number of attempts; no of attempts; attempt; antal stik; stik; antal indstik;
        antal punkturer; punctures
        """
    ),
    "handed_over": _list(
        """
        handed_over; handed over; overtaget; overtaget af anden; overtaget af supervisor; overtaget af vejleder;
        overtagelse; overtaget af anden operatør; supervisor overtog; vejleder overtog; anden overtog; overladt til
        anden; afgivet; taken over; takeover; handover
        """
    ),
    "supervision": _list(
        """
        supervision; supervisionsgrad; supervisionsniveau; grad af supervision; supervision level; level of supervision;
        superviseret
        """
    ),
    "urgency": _list(
        """
        urgency; hastegrad; hast; prioritet; akut elektiv; elektiv akut; akut/elektiv; priority
        """
    ),
    "asa": _list(
        """
        asa; asa klasse; asa class; asa score; asa gruppe; asa grad; asa status; asa physical status
        """
    ),
    "age": _list(
        """
        age; alder; patientalder; patientens alder; alder år; patient age; age years
        """
    ),
    "bmi": _list(
        """
        bmi; body mass index; kropsmasseindeks
        """
    ),
    "technique": _list(
        """
        technique; teknik; metode; method
        """
    ),
    "complication": _list(
        """
        complication; komplikation; komplikationer; complications
        """
    ),
    "registration_id": _list(
        """
        registration_id; registration id; registrerings id; registreringsid; registreringsnummer; registreringsnr;
        record id; recordid; procedure id; case id; sagsnr; uuid; id; løbenummer; løbenr
        """
    ),
    "post_start": _list(
        """
        post_start; post start; start of post; ansættelsesstart; ansættelsesdato; start på ansættelse; startdato; start
        date; stillingsstart; ansat fra; stilling fra; introduktionsstart; start på introduktionsstilling
        """
    ),
}

#: Key of the Danish programme -> spellings that its file does not hold; what is recognised by them is flagged.
PROCEDURES: dict[str, tuple[str, ...]] = {
    "spinal": _list(
        """
        spinalanalgesi; lumbalanæstesi; lumbal anæstesi; intratekal anæstesi; intrathecal anaesthesia; subdural anæstesi
        """
    ),
    "epidural": _list(
        """
        epiduralbedøvelse; epiduralkat; epidural kat; peridural; periduralanæstesi
        """
    ),
    "cvc": _list(
        """
        cv-adgang; central adgang; centralkateter; cv line; centralt kateter; jugulariskateter; subclaviakateter
        """
    ),
    "arterial_line": _list(
        """
        arterienål; arteriel adgang; a-linje; a-nål; radialiskateter; arterial access; radial line
        """
    ),
    "block": _list(
        """
        nerveblokering; plexusblok; plexusblokade; femoralisblok; femoralisblokade; scalenerblok; interscalenerblok;
        tap-blok; axillærblok; peripheral block; plexus block; femoral nerve block
        """
    ),
    "intubation": _list(
        """
        oral tube; endotracheal tube; orotrakeal tube; tube
        """
    ),
}

#: Yes and no, whose meaning as an outcome depends on the heading.
YES = frozenset(_list("ja; yes; j; y; true; sand; sandt; 1; x"))
NO = frozenset(_list("nej; no; n; false; falsk; falskt; 0"))

#: Outcomes that mean the same under every heading, folded.
SUCCESS = _folded(
    _list(
        """
    success; succes; successful; succesfuld; succeeded; lykkedes; lykket; vellykket; gennemført; with success; med
    succes; ok; procedure lykkedes
    """
    )
)
FAILURE = _folded(
    _list(
        """
    failure; failed; fail; fejl; fejlet; fejlslagen; mislykket; mislykkedes; mislykkede; ikke succes; ikke succesfuld;
    ingen succes; uden succes; ikke lykkedes; lykkedes ikke; ikke lykket; ikke vellykket; ej lykkedes; fiasko; opgivet;
    afbrudt; abandoned; abandon; unsuccessful; not successful; no success; not success; not succeeded
    """
    )
)
NOT_SCORED = _folded(_list("ikke scoret; not scored; ikke bedømt; not assessed"))

#: What people write where they know nothing.
NOTHING_KNOWN = frozenset(
    _list(
        """
    -; –; —; ?; na; n/a; nan; nat; null; none; #n/a; #i/t; ukendt; uoplyst; unknown; missing; mangler; i.a.; ia; ikke
    angivet; ikke oplyst; not stated; not known
    """
    )
)

#: Canonical column -> category -> spellings.
CATEGORIES: dict[str, dict[str, tuple[str, ...]]] = {
    "supervision": {
        "observed": _list(
            """
            observed; observeret; observerede; observation; set; tilskuer
            """
        ),
        "assisted": _list(
            """
            assisted; assisteret; assisterede; assistance; hjulpet
            """
        ),
        "supervised": _list(
            """
            supervised; superviseret; under supervision; med supervision; supervision; direkte supervision; vejleder til
            stede
            """
        ),
        "independent": _list(
            """
            independent; selvstændig; selvstændigt; uden supervision; alene; solo; unsupervised; indirekte supervision
            """
        ),
    },
    "urgency": {
        "elective": _list(
            """
            elective; elektiv; elektivt; planlagt; planned; scheduled
            """
        ),
        "emergency": _list(
            """
            emergency; akut; haste; subakut; urgent; acute
            """
        ),
    },
}

#: Names of the months, January first; full stops do not matter.
MONTHS: tuple[tuple[str, ...], ...] = tuple(
    tuple(words.split())
    for words in _list(
        """
        jan januar january; feb februar february; mar mrt marts march; apr april; maj may; jun juni june;
        jul juli july; aug august; sep sept september; okt oktober oct october; nov november; dec december
        """
    )
)
