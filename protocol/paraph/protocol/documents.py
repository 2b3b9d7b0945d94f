"""Charter, manifest, enrolment, revocation, suspension: self-contained, signed papers (SPEC 5.1).

A document is the bytes of its body and the signatures over exactly these bytes, valid from a
file, a QR code or the mail; it acts once it stands in the log as the payload of a statement.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from paraph.protocol import roles
from paraph.protocol.errors import ForgedError, MalformedError, UnsupportedError
from paraph.protocol.keys import PublicKey, SealingPublicKey, Signer, check_ed25519
from paraph.protocol.names import ZERO, ChannelId, Context, Digest, KeyId, Label, labelled
from paraph.protocol.schema import (
    Record,
    ascending,
    blob,
    flag,
    many,
    nested,
    octets,
    record,
    text,
    u53,
    wire,
    word,
)

VERSION: Final = 1
"""The protocol version; it pins the one suite, so there is no algorithm field anywhere."""
RULES: Final = 1
"""The version of the negotiation rules (SPEC 7)."""
MAX_ROOTS: Final = 8
"""Root keys of a party; three is usual."""
PARTY: Final = text(8, "[A-Z]{2,8}")
"""A party's code, the one that stands in ``[RUS: …]``."""
LANGUAGE: Final = text(3, "[a-z]{2,3}")
ORIGIN_PREFIX: Final = text(180, r"[!-*,-~]+")
"""Visible ASCII without space or plus: with "/" and 64 hex digits it stays below 255 bytes."""


@record("document-signature")
class DocumentSignature(Record):
    """One signature over a document's body."""

    key: bytes = wire(octets(32), "id of the signing key")
    signature: bytes = wire(octets(3373), "composite signature over the body's bytes")

    def __lt__(self, other: DocumentSignature) -> bool:
        """Order by key id, so that a list has one form and holds no key twice."""
        return self.key < other.key


@record("document")
class Document(Record):
    """A body and the signatures it carries."""

    body: bytes = wire(blob(40_000), "canonical bytes of the body record")
    signatures: tuple[DocumentSignature, ...] = wire(
        ascending(nested(DocumentSignature), 2 * MAX_ROOTS), "by key id; each must verify"
    )

    @property
    def id(self) -> Digest:
        """The document id: a digest of the body, signatures excluded."""
        return labelled(Label.DOCUMENT_ID, self.body)


@record("founding-party")
class FoundingParty(Record):
    """A party as the charter names it."""

    code: str = wire(PARTY, "party code, as in `[RUS: …]`")
    roots: tuple[bytes, ...] = wire(
        ascending(octets(1984), MAX_ROOTS, least=1), "raw root public keys"
    )
    threshold: int = wire(u53, "how many roots must sign")
    manifest: bytes = wire(octets(32), "document id of the party's first manifest")

    def check(self) -> None:
        """The threshold can be met."""
        _check_threshold(self.threshold, self.roots)


@record("limits")
class Limits(Record):
    """What one statement may weigh in this channel."""

    body_bytes: int = wire(u53, "largest sealed body")
    attachment_bytes: int = wire(u53, "largest sealed attachment")
    attachments: int = wire(u53, "most attachments of a statement")


@record("succession")
class Succession(Record):
    """The log that this channel continues; all zeros for a new one."""

    channel: bytes = wire(octets(32), "channel id of the log that ended")
    size: int = wire(u53, "last agreed size")
    root: bytes = wire(octets(32), "root at that size")


