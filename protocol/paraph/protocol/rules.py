"""The header rules: may this statement stand at the next index? (SPEC 5.5).

:func:`judge` asks only, and changes nothing. The code of the first rule that fails is what the
relay answers, and what an entry that was placed all the same is void for.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from paraph.protocol import roles
from paraph.protocol.documents import Document
from paraph.protocol.errors import RefusedError
from paraph.protocol.names import KeyId
from paraph.protocol.sentences import worded
from paraph.protocol.signed import Verified
from paraph.protocol.state import ChannelState, Effect
from paraph.protocol.statements.clear import (
    CharterEntry,
    EnrolEntry,
    Grant,
    Heartbeat,
    ManifestEntry,
    Opened,
    RevokeEntry,
    SuspendEntry,
    Unopened,
    Withdraw,
)
from paraph.protocol.statements.envelope import ClearContent, SealedContent, Statement
from paraph.protocol.trust import Member

MOST_KNOWN: Final = 256
"""Sets of recipients that are remembered as right."""


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """A statement that may be placed at the present size, and what its document says."""

    verified: Verified
    member: Member
    effect: Effect


def judge(state: ChannelState, verified: Verified) -> Judged:
    """Check every header rule for placing *verified* at the present size (SPEC 5.5).

    Raises:
        RefusedError: With the code of the first rule that fails; the code is also the
            reason of a void entry.
        PeerError: A document inside is not acceptable.
    """
    statement = verified.statement
    if verified.id in state.placed:
        raise RefusedError("the statement is placed already", code="duplicate")
    member = state.trust.member(KeyId(statement.sender))
    if member is None or member.key != verified.key:
        raise RefusedError("expected a key of this channel", code="unknown-sender")
    roles.require(member.role, statement.type)
    state.trust.require_in_force(member, state.log_time)
    _judge_order(state, statement)
    if statement.expires_at and state.log_time > statement.expires_at:
        raise RefusedError("the statement's time is over", code="expired")
    if isinstance(statement.content, SealedContent):
        _judge_sealed(state, statement, statement.content, member)
        return Judged(verified, member, None)
    return Judged(verified, member, _judge_clear(state, statement, statement.content, member))


def _judge_order(state: ChannelState, statement: Statement) -> None:
    sequence, previous = state.next_sequence(KeyId(statement.sender))
    if statement.sequence > sequence:
        raise RefusedError(
            worded("expected sequence %(sequence)s of this key", sequence=sequence),
            code="gap",
            hint="send the statements before it first; the same bytes will then be placed",
            retry_after_s=1,
        )
    if statement.sequence < sequence:
        raise RefusedError(
            worded("sequence %(sequence)s of this key is taken", sequence=statement.sequence),
            code="double-sequence",
        )
    if statement.previous != previous:
        raise RefusedError("expected the id of the key's statement before", code="previous")
    seen = statement.seen
    if seen.size > state.size or state.tree.root(seen.size) != seen.root:
        raise RefusedError(
            "the head that the statement has seen is not in this log", code="inconsistent"
        )
    if seen.size < state.seen_by(KeyId(statement.sender)):
        raise RefusedError("expected a head no older than the one before", code="seen-older")


def _judge_sealed(
    state: ChannelState, statement: Statement, content: SealedContent, member: Member
) -> None:
    if not state.is_open:
        raise RefusedError(
            "expected a heartbeat of each party before the first sealed statement",
            code="not-open",
            hint="start both parties' bots",
            retry_after_s=5,
        )
    _judge_recipients(state, content, member)
    _judge_limits(state, content)
    if statement.exclusive and state.foreign_content_since(statement.seen.size, member.id):
        raise RefusedError(
            "somebody else's statement came since the head that this one has seen",
            code="exclusive",
            hint="read it, then send again, or send without asking to be alone",
        )


def _judge_limits(state: ChannelState, content: SealedContent) -> None:
    # Of a statement over them nobody fetches a byte: it is void, whatever the relay says.
    limits = state.charter.limits
    if (
        content.body_size > limits.body_bytes
        or len(content.attachments) > limits.attachments
        or any(each.size > limits.attachment_bytes for each in content.attachments)
    ):
        raise RefusedError("expected no more than the charter's limits", code="too-large")


def _judge_recipients(state: ChannelState, content: SealedContent, member: Member) -> None:
    # Mostly the same readers as last time.
    asked = content.recipients, member.party
    if asked not in state.right_recipients:
        _require_recipients(state, content, member)
        if len(state.right_recipients) == MOST_KNOWN:
            state.right_recipients.clear()
        state.right_recipients.add(asked)


def _require_recipients(state: ChannelState, content: SealedContent, member: Member) -> None:
    named = {KeyId(each) for each in content.recipients}
    two = len(state.trust.parties) == 2
    if len(named) < (3 if two else 2):
        raise _recipients("expected every party's archive and at least one person")
    if not all(state.trust.is_recipient(each, state.log_time) for each in named):
        raise _recipients("expected recipients that are enrolled and alive")
    if not all(party.archive.id in named for party in state.trust.parties.values()):
        raise _recipients("expected every party's archive among the recipients")
    persons = (state.trust.by_sealing(each) for each in named)
    if not any(
        person and person.is_person and (not two or person.party != member.party)
        for person in persons
    ):
        raise _recipients("expected a person of the other party among the recipients")


def _judge_clear(
    state: ChannelState, statement: Statement, content: ClearContent, member: Member
) -> Effect:
    match content.payload:
        case CharterEntry():
            raise RefusedError("a channel has one charter", code="document")
        case (
            ManifestEntry(document=document)
            | EnrolEntry(document=document)
            | RevokeEntry(document=document)
            | SuspendEntry(document=document)
        ):
            return _judge_document(state, statement.type, document, member)
        case Heartbeat() as heartbeat:
            _judge_heartbeat(state, statement, heartbeat)
        case Unopened(entry=entry):
            _require_sealed(state, entry)
            if member.party in state.disputes.get(entry, ()):
                raise _entry("the party's dispute of this entry stands already")
        case Opened(entry=entry):
            if member.party not in state.disputes.get(entry, ()):
                raise _entry("expected an entry that the party could not open")
        case Withdraw(entry=entry):
            _judge_withdraw(state, entry, member)
        case grant:
            assert isinstance(grant, Grant)
            _judge_grant(state, grant, member)
    return None


def _judge_document(state: ChannelState, kind: str, document: Document, member: Member) -> Effect:
    read: Effect
    if kind == "manifest":
        read = state.trust.read_manifest(document)
        party = read.party
    elif kind == "enrol":
        read = state.trust.read_enrolment(document, state.log_time)
        party = read.request.party
    elif kind == "revoke":
        read = state.trust.read_revocation(document, state.log_time)
        party = read.party
    else:
        read = state.trust.read_suspension(document, state.log_time)
        party = read.party
    if party != member.party:
        raise RefusedError("expected a document of the carrier's own party", code="document")
    return read


def _judge_heartbeat(state: ChannelState, statement: Statement, heartbeat: Heartbeat) -> None:
    if heartbeat.verified != statement.seen.size or heartbeat.held > heartbeat.verified:
        raise RefusedError("expected held ≤ verified = seen size", code="heartbeat")
    if not state.charter.exercise and heartbeat.dated != statement.sent_at:
        raise RefusedError("expected dated = sent_at outside an exercise", code="heartbeat")


def _judge_withdraw(state: ChannelState, entry: int, member: Member) -> None:
    if _require_sealed(state, entry).id != member.id:
        raise _entry("expected an entry by the same key")
    # Said before anybody had said that it does not open, it may have to be said again.
    if entry in state.withdrawn and not state.disputes.get(entry, set()) - {member.party}:
        raise _entry("the entry is withdrawn already")


def _judge_grant(state: ChannelState, grant: Grant, member: Member) -> None:
    for wrap in grant.wraps:
        _require_sealed(state, wrap.entry)
        recipient = state.trust.by_sealing(KeyId(wrap.recipient))
        own_archive = state.trust.parties[member.party].archive.id == wrap.recipient
        if not own_archive and (recipient is None or recipient.party != member.party):
            raise _recipients("expected grants to keys of one's own party")


def _require_sealed(state: ChannelState, index: int) -> Member:
    author = state.author_of_sealed(index)
    if author is None:
        raise _entry("expected the index of a placed, sealed entry")
    return author


def _recipients(message: str) -> RefusedError:
    return RefusedError(message, code="recipients", hint="refresh the list of recipients")


def _entry(message: str) -> RefusedError:
    return RefusedError(message, code="entry")
