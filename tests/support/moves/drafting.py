"""Moves that make texts."""

import dataclasses
from typing import Any

from paraph.protocol.errors import ParaphError
from paraph.protocol.names import ZERO
from paraph.protocol.negotiation import text as texts
from paraph.protocol.statements.header import Relation, StatementMention, to_wordings
from paraph.protocol.statements.versions import (
    NO_NOTES,
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    OpNotes,
    Replace,
    Split,
)
from tests.support import negotiating as talk
from tests.support import side_documents as side
from tests.support.model.game import PHRASES, TITLE
from tests.support.moves.drawing import (
    Few,
    Of,
    acting,
    eight,
    operation_,
    party_,
    role_,
    some,
    with_header,
)
from tests.support.moves.speaking import Speaking
from tests.support.negotiating import CHANNEL, GONE, PARTIES


class Drafting(Speaking):
    """Whoever writes."""

    @acting(party=party_, role=role_, odd=Of("", "", "fr"))
    def open(self, party: str, role: str, odd: str) -> None:
        titles = to_wordings({odd: "?"} if odd else {"en": "A title"})
        self.say(talk.opened(titles=titles), party, role)

    @acting(party=party_, role=role_, n=some, spoilt=eight, kind=some)
    def whole(self, party: str, role: str, n: int, spoilt: int, kind: int) -> None:
        about = self.pick(n, "side-document-opened") if n % 2 else ZERO
        clauses = (
            talk.clause("title", "title", en=TITLE[0], ru=TITLE[1]),
            talk.clause("c-one", en=PHRASES[0][0], ru=PHRASES[0][1]),
            talk.clause("c-two", en=PHRASES[5][0], ru=PHRASES[5][1]),
        )
        text = texts.from_clauses(clauses, talk.LANGUAGES)
        content = talk.tabled(
            text,
            clauses=clauses,
            author="joint" if kind % 2 else party,
            version_kind=("tabled", "scrubbed")[kind % 3 == 1],
        )
        if about != ZERO:
            content = with_header(content, relates_to=Relation(channel=CHANNEL, statement=about))  # type: ignore[assignment]
        self.tables(content, party, role, spoilt)

    def tables(self, content: Any, party: str, role: str, spoilt: int) -> None:
        if spoilt == 7:
            content = dataclasses.replace(content, structure=GONE)
        self.say(content, party, role, honest=spoilt != 7)

    @acting(
        party=party_,
        role=role_,
        n=some,
        second=some,
        listed=Few(operation_),
        spoilt=eight,
        kind=Of("counter", "proposals", "consolidated", "scrubbed", "rectified"),
    )
    def child(
        self,
        party: str,
        role: str,
        n: int,
        second: int,
        listed: list[Any],
        spoilt: int,
        kind: str,
    ) -> None:
        parents: tuple[bytes, ...] = (self.pick(n, "version-tabled"),)
        if second % 4 == 1 and (other := self.pick(second, "version-tabled")) not in parents:
            parents = (*parents, other)
        operations = tuple(self.operation(parents[0], each) for each in listed)
        text = self.text_of(parents[0]) or texts.from_clauses(talk.base_clauses(), talk.LANGUAGES)
        try:
            made = texts.apply(text, operations)
            for each in parents[1:]:
                joined = self.text_of(each)
                made = made.joined(joined) if joined is not None else made
        except ParaphError:
            made = text
        author = {1: "joint", 2: PARTIES[0]}.get(spoilt, party)
        content = talk.tabled(
            made, parents=parents, operations=operations, version_kind=kind, author=author
        )
        if kind == "rectified":
            about = Relation(channel=CHANNEL, statement=self.pick(second, "side-document-opened"))
            content = with_header(content, relates_to=about)  # type: ignore[assignment]
        self.tables(content, party, role, spoilt)

    def operation(self, parent: bytes, drawn: Any) -> Operation:
        kind, a, b, (en, ru), n = drawn
        one, two = self.cid(parent, a), self.cid(parent, b)
        new = f"n-{n % 8}"
        both = to_wordings({"en": en, "ru": ru} if n % 8 else {"en": en})
        notes = NO_NOTES
        if n % 4 == 1:
            mention = StatementMention(statement=self.pick(n, "proposal-made"))
            notes = OpNotes(proposal=(mention,), finding=(), result="")
        if kind == 1:
            clause = talk.clause(new, en=en, ru=ru)
            return InsertAfter(after=one, clause=clause, notes=notes)
        if kind == 2:
            return Delete(cid=one, to=(), notes=notes)
        if kind == 3:
            return MoveAfter(cid=one, after=two, notes=notes)
        if kind == 4:
            return self.split(parent, one, new, both, notes)
        if kind == 5 and one != two:
            cids = tuple(sorted((one, two)))
            return Merge(cids=cids, into=one, texts=both, headings=(), notes=notes)
        return Replace(cid=one, texts=both, notes=notes)

    def split(self, parent: bytes, cid: str, new: str, both: Any, notes: OpNotes) -> Split:
        text = self.text_of(parent)
        part = text.find(cid) if text is not None else None
        rest = both
        if part is not None and notes == NO_NOTES and all(" " in w for w in part.words.values()):
            halves = {each: words.rsplit(" ", 1) for each, words in part.words.items()}
            both = to_wordings({each: half[0] for each, half in halves.items()})
            rest = to_wordings({each: half[1] for each, half in halves.items()})
        return Split(cid=cid, texts=both, new_cid=new, new_texts=rest, new_headings=(), notes=notes)

    @acting(party=party_, role=role_, n=some, spoilt=eight)
    def confirm(self, party: str, role: str, n: int, spoilt: int) -> None:
        version = self.pick(n, "version-tabled")
        text = self.text_of(version)
        honest = text is not None and spoilt != 7
        content = talk.confirmed(version, text or texts.from_clauses((), talk.LANGUAGES))
        if not honest:
            content = dataclasses.replace(content, structure=GONE)
        self.say(content, party, role, honest=honest)

    @acting(party=party_, role=role_, kind=Of("side_letter", "agreed_minutes"), n=some)
    def document(self, party: str, role: str, kind: str, n: int) -> None:
        cid = self.cid(self.pick(n, "version-tabled"), n) if n % 2 else ""
        conference = "VC-1" if n % 8 == 6 else ""
        self.say(side.opened(kind, cid=cid, conference=conference), party, role)
