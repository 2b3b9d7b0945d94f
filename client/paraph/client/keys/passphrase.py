"""Where a passphrase comes from when nobody types it: a file that only its owner can read."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from paraph.client.files import read_private
from paraph.protocol.errors import InputError
from paraph.protocol.sentences import worded

PASSPHRASE_VARIABLE: Final = "PARAPH_PASSPHRASE_FILE"  # noqa: S105 - names a path
MOST_PASSPHRASE: Final = 4_096
"""Bytes of the file."""


def read_passphrase(path: Path) -> bytes:
    """Return what the file holds, without the end of its line.

    Raises:
        InputError: There is none, others can read it, or it is empty.
    """
    found = read_private(path, "a passphrase file", MOST_PASSPHRASE)
    found = found.removesuffix(b"\n").removesuffix(b"\r")
    if not found:
        raise InputError(
            worded("expected a passphrase in %(path)s", path=path),
            code="passphrase",
            hint="write it into the file, on one line",
        )
    return found
