"""A web server of a few routes, for what a browser or a transport meets."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from aiohttp import web


async def _no_icon(_: web.Request) -> web.Response:
    # A browser asks for it whenever it likes.
    return web.Response(status=204)


@contextlib.asynccontextmanager
async def serving(*routes: web.AbstractRouteDef, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Serve *routes* until the block ends; yield the origin."""
    app = web.Application()
    app.add_routes([*routes, web.get("/favicon.ico", _no_icon)])
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, 0)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
