"""Play a scenario: every act by the desk of whoever did it, over sockets, in order."""

from __future__ import annotations

import dataclasses
import os
import time
from collections.abc import Callable
from typing import Final

from paraph.client.composing import DispatchDraft, Manner, VersionDraft
from paraph.client.demo import script
from paraph.client.demo.bots import Bots
from paraph.client.demo.cast import Cast
from paraph.client.demo.script import (
    Acknowledge,
    Act,
    Answer,
    Confirm,
    Dispatched,
    Open,
    Say,
    Table,
)
from paraph.client.desk import Desk
from paraph.client.drafts import Opening
from paraph.client.scenario.model import Comment, Dispatch, Scenario, Version
from paraph.client.sent import NEGOTIATION_SIZE, Sent
from paraph.protocol.errors import UnavailableError
from paraph.protocol.names import ZERO, ChannelId
from paraph.protocol.statements.exchanges import Anchor
from paraph.protocol.statements.header import (
    JOINT,
    NO_RELATION,
    Mention,
    NamedMention,
    Relation,
    StatementMention,
    to_mentions,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Played:
    """One act as it was placed.

    Attributes:
        act: From the scenario.
        party: Who said it.
        role: In which role.
        kind: What, in a word.
        name: The scenario's name of it.
        channel: Where.
        dated: The instant that it claims, POSIX ms.
        sent: What became of it.
        accepted_at: When its proof was verified, this machine's clock, POSIX ms.
    """

    act: Act
    party: str
    role: str
    kind: str
    name: str
    channel: ChannelId
    dated: int
    sent: Sent
    accepted_at: int


class Play:
    """The scenario on stage.

    Attributes:
        played: What was placed, in order.
    """

    def __init__(self, scenario: Scenario, cast: Cast, bots: Bots) -> None:
        self._scenario: Final = scenario
        self._cast: Final = cast
        self._bots: Final = bots
        self._negotiation: Final = os.urandom(NEGOTIATION_SIZE)
        self._statements: dict[str, bytes] = {}
        self.played: list[Played] = []

    async def run(self, progress: Callable[[int, int], None]) -> None:
        """Play every act.

        Args:
            progress: Called with acts done and acts in all.

        Raises:
            ParaphError: Something was refused that the scenario says was done.
        """
        acts = script.acts(self._scenario)
        for number, act in enumerate(acts, start=1):
            await self._cast.renew(act.at)
            await self._bots.renew(act.at)
            await self._place(act)
            progress(number, len(acts))

    async def _place(self, act: Act) -> None:
        channel = await self._channel_of(act)
        desk = await self._cast.desk(act.by, channel)
        await desk.sync()
        kind, name = _described(self._scenario, act)
        sent = await self._say(desk, act)
        if not sent.is_logged:
            raise UnavailableError(f"{kind} {name} was not placed: {sent.reason or sent.state}")
        self._statements[name] = sent.id
        accepted = time.time_ns() // 1_000_000
        self.played.append(
            Played(act, desk.party, desk.role, kind, name, channel, _dated(act), sent, accepted)
        )
        if channel == self._cast.channel and not isinstance(act, Acknowledge):
            await self._bots.acknowledged(channel, desk.party, sent.id)

    async def _channel_of(self, act: Act) -> ChannelId:
        if not isinstance(act, Say | Answer) or not act.comment.internal:
            return self._cast.channel
        party = self._cast.players[act.by].person.party
        if self._cast.houses[party].internal is None:
            people = _internal_people(self._scenario, party)
            channel = await self._cast.found_internal(party, people, act.at)
            await self._bots.start(party, channel)
        channel_found = self._cast.houses[party].internal
        assert channel_found is not None
        return channel_found

    async def _say(self, desk: Desk, act: Act) -> Sent:
        manner = Manner(dated=_dated(act))
        match act:
            case Open():
                return await desk.open_negotiation(
                    _opening(self._scenario), negotiation=self._negotiation, manner=manner
                )
            case Table(version=version):
                return await desk.send_version(self._draft(version), manner=manner)
            case Confirm(version=name):
                return await desk.confirm(self._statements[name], manner=manner)
            case Say(comment=comment):
                return await self._comment(desk, comment)
            case Answer(comment=comment, reply=reply):
                return await desk.reply(
                    self._statements[comment.id],
                    reply.body,
                    negotiation=self._negotiation,
                    manner=manner,
                )
            case Dispatched(dispatch=dispatch):
                return await self._dispatch(desk, dispatch)
            case Acknowledge(dispatch=name):
                subjects = [self._statements[name]]
                return await desk.acknowledge(subjects, rung="in_charge", manner=manner)

    def _draft(self, version: Version) -> VersionDraft:
        parents = (self._statements[version.parent],) if version.parent else ()
        return VersionDraft(
            clauses=version.clauses,
            operations=version.operations,
            parents=parents,
            kind=version.kind,
            author=version.author if version.author == JOINT else "",
            round=version.round,
            language_status=version.language_status,
        )

    async def _comment(self, desk: Desk, comment: Comment) -> Sent:
        # An internal comment stands in another channel and names the shared statement it is about.
        version = self._statements[comment.version]
        relates = Relation(channel=self._cast.channel, statement=version)
        manner = Manner(dated=comment.at, relates_to=relates if comment.internal else NO_RELATION)
        anchor = Anchor(
            version=version,
            cid=comment.cid,
            language=comment.language if comment.cid else "",
            exact=comment.exact,
            prefix=comment.prefix,
            suffix=comment.suffix,
        )
        return await desk.comment(
            comment.body,
            kind=comment.kind,
            anchor=anchor,
            negotiation=self._negotiation,
            manner=manner,
        )

    async def _dispatch(self, desk: Desk, dispatch: Dispatch) -> Sent:
        broken = dispatch.breaks_silence
        draft = DispatchDraft(
            kind=dispatch.kind,
            author=dispatch.author if dispatch.author == JOINT else "",
            carries=to_mentions(self._mention(name) for name in dispatch.carries),
            in_reply_to=self._statements.get(dispatch.in_reply_to, ZERO),
            breaks_silence=NamedMention(name=broken) if broken else None,
            body=dispatch.body,
        )
        manner = Manner(dated=dispatch.at, without_prejudice=dispatch.without_prejudice)
        return await desk.dispatch(draft, manner=manner)

    def _mention(self, name: str) -> Mention:
        statement = self._statements.get(name)
        return StatementMention(statement=statement) if statement else NamedMention(name=name)


def _dated(act: Act) -> int:
    # What is said claims its own instant, also where it leaves later with a dispatch.
    match act:
        case Say(comment=comment):
            return comment.at
        case Answer(reply=reply):
            return reply.at
        case Acknowledge(receipt=receipt):
            return receipt.at
        case _:
            return act.at


def _opening(scenario: Scenario) -> Opening:
    return Opening(
        titles=scenario.titles,
        instrument=scenario.instrument,
        legal_character=scenario.legal_character,
        prevailing=scenario.prevailing,
        banners=scenario.banner,
        classification=scenario.classification,
        releasable_to=scenario.releasable_to,
    )


def _described(scenario: Scenario, act: Act) -> tuple[str, str]:
    # What an act is in a word, and the scenario's name of it.
    match act:
        case Open():
            return "opening", scenario.id
        case Table(version=version):
            return f"version, {version.kind}", version.id
        case Confirm(version=name):
            return "confirmation", f"{name} confirmed"
        case Say(comment=comment):
            where = "internal comment" if comment.internal else "comment"
            return f"{where}, {comment.kind}", comment.id
        case Answer(comment=comment, number=number):
            return "reply", f"{comment.id} reply {number + 1}"
        case Dispatched(dispatch=dispatch):
            return f"dispatch, {dispatch.kind}", dispatch.id
        case Acknowledge(dispatch=name):
            return "receipt", f"{name} received"


def _internal_people(scenario: Scenario, party: str) -> set[str]:
    own = {person.id for person in scenario.parties[party].people}
    authors = {comment.by for comment in scenario.comments if comment.internal}
    authors |= {
        reply.by for comment in scenario.comments if comment.internal for reply in comment.replies
    }
    return authors & own
