"""Sealed records of the conclusion: powers, initials, signatures, effect (SPEC 5.6, 7.15-7.17).

An initial and a signature are signed twice: as every statement is, and once more over the
concluding act alone (:class:`ConcludingAct`). That second signature needs neither the log nor a
decryption key: it can be printed, kept with the paper and checked by whoever has the public key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from paraph.protocol.errors import ForgedError, MalformedError
from paraph.protocol.keys import SIGNATURE_SIZE, PublicKey, Signer
from paraph.protocol.names import ZERO, Context
from paraph.protocol.schema import (
    CONTENT,
    Record,
    ascending,
    many,
    nested,
    octets,
    record,
    text,
    u53,
    wire,
    word,
)
from paraph.protocol.statements.header import (
    MOST_LANGUAGES,
    MOST_WORDS,
    ContentHeader,
    LanguageDigest,
    Wording,
    digests,
    header,
    label,
    language_code,
    named,
    party_code,
)

MOST_SUBSTITUTIONS: Final = 64
PURPOSES: Final = ("initial", "sign", "both")
EFFECTS: Final = ("on_signature", "at_instant", "on_note")
CHANGES: Final = ("begins", "suspends", "resumes", "ends")
NO_ORIGINAL: Final = ""
"""Where an act is an initialling: it is done on the one text, before there are originals."""

_note: Final = text(10_000)
_capacity: Final = ascending(nested(Wording), MOST_LANGUAGES, least=1)


@record("full-powers-shown", CONTENT)
class FullPowersShown(Record):
    """The party shows who may conclude for it; the paper itself is an attachment (SPEC 7.15)."""

    header: ContentHeader = wire(header, "common header")
    holder: bytes = wire(octets(16), "opaque id of the person, as enrolled")
    purpose: str = wire(word(*PURPOSES), "what the person may do")
    capacity: tuple[Wording, ...] = wire(_capacity, "the person's office per language; no name")
    issued_by: str = wire(named, "who issued the full powers: an office, no name")


@record("party-roots", CONTENT)
class PartyRoots(Record):
    """The root set that stands behind a party's keys (SPEC 3.6, 7.16)."""

    party: str = wire(party_code, "party code")
    digest: bytes = wire(octets(32), "digest of its root set")

    def __lt__(self, other: PartyRoots) -> bool:
        """Order by party."""
        return self.party < other.party


@record("concluding-act", CONTENT)
class ConcludingAct(Record):
    """What an initial or a signature stands under; nothing else is signed as plaintext (7.16)."""

    channel: bytes = wire(octets(32), "channel id")
    roots: tuple[PartyRoots, ...] = wire(
        ascending(nested(PartyRoots), 2, least=2), "root set of each party, as the signer knows it"
    )
    version: bytes = wire(octets(32), "statement id of the version")
    texts: tuple[LanguageDigest, ...] = wire(
        digests, "digest per language: of the version, or of the original that is signed"
    )
    languages: tuple[str, ...] = wire(
        many(language_code, MOST_LANGUAGES, least=1), "the same languages, in the order of the copy"
    )
    original: str = wire(
        text(8, r"([A-Z]{2,8})?"), "whose original is signed; empty for an initialling"
    )
    alternat: bytes = wire(octets(32), "statement id of the alternat; zeros for an initialling")
    party: str = wire(party_code, "party that is bound")
    signer: bytes = wire(octets(32), "id of the signing key")
    holder: bytes = wire(octets(16), "opaque id of the person")
    capacity: tuple[Wording, ...] = wire(_capacity, "the person's office per language")

    def check(self) -> None:
        """Every language once; an original has an alternat, an initialling has neither."""
        if sorted(self.languages) != [each.language for each in self.texts]:
            raise MalformedError("expected the languages of the digests, each once")
        if (self.original == NO_ORIGINAL) != (self.alternat == ZERO):
            raise MalformedError("expected an original and its alternat, or neither")

    @property
    def digests(self) -> Mapping[str, bytes]:
        """Digest by language."""
        return {each.language: each.digest for each in self.texts}


@record("initialled", CONTENT)
class Initialled(Record):
    """A person initials the text: from the first one on it is frozen (SPEC 7.16)."""

    header: ContentHeader = wire(header, "common header")
    act: ConcludingAct = wire(nested(ConcludingAct), "what is initialled")
    signature: bytes = wire(
        octets(SIGNATURE_SIZE), "composite signature of the act, context `paraph/v1/initial`"
    )

    def check(self) -> None:
        """Refuse an initial on an original."""
        if self.act.original != NO_ORIGINAL:
            raise MalformedError("expected an initial to be on no original")


@record("signed", CONTENT)
class Signed(Record):
    """A person signs one party's original (SPEC 7.16)."""

    header: ContentHeader = wire(header, "common header")
    act: ConcludingAct = wire(nested(ConcludingAct), "what is signed")
    signature: bytes = wire(
        octets(SIGNATURE_SIZE), "composite signature of the act, context `paraph/v1/signature`"
    )

    def check(self) -> None:
        """Refuse a signature on no original."""
        if self.act.original == NO_ORIGINAL:
            raise MalformedError("expected a signature to be on an original")


