"""A stage on which everything is sealed, signed and placed in a log, as well as folded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from paraph.client.reading.opened import said_of
from paraph.protocol import roles
from paraph.protocol.negotiation import fold
from paraph.protocol.negotiation.state import Said, State, begin
from paraph.protocol.state import Entry
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.content import Content, encode_content
from paraph.server.service import RelayService
from tests.support.channel import START, Channel
from tests.support.parties import Person

_TOGETHER: Final = 32
"""Statements on their way to the relay at once."""


class DiskStage:
    """See above; nothing is at the relay before :meth:`submit`.

    Args:
        channel: The channel as founded.
        people: Who speaks, by party and role.

    Attributes:
        state: What was folded.
        now: The instant.
    """

    def __init__(self, channel: Channel, people: Mapping[tuple[str, str], Person]) -> None:
        charter = channel.log.charter
        self.state: State = begin(
            tuple(each.code for each in charter.parties),
            charter.languages,
            channel=channel.id,
            exercise=charter.exercise,
            silence_minimum=charter.silence_minimum_ms,
        )
        self.now = START
        self._channel = channel
        self._people = people
        self._made: list[tuple[Person, bytes, bytes]] = []

    @property
    def root(self) -> bytes:
        """Root of the log so far."""
        return self._channel.log.root

    async def begin(self, service: RelayService) -> None:
        """Take over what the relay has placed so far: who is enrolled. Then both bots speak."""
        log = self._channel.log
        anybody = next(iter(self._people.values()))
        relay = service.channel(self._channel.id, anybody.id)
        served = await relay.entries(0)
        for envelope in served.envelopes[log.size :]:
            self._channel.place(envelope)
        for each in self._people.values():
            following, each.previous = log.next_sequence(each.id)
            each.sequence = following - 1
        self.beat(START)

    def say(self, content: Content, party: str) -> bytes:
        """Seal, sign, place and fold a statement; one that is refused fails whoever plays."""
        author = self._people[party, content.header.acting_role]
        envelope, body = self._channel.seal(author, encode_content(content), sent_at=self.now)
        said = self._place(author, envelope, body)
        self.state, outcome = fold.apply(self.state, content, said)
        assert outcome.status == "applied", f"{content.KIND}: {outcome}"
        return said.statement

    def beat(self, at: int) -> None:
        """Let the bots speak."""
        self.now = at
        for author in (each for each in self._people.values() if each.role == roles.BOT):
            size = self._channel.log.size
            payload = Heartbeat(dated=at, verified=size, held=size)
            envelope = self._channel.clear(author, payload, sent_at=at)
            said = self._place(author, envelope, b"")
            self.state = fold.heard(self.state, payload, said)

    def _place(self, author: Person, envelope: bytes, body: bytes) -> Said:
        entry: Entry = self._channel.place(envelope)
        assert entry.statement is not None
        assert entry.member is not None
        self._made.append((author, envelope, body))
        return said_of(entry, entry.statement, entry.member)

    async def submit(self, service: RelayService) -> None:
        """Place everything at the relay, in the same order."""
        for start in range(0, len(self._made), _TOGETHER):
            answers = await asyncio.gather(
                *(
                    service.channel(self._channel.id, author.id).submit(envelope, body)
                    for author, envelope, body in self._made[start : start + _TOGETHER]
                )
            )
            indices = [each.index for each in answers]
            assert indices == list(range(indices[0], indices[0] + len(indices)))
