"""Content as it is about to be said, checked by the fold before anything is signed (SPEC 7.5).

Pure, but for the random id of a new negotiation. What the other side would refuse is refused here
first, with what to do about it: the same :func:`paraph.protocol.negotiation.fold.apply` judges, so
the two cannot come to differ.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from typing import Final

from paraph.client.writing.drafts import Opening
from paraph.client.writing.fold_errors import HINTS, translated
from paraph.protocol import roles
from paraph.protocol.errors import (
    InputError,
    MalformedError,
    MisuseError,
    OutOfTurnError,
    RefusedError,
)
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import fold
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import Negotiation, Said, State, Version, next_number
from paraph.protocol.negotiation.text import Text
from paraph.protocol.sentences import Sentence, coded, worded
from paraph.protocol.statements.content import Content, action_of
from paraph.protocol.statements.exchanges import (
    INTERNAL_COMMENT_KINDS,
    NO_ANCHOR,
    AcknowledgementGiven,
    Anchor,
    CommentMade,
    DispatchSent,
)
from paraph.protocol.statements.header import (
    NO_NEGOTIATION,
    NO_RELATION,
    ContentHeader,
    LanguageStatus,
    Mention,
    Relation,
    to_digests,
    to_mentions,
    to_wordings,
)
from paraph.protocol.statements.versions import (
    Clause,
    Marking,
    NegotiationOpened,
    Operation,
    VersionConfirmed,
    VersionTabled,
)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a thing is said: what the header of every record holds.

    Attributes:
        dated: Claimed instant, POSIX ms; 0 = the desk's clock.
        handling: Handling label.
        reply_by: An answer is asked for by then, POSIX ms; 0 = none.
        latest_useful: Of no use after, POSIX ms; 0 = no end.
        without_prejudice: May not be cited as the party's position.
        dispatch_reference: Reference in the author's own register.
        relates_to: A statement that it is about, in this or another channel.
    """

    dated: int = 0
    handling: str = ""
    reply_by: int = 0
    latest_useful: int = 0
    without_prejudice: bool = False
    dispatch_reference: str = ""
    relates_to: Relation = NO_RELATION


PLAIN: Final = Manner()


def header(negotiation: bytes, role: str, manner: Manner, now: int) -> ContentHeader:
    """Return the header of a record."""
    plain = ContentHeader.plain(
        negotiation=negotiation, dated=manner.dated or now, acting_role=role
    )
    return dataclasses.replace(
        plain,
        handling=manner.handling,
        reply_by=manner.reply_by,
        latest_useful=manner.latest_useful,
        without_prejudice=manner.without_prejudice,
        dispatch_reference=manner.dispatch_reference,
        relates_to=manner.relates_to,
    )


# ------------------------------------------------------------------ finding things in the state


def new_negotiation() -> bytes:
    """Return a new negotiation id."""
    return os.urandom(len(NO_NEGOTIATION))


def choose_negotiation(state: State, wanted: bytes | None) -> bytes:
    """Return *wanted*, or the one negotiation that there is.

    Raises:
        InputError: None is open, or several are and none is named.
    """
    if wanted is not None:
        return wanted
    known = [identity for identity, _ in state.negotiations.items()]
    if len(known) == 1:
        return known[0]
    if not known:
        raise InputError(
            "no negotiation is open in this channel",
            code="unknown-negotiation",
            hint="add a negotiation block to the first version (paraph send --example)",
        )
    raise InputError(
        worded("expected one negotiation to be named, %(count)s are open", count=len(known)),
        code="unknown-negotiation",
        hint="give --negotiation; paraph show N --json has it, in content.header",
    )


def negotiation_about(state: State, wanted: bytes | None, statement: bytes) -> bytes:
    """Return the negotiation of what is about *statement*: its own, if none is wanted.

    Raises:
        InputError: As for :func:`choose_negotiation`.
    """
    entry = state.entries.get(statement) if statement != ZERO else None
    if wanted is None and entry is not None:
        return entry.negotiation
    return choose_negotiation(state, wanted)


def negotiation_of(state: State, identity: bytes) -> Negotiation:
    """Return a negotiation.

    Raises:
        InputError: There is none with this id.
    """
    talks = state.negotiations.get(identity)
    if talks is None:
        raise InputError(
            "no such negotiation is open in this channel",
            code="unknown-negotiation",
            hint=HINTS["unknown-negotiation"],
        )
    return talks


def version_of(talks: Negotiation, statement: bytes) -> Version:
    """Return a version.

    Raises:
        InputError: No version of this negotiation has this id.
    """
    found = talks.versions.get(statement)
    if found is None:
        raise InputError(
            "no such version stands in this negotiation",
            code="unknown-version",
            hint=HINTS["unknown-version"],
        )
    return found


