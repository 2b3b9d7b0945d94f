"""Sealed records of the exchange: comment, dispatch, acknowledgement (SPEC 5.6)."""

from __future__ import annotations

from typing import Final

from paraph.protocol.errors import MalformedError
from paraph.protocol.names import ZERO
from paraph.protocol.schema import (
    CONTENT,
    Record,
    ascending,
    nested,
    octets,
    record,
    text,
    u53,
    wire,
    word,
)
from paraph.protocol.statements.header import (
    ContentHeader,
    Mention,
    author_code,
    header,
    maybe_clause_id,
    mention,
    one_mention,
)

COMMENT_KINDS: Final = (
    "question",
    "answer",
    "statement",
    "justification",
    "drafting",
    "legal",
    "translation",
    "scope",
    "reservation",
    "public-line",
)
INTERNAL_COMMENT_KINDS: Final = ("instruction", "fallback")
"""Allowed in the internal channel of one party only (SPEC 5.6, 7.5)."""
DISPATCH_KINDS: Final = (
    "transmittal",
    "letter",
    "note_verbale",
    "aide_memoire",
    "non_paper",
    "bout_de_papier",
    "receipt",
    "suspension_note",
)
RUNGS: Final = ("fetched", "displayed", "in_charge", "understood", "answered")
"""Lowest first. The first is a machine's, the others are a person's."""
OUTCOMES: Final = ("ok", "cannot_open", "not_taken")

MOST_BODY: Final = 100_000
MOST_QUOTE: Final = 20_000
MOST_CARRIED: Final = 256
MOST_SUBJECTS: Final = 1_024

_quote: Final = text(MOST_QUOTE)


@record("anchor", CONTENT)
class Anchor(Record):
    """The words that a comment is on (SPEC 7.6)."""

    version: bytes = wire(octets(32), "statement id of the version; zeros = no text")
    cid: str = wire(maybe_clause_id, "clause; empty = the whole text")
    language: str = wire(text(3, r"([a-z]{2,3})?"), "language; empty = all")
    exact: str = wire(_quote, "the quoted words, as stored; empty without a clause")
    prefix: str = wire(_quote, "words just before, where the quote stands more than once")
    suffix: str = wire(_quote, "words just after, where the quote stands more than once")

    def check(self) -> None:
        """Refuse half an anchor."""
        if self.version == ZERO and (self.cid or self.language):
            raise MalformedError("expected a version for the anchor")
        if bool(self.cid) != bool(self.exact):
            raise MalformedError("expected clause and quote, or neither")
        if self.cid and not self.language:
            raise MalformedError("expected the language of the quote")
        if (self.prefix or self.suffix) and not self.exact:
            raise MalformedError("expected a quote between prefix and suffix")


NO_ANCHOR: Final = Anchor(version=ZERO, cid="", language="", exact="", prefix="", suffix="")


@record("comment-made", CONTENT)
class CommentMade(Record):
    """A comment, a reply to one, or the closing of its thread (SPEC 5.6)."""

    header: ContentHeader = wire(header, "common header")
    comment_kind: str = wire(
        word(*COMMENT_KINDS, *INTERNAL_COMMENT_KINDS),
        "kind; instruction and fallback in an internal channel only",
    )
    anchor: Anchor = wire(nested(Anchor), "the words it is on")
    body: str = wire(text(MOST_BODY), "what is said; may be empty only where a thread is closed")
    in_reply_to: bytes = wire(octets(32), "statement id of the comment answered; zeros = none")
    resolves: bytes = wire(octets(32), "statement id of the comment closed; zeros = none")
    resolved_by: tuple[Mention, ...] = wire(one_mention, "what closed it, if anything")

    def check(self) -> None:
        """Refuse a comment that says nothing."""
        if not self.body and self.resolves == ZERO:
            raise MalformedError("expected a body")
        if self.resolved_by and self.resolves == ZERO:
            raise MalformedError("expected the comment that is closed")


@record("dispatch-sent", CONTENT)
class DispatchSent(Record):
    """A numbered act of sending, and what goes with it (SPEC 5.6)."""

    header: ContentHeader = wire(header, "common header")
    number: int = wire(u53, "number in the author's series, from 1 without a gap")
    author: str = wire(author_code, "code of the sender's party, or `joint`: whose series")
    dispatch_kind: str = wire(word(*DISPATCH_KINDS), "kind of dispatch")
    carries: tuple[Mention, ...] = wire(
        ascending(mention, MOST_CARRIED), "enclosures, statements before names"
    )
    in_reply_to: bytes = wire(octets(32), "statement id of the dispatch answered; zeros = none")
    breaks_silence: tuple[Mention, ...] = wire(one_mention, "silence procedure it breaks, if any")
    body: str = wire(text(MOST_BODY), "covering words; may be empty")

    def check(self) -> None:
        """Refuse number zero."""
        if not self.number:
            raise MalformedError("expected a number from 1 on")


@record("acknowledgement-given", CONTENT)
class AcknowledgementGiven(Record):
    """How far statements of the other side have come (SPEC 5.6)."""

    header: ContentHeader = wire(header, "common header")
    subjects: tuple[bytes, ...] = wire(
        ascending(octets(32), MOST_SUBJECTS, least=1), "statement ids"
    )
    rung: str = wire(word(*RUNGS), "rung reached; fetched is a machine's")
    outcome: str = wire(word(*OUTCOMES), "ok, cannot_open, or not_taken with a reason")
    reason: str = wire(text(2_000), "why not; empty if and only if nothing is to be explained")

    def check(self) -> None:
        """Refuse a refusal without a reason, and a reason without a refusal."""
        if self.outcome == "ok" and self.reason:
            raise MalformedError("expected no reason with ok")
        if self.outcome == "not_taken" and not self.reason:
            raise MalformedError("expected a reason with not_taken")
