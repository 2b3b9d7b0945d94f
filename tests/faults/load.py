"""A load of real clients that never give up, and what they know when the relay dies under them.

Each sender signs its statements once, keeps the bytes until it holds a proof, and sends the same
bytes again after every cut: the rule of the outbox (SPEC 8.4), without its database. A proof is
checked before it counts, and from then on the relay owes that statement for good.
"""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Callable

from paraph.client.transport import Transport, TransportChannel
from paraph.protocol import signed
from paraph.protocol.checkpoint import Checkpoint, verify_checkpoint
from paraph.protocol.errors import RefusedError, UnavailableError
from paraph.protocol.log import ChannelLog
from paraph.protocol.names import StatementId
from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.proof import verify_proof
from paraph.protocol.tree import leaf_hash
from paraph.protocol.wire import Entries, Placed
from tests.support.channel import ORIGIN_PREFIX, Channel
from tests.support.parties import Person

AT_ONCE = 6
"""Statements of one sender that are on their way together."""
IN_STOCK = 24
"""Statements of one sender that are signed before the relay starts."""
WAITABLE = frozenset({"gap", "busy", "quota", "session", "draining"})


@dataclasses.dataclass(frozen=True, slots=True)
class Signed:
    """A statement as it is sent, every time."""

    id: StatementId
    envelope: bytes
    body: bytes


@dataclasses.dataclass(frozen=True, slots=True)
class Accepted:
    """A statement that the relay has proven to be placed."""

    statement: Signed
    index: int
    head: Checkpoint


@dataclasses.dataclass(slots=True)
class Tally:
    """What was sent and what came back, over all runs of the relay.

    Attributes:
        sends: Submissions, repeated ones too.
        repeats: Submissions of a statement that was accepted before.
        unknown: Submissions whose answer never came.
        accepted: The first proof of each statement.
        moved: Statements that were later proven to stand elsewhere.
    """

    sends: int = 0
    repeats: int = 0
    unknown: int = 0
    accepted: dict[StatementId, Accepted] = dataclasses.field(default_factory=dict)
    moved: list[StatementId] = dataclasses.field(default_factory=list)


class Sender:
    """One key, and what it has to say.

    Args:
        channel: The channel.
        person: Whose key.
        make: Signs the next statement.
        tally: Where it is counted.
        chance: Chooses what is repeated.
    """

    def __init__(
        self,
        channel: Channel,
        person: Person,
        make: Callable[[], tuple[bytes, bytes]],
        tally: Tally,
        chance: random.Random,
    ) -> None:
        self.person = person
        self.pending: list[Signed] = []
        self._channel = channel
        self._make = make
        self._tally = tally
        self._chance = chance
        self._done: list[Signed] = []
        self._way: TransportChannel | None = None

    async def connect(self, transport: Transport) -> None:
        """Open a session with a relay that has just started."""
        self._way = await transport.open(self._channel.id, ORIGIN_PREFIX, self.person.signing)

    def stock(self, count: int = IN_STOCK) -> None:
        """Sign ahead, so that the load is the relay's and not the signing's."""
        while len(self.pending) < count:
            envelope, body = self._make()
            self.pending.append(Signed(signed.read(envelope).id, envelope, body))

    async def storm(self) -> None:
        """Send and send again until the connection breaks."""
        while await self._round():
            self.stock(AT_ONCE)

    async def settle(self) -> None:
        """Send until everything signed is accepted.

        Raises:
            RefusedError: The relay refuses for good what it has to take.
        """
        while self.pending:
            assert await self._round(), "the relay went away although nobody killed it"

    async def _round(self) -> bool:
        # Half of the rounds also repeat something accepted, under its own or other signature bytes.
        batch = self.pending[:AT_ONCE]
        again = [self._repeated()] if self._done and self._chance.random() < 0.5 else []
        results = await asyncio.gather(
            *(self._submit(each) for each in [*batch, *again]), return_exceptions=True
        )
        alive = True
        for each, result in zip([*batch, *again], results, strict=True):
            if isinstance(result, Placed):
                self._accept(each, result)
            elif isinstance(result, UnavailableError) or (
                isinstance(result, RefusedError) and result.code in WAITABLE
            ):
                self._tally.unknown += 1
                alive = alive and not isinstance(result, UnavailableError)
            elif isinstance(result, BaseException):
                raise result
        self.pending = [each for each in self.pending if each.id not in self._tally.accepted]
        return alive

    def _repeated(self) -> Signed:
        each = self._chance.choice(self._done)
        self._tally.repeats += 1
        if self._chance.random() < 0.5:
            return each
        return dataclasses.replace(each, envelope=self._channel.again(self.person, each.envelope))

    async def _submit(self, each: Signed) -> Placed:
        assert self._way is not None
        self._tally.sends += 1
        return await self._way.submit(each.envelope, each.body)

    def _accept(self, each: Signed, placed: Placed) -> None:
        envelope = placed.envelope or each.envelope
        assert signed.read(envelope).id == each.id, "answered with another statement"
        index, head = verify_proof(placed.proof, leaf_hash(envelope), self._channel.log_keys)
        before = self._tally.accepted.get(each.id)
        if before is None:
            original = dataclasses.replace(each, envelope=envelope)
            self._tally.accepted[each.id] = Accepted(original, index, head)
            self._done.append(original)
        elif before.index != index:
            self._tally.moved.append(each.id)


