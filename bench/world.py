"""What is measured on: a relay with a founded channel, and statements for it, sealed beforehand.

The channel is a real one between two parties, founded on a real relay. Its directory is kept as a
template: every run gets a copy, so that the same sealed statements can be placed again and again.
"""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench import relay_process
from bench.options import PAYLOAD
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.log.replica import Replica
from paraph.client.transport import Transport
from paraph.protocol import roles, signed
from paraph.protocol.keys import SealingPublicKey
from paraph.protocol.names import ZERO
from paraph.protocol.statements.content import Content, encode_content
from paraph.protocol.statements.exchanges import NO_ANCHOR, AcknowledgementGiven, CommentMade
from paraph.protocol.statements.header import ContentHeader, Wording
from paraph.protocol.statements.versions import Marking, NegotiationOpened
from paraph.protocol.wire import Founding, RelayCard
from paraph.server.cards import read_log_key
from tests.support.channel import Channel, make_channel
from tests.support.parties import Party, Person

ROLES: Final = (
    roles.DESK, roles.DESK, roles.HEAD, roles.LEGAL, roles.LINGUIST, roles.BOT,
)  # fmt: skip
"""Who is enrolled on each side: with the archives, everybody is 14."""
EVERYBODY: Final = 14
TALKS: Final = bytes(range(16))
WORDS: Final = "the Sides shall inform each other "


@dataclasses.dataclass(frozen=True, slots=True)
class Prepared:
    """A sealed and signed statement, and its body."""

    author: Person
    envelope: bytes
    body: bytes


class World:
    """A founded channel, its keys, and the relay's directory.

    Attributes:
        directory: Where everything is.
        channel: The channel, with every secret in one hand.
        template: The relay's directory, with the channel in it and nothing sealed yet.
        tls: Whether the relay speaks TLS.
    """

    def __init__(self, directory: Path, *, tls: bool) -> None:
        self.directory = directory
        self.tls = tls
        self.template = directory / "relay"
        codes = relay_process.make(self.template, tls=tls)
        card = RelayCard.decode((self.template / "relay.card").read_bytes())
        self.channel: Channel = make_channel(
            roles=ROLES,
            log_secret=read_log_key(self.template / "log.key"),
            origin_prefix=card.origin_prefix,
        )
        with relay_process.serving(self.template) as relay:
            asyncio.run(_found(self.channel, relay.card, codes))

    @property
    def sender(self) -> Person:
        """Who sends to the other side."""
        return self.channel.party("RUS").person(roles.DESK)

    @property
    def receiver(self) -> Person:
        """Who receives."""
        return self.channel.party("USA").person(roles.DESK)

    def officers(self) -> list[Person]:
        """Everybody who may comment, those of both sides in turn."""
        sides = [[each for each in side.people if each.role != roles.BOT] for side in self.parties]
        return [each for pair in zip(*sides, strict=True) for each in pair]

    @property
    def parties(self) -> tuple[Party, ...]:
        """Both parties."""
        return self.channel.parties

    def recipients(self, author: Person, count: int) -> list[SealingPublicKey]:
        """Return a legal set of recipients: everybody, or both archives and one reader."""
        if count == EVERYBODY:
            return list(self.channel.log.trust.recipients(self.channel.log.log_time).values())
        party = next(each for each in self.parties if each.code != author.party)
        reader = party.person(roles.DESK)
        return [*(each.archive.public for each in self.parties), reader.sealing.public]

    def opening(self, count: int) -> Prepared:
        """Return the statement that begins the negotiation; it must be placed first."""
        return self._sealed(self.sender, opening(), count)

    def comments(self, count: int, number: int, authors: Sequence[Person]) -> list[Prepared]:
        """Return *number* comments of 2 KiB, by *authors* in turn."""
        return [
            self._sealed(author, comment(author.role), count)
            for author, _ in zip(_in_turn(authors), range(number), strict=False)
        ]

    def _sealed(self, author: Person, content: Content, count: int) -> Prepared:
        recipients = self.recipients(author, count)
        envelope, body = self.channel.seal(author, encode_content(content), recipients=recipients)
        return Prepared(author, envelope, body)

    def forget(self) -> None:
        """Let every author begin again after the founding, for another set of statements."""
        for each in self.channel.everybody():
            following, each.previous = self.channel.log.next_sequence(each.id)
            each.sequence = following - 1

    def relay_copy(self, name: str) -> Path:
        """Return a fresh relay directory in which the channel stands."""
        return relay_process.copied(self.template, name)

    def replica(self, name: str, card: RelayCard) -> Replica:
        """Return an empty replica in a home of its own."""
        path = self.directory / name
        shutil.rmtree(path, ignore_errors=True)
        home: ChannelHome = Home(path).channel(self.channel.id)
        home.save_relay(card)
        return Replica.create(home, self.channel.founding)


def opening() -> NegotiationOpened:
    """Return the content that begins the negotiation."""
    return NegotiationOpened(
        header=_header(roles.DESK),
        titles=(Wording(language="en", words="Title"), Wording(language="ru", words="Название")),
        instrument="mou",
        legal_character="non_binding",
        prevailing="",
        marking=Marking(banner=(), classification="", releasable_to=("RUS", "USA")),
    )


def comment(role: str) -> CommentMade:
    """Return a comment of 2 KiB."""
    return CommentMade(
        header=_header(role),
        comment_kind="question",
        anchor=NO_ANCHOR,
        body=(WORDS * (PAYLOAD // len(WORDS) + 1))[:PAYLOAD],
        in_reply_to=ZERO,
        resolves=ZERO,
        resolved_by=(),
    )


def receipt(subject: bytes, role: str) -> AcknowledgementGiven:
    """Return a person's receipt of one statement."""
    return AcknowledgementGiven(
        header=_header(role), subjects=(subject,), rung="displayed", outcome="ok", reason=""
    )


async def _found(channel: Channel, card: RelayCard, codes: dict[str, str]) -> None:
    # What follows the founding entries stands in the log as it was made, whoever carries it.
    prefix = channel.log.charter.origin_prefix
    by_key = {each.id: each for each in channel.everybody()}
    by_key |= {party.carrier.id: party.carrier for party in channel.parties}
    async with Transport(card) as transport:
        for party in channel.parties:
            await transport.admit(party.admission(codes[party.code]))
        await transport.found(Founding(envelopes=channel.founding))
        for envelope in channel.later():
            author = by_key[signed.sender_of(signed.read(envelope))]
            relay = await transport.open(channel.id, prefix, author.signing)
            await relay.submit(envelope, b"")


def _in_turn(authors: Sequence[Person]) -> Iterator[Person]:
    while True:
        yield from authors


def _header(role: str) -> ContentHeader:
    return ContentHeader.plain(negotiation=TALKS, dated=1_445_000_000_000, acting_role=role)
