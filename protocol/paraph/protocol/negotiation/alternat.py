"""The originals of the two parties, which differ by listed substitutions only (SPEC 7.17)."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import Digest
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.text import Text
from paraph.protocol.sentences import Sentence, worded
from paraph.protocol.statements.conclusion import AlternatSet, Original, Substitution

_MOST_TOLD: Final = 80
"""Characters of words that a refusal repeats."""


def original_of(alternat: AlternatSet, party: str) -> Original | None:
    """Return how the original that *party* keeps is laid out, or nothing."""
    return next((each for each in alternat.originals if each.kept_by == party), None)


def render_original(text: Text, language: str, alternat: AlternatSet, party: str) -> str:
    """Return the rendering in *language* of the original that *party* keeps.

    It is the version's own rendering; where another party than the version's is named first, the
    substitutions of that language are made in it, in order.

    Raises:
        OutOfTurnError: ``substitution-differs``: words to be replaced do not stand there once.
    """
    rendered = texts.render(text, language)
    original = original_of(alternat, party)
    if original is None or original.parties[0] == alternat.named_first:
        return rendered
    return _substituted(rendered, _of(language, alternat.substitutions))


def digest_original(text: Text, language: str, alternat: AlternatSet, party: str) -> Digest:
    """Return SHA-256 of the rendering of an original, as UTF-8.

    Raises:
        OutOfTurnError: As :func:`render_original`.
    """
    rendered = render_original(text, language, alternat, party)
    return Digest(hashlib.sha256(rendered.encode()).digest())


def reverse(rendered: str, language: str, substitutions: Iterable[Substitution]) -> str:
    """Return the version's rendering again, from that of an original with substitutions.

    Raises:
        OutOfTurnError: ``substitution-differs``: the original is not made by these.
    """
    pairs = [(new, old) for old, new in reversed(_of(language, substitutions))]
    return _substituted(rendered, pairs)


def check(text: Text, alternat: AlternatSet) -> None:
    """Make sure that the substitutions can be made, and undone: old and new words stand once.

    Raises:
        OutOfTurnError: ``substitution-differs``.
        MalformedError: ``unassigned-code-point``, ``crowded-marks``.
    """
    for number, each in enumerate(alternat.substitutions, 1):
        for words in (each.old, each.new):
            texts.require_stable(words, partial(_in_substitution, number, each.language))
    for language in text.languages:
        made = _substituted(texts.render(text, language), _of(language, alternat.substitutions))
        reverse(made, language, alternat.substitutions)


def _of(language: str, substitutions: Iterable[Substitution]) -> list[tuple[str, str]]:
    # As the rendering has it: NFC, each by itself.
    return [
        (unicodedata.normalize("NFC", each.old), unicodedata.normalize("NFC", each.new))
        for each in substitutions
        if each.language == language
    ]


def _substituted(rendered: str, pairs: Sequence[tuple[str, str]]) -> str:
    for old, new in pairs:
        at = rendered.find(old)
        if at < 0 or rendered.find(old, at + 1) >= 0:
            raise OutOfTurnError(
                worded('expected these words once in the text: "%(words)s"', words=_short(old)),
                code="substitution-differs",
            )
        rendered = rendered[:at] + new + rendered[at + len(old) :]
    return rendered


def _in_substitution(number: int, language: str) -> Sentence:
    return worded(
        "substitution %(number)s, language %(language)s", number=number, language=language
    )


def _short(words: str) -> str:
    return words if len(words) <= _MOST_TOLD else f"{words[:_MOST_TOLD]}\u2026"
