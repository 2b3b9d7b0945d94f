"""Sealed records of the silence procedure: opened, broken, closed (SPEC 5.6, 7.19)."""

from __future__ import annotations

from typing import Final

from paraph.protocol.errors import MalformedError
from paraph.protocol.schema import CONTENT, Record, octets, record, text, u53, wire
from paraph.protocol.statements.header import (
    ContentHeader,
    Mention,
    header,
    maybe_clause_id,
    one_mention,
)

MOST_REASON: Final = 20_000


@record("silence-opened", CONTENT)
class SilenceOpened(Record):
    """Words stand as adopted unless somebody objects by an exact instant (SPEC 7.19)."""

    header: ContentHeader = wire(header, "common header")
    version: bytes = wire(octets(32), "statement id of the version that is under silence")
    cid: str = wire(maybe_clause_id, "its clause; empty = all of it")
    digest: bytes = wire(octets(32), "subject digest (SPEC 7.19), as the proposer computes it")
    expires: int = wire(u53, "instant of expiry in log time, POSIX milliseconds")

    def check(self) -> None:
        """Refuse a silence without an end."""
        if not self.expires:
            raise MalformedError("expected an instant of expiry")


@record("silence-broken", CONTENT)
class SilenceBroken(Record):
    """An objection (SPEC 7.19)."""

    header: ContentHeader = wire(header, "common header")
    silence: bytes = wire(octets(32), "statement id of the opening")
    reason: str = wire(text(MOST_REASON), "why, in words")
    amendment: tuple[Mention, ...] = wire(one_mention, "what is proposed in its place, if anything")

    def check(self) -> None:
        """Refuse an objection without a reason."""
        if not self.reason:
            raise MalformedError("expected a reason")


@record("silence-closed", CONTENT)
class SilenceClosed(Record):
    """A party's officer saw the log past expiry and no objection in it (SPEC 7.19)."""

    header: ContentHeader = wire(header, "common header")
    silence: bytes = wire(octets(32), "statement id of the opening")
    size: int = wire(u53, "size of the head that was looked at; equals `seen.size`")
    root: bytes = wire(octets(32), "root of that head; equals `seen.root`")