def choose_parents(
    talks: Negotiation, parents: Sequence[bytes], *, branch: bool
) -> tuple[bytes, ...]:
    """Return the parents of a version of the instrument: those named, or the one head.

    Raises:
        OutOfTurnError: Code ``parent-not-head``.
        InputError: No such version.
    """
    if not parents:
        if len(talks.heads) == 1:
            return talks.heads
        raise OutOfTurnError(
            worded("expected one head, found %(count)s", count=len(talks.heads)),
            code="parent-not-head",
            hint="name the version that you change with --parent; paraph log shows them"
            if talks.heads
            else "send a whole text first (clauses)",
        )
    if branch:
        return tuple(version_of(talks, each).statement for each in parents)
    require_heads(talks, parents, talks.heads)
    return tuple(parents)


def require_heads(talks: Negotiation, parents: Sequence[bytes], heads: Sequence[bytes]) -> None:
    """Refuse parents that are none of *heads*, the newest versions of their text.

    Raises:
        OutOfTurnError, InputError: As for :func:`choose_parents`.
    """
    for parent in parents:
        own = _numbered(version_of(talks, parent))
        if parent in heads:
            continue
        words = worded("the parent, %(parent)s, was taken back", parent=own)
        if on := tuple(_numbered(version_of(talks, each)) for each in heads):
            words = worded(
                "the parent is %(parent)s, and the head is %(heads)s", parent=own, heads=on
            )
        raise OutOfTurnError(
            words,
            code="parent-not-head",
            hint="your file is as it was: rework it on the head (paraph show), then send again",
        )


def _numbered(each: Version) -> Sentence:
    return worded("version %(number)s (entry %(index)s)", number=each.number, index=each.index)


# ------------------------------------------------------------------ the records


def opened(head: ContentHeader, opening: Opening) -> NegotiationOpened:
    """Return the record that opens a negotiation.

    Raises:
        InputError: Something in *opening* is out of its bounds.
    """
    try:
        return NegotiationOpened(
            header=head,
            titles=to_wordings(opening.titles),
            instrument=opening.instrument,
            legal_character=opening.legal_character,
            prevailing=opening.prevailing,
            marking=Marking(
                banner=to_wordings(opening.banners),
                classification=opening.classification,
                releasable_to=tuple(sorted(set(opening.releasable_to))),
            ),
        )
    except MisuseError as error:
        raise InputError(error.words) from error


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class VersionDraft:
    """A version to be tabled: a whole text, or operations on a parent.

    Attributes:
        clauses: The whole text, or nothing.
        operations: Changes, or nothing for the parent's own words.
        parents: Statement ids; empty means the head, unless there are clauses.
        kind: tabled_draft, counter_draft, consolidated, or another word.
        author: ``joint``, or empty for the sender's party.
        round: Round of talks; 0 if none is counted.
        language_status: What each language text is.
        branch: Whether it may begin another line beside the head.
    """

    clauses: tuple[Clause, ...] = ()
    operations: tuple[Operation, ...] = ()
    parents: tuple[bytes, ...] = ()
    kind: str = "tabled_draft"
    author: str = ""
    round: int = 0
    language_status: Mapping[str, str] = dataclasses.field(default_factory=dict)
    branch: bool = False


def tabled(
    state: State, head: ContentHeader, draft: VersionDraft, party: str
) -> tuple[VersionTabled, Text]:
    """Return the record that tables a version, and the text that it gives.

    Raises:
        OutOfTurnError: Code ``parent-not-head``.
        InputError: An operation does not fit the text.
        RefusedError: Code ``oversize``.
    """
    parents: tuple[bytes, ...] = ()
    talks = negotiation_of(state, head.negotiation)
    if not draft.clauses:
        parents = choose_parents(talks, draft.parents, branch=draft.branch)
    elif talks.heads and not draft.branch:
        raise OutOfTurnError(
            "the negotiation has a text already",
            code="parent-not-head",
            hint="send operations on the head, or a rival text on purpose (--branch)",
        )
    text = _result(state, talks, draft, parents)
    try:
        made = VersionTabled(
            header=head,
            version_kind=draft.kind,
            author=draft.author or party,
            round=draft.round,
            language_status=tuple(
                LanguageStatus(language=each, status=draft.language_status[each])
                for each in sorted(draft.language_status)
            ),
            parents=parents,
            clauses=draft.clauses,
            operations=draft.operations,
            digests=to_digests(texts.digests(text)),
            structure=texts.structure_digest(text),
            checks=texts.checks(text),
        )
    except MisuseError as error:
        raise InputError(error.words) from error
    return made, text


def _result(
    state: State, talks: Negotiation, draft: VersionDraft, parents: tuple[bytes, ...]
) -> Text:
    try:
        if draft.clauses:
            return texts.from_clauses(draft.clauses, state.languages)
        text = texts.apply(version_of(talks, parents[0]).text, draft.operations)
    except (OutOfTurnError, MalformedError) as error:
        raise translated(error) from error
    for other in parents[1:]:
        text = text.joined(version_of(talks, other).text)
    return text


