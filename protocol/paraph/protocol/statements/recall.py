"""Sealed record of what is taken back: a recall (SPEC 7.11)."""

from __future__ import annotations

from typing import Final

from paraph.protocol.schema import CONTENT, Record, octets, record, text, wire
from paraph.protocol.statements.header import ContentHeader, header

MOST_REASON: Final = 2_000


@record("recalled", CONTENT)
class Recalled(Record):
    """A party takes back what it said; the record of it stays (SPEC 7.11)."""

    header: ContentHeader = wire(header, "common header")
    subject: bytes = wire(octets(32), "statement id of what is taken back")
    reason: str = wire(text(MOST_REASON), "why; may be empty")
