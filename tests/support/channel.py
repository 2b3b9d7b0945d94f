"""A founded channel in memory: parties, keys, founding entries, and statements to place.

Everything a test needs to play both ministries without a socket, a file or a vault::

    channel = make_channel()
    officer = channel.party("RUS").person("desk_officer")
    envelope, body = channel.seal(officer, b"any record")
    entry = channel.place(envelope)

Each :class:`Person` counts its own statements, so several may be signed before any is placed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections.abc import Iterable, Iterator
from typing import Final, TypedDict, Unpack

from paraph.protocol import documents, signed
from paraph.protocol.checkpoint import LogKeys, LogSecret
from paraph.protocol.documents import (
    Charter,
    Document,
    EnrolmentRequest,
    FoundingParty,
    Limits,
    Revocation,
    Succession,
    Suspension,
)
from paraph.protocol.keys import SealingPublicKey, SecretKey
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import ZERO, ChannelId, Context, StatementId
from paraph.protocol.schema import Record
from paraph.protocol.sealed import seal
from paraph.protocol.state import Entry
from paraph.protocol.statements.clear import (
    TYPE_OF,
    CharterEntry,
    EnrolEntry,
    Heartbeat,
    ManifestEntry,
    RevokeEntry,
    SuspendEntry,
)
from paraph.protocol.statements.envelope import (
    SEALED_TYPE,
    Attachment,
    ClearContent,
    SealedContent,
    Seen,
    Statement,
)
from paraph.protocol.wire import Founding, SessionRequest
from paraph.protocol.wire import session_message as session_bytes
from tests.support.parties import Party, Person, anew, make_party, new_holder, new_person

START: Final = 1_445_000_000_000
"""Where time begins in tests, POSIX ms."""
FAR: Final = START + 10**12
ORIGIN_PREFIX: Final = "relay.example/log"
HOST: Final = "127.0.0.1:8443"
LIMITS: Final = Limits(body_bytes=8 * 1024 * 1024 + 256 * 1024, attachment_bytes=1 << 30,
                       attachments=16)  # fmt: skip

_salts: Final = itertools.count(1)


class Fields(TypedDict, total=False):
    """What a statement says of itself, where a test says it in place of the channel."""

    sequence: int
    previous: bytes
    seen: tuple[int, bytes] | None
    exclusive: bool
    expires_at: int
    anchor: bytes
    sent_at: int


class Channel:
    """A channel as both parties know it, with every secret in one hand.

    Attributes:
        parties: By code order.
        charter: The countersigned charter.
        id: Channel id.
        log_secret: The relay's log keys.
        founding: The founding envelopes.
        log: Every entry placed through :meth:`place`, read as any reader would.
        envelopes: The same entries as bytes.
        now: The clock of the statements, POSIX ms; one second later after each.
    """

    def __init__(
        self,
        parties: Iterable[Party],
        charter: Document,
        log_secret: LogSecret,
        founding: tuple[bytes, ...],
    ) -> None:
        self.parties = tuple(parties)
        self.charter = charter
        self.id = ChannelId(charter.id)
        self.log_secret = log_secret
        self.founding = founding
        self.log = ChannelLog(founding)
        self.envelopes = list(founding)
        self.now = START

    @property
    def log_keys(self) -> LogKeys:
        """The log's public keys."""
        return self.log_secret.keys(self.log.origin)

    def party(self, code: str) -> Party:
        """Return the party with this code."""
        return next(each for each in self.parties if each.code == code)

    def everybody(self) -> Iterator[Person]:
        """Every enrolled person of every party."""
        for party in self.parties:
            yield from party.people

    def note(self) -> bytes:
        """Return a checkpoint of the log as it stands."""
        return self.log_secret.sign(self.log.origin, self.log.size, self.log.root)

    def founding_message(self) -> Founding:
        """Return what is posted to found the channel."""
        return Founding(envelopes=self.founding)

    def later(self) -> list[bytes]:
        """Return the entries placed after the founding ones."""
        return self.envelopes[len(self.founding) :]

    # saying something

    def statement(
        self,
        author: Person,
        content: SealedContent | ClearContent,
        *,
        sequence: int = 0,
        previous: bytes = b"",
        seen: tuple[int, bytes] | None = None,
        exclusive: bool = False,
        expires_at: int = 0,
        anchor: bytes = ZERO,
        sent_at: int = 0,
    ) -> Statement:
        """Return a statement that *author* could say next."""
        size, root = seen or (self.log.size, self.log.root)
        self.now += 1000
        return Statement(
            version=1,
            type=type_of(content),
            channel=self.id,
            sender=author.id,
            sequence=sequence or author.sequence + 1,
            previous=previous or (author.previous if author.sequence else self.id),
            seen=Seen(size=size, root=root),
            anchor=anchor,
            sent_at=sent_at or self.now,
            expires_at=expires_at,
            precedence="routine",
            exclusive=exclusive,
            content=content,
        )

    def sign(self, author: Person, statement: Statement) -> bytes:
        """Sign *statement*, and count it if it is the author's next."""
        envelope = signed.sign(statement, author.signing)
        if statement.sequence == author.sequence + 1:
            author.sequence, author.previous = statement.sequence, statement_id(envelope)
        return envelope

    def clear(self, author: Person, payload: Record, **fields: Unpack[Fields]) -> bytes:
        """Return the envelope of a clear statement.

        Args:
            author: Who says it.
            payload: What.
            fields: As in :meth:`statement`.
        """
        content = ClearContent(payload=payload)
        return self.sign(author, self.statement(author, content, **fields))

    def seal(
        self,
        author: Person,
        record: bytes,
        *,
        recipients: Iterable[SealingPublicKey] | None = None,
        attachments: tuple[Attachment, ...] = (),
        **fields: Unpack[Fields],
    ) -> tuple[bytes, bytes]:
        """Seal *record* to everybody, or to *recipients*.

        Returns:
            The envelope and its body.
        """
        if recipients is None:
            recipients = self.log.trust.recipients(self.log.log_time).values()
        sequence = fields.get("sequence") or author.sequence + 1
        assert isinstance(sequence, int)
        made = seal(
            record,
            hashlib.sha256(next(_salts).to_bytes(8, "big")).digest(),
            channel=self.id,
            sender=author.id,
            sequence=sequence,
            version=1,
            type_=SEALED_TYPE,
            recipients=sorted(recipients, key=lambda each: each.id),
        )
        content = SealedContent(
            recipients=made.recipients,
            body_digest=made.digest,
            body_size=made.size,
            commitment=made.commitment,
            attachments=attachments,
        )
        statement = self.statement(author, content, **fields)
        return self.sign(author, statement), made.body

    def heartbeat(self, author: Person, *, dated: int = 0, held: int | None = None) -> bytes:
        """Return a bot's heartbeat over the log as it stands."""
        self.now += 1000
        payload = Heartbeat(
            dated=dated or self.now,
            verified=self.log.size,
            held=self.log.size if held is None else held,
        )
        return self.clear(author, payload, sent_at=self.now)

    def again(self, author: Person, envelope: bytes) -> bytes:
        """Return the same statement under other signature bytes."""
        return signed.sign(signed.read(envelope).statement, author.signing)

    # the log

    def place(self, envelope: bytes) -> Entry:
        """Append to the log; an entry that would be void fails the test."""
        entry = self.log.append(envelope)
        assert not entry.void, f"entry {entry.index} is void: {entry.void}"
        self.envelopes.append(envelope)
        return entry

    def new_person(self, party: str, role: str) -> Person:
        """Return a person with new keys that nobody has enrolled yet."""
        return new_person(party, role)

    def enrolment(
        self, person: Person, *, not_after: int = FAR, signers: Iterable[SecretKey] = ()
    ) -> Document:
        """Return the enrolment of *person*, signed by its party's roots or by *signers*."""
        request = EnrolmentRequest(
            channel=self.id,
            party=person.party,
            role=person.role,
            holder=person.holder,
            signing=person.signing.public.raw,
            sealing=person.sealing.public.raw,
            not_after=not_after,
        )
        unsigned = documents.make_enrolment(request, person.signing)
        roots = self.party(person.party).roots
        return documents.countersign(unsigned, documents.Enrolment, signers or roots)

    def enrol(self, party: str, role: str, *, not_after: int = FAR) -> Person:
        """Enrol a new person, carried by the party's first root, and place the entry."""
        person = self.new_person(party, role)
        document = self.enrolment(person, not_after=not_after)
        self.place(self.clear(self.party(party).carrier, EnrolEntry(document=document)))
        self.party(party).people.append(person)
        return person

    def revocation(self, person: Person, *, compromised_since: int = 0) -> bytes:
        """Return the envelope that ends a key, carried by the party's first root."""
        party = self.party(person.party)
        body = Revocation(
            channel=self.id,
            party=person.party,
            key=person.id,
            reason="lost",
            compromised_since=compromised_since,
        )
        document = documents.countersign(documents.draft(body), Revocation, party.roots)
        return self.clear(party.carrier, RevokeEntry(document=document))

    def suspension(self, person: Person, signers: Iterable[Person]) -> bytes:
        """Return the envelope that suspends a key, signed by two officers."""
        body = Suspension(channel=self.id, party=person.party, key=person.id, reason="lost")
        keys = [each.signing for each in signers]
        document = documents.countersign(documents.draft(body), Suspension, keys)
        return self.clear(self.party(person.party).carrier, SuspendEntry(document=document))

    def open(self) -> None:
        """Place a first heartbeat of each party, after which sealed statements are accepted."""
        for party in self.parties:
            self.place(self.heartbeat(party.person("bot")))

    def session_request(
        self, person: Person, nonce: bytes, time_ms: int, *, host: str = HOST
    ) -> SessionRequest:
        """Return a signed answer to a relay's challenge."""
        unsigned = SessionRequest(
            channel=self.id, key=person.id, nonce=nonce, time=time_ms, signature=bytes(3373)
        )
        message = session_bytes(self.log.charter.origin_prefix, host, unsigned)
        signature = person.signing.sign(Context.SESSION, message)
        return dataclasses.replace(unsigned, signature=signature)


