"""What the charter limits is limited by the relay, whatever the sender's client thinks of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from paraph.protocol import buckets
from paraph.protocol.documents import Limits
from paraph.protocol.errors import RefusedError
from paraph.protocol.names import Digest
from paraph.protocol.statements.envelope import Attachment
from tests.support.channel import make_channel
from tests.support.relay import at, relay_with


@pytest.mark.parametrize(
    "limits",
    [
        Limits(body_bytes=4096, attachment_bytes=1 << 30, attachments=16),
        Limits(body_bytes=1 << 20, attachment_bytes=4096, attachments=16),
        Limits(body_bytes=1 << 20, attachment_bytes=1 << 30, attachments=0),
    ],
)
async def test_what_the_charter_limits_is_limited(
    limits: Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.channel.LIMITS", limits)
    channel = make_channel()
    officer = channel.party("RUS").person("desk_officer")
    data = bytes(buckets.ciphertext_size(4096))
    listed = Attachment(digest=hashlib.sha256(data).digest(), size=len(data))
    async with relay_with(channel, tmp_path) as service:
        relay = at(service, channel, officer)
        await relay.stage(Digest(listed.digest), 0, data)
        with pytest.raises(RefusedError) as caught:
            await relay.submit(*channel.seal(officer, b"x", attachments=(listed,)))
        assert caught.value.code == "too-large"
