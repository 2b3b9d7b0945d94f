"""What the relay does before it signs or serves anything: read, recompute, compare (SPEC 8.5).

Three things must agree: the entries, the size and root that were committed with them, and the
last signed head, which is kept apart from the database. Rows ahead of that head are a crash
before the note: they are signed now. A head ahead of the rows is a database restored from a
backup: nothing may be signed, since another head of a size that was signed would be a fork.
"""

from __future__ import annotations

import asyncio
from typing import Final

from paraph.protocol.errors import IntegrityError, MalformedError, PeerError
from paraph.protocol.names import Digest
from paraph.protocol.note import parse_head, parse_note
from paraph.protocol.tree import Tree, leaf_hash
from paraph.server.channel import LiveChannel
from paraph.server.heads import Heads
from paraph.server.store import ChannelRow, Store

_CHUNK_BYTES: Final = 8 * 1024 * 1024


async def recover(store: Store, heads: Heads) -> list[LiveChannel]:
    """Rebuild every channel from its rows.

    Raises:
        IntegrityError: Rows, tree and last signed head do not agree.
    """
    rows = await store.channels()
    known = {row.channel for row in rows}
    for channel in heads.channels():
        size, _ = heads.read(channel)
        if channel not in known and size:
            raise _restored(0, size)
    return [await recover_channel(store, heads, row) for row in rows]


async def recover_channel(store: Store, heads: Heads, row: ChannelRow) -> LiveChannel:
    """Rebuild one channel from its rows.

    Raises:
        IntegrityError: Rows, tree and last signed head do not agree.
    """
    head_size, head_root = heads.read(row.channel)
    if head_size > row.size:
        raise _restored(row.size, head_size)
    envelopes = await _envelopes(store, row)
    # First the tree, then what the entries say: signatures that were checked before they were
    # stored are taken as checked only under a root that was remembered elsewhere.
    tree = Tree(leaf_hash(each) for each in envelopes)
    if tree.root() != row.root:
        raise _differ("the stored entries do not lead to the root that is stored with them")
    if tree.root(head_size) != head_root:
        raise _differ("the stored entries do not lead to the root that was signed last")
    note = await store.newest_note(row.channel, head_size)
    try:
        live = await asyncio.to_thread(LiveChannel.replay, envelopes, head_size)
        if note is not None and parse_head(parse_note(note.note).text).root != tree.root(note.size):
            raise _differ("the stored entries do not lead to the root of a journalled note")
    except (PeerError, MalformedError) as error:
        raise _differ("the stored entries are not those of a channel") from error
    if live.log.channel != row.channel or live.log.root != row.root:
        raise _differ("the entries are stored under another channel")
    if note is not None:
        live.resume(note.size, note.note)
    for sender, anchor in live.anchors_named.items():
        live.anchors[sender] = await store.note_size(row.channel, Digest(anchor)) or 0
    live.anchors_named.clear()
    return live


async def _envelopes(store: Store, row: ChannelRow) -> list[bytes]:
    envelopes: list[bytes] = []
    while len(envelopes) < row.size:
        some = await store.envelopes(row.channel, len(envelopes), row.size, _CHUNK_BYTES)
        if not some:
            raise _differ(f"expected {row.size} entries, found {len(envelopes)}")
        envelopes += some
    return envelopes


def _differ(message: str) -> IntegrityError:
    return IntegrityError(
        message,
        hint="nothing is served; keep these files, restore the newest sound database, and see "
        "paraph-relay doctor; if that cannot be, found a successor channel",
    )


def _restored(size: int, signed: int) -> IntegrityError:
    return IntegrityError(
        f"a head of {signed} entries was signed, the database holds {size}",
        hint="it was restored from a backup: put back the database that holds the largest head "
        "that a desk has (paraph sync shows it), or found a successor channel; nothing is signed "
        "until then",
    )