def statement_id(envelope: bytes) -> StatementId:
    """Return the id of the statement in *envelope*."""
    return signed.read(envelope).id


def type_of(content: SealedContent | ClearContent) -> str:
    """Return the type of a statement with this content."""
    return SEALED_TYPE if isinstance(content, SealedContent) else TYPE_OF[type(content.payload)]


def make_channel(
    *,
    codes: tuple[str, ...] = ("RUS", "USA"),
    parties: Iterable[Party] = (),
    exercise: bool = True,
    quorum: str = "none",
    roles: tuple[str, ...] = ("desk_officer", "head_of_delegation", "bot"),
    opened: bool = True,
    log_secret: LogSecret | None = None,
    origin_prefix: str = ORIGIN_PREFIX,
    nonce: bytes = b"",
) -> Channel:
    """Found a channel, enrol people in *roles* on every side, and open it with heartbeats.

    Args:
        codes: Party codes; one makes an internal channel.
        parties: Parties made before: their roots found one more channel.
        exercise: Whether heartbeats may be dated freely.
        quorum: ``all`` or ``none``; ``all`` gives every party a cosigner.
        roles: Whom to enrol on each side; ``()`` stops after the founding entries.
        opened: Whether both bots have spoken (needs ``bot`` among *roles*).
        log_secret: The relay's log keys; new ones if ``None``.
        origin_prefix: The relay's.
        nonce: The charter's; new if empty.
    """
    found = sorted(
        (anew(each) for each in parties)
        if parties
        else (make_party(code, cosigner=quorum == "all") for code in codes),
        key=lambda each: each.code,
    )
    secret = log_secret or LogSecret.generate()
    ed25519, mldsa44 = secret.public
    charter = Charter(
        version=1,
        nonce=nonce or new_holder(),
        rules=1,
        exercise=exercise,
        parties=tuple(
            FoundingParty(
                code=party.code,
                roots=tuple(sorted(root.public.raw for root in party.roots)),
                threshold=party.threshold,
                manifest=party.manifest.id,
            )
            for party in found
        ),
        log_ed25519=ed25519,
        log_mldsa44=mldsa44,
        origin_prefix=origin_prefix,
        languages=("en", "ru"),
        authentic=("en", "ru"),
        limits=LIMITS,
        retention_days=0,
        silence_minimum_ms=12 * 3600 * 1000,
        quorum=quorum,
        succeeds=Succession(channel=ZERO, size=0, root=ZERO),
    )
    document = documents.countersign(
        documents.draft(charter), Charter, [root for party in found for root in party.roots]
    )
    channel = Channel(found, document, secret, found_with(document, found))
    found[-1].carrier.sequence = len(channel.founding)
    found[-1].carrier.previous = statement_id(channel.founding[-1])
    for party in found:
        for role in roles:
            channel.enrol(party.code, role)
    if opened and "bot" in roles:
        channel.open()
    return channel


def found_with(
    charter: Document, parties: list[Party], *, author: SecretKey | None = None
) -> tuple[bytes, ...]:
    """Return the founding envelopes, signed by the first root of the last party, or by *author*."""
    author = author or parties[-1].roots[0]
    envelopes: list[bytes] = []
    previous: bytes = charter.id
    payloads: list[Record] = [CharterEntry(document=charter)]
    payloads += [ManifestEntry(document=party.manifest) for party in parties]
    for number, payload in enumerate(payloads, start=1):
        statement = Statement(
            version=1,
            type=TYPE_OF[type(payload)],
            channel=charter.id,
            sender=author.public.id,
            sequence=number,
            previous=previous,
            seen=Seen(size=0, root=hashlib.sha256(b"").digest()),
            anchor=ZERO,
            sent_at=START,
            expires_at=0,
            precedence="routine",
            exclusive=False,
            content=ClearContent(payload=payload),
        )
        envelopes.append(signed.sign(statement, author))
        previous = statement_id(envelopes[-1])
    return tuple(envelopes)
