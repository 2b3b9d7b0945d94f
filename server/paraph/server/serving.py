"""The process: start, announce, reload, drain, and the order in which that happens.

Start: settings, secrets, certificate; database and roots (a difference refuses to serve); listen;
control socket; announce. Stop on SIGTERM or SIGINT: not ready; accept nothing; end the streams
with 1001; finish what is being written; let go of the files. All of that within 15 seconds.

When the outcome of a write is unknown or a root differs, nobody is served any longer: what waits
is answered 503, and the process ends with 70. The ordinary start recovers, or refuses.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import resource
import signal
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import structlog

from paraph.protocol.errors import InputError, IntegrityError, ParaphError
from paraph.protocol.wire import RelayCard
from paraph.server import cards
from paraph.server.clock import SystemClock
from paraph.server.config import Config
from paraph.server.control import Control
from paraph.server.exits import INTEGRITY
from paraph.server.files import replace_file
from paraph.server.heads import Heads
from paraph.server.quotas import Rate
from paraph.server.relay import RelayFiles, RelayLimits, open_relay
from paraph.server.service import RelayService
from paraph.server.tls import Certificate
from paraph.server.web.listener import Listener
from paraph.server.web.routes import Routes

READY_FILE: Final = "relay.ready"
BROKEN_S: Final = 2.0
"""Seconds for the last answers of a relay whose state is not known."""
COLLECT_AFTER: Final = 10_000
"""Objects more than before, after which cycles are looked for."""
SPARE_FILES: Final = 256
"""Descriptors beside those of connections."""

_log = structlog.get_logger


def files_of(config: Config) -> RelayFiles:
    """Return where the relay keeps what."""
    store = config.store
    return RelayFiles(
        config.path(store.database), config.path(store.blobs), config.path(store.heads)
    )


def open_service(config: Config, fatal: Callable[[ParaphError], None]) -> RelayService:
    """Open the relay's files; it is not started yet.

    Raises:
        InputError: A secret is missing or readable by others.
        IntegrityError: The database is not sound, or not there any more.
        UnavailableError: Another process has it.
    """
    quotas = config.quotas
    limits = RelayLimits(
        submissions=Rate(quotas.submissions_per_second, quotas.submissions_burst),
        session_s=quotas.session_seconds,
        channels=quotas.channels,
        staged_bytes=quotas.staged_mib * 2**20,
        threads=quotas.threads,
    )
    secret = cards.read_log_key(config.path(config.store.log_key))
    return open_relay(
        files_of(config), secret, config.relay.origin_prefix, fatal=fatal, limits=limits
    )


def require_database(config: Config) -> None:
    """Refuse to begin anew where a database was lost.

    Raises:
        IntegrityError: It is not there.
    """
    database = config.path(config.store.database)
    if not database.is_file():
        raise IntegrityError(
            f"expected the database {database}",
            hint="restore it; a new one would make every log begin anew",
        )


async def mint_offline(config: Config, label: str) -> str:
    """Make an enrolment code while no relay serves.

    Raises:
        ParaphError: The files cannot be opened.
    """
    require_database(config)
    service = open_service(config, _ignore)
    try:
        return await service.mint_code(label)
    finally:
        await service.drain()


def current_card(config: Config) -> tuple[RelayCard, bool]:
    """Return the card for the present settings and certificate, and whether it was written anew.

    With an ephemeral port the address is the one of the newest start.

    Raises:
        InputError: The log key or the certificate cannot be read.
    """
    secret = cards.read_log_key(config.path(config.store.log_key))
    there = cards.read_card(config.home)
    address = config.relay.address
    if there is not None and urlsplit(address).port == 0:
        address = there.address
    card = cards.make_card(config, address, secret.public)
    if card != there:
        cards.write_card(config.home, card)
    return card, card != there


def _ignore(error: ParaphError) -> None:
    del error  # it is raised where it happened, too


class Process:
    """One run of the relay.

    Args:
        config: Its settings.
        announce: Called once with what scripts want to know, when it accepts connections.
    """

    def __init__(self, config: Config, announce: Callable[[Mapping[str, Any]], None]) -> None:
        self._config = config
        self._announce = announce
        self._stop = asyncio.Event()
        self._code = 0
        self._certificate: Certificate | None = None

    async def run(self) -> int:
        """Serve until a signal.

        Returns:
            0, or 70 after which the process must end at once.

        Raises:
            ParaphError: It cannot start.
        """
        config = self._config
        require_database(config)
        if not config.listen.plain_http:
            key = config.path(config.listen.tls_key)
            cards.require_private(key)
            self._certificate = Certificate(config.path(config.listen.tls_certificate), key)
        service = open_service(config, self.broken)
        try:
            await service.start()
            _spare_the_collector()
            code = await self._serve(service)
        except BaseException:
            await service.store.close()
            raise
        if code == 0:
            await service.drain()
        _log().info("stopped", code=str(code))
        return code

    async def _serve(self, service: RelayService) -> int:
        config = self._config
        routes = Routes(service, config, SystemClock(), self._certificate, self.broken)
        listener = Listener(routes, config, self._certificate)
        _raise_file_limit(config.limits.connections + SPARE_FILES)
        port = await listener.start()
        routes.address = address_with(config.relay.address, port)
        told = self._card(routes.address, port)
        control = Control(
            config.home,
            {
                "status": lambda _: self._status(service, routes, listener, told),
                "code": lambda asked: _code(service, asked),
                "roots": lambda _: self._roots(service),
            },
        )
        try:
            await control.start()
            self._signals()
            replace_file(config.path(READY_FILE), json.dumps(told).encode() + b"\n")
            self._announce(told)
            _log().info("ready", port=port, pid=os.getpid())
            routes.freed.give_back()
            await self._stop.wait()
        finally:
            config.path(READY_FILE).unlink(missing_ok=True)
            await control.stop()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BROKEN_S if self._code else None):
                    await listener.stop()
        return self._code

    def _card(self, address: str, port: int) -> dict[str, Any]:
        config = self._config
        secret = cards.read_log_key(config.path(config.store.log_key))
        card = cards.make_card(config, address, secret.public)
        file = config.path(cards.CARD_FILE)
        if cards.read_card(config.home) != card:
            # An ephemeral port, a renewed certificate, or a changed address.
            cards.write_card(config.home, card)
            _log().warning("card-written-anew", pin=card.pin)
        return {
            "ready": True,
            "address": address,
            "port": port,
            "pid": os.getpid(),
            "pin": card.pin.hex(),
            "card": str(file),
        }

    def broken(self, error: ParaphError) -> None:
        """Stop at once: what is stored may not be what was said."""
        if not self._code:
            self._code = INTEGRITY
            _log().critical("broken", code=error.code, error=type(error).__name__)
            self._stop.set()

    def _signals(self) -> None:
        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, self._stopped, each)
        loop.add_signal_handler(signal.SIGHUP, self._reload)

    def _stopped(self, which: signal.Signals) -> None:
        _log().info("stopping", signal=which.name)
        self._stop.set()

    def _reload(self) -> None:
        if self._certificate is None:
            return
        try:
            cards.require_private(self._config.path(self._config.listen.tls_key))
            self._certificate.reload()
        except InputError as error:
            _log().error("certificate-not-reloaded", code=error.code)
        else:
            _log().info("certificate-reloaded", pin=self._certificate.pin)

    async def _status(
        self, service: RelayService, routes: Routes, listener: Listener, told: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            "running": True,
            "address": told["address"],
            "pid": told["pid"],
            "draining": routes.draining,
            "connections": listener.connections,
            "streams": routes.streams,
            **await service.status(),
        }

    async def _roots(self, service: RelayService) -> dict[str, Any]:
        from paraph.server import doctor  # noqa: PLC0415 - few relays are ever asked

        heads = Heads(files_of(self._config).heads)
        findings = await doctor.roots(service.store, heads)
        figures = await service.store.figures()
        return {"findings": [each.as_dict() for each in findings], "figures": dict(figures)}


async def _code(service: RelayService, asked: Mapping[str, str]) -> dict[str, Any]:
    return {"code": await service.mint_code(asked.get("label", ""))}


def address_with(address: str, port: int) -> str:
    """Return *address*, with *port* in the place of 0."""
    parts = urlsplit(address)
    if parts.port != 0:
        return address
    return f"{parts.scheme}://{parts.netloc.removesuffix('0')}{port}"


def _spare_the_collector() -> None:
    # What stands at start stays, and what a statement leaves behind is freed by its last
    # reference: looking for cycles after every 700 objects took a tenth of the loop's time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 10, 10)


def _raise_file_limit(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))
