"""The internal side of a home: its internal channel, and a mandate kept in the home alone.

A person's own party talks about what leaves in a channel that the other side has no part in. Where
a party has none, its mandate may be kept in the home (`paraph mandate set --here`), and who
confirmed a trip word is noted in a file beside it: nothing of either is ever said anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from paraph.client.channel.desk import Desk
from paraph.client.channel.tools import Tools
from paraph.client.files import read_private, write_atomically
from paraph.client.keys import cards
from paraph.client.keys.home import ChannelHome, Home
from paraph.client.keys.vault import Vault
from paraph.protocol.documents import Charter
from paraph.protocol.errors import InputError, UnavailableError
from paraph.protocol.names import ChannelId
from paraph.protocol.schema import CONTENT
from paraph.protocol.sentences import worded
from paraph.protocol.statements.internal import MandateSet, TripHit

MANDATE_FILE: Final = "mandate"
AUTHORITY_FILE: Final = "authority.log"


def charter_of(folder: ChannelHome) -> Charter:
    """Return what the parties of a channel of this home have agreed."""
    return Charter.decode(cards.read(folder.charter, cards.CharterFile).charter.body)


def is_internal(folder: ChannelHome) -> bool:
    """Tell whether a channel of this home has one party only: its own."""
    return len(charter_of(folder).parties) == 1


def internal_of(home: Home) -> ChannelHome | None:
    """Return the one internal channel of a home; nothing where there is none."""
    found = [each for each in home.channels() if is_internal(each)]
    return found[0] if len(found) == 1 else None


def languages_of(home: Home) -> tuple[str, ...]:
    """Return the working languages of every channel of a home, ascending."""
    return tuple(
        sorted({each for folder in home.channels() for each in charter_of(folder).languages})
    )


def no_internal_channel() -> InputError:
    """Return the error of what needs an internal channel."""
    return InputError(
        "this party has no internal channel in this home",
        code="no-internal-channel",
        hint="paraph member request with its charter file joins your party's; paraph channel"
        " internal --relay CARD founds one, best on a relay of your own",
    )


def open_internal(
    home: Home, vault: Vault, tools: Tools, role: str | None = None, *, offline: bool = False
) -> Desk | None:
    """Open a desk in the internal channel of a home; nothing where there is none.

    Args:
        home: The home.
        vault: Its open key file.
        tools: The way to the relay, and the clock.
        role: The role that is wanted; where this home has none of it there, the usual choice.
        offline: Give it no way to the relay.

    Raises:
        InputError: No key of this home is in it, or several.
    """
    folder = internal_of(home)
    if folder is None:
        return None
    link = None if offline else tools.link(folder.relay)
    try:
        return Desk.open(home, vault, folder, role, link, clock=tools.now)
    except InputError:
        if role is None:
            raise
        return Desk.open(home, vault, folder, None, link, clock=tools.now)


async def refresh(desk: Desk, *, offline: bool = False) -> tuple[str, ...]:
    """Fetch and read what is new in an internal channel.

    Returns:
        What somebody who relies on it should know: the relay is away, or reading stopped early.
    """
    desk.read()
    found = []
    if not offline:
        try:
            await desk.sync()
        except UnavailableError as error:
            found.append(f"{error}; known is what was verified before")
    if desk.reader.halt is not None:
        found.append(desk.reader.up_to)
    return tuple(found)


def local_mandate(home: Home) -> MandateSet | None:
    """Return the mandate that is kept in this home alone, if there is one."""
    path = home.path / MANDATE_FILE
    if not path.exists():
        return None
    return MandateSet.decode(read_private(path, worded("the mandate of this home"), CONTENT.size))


def keep_mandate(home: Home, mandate: MandateSet) -> None:
    """Keep a mandate in this home alone, in the place of the one before.

    Raises:
        InputError: This home has an internal channel, where it belongs.
    """
    if internal_of(home) is not None:
        raise InputError(
            "expected a mandate for the internal channel, which this home has",
            hint="leave out --here",
        )
    write_atomically(home.path / MANDATE_FILE, mandate.encode())


def note_authority(
    home: Home, who: str, channel: ChannelId, hits: Sequence[TripHit], at: int
) -> None:
    """Note in this home alone who confirmed trip words, and when.

    Args:
        home: The home.
        who: In words.
        channel: The shared channel in which the words leave.
        hits: The trip words.
        at: POSIX ms.
    """
    path = home.path / AUTHORITY_FILE
    line = json.dumps(
        {
            "at": at,
            "who": who,
            "channel": channel.hex(),
            "hits": [[each.where, each.word, each.found] for each in hits],
        },
        ensure_ascii=False,
    )
    path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
