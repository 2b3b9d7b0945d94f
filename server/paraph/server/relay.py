"""Putting a relay together from its files (SPEC 8)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import ParaphError
from paraph.server.blobs import MOST_STAGED, Blobs
from paraph.server.clock import Clock, SystemClock
from paraph.server.heads import Heads
from paraph.server.intake import Flights
from paraph.server.ledger import LINGER_S, Ledger
from paraph.server.pool import Pool
from paraph.server.quotas import Quotas, Rate
from paraph.server.service import MOST_CHANNELS, SUBMISSIONS, RelayService
from paraph.server.sessions import LIVES_S, Sessions
from paraph.server.store.sqlite import SqliteStore
from paraph.server.workshop import Workshop


@dataclasses.dataclass(frozen=True, slots=True)
class RelayFiles:
    """Where a relay keeps what.

    Attributes:
        database: The SQLite database.
        blobs: Directory of staged blobs and attachments.
        heads: Directory of the last signed heads; never part of a backup.
    """

    database: Path
    blobs: Path
    heads: Path

    @classmethod
    def under(cls, directory: Path) -> RelayFiles:
        """Return the usual places under *directory*."""
        return cls(directory / "relay.db", directory / "blobs", directory / "last-head")


@dataclasses.dataclass(frozen=True, slots=True)
class RelayLimits:
    """What a key, a channel and the relay may ask for.

    Attributes:
        submissions: Statements of one key.
        session_s: Seconds a session lives.
        channels: Channels in all.
        staged_bytes: Bytes of a channel that no statement has named yet.
        threads: For signatures; 0 = as many as cores.
        linger_s: How long a batch waits for statements that are being checked.
    """

    submissions: Rate = SUBMISSIONS
    session_s: int = LIVES_S
    channels: int = MOST_CHANNELS
    staged_bytes: int = MOST_STAGED
    threads: int = 0
    linger_s: float = LINGER_S


def create_files(files: RelayFiles) -> None:
    """Make what a new relay needs, once: the directory that must not be lost, and blobs.

    Raises:
        FileExistsError: There is a relay already.
    """
    Heads.create(files.heads)
    files.blobs.mkdir(mode=0o700)


def open_relay(
    files: RelayFiles,
    log_secret: LogSecret,
    origin_prefix: str,
    *,
    fatal: Callable[[ParaphError], None],
    limits: RelayLimits | None = None,
    clock: Clock | None = None,
    ledger_type: type[Ledger] = Ledger,
    store_type: type[SqliteStore] = SqliteStore,
) -> RelayService:
    """Open the files of a relay; call ``start`` before anything is served.

    Args:
        files: Where they are.
        log_secret: The relay's log keys.
        origin_prefix: As on its card.
        fatal: Called once when a write's outcome is unknown; must stop the process.
        limits: Where they are not the usual ones.
        clock: The machine's, unless a test brings its own.
        ledger_type: For tests that put a broken one in its place.
        store_type: The same.

    Raises:
        IntegrityError: The heads' directory is missing, or the database is not sound.
        UnavailableError: Another process has the database open.
    """
    limits, clock = limits or RelayLimits(), clock or SystemClock()
    heads = Heads(files.heads)
    blobs = Blobs(files.blobs, clock, most_staged=limits.staged_bytes)
    store = store_type(files.database)
    try:
        shop = Workshop(
            ledger=ledger_type(store, heads, log_secret, fatal=fatal, linger_s=limits.linger_s),
            store=store,
            blobs=blobs,
            pool=Pool(limits.threads),
            quotas=Quotas(clock, limits.submissions),
            flights=Flights(),
            files=ThreadPoolExecutor(1, thread_name_prefix="files"),
            clock=clock,
        )
        return RelayService(
            shop,
            Sessions(clock, lives_s=limits.session_s),
            origin_prefix=origin_prefix,
            log_public=log_secret.public,
            most_channels=limits.channels,
        )
    except BaseException:
        store.abandon()  # its thread would keep the process for ever
        raise
