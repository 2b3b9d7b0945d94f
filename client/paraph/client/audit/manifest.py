"""MANIFEST: one line a file, and the comparison of a bundle with it (SPEC 9.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

MANIFEST: Final = "MANIFEST"
_PART: Final = 1 << 20  # bytes read at a time


def line_of(path: str, digest: bytes, size: int) -> str:
    """Return a file's line."""
    return f"{digest.hex()}  {size}  {path}\n"


def compare(folder: Path, files: Mapping[str, int]) -> tuple[dict[str, bytes], list[str]]:
    """Read every file of a bundle and compare it with the manifest.

    Args:
        folder: The bundle.
        files: Path to size of every file but the manifest, by path.

    Returns:
        The digest of each file, and the paths that are not as the manifest has them; the
        manifest itself, where it is not exactly the lines of the files.
    """
    digests, lines = {}, {}
    for path, size in files.items():
        digests[path] = _digest(folder / path)
        lines[path] = line_of(path, digests[path], size)
    expected = "".join(lines.values())
    with (folder / MANIFEST).open("rb") as file:
        found = file.read(2 * len(expected) + 1).decode("utf-8", "replace")
    if found == expected:
        return digests, []
    said = set(found.splitlines(keepends=True))
    return digests, [path for path, line in lines.items() if line not in said] or [MANIFEST]


def _digest(path: Path) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_PART):
            digest.update(part)
    return digest.digest()
