"""Sealed blobs as files: attachments, and bodies that come before their statement (SPEC 8.3).

- A blob is received in parts that are appended to a file of its own for each key, so nobody can
  spoil what somebody else uploads. Every part is on disk before it is answered.
- It is complete when the digest of what is there is its name. Only then does it get a second name,
  where statements find it, and the directory is synced: a name that can be seen holds the whole.
  The first one stays until a statement names the blob, and says who brought it.
- What no statement has named within a day is swept, at start and every hour. Until then it is
  counted for the party that brought it, and every file costs something beside its bytes: a disk
  runs out of files as well.

Everything here blocks; the service calls it in a thread of its own, one call at a time. Only
:meth:`Blobs.require` and :meth:`Blobs.read` are called from others.
"""

from __future__ import annotations

import collections
import hashlib
import os
import re
import threading
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final, Protocol

from paraph.protocol.errors import ForgedError, RefusedError, UnavailableError
from paraph.protocol.names import ChannelId, Digest, KeyId
from paraph.protocol.wire import Staged
from paraph.server.clock import Clock
from paraph.server.files import sync_directory

MOST_STAGED: Final = 4 * 1024**3
"""Bytes of one party in one channel that no statement has named yet."""
FILE_COST: Final = 16 * 1024
"""What a file counts for beside its bytes: about the space of a disk that has one inode."""
SWEEP_MS: Final = 24 * 3600 * 1000
_NAME: Final = re.compile("([0-9a-f]{64})(?:[.]([0-9a-f]{64}))?")
_READ: Final = 1024 * 1024
_OPEN_PARTS: Final = 256


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...
    def digest(self) -> bytes: ...


