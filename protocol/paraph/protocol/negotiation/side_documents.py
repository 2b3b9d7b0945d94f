"""How far a side document has come: derived from the state, never typed in (SPEC 7.13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state import Negotiation, SideDocument


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a side document has come.

    Attributes:
        word: ``opened`` without a text, ``drafted``, ``commented``, ``agreed``, or ``reopened``
            by a version after the agreed one.
        version: The version that is agreed, or else the last one; zeros where there is none.
    """

    word: Literal["opened", "drafted", "commented", "agreed", "reopened"]
    version: bytes


def standing_of(talks: Negotiation, document: SideDocument) -> Standing:
    """Return how far *document* has come."""
    if document.adopted != ZERO:
        untouched = document.heads == (document.adopted,)
        return Standing("agreed" if untouched else "reopened", document.adopted)
    if not document.heads:
        return Standing("opened", ZERO)
    lines = {each.content.anchor.version for _, each in talks.comments.items()}
    of = (talks.versions.get(each) for each in lines)
    commented = any(each is not None and each.document == document.statement for each in of)
    return Standing("commented" if commented else "drafted", document.heads[-1])
