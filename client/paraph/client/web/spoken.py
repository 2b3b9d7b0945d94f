"""Sentences of this program in the language of a page: refusals, hints, lines about records.

A sentence knows its pattern and its values (:mod:`paraph.protocol.sentences`). The pattern is
looked up in the catalogue; codes are called what their vocabulary calls them; what people wrote
stays, in the language of the page where they gave it in several.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from gettext import NullTranslations
from typing import Final

from paraph.client.web.words import VOCABULARIES
from paraph.protocol import errors
from paraph.protocol.errors import ParaphError
from paraph.protocol.sentences import Coded, Multilingual, Sentence, plain, sentence

N_: Final = str
"""Marks words for the catalogues that are looked up later."""
KINDS: Final[Mapping[type[ParaphError], str]] = {
    errors.MalformedError: N_("What came is not in the form that was agreed."),
    errors.UnsupportedError: N_("What came is of a version that this desk does not speak."),
    errors.ForgedError: N_("A signature, a proof or a key does not hold."),
    errors.OutOfTurnError: N_("This is not allowed as things stand."),
    errors.EquivocationError: N_("Two signed histories contradict each other."),
    errors.UnreadableError: N_("It is sealed to other keys."),
    errors.LockedError: N_("The key file did not open."),
    errors.RefusedError: N_("A rule does not allow it; nothing was changed."),
    errors.UnavailableError: N_("Network or disk failed: try again later, nothing is lost."),
    errors.IntegrityError: N_("What this desk keeps on its disk is damaged."),
    errors.InputError: N_("This cannot be used as it is."),
    errors.MisuseError: N_("This program made a mistake; nothing was sent."),
}
"""What kind of thing is wrong: said where the detail is one of bytes, proofs and keys."""
HINTS: Final[Mapping[str, str]] = {
    "not-cleared": N_("Nothing was sent. “Clearances” under “Inside” shows who has to release it."),
    "no-internal-channel": N_(
        "“Inside” works in a channel of your own party: ask who set up this home."
    ),
    "parent-not-head": N_("Nothing is lost: bring your draft over to the newest version."),
    "not-recipient": N_("Ask your registrar to grant this entry to your key."),
    "reopens-agreed": N_(
        "Nothing was sent. To reopen it, say in the draft, below the clause, which proposal or"
        " finding the change serves, or what came of it."
    ),
    "key-elsewhere": N_("A key belongs to one device: ask your registrar for a new one here."),
    "key-held": N_(
        "Nothing was sent. Call them, and ask whose key it is; it is accepted under “Trust”."
    ),
    "negotiation-exists": N_("Nothing was sent. Begin a draft on its newest version instead."),
}
"""By code, what to do on the desk, where the hint of the error names a command."""
_VALUE: Final = re.compile(r"%\(\w+\)s")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_COMMAND: Final = re.compile(r"\bparaph\b|(?<!\w)--[a-z]|\bchmod\b|(?:^|\s)== ")


def is_command(hint: str) -> bool:
    """Tell whether *hint* names a command: for a terminal, and not for a page."""
    return _COMMAND.search(hint) is not None


def spoken(catalogue: NullTranslations, words: object) -> str:
    """Return *words* in the language of *catalogue*.

    Args:
        catalogue: Of the page.
        words: A sentence; or a text that is a pattern of its own, and stays if nobody knows it.
    """
    return _said(catalogue, sentence(words) if isinstance(words, str) else words)


def _said(catalogue: NullTranslations, value: object) -> str:
    match value:
        case Sentence():
            if value.plural:
                n = value.values["n"]
                count = n if isinstance(n, int) else 0
                pattern = catalogue.ngettext(value.pattern, value.plural, count)
            else:
                pattern = catalogue.gettext(value.pattern) if value else ""
            if not value.values:
                return pattern
            return pattern % {name: _said(catalogue, each) for name, each in value.values.items()}
        case Coded():
            return catalogue.gettext(VOCABULARIES[value.vocabulary].get(value, value))
        case Multilingual():
            return value.words.get(catalogue.info().get("language", "en"), value)
        case tuple():
            return ", ".join(_said(catalogue, each) for each in value)
        case _:
            return plain(value)


def is_known(catalogue: NullTranslations, words: Sentence) -> bool:
    """Tell whether *words* can be said in the language of *catalogue*."""
    if words.values and not _LETTERS.search(_VALUE.sub("", words.pattern)):
        return True  # nothing but its values, which are said each by itself
    return type(catalogue) is NullTranslations or catalogue.gettext(words.pattern) != words.pattern


def told(catalogue: NullTranslations, error: ParaphError) -> str:
    """Return what went wrong; its kind alone, where the detail is known in English only."""
    if is_known(catalogue, error.words):
        return spoken(catalogue, error.words)
    kinds = (KINDS[each] for each in type(error).__mro__ if each in KINDS)
    return catalogue.gettext(next(kinds, KINDS[errors.InputError]))


def detail(catalogue: NullTranslations, error: ParaphError) -> str:
    """Return the detail in English that :func:`told` left out; usually nothing."""
    return "" if is_known(catalogue, error.words) else str(error.words)


def next_step(catalogue: NullTranslations, error: ParaphError) -> str:
    """Return what to do next on the desk; nothing, where a terminal alone has an answer."""
    if error.code in HINTS and (not error.hint or is_command(error.hint)):
        return catalogue.gettext(HINTS[error.code])
    if is_command(error.hint) or not is_known(catalogue, sentence(error.hint)):
        return ""
    return spoken(catalogue, error.hint)


def refusal(catalogue: NullTranslations, error: ParaphError) -> str:
    """Return what went wrong, with what to do next in brackets."""
    why, step = told(catalogue, error), next_step(catalogue, error)
    return f"{why} ({step})" if step else why
