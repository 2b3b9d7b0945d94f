"""The outside of a program that runs at a desk: the relay, the key file, the clock.

The command line and the desk in the browser reach these through one object, so that tests put a
relay in memory and a clock of their own in its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from paraph.client.clock import wall_clock

if TYPE_CHECKING:
    from paraph.client.channel.joining import Link
    from paraph.client.keys.vault import Vault
    from paraph.protocol.wire import RelayCard


class Tools:
    """The outside of a program: the relay, the key file, the clock. Tests give another."""

    def link(self, card: RelayCard) -> Link:
        """Return the way to the relay of *card*."""
        from paraph.client.transport import Transport  # noqa: PLC0415 - imports aiohttp; --help is quick

        return Transport(card)

    def open_vault(self, path: Path, passphrase: bytes) -> Vault:
        """Open the key file at *path*."""
        from paraph.client.keys.vault import Vault  # noqa: PLC0415 - loads cryptography; --help is quick

        return Vault.open(path, passphrase)

    def now(self) -> int:
        """Return this machine's time, POSIX ms."""
        return wall_clock()
