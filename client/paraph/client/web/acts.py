"""What a person means to say, kept in memory until it is sent or put away.

Locking the desk keeps it, ending the process loses it. What is worth more than a click is composed
from a draft, which is kept on disk.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Final

from aiohttp import web

from paraph.client.negotiating.leaving import Outlook
from paraph.client.sending.sent import Sent
from paraph.client.web.typed import Typed
from paraph.protocol.errors import InputError, ParaphError
from paraph.protocol.names import ChannelId
from paraph.protocol.statements.content import Content

MOST: Final = 64
"""Acts that are kept; then the oldest is dropped, of those that are done first."""


@dataclasses.dataclass(slots=True)
class Act:
    """Something that a person means to say.

    Attributes:
        id: Random; names it in its address.
        channel: The shared channel.
        role: Role of the key that will sign.
        contents: The records that were not said yet, in their order.
        back: Where the person came from, and goes if it is not said.
        after: Where the person goes once it is said.
        files: To be sealed with the last record.
        exclusive: The last is placed only if nobody else said anything meanwhile.
        precedence: Of the last.
        draft: Number of the kept draft that it was made from; 0 if of none.
        size: Entries that were known when it was proposed: what is newer came meanwhile.
        typed: The fields of the form that it was made from; nothing of a draft or a button.
        branches: Whether it was composed, on purpose, on a version that was no head any more.
        last: What was handed to the outbox at last, to be said anew if it can never be placed.
        cleared: What was let go already, where only the first of several could be said.
        trouble: Why the last attempt was not taken; nothing before it.
        is_leaving: Whether it is being sent just now: nobody puts it away meanwhile.
        is_away: Whether it was put away: nobody sends it any more.
        sent: What became of it; nothing before it was said.
        looked: What was said of it last, after what that depends on.
    """

    id: str
    channel: ChannelId
    role: str
    contents: tuple[Content, ...]
    back: str
    after: str
    files: tuple[Path, ...]
    exclusive: bool
    precedence: str
    draft: int
    size: int
    typed: Typed | None = None
    branches: bool = False
    last: tuple[Content, ...] = ()
    cleared: Outlook | None = None
    trouble: ParaphError | None = None
    is_leaving: bool = False
    is_away: bool = False
    sent: Sent | None = None
    looked: tuple[tuple[object, ...], Outlook] | None = None

    @property
    def about(self) -> bytes:
        """The negotiation that it is about."""
        return (self.contents or self.last)[-1].header.negotiation


def put_away() -> InputError:
    """Return that an act is not kept any more."""
    return InputError(
        "what you meant to say is not kept any more: it was put away, or the desk was started anew",
        code="unknown-act",
        hint="nothing was sent. Drafts are kept; say the rest anew",
    )


class Acts:
    """The acts of one running desk, by id."""

    def __init__(self) -> None:
        self._acts: dict[str, Act] = {}

    def keep(self, act: Act) -> None:
        """Keep one more."""
        if len(self._acts) >= MOST:
            acts = self._acts.values()
            self.drop(min(acts, key=lambda each: (each.is_leaving, each.sent is None)))
        self._acts[act.id] = act

    def find(self, identity: str) -> Act:
        """Return the act of that id.

        Raises:
            InputError: Code ``unknown-act``: it was put away, or the desk was started anew.
        """
        found = self._acts.get(identity)
        if found is None:
            raise put_away()
        return found

    def drop(self, act: Act) -> None:
        """Forget one."""
        act.is_away = True
        self._acts.pop(act.id, None)

    def open(self) -> tuple[Act, ...]:
        """Return what was proposed and not said, oldest first."""
        return tuple(each for each in self._acts.values() if each.sent is None)


ACTS: Final = web.AppKey("acts", Acts)
