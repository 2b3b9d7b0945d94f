"""Sealed bodies and attachments on this disk: what is held, what is missing (SPEC 5.7, 8.3)."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from paraph.client import progress
from paraph.client.files import PRIVATE_FILE, sync_folder
from paraph.client.keys.home import ChannelHome
from paraph.client.log.store import Alarm, ChannelStore, Wanted
from paraph.protocol.errors import RefusedError
from paraph.protocol.names import Digest
from paraph.protocol.relay import RelayChannel
from paraph.protocol.state import Entry
from paraph.protocol.statements.envelope import SealedContent

BODIES_AT_ONCE: Final = 16
"""Bodies asked for at a time; one may have 8 MiB."""


@runtime_checkable
class BlobSource(Protocol):
    """A relay that also gives attachments, in parts."""

    def blob(self, digest: Digest, offset: int) -> AsyncIterator[bytes]:
        """Yield an attachment's bytes from *offset* on."""


class Bodies:
    """Bodies and attachments of one channel.

    Args:
        home: The channel's folder.
        store: Its database.
    """

    __slots__ = ("_home", "_newest", "_store")

    def __init__(self, home: ChannelHome, store: ChannelStore) -> None:
        self._home: Final = home
        self._store: Final = store
        self._newest: Mapping[Digest, bytes] = {}

    def held(self, size: int) -> int:
        """Return below which index, at most *size*, everything is on this disk."""
        missing = self._store.wanted(1, below=size)
        return missing[0].index if missing else size

    def body(self, digest: bytes) -> bytes | None:
        """Return a body, if it is here; those that came last are at hand, as they are read next."""
        return self._newest.get(Digest(digest)) or self._store.body(digest)

    def attachment(self, digest: bytes) -> Path:
        """Return where a sealed attachment is kept, there or not."""
        return self._home.attachments / digest.hex()

    def expect(self, entries: Iterable[Entry], along: Iterable[bytes]) -> None:
        """Keep bodies that came *along* with the entries that name them, and want the others.

        In a transaction of the caller. A body that no entry names is dropped.
        """
        came = {hashlib.sha256(body).digest(): body for body in along}
        kept, missing = {}, []
        for wanted in (each for entry in entries for each in self._named_by(entry)):
            body = came.get(wanted.digest) if wanted.kind == "body" else None
            if body is None:
                missing.append(wanted)
            else:
                kept[wanted.digest] = body
        self._store.put_bodies(kept)
        self._store.want(missing)
        self._newest = kept

    def _named_by(self, entry: Entry) -> Iterator[Wanted]:
        # Bodies, and attachments that this disk has not.
        statement = entry.statement
        if entry.void or statement is None or not isinstance(statement.content, SealedContent):
            return
        content = statement.content
        yield Wanted(entry.index, Digest(content.body_digest), content.body_size, "body")
        for each in content.attachments:
            if not self.attachment(each.digest).exists():
                yield Wanted(entry.index, Digest(each.digest), each.size, "attachment")

    async def fetch(self, relay: RelayChannel, size: int) -> int:
        """Fetch what is missing below *size*; a failure of one does not keep others back.

        Attachments come only from a relay that is a :class:`BlobSource`.

        Returns:
            How many bodies and attachments came.

        Raises:
            UnavailableError: The connection failed; what came is kept.
        """
        fetched = 0
        tried: set[bytes] = set()
        while True:
            found = self._store.wanted(len(tried) + BODIES_AT_ONCE, below=size)
            missing = list(
                {each.digest: each for each in found if each.digest not in tried}.values()
            )
            if not missing:
                return fetched
            tried.update(each.digest for each in missing)
            bodies = [each for each in missing if each.kind == "body"]
            answers = await asyncio.gather(
                *(relay.body(each.digest) for each in bodies), return_exceptions=True
            )
            fetched += self._keep(bodies, answers)
            if isinstance(relay, BlobSource):
                for each in missing:
                    if each.kind == "attachment":
                        fetched += await self._fetch_attachment(relay, each)

    def _keep(self, wanted: Sequence[Wanted], answers: Iterable[bytes | BaseException]) -> int:
        kept, failed = 0, None
        with self._store.transaction(durable=False):  # a heartbeat that says so is durable
            for each, answer in zip(wanted, answers, strict=True):
                if isinstance(answer, bytes):
                    if hashlib.sha256(answer).digest() == each.digest:
                        self._store.put_bodies({Digest(each.digest): answer})
                        kept += 1
                    else:
                        self._store.alarm(Alarm("body-differs", each.index, "not the body named"))
                elif isinstance(answer, RefusedError):
                    self._store.alarm(Alarm("body-missing", each.index, answer.code))
                else:
                    failed = answer
        if failed is not None:
            raise failed
        return kept

    async def _fetch_attachment(self, relay: BlobSource, wanted: Wanted) -> int:
        # A part file grows over several connections; it gets its name when its digest is right.
        path = self.attachment(wanted.digest)
        part = path.with_suffix(".part")
        handle = os.open(part, os.O_CREAT | os.O_RDWR, PRIVATE_FILE)
        with os.fdopen(handle, "r+b") as file:
            digest, size = hashlib.sha256(), 0
            while piece := file.read(1 << 20):
                digest.update(piece)
                size += len(piece)
            async for piece in relay.blob(wanted.digest, size):
                file.write(piece)
                digest.update(piece)
                size += len(piece)
                if size > wanted.size:
                    break
                progress.tell("bytes", size, wanted.size)
            file.flush()
            os.fsync(file.fileno())
        if size < wanted.size:
            return 0
        if size != wanted.size or digest.digest() != wanted.digest:
            part.unlink()
            with self._store.transaction():
                self._store.alarm(Alarm("body-differs", wanted.index, "not the attachment named"))
            return 0
        part.rename(path)
        sync_folder(path.parent)
        with self._store.transaction():
            self._store.arrived(wanted.digest)
        return 1
