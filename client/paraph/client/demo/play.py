"""Play a scenario: every act by the desk of whoever does it, over sockets, in order."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.demo import script
from paraph.client.demo.bots import Bots
from paraph.client.demo.cast import Cast
from paraph.client.demo.script import Act, Beat
from paraph.client.demo.script.papers import draft_names
from paraph.client.keys.home import Book
from paraph.client.scenario.model import Scenario
from paraph.client.sending.sent import Sent
from paraph.client.writing import composing
from paraph.client.writing.composing import Manner
from paraph.protocol.errors import UnavailableError
from paraph.protocol.keys import Signer
from paraph.protocol.names import ChannelId
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.header import (
    ContentHeader,
    Mention,
    NamedMention,
    StatementMention,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Played:
    """One act as it was placed.

    Attributes:
        act: From the scenario.
        party: Who said it.
        role: In which role.
        channel: Where.
        sent: What became of it.
        accepted_at: When its proof was verified, this machine's clock, POSIX ms.
    """

    act: Act
    party: str
    role: str
    channel: ChannelId
    sent: Sent
    accepted_at: int

    @property
    def dated(self) -> int:
        """The instant that it claims, POSIX ms."""
        return self.act.dated or self.act.at


class Play:
    """The scenario on stage.

    Attributes:
        negotiation: Id of the negotiation.
        statements: Statement ids, by what the scenario calls them.
        played: What was placed, in order.
    """

    def __init__(self, scenario: Scenario, cast: Cast, bots: Bots) -> None:
        self._scenario: Final = scenario
        self._drafts: Final = draft_names(scenario)
        self.cast: Final = cast
        self._bots: Final = bots
        self.negotiation: Final = composing.new_negotiation()
        self.statements: dict[str, bytes] = {}
        self.played: list[Played] = []

    async def run(self, progress: Callable[[int, int], None], *, before: int | None = None) -> None:
        """Play every act.

        Args:
            progress: Called with acts done and acts in all.
            before: Acts of this instant and later are not played, POSIX ms.

        Raises:
            ParaphError: Something was refused that the scenario says was done.
        """
        acts = [act for act in script.acts(self._scenario) if before is None or act.at < before]
        for number, act in enumerate(acts, start=1):
            await self.cast.renew(act.at)
            await self._bots.renew(act.at)
            if isinstance(act, Beat):
                await self._bots.beat(self.cast.channel)
            else:
                await self._place(act)
            progress(number, len(acts))

    def known(self, name: str) -> bytes | None:
        """Return the statement that the scenario calls *name*; nothing while there is none."""
        return self.statements.get(self._drafts.get(name, name))

    async def _place(self, act: Act) -> None:
        channel = await self._channel_of(act)
        desk = await self.cast.desk(act.by, channel)
        await desk.sync()
        sent = await act.say(Voice(self, act, desk))
        if not sent.is_logged:
            raise UnavailableError(
                f"{act.kind} {act.name} was not placed: {sent.reason or sent.state}"
            )
        self.statements[act.name] = sent.id
        accepted = time.time_ns() // 1_000_000
        self.played.append(Played(act, desk.party, desk.role, channel, sent, accepted))
        if not act.is_receipt and channel == self.cast.channel:
            await self._bots.acknowledged(channel, desk.party, sent.id)

    async def _channel_of(self, act: Act) -> ChannelId:
        if not act.internal:
            return self.cast.channel
        party = self._scenario.people[act.by].party
        house = self.cast.houses[party]
        if house.internal is None:
            speakers = {
                each.by
                for each in script.acts(self._scenario)
                if isinstance(each, Act) and each.internal
            }
            own = {name for name in speakers if self._scenario.people[name].party == party}
            channel = await self.cast.found_internal(party, own, act.at)
            await self._bots.start(party, channel)
        assert house.internal is not None
        return house.internal


class Voice:
    """What an act is told with (:class:`paraph.client.demo.script.Teller`).

    Attributes:
        desk: The desk of whoever says it.
        manner: How it is said: with the instant that the scenario claims.
    """

    def __init__(self, play: Play, act: Act, desk: Desk) -> None:
        self._play: Final = play
        self._player: Final = play.cast.players[act.by]
        self.desk: Final = desk
        self.manner: Final = Manner(dated=act.dated or act.at)

    @property
    def negotiation(self) -> bytes:
        """Id of the negotiation."""
        return self._play.negotiation

    @property
    def shared(self) -> ChannelId:
        """The channel of both parties."""
        return self._play.cast.channel

    @property
    def signer(self) -> Signer:
        """The key of the desk: an initial and a signature are signed by themselves too."""
        held = self._player.vault.content.held(self.desk.channel, self.desk.role)
        return next(each.signer for each in held if each.id == self.desk.outbox.key)

    @property
    def book(self) -> Book:
        """What the home of the desk has verified."""
        return self._player.home.book

    def header(self) -> ContentHeader:
        """Return the header of a record that claims the act's instant."""
        return self.desk.header(self.negotiation, self.manner)

    def statement(self, name: str) -> bytes:
        """Return the statement id of something that the scenario calls *name*."""
        found = self._play.known(name)
        if found is None:
            raise UnavailableError(f"{name} stands in no statement yet", code="scenario")
        return found

    def mention(self, name: str) -> Mention:
        """Return the statement that is called *name*, or the bare name while there is none."""
        found = self._play.known(name)
        return StatementMention(statement=found) if found else NamedMention(name=name)

    async def holder(self, person: str) -> bytes:
        """Return the opaque holder id of a person in the shared channel."""
        desk = await self._play.cast.desk(person, self.shared)
        await desk.sync()
        return desk.member.holder

    async def say(self, content: Content) -> Sent:
        """Say a record."""
        return await self.desk.say(content)
