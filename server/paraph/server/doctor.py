"""Is this relay as it should be? Each finding says what to do.

It reads and changes nothing. Beside a relay that serves it asks that one for what only the holder
of the database can see; otherwise it opens the files itself.
"""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import hashlib
import resource
import shutil
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography import x509

from paraph.protocol.errors import InputError, IntegrityError, ParaphError, UnavailableError
from paraph.protocol.names import ZERO
from paraph.protocol.tree import Tree, leaf_hash
from paraph.server import cards, config, control, tls
from paraph.server.config import Config
from paraph.server.heads import Heads
from paraph.server.store import ChannelRow, Store
from paraph.server.store.sqlite import SETTINGS, SqliteStore

OK: Final = "ok"
WARN: Final = "warn"
FAIL: Final = "fail"
CHUNK: Final = 8 * 2**20
"""Bytes of entries read at a time."""
EXPIRY_DAYS: Final = 30
CONNECT_S: Final = 5.0


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: What.
        level: ``ok``, ``warn`` or ``fail``.
        says: What was found.
        fix: What to do; empty if all is well.
        integrity: Whether what is stored is not what was signed.
    """

    check: str
    level: str
    says: str
    fix: str = ""
    integrity: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return dataclasses.asdict(self)


def examine(home: Path) -> list[Finding]:
    """Look at everything.

    Raises:
        UnavailableError: A relay serves there, and does not answer.
    """
    try:
        found = config.load(home)
    except InputError as error:
        return [Finding("settings", FAIL, str(error), error.hint)]
    findings = [Finding("settings", OK, f"{config.CONFIG_FILE} is complete and within its bounds")]
    findings += _modes(found)
    findings += _log_key(found)
    findings += _certificate(found, dt.datetime.now(dt.UTC))
    findings += _machine(found)
    asked = control.ask(home, "roots")
    if asked is None:
        findings.append(Finding("process", OK, "no relay serves here at present"))
        told = asyncio.run(_offline(found))
    else:
        findings.append(Finding("process", OK, "a relay serves here"))
        told = [Finding(**each) for each in asked["findings"]] + [_database(asked["figures"])]
        findings += _reachable(found)
    return findings + told


def exit_code(findings: list[Finding]) -> int:
    """Return 70 if what is stored is not what was signed, 1 if anything failed, else 0."""
    if any(each.integrity for each in findings):
        return 70
    return int(any(each.level == FAIL for each in findings))


def _modes(found: Config) -> Iterator[Finding]:
    home, store = found.home, found.store
    mode = home.stat().st_mode & 0o777
    if mode & 0o077:
        yield Finding("modes", FAIL, f"{home} has mode {mode:04o}", f"chmod 700 {home}")
    secrets = [store.log_key] if found.listen.plain_http else [store.log_key, found.listen.tls_key]
    bad = False
    for name in secrets:
        try:
            cards.require_private(found.path(name))
        except InputError as error:
            bad = True
            yield Finding("modes", FAIL, str(error), error.hint)
    for name in (store.database, store.blobs, store.heads):
        file = found.path(name)
        if file.exists() and file.stat().st_mode & 0o077:
            bad = True
            yield Finding("modes", WARN, f"{file} may be read by others", f"chmod go= {file}")
    if not bad and not mode & 0o077:
        yield Finding("modes", OK, "directory and secrets are the operator's alone")


def _log_key(found: Config) -> Iterator[Finding]:
    try:
        public = cards.read_log_key(found.path(found.store.log_key)).public
    except InputError as error:
        yield Finding("log key", FAIL, str(error), error.hint)
        return
    card = cards.read_card(found.home)
    if card is None:
        yield Finding("card", WARN, "no relay card", f"paraph-relay card {found.home}")
    elif (card.log_ed25519, card.log_mldsa44) != public:
        yield Finding(
            "log key",
            FAIL,
            "the log key is not the one on the card: channels that stand could not go on",
            f"restore {found.path(found.store.log_key)}",
            integrity=True,
        )
    else:
        yield Finding("log key", OK, "it is the one on the card")
        yield from _card(found, card.address, card.pin)


def _card(found: Config, address: str, pin: bytes) -> Iterator[Finding]:
    renew = f"paraph-relay card {found.home}, then give every party the new card"
    ephemeral = urlsplit(found.relay.address).port == 0
    if not ephemeral and address != found.relay.address:
        yield Finding("card", WARN, "the address on the card is not relay.address", renew)
        return
    if not found.listen.plain_http:
        try:
            shown = tls.pin_of(tls.read_certificate(found.path(found.listen.tls_certificate)))
        except InputError:
            return  # said by the check of the certificate
        if shown != pin:
            yield Finding("card", WARN, "the pin on the card is not the certificate's", renew)
            return
    elif pin != ZERO:
        yield Finding("card", WARN, "the card has a pin, the relay no TLS", renew)
        return
    yield Finding("card", OK, "address and pin are those in use")


def _certificate(found: Config, now: dt.datetime) -> Iterator[Finding]:
    if found.listen.plain_http:
        yield Finding(
            "certificate", WARN, "no TLS: for tests on this machine only", "plain_http = false"
        )
        return
    files = found.path(found.listen.tls_certificate), found.path(found.listen.tls_key)
    try:
        tls.Certificate(*files)
        shown = tls.read_certificate(files[0])
    except InputError as error:
        yield Finding("certificate", FAIL, str(error), error.hint)
        return
    yield _lifetime(shown, now, f"replace {files[0]} and {files[1]}, then kill -HUP the relay")
    host = urlsplit(found.relay.address).hostname or ""
    if host not in tls.names_of(shown):
        yield Finding(
            "certificate name",
            WARN,
            f"the certificate is not for {host}: desks that pin it do not mind, browsers do",
            "get one for the name in relay.address",
        )


def _lifetime(shown: x509.Certificate, now: dt.datetime, renew: str) -> Finding:
    left = shown.not_valid_after_utc - now
    says = f"it ends on {shown.not_valid_after_utc:%Y-%m-%d}"
    if shown.not_valid_before_utc > now:
        says = f"it begins on {shown.not_valid_before_utc:%Y-%m-%d %H:%M} UTC, after now"
        return Finding("certificate", FAIL, says, "set this machine's clock")
    if left <= dt.timedelta(0):
        return Finding(
            "certificate", FAIL, f"it ended on {shown.not_valid_after_utc:%Y-%m-%d}", renew
        )
    if left < dt.timedelta(days=EXPIRY_DAYS):
        return Finding("certificate", WARN, says, renew)
    return Finding("certificate", OK, says)


def _machine(found: Config) -> Iterator[Finding]:
    free = shutil.disk_usage(found.home).free // 2**20
    least = found.store.min_free_mib
    level = FAIL if free < least else WARN if free < 4 * least else OK
    fix = "" if level == OK else "make room: at none left, nothing is accepted any more"
    yield Finding("disk", level, f"{free} MiB free, {least} MiB are the least", fix)
    now = dt.datetime.now(dt.UTC).timestamp()
    newest = max((each.stat().st_mtime for each in found.home.iterdir()), default=now)
    if newest > now + 60:
        yield Finding(
            "clock",
            WARN,
            f"a file is {newest - now:.0f} s in the future: the clock went back",
            "set this machine's clock by NTP: desks more than 60 s away get no session",
        )
    else:
        yield Finding(
            "clock", OK, f"{dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC, by no file too early"
        )
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = found.limits.connections
    if hard != resource.RLIM_INFINITY and hard < wanted:
        yield Finding(
            "descriptors",
            WARN,
            f"at most {hard} files may be open, limits.connections is {wanted}",
            "raise LimitNOFILE= (systemd) or ulimit -n, or lower limits.connections",
        )


def _reachable(found: Config) -> Iterator[Finding]:
    card = cards.read_card(found.home)
    if card is None:
        return
    parts = urlsplit(card.address)
    try:
        pin = _shown_pin(parts.hostname or "", parts.port or 0, plain=parts.scheme == "http")
    except OSError as error:
        yield Finding(
            "reachable",
            WARN,
            f"{card.address} cannot be reached from here: {error.strerror or error}",
            "check name, firewall and listen.host; from outside it may be reachable all the same",
        )
        return
    if pin != card.pin:
        yield Finding(
            "reachable",
            FAIL,
            f"{card.address} shows another certificate than the card's",
            "another process answers there, or a proxy ends TLS: pass TLS through to the relay",
        )
    else:
        yield Finding("reachable", OK, f"{card.address} answers with the pin on the card")


def _shown_pin(host: str, port: int, *, plain: bool) -> bytes:
    with socket.create_connection((host, port), CONNECT_S) as own:
        if plain:
            return ZERO
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # the pin is what is checked
        with context.wrap_socket(own, server_hostname=host) as spoken:
            return hashlib.sha256(spoken.getpeercert(binary_form=True) or b"").digest()


async def _offline(found: Config) -> list[Finding]:
    database, heads = found.path(found.store.database), found.path(found.store.heads)
    if not database.is_file():
        return [Finding("database", FAIL, f"{database} is missing", "restore it", integrity=True)]
    try:
        store = SqliteStore(database)
    except IntegrityError as error:
        return [Finding("database", FAIL, str(error), error.hint, integrity=True)]
    except UnavailableError as error:
        return [Finding("database", FAIL, str(error), error.hint)]
    try:
        figures = dict(await store.figures())
        return [*await roots(store, Heads(heads)), _database(figures)]
    except ParaphError as error:
        lost = isinstance(error, IntegrityError)
        return [Finding("roots", FAIL, str(error), error.hint, integrity=lost)]
    finally:
        await store.close()


def _database(figures: dict[str, Any]) -> Finding:
    wrong = [name for name, value in SETTINGS.items() if figures.get(name) != value]
    if wrong:
        return Finding(
            "database", FAIL, f"other settings than the relay's: {', '.join(wrong)}", "restart it"
        )
    return Finding(
        "database",
        OK,
        f"SQLite {figures['sqlite']}, schema {figures['schema_version']}, write-ahead log, "
        f"synchronous=FULL, {figures['database_bytes'] // 1024} KiB",
    )


async def roots(store: Store, heads: Heads) -> list[Finding]:
    """Rebuild the root of every channel from all its entries and compare what was signed.

    Args:
        store: The rows.
        heads: The last signed heads.
    """
    findings = []
    entries = 0
    signed = {each: heads.read(each) for each in heads.channels()}  # first: rows only grow
    rows = {each.channel: each for each in await store.channels()}
    for channel, (size, root) in signed.items():
        row = rows.get(channel)
        if row is None or row.size < size:
            there = row.size if row else 0
            findings.append(_lost(f"a head of {size} entries was signed, {there} are stored"))
            continue
        tree = Tree()
        while tree.size < row.size:
            some = await store.envelopes(channel, tree.size, row.size, CHUNK)
            if not some:
                findings.append(_lost(f"expected {row.size} entries, found {tree.size}"))
                break
            await asyncio.to_thread(_extend, tree, some)
        else:
            entries += row.size
            findings += _compare(tree, row, size, root)
    if set(rows) - set(signed):
        findings.append(_lost("the last signed head of a channel is missing"))
    if not findings:
        says = f"{entries} entries in {len(rows)} channels give the roots that were signed"
        findings.append(Finding("roots", OK, says))
    return findings


def _compare(tree: Tree, row: ChannelRow, size: int, root: bytes) -> list[Finding]:
    if tree.root() != row.root:
        return [_lost(f"the {row.size} entries stored do not give the root that is stored")]
    if tree.root(size) != root:
        return [_lost(f"the first {size} entries stored do not give the root that was signed")]
    return []


def _extend(tree: Tree, envelopes: tuple[bytes, ...]) -> None:
    for each in envelopes:
        tree.append(leaf_hash(each))


def _lost(says: str) -> Finding:
    return Finding(
        "roots",
        FAIL,
        says,
        "serve nothing from here: keep these files as they are, restore the newest copy of the "
        "database, and see OPERATING.md, When a root differs",
        integrity=True,
    )
