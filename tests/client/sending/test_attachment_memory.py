"""Attachments of any size in the same memory: sealed, uploaded, fetched, opened."""

import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

from paraph.client.keys.home import Home
from paraph.client.log.bodies import Bodies
from paraph.client.log.store import ChannelStore, Wanted
from paraph.client.sending.staging import open_attachment, seal_attachment, stage_file
from paraph.protocol.buckets import sealed_attachment_size
from paraph.protocol.names import ChannelId, Digest, KeyId
from paraph.protocol.wire import Staged
from tests.support.channel import make_channel
from tests.support.memory_relay import MemoryRelay

CHANNEL = ChannelId(bytes(range(32)))
SENDER = KeyId(b"\1" * 32)
MIB = 1024 * 1024


class DiskRelay(MemoryRelay):
    """Keeps a blob in a file, as a relay does: the memory that is measured is the desk's."""

    def __init__(self, path: Path, size: int) -> None:
        super().__init__(make_channel(roles=()))
        self.path = path
        self.size = size
        self.path.touch()

    async def stage(self, digest: Digest, offset: int, data: bytes) -> Staged:
        with self.path.open("r+b") as file:
            file.seek(offset)
            file.write(data)
        return await self.staged(digest)

    async def staged(self, digest: Digest) -> Staged:  # noqa: ARG002
        there = self.path.stat().st_size
        return Staged(size=there, complete=int(there == self.size))

    async def blob(self, digest: Digest, offset: int) -> AsyncIterator[bytes]:  # noqa: ARG002
        with self.path.open("rb") as file:
            file.seek(offset)
            while piece := file.read(256 * 1024):
                yield piece


def bodies_in(folder: Path) -> tuple[Bodies, ChannelStore]:
    home = Home(folder).channel(CHANNEL)
    store = ChannelStore.create(home.database, CHANNEL)
    return Bodies(home, store), store


async def peak_of(folder: Path, size: int) -> int:
    """Carry one file all the way and return the most memory that it took."""
    folder.mkdir()
    source = folder / "plain"
    with source.open("wb") as file:
        file.truncate(size)
    ours, _ = bodies_in(folder / "ours")
    theirs, store = bodies_in(folder / "theirs")
    relay = DiskRelay(folder / "relay", sealed_attachment_size(size))
    tracemalloc.start()
    listed, key = seal_attachment(ours, CHANNEL, SENDER, source)
    assert listed.size == relay.size
    await stage_file(relay, Digest(listed.digest), ours.attachment(listed.digest))
    store.want([Wanted(3, Digest(listed.digest), listed.size, "attachment")])
    assert await theirs.fetch(relay, 9) == 1
    open_attachment(theirs, CHANNEL, SENDER, listed, key, folder / "opened")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (folder / "opened").stat().st_size == size
    return peak


async def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    small = await peak_of(tmp_path / "small", 8 * MIB)
    large = await peak_of(tmp_path / "large", 64 * MIB)
    assert large < small + MIB
    assert large < 8 * MIB


async def test_the_measure_sees_what_holds_a_file_whole(tmp_path: Path) -> None:
    tracemalloc.start()
    path = tmp_path / "plain"
    with path.open("wb") as file:
        file.truncate(16 * MIB)
    assert len(path.read_bytes()) == 16 * MIB
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak > 16 * MIB


async def test_a_relay_that_serves_more_than_the_statement_says_is_stopped(tmp_path: Path) -> None:
    class Endless(DiskRelay):
        served = 0

        async def blob(self, digest: Digest, offset: int) -> AsyncIterator[bytes]:  # noqa: ARG002
            while True:
                self.served += MIB
                yield bytes(MIB)

    theirs, store = bodies_in(tmp_path / "theirs")
    relay = Endless(tmp_path / "relay", 0)
    digest = Digest(b"\7" * 32)
    size = sealed_attachment_size(10)
    store.want([Wanted(3, digest, size, "attachment")])
    assert await theirs.fetch(relay, 9) == 0
    assert relay.served <= 2 * MIB
    assert [each.name for each in store.alarms()] == ["body-differs"]
    assert list(theirs.attachment(digest).parent.iterdir()) == []
