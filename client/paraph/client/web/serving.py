"""`paraph desk` while it runs: one office, one loopback port, a way in, a lock behind who left."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Final

from aiohttp import web

from paraph.client.web import app, launch
from paraph.client.web.guard import Guard
from paraph.client.web.launch import Tokens
from paraph.client.web.office import Office

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

    Attributes:
        origin: Where it answers.
        tokens: The ways in.
    """

    def __init__(self, origin: str, tokens: Tokens) -> None:
        self.origin: Final = origin
        self.tokens: Final = tokens

    def address(self) -> str:
        """Return an address that lets one browser in, once, within a minute."""
        return f"{self.origin}/enter?token={self.tokens.new()}"

    def open(self, office: Office) -> bool:
        """Open the person's browser, signed in; tell whether there is one."""
        page = launch.write_page(office.home.path / "run", self.origin, self.tokens.new())
        return launch.show(page)


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
    tokens, presence = Tokens(), app.Presence(lock_after_s)
    listener = _bind(port)
    guard = Guard.make(listener.getsockname()[1])
    runner = web.AppRunner(
        app.make(office, guard, tokens, presence), access_log=None, shutdown_timeout=STOP_S
    )
    await runner.setup()
    await web.SockSite(runner, listener).start()
    watch = asyncio.create_task(presence.lock_when_left(office))
    try:
        yield Served(guard.origin, tokens)
    finally:
        watch.cancel()
        await asyncio.gather(watch, return_exceptions=True)
        await office.close()  # ends the streams of hints, which would hold the server up
        await runner.cleanup()