@dataclasses.dataclass(slots=True)
class Findings:
    """What is wrong with a log, in the end; empty lists mean that nothing is.

    Attributes:
        entries: Entries in it.
        lost: Accepted statements that do not stand where it was proven.
        twice: Statements that stand in it more than once, or void.
        gaps: Senders whose numbers are not 1 to n.
        heads: Heads that were signed and that the log does not lead to.
        root: Empty if the root recomputed over all entries is the one that is signed.
    """

    entries: int = 0
    lost: list[StatementId] = dataclasses.field(default_factory=list)
    twice: list[int] = dataclasses.field(default_factory=list)
    gaps: list[str] = dataclasses.field(default_factory=list)
    heads: list[int] = dataclasses.field(default_factory=list)
    root: str = ""

    @property
    def is_right(self) -> bool:
        """Whether nothing was found."""
        return not (self.lost or self.twice or self.gaps or self.heads or self.root)


async def examine(
    channel: Channel, way: TransportChannel, tally: Tally, senders: list[Sender]
) -> Findings:
    """Read the whole log as a stranger would, and compare it with what was accepted."""
    envelopes, note = await read_all(way)
    found = Findings(entries=len(envelopes))
    log = ChannelLog(envelopes[: len(channel.founding)])
    ids: dict[StatementId, int] = {}
    for envelope in envelopes[len(channel.founding) :]:
        entry = log.append(envelope)
        if entry.void or entry.id in ids:
            found.twice.append(entry.index)
        ids.setdefault(entry.id, entry.index)
    head = head_of(channel, note)
    if (log.size, log.root) != (head.size, head.root):
        found.root = "the entries do not lead to the head"
    for accepted in tally.accepted.values():
        at = accepted.index
        if at >= len(envelopes) or envelopes[at] != accepted.statement.envelope:
            found.lost.append(accepted.statement.id)
        if log.tree.root(accepted.head.size) != accepted.head.root:
            found.heads.append(accepted.head.size)
    found.lost += tally.moved
    for sender in senders:
        said = sum(1 for each in tally.accepted.values() if is_by(each, sender.person))
        if log.next_sequence(sender.person.id)[0] != sender.person.sequence + 1 or not said:
            found.gaps.append(f"{sender.person.party} {sender.person.role}")
    return found


def is_by(accepted: Accepted, person: Person) -> bool:
    """Tell whether a statement is by this key."""
    return signed.read(accepted.statement.envelope).statement.sender == person.id


async def read_all(way: TransportChannel) -> tuple[list[bytes], bytes]:
    """Return every entry of the log, and the note that covers them all."""
    envelopes: list[bytes] = []
    while True:
        served: Entries = await way.entries(len(envelopes))
        envelopes += served.envelopes
        if served.note and parse_head(parse_note(served.note).text).size == len(envelopes):
            return envelopes, served.note
        assert served.envelopes


def head_of(channel: Channel, note: bytes) -> Checkpoint:
    """Return a note's head, signatures checked."""
    return verify_checkpoint(note, channel.log_keys)