@record("charter")
class Charter(Record):
    """What founds a channel; its document id is the channel id."""

    version: int = wire(u53, "protocol version, 1; it pins the one suite")
    nonce: bytes = wire(octets(16), "makes the channel id unique")
    rules: int = wire(u53, "version of the negotiation rules, 1")
    exercise: bool = wire(flag, "true: an exercise for good")
    parties: tuple[FoundingParty, ...] = wire(
        many(nested(FoundingParty), 2, least=1), "by code; one party = its internal channel"
    )
    log_ed25519: bytes = wire(octets(32), "raw log key of note type 0x01")
    log_mldsa44: bytes = wire(octets(1312), "raw log key of note type 0x06")
    origin_prefix: str = wire(ORIGIN_PREFIX, 'origin = prefix + "/" + hex(channel id)')
    languages: tuple[str, ...] = wire(many(LANGUAGE, 8, least=1), "working languages, in order")
    authentic: tuple[str, ...] = wire(many(LANGUAGE, 8), "languages of equal authority")
    limits: Limits = wire(nested(Limits), "largest sizes")
    retention_days: int = wire(u53, "how long bodies are kept; 0 = no end")
    silence_minimum_ms: int = wire(u53, "shortest silence procedure after receipt")
    quorum: str = wire(word("all", "none"), "whose cosigners make an entry final")
    succeeds: Succession = wire(nested(Succession), "the log it continues")

    def check(self) -> None:
        """Parties in order and distinct, languages distinct, no root in two hands."""
        codes = [party.code for party in self.parties]
        if codes != sorted(set(codes)):
            raise MalformedError("expected the parties by code, each once")
        roots = [root for party in self.parties for root in party.roots]
        if len(set(roots)) != len(roots):
            raise MalformedError("expected every root key to belong to one party")
        if len(set(self.languages)) != len(self.languages):
            raise MalformedError("expected every language once")
        if not set(self.authentic) <= set(self.languages):
            raise MalformedError("expected the authentic languages among the working ones")
        if len(set(self.authentic)) != len(self.authentic):
            raise MalformedError("expected every authentic language once")


@record("name")
class Name(Record):
    """A party's name in one language."""

    language: str = wire(LANGUAGE, "language code")
    name: str = wire(text(200), "display name")

    def __lt__(self, other: Name) -> bool:
        """Order by language."""
        return self.language < other.language


@record("cosigner")
class Cosigner(Record):
    """A C2SP cosigner of a party: raw keys, never used for anything else."""

    name: str = wire(ORIGIN_PREFIX, "key name of the cosignature lines")
    ed25519: bytes = wire(octets(32), "raw key of note type 0x04")
    mldsa44: bytes = wire(octets(1312), "raw key of note type 0x06")


@record("policy")
class Policy(Record):
    """What a party asks of itself."""

    initiallers: int = wire(u53, "distinct holders that must initial, 1 to 4")
    signatories: int = wire(u53, "distinct holders that must sign, 1 to 4")
    release: tuple[str, ...] = wire(
        ascending(word(*sorted(roles.OFFICERS)), 8), "roles that may release an outgoing text"
    )
    new_keys: str = wire(
        word("held", "root_signed"), "the peer's new keys: all held, or root-signed ones accepted"
    )

    def check(self) -> None:
        """Between one and four holders."""
        if not (1 <= self.initiallers <= 4 and 1 <= self.signatories <= 4):
            raise MalformedError("expected 1 to 4 initiallers and signatories")


@record("manifest")
class Manifest(Record):
    """A party's numbered description of itself in one channel."""

    party: str = wire(PARTY, "party code")
    number: int = wire(u53, "1, then +1")
    channel: bytes = wire(octets(32), "channel id; zeros in the first manifest")
    previous: bytes = wire(octets(32), "document id of the manifest before; zeros in the first")
    names: tuple[Name, ...] = wire(ascending(nested(Name), 8, least=1), "display names")
    roots: tuple[bytes, ...] = wire(
        ascending(octets(1984), MAX_ROOTS, least=1), "raw root public keys"
    )
    threshold: int = wire(u53, "how many roots must sign")
    cosigners: tuple[Cosigner, ...] = wire(many(nested(Cosigner), 4), "in the order of their lines")
    archive: bytes = wire(octets(1216), "raw sealing key of the party's archive")
    policy: Policy = wire(nested(Policy), "what the party asks of itself")

    def check(self) -> None:
        """The threshold can be met; only the first manifest names no channel."""
        _check_threshold(self.threshold, self.roots)
        first = self.number == 1
        if self.number < 1 or (self.channel == ZERO) != first or (self.previous == ZERO) != first:
            raise MalformedError("expected zeros for channel and previous in manifest 1 only")
        if len({cosigner.name for cosigner in self.cosigners}) != len(self.cosigners):
            raise MalformedError("expected every cosigner name once")


@record("enrolment-request")
class EnrolmentRequest(Record):
    """What a key asks to be enrolled as."""

    channel: bytes = wire(octets(32), "channel id")
    party: str = wire(PARTY, "party code")
    role: str = wire(word(*roles.ROLES), "role, one per key")
    holder: bytes = wire(octets(16), "opaque id of the person or machine")
    signing: bytes = wire(octets(1984), "raw composite public key")
    sealing: bytes = wire(octets(1216), "raw sealing public key")
    not_after: int = wire(u53, "the key counts while log time is below this")


