"""The files that people carry between desks: party card, charter file, member request (SPEC 5.1).

Each is one canonical record, whose signatures are checked by whoever reads it: a card that was
altered on its way is refused, whatever carried it. None holds a secret.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, TypeVar

from paraph.client.files import write_atomically
from paraph.protocol import documents
from paraph.protocol.documents import Charter, Document, FoundingParty, Manifest
from paraph.protocol.errors import ForgedError, InputError, MalformedError, UnavailableError
from paraph.protocol.schema import Budget, Record, blob, many, nested, record, wire
from paraph.protocol.statements.envelope import MAX_ENVELOPE
from paraph.protocol.wire import RelayCard

FILE: Final = Budget(size=1024 * 1024, depth=8, nodes=4_096, keys=64)
"""What a file that somebody carried here may cost."""


@record("party-card", FILE)
class PartyCard(Record):
    """All that the other side needs of a party before there is a channel."""

    manifest: Document = wire(
        nested(Document), "first manifest: code, names, roots, archive key; signed by the roots"
    )


@record("charter-file", FILE)
class CharterFile(Record):
    """A charter on its way from the one who proposes to the one who accepts, and back."""

    charter: Document = wire(nested(Document), "the charter, with the signatures it has so far")
    manifests: tuple[Document, ...] = wire(
        many(nested(Document), 2, least=1), "first manifests, in the order of the charter"
    )
    relay: RelayCard = wire(nested(RelayCard), "the relay where the channel is to live")
    founding: tuple[bytes, ...] = wire(
        many(blob(MAX_ENVELOPE), 3), "founding entries; empty until the charter is complete"
    )


@record("member-request", FILE)
class MemberRequest(Record):
    """A new key asks its own party to be enrolled."""

    enrolment: Document = wire(nested(Document), "the enrolment, with the signatures it has so far")


@record("key-end", FILE)
class KeyEnd(Record):
    """A revocation on its way from root to root of its own party."""

    revocation: Document = wire(
        nested(Document), "the revocation, with the signatures it has so far"
    )


Card = TypeVar("Card", PartyCard, CharterFile, MemberRequest, KeyEnd, RelayCard)

_WHERE_FROM: Final = {
    PartyCard.KIND: "paraph party card -o FILE makes one",
    CharterFile.KIND: "paraph channel propose makes one",
    MemberRequest.KIND: "paraph member request makes one",
    KeyEnd.KIND: "paraph member revoke KEY -o FILE makes one",
    RelayCard.KIND: "paraph-relay init makes one; ask the relay's operator for it",
}


def read(path: Path, kind: type[Card]) -> Card:
    """Return the record in a carried file; its signatures are for the caller to check.

    Raises:
        InputError: The file cannot be read, or is not such a record.
    """
    try:
        with path.open("rb") as file:
            data = file.read(FILE.size + 1)
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}", hint=_WHERE_FROM[kind.KIND]
        ) from error
    try:
        return kind.decode(data)
    except MalformedError as error:
        raise InputError(
            f"{path} is not a {kind.KIND}: {error}",
            code="malformed",
            hint=f"ask for the file again, unaltered; {_WHERE_FROM[kind.KIND]}",
        ) from error


def write(path: Path, card: Record) -> None:
    """Write a record to be carried, durably and at once or not at all.

    Raises:
        InputError: The folder cannot be written to.
    """
    save(path, card.encode())


def save(path: Path, data: bytes) -> None:
    """Write a file durably, at once or not at all; see :func:`write`."""
    try:
        write_atomically(path, data)
    except UnavailableError as error:
        raise InputError(
            f"cannot write {path}: {error}", hint="choose another place with -o"
        ) from error


def read_party(card: PartyCard) -> Manifest:
    """Check a party card: a first manifest, signed by its own roots' threshold.

    Raises:
        MalformedError: Not a first manifest.
        ForgedError: A signature fails, or too few signed.
    """
    manifest = Manifest.decode(card.manifest.body)
    return documents.read_first_manifest(card.manifest, founding_party(card.manifest, manifest))


def founding_party(document: Document, manifest: Manifest) -> FoundingParty:
    """Return what a charter says of the party with this first manifest."""
    return FoundingParty(
        code=manifest.party,
        roots=manifest.roots,
        threshold=manifest.threshold,
        manifest=document.id,
    )


def read_charter_file(file: CharterFile) -> tuple[Charter, dict[str, int]]:
    """Check every signature in a charter file, complete or not.

    Returns:
        The charter, and how many root signatures each party still lacks.

    Raises:
        MalformedError: A document is not what it must be.
        UnsupportedError: The charter is of another protocol version, or of other rules.
        ForgedError: A signature fails, a manifest is not the one that the charter names, or the
            relay card is not of the log that the charter names.
    """
    unread = Charter.decode(file.charter.body)
    documents.require_version(unread)
    roots = {party.code: documents.parse_roots(party.roots) for party in unread.parties}
    charter, signed = documents.verify(
        file.charter,
        Charter,
        {key: each for known in roots.values() for key, each in known.items()},
    )
    if len(file.manifests) != len(charter.parties):
        raise MalformedError("expected the first manifest of each party")
    for document, party in zip(file.manifests, charter.parties, strict=True):
        documents.read_first_manifest(document, party)
    relay = file.relay
    if (relay.log_ed25519, relay.log_mldsa44) != (charter.log_ed25519, charter.log_mldsa44):
        raise ForgedError("expected the relay card of the log that the charter names")
    if relay.origin_prefix != charter.origin_prefix:
        raise ForgedError("expected the relay card of the origin that the charter names")
    return charter, {
        party.code: max(0, party.threshold - len(signed & roots[party.code].keys()))
        for party in charter.parties
    }
