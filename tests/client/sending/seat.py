"""One key with its own home, and something to say."""

from __future__ import annotations

from paraph.client.backoff import Backoff
from paraph.client.keys.home import ChannelHome
from paraph.client.log.replica import Replica
from paraph.client.sending.outbox import Outbox
from paraph.protocol.statements.exchanges import CommentMade
from tests.support import negotiating
from tests.support.channel import START, Channel
from tests.support.clock import at_once
from tests.support.parties import Person


class Desk:
    """One key with its own home."""

    def __init__(self, channel: Channel, person: Person, folder: ChannelHome) -> None:
        self.channel = channel
        self.person = person
        self.replica = (
            Replica.load(folder) if folder.exists else Replica.create(folder, channel.founding)
        )
        self.outbox = Outbox(
            self.replica,
            person.signing,
            now=lambda: START + 1,
            backoff=Backoff(sleep=at_once, fraction=lambda: 0.0),
        )


def note(body: str = "a comment") -> CommentMade:
    return negotiating.comment(body=body)
