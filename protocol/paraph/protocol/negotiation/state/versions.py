"""A version as a value of the state (SPEC 7.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation.state.authority import Terms
from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.versions import VersionTabled


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the text.

    Attributes:
        number: 1, 2, 3 ... of its document, in the order of the log.
        text: The text, as this side computed it.
        digests: Digest of the text by language.
        confirmed: Index of the confirmation by party.
        document: Side document that it belongs to; zeros for the instrument.
        terms: What each party's manifest asked for where it was tabled: governs its conclusion.
    """

    statement: bytes
    index: int
    party: str
    number: int
    content: VersionTabled
    text: Text
    digests: Mapping[str, bytes]
    confirmed: Mapping[str, int]
    document: bytes = ZERO
    terms: Mapping[str, Terms] = field(default_factory=dict)
