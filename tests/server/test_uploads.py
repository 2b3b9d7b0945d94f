"""What uploads cost the relay, and who gets what was uploaded (SPEC 8.3)."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import os
from pathlib import Path

import pytest

from paraph.protocol import buckets
from paraph.protocol.errors import RefusedError
from paraph.protocol.names import Digest
from paraph.protocol.statements.envelope import Attachment
from paraph.server.blobs import FILE_COST, Blobs
from paraph.server.intake import Flights
from tests.support.channel import Channel
from tests.support.clock import FakeClock
from tests.support.parties import Person
from tests.support.relay import at, relay_with


def attachment(size: int = 4096) -> tuple[Attachment, bytes]:
    data = bytes(buckets.ciphertext_size(size))
    return Attachment(digest=hashlib.sha256(data).digest(), size=len(data)), data


async def test_only_what_is_named_for_the_first_time_makes_room_for_uploads(
    channel: Channel, officer: Person, tmp_path: Path
) -> None:
    """Sending the same bytes again, or naming a blob again, gives back no part of the quota."""
    blobs = Blobs(tmp_path / "own", FakeClock(), most_staged=FILE_COST + 5000)
    async with relay_with(channel, tmp_path / "relay") as service:
        relay = at(service, channel, officer)
        relay._shop = dataclasses.replace(relay._shop, blobs=blobs)  # noqa: SLF001
        listed, data = attachment()
        envelope, body = channel.seal(officer, b"x", attachments=(listed,))
        await relay.stage(Digest(listed.digest), 0, data)
        await relay.submit(envelope, body)
        await relay.stage(Digest(bytes(32)), 0, bytes(5000))
        await relay.submit(envelope, body)
        await relay.submit(*channel.seal(officer, b"y", attachments=(listed,)))
        with pytest.raises(RefusedError) as caught:
            await relay.stage(Digest(b"x" * 32), 0, b"x")
        assert caught.value.code == "quota"


async def test_an_ended_key_gets_no_attachment_of_what_it_may_not_read(
    channel: Channel, officer: Person, other: Person, tmp_path: Path
) -> None:
    async with relay_with(channel, tmp_path) as service:
        relay = at(service, channel, officer)
        before, after = attachment(), attachment(8192)
        for listed, data in (before, after):
            await relay.stage(Digest(listed.digest), 0, data)
            envelope, body = channel.seal(officer, b"x", attachments=(listed,))
            channel.place(envelope)
            await relay.submit(envelope, body)
            if listed is before[0]:
                revocation = channel.revocation(other)
                channel.place(revocation)
                root = channel.party(other.party).carrier
                await at(service, channel, root).submit(revocation, b"")
        ended = at(service, channel, other)
        assert (await ended.blob_path(Digest(before[0].digest))).read_bytes() == before[1]
        with pytest.raises(RefusedError) as caught:
            await ended.blob_path(Digest(after[0].digest))
        assert caught.value.code == "not-found"


async def test_a_staged_body_counts_among_the_bytes_that_are_unanswered(
    channel: Channel, officer: Person, tmp_path: Path
) -> None:
    """It is read into memory as much as one that came with its statement."""
    async with relay_with(channel, tmp_path / "relay") as service:
        relay = at(service, channel, officer)
        envelope, body = channel.seal(officer, b"x")
        room = len(envelope) + len(body)
        await relay.stage(Digest(hashlib.sha256(body).digest()), 0, body)
        relay._shop = dataclasses.replace(relay._shop, flights=Flights(room - 1))  # noqa: SLF001
        with pytest.raises(RefusedError) as caught:
            await relay.submit(envelope, b"")
        assert caught.value.code == "busy"
        relay._shop = dataclasses.replace(relay._shop, flights=Flights(room))  # noqa: SLF001
        await relay.submit(envelope, b"")


async def test_what_nobody_names_is_swept_while_the_relay_serves(
    channel: Channel, officer: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paraph.server.service.SWEEP_EVERY_S", 0.001)
    swept = asyncio.Event()
    unlink = Path.unlink

    def noted(path: Path, *, missing_ok: bool = False) -> None:
        unlink(path, missing_ok=missing_ok)
        loop.call_soon_threadsafe(swept.set)

    async with relay_with(channel, tmp_path, clock=FakeClock()) as service:
        loop = asyncio.get_running_loop()
        relay = at(service, channel, officer)
        await relay.stage(Digest(bytes(32)), 0, b"part")
        folder = tmp_path / "blobs" / channel.id.hex()
        (part,) = folder.iterdir()
        monkeypatch.setattr(Path, "unlink", noted)
        os.utime(part, ns=(0, 0))
        async with asyncio.timeout(30):
            await swept.wait()
        assert not part.exists()
