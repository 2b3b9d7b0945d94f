"""The audit bundle: a folder whose every byte an auditor can recompute or check (SPEC 9.2).

=====================  ==========================================================
``MANIFEST``           one line a file: SHA-256, size, path; sorted by path
``policy``             the log's keys and the cosigners' quorum, C2SP tlog-policy
``tile/…``             hash tiles and entry bundles, C2SP tlog-tiles, of the last note
``journal/NNNNNN``     every checkpoint note known, oldest first
``blobs/HEX``          sealed bodies by digest, as far as they are kept
=====================  ==========================================================

The same log, notes and bodies give the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from paraph.client.audit.manifest import MANIFEST, line_of
from paraph.protocol.checkpoint import CosignerKeys, LogKeys
from paraph.protocol.errors import InputError, MalformedError
from paraph.protocol.log import ChannelLog
from paraph.protocol.tiles import (
    ENTRIES,
    FULL_WIDTH,
    MAX_ENTRY_BYTES,
    entry_bundle,
    tile_bytes,
    tiles_of,
)
from paraph.protocol.tree import Tree

POLICY: Final = "policy"
JOURNAL: Final = "journal"
BLOBS: Final = "blobs"
MOST_READ: Final = FULL_WIDTH * (2 + MAX_ENTRY_BYTES)
"""Bytes of the largest file that is read whole, a full entry bundle; attachments are digested."""

_NAME: Final = re.compile(r"[!-~]+", re.ASCII)  # so that no path can pass for a line of a report


def journal_path(number: int) -> str:
    """Return where the note of this number stands."""
    return f"{JOURNAL}/{number:06d}"


def blob_path(digest: bytes) -> str:
    """Return where the body with this digest stands."""
    return f"{BLOBS}/{digest.hex()}"


def log_keys(log: ChannelLog) -> LogKeys:
    """Return the public keys that sign this channel's checkpoints."""
    return LogKeys(log.origin, log.charter.log_ed25519, log.charter.log_mldsa44)


def policy_text(log: ChannelLog) -> bytes:
    """Return the bundle's policy file.

    A party's cosigners are a group of which any one speaks for the party; the quorum is all
    parties, or none where the charter says so.
    """
    lines = [f"log {vkey}" for vkey in log_keys(log).vkeys]
    groups = []
    for party in log.charter.parties:
        names: list[str] = []
        for each in log.trust.parties[party.code].manifest.cosigners:
            keys = CosignerKeys(each.name, each.ed25519, each.mldsa44)
            for number, vkey in enumerate(keys.vkeys, start=1):
                names.append(f"{party.code}-{len(names) + 1}-{number}")
                lines.append(f"witness {names[-1]} {vkey} https://{each.name}")
        if names:
            groups.append(party.code)
            lines.append(f"group {party.code} any {' '.join(names)}")
    if log.charter.quorum == "all":
        lines += [f"group parties all {' '.join(groups)}", "quorum parties"]
    else:
        lines.append("quorum none")
    return ("\n".join(lines) + "\n").encode()


def tile_files(tree: Tree, size: int, entries: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield every tile and entry bundle of the tree at *size*, path and bytes.

    Args:
        tree: Holds at least *size* leaves.
        size: Of the checkpoint that the tiles are for.
        entries: The first *size* entries, in order; read once.
    """
    rest = iter(entries)
    for tile in tiles_of(size):
        if tile.level == ENTRIES:
            yield tile.path, entry_bundle([next(rest) for _ in range(tile.width)])
        else:
            yield tile.path, tile_bytes(tree, tile)


def write_bundle(
    folder: Path,
    log: ChannelLog,
    entries: Iterable[bytes],
    notes: Sequence[bytes],
    bodies: Iterable[tuple[bytes, bytes]],
) -> None:
    """Write a bundle into a folder that does not exist yet.

    Args:
        folder: Where to.
        log: The channel at the size of the last note.
        entries: Its entries, in order.
        notes: Its checkpoint notes, oldest first; the last covers every entry.
        bodies: Digest and bytes of the sealed bodies at hand.

    Raises:
        InputError: The folder exists, or there is no note yet.
    """
    if not notes:
        raise InputError("expected a checkpoint before there is something to audit")
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        message = f"{folder} exists already"
        raise InputError(message, hint="name a folder that does not exist yet") from error
    lines = []
    for path, data in _files(log, entries, notes, bodies):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        lines.append(line_of(path, hashlib.sha256(data).digest(), len(data)))
    manifest = "".join(sorted(lines, key=lambda line: line.split("  ")[2]))
    (folder / MANIFEST).write_bytes(manifest.encode())


def _files(
    log: ChannelLog,
    entries: Iterable[bytes],
    notes: Sequence[bytes],
    bodies: Iterable[tuple[bytes, bytes]],
) -> Iterator[tuple[str, bytes]]:
    yield POLICY, policy_text(log)
    yield from tile_files(log.tree, log.size, entries)
    for number, note in enumerate(notes):
        yield journal_path(number), note
    for digest, body in bodies:
        yield blob_path(digest), body


def list_files(folder: Path) -> dict[str, int]:
    """Return every file of a bundle but its manifest, and its size.

    Raises:
        InputError: The folder cannot be read.
        MalformedError: It holds something that is neither a file nor a folder, or a name that is
            not visible ASCII.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a bundle", hint="name the folder that holds MANIFEST")
    found = {}
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as listing:
            for each in listing:
                if not _NAME.fullmatch(each.name):
                    raise MalformedError("expected names of visible ASCII in the bundle")
                if each.is_dir(follow_symlinks=False):
                    waiting.append(Path(each.path))
                elif each.is_file(follow_symlinks=False):
                    path = Path(each.path).relative_to(folder).as_posix()
                    found[path] = each.stat(follow_symlinks=False).st_size
                else:
                    raise MalformedError("expected a bundle of plain files and folders")
    found.pop(MANIFEST, None)
    return dict(sorted(found.items()))


def read(folder: Path, path: str) -> bytes:
    """Return a file of a bundle.

    Raises:
        MalformedError: There is none, or it is larger than any that is read whole.
    """
    try:
        with (folder / path).open("rb") as file:
            data = file.read(MOST_READ + 1)
    except OSError as error:
        raise MalformedError(f"expected the file {path}") from error
    if len(data) > MOST_READ:
        raise MalformedError(f"expected {path} to have at most {MOST_READ} bytes")
    return data


def bundle_widths(size: int) -> list[int]:
    """Return how many entries each entry bundle of a log of *size* holds."""
    full, rest = divmod(size, FULL_WIDTH)
    return [FULL_WIDTH] * full + ([rest] if rest else [])
