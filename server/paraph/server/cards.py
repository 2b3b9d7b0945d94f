"""The relay card: what the operator hands to the parties, as a file and as words (SPEC 8.7)."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

from paraph.protocol.checkpoint import LogSecret
from paraph.protocol.errors import InputError, MalformedError
from paraph.protocol.names import ZERO
from paraph.protocol.wire import RelayCard
from paraph.server import tls
from paraph.server.config import Config
from paraph.server.files import replace_file

CARD_FILE: Final = "relay.card"
_KEY_HEAD: Final = "paraph-relay-log-key-v1"
_KEY: Final = re.compile(_KEY_HEAD.encode() + rb" ([0-9a-f]{128})\n")


def write_log_key(file: Path, secret: LogSecret) -> None:
    """Write the log's secret key, mode 0600."""
    replace_file(file, f"{_KEY_HEAD} {secret.seed.hex()}\n".encode("ascii"))


def read_log_key(file: Path) -> LogSecret:
    """Read the log's secret key.

    Raises:
        InputError: No such file, another form, or readable by others.
    """
    require_private(file)
    found = _KEY.fullmatch(file.read_bytes())
    if not found:
        raise InputError(
            f"{file}: expected a log key", hint="restore it: without it no channel goes on"
        )
    return LogSecret.from_seed(bytes.fromhex(found[1].decode()))


def require_private(file: Path) -> None:
    """Refuse a secret that others may read.

    Raises:
        InputError: It is not there, or its mode is not 0600 or less.
    """
    try:
        mode = file.stat().st_mode & 0o777
    except OSError as error:
        raise InputError(f"cannot read {file}: {error.strerror}") from error
    if mode & 0o077:
        raise InputError(
            f"{file} may be read by others: its mode is {mode:04o}", hint=f"chmod 600 {file}"
        )


def make_card(config: Config, address: str, log_public: tuple[bytes, bytes]) -> RelayCard:
    """Return the card for *address* and the certificate that now stands in its file."""
    pin = ZERO
    if not config.listen.plain_http:
        pin = tls.pin_of(tls.read_certificate(config.path(config.listen.tls_certificate)))
    return RelayCard(
        address=address,
        pin=pin,
        origin_prefix=config.relay.origin_prefix,
        log_ed25519=log_public[0],
        log_mldsa44=log_public[1],
    )


def read_card(home: Path) -> RelayCard | None:
    """Return the card in its file; ``None`` if there is none, or not a card."""
    try:
        return RelayCard.decode((home / CARD_FILE).read_bytes())
    except (OSError, MalformedError):
        return None


def write_card(home: Path, card: RelayCard) -> Path:
    """Write the card and return its file."""
    file = home / CARD_FILE
    replace_file(file, card.encode())
    return file


def groups(data: bytes) -> str:
    """Return *data* as hex in groups of four digits, to be read aloud."""
    digits = data.hex()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def describe_card(card: RelayCard) -> dict[str, str]:
    """Return what people compare, in order."""
    log_keys = hashlib.sha256(card.log_ed25519 + card.log_mldsa44).digest()
    return {
        "address": card.address,
        "pin": groups(card.pin) if card.pin != ZERO else "none: plain HTTP",
        "origin": card.origin_prefix,
        "log keys": groups(log_keys),
    }
