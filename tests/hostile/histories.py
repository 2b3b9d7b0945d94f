"""Two histories of one channel, and what their authors say in each."""

from __future__ import annotations

import copy
from typing import TypedDict

from paraph.protocol.keys import PublicKey, SealingPublicKey
from paraph.protocol.log import ChannelLog
from tests.support.channel import Channel
from tests.support.parties import Person


def copy_of(log: ChannelLog) -> ChannelLog:
    """Return a log that grows on its own from here; keys are shared, since they never change."""
    shared: dict[int, object] = {id(log.charter): log.charter}
    keys: list[PublicKey | SealingPublicKey | None] = []
    for party in log.trust.parties.values():
        keys += [*party.roots.values(), party.archive]
    for member in log.trust.members():
        keys += [member.key, member.sealing]
    shared |= {id(each): each for each in keys}
    shared |= {id(each): each for party in log.trust.parties.values() for each in party.manifests}
    return copy.deepcopy(log, shared)


def view_of(channel: Channel) -> Channel:
    """Return the channel as somebody else may be shown it: the same until one of them grows."""
    view = copy.copy(channel)
    view.log = copy_of(channel.log)
    view.envelopes = list(channel.envelopes)
    return view


class Number(TypedDict):
    """The place of a statement in what its key says."""

    sequence: int
    previous: bytes


def next_number(view: Channel, author: Person) -> Number:
    """Return the number that *author* would take in this history."""
    sequence, previous = view.log.next_sequence(author.id)
    return {"sequence": sequence, "previous": previous}


def say(view: Channel, author: Person, record: bytes = b"words") -> tuple[bytes, bytes]:
    """Return what *author*, who believes in this history, says next: envelope and body."""
    return view.seal(author, record, **next_number(view, author))


def beat(view: Channel, bot: Person) -> bytes:
    """Return the heartbeat of a bot that believes in this history."""
    bot.sequence, bot.previous = view.log.next_sequence(bot.id)
    bot.sequence -= 1
    return view.heartbeat(bot)
