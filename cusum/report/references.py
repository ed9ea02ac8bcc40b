"""The literature behind the report; a DOI stands only where it has been confirmed."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["REFERENCES", "Reference", "bibtex", "software_citation"]


@dataclass(frozen=True)
class Reference:
    """A journal article.

    Parameters
    ----------
    key : str
        Name used in BibTeX, such as ``"biau2008"``.
    authors : str
        Authors as in BibTeX, separated by " and ".
    title : str
        Title.
    journal : str
        Journal in full.
    year : int
        Year of publication.
    volume, pages : str
        Where in the journal.
    doi : str, default ""
        Digital object identifier.

    Examples
    --------
    >>> REFERENCES["page1954"].citation()
    'Page ES. Continuous inspection schemes. Biometrika 1954;41:100-115. doi:10.1093/biomet/41.1-2.100'
    """

    key: str
    authors: str
    title: str
    journal: str
    year: int
    volume: str
    pages: str
    doi: str = ""

    def citation(self) -> str:
        """Write the reference as in a list of references.

        Returns
        -------
        str
            One line, Vancouver style.
        """
        names = ", ".join(_initials(name) for name in self.authors.split(" and "))
        doi = f" doi:{self.doi}" if self.doi else ""
        return f"{names}. {self.title}. {self.journal} {self.year};{self.volume}:{self.pages}.{doi}"

    def bibtex(self) -> str:
        """Write the reference for a reference manager.

        Returns
        -------
        str
            A BibTeX entry.
        """
        fields = {
            "author": self.authors,
            "title": f"{{{self.title}}}",
            "journal": self.journal,
            "year": str(self.year),
            "volume": self.volume,
            "pages": self.pages.replace("-", "--"),
            "doi": self.doi,
        }
        lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
        return f"@article{{{self.key},\n{lines}\n}}"


def _initials(name: str) -> str:
    """Turn "Kestin, I. G." into "Kestin IG"."""
    family, _, given = name.partition(", ")
    return f"{family} {given.replace('.', '').replace(' ', '')}".strip()


_LIST = (
    Reference(
        "wald1945",
        "Wald, A.",
        "Sequential tests of statistical hypotheses",
        "Annals of Mathematical Statistics",
        1945,
        "16",
        "117-186",
        "10.1214/aoms/1177731118",
    ),
    Reference(
        "page1954",
        "Page, E. S.",
        "Continuous inspection schemes",
        "Biometrika",
        1954,
        "41",
        "100-115",
        "10.1093/biomet/41.1-2.100",
    ),
    Reference(
        "kaplan1958",
        "Kaplan, E. L. and Meier, P.",
        "Nonparametric estimation from incomplete observations",
        "Journal of the American Statistical Association",
        1958,
        "53",
        "457-481",
        "10.1080/01621459.1958.10501452",
    ),
    Reference(
        "lan1983",
        "Lan, K. K. G. and DeMets, D. L.",
        "Discrete sequential boundaries for clinical trials",
        "Biometrika",
        1983,
        "70",
        "659-663",
        "10.1093/biomet/70.3.659",
    ),
    Reference(
        "williams1992",
        "Williams, S. M. and Parry, B. R. and Schlup, M. M.",
        "Quality control: an application of the cusum",
        "BMJ",
        1992,
        "304",
        "1359-1361",
        "10.1136/bmj.304.6838.1359",
    ),
    Reference(
        "kestin1995",
        "Kestin, I. G.",
        "A statistical approach to measuring the competence of anaesthetic trainees at practical procedures",
        "British Journal of Anaesthesia",
        1995,
        "75",
        "805-809",
        "10.1093/bja/75.6.805",
    ),
    Reference(
        "pinheiro1995",
        "Pinheiro, J. C. and Bates, D. M.",
        "Approximations to the log-likelihood function in the nonlinear mixed-effects model",
        "Journal of Computational and Graphical Statistics",
        1995,
        "4",
        "12-35",
        "10.1080/10618600.1995.10474663",
    ),
    Reference(
        "peduzzi1996",
        "Peduzzi, P. and Concato, J. and Kemper, E. and Holford, T. R. and Feinstein, A. R.",
        "A simulation study of the number of events per variable in logistic regression analysis",
        "Journal of Clinical Epidemiology",
        1996,
        "49",
        "1373-1379",
        "10.1016/S0895-4356(96)00236-3",
    ),
    Reference(
        "lovegrove1997",
        "Lovegrove, J. and Valencia, O. and Treasure, T. and Sherlaw-Johnson, C. and Gallivan, S.",
        "Monitoring the results of cardiac surgery by variable life-adjusted display",
        "Lancet",
        1997,
        "350",
        "1128-1130",
        "10.1016/S0140-6736(97)06507-0",
    ),
    Reference(
        "reynolds1999",
        "Reynolds, M. R. and Stoumbos, Z. G.",
        "A CUSUM chart for monitoring a proportion when inspecting continuously",
        "Journal of Quality Technology",
        1999,
        "31",
        "87-108",
        "10.1080/00224065.1999.11979900",
    ),
    Reference(
        "steiner2000",
        "Steiner, S. H. and Cook, R. J. and Farewell, V. T. and Treasure, T.",
        "Monitoring surgical performance using risk-adjusted cumulative sum charts",
        "Biostatistics",
        2000,
        "1",
        "441-452",
        "10.1093/biostatistics/1.4.441",
    ),
    Reference(
        "deoliveira2002",
        "de Oliveira Filho, G. R.",
        "The construction of learning curves for basic skills in anesthetic procedures: an application for the "
        "cumulative sum method",
        "Anesthesia and Analgesia",
        2002,
        "95",
        "411-416",
    ),
    Reference(
        "heinze2002",
        "Heinze, G. and Schemper, M.",
        "A solution to the problem of separation in logistic regression",
        "Statistics in Medicine",
        2002,
        "21",
        "2409-2419",
        "10.1002/sim.1047",
    ),
    Reference(
        "spiegelhalter2005",
        "Spiegelhalter, D. J.",
        "Funnel plots for comparing institutional performance",
        "Statistics in Medicine",
        2005,
        "24",
        "1185-1202",
        "10.1002/sim.1970",
    ),
    Reference(
        "biau2007",
        "Biau, D. J. and Resche-Rigon, M. and Godiris-Petit, G. and Nizard, R. S. and Porcher, R.",
        "Quality control of surgical and interventional procedures: a review of the CUSUM",
        "Quality and Safety in Health Care",
        2007,
        "16",
        "203-207",
        "10.1136/qshc.2006.020776",
    ),
    Reference(
        "biau2008",
        "Biau, D. J. and Williams, S. M. and Schlup, M. M. and Nizard, R. S. and Porcher, R.",
        "Quantitative and individualized assessment of the learning curve using LC-CUSUM",
        "British Journal of Surgery",
        2008,
        "95",
        "925-929",
        "10.1002/bjs.6056",
    ),
    Reference(
        "biau2010",
        "Biau, D. J. and Porcher, R.",
        "A method for monitoring a process from an out of control to an in control state: application to the learning "
        "curve",
        "Statistics in Medicine",
        2010,
        "29",
        "1900-1909",
        "10.1002/sim.3947",
    ),
)

REFERENCES = {reference.key: reference for reference in _LIST}


def software_citation(version: str) -> str:
    """Say how to cite the program.

    Parameters
    ----------
    version : str
        Version that made the report.

    Returns
    -------
    str
        One line.

    Examples
    --------
    >>> software_citation("0.1.0")
    'The cusum developers. cusum: statistical quality monitoring of procedural learning curves. Version 0.1.0.'
    """
    return (
        f"The cusum developers. cusum: statistical quality monitoring of procedural learning curves. Version {version}."
    )


def bibtex(keys: list[str], version: str) -> str:
    """Write the references in use and the program for a reference manager.

    Parameters
    ----------
    keys : list of str
        Keys of `REFERENCES`.
    version : str
        Version that made the report.

    Returns
    -------
    str
        BibTeX entries, the program first.

    Examples
    --------
    >>> print(bibtex([], "0.1.0"))
    @software{cusum,
      author = {{The cusum developers}},
      title = {{cusum: statistical quality monitoring of procedural learning curves}},
      version = {0.1.0}
    }
    """
    program = (
        "@software{cusum,\n  author = {{The cusum developers}},\n"
        "  title = {{cusum: statistical quality monitoring of procedural learning curves}},\n"
        f"  version = {{{version}}}\n}}"
    )
    return "\n\n".join([program, *(REFERENCES[key].bibtex() for key in keys)])
