"""A version as a value of the state (SPEC 7.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from paraph.protocol.negotiation.text import Text
from paraph.protocol.statements.versions import VersionTabled


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the text.

    Attributes:
        number: 1, 2, 3 ... in the order of the log.
        text: The text, as this side computed it.
        digests: Digest of the text by language.
        confirmed: Index of the confirmation by party.
    """

    statement: bytes
    index: int
    party: str
    number: int
    content: VersionTabled
    text: Text
    digests: Mapping[str, bytes]
    confirmed: Mapping[str, int]