@record("enrolment")
class Enrolment(Record):
    """A request and the proof that its key was at hand."""

    request: bytes = wire(blob(4_096), "canonical bytes of the request")
    possession: bytes = wire(octets(3373), "signature by the new key over the request")


REASONS: Final = ("superseded", "lost", "compromised", "left_office", "other")


@record("revocation")
class Revocation(Record):
    """The end of a key."""

    channel: bytes = wire(octets(32), "channel id")
    party: str = wire(PARTY, "party code")
    key: bytes = wire(octets(32), "id of the signing key that ends")
    reason: str = wire(word(*REASONS), "why")
    compromised_since: int = wire(u53, "log index from which it is contested; 0 = not claimed")


@record("suspension")
class Suspension(Record):
    """A pause of seven days of log time for a key, once."""

    channel: bytes = wire(octets(32), "channel id")
    party: str = wire(PARTY, "party code")
    key: bytes = wire(octets(32), "id of the signing key that is suspended")
    reason: str = wire(word(*REASONS), "why")


Body = TypeVar("Body", Charter, Manifest, Enrolment, Revocation, Suspension)

CONTEXT_OF: Final[Mapping[str, Context]] = {
    Charter.KIND: Context.DOCUMENT_CHARTER,
    Manifest.KIND: Context.DOCUMENT_MANIFEST,
    Enrolment.KIND: Context.DOCUMENT_ENROLMENT,
    Revocation.KIND: Context.DOCUMENT_REVOCATION,
    Suspension.KIND: Context.DOCUMENT_SUSPENSION,
}
"""Body kind to the context its signatures are made under."""


def _check_threshold(threshold: int, roots: tuple[bytes, ...]) -> None:
    if not 1 <= threshold <= len(roots):
        raise MalformedError("expected a threshold between 1 and the number of roots")


def draft(body: Charter | Manifest | Enrolment | Revocation | Suspension) -> Document:
    """Return an unsigned document around *body*."""
    return Document(body=body.encode(), signatures=())


def countersign(document: Document, kind: type[Body], signers: Iterable[Signer]) -> Document:
    """Add the signatures of *signers*; one that is already there stays as it is.

    Raises:
        MalformedError: The body is not a record of *kind*.
    """
    kind.decode(document.body)
    found = {each.key: each for each in document.signatures}
    for signer in signers:
        if signer.public.id not in found:
            found[signer.public.id] = DocumentSignature(
                key=signer.public.id,
                signature=signer.sign(CONTEXT_OF[kind.KIND], document.body),
            )
    return Document(body=document.body, signatures=tuple(found[key] for key in sorted(found)))


def verify(
    document: Document, kind: type[Body], keys: Mapping[KeyId, PublicKey]
) -> tuple[Body, frozenset[KeyId]]:
    """Check every signature of *document* and return what it says and who signed.

    Whether those signers suffice is for the caller (:func:`require_threshold`, SPEC 5.4).

    Args:
        document: As received.
        kind: The body expected.
        keys: Every key that may have signed, by id.

    Raises:
        MalformedError: The body is not a record of *kind*.
        ForgedError: A signature fails, or is by a key that is not in *keys*.
    """
    body = kind.decode(document.body)
    for each in document.signatures:
        key = keys.get(KeyId(each.key))
        if key is None:
            raise ForgedError(f"the {kind.KIND} is signed by a key that may not sign it")
        _check(key, CONTEXT_OF[kind.KIND], document.body, each.signature)
    return body, frozenset(KeyId(each.key) for each in document.signatures)


def check_ahead(
    document: Document, kind: type[Body], known: Callable[[KeyId], PublicKey | None]
) -> None:
    """Check the signatures of *document* before it is its turn, where that costs nobody time.

    What passes need not be checked again then; what fails will fail again, and be told then.

    Args:
        document: As received.
        kind: The body expected.
        known: Returns the key of an id, as far as it is known by now.
    """
    with contextlib.suppress(MalformedError, ForgedError):
        body = kind.decode(document.body)
        new = parse_roots(body.roots) if isinstance(body, Manifest) else {}
        if isinstance(body, Enrolment):
            read_enrolment(body)
        for each in document.signatures:
            key = new.get(KeyId(each.key)) or known(KeyId(each.key))
            if key is not None:
                _check(key, CONTEXT_OF[kind.KIND], document.body, each.signature)


