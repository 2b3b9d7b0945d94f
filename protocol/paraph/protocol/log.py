"""One channel's log, as every reader computes it alike (SPEC 5.5).

:class:`ChannelLog` takes entries in index order. Each is *placed* or *void*; a void entry keeps
its index, consumes no sequence number and changes nothing. The rules use log bytes up to and
including the entry and nothing else: no clock, no finality, no bodies.

Relay, replica, cosigner and audit run this same code. The relay asks :meth:`ChannelLog.judge`
before it places anything, so the log of an honest relay holds no void entry.
"""

from __future__ import annotations

from paraph.protocol import rules, signed
from paraph.protocol.errors import (
    EquivocationError,
    MalformedError,
    PeerError,
    RefusedError,
    UnsupportedError,
)
from paraph.protocol.names import StatementId
from paraph.protocol.rules import Judged
from paraph.protocol.signed import Unverified, Verified
from paraph.protocol.state import ChannelState, Entry
from paraph.protocol.statements.envelope import MAX_ENVELOPE
from paraph.protocol.tree import leaf_hash
from paraph.protocol.trust import Member


class ChannelLog(ChannelState):
    """A channel's state, and the only ways in which it grows."""

    def authenticate(self, unverified: Unverified) -> tuple[Verified, Member]:
        """Check the signature under the sender's key as once enrolled.

        Raises:
            RefusedError: Code ``wrong-channel`` or ``unknown-sender``.
            ForgedError: The signature fails.
        """
        if unverified.statement.channel != self.channel:
            raise RefusedError("expected a statement of this channel", code="wrong-channel")
        member = self.trust.member(signed.sender_of(unverified))
        if member is None:
            raise RefusedError(
                "expected a key that is enrolled in this channel",
                code="unknown-sender",
                hint="enrol the key first",
            )
        return signed.verify(unverified, member.key), member

    def judge(self, verified: Verified) -> Judged:
        """Check every header rule for placing *verified* at the present size.

        Raises:
            RefusedError: With the code of the first rule that fails.
            PeerError: A document inside is not acceptable.
        """
        return rules.judge(self, verified)

    def append(self, envelope: bytes, verified: Verified | None = None) -> Entry:
        """Take in the next entry, placed or void.

        Args:
            envelope: The entry's bytes.
            verified: Its statement, if the signature was checked already.

        Raises:
            MalformedError: A structural fault: the entry is over 65,535 bytes.
        """
        if len(envelope) > MAX_ENVELOPE:
            raise MalformedError(f"expected an entry of at most {MAX_ENVELOPE} bytes")
        try:
            unverified = signed.read(envelope) if verified is None else verified.unverified
        except (MalformedError, UnsupportedError) as error:
            return self._void(envelope, None, None, error.code)
        member = None
        try:
            if verified is None:
                verified, member = self.authenticate(unverified)
            judged = self.judge(verified)
        except (PeerError, RefusedError) as error:
            return self._void(envelope, unverified, member, error.code)
        return self.place(judged)

    def place(self, judged: Judged) -> Entry:
        """Take in a statement that :meth:`judge` passed at this very size."""
        unverified, index = judged.verified.unverified, self.size
        entry = Entry(
            index,
            unverified.envelope,
            unverified.id,
            unverified.statement,
            judged.member,
            "",
            self._log_time,
        )
        self._take(entry)
        self._apply_effect(judged.effect, unverified.statement, index)
        return entry

    def _void(
        self, envelope: bytes, unverified: Unverified | None, member: Member | None, code: str
    ) -> Entry:
        entry = Entry(
            self.size,
            envelope,
            unverified.id if unverified else StatementId(bytes(32)),
            unverified.statement if unverified else None,
            member,
            code,
            self._log_time,
        )
        self.tree.append(leaf_hash(envelope))
        return entry

    def require_head(self, size: int, root: bytes, note: bytes = b"") -> None:
        """Check that a signed head is one of this log.

        Raises:
            RefusedError: Code ``gap``: the head is ahead of the entries at hand.
            EquivocationError: Same size, another root.
        """
        if size > self.size:
            raise RefusedError(f"expected entries up to {size} first", code="gap")
        if self.tree.root(size) != root:
            raise EquivocationError(
                f"the relay signed a head of size {size} that its own entries do not lead to",
                evidence=(note,),
                hint="stop, keep this evidence, and call the other ministry by another channel",
            )
