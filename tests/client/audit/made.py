"""A bundle of a channel that was talked in, and the trust to verify it with."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from paraph.client.audit import bundle, verify
from tests.support.anchors import anchor_of
from tests.support.channel import Channel, make_channel


class Made:
    """A channel, its bundle and its trust."""

    def __init__(self, folder: Path, channel: Channel, bodies: dict[bytes, bytes]) -> None:
        self.folder = folder
        self.channel = channel
        self.bodies = bodies
        self.anchor = anchor_of(channel.log)

    def verify(self) -> verify.Report:
        return verify.verify(self.folder, self.anchor)


def make(folder: Path, *, size: int = 30, **options: Any) -> Made:  # noqa: ANN401
    """Write the bundle of a channel with so many entries; *options* make the channel."""
    channel = make_channel(**options)
    bodies, notes = {}, [channel.note()]
    while channel.log.size < size:
        author = channel.parties[channel.log.size % len(channel.parties)].person("desk_officer")
        envelope, body = channel.seal(author, b"a record of no meaning")
        channel.place(envelope)
        notes.append(channel.note())
        bodies[digest(body)] = body
    bundle.write_bundle(folder, channel.log, channel.envelopes, notes, bodies.items())
    return Made(folder, channel, bodies)


def digest(data: bytes) -> bytes:
    """Return the SHA-256 of a body."""
    return hashlib.sha256(data).digest()
