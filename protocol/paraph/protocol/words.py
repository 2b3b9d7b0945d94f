"""Fingerprints as words that two people read to each other (SPEC 3.6).

- A fingerprint is 88 bits of a slow hash, eight words of 2,048: whoever wants another root set
  with the same words must find a second preimage, at a fifth of a second and 64 MiB a try.
- Each root set has words of its own, never one string for both: a string made from two keys,
  both chosen by an attacker in the middle, would be a birthday problem of 44 bits.
- The other side *types* what it hears and the software compares: people approve near misses.
"""

from __future__ import annotations

import functools
import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Final, Literal

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from paraph.protocol import wordlist_en, wordlist_ru
from paraph.protocol.errors import ForgedError, InputError, MisuseError
from paraph.protocol.names import ChannelId, Digest, KeyId, Label, labelled, u64
from paraph.protocol.sentences import worded

Language = Literal["en", "ru"]
"""A language that has a word list."""

COUNT: Final = 8
"""Words in a fingerprint."""

_BITS: Final = 11  # a word stands for: 2^11 = 2,048
_BYTES: Final = COUNT * _BITS // 8
_PASSES: Final = 3
_MEMORY_KIB: Final = 64 * 1024
_LANES: Final = 1

_WORD: Final = re.compile(r"[^\W\d_]+")
_CYRILLIC: Final = re.compile(r"[\u0400-\u04ff]")


@functools.cache
def word_list(language: Language) -> tuple[str, ...]:
    """Return the 2,048 words of a language, in the order that gives them their numbers."""
    text = wordlist_en.WORDS if language == "en" else wordlist_ru.WORDS
    return tuple(text.split())


def root_digest(party: str, threshold: int, key_ids: Sequence[KeyId]) -> Digest:
    """Return the digest of one party's root set: what its words and its QR code stand for.

    Args:
        party: The party's code.
        threshold: How many of its roots must sign.
        key_ids: Of its roots, in any order.

    Raises:
        MisuseError: No roots, a repeated one, or a threshold that they cannot reach.
    """
    if not 1 <= threshold <= len(set(key_ids)) == len(key_ids):
        raise MisuseError("expected distinct roots, and a threshold that they can reach")
    return labelled(Label.ROOT_SET, party.encode(), u64(threshold), *sorted(key_ids))


def state_digest(channel: ChannelId, rules: int, size: int, root: Digest, state: bytes) -> Digest:
    """Return what the chairs' words stand for: one state at one size of one log.

    Args:
        channel: Channel id.
        rules: The charter's rules version.
        size: Entries of the log that are folded.
        root: Root of the log at that size.
        state: Canonical bytes of the state at that size.
    """
    return labelled(Label.STATE, channel, u64(rules), u64(size), root, state)


def words(digest: Digest, language: Language) -> tuple[str, ...]:
    """Return the eight words for *digest*; takes about a fifth of a second and 64 MiB."""
    number = int.from_bytes(_stretched(digest), "big")
    listed = word_list(language)
    places = range(_BITS * (COUNT - 1), -1, -_BITS)
    return tuple(listed[number >> place & (1 << _BITS) - 1] for place in places)


def language_of(text: str) -> Language:
    """Return the list that *text* was read from: Russian if it has a Cyrillic letter."""
    return "ru" if _CYRILLIC.search(text) else "en"


def parse_words(text: str, language: Language) -> tuple[str, ...]:
    """Read what a person typed: any case, any separators and numbering, ``ё`` or ``е``.

    Raises:
        InputError: Not eight words of the list. Nothing is guessed or completed.
    """
    plain = unicodedata.normalize("NFC", text).lower().replace("ё", "е")
    typed = tuple(_WORD.findall(plain))
    if len(typed) != COUNT:
        raise InputError(
            worded("expected %(count)s words, got %(found)s", count=COUNT, found=len(typed))
        )
    listed = frozenset(word_list(language))
    for place, word in enumerate(typed, 1):
        if word not in listed:
            raise InputError(
                worded("expected a word of the list at place %(place)s", place=place),
                hint="ask the other side to read that word again, and to spell it",
            )
    return typed


def check_words(text: str, digest: Digest) -> None:
    """Check that what a person heard and typed, in either language, are the words of *digest*.

    Raises:
        InputError: Not eight words of one list.
        ForgedError: The words of something else.
    """
    language = language_of(text)
    if parse_words(text, language) != words(digest, language):
        raise ForgedError(
            "expected the words of this fingerprint",
            hint="read them once more; if they still differ, somebody may stand between you",
        )


@functools.lru_cache(maxsize=64)  # shown on many pages; the digest is public
def _stretched(digest: bytes) -> bytes:
    slow = Argon2id(
        salt=hashlib.sha256(Label.FINGERPRINT.octets).digest()[:16],
        length=_BYTES,
        iterations=_PASSES,
        lanes=_LANES,
        memory_cost=_MEMORY_KIB,
    )
    return slow.derive(digest)
