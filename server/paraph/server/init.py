"""Making a relay's directory: settings, keys, certificate, database, card, codes (SPEC 8.1)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import InputError, ParaphError
from paraph.protocol.wire import RelayCard
from paraph.server import cards, config, tls
from paraph.server.config import CONFIG_FILE, Config
from paraph.server.files import replace_file, sync_directory
from paraph.server.relay import create_files
from paraph.server.serving import files_of, open_service

WILDCARDS: Final = ("0.0.0.0", "::")  # noqa: S104 - recognised, not bound


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """What ``init`` made.

    Attributes:
        home: The relay's directory.
        card: The relay card.
        codes: For whom, and the enrolment code, which is kept nowhere else.
    """

    home: Path
    card: RelayCard
    codes: tuple[tuple[str, str], ...]


def settings(
    home: Path, *, host: str, port: int, address: str = "", origin: str = "", plain: bool = False
) -> Config:
    """Return the configuration of a new relay.

    Raises:
        InputError: Settings that do not fit each other.
    """
    scheme = "http" if plain else "https"
    if not address:
        if host in WILDCARDS:
            raise InputError(
                f"expected --address: parties cannot reach {host}",
                hint=f"for instance: --address {scheme}://relay.example.org:{port}",
            )
        shown = f"[{host}]" if ":" in host else host
        address = f"{scheme}://{shown}:{port}"
    try:
        name = urlsplit(address).hostname or "relay"
    except ValueError:
        name = "relay"
    table: dict[str, object] = {
        "relay": {"address": address, "origin_prefix": origin or f"{name}/paraph"},
        "listen": {"host": host, "port": port, "plain_http": plain},
    }
    return config.from_mapping(home, table)


async def make(wanted: Config, whom: Sequence[str]) -> Made:
    """Make the relay that *wanted* describes, whole or not at all.

    Args:
        wanted: Its configuration; its home is where it will stand.
        whom: For whom the enrolment codes are, one each.

    Raises:
        InputError: Something stands there already, or it cannot be written there.
    """
    home = wanted.home
    _require_room(home)
    beside = home.with_name(f".{home.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(mode=0o700, parents=True)
        card, codes = await _fill(dataclasses.replace(wanted, home=beside), whom)
        sync_directory(beside)
        beside.replace(home)
        sync_directory(home.parent)
    except OSError as error:
        raise InputError(f"cannot make {home}: {error.strerror}") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Made(home, card, codes)


def _require_room(home: Path) -> None:
    try:
        there = sorted(each.name for each in home.iterdir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"cannot make a relay in {home}: {error.strerror}") from error
    if CONFIG_FILE in there:
        raise InputError(
            f"{home} holds a relay already, and nothing of it was touched",
            hint=f"paraph-relay serve {home}, or name another directory",
        )
    if there:
        raise InputError(f"expected {home} to be empty, or not there", hint="name another one")


async def _fill(
    wanted: Config, whom: Sequence[str]
) -> tuple[RelayCard, tuple[tuple[str, str], ...]]:
    replace_file(wanted.home / CONFIG_FILE, config.render(wanted).encode())
    secret = LogSecret.generate()
    cards.write_log_key(wanted.path(wanted.store.log_key), secret)
    if not wanted.listen.plain_http:
        made = tls.development_certificate(_names(wanted), dt.datetime.now(dt.UTC))
        for name, data in zip(
            (wanted.listen.tls_certificate, wanted.listen.tls_key), made, strict=True
        ):
            replace_file(wanted.path(name), data)
    files = files_of(wanted)
    create_files(files)
    files.database.touch(mode=0o600, exist_ok=False)  # an empty file is a new database
    card = cards.make_card(wanted, wanted.relay.address, secret.public)
    cards.write_card(wanted.home, card)
    service = open_service(wanted, _raise)
    try:
        await service.start()
        codes = tuple([(each, await service.mint_code(each)) for each in whom])
    finally:
        await service.drain()
    return card, codes


def _raise(error: ParaphError) -> None:
    raise error


def _names(wanted: Config) -> tuple[str, ...]:
    host = urlsplit(wanted.relay.address).hostname or ""
    names = [host]
    if wanted.listen.host not in (*WILDCARDS, host):
        names.append(wanted.listen.host)
    if config.is_loopback(host):
        names += [each for each in ("localhost", "127.0.0.1", "::1") if each not in names]
    return tuple(names)
