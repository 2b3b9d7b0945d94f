"""The key file: every private key of one person's home, under one passphrase.

The file is ``u32le(length) || header || ciphertext``:

- The header is a record with the parameters and the salt of Argon2id. It is the context of the
  cipher, so a changed parameter opens nothing. Floor and ceiling are checked before the key
  derivation runs: a planted file can neither weaken it nor eat the memory of the machine.
- The ciphertext is Cobblestone-256, which commits to its key: one file never opens under two
  passphrases, so nobody can test many guesses with one file.
- Mode 0600, refused if others can read it. Every change writes a new file beside the old one
  and renames it. A new encryption draws a new nonce.

Python cannot wipe memory: what a vault opened stays in the process until it ends.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from paraph.client.files import locked, read_private, write_atomically
from paraph.protocol import roles
from paraph.protocol.errors import InputError, LockedError, MalformedError, OutOfTurnError
from paraph.protocol.keys import SecretKey
from paraph.protocol.names import ChannelId, KeyId, Label, pae
from paraph.protocol.negotiation.kept import kept
from paraph.protocol.schema import (
    Budget,
    Record,
    ascending,
    many,
    nested,
    octets,
    record,
    text,
    u53,
    wire,
    word,
)
from paraph.protocol.sealed import SealingKey
from paraph.protocol.sentences import worded

MAX_FILE: Final = 4 * 1024 * 1024
"""Bytes of a key file: about ten thousand keys."""
MIB: Final = 1024
"""One MiB in KiB, the unit of the memory parameter."""
MEMORY_KIB: Final = 256 * MIB
"""Usual memory of a guess: 0.8 s on a small machine."""
CHEAP_MEMORY_KIB: Final = 64 * MIB
"""The floor; for the demo and for tests."""
CEILING_KIB: Final = 1024 * MIB
ITERATIONS: Final = 3
MAX_ITERATIONS: Final = 16
LANES: Final = 4
_CONTENT: Final = Budget(size=MAX_FILE, depth=6, nodes=200_000, keys=32)


@record("vault-header")
class VaultHeader(Record):
    """How the passphrase becomes a key."""

    format: int = wire(u53, "1")
    salt: bytes = wire(octets(16), "salt of Argon2id")
    iterations: int = wire(u53, "passes, 3 to 16")
    lanes: int = wire(u53, "lanes, 1 to 16")
    memory_kib: int = wire(u53, "KiB of memory, 65,536 to 1,048,576")

    def check(self) -> None:
        """Refuse what is too weak to keep keys, and what is too dear to try."""
        if self.format != 1:
            raise MalformedError("expected a key file of format 1")
        if not ITERATIONS <= self.iterations <= MAX_ITERATIONS:
            raise MalformedError(
                worded(
                    "expected %(least)s to %(most)s passes of Argon2id",
                    least=ITERATIONS,
                    most=MAX_ITERATIONS,
                )
            )
        if not 1 <= self.lanes <= 16:
            raise MalformedError("expected 1 to 16 lanes of Argon2id")
        if not CHEAP_MEMORY_KIB <= self.memory_kib <= CEILING_KIB:
            raise MalformedError(
                worded(
                    "expected %(least)s to %(most)s KiB of memory for Argon2id",
                    least=CHEAP_MEMORY_KIB,
                    most=CEILING_KIB,
                )
            )


@record("held-key", _CONTENT)
class HeldKey(Record):
    """One composite key and its sealing key: one role, one channel, one device."""

    channel: bytes = wire(octets(32), "channel id")
    role: str = wire(word(*roles.ROLES), "role")
    holder: bytes = wire(octets(16), "opaque id of the person or machine")
    signing: bytes = wire(octets(64), "seed of the composite key")
    sealing: bytes = wire(octets(96), "seed of the sealing key")
    not_after: int = wire(u53, "the key counts while log time is below this")
    state: str = wire(word("asked", "enrolled", "retired"), "how far its enrolment is")

    def __lt__(self, other: HeldKey) -> bool:
        """Order by channel, role and seed, so that a list has one form."""
        return (self.channel, self.role, self.signing) < (other.channel, other.role, other.signing)

    @property
    def signer(self) -> SecretKey:
        """The signing key, loaded once."""
        return _signer(self.signing)

    @property
    def opener(self) -> SealingKey:
        """The sealing key, loaded once."""
        return _opener(self.sealing)

    @property
    def id(self) -> KeyId:
        """Id of the signing key."""
        return self.signer.public.id


@kept(256)
def _signer(seed: bytes) -> SecretKey:
    return SecretKey.from_seed(seed)


@kept(256)
def _opener(seed: bytes) -> SealingKey:
    return SealingKey.from_seed(seed)


@record("vault-name", _CONTENT)
class VaultName(Record):
    """A display name of the party in one language."""

    language: str = wire(text(3, "[a-z]{2,3}"), "language code")
    name: str = wire(text(200), "display name")

    def __lt__(self, other: VaultName) -> bool:
        """Order by language."""
        return self.language < other.language


@record("vault", _CONTENT)
class VaultContent(Record):
    """What a key file holds."""

    party: str = wire(text(8, "([A-Z]{2,8})?"), "party code; empty before `party init`")
    names: tuple[VaultName, ...] = wire(ascending(nested(VaultName), 8), "display names")
    holder: bytes = wire(octets(16), "opaque id of the person whose home this is")
    roots: tuple[bytes, ...] = wire(many(octets(64), 8), "seeds of the roots that this home holds")
    root_publics: tuple[bytes, ...] = wire(
        ascending(octets(1984), 8), "raw public keys of all roots of the party"
    )
    root_threshold: int = wire(u53, "how many roots must sign; 0 = no roots known")
    archives: tuple[bytes, ...] = wire(
        many(octets(96), 256), "seeds of the archives' sealing keys that are here, oldest first"
    )
    keys: tuple[HeldKey, ...] = wire(ascending(nested(HeldKey), 4_096), "keys of channels")

    def held(self, channel: ChannelId, role: str | None = None) -> tuple[HeldKey, ...]:
        """Return the keys of *channel*, of one role or of all, retired ones too."""
        return tuple(
            key for key in self.keys if key.channel == channel and role in (None, key.role)
        )

    def openers(self, channel: ChannelId) -> list[SealingKey]:
        """Return every sealing key here that may open a channel's statements."""
        return [*(key.opener for key in self.held(channel)), *self.archive_openers]

    @property
    def root_signers(self) -> tuple[SecretKey, ...]:
        """The roots that this home holds."""
        return tuple(_signer(seed) for seed in self.roots)

    @property
    def archive_openers(self) -> tuple[SealingKey, ...]:
        """The archives' sealing keys that are here: shared and internal channels have their own."""
        return tuple(_opener(seed) for seed in self.archives)


