"""Who cosigned a note (SPEC 6.4). Finality comes from it, and the anchor of a statement."""

from __future__ import annotations

from paraph.protocol.checkpoint import CosignerKeys, LogKeys, verify_checkpoint
from paraph.protocol.note import parse_note
from paraph.protocol.trust import Trust


def cosigners_of(trust: Trust) -> tuple[CosignerKeys, ...]:
    """Return who may cosign now: parties in charter order, keys in manifest order."""
    return tuple(
        CosignerKeys(each.name, each.ed25519, each.mldsa44)
        for party in trust.parties.values()
        for each in party.manifest.cosigners
    )


def cosigned_by(note: bytes, log_keys: LogKeys, trust: Trust) -> frozenset[str]:
    """Return the codes of the parties whose cosigners signed *note*; every line must verify.

    Raises:
        ForgedError: A line is by an unknown key, or does not verify.
        MalformedError: Not the one form of a note of ours.
    """
    if len(parse_note(note).lines) == 2:
        return frozenset()
    full = verify_checkpoint(note, log_keys, cosigners_of(trust))
    names = {each.name for each in full.cosignatures}
    return frozenset(
        party.code
        for party in trust.parties.values()
        for each in party.manifest.cosigners
        if each.name in names
    )
