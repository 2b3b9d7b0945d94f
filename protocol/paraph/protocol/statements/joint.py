"""The sealed record of a joint act: the other party agrees to what needs both (SPEC 7.12)."""

from __future__ import annotations

from typing import Final

from paraph.protocol.schema import CONTENT, Record, octets, record, wire
from paraph.protocol.statements.header import ContentHeader, header

JOINT_KINDS: Final = frozenset(
    {
        "action-set",
        "alternat-set",
        "conference-scheduled",
        "effect-stated",
        "outcomes-recorded",
        "package-tied",
        "package-untied",
        "term-set",
    }
)
"""Kinds of record that one party says and the other agrees to; each topic adds its own."""
BINDING_KINDS: Final = frozenset({"effect-stated"})
"""Those of them that only the roles which may `agree` agree to (SPEC 5.4)."""


@record("agreed", CONTENT)
class AgreedTo(Record):
    """The author's party agrees to what the other party said (SPEC 7.12)."""

    header: ContentHeader = wire(header, "common header")
    subject: bytes = wire(octets(32), "statement id of the joint act that is agreed to")
