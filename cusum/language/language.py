"""A language: its words, and how it writes numbers, dates and names in order."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, Literal

from cusum.errors import InvalidParameter
from cusum.language.catalogue import read_catalogue
from cusum.language.sorting import SortKey, sort_key

__all__ = ["LANGUAGES", "Language", "UntranslatedText", "get_language", "msgid"]

LANGUAGES = ("da", "en")
_LOCALES = {"da": "da_DK", "en": "en_GB"}
_NOTHING = "\N{EN DASH}"


def msgid(text: str) -> str:
    """Mark a text that is translated later, so that the check of the catalogue finds it.

    Parameters
    ----------
    text : str
        The English text, with ``{placeholders}`` if any.

    Returns
    -------
    str
        The same text.

    Examples
    --------
    >>> msgid("limit")
    'limit'
    """
    return text


_STATUS = {
    "not_started": msgid("not started"),
    "learning": msgid("learning"),
    "competent": msgid("signal: competence"),
    "alarm": msgid("signal: deterioration"),
    "no_alarm": msgid("no signal of deterioration"),
    "cannot_decide": msgid("cannot be said yet"),
    "too_few_cases": msgid("cannot be said yet: too few procedures so far"),
    "low_power": msgid("learning; the power of the chart is low at this number of procedures"),
    "last_look_taken": msgid("no signal up to the last look, and none can come after it"),
}
_SIGNALS = {
    "competent": msgid("signal: competence"),
    "deterioration": msgid("signal: deterioration"),
    "improvement": msgid("signal: improvement"),
    "no improvement": msgid("signal: no improvement"),
    "acceptable": msgid("signal: acceptable failure rate"),
    "unacceptable": msgid("signal: unacceptable failure rate"),
}


class UntranslatedText(UserWarning):
    """A text has no translation and is shown in English."""


@dataclass(frozen=True)
class Language:
    """A language as its readers write it: words, numbers, dates and the order of names.

    Get one from :func:`get_language`.

    Parameters
    ----------
    code : {"da", "en"}
        Danish as written in Denmark or English as written in Britain.

    Examples
    --------
    >>> danish = get_language("da")
    >>> danish.text("limit"), danish.number(1234.5), danish.percent(0.123, digits=1)
    ('grænse', '1.234,5', '12,3\\xa0%')
    """

    code: str

    @property
    def locale(self) -> str:
        """The locale whose numbers and dates are used, such as ``"da_DK"``."""
        return _LOCALES[self.code]

    @property
    def separators(self) -> str:
        """Decimal sign and thousands sign, as plotly wants them in ``layout.separators``."""
        return ",." if self.code == "da" else ".,"

    def translate(self, template: str) -> str:
        """Give the template of a text in this language, its placeholders not yet filled.

        Parameters
        ----------
        template : str
            The English text, with ``{placeholders}`` if any. An empty text stays empty.

        Returns
        -------
        str
            The text in this language.

        Warns
        -----
        UntranslatedText
            If the catalogue lacks the text; it is then given in English.

        Examples
        --------
        >>> get_language("da").translate("no. {case}")
        'nr. {case}'
        """
        if not template or self.code == "en":
            return template
        strings = read_catalogue(self.code).get(template)
        if strings is None or not strings[0]:
            warnings.warn(f"no {self.code} text for {template!r}", UntranslatedText, stacklevel=2)
            return template
        return strings[0]

    def text(self, template: str, /, **values: object) -> str:
        """Say something in this language.

        Parameters
        ----------
        template : str
            The English text, with ``{placeholders}`` if any.
        **values : object
            What the placeholders stand for, numbers and dates already written in this language.

        Returns
        -------
        str
            The text, its placeholders filled.

        Raises
        ------
        KeyError
            If a placeholder has no value.

        Examples
        --------
        >>> get_language("da").text("no. {case}", case=29)
        'nr. 29'
        """
        return self.translate(template).format(**values)

    def plural(self, singular: str, plural: str, n: int, /, **values: object) -> str:
        """Say how many, with the right form of the word.

        Parameters
        ----------
        singular, plural : str
            The English text for one and for any other number; ``{n}`` is the number as this language writes it.
        n : int
            How many.
        **values : object
            What other placeholders stand for.

        Returns
        -------
        str
            The text, its placeholders filled.

        Warns
        -----
        UntranslatedText
            If the catalogue lacks the text; it is then given in English.

        Examples
        --------
        >>> danish = get_language("da")
        >>> danish.plural("{n} failure", "{n} failures", 1), danish.plural("{n} failure", "{n} failures", 1200)
        ('1 lykkedes ikke', '1.200 lykkedes ikke')
        """
        form = singular if n == 1 else plural
        if self.code != "en":
            strings = read_catalogue(self.code).get(singular, ())
            if len(strings) > 1 and all(strings):
                form = strings[0 if n == 1 else 1]
            else:
                warnings.warn(f"no {self.code} plural for {singular!r}", UntranslatedText, stacklevel=2)
        return form.format(**{"n": self.number(n), **values})

    def number(self, x: Any, digits: int | None = None) -> str:
        """Write a number.

        Parameters
        ----------
        x : number
            The number; a missing one is a dash.
        digits : int, optional
            Exactly so many decimals; by default as many as are needed, at most three.

        Returns
        -------
        str
            The number with this language's decimal and thousands signs.

        Examples
        --------
        >>> get_language("da").number(2.5, digits=2), get_language("en").number(None)
        ('2,50', '–')
        """
        if _missing(x):
            return _NOTHING
        pattern = None if digits is None else _decimals("#,##0", digits)
        return _decimal(_unsigned_zero(x, digits), pattern, self.locale)

    def percent(self, x: Any, digits: int = 0) -> str:
        """Write a fraction as a percentage.

        Parameters
        ----------
        x : float
            A fraction, 0 to 1; a missing one is a dash.
        digits : int, default 0
            Decimals.

        Returns
        -------
        str
            Such as ``12,3 %`` (with a space that does not break) or ``12.3%``.

        Examples
        --------
        >>> get_language("en").percent(0.123), get_language("en").percent(0.123, digits=1)
        ('12%', '12.3%')
        """
        if _missing(x):
            return _NOTHING
        return _percentage(_unsigned_zero(x, digits + 2), digits, self.locale)

    def date(self, d: Any, format: Literal["long", "medium", "short"] = "long") -> str:
        """Write a date.

        Parameters
        ----------
        d : datetime.date, datetime.datetime or pandas.Timestamp
            The day; a missing one is a dash.
        format : {"long", "medium", "short"}, default "long"
            The month in full, shortened, or as a number.

        Returns
        -------
        str
            Such as ``22. november 2026``, ``22. nov. 2026`` or ``22.11.2026``.

        Examples
        --------
        >>> from datetime import date
        >>> get_language("da").date(date(2026, 11, 22)), get_language("en").date(date(2026, 11, 22), "short")
        ('22. november 2026', '22/11/2026')
        """
        from babel.dates import format_date

        return _NOTHING if _missing(d) else format_date(_day(d), format=format, locale=self.locale)

    def month_year(self, d: Any, format: Literal["long", "short"] = "long") -> str:
        """Write a month and its year.

        Parameters
        ----------
        d : datetime.date, datetime.datetime or pandas.Timestamp
            Any day of the month; a missing one is a dash.
        format : {"long", "short"}, default "long"
            The month in full or shortened.

        Returns
        -------
        str
            Such as ``november 2026`` or ``nov. 2026``.

        Examples
        --------
        >>> from datetime import date
        >>> get_language("da").month_year(date(2026, 11, 22))
        'november 2026'
        >>> get_language("en").month_year(date(2026, 11, 22), "short")
        'Nov 2026'
        """
        from babel.dates import format_date

        pattern = "LLLL y" if format == "long" else "MMM y"
        return _NOTHING if _missing(d) else format_date(_day(d), format=pattern, locale=self.locale)

    def join(self, items: Iterable[str]) -> str:
        """Write a list in a sentence.

        Parameters
        ----------
        items : iterable of str
            What to list, in order.

        Returns
        -------
        str
            Such as ``spinal, epidural og CVK``.

        Examples
        --------
        >>> get_language("da").join(["spinal", "epidural", "CVK"])
        'spinal, epidural og CVK'
        """
        from babel.lists import format_list

        return str(format_list(list(items), locale=self.locale))

    def sort_key(self, text: str) -> SortKey:
        """Make a key that sorts names as readers of this language expect.

        Parameters
        ----------
        text : str
            A name.

        Returns
        -------
        tuple
            To be used as ``sorted(names, key=language.sort_key)``.

        Examples
        --------
        >>> sorted(["Aalborg", "Vejle", "Ærø"], key=get_language("da").sort_key)
        ['Vejle', 'Ærø', 'Aalborg']
        """
        return sort_key(text, danish=self.code == "da")

    def status(self, code: str) -> str:
        """Say where a trainee stands with a procedure, without a verdict.

        Parameters
        ----------
        code : str
            A status (``not_started``, ``learning``, ``competent``, ``alarm``, ``no_alarm``) or the note to one
            (``cannot_decide``, ``too_few_cases``, ``low_power``, ``last_look_taken``).

        Returns
        -------
        str
            The words of the reports.

        Raises
        ------
        InvalidParameter
            If the code is none of these.

        Examples
        --------
        >>> get_language("da").status("competent")
        'signal om kompetence'
        """
        return self.text(_lookup(_STATUS, code, "status"))

    def signal(self, kind: str) -> str:
        """Name what a signal is about.

        Parameters
        ----------
        kind : str
            ``competent``, ``deterioration``, ``improvement``, ``no improvement``, ``acceptable`` or ``unacceptable``.

        Returns
        -------
        str
            The words of the reports.

        Raises
        ------
        InvalidParameter
            If the kind is none of these.

        Examples
        --------
        >>> get_language("da").signal("deterioration")
        'signal om forværring'
        """
        return self.text(_lookup(_SIGNALS, kind, "kind"))

    def procedure(self, programme: Any, key: str, short: bool = False) -> str:
        """Name a procedure of a programme.

        Parameters
        ----------
        programme : Programme
            Where the procedure is defined.
        key : str
            The procedure, such as ``"spinal"``.
        short : bool, default False
            The short name, for headings of small charts.

        Returns
        -------
        str
            The name in this language.

        Raises
        ------
        InvalidParameter
            If the programme has no such procedure.
        """
        if key not in programme.procedures:
            raise InvalidParameter(
                "procedure is {value!r}",
                expected="one of {names}",
                value=key,
                names=", ".join(programme.procedures),
            )
        names = programme.procedures[key].short if short else programme.procedures[key].name
        return str(names[self.code])


@cache
def get_language(code: str) -> Language:
    """Get a language by its code.

    Parameters
    ----------
    code : {"da", "en"}
        Danish or English.

    Returns
    -------
    Language
        The same object at every call.

    Raises
    ------
    InvalidParameter
        If there is no such language.

    Examples
    --------
    >>> get_language("da").text("department")
    'afdeling'
    """
    if code not in LANGUAGES:
        raise InvalidParameter("language is {value!r}", expected="one of {names}", value=code, names="da, en")
    return Language(code)


def _lookup(table: dict[str, str], code: str, name: str) -> str:
    """Find the text for a code, or say which codes there are."""
    if code not in table:
        raise InvalidParameter(
            "{name} is {value!r}", expected="one of {names}", name=name, value=code, names=", ".join(table)
        )
    return table[code]


def _missing(x: Any) -> bool:
    """True of None, not-a-number, not-a-time and the missing values of pandas."""
    if x is None or type(x).__name__ in {"NAType", "NaTType"}:
        return True
    return bool(x != x)


def _day(d: Any) -> date:
    """A plain date from anything that has year, month and day."""
    return date(d.year, d.month, d.day)


@lru_cache(maxsize=20_000, typed=True)
def _decimal(value: Any, pattern: str | None, locale: str) -> str:
    """Write a number; the same few stand all over a report."""
    from babel.numbers import format_decimal

    return format_decimal(value, format=pattern, locale=locale)


@lru_cache(maxsize=20_000, typed=True)
def _percentage(value: Any, digits: int, locale: str) -> str:
    """Write a fraction as a percentage."""
    from babel.core import Locale
    from babel.numbers import format_percent

    pattern = Locale.parse(locale).percent_formats[None].pattern
    return format_percent(value, format=_decimals(pattern, digits), locale=locale)


def _decimals(pattern: str, digits: int) -> str:
    """A number pattern with exactly so many decimals."""
    return pattern.replace("0", "0." + "0" * digits, 1) if digits else pattern


def _unsigned_zero(x: Any, digits: int | None) -> Any:
    """The number, with no minus sign left when it is written as nought."""
    value = x.item() if hasattr(x, "item") else x
    return 0 if round(value, 3 if digits is None else digits) == 0 else value
