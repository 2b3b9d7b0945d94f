"""Attachments: sealed in pieces, staged where an earlier try ended, opened whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from paraph.client.keys.home import Home
from paraph.client.log.bodies import Bodies
from paraph.client.log.store import ChannelStore, Wanted
from paraph.client.sending.staging import open_attachment, seal_attachment, stage_file
from paraph.client.sending.uploads import PART
from paraph.protocol.errors import ForgedError, InputError, RefusedError, UnavailableError
from paraph.protocol.names import ChannelId, Digest, KeyId
from paraph.protocol.wire import Staged
from tests.support.channel import make_channel
from tests.support.memory_relay import MemoryRelay

CHANNEL = ChannelId(bytes(range(32)))
SENDER = KeyId(b"\1" * 32)


@pytest.fixture
def bodies(tmp_path: Path) -> Bodies:
    home = Home(tmp_path / "home").channel(CHANNEL)
    return Bodies(home, ChannelStore.create(home.database, CHANNEL))


@pytest.fixture
def relay() -> MemoryRelay:
    return MemoryRelay(make_channel(roles=()))


def a_file(tmp_path: Path, size: int) -> Path:
    path = tmp_path / "plain.bin"
    path.write_bytes(hashlib.shake_256(b"plain").digest(size))
    return path


@pytest.mark.parametrize("size", [0, 1, PART, PART + 1, 3 * PART])
def test_what_was_sealed_is_opened(bodies: Bodies, tmp_path: Path, size: int) -> None:
    source = a_file(tmp_path, size)
    listed, key = seal_attachment(bodies, CHANNEL, SENDER, source)
    assert (key.name, key.size, key.blob) == ("plain.bin", size, listed.digest)
    target = tmp_path / "opened"
    open_attachment(bodies, CHANNEL, SENDER, listed, key, target)
    assert target.read_bytes() == source.read_bytes()
    folder = bodies.attachment(listed.digest).parent
    assert [each.name for each in folder.iterdir()] == [listed.digest.hex()]


def test_nothing_appears_where_an_attachment_is_not_what_it_should_be(
    bodies: Bodies, tmp_path: Path
) -> None:
    listed, key = seal_attachment(bodies, CHANNEL, SENDER, a_file(tmp_path, 50_000))
    sealed = bodies.attachment(listed.digest)
    whole = sealed.read_bytes()
    target = tmp_path / "opened"
    for bent in (whole[:-1] + b"\0", whole[:-20], whole + b"\0"):
        sealed.write_bytes(bent)
        with pytest.raises(ForgedError):
            open_attachment(bodies, CHANNEL, SENDER, listed, key, target)
    sealed.write_bytes(whole)
    with pytest.raises(ForgedError):
        open_attachment(bodies, CHANNEL, KeyId(bytes(32)), listed, key, target)
    sealed.unlink()
    with pytest.raises(InputError):
        open_attachment(bodies, CHANNEL, SENDER, listed, key, target)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home", "plain.bin"]


def test_a_file_that_cannot_be_read_is_said_so(bodies: Bodies, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot read"):
        seal_attachment(bodies, CHANNEL, SENDER, tmp_path / "missing")


async def test_staging_goes_on_where_it_ended(
    bodies: Bodies, relay: MemoryRelay, tmp_path: Path
) -> None:
    listed, _ = seal_attachment(bodies, CHANNEL, SENDER, a_file(tmp_path, 3 * PART))
    digest, path = Digest(listed.digest), bodies.attachment(listed.digest)
    await relay.stage(digest, 0, path.read_bytes()[:1000])
    await stage_file(relay, digest, path)
    assert (await relay.staged(digest)).complete
    await stage_file(relay, digest, bodies.attachment(listed.digest))  # nothing is left to do


async def test_a_relay_that_takes_nothing_or_holds_other_bytes_is_unavailable(
    bodies: Bodies, relay: MemoryRelay, tmp_path: Path
) -> None:
    listed, _ = seal_attachment(bodies, CHANNEL, SENDER, a_file(tmp_path, 10))
    digest, path = Digest(listed.digest), bodies.attachment(listed.digest)
    with pytest.raises(RefusedError, match="missing"):
        await stage_file(relay, digest, path.with_name("missing"))

    class Deaf(MemoryRelay):
        async def stage(self, digest: Digest, offset: int, data: bytes) -> Staged:  # noqa: ARG002
            return await self.staged(digest)

    with pytest.raises(UnavailableError, match="did not take"):
        await stage_file(Deaf(relay.channel), digest, path)
    await relay.stage(digest, 0, bytes(listed.size))
    with pytest.raises(UnavailableError, match="damaged"):
        await stage_file(relay, digest, path)


async def test_an_attachment_that_is_not_the_one_named_is_alarmed_and_not_kept(
    bodies: Bodies, relay: MemoryRelay, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home").channel(CHANNEL)
    store = ChannelStore.open(home.database, CHANNEL)
    digest = Digest(hashlib.sha256(b"the right one").digest())
    store.want([Wanted(3, digest, 13, "attachment")])
    relay._parts[digest] = b"the wrong one"  # noqa: SLF001 - what a dishonest relay would hold
    assert await bodies.fetch(relay, 9) == 0
    assert [each.name for each in store.alarms()] == ["body-differs"]
    relay._parts[digest] = b"the right"  # noqa: SLF001
    assert await bodies.fetch(relay, 9) == 0
    assert bodies.held(9) == 3
    relay._parts[digest] = b"the right one"  # noqa: SLF001
    assert await bodies.fetch(relay, 9) == 1
    assert bodies.held(9) == 9
    assert bodies.attachment(digest).read_bytes() == b"the right one"
    store.close()
