"""Two notes of one log that contradict each other, as a record for a third party (SPEC 6.8).

Notes of one size need nothing else. Of two sizes the larger one's leaf hashes go with them: our
own entries give them where our note is the larger; where the relay's is, it is asked for its
entries once more, since a relay that goes on with another history serves it to somebody. One that
does not answer is refused all the same, and both notes are kept.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Final

from paraph.client.files import write_atomically
from paraph.client.keys.home import ChannelHome
from paraph.protocol.checkpoint import Checkpoint
from paraph.protocol.errors import ParaphError
from paraph.protocol.evidence import ForkEvidence
from paraph.protocol.names import Digest
from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.relay import RelayChannel
from paraph.protocol.tree import Tree, leaf_hash

FORK_FILE: Final = "fork.evidence"
MOST_LEAVES: Final = 250_000
"""Entries that a relay is asked for after it was found out."""


def record_of(tree: Tree, mine: Checkpoint, other: Checkpoint) -> dict[str, bytes]:
    """Return the fork as a file by its name; nothing where the other note is the larger one.

    Args:
        tree: Our entries, which lead to *mine*.
        mine: The head that was verified before.
        other: A head that the log signed and that these entries do not lead to.
    """
    if not mine.note or other.size > mine.size:
        return {}
    leaves = () if other.size == mine.size else tuple(map(tree.leaf, range(mine.size)))
    record = ForkEvidence(first=other.note, second=mine.note, leaves=leaves)
    return {FORK_FILE: record.encode()}


async def complete(home: ChannelHome, relay: RelayChannel, notes: Sequence[bytes]) -> None:
    """Ask the relay for the larger history, and keep the record if its entries are that history.

    Args:
        home: The channel's folder, where both notes are kept already.
        relay: Who signed them.
        notes: Ours, then the larger one.
    """
    if len(notes) != 2 or (home.evidence / FORK_FILE).exists():
        return
    with contextlib.suppress(ParaphError):
        head = parse_head(parse_note(notes[1]).text)
        leaves = await _leaves(relay, head.size)
        if len(leaves) == head.size and Tree(leaves).root() == head.root:
            record = ForkEvidence(first=notes[0], second=notes[1], leaves=tuple(leaves))
            write_atomically(home.evidence / FORK_FILE, record.encode())


async def _leaves(relay: RelayChannel, size: int) -> list[Digest]:
    leaves: list[Digest] = []
    while len(leaves) < min(size, MOST_LEAVES):
        served = await relay.entries(len(leaves))
        if served.start != len(leaves) or not served.envelopes:
            break
        leaves += map(leaf_hash, served.envelopes)
    return leaves[:size]
