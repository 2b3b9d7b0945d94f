"""The fold: what both sides compute from the log, one statement after the other (SPEC 7.5, 7.6).

``state, outcome = apply(state, content, statement, index, party, role)`` is total: whatever a
peer's record says, the outcome is *applied* or *refused(code)*, and a refused statement changes
nothing but the list of what was said. A state never changes; it has no clock and no effects.

Before a record is looked at in detail these must hold, in this order: the statement id is new,
the author acts in the role of the key, people speak manually and machines automatically, the
role table allows the action, the negotiation is known. In an internal channel (one party) notes
may be about a negotiation and about texts that stand in another channel: they are taken as said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, assert_never

from paraph.protocol import roles
from paraph.protocol.errors import MalformedError, MisuseError, OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import (
    APPLIED,
    Comment,
    Dispatch,
    Entry,
    Negotiation,
    Outcome,
    Receipt,
    State,
    Version,
)
from paraph.protocol.negotiation.text import Text
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.statements.content import CONTENT_ACTIONS, Content
from paraph.protocol.statements.exchanges import (
    INTERNAL_COMMENT_KINDS,
    RUNGS,
    AcknowledgementGiven,
    Anchor,
    CommentMade,
    DispatchSent,
)
from paraph.protocol.statements.header import (
    JOINT,
    NO_NEGOTIATION,
    LanguageDigest,
    Mention,
    StatementMention,
)
from paraph.protocol.statements.versions import NegotiationOpened, VersionConfirmed, VersionTabled


@dataclass(frozen=True, slots=True)
class _Place:
    # Who said it, and where: told by the statement and the log, never by the content.
    statement: bytes
    index: int
    party: str
    role: str


def apply(
    state: State, content: Content, statement: bytes, index: int, party: str, role: str
) -> tuple[State, Outcome]:
    """Fold one opened statement; raises for no content whatever.

    Args:
        state: The state before.
        content: The sealed record, decoded.
        statement: Its statement id.
        index: Its index in the log; larger than that of every statement before.
        party: Code of the party whose key signed it.
        role: Role of that key.

    Returns:
        The state after, and what became of the statement.

    Raises:
        MisuseError: The caller gave an index out of order, or a party of another channel.
    """
    place = _Place(statement, index, party, role)
    state = _advance(state, place)
    if statement in state.entries:
        return state, Outcome("refused", "placed-before", "this statement was folded before")
    try:
        _speaker(content, role)
        after = _fold(state, content, place)
    except (OutOfTurnError, MalformedError) as error:
        return _enter(state, content, place, Outcome("refused", error.code, str(error)))
    return _enter(after, content, place, APPLIED)


def refuse(state: State, entry: Entry) -> State:
    """Note a sealed statement that is refused before its content can be folded.

    For content that is no record, or whose commitment does not fit: it keeps its place among
    what was said and can be acknowledged, and changes nothing else.

    Raises:
        MisuseError: As for :func:`apply`.
    """
    place = _Place(entry.statement, entry.index, entry.party, entry.role)
    state = _advance(state, place)
    if entry.statement in state.entries:
        return state
    return replace(state, entries=state.entries.put(entry.statement, entry))


def _advance(state: State, place: _Place) -> State:
    if place.index < state.size:
        raise MisuseError("expected statements in the order of the log")
    if place.party not in state.parties:
        raise MisuseError("expected a party of this channel")
    return replace(state, size=place.index + 1)


def _enter(
    state: State, content: Content, place: _Place, outcome: Outcome
) -> tuple[State, Outcome]:
    entry = Entry(
        statement=place.statement,
        index=place.index,
        kind=content.KIND,
        party=place.party,
        role=place.role,
        negotiation=content.header.negotiation,
        outcome=outcome,
    )
    return replace(state, entries=state.entries.put(place.statement, entry)), outcome


def _speaker(content: Content, role: str) -> None:
    header = content.header
    if header.acting_role != role:
        raise OutOfTurnError("the author does not act in the role of the key", code="role-differs")
    machine = role == roles.BOT
    if (header.origin == "automatic") != machine:
        raise OutOfTurnError("people speak manually, machines automatically", code="origin-differs")
    action = CONTENT_ACTIONS[content.KIND]
    if isinstance(content, AcknowledgementGiven):
        action = "acknowledge-automatic" if machine else action
        said = (content.rung == RUNGS[0], content.outcome)
        if said not in (_MACHINE_MAY_SAY if machine else _PERSON_MAY_SAY):
            raise OutOfTurnError("this rung is not for this role to say", code="rung")
    if not roles.may(role, action):
        raise OutOfTurnError(f"a {role} may not {action}", code="role")


_MACHINE_MAY_SAY: Final = frozenset({(True, "ok"), (True, "cannot_open")})
_PERSON_MAY_SAY: Final = frozenset({(False, "ok"), (False, "not_taken")})


def _fold(state: State, content: Content, place: _Place) -> State:
    if isinstance(content, AcknowledgementGiven):
        return _acknowledged(state, content, place)
    known = state.negotiations.get(content.header.negotiation)
    if isinstance(content, NegotiationOpened):
        after = _opened(state, known, content)
    else:
        talks = known or _elsewhere(state, content.header.negotiation)
        match content:
            case VersionTabled():
                after = _tabled(state, talks, content, place)
            case VersionConfirmed():
                after = _confirmed(talks, content, place)
            case CommentMade():
                after = _commented(state, talks, content, place)
            case DispatchSent():
                after = _dispatched(state, talks, content, place)
            case _:  # pragma: no cover - every kind has its case above
                assert_never(content)
    return replace(state, negotiations=state.negotiations.put(after.identity, after))


def _elsewhere(state: State, identity: bytes) -> Negotiation:
    if not state.internal or identity == NO_NEGOTIATION:
        raise OutOfTurnError("no such negotiation was opened here", code="unknown-negotiation")
    return Negotiation(identity)


def _opened(state: State, known: Negotiation | None, content: NegotiationOpened) -> Negotiation:
    identity = content.header.negotiation
    if identity == NO_NEGOTIATION:
        raise OutOfTurnError("expected a negotiation id", code="unknown-negotiation")
    if known and known.opened:
        raise OutOfTurnError("this negotiation was opened before", code="negotiation-exists")
    for language in (*(title.language for title in content.titles), content.prevailing):
        if language:
            _working(state, language)
    return replace(known or Negotiation(identity), opened=content)


def _working(state: State, language: str) -> None:
    if language not in state.languages:
        raise OutOfTurnError(
            f'"{language}" is not a working language; expected {", ".join(state.languages)}',
            code="unknown-language",
        )


def _author(author: str, place: _Place) -> None:
    if author not in (place.party, JOINT):
        raise OutOfTurnError(
            f"expected {place.party} or {JOINT} as the author", code="author-differs"
        )


# ------------------------------------------------------------------ versions


def _tabled(state: State, talks: Negotiation, content: VersionTabled, place: _Place) -> Negotiation:
    _author(content.author, place)
    if content.parents:
        text = texts.apply(_version(talks, content.parents[0]).text, content.operations)
        for other in content.parents[1:]:
            text = text.joined(_version(talks, other).text)
    else:
        text = texts.from_clauses(content.clauses, state.languages)
    own = _compare(text, content)
    version = Version(
        statement=place.statement,
        index=place.index,
        party=place.party,
        number=len(talks.versions) + 1,
        content=content,
        text=text,
        digests=own,
        confirmed={},
    )
    return replace(
        talks,
        versions=talks.versions.put(place.statement, version),
        heads=(*(head for head in talks.heads if head not in content.parents), place.statement),
    )


def _version(talks: Negotiation, statement: bytes) -> Version:
    version = talks.versions.get(statement)
    if version is None:
        raise OutOfTurnError("no such version stands in this negotiation", code="unknown-version")
    return version


def _compare(text: Text, content: VersionTabled) -> dict[str, bytes]:
    # What one side sent is what the other sees: nothing may differ from what was declared.
    own = texts.digests(text)
    declared = _by_language(content.digests)
    if declared.keys() != own.keys():
        raise OutOfTurnError(
            f"expected digests in {', '.join(text.languages)}", code="languages-differ"
        )
    checks = texts.checks(text)
    differ = [language for language in own if own[language] != declared[language]]
    if content.structure != texts.structure_digest(text):
        differ.append("structure")
    if checks != content.checks or differ:
        where = _first_difference(text, checks, content.checks)
        raise OutOfTurnError(
            f"the declared changes do not give the declared text ({', '.join(differ) or 'check'});"
            f" {where}",
            code="digest-differs",
        )
    return own


def _first_difference(text: Text, own: tuple[bytes, ...], declared: tuple[bytes, ...]) -> str:
    for part, mine, theirs in zip(text.parts, own, declared, strict=False):
        if mine != theirs:
            return f'first at clause "{part.cid}"'
    if len(own) != len(declared):
        return f"expected {len(own)} clauses, got {len(declared)}"
    return "its checks do not tell in which clause"


def _by_language(digests: tuple[LanguageDigest, ...]) -> dict[str, bytes]:
    return {each.language: each.digest for each in digests}


def _confirmed(talks: Negotiation, content: VersionConfirmed, place: _Place) -> Negotiation:
    version = _version(talks, content.version)
    if place.party in version.confirmed:
        raise OutOfTurnError(f"{place.party} confirmed it before", code="confirmed-before")
    if (
        _by_language(content.digests) != version.digests
        or content.structure != version.content.structure
    ):
        raise OutOfTurnError("what is confirmed is not this text", code="digest-differs")
    confirmed = {**version.confirmed, place.party: place.index}
    changed = replace(version, confirmed=confirmed)
    return replace(talks, versions=talks.versions.put(version.statement, changed))


# ------------------------------------------------------------------ comments


def _commented(
    state: State, talks: Negotiation, content: CommentMade, place: _Place
) -> Negotiation:
    if content.comment_kind in INTERNAL_COMMENT_KINDS and not state.internal:
        raise OutOfTurnError(
            f"a comment of kind {content.comment_kind} belongs in an internal channel",
            code="internal-only",
        )
    _mentions(state, talks, content.resolved_by)
    comments = talks.comments
    begins = content.in_reply_to == ZERO
    number = talks.comments_counted + 1 if begins else 0
    comment = Comment(
        statement=place.statement,
        index=place.index,
        party=place.party,
        role=place.role,
        number=number,
        content=content,
        thread=place.statement if begins else _thread(comments, content.in_reply_to).statement,
        ambiguous=_ambiguous(state, talks, content.anchor),
    )
    if not begins:
        first = _thread(comments, comment.thread)
        comments = comments.put(
            first.statement, replace(first, replies=(*first.replies, place.statement))
        )
    if content.resolves != ZERO:
        first = _thread(comments, content.resolves)
        if first.closed_by != ZERO:
            raise OutOfTurnError("this thread was closed before", code="closed-before")
        comments = comments.put(first.statement, replace(first, closed_by=place.statement))
    return replace(
        talks,
        comments=comments.put(place.statement, comment),
        comments_counted=talks.comments_counted + begins,
    )


def _thread(comments: Trie[Comment], statement: bytes) -> Comment:
    comment = comments.get(statement)
    if comment is None:
        raise OutOfTurnError("no such comment stands in this negotiation", code="unknown-comment")
    return comment if comment.thread == statement else _thread(comments, comment.thread)


def _ambiguous(state: State, talks: Negotiation, anchor: Anchor) -> bool:
    # True where the quote stands more than once.
    if anchor.version == ZERO or (state.internal and anchor.version not in talks.versions):
        return False
    if anchor.language:
        _working(state, anchor.language)
    text = _version(talks, anchor.version).text
    if not anchor.cid:
        return False
    part = text.find(anchor.cid)
    if part is None:
        raise OutOfTurnError(
            f'there is no clause "{anchor.cid}" in that version', code="unknown-clause"
        )
    words = part.words.get(anchor.language, "")
    found = texts.find_quote(words, anchor.prefix, anchor.exact, anchor.suffix)
    if not found:
        raise OutOfTurnError(
            f'the quoted words do not stand in clause "{anchor.cid}", language {anchor.language}',
            code="quote-not-found",
        )
    return len(found) > 1


def _mentions(state: State, talks: Negotiation, mentions: tuple[Mention, ...]) -> None:
    for each in mentions:
        if isinstance(each, StatementMention):
            entry = state.entries.get(each.statement)
            if (
                entry is None
                or entry.outcome != APPLIED
                or entry.negotiation != talks.identity
                or entry.kind == AcknowledgementGiven.KIND
            ):
                raise OutOfTurnError(
                    "what is mentioned does not stand in this negotiation",
                    code="unknown-statement",
                )


# ------------------------------------------------------------------ dispatches, acknowledgements


def _dispatched(
    state: State, talks: Negotiation, content: DispatchSent, place: _Place
) -> Negotiation:
    _author(content.author, place)
    due = talks.numbers.get(content.author, 0) + 1
    if content.number != due:
        raise OutOfTurnError(
            f"expected number {due} of {content.author}, got {content.number}",
            code="number-differs",
        )
    if content.in_reply_to != ZERO and content.in_reply_to not in talks.dispatches:
        raise OutOfTurnError("no such dispatch stands in this negotiation", code="unknown-dispatch")
    _mentions(state, talks, (*content.carries, *content.breaks_silence))
    dispatch = Dispatch(place.statement, place.index, place.party, content)
    return replace(
        talks,
        dispatches=talks.dispatches.put(place.statement, dispatch),
        numbers={**talks.numbers, content.author: due},
    )


def _acknowledged(state: State, content: AcknowledgementGiven, place: _Place) -> State:
    receipts = state.receipts
    for subject in content.subjects:
        entry = state.entries.get(subject)
        if entry is None:
            raise OutOfTurnError("no such statement stands here", code="unknown-statement")
        if entry.party == place.party:
            raise OutOfTurnError("a party acknowledges the other's", code="own-statement")
        if entry.role == roles.BOT:
            raise OutOfTurnError("nobody acknowledges a machine", code="machine-statement")
        if entry.kind == AcknowledgementGiven.KIND:
            raise OutOfTurnError(
                "nobody acknowledges an acknowledgement", code="acknowledgement-acknowledged"
            )
        by_party = receipts.get(subject) or {}
        before = by_party.get(place.party, Receipt("", place.index, "", ""))
        climbs = content.outcome == "ok" and _height(content.rung) > _height(before.rung)
        after = Receipt(
            rung=content.rung if climbs else before.rung,
            index=place.index if climbs else before.index,
            outcome=content.outcome,
            reason=content.reason,
        )
        receipts = receipts.put(subject, {**by_party, place.party: after})
    return replace(state, receipts=receipts)


def _height(rung: str) -> int:
    return RUNGS.index(rung) if rung else -1