def empty_content() -> VaultContent:
    """Return the content of a new home."""
    return VaultContent(
        party="",
        names=(),
        holder=os.urandom(16),
        roots=(),
        root_publics=(),
        root_threshold=0,
        archives=(),
        keys=(),
    )


Derive = Callable[[VaultHeader, bytes], bytes]


def derive_key(header: VaultHeader, passphrase: bytes) -> bytes:
    """Return the 32-byte key that *passphrase* gives under *header*: slow, on purpose."""
    kdf = Argon2id(
        salt=header.salt,
        length=32,
        iterations=header.iterations,
        lanes=header.lanes,
        memory_cost=header.memory_kib,
    )
    return kdf.derive(passphrase)


def split_file(data: bytes) -> tuple[VaultHeader, bytes, bytes]:
    """Return the header of a key file, its bytes, and the ciphertext.

    Raises:
        MalformedError: Not a key file, or parameters below the floor or above the ceiling.
    """
    if len(data) < 4:
        raise MalformedError("expected a key file")
    (length,) = struct.unpack_from("<I", data)
    if length > 1024 or 4 + length > len(data):
        raise MalformedError("expected a key file")
    header = data[4 : 4 + length]
    return VaultHeader.decode(header), header, data[4 + length :]


def open_file(data: bytes, key: bytes) -> VaultContent:
    """Open the bytes of a key file with the key that its passphrase gave.

    Raises:
        LockedError: Another passphrase, or a file that was changed.
        MalformedError: Not a key file.
    """
    _, header, ciphertext = split_file(data)
    cipher = Cobblestone256Decryptor(key, _context(header))
    try:
        plain = cipher.update(ciphertext) + cipher.finalize()
    except InvalidTag as error:
        raise LockedError(
            "the key file does not open with this passphrase",
            hint="type it again; a damaged file must be restored, and its keys enrolled anew",
        ) from error
    return VaultContent.decode(plain)


