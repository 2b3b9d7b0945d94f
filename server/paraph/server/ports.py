"""What the web side asks of the relay's service, which knows neither HTTP nor SQL (SPEC 8)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from paraph.protocol.names import ChannelId, Digest
from paraph.protocol.relay import RelayChannel, RelayFront
from paraph.protocol.wire import Challenge, Placed, Session, SessionRequest

TellPlaced = Callable[[Placed | Exception], None]
"""Takes the answer to a submission, or why there is none; it must not raise."""


class Channel(RelayChannel, Protocol):
    """A channel in the session of one key, with the log as files beside it."""

    @property
    def channel(self) -> ChannelId:
        """The channel's id."""

    def begin(self, request: int, envelope: bytes, body: bytes, tell: TellPlaced) -> None:
        """Begin to place an envelope; *tell* gets the answer with that number."""

    async def checkpoint(self) -> bytes:
        """Return the newest checkpoint note."""

    async def tile(self, path: str) -> bytes:
        """Return a tile of hashes, by its C2SP path."""

    async def entry_bundle(self, path: str) -> bytes:
        """Return an entry bundle, by its C2SP path."""

    async def blob_path(self, digest: Digest) -> Path:
        """Return the file of a complete blob that a placed statement of this channel names."""


class Service(RelayFront, Protocol):
    """The relay, before and behind its sessions."""

    def challenge(self) -> Challenge:
        """Draw a number used once."""

    async def open_session(self, request: SessionRequest, host: str) -> Session:
        """Check the answer to a challenge."""

    def resume(self, token: bytes) -> Channel:
        """Return the channel of a session, or refuse with the code ``session``."""

    async def probe(self) -> None:
        """Write to the database and read it back."""