class Blobs:
    """Files of sealed blobs, by channel and digest.

    Args:
        directory: Where; made if it is not there.
        clock: The wall clock, for the sweep.
        most_staged: Bytes of one party in one channel that no statement has named yet.
    """

    def __init__(self, directory: Path, clock: Clock, *, most_staged: int = MOST_STAGED) -> None:
        self._directory = directory
        self._clock = clock
        self._most_staged = most_staged
        self._staged: collections.Counter[tuple[ChannelId, str]] = collections.Counter()
        self._brought: dict[Path, tuple[str, Path]] = {}  # whole blob: by whom, and its first name
        self._using = threading.Lock()  # what a statement is about to name is not swept
        self._hashes: collections.OrderedDict[Path, tuple[int, _Hash]] = collections.OrderedDict()
        directory.mkdir(mode=0o700, exist_ok=True)

    def sweep(
        self, channel: ChannelId, named: AbstractSet[Digest], party_of: Callable[[KeyId], str]
    ) -> None:
        """Count what waits for a statement, and remove what has waited for more than a day.

        Args:
            channel: Whose blobs.
            named: Digests that placed statements name.
            party_of: Tells whose a key is.
        """
        folder = self._folder(channel)
        for pot in [each for each in self._staged if each[0] == channel]:
            del self._staged[pot]
        if not folder.is_dir():
            return
        oldest_ms = self._clock.now_ms() - SWEEP_MS
        for path in sorted(folder.iterdir()):
            matched = _NAME.fullmatch(path.name)
            if matched is None:  # not ours
                continue
            digest, key = matched[1], matched[2]
            if bytes.fromhex(digest) in named:
                if key:
                    path.unlink()
                    self._brought.pop(folder / digest, None)
                continue
            if self._is_over(path, oldest_ms):
                self._brought.pop(path, None)
                continue
            if key:
                party = party_of(KeyId(bytes.fromhex(key)))
                self._staged[channel, party] += FILE_COST + path.stat().st_size
                if (folder / digest).is_file():
                    self._brought[folder / digest] = (party, path)

    def _is_over(self, path: Path, oldest_ms: int) -> bool:
        with self._using:
            over = path.stat().st_mtime_ns // 1_000_000 < oldest_ms
            if over:
                path.unlink()
        return over

    def staged(self, channel: ChannelId, key: KeyId, digest: Digest) -> Staged:
        """Tell how much of a blob is there: the key's own parts, or the whole from anybody."""
        whole = self.path(channel, digest)
        if whole.is_file():
            return Staged(size=whole.stat().st_size, complete=1)
        part = self._part(channel, key, digest)
        return Staged(size=part.stat().st_size if part.is_file() else 0, complete=0)

    def stage(
        self,
        channel: ChannelId,
        key: KeyId,
        party: str,
        digest: Digest,
        offset: int,
        data: bytes,
        most: int,
    ) -> Staged:
        """Append a part, if it begins where the last one ended; offset 0 begins anew.

        Args:
            channel: Whose blob.
            key: Who uploads it.
            party: Whose key that is.
            digest: Its name.
            offset: Where the part begins; elsewhere than expected, nothing is written.
            data: The part.
            most: Largest blob accepted.

        Raises:
            RefusedError: Code ``too-large``, or ``quota``.
            UnavailableError: Code ``full``: no space.
        """
        there = self.staged(channel, key, digest)
        if there.complete or (offset and offset != there.size):
            return there
        if offset + len(data) > most:
            raise RefusedError(f"expected a blob of at most {most} bytes", code="too-large")
        new = 0 if self._part(channel, key, digest).is_file() else FILE_COST
        if self._staged[channel, party] + new + len(data) > self._most_staged:
            raise RefusedError(
                f"expected at most {self._most_staged} bytes that no statement has named",
                code="quota",
                hint="send the statements of what was uploaded, or wait a day",
                retry_after_s=3600,
            )
        try:
            return self._append(channel, key, party, digest, offset, data)
        except OSError as error:
            raise UnavailableError("the relay could not store the part", code="full") from error

    def _append(
        self, channel: ChannelId, key: KeyId, party: str, digest: Digest, offset: int, data: bytes
    ) -> Staged:
        part = self._part(channel, key, digest)
        if not part.parent.is_dir():
            part.parent.mkdir(mode=0o700)
            sync_directory(self._directory)
        hashed = self._hash_of(part, offset)
        before = part.stat().st_size if part.is_file() else -FILE_COST
        fd = os.open(part, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.ftruncate(fd, offset)
            written = 0
            while written < len(data):
                written += os.pwrite(fd, data[written:], offset + written)
            os.fsync(fd)
        finally:
            os.close(fd)
        self._staged[channel, party] += offset + len(data) - before
        hashed.update(data)
        if hashed.digest() != digest:
            self._hashes[part] = (offset + len(data), hashed)
            if len(self._hashes) > _OPEN_PARTS:
                self._hashes.popitem(last=False)
            return Staged(size=offset + len(data), complete=0)
        whole = self.path(channel, digest)
        whole.hardlink_to(part)
        self._brought[whole] = (party, part)
        sync_directory(part.parent)
        return Staged(size=offset + len(data), complete=1)

    def _hash_of(self, part: Path, offset: int) -> _Hash:
        # The running digest of the parts before, kept in memory or made again from the file.
        size, hashed = self._hashes.pop(part, (0, hashlib.sha256()))
        if size == offset:
            return hashed
        hashed = hashlib.sha256()
        if offset:
            with part.open("rb") as file:
                while chunk := file.read(_READ):
                    hashed.update(chunk)
        return hashed

    def require(self, channel: ChannelId, digest: Digest, size: int) -> Path:
        """Return the file of a complete blob of *size* bytes.

        Raises:
            RefusedError: Code ``not-staged``.
        """
        path = self.path(channel, digest)
        with self._using:
            there = path.is_file() and path.stat().st_size == size
            if there:
                now_ns = self._clock.now_ms() * 1_000_000
                os.utime(path, ns=(now_ns, now_ns))
        if not there:
            raise RefusedError(
                "expected the body and every attachment to be here before the statement",
                code="not-staged",
                hint="upload it first; the same bytes will then be placed",
                retry_after_s=1,
            )
        return path

    def read(self, channel: ChannelId, digest: Digest, size: int) -> bytes:
        """Return a staged body.

        Raises:
            RefusedError: Code ``not-staged``.
            ForgedError: Not what its name says.
        """
        data = self.require(channel, digest, size).read_bytes()
        if hashlib.sha256(data).digest() != digest:
            raise ForgedError("expected the body that the statement names", code="body-digest")
        return data

    def named(self, channel: ChannelId, digest: Digest) -> None:
        """Note that a placed statement has named a blob: it is nobody's upload any more."""
        party, part = self._brought.pop(self.path(channel, digest), ("", None))
        if part is not None:
            self._staged[channel, party] -= FILE_COST + part.stat().st_size
            part.unlink()

    def remove(self, channel: ChannelId, digest: Digest) -> None:
        """Remove a staged body whose bytes went into the database."""
        self.named(channel, digest)
        self.path(channel, digest).unlink(missing_ok=True)

    def path(self, channel: ChannelId, digest: Digest) -> Path:
        """Return where a complete blob stands, if it is there."""
        return self._folder(channel) / digest.hex()

    def _part(self, channel: ChannelId, key: KeyId, digest: Digest) -> Path:
        return self._folder(channel) / f"{digest.hex()}.{key.hex()}"

    def _folder(self, channel: ChannelId) -> Path:
        return self._directory / channel.hex()
