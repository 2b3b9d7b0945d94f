"""The real relay in this process, on a loopback port, with files of its own."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import ParaphError
from paraph.protocol.wire import RelayCard
from paraph.server import cards, config, init
from paraph.server.clock import SystemClock
from paraph.server.service import RelayService
from paraph.server.serving import address_with, open_service
from paraph.server.tls import Certificate
from paraph.server.web.listener import Listener
from paraph.server.web.routes import Routes


@dataclasses.dataclass
class RealRelay:
    """A relay that serves.

    Attributes:
        card: What a party is given.
        codes: Enrolment codes, one each for whom the relay was made.
        service: Its service.
        broken: What it found wrong with its own state.
    """

    home: Path
    card: RelayCard
    codes: tuple[str, ...]
    secret: LogSecret
    service: RelayService
    routes: Routes
    listener: Listener
    broken: list[ParaphError]

    async def stop(self) -> None:
        """Stop accepting, end the streams, write what is left."""
        await self.listener.stop()
        await self.service.drain()


async def make_relay(home: Path, *, plain: bool = False, whom: int = 2) -> tuple[str, ...]:
    """Make a relay's directory; return its enrolment codes."""
    wanted = init.settings(home, host="127.0.0.1", port=0, origin="relay.example/log", plain=plain)
    made = await init.make(wanted, [f"party {number}" for number in range(whom)])
    return tuple(code for _, code in made.codes)


async def start_relay(home: Path, *, codes: tuple[str, ...] = (), port: int = 0) -> RealRelay:
    """Serve the relay in *home*."""
    settings = config.load(home)
    settings = dataclasses.replace(settings, listen=dataclasses.replace(settings.listen, port=port))
    certificate = None
    if not settings.listen.plain_http:
        certificate = Certificate(
            settings.path(settings.listen.tls_certificate), settings.path(settings.listen.tls_key)
        )
    broken: list[ParaphError] = []
    service = open_service(settings, broken.append)
    await service.start()
    routes = Routes(service, settings, SystemClock(), certificate, broken.append)
    listener = Listener(routes, settings, certificate)
    bound = await listener.start()
    routes.address = address_with(settings.relay.address, bound)
    secret = cards.read_log_key(settings.path(settings.store.log_key))
    card = cards.make_card(settings, routes.address, secret.public)
    return RealRelay(home, card, codes, secret, service, routes, listener, broken)


@contextlib.asynccontextmanager
async def real_relay(home: Path, *, plain: bool = False) -> AsyncIterator[RealRelay]:
    """Make a relay in *home* and serve it while the block runs."""
    codes = await make_relay(home, plain=plain)
    relay = await start_relay(home, codes=codes)
    try:
        yield relay
    finally:
        async with asyncio.timeout(15):
            await relay.stop()
