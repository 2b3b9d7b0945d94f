"""Bodies and attachments: staged, moved into their entry, given back (SPEC 8.3)."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest

from paraph.protocol import buckets
from paraph.protocol.errors import RefusedError
from paraph.protocol.names import Digest
from paraph.protocol.statements.envelope import Attachment
from paraph.server.service import RelayService
from tests.support.channel import Channel
from tests.support.parties import Person
from tests.support.relay import at, code_of, relay_with

LARGE = b"x" * 300_000


async def test_a_body_comes_back_as_it_was_sent(
    service: RelayService, channel: Channel, officer: Person, other: Person
) -> None:
    envelope, body = channel.seal(officer, LARGE)
    await at(service, channel, officer).submit(envelope, body)
    digest = Digest(hashlib.sha256(body).digest())
    assert await at(service, channel, other).body(digest) == body
    with pytest.raises(RefusedError) as caught:
        await at(service, channel, other).body(Digest(bytes(32)))
    assert caught.value.code == "body"


async def test_a_staged_body_moves_into_the_entry_s_transaction(
    service: RelayService, channel: Channel, officer: Person, tmp_path: Path
) -> None:
    relay = at(service, channel, officer)
    envelope, body = channel.seal(officer, LARGE)
    digest = Digest(hashlib.sha256(body).digest())
    assert (await relay.staged(digest)).size == 0
    assert (await relay.stage(digest, 0, body[:100_000])).complete == 0
    assert await code_of(service, channel, envelope, b"") == "not-staged"
    assert (await relay.stage(digest, 100_000, body[100_000:])).complete == 1
    await relay.submit(envelope, b"")
    assert await relay.body(digest) == body
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    await relay.submit(envelope, b"")


def attachment(size: int = 4096) -> tuple[Attachment, bytes]:
    data = bytes(buckets.ciphertext_size(size))
    return Attachment(digest=hashlib.sha256(data).digest(), size=len(data)), data


async def test_attachments_are_there_before_the_statement_that_names_them(
    service: RelayService, channel: Channel, officer: Person, other: Person
) -> None:
    relay = at(service, channel, officer)
    listed, data = attachment()
    digest = Digest(listed.digest)
    envelope, body = channel.seal(officer, b"x", attachments=(listed,))
    assert await code_of(service, channel, envelope, body) == "not-staged"
    assert (await relay.stage(digest, 0, data)).complete
    with pytest.raises(RefusedError) as caught:  # staged, but no statement names it
        await relay.blob_path(digest)
    assert caught.value.code == "not-found"
    await relay.submit(envelope, body)
    assert (await at(service, channel, other).blob_path(digest)).read_bytes() == data


async def test_an_attachment_of_another_size_or_no_bucket_is_refused(
    service: RelayService, channel: Channel, officer: Person
) -> None:
    listed, data = attachment()
    await at(service, channel, officer).stage(Digest(listed.digest), 0, data)
    larger = dataclasses.replace(listed, size=buckets.ciphertext_size(8192))
    odd = dataclasses.replace(listed, size=listed.size + 1)
    for wrong, code in ((larger, "not-staged"), (odd, "bucket")):
        made = channel.seal(officer, b"x", attachments=(wrong,))
        officer.sequence, officer.previous = 0, channel.id
        assert await code_of(service, channel, *made) == code


async def test_who_may_not_send_may_not_stage(channel: Channel, tmp_path: Path) -> None:
    auditor = channel.enrol("RUS", "auditor")
    officer = channel.party("RUS").person("desk_officer")
    channel.place(channel.revocation(officer))
    async with relay_with(channel, tmp_path) as service:
        for person, code in ((auditor, "read-only"), (officer, "key-ended")):
            with pytest.raises(RefusedError) as caught:
                await at(service, channel, person).stage(Digest(bytes(32)), 0, b"x")
            assert caught.value.code == code
