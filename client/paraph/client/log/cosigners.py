"""Who cosigned a note (SPEC 6.4). Finality comes from it, and the anchor of a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from paraph.protocol.checkpoint import LogKeys, verify_checkpoint
from paraph.protocol.note import parse_note
from paraph.protocol.trust import Trust

if TYPE_CHECKING:
    from paraph.client.log.history import History


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


def covered(history: History) -> dict[str, int]:
    """Return the largest size that each party's cosigner signed, of the notes journalled here."""
    trust = history.log.trust
    found = dict.fromkeys(trust.parties, 0)
    for note, _ in history.store.cosigned_heads(history.size):  # the largest first
        size = history.checkpoint(note).size
        for party in cosigned_by(note, history.log_keys, trust):
            found[party] = max(found[party], size)
        if all(found.values()):
            break
    return found


def final_below(history: History) -> int:
    """Return below which index every entry is final: each party's cosigner covered it (SPEC 6.4).

    0 while a party's cosigner has signed no note that is journalled here.
    """
    return min(covered(history).values())
