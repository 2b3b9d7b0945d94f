"""Bots: typed events, at least once; receipts and signs of life, and nothing else.

A bot's key can acknowledge by machine (``fetched``: ok or cannot_open), give heartbeats, and say
``unopened`` and ``opened``. It can never table, comment, agree or sign: its outbox, the relay and
every reader of the log refuse that (SPEC 5.4). Everything a bot author needs stands here::

    from paraph.client.bot import Bot, Context, Event, VersionTabled

    bot = Bot()

    @bot.on(VersionTabled, where=lambda event: not event.is_own)
    async def tell(event: Event[VersionTabled], ctx: Context) -> None:
        ctx.acknowledge()
"""

from paraph.client.bot.blocking import BlockingBot
from paraph.client.bot.bot import Bot
from paraph.client.bot.engine import Context, Reject, Retry
from paraph.client.bot.events import CannotOpen, Event, NotAddressed, UnknownEvent
from paraph.client.bot.harness import Harness
from paraph.client.bot.memory import Parked
from paraph.client.bot.notices import Hook, Notice
from paraph.client.bot.stock import StockBot, run
from paraph.protocol.statements.clear import (
    EnrolEntry,
    Heartbeat,
    ManifestEntry,
    Opened,
    RevokeEntry,
    SuspendEntry,
    Unopened,
    Withdraw,
)
from paraph.protocol.statements.exchanges import (
    AcknowledgementGiven,
    CommentMade,
    DispatchSent,
)
from paraph.protocol.statements.versions import (
    NegotiationOpened,
    VersionConfirmed,
    VersionTabled,
)

__all__ = [
    "AcknowledgementGiven",
    "BlockingBot",
    "Bot",
    "CannotOpen",
    "CommentMade",
    "Context",
    "DispatchSent",
    "EnrolEntry",
    "Event",
    "Harness",
    "Heartbeat",
    "Hook",
    "ManifestEntry",
    "NegotiationOpened",
    "NotAddressed",
    "Notice",
    "Opened",
    "Parked",
    "Reject",
    "Retry",
    "RevokeEntry",
    "StockBot",
    "SuspendEntry",
    "UnknownEvent",
    "Unopened",
    "VersionConfirmed",
    "VersionTabled",
    "Withdraw",
    "run",
]
