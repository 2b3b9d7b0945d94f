"""A small negotiation for tests: records with fields at rest, a channel to fold them in."""

import hashlib
from typing import Any, TypeVar

from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import fold
from paraph.protocol.negotiation import text as texts
from paraph.protocol.negotiation.state import Negotiation, Outcome, Said, State, Version, begin
from paraph.protocol.negotiation.text import Text
from paraph.protocol.schema import Record
from paraph.protocol.statements.content import Content
from paraph.protocol.statements.exchanges import (
    NO_ANCHOR,
    AcknowledgementGiven,
    Anchor,
    CommentMade,
    DispatchSent,
)
from paraph.protocol.statements.header import ContentHeader, to_digests, to_wordings
from paraph.protocol.statements.versions import (
    NO_NOTES,
    Clause,
    Marking,
    NegotiationOpened,
    Operation,
    OpNotes,
    Replace,
    VersionConfirmed,
    VersionTabled,
)

TALKS = bytes(range(16))
UNOPENED = bytes(16 * [7])
"""A negotiation other than the one of these tests."""
CHANNEL = hashlib.sha256(b"channel").digest()
GONE = bytes(32 * [9])
"""Id of a statement that nobody made."""
LANGUAGES = ("en", "ru")
PARTIES = ("RUS", "USA")


R = TypeVar("R", bound=Record)


def _made(kind: type[R], fields: dict[str, Any], changes: dict[str, object]) -> R:
    return kind(**{**fields, **changes})


def header(role: str = "desk_officer", **changes: object) -> ContentHeader:
    plain = ContentHeader.plain(negotiation=TALKS, dated=1_443_711_600_000, acting_role=role)
    fields = {name: getattr(plain, name) for name in ContentHeader.CODECS}
    return _made(ContentHeader, fields, changes)


def clause(cid: str, role: str = "operative", **texts_: str) -> Clause:
    words = texts_ or {"en": f"Words of {cid}.", "ru": f"Слова {cid}."}
    return Clause(cid=cid, role=role, texts=to_wordings(words), headings=(), handling="")


def opened(**changes: object) -> NegotiationOpened:
    fields: dict[str, Any] = {
        "header": header(),
        "titles": to_wordings({"en": "A title", "ru": "Название"}),
        "instrument": "mou",
        "legal_character": "non_binding",
        "prevailing": "",
        "marking": Marking(banner=(), classification="", releasable_to=("RUS", "USA")),
    }
    return _made(NegotiationOpened, fields, changes)


def base_clauses() -> tuple[Clause, ...]:
    return (
        clause("title", "title", en="Draft", ru="Проект"),
        clause("c-one", en="We meet. We meet again.", ru="Мы встречаемся."),
        clause("c-two", en="See {ref:c-one}.", ru="См. {ref:c-one}."),
        clause("end", "testimonium"),
    )


def tabled(text: Text, **changes: object) -> VersionTabled:
    fields: dict[str, Any] = {
        "header": header(),
        "version_kind": "tabled",
        "author": "USA",
        "round": 0,
        "language_status": (),
        "parents": (),
        "clauses": (),
        "operations": (),
        "digests": to_digests(texts.digests(text)),
        "structure": texts.structure_digest(text),
        "checks": texts.checks(text),
    }
    return _made(VersionTabled, fields, changes)


def base(**changes: object) -> VersionTabled:
    clauses = base_clauses()
    text = texts.from_clauses(clauses, LANGUAGES)
    return tabled(text, **{"clauses": clauses, **changes})


def child(text: Text, parent: bytes, *operations: Operation, **changes: object) -> VersionTabled:
    made = texts.apply(text, operations)
    return tabled(made, **{"parents": (parent,), "operations": operations, **changes})


def rewriting(words: str = "New.", cid: str = "c-one", notes: OpNotes = NO_NOTES) -> Replace:
    """Return an operation that puts *words* into a clause, in both languages."""
    return Replace(cid=cid, texts=to_wordings({"en": words, "ru": words}), notes=notes)


def confirmed(version: bytes, text: Text, **changes: object) -> VersionConfirmed:
    fields: dict[str, Any] = {
        "header": header(),
        "version": version,
        "digests": to_digests(texts.digests(text)),
        "structure": texts.structure_digest(text),
    }
    return _made(VersionConfirmed, fields, changes)