def confirmed(state: State, head: ContentHeader, version: bytes) -> VersionConfirmed:
    """Return the record that confirms a version, with digests as this side computes them."""
    text = version_of(negotiation_of(state, head.negotiation), version).text
    return VersionConfirmed(
        header=head,
        version=version,
        digests=to_digests(texts.digests(text)),
        structure=texts.structure_digest(text),
    )


def commented(
    head: ContentHeader,
    body: str,
    *,
    kind: str = "question",
    anchor: Anchor = NO_ANCHOR,
    in_reply_to: bytes = ZERO,
    resolves: bytes = ZERO,
    resolved_by: Mention | None = None,
) -> CommentMade:
    """Return a comment, a reply, or the closing of a thread.

    Raises:
        InputError: Something is out of its bounds.
        RefusedError: Code ``oversize``.
    """
    _check_words(body)
    try:
        return CommentMade(
            header=head,
            comment_kind=kind,
            anchor=anchor,
            body=body,
            in_reply_to=in_reply_to,
            resolves=resolves,
            resolved_by=(resolved_by,) if resolved_by else (),
        )
    except MisuseError as error:
        raise InputError(error.words) from error


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class DispatchDraft:
    """A dispatch that is not sent yet.

    Attributes:
        kind: Kind of dispatch.
        author: ``joint``, or empty for the sender's party: whose series is counted.
        carries: What goes with it.
        in_reply_to: Statement id of the dispatch answered; zeros = none.
        breaks_silence: The silence procedure that it breaks, if any.
        body: Covering words.
    """

    kind: str = "transmittal"
    author: str = ""
    carries: tuple[Mention, ...] = ()
    in_reply_to: bytes = ZERO
    breaks_silence: Mention | None = None
    body: str = ""


def dispatched(state: State, head: ContentHeader, draft: DispatchDraft, party: str) -> DispatchSent:
    """Return a dispatch with the next number of its author's series.

    Raises:
        InputError: Something is out of its bounds.
        RefusedError: Code ``oversize``.
    """
    _check_words(draft.body)
    author = draft.author or party
    try:
        return DispatchSent(
            header=head,
            number=next_number(state, head.negotiation, author),
            author=author,
            dispatch_kind=draft.kind,
            carries=to_mentions(draft.carries),
            in_reply_to=draft.in_reply_to,
            breaks_silence=(draft.breaks_silence,) if draft.breaks_silence else (),
            body=draft.body,
        )
    except MisuseError as error:
        raise InputError(error.words) from error


def acknowledged(
    head: ContentHeader, subjects: Sequence[bytes], *, rung: str, outcome: str, reason: str
) -> AcknowledgementGiven:
    """Return an acknowledgement.

    Raises:
        InputError: A reason without a refusal, or the other way round.
    """
    try:
        return AcknowledgementGiven(
            header=head,
            subjects=tuple(sorted(set(subjects))),
            rung=rung,
            outcome=outcome,
            reason=reason,
        )
    except MisuseError as error:
        raise InputError(
            error.words, hint="give --reason with --not-taken, and only then"
        ) from error


_MOST_BODY: Final = 100_000


def _check_words(body: str) -> None:
    if len(body) > _MOST_BODY:
        raise RefusedError(
            worded(
                "%(found)s characters; expected at most %(most)s",
                found=len(body),
                most=_MOST_BODY,
            ),
            code="oversize",
            hint="send it in several parts, or as an attachment",
        )


# ------------------------------------------------------------------ the check


def require_role(role: str, content: Content) -> None:
    """Refuse what the role table does not allow (SPEC 5.4).

    Raises:
        RefusedError: Code ``role``.
    """
    roles.require(role, action_of(content))


def try_fold(state: State, content: Content, said: Said) -> State:
    """Return the state that *content* would lead to.

    Raises:
        RefusedError: Not for this role; or an internal comment in a shared channel.
        OutOfTurnError: Somebody was first.
        InputError: It does not fit what stands in the log.
    """
    require_role(said.role, content)
    internal = isinstance(content, CommentMade) and content.comment_kind in INTERNAL_COMMENT_KINDS
    if internal and not state.internal:
        raise RefusedError(
            worded(
                "a comment of kind %(kind)s never goes into a shared channel",
                kind=coded("comment", content.comment_kind),
            )
            if isinstance(content, CommentMade)
            else "this never goes into a shared channel",
            code="internal-only",
            hint="give the internal channel with --channel; paraph channel list shows it",
        )
    after, outcome = fold.apply(state, content, said)
    if outcome.status == "refused":
        raise translated(OutOfTurnError(outcome.detail, code=outcome.code))
    return after
