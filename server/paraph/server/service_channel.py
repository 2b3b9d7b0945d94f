"""One channel in the session of one key: what it reads, and the files that it brings (SPEC 8.3).

What it submits goes through :mod:`paraph.server.submitting`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from paraph.protocol import roles
from paraph.protocol.errors import IntegrityError, MalformedError, RefusedError
from paraph.protocol.names import Digest
from paraph.protocol.statements.envelope import MAX_BODY, MAX_ENVELOPE
from paraph.protocol.tiles import ENTRIES, FULL_WIDTH, Tile, entry_bundle, tile_bytes, width_at
from paraph.protocol.wire import MAX_CONFLICTS, MAX_MESSAGES, Conflict, Conflicts, Entries, Staged
from paraph.server.along import MOST_ALONG, joined
from paraph.server.channel import MOST_ENTRIES_BYTES
from paraph.server.submitting import Submitting


class ServiceChannel(Submitting):
    """One channel in the session of one key; a :class:`paraph.protocol.relay.RelayChannel`."""

    # reading

    async def conflicts(self, start: int) -> Conflicts:
        """Return up to six pairs of statements that a key signed under one number."""
        found = await self._shop.store.conflicts(self.channel, start, MAX_CONFLICTS)
        pairs = tuple(Conflict(placed=each.placed, refused=each.refused) for each in found)
        return Conflicts(start=start, pairs=pairs)

    async def _readable(self) -> tuple[int, bytes]:
        # How far this key may read, and the note that covers just that.
        live, member = self._here()
        size, note = live.published, live.note
        most = live.readable(member)
        if most is not None and most < size:
            row = await self._shop.store.newest_note(self.channel, most)
            return (row.size, row.note) if row is not None else (0, b"")
        return size, note

    async def entries(self, start: int) -> Entries:
        """Return up to 64 entries from *start* on, with the newest head that covers some of them.

        A head smaller than what is served says that more follow: a reader takes in a long log
        piece by piece, and keeps what it has when it is interrupted.
        """
        size, note = await self._readable()
        envelopes: tuple[bytes, ...] = ()
        if start < size:
            stop = min(size, start + MAX_MESSAGES)
            envelopes = await self._shop.store.envelopes(
                self.channel, start, stop, MOST_ENTRIES_BYTES
            )
        after = start + len(envelopes)
        bodies = await self._shop.store.bodies(self.channel, start, after, MOST_ALONG)
        if after < size:
            row = await self._shop.store.newest_note(self.channel, after - 1)
            note = row.note if row is not None and row.size > start else b""
        found = Entries(request=0, start=start, envelopes=envelopes, bodies=(), note=note)
        return next(joined(found, {each.index - start: each.data for each in bodies}))

    async def follow(self, start: int) -> AsyncIterator[Entries]:
        """Yield entries from *start* on as they are placed, until the relay stops.

        Raises:
            UnavailableError: Code ``slow``: too much waited to be read.
        """
        at = start
        while True:
            live, member = self._here()
            if live.readable(member) is not None or at >= live.published:
                break
            entries = await self.entries(at)
            at += len(entries.envelopes)
            yield entries
        # Nothing is awaited between the last look and this.
        follower = live.follow(self.key)
        try:
            while (pushed := await follower.next()) is not None:
                live, member = self._here()
                if live.readable(member) is not None:
                    break
                wanted = _from(pushed, at)
                if wanted is not None:
                    at = wanted.start + len(wanted.envelopes)
                    for part in self._shop.recent.join(wanted, self.key):
                        yield part
        finally:
            live.unfollow(follower)
        # The key has ended: what it may still read, and no more.
        while True:
            size, _ = await self._readable()
            if at >= size:
                return
            entries = await self.entries(at)
            at += len(entries.envelopes)
            yield entries

    async def body(self, digest: Digest) -> bytes:
        """Return a body of this channel; the caller checks its digest."""
        found = await self._shop.store.body(self.channel, digest)
        size, _ = await self._readable()
        if found is None or found.index >= size:
            raise RefusedError("expected the digest of a body of this channel", code="body")
        return found.data

    async def checkpoint(self) -> bytes:
        """Return the newest checkpoint note."""
        return (await self._readable())[1]

    async def tile(self, path: str) -> bytes:
        """Return a tile of hashes, by its C2SP path."""
        tile = await self._tile(path)
        if tile.level == ENTRIES:
            raise _not_found()
        return tile_bytes(self._live.log.tree, tile)

    async def entry_bundle(self, path: str) -> bytes:
        """Return an entry bundle, by its C2SP path."""
        tile = await self._tile(path)
        if tile.level != ENTRIES:
            raise _not_found()
        start = FULL_WIDTH * tile.index
        stop = start + tile.width
        envelopes = await self._shop.store.envelopes(
            self.channel, start, stop, FULL_WIDTH * MAX_ENVELOPE
        )
        return entry_bundle(envelopes)

    async def _tile(self, path: str) -> Tile:
        try:
            tile = Tile.parse(path)
        except MalformedError as error:
            raise _not_found() from error
        size, _ = await self._readable()
        if tile.width > width_at(tile.level, tile.index, size):
            raise _not_found()
        return tile

    # blobs

    async def stage(self, digest: Digest, offset: int, data: bytes) -> Staged:
        """Append a part of a blob that a later statement names."""
        live, member = self._here()
        live.log.trust.require_in_force(member, live.log.log_time)
        if member.role == roles.AUDITOR:
            raise RefusedError("expected a key that may send", code="read-only")
        most = max(MAX_BODY, live.log.charter.limits.attachment_bytes)
        blobs = self._shop.blobs
        return await self._shop.in_file_thread(
            lambda: blobs.stage(self.channel, self.key, member.party, digest, offset, data, most)
        )

    async def staged(self, digest: Digest) -> Staged:
        """Tell how much of a blob is there, to resume."""
        self._here()
        blobs = self._shop.blobs
        return await self._shop.in_file_thread(lambda: blobs.staged(self.channel, self.key, digest))

    async def blob_path(self, digest: Digest) -> Path:
        """Return the file of a complete blob that a placed statement names."""
        index = await self._shop.store.attachment_index(self.channel, digest)
        size, _ = await self._readable()
        if index is None or index >= size:
            raise _not_found()
        path = self._shop.blobs.path(self.channel, digest)
        if not await self._shop.in_file_thread(path.is_file):
            raise IntegrityError("expected the file of an attachment that is placed")
        return path


def _from(entries: Entries, at: int) -> Entries | None:
    # The part of a push from index *at* on; nothing if it lies below.
    skip = at - entries.start
    if skip <= 0:
        return entries
    if skip >= len(entries.envelopes):
        return None
    return Entries(
        request=0, start=at, envelopes=entries.envelopes[skip:], bodies=(), note=entries.note
    )


def _not_found() -> RefusedError:
    return RefusedError("expected something that this log has", code="not-found")
