"""Who cosigned a note (SPEC 6.4). Finality comes from it, and the anchor of a statement."""

from __future__ import annotations

from paraph.protocol.checkpoint import LogKeys, verify_checkpoint
from paraph.protocol.note import parse_note
from paraph.protocol.trust import Trust


def cosigned_by(note: bytes, log_keys: LogKeys, trust: Trust) -> frozenset[str]:
    """Return the codes of the parties whose cosigners signed *note*; every line must verify.

    Raises:
        ForgedError: A line is by an unknown key, or does not verify.
        MalformedError: Not the one form of a note of ours.
    """
    if len(parse_note(note).lines) == 2:
        return frozenset()
    known = trust.cosigners()
    full = verify_checkpoint(note, log_keys, tuple(known))
    names = {each.name for each in full.cosignatures}
    return frozenset(party for keys, party in known.items() if keys.name in names)
