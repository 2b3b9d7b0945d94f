"""A desk: one person's key in one channel, and everything that may be said with it.

What is said is checked by the fold first, sealed to everyone who must read it, durable in the
outbox before a byte leaves, and sent again with the same bytes until the log proves its place::

    async with Desk.open(home, vault, channel, "desk_officer", link) as desk:
        await desk.sync()
        sent = await desk.comment("Why three miles?", kind="question")
        print(sent.state, sent.index)

Without a link the desk reads and queues. The command line, bots and the demonstration use it
alike; times may be given, so that an exercise can play another year.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable

from paraph.client.channel.seat import Seat
from paraph.client.sending.sent import Sent, sent_of
from paraph.client.sending.staging import listed
from paraph.client.writing import composing
from paraph.client.writing.composing import PLAIN, DispatchDraft, Manner, VersionDraft
from paraph.client.writing.drafts import Opening
from paraph.protocol import roles
from paraph.protocol.errors import UnavailableError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state import State
from paraph.protocol.statements.clear import Heartbeat
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import NO_ANCHOR, Anchor
from paraph.protocol.statements.header import NO_NEGOTIATION, ContentHeader, Mention

Door = Callable[["Desk", tuple[Content, ...]], Awaitable[tuple[Content, ...]]]


class Desk(Seat):
    """One key in one channel. Made by :meth:`open`; use it in ``async with``.

    Attributes:
        door: Sees everything before it is sealed; gives it back, or what to say in its place.
    """

    door: Door | None = None

    async def open_negotiation(
        self, opening: Opening, *, negotiation: bytes | None = None, manner: Manner = PLAIN
    ) -> Sent:
        """Open a negotiation.

        Args:
            opening: What it is about.
            negotiation: Its id, 16 bytes; a new random one if not given.
            manner: How it is said.
        """
        identity = negotiation or composing.new_negotiation()
        return await self.say(composing.opened(self.header(identity, manner), opening))

    async def send_version(
        self,
        draft: VersionDraft,
        *,
        manner: Manner = PLAIN,
        exclusive: bool = False,
    ) -> Sent:
        """Table a version in the one negotiation that there is.

        Args:
            draft: The text or its changes.
            manner: How it is said.
            exclusive: Place it only if nobody else said anything since this desk last looked.

        Raises:
            OutOfTurnError: Code ``parent-not-head``.
            RefusedError: Not for this role, too large, or the key has ended.
            InputError: It does not fit what stands in the log.
        """
        state = self.state
        roles.require(self.role, "table")
        identity = composing.choose_negotiation(state, None)
        content, _ = composing.tabled(state, self.header(identity, manner), draft, self.party)
        return await self.say(content, exclusive=exclusive)

    async def confirm(
        self, version: bytes, *, negotiation: bytes | None = None, manner: Manner = PLAIN
    ) -> Sent:
        """Confirm that a version is the text that this party knows."""
        state = self.state
        identity = composing.choose_negotiation(state, negotiation)
        return await self.say(composing.confirmed(state, self.header(identity, manner), version))

    async def comment(
        self,
        body: str,
        *,
        kind: str = "question",
        anchor: Anchor = NO_ANCHOR,
        resolves: bytes = ZERO,
        resolved_by: Mention | None = None,
        negotiation: bytes | None = None,
        manner: Manner = PLAIN,
        precedence: str = "routine",
    ) -> Sent:
        """Comment on the text or on the whole; or close a thread with *resolves*."""
        identity = composing.negotiation_about(self.state, negotiation, resolves)
        content = composing.commented(
            self.header(identity, manner),
            body,
            kind=kind,
            anchor=anchor,
            resolves=resolves,
            resolved_by=resolved_by,
        )
        return await self.say(content, precedence=precedence)

    async def reply(
        self,
        comment: bytes,
        body: str,
        *,
        kind: str = "answer",
        resolves: bool = False,
        resolved_by: Mention | None = None,
        negotiation: bytes | None = None,
        manner: Manner = PLAIN,
    ) -> Sent:
        """Answer a comment, and close its thread if *resolves*."""
        identity = composing.negotiation_about(self.state, negotiation, comment)
        content = composing.commented(
            self.header(identity, manner),
            body,
            kind=kind,
            in_reply_to=comment,
            resolves=comment if resolves else ZERO,
            resolved_by=resolved_by,
        )
        return await self.say(content)

    async def dispatch(
        self,
        draft: DispatchDraft,
        *,
        negotiation: bytes | None = None,
        manner: Manner = PLAIN,
        precedence: str = "routine",
    ) -> Sent:
        """Send a dispatch; its number is the next of its author's series.

        Args:
            draft: Kind, enclosures, covering words.
            negotiation: Which one; the one there is, if not given.
            manner: How it is said.
            precedence: flash, immediate, priority or routine.
        """
        state = self.state
        identity = composing.choose_negotiation(state, negotiation)
        content = composing.dispatched(state, self.header(identity, manner), draft, self.party)
        return await self.say(content, precedence=precedence)

    async def acknowledge(
        self,
        subjects: Iterable[bytes],
        *,
        rung: str = "displayed",
        outcome: str = "ok",
        reason: str = "",
        manner: Manner = PLAIN,
    ) -> Sent:
        """Say how far this party has come with statements of the other side."""
        listed = list(subjects)
        entry = self.reader.state.entries.get(listed[0]) if listed else None
        identity = entry.negotiation if entry else NO_NEGOTIATION
        header = self.header(identity, manner)
        return await self.say(
            composing.acknowledged(header, listed, rung=rung, outcome=outcome, reason=reason)
        )

    async def heartbeat(self, *, dated: int = 0) -> Sent:
        """Give a sign of life: verified up to here, bodies held up to there (bots only).

        Args:
            dated: POSIX ms; free in an exercise only, where this desk's clock is not the year.
        """
        roles.require(self.role, "heartbeat")
        self._require_in_force()
        row = self.outbox.prepare_heartbeat(dated=dated)
        return await self._send(sent_of(row, Heartbeat.KIND, NO_NEGOTIATION))

    async def say(
        self,
        content: Content,
        *,
        exclusive: bool = False,
        precedence: str = "routine",
    ) -> Sent:
        """Check, seal, keep and send any content record.

        Args:
            content: The record; its header acts in this desk's role.
            exclusive: Place it only if nobody else said anything since this desk last looked.
            precedence: flash, immediate, priority or routine.

        Returns:
            What became of it: logged, or still in the outbox if the relay did not answer.

        Raises:
            RefusedError: Not for this role, the key has ended, or it can never be placed.
            OutOfTurnError: Somebody was first.
            InputError: It does not fit what stands in the log.
        """
        composing.require_role(self.role, content)
        self._require_in_force()
        self.foresee(self.folded, content)
        if self.door is not None:
            (content,) = await self.door(self, (content,))
            self.foresee(self.folded, content)
        row = self.outbox.prepare_sealed(
            content,
            exclusive=exclusive,
            precedence=precedence,
            attachments=listed(content.header),
        )
        self._said.append((row.id, content))
        return await self._send(sent_of(row, content.KIND, content.header.negotiation))

    def foresee(self, state: State, content: Content) -> State:
        """Return the state that *content*, said by this desk next, would lead to; as for say."""
        if self.screen.held:
            self.screen.require_shown(self.folded, content)
        return composing.try_fold(state, content, self._said_now(state, os.urandom(32)))

    async def _send(self, sent: Sent) -> Sent:
        try:
            return await self.wait_logged(sent)
        except UnavailableError:
            return self.sent(sent)

    def header(self, negotiation: bytes, manner: Manner = PLAIN) -> ContentHeader:
        """Return the header of a record that this desk makes now, in its role."""
        return composing.header(negotiation, self.role, manner, self._clock())