@functools.lru_cache(maxsize=64)
def _check(key: PublicKey, context: Context, message: bytes, signature: bytes) -> None:
    # A signature that verified verifies for ever; one that did not is not remembered.
    key.verify(context, message, signature)


def parse_roots(raw: Iterable[bytes]) -> dict[KeyId, PublicKey]:
    """Return root keys by id.

    Raises:
        ForgedError: One is not an acceptable key.
    """
    keys = [PublicKey.parse(each) for each in raw]
    return {key.id: key for key in keys}


def require_threshold(
    signed: frozenset[KeyId], roots: Mapping[KeyId, PublicKey], threshold: int
) -> None:
    """Refuse fewer than *threshold* signatures by *roots*.

    Raises:
        ForgedError: Too few.
    """
    count = len(signed & roots.keys())
    if count < threshold:
        raise ForgedError(f"expected {threshold} root signatures, found {count}")


def make_enrolment(request: EnrolmentRequest, signer: Signer) -> Document:
    """Return an unsigned enrolment with proof of possession by *signer*, the new key itself."""
    body = request.encode()
    return draft(Enrolment(request=body, possession=signer.sign(Context.POSSESSION, body)))


def read_enrolment(body: Enrolment) -> tuple[EnrolmentRequest, PublicKey, SealingPublicKey]:
    """Check the keys of an enrolment and that the new key was at hand.

    Raises:
        MalformedError: The request is not canonical.
        ForgedError: A key is not acceptable, or possession is not proven.
    """
    request = EnrolmentRequest.decode(body.request)
    signing, sealing = PublicKey.parse(request.signing), SealingPublicKey.parse(request.sealing)
    _check(signing, Context.POSSESSION, body.request, body.possession)
    return request, signing, sealing


def read_charter(document: Document) -> Charter:
    """Check that a charter is complete: both parties' thresholds signed it.

    Raises:
        MalformedError: Not a charter.
        UnsupportedError: Of another protocol version, or of other negotiation rules.
        ForgedError: A signature fails, too few signed, or the log key is no acceptable point.
    """
    unread = Charter.decode(document.body)
    require_version(unread)
    roots = {party.code: parse_roots(party.roots) for party in unread.parties}
    charter, signed = verify(
        document, Charter, {key: value for each in roots.values() for key, value in each.items()}
    )
    for party in charter.parties:
        require_threshold(signed, roots[party.code], party.threshold)
    check_ed25519(charter.log_ed25519)
    return charter


def require_version(charter: Charter) -> None:
    """Refuse a charter under which other rules than these would hold (SPEC 2.4).

    Raises:
        UnsupportedError: Of another protocol version, or of other negotiation rules.
    """
    if (charter.version, charter.rules) != (VERSION, RULES):
        raise UnsupportedError(
            f"expected protocol version {VERSION} and rules {RULES}",
            hint="both sides need a Paraph that speaks the same version",
        )


def read_first_manifest(document: Document, party: FoundingParty) -> Manifest:
    """Check a first manifest against the charter's entry for its party.

    Raises:
        MalformedError: Not a manifest, or not number 1.
        ForgedError: Not the one the charter names, other roots, or too few signed.
    """
    if document.id != party.manifest:
        raise ForgedError(f"expected the manifest of {party.code} that the charter names")
    roots = parse_roots(party.roots)
    manifest, signed = verify(document, Manifest, roots)
    if (manifest.party, manifest.number) != (party.code, 1):
        raise MalformedError(f"expected manifest 1 of {party.code}")
    if (manifest.roots, manifest.threshold) != (party.roots, party.threshold):
        raise ForgedError(f"expected the roots of {party.code} as in the charter")
    require_threshold(signed, roots, party.threshold)
    check_cosigners(manifest)
    return manifest


def check_cosigners(manifest: Manifest) -> None:
    """Refuse cosigner keys under which one signature could fit many notes.

    Raises:
        ForgedError: A key is no acceptable point.
    """
    for each in manifest.cosigners:
        check_ed25519(each.ed25519)


def channel_of(charter: Document) -> ChannelId:
    """Return the channel id that *charter* founds."""
    return ChannelId(charter.id)
