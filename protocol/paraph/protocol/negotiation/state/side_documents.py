"""A side document as a value of the state (SPEC 7.13)."""

from __future__ import annotations

from dataclasses import dataclass

from paraph.protocol.names import ZERO
from paraph.protocol.statements.side_documents import SideDocumentOpened


@dataclass(frozen=True, slots=True)
class SideDocument:
    """A document beside the instrument.

    Attributes:
        statement: The statement that opened it; versions of it carry this id.
        number: 1, 2, 3 ... in the order of the log.
        heads: Its versions that no other has for a parent.
        versions_counted: Number of its last version.
        adopted: The version last agreed by all parties; zeros while there is none.
        adopted_at: Index at which it was agreed.
        by_silence: It was agreed by silence, not by confirmations.
    """

    statement: bytes
    index: int
    party: str
    number: int
    content: SideDocumentOpened
    heads: tuple[bytes, ...] = ()
    versions_counted: int = 0
    adopted: bytes = ZERO
    adopted_at: int = 0
    by_silence: bool = False
