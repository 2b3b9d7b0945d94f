"""What desks and relay say to each other: founding, sessions, the stream (SPEC 8).

A WebSocket frame is a bare list of 1 to 64 of these messages, at most 1 MiB. A request carries a
number that its answer repeats; what the relay pushes carries 0.
"""

from __future__ import annotations

from typing import Final

from paraph.protocol.documents import ORIGIN_PREFIX
from paraph.protocol.names import Digest, pae, u64
from paraph.protocol.schema import (
    Budget,
    Codec,
    Record,
    ascending,
    blob,
    many,
    nested,
    octets,
    pack_list,
    record,
    text,
    u53,
    union,
    unpack_list,
    wire,
)
from paraph.protocol.statements.envelope import MAX_ENVELOPE

FRAME: Final = Budget(size=1024 * 1024, depth=8, nodes=16_384, keys=64)
"""What one WebSocket frame may cost."""
FOUNDING: Final = Budget(size=4 * MAX_ENVELOPE, depth=3, nodes=16, keys=8)
"""What the founding entries may cost on their way."""
MAX_MESSAGES: Final = 64
"""Messages in a frame, entries in a push."""
MAX_INLINE_BODY: Final = 256 * 1024
"""Bytes of a body that travels with its statement; a larger one is staged first."""
MAX_PIPELINED: Final = 32
"""Statements of one key that may be unanswered."""
MAX_CONFLICTS: Final = 6
"""Pairs of envelopes in an answer: together below 1 MiB."""
MAX_NOTE: Final = 16 * 1024
"""Bytes of a checkpoint note with every line it may carry."""
SESSION_PROOF_MS: Final = 60_000
"""How far a session proof's time may be from the relay's, and how long a challenge lives."""


@record("relay-card")
class RelayCard(Record):
    """What an operator hands to the parties: how to reach the relay and how to know it."""

    address: str = wire(text(200), "base URL, https except on loopback")
    pin: bytes = wire(octets(32), "SHA-256 of the TLS certificate, DER; zeros for plain HTTP")
    origin_prefix: str = wire(ORIGIN_PREFIX, "of every channel's origin")
    log_ed25519: bytes = wire(octets(32), "raw log key of note type 0x01")
    log_mldsa44: bytes = wire(octets(1312), "raw log key of note type 0x06")


@record("admission")
class Admission(Record):
    """A root set shows the operator's enrolment code, once."""

    code: str = wire(text(64, "[A-Z0-9-]+"), "enrolment code")
    party: str = wire(text(8, "[A-Z]{2,8}"), "party code")
    roots: tuple[bytes, ...] = wire(ascending(octets(1984), 8, least=1), "raw root public keys")
    threshold: int = wire(u53, "how many roots must sign")
    signature: bytes = wire(octets(3373), "by one of the roots (SPEC 8.1)")


@record("founding", FOUNDING)
class Founding(Record):
    """The founding entries of a channel; whoever holds them may submit them."""

    envelopes: tuple[bytes, ...] = wire(
        many(blob(MAX_ENVELOPE), 3, least=2), "charter, then manifests"
    )


@record("founded", FOUNDING)
class Founded(Record):
    """The founding entries as placed, and the newest checkpoint."""

    envelopes: tuple[bytes, ...] = wire(many(blob(MAX_ENVELOPE), 3, least=2), "as placed")
    note: bytes = wire(blob(MAX_NOTE), "newest checkpoint note")


@record("challenge")
class Challenge(Record):
    """A number used once, for one session."""

    nonce: bytes = wire(octets(32), "drawn by the relay; lives 60 s")


@record("session-request")
class SessionRequest(Record):
    """A key of the channel answers a challenge."""

    channel: bytes = wire(octets(32), "channel id")
    key: bytes = wire(octets(32), "id of the signing key")
    nonce: bytes = wire(octets(32), "from the challenge")
    time: int = wire(u53, "the key holder's clock, POSIX ms")
    signature: bytes = wire(octets(3373), "over SPEC 8.2's message")


@record("session")
class Session(Record):
    """A bearer token for this channel and key."""

    token: bytes = wire(octets(32), "sent as `Authorization: Bearer` with 64 hex digits")
    lives_s: int = wire(u53, "seconds until it ends")


@record("submit")
class Submit(Record):
    """Place this envelope."""

    request: int = wire(u53, "number the answer repeats")
    envelope: bytes = wire(blob(MAX_ENVELOPE), "the envelope")
    body: bytes = wire(
        blob(MAX_INLINE_BODY), "its sealed body; empty for clear types and staged bodies"
    )


