"""Sealed records of a party's internal channel: mandate and clearance (SPEC 7.18).

They are applied in an internal channel and nowhere else. The other side never sees one of them,
nor that there is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from paraph.protocol import roles
from paraph.protocol.errors import MalformedError
from paraph.protocol.names import Digest, pae
from paraph.protocol.schema import (
    CONTENT,
    Codec,
    Record,
    ascending,
    blob,
    many,
    nested,
    octets,
    record,
    text,
    wire,
    word,
)
from paraph.protocol.statements.header import (
    ContentHeader,
    Wording,
    header,
    label,
    language_code,
    named,
    wordings,
)

AUTHORITY: Final = "authority"
LEGAL: Final = "legal"
CLEARANCE_NEEDS: Final = (AUTHORITY, LEGAL)
"""What must be said before an outgoing text may leave, beside a release."""
REVIEWED: Final = "reviewed"
RELEASED: Final = "released"
REFUSED: Final = "refused"
CONFIRMED: Final = "authority_confirmed"
CLEARANCE_STEPS: Final = (REVIEWED, RELEASED, REFUSED, CONFIRMED)

MOST_TRIP_WORDS: Final = 1_000
MOST_HITS: Final = 256
MOST_PARTS: Final = 4

_phrase: Final = text(200, r"[^\x00-\x1f\x7f]+")
_roles: Final[Codec[tuple[str, ...]]] = ascending(word(*sorted(roles.OFFICERS)), most=8)
_kinds: Final[Codec[tuple[str, ...]]] = ascending(named, most=64)


@record("trip-words", CONTENT)
class TripWords(Record):
    """What a party's own new words must not say unasked, in one language (SPEC 7.18)."""

    language: str = wire(language_code, "language")
    words: tuple[str, ...] = wire(
        ascending(_phrase, MOST_TRIP_WORDS), "words or phrases; every inflected form of each counts"
    )

    def __lt__(self, other: TripWords) -> bool:
        """Order by language, so that an ascending list names each language once."""
        return self.language < other.language


@record("mandate-set", CONTENT)
class MandateSet(Record):
    """What a party's delegation may negotiate; replaces the one before (SPEC 7.18)."""

    header: ContentHeader = wire(header, "common header; zeros = every negotiation without its own")
    name: str = wire(named, "name of the mandate")
    scope: tuple[Wording, ...] = wire(wordings, "what may be negotiated, per language")
    out_of_scope: tuple[str, ...] = wire(
        ascending(_phrase, MOST_TRIP_WORDS), "subjects that may not, in any language"
    )
    trip_words: tuple[TripWords, ...] = wire(
        ascending(nested(TripWords), most=16), "words that ask for an authority, per language"
    )
    ad_referendum: tuple[str, ...] = wire(_roles, "roles that may commit ad referendum")
    final: tuple[str, ...] = wire(
        _roles, "roles that may commit for good: the authority that a trip word asks for"
    )
    clear_first: tuple[str, ...] = wire(
        _kinds, "kinds of record, version, comment or dispatch that must be released first"
    )
    legal_first: tuple[str, ...] = wire(_kinds, "those that a legal adviser must review first")


@record("trip-hit", CONTENT)
class TripHit(Record):
    """A trip word that stands in an outgoing text (SPEC 7.18)."""

    language: str = wire(text(3, r"([a-z]{2,3})?"), "language of the text; empty if not told")
    where: str = wire(label, "clause or field")
    word: str = wire(_phrase, "the word or phrase of the mandate")
    found: str = wire(_phrase, "the words as they stand in the text")


@record("clearance-asked", CONTENT)
class ClearanceAsked(Record):
    """Somebody asks that exactly these bytes may leave (SPEC 7.18)."""

    header: ContentHeader = wire(header, "common header; names the negotiation of the draft")
    parts: tuple[bytes, ...] = wire(
        many(blob(CONTENT.size), MOST_PARTS, least=1),
        "the outgoing content records, in the order in which they are to be said",
    )
    digest: bytes = wire(octets(32), "SHA-256 over PAE of the parts")
    target: bytes = wire(octets(32), "channel id that they are to be said in")
    subject: str = wire(text(500, r"[^\x00-\x1f\x7f]+"), "what it is, in words")
    hits: tuple[TripHit, ...] = wire(many(nested(TripHit), MOST_HITS), "trip words in it")
    needs: tuple[str, ...] = wire(
        ascending(word(*CLEARANCE_NEEDS), len(CLEARANCE_NEEDS)),
        "what must be said of it beside a release",
    )

    def check(self) -> None:
        """Refuse a digest of other bytes, and trip words without the authority they ask for."""
        if self.digest != draft_digest(self.parts):
            raise MalformedError("expected the digest of the parts")
        if self.hits and AUTHORITY not in self.needs:
            raise MalformedError("expected trip words to ask for an authority")


@record("clearance-given", CONTENT)
class ClearanceGiven(Record):
    """A step towards letting a draft leave, or its refusal (SPEC 7.18)."""

    header: ContentHeader = wire(header, "common header")
    asked: bytes = wire(octets(32), "statement id of the clearance asked")
    step: str = wire(
        word(*CLEARANCE_STEPS),
        "reviewed, released, refused, or authority_confirmed for the trip words",
    )
    note: str = wire(text(2_000), "why, or on whose word; needed with a refusal")

    def check(self) -> None:
        """Refuse a refusal without a reason."""
        if self.step == REFUSED and not self.note:
            raise MalformedError("expected a note with a refusal")


def draft_digest(parts: Iterable[bytes]) -> Digest:
    """Return the digest under which outgoing records are cleared: one byte more is another."""
    return Digest(hashlib.sha256(pae(*parts)).digest())
