"""The text of the large negotiation, as it grows from version to version."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from paraph.protocol.statements.header import Wording, to_wordings
from paraph.protocol.statements.versions import (
    NO_NOTES,
    Clause,
    Delete,
    InsertAfter,
    Merge,
    MoveAfter,
    Operation,
    Replace,
    Split,
)
from tests.support.large import words
from tests.support.large.words import Sentences


class Draft:
    """The clauses of the newest version, sentence by sentence.

    Attributes:
        line: Clause ids in the order of the text.
        roles: Role of each clause that ever was.
        text: Sentences of each clause that ever was.
    """

    def __init__(self, chance: random.Random, clauses: int) -> None:
        self.line: list[str] = []
        self.roles: dict[str, str] = {}
        self.text: dict[str, Sentences] = {}
        self._chance = chance
        self._clauses = clauses
        self._made = 0

    def first(self) -> tuple[Clause, ...]:
        """Return the whole text that is tabled first."""
        layout = ["title", *["preamble"] * 3, "chapeau"]
        layout += ["operative"] * (self._clauses - len(layout) - 5)
        return tuple(self.clause(role) for role in (*layout, "testimonium", *["annex"] * 4))

    def clause(self, role: str) -> Clause:
        self._made += 1
        cid = f"c-{self._made:03}"
        self.text[cid] = words.clause(self._chance, self.line[-20:])
        self.roles[cid] = role
        self.line.append(cid)
        return Clause(
            cid=cid,
            role=role,
            texts=self.texts(cid),
            handling="",
            headings=to_wordings(words.heading(self._made)),
        )

    def texts(self, *cids: str) -> tuple[Wording, ...]:
        said = tuple(each for cid in cids for each in self.text[cid])
        return to_wordings({each: words.words(said, each) for each in ("en", "ru")})

    def changes(self, party: str, number: int) -> Iterator[Operation]:
        # As a desk would: some clauses anew, and now and then the order of the text.
        settling = number % 10 == 0
        for cid in self.some(max(3, self._clauses // (8 if settling else 20))):
            if self.roles[cid] == "title":
                continue
            old = self.text[cid]
            made = words.settled(old) if settling else words.changed(self._chance, old, party)
            if made != old:
                self.text[cid] = made
                yield Replace(cid=cid, texts=self.texts(cid), notes=NO_NOTES)
        yield from self._structure(number)

    def some(self, count: int) -> list[str]:
        return sorted(self._chance.sample(self.line, min(count, len(self.line))))

    def operative(self) -> str:
        return self._chance.choice([cid for cid in self.line if self.roles[cid] == "operative"])

    def _structure(self, number: int) -> Iterator[Operation]:
        if number % 4 == 1:
            yield self._insert()
        if number % 4 == 2:
            yield self._delete()
        if number % 4 == 3:
            yield self._move()
        if number % 6 == 0:
            yield from self._split()
        if number % 6 == 3:
            yield from self._merge()

    def _insert(self) -> InsertAfter:
        after = self.operative()
        clause = self.clause("operative")
        self.line.remove(clause.cid)
        self.line.insert(self.line.index(after) + 1, clause.cid)
        return InsertAfter(after=after, clause=clause, notes=NO_NOTES)

    def _delete(self) -> Delete:
        cid = self.operative()
        self.line.remove(cid)
        return Delete(cid=cid, to=(), notes=NO_NOTES)

    def _move(self) -> MoveAfter:
        cid = self.operative()
        self.line.remove(cid)
        after = self.operative()
        self.line.insert(self.line.index(after) + 1, cid)
        return MoveAfter(cid=cid, after=after, notes=NO_NOTES)

    def _split(self) -> Iterator[Split]:
        cid = self.operative()
        said = self.text[cid]
        if len(said) < 2:
            return
        self._made += 1
        new = f"c-{self._made:03}"
        self.text[cid], self.text[new] = said[: len(said) // 2], said[len(said) // 2 :]
        self.roles[new] = "operative"
        self.line.insert(self.line.index(cid) + 1, new)
        yield Split(
            cid=cid,
            texts=self.texts(cid),
            new_cid=new,
            new_texts=self.texts(new),
            new_headings=to_wordings(words.heading(self._made)),
            notes=NO_NOTES,
        )

    def _merge(self) -> Iterator[Merge]:
        pairs = [
            (one, two)
            for one, two in itertools.pairwise(self.line)
            if self.roles[one] == self.roles[two] == "operative"
            and len(self.text[one] + self.text[two]) <= 10
        ]
        if not pairs:
            return
        into, other = self._chance.choice(pairs)
        texts = self.texts(into, other)
        self.text[into] += self.text[other]
        self.line.remove(other)
        yield Merge(
            cids=tuple(sorted((into, other))), into=into, texts=texts, headings=(), notes=NO_NOTES
        )