def _context(header: bytes) -> bytes:
    return pae(Label.KEY_FILE.octets, header)


def _seal_file(content: VaultContent, header: bytes, key: bytes) -> bytes:
    cipher = Cobblestone256Encryptor(key, _context(header))
    plain = content.encode()
    return struct.pack("<I", len(header)) + header + cipher.update(plain) + cipher.finalize()


class Vault:
    """An open key file.

    Attributes:
        path: Where it is.
        content: What it holds.
    """

    __slots__ = ("_digest", "_header", "_key", "content", "path")

    def __init__(self, path: Path, content: VaultContent, header: bytes, key: bytes) -> None:
        self.path: Final = path
        self.content = content
        self._header = header
        self._key = key
        self._digest = b""

    @classmethod
    def create(
        cls,
        path: Path,
        passphrase: bytes,
        *,
        cheap: bool = False,
        content: VaultContent | None = None,
    ) -> Self:
        """Make a new key file.

        Args:
            path: Where; nothing may be there.
            passphrase: Not empty.
            cheap: Use the floor of the parameters: for the demo and for tests only.
            content: What it holds from the start; otherwise an empty one with a new holder id.

        Raises:
            InputError: Something is there already, or the passphrase is empty.
            UnavailableError: The disk did not take it.
        """
        if not passphrase:
            raise InputError("expected a passphrase that is not empty", code="passphrase")
        header = VaultHeader(
            format=1,
            salt=os.urandom(16),
            iterations=ITERATIONS,
            lanes=LANES,
            memory_kib=CHEAP_MEMORY_KIB if cheap else MEMORY_KIB,
        )
        made = cls(
            path, content or empty_content(), header.encode(), derive_key(header, passphrase)
        )
        with locked(made._lock):
            if path.exists():
                raise InputError(
                    worded("there is a key file at %(path)s already", path=path),
                    code="vault-exists",
                    hint="choose another --home",
                )
            made._write(made.content)
        return made

    @classmethod
    def open(cls, path: Path, passphrase: bytes, *, derive: Derive = derive_key) -> Self:
        """Open a key file.

        Raises:
            InputError: No such file, or others can read it (code ``mode``).
            LockedError: Another passphrase, or a file that was changed.
            MalformedError: Not a key file, or parameters out of bounds.
        """
        data = read_private(path, worded("a key file"), MAX_FILE)
        header, header_bytes, _ = split_file(data)
        key = derive(header, passphrase)
        vault = cls(path, open_file(data, key), header_bytes, key)
        vault._digest = hashlib.sha256(data).digest()
        return vault

    def update(self, content: VaultContent) -> None:
        """Write *content* in place of what the file holds, durably.

        Raises:
            OutOfTurnError: Another process has changed the file since it was opened.
            UnavailableError: The disk did not take it; the file is as before.
        """
        with locked(self._lock):
            now = hashlib.sha256(read_private(self.path, worded("a key file"), MAX_FILE)).digest()
            if now != self._digest:
                raise OutOfTurnError(
                    "the key file was changed by another process meanwhile",
                    code="vault-changed",
                    hint="run the command again",
                )
            self._write(content)

    def _write(self, content: VaultContent) -> None:
        data = _seal_file(content, self._header, self._key)
        write_atomically(self.path, data)
        self._digest = hashlib.sha256(data).digest()
        self.content = content

    @property
    def _lock(self) -> Path:
        return self.path.with_name(f".{self.path.name}.lock")