@record("follow")
class Follow(Record):
    """Push every entry from here on, with the heads that cover them."""

    request: int = wire(u53, "number the answer repeats")
    start: int = wire(u53, "first index wanted")


@record("fetch-body")
class FetchBody(Record):
    """Send a body of up to 256 KiB; larger ones come over HTTP."""

    request: int = wire(u53, "number the answer repeats")
    digest: bytes = wire(octets(32), "digest of the body")


@record("placed")
class Placed(Record):
    """Accepted: durable, and at this place of the log."""

    request: int = wire(u53, "the request's number")
    index: int = wire(u53, "index of the entry")
    proof: bytes = wire(blob(2 * MAX_NOTE), "tlog-proof of the entry")
    envelope: bytes = wire(
        blob(MAX_ENVELOPE), "the envelope placed, if it differs from the one sent; else empty"
    )


@record("refused")
class Refused(Record):
    """Not placed, and why."""

    request: int = wire(u53, "the request's number")
    code: str = wire(text(40, "[a-z-]+"), "stable code (SPEC 5.5)")
    message: str = wire(text(400), "what was expected")
    retry_after_s: int = wire(u53, "when the same bytes may be sent again; 0 = not by waiting")
    note: bytes = wire(blob(MAX_NOTE), "newest checkpoint note, or empty")


@record("entries")
class Entries(Record):
    """Entries in order, and a head that covers them."""

    request: int = wire(u53, "the request's number; 0 = pushed")
    start: int = wire(u53, "index of the first")
    envelopes: tuple[bytes, ...] = wire(many(blob(MAX_ENVELOPE), MAX_MESSAGES), "as placed")
    bodies: tuple[bytes, ...] = wire(
        many(blob(MAX_INLINE_BODY), MAX_MESSAGES),
        "sealed bodies of these entries, as many as travel along; the rest is fetched",
    )
    note: bytes = wire(
        blob(MAX_NOTE), "checkpoint of at least start + count; a smaller one, or none: more follow"
    )


@record("body")
class Body(Record):
    """A sealed body."""

    request: int = wire(u53, "the request's number")
    data: bytes = wire(blob(MAX_INLINE_BODY), "the bytes")


@record("staged")
class Staged(Record):
    """How much of a blob is there."""

    size: int = wire(u53, "bytes received so far")
    complete: int = wire(u53, "1 if all are there and the digest is right")


@record("conflict")
class Conflict(Record):
    """Two statements that a key signed under one number."""

    placed: bytes = wire(blob(MAX_ENVELOPE), "the envelope that stands in the log")
    refused: bytes = wire(blob(MAX_ENVELOPE), "the first other one that came")


@record("conflicts", Budget(size=1024 * 1024, depth=4, nodes=64, keys=8))
class Conflicts(Record):
    """What the relay refused as second statements under one number, for both parties alike."""

    start: int = wire(u53, "number of the first, counted from 0 in the relay's order")
    pairs: tuple[Conflict, ...] = wire(many(nested(Conflict), MAX_CONFLICTS), "in order")


Message = Submit | Follow | FetchBody | Placed | Refused | Entries | Body

_MESSAGE: Final[Codec[Message]] = union(Submit, Follow, FetchBody, Placed, Refused, Entries, Body)


def pack_frame(messages: tuple[Message, ...]) -> bytes:
    """Return one frame.

    Args:
        messages: 1 to 64, together at most 1 MiB.
    """
    return pack_list(_MESSAGE, messages)


def unpack_frame(data: bytes) -> tuple[Message, ...]:
    """Parse one frame from outside.

    Raises:
        MalformedError: Not a canonical frame, or over its budget.
    """
    return unpack_list(_MESSAGE, data, FRAME, MAX_MESSAGES)


def admission_message(code: str, root_set: Digest) -> bytes:
    """Return what a root signs under the context ``possession`` to be admitted (SPEC 8.1).

    Args:
        code: The operator's enrolment code.
        root_set: Digest of the root set (SPEC 3.6).
    """
    return pae(b"admission", code.encode(), root_set)


def session_message(origin_prefix: str, host: str, request: SessionRequest) -> bytes:
    """Return what a key signs under the context ``session`` (SPEC 8.2).

    Args:
        origin_prefix: From the charter.
        host: Host and port of the relay card's address, as written there.
        request: Whose channel, key, nonce and time are bound; its signature is not read.
    """
    return pae(
        origin_prefix.encode(),
        host.encode(),
        request.channel,
        request.key,
        request.nonce,
        u64(request.time),
    )
