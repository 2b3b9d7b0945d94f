"""The listener: binds, serves, and stops in the order in which nothing is lost."""

from __future__ import annotations

import asyncio
from typing import Final

from aiohttp import web

from paraph.protocol.errors import InputError
from paraph.server.config import Config
from paraph.server.tls import Certificate
from paraph.server.web.guard import GuardedServer
from paraph.server.web.routes import Routes

TLS_SHUTDOWN_S: Final = 2.0
"""Seconds for the other side's last TLS message."""
LAST_S: Final = 1.0
"""Seconds that requests get when the streams are closed."""


class Listener:
    """The listening socket and the connections behind it.

    Args:
        routes: What is served.
        config: Where, and within which limits.
        certificate: What is shown; ``None`` for plain HTTP.
    """

    def __init__(self, routes: Routes, config: Config, certificate: Certificate | None) -> None:
        self._routes = routes
        self._config = config
        self._certificate = certificate
        self._runner = web.AppRunner(routes.application(), access_log=None)
        self._guards: GuardedServer | None = None
        self._socket: asyncio.Server | None = None

    async def start(self) -> int:
        """Bind and accept.

        Returns:
            The port.

        Raises:
            InputError: The address cannot be bound.
        """
        await self._runner.setup()
        assert self._runner.server is not None
        self._guards = GuardedServer(self._runner.server, self._config.limits)
        listen, limits = self._config.listen, self._config.limits
        tls = self._certificate
        try:
            self._socket = await asyncio.get_running_loop().create_server(
                self._guards,
                listen.host,
                listen.port,
                backlog=listen.backlog,
                ssl=tls.context if tls else None,
                ssl_handshake_timeout=limits.head_seconds if tls else None,
                ssl_shutdown_timeout=TLS_SHUTDOWN_S if tls else None,
            )
        except OSError as error:
            await self._runner.cleanup()
            raise InputError(
                f"cannot listen on {listen.host} port {listen.port}: {error.strerror or error}",
                hint="stop what listens there, or set listen.port in relay.toml",
            ) from error
        port: int = self._socket.sockets[0].getsockname()[1]
        return port

    @property
    def connections(self) -> int:
        """Connections that are open."""
        return self._guards.open if self._guards else 0

    async def stop(self) -> None:
        """Stop accepting, end the streams, let requests finish, close what is left."""
        if self._socket is not None:
            self._socket.close()
        await self._routes.drain()
        if self._guards is not None:
            self._guards.pre_shutdown()
            await self._guards.shutdown(LAST_S)
        await self._runner.cleanup()