CONTEXT_OF: Final[Mapping[str, Context]] = {
    Initialled.KIND: Context.INITIAL,
    Signed.KIND: Context.SIGNATURE,
}
"""Kind to the context that the act is signed under."""


def sign_act(kind: type[Initialled | Signed], act: ConcludingAct, signer: Signer) -> bytes:
    """Return the signature of *signer* over *act* alone."""
    return signer.sign(CONTEXT_OF[kind.KIND], act.encode())


def check_act(content: Record, key: PublicKey) -> None:
    """Refuse an initial or a signature that the author's key did not make; let others pass.

    Whoever opens a content does this before it is folded, as with the commitment: then it is the
    same for everybody (SPEC 7.16).

    Raises:
        MalformedError: Code ``act-forged``.
    """
    if isinstance(content, Initialled | Signed):
        try:
            key.verify(CONTEXT_OF[content.KIND], content.act.encode(), content.signature)
        except ForgedError as error:
            raise MalformedError(
                "the signature over the concluding act is not by the author's key",
                code="act-forged",
            ) from error


@record("conclusion-withdrawn", CONTENT)
class ConclusionWithdrawn(Record):
    """A party takes an initial or a signature back, before the last required one (SPEC 7.16)."""

    header: ContentHeader = wire(header, "common header")
    subject: bytes = wire(octets(32), "statement id of the initial or signature")
    reason: str = wire(_note, "why; may be empty")


@record("original", CONTENT)
class Original(Record):
    """The copy that one party keeps (SPEC 7.17)."""

    kept_by: str = wire(party_code, "party that keeps it")
    parties: tuple[str, ...] = wire(
        many(party_code, 2, least=2), "order in which it names the parties and they sign"
    )
    languages: tuple[str, ...] = wire(
        many(language_code, MOST_LANGUAGES, least=1), "order of its language texts"
    )

    def __lt__(self, other: Original) -> bool:
        """Order by the party that keeps it."""
        return self.kept_by < other.kept_by


@record("substitution", CONTENT)
class Substitution(Record):
    """Words that change places in an original; nothing else may differ (SPEC 7.17)."""

    language: str = wire(language_code, "language")
    old: str = wire(text(MOST_WORDS, r"(?s:.+)"), "words of the version; they stand there once")
    new: str = wire(text(MOST_WORDS, r"(?s:.+)"), "words of the original; they stand there once")


@record("alternat-set", CONTENT)
class AlternatSet(Record):
    """How the two originals differ; both parties agree to it (SPEC 7.17)."""

    header: ContentHeader = wire(header, "common header")
    version: bytes = wire(octets(32), "statement id of the version")
    named_first: str = wire(party_code, "party that the version itself names first")
    originals: tuple[Original, ...] = wire(
        ascending(nested(Original), 2, least=2), "one for each party"
    )
    substitutions: tuple[Substitution, ...] = wire(
        many(nested(Substitution), MOST_SUBSTITUTIONS),
        "made in order where the first-named party is another than in the version",
    )


@record("effect-stated", CONTENT)
class EffectStated(Record):
    """When the text comes into effect; both parties agree to it (SPEC 7.17)."""

    header: ContentHeader = wire(header, "common header")
    version: bytes = wire(octets(32), "statement id of the version")
    effect: str = wire(word(*EFFECTS), "with the last signature, at an instant, or by notes")
    instant: int = wire(u53, "that instant, POSIX milliseconds; 0 for the others")

    def check(self) -> None:
        """Refuse an instant that means nothing, and the lack of one that is needed."""
        if (self.effect == "at_instant") != (self.instant != 0):
            raise MalformedError("expected an instant for the effect `at_instant`, and only then")


@record("effect-noted", CONTENT)
class EffectNoted(Record):
    """A party's note by which effect begins, is suspended, resumed or ended (SPEC 7.17)."""

    header: ContentHeader = wire(header, "common header")
    change: str = wire(word(*CHANGES), "what the note does")
    effective: int = wire(u53, "exact instant from which it counts, POSIX milliseconds")
    zone: str = wire(named, "zone in which the note states the instant, as it is written there")
    note: str = wire(_note, "words of the note; may be empty")


@record("event-noted", CONTENT)
class EventNoted(Record):
    """Something that happened around the conclusion and binds nobody (SPEC 7.17)."""

    header: ContentHeader = wire(header, "common header")
    event: str = wire(named, "implementation_test, publication, or another word")
    at: int = wire(u53, "when, POSIX milliseconds")
    note: str = wire(_note, "in words; may be empty")


@record("stood-by", CONTENT)
class StoodBy(Record):
    """A party stands by a statement of its own that is contested (SPEC 7.15)."""

    header: ContentHeader = wire(header, "common header")
    subject: bytes = wire(octets(32), "statement id of the contested statement")
    note: str = wire(label, "in words; may be empty")
