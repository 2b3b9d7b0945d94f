"""`paraph desk` while it runs: one office, one loopback port, a way in, a lock behind who left."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from aiohttp import web

from paraph.client.web import app, choices, launch, rendering, trouble
from paraph.client.web.guard import Guard
from paraph.client.web.launch import PrivatePage, Tokens
from paraph.client.web.office import Office
from paraph.client.web.presence import Presence

HOST: Final = "127.0.0.1"
STOP_S: Final = 5.0
"""Seconds that requests in hand get at the end."""


def _bind(port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.bind((HOST, port))
    except BaseException:
        found.close()
        raise
    return found


class Served:
    """A running desk.

    Args:
        origin: Where it answers.
        tokens: The ways in.
        folder: For the page that takes a browser in.
    """

    def __init__(self, origin: str, tokens: Tokens, folder: Path) -> None:
        self.origin: Final = origin
        self.tokens: Final = tokens
        self._folder: Final = folder
        self._page: PrivatePage | None = None

    def address(self) -> str:
        """Return an address that lets one browser in, once, within a minute."""
        self.put_away()
        return f"{self.origin}/enter?token={self.tokens.new()}"

    def open(self) -> bool:
        """Open the person's browser, signed in; tell whether there is one."""
        self.put_away()
        self._page = PrivatePage(self._folder, self.origin, self.tokens.new())
        return self._page.show()

    async def entered(self, within_s: float) -> bool:
        """Wait until a browser came in; the page that took it in is gone afterwards.

        Returns:
            Whether one did.
        """
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.tokens.used.wait()
        if self.tokens.used.is_set():
            self.put_away()
        return self.tokens.used.is_set()

    def put_away(self) -> None:
        """Remove the page that takes a browser in."""
        if self._page is not None:
            self._page.remove()
            self._page = None


@contextlib.asynccontextmanager
async def serving(
    office: Office, *, port: int = 0, lock_after_s: float = 0
) -> AsyncIterator[Served]:
    """Serve *office* on loopback until the block ends.

    Args:
        office: Unlocked, or not yet.
        port: 0 for any that is free.
        lock_after_s: Seconds without a person after which it locks; 0 = never.

    Raises:
        OSError: The port is taken.
    """
    tokens, presence = Tokens(), Presence(lock_after_s)
    listener = _bind(port)
    spoken = choices.likely_language(office.home)
    office.ahead = lambda: rendering.prepare(spoken)
    for _ in rendering.prepare(spoken, "entered.html", "front.html"):
        pass
    guard = Guard.make(listener.getsockname()[1])
    runner = web.AppRunner(
        app.make(office, guard, tokens, presence),
        access_log=None,
        logger=trouble.quiet(),
        shutdown_timeout=STOP_S,
    )
    served = Served(guard.origin, tokens, launch.runtime_folder(office.home.path))
    await runner.setup()
    await web.SockSite(runner, listener).start()
    watch = asyncio.create_task(presence.watch(office))
    try:
        yield served
    finally:
        served.put_away()
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await office.close()  # ends the streams of hints, which would hold the server up
        await runner.cleanup()
