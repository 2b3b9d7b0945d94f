"""Looks for plain words where only sealed ones may be: in files, and in a process's memory."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

CHUNK = 16 * 1024 * 1024
OVERLAP = 4096
"""Bytes that two neighbouring chunks share, so that a word across their border is found."""


def forms(word: str) -> tuple[bytes, ...]:
    """Return how a word may stand in bytes: as text of two encodings, and inside base64.

    In base64 a word has three forms, by where in a group of three bytes it begins; of each, the
    middle that does not depend on its neighbours.
    """
    octets = word.encode("utf-8")
    found = [octets, word.encode("utf-16-le")]
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + octets)
        start = -(-before * 4 // 3)
        found.append(encoded[start + (before > 0) : len(encoded) - 4])
    return tuple(found)


def find(words: Mapping[str, str], pieces: Iterator[bytes]) -> set[str]:
    """Return the names of the words of which some form stands in *pieces*."""
    wanted = {name: forms(word) for name, word in words.items()}
    hits: set[str] = set()
    before = b""
    for piece in pieces:
        data = before + piece
        hits |= {name for name, shapes in wanted.items() if any(each in data for each in shapes)}
        before = piece[-OVERLAP:]
    return hits


def in_file(path: Path) -> Iterator[bytes]:
    """Yield a file piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece


def in_memory(pid: int) -> Iterator[bytes]:
    """Yield every readable mapping of a process, piece by piece.

    Raises:
        PermissionError: This machine does not let its processes be looked into.
    """
    maps = Path(f"/proc/{pid}/maps").read_text("ascii", "replace").splitlines()
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in maps:
            place, mode, *_ = line.split()
            if not mode.startswith("r") or line.endswith(("[vvar]", "[vsyscall]", "[vvar_vclock]")):
                continue
            start, end = (int(each, 16) for each in place.split("-"))
            yield from _mapping(memory, start, end)
            yield b"\0" * OVERLAP  # nothing runs from one mapping into the next


def _mapping(memory: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    at = start
    while at < end:
        try:
            memory.seek(at)
            piece = memory.read(min(CHUNK, end - at))
        except (OSError, OverflowError):  # a page of a device, or one that is gone
            return
        if not piece:
            return
        yield piece
        at += len(piece)
