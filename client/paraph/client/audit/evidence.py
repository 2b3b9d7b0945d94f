"""Evidence files, as they are kept and mailed (SPEC 6.8)."""

from __future__ import annotations

from pathlib import Path

from paraph.client.log.forks import FORK_FILE
from paraph.protocol.errors import ForgedError, InputError
from paraph.protocol.evidence import EVIDENCE, Evidence, ForkEvidence, decode_evidence
from paraph.protocol.wire import MAX_NOTE


def load_evidence(path: Path) -> Evidence:
    """Read an evidence file, or the folder in which a replica kept what two histories left.

    Raises:
        InputError: There is nothing to read.
        MalformedError: Not an evidence record.
        ForgedError: The folder does not hold two notes.
    """
    if path.is_dir():
        record = path / FORK_FILE
        if record.exists():
            return decode_evidence(_read(record, EVIDENCE.size))
        notes = [_read(each, MAX_NOTE) for each in sorted(path.glob("*.note"))]
        if len(notes) != 2:
            raise ForgedError(
                f"expected two notes of one size in the folder, found {len(notes)}",
                hint="give an evidence file instead",
            )
        return ForkEvidence(first=notes[0], second=notes[1], leaves=())
    return decode_evidence(_read(path, EVIDENCE.size))


def _read(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}", hint="check the path of the file"
        ) from error
    if len(data) > most:
        raise InputError(f"expected a file of at most {most} bytes")
    return data
