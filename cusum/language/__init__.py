"""Every word, number and date that a reader sees, in Danish and in English."""

from __future__ import annotations

from cusum.language.language import LANGUAGES, Language, UntranslatedText, get_language, msgid

__all__ = ["LANGUAGES", "Language", "UntranslatedText", "get_language", "msgid"]
