"""What the manifests in the log ask of their parties, as values (SPEC 7.15, 7.18)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Terms:
    """What a party's manifest asks for, as it stood at some index.

    Attributes:
        initiallers: Distinct holders that must initial.
        signatories: Distinct holders that must sign.
        roots: Digest of the party's root set.
        release: Roles that may release an outgoing text; none named = whoever may clear.
    """

    initiallers: int
    signatories: int
    roots: bytes
    release: tuple[str, ...]
