"""Comments, their threads and their anchors (SPEC 7.5, 7.6)."""

from __future__ import annotations

from dataclasses import replace

from paraph.protocol.errors import OutOfTurnError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.fold.checks import (
    clause_of,
    mentioned,
    standing,
    version_of,
    working_language,
)
from paraph.protocol.negotiation.state import Comment, Negotiation, Said, State
from paraph.protocol.negotiation.trie import Trie
from paraph.protocol.sentences import coded, worded
from paraph.protocol.statements.exchanges import INTERNAL_COMMENT_KINDS, Anchor, CommentMade


def commented(state: State, talks: Negotiation, content: CommentMade, said: Said) -> Negotiation:
    """Take in a comment, a reply, or the closing of a thread."""
    if content.comment_kind in INTERNAL_COMMENT_KINDS and not state.internal:
        raise OutOfTurnError(
            worded(
                "a comment of kind %(kind)s belongs in an internal channel",
                kind=coded("comment", content.comment_kind),
            ),
            code="internal-only",
        )
    mentioned(state, talks, content.resolved_by)
    standing(talks, content.in_reply_to)
    standing(talks, content.resolves)
    comments = talks.comments
    begins = content.in_reply_to == ZERO
    number = talks.comments_counted + 1 if begins else 0
    comment = Comment(
        statement=said.statement,
        index=said.index,
        party=said.party,
        role=said.role,
        number=number,
        content=content,
        thread=said.statement if begins else _thread(comments, content.in_reply_to).statement,
        ambiguous=_ambiguous(state, talks, content.anchor),
    )
    if not begins:
        first = _thread(comments, comment.thread)
        comments = comments.put(
            first.statement, replace(first, replies=(*first.replies, said.statement))
        )
    if content.resolves != ZERO:
        first = _thread(comments, content.resolves)
        if first.closed_by != ZERO:
            raise OutOfTurnError("this thread was closed before", code="closed-before")
        comments = comments.put(first.statement, replace(first, closed_by=said.statement))
    return replace(
        talks,
        comments=comments.put(said.statement, comment),
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
        working_language(state, anchor.language)
    version = version_of(talks, anchor.version)
    if not anchor.cid:
        return False
    words = clause_of(version, anchor.cid).words.get(anchor.language, "")
    found = texts.find_quote(words, anchor.prefix, anchor.exact, anchor.suffix)
    if not found:
        raise OutOfTurnError(
            worded(
                'the quoted words do not stand in clause "%(cid)s", language %(language)s',
                cid=anchor.cid,
                language=anchor.language,
            ),
            code="quote-not-found",
        )
    return len(found) > 1
