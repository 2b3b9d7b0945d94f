"""What a scenario is turned into: acts, each by one person, in the order in which they are sent."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Awaitable, Callable
from typing import Protocol

from paraph.client.channel.desk import Desk
from paraph.client.keys.home import Book
from paraph.client.sending.sent import Sent
from paraph.client.writing.composing import Manner
from paraph.protocol.keys import Signer
from paraph.protocol.names import ChannelId
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import ContentHeader, Mention


class Rank(enum.IntEnum):
    """Order of acts of one instant: what is referred to stands before what refers to it."""

    CLOCK = 0
    OPEN = 1
    MANDATE = 2
    PROPOSE = 3
    TABLE = 4
    CONFIRM = 5
    COMMENT = 6
    REPLY = 7
    PAPER = 8
    ANSWER = 9
    DISPATCH = 10
    RECEIPT = 11
    FINDING = 12
    POSITION = 13
    SILENCE = 14
    CONFERENCE = 15
    CONCLUDE = 16
    CLOSE = 17


class Teller(Protocol):
    """What an act needs to be said: a desk, and the statements that stand already."""

    @property
    def desk(self) -> Desk:
        """The desk of whoever says it, in the channel where it is said."""
        ...

    @property
    def negotiation(self) -> bytes:
        """Id of the negotiation."""
        ...

    @property
    def shared(self) -> ChannelId:
        """The channel of both parties."""
        ...

    @property
    def manner(self) -> Manner:
        """How it is said: with the instant that the scenario claims."""
        ...

    @property
    def signer(self) -> Signer:
        """The key of the desk: an initial and a signature are signed by themselves too."""
        ...

    @property
    def book(self) -> Book:
        """What the home of the desk has verified."""
        ...

    def header(self) -> ContentHeader:
        """Return the header of a record that claims the act's instant."""
        ...

    def statement(self, name: str) -> bytes:
        """Return the statement id of something that the scenario calls *name*."""
        ...

    def mention(self, name: str) -> Mention:
        """Return the statement that is called *name*, or the bare name while there is none."""
        ...

    async def holder(self, person: str) -> bytes:
        """Return the opaque holder id of a person in the shared channel."""
        ...

    async def say(self, content: Content) -> Sent:
        """Say a record."""
        ...


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something said by one person.

    Attributes:
        at: Instant of its turn, POSIX ms.
        dated: Instant that it claims; earlier where it left later, with a dispatch.
        rank: Order among acts of one instant.
        by: Id of the person.
        kind: What it is, in words.
        name: What the scenario calls it; later acts refer to it by that.
        say: Says it.
        internal: In the party's internal channel.
        refers: Names that must stand before it.
        is_receipt: Nobody's bot answers it.
    """

    at: int
    dated: int = 0
    rank: Rank
    by: str
    kind: str
    name: str
    say: Callable[[Teller], Awaitable[Sent]]
    internal: bool = False
    refers: tuple[str, ...] = ()
    is_receipt: bool = False


@dataclasses.dataclass(frozen=True, slots=True)
class Beat:
    """Nobody says anything: the bots of both sides give a sign of life, and log time moves on."""

    at: int
    rank: Rank = Rank.CLOCK


def record(make: Callable[[Teller], Content]) -> Callable[[Teller], Awaitable[Sent]]:
    """Return what says the record that *make* makes."""

    async def say(teller: Teller) -> Sent:
        return await teller.say(make(teller))

    return say