def anchor(version: bytes, cid: str, exact: str, language: str = "en", **changes: object) -> Anchor:
    fields: dict[str, Any] = {
        "version": version,
        "cid": cid,
        "language": language,
        "exact": exact,
        "prefix": "",
        "suffix": "",
    }
    return _made(Anchor, fields, changes)


def comment(**changes: object) -> CommentMade:
    fields: dict[str, Any] = {
        "header": header(),
        "comment_kind": "question",
        "anchor": NO_ANCHOR,
        "body": "Why?",
        "in_reply_to": ZERO,
        "resolves": ZERO,
        "resolved_by": (),
    }
    return _made(CommentMade, fields, changes)


def dispatch(number: int = 1, **changes: object) -> DispatchSent:
    fields: dict[str, Any] = {
        "header": header(),
        "number": number,
        "author": "USA",
        "dispatch_kind": "transmittal",
        "carries": (),
        "in_reply_to": ZERO,
        "breaks_silence": (),
        "body": "",
    }
    return _made(DispatchSent, fields, changes)


def receipt(
    *subjects: bytes, role: str = "desk_officer", **changes: object
) -> AcknowledgementGiven:
    fields: dict[str, Any] = {
        "header": header(role),
        "subjects": tuple(sorted(subjects)),
        "rung": "fetched" if role == "bot" else "displayed",
        "outcome": "ok",
        "reason": "",
    }
    return _made(AcknowledgementGiven, fields, changes)


class Channel:
    """A channel in which statements are folded in the order in which they are said."""

    def __init__(
        self, parties: tuple[str, ...] = PARTIES, languages: tuple[str, ...] = LANGUAGES
    ) -> None:
        self.state: State = begin(parties, languages, channel=CHANNEL)
        self.outcome = Outcome("applied")

    @property
    def talks(self) -> Negotiation:
        """The negotiation, which has been opened."""
        found = self.state.negotiations.get(TALKS)
        assert found is not None
        return found

    @property
    def head(self) -> Version:
        """The newest version that nothing follows."""
        return self.version_of(self.talks.heads[-1])

    def version_of(self, statement: bytes) -> Version:
        """Return the version that was tabled by a statement."""
        found = self.talks.versions.get(statement)
        assert found is not None
        return found

    def amends(self, *operations: Operation, party: str = "USA", author: str = "") -> bytes:
        """Table what *operations* make of the newest version."""
        on = self.head
        content = child(on.text, on.statement, *operations, author=author or party)
        return self.applies(content, party)

    def say(
        self, content: Content, party: str = "USA", role: str = "desk_officer", **said: object
    ) -> bytes:
        """Fold a content as the next entry; *said* as for :class:`Said` (holder, log_time …)."""
        index = self.state.size
        statement = hashlib.sha256(b"%d" % index).digest()
        place: dict[str, Any] = {"log_time": self.state.log_time, "seen_size": index, **said}
        around = Said(statement, index, party, role, **place)
        self.state, self.outcome = fold.apply(self.state, content, around)
        return statement

    def hears(
        self,
        payload: Record,
        party: str = "USA",
        role: str = "bot",
        subject: bytes = ZERO,
        **said: object,
    ) -> bytes:
        """Take in a clear statement as the next entry; *said* as for :class:`Said`."""
        index = self.state.size
        statement = hashlib.sha256(b"%d" % index).digest()
        place: dict[str, Any] = {"log_time": self.state.log_time, "seen_size": index, **said}
        around = Said(statement, index, party, role, **place)
        self.state = fold.heard(self.state, payload, around, subject)
        return statement

    def applies(
        self, content: Content, party: str = "USA", role: str = "desk_officer", **said: object
    ) -> bytes:
        statement = self.say(content, party, role, **said)
        assert self.outcome == Outcome("applied"), self.outcome
        return statement

    def refuses(
        self, content: Content, party: str = "USA", role: str = "desk_officer", **said: object
    ) -> str:
        before = self.state
        statement = self.say(content, party, role, **said)
        assert self.outcome.status == "refused"
        assert self.state.negotiations == before.negotiations
        assert self.state.receipts == before.receipts
        entry = self.state.entries.get(statement)
        assert entry is not None
        assert entry.outcome == self.outcome
        return self.outcome.code


def talking() -> tuple[Channel, bytes, Text]:
    """Return a channel with an open negotiation, its base version and that text."""
    channel = Channel()
    channel.applies(opened())
    version = channel.applies(base())
    return channel, version, texts.from_clauses(base_clauses(), LANGUAGES)
