"""What the charter limits is void when a relay places it all the same (SPEC 5.5)."""

import pytest

from paraph.protocol.buckets import ciphertext_size, padded_attachment_size, sealed_attachment_size
from paraph.protocol.documents import Limits
from paraph.protocol.statements.envelope import Attachment
from tests.support.channel import make_channel

SMALL = Attachment(digest=bytes(32), size=sealed_attachment_size(10))


@pytest.mark.parametrize(
    "limits",
    [
        Limits(body_bytes=4096, attachment_bytes=1 << 30, attachments=16),
        Limits(body_bytes=1 << 20, attachment_bytes=SMALL.size - 1, attachments=16),
        Limits(body_bytes=1 << 20, attachment_bytes=1 << 30, attachments=0),
    ],
    ids=("body", "attachment", "number"),
)
def test_what_is_over_the_limits_of_the_charter_is_void(
    limits: Limits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.support.channel.LIMITS", limits)
    channel = make_channel()
    officer = channel.party("RUS").person("desk_officer")
    envelope, _ = channel.seal(officer, b"x", attachments=(SMALL,))
    assert channel.log.append(envelope).void == "too-large"


def test_what_is_at_the_limits_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(body_bytes=1 << 20, attachment_bytes=SMALL.size, attachments=1)
    monkeypatch.setattr("tests.support.channel.LIMITS", limits)
    channel = make_channel()
    officer = channel.party("RUS").person("desk_officer")
    channel.place(channel.seal(officer, b"x", attachments=(SMALL,))[0])


def test_a_sealed_attachment_has_the_size_of_its_padding() -> None:
    for size in (0, 4088, 4089, 1 << 23, 2 << 30):
        assert sealed_attachment_size(size) == ciphertext_size(padded_attachment_size(size))
