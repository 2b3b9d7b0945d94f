"""Serves the desk of a home to whoever has the address, without a relay, until it is killed.

python -m tests.support.desk_process HOME PASSPHRASE
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from typing_extensions import override

from paraph.client.channel.joining import Link
from paraph.client.keys.home import Home
from paraph.client.web.office import Office
from paraph.client.web.serving import serving
from paraph.protocol.wire import RelayCard
from tests.support.memory_front import MemoryFront, MemoryTools


class _Away(MemoryTools):
    """The way to a relay that cannot be reached, whichever it is."""

    @override
    def link(self, card: RelayCard) -> Link:
        return super().link(self.front.card)


async def serve(home: Path, passphrase: bytes) -> None:
    """Serve, and print the address."""
    front = MemoryFront()
    front.down = True
    office = Office(Home(home), _Away(front))
    await office.unlock(passphrase)
    async with serving(office) as served:
        sys.stdout.write(f"{served.address()}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[2].encode()))
